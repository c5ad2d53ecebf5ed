//! Who wrote what: device keys, and batches of changes signed with them.

mod batch;
mod keys;
mod placement;

pub use batch::{ActorDevice, Arrival, Batch, BatchError, ChainEnd, Entry, Header, Payload, Sealer};
pub use keys::{DeviceKey, KeyError, PublicKey, Signature};
pub use placement::Placement;
