//! `linli backup` and `linli restore`: arguments, and what is printed. Both work on folders, without the API.

use super::client::{Failure, pick};
use crate::backup::error::BackupError;
use crate::backup::key::Secret;
use crate::backup::{self, Summary};
use crate::clock::now_ms;
use linli_core::error::{Coded as _, Lang};
use std::path::PathBuf;
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

pub(crate) async fn backup(args: &BackupArgs, as_json: bool, lang: Lang) -> Result<ExitCode, Failure> {
    let failed = |error: BackupError| Failure::new(error.code(), error.text(lang));
    let secret = args.secret.read().map_err(failed)?;
    let summary = backup::make(&args.data, &args.file, &secret, now_ms()).await.map_err(failed)?;
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
    // The relay destroys again what the book names before it serves anybody.
    let check = async |folder: &std::path::Path| {
        if let Some(book) = &args.erasures {
            backup::add_erasures(folder, book)?;
        }
        super::verify::verify(folder, &[]).await.map_err(Ended::Check)
    };
    let restored = backup::restore(&args.file, &args.into, &secret, check).await;
    let (summary, report) = restored.map_err(|ended| match ended {
        Ended::Backup(error) => failed(error),
        Ended::Check(error) => Failure::new("verify.failed", format!("{error:#}")),
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
