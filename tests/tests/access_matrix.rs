//! Everything that a phone can say to a relay, asked by a phone of every standing about every kind of space. The
//! answers are kept in `tests/access/phones.txt`, so that a change of who may what is seen when it is reviewed:
//! `LINLI_ACCEPT_ACCESS=1` writes the file anew.
#![expect(clippy::expect_used, reason = "a story that cannot go on must stop")]

use linli_core::doc::{Author, Document};
use linli_core::identity::{Entry, Signature, open_grants};
use linli_core::ids::{Actor, DocId, SpaceId};
use linli_core::kinds::{DocKind, community_space, grid_space};
use linli_core::record::Put;
use linli_core::sync::frames::{
    Ack, Bye, Challenge, Codec, Frame, GetSnapshot, Hello, Packed, Page, Pull, Refused, SnapshotPage,
    VERSION, Wanted,
};
use linli_tests::{COMMUNITY, Forger, GRID, Relay, Roster, entry, kept_listing, push, text};
use serde_json::json;

const WORKER: &str = "陈静";
/// The worker looked after this grid until yesterday.
const FORMER: &str = "999999000001002";
const STANDINGS: [&str; 5] = ["waiting", "active", "expired", "suspended", "revoked"];

struct Town {
    relay: Relay,
    spaces: [(&'static str, SpaceId); 4],
}

impl Town {
    fn new() -> Town {
        let relay = Relay::start();
        relay.import(&Roster::of_doors(2).write(&relay.file(""), "名册", Roster::csv()));
        relay.office(&["grids", "add", "旧网格", "--code", FORMER]);
        let worker = relay.office_one(&["workers", "add", WORKER, "--grid", GRID]);
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock");
        let yesterday = i64::try_from(now.as_millis()).expect("a time") - 24 * 3600 * 1000;
        let yesterday = linli_core::time::date_of(yesterday).to_string();
        let appointment = json!({"grid": FORMER, "from": "2020-01-01", "to": yesterday}).to_string();
        let path = format!("/v1/workers/{}/appointments", text(&worker, "id"));
        let appointed = relay.web().ask("POST", &path, "zh", Some(appointment.as_bytes()));
        assert_eq!(appointed.status, 200, "{appointed:?}");
        let spaces = [
            ("own", grid_space(COMMUNITY, GRID)),
            ("shared", community_space(COMMUNITY)),
            ("former", grid_space(COMMUNITY, FORMER)),
            ("elsewhere", grid_space(COMMUNITY, "999999000001003")),
        ];
        Town { relay, spaces }
    }

    /// A phone of the worker to which the office stands like this.
    fn phone(&self, standing: &str, seed: u8) -> Forger {
        let relay = &self.relay;
        let code = if standing == "waiting" {
            let mut admin = relay.first_admin();
            admin.confirm();
            admin.post("/v1/enrol-codes", json!({"worker": WORKER})).json()
        } else {
            relay.office_one(&["enrol-code", "--worker", WORKER])
        };
        let phone = Forger::enrol_with(relay, &text(&code, "code"), seed);
        let id = phone.device().to_string();
        match standing {
            "suspended" => drop(relay.office(&["devices", "suspend", &id, "--reason", "x"])),
            "revoked" => drop(relay.office(&["devices", "revoke", &id, "--reason", "x"])),
            "expired" => run_out(relay, &phone),
            _ => {}
        }
        let devices = relay.office(&["devices"]);
        let seen = devices.iter().find(|device| text(device, "id") == id).expect("the phone");
        assert_eq!(text(seen, "status"), standing);
        phone
    }

    /// What became of the newest batch that the relay has of a phone.
    fn fate(&self, phone: &Forger) -> String {
        let review = self.relay.office(&["review"]);
        let own = review.iter().filter(|batch| text(batch, "device") == phone.device().to_string());
        let newest = own.max_by_key(|batch| batch["id"].as_i64());
        newest.map_or("counts".into(), |batch| format!("review {}", text(batch, "cause")))
    }
}

/// Its half year is over.
fn run_out(relay: &Relay, phone: &Forger) {
    let id: String = phone.device().0.iter().map(|byte| format!("{byte:02x}")).collect();
    relay.sql("log.db", &format!("UPDATE device SET until_ms = 1 WHERE id = x'{id}'"));
}

/// The first change of a document of its own.
fn change(number: u8) -> Entry {
    let mut document = Document::new(DocKind::Household);
    let made = document.edit(&Author::now(Actor([number; 16]), 1), &[Put::set("note", "x")]);
    entry(DocId([number; 16]), DocKind::Household, made.expect("a change"))
}

/// In one word or two.
fn word(frames: &[Frame]) -> String {
    let one = |frame: &Frame| match frame {
        Frame::Bye(bye) => format!("bye {}", bye.code),
        Frame::Refused(refused) => format!("refused {}", refused.code),
        Frame::Ack(_) => "ack".into(),
        Frame::Page(_) => "page".into(),
        Frame::SnapshotPage(_) => "snapshot_page".into(),
        Frame::Challenge(_) => "challenge".into(),
        Frame::Welcome(_) => "welcome".into(),
        other => format!("{other:?}"),
    };
    let words: Vec<String> = frames.iter().map(one).collect();
    if words.is_empty() { "nothing".into() } else { words.join(", ") }
}

/// What a phone may never say once it is known, and what only a relay says.
fn out_of_turn(phone: &Forger, space: SpaceId) -> Vec<(&'static str, Vec<u8>)> {
    let packed = || Packed { codec: Codec::Plain, bytes: vec![0x80] };
    let signature = Signature(vec![0; 64]);
    let hello = Hello {
        version: VERSION,
        app: String::new(),
        device: phone.device(),
        now_ms: 0,
        english: true,
        unsent: None,
        chain: None,
        seen: None,
        answers: None,
    };
    let key = phone.key().public();
    let challenge = Challenge { nonce: vec![0; 32], relay: key, signature: signature.clone() };
    let end = linli_core::identity::ChainEnd::start_of(1);
    let refused = Refused {
        device: phone.device(),
        epoch: 1,
        number: 1,
        code: String::new(),
        text: String::new(),
        chain: None,
    };
    let page = Page { space, after: 0, upto: 0, head: 0, items: packed() };
    let snapshot = SnapshotPage { space, seq: 0, page: 0, pages: 0, bytes_total: 0, body: packed() };
    let frames = [
        ("hello", Frame::Hello(hello)),
        ("challenge", Frame::Challenge(challenge)),
        ("proof", Frame::Proof(signature)),
        ("welcome", Frame::Welcome(phone.connect().welcome)),
        ("ack", Frame::Ack(Ack { device: phone.device(), end })),
        ("refused", Frame::Refused(refused)),
        ("page", Frame::Page(page)),
        ("snapshot_page", Frame::SnapshotPage(snapshot)),
        ("bye", Frame::Bye(Bye { code: String::new(), text: String::new() })),
        ("wanted", Frame::Wanted(Wanted { space, doc: DocId([1; 16]), changes: Vec::new() })),
        ("push", Frame::Push(packed())),
    ];
    let written = frames.into_iter().map(|(name, frame)| (name, frame.to_bytes()));
    written.chain([("no_frame", vec![0xff; 3])]).collect()
}

#[test]
fn every_frame_from_every_standing_about_every_space_is_answered_as_written() {
    let town = Town::new();
    let mut lines = Vec::new();
    for (number, standing) in (1_u8..).zip(STANDINGS) {
        let mut phone = town.phone(standing, number);
        let welcome = phone.connect().welcome;
        let told = welcome.told.as_ref().map_or("-".into(), |bye| bye.code.clone());
        let relay_key = phone.relay_key();
        let signed = open_grants(welcome.signed.as_ref(), &relay_key, phone.device(), None);
        let (statement, _) = signed.expect("the relay's own").expect("a signed statement");
        assert_eq!(statement.grants, welcome.grants, "what is signed is what is said");
        lines.push(format!("{standing} connect: told {told}, grants {}", welcome.grants.len()));
        for (name, space) in town.spaces {
            let pull = Frame::Pull(Pull { space, after: 0 }).to_bytes();
            lines.push(format!("{standing} pull {name}: {}", word(&phone.connect().say(&pull))));
            let get = Frame::GetSnapshot(GetSnapshot { space, seq: 0, page: 0 }).to_bytes();
            lines.push(format!("{standing} get_snapshot {name}: {}", word(&phone.connect().say(&get))));
        }
        for (place, (name, space)) in (1_u8..).zip(town.spaces) {
            // Each from a phone that has nothing waiting: the answer must be about this batch.
            let before = town.relay.status()["review"].clone();
            let batch = phone.seal(space, vec![change(number * 16 + place)]);
            let said = word(&phone.connect().say(&push(&[batch])));
            let kept =
                if town.relay.status()["review"] != before { town.fate(&phone) } else { "counts".into() };
            let kept = if said == "ack" { format!(", {kept}") } else { String::new() };
            lines.push(format!("{standing} push to {name}: {said}{kept}"));
        }
        for (name, bytes) in out_of_turn(&phone, town.spaces[0].1) {
            lines.push(format!("{standing} {name} when known: {}", word(&phone.connect().say(&bytes))));
        }
    }
    kept_listing("phones.txt", &lines);
    town.relay.verify();
}

/// What is decided while a phone is away: the newest statement has a greater version, whoever is told.
#[test]
fn every_decision_has_a_greater_version_and_the_relay_passes_what_a_phone_has_seen() {
    let town = Town::new();
    let phone = town.phone("active", 9);
    let (key, device) = (phone.relay_key(), phone.device());
    let told = |seen: Option<u64>| {
        let welcome = phone.connect_having(seen).welcome;
        let opened = open_grants(welcome.signed.as_ref(), &key, device, None);
        let (statement, _) = opened.expect("signed").expect("a statement");
        (statement.version, statement.grants.len())
    };
    let (first, grants) = told(None);
    assert_eq!(told(Some(first)), (first, grants), "nothing has changed");
    let id = device.to_string();
    town.relay.office(&["devices", "suspend", &id, "--reason", "x"]);
    assert_eq!(told(Some(first)), (first + 1, 0));
    town.relay.office(&["devices", "resume", &id, "--reason", "x"]);
    let (third, again) = told(Some(first + 1));
    assert_eq!((third, again), (first + 2, grants));
    // A relay whose data is from a backup knows of fewer decisions than the phone.
    assert_eq!(told(Some(70)), (71, grants));
    if town.relay.status()["review"] != 0 {
        panic!("nothing was handed in");
    }
}
