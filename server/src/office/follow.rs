//! Edits made under the id of a household that was merged away follow to its survivor, and a household that was
//! withdrawn comes back when somebody writes to it or visits it.
//!
//! The edit is written to the survivor as it was at the merge: if somebody changed the same field there
//! since, the two stand as a conflict like any other.

use super::{Drafts, author};
use crate::problem::Problem;
use crate::state::App;
use linli_core::doc::{Author, Document, HistoryEntry};
use linli_core::duplicates::follow_late_edit;
use linli_core::ids::{DocId, Hash, HouseholdId};
use linli_core::record::{Put, Value};
use linli_core::time::TimeMs;
use linli_storage::Model;
use linli_storage::model::OpenDoc;

/// Lets everything follow that waits.
pub(crate) async fn run(app: &App, now_ms: TimeMs) -> Result<(), Problem> {
    let waiting = app.model.forwards().await?;
    let recalled = app.model.recalls().await?;
    if waiting.is_empty() && recalled.is_empty() {
        return Ok(());
    }
    let _turn = app.office_turn().await;
    for (change, doc) in waiting {
        follow(app, change, doc, now_ms).await?;
    }
    for household in recalled {
        recall(app, household, now_ms).await?;
    }
    Ok(())
}

async fn recall(app: &App, household: HouseholdId, now_ms: TimeMs) -> Result<(), Problem> {
    let open = app.model.document(household.into()).await?;
    let withdrawn = |open: &OpenDoc| {
        open.document.fields().get("withdrawn").is_some_and(|import| import.as_text().is_some())
    };
    let Some(mut open) = open.filter(withdrawn) else {
        return Ok(app.model.drop_recall(household).await?);
    };
    let author = Author { message: Some("recall".into()), ..author(now_ms) };
    let mut drafts = Drafts::default();
    if let Some(made) = open.document.edit(&author, &[Put { key: "withdrawn".into(), value: None }]) {
        drafts.add(open.space, open.id, open.document.kind(), open.generation, made);
    }
    drafts.store(app, now_ms).await?;
    tracing::info!(%household, "a withdrawn household came back");
    Ok(())
}

async fn follow(app: &App, change: Hash, doc: DocId, now_ms: TimeMs) -> Result<(), Problem> {
    let absorbed = HouseholdId::from(doc);
    let Some(mut source) = app.model.document(doc).await? else {
        return Ok(app.model.drop_forward(change).await?);
    };
    let fields = source.document.fields();
    let survivor: Option<HouseholdId> =
        fields.get("merged_into").and_then(Value::as_text).and_then(|id| id.parse().ok());
    let Some(survivor) = survivor else {
        // The merge was taken back meanwhile: the edit is where it belongs.
        return Ok(app.model.drop_forward(change).await?);
    };
    let target = app.model.document(DocId::from(survivor)).await?;
    let Some(mut target) = target else { return Ok(app.model.drop_forward(change).await?) };
    let writes: Vec<(String, Option<Value>)> = source
        .document
        .history()
        .into_iter()
        .filter(|entry| entry.change == change)
        .map(|e| (e.key, e.value))
        .collect();
    let mut puts = follow_late_edit(&writes, &fields, &target.document.fields());
    // Written even when nothing differs, so that the log says that this edit has been dealt with.
    puts.push(Put {
        key: format!("followed/{}", &change.to_string().get(..16).unwrap_or_default()),
        value: Some(Value::Bool(true)),
    });
    let mut author = author(now_ms);
    author.message = Some(Model::follow_message(absorbed, change));
    author.base = base(&mut target.document, absorbed).map(|hash| vec![hash]);
    let mut drafts = Drafts::default();
    if let Some(made) = target.document.edit(&author, &puts) {
        drafts.add(target.space, target.id, target.document.kind(), target.generation, made);
    }
    drafts.store(app, now_ms).await?;
    tracing::info!(%absorbed, "an edit followed its merge");
    Ok(())
}

/// The newest edit that followed from the same household, or else the merge itself.
fn base(survivor: &mut Document, absorbed: HouseholdId) -> Option<Hash> {
    let history = survivor.history();
    let followed = |entry: &&HistoryEntry| {
        entry.message.as_deref().is_some_and(|message| message.starts_with(&format!("follow {absorbed} ")))
    };
    let merge = |entry: &&HistoryEntry| entry.key.starts_with("merges/");
    history.iter().rfind(followed).or_else(|| history.iter().rfind(merge)).map(|entry| entry.change)
}
