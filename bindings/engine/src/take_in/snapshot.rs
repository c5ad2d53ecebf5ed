//! A page of a snapshot: documents stored as they come, with the relay's rows beside them.
//!
//! A first download brings thousands of documents; opening each would take longer than the download.
//! So bytes and rows go straight to the database, and a row is made again when its document is opened.

use super::TakenIn;
use super::moves::{self, Moved};
use super::row_batch::RowBatch;
use crate::packing::unpack;
use crate::sql::{self, QueryBuilder, Sqlite, SqliteConnection};
use crate::store::docs::{self, StoredDoc};
use crate::store::rows::{PlacedRow, SearchChange};
use crate::store::{begin, forgotten, people, places, spaces};
use crate::{Engine, EngineError};
use linli_core::doc::Document;
use linli_core::identity::Placement;
use linli_core::ids::{DocId, SpaceId};
use linli_core::kinds::DocKind;
use linli_core::model::{HouseholdRow, IssueRow, SheetRow};
use linli_core::sync::device::Cursor;
use linli_core::sync::frames::{ForgottenDoc, LeftDoc, SnapshotBody, SnapshotDoc, SnapshotPage};
use std::collections::{BTreeMap, BTreeSet};

/// Documents of one statement.
const CHUNK_ROWS: usize = 100;

impl Engine {
    /// Stores a page of a snapshot.
    ///
    /// # Errors
    /// [`EngineError`]; then nothing of the page is stored and its cursor has not moved.
    pub(crate) async fn store_snapshot(&self, page: &SnapshotPage) -> Result<TakenIn, EngineError> {
        let body: SnapshotBody = unpack(&page.body)?;
        let mut taken = TakenIn::default();
        let mut batch = RowBatch::default();
        let mut conn = self.store.lock().await;
        let mut tx = begin(&mut conn).await?;
        let actors: Vec<_> = body.actors.iter().map(|pair| (pair.actor, pair.device)).collect();
        people::bind_actors(&mut tx, &actors).await?;
        let mut gone = self.leave_all(&mut tx, body.left.unwrap_or_default(), &mut taken).await?;
        gone.extend(self.forget_all(&mut tx, body.forgotten.unwrap_or_default(), &mut taken).await?);
        let docs = of_this_place(&mut tx, page.space, body.docs).await?;
        let touched = touched_docs(&mut tx).await?;
        let (known, mut fresh): (Vec<_>, Vec<_>) =
            docs.into_iter().partition(|doc| touched.contains(&doc.doc));
        let came = fresh.len();
        fresh.retain(|doc| add_row(&mut batch, page.space, doc));
        taken.received += fresh.len() as u64;
        taken.skipped += (came - fresh.len()) as u64;
        put_docs(&mut tx, page.space, &fresh).await?;
        drop(fresh);
        for doc in known {
            self.merge_doc(&mut tx, page.space, doc, &mut batch, &mut taken).await?;
        }
        gone.extend(batch.write(&mut tx, self.device(), &mut taken).await?);
        spaces::set_cursor(&mut tx, page.space, cursor_after(page), page.pages, page.seq).await?;
        tx.commit().await?;
        if taken.forgotten > 0 {
            forgotten::cut_journal(&mut conn).await?;
        }
        self.index_changes(gone);
        Ok(taken)
    }

    /// Documents that were destroyed. One that begins anew comes with the snapshot.
    async fn forget_all(
        &self,
        conn: &mut SqliteConnection,
        docs: Vec<ForgottenDoc>,
        taken: &mut TakenIn,
    ) -> Result<Vec<SearchChange>, EngineError> {
        let mut destroyed = BTreeMap::new();
        let mut gone = Vec::new();
        for ForgottenDoc { doc, generation } in docs {
            let here = docs::load(&mut *conn, doc).await?;
            let older = here.as_ref().is_some_and(|here| here.generation < generation);
            if older || here.is_none() {
                forgotten::purge(&mut *conn, doc, generation).await?;
            }
            if older {
                destroyed.insert(doc, generation);
                gone.push((doc.into(), None));
            }
        }
        taken.forgotten += destroyed.len() as u64;
        forgotten::strip_if_any(&mut *conn, &destroyed).await?;
        if !destroyed.is_empty() {
            self.rotate_actor()?;
        }
        Ok(gone)
    }

    /// Documents that are no longer in the snapshot's space.
    async fn leave_all(
        &self,
        conn: &mut SqliteConnection,
        left: Vec<LeftDoc>,
        taken: &mut TakenIn,
    ) -> Result<Vec<SearchChange>, EngineError> {
        let granted = moves::granted(&mut *conn).await?;
        let mut gone = Vec::new();
        for LeftDoc { doc, to, nth } in left {
            let moved = moves::leave(&mut *conn, doc, Placement { nth, space: to }, &granted).await?;
            taken.received += u64::from(moved != Moved::Known);
            if moved == Moved::Gone {
                gone.push((doc.into(), None));
            }
        }
        if !gone.is_empty() {
            self.rotate_actor()?;
        }
        Ok(gone)
    }

    /// A document that was edited or added to here: nothing of it may be lost, so both become one.
    async fn merge_doc(
        &self,
        conn: &mut SqliteConnection,
        space: SpaceId,
        came: SnapshotDoc,
        batch: &mut RowBatch,
        taken: &mut TakenIn,
    ) -> Result<(), EngineError> {
        let Some(mut stored) = docs::load(&mut *conn, came.doc).await? else { return Ok(()) };
        let loaded = Document::load(came.kind, &came.bytes);
        let Ok(mut theirs) = loaded else {
            taken.skipped += 1;
            return Ok(());
        };
        if came.generation > stored.generation {
            stored = StoredDoc { doc: theirs, space, generation: came.generation };
            self.rotate_actor()?;
        } else if came.generation < stored.generation || stored.doc.merge(&mut theirs).is_err() {
            taken.skipped += 1;
            return Ok(());
        }
        stored.space = space;
        taken.received += 1;
        docs::save(conn, came.doc, &mut stored).await?;
        batch.add(came.doc, &mut stored);
        Ok(())
    }
}

/// The documents that are in the snapshot's space as far as this phone knows; their moves are remembered.
async fn of_this_place(
    conn: &mut SqliteConnection,
    space: SpaceId,
    came: Vec<SnapshotDoc>,
) -> Result<Vec<SnapshotDoc>, EngineError> {
    let known = places::all(&mut *conn).await?;
    let mut docs = Vec::with_capacity(came.len());
    for doc in came {
        let place = Placement { nth: doc.nth.unwrap_or(0), space };
        let before = known.get(&doc.doc);
        if before.is_some_and(|before| place < *before) {
            continue;
        }
        if place.nth > 0 && before != Some(&place) {
            places::put(&mut *conn, doc.doc, place).await?;
        }
        docs.push(doc);
    }
    Ok(docs)
}

/// The same step that the protocol's state machine takes for this page.
fn cursor_after(page: &SnapshotPage) -> Cursor {
    let next = page.page.saturating_add(1);
    if next >= page.pages { Cursor::At(page.seq) } else { Cursor::Snapshot { seq: page.seq, page: next } }
}

/// Takes the relay's row over, or works it out where this version cannot read it.
fn add_row(batch: &mut RowBatch, space: SpaceId, doc: &SnapshotDoc) -> bool {
    match doc.kind {
        DocKind::Household => {
            if let Some(row) = HouseholdRow::from_bytes(&doc.row) {
                batch.households.push(PlacedRow { id: doc.doc.into(), space, row });
                return true;
            }
        }
        DocKind::Visits => {
            if let Some(row) = SheetRow::from_bytes(&doc.row) {
                batch.sheets.push((doc.doc, row));
                return true;
            }
        }
        DocKind::Issue => {
            if let Some(row) = IssueRow::from_bytes(&doc.row) {
                batch.issues.push((doc.doc.into(), space, row));
                return true;
            }
        }
        DocKind::Grid
        | DocKind::Worker
        | DocKind::Canvass
        | DocKind::Directive
        | DocKind::Receipts
        | DocKind::Photo
        | DocKind::Operator
        | DocKind::Emergency
        | DocKind::Complaint => {
            return true;
        }
    }
    let Ok(opened) = Document::load(doc.kind, &doc.bytes) else { return false };
    batch.add(doc.doc, &mut StoredDoc { doc: opened, space, generation: doc.generation });
    true
}

async fn touched_docs(conn: &mut SqliteConnection) -> Result<BTreeSet<DocId>, EngineError> {
    let found: Vec<Vec<u8>> =
        sql::query_scalar("SELECT id FROM doc WHERE touched = 1").fetch_all(conn).await?;
    Ok(found.iter().filter_map(|bytes| DocId::from_slice(bytes)).collect())
}

async fn put_docs(
    conn: &mut SqliteConnection,
    space: SpaceId,
    docs: &[SnapshotDoc],
) -> Result<(), EngineError> {
    for chunk in docs.chunks(CHUNK_ROWS) {
        let mut insert: QueryBuilder<Sqlite> =
            QueryBuilder::new("INSERT OR REPLACE INTO doc (id, kind, space, generation, touched, bytes) ");
        insert.push_values(chunk, |mut put, doc| {
            put.push_bind(&doc.doc.0[..]).push_bind(doc.kind.number()).push_bind(&space.0[..]);
            put.push_bind(i64::from(doc.generation)).push_bind(0i64).push_bind(&doc.bytes[..]);
        });
        insert.build().persistent(chunk.len() == CHUNK_ROWS).execute(&mut *conn).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{HouseholdFilter, NewVisit, Options, SystemEnv, TodayFilter};
    use linli_core::doc::Author;
    use linli_core::ids::{Actor, HouseholdId};
    use linli_core::kinds::{Household, Outcome, VisitEntry, VisitSheet, visit_key, visits_doc};
    use linli_core::record::Put;
    use linli_core::sync::frames::{Codec, Grant, Packed};
    use std::time::Instant;

    /// Households in the snapshot; set it to 11500 in a release build to measure a whole community.
    const COUNT_VARIABLE: &str = "LINLI_MEASURE_HOUSEHOLDS";
    const COUNT_DEFAULT: usize = 300;
    const AT_MS: i64 = 1_795_000_000_000;

    fn docs_of(number: usize) -> [SnapshotDoc; 2] {
        let id = HouseholdId::derive(&[&number.to_be_bytes()]);
        let author = Author::now(Actor([1; 16]), AT_MS);
        let household = Household {
            grid: Some("110105001001001".into()),
            estate: Some("阳光花园".into()),
            building: Some((number / 100).to_string()),
            unit: Some((number / 20 % 5 + 1).to_string()),
            room: Some(format!("{}0{}", number / 4 % 5 + 1, number % 4 + 1)),
            contact_phone: Some(format!("138{number:08}")),
            ..Household::default()
        };
        let mut puts = household.puts("");
        for person in 0..2 {
            puts.push(Put::set(format!("r/00000000000{person}0/name"), format!("张{number}")));
            puts.push(Put::set(format!("r/00000000000{person}0/birth"), "1987-03-05"));
        }
        let mut doc = Document::new(DocKind::Household);
        doc.edit(&author, &puts).unwrap();
        let row = HouseholdRow::of(&mut doc).to_bytes();
        let home = SnapshotDoc {
            doc: id.into(),
            kind: DocKind::Household,
            generation: 0,
            bytes: doc.save(),
            row,
            nth: None,
        };
        let sheet = VisitSheet { household: Some(id.to_string()), period: Some("2026Q4".into()) };
        let mut puts = sheet.puts("");
        let visit = linli_core::ids::VisitId([1; 8]);
        puts.push(Put::set(visit_key(visit), VisitEntry::new(AT_MS, Outcome::Done).to_value()));
        let mut doc = Document::new(DocKind::Visits);
        doc.edit(&author, &puts).unwrap();
        let row = SheetRow::of(&doc.fields()).unwrap().to_bytes();
        let doc_id = visits_doc(id, "2026Q4");
        [
            home,
            SnapshotDoc {
                doc: doc_id,
                kind: DocKind::Visits,
                generation: 0,
                bytes: doc.save(),
                row,
                nth: None,
            },
        ]
    }

    fn pages(space: SpaceId, count: usize) -> Vec<SnapshotPage> {
        let numbers: Vec<usize> = (0..count).collect();
        let chunks = numbers.chunks(600);
        let pages = u32::try_from(chunks.len()).unwrap();
        let page = |(page, numbers): (usize, &[usize])| {
            let docs = numbers.iter().flat_map(|number| docs_of(*number)).collect();
            let body =
                minicbor::to_vec(SnapshotBody { docs, actors: Vec::new(), left: None, forgotten: None })
                    .unwrap();
            let bytes = zstd::bulk::compress(&body, 3).unwrap();
            let (page, body) = (u32::try_from(page).unwrap(), Packed { codec: Codec::Zstd, bytes });
            SnapshotPage { space, seq: 9, page, pages, bytes_total: 0, body }
        };
        chunks.enumerate().map(page).collect()
    }

    /// The most memory this process has held, where the system tells.
    fn peak_memory() -> String {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("VmHWM unknown").to_owned()
    }

    #[tokio::test]
    async fn a_snapshot_is_stored_listed_searched_and_written_to() {
        let count = std::env::var(COUNT_VARIABLE).ok().and_then(|text| text.parse().ok());
        let count: usize = count.unwrap_or(COUNT_DEFAULT);
        let dir = std::env::temp_dir().join(format!("linli-snapshot-{}", std::process::id()));
        let env = Box::new(SystemEnv::default());
        let engine = Engine::open(&dir, env, Options::default()).await.unwrap();
        let space = SpaceId([1; 16]);
        let grants = [Grant { space, name: "网格".into(), write: true }];
        spaces::set_grants(&mut *engine.store.lock().await, &grants).await.unwrap();
        let pages = pages(space, count);
        println!("{count} households prepared, {}", peak_memory());

        let started = Instant::now();
        for page in &pages {
            engine.store_snapshot(page).await.unwrap();
        }
        println!("stored in {} ms, {}", started.elapsed().as_millis(), peak_memory());
        assert_eq!(engine.status().await.unwrap().households, count as u64);

        let started = Instant::now();
        let search = HouseholdFilter { search: Some("13800000007".into()), ..HouseholdFilter::default() };
        let found = engine.households(&search).await.unwrap();
        println!("first search in {} ms", started.elapsed().as_millis());
        assert_eq!(found[0].id, HouseholdId::derive(&[&7usize.to_be_bytes()]));

        for _ in 0..2 {
            let started = Instant::now();
            let today = engine.today(&TodayFilter::default()).await.unwrap();
            println!("today in {} us", started.elapsed().as_micros());
            assert_eq!(today.tally.households, count as u64);
        }

        let started = Instant::now();
        const VISITS: u32 = 100;
        for number in 0..VISITS as usize {
            let home = HouseholdId::derive(&[&(number % count).to_be_bytes()]);
            engine.visit(home, NewVisit::new(Outcome::Done)).await.unwrap();
        }
        println!("one visit saved in {} us", started.elapsed().as_micros() / u128::from(VISITS));
        drop(engine);
        std::fs::remove_dir_all(dir).unwrap();
    }
}
