//! Forgetting: the records of a household, a person or an emergency are destroyed, here and on every phone.
//!
//! First the book says so, which no restored backup overwrites; then the log, in one transaction with what phones
//! are told; then payloads, read models, kept days of ledgers, uploaded files and journals lose what they had. A
//! relay that was cut off in between goes on where it was.

pub(crate) mod book;
mod clean;
mod due;
mod person;
mod plan;
mod receipt;

pub(crate) use book::Book;
pub(crate) use plan::about_subject;
pub(crate) use receipt::{Receipt, receipt};

use super::emergencies;
use crate::clock::{now_ms, random};
use crate::problem::Problem;
use crate::state::App;
use axum::http::StatusCode;
use book::Line;
use linli_core::ids::{ComplaintId, DeviceId, DocId, ErasureId, HouseholdId, ResidentId};
use linli_core::sync::standing::Standing;
use linli_core::time::TimeMs;
use linli_storage::StoreError;
use linli_storage::log::ErasureOrder;
use plan::Plan;
use std::collections::BTreeMap;
use std::time::Duration;

/// How often what could not be finished is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(60);

/// Why records are destroyed: words that say nothing of anybody.
pub(crate) const REASONS: [(&str, &str); 5] = [
    ("request", "本人或监护人要求"),
    ("moved", "已搬离"),
    ("purpose", "目的已实现"),
    ("order", "上级或主管部门要求"),
    ("retention", "保存期满"),
];

/// One of the office's turns, see [`App::office_turn`].
pub(super) type Turn = tokio::sync::OwnedMutexGuard<()>;

/// What is to be forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A household with everything about it.
    Household(HouseholdId),
    /// One person of a household.
    Person(HouseholdId, ResidentId),
    /// What a campaign was answered, all of it: the campaign's own document stays and names nobody.
    Campaign(DocId),
    /// What people were asked because of an emergency; it is closed first.
    Emergency(DocId),
    /// What somebody told the operator, and the answer.
    Complaint(ComplaintId),
    /// Everything that has been kept as long as it may be.
    Due,
}

impl Subject {
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Subject::Household(_) => "household",
            Subject::Person(..) => "person",
            Subject::Campaign(_) => "campaign",
            Subject::Emergency(_) => "emergency",
            Subject::Complaint(_) => "complaint",
            Subject::Due => "due",
        }
    }

    /// Ids, as the audit and receipts say it.
    pub(crate) fn ids(self) -> String {
        match self {
            Subject::Household(id) => id.to_string(),
            Subject::Person(home, id) => format!("{home}/{id}"),
            Subject::Campaign(id) | Subject::Emergency(id) => id.to_string(),
            Subject::Complaint(id) => id.to_string(),
            Subject::Due => "all".into(),
        }
    }

    fn read(kind: &str, ids: &str) -> Option<Subject> {
        match kind {
            "household" => ids.parse().ok().map(Subject::Household),
            "person" => {
                let (home, id) = ids.split_once('/')?;
                Some(Subject::Person(home.parse().ok()?, id.parse().ok()?))
            }
            "campaign" => ids.parse().ok().map(Subject::Campaign),
            "emergency" => ids.parse().ok().map(Subject::Emergency),
            "complaint" => ids.parse().ok().map(Subject::Complaint),
            "due" => Some(Subject::Due),
            _ => None,
        }
    }
}

/// What somebody asks to be destroyed.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    pub(crate) subject: Subject,
    /// With a person every note of the household goes, whatever it says.
    pub(crate) notes: bool,
    pub(crate) reason: String,
    /// A user's id.
    pub(crate) actor: String,
}

/// What that means, counted.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// Documents that go, by kind.
    pub(crate) destroyed: BTreeMap<&'static str, usize>,
    /// Documents that begin anew without the person, by kind.
    pub(crate) rewritten: BTreeMap<&'static str, usize>,
    /// Fields that go with the person because they name them.
    pub(crate) cleared: usize,
    /// Notes of the household that stay.
    pub(crate) notes_left: usize,
    pub(crate) phones: usize,
}

/// What would be destroyed; nothing is.
pub(crate) async fn foresee(app: &App, wish: &Wish) -> Result<Counts, Problem> {
    let _turn = app.office_turn().await;
    let plan = Plan::of(app, wish, ErasureId(random()), None).await?;
    Ok(plan.counts)
}

/// Destroys. When this returns the word of it is durable, lists and search know nothing more, and nothing of it is
/// taken any more; whether it has gone from every file of this relay says the erasure's state.
pub(crate) async fn erase(app: &App, wish: &Wish) -> Result<(ErasureId, Counts), Problem> {
    erase_in(app, app.office_turn().await, wish).await
}

/// The same within a turn of the office that somebody has taken already, to look whether there is anything to destroy.
pub(super) async fn erase_in(app: &App, turn: Turn, wish: &Wish) -> Result<(ErasureId, Counts), Problem> {
    let id = ErasureId(random());
    let counts = carry_out(app, turn, wish, id, now_ms(), None).await?;
    if let Err(problem) = clean::run(app, id).await {
        tracing::error!(%id, code = problem.code, "what was destroyed is not gone from every file yet; trying again");
    }
    Ok((id, counts))
}

/// Everything up to the log in one turn: nobody sees an emergency closed and not yet destroyed.
async fn carry_out(
    app: &App,
    _turn: Turn,
    wish: &Wish,
    id: ErasureId,
    at_ms: TimeMs,
    known: Option<&Line>,
) -> Result<Counts, Problem> {
    if let Subject::Emergency(emergency) = wish.subject {
        // A restored backup may be from before it was opened.
        match emergencies::end(app, emergency, &wish.actor).await {
            Err(problem) if known.is_none() => return Err(problem),
            _ => {}
        }
    }
    let before = known.map(Line::docs);
    let plan = Plan::of(app, wish, id, before.as_ref()).await?;
    if known.is_none() {
        app.erasures.note(Line::of(wish, id, at_ms, &plan.docs)).await?;
    }
    let order = ErasureOrder {
        id,
        kind: wish.subject.kind().into(),
        subject: wish.subject.ids(),
        reason: wish.reason.clone(),
        actor: wish.actor.clone(),
        at_ms,
        docs: plan.docs,
        drafts: plan.drafts,
        phones: plan.phones,
    };
    let receipt = app.log.erase(order).await?;
    app.model.wait_for(receipt.last_id).await;
    tracing::info!(%id, kind = wish.subject.kind(), "records were destroyed");
    Ok(plan.counts)
}

/// Destroys again what the book says and the log does not know: the log is an older one, restored from a backup.
pub(crate) async fn replay(app: &App) -> Result<(), Problem> {
    for line in app.erasures.lines().await? {
        let (Some(id), Some(wish)) = (line.id(), line.wish()) else { continue };
        if app.log.erasure(id).await?.is_none() {
            carry_out(app, app.office_turn().await, &wish, id, line.at_ms, Some(&line)).await?;
        }
    }
    for erasure in app.log.unfinished_erasures().await? {
        clean::run(app, erasure.id).await?;
    }
    emergencies::finish(app).await
}

/// Finishes what could not be finished at once, for as long as the relay runs.
pub(crate) async fn run(app: App) {
    loop {
        tokio::time::sleep(TRY_AGAIN).await;
        let unfinished = app.log.unfinished_erasures().await.unwrap_or_default();
        for erasure in unfinished {
            if let Err(problem) = clean::run(&app, erasure.id).await {
                tracing::error!(id = %erasure.id, code = problem.code, "what was destroyed is not gone from every file yet");
            }
        }
        if let Err(problem) = emergencies::finish(&app).await {
            tracing::error!(code = problem.code, "what an emergency asked is not destroyed yet");
        }
    }
}

/// A phone has come that may not follow a space any more in which something was destroyed. With nothing left to hand
/// in it lets go of the whole space.
pub(crate) async fn arrived(app: &App, device: DeviceId, unsent: Option<u64>) -> Result<(), StoreError> {
    let spaces = app.log.outstanding_spaces(device).await?;
    if spaces.is_empty() || unsent != Some(0) {
        return Ok(());
    }
    let Some(known) = app.known_device(device).await? else { return Ok(()) };
    if known.standing != Standing::Active {
        return Ok(());
    }
    for space in spaces {
        if !known.grants.iter().any(|grant| grant.space == space) {
            app.log.passed(device, space, u64::MAX, now_ms()).await?;
        }
    }
    Ok(())
}

/// One of the words, or why not.
pub(crate) fn reason_of(word: &str) -> Result<String, Problem> {
    let known = REASONS.iter().find(|(known, _)| *known == word);
    known.map(|(word, _)| (*word).to_owned()).ok_or_else(|| {
        let zh: Vec<String> = REASONS.iter().map(|(word, zh)| format!("{word}({zh})")).collect();
        let en: Vec<&str> = REASONS.iter().map(|(word, _)| *word).collect();
        Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "erase.bad_reason",
            format!("原因只能是 {}", zh.join("、")),
            format!("the reason is one of {}", en.join(", ")),
        )
    })
}
