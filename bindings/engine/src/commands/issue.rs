//! Reporting an issue.

use super::{Target, first_answer, note_answer, typed_value};
use crate::env::random;
use crate::photos::from_base64;
use crate::sql::SqliteConnection;
use crate::store::answered::Answered;
use crate::store::{begin, meta};
use crate::{Engine, EngineError, ReportedIssue, drafts};
use linli_core::ids::{HouseholdId, IssueId, SpaceId};
use linli_core::kinds::{DocKind, Issue};
use linli_core::record::Value;
use serde::Deserialize;

/// An issue as typed where it was seen.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewIssue {
    /// The issue's id, made by whoever asks: asking again with it gives the first answer and adds nothing.
    pub id: Option<IssueId>,
    /// The draft that this was typed as; it is dropped when the issue is saved.
    pub draft: Option<String>,
    /// One of [`Issue::CATEGORIES`].
    pub category: String,
    /// More exactly.
    pub subtype: Option<String>,
    /// Code of the grid. Not needed for an issue at a household, nor on a phone that has one grid only.
    pub grid: Option<String>,
    /// The household it is at.
    pub household: Option<HouseholdId>,
    /// Where, in words; the household's address where nothing is said.
    pub place: Option<String>,
    /// What is wrong.
    pub text: String,
    /// One of [`Issue::VISIBILITIES`]; the office alone where nothing is said.
    pub visibility: Option<String>,
    /// A photo as JPEG, at most [`linli_core::kinds::Photo::BYTES_MAX`] bytes. Whatever a camera wrote beside the picture is taken out.
    #[serde(default, deserialize_with = "from_base64")]
    pub photo: Option<Vec<u8>>,
}

/// Where an issue belongs.
struct Spot {
    space: SpaceId,
    grid: String,
    household: Option<HouseholdId>,
    address: Option<String>,
}

impl NewIssue {
    /// What was typed, without its place.
    fn to_record(&self) -> Result<Issue, EngineError> {
        let read = |key, typed: Option<&str>| typed_value(Issue::SPEC.require(key)?, typed);
        let shown = self.visibility.as_deref().or(Issue::VISIBILITIES.first().copied());
        Ok(Issue {
            category: read(
                "category",
                Some(self.category.as_str()).filter(|typed| !typed.trim().is_empty()),
            )?
            .or_else(|| Some("other".to_owned())),
            subtype: read("subtype", self.subtype.as_deref())?,
            place: read("place", self.place.as_deref())?,
            text: Some(read("text", Some(&self.text))?.ok_or(EngineError::IssueText)?),
            visibility: read("visibility", shown)?,
            state: Some(Issue::REPORTED.to_owned()),
            ..Issue::default()
        })
    }
}

impl Engine {
    /// Reports an issue; saved on this phone when it returns. With an id that was saved before it gives what was
    /// answered then.
    ///
    /// # Errors
    /// [`EngineError`]; then nothing was saved.
    pub async fn report_issue(&self, new: &NewIssue) -> Result<ReportedIssue, EngineError> {
        let id = match new.id {
            Some(id) => id,
            None => IssueId(random(self.env.as_ref())?),
        };
        let key = format!("issue/{id}");
        let given = new.id.map(|_| key.as_str());
        let mut record = new.to_record()?;
        let mut conn = self.store.lock().await;
        let mut tx = begin(&mut conn).await?;
        drafts::done(&mut tx, new.draft.as_deref()).await?;
        if let Some(first) = first_answer(&mut tx, given).await? {
            self.commit(tx, None).await?;
            return Ok(ReportedIssue { id, saved_at: first.at_ms });
        }
        let now_ms = self.env.now_ms();
        let spot = self.spot_of(&mut tx, new).await?;
        record.place = Some(record.place.or(spot.address).ok_or(EngineError::IssuePlace)?);
        record.grid = Some(spot.grid);
        record.household = spot.household.map(|id| id.to_string());
        record.reporter = Some(meta::require_profile(&mut tx).await?.worker);
        (record.reported_ms, record.skew_ms) = (Some(now_ms), meta::skew_ms(&mut tx).await?);
        if let Some(jpeg) = &new.photo {
            let kept = self.keep_photo(&mut tx, jpeg, spot.household, now_ms).await?;
            record.photo = Some(kept.to_string());
        }
        let target = Target { id: id.into(), kind: DocKind::Issue, space: spot.space };
        let opened = self.open_doc(&mut tx, target).await?;
        if !opened.fields.is_empty() {
            return Err(EngineError::IdTaken(id.to_string()));
        }
        let changes = self.change(&mut tx, opened, &record.puts(""), now_ms).await?;
        let household = spot.household.unwrap_or(HouseholdId::NOWHERE);
        note_answer(&mut tx, given, &Answered { household, at_ms: now_ms, about: String::new() }).await?;
        self.commit(tx, changes).await?;
        Ok(ReportedIssue { id, saved_at: now_ms })
    }

    /// The household's grid, the one that was named, or the only one there is.
    async fn spot_of(&self, conn: &mut SqliteConnection, new: &NewIssue) -> Result<Spot, EngineError> {
        if let Some(household) = new.household {
            let placed = self.writable(conn, household).await?;
            let address = placed.row.address().to_string();
            let address = Some(address.chars().take(Value::LINE_CHARS_MAX).collect());
            let household = Some(placed.id);
            return Ok(Spot { space: placed.space, grid: placed.row.grid, household, address });
        }
        let grid = match new.grid.as_deref().map(str::trim).filter(|code| !code.is_empty()) {
            Some(code) => code.to_owned(),
            None => self.only_grid(&mut *conn).await?.ok_or(EngineError::IssuePlace)?,
        };
        let space = self.grid_for_adding(conn, &grid).await?;
        Ok(Spot { space, grid, household: None, address: None })
    }
}
