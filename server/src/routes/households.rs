//! `/v1/households`: lists and search.

use super::campaigns::Asked;
use super::{Params, malformed};
use crate::problem::Problem;
use crate::routes::devices::SKEW_MS_MAX;
use crate::state::App;
use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use linli_core::ids::DeviceId;
use linli_core::time::rfc3339;
use linli_storage::model::{HouseholdFilter, HouseholdRecord, VisitRecord};
use percent_encoding::percent_decode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// A page of a list.
const LIMIT_DEFAULT: i64 = 200;
/// The longest page; 20,000 rows are one large community.
const LIMIT_MAX: i64 = 20_000;

/// The header of a search: addresses come into the logs of proxies, and what is searched for is most often a name.
pub(crate) const SEARCH: &str = "x-linli-search";

/// What is searched for.
pub(crate) struct Search(Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for Search {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Search, Problem> {
        let Some(value) = parts.headers.get(SEARCH) else { return Ok(Search(None)) };
        let text = percent_decode(value.as_bytes()).decode_utf8().map_err(|error| {
            let (zh, en) = ("请求头 x-linli-search ", "the header x-linli-search");
            malformed(StatusCode::UNPROCESSABLE_ENTITY, zh, en, &error.to_string())
        })?;
        Ok(Search(Some(text.into_owned())))
    }
}

/// Which households.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListParams {
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
#[utoipa::path(get, path = "/v1/households", operation_id = "list_households", params(ListParams, ("x-linli-search" = Option<String>, Header, description = "Name, pinyin, address in any spelling, tail of a phone number, tag; one slip is forgiven. UTF-8, percent-encoded.")), responses((status = 200, body = [HouseholdBody])))]
pub(crate) async fn list(
    State(app): State<App>,
    Params(params): Params<ListParams>,
    Search(search): Search,
) -> Result<Json<Vec<HouseholdBody>>, Problem> {
    let filter = HouseholdFilter {
        search,
        grid: params.grid,
        offset: params.offset.unwrap_or(0).max(0),
        limit: params.limit.unwrap_or(LIMIT_DEFAULT).clamp(1, LIMIT_MAX),
    };
    let found = app.model.households(&filter).await?;
    Ok(Json(found.iter().map(HouseholdBody::from).collect()))
}

/// Names behind devices, actors and accounts.
pub(crate) struct Names {
    devices: BTreeMap<DeviceId, String>,
    users: BTreeMap<String, String>,
    office: DeviceId,
}

/// The message of a change that somebody made at the office's desk names them: by an id, which says nothing to
/// the phones that it reaches.
const BY: &str = "by ";

impl Names {
    pub(crate) async fn load(app: &App) -> Result<Names, Problem> {
        let people = app.people().await?.into_iter().map(|person| (person.device, person.name));
        let users = app.accounts.users().await?.into_iter().map(|user| (user.id, user.name));
        let office = app.log.office().device();
        Ok(Names { devices: people.collect(), users: users.collect(), office })
    }

    /// The message that names an account.
    pub(crate) fn message_of(user: &str) -> String {
        format!("{BY}{user}")
    }

    /// The name of an account, or what acts without one.
    pub(crate) fn of_user(&self, user: &str) -> String {
        self.users.get(user).cloned().unwrap_or_else(|| user.to_owned())
    }

    pub(crate) fn of_device(&self, device: DeviceId) -> String {
        self.devices.get(&device).cloned().unwrap_or_else(|| device.to_string())
    }

    /// Who made a change: of the office's, the person whom its message names.
    pub(crate) fn of_change(&self, device: DeviceId, message: Option<&str>) -> String {
        let name = self.of_device(device);
        let by = message.filter(|_| device == self.office).and_then(|message| message.strip_prefix(BY));
        match by.and_then(|user| self.users.get(user)) {
            Some(person) => format!("{name} · {person}"),
            None => name,
        }
    }

    /// The same for a device written as text.
    pub(crate) fn of_text(&self, device: &str) -> String {
        device.parse().map_or_else(|_| device.to_owned(), |device| self.of_device(device))
    }
}

/// A visit with both its times, and what it was asked.
pub(crate) fn visit_body(visit: &VisitRecord, names: &Names, asked: &Asked) -> serde_json::Value {
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
        map.insert("asked".into(), json!(asked.answered(visit)));
    }
    body
}
