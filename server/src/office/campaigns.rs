//! Opening canvass campaigns, changing what they ask, and closing them.

use super::{Drafts, author_of, emergencies};
use crate::access::Caller;
use crate::clock::now_ms;
use crate::problem::Problem;
use crate::state::App;
use axum::http::StatusCode;
use linli_core::doc::Document;
use linli_core::ids::DocId;
use linli_core::kinds::{
    Canvass, DocKind, Question, canvass_doc, canvass_form_key, canvass_form_value, check_questions,
    community_space,
};
use linli_core::record::{FieldType, Put, Value};
use linli_core::time::{date_of, is_quarter};
use std::collections::BTreeSet;

/// Campaigns of a relay, closed ones too: a phone reads those of its community whenever it shows what is open.
const CAMPAIGNS_MAX: usize = 200;

/// What somebody has typed.
pub(crate) struct Typed {
    pub(crate) name: String,
    pub(crate) reason: Option<String>,
    pub(crate) community: Option<String>,
    pub(crate) grids: BTreeSet<String>,
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
    pub(crate) questions: Vec<Question>,
    /// Id of the emergency that it serves.
    pub(crate) emergency: Option<String>,
}

/// Opens a campaign: every phone of the community gets it with its questions.
pub(crate) async fn open(app: &App, caller: &Caller, typed: Typed) -> Result<DocId, Problem> {
    check_questions(&typed.questions).map_err(|error| Problem::bad(&error))?;
    let now = now_ms();
    let field = |key: &str, text: Option<&str>| -> Result<Option<String>, Problem> {
        let spec = Canvass::SPEC.require(key).map_err(|error| Problem::bad(&error))?;
        let value = spec.parse(text.unwrap_or_default()).map_err(|error| Problem::bad(&error))?;
        debug_assert!(matches!(spec.ty, FieldType::Line | FieldType::Date));
        Ok(value.as_text().map(str::to_owned))
    };
    let name = field("name", Some(&typed.name))?.filter(|name| !is_quarter(name)).ok_or_else(bad_name)?;
    let from = field("from", typed.from.as_deref())?.unwrap_or_else(|| date_of(now).to_string());
    let to = field("to", typed.to.as_deref())?;
    if to.as_ref().is_some_and(|to| *to < from || *to < date_of(now).to_string()) {
        return Err(refused(
            StatusCode::UNPROCESSABLE_ENTITY,
            "campaign.bad_days",
            "结束日期不能早于开始日期和今天",
            "the last day cannot be before the first day or today",
        ));
    }
    let _turn = app.office_turn().await;
    let emergency = match &typed.emergency {
        Some(id) => Some(emergencies::going_on(app, id).await?.to_string()),
        None => None,
    };
    let known = app.model.canvasses().await?;
    if known.len() >= CAMPAIGNS_MAX {
        return Err(refused(
            StatusCode::CONFLICT,
            "campaign.too_many",
            format!("最多 {CAMPAIGNS_MAX} 次排查,已经满了"),
            format!("a relay keeps at most {CAMPAIGNS_MAX} campaigns, and has them"),
        ));
    }
    if known.iter().any(|record| record.name == name) {
        return Err(refused(
            StatusCode::CONFLICT,
            "campaign.name_taken",
            format!("已经有叫“{name}”的排查(也许已结束),请换一个名称"),
            format!("there is a campaign {name:?} already, perhaps a closed one; choose another name"),
        ));
    }
    let chosen = typed.community.as_deref().unwrap_or_default();
    let community = super::community_for(app, &typed.grids, chosen, two_communities).await?;
    let community = community.ok_or_else(no_community)?;
    let asks = !typed.questions.is_empty();
    let canvass = Canvass {
        name: Some(name.clone()),
        community: Some(community.clone()),
        reason: field("reason", typed.reason.as_deref())?,
        state: Some(Canvass::OPEN.into()),
        from: Some(from),
        to,
        grids: typed.grids,
        form: asks.then_some(1),
        emergency,
    };
    let mut puts = canvass.puts("");
    if asks {
        puts.push(Put::set(canvass_form_key(1), canvass_form_value(&typed.questions)));
    }
    let id = canvass_doc(&community, &name);
    let mut drafts = Drafts::default();
    if let Some(change) = Document::new(DocKind::Canvass).edit(&author_of(caller, now), &puts) {
        drafts.add(community_space(&community), id, DocKind::Canvass, 0, change);
    }
    drafts.store(app, now).await?;
    Ok(id)
}

/// Asks something else from now on. What was answered keeps the words that asked for it.
pub(crate) async fn change(
    app: &App,
    caller: &Caller,
    id: DocId,
    since: Option<i64>,
    questions: &[Question],
) -> Result<(), Problem> {
    check_questions(questions).map_err(|error| Problem::bad(&error))?;
    edit(app, caller, id, |canvass| {
        let version = canvass.form.unwrap_or(0);
        if since.is_some_and(|since| since != version) {
            return Err(refused(
                StatusCode::CONFLICT,
                "campaign.form_changed",
                format!("别人已经把题目改到第 {version} 版,请在那一版上修改"),
                format!("somebody has changed the questions to version {version}; start from that"),
            ));
        }
        if version >= Canvass::FORMS_MAX {
            return Err(refused(
                StatusCode::CONFLICT,
                "campaign.too_many_forms",
                format!("题目已经改了 {version} 版,请结束后另开一次排查"),
                format!("the questions have {version} versions; close this campaign and open another"),
            ));
        }
        Ok(vec![
            Put::set("form", Value::Int(version + 1)),
            Put::set(canvass_form_key(version + 1), canvass_form_value(questions)),
        ])
    })
    .await
}

/// Ends a campaign for good.
pub(crate) async fn close(app: &App, caller: &Caller, id: DocId) -> Result<(), Problem> {
    edit(app, caller, id, |_| Ok(vec![Put::set("state", Canvass::CLOSED)])).await
}

/// Changes a campaign that is not closed.
async fn edit(
    app: &App,
    caller: &Caller,
    id: DocId,
    puts: impl FnOnce(&Canvass) -> Result<Vec<Put>, Problem>,
) -> Result<(), Problem> {
    let _turn = app.office_turn().await;
    let open = app.model.document(id).await?.ok_or_else(|| not_found(id))?;
    let mut document = open.document;
    if document.kind() != DocKind::Canvass {
        return Err(not_found(id));
    }
    let canvass = Canvass::read(&document.fields(), "");
    if canvass.state.as_deref() == Some(Canvass::CLOSED) {
        return Err(refused(
            StatusCode::CONFLICT,
            "campaign.closed",
            "这次排查已经结束了;需要时请另开一次",
            "this campaign is closed already; open another where one is needed",
        ));
    }
    let (now, puts) = (now_ms(), puts(&canvass)?);
    let mut drafts = Drafts::default();
    if let Some(change) = document.edit(&author_of(caller, now), &puts) {
        drafts.add(open.space, open.id, DocKind::Canvass, open.generation, change);
    }
    drafts.store(app, now).await
}

fn bad_name() -> Problem {
    refused(
        StatusCode::UNPROCESSABLE_ENTITY,
        "campaign.bad_name",
        "请给排查起个名称;不能写成 2026Q4 这样的季度",
        "a campaign needs a name, and not that of a quarter such as 2026Q4",
    )
}

fn two_communities() -> Problem {
    refused(
        StatusCode::UNPROCESSABLE_ENTITY,
        "campaign.two_communities",
        "一次排查的网格必须在同一社区",
        "the grids of a campaign must lie in one community",
    )
}

fn no_community() -> Problem {
    refused(
        StatusCode::UNPROCESSABLE_ENTITY,
        "campaign.no_community",
        "请选择社区,或选择目标网格",
        "choose a community, or the grids that it is for",
    )
}

fn not_found(id: DocId) -> Problem {
    Problem::not_found("排查", "campaign", id)
}

fn refused(status: StatusCode, code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Problem {
    Problem::new(status, code, zh, en)
}
