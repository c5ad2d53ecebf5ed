//! Rosters as an office would hand them in, small enough to read in a test.

use linli_roster::table::{Cell, CsvEncoding, CsvStyle, Delimiter, Format, Sheet, Workbook};
use std::path::{Path, PathBuf};

/// The columns of every roster here.
const HEADER: [&str; 8] = ["网格编码", "小区", "楼栋", "单元", "房号", "姓名", "联系电话", "备注"];

/// The grid of every roster here: twelve digits that no area has, and three.
pub const GRID: &str = "999999000001001";

/// A row: one resident at home.
#[derive(Clone, Debug)]
pub struct Home {
    /// Building, unit, room.
    pub door: [String; 3],
    /// Who lives there.
    pub name: String,
    /// As typed.
    pub phone: String,
    /// Remarks.
    pub note: String,
}

/// A roster.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    /// Its rows, below the header.
    pub homes: Vec<Home>,
}

impl Roster {
    /// A roster with these people, each behind a door of their own: 1-1-101, 1-1-102 and so on.
    pub fn of(names: &[&str]) -> Roster {
        let homes = names.iter().enumerate().map(|(index, name)| Home {
            door: ["1".into(), "1".into(), (101 + index).to_string()],
            name: (*name).to_owned(),
            phone: format!("1380000{:04}", index + 1),
            note: String::new(),
        });
        Roster { homes: homes.collect() }
    }

    /// A roster with so many doors.
    pub fn of_doors(count: usize) -> Roster {
        let names: Vec<String> = (0..count).map(made_up_name).collect();
        Roster::of(&names.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// CSV as Excel opens it by a double click.
    pub fn csv() -> Format {
        Roster::csv_in(CsvEncoding::Utf8Bom)
    }

    /// CSV in another encoding.
    pub fn csv_in(encoding: CsvEncoding) -> Format {
        Format::Csv(CsvStyle { encoding, delimiter: Delimiter::Comma })
    }

    /// Writes the file.
    pub fn write(&self, folder: &Path, name: &str, format: Format) -> PathBuf {
        let header = HEADER.iter().map(|title| Cell::from(*title)).collect();
        let rows = std::iter::once(header).chain(self.homes.iter().map(row)).collect();
        let book = Workbook { format, sheets: vec![Sheet::new("名册", rows)] };
        let path = folder.join(format!("{name}.{}", format.extension()));
        let bytes = book.write(format).expect("the roster can be written");
        std::fs::write(&path, bytes).expect("the roster is on disk");
        path
    }
}

fn row(home: &Home) -> Vec<Cell> {
    let [building, unit, room] = &home.door;
    let cells: [&str; 8] = [GRID, "阳光花园", building, unit, room, &home.name, &home.phone, &home.note];
    cells.iter().map(|text| Cell::from(*text)).collect()
}

/// Two characters of ten each: a hundred people nobody knows, then the same again at other doors.
fn made_up_name(index: usize) -> String {
    let pick = |words: &str, at: usize| words.chars().nth(at % 10).unwrap_or('王');
    format!("{}{}", pick("王李张刘陈杨赵黄周吴", index), pick("伟芳娜敏静强磊军洋勇", index / 10))
}
