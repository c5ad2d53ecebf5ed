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

/// Takes note of which life of the log the relay has; whether this phone knew another.
pub(super) async fn see(conn: &mut SqliteConnection, lineage: Hash) -> Result<bool, EngineError> {
    let known = meta::get(&mut *conn, meta::Fact::Lineage).await?;
    if known.as_deref() == Some(lineage.0.as_slice()) {
        return Ok(false);
    }
    meta::set(conn, meta::Fact::Lineage, &lineage.0).await?;
    Ok(known.is_some())
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
