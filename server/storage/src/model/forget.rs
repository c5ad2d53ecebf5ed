//! Documents that are destroyed, and what must go with them; and what the office asks before it destroys.
//!
//! Whether the log still has the payloads of what was makes no difference to what is here afterwards: a model made
//! from a log without them comes out the same.

use super::apply::Group;
use super::cover::{merged, survivor};
use super::documents::Touched;
use super::moves::placements;
use super::{Model, OpenDoc};
use crate::StoreError;
use crate::error::damaged;
use crate::log::Logged;
use linli_core::doc::{Applied, Document};
use linli_core::error::Coded as _;
use linli_core::identity::{ActorSeen, Entry, Forget, Placement};
use linli_core::ids::{DeviceId, DocId, HouseholdId, ResidentId, SpaceId};
use linli_core::kinds::{DocKind, Photo};
use sqlx::{Row, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet};

/// Rows that say something of a document, or of the household that it is. Ids in other documents stay.
const WIPE: [&str; 16] = [
    "DELETE FROM doc WHERE id = ?",
    "DELETE FROM household WHERE id = ?",
    "DELETE FROM likeness_key WHERE household = ?",
    "DELETE FROM duplicate WHERE ?1 IN (a, b)",
    "DELETE FROM household_merge WHERE survivor = ?",
    "DELETE FROM apart WHERE a = ?",
    "DELETE FROM recall WHERE household = ?",
    "DELETE FROM sheet WHERE doc = ?",
    "DELETE FROM visit WHERE doc = ?",
    "DELETE FROM told WHERE doc = ?",
    "DELETE FROM conflict WHERE doc = ?",
    "DELETE FROM forward WHERE doc = ?",
    "DELETE FROM issue WHERE id = ?",
    "DELETE FROM complaint WHERE id = ?",
    "DELETE FROM canvass WHERE id = ?",
    "DELETE FROM cover WHERE household = ?",
];

/// Rows that there may be without a document.
const WIPE_ALWAYS: [&str; 3] = [
    "DELETE FROM held WHERE doc = ?",
    "DELETE FROM quarantine WHERE doc = ?",
    "DELETE FROM stray WHERE doc = ?",
];

/// Photos opened at a time: some 40 kB each.
const PHOTOS_AT_ONCE: i64 = 100;

impl Group<'_> {
    /// The document is destroyed, and begins anew if the office says with what.
    pub(super) async fn apply_forget(
        &mut self,
        logged: &Logged,
        index: i64,
        entry: &Entry,
        forget: &Forget,
    ) -> Result<bool, StoreError> {
        for seen in &forget.actors {
            self.actors.entry((logged.space, seen.actor)).or_insert((seen.device, 0));
        }
        sqlx::query("INSERT OR REPLACE INTO forgotten (doc, space, generation, actors, without) VALUES (?, ?, ?, ?, ?)")
            .bind(entry.doc.0.as_slice())
            .bind(logged.space.0.as_slice())
            .bind(i64::from(entry.generation))
            .bind(minicbor::to_vec(&forget.actors).unwrap_or_default())
            .bind(forget.without.as_deref().unwrap_or_default())
            .execute(&mut *self.connection)
            .await?;
        if self.left_spaces.insert(logged.space) {
            sqlx::query("DELETE FROM snapshot WHERE space = ?")
                .bind(logged.space.0.as_slice())
                .execute(&mut *self.connection)
                .await?;
        }
        let known = self.docs.get(&entry.doc).map(|touched| touched.open.generation);
        if known.is_some_and(|generation| generation >= entry.generation) {
            // It begins in another space, whose log said so before.
            return Ok(false);
        }
        self.wipe(entry.doc, forget.anew.is_none()).await?;
        match &forget.anew {
            Some(bytes) => self.begin_anew(logged, index, entry, (forget, bytes)).await,
            None => Ok(true),
        }
    }

    async fn wipe(&mut self, doc: DocId, for_good: bool) -> Result<(), StoreError> {
        // A campaign's end is told of every door, and most doors have nothing of it.
        let known = self.docs.remove(&doc).is_some();
        self.made.remove(&doc);
        self.waiting.remove(&doc);
        for statement in WIPE_ALWAYS {
            sqlx::query(statement).bind(doc.0.as_slice()).execute(&mut *self.connection).await?;
        }
        if known {
            self.wipe_known(doc).await?;
        }
        if for_good {
            self.placed.remove(&doc);
            self.unsettled.remove(&doc);
            for statement in ["DELETE FROM placement WHERE doc = ?", "DELETE FROM moved WHERE doc = ?"] {
                sqlx::query(statement).bind(doc.0.as_slice()).execute(&mut *self.connection).await?;
            }
        }
        Ok(())
    }

    async fn wipe_known(&mut self, doc: DocId) -> Result<(), StoreError> {
        let home: Option<Vec<u8>> = sqlx::query_scalar("SELECT household FROM sheet WHERE doc = ?")
            .bind(doc.0.as_slice())
            .fetch_optional(&mut *self.connection)
            .await?;
        self.wiped.extend(home.and_then(|home| HouseholdId::from_slice(&home)));
        for statement in WIPE {
            sqlx::query(statement).bind(doc.0.as_slice()).execute(&mut *self.connection).await?;
        }
        self.wiped.insert(doc.into());
        self.unfound.insert(doc.into());
        Ok(())
    }

    /// Change by change, each as whoever wrote the same before.
    async fn begin_anew(
        &mut self,
        logged: &Logged,
        index: i64,
        entry: &Entry,
        (forget, bytes): (&Forget, &[u8]),
    ) -> Result<bool, StoreError> {
        let mut came = match Document::load(entry.kind, bytes) {
            Ok(came) => came,
            Err(error) => {
                self.quarantine(logged, index, entry, error.code(), &error.to_string()).await?;
                return Ok(false);
            }
        };
        let placed = placements(self.connection, &[entry.doc]).await?.remove(&entry.doc);
        let Placement { nth, space } = placed.unwrap_or(Placement::made_in(logged.space));
        let (id, generation, document) = (entry.doc, entry.generation, Document::new(entry.kind));
        let open = OpenDoc { id, space, nth, generation, document };
        self.docs.insert(id, Touched::of(open, Vec::new(), true));
        let devices: BTreeMap<_, DeviceId> =
            forget.actors.iter().map(|seen| (seen.actor, seen.device)).collect();
        let mut by = Logged {
            batch: linli_core::identity::Batch { entries: Vec::new(), ..logged.batch.clone() },
            ..logged.clone()
        };
        for change in came.changes() {
            let Some(touched) = self.docs.get_mut(&id) else { return Err(damaged("document")) };
            let Ok(Applied::New(info)) = touched.open.document.apply(&change) else { continue };
            by.author = devices.get(&info.actor).copied().unwrap_or(logged.author);
            self.after(&by, id, info).await?;
        }
        Ok(true)
    }
}

impl Model {
    /// A household with all that were merged into it and all that it was merged into.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn family(&self, id: HouseholdId) -> Result<BTreeSet<HouseholdId>, StoreError> {
        let mut connection = self.database.readers.acquire().await?;
        let merged = merged(&mut connection).await?;
        let root = survivor(id, &merged);
        let family = merged.keys().filter(|other| survivor(**other, &merged) == root).copied();
        Ok(family.chain([id, root]).collect())
    }

    /// The household that a resident belongs to.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn home_of(&self, resident: ResidentId) -> Result<Option<HouseholdId>, StoreError> {
        let id: Option<Vec<u8>> =
            sqlx::query_scalar("SELECT id FROM household WHERE instr(record, ?) > 0 ORDER BY merged_into IS NOT NULL, id LIMIT 1")
                .bind(format!("\"{resident}\""))
                .fetch_optional(&self.database.readers)
                .await?;
        Ok(id.and_then(|id| HouseholdId::from_slice(&id)))
    }

    /// The issues that name a household.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn issues_at(&self, household: HouseholdId) -> Result<Vec<DocId>, StoreError> {
        self.doc_ids("SELECT id FROM issue WHERE household = ? ORDER BY id", &household.0).await
    }

    /// Every household with its space, merged ones too.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn homes(&self) -> Result<Vec<(HouseholdId, SpaceId)>, StoreError> {
        let rows = sqlx::query("SELECT id, space FROM household ORDER BY id")
            .fetch_all(&self.database.readers)
            .await?;
        let read = |row: &sqlx::sqlite::SqliteRow| {
            let id = HouseholdId::from_slice(row.try_get("id")?).ok_or(damaged("household"))?;
            Ok((id, SpaceId::from_slice(row.try_get("space")?).ok_or(damaged("household"))?))
        };
        rows.iter().map(read).collect()
    }

    /// The visits documents of a campaign.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sheets_of_period(&self, period: &str) -> Result<Vec<DocId>, StoreError> {
        let ids: Vec<Vec<u8>> = sqlx::query_scalar("SELECT doc FROM sheet WHERE period = ? ORDER BY doc")
            .bind(period)
            .fetch_all(&self.database.readers)
            .await?;
        Ok(ids.iter().filter_map(|id| DocId::from_slice(id)).collect())
    }

    /// The photos that were taken at some households.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn photos_at(&self, homes: &BTreeSet<HouseholdId>) -> Result<Vec<DocId>, StoreError> {
        let names: BTreeSet<String> = homes.iter().map(ToString::to_string).collect();
        let (mut found, mut after) = (Vec::new(), Vec::new());
        loop {
            let page: Vec<Vec<u8>> =
                sqlx::query_scalar("SELECT id FROM doc WHERE kind = ? AND id > ? ORDER BY id LIMIT ?")
                    .bind(DocKind::Photo.number())
                    .bind(&after)
                    .bind(PHOTOS_AT_ONCE)
                    .fetch_all(&self.database.readers)
                    .await?;
            let Some(last) = page.last() else { return Ok(found) };
            after.clone_from(last);
            let ids: Vec<DocId> = page.iter().filter_map(|id| DocId::from_slice(id)).collect();
            for (id, open) in self.documents(&ids).await? {
                let at = Photo::read(&open.document.fields(), "").household;
                if at.is_some_and(|home| names.contains(&home)) {
                    found.push(id);
                }
            }
        }
    }

    /// Every space in whose log something of a document may stand.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn spaces_of(&self, doc: DocId) -> Result<BTreeSet<SpaceId>, StoreError> {
        let ids: Vec<Vec<u8>> = sqlx::query_scalar(
            "SELECT space FROM moved WHERE doc = ?1 UNION SELECT space FROM doc WHERE id = ?1
             UNION SELECT space FROM stray WHERE doc = ?1",
        )
        .bind(doc.0.as_slice())
        .fetch_all(&self.database.readers)
        .await?;
        Ok(ids.iter().filter_map(|id| SpaceId::from_slice(id)).collect())
    }

    /// What the last erasure of a document said: who had written in it, and which keys were the reason. What it said
    /// goes from the log with the next erasure, so that has to say it again: a phone that was away hears of both at
    /// once, and would write again what the first was about.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forgotten_before(&self, doc: DocId) -> Result<Forget, StoreError> {
        let rows = sqlx::query("SELECT actors, without FROM forgotten WHERE doc = ? ORDER BY space")
            .bind(doc.0.as_slice())
            .fetch_all(&self.database.readers)
            .await?;
        let mut before = Forget::default();
        for row in rows {
            let actors: Vec<ActorSeen> =
                minicbor::decode(row.try_get("actors")?).map_err(|_| damaged("forgotten"))?;
            let without: String = row.try_get("without")?;
            before.add(&Forget { anew: None, actors, without: Some(without) });
        }
        Ok(before)
    }

    /// The generations in which documents that were destroyed begin again, if they do; every other begins with 0.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn first_generations(&self) -> Result<BTreeMap<DocId, u32>, StoreError> {
        let rows = sqlx::query("SELECT doc, max(generation) AS generation FROM forgotten GROUP BY doc")
            .fetch_all(&self.database.readers)
            .await?;
        rows.iter().map(first_generation).collect()
    }

    async fn doc_ids(&self, query: &'static str, id: &[u8]) -> Result<Vec<DocId>, StoreError> {
        let ids: Vec<Vec<u8>> = sqlx::query_scalar(query).bind(id).fetch_all(&self.database.readers).await?;
        Ok(ids.iter().filter_map(|id| DocId::from_slice(id)).collect())
    }

    /// Leaves nothing of earlier commits in the write-ahead log; whether that was possible.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn cut_journal(&self) -> Result<bool, StoreError> {
        self.database.cut_journal().await
    }
}

/// Documents that were destroyed in a space, with the generation that may begin since.
pub(super) async fn forgotten_in(
    connection: &mut SqliteConnection,
    space: SpaceId,
) -> Result<Vec<(DocId, u32)>, StoreError> {
    let rows = sqlx::query("SELECT doc, generation FROM forgotten WHERE space = ? ORDER BY doc")
        .bind(space.0.as_slice())
        .fetch_all(connection)
        .await?;
    rows.iter().map(first_generation).collect()
}

fn first_generation(row: &sqlx::sqlite::SqliteRow) -> Result<(DocId, u32), StoreError> {
    let doc = DocId::from_slice(row.try_get("doc")?).ok_or(damaged("forgotten"))?;
    let generation = u32::try_from(row.try_get::<i64, _>("generation")?).map_err(|_| damaged("forgotten"))?;
    Ok((doc, generation))
}
