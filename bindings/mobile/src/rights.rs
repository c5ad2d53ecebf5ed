//! What people are told, may say and may refuse: who runs this and its privacy notice, complaints, consents.

use crate::given::given_id;
use crate::phone::read;
use crate::shown::all;
use crate::{Phone, PhoneError};
use linli_core::ids::IdError;
use linli_core::kinds;
use linli_engine::{self as engine, Engine};
use std::sync::Arc;

#[uniffi::export]
impl Phone {
    /// Who runs this, and the privacy notice in force, as the office last said them to this phone: to be told before
    /// personal data is handled (PIPL article 17). A phone that is not enrolled yet knows nothing of it.
    ///
    /// # Errors
    /// `phone.storage…`.
    pub async fn operator(&self) -> Result<Operator, PhoneError> {
        self.call(async move |engine: Arc<Engine>| Ok(engine.operator().await?.into())).await
    }

    /// The worker has read this version of the privacy notice; saved on this phone when it returns, and the office
    /// learns it at the next sync. Again it changes nothing.
    ///
    /// # Errors
    /// `phone.no_notice` when another version is in force, so that nobody signs for what was not shown;
    /// `phone.not_enrolled`.
    pub async fn read_notice(&self, version: i64) -> Result<SavedNoticeReceipt, PhoneError> {
        self.call(async move |engine: Arc<Engine>| Ok(engine.read_notice(version).await?.into())).await
    }

    /// Tells the operator what is wrong or could be better; saved on this phone when it returns. No colleague reads it,
    /// the office answers it (PIPL article 50).
    ///
    /// # Errors
    /// `phone.complaint_text` without a text, `phone.too_many_complaints` when 50 wait for an answer, `phone.id_taken`,
    /// `phone.not_enrolled`, `id.malformed`, `field.…`. Then nothing was saved.
    pub async fn complain(&self, new: NewComplaint) -> Result<SavedComplaint, PhoneError> {
        self.call(async move |engine: Arc<Engine>| Ok(engine.complain(&new.try_into()?).await?.into())).await
    }

    /// What was told the operator from phones of this worker, and its answers; the newest first.
    ///
    /// # Errors
    /// `phone.not_enrolled`, `phone.storage…`.
    pub async fn complaints(&self) -> Result<Vec<Complaint>, PhoneError> {
        self.call(async move |engine: Arc<Engine>| Ok(all(engine.complaints().await?))).await
    }

    /// Writes down what a resident agrees to, or not any more; saved on this phone when it returns. It takes the place
    /// of everything that this phone knows of the same purpose: taking back is as easy as agreeing (PIPL article 15).
    ///
    /// # Errors
    /// `phone.no_household`, `phone.no_resident`, `phone.read_only`, `phone.id_taken`, `id.malformed`. Then nothing was
    /// saved.
    pub async fn consent(
        &self,
        household: String,
        resident: String,
        new: NewConsent,
    ) -> Result<SavedConsent, PhoneError> {
        self.call(async move |engine: Arc<Engine>| {
            Ok(engine.consent(read(&household)?, read(&resident)?, &new.try_into()?).await?.into())
        })
        .await
    }

    /// What a resident said of each purpose, and what of it counts; every purpose is there, asked or not.
    ///
    /// # Errors
    /// `phone.no_household`, `phone.no_resident`, `id.malformed`.
    pub async fn consents(
        &self,
        household: String,
        resident: String,
    ) -> Result<Vec<ConsentPurpose>, PhoneError> {
        self.call(async move |engine: Arc<Engine>| {
            Ok(all(engine.consents(read(&household)?, read(&resident)?).await?))
        })
        .await
    }
}

/// Who runs this, as the office last said it. What it did not say is missing.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Operator {
    /// Who runs this service.
    pub name: Option<String>,
    /// ICP filing of the site.
    pub icp_filing: Option<String>,
    /// Filing with the public security organ.
    pub police_filing: Option<String>,
    /// Filing of the phone app.
    pub app_filing: Option<String>,
    /// Telephone or address for complaints.
    pub complaints: Option<String>,
    /// The privacy notice in force.
    pub notice: Option<PrivacyNotice>,
}

impl From<engine::OperatorView> for Operator {
    fn from(of: engine::OperatorView) -> Operator {
        Operator {
            name: of.name,
            icp_filing: of.icp_filing,
            police_filing: of.police_filing,
            app_filing: of.app_filing,
            complaints: of.complaints,
            notice: of.notice.map(PrivacyNotice::from),
        }
    }
}

/// The privacy notice in force.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct PrivacyNotice {
    /// 1, 2, 3 …
    pub version: i64,
    /// In the phone's language, where the office wrote it in that; in Chinese otherwise.
    pub text: String,
    /// Since when it is in force, by the relay's clock.
    pub from_ms: i64,
    /// When the worker has read this version, by the best clock known; it is to be shown while this is missing.
    pub read_at_ms: Option<i64>,
}

impl From<engine::PrivacyNoticeView> for PrivacyNotice {
    fn from(of: engine::PrivacyNoticeView) -> PrivacyNotice {
        PrivacyNotice { version: of.version, text: of.text, from_ms: of.from_ms, read_at_ms: of.read_at }
    }
}

/// That a version of the privacy notice was read is saved on this phone.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct SavedNoticeReceipt {
    /// Which.
    pub version: i64,
    /// False when it was said here before.
    pub changed: bool,
    /// By the phone's clock.
    pub saved_at_ms: i64,
}

impl From<engine::SavedNoticeReceipt> for SavedNoticeReceipt {
    fn from(of: engine::SavedNoticeReceipt) -> SavedNoticeReceipt {
        SavedNoticeReceipt { version: of.version, changed: of.changed, saved_at_ms: of.saved_at }
    }
}

/// A complaint as typed.
#[derive(Clone, Debug, uniffi::Record)]
pub struct NewComplaint {
    /// What is wrong or could be better.
    pub text: String,
    /// It is a resident's who stands beside the worker, and not her own.
    #[uniffi(default = false)]
    pub of_resident: bool,
    /// The complaint's id, made by whoever asks: asking again with it gives the first answer and adds nothing.
    #[uniffi(default = None)]
    pub id: Option<String>,
    /// The draft that this was typed as; it is dropped when the complaint is saved.
    #[uniffi(default = None)]
    pub draft: Option<String>,
}

impl TryFrom<NewComplaint> for engine::NewComplaint {
    type Error = IdError;

    fn try_from(new: NewComplaint) -> Result<Self, IdError> {
        Ok(Self { id: given_id(new.id)?, draft: new.draft, text: new.text, of_resident: new.of_resident })
    }
}

/// A complaint was saved on this phone.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct SavedComplaint {
    /// It.
    pub id: String,
    /// By the phone's clock.
    pub saved_at_ms: i64,
}

impl From<engine::SavedComplaint> for SavedComplaint {
    fn from(of: engine::SavedComplaint) -> SavedComplaint {
        SavedComplaint { id: of.id.to_string(), saved_at_ms: of.saved_at }
    }
}

/// A complaint, and what the operator says to it.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Complaint {
    /// It.
    pub id: String,
    /// What.
    pub text: String,
    /// `worker` or `resident`.
    pub said_by: String,
    /// When, by the best clock known.
    pub at_ms: i64,
    /// The operator's answer.
    pub answer: Option<String>,
    /// When it answered, by the relay's clock.
    pub answered_at_ms: Option<i64>,
    /// It is not uploaded yet.
    pub unsent: bool,
}

impl From<engine::ComplaintView> for Complaint {
    fn from(of: engine::ComplaintView) -> Complaint {
        Complaint {
            id: of.id.to_string(),
            text: of.text,
            said_by: of.said_by,
            at_ms: of.at,
            answer: of.answer,
            answered_at_ms: of.answered_at,
            unsent: of.unsent,
        }
    }
}

/// What somebody may agree to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Purpose {
    /// 公开张贴或公布: that their name is put up where everybody reads it (PIPL article 25).
    Publish,
    /// 提供给志愿者: that volunteers and other helpers learn of them (PIPL article 23).
    ShareWithVolunteers,
    /// 电话联系: that they are called.
    ContactByPhone,
}

impl From<Purpose> for kinds::Purpose {
    fn from(purpose: Purpose) -> Self {
        match purpose {
            Purpose::Publish => Self::Publish,
            Purpose::ShareWithVolunteers => Self::ShareWithVolunteers,
            Purpose::ContactByPhone => Self::ContactByPhone,
        }
    }
}

impl From<kinds::Purpose> for Purpose {
    fn from(purpose: kinds::Purpose) -> Purpose {
        match purpose {
            kinds::Purpose::Publish => Purpose::Publish,
            kinds::Purpose::ShareWithVolunteers => Purpose::ShareWithVolunteers,
            kinds::Purpose::ContactByPhone => Purpose::ContactByPhone,
        }
    }
}

/// How they said it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Manner {
    /// 口头: aloud.
    Spoken,
    /// 书面签字: on paper that they signed, where a consent must be a separate one (PIPL article 29).
    Signed,
}

impl From<Manner> for kinds::Manner {
    fn from(manner: Manner) -> Self {
        match manner {
            Manner::Spoken => Self::Spoken,
            Manner::Signed => Self::Signed,
        }
    }
}

impl From<kinds::Manner> for Manner {
    fn from(manner: kinds::Manner) -> Manner {
        match manner {
            kinds::Manner::Spoken => Manner::Spoken,
            kinds::Manner::Signed => Manner::Signed,
        }
    }
}

/// What is known of somebody's will.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum ConsentStanding {
    /// 已同意: they agreed.
    Given,
    /// 不同意: they do not agree, or not any more.
    Withdrawn,
    /// 说法不一: two workers heard different things, and neither knew of the other; until one asks again nothing is
    /// allowed.
    Disputed,
    /// 没有问过: nobody asked.
    NotAsked,
}

impl From<kinds::ConsentStanding> for ConsentStanding {
    fn from(standing: kinds::ConsentStanding) -> ConsentStanding {
        use kinds::ConsentStanding as Of;
        match standing {
            Of::Given => ConsentStanding::Given,
            Of::Withdrawn => ConsentStanding::Withdrawn,
            Of::Disputed => ConsentStanding::Disputed,
            Of::NotAsked => ConsentStanding::NotAsked,
        }
    }
}

/// What a resident said.
#[derive(Clone, Debug, uniffi::Record)]
pub struct NewConsent {
    /// To what.
    pub purpose: Purpose,
    /// Whether they agree; false takes back what was agreed to.
    pub given: bool,
    /// How they said it.
    pub how: Manner,
    /// The entry's id, made by whoever asks: asking again with it gives the first answer and adds nothing.
    #[uniffi(default = None)]
    pub id: Option<String>,
}

impl TryFrom<NewConsent> for engine::NewConsent {
    type Error = IdError;

    fn try_from(new: NewConsent) -> Result<Self, IdError> {
        Ok(Self { id: given_id(new.id)?, purpose: new.purpose.into(), given: new.given, how: new.how.into() })
    }
}

/// A consent was saved on this phone.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct SavedConsent {
    /// It.
    pub id: String,
    /// The household, after following merges.
    pub household: String,
    /// Whose.
    pub resident: String,
    /// By the phone's clock.
    pub saved_at_ms: i64,
}

impl From<engine::SavedConsent> for SavedConsent {
    fn from(of: engine::SavedConsent) -> SavedConsent {
        SavedConsent {
            id: of.id.to_string(),
            household: of.household.to_string(),
            resident: of.resident.to_string(),
            saved_at_ms: of.saved_at,
        }
    }
}

/// What a resident said of one purpose.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ConsentPurpose {
    /// Which.
    pub purpose: Purpose,
    /// What counts.
    pub standing: ConsentStanding,
    /// Everything that was said, oldest first.
    pub said: Vec<Consent>,
}

impl From<engine::ConsentPurposeView> for ConsentPurpose {
    fn from(of: engine::ConsentPurposeView) -> ConsentPurpose {
        ConsentPurpose { purpose: of.purpose.into(), standing: of.standing.into(), said: all(of.said) }
    }
}

/// Something that a resident said.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Consent {
    /// It.
    pub id: String,
    /// Whether they agreed.
    pub given: bool,
    /// How they said it.
    pub how: Manner,
    /// When, by the best clock known.
    pub at_ms: i64,
    /// Who wrote it down, when the phone knows the name.
    pub author: Option<String>,
    /// The version of the privacy notice that was in force on the author's phone.
    pub notice: Option<i64>,
    /// It stands; false when something later took its place.
    pub stands: bool,
}

impl From<engine::ConsentView> for Consent {
    fn from(of: engine::ConsentView) -> Consent {
        Consent {
            id: of.id.to_string(),
            given: of.given,
            how: of.how.into(),
            at_ms: of.at,
            author: of.author,
            notice: of.notice,
            stands: of.stands,
        }
    }
}
