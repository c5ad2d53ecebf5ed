//! Receipts: what was destroyed, when, what went, and which phones are not known to have let go. Ids and counts,
//! signed by the office's key, so that they can be shown to whoever asked.

use crate::problem::Problem;
use crate::routes::hex;
use crate::state::App;
use linli_core::ids::ErasureId;
use linli_core::time::rfc3339;
use serde_json::json;
use std::collections::BTreeMap;

/// What the signature is over, besides the text.
const PURPOSE: &str = "erasure-receipt/1";

/// A receipt as it is today; phones that let go later change it.
pub(crate) struct Receipt {
    /// JSON: exactly what is signed.
    pub(crate) text: String,
    /// Hexadecimal.
    pub(crate) signature: String,
    /// Hexadecimal: the office's public key, the one that phones know from their enrolment.
    pub(crate) key: String,
}

/// Draws one up.
pub(crate) async fn receipt(app: &App, id: ErasureId) -> Result<Receipt, Problem> {
    let found = app.log.erasure(id).await?;
    let erasure = found.ok_or_else(|| Problem::not_found("销毁记录", "erasure", id))?;
    let mut docs: BTreeMap<&str, usize> = BTreeMap::new();
    for erased in app.log.erased_docs(id).await? {
        *docs.entry(erased.kind.spec().name).or_default() += 1;
    }
    let mut outstanding = BTreeMap::new();
    let mut passed = std::collections::BTreeSet::new();
    for phone in app.log.erasure_phones(id).await? {
        match phone.passed_ms {
            None => drop(outstanding.insert(phone.device, phone.space)),
            Some(_) => drop(passed.insert(phone.device)),
        }
    }
    let let_go = passed.iter().filter(|device| !outstanding.contains_key(device)).count();
    let outstanding: Vec<String> = outstanding.keys().map(ToString::to_string).collect();
    let elsewhere: serde_json::Value = serde_json::from_str(&erasure.detail).unwrap_or_default();
    let text = json!({
        "erasure": id.to_string(),
        "kind": erasure.kind,
        "subject": erasure.subject,
        "reason": erasure.reason,
        "at": rfc3339(erasure.at_ms),
        "finished_at": erasure.done_ms.map(rfc3339),
        "documents": docs,
        "payloads_dropped": erasure.dropped,
        "payloads_refused_later": erasure.late,
        "elsewhere": elsewhere,
        "phones_let_go": let_go,
        "phones_outstanding": outstanding,
    });
    let text = text.to_string();
    let office = app.log.office();
    let signature = hex(&office.sign(PURPOSE, text.as_bytes()).0);
    Ok(Receipt { text, signature, key: hex(&office.public().0) })
}
