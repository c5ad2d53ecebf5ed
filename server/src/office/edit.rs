//! Changing a household from the office: a change like any other, written from the state that the person at
//! the desk looked at. What a phone wrote meanwhile is concurrent to it and becomes a visible conflict.

use super::place_grids::PlaceGrids;
use super::{Drafts, author_of};
use crate::access::Caller;
use crate::clock::{now_ms, random};
use crate::problem::{Problem, SHOWN_CHARS_MAX, WrongField};
use crate::state::App;
use axum::http::StatusCode;
use linli_core::address::Address;
use linli_core::doc::{Author, Document};
use linli_core::error::Coded;
use linli_core::ids::{DocId, Hash, HouseholdId, ResidentId};
use linli_core::kinds::{self, DocKind, Household, Resident, grid_space, resident_key};
use linli_core::record::{FieldSpec, FieldType, Fields, Put, Value};
use linli_core::time::TimeMs;
use linli_storage::model::OpenDoc;
use std::collections::{BTreeMap, BTreeSet};

/// Fields that are changed elsewhere: moving to another grid, and merging; identity numbers come with rosters.
const ELSEWHERE: [&str; 5] = ["grid", "merged_into", "withdrawn", "national_id_hash", "national_id_last4"];

/// Whether a field is changed by an edit.
pub(crate) fn is_editable(spec: &FieldSpec) -> bool {
    !ELSEWHERE.contains(&spec.key)
}

/// Words that join and leave a set.
#[derive(Clone, Debug, Default)]
pub(crate) struct SetEdit {
    pub(crate) add: Vec<String>,
    pub(crate) remove: Vec<String>,
}

/// What a person changed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Edit {
    /// The state looked at.
    pub(crate) base: Vec<Hash>,
    /// Typed values by document key; `None` clears.
    pub(crate) puts: BTreeMap<String, Option<String>>,
    /// By document key: `tags`, `r/<resident>/tags`.
    pub(crate) sets: BTreeMap<String, SetEdit>,
}

/// What an edit did.
pub(crate) struct Edited {
    pub(crate) changed: bool,
    pub(crate) heads: Vec<Hash>,
    /// Fields on which a person must choose now.
    pub(crate) conflicts: Vec<String>,
}

/// Changes a household and its residents.
pub(crate) async fn edit(
    app: &App,
    by: &Caller,
    household: HouseholdId,
    edit: Edit,
) -> Result<Edited, Problem> {
    let _turn = app.office_turn().await;
    let mut open = writable(app, household).await?;
    known_base(&mut open.document, &edit.base)?;
    let now = now_ms();
    let puts = puts_of(&mut open.document, &edit, now)?;
    let by = Author { base: Some(edit.base), ..author_of(by, now) };
    write(app, open, &by, &puts).await
}

/// Adds a resident.
pub(crate) async fn add_resident(
    app: &App,
    by: &Caller,
    household: HouseholdId,
    typed: &BTreeMap<String, String>,
    tags: Vec<String>,
) -> Result<(ResidentId, Edited), Problem> {
    let _turn = app.office_turn().await;
    let mut open = writable(app, household).await?;
    let id = ResidentId(random());
    let prefix = resident_key(id);
    let mut wrong = Vec::new();
    if typed.get("name").is_none_or(|name| name.trim().is_empty()) {
        wrong.push(missing("name", "请填写姓名", "give a name"));
    }
    let mut puts = new_record(&Resident::SPEC, &prefix, typed, &mut wrong);
    puts.extend(set_puts(
        &format!("{prefix}tags"),
        "tags",
        &SetEdit { add: tags, remove: Vec::new() },
        &mut wrong,
    ));
    Problem::of_fields(wrong)?;
    let base = open.document.heads();
    let by = Author { base: Some(base), ..author_of(by, now_ms()) };
    Ok((id, write(app, open, &by, &puts).await?))
}

/// Adds a household to a grid; to that of the homes around it unless one is given.
pub(crate) async fn add_household(
    app: &App,
    by: &Caller,
    grid: Option<&str>,
    address: &str,
    typed: &BTreeMap<String, String>,
    tags: Vec<String>,
) -> Result<(HouseholdId, String), Problem> {
    let mut wrong = Vec::new();
    let mut record = Household::default();
    let address = Address::parse(address);
    let grid = grid_of_new(app, grid, address.as_ref().ok()).await?;
    let community = grid.as_ref().map(|(_, community)| community.clone()).unwrap_or_default();
    match &grid {
        Some((code, _)) => record.grid = Some(code.clone()),
        None => wrong.push(missing("grid", "请选择网格", "choose a grid")),
    }
    match &address {
        Ok(address) => record.set_address(address),
        Err(error) => wrong.push(wrong_field("address".into(), error)),
    }
    let mut puts = record.puts("");
    for put in &puts {
        let spec = Household::SPEC.field(&put.key);
        let text = put.value.as_ref().and_then(Value::as_text).unwrap_or_default();
        if let Some(Err(error)) = spec.map(|spec| spec.parse(text)) {
            wrong.push(wrong_field("address".into(), &error));
        }
    }
    puts.extend(new_record(&Household::SPEC, "", typed, &mut wrong));
    puts.extend(set_puts("tags", "tags", &SetEdit { add: tags, remove: Vec::new() }, &mut wrong));
    Problem::of_fields(wrong)?;
    let grid = record.grid.unwrap_or_default();
    let _turn = app.office_turn().await;
    let id = HouseholdId(random());
    let space = grid_space(&community, &grid);
    let document = Document::new(DocKind::Household);
    let open = OpenDoc { id: DocId::from(id), space, nth: 0, generation: 0, document };
    write(app, open, &author_of(by, now_ms()), &puts).await?;
    Ok((id, grid))
}

/// The code and community of the grid that a new household joins.
async fn grid_of_new(
    app: &App,
    wanted: Option<&str>,
    address: Option<&Address>,
) -> Result<Option<(String, String)>, Problem> {
    let grids = app.model.grid_names().await?;
    let near = match (wanted, address) {
        (None, Some(address)) => PlaceGrids::new(app.model.places().await?).of(address).map(str::to_owned),
        _ => None,
    };
    let code = wanted.map(|wanted| wanted.trim().to_owned()).or(near).unwrap_or_default();
    Ok(grids.get(&code).map(|(_, community)| (code.clone(), community.clone())))
}

/// A household's document, unless it is a part of another household.
async fn writable(app: &App, household: HouseholdId) -> Result<OpenDoc, Problem> {
    let open = app.model.document(DocId::from(household)).await?;
    let open = open.filter(|open| open.document.kind() == DocKind::Household);
    let open = open.ok_or_else(|| Problem::not_found("户", "household", household))?;
    let fields = open.document.fields();
    match fields.get("merged_into").and_then(Value::as_text) {
        None => Ok(open),
        Some(survivor) => Err(Problem::new(
            StatusCode::CONFLICT,
            "household.merged",
            format!("这一户已并入 {survivor},请到那一户修改"),
            format!("this household has become a part of {survivor}; change that one"),
        )),
    }
}

/// A base that is not in the document would make everything written a conflict.
fn known_base(document: &mut Document, base: &[Hash]) -> Result<(), Problem> {
    if !base.is_empty() && base.iter().all(|hash| document.has(*hash)) {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::CONFLICT,
        "household.unknown_base",
        "不知道您是从哪个版本改起的,请重新打开这一户再改",
        "it is not known which state was changed; open the household again and repeat the change",
    ))
}

/// What must be written, without what the person found there already.
fn puts_of(document: &mut Document, edit: &Edit, now_ms: TimeMs) -> Result<Vec<Put>, Problem> {
    let (then, now) = (document.fields_at(&edit.base), document.fields());
    let residents: BTreeSet<ResidentId> = kinds::residents(&now).into_iter().map(|(id, _)| id).collect();
    let (mut puts, mut wrong) = (Vec::new(), Vec::new());
    for (key, typed) in &edit.puts {
        match typed_put(key, typed.as_deref(), &residents) {
            Ok(put) if is_news(&put, &then, &now) => puts.push(put),
            Ok(_) => {}
            Err(field) => wrong.push(field),
        }
    }
    for (key, set) in &edit.sets {
        match field_of(key, &residents) {
            Ok(spec) if spec.ty == FieldType::Set => {
                puts.extend(
                    set_puts(key, key, set, &mut wrong).into_iter().filter(|put| is_news(put, &then, &now)),
                );
            }
            Ok(_) => wrong.push(missing(key, "这个字段不是标签", "this field is no set of words")),
            Err(field) => wrong.push(field),
        }
    }
    wrong.extend(puts.iter().filter_map(|put| disputed(document, put, &edit.base)));
    Problem::of_fields(wrong)?;
    // An edit of a resident and a concurrent removal meet on this key, and the edit wins.
    let edited: BTreeSet<String> = puts.iter().filter_map(|put| presence_of(&put.key)).collect();
    let written: BTreeSet<String> = puts.iter().map(|put| put.key.clone()).collect();
    let presence = edited.into_iter().filter(|key| !written.contains(key));
    puts.extend(presence.map(|key| Put { key, value: Some(Value::Int(now_ms)) }));
    Ok(puts)
}

/// A person who knew of several values must decide at the merge desk, with a reason; writing over them here
/// would settle the conflict without saying so.
fn disputed(document: &mut Document, put: &Put, base: &[Hash]) -> Option<WrongField> {
    let conflict = document.conflict_at(put.key.clone())?;
    let knew = document.values_at(&put.key, base) > 1;
    (conflict.asks() && knew).then(|| WrongField {
        key: put.key.clone(),
        code: "field.in_conflict",
        zh: "这一项有几个说法,请先在裁定台选定".into(),
        en: "this field has several values; choose between them at the merge desk first".into(),
    })
}

fn is_news(put: &Put, then: &Fields, now: &Fields) -> bool {
    let blank = |value: Option<&Value>| value.is_none_or(|value| *value == Value::Null);
    let same = |fields: &Fields| {
        let known = fields.get(&put.key);
        known == put.value.as_ref() || (blank(known) && blank(put.value.as_ref()))
    };
    !same(then) && !same(now)
}

/// `r/<id>/presence` for a key of that resident.
fn presence_of(key: &str) -> Option<String> {
    let mut parts = key.split('/');
    let (first, id) = (parts.next()?, parts.next()?);
    (first == "r").then(|| format!("r/{id}/presence"))
}

fn typed_put(key: &str, typed: Option<&str>, residents: &BTreeSet<ResidentId>) -> Result<Put, WrongField> {
    let spec = field_of(key, residents)?;
    if spec.ty == FieldType::Set {
        return Err(missing(key, "标签请逐个添加或去掉", "add and remove words of a set one by one"));
    }
    let value = spec.parse(typed.unwrap_or_default()).map_err(|error| wrong_field(key.into(), &error))?;
    let required = ["name", "room"].contains(&spec.key);
    if required && value == Value::Null {
        return Err(missing(key, "这一项不能为空", "this field cannot be empty"));
    }
    Ok(Put { key: key.to_owned(), value: Some(value) })
}

/// The field behind a key that a person may edit.
fn field_of(key: &str, residents: &BTreeSet<ResidentId>) -> Result<&'static FieldSpec, WrongField> {
    let unknown = |error: &dyn Coded| wrong_field(key.into(), error);
    let parts: Vec<&str> = key.split('/').collect();
    let spec = match parts.as_slice() {
        ["r", id, field] => {
            let named = |known: &ResidentId| known.to_string() == **id;
            let there = residents.iter().any(named);
            if !there {
                return Err(missing(key, "这位居民不在这一户", "this resident is not in the household"));
            }
            Resident::SPEC.require(field).map_err(|error| unknown(&error))?
        }
        [field] => Household::SPEC.require(field).map_err(|error| unknown(&error))?,
        _ => return Err(unknown(&Household::SPEC.require(key).err().unwrap_or_else(|| no_field(key)))),
    };
    if is_editable(spec) {
        return Ok(spec);
    }
    Err(WrongField {
        key: key.to_owned(),
        code: "field.not_here",
        zh: format!("“{}”不在这里修改", spec.zh),
        en: format!("{} is not changed here", spec.en),
    })
}

fn no_field(key: &str) -> linli_core::record::FieldError {
    linli_core::record::FieldError::Unknown {
        field: key.chars().take(SHOWN_CHARS_MAX).collect(),
        known: String::new(),
    }
}

/// Words joining and leaving a set; `named` is what the request called it.
fn set_puts(key: &str, named: &str, set: &SetEdit, wrong: &mut Vec<WrongField>) -> Vec<Put> {
    let Some(spec) = Household::SPEC.field("tags") else { return Vec::new() };
    let mut puts = Vec::new();
    for (words, value) in [(&set.add, Some(Value::Bool(true))), (&set.remove, None)] {
        for word in words {
            match spec.parse(word) {
                Ok(Value::Text(word)) => {
                    puts.push(Put { key: format!("{key}/{word}"), value: value.clone() });
                }
                Ok(_) => wrong.push(missing(named, "标签不能为空", "a tag cannot be empty")),
                Err(error) => wrong.push(wrong_field(named.into(), &error)),
            }
        }
    }
    puts
}

/// The fields of a record that is not there yet, as typed.
fn new_record(
    kind: &'static linli_core::record::KindSpec,
    prefix: &str,
    typed: &BTreeMap<String, String>,
    wrong: &mut Vec<WrongField>,
) -> Vec<Put> {
    let mut puts = Vec::new();
    for (key, text) in typed {
        match kind.require(key).and_then(|spec| spec.parse(text)) {
            Ok(Value::Null) => {}
            Ok(value) => puts.push(Put { key: format!("{prefix}{key}"), value: Some(value) }),
            Err(error) => wrong.push(wrong_field(key.clone(), &error)),
        }
    }
    puts
}

fn wrong_field(key: String, error: &dyn Coded) -> WrongField {
    WrongField { key, code: error.code(), zh: error.zh(), en: error.to_string() }
}

fn missing(key: &str, zh: &str, en: &str) -> WrongField {
    WrongField { key: key.to_owned(), code: "field.missing", zh: zh.to_owned(), en: en.to_owned() }
}

async fn write(app: &App, mut open: OpenDoc, by: &Author, puts: &[Put]) -> Result<Edited, Problem> {
    let mut puts = puts.to_vec();
    if !puts.is_empty() && open.document.fields().get("withdrawn").is_some_and(|by| *by != Value::Null) {
        // Whoever changes a household says that it is there.
        puts.push(Put { key: "withdrawn".into(), value: None });
    }
    let change = if puts.is_empty() { None } else { open.document.edit(by, &puts) };
    let changed = change.is_some();
    let mut drafts = Drafts::default();
    if let Some(change) = change {
        drafts.add(open.space, open.id, DocKind::Household, open.generation, change);
    }
    drafts.store(app, by.at_ms).await?;
    let disputed = open.document.conflicts().into_iter().filter(|conflict| conflict.asks());
    Ok(Edited {
        changed,
        conflicts: disputed.map(|conflict| conflict.key).collect(),
        heads: open.document.heads(),
    })
}
