//! Batches become documents: one group of batches, one transaction.
//!
//! A change that cannot be applied is put aside with its reason and the rest goes on; a change whose
//! predecessors are missing is held and tried again whenever its document moves.

use super::conflicts::{live_conflicts, track_conflicts};
use super::cover::refresh_cover;
use super::documents::{Origin, Touched, load_all};
use super::entries::{check_allowed, check_fits};
use super::flush::flush;
use super::held::waiting;
use super::{Model, ROWS_PER_STATEMENT, moves};
use crate::StoreError;
use crate::cores::on_all_cores;
use crate::error::damaged;
use crate::log::{Log, Logged};
use linli_core::doc::{Applied, ApplyError, ChangeBytes, ChangeInfo, Document};
use linli_core::error::Coded as _;
use linli_core::identity::{Entry, Payload, Placement};
use linli_core::ids::{Actor, DeviceId, DocId, Hash, HouseholdId, SpaceId};
use linli_core::kinds::{DocKind, notice_receipt_of, receipt_of};
use linli_core::time::TimeMs;
use sqlx::SqliteConnection;
use std::collections::{BTreeMap, BTreeSet};

/// State of one group.
pub(super) struct Group<'a> {
    pub(super) connection: &'a mut SqliteConnection,
    pub(super) office: DeviceId,
    pub(super) docs: BTreeMap<DocId, Touched>,
    /// Documents that changes wait for.
    pub(super) waiting: BTreeSet<DocId>,
    /// Changes of this group and when they were received; written in one statement at its end.
    pub(super) received: BTreeMap<Hash, TimeMs>,
    /// Actors of this group, likewise.
    pub(super) actors: BTreeMap<(SpaceId, Actor), (DeviceId, i64)>,
    /// New documents with their only change, not yet part of the group.
    pub(super) made: BTreeMap<DocId, (Document, ChangeInfo)>,
    /// Whether any document was ever moved.
    pub(super) any_moved: bool,
    /// Where documents without a change so far were moved to.
    pub(super) placed: BTreeMap<DocId, Placement>,
    /// Spaces that documents of this group leave.
    pub(super) left_spaces: BTreeSet<SpaceId>,
    /// Households that moved, and visits documents: they may be in different spaces now.
    pub(super) unsettled: BTreeSet<DocId>,
    /// Households of which something was destroyed: what is known of their visits is worked out again.
    pub(super) wiped: BTreeSet<HouseholdId>,
    /// Documents that were destroyed; search finds them no longer.
    pub(super) unfound: BTreeSet<HouseholdId>,
}

impl Model {
    pub(super) async fn apply_group(&self, log: &Log, batches: Vec<Logged>) -> Result<(), StoreError> {
        let mut transaction = self.database.writer.begin_with("BEGIN IMMEDIATE").await?;
        let waiting = waiting(&mut transaction).await?;
        let any_moved = moves::any(&mut transaction).await?;
        let mut group = Group {
            connection: &mut transaction,
            office: log.office().device(),
            docs: BTreeMap::new(),
            waiting,
            received: BTreeMap::new(),
            actors: BTreeMap::new(),
            made: BTreeMap::new(),
            any_moved,
            placed: BTreeMap::new(),
            left_spaces: BTreeSet::new(),
            unsettled: BTreeSet::new(),
            wiped: BTreeSet::new(),
            unfound: BTreeSet::new(),
        };
        group.open_all(&batches).await?;
        let mut newest = 0;
        for logged in &batches {
            newest = logged.id;
            group.apply(log, logged).await?;
            sqlx::query(
                "INSERT INTO space (id, seq, changes) VALUES (?1, ?2, ?3)
                 ON CONFLICT (id) DO UPDATE SET seq = ?2, changes = changes + ?3",
            )
            .bind(logged.space.0.as_slice())
            .bind(crate::log::as_i64(logged.seq))
            .bind(i64::try_from(logged.batch.entries.len()).unwrap_or(i64::MAX))
            .execute(&mut *group.connection)
            .await?;
        }
        group.write_origins().await?;
        let docs = std::mem::take(&mut group.docs);
        let unsettled = if group.any_moved { std::mem::take(&mut group.unsettled) } else { BTreeSet::new() };
        let (wiped, unfound) = (std::mem::take(&mut group.wiped), std::mem::take(&mut group.unfound));
        let mut searchable: Vec<_> = unfound.into_iter().map(|id| (id, None)).collect();
        searchable.extend(flush(&mut transaction, docs).await?);
        refresh_cover(&mut transaction, wiped).await?;
        moves::note_left_behind(&mut transaction, unsettled).await?;
        sqlx::query("UPDATE progress SET applied = ?").bind(newest).execute(&mut *transaction).await?;
        transaction.commit().await?;
        self.update_search(searchable);
        Ok(())
    }

    fn update_search(&self, changed: Vec<(HouseholdId, Option<String>)>) {
        // A poisoned lock means a panic inside the index; searching what it has is better than nothing.
        let mut index = self.search.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        for (id, text) in changed {
            match text {
                Some(text) => index.upsert_stored(id, &text),
                None => {
                    index.remove(&id);
                }
            }
        }
    }
}

impl Group<'_> {
    async fn apply(&mut self, log: &Log, logged: &Logged) -> Result<(), StoreError> {
        if logged.review {
            return Ok(());
        }
        self.note_overdue(logged.received_ms).await?;
        for (index, entry) in logged.batch.entries.iter().enumerate() {
            let index = i64::try_from(index).unwrap_or(i64::MAX);
            self.apply_entry(logged, index, entry).await?;
            self.retry_held(log, entry.doc).await?;
        }
        Ok(())
    }

    /// Applies one entry; whether it changed its document.
    pub(super) async fn apply_entry(
        &mut self,
        logged: &Logged,
        index: i64,
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        if matches!(entry.payload, Payload::Erased(_)) {
            return Ok(false);
        }
        let made = self.made.remove(&entry.doc);
        // Before the document is looked for: what is not allowed must not even begin one.
        let allowed = check_allowed(entry, logged.space, logged.author == self.office);
        if let (Ok(()), Payload::Forget(forget)) = (allowed, &entry.payload) {
            return self.apply_forget(logged, index, entry, forget).await;
        }
        let fits = allowed.and_then(|()| {
            let open = &self.touched(logged, entry).open;
            check_fits(entry, open.document.kind(), open.generation)
        });
        if let Err(error) = fits {
            self.quarantine(logged, index, entry, error.code(), &error.to_string()).await?;
            return Ok(false);
        }
        match &entry.payload {
            Payload::Change(bytes) => self.apply_change(logged, index, entry, (bytes, made)).await,
            Payload::Moved { to, nth } => {
                self.apply_moved(logged, entry, Placement { nth: *nth, space: *to }).await?;
                Ok(false)
            }
            Payload::Placed(arrival) => self.apply_placed(logged, index, entry, arrival).await,
            Payload::Erased(_) | Payload::Forget(_) => Ok(false),
        }
    }

    async fn apply_change(
        &mut self,
        logged: &Logged,
        index: i64,
        entry: &Entry,
        (bytes, made): (&[u8], Option<(Document, ChangeInfo)>),
    ) -> Result<bool, StoreError> {
        let Some(touched) = self.docs.get(&entry.doc) else { return Err(damaged("document")) };
        let elsewhere = touched.open.space != logged.space;
        if elsewhere && !self.may_stray(entry.doc, logged.space).await? {
            let (code, reason) = ("change.wrong_space", "the document belongs to another space");
            self.quarantine(logged, index, entry, code, reason).await?;
            return Ok(false);
        }
        let Some(touched) = self.docs.get_mut(&entry.doc) else { return Err(damaged("document")) };
        let applied = match made {
            Some((document, info)) => {
                touched.open.document = document;
                Ok(Applied::New(info))
            }
            None => touched.open.document.apply(&ChangeBytes(bytes.to_vec())),
        };
        match applied {
            Ok(Applied::Known) => Ok(false),
            Ok(Applied::New(info)) => {
                self.after(logged, entry.doc, info).await?;
                if elsewhere {
                    self.note_stray(entry.doc, logged.space).await?;
                }
                Ok(true)
            }
            Err(ApplyError::Missing(missing)) => {
                let missing = missing.first().copied().unwrap_or(Hash::ZERO);
                // It passed the gate's reading, or nothing would be missing.
                let name = ChangeBytes(bytes.to_vec()).name().unwrap_or(Hash::of(bytes));
                self.hold(logged, index, entry, (name, missing)).await?;
                Ok(false)
            }
            Err(error) => {
                self.quarantine(logged, index, entry, error.code(), &error.to_string()).await?;
                Ok(false)
            }
        }
    }

    /// Opens what a group is about, all at once. New documents that get one change and wait for none are
    /// made on all cores.
    async fn open_all(&mut self, batches: &[Logged]) -> Result<(), StoreError> {
        let mut entries: BTreeMap<DocId, Vec<(&Logged, &Entry)>> = BTreeMap::new();
        for logged in batches.iter().filter(|logged| !logged.review) {
            for entry in &logged.batch.entries {
                entries.entry(entry.doc).or_default().push((logged, entry));
            }
        }
        let ids: Vec<DocId> = entries.keys().copied().collect();
        let mut live = live_conflicts(self.connection, &ids).await?;
        for (id, open) in load_all(self.connection, &ids).await? {
            let live = live.remove(&id).unwrap_or_default();
            self.docs.insert(id, Touched::of(open, live, false));
        }
        if self.any_moved {
            let unknown: Vec<DocId> = ids.into_iter().filter(|id| !self.docs.contains_key(id)).collect();
            self.placed = moves::placements(self.connection, &unknown).await?;
        }
        let new = entries.into_iter().filter_map(|(id, entries)| match entries.as_slice() {
            [(_, entry)] if !self.docs.contains_key(&id) && !self.waiting.contains(&id) => Some(*entry),
            _ => None,
        });
        for (id, made) in on_all_cores(new.collect(), |entry| (entry.doc, first_change(entry))) {
            self.made.extend(made.map(|made| (id, made)));
        }
        Ok(())
    }

    /// The document of an entry, made if there is none.
    fn touched(&mut self, logged: &Logged, entry: &Entry) -> &mut Touched {
        if entry.kind == DocKind::Visits {
            self.unsettled.insert(entry.doc);
        }
        let placed = self.placed.get(&entry.doc).copied();
        self.docs.entry(entry.doc).or_insert_with(|| {
            let document = Document::new(entry.kind);
            let Placement { nth, space } = placed.unwrap_or(Placement::made_in(logged.space));
            let (id, generation) = (entry.doc, entry.generation);
            Touched::of(super::OpenDoc { id, space, nth, generation, document }, Vec::new(), true)
        })
    }

    /// Bookkeeping after a change became part of its document.
    pub(super) async fn after(
        &mut self,
        logged: &Logged,
        doc: DocId,
        info: ChangeInfo,
    ) -> Result<(), StoreError> {
        self.received.entry(info.hash).or_insert(logged.received_ms);
        self.actors.entry((logged.space, info.actor)).or_insert((logged.author, logged.skew_ms));
        let Some(touched) = self.docs.get_mut(&doc) else { return Err(damaged("document")) };
        // A change that was held belongs to an older batch, but the document changes now.
        touched.applied = touched.applied.max(logged.id);
        touched.changed = true;
        let origin =
            Origin { device: logged.author, received_ms: logged.received_ms, skew_ms: logged.skew_ms };
        let withdraws = info.writes.iter().any(|(key, _)| key == "withdrawn");
        touched.remerged |= withdraws
            || info.writes.iter().any(|(key, _)| key == "merged_into" || key.starts_with("merges/"));
        touched.late |=
            logged.author != self.office || (withdraws && touched.open.document.heads().len() > 1);
        for (key, _) in info.writes.iter().filter(|_| touched.open.document.kind() == DocKind::Visits) {
            let Some(rest) = key.strip_prefix("v/") else { continue };
            match rest.split_once('/') {
                None => drop(rest.parse().map(|id| touched.visits.insert(id, origin))),
                Some((id, _)) => drop(id.parse().map(|id| touched.amended.push(id))),
            }
        }
        for (key, value) in info.writes.iter().filter(|_| touched.open.document.kind() == DocKind::Receipts) {
            let receipt = value.as_ref().and_then(|value| receipt_of(key, value));
            // A phone speaks for itself alone, whatever the key says.
            if let Some((directive, device, receipt)) = receipt.filter(|found| found.1 == logged.author) {
                let received = (receipt, logged.received_ms);
                touched.receipts.entry((directive, device)).or_insert(received);
            }
            let receipt = value.as_ref().and_then(|value| notice_receipt_of(key, value));
            if let Some((version, device, receipt)) = receipt.filter(|found| found.1 == logged.author) {
                let received = (receipt, logged.received_ms);
                touched.notice_receipts.entry((version, device)).or_insert(received);
            }
        }
        if touched.is_new && matches!(touched.open.document.kind(), DocKind::Issue | DocKind::Complaint) {
            touched.first.get_or_insert(origin);
        }
        track_conflicts(self.connection, &self.received, touched, logged, &info).await?;
        self.note_forward(logged, doc, &info).await
    }

    /// A phone's edit of a household that was merged away must follow to the survivor; the office does
    /// that, once, and says so in the message of its change.
    async fn note_forward(
        &mut self,
        logged: &Logged,
        doc: DocId,
        info: &ChangeInfo,
    ) -> Result<(), StoreError> {
        if logged.author == self.office {
            if let Some(followed) = info.message.as_deref().and_then(followed_change) {
                sqlx::query("DELETE FROM forward WHERE change = ?")
                    .bind(followed)
                    .execute(&mut *self.connection)
                    .await?;
            }
            return Ok(());
        }
        let Some(touched) = self.docs.get(&doc) else { return Ok(()) };
        let merged = touched.open.document.kind() == DocKind::Household
            && touched.open.document.fields().get("merged_into").is_some_and(|id| id.as_text().is_some());
        if merged {
            sqlx::query("INSERT OR IGNORE INTO forward (change, doc) VALUES (?, ?)")
                .bind(info.hash.0.as_slice())
                .bind(doc.0.as_slice())
                .execute(&mut *self.connection)
                .await?;
        }
        Ok(())
    }

    /// Writes which changes and actors this group brought.
    async fn write_origins(&mut self) -> Result<(), StoreError> {
        let received: Vec<_> = std::mem::take(&mut self.received).into_iter().collect();
        for rows in received.chunks(ROWS_PER_STATEMENT) {
            let mut insert = sqlx::QueryBuilder::new("INSERT OR IGNORE INTO change (hash, received_ms) ");
            insert.push_values(rows, |mut row, (hash, at)| {
                row.push_bind(hash.0.to_vec()).push_bind(*at);
            });
            insert.build().execute(&mut *self.connection).await?;
        }
        let actors: Vec<_> = std::mem::take(&mut self.actors).into_iter().collect();
        for rows in actors.chunks(ROWS_PER_STATEMENT) {
            let mut insert =
                sqlx::QueryBuilder::new("INSERT OR IGNORE INTO actor (space, actor, device, skew_ms) ");
            insert.push_values(rows, |mut row, ((space, actor), (device, skew))| {
                row.push_bind(space.0.to_vec()).push_bind(actor.0.to_vec());
                row.push_bind(device.0.to_vec()).push_bind(*skew);
            });
            insert.build().execute(&mut *self.connection).await?;
        }
        Ok(())
    }

    pub(super) async fn quarantine(
        &mut self,
        logged: &Logged,
        index: i64,
        entry: &Entry,
        code: &str,
        reason: &str,
    ) -> Result<(), StoreError> {
        tracing::warn!(batch = logged.id, entry = index, code, "a change was put in quarantine");
        sqlx::query(
            "INSERT OR IGNORE INTO quarantine (batch, entry, doc, device, code, reason) VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(logged.id)
        .bind(index)
        .bind(entry.doc.0.as_slice())
        .bind(logged.author.0.as_slice())
        .bind(code)
        .bind(reason)
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }
}

/// A new document with its only change, if that can be applied.
fn first_change(entry: &Entry) -> Option<(Document, ChangeInfo)> {
    let Payload::Change(bytes) = &entry.payload else { return None };
    let mut document = Document::new(entry.kind);
    match document.apply(&ChangeBytes(bytes.clone())) {
        Ok(Applied::New(info)) => Some((document, info)),
        _ => None,
    }
}

/// The message of a change by which the office lets an edit follow a merge.
pub(super) const FOLLOW: &str = "follow ";

fn followed_change(message: &str) -> Option<Vec<u8>> {
    let hex = message.strip_prefix(FOLLOW)?.split(' ').nth(1)?;
    (0..hex.len() / 2).map(|i| u8::from_str_radix(hex.get(i * 2..i * 2 + 2)?, 16).ok()).collect()
}
