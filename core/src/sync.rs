//! How batches and snapshots travel: frames, and the two ends of a connection as pure state machines.
//!
//! [`frames`] is the wire format. [`device`] is the phone's end, [`relay`] the relay's. Neither owns a
//! socket, clock or database: they take frames and answers in and give frames and requests out.

pub mod device;
pub mod frames;
pub mod push;
pub mod refusal;
pub mod relay;
pub mod standing;

/// A text message in place of a websocket's ping, which a web page cannot send. The relay answers with the same word.
pub const PING: &str = "ping";
