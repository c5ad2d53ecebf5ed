//! Adding and editing the people of a household.

use super::{Target, first_answer, note_answer, puts_for, typed_tags, typed_value};
use crate::env::random;
use crate::store::answered::Answered;
use crate::store::begin;
use crate::{AddedResident, Engine, EngineError, Saved, drafts};
use linli_core::ids::{HouseholdId, ResidentId};
use linli_core::kinds::{Resident, resident_key, residents};
use linli_core::record::{FieldError, Fields, Put, Value};
use serde::Deserialize;

/// A resident as typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewResident {
    /// The resident's id, made by whoever asks: asking again with it gives the first answer and adds nothing.
    pub id: Option<ResidentId>,
    /// The draft that this was typed as; it is dropped when the resident is saved.
    pub draft: Option<String>,
    /// Full name.
    pub name: String,
    /// Relation to the head of household.
    pub relation: Option<String>,
    /// `male` or `female`.
    pub gender: Option<String>,
    /// `1987-03-05` or `1987-03`.
    pub birth: Option<String>,
    /// Own telephone.
    pub phone: Option<String>,
    /// Personal tags.
    #[serde(default)]
    pub tags: Vec<String>,
}

impl NewResident {
    fn to_record(&self) -> Result<Resident, EngineError> {
        let read = |key, typed: &Option<String>| typed_value(Resident::SPEC.require(key)?, typed.as_deref());
        let spec = Resident::SPEC.require("name")?;
        let nameless = || FieldError::Wrong {
            field: spec.key,
            field_zh: spec.zh,
            text: String::new(),
            why: "a resident needs a name",
            why_zh: "居民要有姓名",
        };
        Ok(Resident {
            name: Some(typed_value(spec, Some(&self.name))?.ok_or_else(nameless)?),
            relation: read("relation", &self.relation)?,
            gender: read("gender", &self.gender)?,
            birth: read("birth", &self.birth)?,
            phone: read("phone", &self.phone)?,
            tags: typed_tags(Resident::SPEC.require("tags")?, &self.tags)?,
            ..Resident::default()
        })
    }
}

impl Engine {
    /// Adds a resident to a household. With an id that was added before it gives what was answered then.
    ///
    /// # Errors
    /// [`EngineError`]; then nothing was added.
    pub async fn add_resident(
        &self,
        asked: HouseholdId,
        new: &NewResident,
    ) -> Result<AddedResident, EngineError> {
        let id = match new.id {
            Some(id) => id,
            None => ResidentId(random(self.env.as_ref())?),
        };
        let key = resident_key(id);
        let given = new.id.map(|_| key.as_str());
        let record = new.to_record()?;
        let mut conn = self.store.lock().await;
        let mut tx = begin(&mut conn).await?;
        drafts::done(&mut tx, new.draft.as_deref()).await?;
        if let Some(first) = first_answer(&mut tx, given).await? {
            self.commit(tx, None).await?;
            return Ok(AddedResident { id, household: first.household, saved_at: first.at_ms });
        }
        let now_ms = self.env.now_ms();
        let placed = self.writable(&mut tx, asked).await?;
        let opened = self.open_doc(&mut tx, Target::registry(&placed)).await?;
        if opened.fields.keys().any(|known| known.starts_with(&key)) {
            return Err(EngineError::IdTaken(id.to_string()));
        }
        let changes = self.change(&mut tx, opened, &record.puts(&key), now_ms).await?;
        let answer = Answered { household: placed.id, at_ms: now_ms, about: String::new() };
        note_answer(&mut tx, given, &answer).await?;
        self.commit(tx, changes).await?;
        Ok(AddedResident { id, household: placed.id, saved_at: now_ms })
    }

    /// Changes one field of a resident; `presence` to `removed` takes them off the household.
    ///
    /// # Errors
    /// [`EngineError`]; then nothing was changed.
    pub async fn edit_resident(
        &self,
        asked: HouseholdId,
        resident: ResidentId,
        field: &str,
        typed: &str,
    ) -> Result<Saved, EngineError> {
        let spec = Resident::SPEC.require(field)?;
        let mut conn = self.store.lock().await;
        let mut tx = begin(&mut conn).await?;
        let now_ms = self.env.now_ms();
        let placed = self.writable(&mut tx, asked).await?;
        let opened = self.open_doc(&mut tx, Target::registry(&placed)).await?;
        require_resident(&opened.fields, placed.id, resident)?;
        let prefix = resident_key(resident);
        let mut puts = puts_for(spec, &prefix, typed, &opened.fields)?;
        if spec.key != "presence" && changes_anything(&puts, &opened.fields) {
            // An edit and a concurrent removal meet on this key, and the edit wins.
            puts.push(Put { key: format!("{prefix}presence"), value: Some(Value::Int(now_ms)) });
        }
        let changes = self.change(&mut tx, opened, &puts, now_ms).await?;
        let changed = self.commit(tx, changes).await?;
        Ok(Saved { id: resident.to_string(), household: placed.id, changed, saved_at: now_ms })
    }
}

/// That somebody lives there.
pub(super) fn require_resident(
    fields: &Fields,
    household: HouseholdId,
    resident: ResidentId,
) -> Result<(), EngineError> {
    let there = residents(fields).iter().any(|(id, _)| *id == resident);
    if there { Ok(()) } else { Err(EngineError::NoResident(household, resident)) }
}

fn changes_anything(puts: &[Put], fields: &Fields) -> bool {
    puts.iter().any(|put| fields.get(&put.key) != put.value.as_ref())
}
