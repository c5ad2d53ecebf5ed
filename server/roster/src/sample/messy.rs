//! A community as offices really keep it: a file per estate, each in its own shape, with known mistakes.
//!
//! Owns which mistakes go where and counts them. Every home of the community is in exactly one file, once, except
//! those listed as typed twice; near-duplicates are added to the community before it is counted.

use super::dice::Dice;
use super::people::{Person, id_check};
use super::titled::{self, TITLE_ROWS, Titled};
use super::world::{Community, Home};
use super::{BadReason, BadRow, Expected, NearDuplicate, TypedTwice, spelling};
use crate::table::{Cell, CsvEncoding, CsvStyle, Format, Sheet, TableError, Workbook};

/// Homes in a thousand whose people are entered under a second address.
const NEAR_DUPLICATES_PER_MILLE: usize = 5;
/// Homes in a thousand that were typed twice into the same file.
const TYPED_TWICE_PER_MILLE: usize = 3;
/// Fewest files of a messy community, so that even one estate shows every shape.
const FILES_MIN: usize = 5;
/// A subtotal or blank row comes about this often.
const PAUSE_EVERY: usize = 40;
/// The room numbers of near-duplicates start here: no estate has doors beyond it.
const SPARE_ROOM: usize = 9_000;

/// How a file is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// XLSX, titles, merged household cells, a row per resident.
    Titled,
    /// CSV in UTF-8 with a mark, a row per household.
    CsvHouseholds,
    /// CSV in GBK, a row per resident, the address in one cell.
    CsvResidents,
    /// XLS, a row per resident, identity numbers, numbers as numbers.
    Xls,
    /// XLSX, a row per household, several sheets.
    XlsxHouseholds,
}

const SHAPES: [Shape; FILES_MIN] =
    [Shape::Titled, Shape::CsvHouseholds, Shape::CsvResidents, Shape::Xls, Shape::XlsxHouseholds];

/// Writes the files of a community and notes what is wrong in them.
pub(super) fn write(
    community: &mut Community,
    expected: &mut Expected,
) -> Result<Vec<(String, Vec<u8>)>, TableError> {
    let mut dice = community.dice.clone();
    add_near_duplicates(community, &mut dice, expected);
    let mut files = Vec::new();
    for (index, part) in parts(community).into_iter().enumerate() {
        let shape = SHAPES.get(index % SHAPES.len()).copied().unwrap_or(Shape::CsvResidents);
        let mut file = File::new(community, &part, shape, index, &mut dice);
        file.fill(&part);
        file.add_mistakes(&part, expected);
        files.push((file.name.clone(), file.finish()?));
    }
    Ok(files)
}

/// The homes of each file: an estate each, or equal parts when there are too few estates.
fn parts(community: &Community) -> Vec<Vec<Home>> {
    let homes = &community.homes;
    let by_estate: Vec<Vec<Home>> =
        homes.chunk_by(|a, b| a.address.estate == b.address.estate).map(<[Home]>::to_vec).collect();
    let estates: std::collections::BTreeSet<&str> =
        homes.iter().map(|home| home.address.estate.as_str()).collect();
    if estates.len() > 2 && by_estate.len() == estates.len() {
        return by_estate;
    }
    homes.chunks(homes.len().div_ceil(FILES_MIN).max(1)).map(<[Home]>::to_vec).collect()
}

/// Enters some households again under an address close to their own.
fn add_near_duplicates(community: &mut Community, dice: &mut Dice, expected: &mut Expected) {
    let mut homes = Vec::with_capacity(community.homes.len());
    for home in std::mem::take(&mut community.homes) {
        let wanted = dice.chance(NEAR_DUPLICATES_PER_MILLE) && home.people.len() > 1;
        let mut twin = home.clone();
        twin.address.room = (SPARE_ROOM + expected.near_duplicates.len() % 900).to_string();
        if wanted {
            expected.near_duplicates.push(NearDuplicate {
                first: home.address.to_string(),
                second: twin.address.to_string(),
                names: home.people.iter().map(|person| person.name.clone()).collect(),
            });
        }
        homes.push(home);
        homes.extend(wanted.then_some(twin));
    }
    community.homes = homes;
}

/// A file in the making.
struct File<'a> {
    name: String,
    shape: Shape,
    community: &'a Community,
    dice: &'a mut Dice,
    titled: Titled,
}

impl<'a> File<'a> {
    fn new(
        community: &'a Community,
        part: &[Home],
        shape: Shape,
        index: usize,
        dice: &'a mut Dice,
    ) -> File<'a> {
        let estate = part.first().map_or("", |home| home.address.estate.as_str());
        let extension = match shape {
            Shape::Titled | Shape::XlsxHouseholds => "xlsx",
            Shape::CsvHouseholds | Shape::CsvResidents => "csv",
            Shape::Xls => "xls",
        };
        let header = header(shape).iter().map(|title| Cell::from(*title)).collect();
        let titled = Titled {
            title: format!("{}{estate}居民信息登记表", community.name),
            note: format!("填报单位：{}居民委员会　　　填报日期：2026年1月", community.name),
            rows: vec![header],
            merged: Vec::new(),
        };
        let name = format!("{}-{:02}-{estate}.{extension}", community.name, index + 1);
        File { name, shape, community, dice, titled }
    }

    fn fill(&mut self, part: &[Home]) {
        for (index, home) in part.iter().enumerate() {
            self.push_home(home, None);
            if (index + 1) % PAUSE_EVERY == 0 {
                let subtotal = index % (2 * PAUSE_EVERY) < PAUSE_EVERY;
                self.pause(if subtotal { format!("小计：{PAUSE_EVERY}户") } else { String::new() });
            }
        }
        self.pause(String::new());
        let people: usize = part.iter().map(|home| home.people.len()).sum();
        self.pause(format!("合计：{}户{people}人", part.len()));
    }

    /// A blank row, or one that only says a total.
    fn pause(&mut self, text: String) {
        let mut row = vec![Cell::Empty; header(self.shape).len()];
        if let Some(first) = row.first_mut() {
            *first = Cell::from(text);
        }
        self.titled.rows.push(row);
    }

    fn push_home(&mut self, home: &Home, address: Option<String>) {
        let address = address.unwrap_or_else(|| spelling::address(self.dice, &home.address));
        let first = self.titled.rows.len();
        match self.shape {
            Shape::CsvHouseholds | Shape::XlsxHouseholds => {
                let row = self.household_row(home, address);
                self.titled.rows.push(row);
            }
            _ => {
                for (index, person) in home.people.iter().enumerate() {
                    let row = self.resident_row(home, person, &address, index == 0);
                    self.titled.rows.push(row);
                }
            }
        }
        if self.shape == Shape::Titled {
            let merged = (0..MERGED_COLUMNS).map(|column| (first, home.people.len(), column));
            self.titled.merged.extend(merged);
        }
    }

    fn grid_code(&self, home: &Home) -> &str {
        self.community.grids.get(home.grid).map(|grid| grid.code.as_str()).unwrap_or_default()
    }

    fn household_row(&mut self, home: &Home, address: String) -> Vec<Cell> {
        let code = Cell::from(self.grid_code(home));
        let Some((head, members)) = home.people.split_first() else { return Vec::new() };
        let mut phones = head.phones.clone();
        // Whoever fills in a household form gives one more number when there is one.
        phones.extend(members.iter().find_map(|member| member.phones.first().cloned()));
        let mut tags: Vec<&str> = home.people.iter().flat_map(|person| person.tags.iter().copied()).collect();
        tags.sort_unstable();
        tags.dedup();
        let names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
        vec![
            code,
            Cell::from(address),
            Cell::from(head.name.as_str()),
            spelling::birth(self.dice, head.birth, self.shape == Shape::XlsxHouseholds),
            Cell::from(spelling::phones(self.dice, &phones)),
            Cell::from(u32::try_from(home.people.len()).unwrap_or(0)),
            Cell::from(names.join("、")),
            Cell::from(tags.join("，")),
            Cell::from(home.note),
        ]
    }

    fn resident_row(&mut self, home: &Home, person: &Person, address: &str, first: bool) -> Vec<Cell> {
        let dates = self.shape != Shape::CsvResidents;
        let mut row = vec![match (self.shape, self.grid_code(home).parse::<f64>()) {
            (Shape::Xls, Ok(code)) => Cell::from(code),
            _ => Cell::from(self.grid_code(home)),
        }];
        row.extend(match self.shape {
            Shape::CsvResidents => vec![Cell::from(address)],
            _ => self.place_cells(home),
        });
        let gender = if person.female { "女" } else { "男" };
        row.extend([Cell::from(person.name.as_str()), Cell::from(gender)]);
        row.push(spelling::birth(self.dice, person.birth, dates));
        if self.shape == Shape::Xls {
            row.push(Cell::from(person.id_number.as_str()));
        }
        row.extend([
            Cell::from(person.relation),
            Cell::from(spelling::phones(self.dice, &person.phones)),
            Cell::from(person.tags.join("、")),
            Cell::from(if first { home.note } else { "" }),
        ]);
        if self.shape == Shape::Titled && !first {
            // Under a merged cell there is nothing.
            row.iter_mut().take(MERGED_COLUMNS).for_each(|cell| *cell = Cell::Empty);
        }
        row
    }

    /// Estate, building, unit, room; with their marks in the XLS, bare in the printed table.
    fn place_cells(&mut self, home: &Home) -> Vec<Cell> {
        let place = &home.address;
        let marked = self.shape == Shape::Xls;
        let with = |part: &str, mark: &str| match part {
            "" => Cell::Empty,
            part if marked => Cell::from(format!("{part}{mark}")),
            part => Cell::from(part),
        };
        let room = if self.dice.chance(100) { spelling::full_width(&place.room) } else { place.room.clone() };
        let (building, unit, room) =
            (with(&place.building, "号楼"), with(&place.unit, "单元"), with(&room, "室"));
        vec![Cell::from(place.estate.as_str()), building, unit, room]
    }

    fn add_mistakes(&mut self, part: &[Home], expected: &mut Expected) {
        if matches!(self.shape, Shape::CsvHouseholds | Shape::CsvResidents) {
            for home in part {
                if self.dice.chance(TYPED_TWICE_PER_MILLE) {
                    let again = spelling::other_address(self.dice, &home.address, &home.address.to_string());
                    self.push_home(home, Some(again));
                    let address = home.address.to_string();
                    expected.typed_twice.push(TypedTwice { file: self.name.clone(), address });
                }
            }
        }
        let Some(model) = part.get(self.dice.below(part.len())).cloned() else { return };
        for reason in reasons(self.shape) {
            self.push_bad_row(&model, *reason);
            let above = if self.shape == Shape::Titled { TITLE_ROWS } else { 0 };
            let row = self.titled.rows.len() + above;
            expected.bad_rows.push(BadRow { file: self.name.clone(), row, reason: *reason });
        }
    }

    /// One more person in a home that exists, with one thing wrong.
    fn push_bad_row(&mut self, model: &Home, reason: BadReason) {
        let mut stranger = model.clone();
        stranger.people.truncate(1);
        stranger.note = "";
        let Some(person) = stranger.people.first_mut() else { return };
        person.name = format!("{}某", person.name.chars().next().unwrap_or('张'));
        person.tags.clear();
        if reason == BadReason::BadIdChecksum {
            person.id_number = wrong_id(&person.id_number);
        } else {
            // The right number would name the person it was taken from.
            person.id_number.clear();
        }
        if reason == BadReason::AddressWithoutRoom {
            stranger.address.room.clear();
        }
        let building = format!("{}{}号楼", stranger.address.estate, stranger.address.building);
        let missing = reason == BadReason::AddressWithoutRoom;
        let address = if missing { building } else { stranger.address.to_string() };
        self.push_home(&stranger, Some(address));
        let broken = match reason {
            BadReason::BadPhone => Some(("联系电话", "1380001")),
            BadReason::ImpossibleBirthDate => Some(("出生日期", "1985-02-30")),
            _ => None,
        };
        let Some((column, wrong)) = broken else { return };
        let at = header(self.shape).iter().position(|title| *title == column);
        let row = self.titled.rows.last_mut();
        if let Some(cell) = row.zip(at).and_then(|(row, at)| row.get_mut(at)) {
            *cell = Cell::from(wrong);
        }
    }

    fn finish(self) -> Result<Vec<u8>, TableError> {
        let write = |sheets, format| Workbook { format, sheets }.write(format);
        let csv = |encoding| Format::Csv(CsvStyle { encoding, ..CsvStyle::default() });
        let rows = self.titled.rows;
        match self.shape {
            Shape::Titled => titled::write(&Titled { rows, ..self.titled }),
            Shape::CsvHouseholds => write(vec![Sheet::new("居民", rows)], csv(CsvEncoding::Utf8Bom)),
            Shape::CsvResidents => write(vec![Sheet::new("居民", rows)], csv(CsvEncoding::Gb18030)),
            Shape::Xls => write(vec![Sheet::new("居民信息", rows)], Format::Xls),
            Shape::XlsxHouseholds => write(vec![Sheet::new("户册", rows)], Format::Xlsx),
        }
    }
}

/// Columns of the printed table that belong to the household and are merged over its people.
const MERGED_COLUMNS: usize = 5;

fn header(shape: Shape) -> &'static [&'static str] {
    match shape {
        Shape::Titled => &[
            "网格编码",
            "小区",
            "楼栋",
            "单元",
            "房号",
            "姓名",
            "性别",
            "出生日期",
            "与户主关系",
            "联系电话",
            "人员标签",
            "备注",
        ],
        Shape::CsvHouseholds | Shape::XlsxHouseholds => &[
            "网格编码",
            "家庭住址",
            "户主姓名",
            "出生日期",
            "联系电话",
            "家庭人口",
            "家庭成员",
            "标签",
            "备注",
        ],
        Shape::CsvResidents => {
            &["所属网格", "住址", "姓名", "性别", "出生年月日", "与户主关系", "联系电话", "标签", "备注"]
        }
        Shape::Xls => &[
            "网格编码",
            "小区名称",
            "楼栋号",
            "单元号",
            "房间号",
            "居民姓名",
            "性别",
            "出生日期",
            "身份证号",
            "与户主关系",
            "联系电话",
            "人员类别",
            "备注",
        ],
    }
}

/// Which mistakes a file can hold: a household's row has no person of its own to get wrong.
fn reasons(shape: Shape) -> &'static [BadReason] {
    match shape {
        Shape::CsvHouseholds | Shape::XlsxHouseholds => &[BadReason::AddressWithoutRoom],
        Shape::Titled => &[BadReason::BadPhone, BadReason::ImpossibleBirthDate],
        Shape::CsvResidents => &[BadReason::BadPhone, BadReason::AddressWithoutRoom],
        Shape::Xls => &[BadReason::ImpossibleBirthDate, BadReason::BadIdChecksum],
    }
}

/// The same number with a last character that does not fit.
fn wrong_id(id_number: &str) -> String {
    let body = id_number.get(..17).unwrap_or(id_number);
    format!("{body}{}", if id_check(body) == '1' { '2' } else { '1' })
}
