//! Taking a decision back: the values that stood against each other stand so again.

use super::{Author, ChangeBytes, Document};
use crate::ids::{Actor, ConflictId, DecisionId};
use crate::kinds::{Decision, RestoredValue, UndoNote};
use crate::record::Put;
use crate::time::TimeMs;

/// Who takes a decision back, and why.
#[derive(Clone, Debug)]
pub struct UndoWord<'a> {
    /// The conflict as the relay recorded it.
    pub conflict: ConflictId,
    /// In the admin's words.
    pub reason: &'a str,
    /// The account, by its id.
    pub by: Option<&'a str>,
    /// When, by the relay's clock.
    pub at_ms: TimeMs,
}

impl Document {
    /// Writes again, each as its own change, the values that a decision chose between. Every change is made
    /// from the state right after the decision, so none of them sees another: they conflict as before. What
    /// somebody wrote since the decision is not overwritten but joins them. Empty when there is nothing to
    /// bring back. The changes are in the document when this returns.
    pub fn take_back(
        &mut self,
        decision: DecisionId,
        word: &UndoWord<'_>,
        mut writer: impl FnMut() -> Actor,
    ) -> Vec<ChangeBytes> {
        let decisions = Decision::read_all(&self.fields());
        let decided = decisions.into_iter().find(|(id, _)| *id == decision);
        let change = self.written_in(&Decision::key_of(decision));
        let (Some((_, Decision { key, .. })), Some(change)) = (decided, change) else { return Vec::new() };
        let versions: Vec<_> =
            self.versions_before(&key, change).into_iter().map(|version| (version, writer())).collect();
        let values = versions.iter().map(|(version, writer)| RestoredValue {
            value: version.value.show(),
            author: version.author,
            at_ms: version.at_ms,
            writer: *writer,
        });
        let note = UndoNote {
            conflict: word.conflict,
            key: key.clone(),
            reason: word.reason.to_owned(),
            at_ms: word.at_ms,
            by: word.by.map(str::to_owned),
            values: values.collect(),
        };
        let mut note = Some(Put { key: UndoNote::key_of(decision), value: Some(note.to_value()) });
        let mut changes = Vec::new();
        for (version, writer) in versions {
            let message = Some(format!("undo {decision}"));
            let author = Author { actor: writer, at_ms: word.at_ms, message, base: Some(vec![change]) };
            // Cleared first: writing a value that stands there already would write nothing.
            let mut puts =
                vec![Put::delete(key.clone()), Put { key: key.clone(), value: Some(version.value) }];
            puts.extend(note.take());
            changes.extend(self.edit(&author, &puts));
        }
        changes
    }
}
