//! Who wrote what when in a household's document, and what became of it.

use crate::problem::Problem;
use crate::routes::Names;
use crate::state::App;
use linli_core::doc::{Document, HistoryEntry};
use linli_core::ids::{Actor, Hash};
use linli_core::kinds::{Decision, UndoNote};
use linli_core::record::{FieldSpec, FieldType, Value};
use linli_core::time::TimeMs;
use std::collections::{BTreeMap, BTreeSet};

/// What became of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// It is what the field holds.
    Current,
    /// It is one of several that stand against each other.
    Conflict,
    /// A later write took its place.
    Replaced,
    /// A person chose another, for this reason.
    NotKept(String),
}

/// One write.
#[derive(Clone, Debug)]
pub(crate) struct Write {
    pub(crate) key: String,
    pub(crate) field: Option<&'static FieldSpec>,
    pub(crate) value: Option<Value>,
    pub(crate) author: String,
    pub(crate) at_ms: TimeMs,
    pub(crate) received_ms: Option<TimeMs>,
    pub(crate) state: State,
    pub(crate) message: Option<String>,
    pub(crate) change: Hash,
}

/// Every write of a document, oldest first.
pub(crate) struct Provenance {
    pub(crate) writes: Vec<Write>,
}

impl Provenance {
    pub(crate) async fn read(
        app: &App,
        names: &Names,
        document: &mut Document,
    ) -> Result<Provenance, Problem> {
        let kind = document.kind();
        let history = document.history();
        let actors: BTreeSet<Actor> = history.iter().map(|entry| entry.actor).collect();
        let changes: BTreeSet<Hash> = history.iter().map(|entry| entry.change).collect();
        let devices = app.model.devices_of(&actors.into_iter().collect::<Vec<_>>()).await?;
        let received = app.model.received(&changes.into_iter().collect::<Vec<_>>()).await?;
        let standing = Standing::of(document, &history);
        let restored = restored(document);
        let history = without_clearing(history);
        let writes = history.into_iter().map(|entry| {
            // Whoever takes a decision back writes again what others wrote: it is still theirs.
            let again = restored.get(&(entry.key.clone(), entry.actor));
            let (author, at_ms) = again.copied().unwrap_or((entry.actor, entry.at_ms));
            Write {
                state: standing.state_of(&entry),
                field: kind.field(&entry.key),
                author: devices.get(&author).map_or_else(
                    || author.to_string(),
                    |device| names.of_change(*device, entry.message.as_deref()),
                ),
                received_ms: received.get(&entry.change).copied(),
                key: entry.key,
                value: entry.value,
                at_ms,
                message: entry.message,
                change: entry.change,
            }
        });
        Ok(Provenance { writes: writes.collect() })
    }

    /// The writes of one field, oldest first; of a set, those of all its words.
    pub(crate) fn of(&self, field: &str) -> Vec<&Write> {
        let belongs = |write: &&Write| {
            let rest = write.key.strip_prefix(field);
            rest.is_some_and(|rest| rest.is_empty() || (is_set(write) && rest.starts_with('/')))
        };
        self.writes.iter().filter(belongs).collect()
    }

    /// The write that a field's value comes from; after a deletion, that.
    pub(crate) fn last(&self, field: &str) -> Option<&Write> {
        let writes = self.of(field);
        let current = writes.iter().rfind(|write| write.state == State::Current && !is_set(write));
        current.or(writes.last()).copied()
    }
}

/// Whose the values are that were written again when a decision was taken back, and when they were written first.
fn restored(document: &Document) -> BTreeMap<(String, Actor), (Actor, TimeMs)> {
    let mut restored = BTreeMap::new();
    for note in document.undo_notes() {
        for value in note.values {
            restored.insert((note.key.clone(), value.writer), (value.author, value.at_ms));
        }
    }
    restored
}

/// Without the clearing of a field that the same change then writes: nobody ever saw it empty.
fn without_clearing(history: Vec<HistoryEntry>) -> Vec<HistoryEntry> {
    let written: BTreeSet<(Hash, String)> = history
        .iter()
        .filter(|entry| entry.value.is_some())
        .map(|entry| (entry.change, entry.key.clone()))
        .collect();
    let shown =
        |entry: &HistoryEntry| entry.value.is_some() || !written.contains(&(entry.change, entry.key.clone()));
    history.into_iter().filter(shown).collect()
}

fn is_set(write: &Write) -> bool {
    write.field.is_some_and(|field| field.ty == FieldType::Set)
}

/// What a document says now of the writes it was made of.
struct Standing {
    /// Live writes by key, and the value that is shown.
    live: BTreeMap<String, (BTreeSet<(u64, Actor)>, bool)>,
    newest: BTreeMap<String, (u64, Actor)>,
    decisions: Vec<Decision>,
}

impl Standing {
    fn of(document: &Document, history: &[HistoryEntry]) -> Standing {
        let keys: BTreeSet<&String> = history.iter().map(|entry| &entry.key).collect();
        let live = keys.into_iter().map(|key| {
            let versions = document.versions(key);
            let differ = versions.windows(2).any(|pair| matches!(pair, [a, b] if a.value != b.value));
            (key.clone(), (versions.iter().map(|version| (version.counter, version.actor)).collect(), differ))
        });
        let live = live.collect();
        // Oldest first, so the newest stays.
        let newest = history.iter().map(|entry| (entry.key.clone(), (entry.counter, entry.actor))).collect();
        let fields = document.fields();
        let undone: BTreeSet<_> = UndoNote::read_all(&fields).into_iter().map(|(id, _)| id).collect();
        let standing = Decision::read_all(&fields).into_iter().filter(|(id, _)| !undone.contains(id));
        let decisions = standing.map(|(_, decision)| decision).collect();
        Standing { live, newest, decisions }
    }

    fn state_of(&self, entry: &HistoryEntry) -> State {
        let (live, differ) = match self.live.get(&entry.key) {
            Some((live, differ)) => (live.contains(&(entry.counter, entry.actor)), *differ),
            None => (false, false),
        };
        if live && differ {
            return State::Conflict;
        }
        let name = (entry.counter, entry.actor);
        let is_newest = self.newest.get(&entry.key) == Some(&name);
        let is_gone = self.live.get(&entry.key).is_none_or(|(live, _)| live.is_empty());
        if live || (entry.value.is_none() && is_newest && is_gone) {
            return State::Current;
        }
        let value = entry.value.as_ref().map(Value::show).unwrap_or_default();
        let lost = self.decisions.iter().find(|decision| {
            let by_actor = decision.lost.iter().any(|lost| lost.actor == entry.actor && lost.value == value);
            decision.key == entry.key && by_actor
        });
        lost.map_or(State::Replaced, |decision| State::NotKept(decision.reason.clone()))
    }
}
