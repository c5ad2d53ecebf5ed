//! Making two households one, and two again; and remembering which two are not one.

use super::claims::{check, pair_subject};
use super::decide::reason_of;
use super::{Drafts, author};
use crate::access::Caller;
use crate::clock::{now_ms, random};
use crate::problem::Problem;
use crate::state::App;
use axum::http::StatusCode;
use linli_core::duplicates::{Choices, MergeChange, MergeWord, plan_merge, plan_unmerge};
use linli_core::ids::{DecisionId, DocId, HouseholdId};
use linli_core::kinds::{ApartNote, DocKind, MergeNote};
use linli_core::record::{Fields, Put, Value};
use linli_storage::model::OpenDoc;

/// Who acts, why, and whether although somebody else is working on it.
pub(crate) struct Word<'a> {
    pub(crate) reason: &'a str,
    pub(crate) by: &'a Caller,
    pub(crate) take_over: bool,
}

/// The first household stays, the second becomes a part of it.
pub(crate) async fn merge(
    app: &App,
    survivor: HouseholdId,
    absorbed: HouseholdId,
    choices: &Choices,
    word: &Word<'_>,
) -> Result<DecisionId, Problem> {
    let reason = reason_of(word.reason)?;
    if survivor == absorbed {
        return Err(refused(
            "merge.same",
            "不能把一户与它自己合并",
            "a household cannot be merged with itself",
        ));
    }
    let _turn = app.office_turn().await;
    let subject = pair_subject(survivor, absorbed);
    check(app, &subject, word.by, word.take_over).await?;
    let mut docs = [household(app, survivor).await?, household(app, absorbed).await?];
    let fields = [docs[0].document.fields(), docs[1].document.fields()];
    if fields.iter().any(is_merged) {
        return Err(refused(
            "merge.already",
            "其中一户已经并入别户,请先撤销那次合并",
            "one of them is already merged; undo that merge first",
        ));
    }
    if fields.iter().any(|fields| fields.get("withdrawn").is_some_and(|by| by.as_text().is_some())) {
        return Err(refused(
            "merge.withdrawn",
            "其中一户已随导入撤销而撤下,请先修改它或重新导入",
            "one of them was withdrawn when its import was undone; change it or import it again first",
        ));
    }
    let id = DecisionId(random());
    let now = now_ms();
    let words = MergeWord { reason, by: Some(&word.by.user_id), at_ms: now };
    let changes = plan_merge(id, (survivor, &fields[0]), (absorbed, &fields[1]), choices, &words)
        .map_err(|error| Problem::bad(&error))?;
    store(app, &mut docs, &changes, &format!("merge {id}"), now).await?;
    app.accounts.unclaim(&subject, None).await?;
    Ok(id)
}

fn is_merged(fields: &Fields) -> bool {
    fields.get("merged_into").is_some_and(|into| into.as_text().is_some())
}

/// Remembers that two households are two, however alike they look.
pub(crate) async fn dismiss(
    app: &App,
    a: HouseholdId,
    b: HouseholdId,
    word: &Word<'_>,
) -> Result<DecisionId, Problem> {
    let reason = reason_of(word.reason)?;
    if a == b {
        return Err(refused(
            "merge.same",
            "请给出两户不同的编号",
            "give the ids of two different households",
        ));
    }
    let _turn = app.office_turn().await;
    let subject = pair_subject(a, b);
    check(app, &subject, word.by, word.take_over).await?;
    let [a, b] = if a < b { [a, b] } else { [b, a] };
    let (mut open, other) = (household(app, a).await?, household(app, b).await?);
    if is_merged(&open.document.fields()) || is_merged(&other.document.fields()) {
        return Err(refused(
            "merge.already",
            "其中一户已经并入别户,请先撤销那次合并",
            "one of them is already merged; undo that merge first",
        ));
    }
    if app.model.apart_pair(a, b).await?.is_some() {
        return Err(refused(
            "duplicate.dismissed",
            "这两户已经标记为不是同一户了",
            "these two are marked as two households already",
        ));
    }
    let (id, now) = (DecisionId(random()), now_ms());
    let note = ApartNote { other: b, reason: reason.into(), at_ms: now, by: Some(word.by.user_id.clone()) };
    let put = Put { key: ApartNote::key_of(id), value: Some(note.to_value()) };
    write(app, &mut open, put, format!("apart {id}"), now).await?;
    app.accounts.unclaim(&subject, None).await?;
    Ok(id)
}

/// The two may be one after all.
pub(crate) async fn undismiss(app: &App, id: DecisionId, reason: &str) -> Result<(), Problem> {
    let reason = reason_of(reason)?;
    let _turn = app.office_turn().await;
    let record = app.model.apart_note(id).await?;
    let record = record.ok_or_else(|| Problem::not_found("标记", "dismissal", id))?;
    if record.undone {
        return Err(refused(
            "duplicate.undone",
            "这个标记已经撤销过了",
            "this dismissal has already been undone",
        ));
    }
    let mut open = household(app, record.households[0]).await?;
    let put = Put { key: ApartNote::undone_key_of(id), value: Some(Value::Bool(true)) };
    write(app, &mut open, put, format!("not apart {id}: {reason}"), now_ms()).await
}

async fn write(app: &App, open: &mut OpenDoc, put: Put, message: String, now_ms: i64) -> Result<(), Problem> {
    let mut author = author(now_ms);
    author.message = Some(message);
    let mut drafts = Drafts::default();
    if let Some(made) = open.document.edit(&author, &[put]) {
        drafts.add(open.space, open.id, DocKind::Household, open.generation, made);
    }
    drafts.store(app, now_ms).await
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

pub(crate) async fn household(app: &App, id: HouseholdId) -> Result<OpenDoc, Problem> {
    let open = app.model.document(DocId::from(id)).await?;
    open.filter(|open| open.document.kind() == DocKind::Household)
        .ok_or_else(|| Problem::not_found("户", "household", id))
}

fn refused(code: &'static str, zh: &str, en: &str) -> Problem {
    Problem::new(StatusCode::CONFLICT, code, zh, en)
}
