//! A copy of a database that is in use.

use crate::StoreError;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use std::path::Path;
use std::time::Duration;

/// A checkpoint may hold a reader up for a moment.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Copies a database as it is at one moment; whoever writes meanwhile is not held up. Free pages, and what was
/// deleted and still lies in them, are left behind.
///
/// # Errors
/// [`StoreError::Database`].
pub async fn copy_database(from: &Path, to: &Path) -> Result<(), StoreError> {
    let options = SqliteConnectOptions::new().filename(from).busy_timeout(BUSY_TIMEOUT);
    let mut connection = options.connect().await?;
    sqlx::query("VACUUM INTO ?").bind(to.to_string_lossy().as_ref()).execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}
