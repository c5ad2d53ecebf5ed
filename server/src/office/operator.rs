//! What the operator says of itself, brought to phones: a document in each community's space.

use super::{Drafts, author};
use crate::clock::now_ms;
use crate::problem::Problem;
use crate::state::App;
use linli_core::doc::{Author, Document};
use linli_core::ids::DocId;
use linli_core::kinds::{DocKind, Operator, PrivacyNotice, community_space, operator_doc};
use linli_core::record::{Put, Value};
use linli_storage::model::OpenDoc;
use std::collections::BTreeSet;

/// Name of the setting in the office's database; a JSON object of lines.
pub(crate) const SETTING: &str = "operator";

/// What every phone shall read.
struct Said {
    operator: Operator,
    notice: Option<PrivacyNotice>,
}

/// Brings it to the phones of every community; those that have it get nothing.
pub(crate) async fn tell_phones(app: &App) -> Result<(), Problem> {
    let _turn = app.office_turn().await;
    let workers = app.model.workers().await?;
    let communities: BTreeSet<String> = workers.into_iter().map(|worker| worker.community).collect();
    let said = Said::read(app).await?;
    let now = now_ms();
    let mut drafts = Drafts::default();
    for community in communities {
        said.add(app, &mut drafts, &community, &author(now)).await?;
    }
    drafts.store(app, now).await
}

/// The same for one community, with what is stored anyway: it may have got its first worker. The caller holds the
/// office's turn.
pub(crate) async fn tell_community(
    app: &App,
    drafts: &mut Drafts,
    community: &str,
    by: &Author,
) -> Result<(), Problem> {
    Said::read(app).await?.add(app, drafts, community, by).await
}

impl Said {
    async fn read(app: &App) -> Result<Said, Problem> {
        let stored = app.accounts.setting(SETTING).await?;
        let operator: Operator = stored.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        let notice = app.accounts.notice().await?.map(|notice| PrivacyNotice {
            version: notice.version,
            from_ms: notice.from_ms,
            zh: notice.zh,
            en: notice.en,
        });
        let numbers = notice.as_ref().map(|notice| (notice.version, notice.from_ms)).unzip();
        let operator = Operator { notice_version: numbers.0, notice_from_ms: numbers.1, ..operator };
        Ok(Said { operator, notice })
    }

    /// Everything that a document must hold, in as many changes as the gate wants. What is not said is empty.
    fn puts(&self) -> Vec<Vec<Put>> {
        let said = self.operator.puts("");
        let lines = Operator::SPEC.fields.iter().map(|field| {
            let found = said.iter().find(|put| put.key == field.key).and_then(|put| put.value.clone());
            let found = found.filter(|value| value.as_text() != Some(""));
            Put { key: field.key.to_owned(), value: Some(found.unwrap_or(Value::Null)) }
        });
        let mut groups = vec![lines.collect()];
        groups.extend(self.notice.iter().flat_map(PrivacyNotice::puts));
        groups
    }

    async fn add(&self, app: &App, drafts: &mut Drafts, community: &str, by: &Author) -> Result<(), Problem> {
        let id: DocId = operator_doc(community);
        let space = community_space(community);
        let open = app.model.document(id).await?;
        let document = Document::new(DocKind::Operator);
        let mut open = open.unwrap_or(OpenDoc { id, space, nth: 0, generation: 0, document });
        let known = open.document.fields();
        for mut puts in self.puts() {
            puts.retain(|put| {
                known.get(&put.key).unwrap_or(&Value::Null) != put.value.as_ref().unwrap_or(&Value::Null)
            });
            if let Some(change) = open.document.edit(by, &puts) {
                drafts.add(space, id, DocKind::Operator, open.generation, change);
            }
        }
        Ok(())
    }
}
