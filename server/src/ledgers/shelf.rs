//! Where the books stand between questions.

use super::books::Books;
use super::fields::Base;
use linli_core::time::TimeMs;
use linli_storage::StoreError;
use linli_storage::model::Model;
use std::sync::atomic::{AtomicI64, Ordering};
use tokio::sync::{RwLock, RwLockReadGuard};

/// An office that looks at ledgers looks again soon; at night the memory is given back.
const IDLE_MS: i64 = 30 * 60 * 1000;

/// The books, opened when somebody asks.
pub(crate) struct Shelf {
    books: RwLock<Books>,
    asked_ms: AtomicI64,
}

impl Default for Shelf {
    fn default() -> Shelf {
        Shelf { books: RwLock::new(Books::new()), asked_ms: AtomicI64::new(0) }
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

    /// Gives the memory back when nobody has asked for long.
    pub(crate) async fn rest(&self, now_ms: TimeMs) {
        let asked_ms = self.asked_ms.load(Ordering::Relaxed);
        if asked_ms > 0 && now_ms - asked_ms > IDLE_MS {
            *self.books.write().await = Books::new();
            self.asked_ms.store(0, Ordering::Relaxed);
        }
    }
}
