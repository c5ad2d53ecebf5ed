//! What cannot be done is refused with a code and a sentence in the caller's language, and changes nothing.
#![expect(clippy::expect_used, reason = "a story that cannot go on must stop")]

use linli_tests::{Phone, Refusal, Relay, Roster, plain_state};
use std::path::Path;

/// Ids that are well formed and nobody's: a household's, a decision's or conflict's, a resident's.
const NOBODY: &str = "00000000000000000000000000";
const NO_DECISION: &str = "0000000000000";
const NO_RESIDENT: &str = "0000000000000";

#[test]
fn every_office_command_refuses_what_it_cannot_do() {
    let (relay, home) = relay_with_a_household();
    let state = (relay.status(), plain_state(&relay));
    let empty = write(&relay, "空.csv", b"");
    let letter = write(&relay, "信.csv", "今天天气很好\n明天也是\n".as_bytes());
    let only_header = write(&relay, "只有表头.csv", "姓名,地址\n".as_bytes());
    let picture = write(&relay, "图.xlsx", b"\x89PNG\r\n\x1a\n0000000000");
    let import = |file: &'static str| ["import", "roster", file, "--community", "样例社区"];
    let file = |path: &str| -> Vec<String> {
        import("").map(|word| if word.is_empty() { path } else { word }.to_owned()).into()
    };
    let words = |words: &[&str]| -> Vec<String> { words.iter().map(|word| (*word).to_owned()).collect() };
    let out = relay.file("out").to_str().expect("a path").to_owned();
    let long = "长".repeat(101);
    let cases: Vec<(Vec<String>, &str)> = vec![
        (file("/no/such/file.csv"), "import.cannot_read"),
        (file(&empty), ""),
        (file(&letter), "roster.no_header"),
        (file(&only_header), "roster.no_rows"),
        (file(&picture), ""),
        (words(&["import", "roster", &letter, "--community", ""]), "import.no_community"),
        (words(&["import", "roster", &letter, "--community", &long]), ""),
        (words(&["workers", "add", "", "--grid", linli_tests::GRID]), "worker.no_name"),
        (words(&["workers", "add", "陈静", "--grid", "没有"]), ""),
        (words(&["workers", "appoint", "没有这个人", "--grid", linli_tests::GRID]), ""),
        (words(&["workers", "end", "没有这个人", NO_DECISION, "--to", "明天"]), "day.malformed"),
        (words(&["grids", "add", "", "--code", "999999000001009"]), "grid.no_name"),
        (words(&["grids", "add", "新网格", "--code", "12"]), "grid.code_malformed"),
        (words(&["grids", "add", "新网格", "--code", linli_tests::GRID]), "grid.code_taken"),
        (words(&["grids", "add", &long]), ""),
        (words(&["grids", "rename", "没有", "新名"]), ""),
        (words(&["grids", "assign", linli_tests::GRID, "没有的小区/1"]), ""),
        (words(&["grids", "assign", "没有", "阳光花园"]), ""),
        (words(&["grids", "import", "/no/such/file.csv"]), "import.cannot_read"),
        (words(&["grids", "import", &letter]), "grids.no_header"),
        (words(&["enrol-code", "--worker", "没有这个人"]), ""),
        (words(&["household", NOBODY]), ""),
        (words(&["household", "不是编号"]), "id.malformed"),
        (words(&["conflicts", "--status", "什么"]), "conflict.bad_status"),
        (words(&["resolve", NO_DECISION, "--choose", "1", "--reason", "理由"]), ""),
        (words(&["resolve", NO_DECISION, "--reason", "理由"]), "conflict.no_choice"),
        (
            words(&["resolve", NO_DECISION, "--choose", "1", "--value", "2", "--reason", "理由"]),
            "conflict.no_choice",
        ),
        (words(&["resolve", NO_DECISION, "--choose", "1", "--reason", " "]), "reason.missing"),
        (words(&["merge", &home, &home, "--reason", "理由"]), "merge.same"),
        (words(&["merge", &home, NOBODY, "--reason", "理由"]), ""),
        (words(&["merge", &home, NOBODY, "--reason", &long]), "reason.missing"),
        (words(&["unmerge", NO_DECISION, "--reason", "理由"]), ""),
        (words(&["undo", NO_DECISION, "--reason", "理由"]), ""),
        (words(&["undo", NO_DECISION, "--reason", " "]), "reason.missing"),
        (words(&["dismiss", &home, &home, "--reason", "理由"]), "merge.same"),
        (words(&["dismiss", &home, NOBODY, "--reason", "理由"]), ""),
        (words(&["export", "秘密", "--format", "csv", "--out", &out]), "export.unknown"),
        (words(&["export", "visits", "--format", "docx", "--out", &out]), "export.bad_format"),
        (words(&["export", "visits", "--format", "csv", "--out", "/no/such/folder/x"]), "file.cannot_write"),
        (words(&["housholds"]), "arguments.no_such_command"),
        (words(&["households", "--serch", "王"]), "arguments.no_such_argument"),
        (words(&["merge", &home]), "arguments.missing"),
    ];
    for (args, code) in &cases {
        let refusal = |lang: &str| {
            let mut all: Vec<&str> = args.iter().map(String::as_str).collect();
            all.extend(["--lang", lang]);
            relay.office_refuses(&all)
        };
        Refusal::check(&args.join(" "), code, &refusal("zh"), &refusal("en"));
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        assert_eq!(relay.office_refuses(&args), refusal("zh"), "Chinese by default: {args:?}");
    }
    assert!(!Path::new(&out).exists());
    assert_eq!((relay.status(), plain_state(&relay)), state, "nothing has changed");
    relay.verify();
}

#[test]
fn every_route_refuses_what_it_cannot_read() {
    let (relay, home) = relay_with_a_household();
    let state = (relay.status(), plain_state(&relay));
    let web = relay.web();
    let huge = vec![b' '; 100 * 1024];
    let cases: [(&str, &str, Option<&[u8]>, u16); 16] = [
        ("POST", "/v1/workers", None, 400),
        ("POST", "/v1/workers", Some(b"{"), 400),
        ("POST", "/v1/workers", Some(b"{\"name\": 5}"), 422),
        ("POST", "/v1/workers", Some(&huge), 413),
        ("POST", "/v1/enrol-codes", Some(b"[]"), 422),
        ("POST", "/v1/enrol", Some(b"{\"code\":\"x\",\"public_key\":\"zz\"}"), 422),
        ("POST", "/v1/enrol", Some(b"{\"code\":\"AAAA-AAAA-AAAA-AAAA\",\"public_key\":\"01\"}"), 422),
        ("POST", "/v1/merges", Some(b"{}"), 422),
        ("POST", "/v1/merges/xyz/undo", Some(b"{\"reason\":\"a\"}"), 422),
        ("POST", "/v1/conflicts/xyz/resolution", Some(b"{\"reason\":\"a\",\"choose\":1}"), 422),
        ("POST", "/v1/imports/roster", Some(b"x"), 422),
        ("GET", "/v1/households?limit=many", None, 422),
        ("GET", "/v1/households/%FF", None, 400),
        ("GET", "/v1/exports/visits", None, 422),
        ("DELETE", "/v1/status", None, 405),
        ("GET", "/v1/sync", None, 400),
    ];
    for (method, path, body, status) in cases {
        let answers = ["zh", "en"].map(|lang| web.ask(method, path, lang, body));
        for answer in &answers {
            assert_eq!(answer.status, status, "{method} {path}: {answer:?}");
            assert!(answer.kind.starts_with("application/json"), "{method} {path}: {answer:?}");
        }
        let [zh, en] = answers.map(|answer| answer.refusal());
        Refusal::check(&format!("{method} {path}"), "", &zh, &en);
    }
    assert_eq!(web.get(&format!("/v1/households/{home}")).status, 200);
    assert_eq!((relay.status(), plain_state(&relay)), state, "nothing has changed");
}

#[test]
fn every_phone_command_refuses_what_it_cannot_do() {
    let (relay, home) = relay_with_a_household();
    let phone = relay.phone_of("陈静", &relay.grids());
    let before = (phone.one(&["status"]), phone.card(&home));
    let long = "长".repeat(2001);
    let letter = write(&relay, "信.txt", b"not unsent work");
    let grid = linli_tests::GRID;
    let cases: Vec<(Vec<&str>, &str)> = vec![
        (vec!["household", NOBODY], "phone.no_household"),
        (vec!["visit", NOBODY, "--outcome", "done"], "phone.no_household"),
        (vec!["visit", &home, "--outcome", "done", "--temperature", "99"], "phone.temperature"),
        (vec!["visit", &home, "--outcome", "done", "--note", &long], ""),
        (vec!["edit", &home, "contact_phone", "不是号码"], ""),
        (vec!["edit", &home, "没有的字段", "x"], ""),
        (vec!["edit", &home, "grid", "x"], "phone.office_field"),
        (vec!["edit", &home, "tags", "+"], "phone.empty_tag"),
        (vec!["edit", &home, "note", &long], ""),
        (vec!["edit", NOBODY, "note", "x"], "phone.no_household"),
        (vec!["add-household", "--grid", "没有", "--address", "3-2-501"], "phone.no_grid"),
        (vec!["add-household", "--grid", grid, "--address", ""], "address.empty"),
        (vec!["add-household", "--grid", grid, "--address", "不知道"], "address.no_room"),
        (vec!["add-household", "--grid", grid, "--address", "3-2-501", "--contact-phone", "x"], ""),
        (vec!["add-resident", &home, "--name", "甲", "--birth", "1999-13"], ""),
        (vec!["add-resident", &home, "--name", "甲", "--gender", "x"], ""),
        (vec!["add-resident", NOBODY, "--name", "甲"], "phone.no_household"),
        (vec!["edit-resident", &home, NO_RESIDENT, "name", "乙"], "phone.no_resident"),
        (vec!["unsent", "import", "/no/such/file"], "phone.file"),
        (vec!["unsent", "import", &letter], "phone.not_unsent_file"),
        (vec!["unsent", "export", "/no/such/folder/x"], "phone.file"),
        (vec!["enrol", "不是地址", "AAAA"], "phone.relay_address"),
        (vec!["visit", &home, "--outcome", "在家"], "arguments.bad_value"),
        (vec!["visit", &home, "--outcome", "done", "--at-home", "很多"], "arguments.bad_value"),
        (vec!["visit", &home], "arguments.missing"),
    ];
    for (args, code) in cases {
        check_phone(&phone, &args, code);
    }
    assert_eq!((phone.one(&["status"]), phone.card(&home)), before, "nothing has changed");
}

#[test]
fn a_phone_without_a_community_or_a_relay_says_so() {
    let stranger = Phone::new("无名");
    check_phone(&stranger, &["sync"], "phone.not_enrolled");
    check_phone(&stranger, &["add-household", "--grid", "1", "--address", "3-2-501"], "phone.not_enrolled");
    let (mut relay, home) = relay_with_a_household();
    let url = relay.url();
    check_phone(&stranger, &["enrol", &url, "AAAA-AAAA-AAAA-AAAA"], "");
    let phone = relay.phone_of("陈静", &relay.grids());
    phone.visit(&home, "没有网");
    relay.stop();
    check_phone(&phone, &["sync"], "phone.offline");
    check_phone(&stranger, &["enrol", &url, "AAAA-AAAA-AAAA-AAAA"], "phone.offline");
    assert_eq!(phone.unsent(), 1, "what was saved stays");
    assert_eq!(relay.office_refuses(&["status"]).code, "client.unreachable");
    relay.start_again();
    phone.sync();
    assert_eq!(phone.unsent(), 0);
}

fn check_phone(phone: &Phone, args: &[&str], code: &str) {
    let refusal = |lang| phone.refuses(&[args, &["--lang", lang]].concat());
    Refusal::check(&format!("phone {}", args.join(" ")), code, &refusal("zh"), &refusal("en"));
    assert_eq!(phone.refuses(args), refusal("zh"), "Chinese by default: {args:?}");
}

fn relay_with_a_household() -> (Relay, String) {
    let relay = Relay::start();
    relay.import(&Roster::of(&["王秀英"]).write(&relay.file(""), "名册", Roster::csv()));
    let home = relay.find("王秀英");
    (relay, home)
}

fn write(relay: &Relay, name: &str, bytes: &[u8]) -> String {
    let path = relay.file(name);
    std::fs::write(&path, bytes).expect("the file");
    path.to_str().expect("a path").to_owned()
}
