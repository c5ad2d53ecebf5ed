//! The file that locks a data folder: text, so that it can be printed and kept in a safe. Made once, never overwritten.

use crate::clock::random;
use crate::routes::hex;
use linli_core::error::Coded;
use linli_storage::{FolderKey, KEY_BYTES};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// The first line; the number is the version of the line with the key.
const HEADER: &str = "linli-key-1";
/// For whoever finds the file.
const NOTE: &str = "# 邻里数据目录的密钥。丢失后,数据谁也打不开;请在别处另存一份,不要放在数据目录里。\n\
                    # Key of a linli data folder. Without it nobody opens the data: keep a copy elsewhere, never in the folder.\n";
/// Longer files are no key files.
const FILE_BYTES_MAX: u64 = 4096;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyFileError {
    #[error("the key file {} cannot be read ({}); check its name and who may read it", .0.display(), .1)]
    CannotRead(PathBuf, std::io::Error),
    #[error("the key file {} cannot be written ({}); check the free space and who may write there", .0.display(), .1)]
    CannotWrite(PathBuf, std::io::Error),
    #[error("{} is there already and is not overwritten: some data may open with it only; choose another name", .0.display())]
    Exists(PathBuf),
    #[error("{} is not a key file of linli; make one with: linli key new FILE", .0.display())]
    Malformed(PathBuf),
    #[error("the key file {} lies in the data folder that it locks; move it elsewhere, to another disk at best", .0.display())]
    InDataFolder(PathBuf),
}

impl Coded for KeyFileError {
    fn code(&self) -> &'static str {
        match self {
            KeyFileError::CannotRead(..) => "key.cannot_read",
            KeyFileError::CannotWrite(..) => "key.cannot_write",
            KeyFileError::Exists(_) => "key.exists",
            KeyFileError::Malformed(_) => "key.malformed",
            KeyFileError::InDataFolder(_) => "key.in_data_folder",
        }
    }

    fn zh(&self) -> String {
        match self {
            KeyFileError::CannotRead(path, error) => {
                format!("读不到密钥文件 {}({error}),请检查文件名和读取权限", path.display())
            }
            KeyFileError::CannotWrite(path, error) => {
                format!("写不了密钥文件 {}({error}),请检查剩余空间和写入权限", path.display())
            }
            KeyFileError::Exists(path) => {
                format!("{} 已经存在,不会覆盖:可能有数据只能用它打开;请换一个文件名", path.display())
            }
            KeyFileError::Malformed(path) => {
                format!("{} 不是邻里的密钥文件;可用 linli key new 文件 生成", path.display())
            }
            KeyFileError::InDataFolder(path) => {
                format!("密钥文件 {} 就在它要加密的数据目录里;请移到别处,最好是另一块磁盘", path.display())
            }
        }
    }
}

/// Makes a key, for its owner's eyes only.
pub(crate) fn make(path: &Path) -> Result<(), KeyFileError> {
    let failed = |error: std::io::Error| match error.kind() {
        ErrorKind::AlreadyExists => KeyFileError::Exists(path.to_owned()),
        _ => KeyFileError::CannotWrite(path.to_owned(), error),
    };
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    let text = format!("{HEADER}\n{NOTE}{}\n", hex(&random::<KEY_BYTES>()));
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
}

/// Reads the key of a data folder, in which it must not lie: a backup would carry it, and whoever takes the folder
/// would have it.
pub(crate) fn read(path: &Path, data: &Path) -> Result<FolderKey, KeyFileError> {
    let failed = |error| KeyFileError::CannotRead(path.to_owned(), error);
    let mut bytes = Vec::new();
    File::open(path).map_err(failed)?.take(FILE_BYTES_MAX).read_to_end(&mut bytes).map_err(failed)?;
    let inside = |data: PathBuf| path.canonicalize().is_ok_and(|path| path.starts_with(data));
    if data.canonicalize().is_ok_and(inside) {
        return Err(KeyFileError::InDataFolder(path.to_owned()));
    }
    std::str::from_utf8(&bytes)
        .ok()
        .and_then(parse)
        .map(FolderKey::new)
        .ok_or_else(|| KeyFileError::Malformed(path.to_owned()))
}

fn parse(text: &str) -> Option<[u8; KEY_BYTES]> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let (header, key) = (lines.next()?, lines.next()?);
    let digits: Option<Vec<u8>> = key.chars().map(|digit| u8::try_from(digit.to_digit(16)?).ok()).collect();
    let digits = digits.filter(|_| header == HEADER && lines.next().is_none())?;
    let bytes: Option<Vec<u8>> =
        digits.chunks(2).map(|pair| Some(pair.first()? << 4 | pair.get(1)?)).collect();
    bytes?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_was_written_and_nothing_else_is_one() {
        let key = [0xa7; KEY_BYTES];
        let line = hex(&key);
        assert_eq!(parse(&format!("{HEADER}\n{NOTE}{line}\n")), Some(key));
        assert_eq!(
            parse(&format!("{HEADER}\r\n\r\n {} \r\n", line.to_uppercase())),
            Some(key),
            "typed from paper"
        );
        let wrong = [
            String::new(),
            line.clone(),
            format!("linli-key-2\n{line}"),
            format!("{HEADER}\n{}", &line[1..]),
            format!("{HEADER}\n{}", &line[2..]),
            format!("{HEADER}\n{line}00"),
            format!("{HEADER}\n{line}\n{line}"),
            format!("{HEADER}\n{}", line.replace('a', "g")),
        ];
        for text in wrong {
            assert_eq!(parse(&text), None, "{text:?}");
        }
    }
}
