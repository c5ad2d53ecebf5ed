//! Why storage did not do what was asked.

use linli_core::error::Coded;
use std::path::PathBuf;

/// Every failure of this crate.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite reported an error.
    #[error("the database cannot be used: {0}")]
    Database(#[from] sqlx::Error),
    /// A stored record cannot be read back.
    #[error("stored {what} is damaged; run `linli verify`")]
    Damaged {
        /// Which record.
        what: &'static str,
    },
    /// The writer has stopped, because the process is ending or a commit failed.
    #[error("the relay is stopping; try again later")]
    Stopped,
    /// A newer version has written the file.
    #[error("these data were written by a newer version; update the program")]
    Newer,
    /// Something in the folder is locked, and no key was given.
    #[error(
        "the data in {} are locked; give the folder's key file (--key-file FILE or LINLI_KEY_FILE). Nothing was deleted",
        .0.display()
    )]
    Locked(PathBuf),
    /// It is locked with another key.
    #[error(
        "{} does not open with this key, or its beginning is damaged; give the key file that the folder was locked \
         with, or restore a backup. Nothing was deleted",
        .0.display()
    )]
    KeyWrong(PathBuf),
    /// Nothing has this id.
    #[error("there is no {what} {id}")]
    NotFound {
        /// Kind of thing.
        what: &'static str,
        /// Kind of thing, in Chinese.
        what_zh: &'static str,
        /// Id as given.
        id: String,
    },
}

impl Coded for StoreError {
    fn code(&self) -> &'static str {
        match self {
            StoreError::Database(_) => "relay.database",
            StoreError::Damaged { .. } => "relay.damaged",
            StoreError::Stopped => "relay.retry_later",
            StoreError::Newer => "relay.newer",
            StoreError::Locked(_) => "relay.store_locked",
            StoreError::KeyWrong(_) => "relay.key_wrong",
            StoreError::NotFound { .. } => "record.not_found",
        }
    }

    fn zh(&self) -> String {
        match self {
            StoreError::Database(error) => format!("数据库无法使用:{error}"),
            StoreError::Damaged { what } => format!("保存的{what}已损坏,请运行 linli verify 检查"),
            StoreError::Stopped => "服务器正在停止,请稍后再试".into(),
            StoreError::Newer => "这些数据由较新版本的程序写成,请更新程序".into(),
            StoreError::Locked(path) => format!(
                "{} 里的数据已加密,请给出它的密钥文件(--key-file 文件,或环境变量 LINLI_KEY_FILE);什么都没有删除",
                path.display()
            ),
            StoreError::KeyWrong(path) => format!(
                "用这把密钥打不开 {},或文件开头已损坏;请给出加密时用的密钥文件,或恢复备份;什么都没有删除",
                path.display()
            ),
            StoreError::NotFound { what_zh, id, .. } => format!("没有编号为“{id}”的{what_zh}"),
        }
    }
}

pub(crate) fn damaged(what: &'static str) -> StoreError {
    StoreError::Damaged { what }
}
