//! `/v1/duplicates` and `/v1/merges`.

use super::households::HouseholdBody;
use super::{Body, id};
use crate::office::merge as office;
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Two households that may be one.
#[derive(Serialize, ToSchema)]
pub(crate) struct DuplicateBody {
    /// Both ids, joined.
    id: String,
    /// 0 to 100.
    score: i64,
    /// `same_address`, `same_phone`, `same_person`, `most_people_shared`.
    reasons: Vec<String>,
    households: Vec<HouseholdBody>,
}

/// Pairs to look at, most alike first.
#[utoipa::path(get, path = "/v1/duplicates", responses((status = 200, body = [DuplicateBody])))]
pub(crate) async fn list(State(app): State<App>) -> Result<Json<Vec<DuplicateBody>>, Problem> {
    let mut bodies = Vec::new();
    for pair in app.model.duplicates().await? {
        let mut households = Vec::new();
        for household in pair.households {
            households.extend(app.model.household(household).await?.as_ref().map(HouseholdBody::from));
        }
        let [a, b] = pair.households;
        bodies.push(DuplicateBody {
            id: format!("{a}+{b}"),
            score: pair.score,
            reasons: pair.reasons,
            households,
        });
    }
    Ok(Json(bodies))
}

/// Two households to make one.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Merge {
    /// The household that stays.
    survivor: String,
    /// The household that becomes a part of it.
    absorbed: String,
    reason: String,
}

/// A merge that was made.
#[derive(Serialize, ToSchema)]
pub(crate) struct MergeBody {
    id: String,
    survivor: String,
    absorbed: String,
}

/// Makes two households one. Nothing is deleted; edits that arrive later under the absorbed id follow.
#[utoipa::path(post, path = "/v1/merges", request_body = Merge, responses((status = 200, body = MergeBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn merge(
    State(app): State<App>,
    Body(wanted): Body<Merge>,
) -> Result<Json<MergeBody>, Problem> {
    let (survivor, absorbed) = (id(&wanted.survivor)?, id(&wanted.absorbed)?);
    let merge = office::merge(&app, survivor, absorbed, &wanted.reason).await?;
    Ok(Json(MergeBody {
        id: merge.to_string(),
        survivor: survivor.to_string(),
        absorbed: absorbed.to_string(),
    }))
}

/// Why a merge is taken back.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Unmerge {
    reason: String,
}

/// A merge that was taken back.
#[derive(Serialize, ToSchema)]
pub(crate) struct UnmergeBody {
    id: String,
}

/// Takes a merge back.
#[utoipa::path(post, path = "/v1/merges/{id}/undo", params(("id" = String, Path)), request_body = Unmerge, responses((status = 200, body = UnmergeBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn unmerge(
    State(app): State<App>,
    Path(text): Path<String>,
    Body(wanted): Body<Unmerge>,
) -> Result<Json<UnmergeBody>, Problem> {
    let merge = id(&text)?;
    office::unmerge(&app, merge, &wanted.reason).await?;
    Ok(Json(UnmergeBody { id: text }))
}
