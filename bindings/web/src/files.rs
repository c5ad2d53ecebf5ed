//! A place for SQLite in the browser: a pool of the origin's private files, every page encrypted.

use crate::phone::Refused;
use sqlite_wasm_rs::WasmOsCallback;
use sqlite_wasm_vfs::sahpool::{OpfsSAHPoolCfgBuilder, OpfsSAHPoolUtil, install};

/// The pool's folder among the origin's files.
const FOLDER: &str = "linli";
/// SQLite's name for the pool, and for the pool with encryption, which puts a word before it.
const POOL: &str = "linli-files";
pub(crate) const LOCKED_POOL: &str = "multipleciphers-linli-files";
/// The database, its journal, and one to spare for a temporary file.
const FILES: u32 = 4;

/// Makes the files usable. Only one worker of an origin can have them at a time.
pub(crate) async fn acquire() -> Result<OpfsSAHPoolUtil, Refused> {
    let options =
        OpfsSAHPoolCfgBuilder::new().vfs_name(POOL).directory(FOLDER).initial_capacity(FILES).build();
    let pool = install::<WasmOsCallback>(&options, false).await.map_err(|error| Refused::files(&error))?;
    lock_pages()?;
    Ok(pool)
}

#[expect(unsafe_code, reason = "SQLite's own function; it copies the name and keeps nothing")]
fn lock_pages() -> Result<(), Refused> {
    // SAFETY: the name ends with a zero and lives as long as the program; SQLite is set up, as the pool is installed.
    let made = unsafe { sqlite_wasm_rs::sqlite3mc_vfs_create(c"linli-files".as_ptr(), 0) };
    if made == sqlite_wasm_rs::SQLITE_OK {
        Ok(())
    } else {
        Err(Refused::files(&format!("SQLite says {made}")))
    }
}
