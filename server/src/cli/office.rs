//! Commands that act on a running relay.

use super::campaigns::{self, Campaign};
use super::client::{Client, Failure, pick};
use super::directives::{self, Directives};
use super::forgetting::{self, Forgetting};
use super::issues::{self, Issues};
use super::organisation::{self, Grids, Workers};
use super::phones::{self, Devices, Review};
use super::print::{bad_cell_line, list, number, one, read_file, text, words};
use super::users::{self, Users};
use base64::Engine as _;
use clap::Subcommand;
use linli_core::error::Lang;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The longest page the relay gives of a list that has pages.
const PAGE: u32 = 500;

#[derive(Subcommand)]
pub(crate) enum OfficeCommand {
    /// 导入名册 / import a roster
    Import {
        #[command(subcommand)]
        what: Import,
    },
    /// 网格 / grids
    Grids {
        #[command(subcommand)]
        what: Option<Grids>,
    },
    /// 网格员 / workers
    Workers {
        #[command(subcommand)]
        what: Option<Workers>,
    },
    /// 生成手机登记码 / make an enrolment code for a worker's phone
    EnrolCode {
        /// 网格员姓名或编号 / name or id
        #[arg(long)]
        worker: String,
    },
    /// 手机列表与管理 / list and manage phones
    Devices {
        #[command(subcommand)]
        what: Option<Devices>,
    },
    /// 通知指令 / directives
    Directives {
        #[command(subcommand)]
        what: Option<Directives>,
    },
    /// 排查:列表与填答题目 / canvass campaigns and what they ask
    #[command(visible_alias = "campaigns")]
    Campaign {
        #[command(subcommand)]
        what: Option<Campaign>,
    },
    #[command(flatten)]
    Forgetting(Forgetting),
    /// 上报的问题 / issues that phones have reported
    Issues(Issues),
    /// 走访或问题的照片 / the photo of a visit or an issue
    Photo {
        /// 照片编号 / photo id
        id: String,
        /// 存到哪个文件 / file to write
        #[arg(long)]
        out: PathBuf,
    },
    /// 等待人工审核的数据 / batches that a person must look at
    Review {
        #[command(subcommand)]
        what: Option<Review>,
    },
    /// 户列表与查找 / list and find households
    Households {
        /// 姓名、拼音、地址、电话尾号、标签 / name, pinyin, address, phone tail, tag
        #[arg(long)]
        search: Option<String>,
        /// 网格编码 / grid code
        #[arg(long)]
        grid: Option<String>,
        /// 最多几户 / how many at most
        #[arg(long, default_value_t = 20_000)]
        limit: u32,
    },
    /// 一户的全部信息 / everything about one household
    Household {
        id: String,
        /// 包括全部修改历史 / with every write ever made
        #[arg(long)]
        history: bool,
    },
    /// 修改一户的一项;标签写成 +独居 或 -独居 / change one field of a household; tags as +word and -word
    Edit {
        household: String,
        /// 字段:contact_phone、note、r/居民编号/phone …… / field
        field: String,
        /// 新值;空白表示清除 / new value; blank clears
        #[arg(allow_hyphen_values = true)]
        value: String,
        /// 从哪个版本改起(household 命令里的 heads),默认当前 / state to start from; the current one unless given
        #[arg(long, num_args = 1..)]
        base: Vec<String>,
    },
    /// 冲突列表 / list conflicts
    Conflicts {
        /// open、settled 或 resolved
        #[arg(long)]
        status: Option<String>,
    },
    /// 裁定冲突 / resolve a conflict
    Resolve {
        conflict: String,
        /// 选第几个值 / number of the value to keep
        #[arg(long)]
        choose: Option<usize>,
        /// 或另填一个值 / or another value
        #[arg(long, allow_hyphen_values = true)]
        value: Option<String>,
        /// 原因 / why
        #[arg(long)]
        reason: String,
        /// 别人正在处理也接手 / although somebody else is working on it
        #[arg(long)]
        take_over: bool,
    },
    /// 撤销裁定:各值重新待定 / take a decision back: the values stand against each other again
    Undo {
        conflict: String,
        /// 原因 / why
        #[arg(long)]
        reason: String,
    },
    /// 疑似重复的户 / households that may be one
    Duplicates,
    /// 标记两户不是同一户 / remember that two households are not one
    Dismiss {
        one: String,
        other: String,
        /// 原因 / why
        #[arg(long)]
        reason: String,
    },
    /// 合并两户:保留前者 / merge two households: the first stays
    Merge {
        survivor: String,
        absorbed: String,
        /// 原因 / why
        #[arg(long)]
        reason: String,
    },
    /// 撤销合并 / take a merge back
    Unmerge {
        merge: String,
        /// 原因 / why
        #[arg(long)]
        reason: String,
    },
    /// 导出台账 / export a ledger
    Export {
        /// households、residents 或 visits
        what: String,
        /// csv、xlsx 或 json
        #[arg(long)]
        format: String,
        /// 输出文件 / file to write
        #[arg(long)]
        out: PathBuf,
        /// 只要这个网格 / only this grid
        #[arg(long)]
        grid: Option<String>,
        /// 只要这次排查或季度 / only this campaign or quarter
        #[arg(long)]
        campaign: Option<String>,
    },
    /// 计数 / counts
    Status,
    /// 各空间的文档数和核对码,与手机上的相同即一致 / what is held of each space, and a code to compare with a phone's
    Digests,
    /// 账号 / accounts of the office
    Users {
        #[command(subcommand)]
        what: Option<Users>,
    },
    /// 无法并入的改动 / changes that could not be applied
    Quarantine,
}

#[derive(Subcommand)]
pub(crate) enum Import {
    /// 导入户籍名册(CSV、XLSX、XLS)/ import households and residents
    Roster {
        file: PathBuf,
        /// 社区名称 / name of the community
        #[arg(long)]
        community: String,
        /// 只看会怎样,不改动 / say what would happen, change nothing
        #[arg(long)]
        dry_run: bool,
        /// 把读不了的行写到这个文件 / file for the rows that were not imported
        #[arg(long)]
        rejects: Option<PathBuf>,
        /// 保留身份证号的校验值和后四位 / keep a keyed hash and the last four of national ids
        #[arg(long)]
        keep_national_id: bool,
    },
}

pub(crate) async fn run(command: OfficeCommand, client: &Client, as_json: bool) -> Result<ExitCode, Failure> {
    match command {
        OfficeCommand::Import { what } => return import(what, client, as_json).await,
        OfficeCommand::Grids { what } => organisation::grids(what, client, as_json).await?,
        OfficeCommand::Workers { what } => organisation::workers(what, client, as_json).await?,
        OfficeCommand::Users { what } => users::run(what, client, as_json).await?,
        OfficeCommand::EnrolCode { worker } => {
            let code = client.post("/v1/enrol-codes", json!({"worker": worker})).await?;
            one(&code, as_json, |code| {
                format!(
                    "{}  {}  有效至 / until {}",
                    text(code, "code"),
                    text(code, "url"),
                    text(code, "expires_at")
                )
            });
        }
        OfficeCommand::Devices { what } => phones::devices(what, client, as_json).await?,
        OfficeCommand::Campaign { what } => campaigns::run(what, client, as_json).await?,
        OfficeCommand::Directives { what } => directives::run(what, client, as_json).await?,
        OfficeCommand::Forgetting(what) => forgetting::run(what, client, as_json).await?,
        OfficeCommand::Issues(which) => issues::run(which, client, as_json).await?,
        OfficeCommand::Review { what } => phones::review(what, client, as_json).await?,
        OfficeCommand::Households { search, grid, limit } => {
            let query = query(&[("grid", grid), ("limit", Some(limit.to_string()))]);
            let found = client.search(search.as_deref().unwrap_or(""), &query).await?;
            list(&found, as_json, household_line);
        }
        OfficeCommand::Household { id, history } => {
            let found =
                client.get(&format!("/v1/households/{id}"), &[("history", history.to_string())]).await?;
            one(&found, as_json, |found| serde_json::to_string_pretty(found).unwrap_or_default());
        }
        OfficeCommand::Edit { household, field, value, base } => {
            let path = format!("/v1/households/{household}");
            let base = match base.as_slice() {
                [] => client.get(&path, &[("visits", "0".into())]).await?.get("heads").cloned(),
                given => Some(json!(given)),
            };
            let mut body = edit_body(&field, &value);
            if let Some(map) = body.as_object_mut() {
                map.insert("base".into(), json!(base));
            }
            one(&client.patch(&path, body).await?, as_json, |done| {
                let changed = done.get("changed") == Some(&Value::Bool(true));
                let said = if changed { "已修改 / changed" } else { "没有变化 / as it was" };
                format!("{said}  {}", words(done, "conflicts"))
            });
        }
        OfficeCommand::Conflicts { status } => {
            list(&all(client, "/v1/conflicts", &query(&[("status", status)])).await?, as_json, conflict_text);
        }
        OfficeCommand::Undo { conflict, reason } => {
            let done =
                client.post(&format!("/v1/conflicts/{conflict}/undo"), json!({"reason": reason})).await?;
            one(&done, as_json, |_| "已撤销,各值重新待定 / undone, the values are open again".to_owned());
        }
        OfficeCommand::Dismiss { one: a, other: b, reason } => {
            let body = json!({"a": a, "b": b, "reason": reason});
            one(&client.post("/v1/duplicates/dismiss", body).await?, as_json, |note| {
                format!("已标记为两户,编号 / remembered as two, {}", text(note, "id"))
            });
        }
        OfficeCommand::Resolve { conflict, choose, value, reason, take_over } => {
            let body = json!({"choose": choose, "value": value, "reason": reason, "take_over": take_over});
            let done = client.post(&format!("/v1/conflicts/{conflict}/resolution"), body).await?;
            one(&done, as_json, |done| format!("已保留 / kept: {}", text(done, "kept")));
        }
        OfficeCommand::Duplicates => list(&all(client, "/v1/duplicates", &[]).await?, as_json, |pair| {
            let households = pair.get("households").and_then(Value::as_array).into_iter().flatten();
            let lines: Vec<String> = households.map(household_line).collect();
            format!("{} 分 ({})\n  {}", number(pair, "score"), words(pair, "reasons"), lines.join("\n  "))
        }),
        OfficeCommand::Merge { survivor, absorbed, reason } => {
            let body = json!({"survivor": survivor, "absorbed": absorbed, "reason": reason});
            one(&client.post("/v1/merges", body).await?, as_json, |merge| {
                format!("已合并,编号 / merged as {}", text(merge, "id"))
            });
        }
        OfficeCommand::Unmerge { merge, reason } => {
            let done = client.post(&format!("/v1/merges/{merge}/undo"), json!({"reason": reason})).await?;
            one(&done, as_json, |_| "已撤销 / undone".to_owned());
        }
        OfficeCommand::Export { what, format, out, grid, campaign } => {
            let query = query(&[("format", Some(format)), ("grid", grid), ("campaign", campaign)]);
            let bytes = client.get_bytes(&format!("/v1/exports/{what}"), &query).await?;
            write_file(&out, &bytes, client.lang)?;
            let line = json!({"file": out, "bytes": bytes.len()});
            one(&line, as_json, |_| format!("{} ({} B)", out.display(), bytes.len()));
        }
        OfficeCommand::Photo { id, out } => {
            let bytes = client.get_bytes(&format!("/v1/photos/{id}"), &[]).await?;
            write_file(&out, &bytes, client.lang)?;
            let line = json!({"file": out, "bytes": bytes.len()});
            one(&line, as_json, |_| format!("{} ({} B)", out.display(), bytes.len()));
        }
        OfficeCommand::Status => one(&client.get("/v1/status", &[]).await?, as_json, |status| {
            format!(
                "{} 户 {} 人 {} 次走访",
                number(status, "households"),
                number(status, "residents"),
                number(status, "visits")
            )
        }),
        OfficeCommand::Digests => list(&client.get("/v1/digests", &[]).await?, as_json, |digest| {
            let place = digest.get("name").filter(|name| name.is_string());
            let place = text(digest, if place.is_some() { "name" } else { "space" });
            format!("{place}  {}  {}", number(digest, "documents"), text(digest, "code"))
        }),
        OfficeCommand::Quarantine => list(&client.get("/v1/quarantine", &[]).await?, as_json, |row| {
            let waits_for = match text(row, "waits_for") {
                "" => String::new(),
                change => format!(" ({}{change})", pick(client.lang, "等待改动 ", "waits for change ")),
            };
            format!(
                "{}/{} {}: {}{waits_for}",
                number(row, "batch"),
                number(row, "entry"),
                text(row, "code"),
                text(row, "reason")
            )
        }),
    }
    Ok(ExitCode::SUCCESS)
}

/// Every page of a list, as one.
pub(super) async fn all(client: &Client, path: &str, filter: &[(&str, String)]) -> Result<Value, Failure> {
    let mut items = Vec::new();
    let mut cursor = None;
    loop {
        let mut query: Vec<(&str, String)> = filter.to_vec();
        query.push(("limit", PAGE.to_string()));
        query.extend(cursor.take().map(|cursor| ("cursor", cursor)));
        let mut page = client.get(path, &query).await?;
        match page.get_mut("items").map(Value::take) {
            Some(Value::Array(found)) => items.extend(found),
            _ => return Err(Failure::new("client.broken_answer", path)),
        }
        match page.get("next").and_then(Value::as_str) {
            Some(next) => cursor = Some(next.to_owned()),
            None => return Ok(Value::Array(items)),
        }
    }
}

pub(super) fn query<'a>(pairs: &[(&'a str, Option<String>)]) -> Vec<(&'a str, String)> {
    pairs.iter().filter_map(|(key, value)| Some((*key, value.clone()?))).collect()
}

fn edit_body(field: &str, value: &str) -> Value {
    let is_set = field == "tags" || field.ends_with("/tags");
    match (is_set, value.strip_prefix('-'), value.strip_prefix('+').unwrap_or(value)) {
        (true, Some(word), _) => json!({"sets": {field: {"remove": [word]}}}),
        (true, None, word) => json!({"sets": {field: {"add": [word]}}}),
        (false, ..) => json!({"puts": {field: value}}),
    }
}

fn household_line(household: &Value) -> String {
    format!(
        "{}  {}  {}  {}  {}",
        text(household, "id"),
        text(household, "address"),
        words(household, "residents"),
        text(household, "contact_phone"),
        words(household, "tags")
    )
}

fn conflict_text(conflict: &Value) -> String {
    let values = conflict.get("values").and_then(Value::as_array).into_iter().flatten();
    let lines: Vec<String> = values
        .map(|value| {
            format!(
                "  {}) {}  {}  手机时间 {}  收到 {}",
                number(value, "choice"),
                value.get("value").map(ToString::to_string).unwrap_or_default(),
                text(value, "author"),
                text(value, "at"),
                text(value, "received_at")
            )
        })
        .collect();
    let head = format!(
        "{}  {}  {}  {}",
        text(conflict, "id"),
        text(conflict, "status"),
        text(conflict, "label_zh"),
        text(conflict, "household")
    );
    format!("{head}\n{}", lines.join("\n"))
}

async fn import(what: Import, client: &Client, as_json: bool) -> Result<ExitCode, Failure> {
    let Import::Roster { file, community, dry_run, rejects, keep_national_id } = what;
    let (name, bytes) = read_file(&file, client.lang)?;
    let query = [
        ("community", community),
        ("file_name", name),
        ("dry_run", dry_run.to_string()),
        ("keep_national_id", keep_national_id.to_string()),
    ];
    let mut done = client.upload("/v1/imports/roster", &query, bytes).await?;
    let written = match (rejects, done.get("rejects").filter(|rejects| !rejects.is_null())) {
        (Some(path), Some(rejected)) => {
            let bytes = base64::engine::general_purpose::STANDARD.decode(text(rejected, "bytes"));
            write_file(
                &path,
                &bytes.map_err(|error| Failure::new("client.broken_answer", error.to_string()))?,
                client.lang,
            )?;
            Some(path)
        }
        _ => None,
    };
    if let Some(map) = done.as_object_mut() {
        map.insert("rejects".into(), json!(written));
    }
    one(&done, as_json, |done| import_text(done, client));
    Ok(ExitCode::SUCCESS)
}

fn import_text(done: &Value, client: &Client) -> String {
    let n = |key: &str| number(done, key);
    let mut lines = vec![pick(
        client.lang,
        format!(
            "读了 {} 行:{} 户 {} 人;新增 {} 户,变更 {} 户,不变 {} 户,新冲突 {} 处,坏行 {} 行",
            n("rows_read"),
            n("households"),
            n("residents"),
            n("households_new"),
            n("households_changed"),
            n("households_unchanged"),
            n("conflicts_new"),
            n("rows_bad")
        ),
        format!(
            "{} rows: {} households, {} residents; {} new, {} changed, {} unchanged, {} new conflicts, {} bad rows",
            n("rows_read"),
            n("households"),
            n("residents"),
            n("households_new"),
            n("households_changed"),
            n("households_unchanged"),
            n("conflicts_new"),
            n("rows_bad")
        ),
    )];
    for bad in done.get("bad_rows").and_then(Value::as_array).into_iter().flatten() {
        for problem in bad.get("problems").and_then(Value::as_array).into_iter().flatten() {
            lines.push(bad_cell_line(bad, problem, client.lang));
        }
    }
    lines.join("\n")
}

pub(super) fn write_file(path: &Path, bytes: &[u8], lang: Lang) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|error| {
        let zh = format!("写不了文件 {}:{error}", path.display());
        let en = format!("cannot write {}: {error}", path.display());
        Failure::new("file.cannot_write", pick(lang, zh, en))
    })
}
