//! A relay's truths in one encrypted file, and a data folder made of such a file again.
//!
//! Owns which files belong into a backup and how they follow each other in it. `model.db` is left out because
//! it is made again from the log, `imports` because rosters lie there for a few days only, and `lineage`
//! because a restored relay is a new one to its phones: by that they learn to hand in again what it lost.
//!
//! No database lies in the clear on the way, whether the folder is locked or not: copies are locked with a key that is
//! made for one backup and lies in it, sealed like everything else there. A restored folder gets a lock of its own, or
//! none. Knows no command line.

pub(crate) mod error;
pub(crate) mod key;
mod sealed;

use crate::at_rest::file::{SECRETS, UNFINISHED, open, seal};
use crate::clock::random;
use crate::office::forget::book;
use error::BackupError;
use key::Secret;
use linli_core::time::TimeMs;
use linli_storage::{DataFolder, FolderKey, KEY_BYTES, change_lock, copy_database, lock_databases};
use sealed::{Opener, Sealer};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Read, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// The office's database is copied before all others and the log after them: what a database says of the log
/// must be in the log.
const FIRST: &str = "office.db";
const LAST: &str = "log.db";

/// Where copies of the databases lie, locked, while they are written into the backup: inside the data folder, where
/// there is room for them.
pub(crate) const COPIES: &str = "backup-copies";

/// The key of the copies as it lies in a backup. Never on a disk.
const COPIES_KEY: &str = "copies.key";

/// Bytes of one of the relay's secrets at most; they have 32.
const SECRET_BYTES_MAX: u64 = 1024;

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
    data: &DataFolder,
    target: &Path,
    secret: &Secret,
    now_ms: TimeMs,
) -> Result<Summary, BackupError> {
    if !data.join(LAST).is_file() {
        return Err(BackupError::NoData(data.path().to_owned()));
    }
    if target.exists() {
        return Err(BackupError::Exists(target.to_owned()));
    }
    let lock = data.join("backup-lock");
    let lock = OpenOptions::new().create(true).write(true).truncate(false).mode(0o600).open(&lock);
    let lock = lock.map_err(|error| BackupError::write(data.path(), error))?;
    lock.try_lock().map_err(|_| BackupError::Busy)?;
    let (databases, others) = contents(data.path())?;
    // Copies that a backup left behind when it was killed must not outlive the next one.
    let _ = std::fs::remove_dir_all(data.join(COPIES));
    let scratch = new_folder(&data.join(COPIES))?;
    let key = random::<KEY_BYTES>();
    let copies = DataFolder::new(scratch.path(), Some(FolderKey::new(key)));
    for name in &databases {
        copy_database(data, name, &copies).await?;
    }
    let unfinished = Scratch(Some(beside(target, "unfinished")));
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(unfinished.path());
    let file = file.map_err(|error| BackupError::write(target, error))?;
    let mut sealer = Sealer::start(file, target, secret, now_ms)?;
    // Before the copies: whoever restores needs it as soon as they are there.
    put(&mut sealer, COPIES_KEY, &key)?;
    for name in &databases {
        put_file(&mut sealer, name, &copies.join(name))?;
    }
    for name in &others {
        let bytes =
            std::fs::read(data.join(name)).map_err(|error| BackupError::read(&data.join(name), error))?;
        put(&mut sealer, name, &open(data, name, bytes)?)?;
    }
    let files = (databases.len() + others.len()) as u64;
    let bytes = sealer.finish()?;
    std::fs::rename(unfinished.path(), target).map_err(|error| BackupError::write(target, error))?;
    unfinished.kept();
    sync_folder_of(target);
    Ok(Summary { files, bytes, begun_ms: now_ms })
}

/// Makes a data folder of a backup, locked if `into` has a key. `check` looks at the whole folder before it gets its name: whatever has to
/// happen before a restored relay may serve belongs there.
pub(crate) async fn restore<T, E: From<BackupError>>(
    source: &Path,
    into: &DataFolder,
    secret: &Secret,
    check: impl AsyncFnOnce(&DataFolder) -> Result<T, E>,
) -> Result<(Summary, T), E> {
    let (folder, into) = (into, into.path());
    let occupied = std::fs::read_dir(into).is_ok_and(|mut found| found.next().is_some());
    if occupied || into.is_file() {
        return Err(BackupError::NotEmpty(into.to_owned()).into());
    }
    let file = File::open(source).map_err(|error| BackupError::read(source, error))?;
    let mut opener = Opener::start(file, source, secret)?;
    let half = new_folder(&beside(into, "half-restored"))?;
    let folder = folder.elsewhere(half.path());
    let (files, key) = unpack(&mut opener, source, &folder)?;
    match key {
        Some(key) => change_lock(&folder, &key).await.map_err(BackupError::from)?,
        // Backups of the first version hold databases in the clear.
        None => lock_databases(&folder).await.map(|_| ()).map_err(BackupError::from)?,
    }
    let checked = check(&folder).await?;
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

/// Names of the databases in the order in which they are copied, and of everything else: keys, tokens, the book of
/// erasures.
fn contents(data: &Path) -> Result<(Vec<String>, Vec<String>), BackupError> {
    let failed = |error| BackupError::read(data, error);
    let (mut databases, mut others) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(data).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().map_err(failed)?;
        let unfinished = name.contains(".db-") || name.contains(UNFINISHED);
        if !kind.is_file() || LEFT_OUT.contains(&name.as_str()) || unfinished {
            continue;
        }
        if name.ends_with(".db") {
            databases.push(name);
        } else {
            others.push(name);
        }
    }
    databases.sort_by_key(|name| (name == LAST, name != FIRST, name.clone()));
    others.sort();
    Ok((databases, others))
}

fn put(sealer: &mut Sealer, name: &str, bytes: &[u8]) -> Result<(), BackupError> {
    put_head(sealer, name, bytes.len() as u64)?;
    sealer.write(bytes)
}

fn put_head(sealer: &mut Sealer, name: &str, size: u64) -> Result<(), BackupError> {
    let length = u16::try_from(name.len()).unwrap_or(u16::MAX);
    sealer.write(&length.to_be_bytes())?;
    sealer.write(name.as_bytes())?;
    sealer.write(&size.to_be_bytes())
}

fn put_file(sealer: &mut Sealer, name: &str, path: &Path) -> Result<(), BackupError> {
    let failed = |error| BackupError::read(path, error);
    let file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    put_head(sealer, name, size)?;
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

/// Writes the files of an opened backup into a folder: how many there were, and what the databases are locked with.
fn unpack(
    opener: &mut Opener<File>,
    source: &Path,
    folder: &DataFolder,
) -> Result<(u64, Option<FolderKey>), BackupError> {
    let (mut files, mut key) = (0, None);
    while let Some(length) = opener.read_or_end::<2>()? {
        let name = opener.read_vec(usize::from(u16::from_be_bytes(length)))?;
        let name = String::from_utf8(name).map_err(|_| BackupError::Altered(source.to_owned()))?;
        let size = u64::from_be_bytes(opener.read_array()?);
        if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', '\0']) {
            return Err(BackupError::Altered(source.to_owned()));
        }
        if name == COPIES_KEY && size == KEY_BYTES as u64 {
            key = Some(FolderKey::new(opener.read_array()?));
            continue;
        }
        let path = folder.join(&name);
        let failed = |error| BackupError::write(&path, error);
        let mut file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(failed)?;
        if SECRETS.contains(&name.as_str()) && size <= SECRET_BYTES_MAX {
            let bytes = opener.read_vec(usize::try_from(size).unwrap_or_default())?;
            file.write_all(&seal(folder, &name, &bytes)?).map_err(failed)?;
        } else {
            opener.copy_to(size, &mut file).map_err(|error| error.at(&path))?;
        }
        file.sync_all().map_err(failed)?;
        files += 1;
    }
    Ok((files, key))
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
