//! `/v1/conflicts/…`: the admin's word, for one conflict or many, and taking it back.

use super::{Body, id};
use crate::access::guard::{By, Trail};
use crate::office::decide::{self, Choice, Wanted};
use crate::problem::{Language, Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use linli_core::ids::ConflictId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// Conflicts decided with one request: more than anybody looks through in a preview, and few enough to be
/// durable within a second.
const RESOLVE_MAX: usize = 200;

/// The admin's word.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Resolve {
    /// Number of the value to keep, from 1.
    choose: Option<usize>,
    /// Or another value.
    value: Option<String>,
    /// Why; the worker whose value was not kept reads it.
    reason: String,
    /// How many values were seen; refused when there is another one by now.
    seen: Option<usize>,
    /// Although somebody else is working on it.
    #[serde(default)]
    take_over: bool,
}

/// What was kept.
#[derive(Serialize, ToSchema)]
pub(crate) struct Resolved {
    id: String,
    kept: String,
}

/// Resolves a conflict: one value is kept, all phones learn which and why.
#[utoipa::path(post, path = "/v1/conflicts/{id}/resolution", operation_id = "resolve", params(("id" = String, Path)), request_body = Resolve, responses((status = 200, body = Resolved), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn resolve(
    State(app): State<App>,
    By(by): By,
    trail: Trail,
    Path(text): Path<String>,
    Body(wanted): Body<Resolve>,
) -> Result<Json<Resolved>, Problem> {
    let conflict: ConflictId = id(&text)?;
    trail.detail(json!({"choose": wanted.choose, "take_over": wanted.take_over}));
    let choice = match (wanted.choose, wanted.value) {
        (Some(number), None) => Choice::Listed(number),
        (None, Some(value)) => Choice::Typed(value),
        _ => {
            return Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "conflict.no_choice",
                "请选一个值(choose),或填写另一个值(value),二者只能取一",
                "give either choose or value, not both",
            ));
        }
    };
    let Resolve { seen, take_over, .. } = wanted;
    let wish = Wanted { id: conflict, choice, seen, take_over };
    let kept = decide::resolve(&app, wish, &wanted.reason, &by).await?;
    Ok(Json(Resolved { id: conflict.to_string(), kept }))
}

/// Many conflicts whose proposals are taken.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ResolveProposed {
    /// At most 200.
    ids: Vec<String>,
    /// Why; everybody whose value was not kept reads it.
    reason: String,
    /// The number of the value that was shown as the proposal, by conflict: refused where it is another by now.
    #[serde(default)]
    expected: BTreeMap<String, usize>,
}

/// What became of one of many.
#[derive(Serialize, ToSchema)]
pub(crate) struct Answered {
    id: String,
    /// What was kept, when it was decided.
    kept: Option<String>,
    /// Why it was not.
    problem: Option<ProblemBody>,
}

/// Takes the proposals of many conflicts; each is answered by itself, one that is refused does not stop others.
#[utoipa::path(post, path = "/v1/conflicts/resolve-proposed", operation_id = "resolve_proposed", request_body = ResolveProposed, responses((status = 200, body = [Answered]), (status = 422, body = ProblemBody)))]
pub(crate) async fn resolve_proposed(
    State(app): State<App>,
    By(by): By,
    trail: Trail,
    Language(lang): Language,
    Body(wanted): Body<ResolveProposed>,
) -> Result<Json<Vec<Answered>>, Problem> {
    if wanted.ids.is_empty() || wanted.ids.len() > RESOLVE_MAX {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "conflict.too_many",
            format!("一次请选 1 到 {RESOLVE_MAX} 条"),
            format!("choose 1 to {RESOLVE_MAX} at a time"),
        ));
    }
    let mut wishes = Vec::new();
    let mut named = BTreeSet::new();
    for text in &wanted.ids {
        let id: ConflictId = id(text)?;
        if named.insert(id) {
            let choice = Choice::Proposed(wanted.expected.get(text).copied());
            wishes.push(Wanted { id, choice, seen: None, take_over: false });
        }
    }
    let answers = decide::resolve_all(&app, wishes, &wanted.reason, &by).await?;
    let resolved = answers.iter().filter(|(_, answer)| answer.is_ok()).count();
    trail.detail(json!({"resolved": resolved, "refused": answers.len() - resolved}));
    let body = |(id, answer): (ConflictId, Result<String, Problem>)| match answer {
        Ok(kept) => Answered { id: id.to_string(), kept: Some(kept), problem: None },
        Err(problem) => Answered { id: id.to_string(), kept: None, problem: Some(problem.spoken(lang)) },
    };
    Ok(Json(answers.into_iter().map(body).collect()))
}

/// Why something is taken back.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Undo {
    /// Who was told before reads it.
    pub(crate) reason: String,
}

/// A conflict that is open again.
#[derive(Serialize, ToSchema)]
pub(crate) struct Undone {
    id: String,
}

/// Takes a decision back: the values stand against each other again, and whoever was told is told.
#[utoipa::path(post, path = "/v1/conflicts/{id}/undo", operation_id = "undo_resolution", params(("id" = String, Path)), request_body = Undo, responses((status = 200, body = Undone), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn undo(
    State(app): State<App>,
    By(by): By,
    Path(text): Path<String>,
    Body(wanted): Body<Undo>,
) -> Result<Json<Undone>, Problem> {
    let conflict: ConflictId = id(&text)?;
    decide::undo(&app, conflict, &wanted.reason, &by).await?;
    Ok(Json(Undone { id: conflict.to_string() }))
}
