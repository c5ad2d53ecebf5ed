//! Ten thousand ways to falsify the relay's chains, each of which must be found, and its first row named.

use crate::storage::{Signer, Storage};
use hmac::{Hmac, KeyInit, Mac};
use linli_core::identity::{ChainHead, DeviceKey, Entry, Payload};
use linli_core::ids::{DocId, Hash, SpaceId, digest};
use linli_core::kinds::DocKind;
use linli_storage::office::audit::Deed;
use linli_storage::{DataFolder, Office};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Row};
use std::path::Path;

const SEED: u64 = 20_261_123;
/// Of the audit; together with the log's ten thousand.
const AUDIT_EDITS: u64 = 8_000;
const LOG_EDITS: u64 = 2_000;
/// For each column that a faulty verifier does not look at.
const FAULTY_EDITS: u64 = 60;
const ROWS: u64 = 12;
/// A phone kept the head of every so many rows.
const ANCHOR_EVERY: u64 = 5;

const AUDIT: [&str; 8] = ["at_ms", "actor", "action", "subject", "detail", "status", "hash", "seal"];
const LOG: [&str; 11] = [
    "space",
    "seq",
    "device",
    "epoch",
    "number",
    "hash",
    "received_ms",
    "skew_ms",
    "parted",
    "cause",
    "total",
];

/// splitmix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    fn row(&mut self) -> u64 {
        1 + self.below(ROWS)
    }
}

/// A database that is falsified and made good again.
struct Forged {
    connection: SqliteConnection,
    table: &'static str,
    head: &'static str,
    hash: &'static str,
    columns: &'static [&'static str],
    anchors: Vec<ChainHead>,
}

impl Forged {
    async fn of(
        file: &Path,
        (table, head, hash): (&'static str, &'static str, &'static str),
        columns: &'static [&'static str],
    ) -> Forged {
        let options = SqliteConnectOptions::new().filename(file).pragma("synchronous", "off");
        let mut connection = options.connect().await.unwrap();
        let keep = format!(
            "CREATE TEMP TABLE good AS SELECT * FROM {table}; CREATE TEMP TABLE good_head AS SELECT * FROM {head}"
        );
        sqlx::raw_sql(AssertSqlSafe(keep)).execute(&mut connection).await.unwrap();
        let query = format!(
            "SELECT id, {hash} FROM {table} WHERE id % {ANCHOR_EVERY} = 0 OR id = {ROWS} ORDER BY id"
        );
        let rows = sqlx::query(AssertSqlSafe(query)).fetch_all(&mut connection).await.unwrap();
        let anchor = |row: &sqlx::sqlite::SqliteRow| ChainHead {
            number: row.get::<i64, _>(0).unsigned_abs(),
            hash: Hash::from_slice(row.get(1)).unwrap(),
        };
        let anchors = rows.iter().map(anchor).collect();
        Forged { connection, table, head, hash, columns, anchors }
    }

    async fn run(&mut self, statements: &str) {
        let whole = format!("BEGIN; {statements}; COMMIT");
        sqlx::raw_sql(AssertSqlSafe(whole)).execute(&mut self.connection).await.unwrap();
    }

    async fn make_good(&mut self) {
        let (table, head) = (self.table, self.head);
        self.run(&format!(
            "DELETE FROM {table}; INSERT INTO {table} SELECT * FROM good;
             DELETE FROM {head}; INSERT INTO {head} SELECT * FROM good_head"
        ))
        .await;
    }

    /// Another value of a column, of the same type.
    fn change(&self, column: &str, row: u64, by: u64) -> String {
        let value = match column {
            "at_ms" | "status" | "seq" | "epoch" | "number" | "received_ms" | "skew_ms" | "parted" => {
                format!("{column} + {}", 1_000 + by)
            }
            "hash" | "seal" | "total" | "space" | "device" => match by % 3 {
                0 => "x'00'".into(),
                1 => format!("zeroblob(length({column}))"),
                _ => format!("substr({column}, 2) || x'07'"),
            },
            _ => format!("coalesce({column}, '') || 'x'"),
        };
        // What `||` makes is text, which a column of bytes does not take.
        let value = if value.contains("x'07'") { format!("CAST({value} AS BLOB)") } else { value };
        format!("UPDATE {} SET {column} = {value} WHERE id = {row}", self.table)
    }

    /// Another value of any column.
    fn change_any(&self, dice: &mut Dice, row: u64) -> String {
        let column = self.columns[usize::try_from(dice.below(self.columns.len() as u64)).unwrap()];
        self.change(column, row, 1 + dice.below(ROWS))
    }

    /// One random falsification: what was done, and the first row of it.
    async fn falsify(&mut self, dice: &mut Dice) -> (String, u64) {
        let (table, head, hash) = (self.table, self.head, self.hash);
        let (row, other) = (dice.row(), dice.row());
        let (first, second) = (row.min(other), row.max(other));
        let ends_at = |last: u64| {
            format!(
                "UPDATE {head} SET id = {last}, {hash} = coalesce((SELECT {hash} FROM {table} WHERE id = {last}), zeroblob(32))"
            )
        };
        let (edit, bad) = match dice.below(9) {
            0 => (format!("DELETE FROM {table} WHERE id = {row}"), row),
            1 => (format!("UPDATE {table} SET id = {} WHERE id = {row}", ROWS + other), row),
            2 => (format!("UPDATE {table} SET id = -{other} WHERE id = {row}"), row),
            3 if first < second => {
                let swap = format!(
                    "UPDATE {table} SET id = 0 WHERE id = {first}; UPDATE {table} SET id = {first} WHERE id = {second};
                     UPDATE {table} SET id = {second} WHERE id = 0"
                );
                (swap, first)
            }
            4 if table == "audit" => {
                let columns = AUDIT.join(", ");
                let copy = format!(
                    "INSERT INTO audit (id, {columns}) SELECT {}, {columns} FROM audit WHERE id = {row}; {}",
                    ROWS + 1,
                    ends_at(ROWS + 1)
                );
                (copy, ROWS + 1)
            }
            // Whoever cuts the end off says that it always ended there; only what was kept elsewhere knows.
            5 => (format!("DELETE FROM {table} WHERE id >= {row}; {}", ends_at(row - 1)), row),
            6 => (format!("UPDATE {head} SET id = id + {row}"), ROWS + 1),
            7 if table == "audit" => return self.rewrite(row, dice.below(2) == 0).await,
            _ => (self.change_any(dice, row), row),
        };
        self.run(&edit).await;
        (edit, bad)
    }

    /// The whole audit anew from a row on, as somebody does who knows how it is made, with or without the key.
    async fn rewrite(&mut self, from: u64, with_key: bool) -> (String, u64) {
        let query = sqlx::query("SELECT * FROM good ORDER BY id");
        let rows = query.fetch_all(&mut self.connection).await.unwrap();
        let (mut edit, mut prev) = (String::from("SELECT 1"), Hash::ZERO);
        for row in &rows {
            let id: i64 = row.get("id");
            if id.unsigned_abs() < from {
                prev = Hash::from_slice(row.get("hash")).unwrap();
                continue;
            }
            let text = |name: &str| row.get::<String, _>(name).into_bytes();
            prev = Hash(digest(&[
                &prev.0,
                &id.to_be_bytes(),
                &row.get::<i64, _>("at_ms").to_be_bytes(),
                b"somebody else",
                &text("action"),
                &text("subject"),
                &text("detail"),
                &u16::try_from(row.get::<i64, _>("status")).unwrap().to_be_bytes(),
            ]));
            let key = if with_key { office() } else { DeviceKey::from_seed(&[8; 32]) };
            let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key.secret_for("audit/1")).unwrap();
            mac.update(&digest(&[&id.to_be_bytes(), &prev.0]));
            let seal = Hash(mac.finalize().into_bytes().into());
            edit += &format!(
                "; UPDATE audit SET actor = 'somebody else', hash = x'{prev}', seal = x'{seal}' WHERE id = {id}"
            );
        }
        edit += &format!("; UPDATE audit_head SET hash = x'{prev}'");
        self.run(&edit).await;
        // With the key only the heads that phones kept tell: from behind the last that fits.
        let bad = if with_key { (from - 1) / ANCHOR_EVERY * ANCHOR_EVERY + 1 } else { from };
        (format!("the audit anew from row {from}, with the key: {with_key}"), bad)
    }
}

fn office() -> DeviceKey {
    DeviceKey::from_seed(&[7; 32])
}

async fn an_office(name: &str) -> (std::path::PathBuf, Office, Forged) {
    let folder = std::env::temp_dir().join(format!("linli-edits-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let audit = Office::open(&DataFolder::new(&folder, None), &office()).await.unwrap();
    for row in 0..ROWS {
        let deed = Deed {
            at_ms: 1_790_000_000_000 + i64::try_from(row).unwrap(),
            actor: format!("u{}", row % 3),
            action: "export".into(),
            subject: format!("s{row}"),
            detail: "{}".into(),
            status: 200,
        };
        audit.record(&deed).await.unwrap();
    }
    let forged = Forged::of(&folder.join("office.db"), ("audit", "audit_head", "hash"), &AUDIT).await;
    (folder, audit, forged)
}

#[tokio::test]
async fn whatever_is_done_to_the_audit_is_found_and_its_first_row_named() {
    println!("falsifying the audit: seed {SEED}");
    let (folder, audit, mut forged) = an_office("audit").await;
    let anchors = forged.anchors.clone();
    assert_eq!(audit.audit_status(&anchors).await.unwrap().first_bad, None, "untouched");
    let mut dice = Dice(SEED);
    for round in 0..AUDIT_EDITS {
        let (edit, bad) = forged.falsify(&mut dice).await;
        let found = audit.audit_status(&anchors).await.unwrap().first_bad;
        assert_eq!(found.map(i64::unsigned_abs), Some(bad), "round {round}: {edit}");
        forged.make_good().await;
    }
    assert_eq!(audit.audit_status(&anchors).await.unwrap().first_bad, None, "made good");
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_verifier_that_skips_a_column_is_found_out() {
    let (folder, audit, mut forged) = an_office("faulty").await;
    let anchors = forged.anchors.clone();
    for skipped in AUDIT {
        let (mut dice, mut missed) = (Dice(SEED), 0);
        for _ in 0..FAULTY_EDITS {
            let row = dice.row();
            let edit = forged.change_any(&mut dice, row);
            forged.run(&edit).await;
            // It sees what was there before, whatever is there now.
            let blind = format!(
                "UPDATE audit SET {skipped} = (SELECT {skipped} FROM good WHERE good.id = audit.id) WHERE id IN (SELECT id FROM good)"
            );
            forged.run(&blind).await;
            missed += u32::from(audit.audit_status(&anchors).await.unwrap().first_bad.is_none());
            forged.make_good().await;
        }
        assert!(missed > 0, "nobody would notice that {skipped} is not looked at");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn whatever_is_done_to_the_log_is_found_and_its_first_row_named() {
    println!("falsifying the log: seed {SEED}");
    let storage = Storage::new("log-edits").await;
    let (mut phone, spaces) = (Signer::new(1), [SpaceId([1; 16]), SpaceId([2; 16])]);
    for row in 0..ROWS {
        let doc = DocId([u8::try_from(row).unwrap(); 16]);
        let payload = Payload::Change(vec![7; 9]);
        let entry = Entry { doc, kind: DocKind::Household, generation: 0, payload };
        storage.hand_in(&mut phone, &spaces, spaces[usize::try_from(row % 2).unwrap()], entry).await;
    }
    let file = storage.file("log.db");
    let mut forged = Forged::of(&file, ("batch", "log_head", "total"), &LOG).await;
    let anchors = forged.anchors.clone();
    assert_eq!(storage.log.chain_status(&anchors).await.unwrap().first_bad, None, "untouched");
    let mut dice = Dice(SEED);
    for round in 0..LOG_EDITS {
        let (edit, bad) = forged.falsify(&mut dice).await;
        let found = storage.log.chain_status(&anchors).await.unwrap().first_bad;
        assert_eq!(found.map(i64::unsigned_abs), Some(bad), "round {round}: {edit}");
        forged.make_good().await;
    }
    // The bytes are not in the chain, because they go when they must be forgotten; what they are is.
    let row = dice.row();
    forged
        .run(&format!(
            "UPDATE batch SET bytes = (SELECT bytes FROM good WHERE id = {}) WHERE id = {row}",
            row % ROWS + 1
        ))
        .await;
    let unreadable =
        storage.log.inspect(0, 100).await.unwrap().into_iter().filter(|(_, read)| read.is_none());
    assert_eq!(unreadable.map(|(id, _)| id.unsigned_abs()).collect::<Vec<_>>(), [row]);
}
