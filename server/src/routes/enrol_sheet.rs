//! `/v1/enrol-codes/bulk`: codes for many workers at once, to be printed and handed out.

use super::Body;
use super::enrol::{CodeBody, code_body, new_code};
use crate::access::guard::Trail;
use crate::clock::now_ms;
use crate::office::people::find_worker;
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use linli_core::ids::WorkerId;
use linli_core::time::date_of;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// A sheet is printed, cut and handed out in the course of a day.
const HOURS_DEFAULT: u32 = 24;
/// Over a weekend. A card lies about for as long as its code works, so no longer; and whoever finds one gets a
/// phone that waits to be confirmed.
const HOURS_MAX: u32 = 72;
/// The workers of the largest community, several times over.
const WORKERS_MAX: usize = 200;

const HOUR_MS: i64 = 60 * 60 * 1000;

/// For whom.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bulk {
    /// Names or ids of workers.
    workers: Vec<String>,
    /// How long the codes work: 1 to 72, 24 unless given.
    hours: Option<u32>,
}

/// A worker's card.
#[derive(Serialize, ToSchema)]
pub(crate) struct Card {
    worker: String,
    name: String,
    /// Grid codes.
    grids: BTreeSet<String>,
    #[serde(flatten)]
    code: CodeBody,
}

/// Makes a code for each of many workers, all or none. Their phones must always be confirmed.
#[utoipa::path(post, path = "/v1/enrol-codes/bulk", operation_id = "create_codes", request_body = Bulk, responses((status = 200, body = [Card]), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn create(
    State(app): State<App>,
    trail: Trail,
    Body(wanted): Body<Bulk>,
) -> Result<Json<Vec<Card>>, Problem> {
    let hours = wanted.hours.unwrap_or(HOURS_DEFAULT);
    if !(1..=HOURS_MAX).contains(&hours) {
        return Err(bad(
            "enrol.bad_hours",
            format!("登记码有效时间应为 1 到 {HOURS_MAX} 小时"),
            format!("codes work for 1 to {HOURS_MAX} hours"),
        ));
    }
    if wanted.workers.is_empty() || wanted.workers.len() > WORKERS_MAX {
        return Err(bad(
            "enrol.bad_count",
            format!("请选择 1 到 {WORKERS_MAX} 名网格员"),
            format!("choose 1 to {WORKERS_MAX} workers"),
        ));
    }
    let (mut cards, mut codes, mut seen) = (Vec::new(), Vec::new(), BTreeSet::<WorkerId>::new());
    let today = date_of(now_ms());
    let expires_ms = now_ms() + i64::from(hours) * HOUR_MS;
    for name in &wanted.workers {
        let worker = find_worker(&app, name).await?;
        if !seen.insert(worker.id) {
            continue;
        }
        let code = new_code(&worker, expires_ms, false);
        codes.push(code.clone());
        cards.push(Card {
            worker: worker.id.to_string(),
            name: worker.name.clone(),
            grids: worker.grids_on(today).into_keys().collect(),
            code: code_body(&app, code),
        });
    }
    app.log.add_codes(&codes).await?;
    trail.detail(serde_json::json!({"codes": codes.len(), "hours": hours}));
    Ok(Json(cards))
}

fn bad(code: &'static str, zh: String, en: String) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, zh, en)
}
