//! What taking an import back would do, before anybody does. To look at every household of a whole roster takes seconds,
//! so it is counted behind the answer and kept for each household; from then on only those that somebody wrote to are
//! looked at again. The undo itself plans anew when it is done, and takes nothing from here.

use super::desk::{Doing, Progress};
use super::undo::{Counts, KEPT_MAX, Kept, UndoSummary, take_back_part, written_to};
use super::{HOUSEHOLDS_PER_PART, nobody};
use crate::problem::Problem;
use crate::state::{App, lock};
use linli_core::ids::HouseholdId;
use linli_core::time::TimeMs;
use linli_storage::StoreError;
use linli_storage::office::imports::ImportJob;
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::OwnedMutexGuard;
use tokio::time::{Instant, timeout_at};

/// How long an answer waits for the counts before it says that they are being made: what one worker handed in
/// meanwhile is looked at in less, a whole roster is not, and a page has 50 ms.
const PATIENCE: Duration = Duration::from_millis(25);
/// Imports whose counts are kept, some 3 MB each for a large community: an office hesitates about one or two.
const IMPORTS_MAX: usize = 4;

/// What an undo would do, as far as that is known.
pub(crate) enum Foreseen {
    Counting(Arc<Progress>),
    Counted { summary: UndoSummary, kept: Vec<Kept> },
}

/// The imports that somebody asked about, the last one first.
#[derive(Default)]
pub(super) struct Foresight(Mutex<VecDeque<Arc<Outlook>>>);

/// One of them.
struct Outlook {
    job: String,
    asked_ms: AtomicI64,
    progress: Arc<Progress>,
    counted: Arc<tokio::sync::Mutex<Counted>>,
}

#[derive(Default)]
struct Counted {
    /// Everything in the lists up to this log id has been looked at.
    upto: Option<i64>,
    households: BTreeMap<HouseholdId, Counts>,
    summary: UndoSummary,
    /// Of very many, the first.
    kept: Vec<Kept>,
    /// Why the last count ended early, for the next who asks.
    failed: Option<Problem>,
}

impl Foresight {
    fn of(&self, job: &str, now_ms: TimeMs) -> Arc<Outlook> {
        let mut outlooks = lock(&self.0);
        let known = outlooks.iter().position(|outlook| outlook.job == job);
        let known = known.and_then(|at| outlooks.remove(at));
        let outlook = known.unwrap_or_else(|| Arc::new(Outlook::new(job)));
        outlook.asked_ms.store(now_ms, Ordering::Relaxed);
        outlooks.truncate(IMPORTS_MAX - 1);
        outlooks.push_front(Arc::clone(&outlook));
        outlook
    }

    /// Lets go of what nobody has asked about since.
    pub(super) fn forget_before(&self, asked_ms: TimeMs) {
        lock(&self.0).retain(|outlook| outlook.asked_ms.load(Ordering::Relaxed) >= asked_ms);
    }
}

impl Outlook {
    fn new(job: &str) -> Outlook {
        Outlook {
            job: job.to_owned(),
            asked_ms: AtomicI64::new(0),
            progress: Arc::new(Progress::new(Doing::Check, 0)),
            counted: Arc::default(),
        }
    }
}

/// What taking an import back would do now. Whoever is told that it is being counted asks again.
pub(crate) async fn foresee(app: &App, job: &ImportJob, now_ms: TimeMs) -> Result<Foreseen, Problem> {
    let outlook = app.imports.foresight.of(&job.id, now_ms);
    let end = Instant::now() + PATIENCE;
    let counting = || Ok(Foreseen::Counting(Arc::clone(&outlook.progress)));
    // Whoever counts holds it.
    let Ok(mut counted) = timeout_at(end, Arc::clone(&outlook.counted).lock_owned()).await else {
        return counting();
    };
    if let Some(problem) = counted.failed.take() {
        return Err(problem);
    }
    let durable = *app.log.durable().borrow();
    if counted.upto.is_none_or(|upto| upto < durable) {
        let (app, job, progress) = (app.clone(), job.clone(), Arc::clone(&outlook.progress));
        let count = tokio::spawn(async move { settle(&app, &job, counted, &progress).await });
        let Ok(done) = timeout_at(end, count).await else { return counting() };
        counted = done.map_err(|_| StoreError::Stopped)?;
        if let Some(problem) = counted.failed.take() {
            return Err(problem);
        }
    }
    Ok(Foreseen::Counted { summary: counted.summary.clone(), kept: counted.kept.clone() })
}

/// Counts, also when nobody waits for it any more.
async fn settle(
    app: &App,
    job: &ImportJob,
    mut counted: OwnedMutexGuard<Counted>,
    progress: &Progress,
) -> OwnedMutexGuard<Counted> {
    if let Err(problem) = counted.catch_up(app, job, progress).await {
        tracing::error!(code = problem.code, import = job.id, "what an undo would do could not be counted");
        counted.failed = Some(problem);
    }
    counted
}

impl Counted {
    /// Looks at what nobody has looked at yet, or somebody has written to since.
    async fn catch_up(&mut self, app: &App, job: &ImportJob, progress: &Progress) -> Result<(), Problem> {
        let durable = *app.log.durable().borrow();
        app.model.wait_for(durable).await;
        // What is applied while the count goes on is looked at twice at worst.
        let upto = *app.model.applied().borrow();
        let households: Vec<HouseholdId> = match self.upto {
            None => written_to(app, job).await?,
            Some(since) => {
                let changed = app.model.written_to(since, upto).await?.into_iter();
                changed.filter(|id| self.households.contains_key(id)).collect()
            }
        };
        progress.of(households.len());
        let mut done = 0;
        for part in households.chunks(HOUSEHOLDS_PER_PART) {
            progress.planned(done);
            let taken = take_back_part(app, job, nobody(), part).await?;
            self.households.extend(part.iter().map(|id| (*id, Counts::default())));
            self.households.extend(taken.into_iter().map(|one| (HouseholdId::from(one.doc), one.counts)));
            done += part.len();
        }
        progress.planned(done);
        self.upto = Some(upto);
        self.sum_up();
        Ok(())
    }

    fn sum_up(&mut self) {
        self.summary = UndoSummary::default();
        self.households.values().for_each(|one| self.summary.add(one));
        let kept = self.households.values().flat_map(|one| &one.kept);
        self.summary.kept = kept.clone().count();
        self.kept = kept.take(KEPT_MAX).cloned().collect();
    }
}
