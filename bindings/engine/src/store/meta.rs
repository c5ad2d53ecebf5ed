//! Small facts about the phone itself: key, relay, community, clock error, chain.

use crate::EngineError;
use crate::sql::{self, SqliteConnection};
use linli_core::identity::{ChainEnd, PublicKey, SeenGrants};
use linli_core::sync::frames::Bye;

/// Name of one fact.
#[derive(Clone, Copy)]
pub(crate) enum Fact {
    Seed,
    KeptOutside,
    RelayUrl,
    RelayKey,
    Community,
    Worker,
    WorkerName,
    SkewMs,
    LastSyncMs,
    Policy,
    Chain,
    Told,
    Grants,
    Lineage,
}

impl Fact {
    fn name(self) -> &'static str {
        match self {
            Fact::Seed => "seed",
            Fact::KeptOutside => "key_kept_outside",
            Fact::RelayUrl => "relay_url",
            Fact::RelayKey => "relay_key",
            Fact::Community => "community",
            Fact::Worker => "worker",
            Fact::WorkerName => "worker_name",
            Fact::SkewMs => "skew_ms",
            Fact::LastSyncMs => "last_sync_ms",
            Fact::Policy => "policy",
            Fact::Chain => "chain",
            Fact::Told => "told",
            Fact::Grants => "grants",
            Fact::Lineage => "lineage",
        }
    }
}

/// What enrolment told the phone.
#[derive(Clone, Debug)]
pub(crate) struct Profile {
    pub(crate) relay_url: String,
    pub(crate) relay_key: PublicKey,
    pub(crate) community: String,
    pub(crate) worker: String,
    pub(crate) worker_name: String,
}

pub(crate) async fn get(conn: &mut SqliteConnection, fact: Fact) -> Result<Option<Vec<u8>>, EngineError> {
    let query = sql::query_scalar("SELECT value FROM meta WHERE key = ?").bind(fact.name());
    Ok(query.fetch_optional(conn).await?)
}

pub(crate) async fn set(conn: &mut SqliteConnection, fact: Fact, value: &[u8]) -> Result<(), EngineError> {
    let query = sql::query("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)");
    query.bind(fact.name()).bind(value).execute(conn).await?;
    Ok(())
}

pub(crate) async fn get_text(conn: &mut SqliteConnection, fact: Fact) -> Result<Option<String>, EngineError> {
    let bytes = get(conn, fact).await?;
    bytes.map(|bytes| String::from_utf8(bytes).map_err(|_| EngineError::Damaged("meta"))).transpose()
}

pub(crate) async fn get_int(conn: &mut SqliteConnection, fact: Fact) -> Result<Option<i64>, EngineError> {
    let Some(bytes) = get(conn, fact).await? else { return Ok(None) };
    let bytes = bytes.try_into().map_err(|_| EngineError::Damaged("meta"))?;
    Ok(Some(i64::from_be_bytes(bytes)))
}

pub(crate) async fn set_int(conn: &mut SqliteConnection, fact: Fact, value: i64) -> Result<(), EngineError> {
    set(conn, fact, &value.to_be_bytes()).await
}

/// What enrolment told, if the phone is enrolled.
pub(crate) async fn profile(conn: &mut SqliteConnection) -> Result<Option<Profile>, EngineError> {
    let Some(relay_url) = get_text(conn, Fact::RelayUrl).await? else { return Ok(None) };
    let text = |found: Option<String>| found.ok_or(EngineError::Damaged("enrolment"));
    Ok(Some(Profile {
        relay_url,
        relay_key: PublicKey(get(conn, Fact::RelayKey).await?.ok_or(EngineError::Damaged("enrolment"))?),
        community: text(get_text(conn, Fact::Community).await?)?,
        worker: text(get_text(conn, Fact::Worker).await?)?,
        worker_name: text(get_text(conn, Fact::WorkerName).await?)?,
    }))
}

/// The same where nothing can be done without.
pub(crate) async fn require_profile(conn: &mut SqliteConnection) -> Result<Profile, EngineError> {
    profile(conn).await?.ok_or(EngineError::NotEnrolled)
}

pub(crate) async fn set_profile(conn: &mut SqliteConnection, profile: &Profile) -> Result<(), EngineError> {
    set(conn, Fact::RelayUrl, profile.relay_url.as_bytes()).await?;
    set(conn, Fact::RelayKey, &profile.relay_key.0).await?;
    set(conn, Fact::Community, profile.community.as_bytes()).await?;
    set(conn, Fact::Worker, profile.worker.as_bytes()).await?;
    set(conn, Fact::WorkerName, profile.worker_name.as_bytes()).await
}

/// What the worker must be told of how the office stands to this phone: code and text.
pub(crate) async fn told(conn: &mut SqliteConnection) -> Result<Option<Bye>, EngineError> {
    let stored = get(conn, Fact::Told).await?.filter(|bytes| !bytes.is_empty());
    stored.map(|bytes| minicbor::decode(&bytes).map_err(|_| EngineError::Damaged("standing"))).transpose()
}

pub(crate) async fn set_told(conn: &mut SqliteConnection, told: Option<&Bye>) -> Result<(), EngineError> {
    let bytes = told.map(|told| minicbor::to_vec(told).unwrap_or_default()).unwrap_or_default();
    set(conn, Fact::Told, &bytes).await
}

/// The newest signed statement of what this phone may follow.
pub(crate) async fn seen_grants(conn: &mut SqliteConnection) -> Result<Option<SeenGrants>, EngineError> {
    let stored = get(conn, Fact::Grants).await?.filter(|bytes| !bytes.is_empty());
    stored.map(|bytes| minicbor::decode(&bytes).map_err(|_| EngineError::Damaged("grants"))).transpose()
}

pub(crate) async fn set_seen_grants(
    conn: &mut SqliteConnection,
    seen: Option<SeenGrants>,
) -> Result<(), EngineError> {
    let bytes = seen.map(|seen| minicbor::to_vec(seen).unwrap_or_default()).unwrap_or_default();
    set(conn, Fact::Grants, &bytes).await
}

/// Where this phone's own chain of batches stands.
pub(crate) async fn chain(conn: &mut SqliteConnection) -> Result<ChainEnd, EngineError> {
    match get(conn, Fact::Chain).await? {
        Some(bytes) => minicbor::decode(&bytes).map_err(|_| EngineError::Damaged("chain")),
        None => Ok(ChainEnd::start_of(1)),
    }
}

pub(crate) async fn set_chain(conn: &mut SqliteConnection, end: ChainEnd) -> Result<(), EngineError> {
    set(conn, Fact::Chain, &minicbor::to_vec(end).unwrap_or_default()).await
}

/// What the phone knows of its clock's error: relay time minus phone time at last contact.
pub(crate) async fn skew_ms(conn: &mut SqliteConnection) -> Result<Option<i64>, EngineError> {
    get_int(conn, Fact::SkewMs).await
}
