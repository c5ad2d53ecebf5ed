//! `/v1/erasures`: what was destroyed at somebody's word, and destroying.

use super::{Body, id};
use crate::access::guard::{By, Trail};
use crate::office::forget::{self, Counts, Subject, Wish};
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use linli_core::ids::{ComplaintId, ErasureId, ResidentId};
use linli_core::kinds::DocKind;
use linli_core::record::Retention;
use linli_core::time::rfc3339;
use linli_storage::log::Erasure;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What kind of thing is destroyed.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum What {
    /// A household with its residents, visits, issues and photos.
    Household,
    /// One resident.
    Person,
    /// Everything that a closed campaign was answered.
    Campaign,
    /// What somebody told the operator, with the answer.
    Complaint,
    /// Everything that has been kept as long as it may be.
    Due,
}

/// What is to be destroyed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErasureWish {
    what: What,
    /// The household's, the resident's, the campaign's or the complaint's id; of what is due none.
    #[serde(default)]
    id: String,
    /// `request`, `moved`, `purpose`, `order` or `retention`.
    reason: String,
    /// With a resident: all notes of the household go, not only those that name the resident.
    #[serde(default)]
    notes: bool,
    /// Only counts what would go.
    #[serde(default)]
    dry_run: bool,
}

/// What goes, or would.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErasureDone {
    /// The erasure's id; absent when it was only counted.
    id: Option<String>,
    subject: String,
    /// Records destroyed, by kind.
    destroyed: BTreeMap<&'static str, usize>,
    /// Records that begin anew without the resident, by kind.
    rewritten: BTreeMap<&'static str, usize>,
    /// Fields that named the resident and went too.
    cleared: usize,
    /// Notes of the household that do not name the resident and stay.
    notes_left: usize,
    /// Phones that must let go of it.
    phones: usize,
    /// Whether nothing of it is left in the relay's files; when not, the relay goes on with it by itself.
    finished: bool,
}

/// Something that was destroyed.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErasureBody {
    id: String,
    kind: String,
    /// Ids.
    subject: String,
    reason: String,
    /// A user's id.
    by: String,
    at: String,
    /// When nothing of it was left in the relay's files.
    finished_at: Option<String>,
    /// Phones that are not known to have let go.
    phones_outstanding: usize,
}

/// It with its receipt.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErasureDetail {
    #[serde(flatten)]
    erasure: ErasureBody,
    /// JSON as text, exactly as signed: ids and counts.
    receipt: String,
    /// Ed25519 over the receipt, hexadecimal.
    signature: String,
    /// The office's public key, hexadecimal.
    key: String,
}

/// Destroys records for good, on the relay and on every phone at its next contact.
#[utoipa::path(post, path = "/v1/erasures", operation_id = "erase", request_body = ErasureWish, responses((status = 200, body = ErasureDone), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn erase(
    State(app): State<App>,
    By(by): By,
    trail: Trail,
    Body(wanted): Body<ErasureWish>,
) -> Result<Json<ErasureDone>, Problem> {
    let reason = forget::reason_of(&wanted.reason)?;
    let subject = match wanted.what {
        What::Household => Subject::Household(id(&wanted.id)?),
        What::Campaign => Subject::Campaign(id(&wanted.id)?),
        What::Complaint => Subject::Complaint(complaint(&wanted.id)?),
        What::Due => Subject::Due,
        What::Person => {
            let resident: ResidentId = id(&wanted.id)?;
            let home = app.model.home_of(resident).await?;
            Subject::Person(home.ok_or_else(|| Problem::not_found("居民", "resident", resident))?, resident)
        }
    };
    let wish = Wish { subject, notes: wanted.notes, reason, actor: by.user_id };
    trail.subject(&subject.ids());
    trail.detail(
        serde_json::json!({"what": subject.kind(), "reason": wish.reason, "dry_run": wanted.dry_run}),
    );
    if wanted.dry_run {
        return Ok(Json(done(None, subject, forget::foresee(&app, &wish).await?, false)));
    }
    let (id, counts) = forget::erase(&app, &wish).await?;
    let finished = app.log.erasure(id).await?.is_some_and(|erasure| erasure.done_ms.is_some());
    Ok(Json(done(Some(id), subject, counts, finished)))
}

/// Those from phones are called like other records; those typed in the console by 32 hexadecimal digits.
fn complaint(text: &str) -> Result<ComplaintId, Problem> {
    let digits = (text.len() == 32).then(|| u128::from_str_radix(text, 16).ok()).flatten();
    digits.map_or_else(|| id(text), |bits| Ok(ComplaintId(bits.to_be_bytes())))
}

pub(super) fn done(id: Option<ErasureId>, subject: Subject, counts: Counts, finished: bool) -> ErasureDone {
    ErasureDone {
        id: id.map(|id| id.to_string()),
        subject: subject.ids(),
        destroyed: counts.destroyed,
        rewritten: counts.rewritten,
        cleared: counts.cleared,
        notes_left: counts.notes_left,
        phones: counts.phones,
        finished,
    }
}

/// How long records of a class are kept.
#[derive(Serialize, ToSchema)]
pub(crate) struct RetentionBody {
    /// In Chinese.
    zh: &'static str,
    /// In English.
    en: &'static str,
    /// The kinds of record.
    kinds: Vec<&'static str>,
    /// Milliseconds after anything of a record was last received; absent where a person says when it ends.
    kept_ms: Option<i64>,
}

/// The classes of records by how long they are kept.
#[utoipa::path(get, path = "/v1/retention", operation_id = "retention", responses((status = 200, body = [RetentionBody])))]
pub(crate) async fn retention() -> Json<Vec<RetentionBody>> {
    let class = |class: Retention| {
        let [zh, en] = class.words();
        let kinds = DocKind::ALL.into_iter().map(DocKind::spec).filter(|spec| spec.retention == class);
        RetentionBody { zh, en, kinds: kinds.map(|spec| spec.name).collect(), kept_ms: class.kept_ms() }
    };
    Json(Retention::ALL.into_iter().map(class).collect())
}

/// What was destroyed, newest first, 500 at most.
#[utoipa::path(get, path = "/v1/erasures", operation_id = "erasures", responses((status = 200, body = [ErasureBody])))]
pub(crate) async fn list(State(app): State<App>) -> Result<Json<Vec<ErasureBody>>, Problem> {
    let mut bodies = Vec::new();
    for erasure in app.log.erasures().await? {
        bodies.push(body(&app, erasure).await?);
    }
    Ok(Json(bodies))
}

/// One of them, with a receipt signed now.
#[utoipa::path(get, path = "/v1/erasures/{id}", operation_id = "erasure", params(("id" = String, Path)), responses((status = 200, body = ErasureDetail), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn one(
    State(app): State<App>,
    Path(text): Path<String>,
) -> Result<Json<ErasureDetail>, Problem> {
    let id: ErasureId = id(&text)?;
    let found = app.log.erasure(id).await?;
    let erasure = found.ok_or_else(|| Problem::not_found("销毁记录", "erasure", &text))?;
    let forget::Receipt { text: receipt, signature, key } = forget::receipt(&app, id).await?;
    Ok(Json(ErasureDetail { erasure: body(&app, erasure).await?, receipt, signature, key }))
}

async fn body(app: &App, erasure: Erasure) -> Result<ErasureBody, Problem> {
    let phones = app.log.erasure_phones(erasure.id).await?;
    let waiting = phones.iter().filter(|phone| phone.passed_ms.is_none()).map(|phone| phone.device);
    let phones_outstanding = waiting.collect::<std::collections::BTreeSet<_>>().len();
    Ok(ErasureBody {
        id: erasure.id.to_string(),
        kind: erasure.kind,
        subject: erasure.subject,
        reason: erasure.reason,
        by: erasure.actor,
        at: rfc3339(erasure.at_ms),
        finished_at: erasure.done_ms.map(rfc3339),
        phones_outstanding,
    })
}
