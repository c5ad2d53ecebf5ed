//! Editing a household, and adding one found at the door.

use super::{Target, first_answer, note_answer, puts_for, typed_tags, typed_value};
use crate::env::random;
use crate::sql::SqliteConnection;
use crate::store::answered::Answered;
use crate::store::{begin, meta, rows, spaces};
use crate::{AddedHousehold, DuplicateWarning, Engine, EngineError, Saved, drafts};
use linli_core::address::Address;
use linli_core::duplicates::compare;
use linli_core::ids::{HouseholdId, SpaceId};
use linli_core::kinds::{DocKind, Household, grid_space};
use linli_core::model::HouseholdRow;
use linli_core::record::Fields;
use serde::Deserialize;

/// Fields that decide where a record lives: changing them on a phone would tear it from its space.
const OFFICE_FIELDS: [&str; 3] = ["grid", "merged_into", "withdrawn"];

/// A household as typed at the door.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewHousehold {
    /// The household's id, made by whoever asks: asking again with it gives the first answer and adds nothing.
    pub id: Option<HouseholdId>,
    /// The draft that this was typed as; it is dropped when the household is saved.
    pub draft: Option<String>,
    /// Code of the grid.
    pub grid: String,
    /// In any usual spelling.
    pub address: String,
    /// First number to call.
    pub contact_phone: Option<String>,
    /// What the next visitor should know.
    pub note: Option<String>,
    /// What matters at the door.
    #[serde(default)]
    pub tags: Vec<String>,
}

impl NewHousehold {
    fn to_record(&self) -> Result<(Household, Address), EngineError> {
        let address = Address::parse(&self.address)?;
        let spec = |key| Household::SPEC.require(key);
        let mut record = Household {
            grid: typed_value(spec("grid")?, Some(&self.grid))?,
            contact_phone: typed_value(spec("contact_phone")?, self.contact_phone.as_deref())?,
            note: typed_value(spec("note")?, self.note.as_deref())?,
            tags: typed_tags(spec("tags")?, &self.tags)?,
            ..Household::default()
        };
        record.set_address(&address);
        for (key, part) in [
            ("estate", &address.estate),
            ("building", &address.building),
            ("unit", &address.unit),
            ("room", &address.room),
        ] {
            spec(key)?.parse(part)?;
        }
        Ok((record, address))
    }

    /// The row it would have, for comparing with what is here.
    fn to_row(record: &Household) -> HouseholdRow {
        let puts = record.puts("").into_iter();
        let fields: Fields = puts.filter_map(|put| Some((put.key, put.value?))).collect();
        HouseholdRow::of_fields(&fields)
    }
}

impl Engine {
    /// Changes one field of a household to what a person typed; tags as `+独居` and `-独居`.
    ///
    /// # Errors
    /// [`EngineError`]; then nothing was changed.
    pub async fn edit_household(
        &self,
        asked: HouseholdId,
        field: &str,
        typed: &str,
    ) -> Result<Saved, EngineError> {
        let spec = Household::SPEC.require(field)?;
        if OFFICE_FIELDS.contains(&spec.key) {
            return Err(EngineError::OfficeField(spec.key));
        }
        let mut conn = self.store.lock().await;
        let mut tx = begin(&mut conn).await?;
        let now_ms = self.env.now_ms();
        let placed = self.writable(&mut tx, asked).await?;
        let opened = self.open_doc(&mut tx, Target::registry(&placed)).await?;
        let puts = puts_for(spec, "", typed, &opened.fields)?;
        let changes = self.change(&mut tx, opened, &puts, now_ms).await?;
        let changed = self.commit(tx, changes).await?;
        Ok(Saved { id: placed.id.to_string(), household: placed.id, changed, saved_at: now_ms })
    }

    /// Adds a household. Warns of households that may be the same one, and adds it all the same. With an id that
    /// was added before it gives what was answered then.
    ///
    /// # Errors
    /// [`EngineError`]; then nothing was added.
    pub async fn add_household(&self, new: &NewHousehold) -> Result<AddedHousehold, EngineError> {
        let id = match new.id {
            Some(id) => id,
            None => HouseholdId(random(self.env.as_ref())?),
        };
        let key = id.to_string();
        let given = new.id.map(|_| key.as_str());
        let (record, address) = new.to_record()?;
        let mut conn = self.store.lock().await;
        let mut tx = begin(&mut conn).await?;
        drafts::done(&mut tx, new.draft.as_deref()).await?;
        let mut duplicates = duplicates_of(&mut tx, &NewHousehold::to_row(&record)).await?;
        duplicates.retain(|twin| twin.id != id);
        if let Some(first) = first_answer(&mut tx, given).await? {
            self.commit(tx, None).await?;
            return Ok(AddedHousehold { id, address: first.about, saved_at: first.at_ms, duplicates });
        }
        let now_ms = self.env.now_ms();
        let space = self.grid_for_adding(&mut tx, &new.grid).await?;
        let target = Target { id: id.into(), kind: DocKind::Household, space };
        let opened = self.open_doc(&mut tx, target).await?;
        if id == HouseholdId::NOWHERE || !opened.fields.is_empty() {
            return Err(EngineError::IdTaken(key));
        }
        let changes = self.change(&mut tx, opened, &record.puts(""), now_ms).await?;
        let answer = Answered { household: id, at_ms: now_ms, about: address.to_string() };
        note_answer(&mut tx, given, &answer).await?;
        self.commit(tx, changes).await?;
        Ok(AddedHousehold { id, address: answer.about, saved_at: now_ms, duplicates })
    }

    /// Households on this phone that may be the one about to be added, most alike first.
    ///
    /// # Errors
    /// [`EngineError`].
    pub async fn duplicates_for(&self, new: &NewHousehold) -> Result<Vec<DuplicateWarning>, EngineError> {
        let (record, _) = new.to_record()?;
        let mut conn = self.store.lock().await;
        duplicates_of(&mut conn, &NewHousehold::to_row(&record)).await
    }

    /// The code of this phone's grid, when it has one only.
    pub(super) async fn only_grid(&self, conn: &mut SqliteConnection) -> Result<Option<String>, EngineError> {
        let profile = meta::require_profile(&mut *conn).await?;
        let mut grids = spaces::granted(conn).await?;
        grids.retain(|space| space.writable && space.id == grid_space(&profile.community, &space.name));
        match grids.as_slice() {
            [only] => Ok(Some(only.name.clone())),
            _ => Ok(None),
        }
    }

    pub(super) async fn grid_for_adding(
        &self,
        conn: &mut SqliteConnection,
        code: &str,
    ) -> Result<SpaceId, EngineError> {
        let profile = meta::require_profile(&mut *conn).await?;
        let wanted = grid_space(&profile.community, code.trim());
        let granted = spaces::granted(conn).await?;
        match granted.iter().find(|space| space.id == wanted) {
            Some(space) if space.writable => Ok(wanted),
            Some(space) => Err(EngineError::ReadOnly(space.name.clone())),
            None => {
                let known: Vec<&str> = granted.iter().map(|space| space.name.as_str()).collect();
                Err(EngineError::NoGrid { grid: code.chars().take(40).collect(), known: known.join(", ") })
            }
        }
    }
}

async fn duplicates_of(
    conn: &mut SqliteConnection,
    draft: &HouseholdRow,
) -> Result<Vec<DuplicateWarning>, EngineError> {
    let candidates = rows::sharing_keys(conn, draft).await?;
    let mut warnings: Vec<DuplicateWarning> = candidates
        .into_iter()
        .filter_map(|placed| {
            let likeness = compare(draft, &placed.row)?;
            let address = placed.row.address().to_string();
            Some(DuplicateWarning {
                id: placed.id,
                address,
                score: likeness.score,
                reasons: likeness.reasons,
            })
        })
        .collect();
    warnings.sort_by_key(|warning| (std::cmp::Reverse(warning.score), warning.id));
    Ok(warnings)
}
