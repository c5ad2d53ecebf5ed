//! `linli campaign`: what households are asked, all of them once.

use super::client::{Client, Failure, pick};
use super::forgetting;
use super::print::{list, number, one, read_file, text};
use clap::Subcommand;
use linli_core::error::Lang;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

#[derive(Subcommand)]
pub(crate) enum Campaign {
    /// 开始一次排查 / open a campaign
    Open {
        /// 名称 / what it is called
        name: String,
        /// 题目文件(JSON)/ file with the questions (JSON)
        #[arg(long, value_name = "FILE")]
        questions: Option<PathBuf>,
        /// 目标网格,可多个,不写为全部 / grids that it is for; all unless given
        #[arg(long, num_args = 1..)]
        grid: Vec<String>,
        /// 事由 / why
        #[arg(long)]
        reason: Option<String>,
        /// 开始日期,不写为今天 / first day; today unless given
        #[arg(long, value_name = "DATE")]
        from: Option<String>,
        /// 结束日期 / last day
        #[arg(long, value_name = "DATE")]
        to: Option<String>,
        /// 社区,有多个社区时填写 / community, where there are several
        #[arg(long)]
        community: Option<String>,
        /// 归入哪次突发事件:它结束时,收到的回答全部销毁 / emergency that it serves: when that ends, all answers are destroyed
        #[arg(long, value_name = "NAME")]
        emergency: Option<String>,
    },
    /// 换一套题目:已填的答案不变 / ask other questions; what was answered stays
    Questions {
        /// 名称 / what it is called
        name: String,
        /// 题目文件(JSON)/ file with the questions (JSON)
        file: PathBuf,
    },
    /// 结束 / close a campaign
    Close {
        /// 名称 / what it is called
        name: String,
    },
}

pub(crate) async fn run(what: Option<Campaign>, client: &Client, as_json: bool) -> Result<(), Failure> {
    let lang = client.lang;
    let answer = match what {
        None => {
            list(&client.get("/v1/campaigns", &[]).await?, as_json, line);
            return Ok(());
        }
        Some(Campaign::Open { name, questions, grid, reason, from, to, community, emergency }) => {
            let emergency = match emergency {
                Some(emergency) => Some(forgetting::emergency(&emergency, client).await?),
                None => None,
            };
            let questions = questions.map(|file| read_questions(&file, lang)).transpose()?;
            let body = json!({
                "name": name, "reason": reason, "community": community, "grids": grid, "from": from, "to": to,
                "questions": questions.unwrap_or_else(|| json!([])), "emergency": emergency,
            });
            client.post("/v1/campaigns", body).await?
        }
        Some(Campaign::Questions { name, file }) => {
            let body = json!({"questions": read_questions(&file, lang)?});
            client.patch(&format!("/v1/campaigns/{}", id_of(&name, client).await?), body).await?
        }
        Some(Campaign::Close { name }) => {
            let path = format!("/v1/campaigns/{}/close", id_of(&name, client).await?);
            client.post(&path, json!({})).await?
        }
    };
    one(&answer, as_json, line);
    Ok(())
}

fn read_questions(file: &Path, lang: Lang) -> Result<Value, Failure> {
    let (name, bytes) = read_file(file, lang)?;
    serde_json::from_slice(&bytes).map_err(|error| {
        let zh = format!("{name} 不是 JSON:{error}");
        let en = format!("{name} is not JSON: {error}");
        Failure::new("campaign.bad_file", pick(lang, zh, en))
    })
}

/// The id of the campaign of this name.
pub(super) async fn id_of(name: &str, client: &Client) -> Result<String, Failure> {
    let campaigns = client.get("/v1/campaigns", &[]).await?;
    let mut campaigns = campaigns.as_array().into_iter().flatten();
    let found = campaigns.find(|one| text(one, "campaign") == name).and_then(|one| one.get("opened"));
    let id = found.map(|opened| text(opened, "id")).filter(|id| !id.is_empty());
    id.map(str::to_owned).ok_or_else(|| {
        let zh = format!("没有叫“{name}”的排查;linli campaigns 列出全部");
        let en = format!("there is no campaign {name:?}; linli campaigns lists them");
        Failure::new("campaign.not_found", pick(client.lang, zh, en))
    })
}

fn line(campaign: &Value) -> String {
    let opened = campaign.get("opened").unwrap_or(&Value::Null);
    let questions = opened.get("questions").and_then(Value::as_array).map_or(0, Vec::len);
    let (name, state) = (text(campaign, "campaign"), text(opened, "state"));
    let (households, form) = (number(campaign, "households"), number(opened, "form"));
    let days = [text(opened, "from"), text(opened, "to")].join("–");
    let asks = if form > 0 { format!("  {questions} 题 v{form}") } else { String::new() };
    format!("{name}  {state}  {households} 户  {days}{asks}").replace("    ", "  ")
}
