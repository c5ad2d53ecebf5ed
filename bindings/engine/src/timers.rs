//! Waiting, and how long something took: the runtime's on phones and computers, the page's in a browser.

#[cfg(not(target_family = "wasm"))]
pub(crate) use tokio::time::{Instant, interval, sleep, timeout};
#[cfg(target_family = "wasm")]
pub(crate) use wasmtimer::{
    std::Instant,
    tokio::{interval, sleep, timeout},
};
