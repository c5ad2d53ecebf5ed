//! Who runs this, and its privacy notice: what the office last said, without a connection.

use crate::commands::Target;
use crate::sql::SqliteConnection;
use crate::store::{begin, docs, meta};
use crate::{Engine, EngineError, Lang, OperatorView, PrivacyNoticeView, SavedNoticeReceipt};
use linli_core::ids::WorkerId;
use linli_core::kinds::{
    DocKind, Operator, PrivacyNotice, Receipt, Receipts, community_space, notice_read_ms, notice_receipt_key,
    operator_doc, receipts_doc, worker_space,
};
use linli_core::record::{Fields, Put};

impl Engine {
    /// Who runs this, and the privacy notice in force.
    ///
    /// # Errors
    /// [`EngineError`].
    pub async fn operator(&self) -> Result<OperatorView, EngineError> {
        let mut conn = self.store.lock().await;
        let fields = said(&mut conn).await?;
        let Operator { name, icp_filing, police_filing, app_filing, complaints, .. } =
            Operator::read(&fields, "");
        let notice = match PrivacyNotice::read(&fields) {
            Some(notice) => Some(self.shown(&mut conn, notice).await?),
            None => None,
        };
        Ok(OperatorView { name, icp_filing, police_filing, app_filing, complaints, notice })
    }

    async fn shown(
        &self,
        conn: &mut SqliteConnection,
        notice: PrivacyNotice,
    ) -> Result<PrivacyNoticeView, EngineError> {
        let PrivacyNotice { version, from_ms, zh, en } = notice;
        let worker: WorkerId = meta::require_profile(conn).await?.worker.parse()?;
        let receipts = docs::load(conn, receipts_doc(worker_space(worker))).await?;
        let read_at = receipts.and_then(|receipts| notice_read_ms(&receipts.doc.fields(), version));
        let text = if self.lang() == Lang::En && !en.is_empty() { en } else { zh };
        Ok(PrivacyNoticeView { version, text, from_ms, read_at })
    }

    /// The worker has read the version in force; saved on this phone when it returns.
    ///
    /// # Errors
    /// [`EngineError::NoNotice`] when another one is in force, so that nobody signs for what was not shown; or an error
    /// of the store. Then nothing was saved.
    pub async fn read_notice(&self, version: i64) -> Result<SavedNoticeReceipt, EngineError> {
        let mut conn = self.store.lock().await;
        let mut tx = begin(&mut conn).await?;
        let worker: WorkerId = meta::require_profile(&mut tx).await?.worker.parse()?;
        if notice(&mut tx).await?.is_none_or(|notice| notice.version != version) {
            return Err(EngineError::NoNotice(version));
        }
        let now_ms = self.env.now_ms();
        let key = notice_receipt_key(version, self.device());
        let receipt = Receipt { at_ms: now_ms, skew_ms: meta::skew_ms(&mut tx).await? };
        let changes = self.keep_receipt(&mut tx, worker, key, receipt).await?;
        let changed = self.commit(tx, changes).await?;
        Ok(SavedNoticeReceipt { version, changed, saved_at: now_ms })
    }

    /// Puts a receipt among the worker's. `None`: this phone said so before.
    pub(crate) async fn keep_receipt(
        &self,
        conn: &mut SqliteConnection,
        worker: WorkerId,
        key: String,
        receipt: Receipt,
    ) -> Result<Option<Vec<crate::store::rows::SearchChange>>, EngineError> {
        let space = worker_space(worker);
        let target = Target { id: receipts_doc(space), kind: DocKind::Receipts, space };
        let opened = self.open_doc(&mut *conn, target).await?;
        if opened.fields.contains_key(&key) {
            return Ok(None);
        }
        let mut puts = Vec::new();
        if Receipts::read(&opened.fields, "").worker.is_none() {
            puts = Receipts { worker: Some(worker.to_string()) }.puts("");
        }
        puts.push(Put::set(key, receipt.to_value()));
        self.change(conn, opened, &puts, receipt.at_ms).await
    }
}

/// The notice that this phone knows to be in force.
pub(crate) async fn notice(conn: &mut SqliteConnection) -> Result<Option<PrivacyNotice>, EngineError> {
    Ok(PrivacyNotice::read(&said(conn).await?))
}

/// What the office said of itself: only the office writes to the community's space.
async fn said(conn: &mut SqliteConnection) -> Result<Fields, EngineError> {
    let Some(profile) = meta::profile(conn).await? else { return Ok(Fields::new()) };
    let space = community_space(&profile.community);
    let stored = docs::load(conn, operator_doc(&profile.community)).await?;
    let stored = stored.filter(|stored| stored.doc.kind() == DocKind::Operator && stored.space == space);
    Ok(stored.map(|stored| stored.doc.fields()).unwrap_or_default())
}
