//! The command line's words.

use clap::{Parser, Subcommand, ValueEnum};
use linli_core::kinds::{Manner, Outcome, Purpose};
use linli_engine::TodayOnly;
use std::path::PathBuf;

/// 没有屏幕的手机:走访、修改、同步,全部离线可用。
/// A phone without a screen: visit, edit, sync; everything works offline.
#[derive(Parser)]
#[command(name = "linli-phone", version)]
pub(crate) struct Args {
    /// 手机数据所在的文件夹。 Folder of this phone's data.
    #[arg(long, value_name = "DIR", env = "LINLI_STORE")]
    pub(crate) store: PathBuf,
    /// 密钥文件;默认是数据文件夹里的 phone.key。 File with the key of the data; phone.key in its folder by default.
    #[arg(long, global = true, value_name = "FILE", env = "LINLI_PHONE_KEY")]
    pub(crate) key_file: Option<PathBuf>,
    /// 输出 JSON,每行一个对象。 JSON, one object per line.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// 语言:zh 或 en;默认按系统语言。 Language: zh or en; the shell's by default.
    #[arg(long, global = true, value_name = "LANG")]
    pub(crate) lang: Option<String>,
    /// 只信任这个根证书文件(PEM);默认信任系统的。 Believe only this authority's file (PEM); the system's by default.
    #[arg(long, global = true, value_name = "FILE", env = "LINLI_CA_FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// 用登记码把手机登记到社区。 Enrol this phone with a code from the office.
    Enrol {
        /// 服务器地址,或二维码的内容。 The relay's address, or what the QR code says.
        url: String,
        /// 登记码。 The enrolment code.
        code: Option<String>,
    },
    /// 手机上有什么,还有多少没上传。 What is here and what waits.
    Status,
    /// 手机上各空间的记录数和核对码;与 linli digests 相同即一致。 What is held of each space, and a code to compare.
    Digests,
    /// 服务器签发的记录凭证,供 linli verify --anchor 核查。 Where the relay's chains ended, as it signed it.
    Anchor,
    /// 列出或查找住户。 List or find households.
    Households {
        /// 姓名、拼音、地址、电话尾号或标签。 Name, pinyin, address, end of a phone number or tag.
        #[arg(long, value_name = "Q", allow_hyphen_values = true)]
        search: Option<String>,
        /// 只看这个网格。 Only this grid.
        #[arg(long, value_name = "CODE")]
        grid: Option<String>,
        /// 最多几户。 At most so many.
        #[arg(long, value_name = "N")]
        limit: Option<u32>,
    },
    /// 今天要走访的住户,按楼栋和单元。 Households that are due, by building and unit.
    Today(TodayArgs),
    /// 一栋楼的楼栋图。 The chart of one building.
    Chart(PlaceArgs),
    /// 一户的全部信息。 Everything about one household.
    Household {
        /// 户编号。 The household's id.
        id: String,
        /// 连同每次修改。 With every change ever made.
        #[arg(long)]
        history: bool,
    },
    /// 取出这部手机上的一张照片。 Take a photo that is on this phone out of it.
    Photo {
        /// 照片编号。 The photo's id.
        id: String,
        /// 存到哪个文件。 The file to write.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// 记录一次走访。 Record a visit.
    Visit(VisitArgs),
    /// 修改一户的一个字段;标签写 +独居 或 -独居。 Change a field; tags as +独居 or -独居.
    Edit {
        /// 户编号。 The household's id.
        id: String,
        /// 字段,如 contact_phone、note、tags。 The field.
        field: String,
        /// 新值;空的表示清除。 The new value; empty clears it.
        #[arg(allow_hyphen_values = true)]
        value: String,
    },
    /// 登记新的一户;疑似重复只提醒,不拒绝。 Add a household; a possible duplicate is a warning only.
    AddHousehold(AddHouseholdArgs),
    /// 给一户添加居民。 Add a resident.
    AddResident(AddResidentArgs),
    /// 修改居民的一个字段;presence 写 removed 表示迁出。 Change a resident's field; presence removed takes them off.
    EditResident {
        /// 户编号。 The household's id.
        id: String,
        /// 居民编号。 The resident's id.
        resident: String,
        /// 字段。 The field.
        field: String,
        /// 新值。 The new value.
        #[arg(allow_hyphen_values = true)]
        value: String,
    },
    /// 记下居民是否同意;不写同意与否时列出全部记录。 Write down what a resident agrees to; list it otherwise.
    Consent(ConsentArgs),
    /// 运营者、备案号和隐私说明;read 表示已阅读。 Who runs this, and its privacy notice; read acknowledges it.
    Notice {
        #[command(subcommand)]
        action: Option<NoticeAction>,
    },
    /// 向运营者提意见;同事看不到。 Tell the operator something that no colleague reads.
    Complain {
        /// 内容。 What.
        #[arg(allow_hyphen_values = true)]
        text: String,
        /// 是身边居民的意见。 It is a resident's beside you.
        #[arg(long)]
        of_resident: bool,
        /// 意见编号,自己定;重复保存只记一次。 Its id, chosen by you: saving it again adds nothing.
        #[arg(long, value_name = "ID")]
        complaint_id: Option<String>,
    },
    /// 提过的意见和答复。 What was told the operator, and its answers.
    Complaints,
    /// 上报一个问题:治安、环境、卫生、物业或其他。 Report an issue.
    Issue(IssueArgs),
    /// 手机上的问题及其状态。 Issues on this phone and where they stand.
    Issues {
        /// 只看这一户的。 Only at this household.
        #[arg(long, value_name = "ID")]
        household: Option<String>,
        /// 只看自己上报的。 Only your own.
        #[arg(long)]
        mine: bool,
        /// 跳过几条。 Leave out so many.
        #[arg(long, value_name = "N")]
        offset: Option<u32>,
        /// 最多几条。 At most so many.
        #[arg(long, value_name = "N")]
        limit: Option<u32>,
    },
    /// 需要有人选择的冲突。 Conflicts that a person must settle.
    Conflicts,
    /// 社区没有采用的本机修改及理由。 Values of this phone that the office did not keep, and why.
    Notices,
    /// 正在进行的排查和题目。 Campaigns under way, and what they ask.
    Campaigns,
    /// 现行的通知指令。 The directives in force.
    Directives,
    /// 一条指令,以及与上一版的不同。 One directive, and what changed in it.
    Directive {
        /// 指令编号。 The directive's id.
        id: String,
    },
    /// 签收一条指令。 Acknowledge a directive.
    Acknowledge {
        /// 指令编号。 The directive's id.
        id: String,
    },
    /// 与社区服务器同步。 Exchange everything with the relay.
    Sync {
        /// 保持连接,每行一个事件。 Stay connected; an event per line.
        #[arg(long)]
        watch: bool,
    },
    /// 未上传的记录:导出或代传。 Unsent work: export it, or carry a colleague's.
    Unsent {
        #[command(subcommand)]
        action: UnsentAction,
    },
}

#[derive(clap::Args)]
pub(crate) struct PlaceArgs {
    /// 只看这个网格。 Only this grid.
    #[arg(long, value_name = "CODE")]
    pub(crate) grid: Option<String>,
    /// 小区。 The estate.
    #[arg(long, value_name = "E")]
    pub(crate) estate: Option<String>,
    /// 楼栋。 The building.
    #[arg(long, value_name = "B")]
    pub(crate) building: Option<String>,
    /// 排查名称;默认本季度。 The campaign; this quarter otherwise.
    #[arg(long, value_name = "C")]
    pub(crate) campaign: Option<String>,
}

#[derive(clap::Args)]
pub(crate) struct TodayArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// 列哪些户。 Which households to list.
    #[arg(long, default_value = "due")]
    pub(crate) only: OnlyArg,
    /// 只列有这个标签的。 Only those with this tag.
    #[arg(long, value_name = "T")]
    pub(crate) tag: Option<String>,
    /// 跳过几户。 Leave out so many.
    #[arg(long, value_name = "N")]
    pub(crate) offset: Option<u32>,
    /// 最多几户。 At most so many.
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u32>,
}

/// The words of [`TodayOnly`], as an argument.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum OnlyArg {
    /// 本期还没走到
    Due,
    /// 敲过门没人应,或约了再来
    Revisit,
    /// 从未走到
    Never,
    /// 有内容待上传
    Unsent,
    /// 有冲突
    Conflict,
    /// 全部
    All,
}

impl From<OnlyArg> for TodayOnly {
    fn from(word: OnlyArg) -> TodayOnly {
        match word {
            OnlyArg::Due => TodayOnly::Due,
            OnlyArg::Revisit => TodayOnly::Revisit,
            OnlyArg::Never => TodayOnly::Never,
            OnlyArg::Unsent => TodayOnly::Unsent,
            OnlyArg::Conflict => TodayOnly::Conflict,
            OnlyArg::All => TodayOnly::All,
        }
    }
}

#[derive(clap::Args)]
pub(crate) struct VisitArgs {
    /// 户编号。 The household's id.
    pub(crate) id: String,
    /// 结果:已走访、无人应答、已搬走、拒访、需再访。 What happened.
    #[arg(long)]
    pub(crate) outcome: OutcomeArg,
    /// 排查名称。 The campaign.
    #[arg(long, value_name = "C")]
    pub(crate) campaign: Option<String>,
    /// 在家人数。 How many were in.
    #[arg(long, value_name = "N")]
    pub(crate) at_home: Option<u32>,
    /// 体温。 Body temperature.
    #[arg(long, value_name = "T")]
    pub(crate) temperature: Option<String>,
    /// 需求,可多次。 A need; may be repeated.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) need: Vec<String>,
    /// 备注。 A note.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) note: Option<String>,
    /// 已传达的指令,可加 :call、:paper、:message,可多次。 A directive the household was told of; may be repeated.
    #[arg(long, value_name = "ID")]
    pub(crate) told: Vec<String>,
    /// 排查的答案,写成 题号=答案,可多次;多选用逗号隔开。 An answer to the campaign; may be repeated.
    #[arg(long, value_name = "ID=ANSWER", allow_hyphen_values = true)]
    pub(crate) answer: Vec<String>,
    /// 走访编号,自己定;重复保存只记一次。 The visit's id, chosen by you: saving it again adds nothing.
    #[arg(long, value_name = "ID")]
    pub(crate) visit_id: Option<String>,
    /// 照片:JPEG,最多 49152 字节。 A photo: JPEG, at most 49,152 bytes.
    #[arg(long, value_name = "FILE")]
    pub(crate) photo: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(crate) struct AddHouseholdArgs {
    /// 网格编码。 The grid's code.
    #[arg(long, value_name = "G")]
    pub(crate) grid: String,
    /// 地址,如 阳光花园3号楼2单元501室。 The address in any usual spelling.
    #[arg(long, value_name = "A")]
    pub(crate) address: String,
    /// 联系电话。 Contact phone.
    #[arg(long, value_name = "P")]
    pub(crate) contact_phone: Option<String>,
    /// 备注。 A note.
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) note: Option<String>,
    /// 标签,可多次。 A tag; may be repeated.
    #[arg(long, value_name = "T")]
    pub(crate) tag: Vec<String>,
    /// 不提醒疑似重复。 Do not warn of possible duplicates.
    #[arg(long)]
    pub(crate) force: bool,
    /// 户编号,自己定;重复保存只记一次。 The household's id, chosen by you: saving it again adds nothing.
    #[arg(long, value_name = "ID")]
    pub(crate) household_id: Option<String>,
}

#[derive(clap::Args)]
pub(crate) struct AddResidentArgs {
    /// 户编号。 The household's id.
    pub(crate) id: String,
    /// 姓名。 Full name.
    #[arg(long, value_name = "N")]
    pub(crate) name: String,
    /// 与户主关系。 Relation to the head of household.
    #[arg(long, value_name = "R")]
    pub(crate) relation: Option<String>,
    /// 性别:male 或 female。 Gender: male or female.
    #[arg(long, value_name = "G")]
    pub(crate) gender: Option<String>,
    /// 出生日期,如 1987-03-05 或 1987-03。 Birth date.
    #[arg(long, value_name = "B")]
    pub(crate) birth: Option<String>,
    /// 电话。 Own telephone.
    #[arg(long, value_name = "P")]
    pub(crate) phone: Option<String>,
    /// 标签,可多次。 A tag; may be repeated.
    #[arg(long, value_name = "T")]
    pub(crate) tag: Vec<String>,
    /// 居民编号,自己定;重复保存只记一次。 The resident's id, chosen by you: saving it again adds nothing.
    #[arg(long, value_name = "ID")]
    pub(crate) resident_id: Option<String>,
}

#[derive(clap::Args)]
pub(crate) struct ConsentArgs {
    /// 户编号。 The household's id.
    pub(crate) id: String,
    /// 居民编号。 The resident's id.
    pub(crate) resident: String,
    /// 事项:publish、share_with_volunteers、contact_by_phone。 To what.
    #[arg(requires = "answer")]
    pub(crate) purpose: Option<PurposeArg>,
    /// 是否同意。 Whether they agree.
    pub(crate) answer: Option<AgreesArg>,
    /// 怎么说的。 How they said it.
    #[arg(long, default_value = "spoken")]
    pub(crate) how: MannerArg,
    /// 记录编号,自己定;重复保存只记一次。 Its id, chosen by you: saving it again adds nothing.
    #[arg(long, value_name = "ID")]
    pub(crate) consent_id: Option<String>,
}

/// The words of [`Purpose`], as an argument.
#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum PurposeArg {
    /// 公开张贴或公布
    Publish,
    /// 提供给志愿者
    ShareWithVolunteers,
    /// 电话联系
    ContactByPhone,
}

impl From<PurposeArg> for Purpose {
    fn from(word: PurposeArg) -> Purpose {
        match word {
            PurposeArg::Publish => Purpose::Publish,
            PurposeArg::ShareWithVolunteers => Purpose::ShareWithVolunteers,
            PurposeArg::ContactByPhone => Purpose::ContactByPhone,
        }
    }
}

/// Whether somebody agrees.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub(crate) enum AgreesArg {
    /// 同意
    Given,
    /// 不同意,或收回
    Withdrawn,
}

/// The words of [`Manner`], as an argument.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum MannerArg {
    /// 口头
    Spoken,
    /// 书面签字
    Signed,
}

impl From<MannerArg> for Manner {
    fn from(word: MannerArg) -> Manner {
        match word {
            MannerArg::Spoken => Manner::Spoken,
            MannerArg::Signed => Manner::Signed,
        }
    }
}

#[derive(Clone, Copy, Subcommand)]
pub(crate) enum NoticeAction {
    /// 已阅读现行的这一版。 You have read the version in force.
    Read,
}

#[derive(clap::Args)]
pub(crate) struct IssueArgs {
    /// 类别:security、environment、sanitation、property、other。 The category.
    pub(crate) category: String,
    /// 情况。 What is wrong.
    pub(crate) text: String,
    /// 细类。 More exactly.
    #[arg(long, value_name = "S")]
    pub(crate) subtype: Option<String>,
    /// 在哪一户。 The household it is at.
    #[arg(long, value_name = "ID")]
    pub(crate) household: Option<String>,
    /// 地点。 Where, in words.
    #[arg(long, value_name = "P")]
    pub(crate) place: Option<String>,
    /// 网格编码;只有一个网格时不用写。 The grid's code; not needed when there is one only.
    #[arg(long, value_name = "G")]
    pub(crate) grid: Option<String>,
    /// 报告人可见范围:office、handlers、public。 Whom your name may be told.
    #[arg(long, value_name = "V")]
    pub(crate) visibility: Option<String>,
    /// 问题编号,自己定;重复保存只记一次。 The issue's id, chosen by you: saving it again adds nothing.
    #[arg(long, value_name = "ID")]
    pub(crate) issue_id: Option<String>,
    /// 照片:JPEG,最多 49152 字节。 A photo: JPEG, at most 49,152 bytes.
    #[arg(long, value_name = "FILE")]
    pub(crate) photo: Option<PathBuf>,
}

#[derive(Subcommand)]
pub(crate) enum UnsentAction {
    /// 写成文件;记录仍留在手机上。 Write a file; the records stay on the phone.
    Export {
        /// 文件。 The file.
        file: PathBuf,
    },
    /// 代同事上传:收下文件,下次同步时传。 Take a colleague's file on; the next sync uploads it.
    Import {
        /// 文件。 The file.
        file: PathBuf,
    },
}

/// The words of [`Outcome`], as an argument.
#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum OutcomeArg {
    /// 已走访
    Done,
    /// 无人应答
    NoAnswer,
    /// 已搬走
    Moved,
    /// 拒访
    Refused,
    /// 需再访
    Revisit,
}

impl From<OutcomeArg> for Outcome {
    fn from(word: OutcomeArg) -> Outcome {
        match word {
            OutcomeArg::Done => Outcome::Done,
            OutcomeArg::NoAnswer => Outcome::NoAnswer,
            OutcomeArg::Moved => Outcome::Moved,
            OutcomeArg::Refused => Outcome::Refused,
            OutcomeArg::Revisit => Outcome::Revisit,
        }
    }
}
