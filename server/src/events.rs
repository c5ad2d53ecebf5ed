//! What happens, told to whoever looks at a screen: by name only, so that a page reads anew what it shows.
//! Owns the one place where news is gathered. Knows no HTTP.

use crate::state::App;
use linli_storage::StoreError;
use linli_storage::model::{ChangedRecord, Subject};
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::{Semaphore, broadcast};
use utoipa::ToSchema;

/// Groups of news a reader may be behind before it is told to read everything anew.
const GROUPS: usize = 256;
/// News of one group that are told one by one. An import changes thousands of households at once: reading
/// the page again is cheaper for everybody than so many news.
pub(crate) const NEWS_MAX: i64 = 500;
/// Readers at a time. A community office has a dozen desks; each open page costs a task and two buffers.
const READERS_MAX: usize = 64;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum News {
    /// The first of every connection. Whoever was not resumed reads anew what it shows.
    Hello {
        /// Lists show the log up to here.
        applied: i64,
        /// Everything since the id the reader gave follows.
        resumed: bool,
    },
    /// A household's registry or visits changed.
    Household {
        /// Its id.
        id: String,
        /// Its grid.
        grid: Option<String>,
        /// Log id.
        applied: i64,
    },
    /// A conflict was opened, widened or ended.
    Conflict {
        /// Its id.
        id: String,
        /// The household.
        household: String,
        /// Log id.
        applied: i64,
    },
    /// A document of another kind changed: `grid`, `worker`, `canvass`.
    Record {
        /// Which kind.
        record: &'static str,
        /// Its id.
        id: String,
        /// Log id.
        applied: i64,
    },
    /// A phone was enrolled, came, went or handed something in, or the office changed how it stands.
    Device {
        /// Its id.
        id: String,
    },
    /// A roster was imported.
    Import,
    /// What runs for an import goes on, or has come to its end.
    ImportProgress {
        /// The import's id.
        id: String,
    },
    /// Somebody begins to decide something at the merge desk, or lets go of it.
    Claim {
        /// The conflict's id, or both households'.
        id: String,
    },
    /// Too much to tell: read anew what is shown.
    Reload {
        /// Lists show the log up to here.
        applied: i64,
    },
}

/// News with the id to resume after, which only the last of its log id carries: whoever has that one has all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) resume: Option<i64>,
    pub(crate) news: News,
}

impl Told {
    /// Whether a reader who has everything up to a log id has not heard this yet.
    pub(crate) fn is_after(&self, upto: i64) -> bool {
        self.news.applied().is_none_or(|applied| applied > upto)
    }
}

impl News {
    fn applied(&self) -> Option<i64> {
        match self {
            News::Hello { applied, .. }
            | News::Household { applied, .. }
            | News::Conflict { applied, .. }
            | News::Record { applied, .. }
            | News::Reload { applied } => Some(*applied),
            News::Device { .. } | News::Import | News::ImportProgress { .. } | News::Claim { .. } => None,
        }
    }
}

/// Where news are told.
pub(crate) struct Events {
    groups: broadcast::Sender<Arc<[Told]>>,
    /// A permit a reader.
    pub(crate) readers: Arc<Semaphore>,
}

impl Default for Events {
    fn default() -> Events {
        Events { groups: broadcast::channel(GROUPS).0, readers: Arc::new(Semaphore::new(READERS_MAX)) }
    }
}

impl Events {
    /// From now on.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Arc<[Told]>> {
        self.groups.subscribe()
    }

    /// Tells what is in no log and therefore cannot be resumed.
    pub(crate) fn say(&self, news: News) {
        self.tell(vec![Told { resume: None, news }]);
    }

    fn tell(&self, told: Vec<Told>) {
        if !told.is_empty() {
            // Nobody looking is no error.
            let _ = self.groups.send(told.into());
        }
    }
}

/// Tells what every applied group of batches changed, for as long as the relay runs.
pub(crate) async fn run(app: App) {
    let mut applied = app.model.applied();
    let mut told = *applied.borrow_and_update();
    while applied.changed().await.is_ok() {
        let newest = *applied.borrow_and_update();
        match since(&app, told, newest, NEWS_MAX).await {
            Ok(news) => {
                app.events.tell(news);
                told = newest;
            }
            Err(error) => tracing::error!(%error, "pages could not be told of changes yet"),
        }
    }
}

/// What changed after one log id up to another; when it is more than that many, that it is too much.
pub(crate) async fn since(app: &App, after: i64, upto: i64, count_max: i64) -> Result<Vec<Told>, StoreError> {
    let changed = app.model.changed((after, upto), count_max + 1).await?;
    if i64::try_from(changed.len()).unwrap_or(i64::MAX) > count_max {
        return Ok(vec![Told { resume: Some(upto), news: News::Reload { applied: upto } }]);
    }
    let mut seen = BTreeSet::new();
    // From the newest: a household that changed several times is told of once.
    let newest_first = changed.into_iter().rev().map(news_of);
    let mut told: Vec<Told> = newest_first
        .filter(|news| seen.insert(name_of(news)))
        .map(|news| Told { resume: None, news })
        .collect();
    told.reverse();
    for at in 0..told.len() {
        let applied = |told: Option<&Told>| told.and_then(|told| told.news.applied());
        let (this, next) = (applied(told.get(at)), applied(told.get(at + 1)));
        if let Some(last) = told.get_mut(at).filter(|_| this != next) {
            last.resume = this;
        }
    }
    Ok(told)
}

fn news_of(changed: ChangedRecord) -> News {
    let applied = changed.applied;
    match changed.subject {
        Subject::Household { id, grid } => News::Household { id: id.to_string(), grid, applied },
        Subject::Conflict { id, doc } => {
            News::Conflict { id: id.to_string(), household: doc.to_string(), applied }
        }
        Subject::Other { kind, doc } => {
            News::Record { record: kind.spec().name, id: doc.to_string(), applied }
        }
    }
}

fn name_of(news: &News) -> (u8, String) {
    match news {
        News::Household { id, .. } => (0, id.clone()),
        News::Conflict { id, .. } => (1, id.clone()),
        News::Record { id, .. } => (2, id.clone()),
        News::Device { id } => (3, id.clone()),
        News::ImportProgress { id } => (4, id.clone()),
        News::Claim { id } => (5, id.clone()),
        News::Hello { .. } | News::Import | News::Reload { .. } => (6, String::new()),
    }
}
