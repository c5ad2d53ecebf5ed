//! `/v1/directives/{id}/receipts`: who has read a directive, and which households were told.

use super::{Params, id};
use crate::clock::now_ms;
use crate::office::directives::{self, Known};
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use linli_core::ids::WorkerId;
use linli_core::kinds::Directive;
use linli_core::sync::standing::Standing;
use linli_core::time::{TimeMs, date_of, rfc3339};
use linli_storage::log::Device;
use linli_storage::model::{ReceiptRecord, WorkerRecord};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::{IntoParams, ToSchema};

/// Households listed at once: twice the size of a large grid.
const UNTOLD_MAX: i64 = 1_000;

/// Whether a worker has read it. Being offline is not being late: both times are told.
#[derive(Serialize, ToSchema)]
pub(crate) struct WorkerReceipt {
    worker: String,
    name: String,
    /// Codes of the worker's grids, of a directive those that it is for.
    grids: Vec<String>,
    /// Whether the worker has a phone that can get it.
    has_phone: bool,
    /// When, by the phone's clock as far as its error is known.
    read_at: Option<String>,
    /// When the relay learned of it.
    received_at: Option<String>,
}

/// How far it has come in a grid.
#[derive(Serialize, ToSchema)]
pub(crate) struct GridReach {
    grid: String,
    name: String,
    households: i64,
    /// Households that were told, in whatever way.
    reached: i64,
    /// Of them at the door; one told twice counts in both ways.
    visit: i64,
    call: i64,
    paper: i64,
    message: i64,
}

/// Who has read a directive, and which households were told.
#[derive(Serialize, ToSchema)]
pub(crate) struct Receipts {
    workers: Vec<WorkerReceipt>,
    grids: Vec<GridReach>,
}

/// Who of those that it is for has read it, and how many households of each grid were told.
#[utoipa::path(get, path = "/v1/directives/{id}/receipts", operation_id = "directive_receipts", params(("id" = String, Path)), responses((status = 200, body = Receipts), (status = 404, body = ProblemBody)))]
pub(crate) async fn receipts(
    State(app): State<App>,
    Path(wanted): Path<String>,
) -> Result<Json<Receipts>, Problem> {
    let wanted = id(&wanted)?;
    let known = Known::read(&app).await?;
    let record = known.get(wanted).ok_or_else(|| directives::not_found(wanted))?;
    let directive = &record.directive;
    let day = date_of(asked_at(directive, known.successor(directive).map(|(_, next)| next), now_ms()));
    let devices = app.log.devices().await?;
    let read = by_worker(&devices, app.model.receipts(wanted).await?);
    let active = with_phones(&devices);
    let workers =
        app.model.workers().await?.into_iter().filter(|worker| worker.community == record.community);
    let workers = workers.filter_map(|worker| {
        let grids = worker.grids_on(day).into_keys().filter(|grid| directive.is_for([grid.as_str()]));
        let grids: Vec<String> = grids.collect();
        let receipt = read.get(&worker.id);
        // Whoever has read it is told of, also after a change of grids.
        (receipt.is_some() || !grids.is_empty()).then(|| WorkerReceipt::of(worker, grids, &active, receipt))
    });
    let workers = workers.collect();
    let grids = app.model.told_of(wanted, &record.community).await?.into_iter();
    let grids = grids.filter(|reached| directive.is_for([reached.grid.as_str()])).map(|reached| {
        let [visit, call, paper, message] = reached.by;
        let (households, count) = (reached.households, reached.reached);
        GridReach {
            grid: reached.grid,
            name: reached.name,
            households,
            reached: count,
            visit,
            call,
            paper,
            message,
        }
    });
    Ok(Json(Receipts { workers, grids: grids.collect() }))
}

/// Which workers have read a version of the privacy notice on a phone.
#[utoipa::path(get, path = "/v1/privacy-notices/{version}/receipts", operation_id = "notice_receipts", params(("version" = String, Path)), responses((status = 200, body = [WorkerReceipt]), (status = 404, body = ProblemBody)))]
pub(crate) async fn of_notice(
    State(app): State<App>,
    Path(wanted): Path<String>,
) -> Result<Json<Vec<WorkerReceipt>>, Problem> {
    let version = app.accounts.notices().await?.into_iter().find(|one| one.version.to_string() == wanted);
    let version = version.ok_or_else(|| Problem::not_found("隐私说明版本", "privacy notice", &wanted))?;
    let devices = app.log.devices().await?;
    let read = by_worker(&devices, app.model.notice_receipts(version.version).await?);
    let active = with_phones(&devices);
    let today = date_of(now_ms());
    let workers = app.model.workers().await?.into_iter().filter_map(|worker| {
        let grids: Vec<String> = worker.grids_on(today).into_keys().collect();
        let receipt = read.get(&worker.id);
        let concerned = receipt.is_some() || !grids.is_empty();
        concerned.then(|| WorkerReceipt::of(worker, grids, &active, receipt))
    });
    Ok(Json(workers.collect()))
}

/// Workers with a phone that can get something.
fn with_phones(devices: &[Device]) -> BTreeSet<WorkerId> {
    let active = devices.iter().filter(|device| device.standing == Standing::Active);
    active.filter_map(|device| device.worker).collect()
}

impl WorkerReceipt {
    fn of(
        worker: WorkerRecord,
        grids: Vec<String>,
        with_phones: &BTreeSet<WorkerId>,
        receipt: Option<&ReceiptRecord>,
    ) -> WorkerReceipt {
        WorkerReceipt {
            has_phone: with_phones.contains(&worker.id),
            worker: worker.id.to_string(),
            name: worker.name,
            grids,
            read_at: receipt.map(|read| rfc3339(read.at_ms.saturating_add(read.skew_ms.unwrap_or(0)))),
            received_at: receipt.map(|read| rfc3339(read.received_ms)),
        }
    }
}

/// Of which grid.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OfGrid {
    /// Its code.
    grid: String,
}

/// A household that was not told.
#[derive(Serialize, ToSchema)]
pub(crate) struct Untold {
    id: String,
    address: String,
}

/// Households of a grid that were not told of a directive yet, by address; at most 1,000.
#[utoipa::path(get, path = "/v1/directives/{id}/untold", operation_id = "directive_untold", params(("id" = String, Path), OfGrid), responses((status = 200, body = [Untold]), (status = 404, body = ProblemBody)))]
pub(crate) async fn untold(
    State(app): State<App>,
    Path(wanted): Path<String>,
    Params(of): Params<OfGrid>,
) -> Result<Json<Vec<Untold>>, Problem> {
    let wanted = id(&wanted)?;
    if app.model.directive(wanted).await?.is_none() {
        return Err(directives::not_found(wanted));
    }
    let found = app.model.untold(wanted, &of.grid, UNTOLD_MAX).await?.into_iter();
    Ok(Json(found.map(|(id, address)| Untold { id: id.to_string(), address }).collect()))
}

/// The moment whose workers it concerns: now, or the nearest moment at which it is in force. Whoever is
/// appointed after its end never had to read it.
fn asked_at(directive: &Directive, next: Option<&Directive>, now: TimeMs) -> TimeMs {
    let last = directive.end_ms(next).map_or(TimeMs::MAX, |end| end - 1);
    now.max(directive.from_ms.unwrap_or(TimeMs::MIN)).min(last)
}

/// The first receipt of each worker, whatever phone it came from.
fn by_worker(devices: &[Device], receipts: Vec<ReceiptRecord>) -> BTreeMap<WorkerId, ReceiptRecord> {
    let holder: BTreeMap<_, _> =
        devices.iter().filter_map(|device| Some((device.id, device.worker?))).collect();
    let mut read = BTreeMap::new();
    for receipt in receipts {
        if let Some(worker) = holder.get(&receipt.device) {
            read.entry(*worker).or_insert(receipt);
        }
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_concerns_those_who_serve_while_it_is_in_force() {
        let directive = Directive { from_ms: Some(100), until_ms: Some(300), ..Directive::default() };
        let next = Directive { from_ms: Some(200), ..Directive::default() };
        assert_eq!([50, 150, 400].map(|now| asked_at(&directive, None, now)), [100, 150, 299]);
        assert_eq!(asked_at(&directive, Some(&next), 400), 199);
    }
}
