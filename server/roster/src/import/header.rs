//! Which row names the columns, and what each column means.

use std::collections::BTreeSet;
use std::fmt;

use linli_core::address::half_width;

use super::error::RosterError;
use crate::table::{Cell, Sheet};

/// Rows looked at below the top of a sheet: titles, notes and filling instructions come first, but not more.
const HEADER_ROWS_MAX: usize = 40;
/// Longest text of a header. Filling instructions in a header cell are longer and name no column.
const HEADER_CHARS_MAX: usize = 40;
/// Fields that a row must name to look like a header at all.
const FIELDS_MIN: usize = 2;

/// What a column says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// 户主: the head's name.
    HeadName,
    /// 姓名: a resident's name.
    Name,
    /// 家庭成员: several names in one cell.
    Members,
    /// 与户主关系.
    Relation,
    /// 性别.
    Gender,
    /// 出生日期.
    Birth,
    /// 身份证号.
    NationalId,
    /// 联系电话.
    Phone,
    /// 地址: the whole address in one cell.
    Address,
    /// 小区.
    Estate,
    /// 楼栋.
    Building,
    /// 单元.
    Unit,
    /// 房号.
    Room,
    /// 网格编码.
    GridCode,
    /// 网格: its name.
    Grid,
    /// 标签, 人员类别.
    Tags,
    /// 人户状态: 人户一致, 人户分离, 空户.
    HouseholdStatus,
    /// 备注.
    Note,
}

impl Field {
    /// The word for the column in Chinese.
    pub fn zh(self) -> &'static str {
        match self {
            Field::HeadName => "户主",
            Field::Name => "姓名",
            Field::Members => "家庭成员",
            Field::Relation => "与户主关系",
            Field::Gender => "性别",
            Field::Birth => "出生日期",
            Field::NationalId => "身份证号",
            Field::Phone => "联系电话",
            Field::Address => "地址",
            Field::Estate => "小区",
            Field::Building => "楼栋",
            Field::Unit => "单元",
            Field::Room => "房号",
            Field::GridCode => "网格编码",
            Field::Grid => "网格",
            Field::Tags => "标签",
            Field::HouseholdStatus => "人户状态",
            Field::Note => "备注",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Field::HeadName => "head",
            Field::Name => "name",
            Field::Members => "members",
            Field::Relation => "relation",
            Field::Gender => "gender",
            Field::Birth => "birth date",
            Field::NationalId => "national id",
            Field::Phone => "phone",
            Field::Address => "address",
            Field::Estate => "estate",
            Field::Building => "building",
            Field::Unit => "unit",
            Field::Room => "room",
            Field::GridCode => "grid code",
            Field::Grid => "grid",
            Field::Tags => "tags",
            Field::HouseholdStatus => "household status",
            Field::Note => "note",
        };
        f.write_str(name)
    }
}

/// Columns about other people or other places, which would be mistaken by the words they contain.
const FOREIGN_WORDS: [&str; 22] = [
    "网格员",
    "网格长",
    "网格管理员",
    "楼栋长",
    "楼长",
    "单元长",
    "户籍",
    "户口",
    "籍贯",
    "工作单位",
    "工作地址",
    "单位地址",
    "单位电话",
    "填表",
    "登记",
    "采集",
    "负责人",
    "紧急联系",
    "监护人",
    "包保",
    "联系人姓名",
    "房东",
];

/// Exact headers, normalised: half-width, lower case, without blanks, brackets and trailing numbers.
const EXACT: [(Field, &[&str]); 18] = [
    (
        Field::HeadName,
        &["户主", "户主姓名", "户主名", "户主名字", "householder", "headofhousehold", "head", "headname"],
    ),
    (
        Field::Name,
        &[
            "姓名",
            "名字",
            "居民姓名",
            "人员姓名",
            "成员姓名",
            "居民",
            "name",
            "fullname",
            "residentname",
            "resident",
        ],
    ),
    (
        Field::Members,
        &[
            "家庭成员",
            "成员",
            "家庭成员姓名",
            "同住人",
            "同住人员",
            "其他成员",
            "其他家庭成员",
            "共同居住人",
            "members",
            "familymembers",
            "householdmembers",
        ],
    ),
    (
        Field::Relation,
        &[
            "与户主关系",
            "关系",
            "与户主的关系",
            "同户主关系",
            "户主关系",
            "家庭关系",
            "relation",
            "relationship",
            "relationtohead",
            "relationshiptohead",
        ],
    ),
    (Field::Gender, &["性别", "gender", "sex"]),
    (
        Field::Birth,
        &[
            "出生日期",
            "出生年月",
            "出生年月日",
            "出生",
            "生日",
            "出生时间",
            "birthdate",
            "dateofbirth",
            "dob",
            "birthday",
            "birth",
            "birthmonth",
        ],
    ),
    (
        Field::NationalId,
        &[
            "身份证",
            "证件号码",
            "证件号",
            "公民身份号码",
            "身份号码",
            "nationalid",
            "idnumber",
            "idno",
            "idcard",
            "idcardnumber",
        ],
    ),
    (
        Field::Phone,
        &[
            "电话",
            "手机",
            "联系方式",
            "联系号码",
            "电话号码",
            "固话",
            "座机",
            "phone",
            "mobile",
            "tel",
            "telephone",
            "contact",
            "phonenumber",
        ],
    ),
    (
        Field::Address,
        &[
            "地址",
            "住址",
            "门牌号",
            "门牌",
            "楼栋房号",
            "楼门号",
            "房屋地址",
            "address",
            "homeaddress",
            "residence",
        ],
    ),
    (
        Field::Estate,
        &[
            "小区",
            "小区名称",
            "小区名",
            "楼院",
            "院落",
            "所属小区",
            "楼盘",
            "小区/楼院",
            "小区楼院",
            "村组",
            "自然村",
            "estate",
            "compound",
        ],
    ),
    (
        Field::Building,
        &[
            "楼栋",
            "楼号",
            "栋号",
            "楼栋号",
            "楼幢",
            "幢",
            "幢号",
            "栋",
            "楼",
            "号楼",
            "楼座",
            "楼宇",
            "building",
            "block",
            "buildingno",
            "buildingnumber",
        ],
    ),
    (Field::Unit, &["单元", "单元号", "门栋", "梯", "unit", "entrance", "staircase", "unitno"]),
    (
        Field::Room,
        &[
            "房号",
            "室",
            "室号",
            "房间号",
            "房间",
            "房屋号",
            "房屋编号",
            "户室",
            "户室号",
            "房",
            "room",
            "roomno",
            "roomnumber",
            "flat",
            "apartment",
        ],
    ),
    (
        Field::GridCode,
        &["网格编码", "网格编号", "网格代码", "网格号", "所属网格编码", "gridcode", "gridid", "gridno"],
    ),
    (Field::Grid, &["网格", "所属网格", "网格名称", "所在网格", "grid", "gridname"]),
    (
        Field::Tags,
        &[
            "标签",
            "人员类别",
            "人员类型",
            "人群类别",
            "人员标签",
            "特殊人群",
            "重点人群",
            "类别",
            "人员属性",
            "tags",
            "tag",
            "category",
            "labels",
        ],
    ),
    (
        Field::HouseholdStatus,
        &[
            "人户状态",
            "人户情况",
            "居住状态",
            "居住情况",
            "人户一致",
            "房屋状态",
            "住户状态",
            "householdstatus",
            "occupancy",
        ],
    ),
    (
        Field::Note,
        &["备注", "说明", "其他", "备注说明", "note", "notes", "remark", "remarks", "comment", "comments"],
    ),
];

/// Words inside longer headers (家庭联系电话, 现居住地址), in the order in which they win.
const CONTAINED: [(&str, Field); 17] = [
    ("身份证", Field::NationalId),
    ("电话", Field::Phone),
    ("手机", Field::Phone),
    ("联系方式", Field::Phone),
    ("phone", Field::Phone),
    ("mobile", Field::Phone),
    ("网格编", Field::GridCode),
    ("与户主", Field::Relation),
    ("出生", Field::Birth),
    ("birth", Field::Birth),
    ("人户", Field::HouseholdStatus),
    ("家庭成员", Field::Members),
    ("住址", Field::Address),
    ("地址", Field::Address),
    ("门牌", Field::Address),
    ("address", Field::Address),
    ("备注", Field::Note),
];

/// The columns of one sheet.
#[derive(Debug)]
pub(super) struct Header {
    /// Index of the first row below the header in `Sheet::rows`.
    pub(super) below: usize,
    /// Text and meaning of each column from the left.
    pub(super) columns: Vec<(String, Option<Field>)>,
}

impl Header {
    /// The columns that say `field`, from the left.
    pub(super) fn having(&self, field: Field) -> impl Iterator<Item = usize> + Clone {
        let says = move |(column, (_, found)): (usize, &(String, Option<Field>))| {
            (*found == Some(field)).then_some(column)
        };
        self.columns.iter().enumerate().filter_map(says)
    }

    /// True when some column says `field`.
    pub(super) fn has(&self, field: Field) -> bool {
        self.having(field).next().is_some()
    }
}

/// Finds the row that names the most columns. `Err` says what a near miss lacks.
pub(super) fn find(sheet: &Sheet) -> Result<Header, Option<RosterError>> {
    let mut best: Option<(usize, Header)> = None;
    for (index, row) in sheet.rows.iter().enumerate().take(HEADER_ROWS_MAX) {
        let single = read_row(&[row]);
        let double =
            sheet.rows.get(index + 1).filter(|next| is_second_line(next)).map(|next| read_row(&[row, next]));
        for (lines, columns) in [(1, Some(single)), (2, double)] {
            let Some(columns) = columns else { continue };
            let count = distinct(&columns).len();
            if count >= FIELDS_MIN && best.as_ref().is_none_or(|(other, _)| count > *other) {
                best = Some((count, Header { below: index + lines, columns }));
            }
        }
    }
    let (_, header) = best.ok_or(None)?;
    match missing(&header) {
        None => Ok(header),
        Some(missing) => {
            let row = sheet.first_row + header.below - 1;
            Err(Some(RosterError::MissingColumn { sheet: sheet.name.clone(), row, missing }))
        }
    }
}

fn missing(header: &Header) -> Option<Field> {
    let any = |fields: &[Field]| fields.iter().any(|field| header.has(*field));
    match () {
        () if !any(&[Field::Name, Field::HeadName, Field::Members]) => Some(Field::Name),
        () if !any(&[Field::Address, Field::Room, Field::Building]) => Some(Field::Address),
        () => None,
    }
}

fn distinct(columns: &[(String, Option<Field>)]) -> BTreeSet<Field> {
    columns.iter().filter_map(|(_, field)| *field).collect()
}

/// Below 住址 stands 楼栋, 单元, 房号: a second line of headers has nothing but headers in it.
fn is_second_line(row: &[Cell]) -> bool {
    let filled: Vec<_> = row.iter().filter(|cell| !cell.is_blank()).collect();
    filled.len() >= FIELDS_MIN && filled.iter().all(|cell| understood(&cell.shown()).is_some())
}

/// The lowest filled cell of each column names it.
fn read_row(lines: &[&Vec<Cell>]) -> Vec<(String, Option<Field>)> {
    let width = lines.iter().map(|line| line.len()).max().unwrap_or(0);
    let lowest = |column: usize| {
        let cells = lines.iter().rev().filter_map(|line| line.get(column));
        cells.map(|cell| cell.shown().trim().to_owned()).find(|text| !text.is_empty()).unwrap_or_default()
    };
    (0..width).map(lowest).map(|text| (text.clone(), understood(&text))).collect()
}

/// What a header means.
pub(super) fn understood(header: &str) -> Option<Field> {
    let text = normal(header);
    if text.is_empty() || text.chars().count() > HEADER_CHARS_MAX {
        return None;
    }
    if let Some((field, _)) = EXACT.iter().find(|(_, words)| words.contains(&text.as_str())) {
        return Some(*field);
    }
    if FOREIGN_WORDS.iter().any(|word| text.contains(word)) {
        return None;
    }
    CONTAINED.iter().find(|(word, _)| text.contains(word)).map(|(_, field)| *field)
}

/// `* 联系电话 1（必填）` is 联系电话.
fn normal(header: &str) -> String {
    let text = half_width(header).to_lowercase();
    let text = text.split(['(', '（', '[']).find(|part| !part.trim().is_empty()).unwrap_or("");
    let kept: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '*' | ':' | '_' | '-' | '\'' | '.'))
        .collect();
    let trimmed = kept.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '一' | '二' | '三'));
    if trimmed.is_empty() { kept } else { trimmed.to_owned() }
}
