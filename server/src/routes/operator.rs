//! `/v1/operator`: who runs this, under which filing numbers, where to complain, and its privacy notice.

use super::Body;
use crate::access::Principal;
use crate::access::guard::{By, Known, Trail};
use crate::clock::now_ms;
use crate::office::operator;
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use linli_core::kinds::PrivacyNotice;
use linli_storage::office::notices::Notice;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A name, a number, an address: each fits a line.
const LINE_CHARS_MAX: usize = 120;
/// The longest text that reaches phones.
const NOTICE_CHARS_MAX: usize = PrivacyNotice::CHARS_MAX;

/// What the operator says of itself; what is not known yet is empty.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Operator {
    /// Who runs this service.
    name: String,
    /// ICP filing of the site, 京ICP备12345678号.
    icp_filing: String,
    /// Filing with the public security organ.
    police_filing: String,
    /// Filing of the phone app.
    app_filing: String,
    /// Telephone or address for complaints.
    complaints: String,
}

/// A version of the privacy notice.
#[derive(Serialize, ToSchema)]
pub(crate) struct NoticeBody {
    version: i64,
    zh: String,
    en: String,
    from_ms: i64,
    /// How many accounts have said to have read it.
    read_by: i64,
}

/// What everybody may know.
#[derive(Serialize, ToSchema)]
pub(crate) struct OperatorBody {
    operator: Operator,
    /// The version in force.
    notice: Option<NoticeBody>,
    /// When whoever asks has read it.
    read_ms: Option<i64>,
}

/// Who runs this, and the privacy notice in force.
#[utoipa::path(get, path = "/v1/operator", operation_id = "operator", responses((status = 200, body = OperatorBody)))]
pub(crate) async fn read(
    State(app): State<App>,
    Known(principal): Known,
) -> Result<Json<OperatorBody>, Problem> {
    let notice = app.accounts.notice().await?;
    let session = principal.as_ref().and_then(Principal::session);
    let read_ms = match (&notice, session) {
        (Some(notice), Some(session)) => app.accounts.notice_read(notice.version, &session.user).await?,
        _ => None,
    };
    Ok(Json(OperatorBody { operator: stored(&app).await?, notice: notice.map(body), read_ms }))
}

async fn stored(app: &App) -> Result<Operator, Problem> {
    let text = app.accounts.setting(operator::SETTING).await?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

fn body(notice: Notice) -> NoticeBody {
    let Notice { version, zh, en, from_ms, read_by } = notice;
    NoticeBody { version, zh, en, from_ms, read_by }
}

/// Changes what the operator says of itself.
#[utoipa::path(put, path = "/v1/operator", operation_id = "change_operator", request_body = Operator, responses((status = 200, body = Operator), (status = 422, body = ProblemBody)))]
pub(crate) async fn change(
    State(app): State<App>,
    Body(wanted): Body<Operator>,
) -> Result<Json<Operator>, Problem> {
    let trimmed = |text: &str| text.trim().to_owned();
    let wanted = Operator {
        name: trimmed(&wanted.name),
        icp_filing: trimmed(&wanted.icp_filing),
        police_filing: trimmed(&wanted.police_filing),
        app_filing: trimmed(&wanted.app_filing),
        complaints: trimmed(&wanted.complaints),
    };
    let lines =
        [&wanted.name, &wanted.icp_filing, &wanted.police_filing, &wanted.app_filing, &wanted.complaints];
    if lines.iter().any(|line| line.chars().count() > LINE_CHARS_MAX || line.chars().any(char::is_control)) {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "operator.too_long",
            format!("每一项只能是一行,最多 {LINE_CHARS_MAX} 个字"),
            format!("each is one line of at most {LINE_CHARS_MAX} characters"),
        ));
    }
    let text = serde_json::to_string(&wanted).unwrap_or_default();
    app.accounts.set_setting(operator::SETTING, &text).await?;
    operator::tell_phones(&app).await?;
    Ok(Json(wanted))
}

/// A new version of the notice.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewNotice {
    zh: String,
    /// May be empty: then the Chinese text is shown.
    #[serde(default)]
    en: String,
}

/// Puts a new version of the privacy notice in force; everybody is asked to read it.
#[utoipa::path(post, path = "/v1/privacy-notices", operation_id = "publish_notice", request_body = NewNotice, responses((status = 200, body = [NoticeBody]), (status = 422, body = ProblemBody)))]
pub(crate) async fn publish(
    State(app): State<App>,
    By(caller): By,
    trail: Trail,
    Body(wanted): Body<NewNotice>,
) -> Result<Json<Vec<NoticeBody>>, Problem> {
    let (zh, en) = (wanted.zh.trim(), wanted.en.trim());
    if zh.is_empty() || [zh, en].iter().any(|text| text.chars().count() > NOTICE_CHARS_MAX) {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "notice.text",
            format!("请写隐私说明,每种语言最多 {NOTICE_CHARS_MAX} 个字"),
            format!("write the notice, at most {NOTICE_CHARS_MAX} characters in each language"),
        ));
    }
    let version = app.accounts.publish_notice((zh, en), &caller.user_id, now_ms()).await?;
    trail.subject(&format!("notice-{version}"));
    operator::tell_phones(&app).await?;
    notices(State(app)).await
}

/// Every version of the privacy notice, the newest first.
#[utoipa::path(get, path = "/v1/privacy-notices", operation_id = "notices", responses((status = 200, body = [NoticeBody])))]
pub(crate) async fn notices(State(app): State<App>) -> Result<Json<Vec<NoticeBody>>, Problem> {
    Ok(Json(app.accounts.notices().await?.into_iter().map(body).collect()))
}

/// That a version was read.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReadBody {
    version: i64,
    /// The first time.
    read_ms: i64,
}

/// Says that one has read a version of the notice.
#[utoipa::path(post, path = "/v1/privacy-notices/{version}/read", operation_id = "read_notice", params(("version" = String, Path)), responses((status = 200, body = ReadBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn acknowledge(
    State(app): State<App>,
    Path(version): Path<String>,
    By(caller): By,
) -> Result<Json<ReadBody>, Problem> {
    let number: Option<i64> = version.parse().ok();
    let read = match number {
        Some(number) => app.accounts.read_notice(number, &caller.user_id, now_ms()).await?.zip(Some(number)),
        None => None,
    };
    let (read_ms, version) =
        read.ok_or_else(|| Problem::not_found("隐私说明版本", "privacy notice", version))?;
    Ok(Json(ReadBody { version, read_ms }))
}
