//! `linli directives`: what the office tells every worker.

use super::client::{Client, Failure};
use super::print::{list, number, one, text};
use clap::Subcommand;
use serde_json::{Value, json};

#[derive(Subcommand)]
pub(crate) enum Directives {
    /// 签发一条指令 / issue a directive
    Issue {
        /// 标题 / one line
        #[arg(long)]
        title: String,
        /// 内容 / what is to be done or told
        #[arg(long, allow_hyphen_values = true)]
        text: String,
        /// 目标网格,可多个,不写为全部 / grids that it is for; all unless given
        #[arg(long, num_args = 1..)]
        grid: Vec<String>,
        /// 社区,有多个社区时填写 / community, where there are several
        #[arg(long)]
        community: Option<String>,
        /// 生效时间(1970 年以来的毫秒)/ in force from then on, in milliseconds since 1970
        #[arg(long)]
        from_ms: Option<i64>,
        /// 失效时间 / until then
        #[arg(long)]
        until_ms: Option<i64>,
        /// 取代的指令编号 / id of the version that it supersedes
        #[arg(long)]
        supersedes: Option<String>,
    },
    /// 撤回 / take a directive back
    Withdraw {
        id: String,
        /// 原因 / why
        #[arg(long)]
        reason: String,
    },
    /// 签收与传达情况 / who has read it, and which households were told
    Receipts { id: String },
}

pub(crate) async fn run(what: Option<Directives>, client: &Client, as_json: bool) -> Result<(), Failure> {
    match what {
        None => list(&client.get("/v1/directives", &[]).await?, as_json, line),
        Some(Directives::Withdraw { id, reason }) => {
            let body = json!({"reason": reason});
            one(&client.post(&format!("/v1/directives/{id}/withdraw"), body).await?, as_json, line);
        }
        Some(Directives::Receipts { id }) => {
            one(&client.get(&format!("/v1/directives/{id}/receipts"), &[]).await?, as_json, |found| {
                serde_json::to_string_pretty(found).unwrap_or_default()
            });
        }
        Some(Directives::Issue { title, text: words, grid, community, from_ms, until_ms, supersedes }) => {
            let draft = client.post("/v1/directives", json!({"supersedes": supersedes})).await?;
            let path = format!("/v1/directives/{}", text(&draft, "id"));
            let body = json!({
                "title": title, "text": words, "grids": grid, "community": community,
                "from_ms": from_ms, "until_ms": until_ms,
            });
            let issued = match client.patch(&path, body).await {
                Ok(_) => client.post(&format!("{path}/issue"), json!({})).await,
                Err(failure) => Err(failure),
            };
            if issued.is_err() {
                // Nobody asked for a draft; what was wrong with it is said below.
                let _ = client.delete(&path).await;
            }
            one(&issued?, as_json, line);
        }
    }
    Ok(())
}

fn line(directive: &Value) -> String {
    format!(
        "{}  {}  v{}  {}",
        text(directive, "id"),
        text(directive, "state"),
        number(directive, "version"),
        text(directive, "title")
    )
}
