//! Spreadsheets in and out. Bytes in, bytes out: no network, no database, no Automerge.

pub mod export;
pub mod grids;
pub mod import;
pub mod sample;
pub mod table;
