//! What every request handler shares.

use crate::access::Door;
use crate::clock::now_ms;
use crate::events::{Events, News};
use crate::keys;
use crate::ledgers::shelf::Shelf;
use crate::metrics::Metrics;
use crate::office::forget::Book;
use crate::office::import::desk::Desk;
use crate::wanted::Question;
use linli_core::ids::{DeviceId, Hash, SpaceId};
use linli_core::kinds::{community_space, grid_space, worker_space};
use linli_core::sync::frames::{Grant, Person};
use linli_core::sync::relay::KnownDevice;
use linli_core::time::{TimeMs, date_of};
use linli_storage::model::WorkerRecord;
use linli_storage::{DataFolder, Log, Model, Office, StoreError};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};
use tokio::sync::{Mutex, OwnedMutexGuard, broadcast, watch};

/// Announcements a connection may be behind; one that is further behind reads the log from where it is,
/// so nothing is lost.
const ADVANCES: usize = 1_024;

/// Questions a connection may be behind; what it misses it is asked when it comes again.
const QUESTIONS: usize = 64;

/// Name of the office among the people of a community.
pub(crate) const OFFICE_NAME: &str = "社区办公室";

/// A phone that comes back this long after its worker's appointment ended still hands in what was recorded
/// before: a month is longer than any holiday. Later it waits for a person to look at it.
const HAND_IN_MS: i64 = 30 * 24 * 3600 * 1000;

/// Shared by all handlers; cheap to clone.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) log: Log,
    pub(crate) model: Model,
    /// Accounts, sessions, the audit.
    pub(crate) accounts: Office,
    /// Passwords, throttling and the setup code.
    pub(crate) door: Arc<Door>,
    pub(crate) token: Arc<str>,
    /// A space has grown to this number.
    pub(crate) advanced: broadcast::Sender<(SpaceId, u64)>,
    /// Changes that the relay lacks, for connections to ask for.
    pub(crate) wanted: broadcast::Sender<Arc<Question>>,
    /// What happens, for pages that are open.
    pub(crate) events: Arc<Events>,
    /// How many connections each phone has now.
    pub(crate) connected: Arc<std::sync::Mutex<BTreeMap<DeviceId, usize>>>,
    /// Becomes true when the relay drains.
    pub(crate) stopping: watch::Receiver<bool>,
    /// One office action at a time, see [`App::office_turn`].
    office: Arc<Mutex<()>>,
    /// One new ledger or draft at a time: there is a bound on how many there are. Not the office's turn, because
    /// an import holds that for many seconds and they share no data with it.
    pub(crate) keeping: Arc<Mutex<()>>,
    /// Changes whenever somebody's grants may have.
    pub(crate) regranted: Arc<watch::Sender<()>>,
    /// One snapshot at a time.
    pub(crate) snapshots: Arc<Mutex<()>>,
    pub(crate) metrics: Arc<Metrics>,
    /// Where rosters lie while a person looks at them.
    pub(crate) imports: Arc<Desk>,
    /// The records as ledgers need them.
    pub(crate) shelf: Arc<Shelf>,
    /// Where phones reach this relay, as told to them in enrolment codes.
    pub(crate) public_url: Arc<str>,
    /// Which life of the log this is, see [`Secrets::lineage`].
    pub(crate) lineage: Hash,
    /// Under which national ids are hashed, where an office keeps them at all.
    pub(crate) national_id_key: Arc<[u8]>,
    /// What was destroyed, kept apart from what a restored backup brings back.
    pub(crate) erasures: Arc<Book>,
}

/// What is kept on disk. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Stores {
    pub(crate) log: Log,
    pub(crate) model: Model,
    pub(crate) accounts: Office,
    /// The folder itself: uploaded rosters lie in it.
    pub(crate) data: DataFolder,
}

impl Stores {
    /// Opens all three databases, or leaves none open.
    pub(crate) async fn open(data: DataFolder) -> anyhow::Result<Stores> {
        let log = Log::open(&data, keys::office_key(&data)?).await?;
        let opened = async {
            let model = Model::open(&data).await?;
            match Office::open(&data, log.office()).await {
                Ok(accounts) => Ok((model, accounts)),
                Err(error) => {
                    model.close().await;
                    Err(error)
                }
            }
        };
        match opened.await {
            Ok((model, accounts)) => Ok(Stores { log, model, accounts, data }),
            Err(error) => {
                log.close().await;
                Err(error.into())
            }
        }
    }

    /// Waits until all three are closed, see [`Log::close`].
    pub(crate) async fn close(&self) {
        self.log.close().await;
        self.model.close().await;
        self.accounts.close().await;
    }
}

/// Secrets read from the data folder, and those that live as long as the process.
pub(crate) struct Secrets {
    pub(crate) token: String,
    pub(crate) national_id_key: Vec<u8>,
    /// Made with the data folder and again after it was restored: phones that see another one than before
    /// read the log from its beginning and hand in again what they wrote.
    pub(crate) lineage: Hash,
    pub(crate) door: Door,
}

/// Codes of the grids that a worker looks after now, and of those whose appointment ended lately.
fn grids_of(worker: &WorkerRecord, now_ms: TimeMs) -> (BTreeSet<String>, BTreeSet<String>) {
    let (today, since) = (date_of(now_ms), date_of(now_ms - HAND_IN_MS));
    let grids: BTreeSet<String> = worker.grids_on(today).into_keys().collect();
    let ended = worker.appointments.iter().filter_map(|(_, one)| {
        one.ended_before(today).filter(|ended| *ended >= since)?;
        one.grid.clone().filter(|code| !grids.contains(code))
    });
    let ended = ended.collect();
    (grids, ended)
}

impl App {
    pub(crate) fn new(stores: Stores, secrets: Secrets, stopping: watch::Receiver<bool>, url: String) -> App {
        let events = Arc::new(Events::default());
        App {
            erasures: Arc::new(Book::in_folder(stores.data.path())),
            log: stores.log,
            model: stores.model,
            accounts: stores.accounts,
            door: Arc::new(secrets.door),
            token: secrets.token.into(),
            advanced: broadcast::channel(ADVANCES).0,
            wanted: broadcast::channel(QUESTIONS).0,
            connected: Arc::default(),
            stopping,
            office: Arc::default(),
            keeping: Arc::default(),
            regranted: Arc::new(watch::channel(()).0),
            snapshots: Arc::default(),
            metrics: Arc::default(),
            imports: Arc::new(Desk::new(&stores.data, Arc::clone(&events))),
            events,
            shelf: Arc::default(),
            public_url: url.into(),
            lineage: secrets.lineage,
            national_id_key: secrets.national_id_key.into(),
        }
    }

    /// Everything a connection must know of a device.
    pub(crate) async fn known_device(&self, id: DeviceId) -> Result<Option<KnownDevice>, StoreError> {
        let Some(device) = self.log.device(id).await? else { return Ok(None) };
        let workers = self.model.workers().await?;
        let worker = workers.into_iter().find(|worker| Some(worker.id) == device.worker);
        let now = now_ms();
        let (grids, ended) = worker.as_ref().map(|worker| grids_of(worker, now)).unwrap_or_default();
        let community = worker.map(|worker| worker.community).unwrap_or_default();
        let shared = Grant { space: community_space(&community), name: community.clone(), write: false };
        let own = grids.iter().map(|code| Grant {
            space: grid_space(&community, code),
            name: code.clone(),
            write: true,
        });
        // What the worker writes for the office alone.
        let personal = device.worker.map(|worker| Grant {
            space: worker_space(worker),
            name: device.name.clone(),
            write: true,
        });
        let standing = device.standing_at(now);
        Ok(Some(KnownDevice {
            key: device.key,
            standing,
            grants: own.chain(std::iter::once(shared)).chain(personal).collect(),
            hand_in: ended.iter().map(|code| grid_space(&community, code)).collect(),
            chain: self.log.chain(id).await?,
            people: self.people().await?,
            policy: 0,
            community,
            signed: None,
        }))
    }

    /// Waits for one's turn and until lists show everything durable; the turn ends when what is given back is
    /// dropped. Every office action reads documents and lists and then writes what follows from them, so two
    /// must not overlap, and one that was cut off before may have left the lists behind.
    pub(crate) async fn office_turn(&self) -> OwnedMutexGuard<()> {
        let turn = Arc::clone(&self.office).lock_owned().await;
        let newest = *self.log.durable().borrow();
        self.model.wait_for(newest).await;
        turn
    }

    /// Connected phones look again what they may follow.
    pub(crate) fn regrant(&self) {
        self.regranted.send_replace(());
    }

    /// Counts a phone's connection until what is given back is dropped; nothing when it has this many already.
    pub(crate) fn presence(&self, device: DeviceId, most: usize) -> Option<Presence> {
        let mut connected = lock(&self.connected);
        let count = connected.entry(device).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        drop(connected);
        self.tell_of(device);
        Some(Presence { app: self.clone(), device })
    }

    /// Whoever looks at the list of phones reads it anew.
    pub(crate) fn tell_of(&self, device: DeviceId) {
        self.events.say(News::Device { id: device.to_string() });
    }

    /// Names of all who sign changes.
    pub(crate) async fn people(&self) -> Result<Vec<Person>, StoreError> {
        let office = Person { device: self.log.office().device(), name: OFFICE_NAME.into() };
        let devices = self.log.devices().await?.into_iter();
        Ok(std::iter::once(office).chain(devices.map(|d| Person { device: d.id, name: d.name })).collect())
    }
}

/// A phone is connected.
pub(crate) struct Presence {
    app: App,
    device: DeviceId,
}

impl Drop for Presence {
    fn drop(&mut self) {
        let mut connected = lock(&self.app.connected);
        if let Some(count) = connected.get_mut(&self.device) {
            *count -= 1;
            if *count == 0 {
                connected.remove(&self.device);
            }
        }
        drop(connected);
        self.app.tell_of(self.device);
    }
}

/// Counts are as good after a panic elsewhere as before.
pub(crate) fn lock<T>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
