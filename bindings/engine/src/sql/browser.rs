//! SQLite compiled to WebAssembly, with the part of sqlx's interface that the store uses.
//!
//! A browser's files answer at once or not at all, so nothing here ever waits; the functions are `async` because
//! those of sqlx are. One page holds the database, therefore nobody is waited for either.

use super::{CACHE_KIB, STATEMENTS_MAX, STORE_FILE};
use crate::EngineError;
use rusqlite::ffi::{SQLITE_ERROR, SQLITE_FULL};
use rusqlite::types::Value;
use rusqlite::{OpenFlags, Statement};
use std::borrow::Cow;
use std::fmt::Write;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

pub(crate) use rusqlite::Error;

/// Where a browser keeps a store, and how it is locked.
#[derive(Clone)]
pub struct Place {
    /// The folder within the files of the page's origin.
    pub folder: String,
    /// SQLite's name for the files of the page's origin.
    pub vfs: String,
    /// Locks every page of the database (`XChaCha20-Poly1305`'s family: ChaCha20-Poly1305 per page).
    pub key: [u8; 32],
}

/// An open database.
pub(crate) struct SqliteConnection {
    inner: rusqlite::Connection,
}

/// Opens or makes the database.
///
/// The journal is cut to nothing to commit and that is synced, so that a commit is durable when it returns; deleting
/// it would not be, as a browser's file pool only renames.
pub(crate) async fn open(place: &Place) -> Result<SqliteConnection, EngineError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let file = format!("{}/{STORE_FILE}", place.folder);
    let inner = rusqlite::Connection::open_with_flags_and_vfs(file, flags, place.vfs.as_str())?;
    let mut key = String::with_capacity(place.key.len() * 2);
    for byte in place.key {
        // Writing into a String cannot fail.
        let _ = write!(key, "{byte:02x}");
    }
    inner.execute_batch(&format!(
        "PRAGMA cipher = 'chacha20'; PRAGMA key = 'raw:{key}'; PRAGMA locking_mode = EXCLUSIVE;
         PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
         PRAGMA cache_size = {CACHE_KIB}; PRAGMA secure_delete = ON;"
    ))?;
    inner.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(SqliteConnection { inner })
}

/// Closes the database.
pub(crate) fn close(connection: SqliteConnection) {
    drop(connection);
}

/// Starts a transaction that takes the write lock at once.
pub(crate) async fn begin(connection: &mut SqliteConnection) -> Result<Transaction<'_, Sqlite>, Error> {
    connection.inner.execute_batch("BEGIN IMMEDIATE")?;
    Ok(Transaction { connection, database: PhantomData })
}

/// What SQLite says of [`SQLITE_ERROR`] when nobody said anything of their own.
const UNTOLD: &str = "SQL logic error";

/// SQLite's result code, if the error is SQLite's.
pub(crate) fn result_code(error: &Error) -> Option<i32> {
    match error {
        // A browser writes less than it was given when the origin's room is used up; the pool of files knows no better
        // code for that than this one. Whatever is wrong with a statement has a sentence of its own.
        Error::SqliteFailure(failure, Some(text))
            if failure.extended_code == SQLITE_ERROR && text == UNTOLD =>
        {
            Some(SQLITE_FULL)
        }
        // The extended codes of a full disk are told apart by their last byte.
        Error::SqliteFailure(failure, _) => Some(failure.extended_code),
        _ => None,
    }
}

/// The database, as sqlx's types name it.
pub(crate) struct Sqlite;

/// A transaction; rolled back unless committed.
pub(crate) struct Transaction<'c, D> {
    connection: &'c mut SqliteConnection,
    database: PhantomData<D>,
}

impl<D> Transaction<'_, D> {
    pub(crate) async fn commit(self) -> Result<(), Error> {
        self.connection.inner.execute_batch("COMMIT")
    }
}

impl<D> Drop for Transaction<'_, D> {
    fn drop(&mut self) {
        if !self.connection.inner.is_autocommit() {
            // Where even this fails, the next `BEGIN` says so.
            let _ = self.connection.inner.execute_batch("ROLLBACK");
        }
    }
}

impl<D> Deref for Transaction<'_, D> {
    type Target = SqliteConnection;
    fn deref(&self) -> &SqliteConnection {
        self.connection
    }
}

impl<D> DerefMut for Transaction<'_, D> {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        self.connection
    }
}

/// A statement with its values.
pub(crate) struct Query {
    sql: Cow<'static, str>,
    values: Vec<Value>,
    keep: bool,
}

/// What a statement did.
pub(crate) struct Done(u64);

impl Done {
    pub(crate) fn rows_affected(&self) -> u64 {
        self.0
    }
}

/// A statement, with `?` or `?1` where [`Query::bind`] puts values.
pub(crate) fn query(sql: &'static str) -> Query {
    Query { sql: sql.into(), values: Vec::new(), keep: true }
}

/// Statements without values, one after the other.
pub(crate) fn raw_sql(sql: &'static str) -> Script {
    Script(sql)
}

pub(crate) struct Script(&'static str);

impl Script {
    pub(crate) async fn execute(self, connection: &mut SqliteConnection) -> Result<(), Error> {
        connection.inner.execute_batch(self.0)
    }
}

impl Query {
    pub(crate) fn bind(mut self, value: impl IntoValue) -> Query {
        self.values.push(value.into_value());
        self
    }

    /// Whether the statement stays prepared.
    pub(crate) fn persistent(mut self, keep: bool) -> Query {
        self.keep = keep;
        self
    }

    pub(crate) async fn execute(self, connection: &mut SqliteConnection) -> Result<Done, Error> {
        let changed = self.run(connection, |statement| statement.raw_execute())?;
        Ok(Done(u64::try_from(changed).unwrap_or(u64::MAX)))
    }

    pub(crate) async fn fetch_all(self, connection: &mut SqliteConnection) -> Result<Vec<SqliteRow>, Error> {
        self.rows(connection, usize::MAX)
    }

    pub(crate) async fn fetch_optional(
        self,
        connection: &mut SqliteConnection,
    ) -> Result<Option<SqliteRow>, Error> {
        Ok(self.rows(connection, 1)?.pop())
    }

    pub(crate) async fn fetch_one(self, connection: &mut SqliteConnection) -> Result<SqliteRow, Error> {
        self.fetch_optional(connection).await?.ok_or(Error::QueryReturnedNoRows)
    }

    fn rows(self, connection: &mut SqliteConnection, limit: usize) -> Result<Vec<SqliteRow>, Error> {
        self.run(connection, |statement| {
            let columns = statement.column_count();
            let mut found = Vec::new();
            let mut rows = statement.raw_query();
            while found.len() < limit
                && let Some(row) = rows.next()?
            {
                found.push(SqliteRow((0..columns).map(|column| row.get(column)).collect::<Result<_, _>>()?));
            }
            Ok(found)
        })
    }

    fn run<T>(
        self,
        connection: &mut SqliteConnection,
        work: impl FnOnce(&mut Statement<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let bound = |statement: &mut Statement<'_>| -> Result<(), Error> {
            let mut values = self.values.iter().enumerate();
            values.try_for_each(|(at, value)| statement.raw_bind_parameter(at + 1, value))
        };
        if self.keep {
            let mut statement = connection.inner.prepare_cached(&self.sql)?;
            bound(&mut statement)?;
            return work(&mut statement);
        }
        let mut statement = connection.inner.prepare(&self.sql)?;
        bound(&mut statement)?;
        work(&mut statement)
    }
}

/// A statement whose first column is asked for.
pub(crate) struct QueryScalar<T> {
    query: Query,
    column: PhantomData<T>,
}

/// A statement of which the first column is wanted.
pub(crate) fn query_scalar<T>(sql: &'static str) -> QueryScalar<T> {
    QueryScalar { query: query(sql), column: PhantomData }
}

impl<T: for<'r> Column<'r>> QueryScalar<T> {
    pub(crate) fn bind(mut self, value: impl IntoValue) -> QueryScalar<T> {
        self.query = self.query.bind(value);
        self
    }

    pub(crate) async fn fetch_all(self, connection: &mut SqliteConnection) -> Result<Vec<T>, Error> {
        let rows = self.query.fetch_all(connection).await?;
        rows.iter().map(|row| row.try_get(0usize)).collect()
    }

    pub(crate) async fn fetch_optional(self, connection: &mut SqliteConnection) -> Result<Option<T>, Error> {
        let row = self.query.fetch_optional(connection).await?;
        row.map(|row| row.try_get(0usize)).transpose()
    }

    pub(crate) async fn fetch_one(self, connection: &mut SqliteConnection) -> Result<T, Error> {
        self.query.fetch_one(connection).await?.try_get(0usize)
    }
}

/// A row, copied out of SQLite.
pub(crate) struct SqliteRow(Vec<Value>);

/// Reading columns of a row.
pub(crate) trait Row {
    fn try_get<'r, T: Column<'r>, I: ColumnIndex>(&'r self, column: I) -> Result<T, Error>;
}

/// A column's number, from 0.
pub(crate) trait ColumnIndex {
    fn number(self) -> usize;
}

impl ColumnIndex for usize {
    fn number(self) -> usize {
        self
    }
}

impl Row for SqliteRow {
    fn try_get<'r, T: Column<'r>, I: ColumnIndex>(&'r self, column: I) -> Result<T, Error> {
        let column = column.number();
        let value = self.0.get(column).ok_or(Error::InvalidColumnIndex(column))?;
        T::read(value).ok_or_else(|| {
            Error::InvalidColumnType(column, std::any::type_name::<T>().to_owned(), value.data_type())
        })
    }
}

/// What a column can be read as.
pub(crate) trait Column<'r>: Sized {
    fn read(value: &'r Value) -> Option<Self>;
}

/// What can be put into a statement.
pub(crate) trait IntoValue {
    fn into_value(self) -> Value;
}

macro_rules! columns {
    ($($ty:ty: $pattern:pat => $value:expr;)*) => {
        $(impl<'r> Column<'r> for $ty {
            fn read(value: &'r Value) -> Option<Self> {
                match value {
                    $pattern => $value,
                    _ => None,
                }
            }
        })*
    };
}

columns! {
    i64: Value::Integer(number) => Some(*number);
    bool: Value::Integer(number) => Some(*number != 0);
    u8: Value::Integer(number) => u8::try_from(*number).ok();
    u32: Value::Integer(number) => u32::try_from(*number).ok();
    String: Value::Text(text) => Some(text.clone());
    &'r str: Value::Text(text) => Some(text.as_str());
    Vec<u8>: Value::Blob(bytes) => Some(bytes.clone());
    &'r [u8]: Value::Blob(bytes) => Some(bytes.as_slice());
}

impl<'r, T: Column<'r>> Column<'r> for Option<T> {
    fn read(value: &'r Value) -> Option<Self> {
        if *value == Value::Null { Some(None) } else { T::read(value).map(Some) }
    }
}

macro_rules! into_values {
    ($($ty:ty: $value:ident => $made:expr;)*) => {
        $(impl IntoValue for $ty {
            fn into_value(self) -> Value {
                let $value = self;
                $made
            }
        })*
    };
}

into_values! {
    i64: number => Value::Integer(number);
    i32: number => Value::Integer(number.into());
    u8: number => Value::Integer(number.into());
    u32: number => Value::Integer(number.into());
    bool: flag => Value::Integer(flag.into());
    String: text => Value::Text(text);
    &String: text => Value::Text(text.clone());
    &str: text => Value::Text(text.to_owned());
    Vec<u8>: bytes => Value::Blob(bytes);
    &Vec<u8>: bytes => Value::Blob(bytes.clone());
    &[u8]: bytes => Value::Blob(bytes.to_vec());
}

impl<T: IntoValue> IntoValue for Option<T> {
    fn into_value(self) -> Value {
        self.map_or(Value::Null, IntoValue::into_value)
    }
}

/// Many rows in one statement.
pub(crate) struct QueryBuilder<D> {
    sql: String,
    values: Vec<Value>,
    database: PhantomData<D>,
}

/// The values of one row, with commas between them.
pub(crate) struct Separated<'b> {
    sql: &'b mut String,
    values: &'b mut Vec<Value>,
    comma: bool,
}

impl<D> QueryBuilder<D> {
    pub(crate) fn new(sql: &str) -> QueryBuilder<D> {
        QueryBuilder { sql: sql.to_owned(), values: Vec::new(), database: PhantomData }
    }

    pub(crate) fn push_values<T>(
        &mut self,
        rows: impl IntoIterator<Item = T>,
        mut put: impl FnMut(Separated<'_>, T),
    ) {
        self.sql.push_str("VALUES ");
        for (at, row) in rows.into_iter().enumerate() {
            self.sql.push_str(if at == 0 { "(" } else { ", (" });
            put(Separated { sql: &mut self.sql, values: &mut self.values, comma: false }, row);
            self.sql.push(')');
        }
    }

    pub(crate) fn build(self) -> Query {
        Query { sql: self.sql.into(), values: self.values, keep: true }
    }
}

impl Separated<'_> {
    pub(crate) fn push_bind(&mut self, value: impl IntoValue) -> &mut Self {
        self.sql.push_str(if self.comma { ", ?" } else { "?" });
        self.comma = true;
        self.values.push(value.into_value());
        self
    }
}
