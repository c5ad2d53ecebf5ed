//! A community as one clean workbook: one row per resident, one fact per column.

use super::world::{Community, Grid, Home};
use crate::table::{Cell, Date, Format, Sheet, TableError, Workbook};

const HEADER: [&str; 13] = [
    "网格编码",
    "网格名称",
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
];

/// The file of a community.
pub(super) fn write(community: &Community) -> Result<(String, Vec<u8>), TableError> {
    let mut rows = vec![HEADER.map(Cell::from).to_vec()];
    for home in &community.homes {
        if let Some(grid) = community.grids.get(home.grid) {
            rows.extend(home_rows(home, grid));
        }
    }
    let book = Workbook { format: Format::Xlsx, sheets: vec![Sheet::new(&community.name, rows)] };
    Ok((format!("{}居民名册.xlsx", community.name), book.write(Format::Xlsx)?))
}

fn home_rows(home: &Home, grid: &Grid) -> impl Iterator<Item = Vec<Cell>> {
    let text = |text: &str| Cell::from(text);
    home.people.iter().enumerate().map(move |(index, person)| {
        let birth = person.birth;
        vec![
            text(&grid.code),
            text(&grid.name),
            text(&home.address.estate),
            text(&home.address.building),
            text(&home.address.unit),
            text(&home.address.room),
            text(&person.name),
            text(if person.female { "女" } else { "男" }),
            Date::new(birth.year, birth.month, birth.day).map(Cell::from).unwrap_or_default(),
            text(person.relation),
            Cell::from(person.phones.join("、")),
            Cell::from(person.tags.join("、")),
            text(if index == 0 { home.note } else { "" }),
        ]
    })
}
