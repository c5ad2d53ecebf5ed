//! Answering complaints that came from phones: the answer is written into the complaint's own document and goes back
//! the way it came.

use super::{Drafts, author_of};
use crate::access::Caller;
use crate::clock::now_ms;
use crate::problem::Problem;
use crate::state::App;
use linli_core::ids::{ComplaintId, DocId};
use linli_core::kinds::{Complaint, DocKind};
use linli_core::record::{Put, Value};

/// Answers one that waits.
pub(crate) async fn answer(app: &App, by: &Caller, id: &str, answer: &str) -> Result<(), Problem> {
    let missing = || Problem::not_found("等待答复的意见", "complaint that waits for an answer", id);
    let doc: DocId = id.parse::<ComplaintId>().map_err(|_| missing())?.into();
    let _turn = app.office_turn().await;
    let mut open = app.model.document(doc).await?.ok_or_else(missing)?;
    let waits =
        open.document.kind() == DocKind::Complaint && Complaint::read(&open.document.fields(), "").waits();
    if !waits {
        return Err(missing());
    }
    let now = now_ms();
    let puts = [Put::set("answer", answer), Put { key: "answered_ms".into(), value: Some(Value::Int(now)) }];
    let mut drafts = Drafts::default();
    if let Some(change) = open.document.edit(&author_of(by, now), &puts) {
        drafts.add(open.space, open.id, DocKind::Complaint, open.generation, change);
    }
    drafts.store(app, now).await
}
