//! What imports need between requests: how far the running ones are, the file that was read last, and what undoing
//! would do. Lost at a restart, which nothing depends on.

use super::file::Files;
use super::foresight::Foresight;
use super::jobs::{Settings, missing_file, settings_of};
use super::{Reading, read};
use crate::events::{Events, News};
use crate::problem::Problem;
use crate::state::{App, lock};
use axum::http::StatusCode;
use linli_core::time::TimeMs;
use linli_roster::import::Roster;
use linli_storage::DataFolder;
use linli_storage::office::imports::ImportJob;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

/// A roster of 50,000 rows takes some 50 MB once it is read: nobody who went home keeps it.
const IDLE_MS: i64 = 30 * 60 * 1000;

/// Where imports lie while a person looks at them.
pub(crate) struct Desk {
    pub(super) files: Files,
    events: Arc<Events>,
    /// Jobs change one at a time.
    pub(super) turn: tokio::sync::Mutex<()>,
    /// One at a time: two people who import at once take turns at reading.
    opened: tokio::sync::Mutex<Option<Opened>>,
    pub(super) foresight: Foresight,
    running: Mutex<BTreeMap<String, Arc<Progress>>>,
}

struct Opened {
    job: String,
    settings: String,
    roster: Arc<Roster>,
    asked_ms: TimeMs,
}

/// What runs for a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    /// Counting what an import would do.
    Check,
    /// Importing.
    Import,
    /// Taking an import back.
    Undo,
}

impl Doing {
    /// The stable word.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Doing::Check => "check",
            Doing::Import => "import",
            Doing::Undo => "undo",
        }
    }
}

/// How far something is, in households. What is written counts twice: once planned, once shown in lists.
pub(crate) struct Progress {
    pub(crate) doing: Doing,
    households: AtomicUsize,
    done: AtomicUsize,
    /// Who is told, and of which import.
    told: OnceLock<(Arc<Events>, String)>,
}

impl Progress {
    pub(crate) fn new(doing: Doing, households: usize) -> Progress {
        let households = AtomicUsize::new(households);
        Progress { doing, households, done: AtomicUsize::new(0), told: OnceLock::new() }
    }

    /// How many households there are, where only the work itself finds out.
    pub(super) fn of(&self, households: usize) {
        self.households.store(households, Ordering::Relaxed);
    }

    pub(super) fn planned(&self, households: usize) {
        self.done.store(households, Ordering::Relaxed);
        self.tell();
    }

    /// Lists show the log up to `at` of what reaches from `since` to `last`.
    pub(super) fn listed(&self, since: i64, at: i64, last: i64) {
        let households = self.households.load(Ordering::Relaxed);
        let (all, shown) = ((last - since).max(1).unsigned_abs(), (at - since).max(0).unsigned_abs());
        let part = u64::try_from(households).unwrap_or(u64::MAX).saturating_mul(shown.min(all)) / all;
        self.done.store(households + usize::try_from(part).unwrap_or(households), Ordering::Relaxed);
        self.tell();
    }

    fn tell(&self) {
        if let Some((events, import)) = self.told.get() {
            events.say(News::ImportProgress { id: import.clone() });
        }
    }

    /// Done, and of how many.
    pub(crate) fn parts(&self) -> (usize, usize) {
        let households = self.households.load(Ordering::Relaxed);
        let total = if self.doing == Doing::Check { households } else { households * 2 };
        (self.done.load(Ordering::Relaxed).min(total), total)
    }
}

/// Something runs until this is dropped.
pub(crate) struct Running {
    desk: Arc<Desk>,
    job: String,
    pub(crate) progress: Arc<Progress>,
}

impl Drop for Running {
    fn drop(&mut self) {
        lock(&self.desk.running).remove(&self.job);
        self.progress.tell();
    }
}

impl Desk {
    pub(crate) fn new(data: &DataFolder, events: Arc<Events>) -> Desk {
        Desk {
            files: Files::of(data),
            events,
            turn: Default::default(),
            opened: Default::default(),
            foresight: Default::default(),
            running: Default::default(),
        }
    }

    /// Begins something for a job, unless something runs for it.
    pub(super) fn begin(self: &Arc<Desk>, job: &str, progress: Progress) -> Result<Running, Problem> {
        let mut running = lock(&self.running);
        if running.contains_key(job) {
            return Err(Problem::new(
                StatusCode::CONFLICT,
                "import.busy",
                "这次导入正在处理中,请等它结束",
                "this import is being worked on; wait until that ends",
            ));
        }
        let _ = progress.told.set((Arc::clone(&self.events), job.to_owned()));
        let progress = Arc::new(progress);
        running.insert(job.to_owned(), Arc::clone(&progress));
        Ok(Running { desk: Arc::clone(self), job: job.to_owned(), progress })
    }

    /// What runs for a job now.
    pub(crate) fn progress(&self, job: &str) -> Option<Arc<Progress>> {
        lock(&self.running).get(job).cloned()
    }

    /// A job's file, read the way its settings say.
    pub(crate) async fn open(
        &self,
        app: &App,
        job: &ImportJob,
        now_ms: TimeMs,
    ) -> Result<Arc<Roster>, Problem> {
        let mut opened = self.opened.lock().await;
        if let Some(known) =
            opened.as_mut().filter(|known| known.job == job.id && known.settings == job.settings)
        {
            known.asked_ms = now_ms;
            return Ok(Arc::clone(&known.roster));
        }
        // The one before is let go first: two at once would be twice the memory.
        *opened = None;
        let bytes = if job.has_file { self.files.read(&job.id).await } else { None };
        let bytes = bytes.ok_or_else(missing_file)?;
        let Settings { keep_national_id, .. } = settings_of(job)?;
        let corrections = settings_of(job)?.corrections();
        let how = Reading { file_name: job.file_name.clone(), keep_national_id, corrections };
        let roster = Arc::new(read(app, bytes, how).await?);
        *opened = Some(Opened {
            job: job.id.clone(),
            settings: job.settings.clone(),
            roster: Arc::clone(&roster),
            asked_ms: now_ms,
        });
        Ok(roster)
    }

    /// Gives the memory back when nobody has looked for long.
    pub(super) async fn rest(&self, now_ms: TimeMs) {
        self.foresight.forget_before(now_ms - IDLE_MS);
        let mut opened = self.opened.lock().await;
        if opened.as_ref().is_some_and(|opened| now_ms - opened.asked_ms > IDLE_MS) {
            *opened = None;
        }
    }

    /// Lets go of a file that was read.
    pub(super) async fn close(&self, job: &str) {
        let mut opened = self.opened.lock().await;
        if opened.as_ref().is_some_and(|opened| opened.job == job) {
            *opened = None;
        }
    }
}
