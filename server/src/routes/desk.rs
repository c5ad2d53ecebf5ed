//! `/v1/desk`: how much there is to decide; and what the desk's lists have in common.

use crate::access::guard::By;
use crate::clock::now_ms;
use crate::events::News;
use crate::office::claims::claimed;
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use linli_core::time::rfc3339;
use linli_storage::office::claims::Claim;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A page of a list, unless asked otherwise.
const LIMIT_DEFAULT: i64 = 100;
/// The longest page: what a screen shows many times over, and answers within 50 ms.
const LIMIT_MAX: i64 = 500;

/// How many to read for a page: one more than asked for says whether there is a next page.
pub(crate) fn page_limit(asked: Option<i64>) -> i64 {
    asked.unwrap_or(LIMIT_DEFAULT).clamp(1, LIMIT_MAX)
}

/// Takes the one too many away; the last of the page, when there is a next one.
pub(crate) fn cut<T>(items: &mut Vec<T>, limit: i64) -> Option<&T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    items.last().filter(|_| more)
}

/// Splits a cursor into its parts.
pub(crate) fn cursor<const PARTS: usize>(text: &str) -> Result<[&str; PARTS], Problem> {
    text.split('.').collect::<Vec<_>>().try_into().map_err(|_| bad_cursor())
}

/// Where a page begins; an empty cursor is that of the first page.
pub(crate) fn after<T>(
    text: Option<&str>,
    read: impl Fn(&str) -> Result<T, Problem>,
) -> Result<Option<T>, Problem> {
    text.filter(|text| !text.is_empty()).map(read).transpose()
}

/// A cursor that no answer has given.
pub(crate) fn bad_cursor() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "list.bad_cursor",
        "翻页标记读不懂,请从第一页重新开始",
        "the cursor is not understood; begin with the first page again",
    )
}

/// Somebody is working on something.
#[derive(Serialize, ToSchema)]
pub(crate) struct ClaimBody {
    /// The account's id, or `token`.
    user: String,
    /// The account's name; absent for the token.
    name: Option<String>,
    /// Whether it is whoever asks.
    mine: bool,
    until: String,
}

impl ClaimBody {
    pub(crate) fn of(claim: &Claim, by: &By) -> ClaimBody {
        ClaimBody {
            user: claim.user.clone(),
            name: claim.name.clone(),
            mine: claim.user == by.0.user_id,
            until: rfc3339(claim.until_ms),
        }
    }
}

/// How to claim.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ClaimWish {
    /// Although somebody else is working on it.
    #[serde(default)]
    take_over: bool,
}

/// Claims something or renews the claim; refused while somebody else has it.
pub(crate) async fn claim(app: &App, subject: &str, by: &By, wish: &ClaimWish) -> Result<ClaimBody, Problem> {
    let claim = app.accounts.claim(subject, &by.0.user_id, wish.take_over, now_ms()).await?;
    let claim = claim.ok_or_else(|| Problem::not_found("占用", "claim", subject))?;
    if claim.user != by.0.user_id {
        return Err(claimed(&claim));
    }
    app.events.say(News::Claim { id: subject.to_owned() });
    Ok(ClaimBody::of(&claim, by))
}

/// Lets go of one's own claim.
pub(crate) async fn unclaim(app: &App, subject: String, by: &By) -> Result<Unclaimed, Problem> {
    app.accounts.unclaim(&subject, Some(&by.0.user_id)).await?;
    app.events.say(News::Claim { id: subject.clone() });
    Ok(Unclaimed { id: subject })
}

/// Letting go of a claim always succeeds.
#[derive(Serialize, ToSchema)]
pub(crate) struct Unclaimed {
    id: String,
}

/// How many conflicts there are of something.
#[derive(Serialize, ToSchema)]
pub(crate) struct CountBody {
    /// `open`, `settled`, `resolved`.
    status: String,
    /// `household`, `resident`, `visit` …
    kind: String,
    /// The field's key.
    field: String,
    label_zh: Option<String>,
    label_en: Option<String>,
    count: i64,
    /// Those that are trivial.
    trivial: i64,
}

/// How much there is to decide, and how much was.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeskCounts {
    /// Conflicts by status, kind and field, most first.
    conflicts: Vec<CountBody>,
    /// Pairs of households that may be one.
    duplicates: i64,
    /// Pairs found to be two.
    dismissed: i64,
    /// Merges that stand.
    merges: i64,
}

/// How much there is to decide.
#[utoipa::path(get, path = "/v1/desk", operation_id = "desk", responses((status = 200, body = DeskCounts), (status = 401, body = ProblemBody)))]
pub(crate) async fn counts(State(app): State<App>) -> Result<Json<DeskCounts>, Problem> {
    let label =
        |kind: &str, field: &str| linli_core::kinds::spec_named(kind).and_then(|kind| kind.field(field));
    let counts = app.model.conflict_counts().await?.into_iter().map(|row| {
        let field = label(&row.kind, &row.field);
        CountBody {
            label_zh: field.map(|field| field.zh.to_owned()),
            label_en: field.map(|field| field.en.to_owned()),
            status: row.status,
            kind: row.kind,
            field: row.field,
            count: row.count,
            trivial: row.trivial,
        }
    });
    let conflicts = counts.collect();
    let [duplicates, dismissed, merges] = app.model.pair_counts().await?;
    Ok(Json(DeskCounts { conflicts, duplicates, dismissed, merges }))
}
