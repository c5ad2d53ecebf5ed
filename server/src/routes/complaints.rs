//! `/v1/complaints`: what people tell the operator, and what it answers.

use super::{Body, Names, hex};
use crate::access::guard::{By, Trail};
use crate::clock::{now_ms, random};
use crate::office;
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use linli_core::access::{Action, may};
use linli_core::kinds;
use linli_core::record::Value;
use linli_storage::model::ComplaintRecord;
use linli_storage::office::complaints::{Complaint, LISTED, WAITING_PER_USER};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use utoipa::ToSchema;

/// A page of paper.
const TEXT_CHARS_MAX: usize = Value::NOTE_CHARS_MAX;

/// A complaint and its answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct ComplaintBody {
    id: String,
    /// Name of the account or of the worker that it came from.
    from: String,
    /// It came from a worker's phone.
    by_phone: bool,
    /// It is a resident's, who stood beside that worker.
    of_resident: bool,
    /// When; of a phone's by the best clock known.
    at_ms: i64,
    /// When a phone's was received.
    received_ms: Option<i64>,
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
    let (by_phone, of_resident, received_ms) = (false, false, None);
    ComplaintBody { id, from: name, by_phone, of_resident, at_ms, received_ms, text, answer, answered_ms }
}

fn body_of_phone(one: ComplaintRecord, names: &Names) -> ComplaintBody {
    let [_, resident] = kinds::Complaint::SAID_BY;
    let said = one.complaint;
    ComplaintBody {
        id: one.id.to_string(),
        from: names.of_device(one.device),
        by_phone: true,
        of_resident: said.said_by.as_deref() == Some(resident),
        at_ms: said.corrected_ms(),
        received_ms: Some(one.received_ms),
        text: said.text.unwrap_or_default(),
        answer: said.answer,
        answered_ms: said.answered_ms,
    }
}

/// One's own complaints; whoever answers them sees everybody's, also those from phones.
#[utoipa::path(get, path = "/v1/complaints", operation_id = "complaints", responses((status = 200, body = [ComplaintBody])))]
pub(crate) async fn list(
    State(app): State<App>,
    By(caller): By,
) -> Result<Json<Vec<ComplaintBody>>, Problem> {
    let answers = may(caller.role, Action::Settings);
    let own = (!answers).then_some(caller.user_id.as_str());
    let mut all: Vec<ComplaintBody> = app.accounts.complaints(own).await?.into_iter().map(body).collect();
    if answers {
        let names = Names::load(&app).await?;
        let told = app.model.complaints(LISTED).await?.into_iter();
        all.extend(told.map(|one| body_of_phone(one, &names)));
        all.sort_by_key(|one| (one.answer.is_some(), Reverse(one.at_ms)));
    }
    Ok(Json(all))
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
        office::complaints::answer(&app, &caller, &id, said.text()?).await?;
    }
    list(State(app), By(caller)).await
}
