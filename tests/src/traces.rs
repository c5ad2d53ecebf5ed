//! Looking for words in everything that a program has left on a disk: raw bytes of every file; of a locked database
//! whose key lies beside it what they are without the lock; and what is stored compressed, inflated.

use crate::unlocked::{OPEN, phone_key, unlocked};
use linli_engine::STORE_FILE;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Column as _, Connection as _, Row as _};
use std::path::{Path, PathBuf};

/// How a compressed value begins.
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Which words are in which files of a folder for whoever has its keys, as `file: word`, each once.
pub fn traces(folder: &Path, words: &[&str]) -> Vec<String> {
    let key = phone_key(folder);
    let mut found = Vec::new();
    for file in files(folder) {
        let name = file.strip_prefix(folder).unwrap_or(&file).display().to_string();
        let mut bytes = std::fs::read(&file).expect("a file of the folder");
        let key = key.filter(|_| name.starts_with(STORE_FILE) && !bytes.starts_with(OPEN));
        let database = bytes.starts_with(OPEN) || (key.is_some() && name == STORE_FILE && !bytes.is_empty());
        if let Some(key) = key {
            bytes = unlocked(&file, &bytes, &key);
        }
        let inflated = if database { inflated(&file, key) } else { Vec::new() };
        for word in words {
            if has(&bytes, word) {
                found.push(format!("{name}: {word}"));
            }
            if inflated.iter().any(|value| has(value, word)) {
                found.push(format!("{name}, compressed: {word}"));
            }
        }
    }
    found
}

/// Which words are in which files of a folder for whoever has no key, as `file: word`.
pub fn raw_traces(folder: &Path, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files(folder) {
        let bytes = std::fs::read(&file).expect("a file of the folder");
        let name = file.display();
        found.extend(words.iter().filter(|word| has(&bytes, word)).map(|word| format!("{name}: {word}")));
    }
    found
}

fn has(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|part| part == word.as_bytes())
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// Every compressed value of a database, inflated.
fn inflated(file: &Path, key: Option<[u8; 32]>) -> Vec<Vec<u8>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        // A program that runs has a part of it in the journal beside it.
        let used =
            file.with_file_name(format!("{}-wal", file.file_name().unwrap_or_default().display())).exists();
        let mut options = SqliteConnectOptions::new().filename(file).immutable(!used).read_only(true);
        if let Some(key) = key {
            let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
            options = options.pragma("key", format!("\"x'{hex}'\""));
        }
        let mut connection = SqliteConnection::connect_with(&options).await.expect("the database opens");
        let tables: Vec<String> = sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table'")
            .fetch_all(&mut connection)
            .await
            .expect("its tables");
        let mut values = Vec::new();
        for table in tables {
            let query = format!("SELECT * FROM \"{table}\"");
            let rows = sqlx::query(sqlx::AssertSqlSafe(query)).fetch_all(&mut connection).await;
            for row in rows.expect("its rows") {
                let blobs = row.columns().iter().filter_map(|column| row.try_get(column.ordinal()).ok());
                let packed = blobs.filter(|bytes: &Vec<u8>| bytes.starts_with(&ZSTD));
                values.extend(packed.map(|bytes| zstd::decode_all(bytes.as_slice()).expect("a whole value")));
            }
        }
        values
    })
}
