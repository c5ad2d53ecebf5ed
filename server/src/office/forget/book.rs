//! The book of erasures: a file beside the databases, one line of JSON each, ids only.
//!
//! A backup that is restored brings back an older log; the book stays as it is, so the relay knows what to destroy
//! again before it serves anybody. Whoever restores keeps every line of both books.

use super::{Subject, Wish};
use crate::problem::Problem;
use linli_core::ids::{DocId, ErasureId};
use linli_core::time::TimeMs;
use linli_storage::StoreError;
use linli_storage::log::ErasedDoc;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use tokio::sync::Mutex;

/// The file.
pub(crate) const FILE: &str = "erasures.jsonl";

/// An erasure as the book says it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    id: String,
    kind: String,
    subject: String,
    #[serde(default)]
    notes: bool,
    reason: String,
    actor: String,
    pub(super) at_ms: TimeMs,
    /// Documents and the generations that could begin afterwards.
    docs: Vec<(String, u32)>,
}

impl Line {
    pub(super) fn of(wish: &Wish, id: ErasureId, at_ms: TimeMs, docs: &[ErasedDoc]) -> Line {
        Line {
            id: id.to_string(),
            kind: wish.subject.kind().into(),
            subject: wish.subject.ids(),
            notes: wish.notes,
            reason: wish.reason.clone(),
            actor: wish.actor.clone(),
            at_ms,
            docs: docs.iter().map(|erased| (erased.doc.to_string(), erased.generation)).collect(),
        }
    }

    pub(super) fn id(&self) -> Option<ErasureId> {
        self.id.parse().ok()
    }

    pub(super) fn docs(&self) -> BTreeMap<DocId, u32> {
        self.docs.iter().filter_map(|(doc, generation)| Some((doc.parse().ok()?, *generation))).collect()
    }

    pub(super) fn wish(&self) -> Option<Wish> {
        Some(Wish {
            subject: Subject::read(&self.kind, &self.subject)?,
            notes: self.notes,
            reason: self.reason.clone(),
            actor: self.actor.clone(),
        })
    }
}

/// Whether every line of a text is one of a book. The last may have been cut off by a power cut.
pub(crate) fn is_whole(text: &str) -> bool {
    let whole = |line: &&str| serde_json::from_str::<Line>(line).is_ok();
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let Some((last, rest)) = lines.split_last() else { return true };
    rest.iter().all(whole) && (whole(last) || !rest.is_empty())
}

/// The file, one writer at a time.
pub(crate) struct Book {
    path: PathBuf,
    writing: Mutex<()>,
}

impl Book {
    /// The book of a data folder; there is none until something is destroyed.
    pub(crate) fn in_folder(data: &Path) -> Book {
        Book { path: data.join(FILE), writing: Mutex::default() }
    }

    /// Everything that is in it. A line that was cut off in the middle was never answered for.
    pub(super) async fn lines(&self) -> Result<Vec<Line>, Problem> {
        let path = self.path.clone();
        let text = blocking(move || match std::fs::read_to_string(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
            read => read,
        });
        Ok(text.await?.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
    }

    /// Adds a line. It is on the disk when this returns.
    pub(super) async fn note(&self, line: Line) -> Result<(), Problem> {
        let _one_at_a_time = self.writing.lock().await;
        let path = self.path.clone();
        let text = serde_json::to_string(&line).unwrap_or_default();
        blocking(move || {
            let mut file = std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(&path)?;
            // A line before that was cut off ends here.
            file.write_all(format!("\n{text}\n").as_bytes())?;
            file.sync_all()?;
            path.parent().map_or(Ok(()), |folder| std::fs::File::open(folder)?.sync_all())
        })
        .await
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, Problem> {
    let done = tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Stopped)?;
    done.map_err(|error| {
        tracing::error!(%error, "the book of erasures cannot be used");
        Problem::new(
            axum::http::StatusCode::INTERNAL_SERVER_ERROR,
            "erase.book",
            format!("读写不了数据目录里的 {FILE},什么都没有销毁;请检查磁盘后重试"),
            format!("{FILE} in the data folder cannot be used, so nothing was destroyed; check the disk and try again"),
        )
    })
}
