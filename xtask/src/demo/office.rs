//! The office's part: rosters in, decisions, and the check of the whole log.

use super::Stage;
use super::field::Work;
use super::program::{Program, arg, list, number, text};
use super::teller::ms;
use anyhow::{Context as _, ensure};
use serde_json::Value;
use std::time::{Duration, Instant};

/// The made-up community of the sources: five estates, 11,500 households.
const PROFILE: &str = "large-community";
const COMMUNITY: &str = "晒湖社区";

/// Applying a batch takes milliseconds; a relay that has not done so after this long never will.
const APPLIED_WITHIN: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Imports every file of a messy sample, and compares with what the sample knows to be in it.
pub(crate) fn import(stage: &mut Stage, desk: &Program) -> anyhow::Result<()> {
    stage.tell.chapter("导入户籍名册(故意凌乱)", "Importing the rosters, messy as real ones");
    let folder = stage.props.join("rosters");
    let seed = stage.seed.to_string();
    let sample =
        ["sample", "--profile", PROFILE, "--seed", &seed, "--out", arg(&folder)?, "--messy", "--json"];
    let files = stage.linli.lines(&sample)?;
    let expected: Value = serde_json::from_slice(&std::fs::read(folder.join("expected.json"))?)?;
    let mut sum = [0; 5];
    let keys = ["rows_read", "households_new", "residents", "rows_bad", "ms"];
    for file in &files {
        let path = text(file, "file");
        let done = desk.one(&["import", "roster", path, "--community", COMMUNITY])?;
        let found = keys.map(|key| number(&done, key));
        let [rows, households, people, bad, ms] = found;
        let name = path.rsplit('/').next().unwrap_or(path);
        stage.tell.say(
            format!("{name}:{rows} 行 → {households} 户 {people} 人,坏行 {bad},{ms} 毫秒"),
            format!(
                "{name}: {rows} rows → {households} households, {people} people, {bad} bad rows, {ms} ms"
            ),
        );
        for (total, found) in sum.iter_mut().zip(found) {
            *total += found;
        }
    }
    check_import(stage, desk, &expected, sum)
}

fn check_import(stage: &mut Stage, desk: &Program, expected: &Value, sum: [i64; 5]) -> anyhow::Result<()> {
    wait_until_applied(desk)?;
    let status = desk.one(&["status"])?;
    let [rows, _, _, bad, ms] = sum;
    let (households, people) = (number(&status, "households"), number(&status, "residents"));
    stage.tell.say(
        format!("共 {rows} 行,{households} 户 {people} 人,用时 {ms} 毫秒"),
        format!("in all {rows} rows, {households} households, {people} people, {ms} ms"),
    );
    stage.tell.check(
        (households, people) == (number(expected, "households"), number(expected, "residents")),
        "每户每人都进来了,重复填写的只算一户",
        "every household and person is there, those typed twice only once",
    );
    let planted = list(expected, "bad_rows").len();
    stage.tell.check(
        i64::try_from(planted) == Ok(bad),
        format!("名册里埋了 {planted} 行错误,找到 {bad} 行,每行都说明了原因"),
        format!("{planted} mistakes were planted, {bad} rows were refused, each with its reason"),
    );
    let twins = desk.lines(&["duplicates"])?.len();
    stage.tell.say(
        format!("{twins} 对疑似重复的户,等人看"),
        format!("{twins} pairs of households that may be one wait for a person"),
    );
    Ok(())
}

/// Lists show what is applied; what is durable a moment ago may not be yet.
pub(crate) fn wait_until_applied(desk: &Program) -> anyhow::Result<()> {
    let started = Instant::now();
    loop {
        let status = desk.one(&["status"])?;
        if number(&status, "applied") >= number(&status, "durable") {
            return Ok(());
        }
        ensure!(started.elapsed() < APPLIED_WITHIN, "the relay does not apply what it has: {status}");
        std::thread::sleep(LOOK_AGAIN);
    }
}

/// What the phones brought, and the admin's word on it.
pub(crate) fn decide(stage: &mut Stage, desk: &Program, work: &Work) -> anyhow::Result<()> {
    stage.tell.chapter("办公室:查看、裁定、合并", "The office looks, decides, merges");
    check_arrivals(stage, desk, work)?;
    resolve(stage, desk, work)?;
    merge(stage, desk, work)?;
    wait_until_applied(desk)
}

fn check_arrivals(stage: &mut Stage, desk: &Program, work: &Work) -> anyhow::Result<()> {
    let visits = number(&desk.one(&["status"])?, "visits");
    let made = work.visits.len();
    stage.tell.check(
        i64::try_from(made) == Ok(visits),
        format!("{made} 次走访全部到达"),
        format!("all {made} visits arrived"),
    );
    let both = desk.one(&["household", &work.different.household])?;
    let tagged = list(&both, "tags").iter().any(|tag| tag == work.different.tag);
    stage.tell.check(
        tagged && text(&both, "contact_phone") == work.different.phone,
        format!("同一户的不同字段:电话 {} 和标签 {} 都在", work.different.phone, work.different.tag),
        format!(
            "different fields of one household: phone {} and tag {} both survived",
            work.different.phone, work.different.tag
        ),
    );
    let lost = desk.lines(&["quarantine"])?;
    stage.tell.check(lost.is_empty(), "没有无法并入的改动", "no change was left out");
    Ok(())
}

fn resolve(stage: &mut Stage, desk: &Program, work: &Work) -> anyhow::Result<()> {
    let open = desk.lines(&["conflicts", "--status", "open"])?;
    let found = open.iter().find(|conflict| text(conflict, "household") == work.clash.household);
    let values = found.map(|conflict| list(conflict, "values")).unwrap_or_default();
    for version in values {
        let (value, author, at) = (text(version, "value"), text(version, "author"), text(version, "at"));
        stage.tell.say(
            format!("冲突:{author} 填 {value}({at})"),
            format!("conflict: {author} wrote {value} ({at})"),
        );
    }
    stage.tell.check(
        open.len() == 1 && values.len() == 2,
        "同一字段的两个值都留着,等人选,没有谁被悄悄覆盖",
        "both values of the one field are kept for a person to choose; nobody was overwritten",
    );
    let conflict = found.context("the relay shows no conflict")?;
    let kept = values.iter().find(|version| text(version, "value") == work.clash.kept);
    let choice = number(kept.context("the relay has lost a value")?, "choice").to_string();
    desk.one(&["resolve", text(conflict, "id"), "--choose", &choice, "--reason", work.clash.reason])?;
    stage.tell.say(
        format!("裁定:保留 {},理由“{}”", work.clash.kept, work.clash.reason),
        format!("decided: {} stays, because {:?}", work.clash.kept, work.clash.reason),
    );
    Ok(())
}

fn merge(stage: &mut Stage, desk: &Program, work: &Work) -> anyhow::Result<()> {
    let [survivor, absorbed] = &work.twins;
    let pairs = desk.lines(&["duplicates"])?;
    let is_ours = |pair: &&Value| {
        list(pair, "households").iter().all(|one| work.twins.iter().any(|twin| text(one, "id") == twin))
    };
    let ours = pairs.iter().find(is_ours);
    let score = ours.map_or(0, |pair| number(pair, "score"));
    stage.tell.check(
        ours.is_some(),
        format!("两部手机登记的同一户被认出({score} 分)"),
        format!("the household entered on two phones was recognised (score {score})"),
    );
    desk.one(&["merge", survivor, absorbed, "--reason", "同一户"])?;
    stage.tell.say("合并为一户,两个编号都继续有效", "merged into one household; both ids stay valid");
    Ok(())
}

/// The whole log once more: signatures, chains, and lists rebuilt and compared.
pub(crate) fn verify(stage: &mut Stage) -> anyhow::Result<()> {
    stage.tell.chapter("关机检查", "The relay is stopped and its data checked");
    let started = Instant::now();
    let out = stage.linli.command(&["verify", "--data", arg(&stage.data)?, "--json"]).output()?;
    let report: Value = serde_json::from_slice(&out.stdout).unwrap_or_default();
    let [batches, changes, documents] = ["batches", "changes", "documents"].map(|key| number(&report, key));
    let ms = ms(started);
    stage.tell.check(
        out.status.success(),
        format!("{batches} 批、{changes} 条改动的签名与链完好,从日志重建的 {documents} 份文档与现有的一致,{ms} 毫秒"),
        format!("{batches} batches and {changes} changes are signed and whole; {documents} documents rebuilt from the log are the same; {ms} ms"),
    );
    if !out.status.success() {
        stage.tell.say(report.to_string(), String::from_utf8_lossy(&out.stderr));
    }
    Ok(())
}
