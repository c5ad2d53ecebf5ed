//! Whether the log is whole, and whether the read models are what the log makes of them.

use super::Model;
use crate::StoreError;
use crate::log::Log;
use linli_core::identity::{ChainEnd, PublicKey};
use linli_core::ids::DeviceId;
use sqlx::Row;
use std::collections::BTreeMap;

/// What a verification found.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct VerifyReport {
    /// Batches read.
    pub batches: u64,
    /// Changes in them.
    pub changes: u64,
    /// Documents compared.
    pub documents: u64,
    /// Every finding, in words; empty when all is well.
    pub problems: Vec<String>,
}

/// Problems listed at most; a damaged disk would list every batch.
const PROBLEMS_MAX: usize = 100;

impl VerifyReport {
    fn problem(&mut self, text: String) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(text);
        }
    }
}

/// Checks signatures, chains and sequence numbers of the whole log.
///
/// # Errors
/// [`StoreError`] when the log cannot be read at all.
pub async fn verify_log(log: &Log, report: &mut VerifyReport) -> Result<(), StoreError> {
    let mut keys: BTreeMap<DeviceId, PublicKey> =
        log.devices().await?.into_iter().map(|device| (device.id, device.key)).collect();
    keys.insert(log.office().device(), log.office().public());
    let mut chains: BTreeMap<DeviceId, ChainEnd> = BTreeMap::new();
    let mut seqs = BTreeMap::new();
    let mut after = 0;
    loop {
        let batches = log.inspect(after, 256).await?;
        let Some((last, _)) = batches.last() else { return Ok(()) };
        after = *last;
        for (id, read) in batches {
            report.batches += 1;
            let Some(logged) = read else {
                report
                    .problem(format!("batch {id}: what is stored of it cannot be read, or is another batch"));
                continue;
            };
            report.changes += logged.batch.entries.len() as u64;
            let place = format!("batch {} (space {}, number {})", logged.id, logged.space, logged.seq);
            let expected = seqs.entry(logged.space).and_modify(|seq| *seq += 1).or_insert(1u64);
            if *expected != logged.seq {
                report.problem(format!("{place}: expected number {expected} in its space"));
                *expected = logged.seq;
            }
            let Some(key) = keys.get(&logged.device) else {
                report.problem(format!("{place}: its device {} is not enrolled", logged.device));
                continue;
            };
            match logged.batch.verify(key) {
                Err(error) => report.problem(format!("{place}: {error}")),
                Ok(header) => {
                    let end = chains.get(&header.device).copied().unwrap_or(ChainEnd::start_of(header.epoch));
                    if header.space != logged.space {
                        report.problem(format!("{place}: signed for another space"));
                    }
                    // A person decides over what came beside the chain; the chain goes on without it.
                    if logged.parted {
                        continue;
                    }
                    if !end.is_continued_by(&header) {
                        report.problem(format!("{place}: does not continue its device's chain"));
                    }
                    let end =
                        ChainEnd { epoch: header.epoch, number: header.number, hash: logged.batch.hash() };
                    chains.insert(header.device, end);
                }
            }
        }
    }
}

/// What is compared: every table whose rows the log determines, without columns that depend on grouping.
const COMPARED: [(&str, &str); 25] = [
    (
        "doc",
        "SELECT hex(id) || ' ' || kind || ' ' || hex(space) || ' ' || generation || ' ' || hex(row) AS line FROM doc ORDER BY 1",
    ),
    (
        "household",
        "SELECT hex(id) || ' ' || grid || ' ' || record || ' ' || search || ' ' || open_conflicts || ' ' || coalesce(hex(merged_into), '') || ' ' || tags AS line FROM household ORDER BY 1",
    ),
    (
        "visit",
        "SELECT hex(doc) || ' ' || hex(id) || ' ' || received_ms || ' ' || skew_ms || ' ' || hex(device) || ' ' || record AS line FROM visit ORDER BY 1",
    ),
    (
        "sheet",
        "SELECT hex(doc) || ' ' || visits || ' ' || last_at_ms || ' ' || last_outcome AS line FROM sheet ORDER BY 1",
    ),
    (
        "cover",
        "SELECT period || ' ' || hex(household) || ' ' || visits || ' ' || last_at_ms || ' ' || last_outcome AS line FROM cover ORDER BY 1",
    ),
    (
        "conflict",
        "SELECT hex(id) || ' ' || key || ' ' || live || ' ' || status || ' ' || versions || ' ' || coalesce(chosen, '') || ' ' || coalesce(cause, '') || ' ' || coalesce(hex(decision), '') || ' ' || coalesce(reopened, '') AS line FROM conflict ORDER BY 1",
    ),
    ("duplicate", "SELECT hex(a) || ' ' || hex(b) || ' ' || score AS line FROM duplicate ORDER BY 1"),
    (
        "household_merge",
        "SELECT hex(id) || ' ' || hex(survivor) || ' ' || hex(absorbed) || ' ' || undone AS line FROM household_merge ORDER BY 1",
    ),
    (
        "apart",
        "SELECT hex(id) || ' ' || hex(a) || ' ' || hex(b) || ' ' || undone AS line FROM apart ORDER BY 1",
    ),
    ("grid", "SELECT code || ' ' || name || ' ' || community AS line FROM grid ORDER BY 1"),
    ("worker", "SELECT hex(id) || ' ' || name || ' ' || grids AS line FROM worker ORDER BY 1"),
    (
        "appointment",
        "SELECT hex(worker) || ' ' || hex(id) || ' ' || record AS line FROM appointment ORDER BY 1",
    ),
    ("grid_alias", "SELECT hex(grid) || ' ' || alias AS line FROM grid_alias ORDER BY 1"),
    ("actor", "SELECT hex(space) || ' ' || hex(actor) || ' ' || hex(device) AS line FROM actor ORDER BY 1"),
    ("placement", "SELECT hex(doc) || ' ' || hex(space) || ' ' || nth AS line FROM placement ORDER BY 1"),
    (
        "forgotten",
        "SELECT hex(doc) || ' ' || hex(space) || ' ' || generation AS line FROM forgotten ORDER BY 1",
    ),
    ("moved", "SELECT hex(doc) || ' ' || hex(space) AS line FROM moved ORDER BY 1"),
    ("directive", "SELECT hex(id) || ' ' || community || ' ' || record AS line FROM directive ORDER BY 1"),
    ("canvass", "SELECT hex(id) || ' ' || name || ' ' || record AS line FROM canvass ORDER BY 1"),
    (
        "receipt",
        "SELECT hex(directive) || ' ' || hex(device) || ' ' || at_ms || ' ' || coalesce(skew_ms, '') || ' ' || received_ms AS line FROM receipt ORDER BY 1",
    ),
    (
        "notice_receipt",
        "SELECT version || ' ' || hex(device) || ' ' || at_ms || ' ' || coalesce(skew_ms, '') || ' ' || received_ms AS line FROM notice_receipt ORDER BY 1",
    ),
    (
        "complaint",
        "SELECT hex(id) || ' ' || received_ms || ' ' || hex(device) || ' ' || record AS line FROM complaint ORDER BY 1",
    ),
    (
        "told",
        "SELECT hex(doc) || ' ' || hex(visit) || ' ' || hex(directive) || ' ' || channel || ' ' || hex(household) AS line FROM told ORDER BY 1",
    ),
    (
        "issue",
        "SELECT hex(id) || ' ' || hex(space) || ' ' || received_ms || ' ' || hex(device) || ' ' || record AS line FROM issue ORDER BY 1",
    ),
    ("quarantine", "SELECT batch || ' ' || entry || ' ' || code AS line FROM quarantine ORDER BY 1"),
];

/// Compares a stored model with one freshly made from the log.
///
/// # Errors
/// [`StoreError`].
pub async fn compare_models(
    stored: &Model,
    fresh: &Model,
    report: &mut VerifyReport,
) -> Result<(), StoreError> {
    for (table, query) in COMPARED {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for (model, lines) in [(stored, &mut ours), (fresh, &mut theirs)] {
            let rows = sqlx::query(query).fetch_all(&model.database.readers).await?;
            for row in rows {
                lines.push(row.try_get::<String, _>("line")?);
            }
        }
        if table == "doc" {
            report.documents = theirs.len() as u64;
        }
        if ours != theirs {
            let (only_ours, only_theirs) = difference(&ours, &theirs);
            report.problem(format!(
                "table {table}: {} rows stored, {} from the log; {only_ours} only stored, {only_theirs} only from the log",
                ours.len(),
                theirs.len()
            ));
        }
    }
    compare_heads(stored, fresh, report).await
}

/// How many documents a model has.
///
/// # Errors
/// [`StoreError`].
pub async fn count_documents(model: &Model) -> Result<u64, StoreError> {
    let count: i64 =
        sqlx::query_scalar("SELECT count(*) FROM doc").fetch_one(&model.database.readers).await?;
    Ok(count.unsigned_abs())
}

fn difference(ours: &[String], theirs: &[String]) -> (usize, usize) {
    let set = |lines: &[String]| lines.iter().cloned().collect::<std::collections::BTreeSet<_>>();
    let (ours, theirs) = (set(ours), set(theirs));
    (ours.difference(&theirs).count(), theirs.difference(&ours).count())
}

async fn compare_heads(stored: &Model, fresh: &Model, report: &mut VerifyReport) -> Result<(), StoreError> {
    let ids: Vec<Vec<u8>> =
        sqlx::query_scalar("SELECT id FROM doc ORDER BY id").fetch_all(&fresh.database.readers).await?;
    for id in ids.iter().filter_map(|id| linli_core::ids::DocId::from_slice(id)) {
        let theirs = fresh.document(id).await?.map(|mut open| open.document.heads());
        let ours = stored.document(id).await.map(|open| open.map(|mut open| open.document.heads()));
        match ours {
            Ok(ours) if ours.is_some() && ours == theirs => {}
            Ok(_) => report.problem(format!("document {id}: not what the log makes of it")),
            Err(error) => report.problem(format!("document {id}: {error}")),
        }
    }
    Ok(())
}
