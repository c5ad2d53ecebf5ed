//! Why storage did not do what was asked.

use linli_core::error::Coded;

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
            StoreError::NotFound { .. } => "record.not_found",
        }
    }

    fn zh(&self) -> String {
        match self {
            StoreError::Database(error) => format!("数据库无法使用:{error}"),
            StoreError::Damaged { what } => format!("保存的{what}已损坏,请运行 linli verify 检查"),
            StoreError::Stopped => "服务器正在停止,请稍后再试".into(),
            StoreError::Newer => "这些数据由较新版本的程序写成,请更新程序".into(),
            StoreError::NotFound { what_zh, id, .. } => format!("没有编号为“{id}”的{what_zh}"),
        }
    }
}

pub(crate) fn damaged(what: &'static str) -> StoreError {
    StoreError::Damaged { what }
}
