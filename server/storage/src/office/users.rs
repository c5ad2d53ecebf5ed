//! Accounts.

use super::Office;
use crate::StoreError;
use crate::error::damaged;
use linli_core::access::Role;
use linli_core::error::Coded;
use linli_core::time::TimeMs;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

/// An account.
#[derive(Clone, Debug)]
pub struct User {
    /// 32 hexadecimal characters.
    pub id: String,
    /// As typed at sign-in.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Whether it may sign in.
    pub active: bool,
    /// When it was made.
    pub created_ms: TimeMs,
    /// When somebody last signed in with it.
    pub last_sign_in_ms: Option<TimeMs>,
    /// The password's hash, a PHC string.
    pub password: String,
}

/// An account to add.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// 32 hexadecimal characters.
    pub id: String,
    /// Unique.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// The password's hash, a PHC string.
    pub password: String,
    /// Now.
    pub created_ms: TimeMs,
}

/// What to change of an account; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct UserChange {
    /// Another role.
    pub role: Option<Role>,
    /// May or may no longer sign in.
    pub active: Option<bool>,
    /// Another password's hash.
    pub password: Option<String>,
}

/// Why accounts stay as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UserError {
    /// The first account exists.
    #[error("this relay has its first account already; sign in")]
    NotFirst,
    /// The name is taken.
    #[error("an account of this name exists already; choose another name")]
    Taken,
    /// Nobody could administer the relay any more.
    #[error("this is the last active admin; make another admin first")]
    LastAdmin,
}

impl Coded for UserError {
    fn code(&self) -> &'static str {
        match self {
            UserError::NotFirst => "setup.done",
            UserError::Taken => "user.name_taken",
            UserError::LastAdmin => "user.last_admin",
        }
    }
    fn zh(&self) -> String {
        match self {
            UserError::NotFirst => "服务器已经有第一个账号了,请直接登录".into(),
            UserError::Taken => "已有同名账号,请换一个名字".into(),
            UserError::LastAdmin => "这是最后一个启用的管理员,请先添加另一个管理员".into(),
        }
    }
}

impl Office {
    /// Whether anybody has an account.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn has_users(&self) -> Result<bool, StoreError> {
        let found: Option<i64> =
            sqlx::query_scalar("SELECT 1 FROM user LIMIT 1").fetch_optional(&self.database.readers).await?;
        Ok(found.is_some())
    }

    /// Makes the first account and names the community, both or neither. Of any number who try at once, one
    /// succeeds.
    ///
    /// # Errors
    /// [`UserError::NotFirst`] within, [`StoreError`] around.
    pub async fn set_up(&self, user: &NewUser, community: &str) -> Result<Result<(), UserError>, StoreError> {
        let mut transaction = self.database.writer.begin_with("BEGIN IMMEDIATE").await?;
        let taken: Option<i64> =
            sqlx::query_scalar("SELECT 1 FROM user LIMIT 1").fetch_optional(&mut *transaction).await?;
        if taken.is_some() {
            return Ok(Err(UserError::NotFirst));
        }
        insert(&mut transaction, user).await?;
        sqlx::query(
            "INSERT INTO setting (key, value) VALUES ('community', ?)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )
        .bind(community)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(Ok(()))
    }

    /// Adds an account.
    ///
    /// # Errors
    /// [`UserError::Taken`] within, [`StoreError`] around.
    pub async fn add_user(&self, user: &NewUser) -> Result<Result<(), UserError>, StoreError> {
        let mut transaction = self.database.writer.begin_with("BEGIN IMMEDIATE").await?;
        let taken: Option<i64> = sqlx::query_scalar("SELECT 1 FROM user WHERE name = ?")
            .bind(&user.name)
            .fetch_optional(&mut *transaction)
            .await?;
        if taken.is_some() {
            return Ok(Err(UserError::Taken));
        }
        insert(&mut transaction, user).await?;
        transaction.commit().await?;
        Ok(Ok(()))
    }

    /// Changes an account. Whoever loses it, or whose password others changed, is signed out everywhere. With the
    /// password goes what else opened the account: who needed another one may have had a guest.
    ///
    /// # Errors
    /// [`UserError::LastAdmin`] within; [`StoreError::NotFound`] around.
    pub async fn change_user(
        &self,
        id: &str,
        change: &UserChange,
    ) -> Result<Result<User, UserError>, StoreError> {
        let mut transaction = self.database.writer.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query(
            "UPDATE user SET role = coalesce(?2, role), active = coalesce(?3, active),
             password = coalesce(?4, password) WHERE id = ?1",
        )
        .bind(id)
        .bind(change.role.map(Role::word))
        .bind(change.active.map(i64::from))
        .bind(change.password.as_deref())
        .execute(&mut *transaction)
        .await?;
        let row = sqlx::query("SELECT * FROM user WHERE id = ?").bind(id);
        let row = row.fetch_optional(&mut *transaction).await?.ok_or_else(|| not_found(id))?;
        let user = read_user(&row)?;
        let admins: i64 = sqlx::query_scalar("SELECT count(*) FROM user WHERE role = 'admin' AND active = 1")
            .fetch_one(&mut *transaction)
            .await?;
        if admins == 0 {
            return Ok(Err(UserError::LastAdmin));
        }
        if !user.active || change.password.is_some() {
            sqlx::query("DELETE FROM session WHERE user = ?").bind(id).execute(&mut *transaction).await?;
        }
        if change.password.is_some() {
            sqlx::query("DELETE FROM passkey WHERE user = ?").bind(id).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(Ok(user))
    }

    /// Changes one's own password; of one's sessions only the present one goes on.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn change_own_password(
        &self,
        id: &str,
        password: &str,
        session: &str,
    ) -> Result<(), StoreError> {
        let mut transaction = self.database.writer.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("UPDATE user SET password = ? WHERE id = ?")
            .bind(password)
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        sqlx::query("DELETE FROM session WHERE user = ? AND id <> ?")
            .bind(id)
            .bind(session)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The account of this name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn user_named(&self, name: &str) -> Result<Option<User>, StoreError> {
        let row = sqlx::query("SELECT * FROM user WHERE name = ?").bind(name);
        row.fetch_optional(&self.database.readers).await?.as_ref().map(read_user).transpose()
    }

    /// The account with this id.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn user(&self, id: &str) -> Result<Option<User>, StoreError> {
        let row = sqlx::query("SELECT * FROM user WHERE id = ?").bind(id);
        row.fetch_optional(&self.database.readers).await?.as_ref().map(read_user).transpose()
    }

    /// Every account, in the order of making.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn users(&self) -> Result<Vec<User>, StoreError> {
        let rows = sqlx::query("SELECT * FROM user ORDER BY created_ms, id");
        rows.fetch_all(&self.database.readers).await?.iter().map(read_user).collect()
    }
}

fn not_found(id: &str) -> StoreError {
    StoreError::NotFound { what: "account", what_zh: "账号", id: id.to_owned() }
}

async fn insert(connection: &mut SqliteConnection, user: &NewUser) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO user (id, name, role, password, active, created_ms) VALUES (?, ?, ?, ?, 1, ?)")
        .bind(&user.id)
        .bind(&user.name)
        .bind(user.role.word())
        .bind(&user.password)
        .bind(user.created_ms)
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) fn read_user(row: &SqliteRow) -> Result<User, StoreError> {
    Ok(User {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        role: row.try_get::<&str, _>("role")?.parse().map_err(|_| damaged("user"))?,
        active: row.try_get::<i64, _>("active")? != 0,
        created_ms: row.try_get("created_ms")?,
        last_sign_in_ms: row.try_get("last_sign_in_ms")?,
        password: row.try_get("password")?,
    })
}
