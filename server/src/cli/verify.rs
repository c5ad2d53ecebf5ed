//! `linli verify`: is everything that was acknowledged there, signed and whole, and do the lists say what
//! the log says? Works on a stopped relay's folder or beside a running one.

use super::client::Failure;
use crate::keys;
use linli_storage::model::{VerifyReport, compare_models, count_documents, verify_log};
use linli_storage::{Log, Model, Office};
use std::path::Path;
use std::process::ExitCode;

pub(crate) async fn run(data: &Path, as_json: bool) -> Result<ExitCode, Failure> {
    let report = verify(data).await.map_err(|error| Failure::new("verify.failed", format!("{error:#}")))?;
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

pub(super) async fn verify(data: &Path) -> anyhow::Result<VerifyReport> {
    anyhow::ensure!(data.join("log.db").exists(), "there is no log.db in {}", data.display());
    let mut report = VerifyReport::default();
    let log = Log::open(data, keys::office_key(data)?).await?;
    verify_log(&log, &mut report).await?;
    // Lists of another version's shape are neither compared nor touched: the relay makes them again.
    let stored = if Model::fits(data).await? { Some(Model::open(data).await?) } else { None };
    if let Some(stored) = &stored {
        // A relay that was stopped in a hurry has applied less than its log holds; it would at next start.
        stored.catch_up(&log).await?;
    }
    let scratch = data.join("verify");
    let _ = std::fs::remove_dir_all(&scratch);
    std::fs::create_dir_all(&scratch)?;
    let fresh = Model::open(&scratch).await?;
    fresh.catch_up(&log).await?;
    match &stored {
        Some(stored) => {
            compare_models(stored, &fresh, &mut report).await?;
            stored.close().await;
        }
        None => report.documents = count_documents(&fresh).await?,
    }
    fresh.close().await;
    std::fs::remove_dir_all(&scratch)?;
    if data.join("office.db").exists() {
        verify_audit(data, &mut report).await?;
    }
    log.close().await;
    Ok(report)
}

async fn verify_audit(data: &Path, report: &mut VerifyReport) -> anyhow::Result<()> {
    let office = Office::open(data).await?;
    let status = office.audit_status().await?;
    office.close().await;
    if let Some(row) = status.first_bad {
        let text =
            format!("操作记录第 {row} 行被改动或缺失 / row {row} of the audit was altered or is missing");
        report.problems.push(text);
    }
    Ok(())
}
