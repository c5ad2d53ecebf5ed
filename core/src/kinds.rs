//! Every kind of record, one file each, and which document it lives in.
//!
//! A document is flat: its keys are the fields of its subject, `r/<id>/<field>` for residents, `r/<id>/consents/<id>`
//! for what they agreed to, `v/<id>` for visits (written once) and `decisions/<id>` for what the office decided. Flat keys are
//! why two phones that create the same document offline lose nothing: there is no nested object that
//! one of them could win.

mod canvass;
mod complaint;
mod consent;
mod decision;
mod directive;
mod emergency;
mod form;
mod household;
mod issue;
mod operator;
mod organisation;
mod photo;
mod visit;

pub use canvass::{Canvass, CanvassStanding, canvass_form_key, canvass_form_value, canvass_forms};
pub use complaint::Complaint;
pub use consent::{
    Consent, Manner, Purpose, Standing as ConsentStanding, consent_key, consents, consents_of_twin,
    consents_prefix, may_share, standing as consent_standing, standing_consents,
};
pub use decision::{ApartNote, Decision, LostValue, MergeNote, Replaced, RestoredValue, UndoNote};
pub use directive::{
    Channel, Directive, Receipt, Receipts, Standing, Told, receipt_key, receipt_of, receipts, receipts_doc,
    worker_space,
};
pub use emergency::Emergency;
pub use form::{
    AnswerError, FormError, FormWrong, Question, QuestionKind, QuestionNames, QuestionOption, check_answers,
    check_questions,
};
pub use household::{Household, Resident, household_id, resident_key, residents, visible_tags};
pub use issue::Issue;
pub use operator::{
    Operator, PrivacyNotice, notice_read_ms, notice_receipt_key, notice_receipt_of, operator_doc,
};
pub use organisation::{
    Appointment, Grid, Worker, appointment_key, appointments, canvass_doc, community_space, grid_doc,
    grid_space,
};
pub use photo::{Photo, PhotoError, photo_jpeg, plain_jpeg};
pub use visit::{Outcome, Visit, VisitEntry, VisitSheet, visit_key, visits, visits_doc};

use crate::record::{FieldSpec, KindSpec};

/// What a document is about. The number is what travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, minicbor::Encode, minicbor::Decode)]
#[cbor(index_only)]
pub enum DocKind {
    /// A household's registry with its residents.
    #[n(1)]
    Household,
    /// The visits to one household in one quarter or campaign.
    #[n(2)]
    Visits,
    /// A grid.
    #[n(3)]
    Grid,
    /// A grid worker.
    #[n(4)]
    Worker,
    /// A canvass campaign.
    #[n(5)]
    Canvass,
    /// One version of a directive.
    #[n(6)]
    Directive,
    /// What a worker has acknowledged.
    #[n(7)]
    Receipts,
    /// Something that is wrong somewhere.
    #[n(8)]
    Issue,
    /// What words do not say.
    #[n(9)]
    Photo,
    /// Who runs this, and its privacy notice.
    #[n(10)]
    Operator,
    /// What somebody tells the operator.
    #[n(11)]
    Complaint,
    /// Something that what is asked because of it must not outlive.
    #[n(12)]
    Emergency,
}

impl DocKind {
    /// Every kind, in the order of their numbers.
    pub const ALL: [DocKind; 12] = [
        DocKind::Household,
        DocKind::Visits,
        DocKind::Grid,
        DocKind::Worker,
        DocKind::Canvass,
        DocKind::Directive,
        DocKind::Receipts,
        DocKind::Issue,
        DocKind::Photo,
        DocKind::Operator,
        DocKind::Complaint,
        DocKind::Emergency,
    ];

    /// The number that travels and is stored.
    pub fn number(self) -> i64 {
        match self {
            DocKind::Household => 1,
            DocKind::Visits => 2,
            DocKind::Grid => 3,
            DocKind::Worker => 4,
            DocKind::Canvass => 5,
            DocKind::Directive => 6,
            DocKind::Receipts => 7,
            DocKind::Issue => 8,
            DocKind::Photo => 9,
            DocKind::Operator => 10,
            DocKind::Complaint => 11,
            DocKind::Emergency => 12,
        }
    }

    /// The kind with this number.
    pub fn from_number(number: i64) -> Option<DocKind> {
        DocKind::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// Whether workers' phones may write documents of this kind; all others are the office's alone.
    pub fn is_of_phones(self) -> bool {
        match self {
            DocKind::Household
            | DocKind::Visits
            | DocKind::Receipts
            | DocKind::Issue
            | DocKind::Photo
            | DocKind::Complaint => true,
            DocKind::Grid
            | DocKind::Worker
            | DocKind::Canvass
            | DocKind::Directive
            | DocKind::Operator
            | DocKind::Emergency => false,
        }
    }

    /// The description of the document's subject.
    pub fn spec(self) -> &'static KindSpec {
        match self {
            DocKind::Household => &Household::SPEC,
            DocKind::Visits => &VisitSheet::SPEC,
            DocKind::Grid => &Grid::SPEC,
            DocKind::Worker => &Worker::SPEC,
            DocKind::Canvass => &Canvass::SPEC,
            DocKind::Directive => &Directive::SPEC,
            DocKind::Receipts => &Receipts::SPEC,
            DocKind::Issue => &Issue::SPEC,
            DocKind::Photo => &Photo::SPEC,
            DocKind::Operator => &Operator::SPEC,
            DocKind::Complaint => &Complaint::SPEC,
            DocKind::Emergency => &Emergency::SPEC,
        }
    }

    /// The field that a document key belongs to: `contact_phone`, `tags/独居`, `r/<id>/phone`,
    /// `v/<id>/note`. Keys of newer versions are not known and have none.
    pub fn field(self, key: &str) -> Option<&'static FieldSpec> {
        let mut parts = key.split('/');
        let (first, second, third) = (parts.next()?, parts.next(), parts.next());
        match (self, first, second, third) {
            (DocKind::Household, "r", Some(_), Some(field)) => Resident::SPEC.field(field),
            (DocKind::Visits, "v", Some(_), Some(field)) => Visit::SPEC.field(field),
            (DocKind::Worker, "a", Some(_), Some(field)) => Appointment::SPEC.field(field),
            _ => self.spec().field(first),
        }
    }

    /// The kind of record within the document that a key belongs to.
    pub fn part(self, key: &str) -> &'static KindSpec {
        match self {
            DocKind::Household if key.starts_with("r/") => &Resident::SPEC,
            DocKind::Visits if key.starts_with("v/") => &Visit::SPEC,
            _ => self.spec(),
        }
    }
}

/// The kind of record of this name: `household`, `resident`, `visit` …
pub fn spec_named(name: &str) -> Option<&'static KindSpec> {
    let parts = [&Resident::SPEC, &Visit::SPEC];
    DocKind::ALL.into_iter().map(DocKind::spec).chain(parts).find(|spec| spec.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Privacy, Retention};

    #[test]
    fn every_field_has_both_labels_and_every_key_finds_its_field() {
        for kind in DocKind::ALL {
            for field in kind.spec().fields {
                assert!(!field.zh.is_empty() && !field.en.is_empty(), "{}", field.key);
                assert_eq!(kind.field(field.key).map(|f| f.key), Some(field.key));
            }
        }
        assert_eq!(DocKind::Household.field("tags/独居").map(|f| f.key), Some("tags"));
        assert_eq!(DocKind::Household.field("r/0/phone").map(|f| f.key), Some("phone"));
        assert!(DocKind::Household.field("r/0").is_none());
        for field in Resident::SPEC.fields.iter().filter(|field| field.key.starts_with("travel_")) {
            assert_eq!(
                (field.privacy, field.kept),
                (Privacy::Sensitive, Some(Retention::Occasion)),
                "{}",
                field.key
            );
            assert!(field.purpose.is_some_and(|(zh, en)| !zh.is_empty() && !en.is_empty()), "{}", field.key);
            assert!(field.parse("2026-13").is_err() == (field.key == "travel_on"), "{}", field.key);
        }
        assert!(DocKind::Household.field("from_the_future").is_none());
    }
}
