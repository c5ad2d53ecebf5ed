//! Changing a household from the office, adding one, adding a resident.

use super::{Body, id};
use crate::access::guard::{By, Trail};
use crate::office::edit::{self, Edit, SetEdit};
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use linli_core::ids::{Hash, HouseholdId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Fields in one request: a household with forty residents, each field changed.
const PUTS_MAX: usize = 400;

/// Words that join and leave a set.
#[derive(Deserialize, ToSchema, Default)]
pub(crate) struct SetBody {
    #[serde(default)]
    add: Vec<String>,
    #[serde(default)]
    remove: Vec<String>,
}

/// What was changed, and from which state.
#[derive(Deserialize, ToSchema)]
pub(crate) struct EditBody {
    /// `heads` of the answer that was looked at.
    base: Vec<String>,
    /// New values by key: `contact_phone`, `r/<resident>/phone`; null clears. `removed` as
    /// `r/<resident>/presence` takes a resident off the household.
    #[serde(default)]
    puts: BTreeMap<String, Option<String>>,
    /// The household's tags.
    #[serde(default)]
    tags: SetBody,
    /// Tags of residents, by key: `r/<resident>/tags`.
    #[serde(default)]
    sets: BTreeMap<String, SetBody>,
}

/// What an edit did.
#[derive(Serialize, ToSchema)]
pub(crate) struct EditedBody {
    id: String,
    /// It was not so already.
    changed: bool,
    /// The state to start the next edit from.
    heads: Vec<String>,
    /// Keys on which a person must choose now: somebody else wrote them meanwhile.
    conflicts: Vec<String>,
}

fn edited(id: String, edited: edit::Edited) -> EditedBody {
    let heads = edited.heads.iter().map(ToString::to_string).collect();
    EditedBody { id, changed: edited.changed, heads, conflicts: edited.conflicts }
}

impl From<SetBody> for SetEdit {
    fn from(body: SetBody) -> SetEdit {
        SetEdit { add: body.add, remove: body.remove }
    }
}

/// Changes a household from the state that was looked at; what others wrote since is never overwritten.
#[utoipa::path(patch, path = "/v1/households/{id}", params(("id" = String, Path)), request_body = EditBody, responses((status = 200, body = EditedBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn edit(
    State(app): State<App>,
    By(by): By,
    trail: Trail,
    Path(text): Path<String>,
    Body(body): Body<EditBody>,
) -> Result<Json<EditedBody>, Problem> {
    let household: HouseholdId = id(&text)?;
    let mut sets: BTreeMap<String, SetEdit> =
        body.sets.into_iter().map(|(key, set)| (key, set.into())).collect();
    if !body.tags.add.is_empty() || !body.tags.remove.is_empty() {
        sets.insert("tags".into(), body.tags.into());
    }
    let words: usize = sets.values().map(|set| set.add.len() + set.remove.len()).sum();
    if body.puts.len() + words > PUTS_MAX {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "edit.too_much",
            format!("一次最多改 {PUTS_MAX} 项"),
            format!("at most {PUTS_MAX} fields can be changed at once"),
        ));
    }
    // What is no hash is no state that anybody looked at.
    let base: Vec<Hash> = body.base.iter().filter_map(|hash| Hash::from_hex(hash)).collect();
    let base = if base.len() == body.base.len() { base } else { Vec::new() };
    // Words of a set say something about people; the names of fields do not.
    let keys: Vec<String> = body.puts.keys().chain(sets.keys()).cloned().collect();
    trail.detail(json!({ "fields": keys }));
    let done = edit::edit(&app, &by, household, Edit { base, puts: body.puts, sets }).await?;
    Ok(Json(edited(household.to_string(), done)))
}

/// A resident as typed.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewResident {
    name: String,
    relation: Option<String>,
    /// `male` or `female`.
    gender: Option<String>,
    /// `1987-03-05` or `1987-03`.
    birth: Option<String>,
    phone: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
}

/// Adds a resident to a household.
#[utoipa::path(post, path = "/v1/households/{id}/residents", params(("id" = String, Path)), request_body = NewResident, responses((status = 200, body = EditedBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn add_resident(
    State(app): State<App>,
    By(by): By,
    trail: Trail,
    Path(text): Path<String>,
    Body(body): Body<NewResident>,
) -> Result<Json<EditedBody>, Problem> {
    let household: HouseholdId = id(&text)?;
    let typed = typed([
        ("name", Some(body.name)),
        ("relation", body.relation),
        ("gender", body.gender),
        ("birth", body.birth),
        ("phone", body.phone),
    ]);
    let (resident, done) = edit::add_resident(&app, &by, household, &typed, body.tags).await?;
    trail.detail(json!({ "resident": resident.to_string() }));
    Ok(Json(edited(resident.to_string(), done)))
}

/// A household as typed.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewHousehold {
    /// Code of the grid; that of most homes in the unit or building unless given.
    grid: Option<String>,
    /// In any usual spelling.
    address: String,
    contact_phone: Option<String>,
    note: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
}

/// The household that was added.
#[derive(Serialize, ToSchema)]
pub(crate) struct AddedBody {
    id: String,
    /// Code of the grid it belongs to.
    grid: String,
    /// Households that may be the same one, most alike first.
    duplicates: Vec<String>,
}

/// Adds a household to a grid.
#[utoipa::path(post, path = "/v1/households", request_body = NewHousehold, responses((status = 200, body = AddedBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn add_household(
    State(app): State<App>,
    By(by): By,
    trail: Trail,
    Body(body): Body<NewHousehold>,
) -> Result<Json<AddedBody>, Problem> {
    let typed = typed([("contact_phone", body.contact_phone), ("note", body.note)]);
    let (id, grid) =
        edit::add_household(&app, &by, body.grid.as_deref(), &body.address, &typed, body.tags).await?;
    trail.subject(&id.to_string());
    let duplicates = app.model.duplicates_of(id).await?;
    Ok(Json(AddedBody {
        id: id.to_string(),
        grid,
        duplicates: duplicates.iter().map(ToString::to_string).collect(),
    }))
}

fn typed<const N: usize>(fields: [(&str, Option<String>); N]) -> BTreeMap<String, String> {
    fields.into_iter().filter_map(|(key, text)| Some((key.to_owned(), text?))).collect()
}
