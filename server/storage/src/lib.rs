//! What the relay keeps on disk.
//!
//! Three SQLite files. `log.db` is the truth: signed batches in the order they became durable, enrolled
//! devices, enrolment codes; every commit is synced. `office.db` is the office's own truth, synced as well:
//! accounts, sessions, the audit. `model.db` is a cache made from the log: documents,
//! read models, conflicts, duplicates, snapshots; it can be deleted and comes back the same.
//!
//! A folder with a key has all three locked, page by page, with their journals (SQLCipher).
//!
//! Knows nothing of HTTP or websockets.

mod chain;
mod copy;
mod cores;
pub mod error;
mod folder;
pub mod log;
pub mod model;
pub mod office;
mod sqlite;

pub use chain::ChainStatus;
pub use copy::{change_lock, copy_database, lock_databases};
pub use cores::on_all_cores;
pub use error::StoreError;
pub use folder::{DataFolder, FolderKey};
pub use linli_lock::KEY_BYTES;
pub use log::Log;
pub use model::Model;
pub use office::Office;
