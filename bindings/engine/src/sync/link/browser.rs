//! The socket of a browser.
//!
//! A page cannot ping, and is not told of the pings that its browser answers. The word [`PING`] as a text message asks
//! the relay for the same word, which is a sign of life like a pong.

use super::{CONNECT_TIMEOUT, SEND_TIMEOUT, offline};
use crate::EngineError;
use crate::timers::{sleep, timeout};
use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::StreamExt;
use js_sys::{ArrayBuffer, Uint8Array};
use linli_core::sync::PING;
use linli_core::sync::frames::{FRAME_BYTES_MAX, Frame};
use std::time::Duration;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BinaryType, MessageEvent, WebSocket};

/// How often to look whether what was written has left: often enough not to slow a push down.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// What the browser tells of the socket.
enum Told {
    Open,
    Binary(Vec<u8>),
    Alive,
    Closed,
}

/// An open connection.
pub(crate) struct Link {
    socket: WebSocket,
    told: UnboundedReceiver<Told>,
    /// Called by the browser for as long as the socket lives.
    _ears: [Closure<dyn FnMut(JsValue)>; 3],
}

impl Link {
    pub(crate) async fn open(url: &str) -> Result<Link, EngineError> {
        let socket = WebSocket::new(url).map_err(|_| EngineError::RelayAddress(url.to_owned()))?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let (tell, heard_of) = unbounded();
        let ears = [told(&tell, || Told::Open), heard(&tell), told(&tell, || Told::Closed)];
        let [on_open, on_message, on_close] = &ears;
        socket.set_onopen(Some(on_open.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        let mut link = Link { socket, told: heard_of, _ears: ears };
        match timeout(CONNECT_TIMEOUT, link.told.next()).await.map_err(offline)? {
            Some(Told::Open) => Ok(link),
            _ => Err(offline("the relay does not answer")),
        }
    }

    pub(crate) async fn send(&mut self, frame: &Frame) -> Result<(), EngineError> {
        self.socket.send_with_u8_array(&frame.to_bytes()).map_err(|_| offline("the connection is closed"))?;
        timeout(SEND_TIMEOUT, self.sent()).await.map_err(offline)
    }

    /// Until the browser has passed on what was written.
    async fn sent(&self) {
        while self.socket.buffered_amount() > 0 && self.socket.ready_state() == WebSocket::OPEN {
            sleep(LOOK_EVERY).await;
        }
    }

    /// Asks for a sign of life.
    pub(crate) async fn ping(&mut self) -> Result<(), EngineError> {
        self.socket.send_with_str(PING).map_err(|_| offline("the connection is closed"))
    }

    /// The next frame, or `None` for any other sign of life.
    pub(crate) async fn receive_or_pong(&mut self) -> Result<Option<Frame>, EngineError> {
        match self.told.next().await {
            Some(Told::Binary(bytes)) => Ok(Some(Frame::from_bytes(&bytes)?)),
            Some(Told::Alive | Told::Open) => Ok(None),
            Some(Told::Closed) | None => Err(offline("the relay closed the connection")),
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
    pub(crate) async fn close(self) {
        // Dropping does it.
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        // What cannot be closed is closed.
        let _ = self.socket.close();
    }
}

fn heard(tell: &UnboundedSender<Told>) -> Closure<dyn FnMut(JsValue)> {
    let tell = tell.clone();
    Closure::new(move |event: JsValue| {
        let data = event.unchecked_ref::<MessageEvent>().data();
        let told = match data.dyn_into::<ArrayBuffer>() {
            // The browser has taken it in whatever its size; it goes no further.
            Ok(bytes) if bytes.byte_length() as usize > FRAME_BYTES_MAX => Told::Closed,
            Ok(bytes) => Told::Binary(Uint8Array::new(&bytes).to_vec()),
            Err(_) => Told::Alive,
        };
        let _ = tell.unbounded_send(told);
    })
}

/// Passes on that something happened, for as long as anybody listens.
fn told(tell: &UnboundedSender<Told>, what: fn() -> Told) -> Closure<dyn FnMut(JsValue)> {
    let tell = tell.clone();
    Closure::new(move |_: JsValue| {
        let _ = tell.unbounded_send(what());
    })
}
