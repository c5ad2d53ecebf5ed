//! `/v1/merges`: two households become one, and two again.

use super::desk::{after, cut, page_limit};
use super::duplicates::{PageParams, dated_cursor};
use super::households::HouseholdBody;
use super::{Body, Params, id};
use crate::access::guard::{By, Trail};
use crate::office::claims::{Accounts, pair_subject};
use crate::office::merge as office;
use crate::problem::{Problem, ProblemBody};
use crate::routes::decisions::Undo;
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use linli_core::duplicates::Side;
use linli_core::ids::HouseholdId;
use linli_core::time::rfc3339;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Two households to make one.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Merge {
    /// The household that stays.
    survivor: String,
    /// The household that becomes a part of it.
    absorbed: String,
    reason: String,
    /// Whose value stands, by the key of `/v1/duplicates/{a}/{b}`: `a` the survivor's, `b` the other's. Fields
    /// that are not named merge by themselves: what is empty is filled.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>)]
    fields: BTreeMap<String, Side>,
    /// Although somebody else is working on it.
    #[serde(default)]
    take_over: bool,
}

/// A merge that was made.
#[derive(Serialize, ToSchema)]
pub(crate) struct MergeBody {
    id: String,
    survivor: String,
    absorbed: String,
}

/// Makes two households one. Nothing is deleted; edits that arrive later under the absorbed id follow.
#[utoipa::path(post, path = "/v1/merges", operation_id = "merge", request_body = Merge, responses((status = 200, body = MergeBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn merge(
    State(app): State<App>,
    By(by): By,
    trail: Trail,
    Body(wanted): Body<Merge>,
) -> Result<Json<MergeBody>, Problem> {
    let (survivor, absorbed) = (id(&wanted.survivor)?, id(&wanted.absorbed)?);
    trail.subject(&pair_subject(survivor, absorbed));
    trail.detail(json!({"chosen": wanted.fields.len()}));
    let word = office::Word { reason: &wanted.reason, by: &by, take_over: wanted.take_over };
    let merge = office::merge(&app, survivor, absorbed, &wanted.fields, &word).await?;
    Ok(Json(MergeBody {
        id: merge.to_string(),
        survivor: survivor.to_string(),
        absorbed: absorbed.to_string(),
    }))
}

/// A merge that was taken back.
#[derive(Serialize, ToSchema)]
pub(crate) struct UnmergeBody {
    id: String,
}

/// Takes a merge back.
#[utoipa::path(post, path = "/v1/merges/{id}/undo", operation_id = "unmerge", params(("id" = String, Path)), request_body = Undo, responses((status = 200, body = UnmergeBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn unmerge(
    State(app): State<App>,
    Path(text): Path<String>,
    Body(wanted): Body<Undo>,
) -> Result<Json<UnmergeBody>, Problem> {
    let merge = id(&text)?;
    office::unmerge(&app, merge, &wanted.reason).await?;
    Ok(Json(UnmergeBody { id: text }))
}

/// A merge in the list.
#[derive(Serialize, ToSchema)]
pub(crate) struct MergeListed {
    id: String,
    survivor: Option<HouseholdBody>,
    absorbed: Option<HouseholdBody>,
    reason: String,
    by: Option<String>,
    at: String,
    /// It was taken back.
    undone: bool,
}

/// A page of merges.
#[derive(Serialize, ToSchema)]
pub(crate) struct MergePage {
    items: Vec<MergeListed>,
    /// Asks for the next page; absent at the end.
    next: Option<String>,
}

/// Merges, newest first; also those taken back.
#[utoipa::path(get, path = "/v1/merges", operation_id = "list_merges", params(PageParams), responses((status = 200, body = MergePage), (status = 422, body = ProblemBody)))]
pub(crate) async fn list(
    State(app): State<App>,
    Params(params): Params<PageParams>,
) -> Result<Json<MergePage>, Problem> {
    let after = after(params.cursor.as_deref(), dated_cursor)?;
    let limit = page_limit(params.limit);
    let mut found = app.model.merges(after, limit + 1).await?;
    let next = cut(&mut found, limit).map(|last| format!("{}.{}", last.at_ms, last.id));
    let ids: Vec<HouseholdId> = found.iter().flat_map(|merge| [merge.survivor, merge.absorbed]).collect();
    let (homes, accounts) = (app.model.households_of(&ids).await?, Accounts::load(&app).await?);
    let items = found.iter().map(|merge| MergeListed {
        id: merge.id.to_string(),
        survivor: homes.get(&merge.survivor).map(HouseholdBody::from),
        absorbed: homes.get(&merge.absorbed).map(HouseholdBody::from),
        reason: merge.reason.clone(),
        by: accounts.name(merge.by.as_deref()),
        at: rfc3339(merge.at_ms),
        undone: merge.undone,
    });
    Ok(Json(MergePage { items: items.collect(), next }))
}
