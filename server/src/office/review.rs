//! What is in a batch that a person must look at, in words: the changes tried on copies of their documents.

use crate::problem::Problem;
use crate::state::App;
use linli_core::doc::{Applied, ChangeBytes, Document};
use linli_core::error::Coded as _;
use linli_core::identity::{Entry, Payload};
use linli_core::ids::{DocId, HouseholdId, SpaceId};
use linli_core::kinds::{self, DocKind, Household, VisitSheet, community_space, grid_space, worker_space};
use linli_core::record::{Fields, Value};
use linli_core::time::rfc3339;
use linli_storage::log::Logged;
use linli_storage::model::OpenDoc;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Changes shown of one batch: enough to see what it is about.
const SHOWN_MAX: usize = 200;

/// One change of a batch.
#[derive(Serialize, ToSchema)]
pub(crate) struct EntryPreview {
    /// `household`, `visits`, …
    kind: &'static str,
    /// Id of the household it is about.
    household: Option<String>,
    address: Option<String>,
    writes: Vec<WritePreview>,
    /// Why it cannot be applied as it stands; accepting it would hold it or put it in quarantine.
    problem: Option<&'static str>,
}

/// One value that it writes.
#[derive(Serialize, ToSchema)]
pub(crate) struct WritePreview {
    /// The document key.
    key: String,
    label_zh: String,
    label_en: String,
    /// Absent when the key is taken away.
    value: Option<String>,
    /// Of a visit: what happened at the door.
    outcome: Option<&'static str>,
    /// Of a visit: when, by the best clock known.
    at: Option<String>,
}

/// The code of the grid that a space is of; the name of the community or the worker whose own space it is.
pub(crate) async fn grid_of(app: &App, space: SpaceId) -> Result<Option<String>, Problem> {
    let grids = app.model.grids().await?;
    let grid = grids.iter().find(|grid| grid_space(&grid.community, &grid.code) == space);
    let community = || grids.iter().find(|grid| community_space(&grid.community) == space);
    if let Some(name) = grid.map(|grid| &grid.code).or_else(|| community().map(|grid| &grid.community)) {
        return Ok(Some(name.clone()));
    }
    let workers = app.model.workers().await?;
    Ok(workers.into_iter().find(|worker| worker_space(worker.id) == space).map(|worker| worker.name))
}

/// The first changes of a batch.
pub(crate) async fn preview(app: &App, logged: &Logged) -> Result<Vec<EntryPreview>, Problem> {
    let entries: Vec<&Entry> = logged.batch.entries.iter().take(SHOWN_MAX).collect();
    let ids: Vec<DocId> = entries.iter().map(|entry| entry.doc).collect();
    let mut docs = app.model.documents(&ids).await?;
    let mut shown: Vec<EntryPreview> = entries.iter().map(|entry| try_on(&mut docs, logged, entry)).collect();
    name_households(app, &mut shown, &docs).await?;
    Ok(shown)
}

fn try_on(docs: &mut BTreeMap<DocId, OpenDoc>, logged: &Logged, entry: &Entry) -> EntryPreview {
    let open = docs.entry(entry.doc).or_insert_with(|| OpenDoc {
        id: entry.doc,
        space: logged.space,
        nth: 0,
        generation: entry.generation,
        document: Document::new(entry.kind),
    });
    let (mut writes, mut problem) = (Vec::new(), None);
    match &entry.payload {
        Payload::Change(bytes) => match open.document.apply(&ChangeBytes(bytes.clone())) {
            Ok(Applied::New(info)) => {
                let found = info.writes.into_iter();
                writes = found.filter_map(|(key, value)| write(entry.kind, key, value)).collect();
            }
            Ok(Applied::Known) => problem = Some("change.known"),
            Err(error) => problem = Some(error.code()),
        },
        _ => problem = Some("change.erased"),
    }
    let household = match entry.kind {
        DocKind::Household => Some(HouseholdId::from(entry.doc).to_string()),
        DocKind::Visits => VisitSheet::read(&open.document.fields(), "").household,
        _ => None,
    };
    EntryPreview { kind: entry.kind.spec().name, household, address: None, writes, problem }
}

fn write(kind: DocKind, key: String, value: Option<Value>) -> Option<WritePreview> {
    if kind == DocKind::Visits && matches!(key.as_str(), "household" | "period") {
        return None;
    }
    if let Some(value) = value.as_ref().filter(|value| matches!(value, Value::Bytes(_))) {
        let fields: Fields = [(key.clone(), value.clone())].into();
        let (_, visit) = kinds::visits(&fields).pop()?;
        return Some(WritePreview {
            key,
            label_zh: "走访".into(),
            label_en: "Visit".into(),
            at: Some(rfc3339(visit.corrected_ms())),
            outcome: Some(visit.outcome.word()),
            value: visit.note,
        });
    }
    let field = kind.field(&key);
    Some(WritePreview {
        label_zh: field.map_or_else(|| key.clone(), |field| field.zh.into()),
        label_en: field.map_or_else(|| key.clone(), |field| field.en.into()),
        key,
        value: value.filter(|value| *value != Value::Null).map(|value| value.show()),
        outcome: None,
        at: None,
    })
}

/// Addresses of the households that changes are about.
async fn name_households(
    app: &App,
    shown: &mut [EntryPreview],
    docs: &BTreeMap<DocId, OpenDoc>,
) -> Result<(), Problem> {
    let id_of = |entry: &EntryPreview| entry.household.as_ref()?.parse::<HouseholdId>().ok().map(DocId::from);
    let missing: Vec<DocId> = shown.iter().filter_map(id_of).filter(|id| !docs.contains_key(id)).collect();
    let others = app.model.documents(&missing).await?;
    for entry in shown {
        let open = id_of(entry).and_then(|id| docs.get(&id).or_else(|| others.get(&id)));
        let household = open.map(|open| Household::read(&open.document.fields(), ""));
        entry.address = household.map(|household| household.address().to_string());
    }
    Ok(())
}
