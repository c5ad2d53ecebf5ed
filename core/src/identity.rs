//! Who wrote what: device keys, and batches of changes signed with them.

mod batch;
mod keys;

pub use batch::{Batch, BatchError, ChainEnd, Entry, Header, Payload, Sealer};
pub use keys::{DeviceKey, KeyError, PublicKey, Signature};
