//! Telling the operator what is wrong or could be better.

use super::{Target, first_answer, note_answer, typed_value};
use crate::env::random;
use crate::sql::SqliteConnection;
use crate::store::answered::Answered;
use crate::store::{begin, docs, issues, meta};
use crate::{ComplaintView, Engine, EngineError, SavedComplaint, drafts};
use linli_core::ids::{ComplaintId, DocId, HouseholdId, SpaceId};
use linli_core::kinds::{Complaint, DocKind, worker_space};
use serde::Deserialize;

/// A complaint as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewComplaint {
    /// The complaint's id, made by whoever asks: asking again with it gives the first answer and adds nothing.
    pub id: Option<ComplaintId>,
    /// The draft that this was typed as; it is dropped when the complaint is saved.
    pub draft: Option<String>,
    /// What.
    pub text: String,
    /// It is a resident's who stands beside the worker, and not her own.
    #[serde(default)]
    pub of_resident: bool,
}

impl Engine {
    /// Tells the operator something; saved on this phone when it returns. No colleague reads it.
    ///
    /// # Errors
    /// [`EngineError::ComplaintText`], [`EngineError::TooManyComplaints`], or an error of the store; then nothing was
    /// saved.
    pub async fn complain(&self, new: &NewComplaint) -> Result<SavedComplaint, EngineError> {
        let id = match new.id {
            Some(id) => id,
            None => ComplaintId(random(self.env.as_ref())?),
        };
        let key = format!("complaint/{id}");
        let given = new.id.map(|_| key.as_str());
        let text = typed_value(Complaint::SPEC.require("text")?, Some(&new.text))?;
        let text = text.ok_or(EngineError::ComplaintText)?;
        let mut conn = self.store.lock().await;
        let mut tx = begin(&mut conn).await?;
        drafts::done(&mut tx, new.draft.as_deref()).await?;
        if let Some(first) = first_answer(&mut tx, given).await? {
            self.commit(tx, None).await?;
            return Ok(SavedComplaint { id, saved_at: first.at_ms });
        }
        let now_ms = self.env.now_ms();
        let space = own_space(&mut tx).await?;
        let told = complaints_in(&mut tx, space).await?;
        if told.iter().filter(|(_, one)| one.waits()).count() >= Complaint::WAITING_MAX {
            return Err(EngineError::TooManyComplaints(Complaint::WAITING_MAX));
        }
        let [worker, resident] = Complaint::SAID_BY;
        let record = Complaint {
            text: Some(text),
            said_by: Some(if new.of_resident { resident } else { worker }.to_owned()),
            said_ms: Some(now_ms),
            skew_ms: meta::skew_ms(&mut tx).await?,
            ..Complaint::default()
        };
        let target = Target { id: id.into(), kind: DocKind::Complaint, space };
        let opened = self.open_doc(&mut tx, target).await?;
        if !opened.fields.is_empty() {
            return Err(EngineError::IdTaken(id.to_string()));
        }
        let changes = self.change(&mut tx, opened, &record.puts(""), now_ms).await?;
        let household = HouseholdId::NOWHERE;
        note_answer(&mut tx, given, &Answered { household, at_ms: now_ms, about: String::new() }).await?;
        self.commit(tx, changes).await?;
        Ok(SavedComplaint { id, saved_at: now_ms })
    }

    /// What was told the operator from phones of this worker, and its answers; the newest first.
    ///
    /// # Errors
    /// [`EngineError`].
    pub async fn complaints(&self) -> Result<Vec<ComplaintView>, EngineError> {
        let mut conn = self.store.lock().await;
        let space = own_space(&mut conn).await?;
        let unsent = issues::unsent_docs(&mut conn).await?;
        let told = complaints_in(&mut conn, space).await?.into_iter();
        let mut views: Vec<ComplaintView> = told
            .map(|(id, one)| ComplaintView {
                at: one.corrected_ms(),
                unsent: unsent.contains(&DocId::from(id)),
                id,
                text: one.text.unwrap_or_default(),
                said_by: one.said_by.unwrap_or_default(),
                answer: one.answer,
                answered_at: one.answered_ms,
            })
            .collect();
        views.sort_by_key(|view| (std::cmp::Reverse(view.at), view.id));
        Ok(views)
    }
}

/// The space that the worker's phones share with the office alone.
async fn own_space(conn: &mut SqliteConnection) -> Result<SpaceId, EngineError> {
    Ok(worker_space(meta::require_profile(conn).await?.worker.parse()?))
}

async fn complaints_in(
    conn: &mut SqliteConnection,
    space: SpaceId,
) -> Result<Vec<(ComplaintId, Complaint)>, EngineError> {
    let mut found = Vec::new();
    for id in docs::of_kind(&mut *conn, DocKind::Complaint).await? {
        let stored = docs::load(&mut *conn, id).await?.filter(|stored| stored.space == space);
        let read = |stored: docs::StoredDoc| Complaint::read(&stored.doc.fields(), "");
        found.extend(stored.map(|stored| (ComplaintId(id.0), read(stored))));
    }
    Ok(found)
}
