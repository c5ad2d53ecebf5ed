//! What the core proposes for a recorded conflict.

use linli_core::ids::{Actor, DeviceId};
use linli_core::kinds::spec_named;
use linli_core::proposal::{Candidate, Proposal, Source, propose};
use linli_core::record::FieldSpec;
use linli_storage::model::ConflictRecord;
use std::collections::BTreeMap;

/// The field that a conflict is about; unknown to this version when a newer one wrote it.
pub(crate) fn field_of(record: &ConflictRecord) -> Option<&'static FieldSpec> {
    spec_named(&record.kind)?.field(&record.field)
}

/// The value to propose. Times are compared without the error of the phones' clocks.
pub(crate) fn proposal_of(
    record: &ConflictRecord,
    authors: &BTreeMap<Actor, (DeviceId, i64)>,
) -> Option<Proposal> {
    let candidates: Vec<Candidate<'_>> = record
        .versions
        .iter()
        .map(|version| {
            let known = authors.get(&version.actor);
            Candidate {
                value: &version.value,
                at_ms: version.at_ms.saturating_add(known.map_or(0, |(_, skew_ms)| *skew_ms)),
                source: if version.imported { Source::Roster } else { Source::Person },
                author: known.map_or(version.actor.0.as_slice(), |(device, _)| device.0.as_slice()),
            }
        })
        .collect();
    propose(field_of(record), &candidates)
}
