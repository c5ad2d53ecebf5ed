//! What the relay keeps on disk.
//!
//! Three SQLite files. `log.db` is the truth: signed batches in the order they became durable, enrolled
//! devices, enrolment codes; every commit is synced. `office.db` is the office's own truth, synced as well:
//! accounts, sessions, the audit. `model.db` is a cache made from the log: documents,
//! read models, conflicts, duplicates, snapshots; it can be deleted and comes back the same.
//!
//! Knows nothing of HTTP or websockets.

mod chain;
mod copy;
mod cores;
pub mod error;
pub mod log;
pub mod model;
pub mod office;
mod sqlite;

pub use chain::ChainStatus;
pub use copy::copy_database;
pub use cores::on_all_cores;
pub use error::StoreError;
pub use log::Log;
pub use model::Model;
pub use office::Office;
