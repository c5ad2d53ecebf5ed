//! The socket of phones and computers.

use super::{CONNECT_TIMEOUT, SEND_TIMEOUT, offline};
use crate::EngineError;
use crate::timers::timeout;
use crate::trust::tls;
use futures_util::{SinkExt, StreamExt};
use linli_core::sync::frames::{FRAME_BYTES_MAX, Frame};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream};

/// Read and write buffers: the library's own 128 KiB would be paid by every phone and, in tests of a
/// thousand phones, a thousand times.
const BUFFER_BYTES: usize = 16 * 1024;

/// How long to be polite when leaving; the relay loses nothing by an abrupt end.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// An open connection.
pub(crate) struct Link {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Link {
    pub(crate) async fn open(url: &str) -> Result<Link, EngineError> {
        let config = WebSocketConfig::default()
            .read_buffer_size(BUFFER_BYTES)
            .write_buffer_size(BUFFER_BYTES)
            .max_write_buffer_size(2 * FRAME_BYTES_MAX)
            .max_message_size(Some(FRAME_BYTES_MAX))
            .max_frame_size(Some(FRAME_BYTES_MAX));
        let opening =
            tokio_tungstenite::connect_async_tls_with_config(url, Some(config), true, Some(connector(url)?));
        let opened = timeout(CONNECT_TIMEOUT, opening).await.map_err(offline)?;
        let (socket, _) = opened.map_err(refusal)?;
        Ok(Link { socket })
    }

    pub(crate) async fn send(&mut self, frame: &Frame) -> Result<(), EngineError> {
        self.send_message(Message::binary(frame.to_bytes())).await
    }

    /// Asks for a sign of life.
    pub(crate) async fn ping(&mut self) -> Result<(), EngineError> {
        self.send_message(Message::Ping(tungstenite::Bytes::new())).await
    }

    async fn send_message(&mut self, message: Message) -> Result<(), EngineError> {
        let sending = self.socket.send(message);
        timeout(SEND_TIMEOUT, sending).await.map_err(offline)?.map_err(offline)
    }

    /// The next frame, or `None` for any other sign of life.
    pub(crate) async fn receive_or_pong(&mut self) -> Result<Option<Frame>, EngineError> {
        match self.socket.next().await {
            Some(Ok(Message::Binary(bytes))) => Ok(Some(Frame::from_bytes(&bytes)?)),
            Some(Ok(Message::Close(_))) | None => Err(offline("the relay closed the connection")),
            Some(Ok(_)) => Ok(None),
            Some(Err(error)) => Err(offline(error)),
        }
    }

    /// The next frame, within a time.
    pub(crate) async fn receive(&mut self, within: Duration) -> Result<Frame, EngineError> {
        loop {
            let received = timeout(within, self.receive_or_pong()).await;
            if let Some(frame) = received.map_err(offline)?? {
                return Ok(frame);
            }
        }
    }

    /// Leaves.
    pub(crate) async fn close(mut self) {
        let _ = timeout(CLOSE_TIMEOUT, self.socket.close(None)).await;
    }
}

/// Authorities are read only where they are needed.
fn connector(url: &str) -> Result<Connector, EngineError> {
    if url.starts_with("wss://") { Ok(Connector::Rustls(tls()?)) } else { Ok(Connector::Plain) }
}

/// A relay that answers without a websocket is there but will not talk: too busy, or no relay at all.
fn refusal(error: tungstenite::Error) -> EngineError {
    match error {
        tungstenite::Error::Http(response) => offline(response.status()),
        tungstenite::Error::Url(error) => EngineError::RelayAddress(error.to_string()),
        other => offline(other),
    }
}
