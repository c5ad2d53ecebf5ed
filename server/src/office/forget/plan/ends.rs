//! What goes because its time or its purpose is over: records that were kept long enough, what was asked for an
//! occasion, what an emergency was answered; and complaints.

use super::super::due;
use super::{Making, OPEN_AT_ONCE};
use crate::clock::now_ms;
use crate::problem::Problem;
use crate::routes::hex;
use linli_core::forget::occasions;
use linli_core::identity::Forget;
use linli_core::ids::{ComplaintId, DocId};
use linli_core::kinds::{Complaint, DocKind, Emergency, Issue, visits};
use linli_core::record::Fields;
use linli_storage::model::OpenDoc;
use std::collections::BTreeSet;

impl Making<'_> {
    /// One complaint. What was typed in the console is no document and goes when the rest is cleaned.
    pub(super) async fn destroy_complaint(&mut self, id: ComplaintId) -> Result<(), Problem> {
        let doc = DocId::from(id);
        let open = self.app.model.document(doc).await?;
        let is_document = open.is_some_and(|open| open.document.kind() == DocKind::Complaint);
        if is_document {
            return self.destroy(&BTreeSet::from([doc])).await;
        }
        if self.app.accounts.has_complaint(&hex(&id.0)).await? {
            *self.counts.destroyed.entry(Complaint::SPEC.name).or_default() += 1;
            return Ok(());
        }
        if self.again { Ok(()) } else { Err(Problem::not_found("意见", "complaint", id)) }
    }

    /// Everything that may not be kept any longer. A restored log is asked for what the book names and no more: what
    /// was due by it may have been written to since.
    pub(super) async fn destroy_due(&mut self) -> Result<(), Problem> {
        let now = now_ms();
        if self.again {
            let named: BTreeSet<DocId> = self.before.keys().copied().collect();
            let homes = self.homes_among(&named).await?;
            self.destroy(&named.difference(&homes).copied().collect()).await?;
            return self.let_go(homes, None, |ever, fields| past(ever, fields, now)).await;
        }
        let records = due::records(self.app, now).await?;
        let photos = self.photos_of(&records).await?;
        self.destroy(&records.union(&photos).copied().collect()).await?;
        let answered_by = due::kept_since(Complaint::SPEC.retention, now);
        let typed = self.app.accounts.complaints_answered_by(answered_by).await?;
        if let Some(typed) = usize::try_from(typed).ok().filter(|typed| *typed > 0) {
            *self.counts.destroyed.entry(Complaint::SPEC.name).or_default() += typed;
        }
        let homes = self.app.model.homes_with_occasions().await?.into_iter().collect();
        self.let_go(homes, None, |ever, fields| past(ever, fields, now)).await
    }

    /// Everything that an emergency's campaigns were answered; and, when no other goes on, what residents were asked
    /// for emergencies only.
    pub(super) async fn destroy_emergency(&mut self, id: DocId) -> Result<(), Problem> {
        let wanted = id.to_string();
        for campaign in self.app.model.canvasses().await? {
            if campaign.canvass.emergency.as_ref() == Some(&wanted) {
                self.destroy_answers_to(&campaign.name).await?;
            }
        }
        let others = self.app.model.emergencies().await?.into_iter().filter(|open| open.id != id);
        if others.into_iter().any(|open| Emergency::read(&open.document.fields(), "").is_open()) {
            return Ok(());
        }
        let homes = self.app.model.homes_with_occasions().await?.into_iter().collect();
        self.let_go(homes, Some(occasions::EMERGENCIES), |ever, _| occasions::of_emergencies(ever)).await
    }

    /// Photos that records name.
    async fn photos_of(&self, docs: &BTreeSet<DocId>) -> Result<BTreeSet<DocId>, Problem> {
        let mut photos = BTreeSet::new();
        let docs: Vec<DocId> = docs.iter().copied().collect();
        for part in docs.chunks(OPEN_AT_ONCE) {
            for open in self.app.model.documents(part).await?.into_values() {
                let fields = open.document.fields();
                match open.document.kind() {
                    DocKind::Visits => photos.extend(
                        visits(&fields).into_iter().filter_map(|(_, visit)| visit.photo).map(DocId::from),
                    ),
                    DocKind::Issue => photos
                        .extend(Issue::read(&fields, "").photo.and_then(|photo| photo.parse::<DocId>().ok())),
                    _ => {}
                }
            }
        }
        Ok(photos)
    }

    async fn homes_among(&self, docs: &BTreeSet<DocId>) -> Result<BTreeSet<DocId>, Problem> {
        let mut homes = BTreeSet::new();
        let docs: Vec<DocId> = docs.iter().copied().collect();
        for part in docs.chunks(OPEN_AT_ONCE) {
            let open = self.app.model.documents(part).await?.into_iter();
            homes.extend(
                open.filter(|(_, open)| open.document.kind() == DocKind::Household).map(|(id, _)| id),
            );
        }
        Ok(homes)
    }

    /// Households begin anew without the keys that `gone` names, given everything that was ever written and what
    /// stands. `without` is what phones are told.
    async fn let_go(
        &mut self,
        homes: BTreeSet<DocId>,
        without: Option<&str>,
        gone: impl Fn(&Fields, &Fields) -> BTreeSet<String>,
    ) -> Result<(), Problem> {
        let homes: Vec<DocId> = homes.into_iter().collect();
        for part in homes.chunks(OPEN_AT_ONCE) {
            for mut open in self.app.model.documents(part).await?.into_values() {
                let gone = gone(&ever(&mut open), &open.document.fields());
                if gone.is_empty() {
                    continue;
                }
                let mut anew = open
                    .document
                    .anew(&self.salt.0, |key, value| (!gone.contains(key)).then(|| value.clone()));
                self.counts.cleared += gone.len();
                *self.counts.rewritten.entry(open.document.kind().spec().name).or_default() += 1;
                let actors = self.actors(&mut open, Some(&mut anew)).await?;
                self.tell(
                    &open,
                    Forget { anew: Some(anew.document.save()), actors, without: without.map(str::to_owned) },
                )
                .await?;
            }
        }
        Ok(())
    }
}

/// What was ever written, each key as it was written last.
fn ever(open: &mut OpenDoc) -> Fields {
    let writes = open.document.history().into_iter();
    writes.filter_map(|write| Some((write.key, write.value?))).collect()
}

/// What is over, and what somebody has taken out and only the history has.
fn past(ever: &Fields, fields: &Fields, now_ms: i64) -> BTreeSet<String> {
    let taken_out = ever.keys().filter(|key| !fields.contains_key(*key)).cloned();
    let mut past: BTreeSet<String> =
        taken_out.filter(|key| occasions::is_of_one(DocKind::Household, key)).collect();
    past.extend(occasions::over(fields, now_ms));
    past
}
