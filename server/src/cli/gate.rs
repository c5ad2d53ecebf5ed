//! `linli gate`: what would become of these bytes if an enrolled phone sent them? Needs no relay.
//!
//! Owns files and what is printed of them. A file is read up to the largest frame and no further; whatever is
//! wrong with one is said of it, and the rest goes on.

mod cost;
mod judge;

use super::client::pick;
use cost::Cost;
use judge::{Judged, Verdict, judge};
use linli_core::doc::{Author, Document};
use linli_core::error::{Coded, Lang};
use linli_core::ids::Actor;
use linli_core::kinds::DocKind;
use linli_core::record::Put;
use linli_core::sync::frames::{FRAME_BYTES_MAX, FrameError};
use serde_json::{Value, json};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(clap::Args)]
pub(crate) struct GateArgs {
    /// 文件:一条改动、一份文档或一个数据帧 / files: a change, a document or a frame each
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// Why a file did not come as far as being judged.
#[derive(Debug, thiserror::Error)]
enum FileError {
    #[error("the file cannot be read ({0}); check its name and who may read it")]
    CannotRead(std::io::Error),
    #[error("this is not a file but a folder or a device; name the files in it")]
    NotAFile,
    #[error("the file is empty; whatever wrote it was stopped, fetch it again")]
    Empty,
    #[error(transparent)]
    TooLarge(FrameError),
}

impl Coded for FileError {
    fn code(&self) -> &'static str {
        match self {
            FileError::CannotRead(_) => "gate.cannot_read",
            FileError::NotAFile => "gate.not_a_file",
            FileError::Empty => "gate.empty",
            FileError::TooLarge(error) => error.code(),
        }
    }

    fn zh(&self) -> String {
        match self {
            FileError::CannotRead(error) => format!("读不到文件({error}),请检查文件名和读取权限"),
            FileError::NotAFile => "这不是文件,而是文件夹或设备;请写出其中的文件".into(),
            FileError::Empty => "文件是空的:写它的程序可能中断了,请重新获取".into(),
            FileError::TooLarge(error) => error.zh(),
        }
    }
}

pub(crate) fn run(args: &GateArgs, as_json: bool, lang: Lang) -> ExitCode {
    // Automerge's panics are caught, and the verdict says so; the standard hook would print a backtrace, and
    // looking one up takes tens of megabytes that are not the gate's.
    std::panic::set_hook(Box::new(|_| {}));
    warm_up(lang);
    for file in &args.files {
        let (judged, cost) = match read(file) {
            Ok(bytes) => cost::of(|| judge(&bytes, lang)),
            Err(error) => (Judged::refused(&error, lang), Cost::default()),
        };
        super::print::one(&as_value(file, &judged, cost), as_json, |_| line(file, &judged, cost, lang));
    }
    ExitCode::SUCCESS
}

/// Judges a change that is nothing special, so that the first file is not charged for the program's own code
/// being fetched from disk.
fn warm_up(lang: Lang) {
    let author = Author::now(Actor([1; 16]), 0);
    let change = Document::new(DocKind::Household).edit(&author, &[Put::set("note", "warm")]);
    let _ = cost::of(|| change.map(|change| judge(&change.0, lang)));
}

fn read(path: &Path) -> Result<Vec<u8>, FileError> {
    // Before it is opened: opening a pipe waits for somebody at its other end.
    if !path.metadata().map_err(FileError::CannotRead)?.is_file() {
        return Err(FileError::NotAFile);
    }
    let file = File::open(path).map_err(FileError::CannotRead)?;
    let mut bytes = Vec::new();
    // One byte more than is allowed tells too much from just enough.
    file.take(FRAME_BYTES_MAX as u64 + 1).read_to_end(&mut bytes).map_err(FileError::CannotRead)?;
    match bytes.len() {
        0 => Err(FileError::Empty),
        length if length > FRAME_BYTES_MAX => Err(FileError::TooLarge(FrameError::TooLarge)),
        _ => Ok(bytes),
    }
}

/// Milliseconds to the microsecond.
fn milliseconds(cost: Cost) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "no judgement takes a hundred years")]
    let microseconds = (cost.cpu_ns / 1_000) as f64;
    microseconds / 1_000.0
}

fn as_value(file: &Path, judged: &Judged, cost: Cost) -> Value {
    let code = Some(judged.code.as_str()).filter(|code| !code.is_empty());
    let mut value = json!({
        "file": file.to_string_lossy(),
        "verdict": judged.verdict.word(),
        "code": code,
        "cpu_ms": milliseconds(cost),
        "peak_growth_bytes": cost.peak_growth_bytes,
    });
    if let (Some(object), Some(tally)) = (value.as_object_mut(), judged.changes) {
        let tally = json!({ "accepted": tally.accepted, "held": tally.held, "refused": tally.refused });
        object.insert("changes".into(), tally);
    }
    value
}

fn line(file: &Path, judged: &Judged, cost: Cost, lang: Lang) -> String {
    let (zh, en) = match judged.verdict {
        Verdict::Accepted => ("接受", "accepted"),
        Verdict::Held => ("暂存", "held"),
        Verdict::Refused => ("拒绝", "refused"),
    };
    let (name, verdict) = (file.display(), pick(lang, zh, en));
    let (ms, kib) = (milliseconds(cost), cost.peak_growth_bytes.div_ceil(1024));
    let why = match (judged.code.as_str(), lang) {
        ("", _) => String::new(),
        (code, Lang::Zh) => format!(":{}({code})", judged.text),
        (code, Lang::En) => format!(": {} ({code})", judged.text),
    };
    let changes = judged.changes.map(|tally| {
        let (accepted, held, refused) = (tally.accepted, tally.held, tally.refused);
        let zh = format!(";改动:接受 {accepted}、暂存 {held}、拒绝 {refused}");
        pick(lang, zh, format!("; changes: {accepted} accepted, {held} held, {refused} refused"))
    });
    let changes = changes.unwrap_or_default();
    let zh = format!("{name}:{verdict}{why}{changes};处理器 {ms:.3} 毫秒,内存 {kib} KiB");
    pick(lang, zh, format!("{name}: {verdict}{why}{changes}; processor {ms:.3} ms, memory {kib} KiB"))
}
