//! Asking phones for changes that others build on and that the relay lacks.
//!
//! A phone that comes is asked when it follows the space. To those that are connected already this task speaks: first
//! to whoever signed what waits, then to everybody who follows the space, once each. Decides nothing: who may answer is
//! decided by the connection's session, what counts by the log.

use crate::clock::patience;
use crate::state::App;
use linli_core::ids::{DeviceId, DocId, Hash};
use linli_core::sync::frames::Wanted;
use linli_storage::StoreError;
use linli_storage::model::WantedRecord;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// So long whoever signed what waits is asked alone: its phone is at hand, it has just handed something in.
const SIGNERS_ALONE: Duration = Duration::from_secs(60);

/// A question for some of the connected phones.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) wanted: Wanted,
    /// Who signed what waits; nobody when all that follow the space are asked.
    pub(crate) signers: Option<BTreeSet<DeviceId>>,
}

/// Who has been asked for a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Signers,
    All,
}

type Lacking = BTreeMap<(DocId, Hash), Asked>;

/// Asks for as long as the relay runs.
pub(crate) async fn run(app: App) {
    let mut applied = app.model.applied();
    let mut later = tokio::time::interval(patience(SIGNERS_ALONE));
    let mut asked = Lacking::new();
    loop {
        let all = tokio::select! {
            changed = applied.changed() => match changed {
                Ok(()) => false,
                Err(_) => return,
            },
            _ = later.tick() => true,
        };
        if let Err(error) = ask(&app, &mut asked, all).await {
            tracing::error!(%error, "phones could not be asked for what is lacking yet");
        }
    }
}

async fn ask(app: &App, asked: &mut Lacking, all: bool) -> Result<(), StoreError> {
    let lacking = app.model.wanted(None).await?;
    let (questions, now_asked) = questions(lacking, asked, all);
    *asked = now_asked;
    for question in questions {
        // Nobody connected is no error.
        let _ = app.wanted.send(Arc::new(question));
    }
    Ok(())
}

/// What to ask whom, and who has been asked afterwards: nothing is remembered of what is lacking no more.
fn questions(lacking: Vec<WantedRecord>, asked: &Lacking, all: bool) -> (Vec<Question>, Lacking) {
    let (mut questions, mut now) = (Vec::new(), Lacking::new());
    for WantedRecord { wanted, signers } in lacking {
        let of_stage = |stage: Option<Asked>| {
            let fits = |change: &Hash| asked.get(&(wanted.doc, *change)).copied() == stage;
            let changes: Vec<Hash> = wanted.changes.iter().copied().filter(fits).collect();
            (!changes.is_empty()).then(|| Wanted { changes, ..wanted.clone() })
        };
        let (unasked, signers_asked) = (of_stage(None), of_stage(Some(Asked::Signers)).filter(|_| all));
        for change in &wanted.changes {
            let before = asked.get(&(wanted.doc, *change)).copied();
            let after = if before.is_some() && all { Asked::All } else { before.unwrap_or(Asked::Signers) };
            now.insert((wanted.doc, *change), after);
        }
        questions.extend(unasked.map(|wanted| Question { wanted, signers: Some(signers) }));
        questions.extend(signers_asked.map(|wanted| Question { wanted, signers: None }));
    }
    (questions, now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use linli_core::ids::SpaceId;

    #[test]
    fn signers_are_asked_at_once_then_everybody_and_nobody_twice() {
        let record = |changes: &[u8]| WantedRecord {
            wanted: Wanted {
                space: SpaceId([1; 16]),
                doc: DocId([2; 16]),
                changes: changes.iter().map(|byte| Hash([*byte; 32])).collect(),
            },
            signers: [DeviceId([3; 16])].into(),
        };
        let said = |questions: &[Question]| -> Vec<(Vec<u8>, bool)> {
            let hashes = |wanted: &Wanted| wanted.changes.iter().map(|hash| hash.0[0]).collect();
            questions.iter().map(|one| (hashes(&one.wanted), one.signers.is_none())).collect()
        };
        let (first, asked) = questions(vec![record(&[8])], &Lacking::new(), false);
        assert_eq!(said(&first), [(vec![8], false)]);
        let (again, asked) = questions(vec![record(&[8])], &asked, false);
        assert_eq!(said(&again), []);
        // A minute later, with one more that is new.
        let (later, asked) = questions(vec![record(&[8, 9])], &asked, true);
        assert_eq!(said(&later), [(vec![9], false), (vec![8], true)]);
        let (later, asked) = questions(vec![record(&[8, 9])], &asked, true);
        assert_eq!(said(&later), [(vec![9], true)]);
        let (never_again, asked) = questions(vec![record(&[8, 9])], &asked, true);
        assert_eq!(said(&never_again), []);
        // What came is forgotten.
        assert_eq!(questions(Vec::new(), &asked, true).1, Lacking::new());
    }
}
