//! Drawing grids: new ones, their names and other codes, and which places belong to them.

use super::moves::{Target, move_households};
use super::{Drafts, author};
use crate::clock::now_ms;
use crate::problem::Problem;
use crate::state::App;
use axum::http::StatusCode;
use linli_core::address::{Address, half_width};
use linli_core::doc::Document;
use linli_core::ids::HouseholdId;
use linli_core::kinds::{DocKind, Grid, community_space, grid_doc, grid_space};
use linli_core::record::{Put, Value};
use linli_storage::model::{GridRecord, Place};
use std::collections::{BTreeMap, BTreeSet};

/// Digits of the area that a grid lies in, as the state numbers areas.
const AREA_DIGITS: usize = 12;
/// Numbers within an area have three digits, from 001; 000 are the households without a grid.
const NUMBERS: std::ops::RangeInclusive<u32> = 1..=999;
/// Longest other code of a grid: old lists have names there.
const ALIAS_CHARS_MAX: usize = 40;

/// A grid to make.
pub(crate) struct NewGrid {
    pub(crate) code: Option<String>,
    pub(crate) name: String,
    pub(crate) community: Option<String>,
    /// Whose households move to it at once.
    pub(crate) places: Vec<Place>,
}

/// Places that shall belong to a grid.
pub(crate) struct Assignment {
    /// As written.
    pub(crate) place: Place,
    /// The grid's own code.
    pub(crate) code: String,
}

/// Households that go from one grid to another.
#[derive(Debug)]
pub(crate) struct Flow {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) households: i64,
}

/// What an assignment does, or would do.
pub(crate) struct Assigned {
    pub(crate) flows: Vec<Flow>,
    /// Households before and after, for every grid that changes.
    pub(crate) sizes: BTreeMap<String, (i64, i64)>,
    /// The assignments at whose place nobody lives, by their position.
    pub(crate) empty: Vec<usize>,
}

impl Assigned {
    /// One place that nobody lives at is a slip.
    pub(crate) fn refuse_empty(&self, assignments: &[Assignment]) -> Result<(), Problem> {
        let Some(empty) = self.empty.first().and_then(|at| assignments.get(*at)) else { return Ok(()) };
        let Place { estate, building, unit } = &empty.place;
        let shown = [Some(estate), building.as_ref(), unit.as_ref()].into_iter().flatten();
        let shown = shown.map(String::as_str).collect::<Vec<_>>().join("/");
        Err(Problem::not_found("楼栋或单元", "place", shown))
    }
}

/// The grid that a code means, in whichever spelling.
pub(crate) async fn find_grid(app: &App, written: &str) -> Result<GridRecord, Problem> {
    let code = plain(written);
    let aliases = app.model.grid_aliases().await?;
    let own = aliases.get(&code).unwrap_or(&code);
    let found = app.model.grids().await?.into_iter().find(|grid| grid.code == *own);
    found.ok_or_else(|| Problem::not_found("网格", "grid", written))
}

/// A code as it is compared: half-width, without blanks and dashes.
pub(crate) fn plain(written: &str) -> String {
    half_width(written).chars().filter(|c| !c.is_whitespace() && *c != '-').collect::<String>().to_lowercase()
}

/// Whether a code is 12 digits of an area and three of a number.
pub(crate) fn is_code(code: &str) -> bool {
    code.len() == AREA_DIGITS + 3 && code.bytes().all(|byte| byte.is_ascii_digit())
}

/// Makes a grid, of places when some are given. A dry run says what would move; the grid needs no name yet.
pub(crate) async fn add(app: &App, new: NewGrid, dry_run: bool) -> Result<(GridRecord, Assigned), Problem> {
    let _turn = app.office_turn().await;
    let mut known = app.model.grids().await?;
    let community = community(&known, new.community)?;
    let code = code_of_new(app, &known, &community, new.code.as_deref()).await?;
    let name = if dry_run { new.name } else { grid_name(&new.name)? };
    let doc = grid_doc(&community, &code);
    let grid = GridRecord { doc, code, name, community, households: 0, residents: 0 };
    known.push(grid.clone());
    let code = &grid.code;
    let assignments: Vec<Assignment> =
        new.places.into_iter().map(|place| Assignment { place, code: code.clone() }).collect();
    let looked = assign_now(app, &known, &assignments, true).await?;
    looked.refuse_empty(&assignments)?;
    if dry_run {
        return Ok((grid, looked));
    }
    let mut drafts = Drafts::default();
    draft(app, &mut drafts, (&grid.community, code), Some(&grid.name), &[]).await?;
    drafts.store(app, now_ms()).await?;
    let assigned = assign_now(app, &known, &assignments, false).await?;
    Ok((find_grid(app, code).await?, assigned))
}

/// The code asked for, or the next free one.
async fn code_of_new(
    app: &App,
    known: &[GridRecord],
    community: &str,
    wanted: Option<&str>,
) -> Result<String, Problem> {
    let aliases = app.model.grid_aliases().await?;
    let taken = |code: &String| known.iter().any(|grid| grid.code == *code) || aliases.contains_key(code);
    match wanted.map(plain) {
        Some(code) if !is_code(&code) => Err(bad_code()),
        Some(code) if taken(&code) => Err(Problem::new(
            StatusCode::CONFLICT,
            "grid.code_taken",
            format!("网格编码 {code} 已经有了"),
            format!("there is a grid with the code {code}"),
        )),
        Some(code) => Ok(code),
        None => free_code(known, community, taken),
    }
}

/// Gives a grid another name, or more codes by which old lists know it.
pub(crate) async fn change(
    app: &App,
    written: &str,
    name: Option<&str>,
    aliases: &[String],
) -> Result<GridRecord, Problem> {
    let _turn = app.office_turn().await;
    let grid = find_grid(app, written).await?;
    let mut drafts = Drafts::default();
    draft(app, &mut drafts, (&grid.community, &grid.code), name, aliases).await?;
    drafts.store(app, now_ms()).await?;
    find_grid(app, &grid.code).await
}

/// Writes a grid's document: new, or with what is given changed.
pub(crate) async fn draft(
    app: &App,
    drafts: &mut Drafts,
    (community, code): (&str, &str),
    name: Option<&str>,
    aliases: &[String],
) -> Result<(), Problem> {
    let doc = grid_doc(community, code);
    let open = app.model.document(doc).await?;
    let mut puts = Vec::new();
    if open.is_none() {
        let grid = Grid { code: Some(code.into()), community: Some(community.into()), ..Grid::default() };
        puts = grid.puts("");
    }
    if let Some(name) = name {
        puts.push(Put::set("name", grid_name(name)?));
    }
    for alias in aliases {
        puts.push(Put {
            key: format!("aliases/{}", alias_of(app, alias, code).await?),
            value: Some(Value::Bool(true)),
        });
    }
    let mut document = open.map_or_else(|| Document::new(DocKind::Grid), |open| open.document);
    if let Some(change) = document.edit(&author(now_ms()), &puts) {
        drafts.add(community_space(community), doc, DocKind::Grid, 0, change);
    }
    Ok(())
}

async fn alias_of(app: &App, written: &str, code: &str) -> Result<String, Problem> {
    let alias = plain(written);
    if alias.is_empty() || alias.chars().count() > ALIAS_CHARS_MAX || alias.contains('/') {
        return Err(bad(
            "grid.alias_malformed",
            "别名应为 1 到 40 个字,不含“/”",
            "another code has 1 to 40 characters and no slash",
        ));
    }
    match find_grid(app, &alias).await {
        Ok(grid) if grid.code != code => {
            Err(bad("grid.alias_taken", "这个编码已经属于另一个网格", "this code belongs to another grid"))
        }
        _ => Ok(alias),
    }
}

/// Moves the households of places to grids. Where several assignments fit, the closest one counts: a unit's
/// before its building's, a building's before its estate's.
pub(crate) async fn assign(
    app: &App,
    assignments: &[Assignment],
    dry_run: bool,
) -> Result<Assigned, Problem> {
    let _turn = app.office_turn().await;
    assign_now(app, &app.model.grids().await?, assignments, dry_run).await
}

/// The same for a caller who holds the office's lock and for whom lists are up to date. A dry run may name
/// grids that are not made yet.
pub(crate) async fn assign_now(
    app: &App,
    grids: &[GridRecord],
    assignments: &[Assignment],
    dry_run: bool,
) -> Result<Assigned, Problem> {
    let (mut goes, mut empty) = (BTreeMap::new(), Vec::new());
    let mut order: Vec<usize> = (0..assignments.len()).collect();
    order.sort_by_key(|at| assignments.get(*at).map(|one| depth(&one.place)));
    for at in order {
        let Some(Assignment { place, code }) = assignments.get(at) else { continue };
        let target = grids.iter().find(|grid| grid.code == *code);
        let target = target.ok_or_else(|| Problem::not_found("网格", "grid", code))?;
        let here = living_at(app, &target.community, place).await?;
        if here.is_empty() {
            empty.push(at);
        }
        goes.extend(here.into_iter().map(|(id, from, counts)| (id, (from, target, counts))));
    }
    let mut assigned = summarise(grids, &goes);
    empty.sort_unstable();
    assigned.empty = empty;
    if !dry_run {
        let mut targets: BTreeMap<&str, Target> = BTreeMap::new();
        for (household, (_, grid, _)) in &goes {
            let target = targets.entry(&grid.code).or_insert_with(|| Target {
                code: grid.code.clone(),
                space: grid_space(&grid.community, &grid.code),
                households: BTreeSet::new(),
            });
            target.households.insert(*household);
        }
        move_households(app, targets.into_values().collect(), now_ms()).await?;
    }
    Ok(assigned)
}

fn summarise(grids: &[GridRecord], goes: &BTreeMap<HouseholdId, (String, &GridRecord, bool)>) -> Assigned {
    let mut flows: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for (from, target, _) in goes.values().filter(|(from, target, counts)| *counts && *from != target.code) {
        *flows.entry((from, &target.code)).or_default() += 1;
    }
    let mut sizes = BTreeMap::new();
    let size = |code: &str| grids.iter().find(|grid| grid.code == code).map_or(0, |grid| grid.households);
    for (from, to) in flows.keys() {
        for code in [from, to] {
            sizes.entry((*code).to_owned()).or_insert((size(code), size(code)));
        }
    }
    // A target that nobody comes to is still answered for.
    for (_, target, _) in goes.values() {
        sizes.entry(target.code.clone()).or_insert((target.households, target.households));
    }
    for ((from, to), households) in &flows {
        sizes.entry((*from).to_owned()).and_modify(|(_, after)| *after -= households);
        sizes.entry((*to).to_owned()).and_modify(|(_, after)| *after += households);
    }
    let flow =
        |((from, to), households): ((&str, &str), i64)| Flow { from: from.into(), to: to.into(), households };
    Assigned { flows: flows.into_iter().map(flow).collect(), sizes, empty: Vec::new() }
}

async fn living_at(
    app: &App,
    community: &str,
    written: &Place,
) -> Result<Vec<(HouseholdId, String, bool)>, Problem> {
    let here = app.model.households_at(community, written).await?;
    match normal(written) {
        Some(place) if here.is_empty() => Ok(app.model.households_at(community, &place).await?),
        _ => Ok(here),
    }
}

/// The place in the spelling that addresses have: 3 for 3号楼. Read like a home there.
fn normal(place: &Place) -> Option<Place> {
    let part = |part: &Option<String>| part.clone().unwrap_or_default();
    let address =
        Address::from_parts(&place.estate, &part(&place.building), &part(&place.unit), "101").ok()?;
    let keep = |asked: &Option<String>, read: String| asked.as_ref().map(|_| read);
    Some(Place {
        estate: address.estate,
        building: keep(&place.building, address.building),
        unit: keep(&place.unit, address.unit),
    })
}

fn depth(place: &Place) -> u8 {
    u8::from(place.building.is_some()) + u8::from(place.unit.is_some())
}

pub(crate) fn community(known: &[GridRecord], wanted: Option<String>) -> Result<String, Problem> {
    let all: BTreeSet<&str> = known.iter().map(|grid| grid.community.as_str()).collect();
    match (wanted, all.len(), all.first()) {
        (Some(wanted), _, _) => super::import::community_name(&wanted),
        (None, 1, Some(only)) => Ok((*only).to_owned()),
        _ => Err(bad("grid.which_community", "请写明社区", "name the community")),
    }
}

/// The next free number in the area where the community has most of its grids.
pub(crate) fn free_code(
    known: &[GridRecord],
    community: &str,
    taken: impl Fn(&String) -> bool,
) -> Result<String, Problem> {
    let mut areas: BTreeMap<&str, usize> = BTreeMap::new();
    for grid in known.iter().filter(|grid| grid.community == community) {
        *areas.entry(grid.code.get(..AREA_DIGITS).unwrap_or_default()).or_default() += 1;
    }
    let area = areas.into_iter().max_by_key(|(area, count)| (*count, std::cmp::Reverse(*area)));
    let (area, _) = area.ok_or_else(|| {
        bad(
            "grid.no_area",
            "本社区还没有网格,请写出第一个网格的 15 位编码",
            "the community has no grid yet; give the first one's code of 15 digits",
        )
    })?;
    let mut codes = NUMBERS.map(|number| format!("{area}{number:03}"));
    codes.find(|code| !taken(code)).ok_or_else(|| {
        bad("grid.area_full", "这个区划的 999 个网格编码已用完", "all 999 codes of this area are taken")
    })
}

fn grid_name(typed: &str) -> Result<String, Problem> {
    let spec = Grid::SPEC.require("name").map_err(|error| Problem::bad(&error))?;
    let name = spec.parse(typed).map_err(|error| Problem::bad(&error))?;
    let name = name.as_text().map(str::to_owned);
    name.ok_or_else(|| bad("grid.no_name", "请填写网格名称", "give the grid's name"))
}

pub(crate) fn bad_code() -> Problem {
    bad(
        "grid.code_malformed",
        "网格编码应为 15 位数字:12 位区划代码加 3 位序号",
        "a grid's code has 15 digits: 12 of the area and 3 of its own",
    )
}

fn bad(code: &'static str, zh: &str, en: &str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, zh, en)
}
