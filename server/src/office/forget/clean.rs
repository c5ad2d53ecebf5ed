//! What was destroyed goes from every file of the relay: payloads, kept days, uploads, journals.

use super::{Subject, due};
use crate::clock::now_ms;
use crate::ledgers::result::Whole;
use crate::office::import::jobs;
use crate::problem::Problem;
use crate::routes::hex;
use crate::state::App;
use axum::http::StatusCode;
use linli_core::ids::{ErasureId, HouseholdId};
use linli_core::kinds::{Complaint, DocKind};
use std::time::Duration;

/// How often a journal is asked to be cut before somebody who reads an earlier state is left to end on their own.
const CUTS_MAX: usize = 100;
/// How long a reader is waited for each time: a page of a list is read in less.
const CUT_AGAIN: Duration = Duration::from_millis(50);

/// Does all of it; what was done before costs one look more.
pub(super) async fn run(app: &App, id: ErasureId) -> Result<(), Problem> {
    if let Some(erasure) = app.log.erasure(id).await? {
        app.model.wait_for(erasure.batch).await;
    }
    app.log.drop_payloads(id).await?;
    let complaints = drop_complaints(app, id).await?;
    let days = drop_days(app, id).await?;
    let files = jobs::discard_files(app).await?;
    app.shelf.clear().await;
    cut_journals(app).await?;
    let detail = serde_json::json!({"ledger_days": days, "import_files": files, "complaints": complaints});
    app.log.finish_erasure(id, &detail.to_string(), now_ms()).await?;
    Ok(())
}

/// Complaints that were typed in the console are no documents.
async fn drop_complaints(app: &App, id: ErasureId) -> Result<u64, Problem> {
    let Some(erasure) = app.log.erasure(id).await? else { return Ok(0) };
    Ok(match Subject::read(&erasure.kind, &erasure.subject) {
        Some(Subject::Complaint(id)) => u64::from(app.accounts.delete_complaint(&hex(&id.0)).await?),
        Some(Subject::Due) => {
            let answered_by = due::kept_since(Complaint::SPEC.retention, erasure.at_ms);
            app.accounts.delete_complaints_answered_by(answered_by).await?
        }
        _ => 0,
    })
}

/// Deletes every kept day that names one of the households: a day is one compressed value.
async fn drop_days(app: &App, id: ErasureId) -> Result<usize, Problem> {
    let docs = app.log.erased_docs(id).await?;
    let homes = docs.iter().filter(|erased| erased.kind == DocKind::Household);
    let homes: Vec<String> = homes.map(|erased| HouseholdId::from(erased.doc).to_string()).collect();
    let mut dropped = 0;
    for (ledger, day) in app.accounts.days_kept().await? {
        let Some((_, bytes)) = app.accounts.snapshot(&ledger, &day).await? else { continue };
        let homes = homes.clone();
        let names_one = tokio::task::spawn_blocking(move || match Whole::unpack(&bytes) {
            Ok(whole) => whole.names_any(&homes),
            // What cannot be read cannot be shown to be without them.
            Err(_) => true,
        });
        if names_one.await.unwrap_or(true) && app.accounts.delete_snapshot(&ledger, &day).await? {
            dropped += 1;
        }
    }
    Ok(dropped)
}

async fn cut_journals(app: &App) -> Result<(), Problem> {
    for _ in 0..CUTS_MAX {
        let cut =
            [app.log.cut_journal().await?, app.model.cut_journal().await?, app.accounts.cut_journal().await?];
        if cut.iter().all(|done| *done) {
            return Ok(());
        }
        tokio::time::sleep(CUT_AGAIN).await;
    }
    Err(Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "erase.journal",
        "旧内容还在数据库日志文件里,服务器会自动重试",
        "earlier contents are still in a database's journal; the relay tries again by itself",
    ))
}
