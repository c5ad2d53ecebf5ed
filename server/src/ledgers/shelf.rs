//! Where the books stand between questions.

use super::books::Books;
use super::fields::Base;
use super::result::Whole;
use crate::state::lock;
use linli_core::time::TimeMs;
use linli_storage::StoreError;
use linli_storage::model::Model;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::{RwLock, RwLockReadGuard};

/// An office that looks at ledgers looks again soon; at night the memory is given back.
const IDLE_MS: i64 = 30 * 60 * 1000;

/// Kept days open at a time: two that are compared, and those that two people look at. Some 10 MB each.
const DAYS_OPEN: usize = 4;

/// A day that was kept of a ledger, and the moment: a day that was erased may be kept again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DayKept {
    pub(crate) ledger: String,
    pub(crate) day: String,
    pub(crate) at_ms: TimeMs,
}

/// The books, opened when somebody asks.
pub(crate) struct Shelf {
    books: RwLock<Books>,
    /// Unpacked, the last one first: unpacking one takes longer than a person waits for a page.
    days: Mutex<VecDeque<(DayKept, Arc<Whole>)>>,
    asked_ms: AtomicI64,
}

impl Default for Shelf {
    fn default() -> Shelf {
        Shelf { books: RwLock::new(Books::new()), days: Mutex::default(), asked_ms: AtomicI64::new(0) }
    }
}

impl Shelf {
    /// The books with everything that is applied now.
    pub(crate) async fn books(
        &self,
        model: &Model,
        base: Base,
        now_ms: TimeMs,
    ) -> Result<RwLockReadGuard<'_, Books>, StoreError> {
        self.asked_ms.store(now_ms, Ordering::Relaxed);
        let applied = *model.applied().borrow();
        let books = self.books.read().await;
        if books.is_of(applied, base) {
            return Ok(books);
        }
        drop(books);
        let mut books = self.books.write().await;
        // Whoever waited with us may have done it.
        if !books.is_of(*model.applied().borrow(), base)
            && let Err(error) = books.refresh(model, base).await
        {
            // Half of what changed may be in.
            *books = Books::new();
            return Err(error);
        }
        Ok(books.downgrade())
    }

    /// A day as it was unpacked before.
    pub(crate) fn day(&self, day: &DayKept, now_ms: TimeMs) -> Option<Arc<Whole>> {
        self.asked_ms.store(now_ms, Ordering::Relaxed);
        let mut days = lock(&self.days);
        let at = days.iter().position(|(open, _)| open == day)?;
        let found = days.remove(at)?;
        let whole = Arc::clone(&found.1);
        days.push_front(found);
        Some(whole)
    }

    /// Keeps a day open that was unpacked.
    pub(crate) fn open_day(&self, day: DayKept, whole: Arc<Whole>) {
        let mut days = lock(&self.days);
        days.truncate(DAYS_OPEN - 1);
        days.push_front((day, whole));
    }

    /// Lets go of everything that was read: something of it was destroyed.
    pub(crate) async fn clear(&self) {
        *self.books.write().await = Books::new();
        lock(&self.days).clear();
    }

    /// Gives the memory back when nobody has asked for long.
    pub(crate) async fn rest(&self, now_ms: TimeMs) {
        let asked_ms = self.asked_ms.load(Ordering::Relaxed);
        if asked_ms > 0 && now_ms - asked_ms > IDLE_MS {
            *self.books.write().await = Books::new();
            lock(&self.days).clear();
            self.asked_ms.store(0, Ordering::Relaxed);
        }
    }
}
