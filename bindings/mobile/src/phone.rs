//! The phone: one object, one store, typed calls.

use crate::events::{Listener, Queue};
use crate::keys::Foreign;
use crate::shown::all;
use crate::threads::{finish, spawn};
use crate::{
    AddedHousehold, AddedResident, BuildingChart, Campaign, Conflict, Directive, Draft, DraftItem, Duplicate,
    Enrolled, Exported, Household, HouseholdFilter, HouseholdItem, Imported, Issue, IssueFilter, KeyStore,
    Language, NewHousehold, NewIssue, NewResident, NewVisit, Notice, PhoneError, Refusal, ReportedIssue,
    Saved, SavedVisit, SpaceDigest, Status, SyncEvent, SyncReport, Today, TodayFilter,
};
use linli_core::ids::IdError;
use linli_engine::{Engine, EngineError, Lang, Options, SystemEnv};
use std::future::Future;
use std::path::Path;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::RwLock;
use tokio::task::JoinHandle;

/// A phone of a community: its records, and the way to the relay.
///
/// Commands return after their own commit and never need a connection. Every call may be made from any thread; one
/// that is cancelled has either happened or not. A folder belongs to one open phone at a time.
#[derive(uniffi::Object)]
pub struct Phone {
    open: Mutex<Option<Open>>,
    /// Held by every call under way, taken whole to close.
    under_way: Arc<RwLock<()>>,
    events: Arc<Queue>,
    device: String,
    fingerprint: String,
    lang: Lang,
}

struct Open {
    engine: Arc<Engine>,
    connection: Option<JoinHandle<()>>,
}

#[uniffi::export]
impl Phone {
    /// Opens the store in a folder, or makes it. `app` is name and version, for the office's list of phones.
    /// The store is locked with a secret of the key store; without one the secret lies in the folder: for scripts and
    /// tests, not for an app.
    ///
    /// # Errors
    /// `phone.folder`, `phone.storage…`, `phone.store_newer`, `phone.store_locked`, `phone.key_store`, `phone.key_lost`.
    #[uniffi::constructor]
    pub async fn open(
        folder: String,
        app: String,
        language: Language,
        keys: Option<Arc<dyn KeyStore>>,
    ) -> Result<Arc<Phone>, PhoneError> {
        let lang = Lang::from(language);
        finish(async move {
            let (env, options) = (Box::new(SystemEnv::default()), Options { app, lang });
            let folder = Path::new(&folder);
            let opened = match keys {
                Some(keys) => Engine::open_with_keys(folder, env, options, Arc::new(Foreign(keys))).await,
                None => Engine::open(folder, env, options).await,
            };
            let engine = opened.map_err(|error| PhoneError::of(&error, lang))?;
            Ok(Arc::new(Phone {
                device: engine.device().to_string(),
                fingerprint: engine.fingerprint(),
                open: Mutex::new(Some(Open { engine: Arc::new(engine), connection: None })),
                under_way: Arc::default(),
                events: Arc::default(),
                lang,
            }))
        })
        .await
    }

    /// The id of this phone.
    pub fn device(&self) -> String {
        self.device.clone()
    }

    /// Four groups of four characters that worker and admin compare aloud.
    pub fn fingerprint(&self) -> String {
        self.fingerprint.clone()
    }

    /// Becomes one of a community's phones: the relay's address and the office's code.
    ///
    /// # Errors
    /// [`PhoneError::Offline`]; `phone.relay_address`, `phone.unsent_work`, or what the relay says of the code.
    pub async fn enrol(&self, relay_url: String, code: String) -> Result<Enrolled, PhoneError> {
        self.call(async move |engine: Arc<Engine>| Ok(engine.enrol(&relay_url, &code).await?.into())).await
    }

    /// The same with what was scanned from the office's QR code: the relay must have the key that it names.
    ///
    /// # Errors
    /// `phone.invitation`, `phone.false_relay`, or as [`Phone::enrol`].
    pub async fn enrol_scanned(&self, scanned: String) -> Result<Enrolled, PhoneError> {
        self.call(async move |engine: Arc<Engine>| Ok(engine.enrol_scanned(&scanned).await?.into())).await
    }

    /// What is here, what waits, and how the connection last went.
    ///
    /// # Errors
    /// `phone.storage…`.
    pub async fn status(&self) -> Result<Status, PhoneError> {
        self.call(async move |engine: Arc<Engine>| Ok(engine.status().await?.into())).await
    }

    /// What this phone holds of each space it follows. Where the office (`linli digests`) or a colleague's phone gives
    /// the same number and code, it holds the same documents.
    ///
    /// # Errors
    /// `phone.storage…`.
    pub async fn digests(&self) -> Result<Vec<SpaceDigest>, PhoneError> {
        self.call(async move |engine: Arc<Engine>| Ok(all(engine.digests().await?))).await
    }

    /// Households, best hits first for a search, otherwise in the order of their doors.
    ///
    /// # Errors
    /// `phone.storage…`.
    pub async fn households(&self, filter: HouseholdFilter) -> Result<Vec<HouseholdItem>, PhoneError> {
        self.call(async move |engine: Arc<Engine>| Ok(all(engine.households(&filter.into()).await?))).await
    }

    /// What is due, in numbers by building and unit, and a page of the households in the order of their doors.
    ///
    /// # Errors
    /// `phone.storage…`.
    pub async fn today(&self, filter: TodayFilter) -> Result<Today, PhoneError> {
        self.call(async move |engine: Arc<Engine>| Ok(engine.today(&filter.into()).await?.into())).await
    }

    /// Every door of one building. Of the filter only the place and the campaign count; without a building it is
    /// the one that has no number.
    ///
    /// # Errors
    /// `phone.storage…`.
    pub async fn building_chart(&self, filter: TodayFilter) -> Result<BuildingChart, PhoneError> {
        self.call(async move |engine: Arc<Engine>| Ok(engine.building_chart(&filter.into()).await?.into()))
            .await
    }

    /// A household's card; the survivor's when the one asked for was merged. With its history every write is
    /// listed, oldest first.
    ///
    /// # Errors
    /// `phone.no_household`, `id.malformed`.
    pub async fn household(&self, id: String, with_history: bool) -> Result<Household, PhoneError> {
        self.call(async move |engine: Arc<Engine>| {
            Ok(engine.household(read(&id)?, with_history).await?.into())
        })
        .await
    }

    /// Records a visit; saved on this phone when it returns.
    ///
    /// # Errors
    /// `phone.no_household`, `phone.read_only`, `phone.temperature`, `phone.too_many_needs`, `phone.campaign_closed`,
    /// `answer.…`, `field.…`.
    pub async fn record_visit(&self, household: String, visit: NewVisit) -> Result<SavedVisit, PhoneError> {
        self.call(async move |engine: Arc<Engine>| {
            Ok(engine.visit(read(&household)?, visit.try_into()?).await?.into())
        })
        .await
    }

    /// Changes one field of a household to what a person typed; tags as `+独居` and `-独居`.
    ///
    /// # Errors
    /// `phone.no_household`, `phone.office_field`, `phone.read_only`, `field.…`.
    pub async fn edit_household(
        &self,
        household: String,
        field: String,
        typed: String,
    ) -> Result<Saved, PhoneError> {
        self.call(async move |engine: Arc<Engine>| {
            Ok(engine.edit_household(read(&household)?, &field, &typed).await?.into())
        })
        .await
    }

    /// Adds a household. Warns of households that may be the same one, and adds it all the same.
    ///
    /// # Errors
    /// `phone.no_grid`, `address.…`, `field.…`.
    pub async fn add_household(&self, new: NewHousehold) -> Result<AddedHousehold, PhoneError> {
        self.call(async move |engine: Arc<Engine>| Ok(engine.add_household(&new.try_into()?).await?.into()))
            .await
    }

    /// Households on this phone that may be the one about to be added, most alike first.
    ///
    /// # Errors
    /// `address.…`, `field.…`.
    pub async fn duplicates_for(&self, new: NewHousehold) -> Result<Vec<Duplicate>, PhoneError> {
        self.call(async move |engine: Arc<Engine>| Ok(all(engine.duplicates_for(&new.try_into()?).await?)))
            .await
    }

    /// Adds a resident to a household.
    ///
    /// # Errors
    /// `phone.no_household`, `phone.read_only`, `field.…`.
    pub async fn add_resident(
        &self,
        household: String,
        new: NewResident,
    ) -> Result<AddedResident, PhoneError> {
        self.call(async move |engine: Arc<Engine>| {
            Ok(engine.add_resident(read(&household)?, &new.try_into()?).await?.into())
        })
        .await
    }

    /// Changes one field of a resident; `presence` to `removed` takes them off the household.
    ///
    /// # Errors
    /// `phone.no_household`, `phone.no_resident`, `phone.read_only`, `field.…`.
    pub async fn edit_resident(
        &self,
        household: String,
        resident: String,
        field: String,
        typed: String,
    ) -> Result<Saved, PhoneError> {
        self.call(async move |engine: Arc<Engine>| {
            Ok(engine.edit_resident(read(&household)?, read(&resident)?, &field, &typed).await?.into())
        })
        .await
    }

    /// Reports an issue; saved on this phone when it returns.
    ///
    /// # Errors
    /// `phone.issue_text`, `phone.issue_place`, `phone.no_household`, `phone.no_grid`, `phone.read_only`, `field.…`.
    pub async fn report_issue(&self, new: NewIssue) -> Result<ReportedIssue, PhoneError> {
        self.call(async move |engine: Arc<Engine>| Ok(engine.report_issue(&new.try_into()?).await?.into()))
            .await
    }

    /// Issues of this phone's grids, those reported last first.
    ///
    /// # Errors
    /// `id.malformed`, `phone.storage…`.
    pub async fn issues(&self, filter: IssueFilter) -> Result<Vec<Issue>, PhoneError> {
        self.call(async move |engine: Arc<Engine>| Ok(all(engine.issues(&filter.try_into()?).await?))).await
    }

    /// Keeps what is being typed, in the place of what was kept under this key. `form` is the version of the form.
    ///
    /// # Errors
    /// `phone.draft_key`, `phone.draft_too_large`, `phone.too_many_drafts`.
    pub async fn save_draft(&self, key: String, form: u32, text: String) -> Result<(), PhoneError> {
        self.call(async move |engine: Arc<Engine>| engine.save_draft(&key, form, &text).await).await
    }

    /// A photo as JPEG; nothing when this phone does not have it: phones have those of their own worker only.
    ///
    /// # Errors
    /// `id.malformed`, `photo…`, `phone.storage…`.
    pub async fn photo(&self, id: String) -> Result<Option<Vec<u8>>, PhoneError> {
        self.call(async move |engine: Arc<Engine>| Ok(engine.photo(id.trim().parse()?).await?)).await
    }

    /// What was kept under a key.
    ///
    /// # Errors
    /// `phone.draft_key`, `phone.storage…`.
    pub async fn draft(&self, key: String) -> Result<Option<Draft>, PhoneError> {
        self.call(async move |engine: Arc<Engine>| Ok(engine.draft(&key).await?.map(Draft::from))).await
    }

    /// Every draft, the newest first.
    ///
    /// # Errors
    /// `phone.storage…`.
    pub async fn drafts(&self) -> Result<Vec<DraftItem>, PhoneError> {
        self.call(async move |engine: Arc<Engine>| Ok(all(engine.drafts().await?))).await
    }

    /// Throws a draft away; whether there was one.
    ///
    /// # Errors
    /// `phone.draft_key`, `phone.storage…`.
    pub async fn drop_draft(&self, key: String) -> Result<bool, PhoneError> {
        self.call(async move |engine: Arc<Engine>| engine.drop_draft(&key).await).await
    }

    /// Every field of every household on this phone on which a person must choose.
    ///
    /// # Errors
    /// `phone.storage…`.
    pub async fn conflicts(&self) -> Result<Vec<Conflict>, PhoneError> {
        self.call(async move |engine: Arc<Engine>| Ok(all(engine.conflicts().await?))).await
    }

    /// What the office decided against values entered on this phone, newest first.
    ///
    /// # Errors
    /// `phone.storage…`.
    pub async fn notices(&self) -> Result<Vec<Notice>, PhoneError> {
        self.call(async move |engine: Arc<Engine>| Ok(all(engine.notices().await?))).await
    }

    /// The worker has seen a notice.
    ///
    /// # Errors
    /// `id.malformed`, `phone.storage…`.
    pub async fn mark_notice_seen(&self, id: String) -> Result<(), PhoneError> {
        self.call(async move |engine: Arc<Engine>| engine.mark_notice_seen(read(&id)?).await).await
    }

    /// What the office has issued and is in force or announced, newest first.
    ///
    /// # Errors
    /// `phone.storage…`.
    pub async fn directives(&self) -> Result<Vec<Directive>, PhoneError> {
        self.call(async move |engine: Arc<Engine>| Ok(all(engine.directives().await?))).await
    }

    /// The campaigns under way for this phone's grids, the one that began last first.
    ///
    /// # Errors
    /// `phone.storage…`.
    pub async fn campaigns(&self) -> Result<Vec<Campaign>, PhoneError> {
        self.call(async move |engine: Arc<Engine>| Ok(all(engine.campaigns().await?))).await
    }

    /// The worker has read a directive; the office learns it at the next sync.
    ///
    /// # Errors
    /// `phone.no_directive`, `id.malformed`.
    pub async fn acknowledge(&self, directive: String) -> Result<(), PhoneError> {
        self.call(async move |engine: Arc<Engine>| engine.acknowledge(read(&directive)?).await.map(drop))
            .await
    }

    /// Connects, exchanges everything there is, and disconnects.
    ///
    /// # Errors
    /// [`PhoneError::Offline`], or what the relay says. What was exchanged until then stays exchanged.
    pub async fn sync(&self) -> Result<SyncReport, PhoneError> {
        self.call(async move |engine: Arc<Engine>| Ok(engine.sync_once().await?.into())).await
    }

    /// Stays connected from now on, and connects again whenever the connection breaks. What happens is told by
    /// [`Phone::next_event`]. Again when it is so already: the connection looks at once, for example because the
    /// system says that the network is back.
    ///
    /// # Errors
    /// [`PhoneError::Closed`].
    pub fn stay_connected(&self) -> Result<(), PhoneError> {
        let mut open = self.lock();
        let open = open.as_mut().ok_or(PhoneError::Closed)?;
        if open.connection.as_ref().is_some_and(|connection| !connection.is_finished()) {
            open.engine.wake();
            return Ok(());
        }
        let (engine, events, lang) = (Arc::clone(&open.engine), Arc::clone(&self.events), self.lang);
        let stay = async move {
            let ended = engine.sync_watch(&mut |event| events.push(event.into())).await;
            if let Err(error) = ended {
                let why = Refusal { code: error.shown_code().to_owned(), text: error.shown_text(lang) };
                events.push(SyncEvent::Ended { why });
            }
        };
        open.connection = Some(spawn(stay)?);
        Ok(())
    }

    /// Hangs up. Nothing is lost: what was not acknowledged is sent again next time.
    pub fn disconnect(&self) {
        if let Some(connection) = self.lock().as_mut().and_then(|open| open.connection.take()) {
            connection.abort();
        }
    }

    /// The next thing that happened on the kept connection; waits for it. Nothing after the phone was closed.
    pub async fn next_event(&self) -> Option<SyncEvent> {
        self.events.next().await
    }

    /// A listener of its own, whose wait for events can be ended.
    pub fn listen(&self) -> Arc<Listener> {
        Listener::new(Arc::clone(&self.events))
    }

    /// Writes everything unsent to a file. It stays on the phone until the relay has it.
    ///
    /// # Errors
    /// `phone.file`.
    pub async fn export_unsent(&self, path: String) -> Result<Exported, PhoneError> {
        self.call(async move |engine: Arc<Engine>| Ok(engine.export_unsent(Path::new(&path)).await?.into()))
            .await
    }

    /// Takes on a colleague's unsent work from a file, to be handed in at the next sync.
    ///
    /// # Errors
    /// `phone.not_unsent_file`, `phone.carried_full`, `phone.file`.
    pub async fn import_unsent(&self, path: String) -> Result<Imported, PhoneError> {
        self.call(async move |engine: Arc<Engine>| Ok(engine.import_unsent(Path::new(&path)).await?.into()))
            .await
    }

    /// Hangs up, waits for calls under way and closes the store. Every later call says [`PhoneError::Closed`].
    pub async fn close_store(&self) {
        let Some(open) = self.lock().take() else { return };
        if let Some(connection) = open.connection {
            connection.abort();
            let _ = connection.await;
        }
        drop(open.engine);
        drop(self.under_way.write().await);
        self.events.close();
    }
}

impl Phone {
    pub(crate) async fn call<T, F>(
        &self,
        work: impl FnOnce(Arc<Engine>) -> F + Send + 'static,
    ) -> Result<T, PhoneError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, EngineError>> + Send + 'static,
    {
        let engine = self.lock().as_ref().map(|open| Arc::clone(&open.engine)).ok_or(PhoneError::Closed)?;
        let (lang, under_way) = (self.lang, Arc::clone(&self.under_way));
        finish(async move {
            let _under_way = under_way.read().await;
            work(engine).await.map_err(|error| PhoneError::of(&error, lang))
        })
        .await
    }

    fn lock(&self) -> MutexGuard<'_, Option<Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn read<T: FromStr<Err = IdError>>(id: &str) -> Result<T, EngineError> {
    Ok(id.trim().parse::<T>()?)
}
