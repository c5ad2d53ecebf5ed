//! Documents that the office has destroyed go from this phone: from lists, search, drafts, and from what waits to be
//! handed in. One that begins anew is taken in as it begins.
//!
//! What this phone wrote into a document that begins anew, and the office did not have, is written again: a worker
//! who recorded that a neighbour's telephone changed must not lose that because somebody else was forgotten.

use super::page::{Intake, OpenDoc};
use crate::EngineError;
use crate::sql::SqliteConnection;
use crate::store::docs::{self, StoredDoc};
use crate::store::{forgotten, outbox};
use linli_core::doc::{Author, Document};
use linli_core::forget::{Person, occasions};
use linli_core::identity::{Entry, Forget, Payload};
use linli_core::ids::{Actor, DocId, HouseholdId, IssueId, ResidentId};
use linli_core::kinds::DocKind;
use linli_core::record::{Put, Value};
use std::collections::BTreeMap;

impl Intake<'_> {
    /// Whether an entry belongs to what was destroyed: logs and carried files still name it.
    pub(super) async fn is_of_the_past(
        &self,
        conn: &mut SqliteConnection,
        entry: &Entry,
    ) -> Result<bool, EngineError> {
        Ok(self.any_forgotten && entry.generation < forgotten::generation(conn, entry.doc).await?)
    }

    pub(super) async fn take_forget(
        &mut self,
        conn: &mut SqliteConnection,
        doc: DocId,
        (kind, generation): (DocKind, u32),
        forget: Forget,
    ) -> Result<(), EngineError> {
        // What is open goes to the store first, so that there is one place to change.
        self.flush(&mut *conn).await?;
        for seen in &forget.actors {
            self.actors.entry(seen.actor).or_insert(seen.device);
        }
        let before = docs::load(&mut *conn, doc).await?;
        if before.as_ref().is_some_and(|before| before.generation >= generation) {
            // It begins in another space, whose log said so before.
            return Ok(());
        }
        forgotten::purge(&mut *conn, doc, generation).await?;
        self.drop_drafts(&mut *conn, doc, kind, &forget).await?;
        self.any_forgotten = true;
        self.forgotten.insert(doc, generation);
        self.replaced = true;
        self.taken.received += 1;
        self.taken.forgotten += 1;
        if kind == DocKind::Household {
            self.changes.push((doc.into(), None));
        }
        match &forget.anew {
            None => forgotten::drop_place(conn, doc).await,
            Some(bytes) => match Document::load(kind, bytes) {
                Ok(begun) => {
                    // Two documents and what is in between are much for the stack of a phone's thread.
                    Box::pin(self.begin_anew(conn, doc, (begun, generation), before, &forget)).await
                }
                Err(_) => {
                    self.taken.skipped += 1;
                    Ok(())
                }
            },
        }
    }

    async fn drop_drafts(
        &self,
        conn: &mut SqliteConnection,
        doc: DocId,
        kind: DocKind,
        forget: &Forget,
    ) -> Result<(), EngineError> {
        for person in forget.reasons().filter_map(resident_of) {
            forgotten::drop_drafts(&mut *conn, &person.to_string()).await?;
        }
        match kind {
            DocKind::Household if forget.anew.is_none() => {
                forgotten::drop_drafts(conn, &HouseholdId::from(doc).to_string()).await
            }
            DocKind::Issue if forget.anew.is_none() => {
                forgotten::drop_drafts(conn, &IssueId::from(doc).to_string()).await
            }
            _ => Ok(()),
        }
    }

    async fn begin_anew(
        &mut self,
        conn: &mut SqliteConnection,
        doc: DocId,
        (begun, generation): (Document, u32),
        before: Option<StoredDoc>,
        forget: &Forget,
    ) -> Result<(), EngineError> {
        let (kind, space) = (begun.kind(), self.space);
        let mut stored = StoredDoc { doc: begun, space, generation };
        let own = forgotten::actors_of(&mut *conn, self.engine.device()).await?;
        let had: BTreeMap<Actor, u64> = forget.actors.iter().map(|seen| (seen.actor, seen.changes)).collect();
        let puts =
            before.map(|mut before| again(&mut before.doc, forget, |doc| doc.written_since(&had, &own)));
        let puts = puts.unwrap_or_default();
        if !puts.is_empty() {
            let (actor, now_ms) = (self.engine.bound_actor(&mut *conn).await?, self.engine.env.now_ms());
            if let Some(change) = stored.doc.edit(&Author::now(actor, now_ms), &puts) {
                let entry = Entry { doc, kind, generation, payload: Payload::Change(change.0) };
                outbox::add_pending(&mut *conn, space, &entry, now_ms).await?;
                self.taken.rewritten = true;
            }
        }
        self.open.insert(doc, OpenDoc { stored, changed: true });
        self.flush(conn).await
    }
}

/// What must be written again, without whatever says something of the person who was forgotten.
fn again(
    before: &mut Document,
    forget: &Forget,
    unknown: impl FnOnce(&mut Document) -> std::collections::BTreeSet<String>,
) -> Vec<Put> {
    let (kind, fields) = (before.kind(), before.fields());
    let persons = forget.reasons().filter_map(resident_of).map(|id| {
        let said = |field: &str| -> Vec<String> {
            let versions = before.versions(&format!("{}{field}", linli_core::kinds::resident_key(id)));
            versions.iter().filter_map(|version| version.value.as_text().map(str::to_owned)).collect()
        };
        Person::new(id, &said("name"), &said("phone"), false)
    });
    let persons: Vec<Person> = persons.collect();
    let emergencies_over = forget.reasons().any(|reason| reason == occasions::EMERGENCIES);
    let keep = |key: &str, value: &Value| {
        if emergencies_over && occasions::is_of_emergencies(key) {
            return None;
        }
        persons.iter().try_fold(value.clone(), |kept, person| person.keep(kind, key, &kept))
    };
    let keys = unknown(before).into_iter();
    keys.filter_map(|key| match fields.get(&key) {
        Some(value) => keep(&key, value).map(|kept| Put { key, value: Some(kept) }),
        None => Some(Put::delete(key)),
    })
    .filter(|put| persons.iter().all(|person| !put.key.starts_with(person.prefix())))
    .collect()
}

fn resident_of(prefix: &str) -> Option<ResidentId> {
    prefix.strip_prefix("r/")?.trim_end_matches('/').parse().ok()
}
