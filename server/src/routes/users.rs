//! `/v1/users`: the office's accounts.

use super::Body;
use crate::access::guard::Trail;
use crate::access::password;
use crate::clock::{now_ms, random};
use crate::problem::{Problem, ProblemBody};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use linli_core::access::Role;
use linli_storage::office::users::{NewUser, User, UserChange};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// Longer names fit no list.
const NAME_CHARS_MAX: usize = 40;

/// What somebody is in the office.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RoleBody {
    /// Everything, accounts included.
    Admin,
    /// The daily work.
    Office,
    /// Reads all, exports, looks at the audit.
    Supervisor,
    /// Reads.
    ReadOnly,
}

impl From<Role> for RoleBody {
    fn from(role: Role) -> RoleBody {
        match role {
            Role::Admin => RoleBody::Admin,
            Role::Office => RoleBody::Office,
            Role::Supervisor => RoleBody::Supervisor,
            Role::ReadOnly => RoleBody::ReadOnly,
        }
    }
}

/// An account.
#[derive(Serialize, ToSchema)]
pub(crate) struct UserBody {
    id: String,
    name: String,
    role: RoleBody,
    /// Whether it may sign in.
    active: bool,
    created_ms: i64,
    last_sign_in_ms: Option<i64>,
}

impl From<User> for UserBody {
    fn from(user: User) -> UserBody {
        UserBody {
            id: user.id,
            name: user.name,
            role: user.role.into(),
            active: user.active,
            created_ms: user.created_ms,
            last_sign_in_ms: user.last_sign_in_ms,
        }
    }
}

/// Every account.
#[utoipa::path(get, path = "/v1/users", operation_id = "users", responses((status = 200, body = [UserBody])))]
pub(crate) async fn users(State(app): State<App>) -> Result<Json<Vec<UserBody>>, Problem> {
    Ok(Json(app.accounts.users().await?.into_iter().map(UserBody::from).collect()))
}

/// An account to add.
#[derive(Deserialize, ToSchema)]
pub(crate) struct AddUser {
    name: String,
    /// `admin`, `office`, `supervisor`, `readonly`.
    role: String,
    password: String,
}

/// Adds an account.
#[utoipa::path(post, path = "/v1/users", operation_id = "add_user", request_body = AddUser, responses((status = 200, body = UserBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn add(
    State(app): State<App>,
    trail: Trail,
    Body(wanted): Body<AddUser>,
) -> Result<Json<UserBody>, Problem> {
    let name = account_name(&wanted.name)?;
    let role: Role = wanted.role.parse().map_err(|error| Problem::bad(&error))?;
    password::check(&wanted.password, &name)?;
    let user = NewUser {
        id: super::hex(&random::<16>()),
        name,
        role,
        password: app.door.hasher.hash(&wanted.password).await?,
        created_ms: now_ms(),
    };
    let added = app.accounts.add_user(&user).await?;
    added.map_err(|error| Problem::with(StatusCode::CONFLICT, &error))?;
    app.door.close_setup();
    trail.subject(&user.id);
    trail.detail(json!({"role": role}));
    Ok(Json(UserBody {
        id: user.id,
        name: user.name,
        role: role.into(),
        active: true,
        created_ms: user.created_ms,
        last_sign_in_ms: None,
    }))
}

/// What to change; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeUser {
    /// `admin`, `office`, `supervisor`, `readonly`.
    role: Option<String>,
    active: Option<bool>,
    password: Option<String>,
}

/// Changes an account. There is always an active admin. Whoever is shut out or given another password is signed
/// out everywhere; another password also removes the account's passkeys.
#[utoipa::path(patch, path = "/v1/users/{id}", operation_id = "change_user", params(("id" = String, Path)), request_body = ChangeUser, responses((status = 200, body = UserBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub(crate) async fn change(
    State(app): State<App>,
    Path(id): Path<String>,
    trail: Trail,
    Body(wanted): Body<ChangeUser>,
) -> Result<Json<UserBody>, Problem> {
    let known = app.accounts.user(&id).await?;
    let known = known.ok_or_else(|| Problem::not_found("账号", "account", &id))?;
    let role = wanted.role.as_deref().map(str::parse::<Role>).transpose();
    let role = role.map_err(|error| Problem::bad(&error))?;
    trail.detail(json!({"role": role, "active": wanted.active, "password": wanted.password.is_some()}));
    let password = match wanted.password {
        Some(password) => {
            password::check(&password, &known.name)?;
            Some(app.door.hasher.hash(&password).await?)
        }
        None => None,
    };
    let change = UserChange { role, active: wanted.active, password };
    let changed = app.accounts.change_user(&id, &change).await?;
    Ok(Json(changed.map_err(|error| Problem::with(StatusCode::CONFLICT, &error))?.into()))
}

/// A name that can be shown in one line.
pub(super) fn account_name(given: &str) -> Result<String, Problem> {
    let name = given.trim();
    let fits = (1..=NAME_CHARS_MAX).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    fits.then(|| name.to_owned()).ok_or_else(|| {
        Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "user.bad_name",
            format!("账号名须为 1 到 {NAME_CHARS_MAX} 个字符,不能有换行"),
            format!("an account's name has 1 to {NAME_CHARS_MAX} characters in one line"),
        )
    })
}
