//! A relay's truths in one encrypted file, and a data folder made of such a file again.
//!
//! Owns which files belong into a backup and how they follow each other in it. `model.db` is left out because
//! it is made again from the log, `imports` because rosters lie there for a few days only, and `lineage`
//! because a restored relay is a new one to its phones: by that they learn to hand in again what it lost.
//! Knows no command line.

pub(crate) mod error;
pub(crate) mod key;
mod sealed;

use crate::office::forget::book;
use error::BackupError;
use key::Secret;
use linli_core::time::TimeMs;
use sealed::{Opener, Sealer};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Read, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// The office's database is copied before all others and the log after them: what a database says of the log
/// must be in the log.
const FIRST: &str = "office.db";
const LAST: &str = "log.db";

/// Where copies of the databases lie while they are written into the backup: inside the data folder, where the
/// same is in the clear anyhow, and readable by their owner only.
const COPIES: &str = "backup-copies";

/// Not part of a backup, by name.
const LEFT_OUT: [&str; 4] = ["model.db", "lock", "backup-lock", "lineage"];

/// What was written or restored.
pub(crate) struct Summary {
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    /// When the backup was begun.
    pub(crate) begun_ms: TimeMs,
}

/// Removes a folder or a file when dropped, unless it was kept.
struct Scratch(Option<PathBuf>);

impl Scratch {
    fn path(&self) -> &Path {
        self.0.as_deref().unwrap_or(Path::new(""))
    }

    fn kept(mut self) {
        self.0 = None;
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            let _ = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
        }
    }
}

/// Writes a backup of a data folder, whose relay may be running: everything acknowledged before this was
/// called is in it.
pub(crate) async fn make(
    data: &Path,
    target: &Path,
    secret: &Secret,
    now_ms: TimeMs,
) -> Result<Summary, BackupError> {
    if !data.join(LAST).is_file() {
        return Err(BackupError::NoData(data.to_owned()));
    }
    if target.exists() {
        return Err(BackupError::Exists(target.to_owned()));
    }
    let lock = data.join("backup-lock");
    let lock = OpenOptions::new().create(true).write(true).truncate(false).mode(0o600).open(&lock);
    let lock = lock.map_err(|error| BackupError::write(data, error))?;
    lock.try_lock().map_err(|_| BackupError::Busy)?;
    let (databases, others) = contents(data)?;
    // Copies that a backup left behind when it was killed must not outlive the next one.
    let _ = std::fs::remove_dir_all(data.join(COPIES));
    let copies = new_folder(&data.join(COPIES))?;
    for name in &databases {
        linli_storage::copy_database(&data.join(name), &copies.path().join(name)).await?;
    }
    let unfinished = Scratch(Some(beside(target, "unfinished")));
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(unfinished.path());
    let file = file.map_err(|error| BackupError::write(target, error))?;
    let mut sealer = Sealer::start(file, target, secret, now_ms)?;
    let mut files = 0;
    for path in databases.iter().map(|name| copies.path().join(name)).chain(others) {
        put(&mut sealer, &path)?;
        files += 1;
    }
    let bytes = sealer.finish()?;
    std::fs::rename(unfinished.path(), target).map_err(|error| BackupError::write(target, error))?;
    unfinished.kept();
    sync_folder_of(target);
    Ok(Summary { files, bytes, begun_ms: now_ms })
}

/// Makes a data folder of a backup. `check` looks at the whole folder before it gets its name: whatever has to
/// happen before a restored relay may serve belongs there.
pub(crate) async fn restore<T, E: From<BackupError>>(
    source: &Path,
    into: &Path,
    secret: &Secret,
    check: impl AsyncFnOnce(&Path) -> Result<T, E>,
) -> Result<(Summary, T), E> {
    let occupied = std::fs::read_dir(into).is_ok_and(|mut found| found.next().is_some());
    if occupied || into.is_file() {
        return Err(BackupError::NotEmpty(into.to_owned()).into());
    }
    let file = File::open(source).map_err(|error| BackupError::read(source, error))?;
    let mut opener = Opener::start(file, source, secret)?;
    let half = new_folder(&beside(into, "half-restored"))?;
    let files = unpack(&mut opener, source, half.path())?;
    let checked = check(half.path()).await?;
    let failed = |error| BackupError::write(into, error);
    if into.exists() {
        std::fs::remove_dir(into).map_err(failed)?;
    }
    std::fs::rename(half.path(), into).map_err(failed)?;
    half.kept();
    sync_folder_of(into);
    Ok((Summary { files, bytes: opener.bytes(), begun_ms: opener.begun_ms() }, checked))
}

/// Puts the lines of a book of erasures behind those that the restored folder has.
pub(crate) fn add_erasures(folder: &Path, book: &Path) -> Result<(), BackupError> {
    let text = std::fs::read_to_string(book).map_err(|error| BackupError::read(book, error))?;
    if !book::is_whole(&text) {
        return Err(BackupError::NotABook(book.to_owned()));
    }
    let path = folder.join(book::FILE);
    let file = OpenOptions::new().create(true).append(true).mode(0o600).open(&path);
    let written = file.and_then(|mut file| {
        file.write_all(format!("\n{text}\n").as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| BackupError::write(&path, error))
}

/// Names of the databases in the order in which they are copied, and paths of everything else: keys, tokens, the book
/// of erasures.
fn contents(data: &Path) -> Result<(Vec<String>, Vec<PathBuf>), BackupError> {
    let failed = |error| BackupError::read(data, error);
    let (mut databases, mut others) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(data).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().map_err(failed)?;
        if !kind.is_file() || LEFT_OUT.contains(&name.as_str()) || name.contains(".db-") {
            continue;
        }
        if name.ends_with(".db") {
            databases.push(name);
        } else {
            others.push(entry.path());
        }
    }
    databases.sort_by_key(|name| (name == LAST, name != FIRST, name.clone()));
    others.sort();
    Ok((databases, others))
}

fn put(sealer: &mut Sealer, path: &Path) -> Result<(), BackupError> {
    let failed = |error| BackupError::read(path, error);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    let length = u16::try_from(name.len()).unwrap_or(u16::MAX);
    sealer.write(&length.to_be_bytes())?;
    sealer.write(name.as_bytes())?;
    sealer.write(&size.to_be_bytes())?;
    let mut rest = file.take(size);
    let mut piece = vec![0; 64 * 1024];
    let mut written = 0;
    loop {
        let count = rest.read(&mut piece).map_err(failed)?;
        let Some(read) = piece.get(..count).filter(|read| !read.is_empty()) else { break };
        sealer.write(read)?;
        written += count as u64;
    }
    if written != size {
        return Err(failed(std::io::Error::other("the file changed while it was read")));
    }
    Ok(())
}

/// Writes the files of an opened backup into a folder; how many there were.
fn unpack(opener: &mut Opener<File>, source: &Path, folder: &Path) -> Result<u64, BackupError> {
    let mut files = 0;
    while let Some(length) = opener.read_or_end::<2>()? {
        let name = opener.read_vec(usize::from(u16::from_be_bytes(length)))?;
        let name = String::from_utf8(name).map_err(|_| BackupError::Altered(source.to_owned()))?;
        let size = u64::from_be_bytes(opener.read_array()?);
        if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', '\0']) {
            return Err(BackupError::Altered(source.to_owned()));
        }
        let path = folder.join(name);
        let failed = |error| BackupError::write(&path, error);
        let mut file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(failed)?;
        opener.copy_to(size, &mut file).map_err(|error| error.at(&path))?;
        file.sync_all().map_err(failed)?;
        files += 1;
    }
    Ok(files)
}

fn new_folder(path: &Path) -> Result<Scratch, BackupError> {
    let failed = |error| BackupError::write(path, error);
    DirBuilder::new().mode(0o700).create(path).map_err(failed)?;
    Ok(Scratch(Some(path.to_owned())))
}

/// A name next to another, so that renaming one to the other is a single step.
fn beside(path: &Path, what: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{what}"));
    PathBuf::from(name)
}

/// A new name is there after a power cut only once its folder is synced.
fn sync_folder_of(path: &Path) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}
