//! One websocket: frames in, frames out, limits and timeouts.

use crate::EngineError;
use std::time::Duration;

#[cfg(target_family = "wasm")]
mod browser;
#[cfg(not(target_family = "wasm"))]
mod native;

#[cfg(target_family = "wasm")]
pub(crate) use browser::Link;
#[cfg(not(target_family = "wasm"))]
pub(crate) use native::Link;

/// A mobile network that needs longer to open a connection will not carry it either.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a frame may take to leave: a largest push over the slowest network still in use.
const SEND_TIMEOUT: Duration = Duration::from_secs(60);

/// Web addresses and what a websocket's begins with instead.
const SCHEMES: [(&str, &str); 2] = [("http://", "ws://"), ("https://", "wss://")];

/// The websocket address of a relay that was enrolled with by its web address.
pub(crate) fn websocket_url(relay_url: &str) -> Result<String, EngineError> {
    let base = relay_url.trim_end_matches('/');
    let mut known = SCHEMES.iter().filter_map(|(web, socket)| Some((base.strip_prefix(web)?, socket)));
    let (host, scheme) = known
        .find(|(host, _)| !host.is_empty())
        .ok_or_else(|| EngineError::RelayAddress(relay_url.chars().take(100).collect()))?;
    Ok(format!("{scheme}{host}/v1/sync"))
}

fn offline(error: impl std::fmt::Display) -> EngineError {
    EngineError::Offline(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_web_address_becomes_a_websocket_address() {
        assert_eq!(websocket_url("http://10.0.0.2:80/").unwrap(), "ws://10.0.0.2:80/v1/sync");
        assert_eq!(websocket_url("https://linli.example").unwrap(), "wss://linli.example/v1/sync");
        for wrong in ["", "http://", "10.0.0.2", "ftp://x"] {
            assert!(websocket_url(wrong).is_err(), "{wrong}");
        }
    }
}
