//! `/v1/conflicts`: what phones disagree on. Deciding is in `super::decisions`.

use super::desk::{self, ClaimBody, ClaimWish, Unclaimed, after, bad_cursor, cursor, cut, page_limit};
use super::devices::SKEW_MS_MAX;
use super::households::Names;
use super::{Body, Params, id};
use crate::access::guard::By;
use crate::clock::now_ms;
use crate::office::claims::Accounts;
use crate::office::proposals::{field_of, proposal_of};
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use linli_core::ids::{Actor, ConflictId, DeviceId, DocId, HouseholdId};
use linli_core::kinds::{DocKind, Household, Resident, residents};
use linli_core::record::{FieldSpec, FieldType, Fields, Merge, Value};
use linli_core::time::rfc3339;
use linli_storage::model::{Cause, ConflictFilter, ConflictRecord, PlacedConflict};
use linli_storage::office::claims::Claim;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// Which conflicts.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParams {
    /// `open`, `settled` (by policy or by a later write) or `resolved` (by a person); all unless given.
    status: Option<String>,
    /// Grid code.
    grid: Option<String>,
    /// Key of the field: `contact_phone`.
    field: Option<String>,
    /// `household`, `resident`, `visit`.
    kind: Option<String>,
    /// `true`: only those whose values differ in form, or of which one contains the others.
    trivial: Option<bool>,
    /// Only of this household.
    household: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many at most: 100 unless given, 500 at most.
    limit: Option<i64>,
}

/// One value of a field.
#[derive(Serialize, ToSchema)]
pub(crate) struct VersionBody {
    /// Number to choose it by, from 1.
    choice: usize,
    #[schema(value_type = Object)]
    value: serde_json::Value,
    author: String,
    /// `phone`, `roster` (an imported spreadsheet) or `office`.
    source: &'static str,
    /// By the author's clock.
    at: String,
    /// By the relay's clock, when known.
    received_at: Option<String>,
    /// The author's clock is off by more than five minutes.
    clock_wrong: bool,
}

/// The value that most people would choose. Nothing is decided by it.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProposalBody {
    /// Number of the value.
    choice: usize,
    /// `only_format_differs`, `two_agree`, `more_complete`, `roster_vs_person`, `newest`.
    reason: &'static str,
}

/// What ended a conflict.
#[derive(Serialize, ToSchema)]
pub(crate) struct EndBody {
    /// `decision`, `write` (a later edit of the field), `policy` (the field's merge policy).
    cause: &'static str,
    /// Who: the account for a decision, the author for a write.
    by: Option<String>,
}

/// A decision that was taken back.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReopenedBody {
    at: String,
    reason: String,
    by: Option<String>,
}

/// What a value may be, for typing another one.
#[derive(Serialize, ToSchema)]
pub(crate) struct InputBody {
    /// `line`, `note`, `phone`, `birth`, `date`, `choice`, `int`, `set`.
    kind: &'static str,
    /// The words of a choice.
    words: Vec<&'static str>,
}

/// A conflict, with everything that is needed to decide it.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConflictBody {
    id: String,
    /// The household; the document when it is about none.
    household: String,
    address: Option<String>,
    grid: Option<String>,
    /// Name of the resident, when it is about one.
    resident: Option<String>,
    /// `household`, `resident`, `visit` …
    kind: String,
    /// The field's key: `contact_phone`.
    field: String,
    /// Document key, for example `contact_phone` or `r/<resident>/phone`.
    key: String,
    label_zh: Option<String>,
    label_en: Option<String>,
    /// `ask`, `auto`, `union`, `furthest`, `edit_wins`; absent for a field of a newer version.
    merge: Option<&'static str>,
    input: Option<InputBody>,
    status: String,
    values: Vec<VersionBody>,
    proposal: Option<ProposalBody>,
    trivial: bool,
    claim: Option<ClaimBody>,
    chosen: Option<String>,
    reason: Option<String>,
    ended_by: Option<EndBody>,
    closed_at: Option<String>,
    reopened: Option<ReopenedBody>,
}

/// A page of conflicts.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConflictPage {
    items: Vec<ConflictBody>,
    /// Asks for the next page; absent at the end.
    next: Option<String>,
}

/// Conflicts, newest first: open ones by when they came up, others by when they ended.
#[utoipa::path(get, path = "/v1/conflicts", operation_id = "list_conflicts", params(ListParams), responses((status = 200, body = ConflictPage), (status = 422, body = ProblemBody)))]
pub(crate) async fn list(
    State(app): State<App>,
    by: By,
    Params(params): Params<ListParams>,
) -> Result<Json<ConflictPage>, Problem> {
    let status = params.status.as_deref();
    if status.is_some_and(|status| !["open", "settled", "resolved"].contains(&status)) {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "conflict.bad_status",
            "状态只能是 open(待处理)、settled(已自动了结)或 resolved(已裁定)",
            "status is one of open, settled, resolved",
        ));
    }
    let after = after(params.cursor.as_deref(), read_cursor)?;
    let limit = page_limit(params.limit);
    let household = params.household.as_deref().map(id).transpose()?;
    let ListParams { status, grid, field, kind, trivial, .. } = params;
    let filter = ConflictFilter { status, grid, field, kind, trivial, household, after, limit: limit + 1 };
    let mut found = app.model.conflicts(&filter).await?;
    let next = cut(&mut found, limit).map(|last| format!("{}.{}", last.record.at_ms, last.record.id));
    Ok(Json(ConflictPage { items: bodies(&app, &by, &found).await?, next }))
}

fn read_cursor(text: &str) -> Result<(i64, ConflictId), Problem> {
    let [at_ms, id] = cursor(text)?;
    Ok((at_ms.parse().map_err(|_| bad_cursor())?, id.parse().map_err(|_| bad_cursor())?))
}

/// What bodies need beside the records; read once for a page.
struct Lookup<'a> {
    names: Names,
    accounts: Accounts,
    authors: BTreeMap<Actor, (DeviceId, i64)>,
    claims: BTreeMap<String, Claim>,
    office: DeviceId,
    by: &'a By,
}

pub(crate) async fn bodies(
    app: &App,
    by: &By,
    found: &[PlacedConflict],
) -> Result<Vec<ConflictBody>, Problem> {
    let records = || found.iter().map(|placed| &placed.record);
    let writers = records().filter_map(|record| match record.cause {
        Some(Cause::Write(writer)) => writer,
        _ => None,
    });
    let mut actors: Vec<Actor> =
        records().flat_map(|record| record.versions.iter().map(|v| v.actor)).collect();
    actors.extend(writers);
    let subjects: Vec<String> = records().map(|record| record.id.to_string()).collect();
    let lookup = Lookup {
        names: Names::load(app).await?,
        accounts: Accounts::load(app).await?,
        authors: app.model.authors_of(&actors).await?,
        claims: app.accounts.claims(&subjects, now_ms()).await?,
        office: app.log.office().device(),
        by,
    };
    Ok(found.iter().map(|placed| body(&lookup, placed)).collect())
}

fn body(lookup: &Lookup<'_>, placed: &PlacedConflict) -> ConflictBody {
    let (record, home) = (&placed.record, placed.home.as_ref());
    let field = field_of(record);
    let proposal = proposal_of(record, &lookup.authors);
    let claim = lookup.claims.get(&record.id.to_string());
    let text = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    ConflictBody {
        id: record.id.to_string(),
        household: record.household.map_or(record.doc.to_string(), |id| id.to_string()),
        address: home.map(|home| home.address().to_string()),
        grid: home.and_then(|home| text(&home.grid)),
        resident: home.and_then(|home| {
            let of_key = record.key.strip_prefix("r/")?.split('/').next()?.parse().ok()?;
            home.people.iter().find(|person| person.id == Some(of_key)).map(|person| person.name.clone())
        }),
        kind: record.kind.clone(),
        field: record.field.clone(),
        key: record.key.clone(),
        label_zh: field.map(|field| field.zh.to_owned()),
        label_en: field.map(|field| field.en.to_owned()),
        merge: field.map(|field| merge_word(field.merge)),
        input: field.map(input),
        status: record.status.clone(),
        values: versions(lookup, record),
        proposal: proposal
            .map(|proposal| ProposalBody { choice: proposal.index + 1, reason: proposal.reason.word() }),
        trivial: record.trivial,
        claim: claim.map(|claim| ClaimBody::of(claim, lookup.by)),
        chosen: record.chosen.clone(),
        reason: record.reason.clone(),
        ended_by: record.cause.as_ref().map(|cause| end(lookup, cause)),
        closed_at: record.closed_ms.map(rfc3339),
        reopened: record.reopened.as_ref().map(|again| ReopenedBody {
            at: rfc3339(again.at_ms),
            reason: again.reason.clone(),
            by: lookup.accounts.name(again.by.as_deref()),
        }),
    }
}

fn versions(lookup: &Lookup<'_>, record: &ConflictRecord) -> Vec<VersionBody> {
    let body = |(index, version): (usize, &linli_storage::model::ConflictVersion)| {
        let known = lookup.authors.get(&version.actor);
        let by_office = known.is_some_and(|(device, _)| *device == lookup.office);
        VersionBody {
            choice: index + 1,
            value: serde_json::to_value(&version.value).unwrap_or_default(),
            author: lookup.author(version.actor),
            source: match (version.imported, by_office) {
                (true, _) => "roster",
                (false, true) => "office",
                (false, false) => "phone",
            },
            at: rfc3339(version.at_ms),
            received_at: version.received_ms.map(rfc3339),
            clock_wrong: known.is_some_and(|(_, skew_ms)| skew_ms.abs() > SKEW_MS_MAX),
        }
    };
    record.versions.iter().enumerate().map(body).collect()
}

impl Lookup<'_> {
    fn author(&self, actor: Actor) -> String {
        self.authors
            .get(&actor)
            .map_or_else(|| actor.to_string(), |(device, _)| self.names.of_device(*device))
    }
}

fn end(lookup: &Lookup<'_>, cause: &Cause) -> EndBody {
    match cause {
        Cause::Decision { by, .. } => EndBody { cause: "decision", by: lookup.accounts.name(by.as_deref()) },
        Cause::Write(writer) => EndBody { cause: "write", by: writer.map(|actor| lookup.author(actor)) },
        Cause::Policy => EndBody { cause: "policy", by: None },
    }
}

fn merge_word(merge: Merge) -> &'static str {
    match merge {
        Merge::Auto => "auto",
        Merge::Ask => "ask",
        Merge::Union => "union",
        Merge::Furthest(_) => "furthest",
        Merge::EditWins => "edit_wins",
    }
}

fn input(field: &FieldSpec) -> InputBody {
    let (kind, words): (_, &[&'static str]) = match field.ty {
        FieldType::Line => ("line", &[]),
        FieldType::Note => ("note", &[]),
        FieldType::Phone => ("phone", &[]),
        FieldType::Birth => ("birth", &[]),
        FieldType::Date => ("date", &[]),
        FieldType::Choice(words) => ("choice", words),
        FieldType::Int => ("int", &[]),
        FieldType::Set => ("set", &[]),
    };
    InputBody { kind, words: words.to_vec() }
}

/// A field of the household, to see a conflict in its place.
#[derive(Serialize, ToSchema)]
pub(crate) struct AroundBody {
    /// Document key; that of the conflict marks its place.
    key: String,
    label_zh: String,
    label_en: String,
    /// Name of the resident, when it is about one.
    resident: Option<String>,
    value: String,
}

/// A conflict in its place.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConflictDetail {
    conflict: ConflictBody,
    /// The household's fields that have a value, in the order of forms.
    around: Vec<AroundBody>,
}

/// One conflict, with the fields of its household.
#[utoipa::path(get, path = "/v1/conflicts/{id}", operation_id = "one_conflict", params(("id" = String, Path)), responses((status = 200, body = ConflictDetail), (status = 404, body = ProblemBody)))]
pub(crate) async fn one(
    State(app): State<App>,
    by: By,
    Path(text): Path<String>,
) -> Result<Json<ConflictDetail>, Problem> {
    let wanted: ConflictId = id(&text)?;
    let missing = || Problem::not_found("冲突", "conflict", wanted);
    let placed = app.model.conflict(wanted).await?.ok_or_else(missing)?;
    let home = placed.record.household.map(DocId::from).unwrap_or(placed.record.doc);
    let around = match app.model.document(home).await? {
        Some(open) if open.document.kind() == DocKind::Household => fields_of(&open.document.fields()),
        _ => Vec::new(),
    };
    let conflict = bodies(&app, &by, &[placed]).await?.pop().ok_or_else(missing)?;
    Ok(Json(ConflictDetail { conflict, around }))
}

/// Every field of a household and its residents that has a value.
pub(crate) fn fields_of(fields: &Fields) -> Vec<AroundBody> {
    let mut found = fields_under(fields, "", Household::SPEC.fields, None);
    for (resident, record) in residents(fields) {
        let prefix = linli_core::kinds::resident_key(resident);
        found.extend(fields_under(fields, &prefix, Resident::SPEC.fields, record.name.as_deref()));
    }
    found
}

/// Nobody decides by them, and hashes are for machines.
const NOT_SHOWN: [&str; 5] = ["presence", "national_id_hash", "merged_into", "withdrawn", "grid"];

fn fields_under(
    fields: &Fields,
    prefix: &str,
    specs: &'static [FieldSpec],
    resident: Option<&str>,
) -> Vec<AroundBody> {
    let shown = specs.iter().filter(|spec| !NOT_SHOWN.contains(&spec.key));
    let body = |spec: &'static FieldSpec| {
        let key = format!("{prefix}{}", spec.key);
        let value = match spec.ty {
            FieldType::Set => {
                let items = format!("{key}/");
                let items = fields.range(items.clone()..).take_while(|(key, _)| key.starts_with(&items));
                let words: Vec<&str> = items.filter_map(|(key, _)| key.rsplit('/').next()).collect();
                words.join("、")
            }
            _ => fields.get(&key).map(Value::show).unwrap_or_default(),
        };
        (!value.is_empty()).then(|| AroundBody {
            key,
            label_zh: spec.zh.to_owned(),
            label_en: spec.en.to_owned(),
            resident: resident.map(str::to_owned),
            value,
        })
    };
    shown.filter_map(body).collect()
}

/// Claims a conflict for ten minutes, or renews the claim.
#[utoipa::path(post, path = "/v1/conflicts/{id}/claim", operation_id = "claim_conflict", params(("id" = String, Path)), request_body = ClaimWish, responses((status = 200, body = ClaimBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn claim(
    State(app): State<App>,
    by: By,
    Path(text): Path<String>,
    Body(wish): Body<ClaimWish>,
) -> Result<Json<ClaimBody>, Problem> {
    let wanted: ConflictId = id(&text)?;
    if app.model.conflict(wanted).await?.is_none() {
        return Err(Problem::not_found("冲突", "conflict", wanted));
    }
    Ok(Json(desk::claim(&app, &wanted.to_string(), &by, &wish).await?))
}

/// Lets go of one's own claim.
#[utoipa::path(delete, path = "/v1/conflicts/{id}/claim", operation_id = "unclaim_conflict", params(("id" = String, Path)), responses((status = 200, body = Unclaimed)))]
pub(crate) async fn unclaim(
    State(app): State<App>,
    by: By,
    Path(text): Path<String>,
) -> Result<Json<Unclaimed>, Problem> {
    let wanted: ConflictId = id(&text)?;
    Ok(Json(desk::unclaim(&app, wanted.to_string(), &by).await?))
}

/// The conflicts of one household, for its page.
pub(crate) async fn of_household(
    app: &App,
    by: &By,
    household: HouseholdId,
) -> Result<Vec<ConflictBody>, Problem> {
    /// More conflicts than one household ever has.
    const OF_HOUSEHOLD_MAX: i64 = 1_000;
    let filter = ConflictFilter { household: Some(household), limit: OF_HOUSEHOLD_MAX, ..Default::default() };
    bodies(app, by, &app.model.conflicts(&filter).await?).await
}
