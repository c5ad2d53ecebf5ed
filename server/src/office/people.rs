//! Grids and workers, as the office draws them up.

use super::{Drafts, author};
use crate::clock::now_ms;
use crate::problem::Problem;
use crate::state::App;
use axum::http::StatusCode;
use linli_core::ids::{DocId, WorkerId};
use linli_core::kinds::{DocKind, Worker, community_space};
use linli_storage::model::WorkerRecord;
use std::collections::BTreeSet;

/// Adds a worker, or gives a known one of the same name more grids.
pub(crate) async fn add_worker(
    app: &App,
    name: &str,
    codes: &BTreeSet<String>,
) -> Result<WorkerRecord, Problem> {
    let spec = Worker::SPEC.require("name").map_err(|error| Problem::bad(&error))?;
    let name = spec.parse(name).map_err(|error| Problem::bad(&error))?;
    let Some(name) = name.as_text() else {
        return Err(bad("worker.no_name", "请填写网格员姓名", "give the worker's name"));
    };
    let community = community_of(app, codes).await?;
    let _one = app.office.lock().await;
    let id = WorkerId::derive(&[community.as_bytes(), name.as_bytes()]);
    let doc = DocId(id.0);
    let open = app.model.document(doc).await?;
    let mut document = match open {
        Some(open) => open.document,
        None => linli_core::doc::Document::new(DocKind::Worker),
    };
    let worker =
        Worker { name: Some(name.to_owned()), community: Some(community.clone()), grids: codes.clone() };
    let now = now_ms();
    let mut drafts = Drafts::default();
    if let Some(change) = document.edit(&author(now), &worker.puts("")) {
        drafts.add(community_space(&community), doc, DocKind::Worker, 0, change);
    }
    drafts.store(app, now).await?;
    let grids = Worker::read(&document.fields(), "").grids;
    Ok(WorkerRecord { id, name: name.to_owned(), community, grids })
}

/// The community that all these grids lie in.
async fn community_of(app: &App, codes: &BTreeSet<String>) -> Result<String, Problem> {
    if codes.is_empty() {
        return Err(bad("worker.no_grid", "请至少指定一个网格编码", "give at least one grid code"));
    }
    let grids = app.model.grids().await?;
    let mut communities = BTreeSet::new();
    for code in codes {
        let grid = grids.iter().find(|grid| grid.code == *code);
        let grid = grid.ok_or_else(|| Problem::not_found("网格", "grid", code))?;
        communities.insert(grid.community.clone());
    }
    match (communities.len(), communities.pop_first()) {
        (1, Some(community)) => Ok(community),
        _ => Err(bad(
            "worker.two_communities",
            "一名网格员的网格必须在同一社区",
            "a worker's grids must lie in one community",
        )),
    }
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
