//! Goes on with imports that a stop interrupted, and deletes uploaded files when their time is over.

use super::desk::{Doing, Progress};
use super::jobs::{
    FILE_KEPT_DAYS, actor_of, audited, carry_out, conclude, discard, imported, outcome_of, take_back,
    write_down,
};
use crate::clock::now_ms;
use crate::problem::Problem;
use crate::state::App;
use axum::http::StatusCode;
use linli_core::time::TimeMs;
use linli_storage::office::imports::{ImportJob, ImportState};
use std::collections::BTreeSet;
use std::time::Duration;

/// How often files are looked through for those that are due.
const LOOK: Duration = Duration::from_secs(600);
const DAY_MS: i64 = 86_400_000;

/// Goes on with what a stop or a power cut interrupted, then looks after the files for as long as the relay runs.
pub(crate) async fn run(app: App) {
    match app.accounts.imports(i64::MAX).await {
        Ok(jobs) => {
            // In the order in which they were begun.
            for job in jobs.into_iter().rev() {
                resume(&app, job).await;
            }
        }
        Err(error) => tracing::error!(%error, "imports that were cut off could not be looked up"),
    }
    loop {
        if let Err(problem) = sweep(&app, now_ms()).await {
            tracing::error!(code = problem.code, "uploaded files could not be looked through; trying again");
        }
        app.imports.rest(now_ms()).await;
        tokio::time::sleep(LOOK).await;
    }
}

async fn resume(app: &App, job: ImportJob) {
    let doing = match job.state {
        ImportState::Importing => Doing::Import,
        ImportState::Undoing => Doing::Undo,
        _ => return,
    };
    tracing::info!(import = job.id, "going on with what was cut off");
    let done = async {
        let running = app.imports.begin(&job.id, Progress::new(doing, 0))?;
        if doing == Doing::Undo {
            return take_back(app, job.clone(), &running).await;
        }
        drop(app.office_turn().await);
        if app.model.author(actor_of(&job)?).await?.is_some() {
            // Its changes are durable; only its end is missing.
            let outcome = outcome_of(&job)?;
            let upto = *app.log.durable().borrow();
            imported(app, ImportJob { upto, ..job.clone() }, &outcome).await?;
            return write_down(app, &job.owner, &job.id, audited(&outcome.summary.unwrap_or_default())).await;
        }
        if !job.has_file {
            return Err(cut_off());
        }
        let roster = app.imports.open(app, &job, now_ms()).await?;
        running.progress.of(roster.households.len());
        let summary = carry_out(app, job.clone(), &roster, &running).await?;
        write_down(app, &job.owner, &job.id, audited(&summary)).await
    };
    let done = done.await;
    conclude(app, job, done).await;
}

/// What the command line asked for has no file here to go on with.
fn cut_off() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "import.cut_off",
        "导入被中断,什么都没有改动,请重新导入",
        "the import was cut off and changed nothing; import the file again",
    )
}

/// Deletes files that are due, with jobs that nobody went on with, and files that no job knows.
async fn sweep(app: &App, now_ms: TimeMs) -> Result<(), Problem> {
    let _turn = app.imports.turn.lock().await;
    let jobs = app.accounts.imports(i64::MAX).await?;
    let known: BTreeSet<&str> = jobs.iter().filter(|job| job.has_file).map(|job| job.id.as_str()).collect();
    for id in app.imports.files.ids() {
        if !known.contains(id.as_str()) {
            app.imports.files.delete(&id);
        }
    }
    let due = now_ms - FILE_KEPT_DAYS * DAY_MS;
    let is_due = |job: &ImportJob| {
        job.has_file
            && job.created_ms < due
            && !matches!(job.state, ImportState::Importing | ImportState::Undoing)
            && app.imports.progress(&job.id).is_none()
    };
    for job in jobs.into_iter().filter(is_due) {
        discard(app, job).await?;
    }
    Ok(())
}
