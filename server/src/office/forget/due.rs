//! What has been kept as long as it may be. Counted from when the relay last received anything of a record: what
//! phones say of the time may be wrong by years.

use crate::state::App;
use linli_core::ids::DocId;
use linli_core::kinds::DocKind;
use linli_core::record::Retention;
use linli_core::time::TimeMs;
use linli_storage::StoreError;
use std::collections::BTreeSet;

/// Nothing to which something was written after this may go; with what ends at no time nothing may.
pub(super) fn kept_since(retention: Retention, now_ms: TimeMs) -> TimeMs {
    retention.kept_ms().map_or(TimeMs::MIN, |kept| now_ms.saturating_sub(kept))
}

/// Records that have to go, whole.
pub(super) async fn records(app: &App, now_ms: TimeMs) -> Result<BTreeSet<DocId>, StoreError> {
    let mut due = BTreeSet::new();
    for kind in DocKind::ALL {
        let newest = app.log.received_by(kept_since(kind.spec().retention, now_ms)).await?;
        due.extend(app.model.at_rest_since(kind, newest).await?);
    }
    Ok(due)
}
