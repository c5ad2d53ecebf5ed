//! Phones keep where the relay's chains ended. What somebody rewrites or cuts off there, knowing everything that lies
//! on the relay, shows beside what they kept; the phone that meets such a relay says so and goes on working.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a story that cannot go on must stop")]

use linli_tests::{Phone, Relay, Roster, change_database, copy_data, problems_beside, problems_in, text};
use serde_json::Value;

/// Cuts the ends off both chains, and says that they always ended there.
const CUT_AUDIT: &str = "DELETE FROM audit WHERE id = (SELECT max(id) FROM audit);
    UPDATE audit_head SET (id, hash) = (SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1)";
const CUT_LOG: &str = "DELETE FROM batch WHERE id = (SELECT max(id) FROM batch);
    UPDATE log_head SET (id, total) = (SELECT id, total FROM batch ORDER BY id DESC LIMIT 1)";

fn number(value: &Value, key: &str) -> u64 {
    value[key].as_u64().expect("a number")
}

#[test]
fn what_is_cut_off_a_relay_is_missed_by_its_phones() {
    let mut relay = Relay::start();
    relay.import(&Roster::of_doors(4).write(&relay.file(""), "名册", Roster::csv()));
    let phone = relay.phone_of("陈静", &relay.grids());
    let home = phone.households().first().expect("a household").clone();
    let before = phone.one(&["anchor"]);
    phone.visit(&home, "一");
    phone.sync();
    relay.web().ask("POST", "/v1/merges/xyz/undo", "zh", Some(b"{}"));
    phone.sync();
    let kept = phone.one(&["anchor"]);
    assert_eq!(text(&kept, "lineage"), text(&before, "lineage"));
    assert!(number(&kept, "audit_row") > number(&before, "audit_row"), "{before} {kept}");
    assert!(number(&kept, "log_row") > number(&before, "log_row"), "{before} {kept}");
    relay.stop();
    let (anchors, bare, forged) = (relay.file("anchors"), relay.file("bare"), relay.file("forged"));
    let head = text(&kept, "head");
    std::fs::write(&anchors, format!("{before}\n{kept}\n")).expect("a file");
    std::fs::write(&bare, &head).expect("a file");
    std::fs::write(&forged, head.replace("01", "02")).expect("a file");
    assert!(problems_beside(relay.data(), &[&anchors, &bare]).is_empty());
    let told = problems_beside(relay.data(), &[&forged]);
    assert!(told.iter().any(|problem| problem.contains("not a head that this office signed")), "{told:?}");

    for (name, database, cut, row) in
        [("audit", "office.db", CUT_AUDIT, "audit_row"), ("log", "log.db", CUT_LOG, "log_row")]
    {
        let copy = relay.file(name);
        copy_data(relay.data(), &copy);
        change_database(&copy.join(database), cut);
        for model in ["model.db", "model.db-wal", "model.db-shm"] {
            let _ = std::fs::remove_file(copy.join(model));
        }
        assert_eq!(problems_in(&copy), Vec::<String>::new(), "{name}: the relay alone cannot know");
        let missing = format!("row {} of the {name} ", number(&kept, row));
        let problems = problems_beside(&copy, &[&anchors]);
        assert!(problems.iter().any(|problem| problem.contains(&missing)), "{missing}: {problems:?}");
    }

    change_database(&relay.data().join("office.db"), CUT_AUDIT);
    relay.start_again();
    assert_eq!(phone.one(&["status"])["contradiction"], Value::Null);
    phone.visit(&home, "二");
    let report = phone.sync();
    assert_eq!(text(&report["contradiction"], "code"), "anchor.contradiction", "{report}");
    assert_eq!(report["sent"], 1, "it goes on working: {report}");
    assert_eq!(text(&phone.one(&["status"])["contradiction"], "code"), "anchor.contradiction");
    let both = phone.say(&["anchor"]);
    assert_eq!(both.len(), 2, "what was kept, and what contradicts it: {both:?}");
    assert_eq!(both.iter().filter(|one| one["contradicts"] == true).count(), 1);
    assert!(both.contains(&kept));
}

/// A relay with two phones whose older copy was put in its place after the first phone's visit "二": nobody ran `linli
/// restore`, and the relay itself cannot know.
fn set_back() -> (Relay, Phone, Phone, String) {
    let mut relay = Relay::start();
    relay.import(&Roster::of_doors(4).write(&relay.file(""), "名册", Roster::csv()));
    let [writer, reader] = ["陈静", "李芳"].map(|worker| relay.phone_of(worker, &relay.grids()));
    let home = writer.households().first().expect("a household").clone();
    writer.visit(&home, "一");
    writer.sync();
    reader.sync();
    relay.stop();
    let older = relay.file("older");
    copy_data(relay.data(), &older);
    relay.start_again();
    writer.visit(&home, "二");
    assert_eq!(writer.sync()["sent"], 1);
    // Each welcome says where the chains end.
    writer.sync();
    reader.sync();
    relay.stop();
    std::fs::remove_dir_all(relay.data()).expect("the folder to go");
    copy_data(&older, relay.data());
    relay.start_again();
    (relay, writer, reader, home)
}

fn notes(phone: &Phone, home: &str) -> Vec<String> {
    let card = phone.card(home);
    let visits = card["visits"].as_array().expect("visits");
    let mut notes: Vec<String> = visits.iter().map(|visit| text(visit, "note")).collect();
    notes.sort();
    notes
}

#[test]
fn what_a_relay_lost_with_an_older_copy_of_its_folder_comes_back_from_the_phones() {
    let (mut relay, writer, reader, home) = set_back();
    // Something new is written before anything that was lost is back.
    reader.visit(&home, "三");
    for phone in [&reader, &writer] {
        let report = phone.sync();
        assert_eq!(text(&report["contradiction"], "code"), "anchor.contradiction", "{report}");
    }
    reader.sync();
    relay.settle();
    // Once: from then on the chains are counted from where they are.
    for phone in [&writer, &reader] {
        assert_eq!(notes(phone, &home), ["一", "三", "二"]);
        let report = phone.sync();
        assert_eq!((&report["sent"], &report["contradiction"]), (&Value::from(0), &Value::Null), "{report}");
        assert_eq!(text(&phone.one(&["status"])["contradiction"], "code"), "anchor.contradiction");
    }
    relay.stop();
    assert_eq!(problems_in(relay.data()), Vec::<String>::new());
}

#[test]
fn what_was_acknowledged_comes_back_to_a_relay_that_has_grown_longer_since() {
    let (mut relay, writer, _, home) = set_back();
    // More is written than was lost, before the phone that lost it comes: no head contradicts another any more.
    let newcomer = relay.phone_of("王芳", &relay.grids());
    for number in 0..5 {
        newcomer.visit(&home, &format!("新{number}"));
        newcomer.sync();
    }
    let report = writer.sync();
    assert_eq!(report["contradiction"], Value::Null, "{report}");
    let report = writer.sync();
    assert_eq!(report["sent"], 0, "once: {report}");
    newcomer.sync();
    relay.settle();
    let all = ["一", "二", "新0", "新1", "新2", "新3", "新4"];
    assert_eq!(notes(&writer, &home), all);
    assert_eq!(notes(&newcomer, &home), all);
    relay.stop();
    assert_eq!(problems_in(relay.data()), Vec::<String>::new());
}
