//! Who lives in a home: ages and relations that fit together, phones, tags.

use super::dice::Dice;
use super::names;
use super::world::AREA_CODE;
use std::collections::BTreeSet;

/// The year the sample is of. Ages follow from it, so it must not move with the calendar.
const SAMPLE_YEAR: u16 = 2026;
/// From this age on a person alone at home is tagged 独居.
const ALONE_AGE: u16 = 60;
/// From this age on a person is tagged 高龄.
const OLD_AGE: u16 = 80;
/// From this age on a child may carry a phone.
const PHONE_AGE: u16 = 14;

const MOBILE_PREFIXES: [u32; 24] = [
    130, 131, 132, 133, 135, 136, 137, 138, 139, 150, 151, 155, 158, 159, 166, 173, 177, 180, 182, 185, 186,
    188, 189, 199,
];

/// A day of birth, which always exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Birth {
    pub(super) year: u16,
    pub(super) month: u8,
    pub(super) day: u8,
}

/// One resident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) name: String,
    pub(super) female: bool,
    pub(super) birth: Birth,
    pub(super) relation: &'static str,
    pub(super) phones: Vec<String>,
    pub(super) tags: Vec<&'static str>,
    /// A valid identity number of an area that does not exist.
    pub(super) id_number: String,
}

/// Makes people, no two with the same phone.
#[derive(Debug)]
pub(super) struct Registry {
    phones: BTreeSet<u32>,
    tenants_per_mille: usize,
}

impl Registry {
    pub(super) fn new(tenants_per_mille: usize) -> Registry {
        Registry { phones: BTreeSet::new(), tenants_per_mille }
    }

    /// A household of `count` people, its head first.
    pub(super) fn household(&mut self, dice: &mut Dice, count: usize) -> Vec<Person> {
        let head_age = dice.between(24, 92);
        let head_female = dice.chance(350);
        let father = names::surname(dice);
        let mut people: Vec<Person> = Vec::with_capacity(count);
        for index in 0..count {
            let (relation, female, age) = role(dice, index, head_age, head_female);
            let own_name =
                matches!(relation, "配偶" | "母亲" | "儿媳" | "其他") || (index == 0 && head_female);
            let surname = if own_name { names::surname(dice) } else { father };
            let person = loop {
                let person = self.person(dice, surname, female, age, relation);
                // Namesakes under one roof would be read as one person typed twice.
                if people.iter().all(|other| other.name != person.name) {
                    break person;
                }
            };
            people.push(person);
        }
        self.tag_household(dice, &mut people);
        people
    }

    fn person(
        &mut self,
        dice: &mut Dice,
        surname: &str,
        female: bool,
        age: usize,
        relation: &'static str,
    ) -> Person {
        let age = u16::try_from(age).unwrap_or(0);
        let birth = birth_date(dice, SAMPLE_YEAR.saturating_sub(1).saturating_sub(age));
        let name = format!("{surname}{}", names::given(dice, birth.year, female));
        let mut phones = Vec::new();
        if relation == "户主" || (age >= PHONE_AGE && dice.chance(600)) {
            phones.push(self.phone(dice));
        }
        if !phones.is_empty() && dice.chance(30) {
            phones.push(self.phone(dice));
        }
        let id_number = id_number(dice, birth, female);
        Person { name, female, birth, relation, phones, tags: personal_tags(dice, age, female), id_number }
    }

    fn phone(&mut self, dice: &mut Dice) -> String {
        loop {
            let number = u32::try_from(dice.below(100_000)).unwrap_or(0);
            let prefix = dice.pick(&MOBILE_PREFIXES);
            if self.phones.insert(prefix * 100_000 + number) {
                return format!("{prefix}000{number:05}");
            }
        }
    }

    fn tag_household(&self, dice: &mut Dice, people: &mut [Person]) {
        let alone = people.len() == 1;
        let Some(head) = people.first_mut() else { return };
        if alone && age(head) >= ALONE_AGE {
            head.tags.push("独居");
        }
        if dice.chance(self.tenants_per_mille) {
            head.tags.push("租户");
        }
        if dice.chance(20) {
            head.tags.push("低保");
        }
    }
}

fn age(person: &Person) -> u16 {
    SAMPLE_YEAR.saturating_sub(person.birth.year)
}

/// Relation, sex and age of the person at a place in the household.
fn role(dice: &mut Dice, index: usize, head_age: usize, head_female: bool) -> (&'static str, bool, usize) {
    let child_age = head_age.saturating_sub(dice.between(23, 36));
    match index {
        0 => ("户主", head_female, head_age),
        1 => ("配偶", !head_female, (head_age + 4).saturating_sub(dice.below(8)).max(22)),
        2 | 3 if dice.chance(500) => ("女", true, child_age),
        2 | 3 => ("子", false, child_age),
        4 if head_age < 60 => ("母亲", true, head_age + dice.between(22, 32)),
        4 => ("儿媳", true, child_age.max(22)),
        5 if head_age < 60 => ("父亲", false, head_age + dice.between(24, 35)),
        5 => ("孙子", false, child_age.saturating_sub(25)),
        _ => ("其他", dice.chance(500), dice.between(18, 70)),
    }
}

fn birth_date(dice: &mut Dice, year: u16) -> Birth {
    let month = u8::try_from(dice.between(1, 12)).unwrap_or(1);
    // The 28th exists in every month.
    let day = u8::try_from(dice.between(1, 28)).unwrap_or(1);
    Birth { year, month, day }
}

fn personal_tags(dice: &mut Dice, age: u16, female: bool) -> Vec<&'static str> {
    let mut tags = Vec::new();
    let mut add = |wanted: bool, tag| {
        if wanted {
            tags.push(tag);
        }
    };
    add(age >= OLD_AGE, "高龄");
    add(dice.chance(20), "残疾");
    add(age >= 20 && dice.chance(60), "党员");
    add(age >= 22 && !female && dice.chance(30), "退役军人");
    add(female && (20..=42).contains(&age) && dice.chance(25), "孕产妇");
    add(age < PHONE_AGE && dice.chance(10), "困境儿童");
    tags
}

/// An identity number as GB 11643 builds it, for an area code that does not exist.
fn id_number(dice: &mut Dice, birth: Birth, female: bool) -> String {
    let serial = dice.below(499) * 2 + usize::from(!female);
    let body = format!("{AREA_CODE}{:04}{:02}{:02}{serial:03}", birth.year, birth.month, birth.day);
    let check = id_check(&body);
    format!("{body}{check}")
}

/// The last character of an identity number (ISO 7064, MOD 11-2).
pub(super) fn id_check(body: &str) -> char {
    let sum = body.bytes().fold(0, |sum: u32, digit| (sum + u32::from(digit.saturating_sub(b'0'))) * 2 % 11);
    match (12 - sum) % 11 {
        10 => 'X',
        digit => char::from_digit(digit, 10).unwrap_or('0'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_character_is_that_of_the_standards_own_example() {
        // GB 11643-1999, appendix.
        assert_eq!(id_check("11010519491231002"), 'X');
        assert_eq!(id_check("44052418800101001"), '4');
    }
}
