//! What the office does to records: each action reads documents, makes changes, and hands them to the log
//! like any phone would. Actions run one at a time.

pub(crate) mod campaigns;
pub(crate) mod claims;
pub(crate) mod complaints;
pub(crate) mod decide;
pub(crate) mod directives;
pub(crate) mod edit;
pub(crate) mod emergencies;
pub(crate) mod follow;
pub(crate) mod forget;
pub(crate) mod grid_list;
pub(crate) mod grids;
pub(crate) mod import;
pub(crate) mod merge;
pub(crate) mod moves;
pub(crate) mod operator;
pub(crate) mod people;
pub(crate) mod place_grids;
pub(crate) mod proposals;
pub(crate) mod provenance;
pub(crate) mod review;

use crate::access::{Caller, TOKEN_ACTOR};
use crate::clock::random;
use crate::problem::Problem;
use crate::routes::Names;
use crate::state::App;
use linli_core::doc::{Author, ChangeBytes};
use linli_core::identity::{Entry, Payload};
use linli_core::ids::{Actor, DocId, SpaceId};
use linli_core::kinds::DocKind;
use linli_core::time::TimeMs;
use linli_storage::log::OfficeDraft;
use std::collections::{BTreeMap, BTreeSet};

/// An author for one office action. The actor is new every time: two actions on one document can never
/// claim the same actor and sequence number.
pub(crate) fn author(now_ms: TimeMs) -> Author {
    Author::now(Actor(random()), now_ms)
}

/// The same for a person, whom the change then names.
pub(crate) fn author_of(by: &Caller, now_ms: TimeMs) -> Author {
    author_of_user(&by.user_id, now_ms)
}

/// The same by an account's id.
fn author_of_user(user_id: &str, now_ms: TimeMs) -> Author {
    let is_person = user_id != TOKEN_ACTOR;
    Author { message: is_person.then(|| Names::message_of(user_id)), ..author(now_ms) }
}

/// The community that something is for: that of its grids, the one that was chosen, or the only one there is.
pub(crate) async fn community_for(
    app: &App,
    wanted: &BTreeSet<String>,
    chosen: &str,
    several: impl FnOnce() -> Problem,
) -> Result<Option<String>, Problem> {
    let grids = app.model.grids().await?;
    let mut communities = BTreeSet::new();
    for code in wanted {
        let grid = grids.iter().find(|grid| grid.code == *code);
        communities.insert(grid.ok_or_else(|| Problem::not_found("网格", "grid", code))?.community.clone());
    }
    if communities.len() > 1 {
        return Err(several());
    }
    if let Some(community) = communities.pop_first() {
        return Ok(Some(community));
    }
    let known: BTreeSet<String> = grids.into_iter().map(|grid| grid.community).collect();
    if known.contains(chosen) {
        return Ok(Some(chosen.to_owned()));
    }
    Ok(if known.len() == 1 { known.into_iter().next() } else { None })
}

/// Changes gathered per space.
#[derive(Default)]
pub(crate) struct Drafts(BTreeMap<SpaceId, Vec<Entry>>);

impl Drafts {
    pub(crate) fn add(
        &mut self,
        space: SpaceId,
        doc: DocId,
        kind: DocKind,
        generation: u32,
        change: ChangeBytes,
    ) {
        let entry = Entry { doc, kind, generation, payload: Payload::Change(change.0) };
        self.0.entry(space).or_default().push(entry);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn into_office(self) -> Vec<OfficeDraft> {
        self.0.into_iter().map(|(space, entries)| OfficeDraft { space, entries }).collect()
    }

    /// Makes the changes durable, all or none, and waits until lists show them.
    pub(crate) async fn store(self, app: &App, now_ms: TimeMs) -> Result<(), Problem> {
        if self.is_empty() {
            return Ok(());
        }
        let last_id = app.log.store_office(self.into_office(), now_ms).await?.last_id;
        app.model.wait_for(last_id).await;
        Ok(())
    }
}
