//! Documents that the office moved from one space to another, and what still comes of them in the old one.
//!
//! A phone that was offline goes on writing where the document was. Its changes are applied to the document
//! wherever that is now, and the document is noted as a stray: its new space's log lacks something, which
//! the office brings there ([`Model::strays`]). So is a visits document that was begun in a space which its
//! household has left.

use super::apply::Group;
use super::documents::push_ids;
use super::{Model, ROWS_PER_STATEMENT};
use crate::StoreError;
use crate::error::damaged;
use crate::log::Logged;
use linli_core::doc::Document;
use linli_core::error::Coded as _;
use linli_core::identity::{ActorDevice, Arrival, Entry, Placement};
use linli_core::ids::{Actor, DeviceId, DocId, HouseholdId, SpaceId};
use linli_core::kinds::DocKind;
use sqlx::{Row, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet};

/// A document whose space lacks something of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stray {
    /// The document.
    pub doc: DocId,
    /// In whose log what is lacking stands.
    pub from: SpaceId,
    /// Whether the document was moved out of that space: then its followers know.
    pub left: bool,
}

/// Strays dealt with at a time; the rest is found again.
const STRAYS_MAX: i64 = 1_000;

/// Where those of the documents that were ever moved were placed last.
pub(super) async fn placements(
    connection: &mut SqliteConnection,
    docs: &[DocId],
) -> Result<BTreeMap<DocId, Placement>, StoreError> {
    let mut found = BTreeMap::new();
    for docs in docs.chunks(ROWS_PER_STATEMENT) {
        let mut select = sqlx::QueryBuilder::new("SELECT doc, space, nth FROM placement WHERE doc IN (");
        let ids: Vec<[u8; 16]> = docs.iter().map(|doc| doc.0).collect();
        push_ids(&mut select, &ids);
        for row in select.build().fetch_all(&mut *connection).await? {
            let nth = u32::try_from(row.try_get::<i64, _>("nth")?).map_err(|_| damaged("placement"))?;
            let space = SpaceId::from_slice(row.try_get("space")?).ok_or(damaged("placement"))?;
            let doc = DocId::from_slice(row.try_get("doc")?).ok_or(damaged("placement"))?;
            found.insert(doc, Placement { nth, space });
        }
    }
    Ok(found)
}

/// Whether anything was ever moved; nearly every question here is spared while nothing was.
pub(super) async fn any(connection: &mut SqliteConnection) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM placement)").fetch_one(connection).await?)
}

impl Group<'_> {
    /// The document leaves the batch's space.
    pub(super) async fn apply_moved(
        &mut self,
        logged: &Logged,
        entry: &Entry,
        to: Placement,
    ) -> Result<(), StoreError> {
        sqlx::query("INSERT OR IGNORE INTO moved (doc, space) VALUES (?, ?)")
            .bind(entry.doc.0.as_slice())
            .bind(logged.space.0.as_slice())
            .execute(&mut *self.connection)
            .await?;
        if self.left_spaces.insert(logged.space) {
            // It holds what is no longer for those who follow the space.
            sqlx::query("DELETE FROM snapshot WHERE space = ?")
                .bind(logged.space.0.as_slice())
                .execute(&mut *self.connection)
                .await?;
        }
        self.place(logged, entry.doc, to).await
    }

    /// The document has come to the batch's space.
    pub(super) async fn apply_placed(
        &mut self,
        logged: &Logged,
        index: i64,
        entry: &Entry,
        arrival: &Arrival,
    ) -> Result<bool, StoreError> {
        let mut came = match Document::load(entry.kind, &arrival.document) {
            Ok(came) => came,
            Err(error) => {
                self.quarantine(logged, index, entry, error.code(), &error.to_string()).await?;
                return Ok(false);
            }
        };
        for ActorDevice { actor, device } in &arrival.actors {
            self.actors.entry((logged.space, *actor)).or_insert((*device, 0));
        }
        let heads: BTreeSet<_> = came.heads().into_iter().collect();
        let Some(touched) = self.docs.get_mut(&entry.doc) else { return Err(damaged("document")) };
        let ours = &mut touched.open.document;
        let news = !heads.iter().all(|head| ours.has(*head));
        if news {
            if let Err(error) = ours.merge(&mut came) {
                self.quarantine(logged, index, entry, error.code(), &error.to_string()).await?;
                return Ok(false);
            }
            touched.changed = true;
            touched.applied = touched.applied.max(logged.id);
            // A merge may have come with it, whose change was never seen here.
            touched.remerged = true;
        }
        let whole = touched.open.document.heads().into_iter().collect::<BTreeSet<_>>() == heads;
        self.place(logged, entry.doc, Placement { nth: arrival.nth, space: logged.space }).await?;
        if whole {
            sqlx::query("DELETE FROM stray WHERE doc = ?")
                .bind(entry.doc.0.as_slice())
                .execute(&mut *self.connection)
                .await?;
        } else {
            // What was under way while the office moved it is not in what came.
            self.note_stray(entry.doc, logged.space).await?;
        }
        Ok(news)
    }

    async fn place(&mut self, logged: &Logged, doc: DocId, to: Placement) -> Result<(), StoreError> {
        self.any_moved = true;
        self.unsettled.insert(doc);
        let Some(touched) = self.docs.get_mut(&doc) else { return Err(damaged("document")) };
        if to <= touched.open.placement() {
            return Ok(());
        }
        (touched.open.space, touched.open.nth) = (to.space, to.nth);
        if !touched.is_new {
            touched.changed = true;
            touched.applied = logged.id;
        }
        sqlx::query(
            "INSERT INTO placement (doc, space, nth) VALUES (?, ?, ?)
             ON CONFLICT (doc) DO UPDATE SET space = excluded.space, nth = excluded.nth",
        )
        .bind(doc.0.as_slice())
        .bind(to.space.0.as_slice())
        .bind(i64::from(to.nth))
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }

    /// Whether a change of a document may come in a space where the document is not: because it was there,
    /// or because its household was or is.
    pub(super) async fn may_stray(&mut self, doc: DocId, space: SpaceId) -> Result<bool, StoreError> {
        if !self.any_moved {
            return Ok(false);
        }
        let Some(touched) = self.docs.get(&doc) else { return Ok(false) };
        let household = match touched.open.document.kind() {
            DocKind::Visits => household_of(&touched.open.document),
            _ => None,
        };
        let now =
            household.and_then(|household| self.docs.get(&household)).map(|household| household.open.space);
        if now == Some(space) {
            return Ok(true);
        }
        let may = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM moved WHERE space = ?1 AND doc IN (?2, ?3))
                 OR EXISTS (SELECT 1 FROM doc WHERE id = ?3 AND space = ?1)",
        )
        .bind(space.0.as_slice())
        .bind(doc.0.as_slice())
        .bind(household.unwrap_or(doc).0.as_slice())
        .fetch_one(&mut *self.connection)
        .await?;
        Ok(may)
    }

    pub(super) async fn note_stray(&mut self, doc: DocId, from: SpaceId) -> Result<(), StoreError> {
        sqlx::query("INSERT OR IGNORE INTO stray (doc, space) VALUES (?, ?)")
            .bind(doc.0.as_slice())
            .bind(from.0.as_slice())
            .execute(&mut *self.connection)
            .await?;
        Ok(())
    }
}

/// Notes the visits documents of this group that stand in a space which their household has left.
pub(super) async fn note_left_behind(
    connection: &mut SqliteConnection,
    docs: BTreeSet<DocId>,
) -> Result<(), StoreError> {
    for doc in docs {
        sqlx::query(
            "INSERT OR IGNORE INTO stray (doc, space)
             SELECT s.doc, d.space FROM sheet AS s JOIN doc AS d ON d.id = s.doc JOIN doc AS h ON h.id = s.household
             JOIN moved AS m ON m.doc = h.id AND m.space = d.space
             WHERE h.space != d.space AND s.doc IN (SELECT ?1 UNION SELECT doc FROM sheet WHERE household = ?1)",
        )
        .bind(doc.0.as_slice())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

fn household_of(sheet: &Document) -> Option<DocId> {
    let household = linli_core::kinds::VisitSheet::read(&sheet.fields(), "").household?;
    household.parse::<HouseholdId>().ok().map(DocId::from)
}

impl Model {
    /// Documents that the office must bring to their space, or to their household's.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn strays(&self) -> Result<Vec<Stray>, StoreError> {
        let rows = sqlx::query(
            "SELECT s.doc, s.space, EXISTS (SELECT 1 FROM moved AS m WHERE m.doc = s.doc AND m.space = s.space) AS left
             FROM stray AS s ORDER BY s.doc, s.space LIMIT ?",
        )
        .bind(STRAYS_MAX)
        .fetch_all(&self.database.readers)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Stray {
                    doc: DocId::from_slice(row.try_get("doc")?).ok_or(damaged("stray"))?,
                    from: SpaceId::from_slice(row.try_get("space")?).ok_or(damaged("stray"))?,
                    left: row.try_get("left")?,
                })
            })
            .collect()
    }

    /// How many documents the office must still bring to their space.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn stray_count(&self) -> Result<i64, StoreError> {
        let count = sqlx::query_scalar("SELECT count(DISTINCT doc) FROM stray");
        Ok(count.fetch_one(&self.database.readers).await?)
    }

    /// Nothing need be done about a document.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn drop_stray(&self, doc: DocId) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM stray WHERE doc = ?")
            .bind(doc.0.as_slice())
            .execute(&self.database.writer)
            .await?;
        Ok(())
    }

    /// The visits documents of a household.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sheets(&self, household: HouseholdId) -> Result<Vec<DocId>, StoreError> {
        let docs: Vec<Vec<u8>> = sqlx::query_scalar("SELECT doc FROM sheet WHERE household = ? ORDER BY doc")
            .bind(household.0.as_slice())
            .fetch_all(&self.database.readers)
            .await?;
        Ok(docs.iter().filter_map(|doc| DocId::from_slice(doc)).collect())
    }

    /// The devices behind all actors of a space.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn devices_behind(&self, space: SpaceId) -> Result<BTreeMap<Actor, DeviceId>, StoreError> {
        let authors = self.authors(space).await?;
        Ok(authors.into_iter().map(|(actor, (device, _))| (actor, device)).collect())
    }
}
