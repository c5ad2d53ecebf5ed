//! `/v1/ledgers`: saved views over the records.

use super::{Body, hex};
use crate::access::Caller;
use crate::access::guard::{By, Trail};
use crate::clock::{now_ms, random};
use crate::ledgers::daily::{self, DAILY_MAX};
use crate::ledgers::definition::Definition;
use crate::ledgers::templates::{Template, template, templates};
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use linli_core::access::Role;
use linli_storage::office::ledgers::Ledger;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// A list that people still find something in.
const LEDGERS_MAX: usize = 200;
/// Longer names fit no list and no sheet of paper.
const NAME_CHARS_MAX: usize = 40;

/// A ledger: what it is called and what it shows.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct LedgerBody {
    /// A template's word, or 32 hexadecimal digits.
    pub(crate) id: String,
    pub(crate) name_zh: String,
    pub(crate) name_en: String,
    /// Always there; copied to be changed.
    pub(crate) template: bool,
    /// Who made it.
    owner_name: Option<String>,
    /// Whether whoever asks may change it.
    may_change: bool,
    shared: bool,
    daily: bool,
    pub(crate) definition: Definition,
    changed_ms: Option<i64>,
}

impl LedgerBody {
    fn of_template(template: Template) -> LedgerBody {
        LedgerBody {
            id: template.id.into(),
            name_zh: template.zh.into(),
            name_en: template.en.into(),
            template: true,
            owner_name: None,
            may_change: false,
            shared: true,
            daily: false,
            definition: template.definition,
            changed_ms: None,
        }
    }

    fn of(ledger: Ledger, caller: &Caller) -> Result<LedgerBody, Problem> {
        Ok(LedgerBody {
            may_change: may_change(&ledger, caller),
            definition: daily::read(&ledger.definition)?,
            id: ledger.id,
            name_zh: ledger.name.clone(),
            name_en: ledger.name,
            template: false,
            owner_name: ledger.owner_name,
            shared: ledger.shared,
            daily: ledger.daily,
            changed_ms: Some(ledger.changed_ms),
        })
    }
}

fn may_see(ledger: &Ledger, caller: &Caller) -> bool {
    ledger.shared || ledger.owner == caller.user_id
}

fn may_change(ledger: &Ledger, caller: &Caller) -> bool {
    ledger.owner == caller.user_id || (ledger.shared && caller.role == Role::Admin)
}

fn missing(id: &str) -> Problem {
    Problem::not_found("台账", "ledger", id)
}

/// The ledger with this id, if whoever asks may see it.
pub(crate) async fn visible(app: &App, caller: &Caller, id: &str) -> Result<LedgerBody, Problem> {
    if let Some(template) = template(id) {
        return Ok(LedgerBody::of_template(template));
    }
    let ledger = app.accounts.ledger(id).await?.filter(|ledger| may_see(ledger, caller));
    LedgerBody::of(ledger.ok_or_else(|| missing(id))?, caller)
}

/// The stored ledger with this id, if whoever asks may change it.
pub(crate) async fn changeable(app: &App, caller: &Caller, id: &str) -> Result<Ledger, Problem> {
    if template(id).is_some() {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "ledger.template",
            "模板不能修改,请先另存为自己的台账",
            "a template is not changed; keep a copy of it and change that",
        ));
    }
    let ledger = app.accounts.ledger(id).await?.filter(|ledger| may_see(ledger, caller));
    let ledger = ledger.ok_or_else(|| missing(id))?;
    if may_change(&ledger, caller) {
        return Ok(ledger);
    }
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "ledger.not_owner",
        "这个台账是别人建的,请另存为自己的再修改",
        "somebody else made this ledger; keep a copy of it and change that",
    ))
}

/// Every ledger that one may see: the templates first.
#[utoipa::path(get, path = "/v1/ledgers", operation_id = "ledgers", responses((status = 200, body = [LedgerBody])))]
pub(crate) async fn list(State(app): State<App>, By(caller): By) -> Result<Json<Vec<LedgerBody>>, Problem> {
    let mut all: Vec<LedgerBody> = templates().into_iter().map(LedgerBody::of_template).collect();
    for ledger in app.accounts.ledgers().await?.into_iter().filter(|ledger| may_see(ledger, &caller)) {
        all.push(LedgerBody::of(ledger, &caller)?);
    }
    Ok(Json(all))
}

/// One ledger.
#[utoipa::path(get, path = "/v1/ledgers/{id}", operation_id = "ledger", params(("id" = String, Path)), responses((status = 200, body = LedgerBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn one(
    State(app): State<App>,
    Path(id): Path<String>,
    By(caller): By,
) -> Result<Json<LedgerBody>, Problem> {
    Ok(Json(visible(&app, &caller, &id).await?))
}

/// A ledger to keep.
#[derive(Deserialize, ToSchema)]
pub(crate) struct AddLedger {
    name: String,
    /// Whether others see it.
    #[serde(default)]
    shared: bool,
    /// Whether its result is kept every day.
    #[serde(default)]
    daily: bool,
    definition: Definition,
}

/// Keeps a new ledger.
#[utoipa::path(post, path = "/v1/ledgers", operation_id = "add_ledger", request_body = AddLedger, responses((status = 200, body = LedgerBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn add(
    State(app): State<App>,
    By(caller): By,
    trail: Trail,
    Body(new): Body<AddLedger>,
) -> Result<Json<LedgerBody>, Problem> {
    let _one_at_a_time = app.keeping.lock().await;
    if app.accounts.ledgers().await?.len() >= LEDGERS_MAX {
        return Err(full(LEDGERS_MAX, "台账", "ledgers"));
    }
    let now = now_ms();
    let ledger = Ledger {
        id: hex(&random::<16>()),
        owner: caller.user_id.clone(),
        owner_name: Some(caller.name.clone()),
        name: checked_name(&new.name)?,
        shared: new.shared,
        daily: new.daily,
        definition: checked(&new.definition)?,
        created_ms: now,
        changed_ms: now,
    };
    trail.subject(&ledger.id);
    keep(&app, &ledger, false).await?;
    Ok(Json(LedgerBody::of(ledger, &caller)?))
}

/// What to change of a ledger; what is absent stays.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ChangeLedger {
    name: Option<String>,
    shared: Option<bool>,
    daily: Option<bool>,
    definition: Option<Definition>,
}

/// Changes a ledger. Days already kept stay as they are.
#[utoipa::path(patch, path = "/v1/ledgers/{id}", operation_id = "change_ledger", params(("id" = String, Path)), request_body = ChangeLedger, responses((status = 200, body = LedgerBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn change(
    State(app): State<App>,
    Path(id): Path<String>,
    By(caller): By,
    trail: Trail,
    Body(change): Body<ChangeLedger>,
) -> Result<Json<LedgerBody>, Problem> {
    let _one_at_a_time = app.keeping.lock().await;
    let mut ledger = changeable(&app, &caller, &id).await?;
    let was_daily = ledger.daily;
    if let Some(name) = &change.name {
        ledger.name = checked_name(name)?;
    }
    if let Some(definition) = &change.definition {
        ledger.definition = checked(definition)?;
    }
    ledger.shared = change.shared.unwrap_or(ledger.shared);
    ledger.daily = change.daily.unwrap_or(ledger.daily);
    ledger.changed_ms = now_ms();
    trail.detail(json!({"shared": ledger.shared, "daily": ledger.daily}));
    keep(&app, &ledger, was_daily).await?;
    Ok(Json(LedgerBody::of(ledger, &caller)?))
}

/// Keeps a ledger and, when it has become a daily one, today's result; nothing when that is too long.
async fn keep(app: &App, ledger: &Ledger, was_daily: bool) -> Result<(), Problem> {
    if !ledger.daily || was_daily {
        return Ok(app.accounts.keep_ledger(ledger).await?);
    }
    let others = app.accounts.ledgers().await?;
    if others.iter().filter(|other| other.daily && other.id != ledger.id).count() >= DAILY_MAX {
        return Err(full(DAILY_MAX, "每日留存的台账", "ledgers that are kept daily"));
    }
    let before = others.into_iter().find(|other| other.id == ledger.id);
    app.accounts.keep_ledger(ledger).await?;
    if let Err(problem) = daily::keep(app, ledger, now_ms()).await {
        match before {
            Some(before) => app.accounts.keep_ledger(&before).await?,
            None => drop(app.accounts.delete_ledger(&ledger.id).await?),
        }
        return Err(problem);
    }
    Ok(())
}

/// Forgets a ledger and every day kept of it. The records stay.
#[utoipa::path(delete, path = "/v1/ledgers/{id}", operation_id = "delete_ledger", params(("id" = String, Path)), responses((status = 200), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub(crate) async fn delete(
    State(app): State<App>,
    Path(id): Path<String>,
    By(caller): By,
) -> Result<Json<serde_json::Value>, Problem> {
    let _one_at_a_time = app.keeping.lock().await;
    let ledger = changeable(&app, &caller, &id).await?;
    app.accounts.delete_ledger(&ledger.id).await?;
    Ok(Json(json!({})))
}

fn checked(definition: &Definition) -> Result<String, Problem> {
    definition.check()?;
    Ok(serde_json::to_string(definition).unwrap_or_default())
}

fn checked_name(name: &str) -> Result<String, Problem> {
    let name = name.trim();
    let fits =
        !name.is_empty() && name.chars().count() <= NAME_CHARS_MAX && !name.chars().any(char::is_control);
    if fits {
        return Ok(name.to_owned());
    }
    Err(Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "ledger.bad_name",
        format!("台账名称要有 1 到 {NAME_CHARS_MAX} 字,写在一行里"),
        format!("a ledger's name has 1 to {NAME_CHARS_MAX} characters on one line"),
    ))
}

fn full(max: usize, what_zh: &str, what: &str) -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "ledger.too_many",
        format!("{what_zh}最多 {max} 个,请先删掉不用的"),
        format!("there are at most {max} {what}; delete one that nobody uses"),
    )
}
