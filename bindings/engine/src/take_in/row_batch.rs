//! Rows of changed documents, collected and written together.

use super::TakenIn;
use crate::EngineError;
use crate::sql::SqliteConnection;
use crate::store::docs::StoredDoc;
use crate::store::rows::{PlacedRow, SearchChange};
use crate::store::{issues, people, rows};
use linli_core::ids::{DecisionId, DeviceId, DocId, IssueId, SpaceId};
use linli_core::kinds::{Decision, DocKind, UndoNote};
use linli_core::model::{HouseholdRow, IssueRow, SheetRow};

/// What the office decided in one document, and what of it was taken back.
struct Decided {
    doc: DocId,
    decisions: Vec<(DecisionId, Decision)>,
    undone: Vec<(DecisionId, UndoNote)>,
}

/// Rows waiting to be written.
#[derive(Default)]
pub(crate) struct RowBatch {
    pub(crate) households: Vec<PlacedRow>,
    pub(crate) sheets: Vec<(DocId, SheetRow)>,
    pub(crate) issues: Vec<(IssueId, SpaceId, IssueRow)>,
    decisions: Vec<Decided>,
}

impl RowBatch {
    /// Works out the row of an open document.
    pub(crate) fn add(&mut self, id: DocId, stored: &mut StoredDoc) {
        match stored.doc.kind() {
            DocKind::Household => self.add_household(id, stored),
            DocKind::Visits => {
                self.sheets.extend(SheetRow::of(&stored.doc.fields()).map(|row| (id, row)));
            }
            DocKind::Issue => {
                let row = IssueRow::of(&stored.doc.fields());
                self.issues.extend(row.map(|row| (id.into(), stored.space, row)));
            }
            DocKind::Grid
            | DocKind::Worker
            | DocKind::Canvass
            | DocKind::Directive
            | DocKind::Receipts
            | DocKind::Photo
            | DocKind::Operator
            | DocKind::Emergency
            | DocKind::Complaint => {}
        }
    }

    fn add_household(&mut self, id: DocId, stored: &mut StoredDoc) {
        let fields = stored.doc.fields();
        let open = stored.doc.conflicts().iter().filter(|conflict| conflict.asks()).count();
        let row = HouseholdRow {
            open_conflicts: u32::try_from(open).unwrap_or(u32::MAX),
            ..HouseholdRow::of_fields(&fields)
        };
        let decisions = Decision::read_all(&fields);
        if !decisions.is_empty() {
            self.decisions.push(Decided { doc: id, decisions, undone: UndoNote::read_all(&fields) });
        }
        self.households.push(PlacedRow { id: id.into(), space: stored.space, row });
    }

    /// Writes them all; gives what the search index must take over.
    pub(crate) async fn write(
        self,
        conn: &mut SqliteConnection,
        own: DeviceId,
        taken: &mut TakenIn,
    ) -> Result<Vec<SearchChange>, EngineError> {
        let changes = rows::put_households(&mut *conn, &self.households).await?;
        rows::put_sheets(&mut *conn, &self.sheets).await?;
        issues::put(&mut *conn, &self.issues).await?;
        for Decided { doc, decisions, undone } in &self.decisions {
            taken.notices += people::note_decisions(&mut *conn, *doc, decisions, own).await?;
            taken.notices += people::note_undone(&mut *conn, *doc, undone, decisions, own).await?;
        }
        Ok(changes)
    }
}

/// Writes the row of one document.
pub(crate) async fn refresh_rows(
    conn: &mut SqliteConnection,
    id: DocId,
    stored: &mut StoredDoc,
    own: DeviceId,
) -> Result<Vec<SearchChange>, EngineError> {
    let mut batch = RowBatch::default();
    batch.add(id, stored);
    batch.write(conn, own, &mut TakenIn::default()).await
}
