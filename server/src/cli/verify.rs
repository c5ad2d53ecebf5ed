//! `linli verify`: is everything that was acknowledged there, signed and whole, and do the lists say what
//! the log says? Works on a stopped relay's folder or beside a running one. With heads that phones kept it also
//! tells what somebody did who had the office's key.

use super::client::Failure;
use crate::keys;
use anyhow::Context as _;
use linli_core::identity::{ChainHead, DeviceKey, HeadStatement, SignedHead};
use linli_core::ids::Hash;
use linli_storage::model::{VerifyReport, compare_models, count_documents, verify_log};
use linli_storage::{ChainStatus, Log, Model, Office};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Bytes of a file of heads at most: a district's phones, a thousand of them, with every head that each keeps.
const ANCHORS_BYTES_MAX: u64 = 16 * 1024 * 1024;

pub(crate) async fn run(data: &Path, anchors: &[PathBuf], as_json: bool) -> Result<ExitCode, Failure> {
    let report =
        verify(data, anchors).await.map_err(|error| Failure::new("verify.failed", format!("{error:#}")))?;
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

pub(super) async fn verify(data: &Path, anchors: &[PathBuf]) -> anyhow::Result<VerifyReport> {
    anyhow::ensure!(data.join("log.db").exists(), "there is no log.db in {}", data.display());
    let mut report = VerifyReport::default();
    let key = keys::office_key(data)?;
    let heads = read_anchors(anchors, &key, &mut report)?;
    let log = Log::open(data, key).await?;
    verify_log(&log, &mut report).await?;
    let kept: Vec<ChainHead> = heads.iter().map(|head| head.log).collect();
    tell(&log.chain_status(&kept).await?, ("数据记录", "log"), &mut report);
    if data.join("office.db").exists() {
        let office = Office::open(data, log.office()).await?;
        let kept: Vec<ChainHead> = heads.iter().map(|head| head.audit).collect();
        tell(&office.audit_status(&kept).await?, ("操作记录", "audit"), &mut report);
        office.close().await;
    }
    tell_of_lives(data, &heads, &mut report);
    // Of a log that cannot be read no lists can be made; what is wrong with it is said already.
    match rebuild(data, &log, &mut report).await {
        Err(error) if !report.problems.is_empty() => report.problems.push(format!("{error:#}")),
        rebuilt => rebuilt?,
    }
    log.close().await;
    Ok(report)
}

/// Makes the lists anew from the log and compares.
async fn rebuild(data: &Path, log: &Log, report: &mut VerifyReport) -> anyhow::Result<()> {
    // Lists of another version's shape are neither compared nor touched: the relay makes them again.
    let stored = if Model::fits(data).await? { Some(Model::open(data).await?) } else { None };
    if let Some(stored) = &stored {
        // A relay that was stopped in a hurry has applied less than its log holds; it would at next start.
        stored.catch_up(log).await?;
    }
    let scratch = data.join("verify");
    let _ = std::fs::remove_dir_all(&scratch);
    std::fs::create_dir_all(&scratch)?;
    let fresh = Model::open(&scratch).await?;
    fresh.catch_up(log).await?;
    match &stored {
        Some(stored) => {
            compare_models(stored, &fresh, report).await?;
            stored.close().await;
        }
        None => report.documents = count_documents(&fresh).await?,
    }
    fresh.close().await;
    std::fs::remove_dir_all(&scratch)?;
    Ok(())
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
