//! `/v1/households/{id}`: everything known of one household, its visits page by page, and the whole history of
//! a field.

use super::campaigns::Asked;
use super::conflicts::ConflictBody;
use super::consents::{self, ConsentPurposeBody};
use super::households::{Names, visit_body};
use super::{Params, id};
use crate::access::guard::By;
use crate::office::provenance::{Provenance, State as Standing, Write};
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use linli_core::doc::{Document, FieldConflict};
use linli_core::ids::{DocId, HouseholdId, ResidentId};
use linli_core::kinds::{Household, Resident, resident_key, residents};
use linli_core::record::{FieldSpec, FieldType, Fields, KindSpec, Merge, Privacy, Value, read_set};
use linli_core::time::rfc3339;
use linli_storage::model::{HouseholdRecord, OpenDoc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Visits in one answer unless asked for otherwise: a year of fortnightly ones.
const VISITS_DEFAULT: i64 = 24;
/// The longest page of visits.
const VISITS_MAX: i64 = 20_000;
/// Visits with needs that are shown with the household.
const NEEDS_MAX: i64 = 20;

/// How much of one household.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OneParams {
    /// `true` adds every write ever made.
    history: Option<bool>,
    /// How many visits: all unless given.
    visits: Option<i64>,
}

/// One write of a field.
#[derive(Serialize, ToSchema)]
pub(crate) struct WriteBody {
    key: String,
    label_zh: Option<String>,
    label_en: Option<String>,
    /// Absent when the field was cleared or the word left its set.
    value: Option<String>,
    author: String,
    /// By the author's clock.
    at: String,
    /// By the relay's clock, when known.
    received_at: Option<String>,
    /// `current`; `conflict`: one of several that stand against each other; `replaced` by a later one that
    /// knew it; `not_kept` by a person's decision.
    state: &'static str,
    /// Of the decision that did not keep it.
    reason: Option<String>,
    /// What the author said about the change.
    message: Option<String>,
    /// The change; writes of one change were made together.
    change: String,
}

/// A field with who last changed it.
#[derive(Serialize, ToSchema)]
pub(crate) struct FieldBody {
    /// What history and edits call it: `contact_phone`, `r/<resident>/phone`.
    key: String,
    /// Its name among its kind's fields.
    field: &'static str,
    label_zh: &'static str,
    label_en: &'static str,
    /// `line`, `note`, `phone`, `birth`, `choice`, `number`, `set`.
    #[serde(rename = "type")]
    ty: &'static str,
    /// Of a choice.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    choices: &'static [&'static str],
    /// `auto`, `ask`, `union`, `furthest`, `edit_wins`.
    policy: &'static str,
    /// `public`, `internal`, `personal`, `sensitive`.
    privacy: &'static str,
    /// Changed here rather than elsewhere in the console.
    editable: bool,
    /// Empty when there is none.
    value: String,
    /// Of a set.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    values: Vec<String>,
    /// Who last changed it.
    changed: Option<WriteBody>,
    /// The values that stand against each other, when a person must choose.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    conflict: Vec<String>,
}

/// A resident with every field.
#[derive(Serialize, ToSchema)]
pub(crate) struct PersonBody {
    id: String,
    name: String,
    fields: Vec<FieldBody>,
    /// What they agreed to, and what not any more.
    consents: Vec<ConsentPurposeBody>,
}

/// Something a visit found to be needed.
#[derive(Serialize, ToSchema)]
pub(crate) struct NeedBody {
    visit: String,
    need: String,
    at: String,
    author: String,
}

/// One household with everything known of it. Beside what is described here it has each field of the registry
/// under its own name, and `residents`.
#[derive(Serialize, ToSchema)]
pub(crate) struct HouseholdDetail {
    #[serde(flatten)]
    #[schema(ignore)]
    record: serde_json::Map<String, serde_json::Value>,
    /// In the usual spelling.
    address: String,
    /// The state that an edit made from this answer starts from.
    heads: Vec<String>,
    grid_name: String,
    community: String,
    /// The import that brought it was undone: it is in no list until somebody changes it.
    withdrawn: bool,
    /// The household it became a part of.
    merged_into: Option<String>,
    /// Households that became a part of it.
    absorbed: Vec<String>,
    fields: Vec<FieldBody>,
    people: Vec<PersonBody>,
    /// What its newest visits found to be needed.
    needs: Vec<NeedBody>,
    visits_total: i64,
    /// Newest first.
    #[schema(value_type = Vec<Object>)]
    visits: Vec<serde_json::Value>,
    conflicts: Vec<ConflictBody>,
    /// Every write, oldest first, when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    history: Option<Vec<HistoryBody>>,
}

/// One write in the history of everything.
#[derive(Serialize, ToSchema)]
pub(crate) struct HistoryBody {
    key: String,
    label_zh: Option<&'static str>,
    label_en: Option<&'static str>,
    #[schema(value_type = Option<Object>)]
    value: Option<Value>,
    deleted: bool,
    author: String,
    at: String,
    received_at: Option<String>,
    message: Option<String>,
}

/// One household: fields with who changed them, residents, visits, needs, conflicts, merges.
#[utoipa::path(get, path = "/v1/households/{id}", params(("id" = String, Path, description = "26 characters"), OneParams), responses((status = 200, body = HouseholdDetail), (status = 404, body = ProblemBody)))]
pub(crate) async fn one(
    State(app): State<App>,
    by: By,
    Path(text): Path<String>,
    Params(params): Params<OneParams>,
) -> Result<Json<HouseholdDetail>, Problem> {
    let household: HouseholdId = id(&text)?;
    let (record, mut open) = read(&app, household).await?;
    let (names, asked) = (Names::load(&app).await?, Asked::load(&app).await?);
    let limit = params.visits.unwrap_or(VISITS_MAX).clamp(0, VISITS_MAX);
    let visits = app.model.visits_to(household, false, (0, limit)).await?;
    let provenance = Provenance::read(&app, &names, &mut open.document).await?;
    let fields = open.document.fields();
    let disputed = open.document.conflicts();
    let shown = Shown { provenance: &provenance, fields: &fields, disputed: &disputed };
    let people = residents(&fields).into_iter().map(|(id, resident)| shown.person(id, &resident));
    let (grid_name, community) = app.model.grid_names().await?.remove(&record.row.grid).unwrap_or_default();
    Ok(Json(HouseholdDetail {
        address: record.row.address().to_string(),
        heads: open.document.heads().iter().map(ToString::to_string).collect(),
        grid_name,
        community,
        withdrawn: record.row.is_withdrawn(),
        merged_into: record.row.merged_into.filter(|_| !record.row.is_withdrawn()).map(|id| id.to_string()),
        absorbed: record.row.absorbed.iter().map(ToString::to_string).collect(),
        fields: shown.of_kind(&Household::SPEC, ""),
        people: people.collect(),
        needs: needs(&app, &names, household).await?,
        visits_total: record.visits,
        visits: visits.iter().map(|visit| visit_body(visit, &names, &asked)).collect(),
        conflicts: super::conflicts::of_household(&app, &by, household).await?,
        history: params.history.unwrap_or(false).then(|| history(&mut open.document, &provenance)),
        record: as_map(&record.record),
    }))
}

async fn read(app: &App, household: HouseholdId) -> Result<(HouseholdRecord, OpenDoc), Problem> {
    let missing = || Problem::not_found("户", "household", household);
    let record = app.model.household(household).await?.ok_or_else(missing)?;
    let open = app.model.document(DocId::from(household)).await?.ok_or_else(missing)?;
    Ok((record, open))
}

/// The record without what the answer says itself.
fn as_map(record: &str) -> serde_json::Map<String, serde_json::Value> {
    let mut map: serde_json::Map<_, _> = serde_json::from_str(record).unwrap_or_default();
    map.remove("merged_into");
    map.remove("withdrawn");
    map.remove("address");
    map
}

async fn needs(app: &App, names: &Names, household: HouseholdId) -> Result<Vec<NeedBody>, Problem> {
    let mut needs = Vec::new();
    for visit in app.model.visits_to(household, true, (0, NEEDS_MAX)).await? {
        let entry: serde_json::Value = serde_json::from_str(&visit.record).unwrap_or_default();
        let words = entry.get("needs").and_then(serde_json::Value::as_array).into_iter().flatten();
        needs.extend(words.filter_map(serde_json::Value::as_str).map(|need| NeedBody {
            visit: visit.id.to_string(),
            need: need.to_owned(),
            at: rfc3339(visit.at_ms),
            author: names.of_device(visit.device),
        }));
    }
    Ok(needs)
}

/// A household's document, read for showing.
struct Shown<'a> {
    provenance: &'a Provenance,
    fields: &'a Fields,
    disputed: &'a [FieldConflict],
}

impl Shown<'_> {
    fn person(&self, id: ResidentId, resident: &Resident) -> PersonBody {
        PersonBody {
            id: id.to_string(),
            name: resident.name.clone().unwrap_or_default(),
            fields: self.of_kind(&Resident::SPEC, &resident_key(id)),
            consents: consents::of_resident(self.provenance, self.fields, id),
        }
    }

    /// The fields of a kind that people see. A hash says nothing to anybody, and where a household went or
    /// whether a resident is there is told otherwise.
    fn of_kind(&self, kind: &'static KindSpec, prefix: &str) -> Vec<FieldBody> {
        let hidden = ["merged_into", "withdrawn", "presence", "national_id_hash"];
        let shown = kind.fields.iter().filter(|field| !hidden.contains(&field.key));
        shown.map(|field| self.field(field, format!("{prefix}{}", field.key))).collect()
    }

    fn field(&self, spec: &'static FieldSpec, key: String) -> FieldBody {
        let values: Vec<String> = match spec.ty {
            FieldType::Set => read_set(self.fields, &key).into_iter().collect(),
            _ => Vec::new(),
        };
        let disputed = self.disputed.iter().find(|conflict| conflict.key == key && conflict.asks());
        FieldBody {
            field: spec.key,
            label_zh: spec.zh,
            label_en: spec.en,
            ty: type_word(spec.ty),
            choices: match spec.ty {
                FieldType::Choice(words) => words,
                _ => &[],
            },
            policy: policy_word(spec.merge),
            privacy: privacy_word(spec.privacy),
            editable: crate::office::edit::is_editable(spec),
            value: self.fields.get(&key).map(Value::show).unwrap_or_default(),
            values,
            changed: self.provenance.last(&key).map(write_body),
            conflict: disputed
                .map(|conflict| conflict.versions.iter().map(|version| version.value.show()).collect())
                .unwrap_or_default(),
            key,
        }
    }
}

fn write_body(write: &Write) -> WriteBody {
    let (state, reason) = match &write.state {
        Standing::Current => ("current", None),
        Standing::Conflict => ("conflict", None),
        Standing::Replaced => ("replaced", None),
        Standing::NotKept(reason) => ("not_kept", Some(reason.clone())),
    };
    WriteBody {
        key: write.key.clone(),
        label_zh: write.field.map(|field| field.zh.to_owned()),
        label_en: write.field.map(|field| field.en.to_owned()),
        value: write.value.as_ref().filter(|value| **value != Value::Null).map(Value::show),
        author: write.author.clone(),
        at: rfc3339(write.at_ms),
        received_at: write.received_ms.map(rfc3339),
        state,
        reason,
        message: write.message.clone(),
        change: write.change.to_string(),
    }
}

fn history(document: &mut Document, provenance: &Provenance) -> Vec<HistoryBody> {
    let kind = document.kind();
    let writes = provenance.writes.iter();
    writes
        .map(|write| HistoryBody {
            label_zh: kind.field(&write.key).map(|field| field.zh),
            label_en: kind.field(&write.key).map(|field| field.en),
            key: write.key.clone(),
            value: write.value.clone().filter(|value| !matches!(value, Value::Bytes(_))),
            deleted: write.value.is_none(),
            author: write.author.clone(),
            at: rfc3339(write.at_ms),
            received_at: write.received_ms.map(rfc3339),
            message: write.message.clone(),
        })
        .collect()
}

fn type_word(ty: FieldType) -> &'static str {
    match ty {
        FieldType::Line => "line",
        FieldType::Note => "note",
        FieldType::Phone => "phone",
        FieldType::Birth => "birth",
        FieldType::Date => "date",
        FieldType::Choice(_) => "choice",
        FieldType::Int => "number",
        FieldType::Set => "set",
    }
}

fn policy_word(merge: Merge) -> &'static str {
    match merge {
        Merge::Auto => "auto",
        Merge::Ask => "ask",
        Merge::Union => "union",
        Merge::Furthest(_) => "furthest",
        Merge::EditWins => "edit_wins",
    }
}

fn privacy_word(privacy: Privacy) -> &'static str {
    match privacy {
        Privacy::Public => "public",
        Privacy::Internal => "internal",
        Privacy::Personal => "personal",
        Privacy::Sensitive => "sensitive",
    }
}

/// Which page of the visits.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct VisitsParams {
    /// How many to skip.
    offset: Option<i64>,
    /// How many at most: 24 unless given.
    limit: Option<i64>,
}

/// Visits to one household and those merged into it, newest first.
#[utoipa::path(get, path = "/v1/households/{id}/visits", params(("id" = String, Path), VisitsParams), responses((status = 200, body = [Object]), (status = 404, body = ProblemBody)))]
pub(crate) async fn visits(
    State(app): State<App>,
    Path(text): Path<String>,
    Params(params): Params<VisitsParams>,
) -> Result<Json<Vec<serde_json::Value>>, Problem> {
    let household: HouseholdId = id(&text)?;
    let page =
        (params.offset.unwrap_or(0).max(0), params.limit.unwrap_or(VISITS_DEFAULT).clamp(1, VISITS_MAX));
    let visits = app.model.visits_to(household, false, page).await?;
    if visits.is_empty() && app.model.household(household).await?.is_none() {
        return Err(Problem::not_found("户", "household", household));
    }
    let (names, asked) = (Names::load(&app).await?, Asked::load(&app).await?);
    Ok(Json(visits.iter().map(|visit| visit_body(visit, &names, &asked)).collect()))
}

/// Which field.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryParams {
    /// As in the household's answer: `contact_phone`, `tags`, `r/<resident>/phone`.
    field: String,
}

/// Every value a field ever had, newest first: also those that lost.
#[utoipa::path(get, path = "/v1/households/{id}/history", params(("id" = String, Path), HistoryParams), responses((status = 200, body = [WriteBody]), (status = 404, body = ProblemBody)))]
pub(crate) async fn field_history(
    State(app): State<App>,
    Path(text): Path<String>,
    Params(params): Params<HistoryParams>,
) -> Result<Json<Vec<WriteBody>>, Problem> {
    let household: HouseholdId = id(&text)?;
    let (_, mut open) = read(&app, household).await?;
    let names = Names::load(&app).await?;
    let provenance = Provenance::read(&app, &names, &mut open.document).await?;
    Ok(Json(provenance.of(&params.field).into_iter().map(write_body).rev().collect()))
}
