//! `linli backup` and `linli restore`: arguments, and what is printed. Both work on folders, without the API.

use super::client::{Failure, pick};
use crate::at_rest::key_file;
use crate::backup::error::BackupError;
use crate::backup::key::Secret;
use crate::backup::{self, Summary};
use crate::clock::now_ms;
use linli_core::error::{Coded as _, Lang};
use linli_storage::DataFolder;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What locks the file.
#[derive(clap::Args)]
struct SecretArgs {
    /// 密钥文件:32 个随机字节 / key file of 32 random bytes
    #[arg(long, env = "LINLI_BACKUP_KEY_FILE")]
    key_file: Option<PathBuf>,
    /// 口令文件;- 表示从标准输入读 / file with a passphrase; - reads standard input
    #[arg(long, env = "LINLI_BACKUP_PASSPHRASE_FILE", conflicts_with = "key_file")]
    passphrase_file: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(crate) struct BackupArgs {
    /// 备份文件;已有的不会覆盖 / file to write; none is overwritten
    file: PathBuf,
    /// 数据目录 / data folder
    #[arg(long, env = "LINLI_DATA")]
    data: PathBuf,
    /// 数据目录的密钥文件,数据加密存放时给出 / the data folder's key file, if it is locked
    #[arg(long, env = "LINLI_KEY_FILE")]
    data_key_file: Option<PathBuf>,
    #[command(flatten)]
    secret: SecretArgs,
}

#[derive(clap::Args)]
pub(crate) struct RestoreArgs {
    /// 备份文件 / the backup
    file: PathBuf,
    /// 恢复到这个新目录或空目录 / folder to make, new or empty
    #[arg(long)]
    into: PathBuf,
    /// 新数据目录的密钥文件:恢复出来的数据加密存放 / key file for the new folder, which is locked with it
    #[arg(long, env = "LINLI_KEY_FILE")]
    data_key_file: Option<PathBuf>,
    /// 原数据目录里的 erasures.jsonl:备份之后的销毁也会照做 / the lost folder's erasures.jsonl, so that
    /// what was erased after the backup is erased again
    #[arg(long)]
    erasures: Option<PathBuf>,
    #[command(flatten)]
    secret: SecretArgs,
}

impl SecretArgs {
    fn read(&self) -> Result<Secret, BackupError> {
        match (&self.key_file, &self.passphrase_file) {
            (Some(path), _) => Secret::key_file(path),
            (None, Some(path)) => Secret::passphrase_file(path),
            (None, None) => Err(BackupError::NoSecret),
        }
    }
}

/// Why a restore ended.
enum Ended {
    Backup(BackupError),
    Check(anyhow::Error),
}

impl From<BackupError> for Ended {
    fn from(error: BackupError) -> Ended {
        Ended::Backup(error)
    }
}

/// A data folder with its key, if one was given.
fn folder(path: &Path, key_file: Option<&Path>, lang: Lang) -> Result<DataFolder, Failure> {
    let key = key_file.map(|file| key_file::read(file, path)).transpose();
    let key = key.map_err(|error| Failure::new(error.code(), error.text(lang)))?;
    Ok(DataFolder::new(path, key))
}

pub(crate) async fn backup(args: &BackupArgs, as_json: bool, lang: Lang) -> Result<ExitCode, Failure> {
    let failed = |error: BackupError| Failure::new(error.code(), error.text(lang));
    let secret = args.secret.read().map_err(failed)?;
    let data = folder(&args.data, args.data_key_file.as_deref(), lang)?;
    let summary = backup::make(&data, &args.file, &secret, now_ms()).await.map_err(failed)?;
    let Summary { files, bytes, begun_ms } = summary;
    let line = serde_json::json!({
        "file": args.file.to_string_lossy(), "files": files, "bytes": bytes, "begun_ms": begun_ms,
    });
    super::print::one(&line, as_json, |_| {
        let zh = format!("已备份 {files} 个文件,共 {bytes} 字节。没有密钥或口令谁也打不开,请另外保管。");
        let en = format!(
            "{files} files backed up, {bytes} bytes. Nobody opens it without its key: keep that elsewhere."
        );
        pick(lang, zh, en)
    });
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn restore(args: &RestoreArgs, as_json: bool, lang: Lang) -> Result<ExitCode, Failure> {
    let failed = |error: BackupError| Failure::new(error.code(), error.text(lang));
    let secret = args.secret.read().map_err(failed)?;
    let into = folder(&args.into, args.data_key_file.as_deref(), lang)?;
    // The relay destroys again what the book names before it serves anybody.
    let check = async |folder: &DataFolder| {
        if let Some(book) = &args.erasures {
            backup::add_erasures(folder.path(), book)?;
        }
        super::verify::verify(folder, &[]).await.map_err(Ended::Check)
    };
    let restored = backup::restore(&args.file, &into, &secret, check).await;
    let (summary, report) = restored.map_err(|ended| match ended {
        Ended::Backup(error) => failed(error),
        Ended::Check(error) => Failure::of(&error, "verify.failed", lang),
    })?;
    let clean = report.problems.is_empty();
    let line = serde_json::json!({
        "into": args.into.to_string_lossy(), "files": summary.files, "begun_ms": summary.begun_ms,
        "clean": clean, "batches": report.batches, "documents": report.documents, "problems": report.problems,
    });
    super::print::one(&line, as_json, |_| {
        let (files, batches, documents) = (summary.files, report.batches, report.documents);
        let zh = format!("已恢复 {files} 个文件:{batches} 批,{documents} 份文档");
        let en = format!("{files} files restored: {batches} batches, {documents} documents");
        let state =
            if clean { pick(lang, "完好", "clean") } else { pick(lang, "有问题", "problems found") };
        let head = format!("{}; {state}", pick(lang, zh, en));
        std::iter::once(head).chain(report.problems.iter().cloned()).collect::<Vec<_>>().join("\n")
    });
    Ok(if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
