//! One websocket: frames in, frames out, limits and timeouts.

use crate::EngineError;
use futures_util::{SinkExt, StreamExt};
use linli_core::sync::frames::{FRAME_BYTES_MAX, Frame};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// A mobile network that needs longer to open a connection will not carry it either.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a frame may take to leave: a largest push over the slowest network still in use.
const SEND_TIMEOUT: Duration = Duration::from_secs(60);

/// How long to be polite when leaving; the relay loses nothing by an abrupt end.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// Read and write buffers: the library's own 128 KiB would be paid by every phone and, in tests of a
/// thousand phones, a thousand times.
const BUFFER_BYTES: usize = 16 * 1024;

/// An open connection.
pub(crate) struct Link {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// The websocket address of a relay that was enrolled with by its web address.
pub(crate) fn websocket_url(relay_url: &str) -> Result<String, EngineError> {
    let base = relay_url.trim_end_matches('/');
    let host = base.strip_prefix("http://").filter(|host| !host.is_empty());
    let host = host.ok_or_else(|| EngineError::RelayAddress(relay_url.chars().take(100).collect()))?;
    Ok(format!("ws://{host}/v1/sync"))
}

fn offline(error: impl std::fmt::Display) -> EngineError {
    EngineError::Offline(error.to_string())
}

impl Link {
    pub(crate) async fn open(url: &str) -> Result<Link, EngineError> {
        let config = WebSocketConfig::default()
            .read_buffer_size(BUFFER_BYTES)
            .write_buffer_size(BUFFER_BYTES)
            .max_write_buffer_size(2 * FRAME_BYTES_MAX)
            .max_message_size(Some(FRAME_BYTES_MAX))
            .max_frame_size(Some(FRAME_BYTES_MAX));
        let opening = tokio_tungstenite::connect_async_with_config(url, Some(config), true);
        let opened = tokio::time::timeout(CONNECT_TIMEOUT, opening).await.map_err(offline)?;
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
        tokio::time::timeout(SEND_TIMEOUT, sending).await.map_err(offline)?.map_err(offline)
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
            let received = tokio::time::timeout(within, self.receive_or_pong()).await;
            if let Some(frame) = received.map_err(offline)?? {
                return Ok(frame);
            }
        }
    }

    /// Leaves.
    pub(crate) async fn close(mut self) {
        let _ = tokio::time::timeout(CLOSE_TIMEOUT, self.socket.close(None)).await;
    }
}

/// A relay that answers without a websocket is there but will not talk: too busy, or no relay at all.
fn refusal(error: tungstenite::Error) -> EngineError {
    match error {
        tungstenite::Error::Http(response) => offline(response.status()),
        tungstenite::Error::Url(error) => EngineError::RelayAddress(error.to_string()),
        other => offline(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_web_address_becomes_a_websocket_address() {
        assert_eq!(websocket_url("http://10.0.0.2:80/").unwrap(), "ws://10.0.0.2:80/v1/sync");
        for wrong in ["", "http://", "10.0.0.2", "ftp://x"] {
            assert!(websocket_url(wrong).is_err(), "{wrong}");
        }
    }
}
