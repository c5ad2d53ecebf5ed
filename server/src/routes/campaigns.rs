//! `/v1/campaigns`: quarters and canvass campaigns that households are visited in, and what campaigns ask.

use super::{Body, id};
use crate::access::guard::{By, Trail};
use crate::clock::now_ms;
use crate::office::campaigns::{self, Typed};
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use linli_core::ids::DocId;
use linli_core::kinds::Question;
use linli_core::time::{date_of, is_quarter, rfc3339};
use linli_storage::model::{CampaignRecord, CanvassRecord, VisitRecord};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// A quarter or campaign.
#[derive(Serialize, ToSchema)]
pub(crate) struct CampaignBody {
    /// What to filter by: `2026Q4`, or the campaign's name.
    campaign: String,
    /// A quarter of routine visits rather than a campaign.
    quarter: bool,
    /// Households visited in it.
    households: i64,
    visits: i64,
    /// Not while nobody was visited.
    last_visit_at: Option<String>,
    /// As the office drew it up; not of quarters, nor of names that workers made up.
    opened: Option<OpenedCampaign>,
}

/// A campaign as the office drew it up.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpenedCampaign {
    id: String,
    /// `planned`, `open`, `ended` (its last day is over) or `closed`.
    state: &'static str,
    community: Option<String>,
    reason: Option<String>,
    /// First day.
    from: Option<String>,
    /// Last day.
    to: Option<String>,
    /// Grid codes; all grids of the community while there are none.
    grids: BTreeSet<String>,
    /// Version of the questions; none while it asks nothing.
    form: Option<i64>,
    /// As they were given.
    #[schema(value_type = Vec<Object>)]
    questions: Vec<Question>,
    /// Id of the emergency that it serves.
    emergency: Option<String>,
}

fn body(name: String, visited: Option<&CampaignRecord>, opened: Option<&CanvassRecord>) -> CampaignBody {
    CampaignBody {
        quarter: is_quarter(&name),
        campaign: name,
        households: visited.map_or(0, |visited| visited.households),
        visits: visited.map_or(0, |visited| visited.visits),
        last_visit_at: visited.map(|visited| rfc3339(visited.last_visit_ms)),
        opened: opened.map(as_opened),
    }
}

fn as_opened(record: &CanvassRecord) -> OpenedCampaign {
    let (canvass, questions) = (&record.canvass, record.current().map(|(_, questions)| questions));
    OpenedCampaign {
        id: record.id.to_string(),
        state: canvass.standing(date_of(now_ms())).word(),
        community: canvass.community.clone(),
        reason: canvass.reason.clone(),
        from: canvass.from.clone(),
        to: canvass.to.clone(),
        grids: canvass.grids.clone(),
        form: canvass.form,
        questions: questions.unwrap_or_default().to_vec(),
        emergency: canvass.emergency.clone(),
    }
}

/// Quarters and campaigns that visits carry, the one visited last first; then campaigns without a visit yet.
#[utoipa::path(get, path = "/v1/campaigns", responses((status = 200, body = [CampaignBody])))]
pub(crate) async fn campaigns(State(app): State<App>) -> Result<Json<Vec<CampaignBody>>, Problem> {
    let (visited, opened) = (app.model.campaigns().await?, app.model.canvasses().await?);
    let named = |name: &str| opened.iter().find(|record| record.name == name);
    let mut bodies: Vec<CampaignBody> = visited
        .iter()
        .map(|record| body(record.period.clone(), Some(record), named(&record.period)))
        .collect();
    let unvisited = opened.iter().filter(|record| visited.iter().all(|one| one.period != record.name));
    bodies.extend(unvisited.map(|record| body(record.name.clone(), None, Some(record))));
    Ok(Json(bodies))
}

async fn one(app: &App, wanted: DocId) -> Result<Json<CampaignBody>, Problem> {
    let opened = app.model.canvasses().await?;
    let record = opened.iter().find(|record| record.id == wanted);
    let record = record.ok_or_else(|| Problem::not_found("排查", "campaign", wanted))?;
    let visited = app.model.campaigns().await?;
    let visited = visited.iter().find(|one| one.period == record.name);
    Ok(Json(body(record.name.clone(), visited, Some(record))))
}

/// A campaign to open.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCampaign {
    /// Up to 100 characters; no other campaign had it.
    name: String,
    /// Why, as workers tell it at the door.
    reason: Option<String>,
    /// Needed where the relay has several communities and no grid says which.
    community: Option<String>,
    #[serde(default)]
    grids: BTreeSet<String>,
    /// First day, as 2026-11-22; today unless given.
    from: Option<String>,
    /// Last day.
    to: Option<String>,
    /// Up to 20 of `{id, zh, en?, kind, options?, min?, max?, unit?, required?, always?}`. The kind is `choice` or
    /// `several` with options of `{id, zh, en?}`, `yes_no`, `number` with min, max and unit, or `text`. A question
    /// is asked where the visit was done, unless it is asked always.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    questions: Vec<Question>,
    /// Id of an emergency that goes on: what the campaign is answered is destroyed when that is closed.
    emergency: Option<String>,
}

/// Opens a campaign: every phone of the community gets it.
#[utoipa::path(post, path = "/v1/campaigns", operation_id = "open_campaign", request_body = NewCampaign, responses((status = 200, body = CampaignBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn open(
    State(app): State<App>,
    By(caller): By,
    trail: Trail,
    Body(given): Body<NewCampaign>,
) -> Result<Json<CampaignBody>, Problem> {
    let typed = Typed {
        name: given.name,
        reason: given.reason,
        community: given.community,
        grids: given.grids,
        from: given.from,
        to: given.to,
        questions: given.questions,
        emergency: given.emergency,
    };
    let opened = campaigns::open(&app, &caller, typed).await?;
    trail.subject(&opened.to_string());
    one(&app, opened).await
}

/// What a campaign asks from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangedQuestions {
    /// The version that they were made from: refused when somebody else has changed them since.
    form: Option<i64>,
    /// All of them, as in a new campaign.
    #[schema(value_type = Vec<Object>)]
    questions: Vec<Question>,
}

/// Asks something else from now on; what was answered keeps the words that asked for it.
#[utoipa::path(patch, path = "/v1/campaigns/{id}", operation_id = "change_campaign", params(("id" = String, Path)), request_body = ChangedQuestions, responses((status = 200, body = CampaignBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn change(
    State(app): State<App>,
    Path(wanted): Path<String>,
    By(caller): By,
    Body(given): Body<ChangedQuestions>,
) -> Result<Json<CampaignBody>, Problem> {
    let wanted = id(&wanted)?;
    campaigns::change(&app, &caller, wanted, given.form, &given.questions).await?;
    one(&app, wanted).await
}

/// Ends a campaign for good.
#[utoipa::path(post, path = "/v1/campaigns/{id}/close", operation_id = "close_campaign", params(("id" = String, Path)), responses((status = 200, body = CampaignBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn close(
    State(app): State<App>,
    Path(wanted): Path<String>,
    By(caller): By,
) -> Result<Json<CampaignBody>, Problem> {
    let wanted = id(&wanted)?;
    campaigns::close(&app, &caller, wanted).await?;
    one(&app, wanted).await
}

/// Every version of every campaign's questions: in whose words answers are read.
pub(crate) struct Asked(BTreeMap<String, BTreeMap<i64, Vec<Question>>>);

impl Asked {
    pub(crate) async fn load(app: &App) -> Result<Asked, Problem> {
        let opened = app.model.canvasses().await?;
        Ok(Asked(opened.into_iter().map(|record| (record.name, record.forms)).collect()))
    }

    /// What a visit was asked and answered, in the order of the questions; nothing of answers that nobody knows
    /// the questions of.
    pub(crate) fn answered(&self, visit: &VisitRecord) -> Vec<Value> {
        let words = |(question, (zh, en)): (&Question, (String, String))| {
            let question = json!({"zh": question.zh, "en": question.english()});
            json!({"question": question, "answer": {"zh": zh, "en": en}})
        };
        self.of(visit).into_iter().map(words).collect()
    }

    /// The same in Chinese for one cell of a table.
    pub(crate) fn in_one_line(&self, visit: &VisitRecord) -> String {
        let said = self.of(visit).into_iter().map(|(question, (zh, _))| format!("{}:{zh}", question.zh));
        said.collect::<Vec<_>>().join(";")
    }

    fn of(&self, visit: &VisitRecord) -> Vec<(&Question, (String, String))> {
        let record: Value = serde_json::from_str(&visit.record).unwrap_or_default();
        let version = record.get("form").and_then(Value::as_i64).unwrap_or(0);
        let asked = self.0.get(&visit.period).and_then(|forms| forms.get(&version));
        let said = |id: &str| record.get("answers")?.get(id)?.as_str();
        let questions = asked.into_iter().flatten();
        questions.filter_map(|one| Some((one, one.words_of(said(&one.id)?)))).collect()
    }
}
