//! Documents and read models, made from the log in order.

mod apply;
mod canvass;
mod changes;
mod complaints;
mod conflicts;
mod cover;
mod desk;
mod digests;
mod directives;
mod documents;
mod due;
mod duplicates;
mod entries;
mod flush;
mod forget;
mod held;
mod issues;
mod moves;
mod organisation;
mod pairs;
mod queries;
mod recall;
mod snapshots;
mod source;
mod verify;
mod wanted;

pub use canvass::CanvassRecord;
pub use changes::{ChangedRecord, Subject};
pub use complaints::ComplaintRecord;
pub use conflicts::{Cause, ConflictRecord, ConflictVersion, IMPORT_MESSAGE, Reopened};
pub use cover::{CampaignRecord, CellRecord, CoverFilter, CoverRecord};
pub use desk::{ConflictCount, ConflictFilter, PlacedConflict};
pub use directives::{DirectiveRecord, Reached, ReceiptRecord};
pub use documents::OpenDoc;
pub use entries::{EntryError, check_allowed, check_fits};
pub use issues::{AfterIssue, IssueFilter, IssueRecord};
pub use moves::Stray;
pub use organisation::{Place, PlaceRecord, WorkerRecord};
pub use pairs::{AfterPair, ApartRecord, DuplicateRecord, MergeRecord};
pub use queries::{GridRecord, HouseholdFilter, HouseholdRecord, QuarantineRecord, VisitRecord};
pub use source::{HouseholdSource, SheetSource, SourceCut, SourceTotals, VisitSource};
pub use verify::{VerifyReport, compare_models, count_documents, verify_log};
pub use wanted::WantedRecord;

use crate::log::Log;
use crate::sqlite::{Database, Durability, open, shape_of, stored_shape};
use crate::{DataFolder, StoreError};
use linli_core::ids::HouseholdId;
use linli_core::search::SearchIndex;
use sqlx::Row;
use std::sync::{Arc, RwLock};
use tokio::sync::watch;

/// The file.
const FILE: &str = "model.db";
/// What is in it. Any change of this text, also of a comment, makes every relay build its file anew.
const SCHEMA: &str = include_str!("../migrations/model.sql");
/// Batches read at a time.
const GROUP: i64 = 64;
/// Changes applied in one transaction, at least one batch: bounds memory (a document takes about 30 kB
/// while it is open) and how much is done again after a crash.
const GROUP_CHANGES: usize = 2_000;
/// Rows read or written with one statement: with the widest table still well below SQLite's limit of
/// 32,766 bound values. Each statement costs a change of threads, which is dearer than most of them.
const ROWS_PER_STATEMENT: usize = 500;

/// The read models. Cheap to clone.
#[derive(Clone)]
pub struct Model {
    database: Arc<Database>,
    search: Arc<RwLock<SearchIndex<HouseholdId>>>,
    applied: Arc<watch::Sender<i64>>,
}

impl Model {
    /// Opens or creates `model.db` in a folder. A file that another version made in another shape is begun
    /// anew: everything in it is made from the log.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn open(folder: &DataFolder) -> Result<Model, StoreError> {
        if !Model::fits(folder).await? {
            tracing::warn!("the lists were made by another version; they are made again from the log");
            linli_lock::remove(&folder.join(FILE)).map_err(sqlx::Error::Io)?;
        }
        let database = open(folder, FILE, Durability::Rebuildable, SCHEMA).await?;
        match read_in(&database).await {
            Ok((applied, search)) => Ok(Model {
                database: Arc::new(database),
                search: Arc::new(RwLock::new(search)),
                applied: Arc::new(watch::channel(applied).0),
            }),
            Err(error) => {
                database.close().await;
                Err(error)
            }
        }
    }

    /// Whether `model.db` in a folder has the shape that this version reads and writes, or is not there yet.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn fits(folder: &DataFolder) -> Result<bool, StoreError> {
        let stored = stored_shape(folder, FILE).await?;
        Ok(stored.is_none_or(|shape| shape == shape_of(SCHEMA)))
    }

    /// The id of the newest batch applied.
    pub fn applied(&self) -> watch::Receiver<i64> {
        self.applied.subscribe()
    }

    /// Waits until a batch is applied, so that whoever wrote it reads it.
    pub async fn wait_for(&self, id: i64) {
        // The sender lives as long as this model.
        let _ = self.applied.subscribe().wait_for(|applied| *applied >= id).await;
    }

    /// Applies everything the log has; returns when there is nothing left.
    ///
    /// # Errors
    /// [`StoreError`]; what was applied before stays applied.
    pub async fn catch_up(&self, log: &Log) -> Result<(), StoreError> {
        loop {
            let applied = *self.applied.borrow();
            let mut batches = log.after(applied, GROUP).await?;
            let mut changes = 0;
            let fitting = batches.iter().take_while(|logged| {
                let fits = changes < GROUP_CHANGES;
                changes += logged.batch.entries.len();
                fits
            });
            let fitting = fitting.count();
            batches.truncate(fitting);
            let Some(last) = batches.last() else { return Ok(()) };
            let newest = last.id;
            self.apply_group(log, batches).await?;
            self.applied.send_replace(newest);
        }
    }

    /// Closes the file.
    pub async fn close(&self) {
        self.database.close().await;
    }
}

/// Up to which batch the lists are, and everything that can be searched for.
async fn read_in(database: &Database) -> Result<(i64, SearchIndex<HouseholdId>), StoreError> {
    sqlx::query(sqlx::AssertSqlSafe(format!("PRAGMA user_version = {}", shape_of(SCHEMA))))
        .execute(&database.writer)
        .await?;
    let applied = sqlx::query_scalar("SELECT applied FROM progress").fetch_one(&database.readers).await?;
    let mut search = SearchIndex::new();
    let rows = sqlx::query("SELECT id, search FROM household WHERE merged_into IS NULL ORDER BY id")
        .fetch_all(&database.readers)
        .await?;
    for row in &rows {
        if let Some(id) = HouseholdId::from_slice(row.try_get("id")?) {
            search.upsert_stored(id, row.try_get("search")?);
        }
    }
    Ok((applied, search))
}
