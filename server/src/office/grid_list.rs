//! An office's list of grids becomes grids and their places. What exists is found by its code, by any other
//! code it is known by, or by its name; an old code beside a known name becomes another code of that grid.

use super::Drafts;
use super::grids::{self, Assigned, Assignment, assign_now, draft};
use crate::clock::now_ms;
use crate::problem::Problem;
use crate::state::App;
use linli_core::kinds::grid_doc;
use linli_roster::grids::{BadGridRow, GridField, GridList, GridReason, GridRow, read_grids};
use linli_storage::model::{GridRecord, Place};
use std::collections::{BTreeMap, BTreeSet};

/// What a list did, or would do.
pub(crate) struct Listed {
    pub(crate) rows: usize,
    pub(crate) added: Vec<String>,
    pub(crate) renamed: Vec<String>,
    pub(crate) aliases: usize,
    pub(crate) assigned: Assigned,
    pub(crate) bad: Vec<BadGridRow>,
}

/// What is to be written of one grid.
#[derive(Default)]
struct Wanted {
    is_new: bool,
    name: Option<String>,
    aliases: BTreeSet<String>,
}

/// Reads the list against the grids there are.
struct Reading {
    community: String,
    known: Vec<GridRecord>,
    aliases: BTreeMap<String, String>,
    wanted: BTreeMap<String, Wanted>,
}

pub(crate) async fn import(
    app: &App,
    (bytes, file_name): (Vec<u8>, String),
    community: Option<String>,
    dry_run: bool,
) -> Result<Listed, Problem> {
    let list = super::import::blocking(move || read_grids(&bytes, &file_name)).await?;
    let GridList { rows, mut bad } = list.map_err(|reason| Problem::bad(&reason))?;
    let _turn = app.office_turn().await;
    let known = app.model.grids().await?;
    let community = grids::community(&known, community)?;
    let aliases = app.model.grid_aliases().await?;
    let mut reading = Reading { community, known, aliases, wanted: BTreeMap::new() };
    let (mut assignments, mut sources) = (Vec::new(), Vec::new());
    let mut given: BTreeMap<Place, String> = BTreeMap::new();
    let count = rows.len() + bad.len();
    for row in rows {
        let code = match reading.grid(&row) {
            Ok(code) => code,
            Err(reason) => {
                bad.push(row.bad(GridField::Code, reason));
                continue;
            }
        };
        let Some(place) = place_of(&row) else { continue };
        if given.insert(place.clone(), code.clone()).is_some_and(|other| other != code) {
            bad.push(row.bad(row.smallest(), GridReason::Twice));
            continue;
        }
        assignments.push(Assignment { place, code });
        sources.push(row);
    }
    let mut drafts = Drafts::default();
    for (code, wanted) in &reading.wanted {
        let aliases: Vec<String> = wanted.aliases.iter().cloned().collect();
        draft(app, &mut drafts, (&reading.community, code), wanted.name.as_deref(), &aliases).await?;
    }
    if !dry_run {
        drafts.store(app, now_ms()).await?;
    }
    let assigned = assign_now(app, &reading.grids(), &assignments, dry_run).await?;
    let nobody = assigned.empty.iter().filter_map(|at| sources.get(*at));
    bad.extend(nobody.map(|row| row.bad(row.smallest(), GridReason::Nobody)));
    bad.sort_by(|a, b| (&a.sheet, a.row).cmp(&(&b.sheet, b.row)));
    Ok(Listed {
        rows: count,
        added: reading.codes(|wanted| wanted.is_new),
        renamed: reading.codes(|wanted| !wanted.is_new && wanted.name.is_some()),
        aliases: reading.wanted.values().map(|wanted| wanted.aliases.len()).sum(),
        assigned,
        bad,
    })
}

impl Reading {
    /// The grid of a row, by its own code.
    fn grid(&mut self, row: &GridRow) -> Result<String, GridReason> {
        let by_name = row.name.as_deref().and_then(|name| self.by_name(name));
        let Some(written) = row.code.as_deref() else {
            return match (by_name, row.name.as_deref()) {
                (Some(code), _) => Ok(code),
                (None, Some(name)) => self.new_grid(name),
                (None, None) => Err(GridReason::NoGrid),
            };
        };
        let plain = grids::plain(written);
        let code = self.aliases.get(&plain).cloned().unwrap_or(plain);
        if self.is_known(&code) {
            self.rename(&code, row.name.as_deref());
            return Ok(code);
        }
        if grids::is_code(&code) {
            // Another community's grids are not this list's to change.
            if self.known.iter().any(|grid| grid.code == code) {
                return Err(GridReason::Code);
            }
            let name = row.name.clone().unwrap_or_else(|| code.clone());
            self.wanted.insert(code.clone(), Wanted { is_new: true, name: Some(name), ..Wanted::default() });
            return Ok(code);
        }
        let own = by_name.ok_or(GridReason::Code)?;
        self.wanted.entry(own.clone()).or_default().aliases.insert(code);
        Ok(own)
    }

    fn is_known(&self, code: &str) -> bool {
        let ours = |grid: &GridRecord| grid.community == self.community && grid.code == code;
        self.wanted.get(code).is_some_and(|wanted| wanted.is_new) || self.known.iter().any(ours)
    }

    fn by_name(&self, name: &str) -> Option<String> {
        let new =
            self.wanted.iter().find(|(_, wanted)| wanted.is_new && wanted.name.as_deref() == Some(name));
        let ours = |grid: &&GridRecord| grid.community == self.community && grid.name == name;
        let known = self.known.iter().find(ours).map(|grid| &grid.code);
        new.map(|(code, _)| code).or(known).cloned()
    }

    fn new_grid(&mut self, name: &str) -> Result<String, GridReason> {
        let taken = |code: &String| {
            self.aliases.contains_key(code)
                || self.known.iter().any(|grid| grid.code == *code)
                || self.wanted.contains_key(code)
        };
        let code = grids::free_code(&self.known, &self.community, taken).map_err(|_| GridReason::Code)?;
        self.wanted
            .insert(code.clone(), Wanted { is_new: true, name: Some(name.into()), ..Wanted::default() });
        Ok(code)
    }

    fn rename(&mut self, code: &str, name: Option<&str>) {
        let now = self.known.iter().find(|grid| grid.code == code).map(|grid| grid.name.as_str());
        if let (Some(now), Some(name)) = (now, name)
            && now != name
        {
            self.wanted.entry(code.to_owned()).or_default().name = Some(name.to_owned());
        }
    }

    /// Every grid, those to be made included.
    fn grids(&self) -> Vec<GridRecord> {
        let new = self.wanted.iter().filter(|(_, wanted)| wanted.is_new);
        let new = new.map(|(code, wanted)| GridRecord {
            doc: grid_doc(&self.community, code),
            code: code.clone(),
            name: wanted.name.clone().unwrap_or_default(),
            community: self.community.clone(),
            households: 0,
            residents: 0,
        });
        self.known.iter().cloned().chain(new).collect()
    }

    fn codes(&self, is: impl Fn(&Wanted) -> bool) -> Vec<String> {
        self.wanted.iter().filter(|(_, wanted)| is(wanted)).map(|(code, _)| code.clone()).collect()
    }
}

fn place_of(row: &GridRow) -> Option<Place> {
    let estate = row.estate.clone()?;
    Some(Place { estate, building: row.building.clone(), unit: row.unit.clone() })
}
