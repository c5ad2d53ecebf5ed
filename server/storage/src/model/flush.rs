//! Writing the documents of a group back, with the rows that lists need of them.

use super::documents::Touched;
use super::duplicates::refresh_duplicates;
use crate::StoreError;
use linli_core::ids::{DocId, HouseholdId};
use linli_core::kinds::{self, DocKind, Grid, Household, MergeNote, Worker};
use linli_core::model::{HouseholdRow, SheetRow};
use linli_core::record::Fields;
use linli_core::search::SearchText;
use serde_json::json;
use sqlx::SqliteConnection;
use std::collections::BTreeMap;

/// Households whose search text changed; `None` when it must no longer be found.
pub(super) type Searchable = Vec<(HouseholdId, Option<String>)>;

/// Writes every changed document.
pub(super) async fn flush(
    connection: &mut SqliteConnection,
    docs: BTreeMap<DocId, Touched>,
) -> Result<Searchable, StoreError> {
    let mut searchable = Vec::new();
    let mut households = BTreeMap::new();
    for (id, mut touched) in docs {
        if !touched.changed {
            continue;
        }
        let fields = touched.open.document.fields();
        let row = match touched.open.document.kind() {
            DocKind::Household => {
                let row = HouseholdRow::of(&mut touched.open.document);
                searchable.push(write_household(connection, &touched, &fields, &row).await?);
                let bytes = row.to_bytes();
                households.insert(HouseholdId::from(id), (row, touched.is_new));
                bytes
            }
            DocKind::Visits => write_visits(connection, &touched, &fields).await?,
            DocKind::Grid => write_grid(connection, id, &fields).await?,
            DocKind::Worker => write_worker(connection, id, &fields).await?,
            DocKind::Canvass => Vec::new(),
        };
        write_doc(connection, &mut touched, &row).await?;
    }
    refresh_duplicates(connection, &households).await?;
    Ok(searchable)
}

async fn write_doc(
    connection: &mut SqliteConnection,
    touched: &mut Touched,
    row: &[u8],
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO doc (id, kind, space, generation, bytes, row, applied) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET bytes = excluded.bytes, row = excluded.row, applied = excluded.applied",
    )
    .bind(touched.open.id.0.as_slice())
    .bind(touched.open.document.kind().number())
    .bind(touched.open.space.0.as_slice())
    .bind(i64::from(touched.open.generation))
    .bind(touched.open.document.save())
    .bind(row)
    .bind(touched.applied)
    .execute(connection)
    .await?;
    Ok(())
}

async fn write_household(
    connection: &mut SqliteConnection,
    touched: &Touched,
    fields: &Fields,
    row: &HouseholdRow,
) -> Result<(HouseholdId, Option<String>), StoreError> {
    let id = HouseholdId::from(touched.open.id);
    let address = row.address();
    let names: Vec<&str> = row.people.iter().map(|person| person.name.as_str()).collect();
    let tags: Vec<&str> = row.tags.iter().map(String::as_str).collect();
    let note = Some(row.note.as_str()).filter(|note| !note.is_empty());
    let search = SearchText::build(&address, &names, &row.phones(), &tags, note).into_string();
    sqlx::query(
        "INSERT OR REPLACE INTO household (id, space, grid, estate, building, unit, room, address_key, search, row,
           record, residents, merged_into, open_conflicts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(id.0.as_slice())
    .bind(touched.open.space.0.as_slice())
    .bind(&row.grid)
    .bind(&address.estate)
    .bind(&address.building)
    .bind(&address.unit)
    .bind(&address.room)
    .bind(address.key())
    .bind(&search)
    .bind(row.to_bytes())
    .bind(household_record(id, fields).to_string())
    .bind(i64::try_from(row.people.len()).unwrap_or(i64::MAX))
    .bind(row.merged_into.map(|id| id.0.to_vec()))
    .bind(i64::from(row.open_conflicts))
    .execute(&mut *connection)
    .await?;
    for (merge, note, undone) in MergeNote::read_all(fields) {
        sqlx::query("INSERT OR REPLACE INTO household_merge (id, survivor, absorbed, reason, at_ms, undone) VALUES (?, ?, ?, ?, ?, ?)")
            .bind(merge.0.as_slice())
            .bind(id.0.as_slice())
            .bind(note.absorbed.0.as_slice())
            .bind(note.reason)
            .bind(note.at_ms)
            .bind(i64::from(undone))
            .execute(&mut *connection)
            .await?;
    }
    Ok((id, row.merged_into.is_none().then_some(search)))
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

async fn write_visits(
    connection: &mut SqliteConnection,
    touched: &Touched,
    fields: &Fields,
) -> Result<Vec<u8>, StoreError> {
    let Some(row) = SheetRow::of(fields) else { return Ok(Vec::new()) };
    sqlx::query(
        "INSERT OR REPLACE INTO sheet (doc, household, period, visits, last_at_ms, last_outcome) VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(touched.open.id.0.as_slice())
    .bind(row.household.0.as_slice())
    .bind(&row.period)
    .bind(i64::from(row.visits))
    .bind(row.last_at_ms)
    .bind(row.last_outcome.word())
    .execute(&mut *connection)
    .await?;
    for (id, entry) in kinds::visits(fields) {
        let record = serde_json::to_string(&entry).unwrap_or_default();
        if let Some(origin) = touched.visits.get(&id) {
            sqlx::query(
                "INSERT OR REPLACE INTO visit (doc, id, household, period, at_ms, received_ms, skew_ms, device, outcome, record)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(touched.open.id.0.as_slice())
            .bind(id.0.as_slice())
            .bind(row.household.0.as_slice())
            .bind(&row.period)
            .bind(entry.at_ms)
            .bind(origin.received_ms)
            .bind(origin.skew_ms)
            .bind(origin.device.0.as_slice())
            .bind(entry.outcome.word())
            .bind(record)
            .execute(&mut *connection)
            .await?;
        } else if touched.amended.contains(&id) {
            sqlx::query("UPDATE visit SET outcome = ?, record = ? WHERE doc = ? AND id = ?")
                .bind(entry.outcome.word())
                .bind(record)
                .bind(touched.open.id.0.as_slice())
                .bind(id.0.as_slice())
                .execute(&mut *connection)
                .await?;
        }
    }
    Ok(row.to_bytes())
}

async fn write_grid(
    connection: &mut SqliteConnection,
    id: DocId,
    fields: &Fields,
) -> Result<Vec<u8>, StoreError> {
    let grid = Grid::read(fields, "");
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
    Ok(Vec::new())
}

async fn write_worker(
    connection: &mut SqliteConnection,
    id: DocId,
    fields: &Fields,
) -> Result<Vec<u8>, StoreError> {
    let worker = Worker::read(fields, "");
    if let (Some(name), Some(community)) = (worker.name, worker.community) {
        sqlx::query("INSERT OR REPLACE INTO worker (id, name, community, grids) VALUES (?, ?, ?, ?)")
            .bind(id.0.as_slice())
            .bind(name)
            .bind(community)
            .bind(serde_json::to_string(&worker.grids).unwrap_or_default())
            .execute(connection)
            .await?;
    }
    Ok(Vec::new())
}
