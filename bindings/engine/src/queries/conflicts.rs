//! Fields with more than one value, and what the office decided about them.

use crate::sql::SqliteConnection;
use crate::store::people::{self, Names};
use crate::store::{docs, rows};
use crate::{ConflictVersionView, ConflictView, Engine, EngineError, Lang, NoticeView};
use linli_core::doc::Document;
use linli_core::ids::{ConflictId, DecisionId, DeviceId, HouseholdId};
use linli_core::kinds::{DocKind, Household};
use linli_core::record::FieldSpec;

impl Engine {
    /// Every field of every household on this phone on which a person must choose.
    ///
    /// # Errors
    /// [`EngineError`].
    pub async fn conflicts(&self) -> Result<Vec<ConflictView>, EngineError> {
        let mut conn = self.store.lock().await;
        let mut names = Names::default();
        let mut views = Vec::new();
        for placed in rows::with_conflicts(&mut conn).await? {
            let Some(mut stored) = docs::load(&mut conn, placed.id.into()).await? else { continue };
            let found =
                conflict_views(&mut conn, &mut names, placed.id, &mut stored.doc, self.device(), self.lang());
            views.extend(found.await?.into_iter().filter(|conflict| conflict.asks));
        }
        Ok(views)
    }

    /// What the office decided against values entered on this phone, newest first.
    ///
    /// # Errors
    /// [`EngineError`].
    pub async fn notices(&self) -> Result<Vec<NoticeView>, EngineError> {
        let mut conn = self.store.lock().await;
        let mut views = Vec::new();
        for notice in people::notices(&mut conn).await? {
            let household = rows::household_of(&mut conn, notice.doc).await?;
            let placed = rows::household(&mut conn, household).await?;
            let kind =
                if household == HouseholdId::from(notice.doc) { DocKind::Household } else { DocKind::Visits };
            views.push(NoticeView {
                id: notice.id,
                at: notice.at_ms,
                household,
                address: placed.map(|placed| placed.row.address().to_string()).unwrap_or_default(),
                label: label(kind.field(&notice.key), &notice.key, self.lang()),
                field: notice.key,
                kept: notice.kept,
                mine: notice.mine,
                reason: notice.reason,
                seen: notice.seen,
                undone: notice.undone,
            });
        }
        Ok(views)
    }

    /// The worker has seen a notice.
    ///
    /// # Errors
    /// [`EngineError`].
    pub async fn mark_notice_seen(&self, id: DecisionId) -> Result<(), EngineError> {
        people::mark_seen(&mut *self.store.lock().await, id).await
    }
}

/// What people call a field; a field of a newer version is called by its key.
fn label(field: Option<&'static FieldSpec>, key: &str, lang: Lang) -> String {
    match (field, lang) {
        (Some(field), Lang::Zh) => field.zh.to_owned(),
        (Some(field), Lang::En) => field.en.to_owned(),
        (None, _) => key.to_owned(),
    }
}

/// All conflicts of a household's document.
pub(super) async fn conflict_views(
    conn: &mut SqliteConnection,
    names: &mut Names,
    household: HouseholdId,
    doc: &mut Document,
    own: DeviceId,
    lang: Lang,
) -> Result<Vec<ConflictView>, EngineError> {
    let found = doc.conflicts();
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let address = Household::read(&doc.fields(), "").address().to_string();
    let mut views = Vec::new();
    for conflict in found {
        let mut versions = Vec::new();
        for version in &conflict.versions {
            let who = names.of(&mut *conn, version.author).await?;
            let (value, mine) = (version.value.show(), who.device == Some(own));
            versions.push(ConflictVersionView { value, author: who.name, at: version.at_ms, mine });
        }
        views.push(ConflictView {
            id: ConflictId::derive(&[&household.0, conflict.key.as_bytes()]),
            household,
            address: address.clone(),
            label: label(conflict.field, &conflict.key, lang),
            asks: conflict.asks(),
            shown: conflict.shown.show(),
            field: conflict.key,
            versions,
        });
    }
    Ok(views)
}
