//! What can go wrong on a phone, each with a stable code and both languages.

use crate::sql;
use linli_core::address::AddressError;
use linli_core::doc::ApplyError;
use linli_core::error::{Coded, Lang};
use linli_core::identity::{BatchError, KeyError};
use linli_core::ids::{DirectiveId, HouseholdId, IdError, ResidentId};
use linli_core::kinds::{AnswerError, PhotoError};
use linli_core::record::FieldError;
use linli_core::sync::frames::FrameError;

/// Why the engine did not do what was asked. Nothing that was saved before is affected by any of them.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The store's folder cannot be made or read.
    #[error("the folder {path:?} cannot be used: {reason}")]
    Folder {
        /// The folder.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// The database refused.
    #[error("this phone's storage failed: {0}; nothing was changed, try again")]
    Storage(#[source] sql::Error),
    /// No room left on the phone.
    #[error("this phone's storage is full; free some space, what was saved before is safe")]
    StorageFull,
    /// Another process holds the store for longer than anybody waits.
    #[error("this phone's storage is busy; try again")]
    StorageBusy,
    /// The key that is there does not open the store.
    #[error(
        "the records on this phone do not open: another key locked them, or the file is damaged; nothing was deleted. Bring back the key, or ask the office to enrol this phone anew"
    )]
    StoreLocked,
    /// A newer version of the app has written the store.
    #[error("this store was written by a newer version of the app; update the app")]
    StoreNewer,
    /// What is stored cannot be read.
    #[error("a stored record cannot be read ({0}); sync again, or ask the office")]
    Damaged(&'static str),
    /// A document cannot be opened or changed.
    #[error("a household's document cannot be used: {0}")]
    Document(#[from] ApplyError),
    /// The system gives no random bytes.
    #[error("the system gives no random numbers")]
    NoRandomness,
    /// The platform's key store refused.
    #[error("this phone's key store failed ({0}); unlock the phone and try again")]
    KeyStore(String),
    /// The file for the secret has another store's.
    #[error("{0} is the key of another store; name another file, or remove this one if no store needs it")]
    KeyTaken(String),
    /// The store's key is gone.
    #[error("this phone's key is gone, so its records cannot be signed; ask the office to enrol it anew")]
    KeyLost,
    /// Not enrolled yet.
    #[error("this phone is not enrolled; ask the office for an enrolment code")]
    NotEnrolled,
    /// Enrolling again would lose unsent work.
    #[error("{unsent} records are not uploaded yet; sync or export them before enrolling again")]
    UnsentWork {
        /// How many.
        unsent: u64,
    },
    /// The household is not on this phone.
    #[error("household {0} is not on this phone; sync, or check the id")]
    NoHousehold(HouseholdId),
    /// The household has no such resident.
    #[error("household {0} has no resident {1}")]
    NoResident(HouseholdId, ResidentId),
    /// The grid is not one of this phone's.
    #[error("grid {grid:?} is not on this phone; there are: {known}")]
    NoGrid {
        /// What was asked for.
        grid: String,
        /// What there is.
        known: String,
    },
    /// The phone may read but not write there.
    #[error("this phone may read grid {0:?} but not change it; ask the office")]
    ReadOnly(String),
    /// Only the office changes this field.
    #[error("{0} is changed by the office, not on a phone")]
    OfficeField(&'static str),
    /// A tag without a word.
    #[error("a tag needs a word: +独居 adds it, -独居 removes it")]
    EmptyTag,
    /// More needs than one visit takes.
    #[error("one visit takes at most {0} needs")]
    TooManyNeeds(usize),
    /// More directives than one visit takes.
    #[error("one visit takes at most {0} directives that the household was told of")]
    TooManyTold(usize),
    /// The directive is not on this phone.
    #[error("directive {0} is not on this phone; sync, or check the id")]
    NoDirective(DirectiveId),
    /// Not the privacy notice in force.
    #[error("version {0} of the privacy notice is not the one in force on this phone; read it again")]
    NoNotice(i64),
    /// A complaint that says nothing.
    #[error("write what the operator should know")]
    ComplaintText,
    /// More without an answer than one phone hands in.
    #[error("{0} complaints of this worker wait for an answer; wait for those first")]
    TooManyComplaints(usize),
    /// The office has ended the campaign.
    #[error("the campaign {0:?} is closed; save this as a visit without a campaign")]
    CampaignClosed(String),
    /// Answers to a campaign that this phone knows nothing of.
    #[error("there are no questions of a campaign {0:?} on this phone; sync, or leave the answers out")]
    NoQuestions(String),
    /// Answers that do not fit their questions.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// Not a way of telling.
    #[error("{0:?} is not a directive's id, or an id with :visit, :call, :paper or :message after it")]
    Told(String),
    /// An issue that does not say what is wrong.
    #[error("say what is wrong")]
    IssueText,
    /// An issue that does not say where.
    #[error("say where it is: a household, or a place and its grid")]
    IssuePlace,
    /// The id is somebody else's already.
    #[error("the id {0} is taken by another record; save again")]
    IdTaken(String),
    /// A draft without a usable name.
    #[error("a draft's key has 1 to {0} characters")]
    DraftKey(usize),
    /// A draft larger than anybody types.
    #[error("a draft takes at most {0} bytes; save it, or shorten it")]
    DraftTooLarge(usize),
    /// More drafts than a phone keeps.
    #[error("this phone keeps at most {0} drafts; save or discard some")]
    TooManyDrafts(usize),
    /// Not a body temperature.
    #[error("{0:?} is not a body temperature between 30 and 45 degrees")]
    Temperature(String),
    /// An id that is not one.
    #[error(transparent)]
    Id(#[from] IdError),
    /// An address that is not one.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// A value that does not fit its field.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// Not a relay's address.
    #[error("{0:?} is not a relay's address; it looks like http://192.168.1.10:8080")]
    RelayAddress(String),
    /// What was given as the authority of the relay's certificate is none.
    #[error("the authority's file is no certificate in PEM; ask the office for the right one")]
    Authority,
    /// Not an invitation.
    #[error(
        "this is not a QR code for enrolling a phone; scan the one from the office, or type address and code"
    )]
    Invitation,
    /// The relay has another key than the invitation names.
    #[error(
        "this is not the relay that the QR code is for; nothing was stored, ask the office for a new code"
    )]
    FalseRelay,
    /// No connection.
    #[error("no connection to the relay; everything is saved on this phone and will upload when connected")]
    Offline(String),
    /// The relay answered that it will not.
    #[error("{text}")]
    Relay {
        /// The relay's stable code.
        code: String,
        /// The relay's sentence, in the phone's language.
        text: String,
    },
    /// The relay sent something that cannot be read.
    #[error("the relay's answer cannot be read ({0}); update the app and sync again")]
    Frame(#[from] FrameError),
    /// Compressed bytes that do not unpack, or unpack to too much.
    #[error("packed data cannot be unpacked within its limit")]
    Packing,
    /// Not a file of unsent work.
    #[error("{0:?} is not a file of unsent work")]
    NotUnsentFile(String),
    /// The file cannot be read or written.
    #[error("the file {path:?} cannot be used: {reason}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// More carried work than a phone takes on.
    #[error("this phone already carries too much of colleagues' work; sync first")]
    CarriedFull,
    /// A batch inside a file or page is not one.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// A photo that cannot be kept.
    #[error(transparent)]
    Photo(#[from] PhotoError),
}

/// SQLite's result code for a full disk.
const SQLITE_FULL: i32 = 13;
/// SQLite's result code for a file that its key does not open.
const SQLITE_NOTADB: i32 = 26;
/// SQLite's result codes for a database that somebody else holds, plain and extended.
const SQLITE_BUSY: [i32; 4] = [5, 261, 517, 773];

impl From<sql::Error> for EngineError {
    fn from(error: sql::Error) -> EngineError {
        match sql::result_code(&error) {
            Some(SQLITE_FULL) => EngineError::StorageFull,
            Some(SQLITE_NOTADB) => EngineError::StoreLocked,
            Some(code) if SQLITE_BUSY.contains(&code) => EngineError::StorageBusy,
            _ => EngineError::Storage(error),
        }
    }
}

impl EngineError {
    /// The code to show at an edge: the relay's own when the relay said no.
    pub fn shown_code(&self) -> &str {
        match self {
            EngineError::Relay { code, .. } => code,
            other => other.code(),
        }
    }

    /// Whether trying again later, without anybody doing anything, may help.
    pub fn is_offline(&self) -> bool {
        matches!(self, EngineError::Offline(_))
    }

    /// The sentence in the language asked for.
    pub fn shown_text(&self, lang: Lang) -> String {
        self.text(lang)
    }
}

impl Coded for EngineError {
    fn code(&self) -> &'static str {
        match self {
            EngineError::Folder { .. } => "phone.folder",
            EngineError::Storage(_) => "phone.storage",
            EngineError::StorageFull => "phone.storage_full",
            EngineError::StorageBusy => "phone.storage_busy",
            EngineError::StoreLocked => "phone.store_locked",
            EngineError::StoreNewer => "phone.store_newer",
            EngineError::Damaged(_) => "phone.damaged",
            EngineError::Document(_) => "phone.document",
            EngineError::NoRandomness => "phone.no_randomness",
            EngineError::KeyStore(_) => "phone.key_store",
            EngineError::KeyTaken(_) => "phone.key_taken",
            EngineError::KeyLost => "phone.key_lost",
            EngineError::NotEnrolled => "phone.not_enrolled",
            EngineError::UnsentWork { .. } => "phone.unsent_work",
            EngineError::NoHousehold(_) => "phone.no_household",
            EngineError::NoResident(..) => "phone.no_resident",
            EngineError::NoGrid { .. } => "phone.no_grid",
            EngineError::ReadOnly(_) => "phone.read_only",
            EngineError::OfficeField(_) => "phone.office_field",
            EngineError::EmptyTag => "phone.empty_tag",
            EngineError::TooManyNeeds(_) => "phone.too_many_needs",
            EngineError::TooManyTold(_) => "phone.too_many_told",
            EngineError::NoDirective(_) => "phone.no_directive",
            EngineError::NoNotice(_) => "phone.no_notice",
            EngineError::ComplaintText => "phone.complaint_text",
            EngineError::TooManyComplaints(_) => "phone.too_many_complaints",
            EngineError::CampaignClosed(_) => "phone.campaign_closed",
            EngineError::NoQuestions(_) => "phone.no_questions",
            EngineError::Answer(error) => error.code(),
            EngineError::Told(_) => "phone.told",
            EngineError::IssueText => "phone.issue_text",
            EngineError::IssuePlace => "phone.issue_place",
            EngineError::IdTaken(_) => "phone.id_taken",
            EngineError::DraftKey(_) => "phone.draft_key",
            EngineError::DraftTooLarge(_) => "phone.draft_too_large",
            EngineError::TooManyDrafts(_) => "phone.too_many_drafts",
            EngineError::Temperature(_) => "phone.temperature",
            EngineError::Id(error) => error.code(),
            EngineError::Address(error) => error.code(),
            EngineError::Field(error) => error.code(),
            EngineError::RelayAddress(_) => "phone.relay_address",
            EngineError::Authority => "phone.authority",
            EngineError::Invitation => "phone.invitation",
            EngineError::FalseRelay => "phone.false_relay",
            EngineError::Offline(_) => "phone.offline",
            EngineError::Relay { .. } => "phone.relay_said_no",
            EngineError::Frame(error) => error.code(),
            EngineError::Packing => "phone.packing",
            EngineError::NotUnsentFile(_) => "phone.not_unsent_file",
            EngineError::File { .. } => "phone.file",
            EngineError::CarriedFull => "phone.carried_full",
            EngineError::Batch(error) => error.code(),
            EngineError::Photo(error) => error.code(),
        }
    }

    fn zh(&self) -> String {
        match self {
            EngineError::Folder { path, reason } => format!("文件夹“{path}”不能用:{reason}"),
            EngineError::Storage(error) => {
                format!("手机存储出错({error});什么都没有改动,请再试一次")
            }
            EngineError::StorageFull => "手机存储已满,请清理空间;之前保存的内容是安全的".into(),
            EngineError::StorageBusy => "手机存储正忙,请再试一次".into(),
            EngineError::StoreLocked => {
                "手机上的记录打不开:密钥不对,或者文件已损坏。文件都还在,没有删除;请找回密钥,或联系社区重新登记".into()
            }
            EngineError::StoreNewer => "这份数据是较新版本的应用写的,请更新应用".into(),
            EngineError::Damaged(what) => format!("有一条记录读不出来({what}),请重新同步或联系社区"),
            EngineError::Document(error) => format!("这一户的档案不能使用({error}),请联系社区"),
            EngineError::NoRandomness => "系统没有给出随机数,请重启手机".into(),
            EngineError::KeyStore(error) => format!("手机的密钥库出错({error}),请解锁手机后再试"),
            EngineError::KeyTaken(file) => {
                format!("{file} 是另一份数据的密钥,不能覆盖;请换一个密钥文件,确认没有数据要用它时再删除")
            }
            EngineError::KeyLost => "这部手机的密钥不见了,记录无法签名;请联系社区重新登记".into(),
            EngineError::NotEnrolled => "这部手机还没有登记,请向社区要一个登记码".into(),
            EngineError::UnsentWork { unsent } => {
                format!("还有 {unsent} 条记录没有上传,请先同步或导出,再重新登记")
            }
            EngineError::NoHousehold(id) => format!("这部手机上没有编号为 {id} 的户,请同步或核对编号"),
            EngineError::NoResident(household, id) => format!("户 {household} 里没有编号为 {id} 的居民"),
            EngineError::NoGrid { grid, known } => format!("这部手机上没有网格“{grid}”,现有:{known}"),
            EngineError::ReadOnly(grid) => format!("网格“{grid}”在这部手机上只能看不能改,请联系社区"),
            EngineError::OfficeField(field) => format!("“{field}”由社区修改,手机上不能改"),
            EngineError::EmptyTag => "标签不能是空的:+独居 表示添加,-独居 表示去掉".into(),
            EngineError::TooManyNeeds(most) => format!("一次走访最多记 {most} 条需求"),
            EngineError::TooManyTold(most) => format!("一次走访最多记 {most} 条已传达的指令"),
            EngineError::NoDirective(id) => format!("这部手机上没有编号为 {id} 的指令,请同步或核对编号"),
            EngineError::NoNotice(version) => {
                format!("第 {version} 版隐私说明不是这部手机上现行的那一版,请重新打开阅读")
            }
            EngineError::ComplaintText => "请写明要向运营者提的意见".into(),
            EngineError::TooManyComplaints(most) => {
                format!("已有 {most} 条意见等待答复,请先等答复再提")
            }
            EngineError::CampaignClosed(name) => format!("排查“{name}”已经结束,请按日常走访保存"),
            EngineError::NoQuestions(name) => {
                format!("这部手机上没有排查“{name}”的题目,请先同步,或去掉答案再保存")
            }
            EngineError::Answer(error) => error.zh(),
            EngineError::Told(text) => format!(
                "“{text}”应为指令编号,后面可加 :visit(上门)、:call(电话)、:paper(纸质)或 :message(消息)"
            ),
            EngineError::IssueText => "请说明是什么问题".into(),
            EngineError::IssuePlace => "请说明在哪里:选一户,或写地点和网格".into(),
            EngineError::IdTaken(id) => format!("编号 {id} 已属于另一条记录,请重新保存"),
            EngineError::DraftKey(most) => format!("草稿的名称应为 1 到 {most} 个字"),
            EngineError::DraftTooLarge(most) => format!("一份草稿最多 {most} 字节,请保存或缩短"),
            EngineError::TooManyDrafts(most) => format!("手机最多保留 {most} 份草稿,请保存或删除一些"),
            EngineError::Temperature(text) => format!("“{text}”不是 30 到 45 度之间的体温"),
            EngineError::Id(error) => error.zh(),
            EngineError::Address(error) => error.zh(),
            EngineError::Field(error) => error.zh(),
            EngineError::Authority => "根证书文件不能用(应为 PEM 格式),请向社区索取正确的文件".into(),
            EngineError::RelayAddress(text) => {
                format!("“{text}”不是服务器地址,应写成 http://192.168.1.10:8080")
            }
            EngineError::Invitation => "这不是手机登记的二维码,请扫社区给的二维码,或输入地址和登记码".into(),
            EngineError::FalseRelay => "二维码不是这台服务器的,什么都没有保存;请向社区要新的登记码".into(),
            EngineError::Offline(_) => "连不上社区服务器;内容已保存在手机,联网后自动上传".into(),
            EngineError::Relay { text, .. } => text.clone(),
            EngineError::Frame(error) => error.zh(),
            EngineError::Packing => "收到的数据解不开或太大,请更新应用后再同步".into(),
            EngineError::NotUnsentFile(path) => format!("“{path}”不是未上传记录的导出文件"),
            EngineError::File { path, reason } => format!("文件“{path}”不能用:{reason}"),
            EngineError::CarriedFull => "这部手机替同事带的记录太多了,请先同步".into(),
            EngineError::Batch(error) => error.zh(),
            EngineError::Photo(error) => error.zh(),
        }
    }
}

impl From<KeyError> for EngineError {
    fn from(error: KeyError) -> EngineError {
        match error {
            KeyError::Unavailable(reason) => EngineError::KeyStore(reason),
            KeyError::Malformed | KeyError::BadSignature => EngineError::KeyLost,
        }
    }
}
