//! Writing the documents of a group back, with the rows that lists need of them.

use super::ROWS_PER_STATEMENT;
use super::canvass::write_canvass;
use super::complaints::write_complaint;
use super::cover::refresh_cover;
use super::directives::{write_directive, write_notice_receipts, write_receipts, write_told};
use super::documents::{Origin, Touched};
use super::duplicates::refresh_duplicates;
use super::issues::write_issue;
use super::{organisation, recall};
use crate::StoreError;
use crate::cores::on_all_cores;
use linli_core::ids::{DocId, HouseholdId, VisitId};
use linli_core::kinds::{self, ApartNote, DocKind, Grid, Household, MergeNote, VisitEntry, Worker};
use linli_core::model::{HouseholdRow, IssueRow, SheetRow};
use linli_core::record::Fields;
use linli_core::search::SearchText;
use serde_json::json;
use sqlx::{QueryBuilder, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet};

/// Households whose search text changed; `None` when it must no longer be found.
pub(super) type Searchable = Vec<(HouseholdId, Option<String>)>;

/// A changed document, ready to be written.
pub(super) struct Ready {
    pub(super) touched: Touched,
    fields: Fields,
    /// The document as stored, and the row that lists need of it.
    bytes: Vec<u8>,
    row: Vec<u8>,
    household: Option<ReadyHousehold>,
    sheet: Option<SheetRow>,
}

impl Ready {
    pub(super) fn is_withdrawn(&self) -> bool {
        self.household.as_ref().is_some_and(|household| household.row.is_withdrawn())
    }
}

struct ReadyHousehold {
    row: HouseholdRow,
    search: String,
    record: String,
}

/// Writes every changed document: one statement for many rows, because each is a change of threads.
pub(super) async fn flush(
    connection: &mut SqliteConnection,
    docs: BTreeMap<DocId, Touched>,
) -> Result<Searchable, StoreError> {
    let changed: Vec<Touched> = docs.into_values().filter(|touched| touched.changed).collect();
    let ready = on_all_cores(changed, prepare);
    for ready in ready.chunks(ROWS_PER_STATEMENT) {
        write_docs(connection, ready).await?;
        write_households(connection, ready).await?;
        write_sheets(connection, ready).await?;
    }
    for ready in &ready {
        match ready.touched.open.document.kind() {
            DocKind::Household => {
                write_merges(connection, ready).await?;
                write_apart(connection, ready).await?;
            }
            DocKind::Visits => write_amended(connection, ready).await?,
            DocKind::Grid => write_grid(connection, ready.touched.open.id, &ready.fields).await?,
            DocKind::Worker => write_worker(connection, ready.touched.open.id, &ready.fields).await?,
            DocKind::Directive => write_directive(connection, ready.touched.open.id, &ready.fields).await?,
            DocKind::Receipts => {
                write_receipts(connection, &ready.touched).await?;
                write_notice_receipts(connection, &ready.touched).await?;
            }
            DocKind::Issue => write_issue(connection, &ready.touched, &ready.fields).await?,
            DocKind::Canvass => write_canvass(connection, ready.touched.open.id, &ready.fields).await?,
            DocKind::Complaint => write_complaint(connection, &ready.touched, &ready.fields).await?,
            DocKind::Photo | DocKind::Operator | DocKind::Emergency => {}
        }
    }
    write_visits(connection, &ready).await?;
    let covered = covered(&ready);
    recall::note(connection, recall::late(&ready), &covered).await?;
    refresh_cover(connection, covered).await?;
    let mut searchable = Vec::new();
    let mut households = BTreeMap::new();
    for ready in ready {
        let Some(household) = ready.household else { continue };
        let id = HouseholdId::from(ready.touched.open.id);
        searchable.push((id, household.row.merged_into.is_none().then_some(household.search)));
        households.insert(id, (household.row, ready.touched.is_new));
    }
    refresh_duplicates(connection, &households).await?;
    Ok(searchable)
}

/// Households of which the visits, or where they count, may have changed.
fn covered(ready: &[Ready]) -> BTreeSet<HouseholdId> {
    let visited = ready.iter().filter_map(|ready| Some(ready.sheet.as_ref()?.household));
    let remerged = ready.iter().filter(|ready| ready.touched.remerged);
    visited.chain(remerged.map(|ready| HouseholdId::from(ready.touched.open.id))).collect()
}

/// Everything that can be worked out without the database.
fn prepare(mut touched: Touched) -> Ready {
    let document = &mut touched.open.document;
    let (fields, bytes) = (document.fields(), document.save());
    let (mut row, mut household, mut sheet) = (Vec::new(), None, None);
    match document.kind() {
        DocKind::Household => {
            let found = HouseholdRow::of_parts(&fields, &document.conflicts());
            row = found.to_bytes();
            let id = HouseholdId::from(touched.open.id);
            let (search, record) = (search_text(&found), household_record(id, &fields).to_string());
            household = Some(ReadyHousehold { row: found, search, record });
        }
        DocKind::Visits => {
            sheet = SheetRow::of(&fields);
            row = sheet.as_ref().map(SheetRow::to_bytes).unwrap_or_default();
        }
        DocKind::Issue => row = IssueRow::of(&fields).as_ref().map(IssueRow::to_bytes).unwrap_or_default(),
        DocKind::Grid
        | DocKind::Worker
        | DocKind::Canvass
        | DocKind::Directive
        | DocKind::Receipts
        | DocKind::Photo
        | DocKind::Operator
        | DocKind::Complaint
        | DocKind::Emergency => {}
    }
    Ready { touched, fields, bytes, row, household, sheet }
}

fn search_text(row: &HouseholdRow) -> String {
    let names: Vec<&str> = row.people.iter().map(|person| person.name.as_str()).collect();
    let tags: Vec<&str> = row.tags.iter().map(String::as_str).collect();
    let note = Some(row.note.as_str()).filter(|note| !note.is_empty());
    SearchText::build(&row.address(), &names, &row.phones(), &tags, note).into_string()
}

async fn write_docs(connection: &mut SqliteConnection, ready: &[Ready]) -> Result<(), StoreError> {
    if ready.is_empty() {
        return Ok(());
    }
    let mut insert = QueryBuilder::new("INSERT INTO doc (id, kind, space, generation, bytes, row, applied) ");
    insert.push_values(ready, |mut to, ready| {
        let open = &ready.touched.open;
        to.push_bind(open.id.0.to_vec()).push_bind(open.document.kind().number());
        to.push_bind(open.space.0.to_vec()).push_bind(i64::from(open.generation));
        to.push_bind(ready.bytes.as_slice()).push_bind(ready.row.as_slice());
        to.push_bind(ready.touched.applied);
    });
    insert.push(
        " ON CONFLICT (id) DO UPDATE SET space = excluded.space, bytes = excluded.bytes, row = excluded.row,
         applied = excluded.applied",
    );
    insert.build().execute(connection).await?;
    Ok(())
}

async fn write_households(connection: &mut SqliteConnection, ready: &[Ready]) -> Result<(), StoreError> {
    let households = ready.iter().filter_map(|ready| Some((ready, ready.household.as_ref()?)));
    let households: Vec<_> = households.collect();
    if households.is_empty() {
        return Ok(());
    }
    let mut insert = QueryBuilder::new(
        "INSERT OR REPLACE INTO household (id, space, grid, estate, building, unit, room, address_key, search, row,
           record, residents, merged_into, open_conflicts, tags) ",
    );
    insert.push_values(households, |mut to, (ready, household)| {
        let (open, row, address) = (&ready.touched.open, &household.row, household.row.address());
        to.push_bind(open.id.0.to_vec()).push_bind(open.space.0.to_vec()).push_bind(&row.grid);
        to.push_bind(address.estate.clone()).push_bind(address.building.clone());
        to.push_bind(address.unit.clone()).push_bind(address.room.clone()).push_bind(address.key());
        to.push_bind(&household.search).push_bind(ready.row.as_slice()).push_bind(&household.record);
        to.push_bind(i64::try_from(row.people.len()).unwrap_or(i64::MAX));
        to.push_bind(row.merged_into.map(|id| id.0.to_vec()));
        to.push_bind(i64::from(row.open_conflicts));
        to.push_bind(row.tags.iter().map(String::as_str).collect::<Vec<_>>().join("\n"));
    });
    insert.build().execute(connection).await?;
    Ok(())
}

async fn write_merges(connection: &mut SqliteConnection, ready: &Ready) -> Result<(), StoreError> {
    for (merge, note, undone) in MergeNote::read_all(&ready.fields) {
        sqlx::query("INSERT OR REPLACE INTO household_merge (id, survivor, absorbed, reason, at_ms, undone, decided_by) VALUES (?, ?, ?, ?, ?, ?, ?)")
            .bind(merge.0.as_slice())
            .bind(ready.touched.open.id.0.as_slice())
            .bind(note.absorbed.0.as_slice())
            .bind(note.reason)
            .bind(note.at_ms)
            .bind(i64::from(undone))
            .bind(note.by)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

async fn write_apart(connection: &mut SqliteConnection, ready: &Ready) -> Result<(), StoreError> {
    for (id, note, undone) in ApartNote::read_all(&ready.fields) {
        let own = HouseholdId::from(ready.touched.open.id);
        let [a, b] = super::duplicates::ordered(own, note.other);
        sqlx::query("INSERT OR REPLACE INTO apart (id, a, b, reason, decided_by, at_ms, undone) VALUES (?, ?, ?, ?, ?, ?, ?)")
            .bind(id.0.as_slice())
            .bind(a.0.as_slice())
            .bind(b.0.as_slice())
            .bind(note.reason)
            .bind(note.by)
            .bind(note.at_ms)
            .bind(i64::from(undone))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// A household with everything an export or a page shows.
fn household_record(id: HouseholdId, fields: &Fields) -> serde_json::Value {
    let household = Household::read(fields, "");
    let residents: Vec<serde_json::Value> = kinds::residents(fields)
        .into_iter()
        .map(|(id, resident)| with_id(&id.to_string(), &resident))
        .collect();
    let mut record = with_id(&id.to_string(), &household);
    if let Some(map) = record.as_object_mut() {
        map.insert("address".into(), json!(household.address().to_string()));
        map.insert("residents".into(), json!(residents));
    }
    record
}

fn with_id(id: &str, record: &impl serde::Serialize) -> serde_json::Value {
    let mut value = serde_json::to_value(record).unwrap_or_default();
    if let Some(map) = value.as_object_mut() {
        map.insert("id".into(), json!(id));
    }
    value
}

async fn write_sheets(connection: &mut SqliteConnection, ready: &[Ready]) -> Result<(), StoreError> {
    let sheets: Vec<_> = ready.iter().filter_map(|ready| Some((ready, ready.sheet.as_ref()?))).collect();
    if sheets.is_empty() {
        return Ok(());
    }
    let mut insert = QueryBuilder::new(
        "INSERT OR REPLACE INTO sheet (doc, household, period, visits, last_at_ms, last_outcome) ",
    );
    insert.push_values(sheets, |mut to, (ready, sheet)| {
        to.push_bind(ready.touched.open.id.0.to_vec()).push_bind(sheet.household.0.to_vec());
        to.push_bind(&sheet.period).push_bind(i64::from(sheet.visits));
        to.push_bind(sheet.last_at_ms).push_bind(sheet.last_outcome.word());
    });
    insert.build().execute(connection).await?;
    Ok(())
}

/// A visit as it arrived, with its sheet.
type NewVisit<'a> = (&'a Ready, &'a SheetRow, VisitId, VisitEntry, Origin);

async fn write_visits(connection: &mut SqliteConnection, ready: &[Ready]) -> Result<(), StoreError> {
    let mut visits: Vec<NewVisit<'_>> = Vec::new();
    for ready in ready {
        let Some(sheet) = &ready.sheet else { continue };
        for (id, entry) in kinds::visits(&ready.fields) {
            if let Some(origin) = ready.touched.visits.get(&id) {
                visits.push((ready, sheet, id, entry, *origin));
            }
        }
    }
    let told = visits.iter().map(|(ready, sheet, id, entry, _)| {
        (ready.touched.open.id, *id, sheet.household, entry) //
    });
    write_told(connection, &told.collect::<Vec<_>>()).await?;
    for visits in visits.chunks(ROWS_PER_STATEMENT) {
        let mut insert = QueryBuilder::new(
            "INSERT OR REPLACE INTO visit (doc, id, household, period, at_ms, received_ms, skew_ms, device, outcome, record) ",
        );
        insert.push_values(visits, |mut to, (ready, sheet, id, entry, origin)| {
            to.push_bind(ready.touched.open.id.0.to_vec()).push_bind(id.0.to_vec());
            to.push_bind(sheet.household.0.to_vec()).push_bind(&sheet.period);
            to.push_bind(entry.at_ms).push_bind(origin.received_ms).push_bind(origin.skew_ms);
            to.push_bind(origin.device.0.to_vec()).push_bind(entry.outcome.word());
            to.push_bind(serde_json::to_string(&entry).unwrap_or_default());
        });
        insert.build().execute(&mut *connection).await?;
    }
    Ok(())
}

/// Visits that were known and only got a correction.
async fn write_amended(connection: &mut SqliteConnection, ready: &Ready) -> Result<(), StoreError> {
    let touched = &ready.touched;
    let is_amended = |id: &VisitId| touched.amended.contains(id) && !touched.visits.contains_key(id);
    if touched.amended.is_empty() {
        return Ok(());
    }
    for (id, entry) in kinds::visits(&ready.fields).into_iter().filter(|(id, _)| is_amended(id)) {
        sqlx::query("UPDATE visit SET outcome = ?, record = ? WHERE doc = ? AND id = ?")
            .bind(entry.outcome.word())
            .bind(serde_json::to_string(&entry).unwrap_or_default())
            .bind(touched.open.id.0.as_slice())
            .bind(id.0.as_slice())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

async fn write_grid(connection: &mut SqliteConnection, id: DocId, fields: &Fields) -> Result<(), StoreError> {
    let grid = Grid::read(fields, "");
    organisation::write_aliases(connection, id, &grid).await?;
    if let (Some(code), Some(community)) = (grid.code, grid.community) {
        let name = grid.name.unwrap_or_else(|| code.clone());
        sqlx::query("INSERT OR REPLACE INTO grid (doc, code, name, community) VALUES (?, ?, ?, ?)")
            .bind(id.0.as_slice())
            .bind(code)
            .bind(name)
            .bind(community)
            .execute(connection)
            .await?;
    }
    Ok(())
}

async fn write_worker(
    connection: &mut SqliteConnection,
    id: DocId,
    fields: &Fields,
) -> Result<(), StoreError> {
    let worker = Worker::read(fields, "");
    organisation::write_appointments(connection, id, fields).await?;
    if let (Some(name), Some(community)) = (worker.name, worker.community) {
        sqlx::query("INSERT OR REPLACE INTO worker (id, name, community, grids) VALUES (?, ?, ?, ?)")
            .bind(id.0.as_slice())
            .bind(name)
            .bind(community)
            .bind(serde_json::to_string(&worker.grids).unwrap_or_default())
            .execute(connection)
            .await?;
    }
    Ok(())
}
