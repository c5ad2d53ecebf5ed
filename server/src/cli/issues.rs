//! `linli issues`: what phones have reported.

use super::client::{Client, Failure};
use super::office::{all, query};
use super::print::{list, text};
use serde_json::Value;

#[derive(clap::Args)]
pub(crate) struct Issues {
    /// 状态,如 reported / state
    #[arg(long)]
    state: Option<String>,
    /// 类别:security、environment、sanitation、property、other / category
    #[arg(long)]
    category: Option<String>,
    /// 网格编码 / grid code
    #[arg(long)]
    grid: Option<String>,
    /// 只看一户 / only at this household
    #[arg(long)]
    household: Option<String>,
}

pub(crate) async fn run(which: Issues, client: &Client, as_json: bool) -> Result<(), Failure> {
    let Issues { state, category, grid, household } = which;
    let pairs = [("state", state), ("category", category), ("grid", grid), ("household", household)];
    list(&all(client, "/v1/issues", &query(&pairs)).await?, as_json, line);
    Ok(())
}

fn line(issue: &Value) -> String {
    format!(
        "{}  {}  {}  {}  {}  {}",
        text(issue, "id"),
        text(issue, "category_zh"),
        text(issue, "state_zh"),
        text(issue, "place"),
        text(issue, "text"),
        text(issue, "reporter")
    )
}
