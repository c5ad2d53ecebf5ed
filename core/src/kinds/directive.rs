//! Directives (指令) of the office, and who has acknowledged them.
//!
//! A version of a directive is a document of the community, written by the office alone; a new version names
//! the one that it supersedes. A worker's receipts are a document in a space of the worker's own: the only
//! one that no colleague reads.

use crate::ids::{DeviceId, DirectiveId, DocId, SpaceId, WorkerId};
use crate::record::{FieldType, Fields, Merge, Value, record};
use crate::time::TimeMs;
use std::collections::BTreeSet;

record! {
    /// One version of a directive (指令).
    pub struct Directive = "directive" ("通知指令", "Directive") kept Organisation {
        /// One line.
        title: Option<String> = FieldType::Line, Merge::Auto, Public, "标题", "Title";
        /// The community whose workers it is for.
        community: Option<String> = FieldType::Line, Merge::Auto, Public, "社区", "Community";
        /// What is to be done or told.
        text: Option<String> = FieldType::Note, Merge::Auto, Public, "内容", "Text";
        /// 1, 2, 3 … along the versions.
        version: Option<i64> = FieldType::Int, Merge::Auto, Public, "版本", "Version";
        /// Id of the version before.
        supersedes: Option<String> = FieldType::Line, Merge::Auto, Public, "取代", "Supersedes";
        /// Id of the version after.
        superseded_by: Option<String> = FieldType::Line, Merge::Auto, Public, "被取代", "Superseded by";
        /// In force from then on, in milliseconds since 1970, UTC.
        from_ms: Option<i64> = FieldType::Int, Merge::Auto, Public, "生效时间", "From";
        /// Until then; open while it is missing.
        until_ms: Option<i64> = FieldType::Int, Merge::Auto, Public, "失效时间", "Until";
        /// Codes of the grids it is for; all while there are none.
        grids: BTreeSet<String> = FieldType::Set, Merge::Union, Public, "网格", "Grids";
        /// Who issued it.
        issued_by: Option<String> = FieldType::Line, Merge::Auto, Internal, "签发人", "Issued by";
        /// When, by the relay's clock.
        issued_ms: Option<i64> = FieldType::Int, Merge::Auto, Public, "签发时间", "Issued";
        /// Moves forward only.
        state: Option<String> = FieldType::Choice(&Directive::STATES), Merge::Furthest(&Directive::STATES), Public, "状态", "State";
        /// Why it was withdrawn.
        reason: Option<String> = FieldType::Line, Merge::Auto, Public, "撤回原因", "Reason";
        /// When it was withdrawn, by the relay's clock.
        withdrawn_ms: Option<i64> = FieldType::Int, Merge::Auto, Public, "撤回时间", "Withdrawn";
    }
}

record! {
    /// What a worker has acknowledged.
    pub struct Receipts = "receipts" ("指令签收", "Receipts") kept Organisation {
        /// The worker.
        worker: Option<String> = FieldType::Line, Merge::Auto, Internal, "网格员", "Worker";
    }
}

/// Where a directive stands at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its time comes later.
    Scheduled,
    /// In force.
    Current,
    /// A newer version has taken its place, or does so before its own time comes.
    Superseded,
    /// Its time is over.
    Ended,
    /// Taken back.
    Withdrawn,
}

impl Directive {
    /// The state of a directive that workers follow.
    pub const ISSUED: &'static str = "issued";
    /// The state of one that was taken back.
    pub const WITHDRAWN: &'static str = "withdrawn";
    const STATES: [&'static str; 2] = [Directive::ISSUED, Directive::WITHDRAWN];

    /// Whether it is for any of these grids.
    pub fn is_for<'g>(&self, grids: impl IntoIterator<Item = &'g str>) -> bool {
        self.grids.is_empty() || grids.into_iter().any(|grid| self.grids.contains(grid))
    }

    /// Whether it was taken back. A state of a newer program's is none that workers can follow.
    pub fn is_withdrawn(&self) -> bool {
        self.state.as_deref() != Some(Directive::ISSUED)
    }

    /// The version that takes its place: the next one that was not taken back.
    pub fn successor<'k>(
        &self,
        known: impl Fn(DirectiveId) -> Option<&'k Directive>,
    ) -> Option<(DirectiveId, &'k Directive)> {
        self.later(known).find(|(_, next)| !next.is_withdrawn())
    }

    /// The number of the newest version after it, or its own.
    pub fn newest_version<'k>(&self, known: impl Fn(DirectiveId) -> Option<&'k Directive>) -> i64 {
        self.later(known).filter_map(|(_, next)| next.version).last().or(self.version).unwrap_or(1)
    }

    /// The versions after it in their order, also those that were taken back. Numbers only grow, so a circle
    /// that somebody made up comes to its end.
    fn later<'k>(
        &self,
        known: impl Fn(DirectiveId) -> Option<&'k Directive>,
    ) -> impl Iterator<Item = (DirectiveId, &'k Directive)> {
        let (mut version, mut next) = (self.version, self.superseded_by.clone());
        std::iter::from_fn(move || {
            let id = next.take()?.parse().ok()?;
            let found = known(id).filter(|found| found.version > version)?;
            (version, next) = (found.version, found.superseded_by.clone());
            Some((id, found))
        })
    }

    /// Where it stands at a moment, given its [`Directive::successor`]. A version gives way when the next one
    /// begins, so that an announced version leaves no gap before it; one that has run out brings no older one
    /// back.
    pub fn standing(&self, at_ms: TimeMs, successor: Option<&Directive>) -> Standing {
        let from = self.from_ms.unwrap_or(TimeMs::MIN);
        let replaced = successor.map(|next| next.from_ms.unwrap_or(TimeMs::MIN));
        let replaced = replaced.filter(|replaced| self.until_ms.is_none_or(|until| *replaced <= until));
        if self.is_withdrawn() {
            Standing::Withdrawn
        } else if replaced.is_some_and(|replaced| replaced <= at_ms.max(from)) {
            Standing::Superseded
        } else if at_ms < from {
            Standing::Scheduled
        } else if self.until_ms.is_some_and(|until| until <= at_ms) {
            Standing::Ended
        } else {
            Standing::Current
        }
    }

    /// When it ceases to be in force, or did.
    pub fn end_ms(&self, successor: Option<&Directive>) -> Option<TimeMs> {
        let replaced = successor.map(|next| next.from_ms.unwrap_or(TimeMs::MIN));
        [self.until_ms, replaced, self.withdrawn_ms].into_iter().flatten().min()
    }
}

/// A worker has read a directive. Stored once, as CBOR under [`receipt_key`]; unknown keys are left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct Receipt {
    /// When, by the phone's clock.
    #[n(1)]
    pub at_ms: TimeMs,
    /// What the phone knew of its clock's error.
    #[n(2)]
    pub skew_ms: Option<i64>,
}

impl Receipt {
    /// As stored.
    pub fn to_value(&self) -> Value {
        Value::Bytes(minicbor::to_vec(self).unwrap_or_default())
    }
}

/// The key of a receipt. It names the phone: two phones of one worker never meet.
pub fn receipt_key(directive: DirectiveId, device: DeviceId) -> String {
    format!("d/{directive}/{device}")
}

/// A receipt with the directive and the phone that its key names. Who signed it is for others to know.
pub fn receipt_of(key: &str, value: &Value) -> Option<(DirectiveId, DeviceId, Receipt)> {
    let (directive, device) = key.strip_prefix("d/")?.split_once('/')?;
    let Value::Bytes(bytes) = value else { return None };
    Some((directive.parse().ok()?, device.parse().ok()?, minicbor::decode(bytes).ok()?))
}

/// Every receipt of a document.
pub fn receipts(fields: &Fields) -> Vec<(DirectiveId, DeviceId, Receipt)> {
    let keys = fields.range("d/".to_owned()..).take_while(|(key, _)| key.starts_with("d/"));
    keys.filter_map(|(key, value)| receipt_of(key, value)).collect()
}

/// How a household was told of a directive.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    minicbor::Encode,
    minicbor::Decode,
    serde::Serialize,
    serde::Deserialize,
)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// At the door.
    #[n(1)]
    Visit,
    /// By a call.
    #[n(2)]
    Call,
    /// By a leaflet.
    #[n(3)]
    Paper,
    /// By a message.
    #[n(4)]
    Message,
}

impl Channel {
    /// All of them.
    pub const ALL: [Channel; 4] = [Channel::Visit, Channel::Call, Channel::Paper, Channel::Message];

    /// The word used on the command line, in JSON and in lists.
    pub fn word(self) -> &'static str {
        match self {
            Channel::Visit => "visit",
            Channel::Call => "call",
            Channel::Paper => "paper",
            Channel::Message => "message",
        }
    }
}

/// A household was told of a directive; part of a visit.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    minicbor::Encode,
    minicbor::Decode,
    serde::Serialize,
    serde::Deserialize,
)]
#[cbor(map)]
pub struct Told {
    /// Which one.
    #[n(1)]
    pub directive: DirectiveId,
    /// How.
    #[n(2)]
    pub by: Channel,
}

/// The space of what one worker writes for the office alone.
pub fn worker_space(worker: WorkerId) -> SpaceId {
    SpaceId::derive(&[b"worker", &worker.0])
}

/// The document of receipts in a worker's space. Named after the space, so that whoever knows in which space a
/// change came knows whether it may be about this document.
pub fn receipts_doc(space: SpaceId) -> DocId {
    DocId::derive(&[b"receipts", &space.0])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issued(from_ms: i64, until_ms: Option<i64>) -> Directive {
        let state = Some(Directive::ISSUED.to_owned());
        Directive { from_ms: Some(from_ms), until_ms, state, version: Some(1), ..Directive::default() }
    }

    #[test]
    fn a_version_gives_way_when_the_next_begins() {
        use Standing::{Current, Ended, Scheduled, Superseded, Withdrawn};
        let (old, new) = (issued(100, None), issued(200, Some(300)));
        assert_eq!([99, 100].map(|at| old.standing(at, None)), [Scheduled, Current]);
        assert_eq!([199, 200, 300].map(|at| old.standing(at, Some(&new))), [Current, Superseded, Superseded]);
        assert_eq!([199, 200, 300].map(|at| new.standing(at, None)), [Scheduled, Current, Ended]);
        assert_eq!(old.standing(50, Some(&issued(100, None))), Superseded, "its time never comes");
        let short = issued(100, Some(150));
        assert_eq!([149, 150, 250].map(|at| short.standing(at, Some(&new))), [Current, Ended, Ended]);
        let withdrawn = Directive { state: Some(Directive::WITHDRAWN.into()), ..new.clone() };
        assert_eq!(withdrawn.standing(250, None), Withdrawn);
        let ends = [old.end_ms(None), old.end_ms(Some(&new)), short.end_ms(Some(&new)), new.end_ms(None)];
        assert_eq!(ends, [None, Some(200), Some(150), Some(300)]);
    }

    #[test]
    fn versions_that_were_taken_back_are_passed_over() {
        let ids = [1, 2, 3].map(|byte| DirectiveId([byte; 16]));
        let mut versions = [1, 2, 3].map(|version| Directive { version: Some(version), ..issued(0, None) });
        for (version, next) in versions.iter_mut().zip(&ids[1..]) {
            version.superseded_by = Some(next.to_string());
        }
        let after = |versions: &[Directive; 3]| {
            let known =
                |id| ids.iter().zip(versions).find(|(known, _)| **known == id).map(|(_, found)| found);
            (versions[0].successor(known).map(|(id, _)| id), versions[0].newest_version(known))
        };
        assert_eq!(after(&versions), (Some(ids[1]), 3));
        versions[1].state = Some(Directive::WITHDRAWN.into());
        assert_eq!(after(&versions), (Some(ids[2]), 3));
        versions[2].state = Some(Directive::WITHDRAWN.into());
        assert_eq!(after(&versions), (None, 3));
        versions[2].superseded_by = Some(ids[1].to_string());
        assert_eq!(after(&versions), (None, 3), "a circle ends");
    }

    #[test]
    fn a_directive_without_grids_is_for_all() {
        let mut one = issued(0, None);
        assert!(one.is_for(["1"]) && one.is_for([]));
        one.grids.insert("2".into());
        assert!(one.is_for(["1", "2"]) && !one.is_for(["1"]));
    }

    #[test]
    fn receipts_are_read_back() {
        let (directive, device) = (DirectiveId([3; 16]), DeviceId([4; 16]));
        let receipt = Receipt { at_ms: 5, skew_ms: Some(-6) };
        let fields: Fields = [(receipt_key(directive, device), receipt.to_value())].into();
        assert_eq!(receipts(&fields), [(directive, device, receipt)]);
    }
}
