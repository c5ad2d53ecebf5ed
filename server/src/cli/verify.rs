//! `linli verify`: is everything that was acknowledged there, signed and whole, and do the lists say what
//! the log says? Works on a stopped relay's folder or beside a running one. With heads that phones kept it also
//! tells what somebody did who had the office's key.

use super::client::Failure;
use crate::at_rest::{self, key_file};
use crate::keys;
use anyhow::Context as _;
use linli_core::error::Lang;
use linli_core::identity::{ChainHead, DeviceKey, HeadStatement, SignedHead};
use linli_core::ids::Hash;
use linli_storage::model::{VerifyReport, compare_models, count_documents, verify_log};
use linli_storage::{ChainStatus, DataFolder, Log, Model, Office};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Bytes of a file of heads at most: a district's phones, a thousand of them, with every head that each keeps.
const ANCHORS_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// What `linli verify` is told.
#[derive(clap::Args)]
pub(crate) struct VerifyArgs {
    /// 数据目录 / data folder
    #[arg(long, env = "LINLI_DATA")]
    data: PathBuf,
    /// 数据目录的密钥文件,数据加密存放时给出 / the folder's key file, if it is locked
    #[arg(long, env = "LINLI_KEY_FILE")]
    key_file: Option<PathBuf>,
    /// 手机保存的凭证(linli-phone anchor 的输出),可多次,- 为标准输入 / heads that phones kept, as `linli-phone anchor` prints them; may be repeated; - reads standard input
    #[arg(long, value_name = "FILE")]
    anchor: Vec<PathBuf>,
}

pub(crate) async fn run(args: &VerifyArgs, as_json: bool, lang: Lang) -> Result<ExitCode, Failure> {
    let checked = async {
        let key = args.key_file.as_deref().map(|path| key_file::read(path, &args.data)).transpose()?;
        verify(&DataFolder::new(&args.data, key), &args.anchor).await
    };
    let report = checked.await.map_err(|error| Failure::of(&error, "verify.failed", lang))?;
    let clean = report.problems.is_empty();
    let line = serde_json::json!({
        "clean": clean,
        "batches": report.batches,
        "changes": report.changes,
        "documents": report.documents,
        "problems": report.problems,
    });
    super::print::one(&line, as_json, |_| {
        let head = format!(
            "{} 批 / batches, {} 条改动 / changes, {} 份文档 / documents: {}",
            report.batches,
            report.changes,
            report.documents,
            if clean { "完好 / clean" } else { "有问题 / problems found" }
        );
        std::iter::once(head).chain(report.problems.iter().cloned()).collect::<Vec<_>>().join("\n")
    });
    Ok(if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

pub(super) async fn verify(data: &DataFolder, anchors: &[PathBuf]) -> anyhow::Result<VerifyReport> {
    anyhow::ensure!(data.join("log.db").exists(), "there is no log.db in {}", data.path().display());
    let mut report = VerifyReport::default();
    let key = keys::office_key(data)?;
    let heads = read_anchors(anchors, &key, &mut report)?;
    let log = Log::open(data, key).await?;
    // However it ends, the databases are closed before the program does.
    let looked = look(data, &log, &heads, &mut report).await;
    log.close().await;
    looked.map(|()| report)
}

async fn look(
    data: &DataFolder,
    log: &Log,
    heads: &[HeadStatement],
    report: &mut VerifyReport,
) -> anyhow::Result<()> {
    verify_log(log, report).await?;
    let kept: Vec<ChainHead> = heads.iter().map(|head| head.log).collect();
    tell(&log.chain_status(&kept).await?, ("数据记录", "log"), report);
    if data.join("office.db").exists() {
        let office = Office::open(data, log.office()).await?;
        let kept: Vec<ChainHead> = heads.iter().map(|head| head.audit).collect();
        let status = office.audit_status(&kept).await;
        office.close().await;
        tell(&status?, ("操作记录", "audit"), report);
    }
    tell_of_lives(data.path(), heads, report);
    // Of a log that cannot be read no lists can be made; what is wrong with it is said already.
    match rebuild(data, log, report).await {
        Err(error) if !report.problems.is_empty() => report.problems.push(format!("{error:#}")),
        rebuilt => rebuilt?,
    }
    Ok(())
}

/// Makes the lists anew from the log and compares.
async fn rebuild(data: &DataFolder, log: &Log, report: &mut VerifyReport) -> anyhow::Result<()> {
    // Lists of another version's shape are neither compared nor touched: the relay makes them again.
    let stored = if Model::fits(data).await? { Some(Model::open(data).await?) } else { None };
    let rebuilt = compare(data, log, stored.as_ref(), report).await;
    if let Some(stored) = &stored {
        stored.close().await;
    }
    rebuilt
}

async fn compare(
    data: &DataFolder,
    log: &Log,
    stored: Option<&Model>,
    report: &mut VerifyReport,
) -> anyhow::Result<()> {
    if let Some(stored) = stored {
        // A relay that was stopped in a hurry has applied less than its log holds; it would at next start.
        stored.catch_up(log).await?;
    }
    let scratch = data.elsewhere(data.join(at_rest::REBUILT));
    let _ = std::fs::remove_dir_all(scratch.path());
    std::fs::create_dir_all(scratch.path())?;
    let fresh = Model::open(&scratch).await?;
    let compared = async {
        fresh.catch_up(log).await?;
        match stored {
            Some(stored) => compare_models(stored, &fresh, report).await?,
            None => report.documents = count_documents(&fresh).await?,
        }
        anyhow::Ok(())
    };
    let compared = compared.await;
    fresh.close().await;
    std::fs::remove_dir_all(scratch.path())?;
    compared
}

fn tell(status: &ChainStatus, (zh, en): (&str, &str), report: &mut VerifyReport) {
    if let Some(row) = status.first_bad {
        let text = format!("{zh}第 {row} 行被改动或缺失 / row {row} of the {en} was altered or is missing");
        report.problems.push(text);
    }
}

/// Heads that phones kept: lines of `linli-phone anchor`, JSON or bare. One that the office has not signed accuses
/// nobody; it is a finding of its own.
fn read_anchors(
    files: &[PathBuf],
    office: &DeviceKey,
    report: &mut VerifyReport,
) -> anyhow::Result<Vec<HeadStatement>> {
    let mut heads = Vec::new();
    for file in files {
        let mut text = String::new();
        let place = || format!("cannot read heads from {}", file.display());
        if file.as_os_str() == "-" {
            std::io::stdin().take(ANCHORS_BYTES_MAX).read_to_string(&mut text).with_context(place)?;
        } else {
            let file = std::fs::File::open(file).with_context(place)?;
            file.take(ANCHORS_BYTES_MAX).read_to_string(&mut text).with_context(place)?;
        }
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let json: Option<serde_json::Value> = serde_json::from_str(line).ok();
            let given = json.as_ref().and_then(|json| json.get("head")?.as_str()).unwrap_or(line).trim();
            match SignedHead::from_text(given).and_then(|head| head.open(&office.public())) {
                Some(head) => heads.push(head),
                None => report.problems.push(format!(
                    "{}:{}: 不是本社区签发的凭证 / not a head that this office signed",
                    file.display(),
                    number + 1
                )),
            }
        }
    }
    Ok(heads)
}

/// A relay that was restored from a backup may lack what an older head says; only a person knows whether it was.
fn tell_of_lives(data: &Path, heads: &[HeadStatement], report: &mut VerifyReport) {
    let now = std::fs::read(data.join("lineage")).ok().and_then(|bytes| Hash::from_slice(&bytes));
    if !report.problems.is_empty() && heads.iter().any(|head| Some(head.lineage) != now) {
        report.problems.push(
            "有凭证早于最近一次恢复:恢复时丢失的行也会列为缺失 / some heads are from before the data folder was \
             restored from a backup: what was lost then is named as missing too"
                .into(),
        );
    }
}
