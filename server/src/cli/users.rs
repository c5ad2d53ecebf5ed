//! `linli users`: the office's accounts.

use super::client::{Client, Failure, pick};
use super::print::{list, one, text};
use clap::Subcommand;
use linli_core::error::Lang;
use serde_json::{Value, json};
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Far longer than any password; a wrong file must not be read whole.
const BYTES_MAX: u64 = 4 * 1024;

#[derive(Subcommand)]
pub(crate) enum Users {
    /// 添加账号,密码从标准输入或文件读取 / add an account; the password comes from standard input or a file
    Add {
        name: String,
        /// admin、office、supervisor 或 readonly
        #[arg(long)]
        role: String,
        /// 密码文件 / file with the password
        #[arg(long)]
        password_file: Option<PathBuf>,
    },
}

pub(crate) async fn run(what: Option<Users>, client: &Client, as_json: bool) -> Result<(), Failure> {
    match what {
        None => list(&client.get("/v1/users", &[]).await?, as_json, line),
        Some(Users::Add { name, role, password_file }) => {
            let password = password(password_file.as_deref(), client.lang)?;
            let body = json!({"name": name, "role": role, "password": password});
            one(&client.post("/v1/users", body).await?, as_json, line);
        }
    }
    Ok(())
}

fn line(user: &Value) -> String {
    let active = user.get("active").and_then(Value::as_bool).unwrap_or_default();
    let state = if active { "启用 / active" } else { "停用 / inactive" };
    format!("{}  {}  {}  {state}", text(user, "id"), text(user, "name"), text(user, "role"))
}

/// The password without the line's end. Never an argument: those are seen by everybody on the machine.
fn password(file: Option<&Path>, lang: Lang) -> Result<String, Failure> {
    let mut read = String::new();
    let done = match file {
        Some(path) => {
            std::fs::File::open(path).and_then(|file| file.take(BYTES_MAX).read_to_string(&mut read))
        }
        None => std::io::stdin().take(BYTES_MAX).read_to_string(&mut read),
    };
    done.map_err(|error| {
        let (zh, en) = (format!("读不到密码:{error}"), format!("cannot read the password: {error}"));
        Failure::new("file.cannot_read", pick(lang, zh, en))
    })?;
    Ok(read.trim_end_matches(['\r', '\n']).to_owned())
}
