//! The way out: saved changes, sealed batches, batches carried for colleagues, refusals.

use super::{from_sql, meta, to_sql};
use crate::EngineError;
use crate::sql::{self, Row, SqliteConnection, SqliteRow};
use linli_core::identity::{Batch, ChainEnd, Entry, Header, Payload, Sealer, Signer};
use linli_core::ids::{DeviceId, DocId, SpaceId};
use linli_core::kinds::DocKind;
use linli_core::sync::frames::{Ack, Refused};
use linli_core::time::TimeMs;
use std::collections::BTreeSet;

/// Colleagues' batches a phone takes on: thousands of days of work, and still small beside its own store.
pub(crate) const CARRIED_BYTES_MAX: i64 = 64 * 1024 * 1024;

/// What an entry costs in a batch besides its payload, rounded up.
const ENTRY_OVERHEAD_BYTES: usize = 64;

/// A saved change joins the queue.
pub(crate) async fn add_pending(
    conn: &mut SqliteConnection,
    space: SpaceId,
    entry: &Entry,
    at_ms: TimeMs,
) -> Result<(), EngineError> {
    let Payload::Change(change) = &entry.payload else { return Ok(()) };
    let query = sql::query(
        "INSERT INTO pending (space, doc, kind, generation, at, change) VALUES (?, ?, ?, ?, ?, ?)",
    );
    let query = query.bind(&space.0[..]).bind(&entry.doc.0[..]).bind(entry.kind.number());
    query.bind(i64::from(entry.generation)).bind(at_ms).bind(change).execute(conn).await?;
    Ok(())
}

/// Seals everything that was saved. The caller's transaction makes it one step: a change is either
/// still pending or sealed, never both and never neither.
pub(crate) async fn seal_pending(
    conn: &mut SqliteConnection,
    key: &dyn Signer,
    now_ms: TimeMs,
) -> Result<(), EngineError> {
    let spaces: Vec<Vec<u8>> = sql::query_scalar("SELECT space FROM pending GROUP BY space ORDER BY min(id)")
        .fetch_all(&mut *conn)
        .await?;
    if spaces.is_empty() {
        return Ok(());
    }
    let mut sealer = sealer(&mut *conn, key, now_ms).await?;
    for space in spaces.iter().filter_map(|bytes| SpaceId::from_slice(bytes)) {
        loop {
            let (entries, last) = next_entries(&mut *conn, space).await?;
            if entries.is_empty() {
                break;
            }
            put_batch(&mut *conn, &sealer.try_seal(space, entries)?).await?;
            let taken = sql::query("DELETE FROM pending WHERE space = ? AND id <= ?");
            taken.bind(&space.0[..]).bind(last).execute(&mut *conn).await?;
        }
    }
    meta::set_chain(conn, sealer.end).await
}

async fn sealer<'k>(
    conn: &mut SqliteConnection,
    key: &'k dyn Signer,
    now_ms: TimeMs,
) -> Result<Sealer<'k, dyn Signer + 'k>, EngineError> {
    let policy = from_sql(meta::get_int(&mut *conn, meta::Fact::Policy).await?.unwrap_or(0));
    Ok(Sealer { key, policy, now_ms, end: meta::chain(conn).await? })
}

/// The next entries of a space, as many as one batch takes, and the id of the last.
async fn next_entries(conn: &mut SqliteConnection, space: SpaceId) -> Result<(Vec<Entry>, i64), EngineError> {
    let query = sql::query(
        "SELECT id, doc, kind, generation, change FROM pending WHERE space = ? ORDER BY id LIMIT ?",
    );
    let rows = query.bind(&space.0[..]).bind(to_sql(Batch::ENTRIES_MAX as u64)).fetch_all(conn).await?;
    let (mut entries, mut last, mut bytes) = (Vec::new(), 0, 0);
    for row in &rows {
        let entry = read_entry(row)?;
        if let Payload::Change(change) = &entry.payload {
            bytes += change.len() + ENTRY_OVERHEAD_BYTES;
        }
        if bytes > Batch::BYTES_GOAL && !entries.is_empty() {
            break;
        }
        entries.push(entry);
        last = row.try_get(0)?;
    }
    Ok((entries, last))
}

fn read_entry(row: &SqliteRow) -> Result<Entry, EngineError> {
    Ok(Entry {
        doc: DocId::from_slice(row.try_get(1)?).ok_or(EngineError::Damaged("pending"))?,
        kind: DocKind::from_number(row.try_get(2)?).ok_or(EngineError::Damaged("pending"))?,
        generation: u32::try_from(row.try_get::<i64, _>(3)?).unwrap_or(0),
        payload: Payload::Change(row.try_get(4)?),
    })
}

async fn put_batch(conn: &mut SqliteConnection, batch: &Batch) -> Result<(), EngineError> {
    let header = batch.claims()?;
    let query =
        sql::query("INSERT INTO outbox (epoch, number, space, entries, bytes) VALUES (?, ?, ?, ?, ?)");
    let query = query.bind(i64::from(header.epoch)).bind(to_sql(header.number)).bind(&header.space.0[..]);
    query.bind(i64::from(header.count)).bind(batch.to_bytes()).execute(&mut *conn).await?;
    let docs: BTreeSet<DocId> = batch.entries.iter().map(|entry| entry.doc).collect();
    for doc in docs {
        let query = sql::query("INSERT INTO outbox_doc (epoch, number, doc) VALUES (?, ?, ?)");
        let query = query.bind(i64::from(header.epoch)).bind(to_sql(header.number)).bind(&doc.0[..]);
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Seals everything unsent again under a new epoch: the relay's chain went on without this copy of the
/// phone. Entries it has already are recognised by their changes and cost nothing.
pub(crate) async fn start_epoch(
    conn: &mut SqliteConnection,
    key: &dyn Signer,
    epoch: u32,
    now_ms: TimeMs,
) -> Result<(), EngineError> {
    if meta::chain(&mut *conn).await?.epoch >= epoch {
        return Ok(());
    }
    let batches: Vec<Vec<u8>> =
        sql::query_scalar("SELECT bytes FROM outbox ORDER BY epoch, number").fetch_all(&mut *conn).await?;
    sql::query("DELETE FROM outbox").execute(&mut *conn).await?;
    meta::set_chain(&mut *conn, ChainEnd::start_of(epoch)).await?;
    let mut sealer = sealer(&mut *conn, key, now_ms).await?;
    for bytes in batches {
        let batch = Batch::from_bytes(&bytes)?;
        let space = batch.claims()?.space;
        put_batch(&mut *conn, &sealer.try_seal(space, batch.entries)?).await?;
    }
    meta::set_chain(conn, sealer.end).await
}

/// Epoch of the own chain, and the number up to which its batches do not wait any more; 0 when all of them do.
pub(crate) async fn acknowledged(conn: &mut SqliteConnection) -> Result<(u32, u64), EngineError> {
    let end = meta::chain(&mut *conn).await?;
    let waits =
        sql::query_scalar("SELECT min(number) FROM outbox WHERE epoch = ?").bind(i64::from(end.epoch));
    let first: Option<i64> = waits.fetch_one(conn).await?;
    Ok((end.epoch, first.map_or(end.number, |first| from_sql(first).saturating_sub(1))))
}

/// Whose batches to send next, and up to which.
pub(crate) struct Unsent {
    pub(crate) device: DeviceId,
    pub(crate) last: (u32, u64),
    pub(crate) batches: Vec<Vec<u8>>,
}

/// The oldest unsent batches of one device, about `bytes_goal` of them; own work goes first. Devices
/// whose batches were just refused are left out.
pub(crate) async fn next_unsent(
    conn: &mut SqliteConnection,
    own: DeviceId,
    skip: &BTreeSet<DeviceId>,
    bytes_goal: usize,
) -> Result<Option<Unsent>, EngineError> {
    if !skip.contains(&own) {
        let query = sql::query("SELECT epoch, number, bytes FROM outbox ORDER BY epoch, number LIMIT 64");
        let rows = query.fetch_all(&mut *conn).await?;
        if let Some(unsent) = take(own, &rows, bytes_goal)? {
            return Ok(Some(unsent));
        }
    }
    let devices: Vec<Vec<u8>> = sql::query_scalar("SELECT DISTINCT device FROM carried ORDER BY device")
        .fetch_all(&mut *conn)
        .await?;
    let mut devices = devices.iter().filter_map(|bytes| DeviceId::from_slice(bytes));
    let Some(device) = devices.find(|device| !skip.contains(device)) else { return Ok(None) };
    let query = sql::query(
        "SELECT epoch, number, bytes FROM carried WHERE device = ? ORDER BY epoch, number LIMIT 64",
    );
    let rows = query.bind(&device.0[..]).fetch_all(conn).await?;
    take(device, &rows, bytes_goal)
}

fn take(device: DeviceId, rows: &[SqliteRow], bytes_goal: usize) -> Result<Option<Unsent>, EngineError> {
    let (mut batches, mut last, mut size) = (Vec::new(), None, 0);
    for row in rows {
        let bytes: Vec<u8> = row.try_get(2)?;
        size += bytes.len();
        if size > bytes_goal && !batches.is_empty() {
            break;
        }
        last = Some((u32::try_from(row.try_get::<i64, _>(0)?).unwrap_or(0), from_sql(row.try_get(1)?)));
        batches.push(bytes);
    }
    Ok(last.map(|last| Unsent { device, last, batches }))
}

/// A chain is durable up to here; gives how many entries that settles.
pub(crate) async fn acknowledge(
    conn: &mut SqliteConnection,
    own: DeviceId,
    ack: &Ack,
) -> Result<u64, EngineError> {
    let (epoch, number) = (i64::from(ack.end.epoch), to_sql(ack.end.number));
    let (count, delete) = if ack.device == own {
        (
            "SELECT coalesce(sum(entries), 0) FROM outbox WHERE epoch = ?1 AND number <= ?2",
            "DELETE FROM outbox WHERE epoch = ?1 AND number <= ?2",
        )
    } else {
        (
            "SELECT coalesce(sum(entries), 0) FROM carried WHERE epoch = ?1 AND number <= ?2 AND device = ?3",
            "DELETE FROM carried WHERE epoch = ?1 AND number <= ?2 AND device = ?3",
        )
    };
    let device = (ack.device != own).then(|| ack.device.0.to_vec());
    let settled: i64 = match &device {
        Some(device) => {
            sql::query_scalar(count).bind(epoch).bind(number).bind(device).fetch_one(&mut *conn).await?
        }
        None => sql::query_scalar(count).bind(epoch).bind(number).fetch_one(&mut *conn).await?,
    };
    let query = sql::query(delete).bind(epoch).bind(number);
    match &device {
        Some(device) => query.bind(device).execute(&mut *conn).await?,
        None => query.execute(&mut *conn).await?,
    };
    let query = sql::query("DELETE FROM refused WHERE device = ? AND epoch = ? AND number <= ?");
    query.bind(&ack.device.0[..]).bind(epoch).bind(number).execute(conn).await?;
    Ok(from_sql(settled))
}

/// Whether the relay's end of the own chain names a batch that waits here: then everything up to it
/// arrived, perhaps carried by a colleague. `None`: no batch with that number waits.
pub(crate) async fn matches_outbox(
    conn: &mut SqliteConnection,
    end: ChainEnd,
) -> Result<Option<bool>, EngineError> {
    let query = sql::query_scalar("SELECT bytes FROM outbox WHERE epoch = ? AND number = ?");
    let found: Option<Vec<u8>> =
        query.bind(i64::from(end.epoch)).bind(to_sql(end.number)).fetch_optional(conn).await?;
    found.map(|bytes| Ok(Batch::from_bytes(&bytes)?.hash() == end.hash)).transpose()
}

/// Remembers that a batch was not taken.
pub(crate) async fn note_refused(
    conn: &mut SqliteConnection,
    refused: &Refused,
    now_ms: TimeMs,
) -> Result<(), EngineError> {
    let query = sql::query(
        "INSERT OR REPLACE INTO refused (device, epoch, number, code, text, at) VALUES (?, ?, ?, ?, ?, ?)",
    );
    let query = query.bind(&refused.device.0[..]).bind(i64::from(refused.epoch)).bind(to_sql(refused.number));
    query.bind(&refused.code).bind(&refused.text).bind(now_ms).execute(conn).await?;
    Ok(())
}

/// What was refused and still waits: code and text, newest first.
pub(crate) async fn refusals(conn: &mut SqliteConnection) -> Result<Vec<(String, String)>, EngineError> {
    let query = sql::query("SELECT code, text FROM refused ORDER BY at DESC LIMIT 20");
    let rows = query.fetch_all(conn).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// Everything sealed and not acknowledged, own first, then carried.
pub(crate) async fn all_unsent(conn: &mut SqliteConnection) -> Result<Vec<Vec<u8>>, EngineError> {
    let query = sql::query_scalar("SELECT bytes FROM outbox ORDER BY epoch, number");
    let mut batches: Vec<Vec<u8>> = query.fetch_all(&mut *conn).await?;
    let query = sql::query_scalar("SELECT bytes FROM carried ORDER BY device, epoch, number");
    batches.extend(query.fetch_all(conn).await?);
    Ok(batches)
}

/// Takes on a colleague's batch; false when it was here.
pub(crate) async fn carry(
    conn: &mut SqliteConnection,
    header: &Header,
    bytes: &[u8],
) -> Result<bool, EngineError> {
    let query = sql::query(
        "INSERT OR IGNORE INTO carried (device, epoch, number, entries, bytes) VALUES (?, ?, ?, ?, ?)",
    );
    let query = query.bind(&header.device.0[..]).bind(i64::from(header.epoch)).bind(to_sql(header.number));
    let done = query.bind(i64::from(header.count)).bind(bytes).execute(conn).await?;
    Ok(done.rows_affected() > 0)
}

/// How many bytes are carried for colleagues.
pub(crate) async fn carried_bytes(conn: &mut SqliteConnection) -> Result<i64, EngineError> {
    let query = sql::query_scalar("SELECT coalesce(sum(length(bytes)), 0) FROM carried");
    Ok(query.fetch_one(conn).await?)
}

/// How many entries wait: own, and carried for colleagues.
pub(crate) async fn unsent_counts(conn: &mut SqliteConnection) -> Result<(u64, u64), EngineError> {
    let row = sql::query(
        "SELECT (SELECT count(*) FROM pending) + (SELECT coalesce(sum(entries), 0) FROM outbox),
                (SELECT coalesce(sum(entries), 0) FROM carried)",
    )
    .fetch_one(conn)
    .await?;
    Ok((from_sql(row.try_get(0)?), from_sql(row.try_get(1)?)))
}
