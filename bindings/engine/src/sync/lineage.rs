//! A relay that was restored from a backup, or in whose place an older copy was put: its log is shorter than it was, and
//! its numbers mean other batches.
//!
//! What this phone wrote is still in its documents. All of it is handed in again, because nobody knows how much
//! the relay lost; it recognises what it has.

use crate::EngineError;
use crate::sql::SqliteConnection;
use crate::store::{meta, spaces};
use linli_core::ids::{DeviceId, Hash};
use linli_core::time::TimeMs;

/// Takes note of which life of the log the relay has. A phone that knew another starts over.
pub(super) async fn see(
    conn: &mut SqliteConnection,
    device: DeviceId,
    lineage: Hash,
    now_ms: TimeMs,
) -> Result<(), EngineError> {
    let known = meta::get(&mut *conn, meta::Fact::Lineage).await?;
    if known.as_deref() == Some(lineage.0.as_slice()) {
        return Ok(());
    }
    if known.is_some() {
        start_over(&mut *conn, device, now_ms).await?;
    }
    meta::set(conn, meta::Fact::Lineage, &lineage.0).await
}

/// Reads everything again, and hands in again what this phone wrote.
pub(super) async fn start_over(
    conn: &mut SqliteConnection,
    device: DeviceId,
    now_ms: TimeMs,
) -> Result<(), EngineError> {
    spaces::read_again(&mut *conn).await?;
    super::again::everything(conn, device, now_ms).await
}
