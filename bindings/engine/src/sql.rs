//! SQLite, as the store uses it: sqlx on phones and computers, SQLite in WebAssembly in a browser.
//!
//! Both speak one schema and one set of queries. The browser's module offers what the store needs of sqlx under
//! sqlx's names, so a query is written once; whatever else of sqlx one wants to use has to be added there.

#[cfg(target_family = "wasm")]
mod browser;
#[cfg(not(target_family = "wasm"))]
mod native;

#[cfg(target_family = "wasm")]
pub use browser::*;
#[cfg(not(target_family = "wasm"))]
pub use native::*;

/// The database's name inside the store's folder.
pub const STORE_FILE: &str = "phone.db";

/// 4 MiB: the inner pages of every index of 11,500 households fit; more would be taken from the app.
const CACHE_KIB: &str = "-4096";

/// Statements kept prepared; there are about ninety.
const STATEMENTS_MAX: usize = 120;
