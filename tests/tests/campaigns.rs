//! A canvass campaign with questions: opened by the office, answered at the door without a connection, read at the
//! office in the words that asked, changed, and closed.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a story that cannot go on must stop")]

use linli_tests::{Phone, Relay, Roster, text};
use serde_json::{Value, json};

const NAME: &str = "燃气安全排查";

#[test]
fn questions_are_answered_offline_and_read_in_the_words_that_asked() {
    let (relay, chen, homes) = relay_with_a_phone();
    let opened = open(&relay, &questions(&relay, "管道气"));
    assert_eq!((text(&opened, "campaign"), opened["households"].as_i64()), (NAME.into(), Some(0)));
    assert_eq!((text(&opened["opened"], "state"), &opened["opened"]["form"]), ("open".into(), &json!(1)));
    assert!(chen.say(&["campaigns"]).is_empty(), "not synchronised yet");
    chen.sync();
    let shown = chen.one(&["campaigns"]);
    assert_eq!((text(&shown, "name"), shown["questions"].as_array().map(Vec::len)), (NAME.into(), Some(3)));

    // What does not fit is refused at the door, with what would.
    for (answers, code, words) in [
        (&[][..], "answer.missing", "用什么气"),
        (&["gas=coal"], "answer.wrong", "piped(管道气)"),
        (&["gas=piped", "people=99"], "answer.wrong", "0 到 30"),
        (&["gas=piped", "colour=red"], "answer.unknown_question", "gas, people, risks"),
        (&["gas=piped", "没有等号"], "answer.unknown_question", "没有等号"),
    ] {
        let refusal = chen.refuses(&visit(&homes[0], "done", answers));
        assert_eq!(refusal.code, code, "{answers:?}");
        assert!(refusal.text.contains(words), "{refusal:?}");
    }
    let met_nobody = chen.refuses(&visit(&homes[0], "no_answer", &["gas=piped"]));
    assert_eq!(met_nobody.code, "answer.not_asked");
    assert_eq!(chen.unsent(), 0, "nothing was saved");

    chen.one(&visit(&homes[0], "done", &["gas=piped", "people=4", "risks=hose, alarm"]));
    chen.one(&visit(&homes[1], "no_answer", &[]));
    let today = chen.one(&["today", "--campaign", NAME]);
    assert_eq!((&today["tally"]["reached"], &today["tally"]["no_answer"]), (&json!(1), &json!(1)));
    chen.sync();
    relay.settle();
    assert_eq!(
        words_of(&relay, &homes[0]),
        [("用什么气?", "管道气"), ("几口人?", "4人"), ("哪些隐患?", "软管老化、没有报警器")].map(pair)
    );
    assert!(words_of(&relay, &homes[1]).is_empty());
    let file = relay.web().get(&format!("/v1/exports/visits?format=csv&campaign={NAME}"));
    assert!(file.body.contains("用什么气?:管道气;几口人?:4人"), "{}", file.body);
    relay.verify();
}

#[test]
fn changed_questions_leave_old_answers_as_they_were() {
    let (relay, chen, homes) = relay_with_a_phone();
    open(&relay, &questions(&relay, "管道气"));
    chen.sync();
    chen.one(&visit(&homes[0], "done", &["gas=piped"]));
    // The office changes its mind while this phone is in a basement.
    let file = questions(&relay, "天然气");
    let changed = relay.office_one(&["campaign", "questions", NAME, &file]);
    assert_eq!(changed["opened"]["form"], 2);
    chen.one(&visit(&homes[1], "done", &["gas=piped"]));
    chen.sync();
    chen.one(&visit(&homes[2], "done", &["gas=piped"]));
    chen.sync();
    relay.settle();
    let gas = |home: &str| words_of(&relay, home)[0].1.clone();
    assert_eq!(
        [gas(&homes[0]), gas(&homes[1]), gas(&homes[2])],
        ["管道气", "管道气", "天然气"],
        "each in the words of its own time"
    );
    let id = text(&changed["opened"], "id");
    let late = json!({"form": 1, "questions": []}).to_string();
    let late = relay.web().ask("PATCH", &format!("/v1/campaigns/{id}"), "zh", Some(late.as_bytes()));
    assert_eq!(late.code(), "campaign.form_changed");
    relay.verify();
}

#[test]
fn closing_a_campaign_ends_it() {
    let (relay, chen, homes) = relay_with_a_phone();
    let file = questions(&relay, "管道气");
    open(&relay, &file);
    chen.sync();
    relay.office_one(&["campaign", "close", NAME]);
    // Not known here yet: what was done at the door is kept.
    chen.one(&visit(&homes[0], "done", &["gas=piped"]));
    chen.sync();
    assert!(chen.say(&["campaigns"]).is_empty());
    let late = chen.refuses(&visit(&homes[1], "done", &["gas=piped"]));
    assert_eq!(late.code, "phone.campaign_closed");
    relay.settle();
    let listed = relay.office(&["campaigns"]);
    let found = listed.iter().find(|one| one["campaign"] == NAME).expect("still listed");
    assert_eq!((text(&found["opened"], "state"), &found["households"]), ("closed".into(), &json!(1)));
    for refused in [vec!["close", NAME], vec!["questions", NAME, file.as_str()]] {
        let refusal = relay.office_refuses(&[vec!["campaign"], refused].concat());
        assert_eq!(refusal.code, "campaign.closed");
    }
    let again = relay.office_refuses(&["campaign", "open", NAME]);
    assert_eq!(again.code, "campaign.name_taken");
    relay.verify();
}

#[test]
fn a_campaign_is_for_its_grids_and_days_and_asks_what_can_be_asked() {
    let (relay, chen, _) = relay_with_a_phone();
    let grids = relay.grids();
    let other = text(&relay.office_one(&["grids", "add", "新网格"]), "code");
    relay.office_one(&["campaign", "open", "别的网格", "--grid", &other]);
    relay.office_one(&["campaign", "open", "以后", "--from", "2099-01-01"]);
    relay.office_one(&["campaign", "open", "门牌核对", "--grid", &grids[0], "--to", "2099-01-01"]);
    chen.sync();
    assert_eq!(text(&chen.one(&["campaigns"]), "name"), "门牌核对");
    for (args, code) in [
        (&["2026Q4"][..], "campaign.bad_name"),
        (&[" "], "campaign.bad_name"),
        (&["过去", "--to", "2020-01-01"], "campaign.bad_days"),
        (&["哪天", "--from", "明天"], "field.wrong_value"),
        (&["没有", "--grid", "1"], "record.not_found"),
    ] {
        assert_eq!(relay.office_refuses(&[&["campaign", "open"], args].concat()).code, code, "{args:?}");
    }
    let file = relay.file("题目.json");
    let two = json!([{"id": "a", "zh": "一", "kind": "text"}, {"id": "a", "zh": "二", "kind": "text"}]);
    std::fs::write(&file, two.to_string()).expect("a file");
    let path = file.display().to_string();
    let refusal = relay.office_refuses(&["campaign", "open", "重复", "--questions", &path]);
    assert_eq!(refusal.code, "form.bad_question");
    assert!(refusal.text.contains("第 2 题"), "{refusal:?}");
    assert_eq!(relay.office_refuses(&["campaign", "close", "没有"]).code, "campaign.not_found");
}

fn pair(words: (&str, &str)) -> (String, String) {
    (words.0.to_owned(), words.1.to_owned())
}

fn visit<'a>(home: &'a str, outcome: &'a str, answers: &[&'a str]) -> Vec<&'a str> {
    let mut args = vec!["visit", home, "--outcome", outcome, "--campaign", NAME];
    args.extend(answers.iter().flat_map(|answer| ["--answer", answer]));
    args
}

/// What the household's last visit was asked and answered, as the office reads it.
fn words_of(relay: &Relay, home: &str) -> Vec<(String, String)> {
    let visits = relay.web().get(&format!("/v1/households/{home}/visits")).json();
    let asked = visits[0]["asked"].as_array().expect("what was asked");
    asked.iter().map(|one| (text(&one["question"], "zh"), text(&one["answer"], "zh"))).collect()
}

fn open(relay: &Relay, file: &str) -> Value {
    relay.office_one(&["campaign", "open", NAME, "--questions", file, "--reason", "冬季用气安全"])
}

/// A file with three questions; `piped` is what the first option is called.
fn questions(relay: &Relay, piped: &str) -> String {
    let gas =
        json!([{"id": "piped", "zh": piped}, {"id": "bottle", "zh": "瓶装气"}, {"id": "none", "zh": "不用"}]);
    let risks = json!([{"id": "hose", "zh": "软管老化"}, {"id": "alarm", "zh": "没有报警器"}]);
    let questions = json!([
        {"id": "gas", "zh": "用什么气?", "kind": "choice", "options": gas, "required": true},
        {"id": "people", "zh": "几口人?", "kind": "number", "min": 0, "max": 30, "unit": "人", "always": true},
        {"id": "risks", "zh": "哪些隐患?", "en": "Which risks?", "kind": "several", "options": risks},
    ]);
    let file = relay.file("燃气.json");
    std::fs::write(&file, questions.to_string()).expect("a file");
    file.display().to_string()
}

fn relay_with_a_phone() -> (Relay, Phone, Vec<String>) {
    let relay = Relay::start();
    relay.import(&Roster::of_doors(5).write(&relay.file(""), "名册", Roster::csv()));
    let grids = relay.grids();
    let chen = relay.phone_of("陈静", &grids[..1]);
    let homes = chen.households();
    (relay, chen, homes)
}
