//! A roster becomes households: what is new is added, what differs is changed, what people edited since the
//! last import is never overwritten but stands beside the file's value as a conflict.
//!
//! Planned first, stored in one piece: an import is there as a whole or not at all.

pub(crate) mod desk;
pub(crate) mod file;
pub(crate) mod foresight;
pub(crate) mod jobs;
pub(crate) mod keeper;
mod plan;
pub(crate) mod undo;

use super::place_grids::PlaceGrids;
use super::{Drafts, author};
use crate::clock::now_ms;
use crate::problem::Problem;
use crate::state::App;
use desk::Progress;
use linli_core::doc::Author;
use linli_core::ids::{Actor, DocId};
use linli_core::kinds::{self, DocKind, Grid, community_space, grid_doc, grid_space};
use linli_core::record::FieldError;
use linli_core::time::date_of;
use linli_roster::import::{
    Corrections, ImportOptions, NationalIdKey, Roster, RosterError, RosterHousehold, open_roster,
};
use linli_roster::table::Date;
use plan::{Grids, Planned, Work};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The message of every change an import makes; the next import finds its own last word by it.
pub(crate) use linli_storage::model::IMPORT_MESSAGE as MESSAGE;
/// The same of an undo: what it leaves is what the next import starts from.
pub(crate) const UNDO_MESSAGE: &str = "import undone";
const MESSAGES: [&str; 2] = [MESSAGE, UNDO_MESSAGE];

/// Households planned at a time: open documents take about 30 kB each, and a bar shows how far the parts are.
const HOUSEHOLDS_PER_PART: usize = 500;

/// What an import did, or would do.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub(crate) struct ImportSummary {
    pub(crate) dry_run: bool,
    pub(crate) rows_read: usize,
    pub(crate) rows_bad: usize,
    pub(crate) rows_skipped: usize,
    pub(crate) rows_repeated: usize,
    pub(crate) households: usize,
    pub(crate) residents: usize,
    pub(crate) households_new: usize,
    pub(crate) households_changed: usize,
    pub(crate) households_unchanged: usize,
    pub(crate) residents_new: usize,
    pub(crate) conflicts_new: usize,
    pub(crate) grids_new: usize,
    pub(crate) sheets_skipped: Vec<String>,
    pub(crate) ms: u64,
}

/// How a file is read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reading {
    pub(crate) file_name: String,
    pub(crate) keep_national_id: bool,
    pub(crate) corrections: Corrections,
}

/// Reads a file on a thread of its own. What keeps it from being a roster is in [`Roster::trouble`].
pub(crate) async fn read(app: &App, bytes: Vec<u8>, how: Reading) -> Result<Roster, Problem> {
    let Reading { file_name, keep_national_id, corrections } = how;
    let national_id = keep_national_id.then(|| NationalIdKey::new(app.national_id_key.to_vec()));
    let options = ImportOptions { national_id, today: today(), corrections };
    let roster: Result<Roster, RosterError> =
        blocking(move || open_roster(&bytes, &file_name, &options)).await?;
    roster.map_err(|error| Problem::bad(&error))
}

/// What is to be written, ready to be stored in one piece.
pub(crate) struct Prepared {
    pub(crate) summary: ImportSummary,
    drafts: Drafts,
}

/// Plans an import by this author. Whoever calls holds the office's turn.
pub(crate) async fn prepare(
    app: &App,
    roster: &Roster,
    community: &str,
    actor: Actor,
    progress: &Progress,
) -> Result<Prepared, Problem> {
    if let Some(trouble) = &roster.trouble {
        return Err(Problem::bad(trouble));
    }
    let by = Author { message: Some(MESSAGE.to_owned()), ..Author::now(actor, now_ms()) };
    let mut grids = Grids::new(community, app.model.grids().await?, app.model.grid_aliases().await?)
        .with_places(PlaceGrids::new(app.model.places().await?));
    grids.learn(&roster.households);
    let planned = plan_all(app, community, &roster.households, &mut grids, &by, progress).await?;
    let mut summary = summarise(roster, &planned);
    summary.grids_new = grids.added().len();
    Ok(Prepared { summary, drafts: drafts(community, planned, &grids, &by) })
}

impl Prepared {
    /// Makes it durable, all or nothing, and waits until lists show it. The log up to where its changes are.
    pub(crate) async fn store(self, app: &App, progress: &Progress) -> Result<i64, Problem> {
        store(app, self.drafts, progress).await
    }
}

/// Stores drafts and tells how far the lists are with them.
async fn store(app: &App, drafts: Drafts, progress: &Progress) -> Result<i64, Problem> {
    let since = *app.log.durable().borrow();
    if drafts.is_empty() {
        return Ok(since);
    }
    let last = app.log.store_office(drafts.into_office(), now_ms()).await?.last_id;
    let mut applied = app.model.applied();
    loop {
        let at = *applied.borrow_and_update();
        progress.listed(since, at, last);
        if at >= last || applied.changed().await.is_err() {
            return Ok(last);
        }
    }
}

/// Plans the file a part at a time: the documents of a whole community, open at once, would not fit an
/// office PC.
async fn plan_all(
    app: &App,
    community: &str,
    households: &[RosterHousehold],
    grids: &mut Grids,
    author: &Author,
    progress: &Progress,
) -> Result<Vec<Planned>, Problem> {
    let mut planned = Vec::with_capacity(households.len());
    let begins = app.model.first_generations().await?;
    for part in households.chunks(HOUSEHOLDS_PER_PART) {
        let ids = part.iter().map(|household| kinds::household_id(community, &household.address).into());
        let mut known = app.model.documents(&ids.collect::<Vec<DocId>>()).await?;
        let work = part.iter().map(|household| {
            let id = kinds::household_id(community, &household.address);
            Work {
                id,
                grid: grids.of(household),
                household: household.clone(),
                known: known.remove(&id.into()),
                generation: begins.get(&id.into()).copied().unwrap_or(0),
            }
        });
        let (work, author) = (work.collect(), author.clone());
        planned.extend(blocking(move || plan::plan(work, &author)).await?);
        progress.planned(planned.len());
    }
    Ok(planned)
}

/// The name of a community, as every list will show it.
pub(crate) fn community_name(name: &str) -> Result<String, Problem> {
    let spec = Grid::SPEC.require("community").map_err(|error: FieldError| Problem::bad(&error))?;
    let parsed = spec.parse(name).map_err(|error| Problem::bad(&error))?;
    parsed.as_text().map(str::to_owned).ok_or_else(|| {
        Problem::new(
            axum::http::StatusCode::UNPROCESSABLE_ENTITY,
            "import.no_community",
            "请用 --community 写明社区名称",
            "name the community with --community",
        )
    })
}

fn today() -> Option<Date> {
    let today = date_of(now_ms());
    let (month, day) = (u8::try_from(today.month).ok()?, u8::try_from(today.day).ok()?);
    Date::new(u16::try_from(today.year).ok()?, month, day)
}

/// Work that takes long without waiting must not hold up connections.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!(%error, "an import failed inside");
        Problem::new(
            axum::http::StatusCode::INTERNAL_SERVER_ERROR,
            "import.failed",
            "导入时出现内部错误,什么都没有改动",
            "the import failed inside; nothing was changed",
        )
    })
}

fn summarise(roster: &Roster, planned: &[Planned]) -> ImportSummary {
    let count = |is: fn(&Planned) -> bool| planned.iter().filter(|plan| is(plan)).count();
    ImportSummary {
        rows_read: roster.rows_read,
        rows_bad: roster.bad_rows.len(),
        rows_skipped: roster.rows_skipped,
        rows_repeated: roster.rows_repeated,
        households: roster.households.len(),
        residents: roster.households.iter().map(|household| household.residents.len()).sum(),
        households_new: count(|plan| plan.is_new && plan.change.is_some()),
        households_changed: count(|plan| !plan.is_new && plan.change.is_some()),
        households_unchanged: count(|plan| plan.change.is_none()),
        residents_new: planned.iter().map(|plan| plan.residents_new).sum(),
        conflicts_new: planned.iter().map(|plan| plan.conflicts).sum(),
        sheets_skipped: roster.sheets_skipped.clone(),
        ..ImportSummary::default()
    }
}

fn drafts(community: &str, planned: Vec<Planned>, grids: &Grids, by: &Author) -> Drafts {
    let mut drafts = Drafts::default();
    for (code, name) in grids.added() {
        let grid = Grid {
            code: Some(code.clone()),
            name: Some(name.clone()),
            community: Some(community.to_owned()),
            ..Grid::default()
        };
        let mut document = linli_core::doc::Document::new(DocKind::Grid);
        if let Some(change) = document.edit(by, &grid.puts("")) {
            drafts.add(community_space(community), grid_doc(community, code), DocKind::Grid, 0, change);
        }
    }
    for plan in planned {
        if let Some(change) = plan.change {
            let space = plan.space.unwrap_or_else(|| grid_space(community, &plan.grid));
            drafts.add(space, DocId::from(plan.id), DocKind::Household, plan.generation, change);
        }
    }
    drafts
}

/// An author whom nothing was written by.
pub(crate) fn nobody() -> Actor {
    author(now_ms()).actor
}
