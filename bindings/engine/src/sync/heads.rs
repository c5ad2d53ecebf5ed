//! What the relay says of where its chains end, beside what it said before. A contradiction shows that something was
//! rewritten or cut off there; it is kept and told, and work goes on: a worker can do nothing about it.

use crate::sql::SqliteConnection;
use crate::store::{heads, meta};
use crate::{AnchorView, Engine, EngineError, Lang, Refusal};
use linli_core::identity::{HeadStatement, PublicKey, SignedHead};
use linli_core::time::TimeMs;
use std::collections::BTreeSet;

/// Stable code of what is told.
const CODE: &str = "anchor.contradiction";

/// What was kept before a connection began: what is said on it cannot be older. What another connection of this phone
/// keeps meanwhile may be newer, and proves nothing.
pub(super) async fn kept(
    conn: &mut SqliteConnection,
    relay: &PublicKey,
) -> Result<Vec<(SignedHead, HeadStatement)>, EngineError> {
    Ok(opened(heads::all(conn).await?, relay))
}

fn opened(all: Vec<SignedHead>, relay: &PublicKey) -> Vec<(SignedHead, HeadStatement)> {
    // One that another relay had signed, before this phone was enrolled here, is passed over.
    let opened = all.into_iter().filter_map(|head| head.open(relay).map(|says| (head, says)));
    opened.collect()
}

/// What follows from what the relay says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// Its chains went on from where they ended.
    Agrees,
    /// Something was rewritten there.
    Contradicts,
    /// Its log is shorter than it was, or as long and another: somebody put an older copy in its place, and its numbers
    /// mean other batches.
    FellBack,
}

/// Takes note of what the relay says. Where the log fell back it counts from now on from where it is; what was kept
/// before is a proof by then.
pub(super) async fn see(
    conn: &mut SqliteConnection,
    said: &SignedHead,
    relay: &PublicKey,
    before: &[(SignedHead, HeadStatement)],
    now_ms: TimeMs,
) -> Result<Seen, EngineError> {
    // Nobody but the relay is accused by what the relay has not signed.
    let Some(says) = said.open(relay) else { return Ok(Seen::Agrees) };
    if let Some((head, earlier)) = before.iter().find(|(_, earlier)| says.contradicts(earlier)) {
        heads::contradict(&mut *conn, head, said, now_ms).await?;
        if !says.log.contradicts(&earlier.log) {
            return Ok(Seen::Contradicts);
        }
        heads::keep(conn, says.lineage, said, now_ms).await?;
        return Ok(Seen::FellBack);
    }
    let now = opened(heads::all(&mut *conn).await?, relay);
    if !now.iter().any(|(_, newest)| newest.lineage == says.lineage && says.is_within(newest)) {
        heads::keep(conn, says.lineage, said, now_ms).await?;
    }
    Ok(Seen::Agrees)
}

/// What a person is told.
pub(crate) fn told(lang: Lang) -> Refusal {
    let text = match lang {
        Lang::Zh => {
            "社区服务器的记录和它以前签发的凭证不符,可能被改动或截断;请把本机保存的凭证(同步页,或 linli-phone anchor)交给管理员核查,手机可以照常使用"
        }
        Lang::En => {
            "the relay's records do not agree with what it signed before: they may have been altered or cut off; \
             give what this phone kept of them (sync page, or `linli-phone anchor`) to the administrator; \
             it goes on working"
        }
    };
    Refusal { code: CODE.into(), text: text.into() }
}

impl Engine {
    /// Where the relay's chains ended, as it signed it: for `linli verify --anchor`. What contradicts is marked.
    ///
    /// # Errors
    /// [`EngineError`].
    pub async fn anchors(&self) -> Result<Vec<AnchorView>, EngineError> {
        let mut conn = self.store.lock().await;
        let relay = meta::require_profile(&mut conn).await?.relay_key;
        let pairs = heads::contradictions(&mut conn).await?;
        let kept = heads::all(&mut conn).await?.into_iter().map(|head| (head, false));
        let pairs = pairs.into_iter().flat_map(|(kept, said)| [(kept, false), (said, true)]);
        let mut views = Vec::new();
        let mut told = BTreeSet::new();
        for (head, contradicts) in pairs.chain(kept) {
            let Some(says) = head.open(&relay) else { continue };
            let view = AnchorView {
                lineage: says.lineage.to_string(),
                audit_row: says.audit.number,
                log_row: says.log.number,
                at_ms: says.at_ms,
                contradicts,
                head: head.to_text(),
            };
            if told.insert(view.head.clone()) {
                views.push(view);
            }
        }
        Ok(views)
    }
}
