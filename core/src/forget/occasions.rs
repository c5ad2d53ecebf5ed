//! What was asked for an occasion, and when the occasion is over: a festival that people travelled for, a stay, an
//! emergency that named places. The fields are those of residents that are kept `Occasion`.

use crate::kinds::DocKind;
use crate::record::{Fields, Retention};
use crate::time::{Date, TimeMs, date_of};
use std::collections::BTreeSet;

/// After its last day, so that a worker still sees who has just come back.
const GRACE_DAYS: i64 = 30;
/// Where only the first day was said: no festival and no stay for a while is longer.
const LONGEST_DAYS: i64 = 365;
/// After somebody came back from a place that an emergency names: twice the longest observation.
const TRAVEL_DAYS: i64 = 60;
const DAY_MS: TimeMs = 24 * 3600 * 1000;

/// A field with a day, and how many days after it the occasion is over.
type Ends = (&'static str, i64);

/// Fields that go together: its last day or else its first one says when.
struct Occasion {
    fields: &'static [&'static str],
    last: Ends,
    first: Option<Ends>,
}

const OCCASIONS: [Occasion; 3] = [
    Occasion {
        fields: &["away_to", "away_from", "back_on"],
        last: ("back_on", GRACE_DAYS),
        first: Some(("away_from", LONGEST_DAYS)),
    },
    Occasion {
        fields: &["arrived_from", "arrived_on", "leaving_on"],
        last: ("leaving_on", GRACE_DAYS),
        first: Some(("arrived_on", LONGEST_DAYS)),
    },
    Occasion { fields: &TRAVEL, last: ("travel_on", TRAVEL_DAYS), first: None },
];

/// What only an emergency asks.
const TRAVEL: [&str; 2] = ["travel_place", "travel_on"];

/// Keys of a household whose occasions are over. One that says no day stays until a person takes it out, or goes with
/// its emergency.
pub fn over(fields: &Fields, now_ms: TimeMs) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for resident in residents(fields) {
        for Occasion { fields: named, last, first } in &OCCASIONS {
            let day = |field: &str| -> Option<Date> {
                fields.get(&format!("{resident}{field}"))?.as_text().and_then(Date::parse)
            };
            let over = |(field, days): &Ends| {
                day(field).map(|day| day < date_of(now_ms.saturating_sub(days.saturating_mul(DAY_MS))))
            };
            if over(last).or_else(|| first.as_ref().and_then(over)) == Some(true) {
                keys.extend(written(fields, resident, named));
            }
        }
    }
    keys
}

/// Keys of a household that only emergencies ask for.
pub fn of_emergencies(fields: &Fields) -> BTreeSet<String> {
    residents(fields).into_iter().flat_map(|resident| written(fields, resident, &TRAVEL)).collect()
}

/// Says in [`crate::identity::Forget`] that a household begins anew because emergencies are over: what a phone still
/// remembers of them is not written again.
pub const EMERGENCIES: &str = "r/*/travel_";

/// Whether a key of a household is asked in emergencies only.
pub fn is_of_emergencies(key: &str) -> bool {
    TRAVEL.iter().any(|field| key.starts_with("r/") && key.ends_with(&format!("/{field}")))
}

/// Whether a key is kept for an occasion only.
pub fn is_of_one(kind: DocKind, key: &str) -> bool {
    kind.field(key).is_some_and(|field| field.kept == Some(Retention::Occasion))
}

/// How the keys of each resident begin.
fn residents(fields: &Fields) -> BTreeSet<&str> {
    let ids = fields.keys().filter_map(|key| Some((key, key.strip_prefix("r/")?.find('/')?)));
    ids.filter_map(|(key, id)| key.get(.."r/".len() + id + 1)).collect()
}

fn written<'f>(
    fields: &'f Fields,
    resident: &'f str,
    named: &'f [&'f str],
) -> impl Iterator<Item = String> + 'f {
    named.iter().map(move |field| format!("{resident}{field}")).filter(|key| fields.contains_key(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::Resident;
    use crate::record::Value;

    fn fields(said: &[(&str, &str)]) -> Fields {
        said.iter().map(|(key, text)| ((*key).to_owned(), Value::Text((*text).into()))).collect()
    }

    /// Noon in Beijing, so many days after the first of January 2026.
    fn noon(day: i64, date: &str) -> TimeMs {
        let at = 1_767_240_000_000 + day * DAY_MS;
        assert_eq!(date_of(at).to_string(), date);
        at
    }

    fn keys(found: BTreeSet<String>) -> Vec<String> {
        found.into_iter().collect()
    }

    #[test]
    fn every_field_that_is_kept_for_an_occasion_belongs_to_one() {
        let kept = Resident::SPEC.fields.iter().filter(|field| field.kept == Some(Retention::Occasion));
        let kept: BTreeSet<&str> = kept.map(|field| field.key).collect();
        let named: BTreeSet<&str> = OCCASIONS.iter().flat_map(|one| one.fields).copied().collect();
        assert_eq!(kept, named);
        assert!(kept.iter().all(|key| is_of_one(DocKind::Household, &format!("r/0/{key}"))));
        assert!(!is_of_one(DocKind::Household, "r/0/name"));
    }

    #[test]
    fn an_occasion_is_over_some_time_after_its_last_day() {
        let home = fields(&[
            ("r/a/name", "甲"),
            ("r/a/away_to", "老家"),
            ("r/a/away_from", "2026-01-20"),
            ("r/a/back_on", "2026-02-10"),
            ("r/a/consents/x", "-"),
            ("r/b/arrived_on", "2026-02-01"),
            ("r/b/travel_place", "某地"),
            ("r/c/away_to", "不知何时"),
        ]);
        let away = ["r/a/away_from", "r/a/away_to", "r/a/back_on"];
        assert!(over(&home, noon(70, "2026-03-12")).is_empty(), "the thirtieth day after");
        assert_eq!(keys(over(&home, noon(71, "2026-03-13"))), away);
        assert_eq!(keys(over(&home, noon(396, "2027-02-01"))), away, "the year is not over");
        assert_eq!(
            keys(over(&home, noon(397, "2027-02-02"))).last().map(String::as_str),
            Some("r/b/arrived_on")
        );
        assert!(!over(&home, noon(26_298, "2098-01-01")).contains("r/c/away_to"), "nobody said when");
        assert_eq!(keys(of_emergencies(&home)), ["r/b/travel_place"]);
        assert_eq!(home.keys().filter(|key| is_of_emergencies(key)).count(), 1);
    }

    #[test]
    fn the_last_day_counts_where_it_is_said() {
        let home = fields(&[("r/a/away_from", "2024-01-01"), ("r/a/back_on", "2026-12-31")]);
        assert!(over(&home, noon(364, "2026-12-31")).is_empty());
        let travelled = fields(&[("r/a/travel_on", "2026-01-01"), ("r/a/travel_place", "某地")]);
        assert!(over(&travelled, noon(60, "2026-03-02")).is_empty());
        assert_eq!(over(&travelled, noon(61, "2026-03-03")).len(), 2);
    }
}
