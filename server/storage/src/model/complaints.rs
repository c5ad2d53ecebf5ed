//! Complaints to the operator that phones have handed in, and their answers.

use super::Model;
use super::documents::Touched;
use crate::StoreError;
use crate::error::damaged;
use linli_core::ids::{ComplaintId, DeviceId};
use linli_core::kinds::Complaint;
use linli_core::record::Fields;
use linli_core::time::TimeMs;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

/// A complaint.
#[derive(Clone, Debug)]
pub struct ComplaintRecord {
    /// Its id.
    pub id: ComplaintId,
    /// The phone that signed it.
    pub device: DeviceId,
    /// When the relay received it.
    pub received_ms: TimeMs,
    /// What it says.
    pub complaint: Complaint,
}

impl Model {
    /// Complaints, those that wait first, then the one received last.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn complaints(&self, count_max: i64) -> Result<Vec<ComplaintRecord>, StoreError> {
        let rows = sqlx::query("SELECT * FROM complaint ORDER BY waits DESC, received_ms DESC, id LIMIT ?");
        rows.bind(count_max).fetch_all(&self.database.readers).await?.iter().map(read).collect()
    }
}

fn read(row: &SqliteRow) -> Result<ComplaintRecord, StoreError> {
    Ok(ComplaintRecord {
        id: ComplaintId::from_slice(row.try_get("id")?).ok_or(damaged("complaint"))?,
        device: DeviceId::from_slice(row.try_get("device")?).ok_or(damaged("complaint"))?,
        received_ms: row.try_get("received_ms")?,
        complaint: serde_json::from_str(row.try_get("record")?).map_err(|_| damaged("complaint"))?,
    })
}

/// Whoever signed a complaint's first change has made it; what comes later is its answer.
pub(super) async fn write_complaint(
    connection: &mut SqliteConnection,
    touched: &Touched,
    fields: &Fields,
) -> Result<(), StoreError> {
    let complaint = Complaint::read(fields, "");
    let (waits, record) = (complaint.waits(), serde_json::to_string(&complaint).unwrap_or_default());
    let id = touched.open.id.0.as_slice();
    let Some(origin) = touched.first else {
        let update = sqlx::query("UPDATE complaint SET waits = ?, record = ? WHERE id = ?");
        update.bind(waits).bind(record).bind(id).execute(connection).await?;
        return Ok(());
    };
    sqlx::query(
        "INSERT OR REPLACE INTO complaint (id, waits, received_ms, device, record) VALUES (?, ?, ?, ?, ?)",
    )
    .bind(id)
    .bind(waits)
    .bind(origin.received_ms)
    .bind(origin.device.0.as_slice())
    .bind(record)
    .execute(connection)
    .await?;
    Ok(())
}
