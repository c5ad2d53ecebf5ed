//! What the relay says of where its chains end, beside what it said before. A contradiction shows that something was
//! rewritten or cut off there; it is kept and told, and work goes on: a worker can do nothing about it.

use crate::sql::SqliteConnection;
use crate::store::{heads, meta};
use crate::{AnchorView, Engine, EngineError, Lang, Refusal};
use linli_core::identity::{HeadStatement, PublicKey, SignedHead};
use linli_core::time::TimeMs;

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

/// Takes note of what the relay says; whether it contradicts what was kept.
pub(super) async fn see(
    conn: &mut SqliteConnection,
    said: &SignedHead,
    relay: &PublicKey,
    before: &[(SignedHead, HeadStatement)],
    now_ms: TimeMs,
) -> Result<bool, EngineError> {
    // Nobody but the relay is accused by what the relay has not signed.
    let Some(says) = said.open(relay) else { return Ok(false) };
    if let Some((head, _)) = before.iter().find(|(_, earlier)| says.contradicts(earlier)) {
        heads::contradict(conn, head, said, now_ms).await?;
        return Ok(true);
    }
    let now = opened(heads::all(&mut *conn).await?, relay);
    if !now.iter().any(|(_, newest)| newest.lineage == says.lineage && says.is_within(newest)) {
        heads::keep(conn, says.lineage, said, now_ms).await?;
    }
    Ok(false)
}

/// What a person is told.
pub(crate) fn told(lang: Lang) -> Refusal {
    let text = match lang {
        Lang::Zh => {
            "社区服务器的记录和它以前签发的凭证不符,可能被改动或截断;请把 linli-phone anchor 的输出交给管理员核查,手机可以照常使用"
        }
        Lang::En => {
            "the relay's records do not agree with what it signed before: they may have been altered or cut off; \
             give the output of `linli-phone anchor` to the administrator; this phone goes on working"
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
        for (head, contradicts) in kept.chain(pairs) {
            let Some(says) = head.open(&relay) else { continue };
            let view = AnchorView {
                lineage: says.lineage.to_string(),
                audit_row: says.audit.number,
                log_row: says.log.number,
                at_ms: says.at_ms,
                contradicts,
                head: head.to_text(),
            };
            if !views.contains(&view) {
                views.push(view);
            }
        }
        Ok(views)
    }
}
