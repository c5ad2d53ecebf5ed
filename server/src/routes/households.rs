//! `/v1/households`: lists and search, and one household with everything known of it.

use super::{Params, id};
use crate::problem::Problem;
use crate::routes::status::SKEW_MS_MAX;
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use linli_core::ids::{Actor, DeviceId, DocId, HouseholdId};
use linli_core::record::Value;
use linli_core::time::rfc3339;
use linli_storage::model::{HouseholdFilter, HouseholdRecord, VisitRecord};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// A page of a list.
const LIMIT_DEFAULT: i64 = 200;
/// The longest page; 20,000 rows are one large community.
const LIMIT_MAX: i64 = 20_000;

/// Which households.
#[derive(Deserialize, IntoParams)]
pub(crate) struct ListParams {
    /// Name, pinyin, address in any spelling, tail of a phone number, tag; one slip is forgiven.
    search: Option<String>,
    /// Grid code.
    grid: Option<String>,
    /// How many to skip.
    offset: Option<i64>,
    /// How many at most: 200 unless given, 20,000 at most.
    limit: Option<i64>,
}

/// A household in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct HouseholdBody {
    id: String,
    grid: String,
    address: String,
    contact_phone: String,
    tags: Vec<String>,
    /// Names of the residents.
    residents: Vec<String>,
    visits: i64,
    last_visit_at: Option<String>,
    last_outcome: Option<String>,
    open_conflicts: u32,
}

impl From<&HouseholdRecord> for HouseholdBody {
    fn from(record: &HouseholdRecord) -> HouseholdBody {
        HouseholdBody {
            id: record.id.to_string(),
            grid: record.row.grid.clone(),
            address: record.row.address().to_string(),
            contact_phone: record.row.contact_phone.clone(),
            tags: record.row.tags.iter().cloned().collect(),
            residents: record.row.people.iter().map(|person| person.name.clone()).collect(),
            visits: record.visits,
            last_visit_at: record.last_visit_ms.map(rfc3339),
            last_outcome: record.last_outcome.clone(),
            open_conflicts: record.row.open_conflicts,
        }
    }
}

/// Households: the best match first when searching, else in the order of doors.
#[utoipa::path(get, path = "/v1/households", params(ListParams), responses((status = 200, body = [HouseholdBody])))]
pub(crate) async fn list(
    State(app): State<App>,
    Params(params): Params<ListParams>,
) -> Result<Json<Vec<HouseholdBody>>, Problem> {
    let filter = HouseholdFilter {
        search: params.search,
        grid: params.grid,
        offset: params.offset.unwrap_or(0).max(0),
        limit: params.limit.unwrap_or(LIMIT_DEFAULT).clamp(1, LIMIT_MAX),
    };
    let found = app.model.households(&filter).await?;
    Ok(Json(found.iter().map(HouseholdBody::from).collect()))
}

/// How much of one household.
#[derive(Deserialize, IntoParams)]
pub(crate) struct OneParams {
    /// `true` adds every write ever made.
    history: Option<bool>,
}

/// One household: fields, residents, visits, conflicts, merges, and its history when asked for.
#[utoipa::path(get, path = "/v1/households/{id}", params(("id" = String, Path, description = "26 characters"), OneParams), responses((status = 200, body = serde_json::Value)))]
pub(crate) async fn one(
    State(app): State<App>,
    Path(text): Path<String>,
    Params(params): Params<OneParams>,
) -> Result<Json<serde_json::Value>, Problem> {
    let household: HouseholdId = id(&text)?;
    let record = app.model.household(household).await?;
    let record = record.ok_or_else(|| Problem::not_found("户", "household", household))?;
    let names = Names::load(&app).await?;
    let mut body: serde_json::Value = serde_json::from_str(&record.record).unwrap_or_default();
    let visits = app.model.visits(Some(household), None, None, (0, LIMIT_MAX)).await?;
    let visits: Vec<_> = visits.iter().rev().map(|visit| visit_body(visit, &names)).collect();
    let conflicts = app.model.conflicts(None).await?;
    let conflicts = conflicts.iter().filter(|conflict| conflict.doc == DocId::from(household));
    let mut shown = Vec::new();
    for conflict in conflicts {
        shown.push(super::conflicts::body(&app, &names, conflict).await?);
    }
    if let Some(map) = body.as_object_mut() {
        map.insert("visits".into(), json!(visits));
        map.insert("conflicts".into(), json!(shown));
        map.insert("absorbed".into(), json!(record.row.absorbed));
        if params.history.unwrap_or(false) {
            map.insert("history".into(), history(&app, &names, household).await?);
        }
    }
    Ok(Json(body))
}

/// Names behind devices and actors.
pub(crate) struct Names(BTreeMap<DeviceId, String>);

impl Names {
    pub(crate) async fn load(app: &App) -> Result<Names, Problem> {
        let people = app.people().await?;
        Ok(Names(people.into_iter().map(|person| (person.device, person.name)).collect()))
    }

    pub(crate) fn of_device(&self, device: DeviceId) -> String {
        self.0.get(&device).cloned().unwrap_or_else(|| device.to_string())
    }

    pub(crate) async fn of_actor(&self, app: &App, actor: Actor) -> Result<String, Problem> {
        let device = app.model.author(actor).await?;
        Ok(device.map_or_else(|| actor.to_string(), |device| self.of_device(device)))
    }
}

/// A visit with both its times.
pub(crate) fn visit_body(visit: &VisitRecord, names: &Names) -> serde_json::Value {
    let mut body: serde_json::Value = serde_json::from_str(&visit.record).unwrap_or_default();
    if let Some(map) = body.as_object_mut() {
        map.remove("at_ms");
        map.remove("skew_ms");
        map.insert("id".into(), json!(visit.id));
        map.insert("household".into(), json!(visit.household));
        map.insert("period".into(), json!(visit.period));
        map.insert("at".into(), json!(rfc3339(visit.at_ms)));
        map.insert("received_at".into(), json!(rfc3339(visit.received_ms)));
        map.insert("clock_skew_ms".into(), json!(visit.skew_ms));
        map.insert("clock_wrong".into(), json!(visit.skew_ms.abs() > SKEW_MS_MAX));
        map.insert("author".into(), json!(names.of_device(visit.device)));
    }
    body
}

async fn history(app: &App, names: &Names, household: HouseholdId) -> Result<serde_json::Value, Problem> {
    let Some(mut open) = app.model.document(DocId::from(household)).await? else { return Ok(json!([])) };
    let kind = open.document.kind();
    let mut entries = Vec::new();
    for entry in open.document.history() {
        let field = kind.field(&entry.key);
        entries.push(json!({
            "key": entry.key,
            "label_zh": field.map(|field| field.zh),
            "label_en": field.map(|field| field.en),
            "value": entry.value.as_ref().filter(|value| !matches!(value, Value::Bytes(_))),
            "deleted": entry.value.is_none(),
            "author": names.of_actor(app, entry.actor).await?,
            "at": rfc3339(entry.at_ms),
            "received_at": app.model.received(entry.change).await?.map(rfc3339),
            "message": entry.message,
        }));
    }
    Ok(json!(entries))
}
