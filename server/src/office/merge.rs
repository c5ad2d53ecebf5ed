//! Making two households one, and two again.

use super::decide::reason_of;
use super::{Drafts, author};
use crate::clock::{now_ms, random};
use crate::problem::Problem;
use crate::state::App;
use axum::http::StatusCode;
use linli_core::duplicates::{MergeChange, plan_merge, plan_unmerge};
use linli_core::ids::{DecisionId, DocId, HouseholdId};
use linli_core::kinds::{DocKind, MergeNote};
use linli_storage::model::OpenDoc;

/// The first household stays, the second becomes a part of it.
pub(crate) async fn merge(
    app: &App,
    survivor: HouseholdId,
    absorbed: HouseholdId,
    reason: &str,
) -> Result<DecisionId, Problem> {
    let reason = reason_of(reason)?;
    if survivor == absorbed {
        return Err(refused(
            "merge.same",
            "不能把一户与它自己合并",
            "a household cannot be merged with itself",
        ));
    }
    let _turn = app.office_turn().await;
    let mut docs = [household(app, survivor).await?, household(app, absorbed).await?];
    let fields = [docs[0].document.fields(), docs[1].document.fields()];
    if fields.iter().any(|fields| fields.get("merged_into").is_some_and(|into| into.as_text().is_some())) {
        return Err(refused(
            "merge.already",
            "其中一户已经并入别户,请先撤销那次合并",
            "one of them is already merged; undo that merge first",
        ));
    }
    let id = DecisionId(random());
    let now = now_ms();
    let changes = plan_merge(id, (survivor, &fields[0]), (absorbed, &fields[1]), reason, now);
    store(app, &mut docs, &changes, &format!("merge {id}"), now).await?;
    Ok(id)
}

/// Takes a merge back.
pub(crate) async fn unmerge(app: &App, id: DecisionId, reason: &str) -> Result<(), Problem> {
    let reason = reason_of(reason)?;
    let _turn = app.office_turn().await;
    let record = app.model.merge(id).await?.ok_or_else(|| Problem::not_found("合并", "merge", id))?;
    if record.undone {
        return Err(refused("merge.undone", "这次合并已经撤销过了", "this merge has already been undone"));
    }
    let mut docs = [household(app, record.survivor).await?, household(app, record.absorbed).await?];
    let fields = [docs[0].document.fields(), docs[1].document.fields()];
    let notes = MergeNote::read_all(&fields[0]);
    let note = notes.into_iter().find(|(noted, _, _)| *noted == id);
    let (_, note, _) = note.ok_or_else(|| Problem::not_found("合并", "merge", id))?;
    let now = now_ms();
    let changes = plan_unmerge(id, &note, (record.survivor, &fields[0]), (record.absorbed, &fields[1]));
    store(app, &mut docs, &changes, &format!("unmerge {id}: {reason}"), now).await
}

async fn store(
    app: &App,
    docs: &mut [OpenDoc; 2],
    changes: &[MergeChange; 2],
    message: &str,
    now_ms: i64,
) -> Result<(), Problem> {
    let mut drafts = Drafts::default();
    for (open, change) in docs.iter_mut().zip(changes) {
        let mut author = author(now_ms);
        author.message = Some(message.to_owned());
        if let Some(made) = open.document.edit(&author, &change.puts) {
            drafts.add(open.space, open.id, DocKind::Household, open.generation, made);
        }
    }
    drafts.store(app, now_ms).await
}

async fn household(app: &App, id: HouseholdId) -> Result<OpenDoc, Problem> {
    let open = app.model.document(DocId::from(id)).await?;
    open.filter(|open| open.document.kind() == DocKind::Household)
        .ok_or_else(|| Problem::not_found("户", "household", id))
}

fn refused(code: &'static str, zh: &str, en: &str) -> Problem {
    Problem::new(StatusCode::CONFLICT, code, zh, en)
}
