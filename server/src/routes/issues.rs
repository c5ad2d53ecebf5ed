//! `/v1/issues`: what is wrong somewhere, as phones have reported it.

use super::desk::{after, bad_cursor, cursor, cut, page_limit};
use super::households::Names;
use super::{Params, id};
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use linli_core::ids::SpaceId;
use linli_core::kinds::{Issue, grid_space};
use linli_core::time::rfc3339;
use linli_storage::model::{AfterIssue, IssueFilter, IssueRecord};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// Which issues.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct IssueParams {
    /// `reported`, `accepted` …
    state: Option<String>,
    /// `security`, `environment`, `sanitation`, `property`, `other`.
    category: Option<String>,
    /// Grid code.
    grid: Option<String>,
    /// Only of this community.
    community: Option<String>,
    /// Only at this household.
    household: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many at most: 100 unless given, 500 at most.
    limit: Option<i64>,
}

/// An issue.
#[derive(Serialize, ToSchema)]
pub(crate) struct IssueBody {
    id: String,
    category: String,
    category_zh: &'static str,
    subtype: Option<String>,
    state: String,
    state_zh: &'static str,
    /// Code of the grid that it came from; absent when that grid is no more.
    grid: Option<String>,
    grid_name: Option<String>,
    community: Option<String>,
    household: Option<String>,
    /// Where the household is.
    address: Option<String>,
    /// Where, in the reporter's words.
    place: String,
    text: String,
    /// Id of a photo that was taken: `/v1/photos/{id}`.
    photo: Option<String>,
    /// Whom the reporter's name may be told: `office`, `handlers`, `public`.
    visibility: String,
    /// Whose phone signed it.
    reporter: String,
    /// By the phone's clock, corrected by what it knew of its error.
    reported_at: String,
    /// By the relay's clock.
    received_at: String,
}

/// A page of issues.
#[derive(Serialize, ToSchema)]
pub(crate) struct IssuePage {
    items: Vec<IssueBody>,
    /// Asks for the next page; absent at the end.
    next: Option<String>,
}

/// Issues, the one received last first.
#[utoipa::path(get, path = "/v1/issues", operation_id = "list_issues", params(IssueParams), responses((status = 200, body = IssuePage), (status = 422, body = ProblemBody)))]
pub(crate) async fn list(
    State(app): State<App>,
    Params(params): Params<IssueParams>,
) -> Result<Json<IssuePage>, Problem> {
    let grids = Grids::load(&app).await?;
    let limit = page_limit(params.limit);
    let filter = IssueFilter {
        spaces: grids.spaces(params.grid.as_deref(), params.community.as_deref()),
        state: one_of(params.state, &Issue::STATES)?,
        category: one_of(params.category, &Issue::CATEGORIES)?,
        household: params.household.as_deref().map(id).transpose()?,
        after: after(params.cursor.as_deref(), read_cursor)?,
        limit: limit + 1,
    };
    let mut found = app.model.issues(&filter).await?;
    let next = cut(&mut found, limit).map(|last| format!("{}.{}", last.received_ms, last.id));
    let names = Names::load(&app).await?;
    let items = found.into_iter().map(|record| body(record, &grids, &names)).collect();
    Ok(Json(IssuePage { items, next }))
}

fn read_cursor(text: &str) -> Result<AfterIssue, Problem> {
    let [received_ms, id] = cursor(text)?;
    Ok((received_ms.parse().map_err(|_| bad_cursor())?, id.parse().map_err(|_| bad_cursor())?))
}

/// A form sends empty text for "all".
fn one_of(word: Option<String>, words: &[&str]) -> Result<Option<String>, Problem> {
    match word.filter(|word| !word.is_empty()) {
        Some(word) if !words.contains(&word.as_str()) => Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "issue.bad_word",
            format!("这里只能是:{}", words.join("、")),
            format!("expected one of {}", words.join(", ")),
        )),
        word => Ok(word),
    }
}

/// A grid as an issue's space names it. What an issue says of its grid is its reporter's word; the space is what
/// the phone was allowed to write to.
struct Grids(BTreeMap<SpaceId, (String, String, String)>);

impl Grids {
    async fn load(app: &App) -> Result<Grids, Problem> {
        let named = app.model.grid_names().await?.into_iter();
        let placed = named.map(|(code, (name, community))| {
            (grid_space(&community, &code), (code, name, community)) //
        });
        Ok(Grids(placed.collect()))
    }

    /// The spaces of a grid or community; `None` for all.
    fn spaces(&self, grid: Option<&str>, community: Option<&str>) -> Option<Vec<SpaceId>> {
        let [grid, community] = [grid, community].map(|word| word.filter(|word| !word.is_empty()));
        if grid.is_none() && community.is_none() {
            return None;
        }
        let wanted = |(code, _, of): &(String, String, String)| {
            grid.is_none_or(|grid| grid == code) && community.is_none_or(|community| community == of)
        };
        Some(self.0.iter().filter(|(_, found)| wanted(found)).map(|(space, _)| *space).collect())
    }
}

fn body(record: IssueRecord, grids: &Grids, names: &Names) -> IssueBody {
    let IssueRecord { id, space, device, received_ms, issue, address } = record;
    let grid = grids.0.get(&space).cloned();
    let reported_ms = issue.corrected_ms();
    let state = issue.state.unwrap_or_else(|| Issue::REPORTED.to_owned());
    let category = issue.category.unwrap_or_default();
    IssueBody {
        id: id.to_string(),
        category_zh: Issue::category_zh(&category),
        category,
        subtype: issue.subtype,
        state_zh: Issue::state_zh(&state),
        state,
        grid: grid.as_ref().map(|(code, ..)| code.clone()),
        grid_name: grid.as_ref().map(|(_, name, _)| name.clone()),
        community: grid.map(|(.., community)| community),
        household: issue.household,
        address,
        place: issue.place.unwrap_or_default(),
        text: issue.text.unwrap_or_default(),
        photo: issue.photo,
        visibility: issue.visibility.unwrap_or_default(),
        reporter: names.of_device(device),
        reported_at: rfc3339(reported_ms),
        received_at: rfc3339(received_ms),
    }
}
