//! Writing, issuing and withdrawing directives.

use super::{Drafts, author};
use crate::access::{Caller, TOKEN_ACTOR};
use crate::clock::{now_ms, random};
use crate::problem::Problem;
use crate::state::{App, OFFICE_NAME};
use axum::http::StatusCode;
use linli_core::doc::Document;
use linli_core::ids::{DirectiveId, DocId};
use linli_core::kinds::{Directive, DocKind, community_space};
use linli_core::record::{Put, Value};
use linli_storage::model::DirectiveRecord;
use linli_storage::office::directives::DirectiveDraft;
use std::collections::{BTreeMap, BTreeSet};

/// Drafts kept at once: nobody writes so many, and each is read whenever the list is shown.
const DRAFTS_MAX: usize = 100;

/// What somebody has typed.
pub(crate) struct Typed {
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) community: Option<String>,
    pub(crate) grids: BTreeSet<String>,
    pub(crate) from_ms: Option<i64>,
    pub(crate) until_ms: Option<i64>,
}

/// Every version that was ever issued, by its id.
pub(crate) struct Known(BTreeMap<DirectiveId, DirectiveRecord>);

impl Known {
    pub(crate) async fn read(app: &App) -> Result<Known, Problem> {
        Ok(Known(app.model.directives().await?.into_iter().map(|record| (record.id, record)).collect()))
    }

    pub(crate) fn get(&self, id: DirectiveId) -> Option<&DirectiveRecord> {
        self.0.get(&id)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &DirectiveRecord> {
        self.0.values()
    }

    /// The version that takes its place.
    pub(crate) fn successor(&self, directive: &Directive) -> Option<(DirectiveId, &Directive)> {
        directive.successor(|id| Some(&self.0.get(&id)?.directive))
    }

    /// The number that a version after this one gets: counted on from those that were taken back.
    pub(crate) fn next_version(&self, directive: &Directive) -> i64 {
        directive.newest_version(|id| Some(&self.0.get(&id)?.directive)) + 1
    }

    /// The version that shall be superseded: it stands, and has no newer one that stands.
    fn superseded(&self, id: DirectiveId) -> Result<&DirectiveRecord, Problem> {
        let record = self.get(id).ok_or_else(|| not_found(id))?;
        if record.directive.is_withdrawn() {
            return Err(withdrawn());
        }
        match self.successor(&record.directive) {
            None => Ok(record),
            Some(_) => Err(refused(
                StatusCode::CONFLICT,
                "directive.superseded",
                "这一版已经有新版了,请在最新一版上修改",
                "this version has a newer one already; start from that",
            )),
        }
    }
}

/// Starts a draft: empty, or with what the version says that it shall supersede.
pub(crate) async fn start(
    app: &App,
    caller: &Caller,
    supersedes: Option<DirectiveId>,
) -> Result<DirectiveDraft, Problem> {
    let _one = app.keeping.lock().await;
    if app.accounts.drafts().await?.len() >= DRAFTS_MAX {
        return Err(refused(
            StatusCode::CONFLICT,
            "directive.too_many_drafts",
            "草稿太多,请先签发或删除一些",
            "there are too many drafts; issue or discard some first",
        ));
    }
    let mut draft = DirectiveDraft {
        id: DirectiveId(random()),
        supersedes,
        title: String::new(),
        text: String::new(),
        community: String::new(),
        grids: BTreeSet::new(),
        from_ms: None,
        until_ms: None,
        updated_ms: now_ms(),
        user: caller.user_id.clone(),
    };
    if let Some(id) = supersedes {
        let old = Known::read(app).await?.superseded(id)?.clone();
        draft.title = old.directive.title.unwrap_or_default();
        draft.text = old.directive.text.unwrap_or_default();
        draft.grids = old.directive.grids;
        draft.community = old.community;
    }
    app.accounts.add_draft(&draft).await?;
    Ok(draft)
}

/// Keeps what was typed into a draft. What is too long or for no grid of ours is refused already here.
pub(crate) async fn keep(
    app: &App,
    caller: &Caller,
    id: DirectiveId,
    typed: Typed,
) -> Result<DirectiveDraft, Problem> {
    let old = draft(app, id).await?;
    for (field, text) in [("title", &typed.title), ("text", &typed.text)] {
        let spec = Directive::SPEC.require(field).map_err(|error| Problem::bad(&error))?;
        spec.parse(text).map_err(|error| Problem::bad(&error))?;
    }
    let draft = DirectiveDraft {
        title: typed.title,
        text: typed.text,
        community: typed.community.unwrap_or(old.community),
        grids: typed.grids,
        from_ms: typed.from_ms,
        until_ms: typed.until_ms,
        updated_ms: now_ms(),
        user: caller.user_id.clone(),
        ..old
    };
    community_of(app, &draft).await?;
    if !app.accounts.keep_draft(&draft).await? {
        // Issued or thrown away since: it must not come back.
        return Err(not_found(id));
    }
    Ok(draft)
}

pub(crate) async fn draft(app: &App, id: DirectiveId) -> Result<DirectiveDraft, Problem> {
    app.accounts.draft(id).await?.ok_or_else(|| not_found(id))
}

/// Issues a draft: from now on it is a document that every phone of the community gets.
pub(crate) async fn issue(app: &App, caller: &Caller, id: DirectiveId) -> Result<(), Problem> {
    let _turn = app.office_turn().await;
    let draft = draft(app, id).await?;
    if app.model.directive(id).await?.is_some() {
        // Issued before, by a relay that was cut off before it could drop the draft.
        app.accounts.drop_draft(id).await?;
        return Ok(());
    }
    let now = now_ms();
    let community = community_of(app, &draft).await?.ok_or_else(|| {
        refused(
            StatusCode::UNPROCESSABLE_ENTITY,
            "directive.no_community",
            "请选择社区,或选择目标网格",
            "choose a community, or the grids that it is for",
        )
    })?;
    let (title, text) = (draft.title.trim(), draft.text.trim());
    if title.is_empty() || text.is_empty() {
        return Err(refused(
            StatusCode::UNPROCESSABLE_ENTITY,
            "directive.empty",
            "标题和内容都要填写",
            "a directive needs a title and a text",
        ));
    }
    let from = draft.from_ms.unwrap_or(now).max(now);
    if draft.until_ms.is_some_and(|until| until <= from) {
        return Err(refused(
            StatusCode::UNPROCESSABLE_ENTITY,
            "directive.bad_window",
            "失效时间要晚于生效时间和现在",
            "it must end after it begins, and not in the past",
        ));
    }
    let mut drafts = Drafts::default();
    let space = community_space(&community);
    let mut version = 1;
    if let Some(before) = draft.supersedes {
        let known = Known::read(app).await?;
        let old = known.superseded(before)?;
        if old.community != community {
            return Err(refused(
                StatusCode::UNPROCESSABLE_ENTITY,
                "directive.other_community",
                "新版必须发给上一版的社区;发给别的社区请另写一条",
                "a version goes to the community of the one before; write another directive for others",
            ));
        }
        version = known.next_version(&old.directive);
        let mut open = app.model.document(DocId(before.0)).await?.ok_or_else(|| not_found(before))?;
        let puts = [Put::set("superseded_by", id.to_string().as_str())];
        if let Some(change) = open.document.edit(&author(now), &puts) {
            drafts.add(open.space, open.id, DocKind::Directive, open.generation, change);
        }
    }
    let directive = Directive {
        title: Some(title.to_owned()),
        text: Some(text.to_owned()),
        community: Some(community),
        version: Some(version),
        supersedes: draft.supersedes.map(|id| id.to_string()),
        from_ms: Some(from),
        until_ms: draft.until_ms,
        grids: draft.grids,
        issued_by: Some(signer(caller)),
        issued_ms: Some(now),
        state: Some(Directive::ISSUED.into()),
        ..Directive::default()
    };
    let mut document = Document::new(DocKind::Directive);
    if let Some(change) = document.edit(&author(now), &directive.puts("")) {
        drafts.add(space, DocId(id.0), DocKind::Directive, 0, change);
    }
    drafts.store(app, now).await?;
    // Only now: a draft whose document did not become durable must still be there.
    app.accounts.drop_draft(id).await?;
    Ok(())
}

/// Takes a directive back, for a reason that every worker reads.
pub(crate) async fn withdraw(app: &App, id: DirectiveId, reason: &str) -> Result<(), Problem> {
    let reason = super::decide::reason_of(reason)?;
    let _turn = app.office_turn().await;
    let open = app.model.document(DocId(id.0)).await?.ok_or_else(|| not_found(id))?;
    let mut document = open.document;
    let directive = Directive::read(&document.fields(), "");
    if document.kind() != DocKind::Directive {
        return Err(not_found(id));
    }
    if directive.is_withdrawn() {
        return Err(withdrawn());
    }
    let now = now_ms();
    let puts = [
        Put::set("state", Directive::WITHDRAWN),
        Put::set("reason", reason),
        Put::set("withdrawn_ms", Value::Int(now)),
    ];
    let mut drafts = Drafts::default();
    if let Some(change) = document.edit(&author(now), &puts) {
        drafts.add(open.space, open.id, DocKind::Directive, open.generation, change);
    }
    drafts.store(app, now).await
}

/// The community that a draft is for.
async fn community_of(app: &App, draft: &DirectiveDraft) -> Result<Option<String>, Problem> {
    let several = || {
        refused(
            StatusCode::UNPROCESSABLE_ENTITY,
            "directive.two_communities",
            "一条指令的网格必须在同一社区",
            "the grids of a directive must lie in one community",
        )
    };
    super::community_for(app, &draft.grids, &draft.community, several).await
}

/// As workers read it. Whoever holds the token is no person with a name.
fn signer(caller: &Caller) -> String {
    if caller.user_id == TOKEN_ACTOR { OFFICE_NAME.into() } else { caller.name.clone() }
}

fn withdrawn() -> Problem {
    refused(
        StatusCode::CONFLICT,
        "directive.withdrawn",
        "这条指令已经撤回了;需要时请另写一条",
        "this directive was withdrawn already; write another where one is needed",
    )
}

pub(crate) fn not_found(id: DirectiveId) -> Problem {
    Problem::not_found("指令", "directive", id)
}

fn refused(status: StatusCode, code: &'static str, zh: &str, en: &str) -> Problem {
    Problem::new(status, code, zh, en)
}
