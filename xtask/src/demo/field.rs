//! The grid workers' part: three phones, work without a connection, and what each knows at the end.

use super::Stage;
use super::office::wait_until_applied;
use super::program::{Program, arg, list, number, text};
use super::teller::{Teller, ms};
use anyhow::Context as _;
use serde_json::{Value, json};
use std::time::Instant;

/// Names of the three workers. The first two share a grid, the third has the one next to it as well.
const WORKERS: [&str; 3] = ["王芳", "李强", "赵敏"];

/// Visits that each worker makes while there is no connection.
const VISITS_EACH: usize = 5;

/// A worker's phone.
pub(crate) struct Phone {
    name: &'static str,
    program: Program,
    /// Records saved and not yet sent.
    saved: i64,
}

/// The three phones.
pub(crate) type Team = [Phone; 3];

/// What was done without a connection, and what must come of it.
pub(crate) struct Work {
    /// Households visited, once for each visit.
    pub(crate) visits: Vec<String>,
    pub(crate) clash: Clash,
    pub(crate) different: Different,
    /// One home, entered on two phones.
    pub(crate) twins: [String; 2],
    /// Household that got a newcomer.
    newcomer: String,
}

/// Two values for one field.
pub(crate) struct Clash {
    pub(crate) household: String,
    pub(crate) kept: &'static str,
    pub(crate) lost: &'static str,
    pub(crate) reason: &'static str,
}

/// Two fields of one household.
pub(crate) struct Different {
    pub(crate) household: String,
    pub(crate) phone: &'static str,
    pub(crate) tag: &'static str,
}

/// Workers, phones, and the first download.
pub(crate) fn enrol(stage: &mut Stage, desk: &Program, url: &str) -> anyhow::Result<Team> {
    stage.tell.chapter("三位网格员,三部手机", "Three grid workers, three phones");
    let grids = desk.lines(&["grids"])?;
    let grid = |n: usize| grids.get(n).context("the community has too few grids");
    let shared = text(grid(0)?, "code");
    let next = text(grid(1)?, "code");
    stage.tell.say(
        format!("共 {} 个网格;三人共管 {shared},{} 还管 {next}", grids.len(), WORKERS[2]),
        format!("{} grids; all three share {shared}, {} has {next} too", grids.len(), WORKERS[2]),
    );
    let one = number(grid(0)?, "households");
    let both = one + number(grid(1)?, "households");
    Ok([
        join(stage, desk, url, WORKERS[0], &[shared], one)?,
        join(stage, desk, url, WORKERS[1], &[shared], one)?,
        join(stage, desk, url, WORKERS[2], &[shared, next], both)?,
    ])
}

fn join(
    stage: &mut Stage,
    desk: &Program,
    url: &str,
    name: &'static str,
    grids: &[&str],
    expected: i64,
) -> anyhow::Result<Phone> {
    desk.one(&[["workers", "add", name, "--grid"].as_slice(), grids].concat())?;
    let code = desk.one(&["enrol-code", "--worker", name])?;
    let store = stage.props.join(format!("phone-{name}"));
    let options = ["--store", arg(&store)?, "--lang", stage.tell.lang.word(), "--json"];
    let phone = Phone { name, program: Program::new(stage.bin.join("linli-phone"), &options), saved: 0 };
    phone.program.one(&["enrol", url, text(&code, "code")])?;
    let started = Instant::now();
    phone.program.one(&["sync"])?;
    let ms = ms(started);
    let here = number(&phone.program.one(&["status"])?, "households");
    stage.tell.check(
        here == expected,
        format!("{name}的手机已登记,首次同步 {here} 户,{ms} 毫秒"),
        format!("{name}'s phone is enrolled; first sync: {here} households, {ms} ms"),
    );
    Ok(phone)
}

/// Visits and edits, each saved on its phone alone.
pub(crate) fn work_offline(stage: &mut Stage, team: &mut Team) -> anyhow::Result<Work> {
    let [a, b, c] = team;
    let homes = a.program.lines(&["households", "--limit", "100"])?;
    let mut calm =
        homes.iter().filter(|home| list(home, "tags").is_empty() && number(home, "open_conflicts") == 0);
    let mut pick =
        || Ok::<_, anyhow::Error>(text(calm.next().context("too few households")?, "id").to_owned());
    let clash =
        Clash { household: pick()?, kept: "13900001111", lost: "13800002222", reason: "已电话核实" };
    let different = Different { household: pick()?, phone: "13700003333", tag: "独居" };
    let newcomer = pick()?;
    let tell = &stage.tell;
    let mut visits = Vec::new();
    for phone in [&mut *a, &mut *b, &mut *c] {
        visits.extend(visit(tell, phone, &homes)?);
    }
    a.save(&["edit", &clash.household, "contact_phone", clash.kept])?;
    b.save(&["edit", &clash.household, "contact_phone", clash.lost])?;
    tell.say(
        format!("{}和{}给同一户填了不同的电话:{} / {}", a.name, b.name, clash.kept, clash.lost),
        format!(
            "{} and {} enter different phones for one household: {} / {}",
            a.name, b.name, clash.kept, clash.lost
        ),
    );
    a.save(&["edit", &different.household, "contact_phone", different.phone])?;
    b.save(&["edit", &different.household, "tags", &format!("+{}", different.tag)])?;
    tell.say(
        format!("{}改另一户的电话,{}给它加标签“{}”", a.name, b.name, different.tag),
        format!("{} edits the phone of another household, {} tags it {}", a.name, b.name, different.tag),
    );
    let twins = add_twins(tell, a, b, &clash.household)?;
    c.save(&["add-resident", &newcomer, "--name", "赵小宝", "--relation", "子女"])?;
    tell.say(format!("{}登记了一名新居民", c.name), format!("{} adds a new resident", c.name));
    for phone in team.iter() {
        check_kept(&mut stage.tell, phone)?;
    }
    Ok(Work { visits, clash, different, twins, newcomer })
}

fn visit(tell: &Teller, phone: &mut Phone, homes: &[Value]) -> anyhow::Result<Vec<String>> {
    let outcomes = ["done", "no_answer", "revisit"];
    let started = Instant::now();
    let mut visited = Vec::new();
    for (home, outcome) in homes.iter().zip(outcomes.iter().cycle()).take(VISITS_EACH) {
        let id = text(home, "id");
        phone.save(&["visit", id, "--outcome", outcome, "--note", phone.name])?;
        visited.push(id.to_owned());
    }
    let (name, count, ms) = (phone.name, visited.len(), ms(started));
    tell.say(
        format!("{name}走访 {count} 户,保存在手机里,共 {ms} 毫秒"),
        format!("{name} makes {count} visits, saved on the phone, {ms} ms in all"),
    );
    Ok(visited)
}

/// The same home in two spellings, on two phones that cannot know of each other.
fn add_twins(tell: &Teller, a: &mut Phone, b: &mut Phone, neighbour: &str) -> anyhow::Result<[String; 2]> {
    let home = a.program.one(&["household", neighbour])?;
    let (grid, estate) = (text(&home, "grid"), text(&home, "estate"));
    let long = format!("{estate}98号楼1单元101室");
    let short = format!("{estate}98-1-101");
    let add = |phone: &mut Phone, address: &str| {
        let added = phone.save(&["add-household", "--grid", grid, "--address", address])?;
        Ok::<_, anyhow::Error>(text(&added, "id").to_owned())
    };
    let twins = [add(a, &long)?, add(b, &short)?];
    tell.say(
        format!("{}登记新户“{long}”,{}登记“{short}”:其实是同一户", a.name, b.name),
        format!("{} adds {long:?}, {} adds {short:?}: the same home", a.name, b.name),
    );
    Ok(twins)
}

/// Without a relay a sync fails, and nothing saved is touched by that.
fn check_kept(tell: &mut Teller, phone: &Phone) -> anyhow::Result<()> {
    let synced = phone.program.command(&["sync"]).output()?.status.success();
    let waiting = number(&phone.program.one(&["status"])?, "unsent");
    tell.check(
        !synced && waiting == phone.saved,
        format!("{}的手机连不上服务器,{waiting} 条记录都在手机里等着", phone.name),
        format!("{}'s phone cannot reach the relay; all {waiting} records wait on it", phone.name),
    );
    Ok(())
}

/// Twice around: what the last phone brings, the first learns in the second round.
pub(crate) fn sync_all(stage: &mut Stage, team: &Team) -> anyhow::Result<()> {
    for phone in team {
        let started = Instant::now();
        let done = phone.program.one(&["sync"])?;
        let waiting = number(&phone.program.one(&["status"])?, "unsent");
        let (sent, received, ms) = (number(&done, "sent"), number(&done, "received"), ms(started));
        stage.tell.check(
            waiting == 0,
            format!("{}:上传 {sent} 条,收到 {received} 条,{ms} 毫秒", phone.name),
            format!("{}: {sent} sent, {received} received, {ms} ms", phone.name),
        );
    }
    for phone in team {
        phone.program.one(&["sync"])?;
    }
    Ok(())
}

/// Everyone syncs again: the loser is told, and all phones and the relay show the same.
pub(crate) fn learn(stage: &mut Stage, desk: &Program, team: &Team, work: &Work) -> anyhow::Result<()> {
    stage.tell.chapter("再同步:手机知道结果", "Another sync: the phones learn the outcome");
    sync_all(stage, team)?;
    wait_until_applied(desk)?;
    check_told(&mut stage.tell, team, work)?;
    let [survivor, absorbed] = &work.twins;
    let mut same = true;
    let mut shown = work.visits.iter().collect::<Vec<_>>();
    shown.extend([&work.clash.household, &work.different.household, &work.newcomer, survivor]);
    shown.sort();
    shown.dedup();
    for id in &shown {
        let office = essence(&desk.one(&["household", id])?);
        for phone in team {
            let here = essence(&phone.program.one(&["household", id])?);
            if here != office {
                same = false;
                tell_difference(&stage.tell, phone, &here, &office);
            }
        }
    }
    stage.tell.check(
        same,
        format!("{} 户在三部手机和服务器上逐字段一致", shown.len()),
        format!("{} households are the same, field by field, on three phones and the relay", shown.len()),
    );
    check_outcome(&mut stage.tell, team, work, absorbed, survivor)
}

fn check_told(tell: &mut Teller, team: &Team, work: &Work) -> anyhow::Result<()> {
    for (phone, is_loser) in team.iter().zip([false, true, false]) {
        let notices = phone.program.lines(&["notices"])?;
        for notice in &notices {
            let (kept, mine, reason) = (text(notice, "kept"), text(notice, "mine"), text(notice, "reason"));
            tell.say(
                format!("{}收到通知:保留了 {kept},您填的是 {mine},理由“{reason}”", phone.name),
                format!("{} is told: {kept} stays, you entered {mine}, because {reason:?}", phone.name),
            );
        }
        let told = |notice: &Value| {
            text(notice, "kept") == work.clash.kept
                && text(notice, "mine") == work.clash.lost
                && text(notice, "reason") == work.clash.reason
        };
        let right =
            if is_loser { notices.len() == 1 && notices.iter().all(told) } else { notices.is_empty() };
        let (zh, en) = if is_loser {
            ("被告知结果和理由", "was told, with the reason")
        } else {
            ("没有多余通知", "was not bothered")
        };
        tell.check(right, format!("{}{zh}", phone.name), format!("{} {en}", phone.name));
    }
    Ok(())
}

fn check_outcome(
    tell: &mut Teller,
    team: &Team,
    work: &Work,
    absorbed: &str,
    survivor: &str,
) -> anyhow::Result<()> {
    let mut right = true;
    for phone in team {
        let clash = phone.program.one(&["household", &work.clash.household])?;
        let merged = phone.program.one(&["household", absorbed])?;
        right &= text(&clash, "contact_phone") == work.clash.kept && text(&merged, "id") == survivor;
        right &= phone.program.lines(&["conflicts"])?.is_empty();
    }
    tell.check(
        right,
        "三部手机上:裁定的电话生效,两个编号打开同一户,没有遗留冲突",
        "on all phones the chosen number stands, both ids open one household, no conflict is left",
    );
    Ok(())
}

/// What must be the same everywhere: all that people entered, without what differs by design (when this
/// phone last synced, how a program words a time).
fn essence(card: &Value) -> Value {
    let fields = ["grid", "estate", "building", "unit", "room", "contact_phone", "note"];
    let ids = |key: &str| {
        let mut ids: Vec<&str> = list(card, key).iter().map(|one| text(one, "id")).collect();
        ids.sort_unstable();
        ids.join(" ")
    };
    let mut people: Vec<String> = list(card, "residents")
        .iter()
        .map(|one| ["id", "name", "relation", "gender", "birth", "phone"].map(|key| text(one, key)).join("|"))
        .collect();
    people.sort();
    json!({
        "fields": fields.map(|key| text(card, key)),
        "tags": list(card, "tags"),
        "residents": people,
        "visits": ids("visits"),
    })
}

fn tell_difference(tell: &Teller, phone: &Phone, here: &Value, office: &Value) {
    tell.say(
        format!("{}的手机:{here}\n  服务器:{office}", phone.name),
        format!("{}'s phone: {here}\n  the relay: {office}", phone.name),
    );
}

impl Phone {
    /// A command that saves one record.
    fn save(&mut self, args: &[&str]) -> anyhow::Result<Value> {
        let done = self.program.one(args)?;
        self.saved += 1;
        Ok(done)
    }
}
