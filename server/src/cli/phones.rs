//! `linli devices` and `linli review`: phones, and what they handed in that a person must look at.

use super::client::{Client, Failure};
use super::print::{list, number, one, text};
use clap::Subcommand;
use serde_json::{Value, json};

#[derive(Subcommand)]
pub(crate) enum Devices {
    /// 核对指纹后确认手机 / let a waiting phone in, after comparing its fingerprint
    Confirm {
        /// 手机编号 / the phone's id
        id: String,
    },
    /// 暂停使用 / stop a phone for now
    Suspend {
        id: String,
        /// 原因 / why
        #[arg(long)]
        reason: String,
    },
    /// 恢复使用 / let a suspended phone work again
    Resume {
        id: String,
        /// 原因 / why
        #[arg(long)]
        reason: String,
    },
    /// 注销,不能恢复 / stop a phone for good
    Revoke {
        id: String,
        /// 原因 / why
        #[arg(long)]
        reason: String,
    },
}

#[derive(Subcommand)]
pub(crate) enum Review {
    /// 一批数据的内容 / what is in a batch
    Show { id: i64 },
    /// 接受:并入档案 / make its changes count
    Accept {
        id: i64,
        /// 原因 / why
        #[arg(long)]
        reason: String,
    },
    /// 拒绝:内容保留但不并入 / keep its bytes, nothing more
    Reject {
        id: i64,
        /// 原因 / why
        #[arg(long)]
        reason: String,
    },
}

pub(crate) async fn devices(what: Option<Devices>, client: &Client, as_json: bool) -> Result<(), Failure> {
    let (id, verb, body) = match what {
        None => {
            list(&client.get("/v1/devices", &[]).await?, as_json, device_line);
            return Ok(());
        }
        Some(Devices::Confirm { id }) => (id, "confirm", json!({})),
        Some(Devices::Suspend { id, reason }) => (id, "suspend", json!({"reason": reason})),
        Some(Devices::Resume { id, reason }) => (id, "resume", json!({"reason": reason})),
        Some(Devices::Revoke { id, reason }) => (id, "revoke", json!({"reason": reason})),
    };
    one(&client.post(&format!("/v1/devices/{id}/{verb}"), body).await?, as_json, device_line);
    Ok(())
}

fn device_line(device: &Value) -> String {
    format!(
        "{}  {}  {}  {}  {}",
        text(device, "id"),
        text(device, "name"),
        text(device, "status"),
        text(device, "fingerprint"),
        text(device, "last_contact_at")
    )
}

pub(crate) async fn review(what: Option<Review>, client: &Client, as_json: bool) -> Result<(), Failure> {
    let (id, verb, reason) = match what {
        None => {
            list(&client.get("/v1/review", &[]).await?, as_json, review_line);
            return Ok(());
        }
        Some(Review::Show { id }) => {
            one(&client.get(&format!("/v1/review/{id}"), &[]).await?, as_json, |found| {
                serde_json::to_string_pretty(found).unwrap_or_default()
            });
            return Ok(());
        }
        Some(Review::Accept { id, reason }) => (id, "accept", reason),
        Some(Review::Reject { id, reason }) => (id, "reject", reason),
    };
    let done = client.post(&format!("/v1/review/{id}/{verb}"), json!({"reason": reason})).await?;
    one(&done, as_json, review_line);
    Ok(())
}

fn review_line(batch: &Value) -> String {
    format!(
        "{}  {}  {}  {}  {} 条 / records",
        number(batch, "id"),
        text(batch, "name"),
        text(batch, "status"),
        text(batch, "cause"),
        number(batch, "records")
    )
}
