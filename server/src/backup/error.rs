//! Why a backup was not written or not restored.

use linli_core::error::Coded;
use linli_storage::StoreError;
use std::path::{Path, PathBuf};

/// Every failure of backups.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BackupError {
    #[error("{} cannot be read ({}); check its name and who may read it", .0.display(), .1)]
    CannotRead(PathBuf, std::io::Error),
    #[error("{} cannot be written ({}); check the free space and who may write there", .0.display(), .1)]
    CannotWrite(PathBuf, std::io::Error),
    #[error("there is no log.db in {}; name the relay's data folder", .0.display())]
    NoData(PathBuf),
    #[error("{} is there already and is not overwritten; choose another name", .0.display())]
    Exists(PathBuf),
    #[error("{} is not empty; restore into a folder that is new or empty", .0.display())]
    NotEmpty(PathBuf),
    #[error("another backup of this data folder is being written; wait until it is done")]
    Busy,
    #[error("{} is not a backup of linli; check the file's name", .0.display())]
    NotABackup(PathBuf),
    #[error("{} was written by a newer version; update the program", .0.display())]
    Newer(PathBuf),
    #[error("{} was locked with a key file; give it with --key-file", .0.display())]
    WantsKeyFile(PathBuf),
    #[error("{} was locked with a passphrase; give it with --passphrase-file", .0.display())]
    WantsPassphrase(PathBuf),
    #[error("{} does not open: the key is another one, or the file was altered or cut off; try another key or copy", .0.display())]
    Altered(PathBuf),
    #[error("the key file {} must have exactly 32 random bytes; make one with: head -c 32 /dev/urandom", .0.display())]
    BadKey(PathBuf),
    #[error("the passphrase is too short: use 16 characters or more")]
    ShortPassphrase,
    #[error("{} is no book of erasures; give the erasures.jsonl of the data folder that was lost", .0.display())]
    NotABook(PathBuf),
    #[error("say what locks the backup: --key-file FILE or --passphrase-file FILE")]
    NoSecret,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl BackupError {
    pub(super) fn read(path: &Path, error: std::io::Error) -> BackupError {
        BackupError::CannotRead(path.to_owned(), error)
    }

    pub(super) fn write(path: &Path, error: std::io::Error) -> BackupError {
        BackupError::CannotWrite(path.to_owned(), error)
    }

    /// The same, said of another file when it could not be written.
    pub(super) fn at(self, path: &Path) -> BackupError {
        match self {
            BackupError::CannotWrite(_, error) => BackupError::write(path, error),
            other => other,
        }
    }
}

impl Coded for BackupError {
    fn code(&self) -> &'static str {
        match self {
            BackupError::CannotRead(..) => "backup.cannot_read",
            BackupError::CannotWrite(..) => "backup.cannot_write",
            BackupError::NoData(_) => "backup.no_data",
            BackupError::Exists(_) => "backup.exists",
            BackupError::NotEmpty(_) => "backup.not_empty",
            BackupError::Busy => "backup.busy",
            BackupError::NotABackup(_) => "backup.not_a_backup",
            BackupError::Newer(_) => "backup.newer",
            BackupError::WantsKeyFile(_) => "backup.wants_key_file",
            BackupError::WantsPassphrase(_) => "backup.wants_passphrase",
            BackupError::Altered(_) => "backup.altered_or_wrong_key",
            BackupError::BadKey(_) => "backup.bad_key",
            BackupError::ShortPassphrase => "backup.short_passphrase",
            BackupError::NotABook(_) => "backup.not_a_book",
            BackupError::NoSecret => "backup.no_secret",
            BackupError::Store(error) => error.code(),
        }
    }

    fn zh(&self) -> String {
        match self {
            BackupError::CannotRead(path, error) => {
                format!("读不到 {}({error}),请检查文件名和读取权限", path.display())
            }
            BackupError::CannotWrite(path, error) => {
                format!("写不了 {}({error}),请检查剩余空间和写入权限", path.display())
            }
            BackupError::NoData(path) => format!("{} 里没有 log.db,请给出服务器的数据目录", path.display()),
            BackupError::Exists(path) => format!("{} 已经存在,不会覆盖;请换一个文件名", path.display()),
            BackupError::NotEmpty(path) => {
                format!("{} 不是空目录;请恢复到新目录或空目录", path.display())
            }
            BackupError::Busy => "这个数据目录正在做另一个备份,请等它完成".into(),
            BackupError::NotABackup(path) => format!("{} 不是邻里的备份文件,请检查文件名", path.display()),
            BackupError::Newer(path) => format!("{} 由更新的版本写成,请先更新程序", path.display()),
            BackupError::WantsKeyFile(path) => {
                format!("{} 是用密钥文件加密的,请用 --key-file 给出", path.display())
            }
            BackupError::WantsPassphrase(path) => {
                format!("{} 是用口令加密的,请用 --passphrase-file 给出", path.display())
            }
            BackupError::Altered(path) => {
                format!("{} 打不开:密钥不对,或文件被改动、截断过;请换一把密钥或换一份备份", path.display())
            }
            BackupError::BadKey(path) => format!(
                "密钥文件 {} 必须正好是 32 个随机字节;可用 head -c 32 /dev/urandom 生成",
                path.display()
            ),
            BackupError::ShortPassphrase => "口令太短:请用 16 个字以上".into(),
            BackupError::NotABook(path) => {
                format!("{} 不是销毁记录;请给出原数据目录里的 erasures.jsonl", path.display())
            }
            BackupError::NoSecret => "请说明用什么加密:--key-file 文件 或 --passphrase-file 文件".into(),
            BackupError::Store(error) => error.zh(),
        }
    }
}
