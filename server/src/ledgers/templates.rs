//! The ledgers that papers ask for again and again. Each is only a view: what it shows was typed at doors.

use super::definition::{Condition, Definition, Op, Sort};
use super::fields::Base;

/// A ledger that is always there.
pub(crate) struct Template {
    /// Where others have their id.
    pub(crate) id: &'static str,
    pub(crate) zh: &'static str,
    pub(crate) en: &'static str,
    pub(crate) definition: Definition,
}

/// Somebody who came this long ago and said nothing of leaving lives here.
const ARRIVALS_SINCE: &str = "today-90";
/// The longest that an emergency's rules have looked back, twice over.
const TRAVEL_SINCE: &str = "today-28";

/// The three ledgers, in the order of the papers.
pub(crate) fn templates() -> Vec<Template> {
    // What the ledger is about stands where it is seen first.
    let (person, reached) =
        (["name", "household.address"], ["phone", "household.contact_phone", "household.grid"]);
    let columns =
        |about: &[&str]| person.iter().chain(about).chain(&reached).map(|key| (*key).to_owned()).collect();
    let known = |fields: &[&str]| condition(fields, Op::Known, &[]);
    let by = |field: &str| vec![Sort { field: field.into(), descending: false }];
    let by_grid = || vec!["household.grid".to_owned()];
    vec![
        Template {
            id: "away",
            zh: "常住人员节假日外出",
            en: "Permanent residents away for the festival",
            definition: Definition {
                base: Base::Resident,
                columns: columns(&["away_to", "away_from", "back_on"]),
                filters: vec![known(&["away_to", "away_from"]), not_past("back_on", "today+1")],
                groups: by_grid(),
                sort: by("away_from"),
            },
        },
        Template {
            id: "arrivals",
            zh: "临时来访人员",
            en: "Temporary arrivals",
            definition: Definition {
                base: Base::Resident,
                columns: columns(&["arrived_from", "arrived_on", "leaving_on"]),
                filters: vec![
                    known(&["arrived_from", "arrived_on"]),
                    not_past("arrived_on", ARRIVALS_SINCE),
                    not_past("leaving_on", "today"),
                ],
                groups: by_grid(),
                sort: by("arrived_on"),
            },
        },
        Template {
            id: "travel",
            zh: "重点地区旅居史人员",
            en: "Key travel history",
            definition: Definition {
                base: Base::Resident,
                columns: columns(&["travel_place", "travel_on"]),
                filters: vec![known(&["travel_place", "travel_on"]), not_past("travel_on", TRAVEL_SINCE)],
                groups: by_grid(),
                sort: by("travel_on"),
            },
        },
    ]
}

/// The template with this id.
pub(crate) fn template(id: &str) -> Option<Template> {
    templates().into_iter().find(|template| template.id == id)
}

fn condition(fields: &[&str], op: Op, values: &[&str]) -> Condition {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Condition { fields: owned(fields), op, values: owned(values), or_empty: false }
}

/// On or after a day, or no day is known.
fn not_past(field: &str, from: &str) -> Condition {
    Condition { or_empty: true, ..condition(&[field], Op::From, &[from]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_can_be_answered() {
        for template in templates() {
            assert!(template.definition.check().is_ok(), "{}", template.id);
            assert!(template.id.chars().all(|c| c.is_ascii_lowercase()));
        }
    }
}
