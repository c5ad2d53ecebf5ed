//! Deciding a conflict, and taking a decision back.
//!
//! The value chosen is written over all others, with the decision beside it, so that every phone learns what
//! was kept, what was not, and why. Taking it back writes the values again. Both only ever add changes.

use super::claims::{self, Accounts};
use super::proposals::{field_of, proposal_of};
use super::{Drafts, author_of};
use crate::access::Caller;
use crate::clock::{now_ms, random};
use crate::problem::Problem;
use crate::state::App;
use axum::http::StatusCode;
use linli_core::doc::UndoWord;
use linli_core::ids::{Actor, ConflictId, DecisionId, DocId};
use linli_core::kinds::{Decision, LostValue};
use linli_core::record::{Put, Value};
use linli_core::time::{TimeMs, show};
use linli_storage::model::{Cause, ConflictRecord, OpenDoc};
use std::collections::BTreeMap;

/// What an admin chose.
pub(crate) enum Choice {
    /// One of the values listed, from 1.
    Listed(usize),
    /// Another one.
    Typed(String),
    /// What the desk proposes, if it is still this value.
    Proposed(Option<usize>),
}

/// A conflict to decide.
pub(crate) struct Wanted {
    pub(crate) id: ConflictId,
    pub(crate) choice: Choice,
    /// How many values the admin saw.
    pub(crate) seen: Option<usize>,
    /// Although somebody else is working on it.
    pub(crate) take_over: bool,
}

/// Decides one conflict; the value kept.
pub(crate) async fn resolve(app: &App, wanted: Wanted, reason: &str, by: &Caller) -> Result<String, Problem> {
    let reason = reason_of(reason)?;
    let _turn = app.office_turn().await;
    let mut desk = Desk::new(app, reason, by);
    let kept = desk.decide(wanted).await?;
    desk.store().await?;
    Ok(kept)
}

/// Decides many, each by itself: what is refused does not keep the others from being decided. All that are
/// decided become durable together.
pub(crate) async fn resolve_all(
    app: &App,
    wanted: Vec<Wanted>,
    reason: &str,
    by: &Caller,
) -> Result<Vec<(ConflictId, Result<String, Problem>)>, Problem> {
    let reason = reason_of(reason)?;
    let _turn = app.office_turn().await;
    let mut desk = Desk::new(app, reason, by);
    let mut answers: Vec<(ConflictId, Result<String, Problem>)> = Vec::new();
    for one in wanted {
        let id = one.id;
        let answer = desk.decide(one).await;
        answers.push((id, answer));
    }
    desk.store().await?;
    Ok(answers)
}

/// Decisions that become durable together.
struct Desk<'a> {
    app: &'a App,
    reason: &'a str,
    by: &'a Caller,
    now: TimeMs,
    /// Documents with the decisions so far.
    open: BTreeMap<DocId, OpenDoc>,
    decided: Vec<ConflictId>,
    drafts: Drafts,
}

impl<'a> Desk<'a> {
    fn new(app: &'a App, reason: &'a str, by: &'a Caller) -> Desk<'a> {
        let (open, decided, drafts) = (BTreeMap::new(), Vec::new(), Drafts::default());
        Desk { app, reason, by, now: now_ms(), open, decided, drafts }
    }

    async fn decide(&mut self, wanted: Wanted) -> Result<String, Problem> {
        let app = self.app;
        let record = known(app, wanted.id).await?;
        if record.status == "resolved" {
            return Err(already_resolved(app, &record).await?);
        }
        claims::check(app, &wanted.id.to_string(), self.by, wanted.take_over).await?;
        if wanted.seen.is_some_and(|seen| seen != record.versions.len()) {
            return Err(conflict(
                "conflict.grown",
                "这期间又来了新的值,请重新查看后再裁定;什么都没有改动",
                "another value has arrived meanwhile; look again and decide then. Nothing was changed",
            ));
        }
        if let std::collections::btree_map::Entry::Vacant(place) = self.open.entry(record.doc) {
            let open = app.model.document(record.doc).await?;
            place.insert(open.ok_or_else(|| Problem::not_found("文档", "document", record.doc))?);
        }
        let kept = kept_value(app, &record, wanted.choice).await?;
        let Some(open) = self.open.get_mut(&record.doc) else { return Err(closed()) };
        let found = open.document.conflict_at(record.key.clone()).ok_or_else(closed)?;
        let lost = found.versions.iter().filter(|version| version.value != kept);
        let decision = Decision {
            key: record.key.clone(),
            kept: kept.show(),
            lost: lost.map(|v| LostValue { value: v.value.show(), actor: v.author }).collect(),
            reason: self.reason.to_owned(),
            at_ms: self.now,
            by: Some(self.by.user_id.clone()),
        };
        let shown = kept.show();
        let key = Decision::key_of(DecisionId(random()));
        let puts = [Put { key: record.key, value: Some(kept) }, Put::set(key, decision.to_value())];
        if let Some(change) = open.document.edit(&author_of(self.by, self.now), &puts) {
            self.drafts.add(open.space, open.id, open.document.kind(), open.generation, change);
        }
        self.decided.push(wanted.id);
        Ok(shown)
    }

    async fn store(self) -> Result<(), Problem> {
        self.drafts.store(self.app, self.now).await?;
        for id in self.decided {
            self.app.accounts.unclaim(&id.to_string(), None).await?;
        }
        Ok(())
    }
}

async fn known(app: &App, id: ConflictId) -> Result<ConflictRecord, Problem> {
    let found = app.model.conflict(id).await?;
    found.map(|placed| placed.record).ok_or_else(|| Problem::not_found("冲突", "conflict", id))
}

async fn kept_value(app: &App, record: &ConflictRecord, choice: Choice) -> Result<Value, Problem> {
    match choice {
        Choice::Listed(number) => {
            let version = record.versions.get(number.wrapping_sub(1)).ok_or_else(|| {
                Problem::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "conflict.no_such_choice",
                    format!("没有第 {number} 个值,共有 {} 个", record.versions.len()),
                    format!("there is no value {number}; there are {}", record.versions.len()),
                )
            })?;
            Ok(version.value.clone())
        }
        Choice::Typed(text) => match field_of(record) {
            Some(field) => field.parse(&text).map_err(|error| Problem::bad(&error)),
            None => Ok(Value::Text(text)),
        },
        Choice::Proposed(expected) => {
            let actors: Vec<Actor> = record.versions.iter().map(|version| version.actor).collect();
            let proposal = proposal_of(record, &app.model.authors_of(&actors).await?);
            let index = proposal.map(|proposal| proposal.index);
            if expected.is_some_and(|expected| index.map(|index| index + 1) != Some(expected)) {
                return Err(conflict(
                    "conflict.other_proposal",
                    "建议值在这期间变了,请单独查看这一条",
                    "another value is proposed by now; look at this one by itself",
                ));
            }
            let version = index.and_then(|index| record.versions.get(index));
            version.map(|version| version.value.clone()).ok_or_else(|| {
                conflict(
                    "conflict.no_proposal",
                    "这一条没有建议值,请单独裁定",
                    "nothing is proposed for this one; decide it by itself",
                )
            })
        }
    }
}

/// Takes a decision back: the values stand against each other again, under their authors' names.
pub(crate) async fn undo(app: &App, id: ConflictId, reason: &str, by: &Caller) -> Result<(), Problem> {
    let reason = reason_of(reason)?;
    let _turn = app.office_turn().await;
    let record = known(app, id).await?;
    let Some(Cause::Decision { id: decision, .. }) = record.cause else {
        return Err(conflict(
            "conflict.not_resolved",
            "这一条没有人裁定过(或裁定已经撤销),没有可撤销的",
            "nobody has decided this one, or the decision was taken back already; there is nothing to undo",
        ));
    };
    claims::check(app, &id.to_string(), by, false).await?;
    let open = app.model.document(record.doc).await?;
    let mut open = open.ok_or_else(|| Problem::not_found("文档", "document", record.doc))?;
    if open.document.conflict_at(record.key.clone()).is_some() {
        return Err(conflict(
            "conflict.open_again",
            "这个字段后来又有了新的冲突,请直接处理那一条",
            "this field has a new conflict since; decide that one instead",
        ));
    }
    let now = now_ms();
    let word = UndoWord { conflict: id, reason, by: Some(&by.user_id), at_ms: now };
    let mut drafts = Drafts::default();
    for change in open.document.take_back(decision, &word, || Actor(random())) {
        drafts.add(open.space, open.id, open.document.kind(), open.generation, change);
    }
    if drafts.is_empty() {
        return Err(closed());
    }
    drafts.store(app, now).await
}

/// Somebody else was quicker: who, when, and what was chosen.
async fn already_resolved(app: &App, record: &ConflictRecord) -> Result<Problem, Problem> {
    let accounts = Accounts::load(app).await?;
    let by = match &record.cause {
        Some(Cause::Decision { by, .. }) => by.as_deref(),
        _ => None,
    };
    let (zh, en) = accounts.words(by);
    let at = show(record.closed_ms.unwrap_or(record.at_ms));
    let chosen = record.chosen.as_deref().unwrap_or_default();
    let why = record.reason.as_deref().unwrap_or_default();
    Ok(conflict(
        "conflict.already_resolved",
        format!(
            "{zh} 已于 {at} 裁定为“{chosen}”,理由:{why}。您的选择没有保存,也没有改动任何内容;不同意时可以撤销那次裁定"
        ),
        format!(
            "{en} decided this at {at}: {chosen:?} was kept, because: {why}. Your choice was not saved and nothing was changed; undo that decision if you disagree"
        ),
    ))
}

fn closed() -> Problem {
    conflict(
        "conflict.closed",
        "这个冲突已经处理过了,请刷新列表",
        "this conflict has already ended; reload the list",
    )
}

fn conflict(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Problem {
    Problem::new(StatusCode::CONFLICT, code, zh, en)
}

/// A decision without a reason helps nobody who reads it later.
pub(crate) fn reason_of(reason: &str) -> Result<&str, Problem> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > Value::LINE_CHARS_MAX {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "reason.missing",
            "请写明原因(100 字以内)",
            "give a reason of up to 100 characters",
        ));
    }
    Ok(reason)
}
