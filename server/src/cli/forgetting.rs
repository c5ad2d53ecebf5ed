//! Commands for what is kept of people: to read it, to end it, and to destroy it.

use super::client::{Client, Failure, pick};
use super::erasures::{self, Erase};
use super::office::write_file;
use super::print::{list, one, text, words};
use super::subject;
use clap::Subcommand;
use serde_json::{Value, json};
use std::path::PathBuf;

#[derive(Subcommand)]
pub(crate) enum Forgetting {
    /// 销毁一户、一人、一次排查或一条意见的档案 / destroy the records of a household, a person, a campaign, or a complaint
    Erase {
        #[command(subcommand)]
        what: Erase,
    },
    /// 销毁记录与回执 / what was destroyed, with receipts
    Erasures {
        /// 编号 / id of one of them
        id: Option<String>,
    },
    /// 保存期:各类记录保存多久,哪些已到期 / how long records are kept, and what is due
    Retention {
        #[command(subcommand)]
        what: Option<Retention>,
    },
    /// 突发事件:列表、开始、结束(结束即销毁)/ emergencies: list, open, close; closing destroys
    #[command(visible_alias = "emergencies")]
    Emergency {
        #[command(subcommand)]
        what: Option<Emergency>,
    },
    /// 本人查阅:一户或一人的全部信息 / everything held about a household or a person, for them to read
    Subject {
        /// 户编号或居民编号 / id of a household or a resident
        id: String,
        /// 输出文件:.html 可打印,其余为 JSON / file to write: a page to print if it ends in .html, JSON otherwise
        #[arg(long)]
        out: PathBuf,
    },
}

#[derive(Subcommand)]
pub(crate) enum Retention {
    /// 销毁已到期的记录 / destroy what is due
    Run {
        /// 真的销毁;不写只列出会销毁什么 / really do it; otherwise only says what would go
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Subcommand)]
pub(crate) enum Emergency {
    /// 开始;排查用 linli campaign open --emergency 归入 / open one; campaigns join it with linli campaign open --emergency
    Open {
        /// 名称 / what it is called
        name: String,
        /// 依据(谁决定的)/ by whose decision
        #[arg(long)]
        basis: Option<String>,
        /// 社区,有多个社区时填写 / community, where there are several
        #[arg(long)]
        community: Option<String>,
    },
    /// 结束:它的排查结束,收到的全部回答和照片销毁 / close: its campaigns end, all their answers and photos are destroyed
    Close {
        /// 名称或编号 / what it is called, or its id
        name: String,
        /// 真的结束并销毁;不写只列出会销毁什么 / really do it; otherwise only says what would go
        #[arg(long)]
        yes: bool,
    },
}

pub(crate) async fn run(what: Forgetting, client: &Client, as_json: bool) -> Result<(), Failure> {
    match what {
        Forgetting::Erase { what } => erasures::erase(what, client, as_json).await,
        Forgetting::Erasures { id } => erasures::list(id, client, as_json).await,
        Forgetting::Retention { what: None } => classes(client, as_json).await,
        Forgetting::Retention { what: Some(Retention::Run { yes }) } => {
            erasures::send(json!({"what": "due", "reason": "retention", "dry_run": !yes}), client, as_json)
                .await
        }
        Forgetting::Emergency { what: None } => {
            list(&client.get("/v1/emergencies", &[]).await?, as_json, emergency_line);
            Ok(())
        }
        Forgetting::Emergency { what: Some(Emergency::Open { name, basis, community }) } => {
            let body = json!({"name": name, "basis": basis, "community": community});
            one(&client.post("/v1/emergencies", body).await?, as_json, emergency_line);
            Ok(())
        }
        Forgetting::Emergency { what: Some(Emergency::Close { name, yes }) } => {
            let path = format!("/v1/emergencies/{}/close", emergency(&name, client).await?);
            let answer = client.post(&path, json!({"dry_run": !yes})).await?;
            erasures::show(&answer, client.lang, as_json);
            Ok(())
        }
        Forgetting::Subject { id, out } => {
            let bytes = client.get_bytes(&format!("/v1/subjects/{id}"), &[]).await?;
            let printed = out.extension().is_some_and(|ending| ending == "html");
            let bytes = if printed { subject::page(&bytes, client.lang)?.into_bytes() } else { bytes };
            write_file(&out, &bytes, client.lang)?;
            let line = json!({"file": out, "bytes": bytes.len()});
            one(&line, as_json, |_| format!("{} ({} B)", out.display(), bytes.len()));
            Ok(())
        }
    }
}

/// How long what is kept; and, for people, what would go today.
async fn classes(client: &Client, as_json: bool) -> Result<(), Failure> {
    let lang = client.lang;
    list(&client.get("/v1/retention", &[]).await?, as_json, |class| {
        format!("{}  {}", text(class, pick(lang, "zh", "en")), words(class, "kinds"))
    });
    if !as_json {
        erasures::send(json!({"what": "due", "reason": "retention", "dry_run": true}), client, false).await?;
    }
    Ok(())
}

/// The id of the emergency that goes on under this name, or the id itself.
pub(super) async fn emergency(name: &str, client: &Client) -> Result<String, Failure> {
    let all = client.get("/v1/emergencies", &[]).await?;
    let found =
        all.as_array().into_iter().flatten().find(|one| {
            text(one, "id") == name || (text(one, "name") == name && text(one, "state") == "open")
        });
    found.map(|one| text(one, "id").to_owned()).ok_or_else(|| {
        let zh = format!("没有正在进行的突发事件“{name}”;linli emergencies 列出全部");
        let en = format!("no emergency {name:?} goes on; linli emergencies lists them");
        Failure::new("emergency.not_found", pick(client.lang, zh, en))
    })
}

fn emergency_line(emergency: &Value) -> String {
    let days = [text(emergency, "from"), text(emergency, "to")].join("–");
    format!(
        "{}  {}  {}  {days}  {}  {}",
        text(emergency, "id"),
        text(emergency, "name"),
        text(emergency, "state"),
        words(emergency, "campaigns"),
        text(emergency, "erasure")
    )
}
