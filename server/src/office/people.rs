//! Workers and their appointments: who looks after which grid, from when to when.

use super::{Drafts, author, operator};
use crate::clock::{now_ms, random};
use crate::problem::Problem;
use crate::state::App;
use axum::http::StatusCode;
use linli_core::doc::Document;
use linli_core::ids::{AppointmentId, DocId, WorkerId};
use linli_core::kinds::{Appointment, DocKind, Worker, appointment_key, community_space};
use linli_core::record::Put;
use linli_core::time::{Date, date_of};
use linli_storage::model::{GridRecord, WorkerRecord};
use std::collections::BTreeSet;

/// An appointment to make.
pub(crate) struct NewAppointment {
    pub(crate) grid: String,
    /// Today unless given.
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
    pub(crate) head: bool,
}

/// Adds a worker, or appoints a known one of the same name to more grids; from today on unless days are given.
pub(crate) async fn add_worker(
    app: &App,
    name: &str,
    codes: &BTreeSet<String>,
    (from, to): (Option<&str>, Option<&str>),
) -> Result<WorkerRecord, Problem> {
    let name = worker_name(name)?;
    let (from, to) = (from.map(day).transpose()?, to.map(day).transpose()?);
    let today = date_of(now_ms());
    let from = from.unwrap_or(today);
    in_order(from, to)?;
    let _turn = app.office_turn().await;
    let (community, codes) = community_of(app, codes).await?;
    let id = WorkerId::derive(&[community.as_bytes(), name.as_bytes()]);
    let held = match find(app, id).await? {
        Some(known) => known.grids_on(today),
        None => Default::default(),
    };
    let worker = Worker { name: Some(name), community: Some(community.clone()), ..Worker::default() };
    let mut puts = worker.puts("");
    for code in codes.into_iter().filter(|code| !held.contains_key(code)) {
        let appointment = Appointment {
            grid: Some(code),
            from: Some(from.to_string()),
            to: to.map(|to| to.to_string()),
            ..Appointment::default()
        };
        puts.extend(appointment.puts(&appointment_key(AppointmentId(random()))));
    }
    write(app, id, &community, &puts).await
}

/// Gives a worker another name. The id stays, so phones and history do too.
pub(crate) async fn rename_worker(app: &App, wanted: &str, name: &str) -> Result<WorkerRecord, Problem> {
    let name = worker_name(name)?;
    let _turn = app.office_turn().await;
    let worker = find_worker(app, wanted).await?;
    write(app, worker.id, &worker.community, &[Put::set("name", name)]).await
}

/// Appoints a worker to a grid.
pub(crate) async fn appoint(
    app: &App,
    wanted: &str,
    new: NewAppointment,
) -> Result<(WorkerRecord, AppointmentId), Problem> {
    let from = new.from.as_deref().map(day).transpose()?.unwrap_or(date_of(now_ms()));
    let to = new.to.as_deref().map(day).transpose()?;
    in_order(from, to)?;
    let _turn = app.office_turn().await;
    let worker = find_worker(app, wanted).await?;
    let (community, codes) = community_of(app, &BTreeSet::from([new.grid])).await?;
    if community != worker.community {
        return Err(two_communities());
    }
    let appointment = Appointment {
        grid: codes.into_iter().next(),
        from: Some(from.to_string()),
        to: to.map(|to| to.to_string()),
        role: new.head.then(|| Appointment::HEAD.to_owned()),
    };
    let id = AppointmentId(random());
    let worker = write(app, worker.id, &worker.community, &appointment.puts(&appointment_key(id))).await?;
    Ok((worker, id))
}

/// Sets the last day of an appointment, and corrects its first day if one is given.
pub(crate) async fn end(
    app: &App,
    wanted: &str,
    id: AppointmentId,
    (from, to): (Option<&str>, &str),
) -> Result<WorkerRecord, Problem> {
    let (from, to) = (from.map(day).transpose()?, day(to)?);
    let _turn = app.office_turn().await;
    let worker = find_worker(app, wanted).await?;
    let known = worker.appointments.iter().find(|(known, _)| *known == id);
    let (_, known) = known.ok_or_else(|| Problem::not_found("任命", "appointment", id))?;
    if let Some(from) = from.or_else(|| known.from.as_deref().and_then(Date::parse)) {
        in_order(from, Some(to))?;
    }
    let key = appointment_key(id);
    let mut puts = vec![Put::set(format!("{key}to"), to.to_string())];
    puts.extend(from.map(|from| Put::set(format!("{key}from"), from.to_string())));
    write(app, worker.id, &worker.community, &puts).await
}

/// Writes to a worker's document, and lets connected phones learn what they may follow now.
async fn write(app: &App, id: WorkerId, community: &str, puts: &[Put]) -> Result<WorkerRecord, Problem> {
    let doc = DocId(id.0);
    let open = app.model.document(doc).await?;
    let mut document = open.map_or_else(|| Document::new(DocKind::Worker), |open| open.document);
    let now = now_ms();
    let mut drafts = Drafts::default();
    if let Some(change) = document.edit(&author(now), puts) {
        drafts.add(community_space(community), doc, DocKind::Worker, 0, change);
    }
    operator::tell_community(app, &mut drafts, community, &author(now)).await?;
    drafts.store(app, now).await?;
    app.regrant();
    find(app, id).await?.ok_or_else(|| Problem::not_found("网格员", "worker", id))
}

async fn find(app: &App, id: WorkerId) -> Result<Option<WorkerRecord>, Problem> {
    Ok(app.model.workers().await?.into_iter().find(|worker| worker.id == id))
}

fn worker_name(typed: &str) -> Result<String, Problem> {
    let spec = Worker::SPEC.require("name").map_err(|error| Problem::bad(&error))?;
    let name = spec.parse(typed).map_err(|error| Problem::bad(&error))?;
    let name = name.as_text().map(str::to_owned);
    name.ok_or_else(|| bad("worker.no_name", "请填写网格员姓名", "give the worker's name"))
}

fn day(typed: &str) -> Result<Date, Problem> {
    Date::parse(typed.trim())
        .ok_or_else(|| bad("day.malformed", "日期请写成 2026-11-22 的样子", "write a day like 2026-11-22"))
}

fn in_order(from: Date, to: Option<Date>) -> Result<(), Problem> {
    if to.is_none_or(|to| from <= to) {
        return Ok(());
    }
    Err(bad(
        "appointment.ends_before_it_begins",
        "任命的截止日早于起始日,请改正日期",
        "the appointment would end before it begins; correct the days",
    ))
}

/// The community that all these grids lie in, and their own codes.
async fn community_of(app: &App, written: &BTreeSet<String>) -> Result<(String, BTreeSet<String>), Problem> {
    if written.is_empty() {
        return Err(bad("worker.no_grid", "请至少指定一个网格编码", "give at least one grid code"));
    }
    let (mut communities, mut codes) = (BTreeSet::new(), BTreeSet::new());
    for code in written {
        let grid: GridRecord = super::grids::find_grid(app, code).await?;
        communities.insert(grid.community);
        codes.insert(grid.code);
    }
    match (communities.len(), communities.pop_first()) {
        (1, Some(community)) => Ok((community, codes)),
        _ => Err(two_communities()),
    }
}

fn two_communities() -> Problem {
    bad(
        "worker.two_communities",
        "一名网格员的网格必须在同一社区",
        "a worker's grids must lie in one community",
    )
}

/// Finds a worker by name or id.
pub(crate) async fn find_worker(app: &App, wanted: &str) -> Result<WorkerRecord, Problem> {
    let workers = app.model.workers().await?;
    let mut found =
        workers.into_iter().filter(|worker| worker.name == wanted || worker.id.to_string() == wanted);
    match (found.next(), found.next()) {
        (Some(worker), None) => Ok(worker),
        (None, _) => Err(Problem::not_found("网格员", "worker", wanted)),
        (Some(_), Some(_)) => Err(bad(
            "worker.ambiguous",
            "有两位同名网格员,请用编号指定",
            "two workers have this name; use the id",
        )),
    }
}

fn bad(code: &'static str, zh: &str, en: &str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, zh, en)
}
