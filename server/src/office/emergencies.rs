//! Emergencies: opened by name, with the campaigns that serve them; and closed, which destroys what they were answered.

use super::forget::{self, Subject, Wish};
use super::{Drafts, author_of};
use crate::access::Caller;
use crate::clock::{now_ms, random};
use crate::problem::Problem;
use crate::state::App;
use axum::http::StatusCode;
use linli_core::doc::Document;
use linli_core::ids::DocId;
use linli_core::kinds::{Canvass, DocKind, Emergency, community_space};
use linli_core::record::Put;
use linli_core::time::date_of;
use linli_storage::model::OpenDoc;
use std::collections::BTreeSet;

/// Going on at one time; more would be none.
const OPEN_MAX: usize = 20;

/// What somebody has typed.
pub(crate) struct Typed {
    pub(crate) name: String,
    pub(crate) basis: Option<String>,
    pub(crate) community: Option<String>,
}

/// Opens one.
pub(crate) async fn open(app: &App, caller: &Caller, typed: Typed) -> Result<DocId, Problem> {
    let now = now_ms();
    let field = |key: &str, text: Option<&str>| -> Result<Option<String>, Problem> {
        let spec = Emergency::SPEC.require(key).map_err(|error| Problem::bad(&error))?;
        let value = spec.parse(text.unwrap_or_default()).map_err(|error| Problem::bad(&error))?;
        Ok(value.as_text().map(str::to_owned))
    };
    let name = field("name", Some(&typed.name))?.ok_or_else(bad_name)?;
    let _turn = app.office_turn().await;
    let going_on = all(app).await?.into_iter().filter(|(_, emergency)| emergency.is_open());
    let names: BTreeSet<String> = going_on.filter_map(|(_, emergency)| emergency.name).collect();
    if names.contains(&name) || names.len() >= OPEN_MAX {
        return Err(name_taken(&name));
    }
    let chosen = typed.community.as_deref().unwrap_or_default();
    let community = super::community_for(app, &BTreeSet::new(), chosen, no_community).await?;
    let community = community.ok_or_else(no_community)?;
    let emergency = Emergency {
        name: Some(name),
        community: Some(community.clone()),
        basis: field("basis", typed.basis.as_deref())?,
        state: Some(Emergency::OPEN.into()),
        from: Some(date_of(now).to_string()),
        to: None,
        closed_by: None,
    };
    let id = DocId(random());
    let mut drafts = Drafts::default();
    if let Some(change) = Document::new(DocKind::Emergency).edit(&author_of(caller, now), &emergency.puts(""))
    {
        drafts.add(community_space(&community), id, DocKind::Emergency, 0, change);
    }
    drafts.store(app, now).await?;
    Ok(id)
}

/// Every emergency with its document's id, those that go on first, then the newest.
pub(crate) async fn all(app: &App) -> Result<Vec<(DocId, Emergency)>, Problem> {
    let read = |open: OpenDoc| (open.id, Emergency::read(&open.document.fields(), ""));
    let mut all: Vec<_> = app.model.emergencies().await?.into_iter().map(read).collect();
    all.sort_by(|(a, one), (b, other)| {
        (!one.is_open(), &other.from, a).cmp(&(!other.is_open(), &one.from, b))
    });
    Ok(all)
}

/// The one that a new campaign is to serve.
pub(crate) async fn going_on(app: &App, id: &str) -> Result<DocId, Problem> {
    let found = all(app).await?.into_iter().find(|(known, _)| known.to_string() == id);
    let (id, emergency) = found.ok_or_else(|| not_found(id))?;
    if emergency.is_open() { Ok(id) } else { Err(closed()) }
}

/// Ends an emergency and the campaigns that serve it: nothing more is recorded for it. Destroys nothing yet; whoever
/// calls it has the office's turn and destroys in the same one.
pub(super) async fn end(app: &App, id: DocId, actor: &str) -> Result<(), Problem> {
    let found = app.model.document(id).await?.filter(|open| open.document.kind() == DocKind::Emergency);
    let mut open = found.ok_or_else(|| not_found(&id.to_string()))?;
    let (now, mut drafts) = (now_ms(), Drafts::default());
    let author = super::author_of_user(actor, now);
    for campaign in app.model.canvasses().await? {
        let ends = campaign.canvass.state.as_deref() != Some(Canvass::CLOSED);
        if !ends || campaign.canvass.emergency != Some(id.to_string()) {
            continue;
        }
        let Some(mut served) = app.model.document(campaign.id).await? else { continue };
        if let Some(change) = served.document.edit(&author, &[Put::set("state", Canvass::CLOSED)]) {
            drafts.add(served.space, served.id, DocKind::Canvass, served.generation, change);
        }
    }
    if !Emergency::read(&open.document.fields(), "").is_closed() {
        let puts = [
            Put::set("state", Emergency::CLOSED),
            Put::set("to", date_of(now).to_string()),
            Put::set("closed_by", actor),
        ];
        if let Some(change) = open.document.edit(&author, &puts) {
            drafts.add(open.space, open.id, DocKind::Emergency, open.generation, change);
        }
    }
    drafts.store(app, now).await
}

/// Destroys what closed emergencies left: a relay was cut off between closing and destroying, or a phone that was away
/// has brought something for a door that nobody knew of.
pub(super) async fn finish(app: &App) -> Result<(), Problem> {
    for (id, emergency) in all(app).await?.into_iter().filter(|(_, emergency)| emergency.is_closed()) {
        let turn = app.office_turn().await;
        if leaves_something(app, id).await? {
            let actor = emergency.closed_by.unwrap_or_default();
            let wish =
                Wish { subject: Subject::Emergency(id), notes: false, reason: "purpose".into(), actor };
            forget::erase_in(app, turn, &wish).await?;
        }
    }
    Ok(())
}

/// Whether a closed emergency has no erasure yet, or answers are there again.
async fn leaves_something(app: &App, id: DocId) -> Result<bool, Problem> {
    let ids = id.to_string();
    if app.log.erasure_about(Subject::Emergency(id).kind(), &ids).await?.is_none() {
        return Ok(true);
    }
    for campaign in app.model.canvasses().await? {
        let serves = campaign.canvass.emergency.as_ref() == Some(&ids);
        if serves && !app.model.sheets_of_period(&campaign.name).await?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn bad_name() -> Problem {
    refused(
        StatusCode::UNPROCESSABLE_ENTITY,
        "emergency.bad_name",
        "请写明突发事件的名称",
        "say what the emergency is called",
    )
}

fn name_taken(name: &str) -> Problem {
    refused(
        StatusCode::CONFLICT,
        "emergency.taken",
        format!("“{name}”正在进行,或正在进行的突发事件已有 {OPEN_MAX} 个;请先结束已过去的"),
        format!("{name:?} is going on already, or {OPEN_MAX} emergencies are; close those that are over"),
    )
}

fn no_community() -> Problem {
    refused(
        StatusCode::UNPROCESSABLE_ENTITY,
        "emergency.no_community",
        "请选择社区:--community 名称",
        "choose the community: --community NAME",
    )
}

fn closed() -> Problem {
    refused(
        StatusCode::CONFLICT,
        "emergency.closed",
        "这次突发事件已经结束,不能再为它开始排查",
        "this emergency is over; no campaign can be opened for it",
    )
}

fn not_found(id: &str) -> Problem {
    Problem::not_found("突发事件", "emergency", id)
}

fn refused(status: StatusCode, code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Problem {
    Problem::new(status, code, zh, en)
}
