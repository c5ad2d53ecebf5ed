//! Why a connection or a batch is not accepted, as codes and as sentences for the worker.

use super::standing::Standing;
use crate::error::Coded;

/// Code of the end of a connection whose grants have changed; the phone connects again at once.
pub const REGRANTED: &str = "sync.regranted";
/// Code of the end of a connection whose phone was let in; likewise.
pub const ADMITTED: &str = "sync.admitted";

/// Why a connection or a batch is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SyncError {
    /// A newer or older protocol.
    #[error("this version of the app cannot talk to this relay; update the app, nothing is lost")]
    Version,
    /// Never enrolled here, or the proof does not match.
    #[error("this phone is not enrolled here; ask the office for an enrolment code")]
    UnknownDevice,
    /// Enrolled, not confirmed.
    #[error("the office has not confirmed this phone yet; ask them to compare its fingerprint")]
    Waiting,
    /// Not renewed in time.
    #[error("this phone's enrolment has run out; hand in your work, then ask the office for a new code")]
    Expired,
    /// Suspended.
    #[error(
        "the office has suspended this phone; what you record is kept and waits for the office to look at it"
    )]
    Suspended,
    /// Revoked.
    #[error(
        "the office has revoked this phone; ask the office, unsent work can still be handed in or exported"
    )]
    Revoked,
    /// The office has let the phone in (again).
    #[error("the office has confirmed this phone; it connects again by itself")]
    Admitted,
    /// A frame that makes no sense now.
    #[error("the phone sent a frame out of turn")]
    OutOfTurn,
    /// A space that is not granted.
    #[error("this phone may not read this space")]
    NotGranted,
    /// The office has changed what this phone may follow.
    #[error("the office has changed this phone's grids; it connects again by itself")]
    Regranted,
    /// A batch is missing before this one.
    #[error("a batch before this one is missing; send from where the relay stands")]
    Gap,
    /// Two different batches with the same number: a cloned or restored phone.
    #[error("another batch with this number exists; the phone may have been copied")]
    Fork,
    /// The relay could not store it now.
    #[error("the relay cannot store now; try again later")]
    Unavailable,
}

impl Coded for SyncError {
    fn code(&self) -> &'static str {
        match self {
            SyncError::Version => "sync.version",
            SyncError::UnknownDevice => "sync.unknown_device",
            SyncError::Waiting => "sync.waiting",
            SyncError::Expired => "sync.expired",
            SyncError::Suspended => "sync.suspended",
            SyncError::Revoked => "sync.revoked",
            SyncError::Admitted => ADMITTED,
            SyncError::OutOfTurn => "sync.unexpected_frame",
            SyncError::NotGranted => "sync.not_granted",
            SyncError::Regranted => REGRANTED,
            SyncError::Gap => "batch.gap",
            SyncError::Fork => "batch.fork",
            SyncError::Unavailable => "relay.retry_later",
        }
    }

    fn zh(&self) -> String {
        match self {
            SyncError::Version => "应用版本与社区服务器不匹配,请更新应用;已记录的内容不会丢失",
            SyncError::UnknownDevice => "这部手机还没有在本社区登记,请向社区要一个登记码",
            SyncError::Waiting => "社区还没有确认这部手机,请让社区核对手机指纹",
            SyncError::Expired => "这部手机的登记已到期,请先上传已记录的内容,再向社区要新的登记码",
            SyncError::Suspended => "这部手机已被社区暂停使用;您记录的内容会保留,等社区查看",
            SyncError::Revoked => "这部手机已被社区注销,请联系社区;未上传的内容仍可上交或导出",
            SyncError::Admitted => "社区已确认这部手机,正在重新连接",
            SyncError::OutOfTurn => "手机发送的数据顺序不对,请重新同步",
            SyncError::NotGranted => "这部手机没有该网格的权限,请联系社区",
            SyncError::Regranted => "社区调整了这部手机的网格,正在重新连接",
            SyncError::Gap => "前面还有一批数据没有收到,将从缺少处重新上传",
            SyncError::Fork => "同一编号出现了两批不同的数据,手机可能被复制过,请联系社区",
            SyncError::Unavailable => "服务器暂时无法保存,请稍后再试;内容仍在手机上",
        }
        .into()
    }
}

impl SyncError {
    /// What a phone of this standing is told; nothing when it works.
    pub fn of_standing(standing: Standing) -> Option<SyncError> {
        match standing {
            Standing::Active => None,
            Standing::Waiting => Some(SyncError::Waiting),
            Standing::Expired => Some(SyncError::Expired),
            Standing::Suspended => Some(SyncError::Suspended),
            Standing::Revoked => Some(SyncError::Revoked),
        }
    }
}
