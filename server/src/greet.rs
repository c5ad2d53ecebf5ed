//! What happens when a phone has proven who it is: whether it is there twice, and what it is told that it may follow.

use crate::clock::now_ms;
use crate::state::App;
use linli_core::identity::{GrantStatement, HeadStatement, SignedHead};
use linli_core::ids::{DeviceId, Hash};
use linli_core::sync::frames::Hello;
use linli_core::sync::relay::KnownDevice;
use linli_core::sync::standing::Standing;
use linli_storage::StoreError;

/// Why a copied phone was stopped, for the list of phones.
const COPIED: &str = "同一把密钥有两部手机在用,可能被复制 / two phones use one key, it may have been copied";

impl App {
    /// What is known of a phone that has just proven itself with this greeting.
    pub(crate) async fn greet(
        &self,
        mut known: KnownDevice,
        hello: &Hello,
    ) -> Result<KnownDevice, StoreError> {
        if self.is_another_life(&known, hello).await? {
            self.stop_copied(hello.device).await?;
            known.standing = self.standing(hello.device).await?;
        }
        self.sign_grants(&mut known, hello).await?;
        Ok(known)
    }

    /// Whether the phone stands where only a second phone with its key can stand.
    async fn is_another_life(&self, known: &KnownDevice, hello: &Hello) -> Result<bool, StoreError> {
        let (Some(said), Some(end)) = (hello.chain, known.chain) else { return Ok(false) };
        // Two that showed themselves before a person let the key go on have been looked at: whichever of them comes
        // first goes on as if it had been restored, and the other one shows itself anew.
        if said.epoch >= end.epoch || end.epoch <= self.log.settled_epoch(hello.device).await? {
            return Ok(false);
        }
        let last = self.log.last_of_epoch(hello.device, said.epoch).await?;
        Ok(said.is_of_another_life(&end, last))
    }

    /// Stops a key that two phones use. Both lives of it still hand in; a person decides what counts.
    pub(crate) async fn stop_copied(&self, device: DeviceId) -> Result<(), StoreError> {
        tracing::warn!(%device, "two phones use this key");
        let stopped =
            self.log.set_standing(device, Standing::Suspended, Some(Standing::Active), COPIED).await?;
        if stopped.is_ok() {
            self.regrant();
            self.tell_of(device);
        }
        Ok(())
    }

    async fn standing(&self, device: DeviceId) -> Result<Standing, StoreError> {
        let device = self.log.device(device).await?;
        Ok(device.map_or(Standing::Revoked, |device| device.standing_at(now_ms())))
    }

    /// Where the chains end now, for a phone to keep. Both are read after the phone has greeted, so that whatever it
    /// was told before cannot be newer.
    pub(crate) async fn sign_head(&self) -> Result<SignedHead, StoreError> {
        let (audit, log) = (self.accounts.audit_head().await?, self.log.chain_head().await?);
        let head = HeadStatement { lineage: self.lineage, audit, log, at_ms: now_ms() };
        Ok(head.sign(self.log.office()))
    }

    async fn sign_grants(&self, known: &mut KnownDevice, hello: &Hello) -> Result<(), StoreError> {
        let device = hello.device;
        let grants = if known.standing == Standing::Active { known.grants.clone() } else { Vec::new() };
        let says = Hash::of(&minicbor::to_vec(&grants).unwrap_or_default());
        let told = self.log.tell(device, says, hello.seen, now_ms()).await?;
        let statement = GrantStatement {
            device,
            version: told.version,
            grants,
            given_ms: told.given_ms,
            until_ms: told.until_ms,
        };
        known.policy = told.version;
        known.signed = Some(statement.sign(self.log.office()));
        Ok(())
    }
}
