//! `/v1/directives`: what the office tells every worker and, through them, every household.

use super::{Body, Params, id};
use crate::access::guard::{By, Trail};
use crate::clock::now_ms;
use crate::office::directives::{self, Known, Typed};
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use linli_core::difference::{self, Fate};
use linli_core::ids::DirectiveId;
use linli_core::kinds::Standing;
use linli_core::time::{TimeMs, rfc3339};
use linli_storage::model::DirectiveRecord;
use linli_storage::office::directives::DirectiveDraft;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::{IntoParams, ToSchema};

/// Issued directives of a list: more than a year of them at one a day. Older ones are still found by id.
const LISTED_MAX: usize = 500;

/// Where a directive stands now.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DirectiveState {
    /// Being written; nobody but the office sees it.
    Draft,
    /// Issued, in force later.
    Scheduled,
    /// In force.
    Current,
    /// A newer version is in force.
    Superseded,
    /// Its time is over.
    Ended,
    /// Taken back.
    Withdrawn,
}

/// A directive, or a draft of one.
#[derive(Serialize, ToSchema)]
pub(crate) struct DirectiveBody {
    id: String,
    state: DirectiveState,
    title: String,
    text: String,
    community: String,
    /// 1, 2, 3 … along the versions; of a draft, the one that it will be.
    version: i64,
    supersedes: Option<String>,
    /// The version that takes its place; those that were taken back are passed over.
    superseded_by: Option<String>,
    /// Grid codes; all grids of the community while there are none.
    grids: BTreeSet<String>,
    /// In force from then on, in milliseconds since 1970, UTC.
    from_ms: Option<i64>,
    /// Until then.
    until_ms: Option<i64>,
    issued_at: Option<String>,
    issued_by: Option<String>,
    /// Why it was withdrawn.
    reason: Option<String>,
    withdrawn_at: Option<String>,
    /// Of a draft: when somebody last typed.
    updated_at: Option<String>,
}

fn of_draft(draft: DirectiveDraft, known: &Known) -> DirectiveBody {
    let before = draft.supersedes.and_then(|id| known.get(id));
    DirectiveBody {
        id: draft.id.to_string(),
        state: DirectiveState::Draft,
        title: draft.title,
        text: draft.text,
        community: draft.community,
        version: before.map_or(1, |record| known.next_version(&record.directive)),
        supersedes: draft.supersedes.map(|id| id.to_string()),
        superseded_by: None,
        grids: draft.grids,
        from_ms: draft.from_ms,
        until_ms: draft.until_ms,
        issued_at: None,
        issued_by: None,
        reason: None,
        withdrawn_at: None,
        updated_at: Some(rfc3339(draft.updated_ms)),
    }
}

fn of_issued(record: &DirectiveRecord, known: &Known, now: TimeMs) -> DirectiveBody {
    let directive = record.directive.clone();
    let next = known.successor(&record.directive);
    let state = match directive.standing(now, next.map(|(_, next)| next)) {
        Standing::Scheduled => DirectiveState::Scheduled,
        Standing::Current => DirectiveState::Current,
        Standing::Superseded => DirectiveState::Superseded,
        Standing::Ended => DirectiveState::Ended,
        Standing::Withdrawn => DirectiveState::Withdrawn,
    };
    let superseded_by = next.map(|(id, _)| id.to_string());
    DirectiveBody {
        id: record.id.to_string(),
        state,
        title: directive.title.unwrap_or_default(),
        text: directive.text.unwrap_or_default(),
        community: record.community.clone(),
        version: directive.version.unwrap_or(1),
        supersedes: directive.supersedes,
        superseded_by,
        grids: directive.grids,
        from_ms: directive.from_ms,
        until_ms: directive.until_ms,
        issued_at: directive.issued_ms.map(rfc3339),
        issued_by: directive.issued_by,
        reason: directive.reason,
        withdrawn_at: directive.withdrawn_ms.map(rfc3339),
        updated_at: None,
    }
}

/// Drafts, then what was issued, the newest first, up to 500.
#[utoipa::path(get, path = "/v1/directives", operation_id = "directives", responses((status = 200, body = [DirectiveBody])))]
pub(crate) async fn list(State(app): State<App>) -> Result<Json<Vec<DirectiveBody>>, Problem> {
    let (known, now) = (Known::read(&app).await?, now_ms());
    let drafts = app.accounts.drafts().await?;
    let mut bodies: Vec<DirectiveBody> = drafts.into_iter().map(|draft| of_draft(draft, &known)).collect();
    let mut issued: Vec<&DirectiveRecord> = known.all().collect();
    issued.sort_by_key(|record| (std::cmp::Reverse(record.directive.issued_ms), record.id));
    bodies.extend(issued.into_iter().take(LISTED_MAX).map(|record| of_issued(record, &known, now)));
    Ok(Json(bodies))
}

/// One of them.
#[utoipa::path(get, path = "/v1/directives/{id}", operation_id = "directive", params(("id" = String, Path)), responses((status = 200, body = DirectiveBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn one(
    State(app): State<App>,
    Path(wanted): Path<String>,
) -> Result<Json<DirectiveBody>, Problem> {
    body(&app, id(&wanted)?).await
}

async fn body(app: &App, wanted: DirectiveId) -> Result<Json<DirectiveBody>, Problem> {
    let known = Known::read(app).await?;
    if let Some(record) = known.get(wanted) {
        return Ok(Json(of_issued(record, &known, now_ms())));
    }
    Ok(Json(of_draft(directives::draft(app, wanted).await?, &known)))
}

/// What to start from.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDirective {
    /// Id of the version that the new one shall supersede; its text is taken over.
    supersedes: Option<String>,
}

/// Starts a draft.
#[utoipa::path(post, path = "/v1/directives", operation_id = "start_directive", request_body = NewDirective, responses((status = 200, body = DirectiveBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn start(
    State(app): State<App>,
    By(caller): By,
    trail: Trail,
    Body(wanted): Body<NewDirective>,
) -> Result<Json<DirectiveBody>, Problem> {
    let supersedes = wanted.supersedes.as_deref().map(id).transpose()?;
    let draft = directives::start(&app, &caller, supersedes).await?;
    trail.subject(&draft.id.to_string());
    body(&app, draft.id).await
}

/// A draft as it is now, all of it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DraftBody {
    /// One line, up to 100 characters.
    title: String,
    /// Up to 2,000 characters.
    text: String,
    /// Needed where the relay has several communities and no grid says which.
    community: Option<String>,
    grids: BTreeSet<String>,
    /// In milliseconds since 1970, UTC; at once while it is missing.
    from_ms: Option<i64>,
    /// Likewise; without an end while it is missing.
    until_ms: Option<i64>,
}

/// Keeps a draft as it is now.
#[utoipa::path(patch, path = "/v1/directives/{id}", operation_id = "keep_directive", params(("id" = String, Path)), request_body = DraftBody, responses((status = 200, body = DirectiveBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn keep(
    State(app): State<App>,
    Path(wanted): Path<String>,
    By(caller): By,
    Body(given): Body<DraftBody>,
) -> Result<Json<DirectiveBody>, Problem> {
    let typed = Typed {
        title: given.title,
        text: given.text,
        community: given.community,
        grids: given.grids,
        from_ms: given.from_ms,
        until_ms: given.until_ms,
    };
    let draft = directives::keep(&app, &caller, id(&wanted)?, typed).await?;
    body(&app, draft.id).await
}

/// Throws a draft away.
#[utoipa::path(delete, path = "/v1/directives/{id}", operation_id = "discard_directive", params(("id" = String, Path)), responses((status = 200, body = DirectiveBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn discard(
    State(app): State<App>,
    Path(wanted): Path<String>,
) -> Result<Json<DirectiveBody>, Problem> {
    let wanted = id(&wanted)?;
    let draft = directives::draft(&app, wanted).await?;
    app.accounts.drop_draft(wanted).await?;
    Ok(Json(of_draft(draft, &Known::read(&app).await?)))
}

/// Issues a draft: every phone of the community gets it.
#[utoipa::path(post, path = "/v1/directives/{id}/issue", operation_id = "issue_directive", params(("id" = String, Path)), responses((status = 200, body = DirectiveBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn issue(
    State(app): State<App>,
    Path(wanted): Path<String>,
    By(caller): By,
) -> Result<Json<DirectiveBody>, Problem> {
    let wanted = id(&wanted)?;
    directives::issue(&app, &caller, wanted).await?;
    body(&app, wanted).await
}

/// Why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Withdrawal {
    /// Up to 100 characters; every worker reads it.
    reason: String,
}

/// Takes a directive back.
#[utoipa::path(post, path = "/v1/directives/{id}/withdraw", operation_id = "withdraw_directive", params(("id" = String, Path)), request_body = Withdrawal, responses((status = 200, body = DirectiveBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn withdraw(
    State(app): State<App>,
    Path(wanted): Path<String>,
    Body(why): Body<Withdrawal>,
) -> Result<Json<DirectiveBody>, Problem> {
    let wanted = id(&wanted)?;
    directives::withdraw(&app, wanted, &why.reason).await?;
    body(&app, wanted).await
}

/// Between which versions.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Between {
    /// Id of the older version; the one before unless given.
    since: Option<String>,
}

/// A piece of text that is in both versions or in one.
#[derive(Serialize, ToSchema)]
pub(crate) struct PieceBody {
    /// `same`, `added`, `removed`.
    fate: &'static str,
    text: String,
}

/// What changed between two versions.
#[derive(Serialize, ToSchema)]
pub(crate) struct VersionDifference {
    /// The older version; none before the first.
    before: Option<DirectiveBody>,
    after: DirectiveBody,
    title: Vec<PieceBody>,
    text: Vec<PieceBody>,
}

/// What changed since an older version.
#[utoipa::path(get, path = "/v1/directives/{id}/difference", operation_id = "directive_difference", params(("id" = String, Path), Between), responses((status = 200, body = VersionDifference), (status = 404, body = ProblemBody)))]
pub(crate) async fn compare(
    State(app): State<App>,
    Path(wanted): Path<String>,
    Params(between): Params<Between>,
) -> Result<Json<VersionDifference>, Problem> {
    let Json(after) = body(&app, id(&wanted)?).await?;
    let before = match between.since.as_ref().or(after.supersedes.as_ref()) {
        Some(since) => Some(body(&app, id(since)?).await?.0),
        None => None,
    };
    let (title, text) = before.as_ref().map(|before| (&*before.title, &*before.text)).unwrap_or_default();
    let (title, text) = (pieces(title, &after.title), pieces(text, &after.text));
    Ok(Json(VersionDifference { before, after, title, text }))
}

fn pieces(old: &str, new: &str) -> Vec<PieceBody> {
    let pieces = difference::difference(old, new).into_iter();
    let fate = |fate| match fate {
        Fate::Same => "same",
        Fate::Added => "added",
        Fate::Removed => "removed",
    };
    pieces.map(|piece| PieceBody { fate: fate(piece.fate), text: piece.text }).collect()
}
