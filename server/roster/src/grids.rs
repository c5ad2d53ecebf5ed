//! An office's list of grids: codes, names, and the places that belong to each.
//!
//! Owns which column means what and which rows can be read. Knows nothing of grids that exist already.

use std::collections::BTreeSet;

use linli_core::address::half_width;
use linli_core::error::Coded;

use crate::table::{Cell, Sheet, TableError, Workbook, column_letter};

/// Titles and remarks above the header are a few rows at most.
const HEADER_ROWS_MAX: usize = 10;
/// Most rows read: every unit of the largest community many times over.
pub const ROWS_MAX: usize = 20_000;

/// What a column of the list means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GridField {
    /// The grid's code.
    Code,
    /// Its name.
    Name,
    /// Estate.
    Estate,
    /// Building.
    Building,
    /// Unit.
    Unit,
}

/// A column that was understood: what it means, its place from 0, its header.
type Column = (GridField, usize, String);

/// Headers as offices write them, without blanks and in small letters.
const HEADERS: [(GridField, &[&str]); 5] = [
    (
        GridField::Code,
        &[
            "网格编码",
            "网格编号",
            "网格代码",
            "网格号",
            "编码",
            "编号",
            "code",
            "gridcode",
            "gridid",
            "gridno",
        ],
    ),
    (GridField::Name, &["网格名称", "网格", "网格名", "名称", "name", "grid", "gridname"]),
    (GridField::Estate, &["小区", "小区名称", "楼院", "院落", "小区(院)", "estate", "compound"]),
    (GridField::Building, &["楼栋", "楼栋号", "楼号", "楼", "栋", "幢", "building"]),
    (GridField::Unit, &["单元", "单元号", "unit", "staircase"]),
];

/// A row of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GridRow {
    /// Name on the tab.
    pub sheet: String,
    /// Row as the spreadsheet shows it, from 1.
    pub row: usize,
    /// The code as written.
    pub code: Option<String>,
    /// The grid's name.
    pub name: Option<String>,
    /// Estate; nothing when the row only names a grid.
    pub estate: Option<String>,
    /// Building.
    pub building: Option<String>,
    /// Unit.
    pub unit: Option<String>,
    columns: Vec<Column>,
}

/// A row that was not taken, and the column to correct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadGridRow {
    /// Name on the tab.
    pub sheet: String,
    /// Row as the spreadsheet shows it, from 1.
    pub row: usize,
    /// Letters above the column.
    pub column: String,
    /// Text of the header.
    pub header: String,
    /// What stands in the cell.
    pub value: String,
    /// Why.
    pub reason: GridReason,
}

/// A list of grids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GridList {
    /// Rows that can be read, in the order of the file.
    pub rows: Vec<GridRow>,
    /// Rows that cannot.
    pub bad: Vec<BadGridRow>,
}

/// Why a list of grids, or a row of one, is not taken. Every sentence says what to correct.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GridReason {
    /// The file is no workbook.
    #[error(transparent)]
    Table(#[from] TableError),
    /// No row names the columns.
    #[error(
        "no header row found; name the columns code and name, and estate, building, unit where places are listed"
    )]
    NoHeader,
    /// A header and nothing below it, or far too much.
    #[error("the list has no rows, or more than 20000")]
    Rows,
    /// Neither code nor name.
    #[error("the row names no grid; give its code or its name")]
    NoGrid,
    /// Not 15 digits, and no grid is known by it.
    #[error("this is no code: 12 digits of the area and 3 of the grid")]
    Code,
    /// A building without an estate, or a unit without a building.
    #[error("the place is incomplete: a building needs its estate, a unit its building")]
    Place,
    /// Nobody is registered there.
    #[error("no household is registered at this place")]
    Nobody,
    /// Given to two grids.
    #[error("the list gives this place to two grids")]
    Twice,
}

impl Coded for GridReason {
    fn code(&self) -> &'static str {
        match self {
            GridReason::Table(error) => error.code(),
            GridReason::NoHeader => "grids.no_header",
            GridReason::Rows => "grids.rows",
            GridReason::NoGrid => "grids.no_grid",
            GridReason::Code => "grid.code_malformed",
            GridReason::Place => "grids.place_incomplete",
            GridReason::Nobody => "grids.nobody_there",
            GridReason::Twice => "grids.place_twice",
        }
    }

    fn zh(&self) -> String {
        match self {
            GridReason::Table(error) => return error.zh(),
            GridReason::NoHeader => {
                "没有找到表头。请保留一行列名:网格编码、网格名称;划分地段时再加小区、楼栋、单元。"
            }
            GridReason::Rows => "表里没有内容,或超过 20000 行。请确认选对了文件。",
            GridReason::NoGrid => "这一行没有写网格,请填写网格编码或名称。",
            GridReason::Code => "这不是网格编码:应为 12 位区划代码加 3 位序号。",
            GridReason::Place => "地段不完整:写楼栋要有小区,写单元要有楼栋。",
            GridReason::Nobody => "这个地段没有登记的住户,请核对小区、楼栋和单元。",
            GridReason::Twice => "这个地段在表里分给了两个网格,请保留一个。",
        }
        .to_owned()
    }
}

impl GridRow {
    /// The row as one that is not taken, with the column to correct; the first one when the file lacks it.
    pub fn bad(&self, field: GridField, reason: GridReason) -> BadGridRow {
        let found = self.columns.iter().find(|(known, ..)| *known == field).or(self.columns.first());
        let (index, header) = found.map_or((0, String::new()), |(_, index, header)| (*index, header.clone()));
        let value = match field {
            GridField::Code => &self.code,
            GridField::Name => &self.name,
            GridField::Estate => &self.estate,
            GridField::Building => &self.building,
            GridField::Unit => &self.unit,
        };
        BadGridRow {
            sheet: self.sheet.clone(),
            row: self.row,
            column: column_letter(index),
            header,
            value: value.clone().unwrap_or_default(),
            reason,
        }
    }

    /// The smallest part of the place that the row names.
    pub fn smallest(&self) -> GridField {
        match (&self.building, &self.unit) {
            (_, Some(_)) => GridField::Unit,
            (Some(_), _) => GridField::Building,
            _ => GridField::Estate,
        }
    }
}

/// Reads a list of grids from CSV, XLSX or XLS.
///
/// # Errors
/// [`GridReason`] when the file as a whole is no such list.
pub fn read_grids(bytes: &[u8], file_name: &str) -> Result<GridList, GridReason> {
    let book = Workbook::read(bytes, file_name)?;
    let mut list = GridList::default();
    let mut any = false;
    for sheet in &book.sheets {
        let Some((below, columns)) = header(sheet) else { continue };
        any = true;
        for (index, cells) in sheet.rows.iter().enumerate().skip(below) {
            take_row(&mut list, sheet, sheet.first_row + index, cells, &columns);
        }
    }
    let count = list.rows.len() + list.bad.len();
    match () {
        () if !any => Err(GridReason::NoHeader),
        () if count == 0 || count > ROWS_MAX => Err(GridReason::Rows),
        () => Ok(list),
    }
}

fn header(sheet: &Sheet) -> Option<(usize, Vec<Column>)> {
    let rows = sheet.rows.iter().enumerate().take(HEADER_ROWS_MAX);
    let read = rows.map(|(index, row)| (index + 1, understood(row)));
    let names_a_grid = |columns: &[Column]| {
        columns.iter().any(|(field, ..)| matches!(field, GridField::Code | GridField::Name))
    };
    // One column can be a title that happens to say 网格; two are a header.
    read.filter(|(_, columns)| columns.len() >= 2 && names_a_grid(columns))
        .max_by_key(|(index, columns)| (columns.len(), std::cmp::Reverse(*index)))
}

fn understood(row: &[Cell]) -> Vec<Column> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for (index, cell) in row.iter().enumerate() {
        let shown = cell.shown();
        let plain: String = half_width(&shown).chars().filter(|c| !c.is_whitespace()).collect();
        let plain = plain.to_lowercase();
        let field =
            HEADERS.iter().find(|(_, words)| words.contains(&plain.as_str())).map(|(field, _)| *field);
        if let Some(field) = field.filter(|field| seen.insert(*field)) {
            found.push((field, index, shown.trim().to_owned()));
        }
    }
    found
}

fn take_row(list: &mut GridList, sheet: &Sheet, row: usize, cells: &[Cell], columns: &[Column]) {
    let text = |field: GridField| {
        let (_, index, _) = columns.iter().find(|(known, ..)| *known == field)?;
        let text = half_width(&cells.get(*index)?.shown()).trim().trim_start_matches('\'').trim().to_owned();
        (!text.is_empty()).then_some(text)
    };
    let read = GridRow {
        sheet: sheet.name.clone(),
        row,
        code: text(GridField::Code),
        name: text(GridField::Name),
        estate: text(GridField::Estate),
        building: text(GridField::Building),
        unit: text(GridField::Unit),
        columns: columns.to_vec(),
    };
    let place = (&read.estate, &read.building, &read.unit);
    match (&read.code, &read.name, place) {
        (None, None, (None, None, None)) => {}
        (None, None, _) => list.bad.push(read.bad(GridField::Code, GridReason::NoGrid)),
        (_, _, (None, Some(_), _) | (None, _, Some(_))) => {
            list.bad.push(read.bad(GridField::Estate, GridReason::Place));
        }
        (_, _, (_, None, Some(_))) => list.bad.push(read.bad(GridField::Building, GridReason::Place)),
        _ => list.rows.push(read),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_in_either_language_and_bad_rows_are_named() {
        let zh = "某社区网格一览表,,,,\n网格编码,网格名称,小区,楼栋,单元\n110105001001001,东片,阳光花园,3号楼,\n,西片,阳光花园,4,2\n,,阳光花园,5,\n110105001001003,北片,,6,\n,南片,阳光花园,,1\n,,,,\n";
        let list = read_grids(zh.as_bytes(), "网格.csv").unwrap();
        let rows: Vec<_> =
            list.rows.iter().map(|row| (row.row, row.code.as_deref(), row.building.as_deref())).collect();
        assert_eq!(rows, [(3, Some("110105001001001"), Some("3号楼")), (4, None, Some("4"))]);
        let bad: Vec<_> =
            list.bad.iter().map(|bad| (bad.row, bad.column.as_str(), bad.reason.clone())).collect();
        assert_eq!(
            bad,
            [(5, "A", GridReason::NoGrid), (6, "C", GridReason::Place), (7, "D", GridReason::Place)]
        );
        let en = "Code,Name\n110105001001001,East\n";
        assert_eq!(read_grids(en.as_bytes(), "grids.csv").unwrap().rows.len(), 1);
    }

    #[test]
    fn other_files_are_refused() {
        assert_eq!(read_grids("姓名,地址\n张三,3-2-501\n".as_bytes(), "x.csv"), Err(GridReason::NoHeader));
        assert_eq!(read_grids("编码,名称\n".as_bytes(), "x.csv"), Err(GridReason::Rows));
        assert!(matches!(read_grids(b"", "x.csv"), Err(GridReason::Table(_))));
        assert!(matches!(read_grids(b"PK\x03\x04", "x.xlsx"), Err(GridReason::Table(_))));
    }
}
