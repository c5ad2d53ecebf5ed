//! Directives on the phone: the current ones for its grids, what changed, and the worker's receipt.

use crate::sql::SqliteConnection;
use crate::store::docs::{self, StoredDoc};
use crate::store::{begin, meta, spaces};
use crate::{DirectiveView, Engine, EngineError, SavedReceipt};
use linli_core::difference::difference;
use linli_core::ids::{DirectiveId, DocId, WorkerId};
use linli_core::kinds::{
    Directive, DocKind, Receipt, Standing, community_space, grid_space, receipt_key, receipts, receipts_doc,
    worker_space,
};
use linli_core::time::TimeMs;
use std::collections::BTreeMap;

/// Every version that this phone has, by its id.
type Known = BTreeMap<DirectiveId, Directive>;

impl Engine {
    /// The directives in force for this phone's grids, those not acknowledged yet first, then the newest.
    ///
    /// # Errors
    /// [`EngineError`].
    pub async fn directives(&self) -> Result<Vec<DirectiveView>, EngineError> {
        let mut conn = self.store.lock().await;
        let Some(profile) = meta::profile(&mut conn).await? else { return Ok(Vec::new()) };
        let known = known(&mut conn, &profile.community).await?;
        let mut grids = spaces::granted(&mut conn).await?;
        grids.retain(|space| space.id == grid_space(&profile.community, &space.name));
        let now_ms = self.corrected_now(&mut conn).await?;
        let read = acknowledged(&mut conn, &profile.worker).await?;
        let current = known.iter().filter(|(_, directive)| {
            let next = directive.successor(|id| known.get(&id)).map(|(_, next)| next);
            directive.standing(now_ms, next) == Standing::Current
                && directive.is_for(grids.iter().map(|space| space.name.as_str()))
        });
        let mut views: Vec<DirectiveView> =
            current.map(|(id, directive)| view(*id, directive, &known, read.get(id).copied())).collect();
        views.sort_by_key(|view| (view.read_at.is_some(), std::cmp::Reverse(view.issued_ms), view.id));
        Ok(views)
    }

    /// One directive, also one that is no longer in force.
    ///
    /// # Errors
    /// [`EngineError::NoDirective`], or an error of the store.
    pub async fn directive(&self, id: DirectiveId) -> Result<DirectiveView, EngineError> {
        let mut conn = self.store.lock().await;
        let profile = meta::require_profile(&mut conn).await?;
        let known = known(&mut conn, &profile.community).await?;
        let directive = known.get(&id).ok_or(EngineError::NoDirective(id))?;
        let read = acknowledged(&mut conn, &profile.worker).await?;
        Ok(view(id, directive, &known, read.get(&id).copied()))
    }

    /// Notes that the worker has read a directive; saved on this phone when it returns.
    ///
    /// # Errors
    /// [`EngineError`]; then nothing was saved.
    pub async fn acknowledge(&self, id: DirectiveId) -> Result<SavedReceipt, EngineError> {
        let mut conn = self.store.lock().await;
        let mut tx = begin(&mut conn).await?;
        let profile = meta::require_profile(&mut tx).await?;
        let worker: WorkerId = profile.worker.parse()?;
        let stored = docs::load(&mut tx, DocId(id.0)).await?;
        if stored.is_none_or(|stored| !is_directive(&stored, &profile.community)) {
            return Err(EngineError::NoDirective(id));
        }
        let now_ms = self.env.now_ms();
        let receipt = Receipt { at_ms: now_ms, skew_ms: meta::skew_ms(&mut tx).await? };
        let key = receipt_key(id, self.device());
        let changes = self.keep_receipt(&mut tx, worker, key, receipt).await?;
        let changed = self.commit(tx, changes).await?;
        Ok(SavedReceipt { id, changed, saved_at: now_ms })
    }

    /// Now, by the best clock known: a directive begins for everybody at the same moment.
    async fn corrected_now(&self, conn: &mut SqliteConnection) -> Result<TimeMs, EngineError> {
        Ok(self.env.now_ms().saturating_add(meta::skew_ms(conn).await?.unwrap_or(0)))
    }
}

/// When this worker acknowledged what, on whatever phone, by the best clock known.
async fn acknowledged(
    conn: &mut SqliteConnection,
    worker: &str,
) -> Result<BTreeMap<DirectiveId, TimeMs>, EngineError> {
    let mut first = BTreeMap::new();
    let Ok(worker) = worker.parse() else { return Ok(first) };
    if let Some(stored) = docs::load(conn, receipts_doc(worker_space(worker))).await? {
        for (directive, _, receipt) in receipts(&stored.doc.fields()) {
            let at_ms = receipt.at_ms.saturating_add(receipt.skew_ms.unwrap_or(0));
            let known = first.entry(directive).or_insert(at_ms);
            *known = at_ms.min(*known);
        }
    }
    Ok(first)
}

/// Whether a document is a directive of the office: only the office writes to the community's space.
fn is_directive(stored: &StoredDoc, community: &str) -> bool {
    stored.doc.kind() == DocKind::Directive && stored.space == community_space(community)
}

async fn known(conn: &mut SqliteConnection, community: &str) -> Result<Known, EngineError> {
    let mut known = Known::new();
    for id in docs::of_kind(&mut *conn, DocKind::Directive).await? {
        let stored = docs::load(&mut *conn, id).await?;
        if let Some(stored) = stored.filter(|stored| is_directive(stored, community)) {
            known.insert(DirectiveId(id.0), Directive::read(&stored.doc.fields(), ""));
        }
    }
    Ok(known)
}

fn view(id: DirectiveId, directive: &Directive, known: &Known, read_at: Option<TimeMs>) -> DirectiveView {
    let before = directive.supersedes.as_ref().and_then(|id| id.parse().ok());
    let before: Option<&Directive> = before.and_then(|id: DirectiveId| known.get(&id));
    let text = directive.text.clone().unwrap_or_default();
    let changes = before.map(|before| difference(before.text.as_deref().unwrap_or_default(), &text));
    DirectiveView {
        id,
        title: directive.title.clone().unwrap_or_default(),
        text,
        version: directive.version.unwrap_or(1),
        from_ms: directive.from_ms,
        until_ms: directive.until_ms,
        issued_ms: directive.issued_ms,
        issued_by: directive.issued_by.clone(),
        withdrawn: directive.is_withdrawn().then(|| directive.reason.clone().unwrap_or_default()),
        changes,
        read_at,
    }
}
