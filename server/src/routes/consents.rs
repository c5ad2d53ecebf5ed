//! What residents agreed to, as the answer about their household tells it.

use crate::office::provenance::Provenance;
use linli_core::ids::ResidentId;
use linli_core::kinds::{Purpose, consent_key, consent_standing, consents, standing_consents};
use linli_core::record::Fields;
use linli_core::time::rfc3339;
use serde::Serialize;
use utoipa::ToSchema;

/// What a resident said of one purpose.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConsentPurposeBody {
    /// `publish`, `share_with_volunteers`, `contact_by_phone`.
    purpose: &'static str,
    /// `given`, `withdrawn`; `disputed`: two workers heard different things, and until one asks again nothing is
    /// allowed.
    standing: &'static str,
    /// Everything that was said, oldest first.
    said: Vec<ConsentBody>,
}

/// Something that a resident said.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConsentBody {
    id: String,
    given: bool,
    /// `spoken`, `signed`.
    how: &'static str,
    /// By the best clock known.
    at: String,
    /// By the relay's clock.
    received_at: Option<String>,
    /// Who wrote it down.
    author: String,
    /// The version of the privacy notice that was in force on the author's phone.
    notice: Option<i64>,
    /// Nothing later took its place.
    stands: bool,
}

/// Every purpose that a resident was asked about.
pub(super) fn of_resident(
    provenance: &Provenance,
    fields: &Fields,
    resident: ResidentId,
) -> Vec<ConsentPurposeBody> {
    let said = consents(fields, resident);
    let of = |purpose: Purpose| {
        let stands = standing_consents(&said, purpose);
        let bodies = said.iter().filter(|(_, one)| one.purpose == purpose).map(|(id, one)| {
            let write = provenance.last(&consent_key(resident, *id));
            ConsentBody {
                id: id.to_string(),
                given: one.given,
                how: one.how.word(),
                at: rfc3339(one.corrected_ms()),
                received_at: write.and_then(|write| write.received_ms).map(rfc3339),
                author: write.map(|write| write.author.clone()).unwrap_or_default(),
                notice: one.notice,
                stands: stands.iter().any(|(standing, _)| standing == id),
            }
        });
        let bodies: Vec<ConsentBody> = bodies.collect();
        let standing = consent_standing(&said, purpose).word();
        ConsentPurposeBody { purpose: purpose.word(), standing, said: bodies }
    };
    let asked = Purpose::ALL.iter().copied().map(of);
    asked.filter(|purpose| !purpose.said.is_empty()).collect()
}
