//! Carries out what the phone's state machine asks, strictly in order.
//!
//! The order is the flow control: a page is stored before the next frame is looked at.

use super::heads::Seen;
use super::link::Link;
use super::{Listener, SyncEvent, SyncReport};
use crate::packing::pack_items;
use crate::sql::SqliteConnection;
use crate::store::meta::{self, Profile};
use crate::store::{begin, forgotten, outbox, people, spaces, to_sql};
use crate::{Engine, EngineError, Refusal};
use linli_core::error::Coded as _;
use linli_core::identity::{HeadStatement, PublicKey, SignedHead, open_grants};
use linli_core::ids::DeviceId;
use linli_core::sync::device::{Ask, Device, Status, nothing_packed};
use linli_core::sync::frames::{
    Ack, Frame, PAGE_BYTES_GOAL, PROOF_PURPOSE, Page, Pull, Refused, SnapshotPage, Wanted, Welcome,
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Refusals that a new epoch heals: the relay's chain and ours have parted (a restored or copied phone,
/// a relay restored from a backup).
const CHAIN_PARTED: [&str; 2] = ["batch.gap", "batch.fork"];

/// One connection's work.
pub(crate) struct Driver<'e> {
    engine: &'e Engine,
    machine: Device,
    report: SyncReport,
    /// Batches are on their way and not answered yet; an end must wait for them.
    pushing: bool,
    caught_up: bool,
    /// Devices whose batches were refused on this connection: sending them again changes nothing.
    refused: BTreeSet<DeviceId>,
    /// A new epoch was started on this connection; a second would only repeat the refusal.
    restarted: bool,
    names: BTreeMap<linli_core::ids::SpaceId, String>,
    /// Signs what this phone may follow.
    relay: PublicKey,
    /// Where the relay's chains ended before this connection.
    heads: Vec<(SignedHead, HeadStatement)>,
    /// Epoch and number up to which the relay had acknowledged the own chain before this connection began: another
    /// connection's acknowledgements may be newer than what is said on this one.
    acknowledged: (u32, u64),
}

impl<'e> Driver<'e> {
    /// Greets the relay.
    pub(crate) async fn start(
        engine: &'e Engine,
        profile: &Profile,
        link: &mut Link,
        listener: &mut Listener<'_>,
    ) -> Result<Driver<'e>, EngineError> {
        let mut conn = engine.store.lock().await;
        let (unsent, _) = outbox::unsent_counts(&mut conn).await?;
        let chain = Some(meta::chain(&mut conn).await?);
        let seen = meta::seen_grants(&mut conn).await?.map(|seen| seen.version);
        let heads = super::heads::kept(&mut conn, &profile.relay_key).await?;
        let acknowledged = outbox::acknowledged(&mut conn).await?;
        drop(conn);
        let (machine, asks) = Device::connect(
            engine.device(),
            profile.relay_key.clone(),
            engine.app.clone(),
            engine.english(),
            engine.env.now_ms(),
            Status { unsent: Some(unsent), chain, seen },
        );
        let mut driver = Driver {
            engine,
            machine,
            report: SyncReport::default(),
            pushing: false,
            caught_up: false,
            refused: BTreeSet::new(),
            restarted: false,
            names: BTreeMap::new(),
            relay: profile.relay_key.clone(),
            heads,
            acknowledged,
        };
        driver.carry_out(link, asks, listener).await?;
        Ok(driver)
    }

    pub(crate) fn caught_up(&self) -> bool {
        self.caught_up
    }

    pub(crate) fn into_report(self) -> SyncReport {
        let caught_up = self.caught_up && self.report.told.is_none();
        SyncReport { caught_up, ..self.report }
    }

    pub(crate) async fn on_frame(
        &mut self,
        link: &mut Link,
        frame: Frame,
        listener: &mut Listener<'_>,
    ) -> Result<(), EngineError> {
        let asks = self.machine.on_frame(frame);
        self.carry_out(link, asks, listener).await
    }

    /// Something was saved.
    pub(crate) async fn on_work(
        &mut self,
        link: &mut Link,
        listener: &mut Listener<'_>,
    ) -> Result<(), EngineError> {
        let asks = self.machine.on_work();
        self.carry_out(link, asks, listener).await
    }

    async fn carry_out(
        &mut self,
        link: &mut Link,
        asks: Vec<Ask>,
        listener: &mut Listener<'_>,
    ) -> Result<(), EngineError> {
        let mut queue: VecDeque<Ask> = asks.into();
        while let Some(ask) = queue.pop_front() {
            let more = self.one(link, ask, listener).await?;
            // What an ask leads to comes before what was asked after it: pushes leave before pulls.
            more.into_iter().rev().for_each(|ask| queue.push_front(ask));
        }
        Ok(())
    }

    async fn one(
        &mut self,
        link: &mut Link,
        ask: Ask,
        listener: &mut Listener<'_>,
    ) -> Result<Vec<Ask>, EngineError> {
        match ask {
            Ask::Send(frame) => link.send(&frame).await?,
            Ask::SignProof(message) => {
                return Ok(self.machine.on_signed(self.engine.key.sign(PROOF_PURPOSE, &message)?));
            }
            Ask::StoreWelcome(welcome, skew_ms) => {
                listener(SyncEvent::Connected);
                if let Some(told) = &welcome.told {
                    let (code, text) = (told.code.clone(), told.text.clone());
                    listener(SyncEvent::Told { code: code.clone(), text: text.clone() });
                    self.report.told = Some(Refusal { code, text });
                }
                return self.store_welcome(welcome, skew_ms).await;
            }
            Ask::StartEpoch(epoch) => self.start_epoch(epoch).await?,
            Ask::ReadOutbox => return self.read_outbox().await,
            Ask::StoreAck(ack) => self.store_ack(&ack, listener).await?,
            Ask::StoreRefused(refused) => return self.store_refused(&refused, listener).await,
            Ask::StorePage(page) => return self.store_page(&page, listener).await,
            Ask::StoreSnapshot(page) => self.store_snapshot(&page, listener).await?,
            Ask::HandInAgain(wanted) => return self.hand_in_again(&wanted).await,
            Ask::CaughtUp if self.pushing => {}
            Ask::CaughtUp => self.note_caught_up(listener).await?,
            Ask::Failed { code, text } => return Err(EngineError::Relay { code, text }),
        }
        Ok(Vec::new())
    }

    async fn store_welcome(&mut self, mut welcome: Welcome, skew_ms: i64) -> Result<Vec<Ask>, EngineError> {
        let engine = self.engine;
        let mut conn = engine.store.lock().await;
        let mut tx = begin(&mut conn).await?;
        self.take_grants(&mut tx, &mut welcome).await?;
        meta::set_int(&mut tx, meta::Fact::SkewMs, skew_ms).await?;
        meta::set_int(&mut tx, meta::Fact::Policy, to_sql(welcome.policy)).await?;
        meta::set(&mut tx, meta::Fact::Community, welcome.community.as_bytes()).await?;
        meta::set_told(&mut tx, welcome.told.as_ref()).await?;
        people::set_people(&mut tx, &welcome.people).await?;
        self.notice_another_log(&mut tx, &welcome).await?;
        outbox::seal_pending(&mut tx, engine.key.as_ref(), engine.env.now_ms()).await?;
        spaces::set_grants(&mut tx, &welcome.grants).await?;
        let mut parted = None;
        if let Some(end) = welcome.chain {
            match outbox::matches_outbox(&mut tx, end).await? {
                // A colleague carried our batches there, or the answer to our own push was lost.
                Some(true) => {
                    let ack = Ack { device: engine.device(), end };
                    self.report.sent += outbox::acknowledge(&mut tx, engine.device(), &ack).await?;
                }
                Some(false) => parted = Some(end.epoch + 1),
                None => {}
            }
        }
        let dropped = spaces::drop_gone(&mut tx).await?;
        let (cursors, own) = (spaces::cursors(&mut tx).await?, meta::chain(&mut tx).await?);
        tx.commit().await?;
        if dropped {
            forgotten::cut_journal(&mut conn).await?;
            engine.rotate_actor()?;
            engine.drop_index();
        }
        drop(conn);
        self.names = welcome.grants.iter().map(|grant| (grant.space, grant.name.clone())).collect();
        let asks = self.machine.on_cursors(&welcome.grants, &cursors, own, welcome.chain);
        let restart = parted.map(Ask::StartEpoch);
        Ok(restart.into_iter().chain(asks).collect())
    }

    /// Starts over when the relay does not have the log that this phone has followed and written to: it was restored,
    /// its log contradicts what it had signed, or it lacks batches of this phone that it had acknowledged.
    async fn notice_another_log(
        &mut self,
        conn: &mut SqliteConnection,
        welcome: &Welcome,
    ) -> Result<(), EngineError> {
        let (engine, now_ms) = (self.engine, self.engine.env.now_ms());
        let mut another = false;
        if let Some(lineage) = welcome.lineage {
            another = super::lineage::see(&mut *conn, lineage).await?;
        }
        if let Some(head) = &welcome.head {
            let seen = super::heads::see(&mut *conn, head, &self.relay, &self.heads, now_ms).await?;
            if seen != Seen::Agrees {
                self.report.contradiction = Some(super::heads::told(engine.lang()));
            }
            another |= seen == Seen::FellBack;
        }
        let has = welcome.chain.map_or((0, 0), |end| (end.epoch, end.number));
        let (epoch, acknowledged) = self.acknowledged;
        let lacks = acknowledged > 0 && has < self.acknowledged;
        if another || lacks {
            super::lineage::start_over(&mut *conn, engine.device(), now_ms).await?;
        }
        if lacks {
            // Its copy of the chain cannot go on, and of an epoch that has just begun nothing was acknowledged: so this
            // is done once.
            outbox::start_epoch(conn, engine.key.as_ref(), epoch + 1, now_ms).await?;
        }
        Ok(())
    }

    /// What is signed counts. A statement that is forged or older than the one before ends the connection, and
    /// what was granted last stays as it was.
    async fn take_grants(
        &self,
        conn: &mut SqliteConnection,
        welcome: &mut Welcome,
    ) -> Result<(), EngineError> {
        let seen = meta::seen_grants(&mut *conn).await?;
        let opened = open_grants(welcome.signed.as_ref(), &self.relay, self.engine.device(), seen).map_err(
            |error| {
                let text = error.text(self.engine.lang());
                EngineError::Relay { code: error.code().into(), text }
            },
        )?;
        if let Some((statement, seen)) = opened {
            welcome.policy = statement.version;
            welcome.grants = statement.grants;
            meta::set_seen_grants(conn, Some(seen)).await?;
        }
        Ok(())
    }

    async fn start_epoch(&mut self, epoch: u32) -> Result<(), EngineError> {
        self.restarted = true;
        let engine = self.engine;
        let mut conn = engine.store.lock().await;
        let mut tx = begin(&mut conn).await?;
        outbox::start_epoch(&mut tx, engine.key.as_ref(), epoch, engine.env.now_ms()).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn read_outbox(&mut self) -> Result<Vec<Ask>, EngineError> {
        let engine = self.engine;
        let mut conn = engine.store.lock().await;
        let mut tx = begin(&mut conn).await?;
        outbox::seal_pending(&mut tx, engine.key.as_ref(), engine.env.now_ms()).await?;
        let unsent = outbox::next_unsent(&mut tx, engine.device(), &self.refused, PAGE_BYTES_GOAL).await?;
        tx.commit().await?;
        drop(conn);
        self.pushing = unsent.is_some();
        let Some(unsent) = unsent else { return Ok(self.machine.on_outbox(nothing_packed(), None)) };
        self.caught_up = false;
        let last = (unsent.device, unsent.last.0, unsent.last.1);
        Ok(self.machine.on_outbox(pack_items(&unsent.batches)?, Some(last)))
    }

    async fn store_ack(&mut self, ack: &Ack, listener: &mut Listener<'_>) -> Result<(), EngineError> {
        let engine = self.engine;
        let mut conn = engine.store.lock().await;
        let mut tx = begin(&mut conn).await?;
        if ack.device == engine.device() && outbox::matches_outbox(&mut tx, ack.end).await? == Some(false) {
            // An acknowledgement of some other batch settles nothing of ours.
            self.refused.insert(ack.device);
            return Ok(());
        }
        let settled = outbox::acknowledge(&mut tx, engine.device(), ack).await?;
        tx.commit().await?;
        self.report.sent += settled;
        if settled > 0 {
            listener(SyncEvent::Sent { records: settled });
        }
        Ok(())
    }

    async fn store_refused(
        &mut self,
        refused: &Refused,
        listener: &mut Listener<'_>,
    ) -> Result<Vec<Ask>, EngineError> {
        let engine = self.engine;
        let ours = refused.device == engine.device();
        self.pushing = false;
        if ours && !self.restarted && CHAIN_PARTED.contains(&refused.code.as_str()) {
            let known = refused.chain.map_or(refused.epoch, |end| end.epoch.max(refused.epoch));
            self.start_epoch(known + 1).await?;
            return Ok(self.machine.on_work());
        }
        self.refused.insert(refused.device);
        self.report.refused += 1;
        let mut conn = engine.store.lock().await;
        outbox::note_refused(&mut conn, refused, engine.env.now_ms()).await?;
        drop(conn);
        listener(SyncEvent::Refused { code: refused.code.clone(), text: refused.text.clone() });
        // Others' batches may still be waiting behind the refused ones.
        Ok(self.machine.on_work())
    }

    async fn hand_in_again(&mut self, wanted: &Wanted) -> Result<Vec<Ask>, EngineError> {
        let engine = self.engine;
        let mut conn = engine.store.lock().await;
        let mut tx = begin(&mut conn).await?;
        let any = super::again::wanted(&mut tx, engine.device(), wanted, engine.env.now_ms()).await?;
        tx.commit().await?;
        drop(conn);
        Ok(if any { self.machine.on_work() } else { Vec::new() })
    }

    async fn store_page(
        &mut self,
        page: &Page,
        listener: &mut Listener<'_>,
    ) -> Result<Vec<Ask>, EngineError> {
        let taken = Box::pin(self.engine.store_page(page)).await?;
        self.caught_up = false;
        self.report.received += taken.received;
        self.report.skipped += taken.skipped;
        self.report.notices += taken.notices;
        if taken.received > 0 {
            listener(SyncEvent::Received { changes: taken.received });
        }
        let mut asks = Vec::new();
        if taken.forgotten > 0 {
            // Asking on from here tells the office that what it had destroyed is gone from this phone.
            asks.push(Ask::Send(Frame::Pull(Pull { space: page.space, after: page.upto })));
        }
        if taken.rewritten {
            asks.extend(self.machine.on_work());
        }
        Ok(asks)
    }

    async fn store_snapshot(
        &mut self,
        page: &SnapshotPage,
        listener: &mut Listener<'_>,
    ) -> Result<(), EngineError> {
        let taken = self.engine.store_snapshot(page).await?;
        self.report.received += taken.received;
        self.report.skipped += taken.skipped;
        self.report.notices += taken.notices;
        self.report.snapshot_pages += u64::from(page.pages > 0);
        let space = self.names.get(&page.space).cloned().unwrap_or_default();
        listener(SyncEvent::Snapshot { space, page: page.page + 1, pages: page.pages });
        Ok(())
    }

    async fn note_caught_up(&mut self, listener: &mut Listener<'_>) -> Result<(), EngineError> {
        self.caught_up = true;
        let engine = self.engine;
        let now_ms = engine.env.now_ms();
        let mut conn = engine.store.lock().await;
        let mut tx = begin(&mut conn).await?;
        // What waited for a space that is no longer ours has just been handed in.
        let dropped = spaces::drop_gone(&mut tx).await?;
        // Whoever may fetch nothing has handed in, and is not up to date.
        let up_to_date = self.report.told.is_none();
        if up_to_date {
            meta::set_int(&mut tx, meta::Fact::LastSyncMs, now_ms).await?;
        }
        tx.commit().await?;
        if dropped {
            forgotten::cut_journal(&mut conn).await?;
            engine.rotate_actor()?;
            engine.drop_index();
        }
        if !up_to_date {
            return Ok(());
        }
        drop(conn);
        listener(SyncEvent::CaughtUp(SyncReport { caught_up: true, ..self.report.clone() }));
        Ok(())
    }
}
