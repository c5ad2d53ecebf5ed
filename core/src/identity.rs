//! Who wrote what: device keys, and batches of changes signed with them.

mod batch;
mod forget;
mod grants;
mod heads;
mod invitation;
mod keys;
mod placement;

pub use batch::{ActorDevice, Arrival, Batch, BatchError, ChainEnd, Entry, Header, Origin, Payload, Sealer};
pub use forget::{ActorSeen, Forget};
pub use grants::{GrantError, GrantStatement, SeenGrants, SignedGrants, open_grants};
pub use heads::{ChainHead, HeadStatement, SignedHead};
pub use invitation::Invitation;
pub use keys::{DeviceKey, KeyError, PublicKey, Signature, Signer, to_sign};
pub use placement::Placement;
