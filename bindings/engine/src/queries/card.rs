//! A household's card: everything this phone knows of it.

use super::conflicts::conflict_views;
use crate::sql::SqliteConnection;
use crate::store::docs::{self, Found, StoredDoc};
use crate::store::people::Names;
use crate::store::{meta, rows};
use crate::take_in::refresh_rows;
use crate::{Engine, EngineError, HistoryView, HouseholdView, ResidentView, VisitView};
use linli_core::doc::Document;
use linli_core::ids::{DocId, HouseholdId};
use linli_core::kinds::{Household, MergeNote, residents, visit_key, visits};
use linli_core::record::Fields;
use std::collections::BTreeSet;

/// A clock further off than this is worth mentioning beside a visit.
const CLOCK_OFF_MS: u64 = 5 * 60 * 1000;

/// A household that absorbed more than this many others is shown with the visits of the first ones.
const ABSORBED_MAX: usize = 20;

impl Engine {
    /// A household; the survivor when the one asked for was merged into another.
    ///
    /// # Errors
    /// [`EngineError::NoHousehold`], or an error of the store.
    pub async fn household(
        &self,
        asked: HouseholdId,
        with_history: bool,
    ) -> Result<HouseholdView, EngineError> {
        let mut conn = self.store.lock().await;
        let placed = rows::follow(&mut conn, asked).await?;
        let id = placed.id;
        let stored = docs::load(&mut conn, id.into()).await?;
        let mut stored = stored.ok_or(EngineError::Damaged("household document"))?;
        self.check_row(&mut conn, id, &mut stored).await?;
        let fields = stored.doc.fields();
        let mut names = Names::default();
        let conflicts =
            conflict_views(&mut conn, &mut names, id, &mut stored.doc, self.device(), self.lang()).await?;
        let mut history = match with_history {
            true => Some(history_views(&mut conn, &mut names, &mut stored.doc).await?),
            false => None,
        };
        let mut visit_views = Vec::new();
        for doc in visit_docs(&mut conn, id, &fields).await? {
            let Found::Open(mut sheet) = docs::load_or_set_aside(&mut conn, doc).await? else { continue };
            visit_views.extend(read_visits(&mut conn, &mut names, &mut sheet.doc).await?);
            if let Some(history) = &mut history {
                history.extend(history_views(&mut conn, &mut names, &mut sheet.doc).await?);
            }
        }
        visit_views.sort_by_key(|visit| (std::cmp::Reverse(visit.at), visit.id));
        let people = residents(&fields).into_iter();
        let own = Household::read(&fields, "");
        Ok(HouseholdView {
            id,
            asked: (asked != id).then_some(asked),
            address: own.address().to_string(),
            fields: own,
            residents: people.map(|(id, fields)| ResidentView { id, fields }).collect(),
            visits: visit_views,
            conflicts,
            history,
            unsent: rows::unsent_households(&mut conn).await?.contains(&id),
            last_sync_ms: meta::get_int(&mut conn, meta::Fact::LastSyncMs).await?,
        })
    }

    /// A row that came with a snapshot is checked when its document is first opened.
    async fn check_row(
        &self,
        conn: &mut SqliteConnection,
        id: HouseholdId,
        stored: &mut StoredDoc,
    ) -> Result<(), EngineError> {
        let row = linli_core::model::HouseholdRow::of(&mut stored.doc);
        let known = rows::household(&mut *conn, id).await?;
        if known.is_none_or(|known| known.row != row) {
            let changes = refresh_rows(conn, id.into(), stored, self.device()).await?;
            self.index_changes(changes);
        }
        Ok(())
    }
}

/// The visits documents of a household and of those merged into it.
async fn visit_docs(
    conn: &mut SqliteConnection,
    id: HouseholdId,
    fields: &Fields,
) -> Result<Vec<DocId>, EngineError> {
    let merged = MergeNote::read_all(fields).into_iter().filter(|(_, _, undone)| !undone);
    let absorbed: BTreeSet<HouseholdId> =
        merged.map(|(_, note, _)| note.absorbed).filter(|other| *other != id).take(ABSORBED_MAX).collect();
    let mut found = rows::sheets_of(&mut *conn, id).await?;
    for other in absorbed {
        found.extend(rows::sheets_of(&mut *conn, other).await?);
    }
    Ok(found)
}

async fn read_visits(
    conn: &mut SqliteConnection,
    names: &mut Names,
    doc: &mut Document,
) -> Result<Vec<VisitView>, EngineError> {
    let mut views = Vec::new();
    for (id, entry) in visits(&doc.fields()) {
        let author = doc.versions(&visit_key(id)).first().map(|version| version.actor);
        let who = match author {
            Some(actor) => names.of(&mut *conn, actor).await?,
            None => Default::default(),
        };
        let clock_was_off = entry.skew_ms.is_some_and(|skew| skew.unsigned_abs() > CLOCK_OFF_MS);
        let at = entry.corrected_ms();
        views.push(VisitView { id, entry, at, clock_was_off, author: who.name, device: who.device });
    }
    Ok(views)
}

async fn history_views(
    conn: &mut SqliteConnection,
    names: &mut Names,
    doc: &mut Document,
) -> Result<Vec<HistoryView>, EngineError> {
    let mut views = Vec::new();
    for entry in doc.history() {
        let author = names.of(&mut *conn, entry.actor).await?.name;
        let value = entry.value.map(|value| value.show());
        views.push(HistoryView { field: entry.key, value, author, at: entry.at_ms, message: entry.message });
    }
    Ok(views)
}
