//! An import from the upload to the last row, in steps that a person decides about. Each step is durable before it
//! is answered; one that was cut off goes on by itself when the relay starts again.

use super::desk::{Doing, Progress, Running};
use super::undo::{self, Kept, UndoSummary};
use super::{ImportSummary, Reading, nobody, prepare, read};
use crate::access::{Caller, TOKEN_ACTOR};
use crate::clock::{now_ms, random};
use crate::events::News;
use crate::problem::Problem;
use crate::routes::hex;
use crate::state::App;
use axum::http::StatusCode;
use linli_core::access::Action;
use linli_core::ids::Actor;
use linli_core::time::TimeMs;
use linli_roster::import::{Corrections, Field, Roster};
use linli_storage::StoreError;
use linli_storage::office::audit::Deed;
use linli_storage::office::imports::{ImportJob, ImportState};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Uploaded files are kept for this long, for the rejects and to look at a row again. They hold names.
pub(crate) const FILE_KEPT_DAYS: i64 = 7;
/// Files that wait to be looked at. An office works on one or two; each may have 64 MB.
const WAITING_MAX: usize = 10;
/// Imports that are listed: a file a week for four years.
pub(crate) const LISTED_MAX: i64 = 200;
/// Columns that a person can correct in one file: every one of ten sheets as wide as any in use.
const CORRECTIONS_MAX: usize = 600;
/// The longest file name that is kept. File systems end at 255 bytes.
const FILE_NAME_CHARS_MAX: usize = 120;

/// What a person says about a file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Settings {
    pub(crate) keep_national_id: bool,
    /// Sheet, column from 0, the field's key or nothing.
    pub(crate) columns: Vec<(String, usize, Option<String>)>,
}

impl Settings {
    pub(crate) fn corrections(&self) -> Corrections {
        let field = |key: &Option<String>| key.as_deref().and_then(Field::from_key);
        self.columns.iter().map(|(sheet, index, key)| ((sheet.clone(), *index), field(key))).collect()
    }
}

/// What came of an import: counts, ids, reasons.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Outcome {
    pub(crate) summary: Option<ImportSummary>,
    pub(crate) undo: Option<Undone>,
    /// Why it ended without changing anything: code, Chinese, English.
    pub(crate) problem: Option<(String, String, String)>,
}

/// An undo that was asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Undone {
    pub(crate) by: String,
    pub(crate) reason: String,
    pub(crate) at_ms: TimeMs,
    pub(crate) summary: UndoSummary,
    pub(crate) kept: Vec<Kept>,
}

/// A file as it was uploaded.
pub(crate) struct Uploaded {
    pub(crate) bytes: Vec<u8>,
    pub(crate) file_name: String,
    pub(crate) community: String,
    pub(crate) keep_national_id: bool,
}

pub(crate) fn settings_of(job: &ImportJob) -> Result<Settings, Problem> {
    serde_json::from_str(&job.settings).map_err(|_| StoreError::Damaged { what: "import" }.into())
}

pub(crate) fn outcome_of(job: &ImportJob) -> Result<Outcome, Problem> {
    serde_json::from_str(&job.outcome).map_err(|_| StoreError::Damaged { what: "import" }.into())
}

pub(super) fn missing_file() -> Problem {
    Problem::new(
        StatusCode::GONE,
        "import.file_gone",
        format!("上传的文件已删除(最多保留 {FILE_KEPT_DAYS} 天),请重新上传"),
        format!("the uploaded file has been deleted (it is kept for {FILE_KEPT_DAYS} days); upload it again"),
    )
}

/// One import.
pub(crate) async fn job(app: &App, id: &str) -> Result<ImportJob, Problem> {
    let job = app.accounts.import(id).await?;
    job.ok_or_else(|| Problem::not_found("导入", "import", id.chars().take(40).collect::<String>()))
}

/// An import in one of these states; anything else has happened to it meanwhile.
async fn job_in(app: &App, id: &str, states: &[ImportState]) -> Result<ImportJob, Problem> {
    let job = job(app, id).await?;
    if states.contains(&job.state) {
        return Ok(job);
    }
    Err(Problem::new(
        StatusCode::CONFLICT,
        "import.state",
        "这次导入已经到了下一步,请刷新页面查看",
        "this import has gone on meanwhile; reload the page to see where it is",
    ))
}

async fn keep(app: &App, job: &mut ImportJob, outcome: &Outcome) -> Result<(), Problem> {
    job.outcome = serde_json::to_string(outcome).unwrap_or_default();
    job.changed_ms = now_ms();
    Ok(app.accounts.keep_import(job).await?)
}

fn new_job(by: &Caller, file: &Uploaded, state: ImportState, has_file: bool) -> ImportJob {
    let settings = Settings { keep_national_id: file.keep_national_id, columns: Vec::new() };
    let now = now_ms();
    ImportJob {
        id: hex(&random::<16>()),
        owner: by.user_id.clone(),
        owner_name: (by.user_id != TOKEN_ACTOR).then(|| by.name.clone()),
        community: file.community.clone(),
        file_name: file.file_name.chars().take(FILE_NAME_CHARS_MAX).collect(),
        size_bytes: i64::try_from(file.bytes.len()).unwrap_or(i64::MAX),
        has_file,
        settings: serde_json::to_string(&settings).unwrap_or_default(),
        state,
        outcome: serde_json::to_string(&Outcome::default()).unwrap_or_default(),
        since: 0,
        upto: 0,
        created_ms: now,
        changed_ms: now,
    }
}

/// Takes a file in, if it is a workbook at all. File and job are durable when this returns.
pub(crate) async fn upload(app: &App, by: &Caller, uploaded: Uploaded) -> Result<ImportJob, Problem> {
    let _turn = app.imports.turn.lock().await;
    let waiting = app.accounts.imports(LISTED_MAX).await?;
    if waiting.iter().filter(|job| job.state == ImportState::Ready).count() >= WAITING_MAX {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "import.too_many_waiting",
            format!("已有 {WAITING_MAX} 个文件上传后还没有导入,请先导入或删除它们"),
            format!("{WAITING_MAX} uploaded files wait to be imported; import or delete some first"),
        ));
    }
    let job = new_job(by, &uploaded, ImportState::Ready, true);
    app.imports.files.keep(&job.id, uploaded.bytes).await?;
    let opened = app.imports.open(app, &job, now_ms()).await;
    if let Err(problem) = opened.and_then(|roster| explainable(&roster)) {
        app.imports.close(&job.id).await;
        app.imports.files.delete(&job.id);
        return Err(problem);
    }
    app.accounts.keep_import(&job).await?;
    Ok(job)
}

/// A file in which no row looks like a header has no columns whose meaning a person could say.
fn explainable(roster: &Roster) -> Result<(), Problem> {
    match &roster.trouble {
        Some(trouble) if roster.sheets.iter().all(|sheet| sheet.header_row.is_none()) => {
            Err(Problem::bad(trouble))
        }
        _ => Ok(()),
    }
}

/// Says what columns mean.
pub(crate) async fn correct(app: &App, id: &str, settings: &Settings) -> Result<ImportJob, Problem> {
    let unknown = settings.columns.iter().filter_map(|(.., key)| key.as_deref());
    if unknown.clone().any(|key| Field::from_key(key).is_none()) || settings.columns.len() > CORRECTIONS_MAX {
        let known = Field::ALL.map(Field::key).join(", ");
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "import.bad_mapping",
            format!("列的含义只能是 {known},或不导入"),
            format!("a column means one of {known}, or nothing"),
        ));
    }
    let _turn = app.imports.turn.lock().await;
    let mut job = job_in(app, id, &[ImportState::Ready]).await?;
    let _alone = app.imports.begin(id, Progress::new(Doing::Check, 0))?;
    job.settings = serde_json::to_string(settings).unwrap_or_default();
    keep(app, &mut job, &Outcome::default()).await?;
    Ok(job)
}

/// Deletes an import that changed nothing, or the file of one that did: what it changed stays, and can be undone.
pub(crate) async fn delete(app: &App, id: &str) -> Result<(), Problem> {
    let _turn = app.imports.turn.lock().await;
    let settled = [ImportState::Ready, ImportState::Failed, ImportState::Imported, ImportState::Undone];
    let job = job_in(app, id, &settled).await?;
    let _alone = app.imports.begin(id, Progress::new(Doing::Check, 0))?;
    discard(app, job).await
}

pub(super) async fn discard(app: &App, mut job: ImportJob) -> Result<(), Problem> {
    app.imports.close(&job.id).await;
    // The file last: one that no job knows is deleted at the next look, a job without its file would be a lie.
    if matches!(job.state, ImportState::Ready | ImportState::Failed) {
        app.accounts.delete_import(&job.id).await?;
    } else {
        job.has_file = false;
        app.accounts.keep_import(&job).await?;
    }
    app.imports.files.delete(&job.id);
    Ok(())
}

/// Deletes every uploaded file that nothing is being done with; how many. Each may hold anybody's name.
pub(crate) async fn discard_files(app: &App) -> Result<usize, Problem> {
    let _turn = app.imports.turn.lock().await;
    let settled = [ImportState::Ready, ImportState::Failed, ImportState::Imported, ImportState::Undone];
    let mut count = 0;
    for job in app.accounts.imports(i64::MAX).await? {
        if job.has_file && settled.contains(&job.state) {
            discard(app, job).await?;
            count += 1;
        }
    }
    Ok(count)
}

/// Begins to count what an import would do.
pub(crate) async fn check(app: &App, id: &str) -> Result<ImportJob, Problem> {
    let _turn = app.imports.turn.lock().await;
    let job = job_in(app, id, &[ImportState::Ready]).await?;
    let roster = app.imports.open(app, &job, now_ms()).await?;
    let running = app.imports.begin(id, Progress::new(Doing::Check, roster.households.len()))?;
    let (app, checked) = (app.clone(), job.clone());
    tokio::spawn(async move { settle_check(&app, checked, &roster, running).await });
    Ok(job)
}

async fn settle_check(app: &App, mut job: ImportJob, roster: &Roster, running: Running) {
    let counted = async {
        let _turn = app.office_turn().await;
        prepare(app, roster, &job.community, nobody(), &running.progress).await
    };
    let outcome = match counted.await {
        Ok(counted) => Outcome { summary: Some(dry(counted.summary)), ..Outcome::default() },
        Err(problem) => Outcome { problem: Some(told(&problem)), ..Outcome::default() },
    };
    if let Err(problem) = keep(app, &mut job, &outcome).await {
        tracing::error!(code = problem.code, import = job.id, "the counts of an import could not be kept");
    }
}

fn dry(summary: ImportSummary) -> ImportSummary {
    ImportSummary { dry_run: true, ..summary }
}

fn told(problem: &Problem) -> (String, String, String) {
    (problem.code.to_owned(), problem.zh.clone(), problem.en.clone())
}

/// Begins an import. That it was begun is durable when this returns; it goes on by itself, also after a restart.
pub(crate) async fn start(app: &App, id: &str) -> Result<ImportJob, Problem> {
    let _turn = app.imports.turn.lock().await;
    let mut job = job_in(app, id, &[ImportState::Ready, ImportState::Failed]).await?;
    let roster = app.imports.open(app, &job, now_ms()).await?;
    if let Some(trouble) = &roster.trouble {
        return Err(Problem::bad(trouble));
    }
    let running = app.imports.begin(id, Progress::new(Doing::Import, roster.households.len()))?;
    job.state = ImportState::Importing;
    keep(app, &mut job, &Outcome::default()).await?;
    let (app, begun) = (app.clone(), job.clone());
    tokio::spawn(async move {
        let done = async {
            let summary = carry_out(&app, begun.clone(), &roster, &running).await?;
            write_down(&app, &begun.owner, &begun.id, audited(&summary)).await
        };
        let done = done.await;
        conclude(&app, begun, done).await;
    });
    Ok(job)
}

/// Everything at once, for a program that waits: the same import, without a file that is kept.
pub(crate) async fn at_once(
    app: &App,
    by: &Caller,
    uploaded: Uploaded,
    dry_run: bool,
) -> Result<(String, ImportSummary, Roster), Problem> {
    let mut job = new_job(by, &uploaded, ImportState::Importing, false);
    let how = Reading {
        file_name: uploaded.file_name,
        keep_national_id: uploaded.keep_national_id,
        corrections: Corrections::new(),
    };
    let roster = read(app, uploaded.bytes, how).await?;
    if let Some(trouble) = &roster.trouble {
        return Err(Problem::bad(trouble));
    }
    let doing = if dry_run { Doing::Check } else { Doing::Import };
    let running = app.imports.begin(&job.id, Progress::new(doing, roster.households.len()))?;
    if dry_run {
        let started = now_ms();
        let _turn = app.office_turn().await;
        let prepared = prepare(app, &roster, &job.community, nobody(), &running.progress).await?;
        let ms = (now_ms() - started).unsigned_abs();
        return Ok((job.id, ImportSummary { ms, ..dry(prepared.summary) }, roster));
    }
    keep(app, &mut job, &Outcome::default()).await?;
    match carry_out(app, job.clone(), &roster, &running).await {
        Ok(summary) => Ok((job.id, summary, roster)),
        Err(problem) => {
            let told = Problem::new(problem.status, problem.code, problem.zh.clone(), problem.en.clone());
            conclude(app, job, Err(told)).await;
            Err(problem)
        }
    }
}

/// The author of everything that an import writes.
pub(super) fn actor_of(job: &ImportJob) -> Result<Actor, Problem> {
    let byte = |at: usize| u8::from_str_radix(job.id.get(at * 2..at * 2 + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..16).map(byte).collect();
    let actor = bytes.and_then(|bytes| Actor::from_slice(&bytes));
    actor.ok_or_else(|| StoreError::Damaged { what: "import" }.into())
}

pub(super) async fn carry_out(
    app: &App,
    mut job: ImportJob,
    roster: &Roster,
    running: &Running,
) -> Result<ImportSummary, Problem> {
    let started = now_ms();
    let _turn = app.office_turn().await;
    let actor = actor_of(&job)?;
    let prepared = prepare(app, roster, &job.community, actor, &running.progress).await?;
    let mut outcome = Outcome { summary: Some(prepared.summary.clone()), ..Outcome::default() };
    // What is known before the changes are durable must be kept before: afterwards they are no longer news.
    job.since = *app.log.durable().borrow();
    keep(app, &mut job, &outcome).await?;
    job.upto = prepared.store(app, &running.progress).await?;
    let summary = outcome.summary.get_or_insert_default();
    summary.ms = (now_ms() - started).unsigned_abs();
    let summary = summary.clone();
    imported(app, job, &outcome).await?;
    Ok(summary)
}

/// Its changes are durable and in the lists.
pub(super) async fn imported(app: &App, mut job: ImportJob, outcome: &Outcome) -> Result<(), Problem> {
    job.state = ImportState::Imported;
    keep(app, &mut job, outcome).await?;
    app.events.say(News::Import);
    Ok(())
}

/// What the audit says of an import.
pub(crate) fn audited(did: &ImportSummary) -> serde_json::Value {
    serde_json::json!({
        "dry_run": did.dry_run,
        "rows_read": did.rows_read,
        "rows_bad": did.rows_bad,
        "households_new": did.households_new,
        "households_changed": did.households_changed,
    })
}

/// Who asked for it is not there any more to be written down by the guard.
pub(super) async fn write_down(
    app: &App,
    actor: &str,
    job: &str,
    detail: serde_json::Value,
) -> Result<(), Problem> {
    let deed = Deed {
        at_ms: now_ms(),
        actor: actor.to_owned(),
        action: Action::Import.word().into(),
        subject: job.to_owned(),
        detail: detail.to_string(),
        status: StatusCode::OK.as_u16(),
    };
    app.accounts.record(&deed).await?;
    Ok(())
}

/// What did not come to its end is said so, unless the relay stops: then it goes on at the next start.
pub(super) async fn conclude(app: &App, mut job: ImportJob, done: Result<(), Problem>) {
    let Err(problem) = done else { return };
    tracing::error!(code = problem.code, import = job.id, "an import or undo did not come to its end");
    if *app.stopping.borrow() {
        return;
    }
    let mut outcome = outcome_of(&job).unwrap_or_default();
    outcome.problem = Some(told(&problem));
    job.state = match job.state {
        ImportState::Undoing => ImportState::Imported,
        _ => ImportState::Failed,
    };
    if let Err(problem) = keep(app, &mut job, &outcome).await {
        tracing::error!(code = problem.code, import = job.id, "how an import ended could not be kept");
    }
}

/// Begins to take an import back.
pub(crate) async fn undo(app: &App, by: &Caller, id: &str, reason: &str) -> Result<ImportJob, Problem> {
    let _turn = app.imports.turn.lock().await;
    let mut job = job_in(app, id, &[ImportState::Imported]).await?;
    let running = app.imports.begin(id, Progress::new(Doing::Undo, 0))?;
    let mut outcome = outcome_of(&job)?;
    outcome.problem = None;
    outcome.undo = Some(Undone {
        by: by.user_id.clone(),
        reason: reason.to_owned(),
        at_ms: now_ms(),
        ..Undone::default()
    });
    job.state = ImportState::Undoing;
    keep(app, &mut job, &outcome).await?;
    let (app, begun) = (app.clone(), job.clone());
    tokio::spawn(async move {
        let done = take_back(&app, begun.clone(), &running).await;
        conclude(&app, begun, done).await;
    });
    Ok(job)
}

pub(super) async fn take_back(app: &App, mut job: ImportJob, running: &Running) -> Result<(), Problem> {
    let _turn = app.office_turn().await;
    let mut outcome = outcome_of(&job)?;
    let author = undo::author_of(actor_of(&job)?);
    // Cut off after its changes were durable: only its end is missing.
    if app.model.author(author).await?.is_none() {
        let plan = undo::plan(app, &job, author, &running.progress).await?;
        let undone = outcome.undo.get_or_insert_default();
        undone.summary = plan.summary.clone();
        undone.kept = plan.kept.clone();
        keep(app, &mut job, &outcome).await?;
        plan.store(app, &running.progress).await?;
    }
    job.state = ImportState::Undone;
    keep(app, &mut job, &outcome).await?;
    app.events.say(News::Import);
    let undone = outcome.undo.unwrap_or_default();
    let mut detail = serde_json::to_value(&undone.summary).unwrap_or_default();
    if let Some(map) = detail.as_object_mut() {
        map.insert("undo".into(), true.into());
    }
    write_down(app, &undone.by, &job.id, detail).await
}

/// A job's file as it was read.
pub(crate) async fn roster(app: &App, job: &ImportJob) -> Result<Arc<Roster>, Problem> {
    app.imports.open(app, job, now_ms()).await
}
