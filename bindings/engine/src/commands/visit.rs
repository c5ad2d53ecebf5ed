//! Recording a visit.

use super::{Target, first_answer, note_answer};
use crate::env::random;
use crate::photos::from_base64;
use crate::store::answered::Answered;
use crate::store::{begin, meta};
use crate::{Engine, EngineError, SavedVisit, campaigns, drafts};
use linli_core::ids::{HouseholdId, VisitId};
use linli_core::kinds::{
    Canvass, DocKind, Outcome, Told, Visit, VisitEntry, VisitSheet, visit_key, visits_doc,
};
use linli_core::record::Put;
use linli_core::time::{TimeMs, quarter_of};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The question that a temperature answers.
const TEMPERATURE: &str = "temperature";

/// Coldest and warmest living people, with room for bad thermometers.
const TEMPERATURE_RANGE: std::ops::RangeInclusive<f64> = 30.0..=45.0;

/// A visit as typed at the door.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewVisit {
    /// The visit's id, made by whoever asks: asking again with it gives the first answer and adds nothing.
    pub id: Option<VisitId>,
    /// The draft that this was typed as; it is dropped when the visit is saved.
    pub draft: Option<String>,
    /// What happened.
    pub outcome: Outcome,
    /// Campaign it was made for; otherwise it belongs to the quarter.
    pub campaign: Option<String>,
    /// How many people were in.
    pub at_home: Option<u32>,
    /// Body temperature, in degrees Celsius, as typed.
    pub temperature: Option<String>,
    /// What they need.
    #[serde(default)]
    pub needs: Vec<String>,
    /// What was seen and said.
    pub note: Option<String>,
    /// Directives that the household was told of, and how.
    #[serde(default)]
    pub told: Vec<Told>,
    /// A photo as JPEG, at most [`linli_core::kinds::Photo::BYTES_MAX`] bytes. Whatever a camera wrote beside the picture is taken out.
    #[serde(default, deserialize_with = "from_base64")]
    pub photo: Option<Vec<u8>>,
    /// Answers to the campaign's questions: an option's id, several with commas between, `yes` or `no`, a whole
    /// number, or a line of text.
    #[serde(default)]
    pub answers: BTreeMap<String, String>,
    /// Version of the questions that were on the screen; the campaign's current one unless given.
    #[serde(default)]
    pub form: Option<u32>,
}

impl NewVisit {
    /// A visit with nothing but its outcome.
    pub fn new(outcome: Outcome) -> NewVisit {
        NewVisit {
            id: None,
            draft: None,
            outcome,
            campaign: None,
            at_home: None,
            temperature: None,
            needs: Vec::new(),
            note: None,
            told: Vec::new(),
            photo: None,
            answers: BTreeMap::new(),
            form: None,
        }
    }

    fn into_entry(self, at_ms: TimeMs, skew_ms: Option<i64>) -> Result<VisitEntry, EngineError> {
        if self.needs.len() > VisitEntry::NEEDS_MAX {
            return Err(EngineError::TooManyNeeds(VisitEntry::NEEDS_MAX));
        }
        if self.told.len() > VisitEntry::TOLD_MAX {
            return Err(EngineError::TooManyTold(VisitEntry::TOLD_MAX));
        }
        let line = |typed: Option<&str>| super::typed_value(Canvass::SPEC.require("name")?, typed);
        let mut needs = Vec::with_capacity(self.needs.len());
        for need in &self.needs {
            needs.extend(line(Some(need))?);
        }
        let mut entry = VisitEntry::new(at_ms, self.outcome);
        entry.skew_ms = skew_ms;
        entry.at_home = self.at_home;
        entry.campaign = line(self.campaign.as_deref())?;
        entry.note = super::typed_value(Visit::SPEC.require("note")?, self.note.as_deref())?;
        entry.needs = needs;
        entry.told = Some(self.told).filter(|told| !told.is_empty());
        if let Some(typed) = self.temperature {
            entry.answers.insert(TEMPERATURE.into(), read_temperature(&typed)?);
        }
        Ok(entry)
    }
}

fn read_temperature(typed: &str) -> Result<String, EngineError> {
    let plain = typed.trim().trim_end_matches(['℃', '°', '度']).trim();
    let fits = plain.parse::<f64>().is_ok_and(|degrees| TEMPERATURE_RANGE.contains(&degrees));
    let short = plain.len() <= 5;
    if fits && short {
        Ok(plain.to_owned())
    } else {
        Err(EngineError::Temperature(typed.chars().take(20).collect()))
    }
}

/// The answer that was given when this visit was saved.
fn saved_before(id: VisitId, first: &Answered) -> Result<SavedVisit, EngineError> {
    let parts = first.about.split_once(' ');
    let (outcome, period) = parts.ok_or(EngineError::Damaged("answer"))?;
    let outcome = Outcome::from_word(outcome).ok_or(EngineError::Damaged("answer"))?;
    Ok(SavedVisit {
        id,
        household: first.household,
        outcome,
        period: period.to_owned(),
        saved_at: first.at_ms,
    })
}

impl Engine {
    /// Records a visit; saved on this phone when it returns. With an id that was saved before it gives what was
    /// answered then.
    ///
    /// # Errors
    /// [`EngineError`]; then nothing was saved.
    pub async fn visit(&self, asked: HouseholdId, mut visit: NewVisit) -> Result<SavedVisit, EngineError> {
        let id = match visit.id {
            Some(id) => id,
            None => VisitId(random(self.env.as_ref())?),
        };
        let key = visit_key(id);
        let given = visit.id.map(|_| key.as_str());
        let mut conn = self.store.lock().await;
        let mut tx = begin(&mut conn).await?;
        drafts::done(&mut tx, visit.draft.as_deref()).await?;
        if let Some(first) = first_answer(&mut tx, given).await? {
            self.commit(tx, None).await?;
            return saved_before(id, &first);
        }
        let now_ms = self.env.now_ms();
        let photo = visit.photo.take();
        let (typed, form) = (visit.answers.clone(), visit.form);
        let mut entry = visit.into_entry(now_ms, meta::skew_ms(&mut tx).await?)?;
        let (form, answers) = campaigns::answers(&mut tx, &entry, form, &typed).await?;
        entry.form = form;
        entry.answers.extend(answers);
        let placed = self.writable(&mut tx, asked).await?;
        let quarter = || quarter_of(entry.corrected_ms());
        let period = entry.campaign.clone().unwrap_or_else(quarter);
        let doc = visits_doc(placed.id, &period);
        let target = Target { id: doc, kind: DocKind::Visits, space: placed.space };
        let opened = self.open_doc(&mut tx, target).await?;
        if opened.fields.contains_key(&key) {
            return Err(EngineError::IdTaken(id.to_string()));
        }
        if let Some(jpeg) = photo {
            entry.photo = Some(self.keep_photo(&mut tx, &jpeg, Some(placed.id), now_ms).await?);
        }
        let mut puts = Vec::new();
        if VisitSheet::read(&opened.fields, "").household.is_none() {
            let sheet = VisitSheet { household: Some(placed.id.to_string()), period: Some(period.clone()) };
            puts = sheet.puts("");
        }
        puts.push(Put::set(&key, entry.to_value()));
        let changes = self.change(&mut tx, opened, &puts, now_ms).await?;
        let about = format!("{} {period}", entry.outcome.word());
        let answer = Answered { household: placed.id, at_ms: now_ms, about };
        note_answer(&mut tx, given, &answer).await?;
        self.commit(tx, changes).await?;
        Ok(SavedVisit { id, household: placed.id, outcome: entry.outcome, period, saved_at: now_ms })
    }
}
