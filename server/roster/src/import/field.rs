//! What a column can say, and the many words that offices head it with. Knows nothing of rows.

use std::fmt;

use linli_core::address::half_width;

/// Longest text of a header. Filling instructions in a header cell are longer and name no column.
const HEADER_CHARS_MAX: usize = 40;

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
    /// 联系电话: of the row's person.
    Phone,
    /// 家庭电话, 户主电话: of the household, whoever the row is about.
    HouseholdPhone,
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
    /// All of them, in the order in which a person looks for one.
    pub const ALL: [Field; 19] = [
        Field::Name,
        Field::HeadName,
        Field::Members,
        Field::Relation,
        Field::Gender,
        Field::Birth,
        Field::NationalId,
        Field::Phone,
        Field::HouseholdPhone,
        Field::Address,
        Field::Estate,
        Field::Building,
        Field::Unit,
        Field::Room,
        Field::GridCode,
        Field::Grid,
        Field::Tags,
        Field::HouseholdStatus,
        Field::Note,
    ];

    /// The stable word, as stored and sent.
    pub fn key(self) -> &'static str {
        match self {
            Field::HeadName => "head_name",
            Field::Name => "name",
            Field::Members => "members",
            Field::Relation => "relation",
            Field::Gender => "gender",
            Field::Birth => "birth",
            Field::NationalId => "national_id",
            Field::Phone => "phone",
            Field::HouseholdPhone => "household_phone",
            Field::Address => "address",
            Field::Estate => "estate",
            Field::Building => "building",
            Field::Unit => "unit",
            Field::Room => "room",
            Field::GridCode => "grid_code",
            Field::Grid => "grid",
            Field::Tags => "tags",
            Field::HouseholdStatus => "household_status",
            Field::Note => "note",
        }
    }

    /// The field with this key.
    pub fn from_key(key: &str) -> Option<Field> {
        Field::ALL.into_iter().find(|field| field.key() == key)
    }

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
            Field::HouseholdPhone => "家庭电话",
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
            Field::HouseholdPhone => "household phone",
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

/// Stands before the header of a column that a person said is not imported.
pub(super) const IGNORED: &str = "不导入-";

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
const CONTAINED: [(&str, Field); 23] = [
    ("身份证", Field::NationalId),
    ("户主电话", Field::HouseholdPhone),
    ("户主联系", Field::HouseholdPhone),
    ("户主手机", Field::HouseholdPhone),
    ("家庭电话", Field::HouseholdPhone),
    ("家庭联系", Field::HouseholdPhone),
    ("homephone", Field::HouseholdPhone),
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

/// What a header means.
pub(super) fn understood(header: &str) -> Option<Field> {
    let text = normal(header);
    if text.is_empty() || text.chars().count() > HEADER_CHARS_MAX {
        return None;
    }
    if let Some((field, _)) = EXACT.iter().find(|(_, words)| words.contains(&text.as_str())) {
        return Some(*field);
    }
    if header.starts_with(IGNORED) || FOREIGN_WORDS.iter().any(|word| text.contains(word)) {
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
