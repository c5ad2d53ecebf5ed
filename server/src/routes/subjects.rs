//! `/v1/subjects/{id}`: everything that is held about a household or a person, for the person to read.

use super::households::Names;
use super::id;
use crate::access::guard::Trail;
use crate::clock::now_ms;
use crate::office::forget::about_subject;
use crate::office::provenance::Provenance;
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use base64::Engine as _;
use linli_core::ids::{HouseholdId, ResidentId};
use linli_core::kinds::{Consent, DocKind, VisitEntry, photo_jpeg};
use linli_core::record::Value;
use linli_core::time::rfc3339;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

/// Everything that is held.
#[derive(Serialize, ToSchema)]
pub(crate) struct SubjectBody {
    /// `household` or `person`.
    subject: &'static str,
    id: String,
    made_at: String,
    /// One for each record, also those that only mention the person.
    records: Vec<SubjectRecord>,
    /// What is not in here, in Chinese and English.
    elsewhere: [&'static str; 2],
}

/// A record.
#[derive(Serialize, ToSchema)]
pub(crate) struct SubjectRecord {
    kind: &'static str,
    kind_zh: &'static str,
    kind_en: &'static str,
    id: String,
    /// How long such a record is kept, in Chinese and English.
    kept: [&'static str; 2],
    /// Everything that was ever written, oldest first; what stands is marked.
    writes: Vec<SubjectWrite>,
    /// The picture, where it is one: JPEG in base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    jpeg: Option<String>,
}

/// Something that was written.
#[derive(Serialize, ToSchema)]
pub(crate) struct SubjectWrite {
    key: String,
    label_zh: Option<&'static str>,
    label_en: Option<&'static str>,
    /// What it is asked for, where the record does not say it already, in Chinese and English.
    #[serde(skip_serializing_if = "Option::is_none")]
    purpose: Option<[&'static str; 2]>,
    #[schema(value_type = Option<Object>)]
    value: serde_json::Value,
    /// It was taken away.
    deleted: bool,
    /// Who wrote it.
    by: String,
    at: String,
}

/// Everything held about a household (26 characters) or a resident (13 characters), with every write ever made.
#[utoipa::path(get, path = "/v1/subjects/{id}", operation_id = "subject", params(("id" = String, Path)), responses((status = 200, body = SubjectBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn read(
    State(app): State<App>,
    Path(text): Path<String>,
    trail: Trail,
) -> Result<Json<SubjectBody>, Problem> {
    let (home, resident) = match text.parse::<ResidentId>() {
        Ok(resident) => {
            let home = app.model.home_of(resident).await?;
            (home.ok_or_else(|| Problem::not_found("居民", "resident", resident))?, Some(resident))
        }
        Err(_) => (id::<HouseholdId>(&text)?, None),
    };
    let (docs, person) = about_subject(&app, home, resident).await?;
    let names = Names::load(&app).await?;
    let mut records = Vec::new();
    for doc in docs {
        let Some(mut open) = app.model.document(doc).await? else { continue };
        let (kind, fields) = (open.document.kind(), open.document.fields());
        let provenance = Provenance::read(&app, &names, &mut open.document).await?;
        let mine = |key: &str, value: Option<&Value>| match &person {
            None => true,
            Some(person) => {
                key.starts_with(person.prefix())
                    || value.is_some_and(|value| person.keep(kind, key, value).as_ref() != Some(value))
            }
        };
        let writes = provenance.writes.iter().filter(|write| mine(&write.key, write.value.as_ref()));
        let writes: Vec<SubjectWrite> = writes
            .filter(|write| kind != DocKind::Photo || !write.key.starts_with("p/"))
            .map(|write| {
                let field = kind.field(&write.key);
                let consent = write.value.as_ref().and_then(|value| Consent::read(&write.key, value));
                let [zh, en] = Consent::LABELS.map(|label| consent.is_some().then_some(label));
                SubjectWrite {
                    label_zh: field.map(|field| field.zh).or(zh),
                    label_en: field.map(|field| field.en).or(en),
                    purpose: field.and_then(|field| field.purpose).map(|(zh, en)| [zh, en]),
                    value: match &consent {
                        Some(consent) => json!(consent),
                        None => write.value.as_ref().map(readable).unwrap_or_default(),
                    },
                    key: write.key.clone(),
                    deleted: write.value.is_none(),
                    by: write.author.clone(),
                    at: rfc3339(write.at_ms),
                }
            })
            .collect();
        if writes.is_empty() {
            continue;
        }
        let jpeg = (kind == DocKind::Photo).then(|| photo_jpeg(&fields).ok()).flatten();
        records.push(SubjectRecord {
            kind: kind.spec().name,
            kind_zh: kind.spec().zh,
            kind_en: kind.spec().en,
            id: doc.to_string(),
            kept: kind.spec().retention.words(),
            writes,
            jpeg: jpeg.map(|jpeg| base64::engine::general_purpose::STANDARD.encode(jpeg)),
        });
    }
    trail.detail(json!({"records": records.len()}));
    let subject = if resident.is_some() { "person" } else { "household" };
    let elsewhere = [
        "不含:已导出的文件、纸质材料、备份,以及手机上尚未上传的记录",
        "not included: files that were exported, paper, backups, and what phones have not handed in yet",
    ];
    Ok(Json(SubjectBody { subject, id: text, made_at: rfc3339(now_ms()), records, elsewhere }))
}

fn readable(value: &Value) -> serde_json::Value {
    match value {
        Value::Bytes(bytes) => match VisitEntry::from_value(value) {
            Some(entry) => json!(entry),
            None => json!({"bytes": bytes.len()}),
        },
        other => json!(other),
    }
}
