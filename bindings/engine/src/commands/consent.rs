//! Writing down what a resident agrees to, and what not any more.

use super::{Target, first_answer, note_answer};
use crate::env::random;
use crate::operator;
use crate::store::answered::Answered;
use crate::store::people::Names;
use crate::store::{begin, docs, meta, rows};
use crate::{ConsentPurposeView, ConsentView, Engine, EngineError, SavedConsent};
use linli_core::ids::{ConsentId, HouseholdId, ResidentId};
use linli_core::kinds::{
    Consent, Manner, Purpose, consent_key, consent_standing, consents, residents, standing_consents,
};
use linli_core::record::Put;
use serde::Deserialize;

/// What a resident said.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewConsent {
    /// The entry's id, made by whoever asks: asking again with it gives the first answer and adds nothing.
    pub id: Option<ConsentId>,
    /// To what.
    pub purpose: Purpose,
    /// Whether they agree.
    pub given: bool,
    /// How they said it.
    pub how: Manner,
}

impl Engine {
    /// Writes down what a resident said; saved on this phone when it returns. It takes the place of everything that
    /// this phone knows of the same purpose.
    ///
    /// # Errors
    /// [`EngineError`]; then nothing was saved.
    pub async fn consent(
        &self,
        asked: HouseholdId,
        resident: ResidentId,
        new: &NewConsent,
    ) -> Result<SavedConsent, EngineError> {
        let id = match new.id {
            Some(id) => id,
            None => ConsentId(random(self.env.as_ref())?),
        };
        let key = consent_key(resident, id);
        let given = new.id.map(|_| key.as_str());
        let mut conn = self.store.lock().await;
        let mut tx = begin(&mut conn).await?;
        if let Some(first) = first_answer(&mut tx, given).await? {
            self.commit(tx, None).await?;
            return Ok(SavedConsent { id, household: first.household, resident, saved_at: first.at_ms });
        }
        let now_ms = self.env.now_ms();
        let placed = self.writable(&mut tx, asked).await?;
        let opened = self.open_doc(&mut tx, Target::registry(&placed)).await?;
        super::resident::require_resident(&opened.fields, placed.id, resident)?;
        if opened.fields.contains_key(&key) {
            return Err(EngineError::IdTaken(id.to_string()));
        }
        let said = consents(&opened.fields, resident);
        let profile = meta::profile(&mut tx).await?;
        let entry = Consent {
            at_ms: now_ms,
            skew_ms: meta::skew_ms(&mut tx).await?,
            purpose: new.purpose,
            given: new.given,
            how: new.how,
            worker: profile.as_ref().and_then(|profile| profile.worker.parse().ok()),
            notice: operator::notice(&mut tx).await?.map(|notice| notice.version),
            after: standing_consents(&said, new.purpose).into_iter().map(|(id, _)| id).collect(),
        };
        let changes =
            self.change(&mut tx, opened, &[Put::set(key.as_str(), entry.to_value())], now_ms).await?;
        let answer = Answered { household: placed.id, at_ms: now_ms, about: String::new() };
        note_answer(&mut tx, given, &answer).await?;
        self.commit(tx, changes).await?;
        Ok(SavedConsent { id, household: placed.id, resident, saved_at: now_ms })
    }

    /// What a resident said of each purpose, and what of it counts.
    ///
    /// # Errors
    /// [`EngineError`].
    pub async fn consents(
        &self,
        asked: HouseholdId,
        resident: ResidentId,
    ) -> Result<Vec<ConsentPurposeView>, EngineError> {
        let mut conn = self.store.lock().await;
        let placed = rows::follow(&mut conn, asked).await?;
        let stored = docs::load(&mut conn, placed.id.into()).await?;
        let stored = stored.ok_or(EngineError::Damaged("household document"))?;
        let fields = stored.doc.fields();
        if !residents(&fields).iter().any(|(id, _)| *id == resident) {
            return Err(EngineError::NoResident(placed.id, resident));
        }
        let said = consents(&fields, resident);
        let mut names = Names::default();
        let mut views = Vec::with_capacity(Purpose::ALL.len());
        for purpose in Purpose::ALL.iter().copied() {
            let stands = standing_consents(&said, purpose);
            let mut of = Vec::new();
            for (id, one) in said.iter().filter(|(_, one)| one.purpose == purpose) {
                let versions = stored.doc.versions(&consent_key(resident, *id));
                let author = match versions.first() {
                    Some(version) => names.of(&mut conn, version.actor).await?.name,
                    None => None,
                };
                of.push(ConsentView {
                    id: *id,
                    given: one.given,
                    how: one.how,
                    at: one.corrected_ms(),
                    author,
                    notice: one.notice,
                    stands: stands.iter().any(|(standing, _)| standing == id),
                });
            }
            views.push(ConsentPurposeView { purpose, standing: consent_standing(&said, purpose), said: of });
        }
        Ok(views)
    }
}
