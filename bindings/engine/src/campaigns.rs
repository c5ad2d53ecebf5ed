//! Canvass campaigns on the phone: those under way for its grids, and whether answers fit what they ask.

use crate::sql::SqliteConnection;
use crate::store::{docs, meta, spaces};
use crate::{CampaignView, Engine, EngineError};
use linli_core::ids::DocId;
use linli_core::kinds::{
    Canvass, CanvassStanding, DocKind, Question, VisitEntry, canvass_doc, canvass_forms, check_answers,
    community_space, grid_space,
};
use linli_core::time::date_of;
use std::collections::BTreeMap;

/// A campaign with every version of its questions.
type Known = (Canvass, BTreeMap<i64, Vec<Question>>);

impl Engine {
    /// The campaigns under way for this phone's grids, the one that began last first.
    ///
    /// # Errors
    /// [`EngineError`].
    pub async fn campaigns(&self) -> Result<Vec<CampaignView>, EngineError> {
        let mut conn = self.store.lock().await;
        let Some(profile) = meta::profile(&mut conn).await? else { return Ok(Vec::new()) };
        let mut grids = spaces::granted(&mut conn).await?;
        grids.retain(|space| space.id == grid_space(&profile.community, &space.name));
        let skew_ms = meta::skew_ms(&mut conn).await?.unwrap_or(0);
        let today = date_of(self.env.now_ms().saturating_add(skew_ms));
        let mut views = Vec::new();
        for id in docs::of_kind(&mut conn, DocKind::Canvass).await? {
            let Some((canvass, forms)) = load(&mut conn, id, &profile.community).await? else { continue };
            let is_open = canvass.standing(today) == CanvassStanding::Open;
            if is_open && canvass.is_for(grids.iter().map(|space| space.name.as_str())) {
                views.extend(view(canvass, &forms));
            }
        }
        views.sort_by(|a, b| (&b.from, &a.name).cmp(&(&a.from, &b.name)));
        Ok(views)
    }
}

async fn load(conn: &mut SqliteConnection, id: DocId, community: &str) -> Result<Option<Known>, EngineError> {
    // Only the office writes to the community's space.
    let stored = docs::load(conn, id)
        .await?
        .filter(|stored| stored.doc.kind() == DocKind::Canvass && stored.space == community_space(community));
    Ok(stored.map(|stored| {
        let fields = stored.doc.fields();
        (Canvass::read(&fields, ""), canvass_forms(&fields))
    }))
}

fn view(canvass: Canvass, forms: &BTreeMap<i64, Vec<Question>>) -> Option<CampaignView> {
    let form = canvass.form.filter(|version| forms.contains_key(version));
    Some(CampaignView {
        name: canvass.name?,
        reason: canvass.reason,
        from: canvass.from,
        to: canvass.to,
        questions: form.and_then(|version| forms.get(&version).cloned()).unwrap_or_default(),
        form: form.and_then(|version| u32::try_from(version).ok()),
    })
}

/// The answers of a visit as they are stored, and the version of the questions that they answer. `shown` is the
/// version that was on the screen: what came with a sync meanwhile was asked of nobody.
pub(crate) async fn answers(
    conn: &mut SqliteConnection,
    visit: &VisitEntry,
    shown: Option<u32>,
    typed: &BTreeMap<String, String>,
) -> Result<(Option<u32>, BTreeMap<String, String>), EngineError> {
    let known = match visit.campaign.as_deref() {
        Some(name) => {
            let community = meta::require_profile(conn).await?.community;
            load(conn, canvass_doc(&community, name), &community).await?
        }
        None => None,
    };
    let name = visit.campaign.as_deref().unwrap_or_default();
    let Some((canvass, forms)) = known else {
        // Workers may make a name up; questions are the office's.
        let is_empty = typed.values().all(|answer| answer.trim().is_empty());
        return if is_empty { Ok((None, BTreeMap::new())) } else { Err(no_questions(name)) };
    };
    if canvass.state.as_deref() == Some(Canvass::CLOSED) {
        return Err(EngineError::CampaignClosed(name.to_owned()));
    }
    let Some(version) = shown.map(i64::from).or(canvass.form) else {
        let nothing: &[Question] = &[];
        return Ok((None, check_answers(nothing, visit.outcome, typed)?));
    };
    let Some(questions) = forms.get(&version) else {
        // Written by a newer program than this one: it is asked nothing, and answers nothing.
        return if typed.is_empty() { Ok((None, BTreeMap::new())) } else { Err(no_questions(name)) };
    };
    let answers = check_answers(questions, visit.outcome, typed)?;
    Ok((u32::try_from(version).ok(), answers))
}

fn no_questions(name: &str) -> EngineError {
    EngineError::NoQuestions(name.to_owned())
}
