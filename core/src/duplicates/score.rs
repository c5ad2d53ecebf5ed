//! Which households are worth comparing, and how alike two of them are.

use crate::model::{HouseholdRow, PersonBrief};
use std::collections::BTreeSet;

/// From this score on a pair is put before a person.
const SCORE_MIN: u32 = 60;

/// A shared key that more households than this have (a property office's phone on every row) says
/// nothing, and comparing all of them would be quadratic.
pub const BLOCK_MAX: usize = 20;

/// Why two households look alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The same address, however it was spelt.
    SameAddress,
    /// The same telephone.
    SamePhone,
    /// Somebody of the same name and birth date lives in both.
    SamePerson,
    /// Most people of the smaller household are in the larger.
    MostPeopleShared,
}

impl Reason {
    /// As people read it.
    pub fn zh(self) -> &'static str {
        match self {
            Reason::SameAddress => "地址相同",
            Reason::SamePhone => "电话相同",
            Reason::SamePerson => "有同名同生日的人",
            Reason::MostPeopleShared => "大多数成员相同",
        }
    }
}

/// How alike two households are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Likeness {
    /// 0 to 100.
    pub score: u32,
    /// Why.
    pub reasons: Vec<Reason>,
}

/// Two households are compared when they share one of these keys.
pub fn blocking_keys(row: &HouseholdRow) -> BTreeSet<String> {
    if row.merged_into.is_some() {
        return BTreeSet::new();
    }
    let mut keys = BTreeSet::new();
    let address = row.address();
    if !address.room.is_empty() {
        keys.insert(format!("a{}", address.key()));
    }
    keys.extend(row.phones().into_iter().filter_map(phone_key).map(|phone| format!("p{phone}")));
    keys.extend(row.people.iter().filter_map(person_key).map(|person| format!("n{person}")));
    keys
}

/// Compares two households; `None` when they are not worth a person's time.
pub fn compare(a: &HouseholdRow, b: &HouseholdRow) -> Option<Likeness> {
    let mut reasons = Vec::new();
    let mut score = 0;
    let mut add = |reason, points| {
        reasons.push(reason);
        score += points;
    };
    let same_address = !a.address().room.is_empty() && a.address().key() == b.address().key();
    if same_address {
        add(Reason::SameAddress, 70);
    }
    let phones = |row: &HouseholdRow| row.phones().into_iter().filter_map(phone_key).collect::<BTreeSet<_>>();
    if !phones(a).is_disjoint(&phones(b)) {
        add(Reason::SamePhone, 30);
    }
    let people = |row: &HouseholdRow| row.people.iter().filter_map(person_key).collect::<BTreeSet<_>>();
    let (of_a, of_b) = (people(a), people(b));
    let shared = of_a.intersection(&of_b).count();
    let smaller = of_a.len().min(of_b.len());
    if shared > 0 {
        add(Reason::SamePerson, 40);
        if shared * 2 > smaller {
            add(Reason::MostPeopleShared, 30);
        }
    }
    (score >= SCORE_MIN).then_some(Likeness { score: score.min(100), reasons })
}

fn phone_key(phone: &str) -> Option<String> {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let tail = digits.get(digits.len().saturating_sub(11)..)?;
    (tail.len() >= 7).then(|| tail.to_owned())
}

fn person_key(person: &PersonBrief) -> Option<String> {
    let name: String = person.name.chars().filter(|ch| !ch.is_whitespace()).collect();
    let year = person.birth.get(..7)?;
    (name.chars().count() >= 2).then(|| format!("{name}{year}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn household(room: &str, phone: &str, people: &[(&str, &str)]) -> HouseholdRow {
        let person = |(name, birth): &(&str, &str)| PersonBrief {
            id: None,
            name: (*name).into(),
            birth: (*birth).into(),
            phone: String::new(),
        };
        HouseholdRow {
            place: ["阳光花园".into(), "3".into(), "2".into(), room.into()],
            contact_phone: phone.into(),
            people: people.iter().map(person).collect(),
            ..HouseholdRow::default()
        }
    }

    #[test]
    fn the_same_door_entered_twice_is_a_duplicate() {
        let a = household("501", "13800000001", &[("张伟", "1987-03-05")]);
        let b = household("501", "", &[]);
        assert_eq!(compare(&a, &b).unwrap().reasons, [Reason::SameAddress]);
        assert!(!blocking_keys(&a).is_disjoint(&blocking_keys(&b)));
    }

    #[test]
    fn a_family_under_two_doors_is_a_duplicate() {
        let family = [("张伟", "1987-03-05"), ("李娜", "1988-11")];
        let a = household("501", "138 0000 0001", &family);
        let b = household("502", "+8613800000001", &family);
        assert_eq!(compare(&a, &b).unwrap().score, 100);
    }

    #[test]
    fn namesakes_and_a_shared_office_phone_are_not() {
        let a = household(
            "501",
            "4000000",
            &[("张伟", "1987-03-05"), ("王芳", "1990-01-01"), ("张一", "2015-01-01")],
        );
        let b = household("601", "4000000", &[("李强", "1987-03-05")]);
        assert_eq!(compare(&a, &b), None);
    }
}
