//! What an import means for each household, computed without touching the log.

use super::MESSAGES;
use crate::office::grids::plain;
use crate::office::place_grids::PlaceGrids;
use linli_core::address::Address;
use linli_core::doc::{Author, ChangeBytes, Document};
use linli_core::ids::{HouseholdId, ResidentId, SpaceId};
use linli_core::kinds::{self, DocKind, Household, Resident, resident_key};
use linli_core::record::{Fields, Put, Value};
use linli_core::time::TimeMs;
use linli_roster::import::{Gender, RosterHousehold, RosterResident};
use linli_storage::model::{GridRecord, OpenDoc};
use linli_storage::on_all_cores;
use std::collections::{BTreeMap, BTreeSet};

/// Households whose file names no grid go here until the office assigns them.
const UNASSIGNED: (&str, &str) = ("000", "未划网格");
/// Area code of grids that came with a name but without a code.
const UNKNOWN_AREA: &str = "000000000000";

/// One household's part of an import.
pub(super) struct Planned {
    pub(super) id: HouseholdId,
    pub(super) grid: String,
    /// Where the document is, when it exists.
    pub(super) space: Option<SpaceId>,
    pub(super) generation: u32,
    pub(super) is_new: bool,
    pub(super) change: Option<ChangeBytes>,
    /// People who were not there before.
    pub(super) residents_new: usize,
    /// Fields where the file and a person disagree now.
    pub(super) conflicts: usize,
}

/// Grids by code and by name, and those an import adds.
pub(super) struct Grids {
    community: String,
    by_name: BTreeMap<String, String>,
    codes: BTreeSet<String>,
    /// Other codes by which grids are known.
    aliases: BTreeMap<String, String>,
    by_building: BTreeMap<String, String>,
    added: BTreeMap<String, String>,
    /// Where the office has put the homes that it knows.
    drawn: PlaceGrids,
}

impl Grids {
    pub(super) fn new(community: &str, known: Vec<GridRecord>, aliases: BTreeMap<String, String>) -> Grids {
        let own = known.into_iter().filter(|grid| grid.community == community);
        let by_name: BTreeMap<String, String> = own.map(|grid| (grid.name, grid.code)).collect();
        let codes: BTreeSet<String> = by_name.values().cloned().collect();
        let aliases = aliases.into_iter().filter(|(_, code)| codes.contains(code)).collect();
        Grids {
            community: community.to_owned(),
            codes,
            aliases,
            by_name,
            by_building: BTreeMap::new(),
            added: BTreeMap::new(),
            drawn: PlaceGrids::default(),
        }
    }

    pub(super) fn with_places(self, drawn: PlaceGrids) -> Grids {
        Grids { drawn, ..self }
    }

    /// Grids that the import adds, code to name.
    pub(super) fn added(&self) -> &BTreeMap<String, String> {
        &self.added
    }

    /// The code for what a file says, adding the grid when it is new.
    fn code(&mut self, written: &str) -> String {
        if let Some(code) = self.by_name.get(written) {
            return code.clone();
        }
        if let Some(code) = self.aliases.get(&plain(written)) {
            return code.clone();
        }
        let is_code = written.len() == 15 && written.bytes().all(|byte| byte.is_ascii_digit());
        let code = if is_code { written.to_owned() } else { self.free_code(written) };
        if self.codes.insert(code.clone()) {
            self.added.insert(code.clone(), written.to_owned());
        }
        self.by_name.insert(written.to_owned(), code.clone());
        code
    }

    /// The next free number in the unknown area, made distinct between communities by a hash.
    fn free_code(&self, written: &str) -> String {
        if written == UNASSIGNED.1 {
            return format!("{}{}", self.area(), UNASSIGNED.0);
        }
        let area = self.area();
        let numbers = (1..1000).map(|number| format!("{area}{number:03}"));
        numbers.into_iter().find(|code| !self.codes.contains(code)).unwrap_or_else(|| format!("{area}999"))
    }

    fn area(&self) -> String {
        let hash = linli_core::ids::digest(&[b"area", self.community.as_bytes()]);
        let number = hash.iter().take(4).fold(0u64, |sum, byte| sum * 256 + u64::from(*byte)) % 1_000_000;
        format!("{}{number:06}", UNKNOWN_AREA.get(..6).unwrap_or_default())
    }

    /// Reads where the file puts whom: households without a grid take that of the homes known around them, else
    /// that of their building in the file, else of their estate's first household there.
    pub(super) fn learn(&mut self, households: &[RosterHousehold]) {
        for household in households {
            if let Some(written) = &household.grid {
                let code = self.code(written);
                for key in place_keys(&household.address) {
                    self.by_building.entry(key).or_insert_with(|| code.clone());
                }
            }
        }
    }

    pub(super) fn of(&mut self, household: &RosterHousehold) -> String {
        if let Some(written) = &household.grid {
            return self.code(written);
        }
        let drawn = self.drawn.of(&household.address).filter(|code| self.codes.contains(*code));
        let file = || place_keys(&household.address).into_iter().find_map(|key| self.by_building.get(&key));
        let near = drawn.map(str::to_owned).or_else(|| file().cloned());
        near.unwrap_or_else(|| self.code(UNASSIGNED.1))
    }
}

fn place_keys(address: &Address) -> [String; 2] {
    [format!("{}/{}", address.estate, address.building), format!("{}/", address.estate)]
}

/// One household to plan.
pub(super) struct Work {
    pub(super) id: HouseholdId,
    pub(super) grid: String,
    pub(super) household: RosterHousehold,
    /// Its document, when it exists.
    pub(super) known: Option<OpenDoc>,
    /// The generation in which it begins, when it does not.
    pub(super) generation: u32,
}

/// Plans a part of the file. One author for the whole run: every document is changed at most once in it.
pub(super) fn plan(work: Vec<Work>, author: &Author) -> Vec<Planned> {
    on_all_cores(work, |Work { id, grid, household, known, generation }| match known {
        Some(open) => update(id, grid, &household, open, author),
        None => create((id, generation), grid, &household, author),
    })
}

fn create(
    (id, generation): (HouseholdId, u32),
    grid: String,
    household: &RosterHousehold,
    author: &Author,
) -> Planned {
    let mut document = Document::new(DocKind::Household);
    let residents = name_residents(id, &household.residents, &Fields::new());
    let puts = wanted(&grid, household, &residents);
    let change = document.edit(author, &puts);
    let residents_new = residents.len();
    Planned { id, grid, space: None, generation, is_new: true, change, residents_new, conflicts: 0 }
}

/// Puts only what differs from the previous import, as if written right after it.
fn update(
    id: HouseholdId,
    grid: String,
    household: &RosterHousehold,
    mut open: OpenDoc,
    author: &Author,
) -> Planned {
    let now = open.document.fields();
    let last = open.document.last_change_with_message(&MESSAGES);
    let base: Option<Vec<_>> = last.map(|hash| vec![hash]);
    let then = base.as_ref().map(|heads| open.document.fields_at(heads)).unwrap_or_default();
    let residents = name_residents(id, &household.residents, &now);
    let puts: Vec<Put> = wanted(&grid, household, &residents)
        .into_iter()
        .chain(brought_back(&residents, &then, &now, author.at_ms))
        // The grid is the office's to change, not a file's.
        .filter(|put| put.key != "grid")
        .filter(|put| put.value.as_ref() != then.get(&put.key) && put.value.as_ref() != now.get(&put.key))
        .collect();
    let is_new = |(id, _): &&(ResidentId, &RosterResident)| {
        let prefix = resident_key(*id);
        !now.range(prefix.clone()..).next().is_some_and(|(key, _)| key.starts_with(&prefix))
    };
    let residents_new = residents.iter().filter(is_new).count();
    let clashes = |put: &&Put| now.get(&put.key) != then.get(&put.key) && now.contains_key(&put.key);
    let conflicts = puts.iter().filter(clashes).count();
    let change = open.document.edit(&Author { base, ..author.clone() }, &puts);
    Planned {
        id,
        grid,
        space: Some(open.space),
        generation: open.generation,
        is_new: false,
        change,
        residents_new,
        conflicts,
    }
}

/// Whom an undo took off comes back with a file that has them; whom a person took off does not.
fn brought_back(
    residents: &[(ResidentId, &RosterResident)],
    then: &Fields,
    now: &Fields,
    at_ms: TimeMs,
) -> Vec<Put> {
    let is_text = |fields: &Fields, key: &str| fields.get(key).is_some_and(|value| value.as_text().is_some());
    let keys = residents.iter().map(|(id, _)| format!("{}presence", resident_key(*id)));
    let removed = keys.filter(|key| is_text(then, key) && is_text(now, key));
    let mut puts: Vec<Put> = removed.map(|key| Put { key, value: Some(Value::Int(at_ms)) }).collect();
    if is_text(now, "withdrawn") {
        puts.push(Put { key: "withdrawn".into(), value: None });
    }
    puts
}

/// Everything the file says of a household, as puts.
fn wanted(grid: &str, household: &RosterHousehold, residents: &[(ResidentId, &RosterResident)]) -> Vec<Put> {
    let mut record = Household {
        grid: Some(grid.to_owned()),
        contact_phone: household.phones.first().cloned(),
        note: household.note.clone().map(|note| note.chars().take(Value::NOTE_CHARS_MAX).collect()),
        tags: household.tags.clone(),
        ..Household::default()
    };
    record.set_address(&household.address);
    let mut puts = record.puts("");
    for (id, resident) in residents {
        puts.extend(resident_record(resident).puts(&resident_key(*id)));
    }
    puts
}

fn resident_record(resident: &RosterResident) -> Resident {
    let relation = resident.relation.clone().or_else(|| resident.is_head.then(|| "户主".to_owned()));
    let gender = resident.gender.map(|gender| match gender {
        Gender::Male => "male",
        Gender::Female => "female",
    });
    Resident {
        name: Some(resident.name.clone()),
        relation,
        gender: gender.map(str::to_owned),
        birth: resident.birth.clone(),
        phone: resident.phone.clone(),
        tags: resident.tags.clone(),
        national_id_hash: resident.national_id.as_ref().map(|id| id.hash.clone()),
        national_id_last4: resident.national_id.as_ref().map(|id| id.last4.clone()),
        ..Resident::default()
    }
}

/// Ids for the residents of a file: those whom the household has by name keep theirs, others get one
/// derived from name and turn, so that the same file names them alike again.
fn name_residents<'a>(
    household: HouseholdId,
    residents: &'a [RosterResident],
    known: &Fields,
) -> Vec<(ResidentId, &'a RosterResident)> {
    let mut free: Vec<(ResidentId, Resident)> = kinds::residents(known);
    let mut turns: BTreeMap<&str, u32> = BTreeMap::new();
    residents
        .iter()
        .map(|resident| {
            let same_name =
                |(_, known): &(ResidentId, Resident)| known.name.as_deref() == Some(&resident.name);
            if let Some(position) = free.iter().position(same_name) {
                return (free.remove(position).0, resident);
            }
            let turn = turns.entry(&resident.name).and_modify(|turn| *turn += 1).or_insert(0);
            let parts: [&[u8]; 4] = [b"roster", &household.0, resident.name.as_bytes(), &turn.to_be_bytes()];
            (ResidentId::derive(&parts), resident)
        })
        .collect()
}
