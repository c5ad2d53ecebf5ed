//! Why the gate refused bytes: one variant per reason a person or a dashboard would tell apart.
//!
//! Owns the words only. No variant carries text from the refused bytes: they may hold a name or a phone.

mod words;

use crate::error::Coded;
use words::zh;

/// Why a chunk of bytes, or a change in the light of its document, was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GateError {
    /// Zero bytes where a chunk belongs. A store that lost its content must not look like a new document.
    #[error("there are no bytes; the stored or sent data is lost")]
    Empty,
    /// The bytes do not start like an Automerge chunk.
    #[error("these bytes are not an Automerge chunk")]
    NotAChunk,
    /// A chunk of another type than the caller asked for.
    #[error("chunk type {found} was found where type {wanted} belongs")]
    WrongChunk {
        /// Type byte found: 0 document, 1 change, 2 compressed change, 3 bundle.
        found: u8,
        /// Type byte that belongs here.
        wanted: u8,
    },
    /// A size is above its bound.
    #[error("{what} has {bytes} bytes, more than the {bytes_max} allowed")]
    TooLarge {
        /// What was measured.
        what: &'static str,
        /// Its size, or the size at which reading stopped.
        bytes: u64,
        /// The bound.
        bytes_max: u64,
    },
    /// A count is above its bound.
    #[error("{what} number {found}, more than the {max} allowed")]
    TooMany {
        /// What was counted.
        what: &'static str,
        /// How many there are, or how many had been counted when reading stopped.
        found: u64,
        /// The bound.
        max: u64,
    },
    /// The bytes end too early.
    #[error("the bytes end in the middle of {what}")]
    Truncated {
        /// What was being read.
        what: &'static str,
    },
    /// Bytes are left over behind a complete chunk.
    #[error("{bytes} bytes follow the end of {what}")]
    Trailing {
        /// What had ended.
        what: &'static str,
        /// How many bytes are left over.
        bytes: u64,
    },
    /// The checksum does not fit the content.
    #[error("the checksum does not fit the content")]
    Checksum,
    /// A number or a run is not written in the one form a correct encoder writes.
    #[error("{what} is not encoded the way Automerge writes it")]
    NotCanonical {
        /// What was being read.
        what: &'static str,
    },
    /// Columns disagree about the number of rows, are missing, unknown or out of order.
    #[error("the columns do not fit together: {what}")]
    Columns {
        /// The column or relation that is wrong.
        what: &'static str,
    },
    /// Anything but setting or deleting a scalar under a string key of the root map.
    #[error("only scalar values directly under the root are allowed, found {what}")]
    NotFlat {
        /// What was found instead.
        what: &'static str,
    },
    /// A field has a value that no correct writer produces.
    #[error("{what} is outside what is allowed")]
    OutOfRange {
        /// Which field.
        what: &'static str,
    },
    /// An operation claims to replace something else than what its writer could see.
    #[error("operation {op} does not replace exactly the values that its writer could see")]
    Overwrites {
        /// Index of the operation in its change, from 0.
        op: u64,
    },
    /// Another change with the same actor and number is already in the document: two writers share an actor.
    #[error("this actor already made a different change number {seq}; a phone was copied or restored")]
    Fork {
        /// The number used twice.
        seq: u64,
    },
    /// The actor's changes are not numbered without a gap.
    #[error("change number {found} follows number {have} of the same actor")]
    SeqGap {
        /// Highest number present, 0 for an unknown actor.
        have: u64,
        /// Number found.
        found: u64,
    },
    /// A change that does not depend on its own actor's previous change.
    #[error("the change does not build on its own actor's previous change")]
    OwnHistory,
    /// The operation counter does not continue from the change's dependencies.
    #[error("operations start at {found} but must start at {expected}")]
    StartOp {
        /// One more than the highest operation among the dependencies.
        expected: u64,
        /// Start found.
        found: u64,
    },
    /// An operation refers to an actor that never wrote to the document.
    #[error("the change refers to an actor that is unknown in this document")]
    UnknownActor,
    /// Automerge refused the bytes.
    #[error("automerge refused the data while {during}")]
    Library {
        /// What was being done.
        during: &'static str,
    },
    /// Automerge panicked; whatever it was working on has been thrown away.
    #[error("automerge panicked while {during}; its work was thrown away")]
    Panicked {
        /// What was being done.
        during: &'static str,
    },
    /// Automerge would give back other bytes than it was given, so a saved document could not be loaded.
    #[error("automerge would not store this change as it was written")]
    Altered,
}

impl Coded for GateError {
    fn code(&self) -> &'static str {
        match self {
            GateError::Empty => "gate.empty",
            GateError::NotAChunk => "gate.not_a_chunk",
            GateError::WrongChunk { .. } => "gate.wrong_chunk",
            GateError::TooLarge { .. } => "gate.too_large",
            GateError::TooMany { .. } => "gate.too_many",
            GateError::Truncated { .. } => "gate.truncated",
            GateError::Trailing { .. } => "gate.trailing",
            GateError::Checksum => "gate.checksum",
            GateError::NotCanonical { .. } => "gate.not_canonical",
            GateError::Columns { .. } => "gate.columns",
            GateError::NotFlat { .. } => "gate.not_flat",
            GateError::OutOfRange { .. } => "gate.out_of_range",
            GateError::Overwrites { .. } => "gate.overwrites",
            GateError::Fork { .. } => "gate.fork",
            GateError::SeqGap { .. } => "gate.seq_gap",
            GateError::OwnHistory => "gate.own_history",
            GateError::StartOp { .. } => "gate.start_op",
            GateError::UnknownActor => "gate.unknown_actor",
            GateError::Library { .. } => "gate.library",
            GateError::Panicked { .. } => "gate.panicked",
            GateError::Altered => "gate.altered",
        }
    }

    fn zh(&self) -> String {
        match self {
            GateError::Empty => "没有任何数据：存储或传送的内容已丢失，请重新获取".into(),
            GateError::NotAChunk => "这不是 Automerge 数据块".into(),
            GateError::WrongChunk { found, wanted } => {
                format!("数据块类型为 {found}，此处应为类型 {wanted}")
            }
            GateError::TooLarge { what, bytes, bytes_max } => {
                format!("{} 有 {bytes} 字节，超过上限 {bytes_max} 字节", zh(what))
            }
            GateError::TooMany { what, found, max } => format!("{} 数量为 {found}，超过上限 {max}", zh(what)),
            GateError::Truncated { what } => format!("数据在 {} 处中断，请重新传送", zh(what)),
            GateError::Trailing { what, bytes } => format!("{} 结束后还多出 {bytes} 字节", zh(what)),
            GateError::Checksum => "校验和与内容不符，请重新传送".into(),
            GateError::NotCanonical { what } => format!("{} 的编码方式与 Automerge 不一致", zh(what)),
            GateError::Columns { what } => format!("各列数据对不上：{}", zh(what)),
            GateError::NotFlat { what } => format!("只允许在根下直接存放简单值，却出现了 {}", zh(what)),
            GateError::OutOfRange { what } => format!("{} 超出允许范围", zh(what)),
            GateError::Overwrites { op } => format!("第 {op} 个操作所替换的值，与作者当时看到的值不一致"),
            GateError::Fork { seq } => {
                format!("同一写入者已有另一个第 {seq} 号变更：手机可能被复制或从旧备份恢复")
            }
            GateError::SeqGap { have, found } => {
                format!("同一写入者的变更编号不连续：已有第 {have} 号，收到第 {found} 号")
            }
            GateError::OwnHistory => "该变更没有接在同一写入者的上一个变更之后".into(),
            GateError::StartOp { expected, found } => {
                format!("操作编号从 {found} 开始，应从 {expected} 开始")
            }
            GateError::UnknownActor => "该变更引用了本文档中不存在的写入者".into(),
            GateError::Library { during } => format!("Automerge 拒绝了数据（{}）", zh(during)),
            GateError::Panicked { during } => format!("Automerge 运行出错（{}），其结果已丢弃", zh(during)),
            GateError::Altered => "Automerge 无法按原样保存该变更".into(),
        }
    }
}
