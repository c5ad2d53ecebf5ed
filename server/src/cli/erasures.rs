//! `linli erase` and `linli erasures`: destroying records, and the receipts of it.

use super::campaigns;
use super::client::{Client, Failure, pick};
use super::print::{list as print_list, number, one, text};
use clap::{Args, Subcommand};
use linli_core::error::Lang;
use serde_json::{Value, json};

#[derive(Subcommand)]
pub(crate) enum Erase {
    /// 一户:居民、走访、问题和照片 / a household with its residents, visits, issues and photos
    Household(Which),
    /// 一次已结束的排查(如突发事件)收到的全部回答 / everything that a closed campaign was answered, as in an emergency
    Campaign(Which),
    /// 一条意见和它的答复 / a complaint to the operator, and its answer
    Complaint(Which),
    /// 一户中的一个人 / one resident of a household
    Person {
        #[command(flatten)]
        which: Which,
        /// 该户的备注全部销毁,不只是提到此人的 / all notes of the household go, not only those that name the person
        #[arg(long)]
        notes: bool,
    },
}

#[derive(Args)]
pub(crate) struct Which {
    /// 编号;排查写名称 / id, or a campaign's name
    id: String,
    /// 原因:request、moved、purpose、order 或 retention / why, as one of these words
    #[arg(long)]
    reason: String,
    /// 真的销毁;不写只列出会销毁什么 / really do it; otherwise only says what would go
    #[arg(long)]
    yes: bool,
}

pub(crate) async fn erase(what: Erase, client: &Client, as_json: bool) -> Result<(), Failure> {
    let (kind, which, notes) = match what {
        Erase::Household(which) => ("household", which, false),
        Erase::Complaint(which) => ("complaint", which, false),
        Erase::Campaign(which) => {
            let id = campaigns::id_of(&which.id, client).await?;
            ("campaign", Which { id, ..which }, false)
        }
        Erase::Person { which, notes } => ("person", which, notes),
    };
    let body = json!({
        "what": kind, "id": which.id, "reason": which.reason, "notes": notes, "dry_run": !which.yes,
    });
    send(body, client, as_json).await
}

/// Asks for an erasure, and says what went or would.
pub(super) async fn send(body: Value, client: &Client, as_json: bool) -> Result<(), Failure> {
    show(&client.post("/v1/erasures", body).await?, client.lang, as_json);
    Ok(())
}

/// What went; nothing has, while the answer has no id.
pub(super) fn show(answer: &Value, lang: Lang, as_json: bool) {
    one(answer, as_json, |done| {
        let counts = |key: &str| {
            let of = done.get(key).and_then(Value::as_object).into_iter().flatten();
            of.map(|(kind, count)| format!("{kind} {count}")).collect::<Vec<_>>().join(", ")
        };
        let (gone, anew) = (counts("destroyed"), counts("rewritten"));
        let (cleared, left, phones) =
            (number(done, "cleared"), number(done, "notes_left"), number(done, "phones"));
        let id = text(done, "id");
        let (zh, en) = if id.is_empty() {
            ("将会销毁(加 --yes 执行)".to_owned(), "would be destroyed (add --yes to do it)".to_owned())
        } else {
            (format!("已销毁 {id}"), format!("destroyed {id}"))
        };
        let zh = format!("{zh}:{gone};改写 {anew};清除 {cleared} 项;保留备注 {left} 条;手机 {phones} 部");
        let en = format!(
            "{en}: {gone}; rewritten {anew}; {cleared} fields cleared; {left} notes stay; {phones} phones"
        );
        pick(lang, zh, en)
    });
}

pub(crate) async fn list(id: Option<String>, client: &Client, as_json: bool) -> Result<(), Failure> {
    match id {
        None => print_list(&client.get("/v1/erasures", &[]).await?, as_json, line),
        Some(id) => one(&client.get(&format!("/v1/erasures/{id}"), &[]).await?, as_json, |found| {
            format!("{}\n{}\n{}", line(found), text(found, "receipt"), text(found, "signature"))
        }),
    }
    Ok(())
}

fn line(erasure: &Value) -> String {
    format!(
        "{}  {}  {}  {}  {}  {} 部手机未清除 / phones outstanding",
        text(erasure, "id"),
        text(erasure, "kind"),
        text(erasure, "subject"),
        text(erasure, "at"),
        text(erasure, "reason"),
        number(erasure, "phones_outstanding")
    )
}
