//! Households move from one grid to another: their documents leave one space and come to another.
//!
//! Everything of a move is stored in one piece. What phones that do not know of it yet go on writing in the
//! old space is applied there, and brought to the new space afterwards.

use super::author;
use crate::problem::Problem;
use crate::state::App;
use axum::http::StatusCode;
use linli_core::identity::{ActorDevice, Arrival, Batch, Entry, Payload};
use linli_core::ids::{Actor, DeviceId, DocId, HouseholdId, SpaceId};
use linli_core::kinds::{DocKind, VisitSheet};
use linli_core::record::Put;
use linli_core::time::TimeMs;
use linli_storage::StoreError;
use linli_storage::log::OfficeDraft;
use linli_storage::model::{OpenDoc, Stray};
use std::collections::{BTreeMap, BTreeSet};

/// The message of the change that writes a household's new grid.
const MESSAGE: &str = "move";

/// Households that go to a grid.
pub(crate) struct Target {
    pub(crate) code: String,
    pub(crate) space: SpaceId,
    pub(crate) households: BTreeSet<HouseholdId>,
}

/// What is to be written, and who is behind the actors of the spaces left.
struct Journey<'a> {
    app: &'a App,
    leaving: BTreeMap<SpaceId, Vec<Entry>>,
    arriving: BTreeMap<SpaceId, Vec<Entry>>,
    devices: BTreeMap<SpaceId, BTreeMap<Actor, DeviceId>>,
}

/// Moves households with their visits into the spaces of grids, all in one piece. The caller holds the
/// office's lock.
pub(crate) async fn move_households(app: &App, moves: Vec<Target>, now_ms: TimeMs) -> Result<(), Problem> {
    let mut journey = Journey::new(app);
    let mut author = author(now_ms);
    author.message = Some(MESSAGE.to_owned());
    for Target { code, space, households } in moves {
        for household in households {
            let Some(mut open) = app.model.document(DocId::from(household)).await? else { continue };
            if let Some(change) = open.document.edit(&author, &[Put::set("grid", code.as_str())]) {
                // Where the household still is: whoever follows only that space learns where it went.
                journey.leaves(&open, Payload::Change(change.0));
            }
            journey.travel(open, space).await?;
            for sheet in app.model.sheets(household).await? {
                let Some(open) = app.model.document(sheet).await? else { continue };
                journey.travel(open, space).await?;
            }
        }
    }
    journey.store(now_ms).await
}

/// Brings what came in the logs of spaces that documents have left to the spaces where they are.
pub(crate) async fn run(app: &App, now_ms: TimeMs) -> Result<(), Problem> {
    if app.model.strays().await?.is_empty() {
        return Ok(());
    }
    let _turn = app.office_turn().await;
    let mut strays: BTreeMap<DocId, Vec<Stray>> = BTreeMap::new();
    for stray in app.model.strays().await? {
        strays.entry(stray.doc).or_default().push(stray);
    }
    let count = strays.len();
    let mut journey = Journey::new(app);
    for (doc, came) in strays {
        if let Err(problem) = journey.bring(doc, &came).await {
            tracing::error!(%doc, code = problem.code, "what came of a document in its old space stays there");
            app.model.drop_stray(doc).await?;
        }
    }
    journey.store(now_ms).await?;
    tracing::info!(documents = count, "work from former grids was brought to where it belongs");
    Ok(())
}

impl<'a> Journey<'a> {
    fn new(app: &'a App) -> Journey<'a> {
        let (leaving, arriving, devices) = Default::default();
        Journey { app, leaving, arriving, devices }
    }

    fn leaves(&mut self, open: &OpenDoc, payload: Payload) {
        let entry = entry(open, payload);
        self.leaving.entry(open.space).or_default().push(entry);
    }

    /// The document goes to a space, if it is not there.
    async fn travel(&mut self, mut open: OpenDoc, to: SpaceId) -> Result<(), Problem> {
        if open.space == to {
            return Ok(());
        }
        let next = open.placement().moved_to(to);
        self.arrives(&mut open, to, next.nth).await?;
        self.leaves(&open, Payload::Moved { to, nth: next.nth });
        Ok(())
    }

    async fn arrives(&mut self, open: &mut OpenDoc, to: SpaceId, nth: u32) -> Result<(), Problem> {
        let actors = self.actors(open).await?;
        let arrival = Arrival { nth, document: open.document.save(), actors };
        let entry = entry(open, Payload::Placed(arrival));
        if entry.bytes() > Batch::PLACED_BYTES_MAX {
            return Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "move.too_large",
                format!("记录 {} 太大,不能换网格;请联系技术支持", open.id),
                format!("record {} is too large to move; ask for support", open.id),
            ));
        }
        self.arriving.entry(to).or_default().push(entry);
        Ok(())
    }

    async fn actors(&mut self, open: &mut OpenDoc) -> Result<Vec<ActorDevice>, StoreError> {
        let office = self.app.log.office().device();
        let known = match self.devices.entry(open.space) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(self.app.model.devices_behind(open.space).await?)
            }
        };
        let mut actors = Vec::new();
        for actor in open.document.actors() {
            let device = match known.get(&actor) {
                Some(device) => Some(*device),
                None => self.app.model.author(actor).await?,
            };
            // Only the office writes without having signed before: the change made a moment ago.
            actors.push(ActorDevice { actor, device: device.unwrap_or(office) });
        }
        Ok(actors)
    }

    /// A document goes where it belongs, or what came elsewhere is brought to it.
    async fn bring(&mut self, doc: DocId, came: &[Stray]) -> Result<(), Problem> {
        let Some(mut open) = self.app.model.document(doc).await? else {
            return Ok(self.app.model.drop_stray(doc).await?);
        };
        let home = self.home(&open).await?;
        let begun: BTreeSet<SpaceId> =
            came.iter().filter(|stray| !stray.left && stray.from != home).map(|stray| stray.from).collect();
        if open.space == home && begun.is_empty() {
            let nth = open.nth;
            return self.arrives(&mut open, home, nth).await;
        }
        let nth = open.placement().moved_to(home).nth;
        self.arrives(&mut open, home, nth).await?;
        let leaves = Payload::Moved { to: home, nth };
        for space in begun.into_iter().chain([open.space]).collect::<BTreeSet<_>>() {
            if space != home {
                self.leaving.entry(space).or_default().push(entry(&open, leaves.clone()));
            }
        }
        Ok(())
    }

    /// Visits belong where their household is.
    async fn home(&self, open: &OpenDoc) -> Result<SpaceId, StoreError> {
        if open.document.kind() != DocKind::Visits {
            return Ok(open.space);
        }
        let household = VisitSheet::read(&open.document.fields(), "").household;
        let Some(household) = household.and_then(|id| id.parse::<HouseholdId>().ok()) else {
            return Ok(open.space);
        };
        let household = self.app.model.document(DocId::from(household)).await?;
        Ok(household.map_or(open.space, |household| household.space))
    }

    /// All of it or nothing; returns when lists show it.
    async fn store(self, now_ms: TimeMs) -> Result<(), Problem> {
        // Leaving comes first in the log, so that a document that arrives brings nothing the relay has not.
        let drafts = self.leaving.into_iter().chain(self.arriving);
        let drafts: Vec<OfficeDraft> =
            drafts.map(|(space, entries)| OfficeDraft { space, entries }).collect();
        if drafts.is_empty() {
            return Ok(());
        }
        let last_id = self.app.log.store_office(drafts, now_ms).await?.last_id;
        self.app.model.wait_for(last_id).await;
        Ok(())
    }
}

fn entry(open: &OpenDoc, payload: Payload) -> Entry {
    Entry { doc: open.id, kind: open.document.kind(), generation: open.generation, payload }
}
