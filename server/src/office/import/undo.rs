//! Taking an import back, as one more change: what it brought and nobody has touched since goes, what it changed and
//! nobody has changed since becomes what it was. The rest stays and is named.
//!
//! An undo is written as if right after the imports before it, like an import: what a phone hands in later from
//! before the undo is beside it and not under it. What comes back by itself is told in `office/follow.rs`.

use super::desk::Progress;
use super::jobs::actor_of;
use super::{HOUSEHOLDS_PER_PART, MESSAGES, UNDO_MESSAGE, blocking, store};
use crate::clock::now_ms;
use crate::office::Drafts;
use crate::problem::Problem;
use crate::state::App;
use linli_core::doc::{Author, ChangeBytes, HistoryEntry};
use linli_core::ids::{Actor, DocId, Hash, HouseholdId, ResidentId, SpaceId};
use linli_core::kinds::{DocKind, resident_key};
use linli_core::record::{Fields, Put, Value};
use linli_storage::model::OpenDoc;
use linli_storage::office::imports::ImportJob;
use linli_storage::on_all_cores;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Batches read at a time to find out which households an import wrote to.
const BATCHES: i64 = 64;
/// What stays is named one by one up to here; of more only the number.
pub(super) const KEPT_MAX: usize = 500;

/// What an undo did, or would do.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub(crate) struct UndoSummary {
    /// Households that the import brought and that go.
    pub(crate) households_withdrawn: usize,
    /// Residents whom it added to households that were there before.
    pub(crate) residents_removed: usize,
    /// Households with fields that become what they were.
    pub(crate) households_restored: usize,
    /// Those fields.
    pub(crate) fields_restored: usize,
    /// Households, residents and fields that stay because somebody has touched them since.
    pub(crate) kept: usize,
}

/// Why something stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeptReason {
    /// Somebody was at the door.
    Visited,
    /// Somebody, or a later import, changed it.
    Changed,
    /// It is a part of another household now.
    Merged,
}

/// Something that stays: a household, or one of its keys. Ids only.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) household: String,
    /// `r/<resident>` for a whole resident, a field's key for a field; nothing for the household.
    pub(crate) key: Option<String>,
    pub(crate) reason: KeptReason,
}

/// What an undo will write.
#[derive(Default)]
pub(crate) struct UndoPlan {
    pub(crate) summary: UndoSummary,
    pub(crate) kept: Vec<Kept>,
    drafts: Drafts,
}

/// The author of everything that the undo of an import writes.
pub(super) fn author_of(import: Actor) -> Actor {
    Actor::derive(&[b"undo import", &import.0])
}

/// Plans by this author. Whoever goes on to store it holds the office's turn.
pub(super) async fn plan(
    app: &App,
    job: &ImportJob,
    actor: Actor,
    progress: &Progress,
) -> Result<UndoPlan, Problem> {
    let households = written_to(app, job).await?;
    progress.of(households.len());
    let mut plan = UndoPlan::default();
    let mut done = 0;
    for part in households.chunks(HOUSEHOLDS_PER_PART) {
        take_back_part(app, job, actor, part).await?.into_iter().for_each(|one| plan.add(one));
        done += part.len();
        progress.planned(done);
    }
    plan.summary.kept = plan.kept.len();
    plan.kept.truncate(KEPT_MAX);
    Ok(plan)
}

/// What becomes of some households. Those that the import did not write to are left out.
pub(super) async fn take_back_part(
    app: &App,
    job: &ImportJob,
    actor: Actor,
    part: &[HouseholdId],
) -> Result<Vec<TakenBack>, Problem> {
    let import = actor_of(job)?;
    let by = Author { message: Some(UNDO_MESSAGE.to_owned()), ..Author::now(actor, now_ms()) };
    let visited = app.model.visited(part).await?;
    let ids: Vec<DocId> = part.iter().map(|id| DocId::from(*id)).collect();
    let docs: Vec<OpenDoc> = app.model.documents(&ids).await?.into_values().collect();
    let id = job.id.clone();
    let taken = blocking(move || {
        on_all_cores(docs, |open| {
            let visited = visited.contains(&HouseholdId::from(open.id));
            take_back(open, import, visited, &by, &id)
        })
    });
    Ok(taken.await?.into_iter().flatten().collect())
}

impl UndoSummary {
    /// All but what is kept, which is counted by its list.
    pub(super) fn add(&mut self, one: &Counts) {
        self.households_withdrawn += usize::from(one.withdrawn);
        self.residents_removed += one.residents;
        self.fields_restored += one.fields;
        self.households_restored += usize::from(one.fields > 0);
    }
}

impl UndoPlan {
    pub(super) async fn store(self, app: &App, progress: &Progress) -> Result<i64, Problem> {
        store(app, self.drafts, progress).await
    }

    fn add(&mut self, one: TakenBack) {
        self.summary.add(&one.counts);
        self.kept.extend(one.counts.kept);
        if let Some(change) = one.change {
            self.drafts.add(one.space, one.doc, DocKind::Household, one.generation, change);
        }
    }
}

/// The households that an import wrote to, from the log. Others may be among them.
pub(super) async fn written_to(app: &App, job: &ImportJob) -> Result<Vec<HouseholdId>, Problem> {
    let office = app.log.office().device();
    let mut found = BTreeSet::new();
    let mut after = job.since;
    while after < job.upto {
        let batches = app.log.after(after, BATCHES).await?;
        let Some(last) = batches.last() else { break };
        after = last.id;
        let own = batches.iter().filter(|logged| logged.author == office && logged.id <= job.upto);
        let entries = own.flat_map(|logged| &logged.batch.entries);
        let households = entries.filter(|entry| entry.kind == DocKind::Household);
        found.extend(households.map(|entry| HouseholdId::from(entry.doc)));
    }
    Ok(found.into_iter().collect())
}

/// What an undo means for one household.
#[derive(Default)]
pub(super) struct Counts {
    withdrawn: bool,
    residents: usize,
    fields: usize,
    pub(super) kept: Vec<Kept>,
}

/// One household's part of an undo.
pub(super) struct TakenBack {
    pub(super) doc: DocId,
    pub(super) counts: Counts,
    space: SpaceId,
    generation: u32,
    change: Option<ChangeBytes>,
}

/// What the document was before the import, and who has been at it since.
struct Past {
    change: Hash,
    before: Fields,
    history: Vec<HistoryEntry>,
    /// Changes that the import did not know.
    since: BTreeSet<Hash>,
}

impl Past {
    /// Whether anybody but the import wrote to one of these keys, since it or at the same time. Which grid a
    /// household is in says nothing about it.
    fn touched(&self, is: impl Fn(&str) -> bool) -> bool {
        self.history.iter().any(|e| e.key != "grid" && self.since.contains(&e.change) && is(&e.key))
    }
}

/// `None`: the import did not write to it.
fn take_back(mut open: OpenDoc, import: Actor, visited: bool, by: &Author, job: &str) -> Option<TakenBack> {
    let document = &mut open.document;
    let (change, deps) = document.change_by(import)?;
    let before = document.fields_at(&deps);
    let past = Past { change, before, history: document.history(), since: document.unknown_to(change) };
    let now = document.fields();
    let mut one = TakenBack {
        doc: open.id,
        space: open.space,
        generation: open.generation,
        counts: Counts::default(),
        change: None,
    };
    let is_text = |fields: &Fields, key: &str| fields.get(key).is_some_and(|value| value.as_text().is_some());
    let whole = |reason| Kept { household: HouseholdId::from(open.id).to_string(), key: None, reason };
    if is_text(&now, "merged_into") {
        one.counts.kept.push(whole(KeptReason::Merged));
        return Some(one);
    }
    if past.before.is_empty() || is_text(&past.before, "withdrawn") {
        match (visited, past.touched(|_| true)) {
            (true, _) => one.counts.kept.push(whole(KeptReason::Visited)),
            (_, true) => one.counts.kept.push(whole(KeptReason::Changed)),
            _ => {
                let puts = [Put { key: "withdrawn".into(), value: Some(Value::Text(job.to_owned())) }];
                one.change = open.document.edit(by, &puts);
                one.counts.withdrawn = one.change.is_some();
            }
        }
        return Some(one);
    }
    let puts = fields_back(&open, import, &past, &mut one.counts);
    let base = open.document.last_change_with_message(&MESSAGES).map(|last| vec![last]);
    one.change = open.document.edit(&Author { base, ..by.clone() }, &puts);
    Some(one)
}

/// The household was there before: residents who are new go, fields become what they were.
fn fields_back(open: &OpenDoc, import: Actor, past: &Past, one: &mut Counts) -> Vec<Put> {
    let household = HouseholdId::from(open.id).to_string();
    let kept = |key: &str| Kept {
        household: household.clone(),
        key: Some(key.to_owned()),
        reason: KeptReason::Changed,
    };
    let mut puts = Vec::new();
    let mut newcomers = BTreeSet::new();
    for write in past.history.iter().filter(|entry| entry.change == past.change) {
        if let Some(resident) = newcomer(&write.key, &past.before) {
            newcomers.insert(resident);
            continue;
        }
        let versions = open.document.versions(&write.key);
        let (own, others): (Vec<_>, Vec<_>) = versions.iter().partition(|version| version.actor == import);
        if own.is_empty() {
            one.kept.push(kept(&write.key));
            continue;
        }
        // Where others stand beside the import's value, they stand alone again.
        let value = past.before.get(&write.key).filter(|_| others.is_empty());
        puts.push(Put { key: write.key.clone(), value: value.cloned() });
        one.fields += 1;
    }
    for resident in newcomers {
        let prefix = resident_key(resident);
        if past.touched(|key| key.starts_with(&prefix)) {
            one.kept.push(kept(prefix.trim_end_matches('/')));
            continue;
        }
        puts.push(Put { key: format!("{prefix}presence"), value: Some(Value::Text("removed".into())) });
        one.residents += 1;
    }
    puts
}

/// The resident whom a key is about, if the household did not know them before.
fn newcomer(key: &str, before: &Fields) -> Option<ResidentId> {
    let id: ResidentId = key.strip_prefix("r/")?.split('/').next()?.parse().ok()?;
    let prefix = resident_key(id);
    let known = before.range(prefix.clone()..).next().is_some_and(|(key, _)| key.starts_with(&prefix));
    (!known).then_some(id)
}
