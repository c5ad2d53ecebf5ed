//! `/v1/duplicates`: households that may be one. Making them one is in `super::merges`.

use super::desk::{self, ClaimBody, ClaimWish, Unclaimed, after, bad_cursor, cursor, cut, page_limit};
use super::households::HouseholdBody;
use super::{Body, Params, id};
use crate::access::guard::{By, Trail};
use crate::clock::now_ms;
use crate::office::claims::{Accounts, pair_subject};
use crate::office::merge as office;
use crate::problem::{Problem, ProblemBody};
use crate::routes::decisions::Undo;
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use linli_core::duplicates::{Side, differences, twins};
use linli_core::ids::{DecisionId, HouseholdId};
use linli_core::kinds::{DocKind, Household, Resident, residents};
use linli_core::record::{FieldType, Fields, Value};
use linli_core::time::rfc3339;
use linli_storage::model::{AfterPair, DuplicateRecord};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which page.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageParams {
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
    /// How many at most: 100 unless given, 500 at most.
    pub(crate) limit: Option<i64>,
}

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
    claim: Option<ClaimBody>,
}

/// A page of pairs.
#[derive(Serialize, ToSchema)]
pub(crate) struct DuplicatePage {
    items: Vec<DuplicateBody>,
    /// Asks for the next page; absent at the end.
    next: Option<String>,
}

/// Pairs to look at, most alike first; without those that a person found to be two.
#[utoipa::path(get, path = "/v1/duplicates", operation_id = "list_duplicates", params(PageParams), responses((status = 200, body = DuplicatePage), (status = 422, body = ProblemBody)))]
pub(crate) async fn list(
    State(app): State<App>,
    by: By,
    Params(params): Params<PageParams>,
) -> Result<Json<DuplicatePage>, Problem> {
    let after = after(params.cursor.as_deref(), read_cursor)?;
    let limit = page_limit(params.limit);
    let mut pairs = app.model.duplicates(after, limit + 1).await?;
    let next = cut(&mut pairs, limit).map(|last| {
        let [a, b] = last.households;
        format!("{}.{a}.{b}", last.score)
    });
    let mut items = Vec::new();
    for body in bodies(&app, &by, &pairs).await? {
        items.push(body);
    }
    Ok(Json(DuplicatePage { items, next }))
}

fn read_cursor(text: &str) -> Result<AfterPair, Problem> {
    let [score, a, b] = cursor(text)?;
    let id = |text: &str| text.parse::<HouseholdId>().map_err(|_| bad_cursor());
    Ok((score.parse().map_err(|_| bad_cursor())?, id(a)?, id(b)?))
}

async fn bodies(app: &App, by: &By, pairs: &[DuplicateRecord]) -> Result<Vec<DuplicateBody>, Problem> {
    let subject = |pair: &DuplicateRecord| pair_subject(pair.households[0], pair.households[1]);
    let subjects: Vec<String> = pairs.iter().map(subject).collect();
    let claims = app.accounts.claims(&subjects, now_ms()).await?;
    let ids: Vec<HouseholdId> = pairs.iter().flat_map(|pair| pair.households).collect();
    let homes = app.model.households_of(&ids).await?;
    let body = |(pair, id): (&DuplicateRecord, String)| DuplicateBody {
        claim: claims.get(&id).map(|claim| ClaimBody::of(claim, by)),
        id,
        score: pair.score,
        reasons: pair.reasons.clone(),
        households: pair.households.iter().filter_map(|id| homes.get(id)).map(HouseholdBody::from).collect(),
    };
    Ok(pairs.iter().zip(subjects).map(body).collect())
}

/// A field of two households, side by side.
#[derive(Serialize, ToSchema)]
pub(crate) struct SideBody {
    /// The key to choose it by: `contact_phone`, `r/<resident of a>/phone`.
    key: String,
    label_zh: String,
    label_en: String,
    /// Name of the resident, when it is about one.
    resident: Option<String>,
    a: Option<String>,
    b: Option<String>,
    /// A person may choose: the two differ.
    choose: bool,
    /// What the merged household has unless somebody chooses: `a`, `b`, or `both` for tags.
    kept: &'static str,
}

/// A pair with everything that is needed to decide it.
#[derive(Serialize, ToSchema)]
pub(crate) struct PairBody {
    /// Both ids, joined.
    id: String,
    /// 0 to 100; 0 when the two are not listed.
    score: i64,
    reasons: Vec<String>,
    a: HouseholdBody,
    b: HouseholdBody,
    /// The household's fields, then those of residents whom both have. `a` is the one that would stay.
    fields: Vec<SideBody>,
    /// Names of residents only the first has.
    only_a: Vec<String>,
    /// Names of residents only the second has; the merged household takes them over.
    only_b: Vec<String>,
    /// The note by which a person found them to be two.
    dismissed: Option<String>,
    claim: Option<ClaimBody>,
}

/// Two households side by side, as they would merge if the first stays.
#[utoipa::path(get, path = "/v1/duplicates/{a}/{b}", operation_id = "one_duplicate", params(("a" = String, Path), ("b" = String, Path)), responses((status = 200, body = PairBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn one(
    State(app): State<App>,
    by: By,
    Path((a, b)): Path<(String, String)>,
) -> Result<Json<PairBody>, Problem> {
    let ids: [HouseholdId; 2] = [id(&a)?, id(&b)?];
    let mut homes = Vec::new();
    let mut fields = Vec::new();
    for id in ids {
        let found =
            app.model.household(id).await?.ok_or_else(|| Problem::not_found("户", "household", id))?;
        homes.push(HouseholdBody::from(&found));
        fields.push(office::household(&app, id).await?.document.fields());
    }
    let ([a, b], [of_a, of_b]) = (take_two(homes)?, take_two(fields)?);
    let pair = app.model.duplicate(ids[0], ids[1]).await?;
    let subject = pair_subject(ids[0], ids[1]);
    let claim = app.accounts.claims(std::slice::from_ref(&subject), now_ms()).await?.remove(&subject);
    let (score, reasons) = pair.map(|pair| (pair.score, pair.reasons)).unwrap_or_default();
    let shared = twins(&of_a, &of_b);
    Ok(Json(PairBody {
        id: subject,
        score,
        reasons,
        a,
        b,
        fields: side_by_side(&of_a, &of_b),
        only_a: names_but(&of_a, shared.iter().map(|(own, _)| own.as_str()).collect()),
        only_b: names_but(&of_b, shared.iter().map(|(_, other)| other.as_str()).collect()),
        dismissed: app.model.apart_pair(ids[0], ids[1]).await?.map(|note| note.id.to_string()),
        claim: claim.map(|claim| ClaimBody::of(&claim, &by)),
    }))
}

fn take_two<T>(items: Vec<T>) -> Result<[T; 2], Problem> {
    items.try_into().map_err(|_| Problem::not_found("户", "household", ""))
}

fn names_but(fields: &Fields, without: Vec<&str>) -> Vec<String> {
    let all = residents(fields).into_iter();
    let left = all.filter(|(id, _)| !without.contains(&linli_core::kinds::resident_key(*id).as_str()));
    left.map(|(_, resident)| resident.name.unwrap_or_default()).collect()
}

fn side_by_side(of_a: &Fields, of_b: &Fields) -> Vec<SideBody> {
    let differences = differences(of_a, of_b);
    let mut rows: Vec<(String, String, Option<String>)> = Vec::new();
    rows.extend(Household::SPEC.fields.iter().map(|spec| (spec.key.to_owned(), spec.key.to_owned(), None)));
    for (own, other) in twins(of_a, of_b) {
        let name = of_a.get(&format!("{own}name")).map(Value::show);
        rows.extend(
            Resident::SPEC
                .fields
                .iter()
                .map(|spec| (format!("{own}{}", spec.key), format!("{other}{}", spec.key), name.clone())),
        );
    }
    let body = |(key, other, resident): (String, String, Option<String>)| {
        let spec = DocKind::Household.field(&key)?;
        if ["presence", "national_id_hash", "merged_into", "withdrawn"].contains(&spec.key) {
            return None;
        }
        let (a, b) = (shown(of_a, &key, spec.ty), shown(of_b, &other, spec.ty));
        let difference = differences.iter().find(|difference| difference.key == key);
        let kept = match difference.map(|difference| difference.kept) {
            _ if spec.ty == FieldType::Set => "both",
            Some(Side::B) => "b",
            Some(Side::A) | None => "a",
        };
        (a.is_some() || b.is_some()).then(|| SideBody {
            key,
            label_zh: spec.zh.to_owned(),
            label_en: spec.en.to_owned(),
            resident,
            a,
            b,
            choose: difference.is_some(),
            kept,
        })
    };
    rows.into_iter().filter_map(body).collect()
}

fn shown(fields: &Fields, key: &str, ty: FieldType) -> Option<String> {
    let text = match ty {
        FieldType::Set => {
            let prefix = format!("{key}/");
            let items = fields.range(prefix.clone()..).take_while(|(key, _)| key.starts_with(&prefix));
            items.filter_map(|(key, _)| key.rsplit('/').next()).collect::<Vec<_>>().join("、")
        }
        _ => fields.get(key).map(Value::show).unwrap_or_default(),
    };
    Some(text).filter(|text| !text.is_empty())
}

/// Claims a pair for ten minutes, or renews the claim.
#[utoipa::path(post, path = "/v1/duplicates/{a}/{b}/claim", operation_id = "claim_duplicate", params(("a" = String, Path), ("b" = String, Path)), request_body = ClaimWish, responses((status = 200, body = ClaimBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn claim(
    State(app): State<App>,
    by: By,
    Path((a, b)): Path<(String, String)>,
    Body(wish): Body<ClaimWish>,
) -> Result<Json<ClaimBody>, Problem> {
    let subject = pair_subject(known(&app, &a).await?, known(&app, &b).await?);
    Ok(Json(desk::claim(&app, &subject, &by, &wish).await?))
}

/// The id of a household that exists.
async fn known(app: &App, text: &str) -> Result<HouseholdId, Problem> {
    let id: HouseholdId = id(text)?;
    office::household(app, id).await.map(|_| id)
}

/// Lets go of one's own claim.
#[utoipa::path(delete, path = "/v1/duplicates/{a}/{b}/claim", operation_id = "unclaim_duplicate", params(("a" = String, Path), ("b" = String, Path)), responses((status = 200, body = Unclaimed), (status = 404, body = ProblemBody)))]
pub(crate) async fn unclaim(
    State(app): State<App>,
    by: By,
    Path((a, b)): Path<(String, String)>,
) -> Result<Json<Unclaimed>, Problem> {
    let subject = pair_subject(known(&app, &a).await?, known(&app, &b).await?);
    Ok(Json(desk::unclaim(&app, subject, &by).await?))
}

/// Two households that are two.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Dismiss {
    a: String,
    b: String,
    reason: String,
    /// Although somebody else is working on it.
    #[serde(default)]
    take_over: bool,
}

/// A pair that a person found to be two.
#[derive(Serialize, ToSchema)]
pub(crate) struct Dismissed {
    id: String,
}

/// Remembers that two households are not one; they are not listed again until it is taken back.
#[utoipa::path(post, path = "/v1/duplicates/dismiss", operation_id = "dismiss_duplicate", request_body = Dismiss, responses((status = 200, body = Dismissed), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn dismiss(
    State(app): State<App>,
    By(by): By,
    trail: Trail,
    Body(wanted): Body<Dismiss>,
) -> Result<Json<Dismissed>, Problem> {
    let (a, b) = (id(&wanted.a)?, id(&wanted.b)?);
    trail.subject(&pair_subject(a, b));
    let word = office::Word { reason: &wanted.reason, by: &by, take_over: wanted.take_over };
    let note = office::dismiss(&app, a, b, &word).await?;
    Ok(Json(Dismissed { id: note.to_string() }))
}

/// Takes it back: the two are compared and listed again.
#[utoipa::path(post, path = "/v1/duplicates/dismissals/{id}/undo", operation_id = "undo_dismissal", params(("id" = String, Path)), request_body = Undo, responses((status = 200, body = Dismissed), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn undismiss(
    State(app): State<App>,
    Path(text): Path<String>,
    Body(wanted): Body<Undo>,
) -> Result<Json<Dismissed>, Problem> {
    let note: DecisionId = id(&text)?;
    office::undismiss(&app, note, &wanted.reason).await?;
    Ok(Json(Dismissed { id: note.to_string() }))
}

/// A pair that a person found to be two.
#[derive(Serialize, ToSchema)]
pub(crate) struct DismissalBody {
    id: String,
    households: Vec<HouseholdBody>,
    reason: String,
    by: Option<String>,
    at: String,
    undone: bool,
}

/// A page of such pairs.
#[derive(Serialize, ToSchema)]
pub(crate) struct DismissalPage {
    items: Vec<DismissalBody>,
    /// Asks for the next page; absent at the end.
    next: Option<String>,
}

/// Pairs found to be two, newest first; also those taken back.
#[utoipa::path(get, path = "/v1/duplicates/dismissals", operation_id = "list_dismissals", params(PageParams), responses((status = 200, body = DismissalPage), (status = 422, body = ProblemBody)))]
pub(crate) async fn dismissals(
    State(app): State<App>,
    Params(params): Params<PageParams>,
) -> Result<Json<DismissalPage>, Problem> {
    let after = after(params.cursor.as_deref(), dated_cursor)?;
    let limit = page_limit(params.limit);
    let mut found = app.model.apart(after, limit + 1).await?;
    let next = cut(&mut found, limit).map(|last| format!("{}.{}", last.at_ms, last.id));
    let ids: Vec<HouseholdId> = found.iter().flat_map(|note| note.households).collect();
    let (homes, accounts) = (app.model.households_of(&ids).await?, Accounts::load(&app).await?);
    let items = found.iter().map(|note| DismissalBody {
        id: note.id.to_string(),
        households: note.households.iter().filter_map(|id| homes.get(id)).map(HouseholdBody::from).collect(),
        reason: note.reason.clone(),
        by: accounts.name(note.by.as_deref()),
        at: rfc3339(note.at_ms),
        undone: note.undone,
    });
    Ok(Json(DismissalPage { items: items.collect(), next }))
}

/// A cursor of time and id.
pub(crate) fn dated_cursor(text: &str) -> Result<(i64, DecisionId), Problem> {
    let [at_ms, id] = cursor(text)?;
    Ok((at_ms.parse().map_err(|_| bad_cursor())?, id.parse().map_err(|_| bad_cursor())?))
}
