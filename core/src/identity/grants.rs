//! What a phone may follow, as the relay signs it: a phone that has seen one statement takes no older one, so
//! nobody gives back what the office has taken away by playing an old answer again.
//!
//! Knows nothing of how a statement travels or where it is kept.

use super::{DeviceKey, PublicKey, Signature};
use crate::error::Coded;
use crate::ids::{DeviceId, Hash};
use crate::sync::frames::Grant;
use crate::time::TimeMs;

/// Purpose of the relay's signature over a [`GrantStatement`].
const PURPOSE: &str = "grant/1";

/// What a phone may follow.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct GrantStatement {
    /// Which phone.
    #[n(1)]
    pub device: DeviceId,
    /// 1, 2, 3 … for this phone: greater whenever anything below is different.
    #[n(2)]
    pub version: u64,
    /// What it may follow; none when it was stopped.
    #[cbor(n(3), decode_with = "crate::sync::frames::read_grants")]
    pub grants: Vec<Grant>,
    /// When this was decided.
    #[n(4)]
    pub given_ms: TimeMs,
    /// The enrolment ends then, unless it is renewed before.
    #[n(5)]
    pub until_ms: TimeMs,
}

/// A statement with the relay's signature.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct SignedGrants {
    /// A CBOR [`GrantStatement`].
    #[cbor(n(1), with = "minicbor::bytes")]
    pub body: Vec<u8>,
    /// The relay's.
    #[n(2)]
    pub signature: Signature,
}

/// The newest statement that a phone has taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct SeenGrants {
    /// Its version.
    #[n(1)]
    pub version: u64,
    /// Its bytes' hash: of one version there is one statement.
    #[n(2)]
    pub hash: Hash,
}

/// Why a statement is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// Not signed by the relay, not for this phone, or missing where there was one before.
    #[error(
        "what this phone may see was not signed by the office's relay; nothing was changed, tell the office"
    )]
    Forged,
    /// Older than one that was taken, or another of the same version.
    #[error(
        "what this phone may see is older than what the office decided last; nothing was changed, tell the office"
    )]
    Outdated,
}

impl Coded for GrantError {
    fn code(&self) -> &'static str {
        match self {
            GrantError::Forged => "grant.forged",
            GrantError::Outdated => "grant.outdated",
        }
    }
    fn zh(&self) -> String {
        match self {
            GrantError::Forged => "收到的权限说明不是社区服务器签发的,手机上的内容没有变动,请告诉社区",
            GrantError::Outdated => "收到的权限说明比社区最近的决定还旧,手机上的内容没有变动,请告诉社区",
        }
        .into()
    }
}

impl GrantStatement {
    /// Signs it.
    pub fn sign(&self, relay: &DeviceKey) -> SignedGrants {
        let body = minicbor::to_vec(self).unwrap_or_default();
        SignedGrants { signature: relay.sign(PURPOSE, &body), body }
    }
}

/// Opens what a relay said. A relay from before statements were signed says nothing, which is taken only by a
/// phone that has never seen one.
///
/// # Errors
/// [`GrantError`].
pub fn open_grants(
    said: Option<&SignedGrants>,
    relay: &PublicKey,
    device: DeviceId,
    seen: Option<SeenGrants>,
) -> Result<Option<(GrantStatement, SeenGrants)>, GrantError> {
    let Some(said) = said else {
        return if seen.is_none() { Ok(None) } else { Err(GrantError::Forged) };
    };
    relay.verify(PURPOSE, &said.body, &said.signature).map_err(|_| GrantError::Forged)?;
    let statement: GrantStatement =
        crate::sync::frames::decode_whole(&said.body).map_err(|_| GrantError::Forged)?;
    if statement.device != device {
        return Err(GrantError::Forged);
    }
    let now = SeenGrants { version: statement.version, hash: Hash::of(&said.body) };
    match seen {
        Some(seen) if now.version < seen.version => Err(GrantError::Outdated),
        Some(seen) if now.version == seen.version && now.hash != seen.hash => Err(GrantError::Outdated),
        _ => Ok(Some((statement, now))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::SpaceId;

    fn statement(version: u64, grids: u8) -> GrantStatement {
        let grant = |n| Grant { space: SpaceId([n; 16]), name: n.to_string(), write: true };
        let device = DeviceId([1; 16]);
        GrantStatement { device, version, grants: (0..grids).map(grant).collect(), given_ms: 1, until_ms: 9 }
    }

    #[test]
    fn a_taken_away_grid_is_not_given_back_by_an_old_answer() {
        let relay = DeviceKey::from_seed(&[1; 32]);
        let (public, device) = (relay.public(), DeviceId([1; 16]));
        let (before, after) = (statement(1, 2).sign(&relay), statement(2, 1).sign(&relay));
        let open = |said: &SignedGrants, seen| open_grants(Some(said), &public, device, seen);
        let (_, first) = open(&before, None).unwrap().unwrap();
        let (taken, second) = open(&after, Some(first)).unwrap().unwrap();
        assert_eq!(taken.grants.len(), 1);
        assert_eq!(open(&before, Some(second)), Err(GrantError::Outdated));
        assert_eq!(open(&statement(2, 2).sign(&relay), Some(second)), Err(GrantError::Outdated));
        assert!(open(&after, Some(second)).is_ok(), "the same again");
        assert_eq!(open_grants(None, &public, device, Some(second)), Err(GrantError::Forged));
        assert_eq!(open_grants(None, &public, device, None), Ok(None));
    }

    #[test]
    fn nobody_else_says_what_a_phone_may_see() {
        let (relay, other) = (DeviceKey::from_seed(&[1; 32]), DeviceKey::from_seed(&[2; 32]));
        let open = |said: &SignedGrants, device| open_grants(Some(said), &relay.public(), device, None);
        let mine = DeviceId([1; 16]);
        assert_eq!(open(&statement(1, 1).sign(&other), mine), Err(GrantError::Forged));
        assert_eq!(open(&statement(1, 1).sign(&relay), DeviceId([2; 16])), Err(GrantError::Forged));
        let mut altered = statement(1, 1).sign(&relay);
        altered.body[5] ^= 1;
        assert_eq!(open(&altered, mine), Err(GrantError::Forged));
        let text = minicbor::to_vec("x").unwrap();
        let rubbish = SignedGrants { signature: relay.sign("grant/1", &text), body: text };
        assert_eq!(open(&rubbish, mine), Err(GrantError::Forged));
    }
}
