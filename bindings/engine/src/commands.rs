//! What a worker does. Every command is one transaction and is saved when it returns.
//!
//! Owns the way from a wish to a change: validate, edit the document, queue the change, write the row.
//! Knows nothing of connections: a save only rings [`Engine::wake`].

mod complaint;
mod consent;
mod household;
mod issue;
mod resident;
mod visit;

pub use complaint::NewComplaint;
pub use consent::NewConsent;
pub use household::NewHousehold;
pub use issue::NewIssue;
pub use resident::NewResident;
pub use visit::NewVisit;

use crate::sql::{Sqlite, SqliteConnection, Transaction};
use crate::store::answered::{self, Answered};
use crate::store::docs::{self, StoredDoc};
use crate::store::rows::{PlacedRow, SearchChange};
use crate::store::{forgotten, outbox, rows, spaces};
use crate::take_in::refresh_rows;
use crate::{Engine, EngineError};
use linli_core::doc::Author;
use linli_core::identity::{Entry, Payload};
use linli_core::ids::{DocId, HouseholdId, SpaceId};
use linli_core::kinds::DocKind;
use linli_core::record::{FieldSpec, FieldType, Fields, Put, Value};
use linli_core::time::TimeMs;

/// The document to change.
#[derive(Clone, Copy)]
pub(crate) struct Target {
    pub(crate) id: DocId,
    pub(crate) kind: DocKind,
    pub(crate) space: SpaceId,
}

impl Target {
    fn registry(placed: &PlacedRow) -> Target {
        Target { id: placed.id.into(), kind: DocKind::Household, space: placed.space }
    }
}

/// A document opened for changing.
pub(crate) struct Opened {
    target: Target,
    stored: StoredDoc,
    pub(crate) fields: Fields,
}

impl Engine {
    /// The household that an id means today, if this phone may write to it.
    async fn writable(
        &self,
        conn: &mut SqliteConnection,
        asked: HouseholdId,
    ) -> Result<PlacedRow, EngineError> {
        let placed = rows::follow(&mut *conn, asked).await?;
        let granted = spaces::granted(conn).await?;
        match granted.into_iter().find(|space| space.id == placed.space) {
            Some(space) if !space.writable => Err(EngineError::ReadOnly(space.name)),
            _ => Ok(placed),
        }
    }

    /// Opens a document, or starts it.
    pub(crate) async fn open_doc(
        &self,
        conn: &mut SqliteConnection,
        target: Target,
    ) -> Result<Opened, EngineError> {
        let stored = docs::load(&mut *conn, target.id).await?;
        let stored = match stored {
            Some(stored) => stored,
            None => {
                let generation = forgotten::generation(conn, target.id).await?;
                StoredDoc::new(target.kind, target.space, generation)
            }
        };
        let fields = stored.doc.fields();
        Ok(Opened { target, stored, fields })
    }

    /// Changes an open document. `None`: it was as asked already.
    pub(crate) async fn change(
        &self,
        conn: &mut SqliteConnection,
        mut opened: Opened,
        puts: &[Put],
        now_ms: TimeMs,
    ) -> Result<Option<Vec<SearchChange>>, EngineError> {
        let actor = self.bound_actor(&mut *conn).await?;
        let Some(change) = opened.stored.doc.edit(&Author::now(actor, now_ms), puts) else {
            return Ok(None);
        };
        let Target { id, kind, .. } = opened.target;
        let payload = Payload::Change(change.0);
        let entry = Entry { doc: id, kind, generation: opened.stored.generation, payload };
        outbox::add_pending(&mut *conn, opened.stored.space, &entry, now_ms).await?;
        docs::save(&mut *conn, id, &mut opened.stored).await?;
        Ok(Some(refresh_rows(conn, id, &mut opened.stored, self.device()).await?))
    }

    /// Commits a command. The caller still holds the connection, so the index follows in order.
    pub(crate) async fn commit(
        &self,
        tx: Transaction<'_, Sqlite>,
        changes: Option<Vec<SearchChange>>,
    ) -> Result<bool, EngineError> {
        tx.commit().await?;
        let changed = changes.is_some();
        self.index_changes(changes.unwrap_or_default());
        if changed {
            self.wake();
        }
        Ok(changed)
    }
}

/// What was answered when this was first added; asked only when the id was given from outside.
async fn first_answer(
    conn: &mut SqliteConnection,
    given: Option<&str>,
) -> Result<Option<Answered>, EngineError> {
    match given {
        Some(key) => answered::find(conn, key).await,
        None => Ok(None),
    }
}

/// Remembers an answer, in the transaction of what it is about.
async fn note_answer(
    conn: &mut SqliteConnection,
    given: Option<&str>,
    answer: &Answered,
) -> Result<(), EngineError> {
    match given {
        Some(key) => answered::note(conn, key, answer).await,
        None => Ok(()),
    }
}

/// What must be put so that a field holds what a person typed. Tags are typed as `+独居` and `-独居`.
fn puts_for(
    spec: &'static FieldSpec,
    prefix: &str,
    typed: &str,
    fields: &Fields,
) -> Result<Vec<Put>, EngineError> {
    let key = format!("{prefix}{}", spec.key);
    if spec.ty == FieldType::Set {
        return Ok(vec![tag_put(spec, &key, typed)?]);
    }
    let value = spec.parse(typed)?;
    let nothing_to_clear = value == Value::Null && !fields.contains_key(&key);
    Ok(if nothing_to_clear { Vec::new() } else { vec![Put { key, value: Some(value) }] })
}

fn tag_put(spec: &'static FieldSpec, key: &str, typed: &str) -> Result<Put, EngineError> {
    let typed = typed.trim();
    let (word, leaves) = match typed.strip_prefix(['-', '－']) {
        Some(word) => (word, true),
        None => (typed.strip_prefix(['+', '＋']).unwrap_or(typed), false),
    };
    match spec.parse(word)? {
        Value::Text(word) if leaves => Ok(Put::delete(format!("{key}/{word}"))),
        Value::Text(word) => Ok(Put { key: format!("{key}/{word}"), value: Some(Value::Bool(true)) }),
        _ => Err(EngineError::EmptyTag),
    }
}

/// What a person typed into a field of a new record; blank is nothing.
fn typed_value(spec: &'static FieldSpec, typed: Option<&str>) -> Result<Option<String>, EngineError> {
    let value = typed.map(|typed| spec.parse(typed)).transpose()?;
    Ok(value.and_then(|value| value.as_text().map(str::to_owned)))
}

/// Tags typed for a new record.
fn typed_tags(
    spec: &'static FieldSpec,
    typed: &[String],
) -> Result<std::collections::BTreeSet<String>, EngineError> {
    let words = typed.iter().map(|word| typed_value(spec, Some(word))?.ok_or(EngineError::EmptyTag));
    words.collect()
}
