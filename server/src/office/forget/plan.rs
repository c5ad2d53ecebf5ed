//! What an erasure means: which documents go, which begin anew, who must be told.

mod ends;

use super::{Counts, Subject, Wish, person};
use crate::problem::Problem;
use crate::state::App;
use axum::http::StatusCode;
use linli_core::doc::Anew;
use linli_core::forget::Person;
use linli_core::identity::{ActorSeen, Batch, Entry, Forget, Payload};
use linli_core::ids::{Actor, DeviceId, DocId, ErasureId, HouseholdId, ResidentId, SpaceId};
use linli_core::kinds::{Canvass, DocKind, community_space, grid_space, visits, visits_doc, worker_space};
use linli_core::time::{Date, TimeMs, date_of};
use linli_storage::StoreError;
use linli_storage::log::{ErasedDoc, OfficeDraft};
use linli_storage::model::{OpenDoc, WorkerRecord};
use std::collections::{BTreeMap, BTreeSet};

/// A phone that was here so long after its worker's appointment ended has let go of the grid.
const LET_GO_MS: TimeMs = 24 * 3600 * 1000;

/// Documents opened at a time: some 30 kB each.
const OPEN_AT_ONCE: usize = 200;

/// Everything that an erasure writes.
pub(super) struct Plan {
    pub(super) docs: Vec<ErasedDoc>,
    pub(super) drafts: Vec<OfficeDraft>,
    pub(super) phones: BTreeSet<(DeviceId, SpaceId)>,
    pub(super) counts: Counts,
}

struct Making<'a> {
    app: &'a App,
    salt: ErasureId,
    /// Generations that the book promised; a restored log may be behind them.
    before: &'a BTreeMap<DocId, u32>,
    /// What the book says is done again.
    again: bool,
    entries: BTreeMap<SpaceId, Vec<Entry>>,
    devices: BTreeMap<SpaceId, BTreeMap<Actor, DeviceId>>,
    docs: Vec<ErasedDoc>,
    counts: Counts,
}

impl Plan {
    /// Works it out; `known` is what the book says of one that is done again. The caller holds the office's turn.
    pub(super) async fn of(
        app: &App,
        wish: &Wish,
        salt: ErasureId,
        known: Option<&BTreeMap<DocId, u32>>,
    ) -> Result<Plan, Problem> {
        let (entries, devices, docs, counts) = Default::default();
        let nothing = BTreeMap::new();
        let (before, again) = (known.unwrap_or(&nothing), known.is_some());
        let mut making = Making { app, salt, before, again, entries, devices, docs, counts };
        match wish.subject {
            Subject::Household(home) => {
                let family = family(app, home, before).await?;
                let mut docs = about(app, &family).await?;
                // What the book names and an older log does not know of the household any more.
                docs.extend(before.keys().copied());
                docs.extend(app.model.photos_at(&family).await?);
                making.destroy(&docs).await?;
            }
            Subject::Campaign(id) => making.destroy_answers(id).await?,
            Subject::Emergency(id) => making.destroy_emergency(id).await?,
            Subject::Complaint(id) => making.destroy_complaint(id).await?,
            Subject::Due => making.destroy_due().await?,
            Subject::Person(home, resident) => {
                let family = family(app, home, before).await?;
                let docs = about(app, &family).await?;
                let person = person::find(app, &family, resident, wish.notes).await?;
                let Some(person) = person
                    .or_else(|| (!before.is_empty()).then(|| Person::new(resident, &[], &[], wish.notes)))
                else {
                    return Err(Problem::not_found("居民", "resident", resident));
                };
                making.rewrite(&docs, &person).await?;
            }
        }
        making.remember_the_rest();
        let spaces: BTreeSet<SpaceId> = making.entries.keys().copied().collect();
        let phones = phones(app, &spaces).await?;
        let Making { entries, docs, mut counts, .. } = making;
        counts.phones = phones.iter().map(|(device, _)| device).collect::<BTreeSet<_>>().len();
        let drafts = entries.into_iter().map(|(space, entries)| OfficeDraft { space, entries }).collect();
        Ok(Plan { docs, drafts, phones, counts })
    }
}

/// A household with those it is one with.
async fn family(
    app: &App,
    home: HouseholdId,
    before: &BTreeMap<DocId, u32>,
) -> Result<BTreeSet<HouseholdId>, Problem> {
    if app.model.document(home.into()).await?.is_none() && before.is_empty() {
        return Err(Problem::not_found("户", "household", home));
    }
    Ok(app.model.family(home).await?)
}

/// The documents that may say something of a household or of one of its people, and who that is.
pub(crate) async fn about_subject(
    app: &App,
    home: HouseholdId,
    resident: Option<ResidentId>,
) -> Result<(BTreeSet<DocId>, Option<Person>), Problem> {
    let family = family(app, home, &BTreeMap::new()).await?;
    let mut docs = about(app, &family).await?;
    let person = match resident {
        Some(resident) => person::find(app, &family, resident, false).await?,
        None => None,
    };
    if person.is_none() {
        docs.extend(app.model.photos_at(&family).await?);
    }
    Ok((docs, person))
}

/// The documents of households but for their photos.
async fn about(app: &App, family: &BTreeSet<HouseholdId>) -> Result<BTreeSet<DocId>, StoreError> {
    let mut docs: BTreeSet<DocId> = family.iter().map(|home| DocId::from(*home)).collect();
    for home in family {
        docs.extend(app.model.sheets(*home).await?);
        docs.extend(app.model.issues_at(*home).await?);
    }
    Ok(docs)
}

impl Making<'_> {
    async fn destroy(&mut self, docs: &BTreeSet<DocId>) -> Result<(), Problem> {
        let ids: Vec<DocId> = docs.iter().copied().collect();
        for part in ids.chunks(OPEN_AT_ONCE) {
            for (_, mut open) in self.app.model.documents(part).await? {
                *self.counts.destroyed.entry(open.document.kind().spec().name).or_default() += 1;
                let actors = self.actors(&mut open, None).await?;
                self.tell(&open, Forget { anew: None, actors, without: None }).await?;
            }
        }
        Ok(())
    }

    /// Everything that a closed campaign was answered. A visits document is told of for every door, also where
    /// nothing has arrived: a phone that was away may still have something.
    async fn destroy_answers(&mut self, id: DocId) -> Result<(), Problem> {
        let campaign = self.app.model.canvasses().await?.into_iter().find(|campaign| campaign.id == id);
        let Some(campaign) = campaign else {
            if self.before.is_empty() {
                return Err(Problem::not_found("排查", "campaign", id));
            }
            return Ok(());
        };
        if self.before.is_empty() && campaign.canvass.state.as_deref() != Some(Canvass::CLOSED) {
            return Err(still_open());
        }
        self.destroy_answers_to(&campaign.name).await
    }

    /// The same whether or not the campaign goes on.
    async fn destroy_answers_to(&mut self, name: &str) -> Result<(), Problem> {
        let mut docs: BTreeSet<DocId> = self.app.model.sheets_of_period(name).await?.into_iter().collect();
        let sheets: Vec<DocId> = docs.iter().copied().collect();
        for part in sheets.chunks(OPEN_AT_ONCE) {
            for open in self.app.model.documents(part).await?.into_values() {
                let photos = visits(&open.document.fields()).into_iter().filter_map(|(_, visit)| visit.photo);
                docs.extend(photos.map(DocId::from));
            }
        }
        self.destroy(&docs).await?;
        for (home, space) in self.app.model.homes().await? {
            let doc = visits_doc(home, name);
            if docs.contains(&doc) {
                continue;
            }
            let kind = DocKind::Visits;
            let generation = self.before.get(&doc).copied().unwrap_or(0).saturating_add(1);
            let payload = Payload::Forget(Forget::default());
            self.entries.entry(space).or_default().push(Entry { doc, kind, generation, payload });
            self.docs.push(ErasedDoc { doc, kind, generation });
        }
        Ok(())
    }

    async fn rewrite(&mut self, docs: &BTreeSet<DocId>, person: &Person) -> Result<(), Problem> {
        for id in docs {
            let Some(mut open) = self.app.model.document(*id).await? else { continue };
            let kind = open.document.kind();
            self.counts.notes_left += person::notes_left(&open.document, person);
            let mut anew = open.document.anew(&self.salt.0, |key, value| person.keep(kind, key, value));
            let named = anew.lost.iter().filter(|key| !key.starts_with(person.prefix())).count();
            // History may hold the person where today's values do not: a household's document always begins anew.
            if anew.lost.is_empty()
                && !(kind == DocKind::Household && person::was_in(&mut open.document, person))
            {
                continue;
            }
            self.counts.cleared += named;
            *self.counts.rewritten.entry(kind.spec().name).or_default() += 1;
            let actors = self.actors(&mut open, Some(&mut anew)).await?;
            let without = Some(person.prefix().to_owned());
            self.tell(&open, Forget { anew: Some(anew.document.save()), actors, without }).await?;
        }
        Ok(())
    }

    /// Who is behind the actors of what was and of what begins.
    async fn actors(
        &mut self,
        open: &mut OpenDoc,
        anew: Option<&mut Anew>,
    ) -> Result<Vec<ActorSeen>, StoreError> {
        let office = self.app.log.office().device();
        if !self.devices.contains_key(&open.space) {
            self.devices.insert(open.space, self.app.model.devices_behind(open.space).await?);
        }
        let mut seen = BTreeMap::new();
        for (actor, changes) in open.document.changes_by_actor() {
            let device = match self.devices.get(&open.space).and_then(|known| known.get(&actor)) {
                Some(device) => Some(*device),
                None => self.app.model.author(actor).await?,
            };
            seen.insert(actor, ActorSeen { actor, device: device.unwrap_or(office), changes });
        }
        if let Some(anew) = anew {
            for (actor, changes) in anew.document.changes_by_actor() {
                let before = anew.writers.get(&actor).and_then(|before| seen.get(before));
                let device = before.map_or(office, |before| before.device);
                seen.insert(actor, ActorSeen { actor, device, changes });
            }
        }
        Ok(seen.into_values().collect())
    }

    /// Says it in every space whose followers may have something of the document.
    async fn tell(&mut self, open: &OpenDoc, mut forget: Forget) -> Result<(), Problem> {
        let (doc, kind) = (open.id, open.document.kind());
        forget.add(&self.app.model.forgotten_before(doc).await?);
        let promised = self.before.get(&doc).copied().unwrap_or(0);
        let generation = open.generation.max(promised).saturating_add(1);
        for space in
            self.app.model.spaces_of(doc).await?.into_iter().chain([open.space]).collect::<BTreeSet<_>>()
        {
            let anew = forget.anew.clone().filter(|_| space == open.space);
            let payload = Payload::Forget(Forget { anew, ..forget.clone() });
            let entry = Entry { doc, kind, generation, payload };
            if entry.bytes() > Batch::PLACED_BYTES_MAX {
                return Err(too_large(doc));
            }
            self.entries.entry(space).or_default().push(entry);
        }
        self.docs.push(ErasedDoc { doc, kind, generation });
        Ok(())
    }

    /// Documents that the book names and this log does not have: what comes of them later is not taken.
    fn remember_the_rest(&mut self) {
        let known: BTreeSet<DocId> = self.docs.iter().map(|erased| erased.doc).collect();
        for (doc, generation) in self.before.iter().filter(|(doc, _)| !known.contains(doc)) {
            self.docs.push(ErasedDoc { doc: *doc, kind: DocKind::Household, generation: *generation });
        }
    }
}

fn still_open() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "erase.campaign_open",
        "这次排查还在进行;请先用 linli campaign close 结束它",
        "this campaign is under way; close it first with linli campaign close",
    )
}

fn too_large(doc: DocId) -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "erase.too_large",
        format!("记录 {doc} 太大,不能改写;可以销毁整户,或联系技术支持"),
        format!(
            "record {doc} is too large to be written anew; erase the whole household, or ask for support"
        ),
    )
}

/// Phones that follow one of the spaces, or followed it and may not have let go.
async fn phones(app: &App, spaces: &BTreeSet<SpaceId>) -> Result<BTreeSet<(DeviceId, SpaceId)>, StoreError> {
    let workers = app.model.workers().await?;
    let mut phones = BTreeSet::new();
    for device in app.log.devices().await? {
        let Some(worker) = workers.iter().find(|worker| Some(worker.id) == device.worker) else { continue };
        let followed = spaces_of(worker, device.last_contact_ms);
        phones.extend(followed.intersection(spaces).map(|space| (device.id, *space)));
    }
    Ok(phones)
}

fn spaces_of(worker: &WorkerRecord, last_contact_ms: Option<TimeMs>) -> BTreeSet<SpaceId> {
    let seen = last_contact_ms.map(|at| date_of(at - LET_GO_MS));
    let let_go = |to: Option<&String>| {
        to.and_then(|to| Date::parse(to)).zip(seen).is_some_and(|(ended, seen)| seen > ended)
    };
    let appointed = worker.appointments.iter().filter(|(_, one)| !let_go(one.to.as_ref()));
    let codes = worker.undated.iter().chain(appointed.filter_map(|(_, one)| one.grid.as_ref()));
    let grids = codes.map(|code| grid_space(&worker.community, code));
    grids.chain([community_space(&worker.community), worker_space(worker.id)]).collect()
}
