//! `/v1/complaints`: what people tell the operator, and what it answers.

use super::{Body, hex};
use crate::access::guard::{By, Trail};
use crate::clock::{now_ms, random};
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use linli_core::access::{Action, may};
use linli_storage::office::complaints::{Complaint, WAITING_PER_USER};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A page of paper.
const TEXT_CHARS_MAX: usize = 2_000;

/// A complaint and its answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct ComplaintBody {
    id: String,
    /// Name of the account that it came from.
    from: String,
    at_ms: i64,
    text: String,
    answer: Option<String>,
    answered_ms: Option<i64>,
}

/// What to say.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Said {
    text: String,
}

impl Said {
    fn text(&self) -> Result<&str, Problem> {
        let text = self.text.trim();
        if !text.is_empty() && text.chars().count() <= TEXT_CHARS_MAX {
            return Ok(text);
        }
        Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "complaint.text",
            format!("请写点什么,最多 {TEXT_CHARS_MAX} 个字"),
            format!("write something, of at most {TEXT_CHARS_MAX} characters"),
        ))
    }
}

fn body(one: Complaint) -> ComplaintBody {
    let Complaint { id, user: _, name, at_ms, text, answer, answered_ms } = one;
    ComplaintBody { id, from: name, at_ms, text, answer, answered_ms }
}

/// One's own complaints; whoever answers them sees everybody's.
#[utoipa::path(get, path = "/v1/complaints", operation_id = "complaints", responses((status = 200, body = [ComplaintBody])))]
pub(crate) async fn list(
    State(app): State<App>,
    By(caller): By,
) -> Result<Json<Vec<ComplaintBody>>, Problem> {
    let own = (!may(caller.role, Action::Settings)).then_some(caller.user_id.as_str());
    Ok(Json(app.accounts.complaints(own).await?.into_iter().map(body).collect()))
}

/// Tells the operator what is wrong or could be better.
#[utoipa::path(post, path = "/v1/complaints", operation_id = "complain", request_body = Said, responses((status = 200, body = [ComplaintBody]), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn file(
    State(app): State<App>,
    By(caller): By,
    trail: Trail,
    Body(said): Body<Said>,
) -> Result<Json<Vec<ComplaintBody>>, Problem> {
    let id = hex(&random::<16>());
    trail.subject(&id);
    if !app.accounts.file_complaint(&id, &caller.user_id, said.text()?, now_ms()).await? {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "complaint.too_many",
            format!("您已有 {WAITING_PER_USER} 条意见等待答复,请稍后再提"),
            format!("{WAITING_PER_USER} of your complaints wait for an answer; wait for those first"),
        ));
    }
    list(State(app), By(caller)).await
}

/// Answers a complaint, once.
#[utoipa::path(post, path = "/v1/complaints/{id}/answer", operation_id = "answer_complaint", params(("id" = String, Path)), request_body = Said, responses((status = 200, body = [ComplaintBody]), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn answer(
    State(app): State<App>,
    Path(id): Path<String>,
    By(caller): By,
    Body(said): Body<Said>,
) -> Result<Json<Vec<ComplaintBody>>, Problem> {
    if !app.accounts.answer_complaint(&id, said.text()?, &caller.user_id, now_ms()).await? {
        return Err(Problem::not_found("等待答复的意见", "complaint that waits for an answer", id));
    }
    list(State(app), By(caller)).await
}
