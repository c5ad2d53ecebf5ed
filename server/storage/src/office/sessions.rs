//! Who is signed in.

use super::Office;
use crate::StoreError;
use crate::error::damaged;
use linli_core::access::Role;
use linli_core::ids::Hash;
use linli_core::time::TimeMs;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// A working day with its overtime; then the password is asked for again whatever happens.
pub const LIFE_MS: i64 = 12 * 60 * 60 * 1000;
/// A desk left alone for longer is anybody's.
pub const IDLE_MS: i64 = 60 * 60 * 1000;
/// How often a session's last use is written: more often would be a synced write for every click.
const SEEN_STEP_MS: i64 = 60 * 1000;
/// Sessions of one account; the oldest makes room. More than anybody's browsers, less than a flood.
const PER_USER: i64 = 20;

/// Somebody signed in, with the account as it is now.
#[derive(Clone, Debug)]
pub struct Session {
    /// Names the session; opens nothing.
    pub id: String,
    /// The account.
    pub user: String,
    /// Its name.
    pub name: String,
    /// Its role.
    pub role: Role,
    /// When it began.
    pub created_ms: TimeMs,
    /// When it was last used, to the minute.
    pub last_seen_ms: TimeMs,
    /// The browser, as it calls itself.
    pub agent: String,
    /// What unsafe requests must repeat in a header.
    pub csrf: String,
    /// Until when the password counts as just given.
    pub confirmed_until_ms: Option<TimeMs>,
}

/// A session to begin.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// SHA-256 of the cookie.
    pub token: Hash,
    /// Random.
    pub id: String,
    /// The account.
    pub user: String,
    /// Random.
    pub csrf: String,
    /// The browser, as it calls itself.
    pub agent: String,
    /// The hash against which the password was checked: one that was changed meanwhile opens nothing.
    pub password: String,
}

/// Only sessions that count: of active accounts, neither too old nor idle for too long.
const LIVE: &str = "SELECT session.id, session.user, user.name, user.role, session.created_ms,
    session.last_seen_ms, session.agent, session.csrf, session.confirmed_until_ms
    FROM session JOIN user ON user.id = session.user
    WHERE user.active = 1 AND session.created_ms > ?1 AND session.last_seen_ms > ?2";

impl Office {
    /// Begins a session, and clears away those that have ended by themselves. `replaced` is whatever session
    /// the browser had before.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn begin_session(
        &self,
        session: &NewSession,
        replaced: Option<Hash>,
        now_ms: TimeMs,
    ) -> Result<(), StoreError> {
        let mut transaction = self.database.writer.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("DELETE FROM session WHERE created_ms <= ? OR last_seen_ms <= ? OR token = ?")
            .bind(now_ms - LIFE_MS)
            .bind(now_ms - IDLE_MS)
            .bind(replaced.map(|hash| hash.0.to_vec()))
            .execute(&mut *transaction)
            .await?;
        sqlx::query(
            "DELETE FROM session WHERE user = ?1 AND id NOT IN
             (SELECT id FROM session WHERE user = ?1 ORDER BY last_seen_ms DESC LIMIT ?2)",
        )
        .bind(&session.user)
        .bind(PER_USER - 1)
        .execute(&mut *transaction)
        .await?;
        sqlx::query(
            "INSERT INTO session (token, id, user, created_ms, last_seen_ms, agent, csrf)
             SELECT ?1, ?2, id, ?4, ?4, ?5, ?6 FROM user WHERE id = ?3 AND active = 1 AND password = ?7",
        )
        .bind(session.token.0.as_slice())
        .bind(&session.id)
        .bind(&session.user)
        .bind(now_ms)
        .bind(&session.agent)
        .bind(&session.csrf)
        .bind(&session.password)
        .execute(&mut *transaction)
        .await?;
        sqlx::query("UPDATE user SET last_sign_in_ms = ? WHERE id = ?")
            .bind(now_ms)
            .bind(&session.user)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The session of a cookie, if it still counts.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn session(&self, token: Hash, now_ms: TimeMs) -> Result<Option<Session>, StoreError> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!("{LIVE} AND session.token = ?3")))
            .bind(now_ms - LIFE_MS)
            .bind(now_ms - IDLE_MS)
            .bind(token.0.as_slice())
            .fetch_optional(&self.database.readers)
            .await?;
        row.as_ref().map(read_session).transpose()
    }

    /// A session was used.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn seen(&self, session: &Session, now_ms: TimeMs) -> Result<(), StoreError> {
        if now_ms - session.last_seen_ms >= SEEN_STEP_MS {
            sqlx::query("UPDATE session SET last_seen_ms = ? WHERE id = ?")
                .bind(now_ms)
                .bind(&session.id)
                .execute(&self.database.writer)
                .await?;
        }
        Ok(())
    }

    /// The password was given again.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn confirm_session(&self, id: &str, until_ms: TimeMs) -> Result<(), StoreError> {
        sqlx::query("UPDATE session SET confirmed_until_ms = ? WHERE id = ?")
            .bind(until_ms)
            .bind(id)
            .execute(&self.database.writer)
            .await?;
        Ok(())
    }

    /// Ends a session, of one account or of whichever has it. Says whether there was one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn end_session(&self, id: &str, user: Option<&str>) -> Result<bool, StoreError> {
        let done = sqlx::query("DELETE FROM session WHERE id = ?1 AND (?2 IS NULL OR user = ?2)")
            .bind(id)
            .bind(user)
            .execute(&self.database.writer)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Sessions that count, the last used first: of one account, or of all.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sessions(&self, user: Option<&str>, now_ms: TimeMs) -> Result<Vec<Session>, StoreError> {
        let of_user = "AND (?3 IS NULL OR session.user = ?3) ORDER BY session.last_seen_ms DESC, session.id";
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!("{LIVE} {of_user}")))
            .bind(now_ms - LIFE_MS)
            .bind(now_ms - IDLE_MS)
            .bind(user)
            .fetch_all(&self.database.readers)
            .await?;
        rows.iter().map(read_session).collect()
    }
}

fn read_session(row: &SqliteRow) -> Result<Session, StoreError> {
    Ok(Session {
        id: row.try_get("id")?,
        user: row.try_get("user")?,
        name: row.try_get("name")?,
        role: row.try_get::<&str, _>("role")?.parse().map_err(|_| damaged("user"))?,
        created_ms: row.try_get("created_ms")?,
        last_seen_ms: row.try_get("last_seen_ms")?,
        agent: row.try_get("agent")?,
        csrf: row.try_get("csrf")?,
        confirmed_until_ms: row.try_get("confirmed_until_ms")?,
    })
}
