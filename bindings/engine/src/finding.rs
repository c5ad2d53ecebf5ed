//! The search index: filled from the stored texts in pieces before anybody asks, or at once when somebody does.

use crate::sql::SqliteConnection;
use crate::store::rows::{self, SearchChange};
use crate::timers::sleep;
use crate::{Engine, EngineError};
use linli_core::ids::HouseholdId;
use linli_core::search::SearchIndex;
use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

/// Households put in at a time while nobody waits: about as long as a picture on a screen lasts.
const PIECE: i64 = 100;

/// The index, and how much of what is stored is in it.
#[derive(Default)]
pub(crate) struct Finder {
    index: SearchIndex<HouseholdId>,
    filled: Filled,
}

/// Rows are put in in the order in which they lie; changes go in wherever they are.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Filled {
    #[default]
    Nothing,
    UpTo(i64),
    All,
}

impl Engine {
    /// Makes the first search as quick as the others: fills the index piece by piece, letting everything else go
    /// first. Cheap when it is filled already.
    ///
    /// # Errors
    /// [`EngineError`].
    pub async fn prepare_search(&self) -> Result<(), EngineError> {
        loop {
            let done = self.fill(&mut *self.store.lock().await, PIECE).await?;
            if done {
                return Ok(());
            }
            sleep(Duration::ZERO).await;
        }
    }

    /// Takes committed changes over into the index, if it was begun.
    pub(crate) fn index_changes(&self, changes: Vec<SearchChange>) {
        let mut finder = self.finder();
        if finder.filled == Filled::Nothing {
            return;
        }
        for (id, text) in changes {
            match text {
                Some(text) => finder.index.upsert(id, &text),
                None => {
                    finder.index.remove(&id);
                }
            }
        }
    }

    /// Forgets the index: much has changed, or somebody else wrote. It is filled again when it is needed.
    pub(crate) fn drop_index(&self) {
        *self.finder() = Finder::default();
    }

    /// Ids of households that a query finds, best first.
    pub(crate) async fn search_ids(
        &self,
        conn: &mut SqliteConnection,
        query: &str,
        limit: usize,
    ) -> Result<Vec<HouseholdId>, EngineError> {
        while !self.fill(&mut *conn, i64::MAX).await? {}
        Ok(self.finder().index.search(query, limit).into_iter().map(|hit| hit.id).collect())
    }

    /// Puts the next rows in; true when all are. The caller holds the connection, so nobody saves between reading
    /// the texts and putting them in.
    async fn fill(&self, conn: &mut SqliteConnection, rows: i64) -> Result<bool, EngineError> {
        let before = self.finder().filled;
        let after = match before {
            Filled::All => return Ok(true),
            Filled::UpTo(at) => at,
            // Before every row.
            Filled::Nothing => 0,
        };
        let texts = rows::search_texts(conn, after, rows).await?;
        let mut finder = self.finder();
        if finder.filled != before {
            // Dropped in the meantime: from the beginning, with the next call.
            return Ok(false);
        }
        let whole = i64::try_from(texts.len()).is_ok_and(|found| found < rows);
        let last = texts.last().map(|stored| stored.at);
        for stored in texts {
            finder.index.upsert_stored(stored.id, &stored.text);
        }
        finder.filled = match last {
            Some(last) if !whole => Filled::UpTo(last),
            _ => Filled::All,
        };
        Ok(whole)
    }

    /// A panic elsewhere leaves plain data behind a lock; it is as good as before.
    fn finder(&self) -> MutexGuard<'_, Finder> {
        self.finder.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
