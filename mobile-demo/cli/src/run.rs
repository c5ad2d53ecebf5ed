//! Carries a command out.

use crate::args::{
    AddHouseholdArgs, AddResidentArgs, AgreesArg, Args, Command, ConsentArgs, IssueArgs, NoticeAction,
    PlaceArgs, UnsentAction, VisitArgs,
};
use crate::output::Output;
use linli_core::ids::HouseholdId;
use linli_core::kinds::{Channel, Told};
use linli_engine::{
    Engine, EngineError, FileKeys, HouseholdFilter, IssueFilter, Lang, NewComplaint, NewConsent,
    NewHousehold, NewIssue, NewResident, NewVisit, Options, SystemEnv, TodayFilter, trust_only,
};
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

/// A photo with everything that a camera writes beside it.
const PHOTO_FILE_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// Opens the store and does what was asked.
pub(crate) async fn run(args: Args, lang: Lang, clock_offset_ms: i64) -> Result<(), EngineError> {
    if let Some(file) = &args.ca_file {
        let unread = |error: std::io::Error| EngineError::Folder {
            path: file.display().to_string(),
            reason: error.to_string(),
        };
        trust_only(&std::fs::read(file).map_err(unread)?)?;
    }
    let out = Output { json: args.json, lang };
    let app = concat!("linli-phone/", env!("CARGO_PKG_VERSION")).to_owned();
    let env = Box::new(SystemEnv { offset_ms: clock_offset_ms });
    let keys = args.key_file.map_or_else(|| FileKeys::beside(&args.store), FileKeys::at);
    let engine = Engine::open_with_keys(&args.store, env, Options { app, lang }, Arc::new(keys)).await?;
    match args.command {
        Command::Enrol { url, code: Some(code) } => out.enrolled(&engine.enrol(&url, &code).await?),
        Command::Enrol { url, code: None } => out.enrolled(&engine.enrol_scanned(&url).await?),
        Command::Status => out.status(&engine.status().await?),
        Command::Anchor => engine.anchors().await?.iter().for_each(|one| out.anchor(one)),
        Command::Digests => engine.digests().await?.iter().for_each(|one| out.digest(one)),
        Command::Households { search, grid, limit } => {
            let filter = HouseholdFilter { search, grid, limit };
            engine.households(&filter).await?.iter().for_each(|item| out.household_item(item));
        }
        Command::Today(args) => {
            let (only, tag, offset, limit) = (args.only.into(), args.tag, args.offset, args.limit);
            out.today(&engine.today(&TodayFilter { only, tag, offset, limit, ..place(args.place) }).await?);
        }
        Command::Chart(args) => out.chart(&engine.building_chart(&place(args)).await?),
        Command::Household { id, history } => {
            out.household(&engine.household(household_id(&id)?, history).await?);
        }
        Command::Photo { id, out: file } => photo(&engine, &out, &id, &file).await?,
        Command::Visit(args) => visit(&engine, &out, args).await?,
        Command::Edit { id, field, value } => {
            out.saved(&engine.edit_household(household_id(&id)?, &field, &value).await?);
        }
        Command::AddHousehold(args) => add_household(&engine, &out, args).await?,
        Command::AddResident(args) => add_resident(&engine, &out, args).await?,
        Command::EditResident { id, resident, field, value } => {
            let ids = (household_id(&id)?, resident.parse()?);
            out.saved(&engine.edit_resident(ids.0, ids.1, &field, &value).await?);
        }
        Command::Consent(args) => consent(&engine, &out, args).await?,
        Command::Notice { action } => notice(&engine, &out, action).await?,
        Command::Complain { text, of_resident, complaint_id } => {
            let id = complaint_id.map(|id| id.parse()).transpose()?;
            let new = NewComplaint { id, draft: None, text, of_resident };
            out.complained(&engine.complain(&new).await?);
        }
        Command::Complaints => engine.complaints().await?.iter().for_each(|one| out.complaint(one)),
        Command::Issue(args) => issue(&engine, &out, args).await?,
        Command::Issues { household, mine, offset, limit } => {
            let household = household.as_deref().map(household_id).transpose()?;
            let filter = IssueFilter { household, mine, offset, limit };
            engine.issues(&filter).await?.iter().for_each(|one| out.issue(one));
        }
        Command::Conflicts => engine.conflicts().await?.iter().for_each(|found| out.conflict(found)),
        Command::Campaigns => engine.campaigns().await?.iter().for_each(|one| out.campaign(one)),
        Command::Directives => engine.directives().await?.iter().for_each(|one| out.directive(one, false)),
        Command::Directive { id } => out.directive(&engine.directive(id.parse()?).await?, true),
        Command::Acknowledge { id } => out.acknowledged(&engine.acknowledge(id.parse()?).await?),
        Command::Notices => notices(&engine, &out).await?,
        Command::Sync { watch: false } => out.synced(&engine.sync_once().await?),
        Command::Sync { watch: true } => watch(&engine, &out).await?,
        Command::Unsent { action } => unsent(&engine, &out, &action).await?,
    }
    Ok(())
}

/// Ids are read here and not by the argument parser, so that a mistyped one is told like every other
/// error: with its code, in the worker's language.
fn household_id(typed: &str) -> Result<HouseholdId, EngineError> {
    Ok(typed.parse()?)
}

fn place(args: PlaceArgs) -> TodayFilter {
    let PlaceArgs { grid, estate, building, campaign } = args;
    TodayFilter { grid, estate, building, campaign, ..TodayFilter::default() }
}

/// A directive's id, and how the household was told: at the door unless something else is written behind it.
fn told(typed: &str) -> Result<Told, EngineError> {
    let (id, way) = typed.split_once(':').unwrap_or((typed, Channel::Visit.word()));
    let by = Channel::ALL.into_iter().find(|channel| channel.word() == way);
    match (id.parse(), by) {
        (Ok(directive), Some(by)) => Ok(Told { directive, by }),
        _ => Err(EngineError::Told(typed.chars().take(40).collect())),
    }
}

/// A file that is far too large is not read whole to find that out.
fn photo_file(path: &Path) -> Result<Vec<u8>, EngineError> {
    let bad = |error: &std::io::Error| EngineError::File {
        path: path.display().to_string(),
        reason: error.to_string(),
    };
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(|error| bad(&error))?;
    file.take(PHOTO_FILE_BYTES_MAX).read_to_end(&mut bytes).map_err(|error| bad(&error))?;
    Ok(bytes)
}

async fn photo(engine: &Engine, out: &Output, id: &str, file: &Path) -> Result<(), EngineError> {
    let jpeg = engine.photo(id.trim().parse()?).await?;
    let bad = |reason: String| EngineError::File { path: file.display().to_string(), reason };
    if let Some(jpeg) = &jpeg {
        std::fs::write(file, jpeg).map_err(|error| bad(error.to_string()))?;
    }
    out.photo(jpeg.as_ref().map(Vec::len));
    Ok(())
}

/// A question's id and its answer. What has no `=` answers nothing: the engine says that there is no such
/// question, and which there are.
fn answer(typed: &str) -> (String, String) {
    let (id, answer) = typed.split_once('=').unwrap_or((typed, "?"));
    (id.trim().to_owned(), answer.to_owned())
}

async fn visit(engine: &Engine, out: &Output, args: VisitArgs) -> Result<(), EngineError> {
    let visit = NewVisit {
        id: args.visit_id.map(|id| id.parse()).transpose()?,
        draft: None,
        outcome: args.outcome.into(),
        campaign: args.campaign,
        at_home: args.at_home,
        temperature: args.temperature,
        needs: args.need,
        note: args.note,
        told: args.told.iter().map(|typed| told(typed)).collect::<Result<_, _>>()?,
        photo: args.photo.as_deref().map(photo_file).transpose()?,
        answers: args.answer.iter().map(|typed| answer(typed)).collect(),
        form: None,
    };
    out.visited(&engine.visit(household_id(&args.id)?, visit).await?);
    Ok(())
}

async fn add_household(engine: &Engine, out: &Output, args: AddHouseholdArgs) -> Result<(), EngineError> {
    let new = NewHousehold {
        id: args.household_id.map(|id| id.parse()).transpose()?,
        draft: None,
        grid: args.grid,
        address: args.address,
        contact_phone: args.contact_phone,
        note: args.note,
        tags: args.tag,
    };
    let mut added = engine.add_household(&new).await?;
    if args.force {
        added.duplicates.clear();
    }
    out.household_added(&added);
    Ok(())
}

async fn add_resident(engine: &Engine, out: &Output, args: AddResidentArgs) -> Result<(), EngineError> {
    let new = NewResident {
        id: args.resident_id.map(|id| id.parse()).transpose()?,
        draft: None,
        name: args.name,
        relation: args.relation,
        gender: args.gender,
        birth: args.birth,
        phone: args.phone,
        tags: args.tag,
    };
    out.resident_added(&engine.add_resident(household_id(&args.id)?, &new).await?);
    Ok(())
}

async fn consent(engine: &Engine, out: &Output, args: ConsentArgs) -> Result<(), EngineError> {
    let (household, resident) = (household_id(&args.id)?, args.resident.parse()?);
    let Some((purpose, answer)) = args.purpose.zip(args.answer) else {
        engine.consents(household, resident).await?.iter().for_each(|one| out.consents(one));
        return Ok(());
    };
    let new = NewConsent {
        id: args.consent_id.map(|id| id.parse()).transpose()?,
        purpose: purpose.into(),
        given: answer == AgreesArg::Given,
        how: args.how.into(),
    };
    out.consented(&engine.consent(household, resident, &new).await?);
    Ok(())
}

/// Whoever says to have read it has read the version in force.
async fn notice(engine: &Engine, out: &Output, action: Option<NoticeAction>) -> Result<(), EngineError> {
    let operator = engine.operator().await?;
    match action {
        None => out.operator(&operator),
        Some(NoticeAction::Read) => {
            let version = operator.notice.map_or(0, |notice| notice.version);
            out.notice_read(&engine.read_notice(version).await?);
        }
    }
    Ok(())
}

async fn issue(engine: &Engine, out: &Output, args: IssueArgs) -> Result<(), EngineError> {
    let new = NewIssue {
        id: args.issue_id.map(|id| id.parse()).transpose()?,
        draft: None,
        category: args.category,
        subtype: args.subtype,
        grid: args.grid,
        household: args.household.as_deref().map(household_id).transpose()?,
        place: args.place,
        text: args.text,
        visibility: args.visibility,
        photo: args.photo.as_deref().map(photo_file).transpose()?,
    };
    out.issue_reported(&engine.report_issue(&new).await?);
    Ok(())
}

/// Showing a notice is what makes it seen; it can be listed again at any time.
async fn notices(engine: &Engine, out: &Output) -> Result<(), EngineError> {
    for notice in engine.notices().await? {
        out.notice(&notice);
        engine.mark_notice_seen(notice.id).await?;
    }
    Ok(())
}

/// Until interrupted.
async fn watch(engine: &Engine, out: &Output) -> Result<(), EngineError> {
    let mut tell = |event| out.event(&event);
    tokio::select! {
        ended = engine.sync_watch(&mut tell) => ended,
        _ = tokio::signal::ctrl_c() => Ok(()),
    }
}

async fn unsent(engine: &Engine, out: &Output, action: &UnsentAction) -> Result<(), EngineError> {
    let path = |path: &Path| path.display().to_string();
    match action {
        UnsentAction::Export { file } => out.exported(&engine.export_unsent(file).await?, &path(file)),
        UnsentAction::Import { file } => out.imported(&engine.import_unsent(file).await?),
    }
    Ok(())
}
