//! Resolving a conflict: the value chosen is written over all others, with the decision beside it, so that
//! every phone learns what was kept, what was not, and why.

use super::{Drafts, author};
use crate::clock::{now_ms, random};
use crate::problem::Problem;
use crate::state::App;
use axum::http::StatusCode;
use linli_core::ids::{ConflictId, DecisionId};
use linli_core::kinds::{Decision, LostValue};
use linli_core::record::{Put, Value};

/// What an admin chose.
pub(crate) enum Choice {
    /// One of the values listed, from 1.
    Listed(usize),
    /// Another one.
    Typed(String),
}

pub(crate) async fn resolve(
    app: &App,
    id: ConflictId,
    choice: Choice,
    reason: &str,
) -> Result<String, Problem> {
    let reason = reason_of(reason)?;
    let _turn = app.office_turn().await;
    let record = app.model.conflict(id).await?.ok_or_else(|| Problem::not_found("冲突", "conflict", id))?;
    let open = app.model.document(record.doc).await?;
    let mut open = open.ok_or_else(|| Problem::not_found("文档", "document", record.doc))?;
    let Some(conflict) = open.document.conflict_at(record.key.clone()) else {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "conflict.closed",
            "这个冲突已经处理过了,请刷新列表",
            "this conflict has already ended; reload the list",
        ));
    };
    let kept = match choice {
        Choice::Listed(number) => {
            let index = number.wrapping_sub(1);
            let version = record.versions.get(index).ok_or_else(|| {
                Problem::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "conflict.no_such_choice",
                    format!("没有第 {number} 个值,共有 {} 个", record.versions.len()),
                    format!("there is no value {number}; there are {}", record.versions.len()),
                )
            })?;
            version.value.clone()
        }
        Choice::Typed(text) => match conflict.field {
            Some(field) => field.parse(&text).map_err(|error| Problem::bad(&error))?,
            None => Value::Text(text),
        },
    };
    let lost = conflict.versions.iter().filter(|version| version.value != kept);
    let now = now_ms();
    let decision = Decision {
        key: record.key.clone(),
        kept: kept.show(),
        lost: lost.map(|v| LostValue { value: v.value.show(), actor: v.actor }).collect(),
        reason: reason.to_owned(),
        at_ms: now,
    };
    let shown = kept.show();
    let key = Decision::key_of(DecisionId(random()));
    let puts = [Put { key: record.key, value: Some(kept) }, Put::set(key, decision.to_value())];
    let change = open.document.edit(&author(now), &puts);
    let mut drafts = Drafts::default();
    if let Some(change) = change {
        drafts.add(open.space, open.id, open.document.kind(), open.generation, change);
    }
    drafts.store(app, now).await?;
    Ok(shown)
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
