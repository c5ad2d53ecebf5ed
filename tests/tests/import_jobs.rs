//! Rosters as the console imports them: looked at, corrected, counted, imported, taken back; and what a power cut, a
//! wrong file or a phone that knew nothing of an undo make of that.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a story that cannot go on must stop")]

use linli_roster::table::{Cell, Format, Sheet, Workbook};
use linli_tests::{Answer, COMMUNITY, GRID, Relay, Roster, Web, percent_encoded, plain_state, text};
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

/// Uploads bytes; the job as it was answered.
fn upload(web: &Web, file_name: &str, bytes: &[u8]) -> Value {
    let answer = try_upload(web, file_name, bytes);
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

fn try_upload(web: &Web, file_name: &str, bytes: &[u8]) -> Answer {
    let path = format!("/v1/imports?file_name={file_name}&community={}", percent_encoded(COMMUNITY));
    web.ask("POST", &path, "zh", Some(bytes))
}

fn post(web: &Web, path: &str, body: &Value) -> Answer {
    web.ask("POST", path, "zh", Some(body.to_string().as_bytes()))
}

fn import(web: &Web, id: &str) -> Value {
    web.get(&format!("/v1/imports/{id}")).json()
}

/// Waits until nothing runs for a job; what it has become.
fn settled(relay: &Relay, id: &str) -> Value {
    relay.wait_for("the import to come to rest", |web| {
        let job = import(web, id);
        job["progress"].is_null() && !["importing", "undoing"].contains(&job["state"].as_str().unwrap_or(""))
    });
    import(&relay.web(), id)
}

/// Imports a roster in all its steps.
fn imported(relay: &Relay, roster: &Roster) -> String {
    let file = roster.write(&relay.file(""), "名册", Roster::csv());
    let web = relay.web();
    let id = text(&upload(&web, "a.csv", &std::fs::read(file).expect("the roster")), "id");
    let begun = post(&web, &format!("/v1/imports/{id}/start"), &json!({}));
    assert_eq!(begun.status, 202, "{begun:?}");
    let done = settled(relay, &id);
    assert_eq!(done["state"], "imported", "{done}");
    id
}

/// What taking an import back would do, once that is counted.
fn foreseen(relay: &Relay, id: &str) -> Value {
    let path = format!("/v1/imports/{id}/undo");
    relay.wait_for("what an undo would do to be counted", |web| {
        let would = web.get(&path).json();
        let counting = &would["counting"];
        assert!(counting["done"].as_u64() <= counting["total"].as_u64(), "{would}");
        counting.is_null()
    });
    relay.web().get(&path).json()
}

/// Takes an import back; what it says of that.
fn undone(relay: &Relay, id: &str) -> Value {
    let would = foreseen(relay, id);
    let begun = post(&relay.web(), &format!("/v1/imports/{id}/undo"), &json!({ "reason": "用错了文件" }));
    assert_eq!(begun.status, 202, "{begun:?}");
    let done = settled(relay, id);
    assert_eq!(done["state"], "undone", "{done}");
    assert_eq!(done["undo"]["summary"], would["summary"], "it does what it said");
    assert_eq!(text(&done["undo"], "reason"), "用错了文件");
    done["undo"].clone()
}

fn book(rows: &[&[&str]]) -> Vec<u8> {
    let rows = rows.iter().map(|row| row.iter().map(|text| Cell::from(*text)).collect()).collect();
    let book = Workbook { format: Roster::csv(), sheets: vec![Sheet::new("名册", rows)] };
    book.write(book.format).expect("a file")
}

#[test]
fn columns_are_corrected_bad_rows_explained_and_rejects_come_back_inert() {
    let relay = Relay::start();
    let web = relay.web();
    let rows: [&[&str]; 6] = [
        &["小区", "楼栋", "房号", "怎么称呼", "联系电话", "备用"],
        &["阳光花园", "1", "101", "王秀英", "13800000001", "x"],
        &["阳光花园", "1", "102", "<script>alert(1)</script>李", "13800000002", "x"],
        &["阳光花园", "1", "103", "张丽华", "=cmd|'/c calc'!A0", "x"],
        &["阳光花园", "1", "104", "12345", "13800000004", "=1+1"],
        &["阳光花园", "1", "105", "刘志刚", "13800000005", "x"],
    ];
    let id = text(&upload(&web, "a.csv", &book(&rows)), "id");

    // Nobody can know what 怎么称呼 is; what is missing is said, and nothing can be begun.
    let seen = import(&web, &id);
    assert_eq!(seen["state"], "ready");
    assert_eq!(text(&seen["trouble"], "code"), "roster.missing_column", "{seen}");
    let sheet = &seen["sheets"][0];
    assert_eq!([&sheet["header_row"], &sheet["missing"]], [&json!(1), &json!("name")]);
    let column = &sheet["columns"][3];
    assert_eq!([text(column, "column"), text(column, "header")], ["D", "怎么称呼"]);
    assert_eq!(column["samples"], json!(["王秀英", "<script>alert(1)</script>李", "张丽华"]));
    assert!(column["field"].is_null());
    assert_eq!(post(&web, &format!("/v1/imports/{id}/start"), &json!({})).code(), "roster.missing_column");

    // A field that does not exist is refused; the right one is understood.
    let columns = format!("/v1/imports/{id}/columns");
    let correct = |field: &str| {
        let body = json!({ "columns": [{ "sheet": "a", "index": 3, "field": field }] }).to_string();
        web.ask("PUT", &columns, "zh", Some(body.as_bytes()))
    };
    assert_eq!(correct("surname").code(), "import.bad_mapping");
    assert_eq!(correct("name").status, 200);
    let seen = import(&web, &id);
    assert!(seen["trouble"].is_null(), "{seen}");
    assert_eq!([&seen["rows_read"], &seen["rows_bad"]], [&json!(5), &json!(2)]);

    // Counted first; nothing changes by it.
    let before = relay.status();
    assert_eq!(post(&web, &format!("/v1/imports/{id}/check"), &json!({})).status, 202);
    let counted = settled(&relay, &id)["summary"].clone();
    assert_eq!([&counted["dry_run"], &counted["households_new"]], [&json!(true), &json!(3)]);
    assert_eq!(relay.status(), before);

    let bad = web.get(&format!("/v1/imports/{id}/bad-rows")).json();
    let told: Vec<_> = bad["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| {
            let problem = &row["problems"][0];
            (row["row"].as_u64(), ["column", "value", "code"].map(|key| text(problem, key)))
        })
        .collect();
    assert_eq!(
        told,
        [
            (Some(4), ["E", "=cmd|'/c calc'!A0", "roster.row.phone_unclear"].map(str::to_owned)),
            (Some(5), ["D", "12345", "roster.row.name_unclear"].map(str::to_owned)),
        ]
    );
    let second = web.get(&format!("/v1/imports/{id}/bad-rows?offset=1&limit=1")).json();
    assert_eq!([&second["total"], &second["rows"][0]["row"]], [&json!(2), &json!(5)]);

    // The rejects are inert in a spreadsheet program, and need no explaining when they come back.
    let rejects = web.get(&format!("/v1/imports/{id}/rejects"));
    assert_eq!(rejects.status, 200);
    assert!(rejects.header("content-disposition").contains("rejects.csv"), "{rejects:?}");
    for cell in rejects.body.lines().flat_map(|line| line.split(',')) {
        let bare = cell.trim_start_matches(['\u{feff}', '"']);
        assert!(!bare.starts_with(['=', '+', '@']), "{cell}");
    }
    assert_eq!(post(&web, &format!("/v1/imports/{id}/start"), &json!({})).status, 202);
    assert_eq!(settled(&relay, &id)["state"], "imported");
    assert_eq!(relay.status()["households"], 3);
    let corrected = rejects.body.replace("'=cmd|'/c calc'!A0", "13800000003").replace("12345", "陈静");
    let again = text(&upload(&web, "b.csv", corrected.as_bytes()), "id");
    assert_eq!(post(&web, &format!("/v1/imports/{again}/start"), &json!({})).status, 202);
    let done = settled(&relay, &again);
    assert_eq!([&done["summary"]["rows_bad"], &done["summary"]["households_new"]], [&json!(0), &json!(2)]);
    let list = web.get("/v1/imports").json();
    assert_eq!(list["imports"].as_array().map(Vec::len), Some(2));
    assert_eq!(list["imports"][0]["id"], json!(again), "newest first");
    relay.verify();
}

#[test]
fn an_undo_takes_back_what_nobody_touched_and_names_the_rest() {
    let relay = Relay::start();
    let mut roster = Roster::of(&["王秀英", "李国强", "张丽华"]);
    imported(&relay, &roster);
    let first = plain_state(&relay);

    // A second file changes two numbers, adds a resident to the third and two households.
    roster.homes[0].phone = "13700000001".into();
    roster.homes[1].phone = "13700000002".into();
    let mut newcomer = roster.homes[2].clone();
    newcomer.name = "张小丽".into();
    newcomer.phone = "13700000009".into();
    roster.homes.push(newcomer);
    let more = Roster::of(&["", "", "", "", "陈静", "刘志刚"]);
    roster.homes.extend(more.homes.into_iter().skip(4));
    let id = imported(&relay, &roster);
    assert_eq!(relay.status()["households"], 5);
    let would = foreseen(&relay, &id);
    assert_eq!(
        ["households_withdrawn", "households_restored", "kept"].map(|key| would["summary"][key].as_u64()),
        [Some(2), Some(2), Some(0)],
        "{would}"
    );

    // Afterwards somebody changes one of the numbers, and visits one of the new households.
    let phone = relay.phone_of("陈网格", &[GRID.to_owned()]);
    let [edited, visited, gone] = ["李国强", "陈静", "刘志刚"].map(|name| relay.find(name));
    phone.edit(&edited, "contact_phone", "13900002222");
    phone.visit(&visited, "在家");
    phone.sync();
    relay.settle();

    // What was counted before anybody touched it is not said any more.
    let undo = undone(&relay, &id);
    let sum = &undo["summary"];
    assert_eq!(
        ["households_withdrawn", "residents_removed", "kept"].map(|key| sum[key].as_u64()),
        [Some(1), Some(1), Some(2)],
        "{undo}"
    );
    let mut kept: Vec<_> = undo["kept"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| ["household", "reason"].map(|key| text(one, key)))
        .collect();
    kept.sort_unstable();
    let mut expected = [[edited.clone(), "changed".into()], [visited.clone(), "visited".into()]].to_vec();
    expected.sort_unstable();
    assert_eq!(kept, expected);

    assert_eq!(text(&relay.household(&relay.find("王秀英")), "contact_phone"), "13800000001");
    assert_eq!(text(&relay.household(&edited), "contact_phone"), "13900002222", "a person's word stays");
    assert_eq!(relay.status()["households"], 4);
    assert!(relay.office(&["households", "--search", "刘志刚"]).is_empty());
    assert!(relay.office(&["households", "--search", "张小丽"]).is_empty());
    phone.sync();
    assert!(!phone.households().contains(&gone), "phones do not list it either");
    assert!(phone.households().contains(&visited));
    relay.verify();

    // The same file once more brings back what the undo took.
    imported(&relay, &roster);
    assert_eq!(relay.status()["households"], 5);
    assert_eq!(relay.find("刘志刚"), gone);
    assert_eq!(relay.find("张小丽"), relay.find("张丽华"));
    assert_eq!(text(&relay.household(&relay.find("王秀英")), "contact_phone"), "13700000001");
    assert_eq!(text(&relay.household(&edited), "contact_phone"), "13900002222");
    assert!(relay.office(&["conflicts", "--status", "open"]).is_empty());
    assert_ne!(plain_state(&relay), first);
    let asked = relay.web().ask("GET", &format!("/v1/imports/{id}/undo"), "en", None);
    assert_eq!(asked.code(), "import.not_imported", "an undo is not undone twice");
    relay.verify();
}

#[test]
fn an_undone_import_leaves_the_state_before_it() {
    let relay = Relay::start();
    let mut roster = Roster::of(&["王秀英", "李国强"]);
    imported(&relay, &roster);
    let before = plain_state(&relay);
    for home in &mut roster.homes {
        home.phone = home.phone.replace("138", "137");
        home.note = "先打电话".into();
    }
    let second = imported(&relay, &roster);
    assert_ne!(plain_state(&relay), before);
    undone(&relay, &second);
    assert_eq!(plain_state(&relay), before);
    // And again, after a restart: what was written is found in the log.
    let mut relay = relay;
    let third = imported(&relay, &roster);
    relay.stop();
    relay.start_again();
    undone(&relay, &third);
    assert_eq!(plain_state(&relay), before);
    relay.verify();
}

#[test]
fn what_a_phone_hands_in_later_brings_a_withdrawn_household_back() {
    let relay = Relay::start();
    let id = imported(&relay, &Roster::of(&["王秀英", "李国强", "张丽华", "刘志刚"]));
    let phone = relay.phone_of("陈静", &[GRID.to_owned()]);
    let [visited, edited, desk, gone] = ["王秀英", "李国强", "张丽华", "刘志刚"].map(|name| relay.find(name));
    // Out of reach while the office undoes.
    phone.visit(&visited, "在家");
    phone.edit(&edited, "note", "有狗");
    assert_eq!(undone(&relay, &id)["summary"]["households_withdrawn"], 4);
    assert_eq!(relay.status()["households"], 0);

    let shown = relay.web().get(&format!("/v1/households/{desk}")).json();
    assert_eq!(shown["withdrawn"], true, "found by its address all the same");
    let change = json!({ "base": shown["heads"], "puts": { "note": "住着人" } }).to_string();
    let changed = relay.web().ask("PATCH", &format!("/v1/households/{desk}"), "zh", Some(change.as_bytes()));
    assert_eq!(changed.status, 200, "{changed:?}");
    phone.sync();
    relay.wait_for("three households to be back", |web| web.get("/v1/status").json()["households"] == 3);
    relay.settle();
    for household in [&visited, &edited, &desk] {
        assert_eq!(relay.web().get(&format!("/v1/households/{household}")).json()["withdrawn"], false);
    }
    assert_eq!(text(&relay.household(&edited), "note"), "有狗");
    phone.sync();
    assert!(!phone.households().contains(&gone));
    assert_eq!(phone.households().len(), 3);
    relay.verify();
}

/// The office's PC loses power at any moment of an import or an undo: it goes on by itself, and the result is that of
/// one that was not disturbed.
#[test]
fn a_relay_killed_in_the_middle_goes_on_to_the_same_end() {
    const DOORS: usize = 400;
    let calm = Relay::start();
    let roster = Roster::of_doors(DOORS);
    let undo_of = imported(&calm, &roster);
    let whole = plain_state(&calm);
    undone(&calm, &undo_of);
    let nothing = plain_state(&calm);

    let file = roster.write(&calm.file(""), "名册", Roster::csv());
    let bytes = std::fs::read(file).expect("the roster");
    // At once; while it plans; when its changes are durable and lists are behind.
    let moments: [fn(&Value, &Value) -> bool; 3] = [
        |_, _| true,
        |job, _| job["progress"]["done"].as_u64() > Some(0) || job["progress"].is_null(),
        |job, status| status["batches"].as_u64() > Some(0) || job["progress"].is_null(),
    ];
    for (round, is_moment) in moments.iter().enumerate() {
        let mut relay = Relay::start();
        let id = text(&upload(&relay.web(), "a.csv", &bytes), "id");
        assert_eq!(post(&relay.web(), &format!("/v1/imports/{id}/start"), &json!({})).status, 202);
        kill_when(&mut relay, &id, is_moment);
        let done = settled(&relay, &id);
        assert_eq!(done["state"], "imported", "round {round}: {done}");
        assert_eq!(done["summary"]["households_new"], DOORS, "round {round}: {done}");
        assert_eq!(plain_state(&relay), whole, "round {round}");

        let begun = post(&relay.web(), &format!("/v1/imports/{id}/undo"), &json!({ "reason": "停电试验" }));
        assert_eq!(begun.status, 202, "{begun:?}");
        kill_when(&mut relay, &id, is_moment);
        let done = settled(&relay, &id);
        assert_eq!(done["state"], "undone", "round {round}: {done}");
        assert_eq!(done["undo"]["summary"]["households_withdrawn"], DOORS, "round {round}: {done}");
        assert_eq!(plain_state(&relay), nothing, "round {round}");
        relay.verify();
    }
}

fn kill_when(relay: &mut Relay, id: &str, is_moment: &fn(&Value, &Value) -> bool) {
    relay.wait_for("the moment", |web| is_moment(&import(web, id), &web.get("/v1/status").json()));
    relay.kill();
    relay.start_again();
}

#[test]
fn what_is_no_roster_is_refused_with_what_would_be_and_leaves_nothing_behind() {
    let relay = Relay::start();
    let web = relay.web();
    let zip_of_something = {
        let book = Workbook { format: Format::Xlsx, sheets: vec![Sheet::new("a", Vec::new())] };
        let mut bytes = book.write(Format::Xlsx).expect("a workbook");
        bytes.truncate(bytes.len() / 2);
        bytes
    };
    let wrong: [(&str, &[u8], &str); 6] = [
        ("a.csv", "没有表头的一段话\n第二行".as_bytes(), "roster.no_header"),
        ("a.xlsx", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\0", "table.not_a_spreadsheet"),
        ("a.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "table.not_a_spreadsheet"),
        ("a.xls", b"<html><body><table><tr><td>1</td></tr></table></body></html>", "table.web_page"),
        ("a.xlsx", &zip_of_something, "table.damaged"),
        ("a.csv", b"", "table.empty"),
    ];
    for (name, bytes, code) in wrong {
        let refused = try_upload(&web, name, bytes);
        assert_eq!((refused.status, refused.code().as_str()), (422, code), "{name}: {refused:?}");
    }
    let unnamed = web.ask("POST", "/v1/imports?file_name=a.csv", "zh", Some(b"a,b"));
    assert_eq!(unnamed.code(), "import.no_community", "{unnamed:?}");

    // 200 MB are refused before they are sent.
    let mut stream = TcpStream::connect(relay.address()).expect("the relay");
    let token = std::fs::read_to_string(relay.data().join("admin-token")).expect("the token");
    write!(
        stream,
        "POST /v1/imports?file_name=a.xlsx HTTP/1.1\r\nHost: relay\r\nConnection: close\r\n\
         Authorization: Bearer {}\r\nContent-Length: {}\r\n\r\n",
        token.trim(),
        200 * 1024 * 1024
    )
    .expect("the request's head");
    let mut said = String::new();
    stream.read_to_string(&mut said).expect("an answer");
    assert!(said.starts_with("HTTP/1.1 413") && said.contains("import.too_large"), "{said}");

    assert_eq!(web.get("/v1/imports").json()["imports"], json!([]));
    let kept = std::fs::read_dir(relay.data().join("imports")).map_or(0, Iterator::count);
    assert_eq!(kept, 0, "no file stays");
}

#[test]
fn uploaded_files_are_deleted_with_their_import_or_after_a_week() {
    let mut relay = Relay::start();
    let web = relay.web();
    let files = |relay: &Relay| std::fs::read_dir(relay.data().join("imports")).map_or(0, Iterator::count);
    let bytes = book(&[&["地址", "姓名"], &["阳光花园1栋1单元101", "王秀英"]]);
    let draft = text(&upload(&web, "a.csv", &bytes), "id");
    assert_eq!(files(&relay), 1);
    let deleted = web.ask("DELETE", &format!("/v1/imports/{draft}"), "zh", None);
    assert_eq!(deleted.status, 204, "{deleted:?}");
    assert_eq!(files(&relay), 0);
    assert_eq!(web.get(&format!("/v1/imports/{draft}")).status, 404);

    let waiting = text(&upload(&web, "a.csv", &bytes), "id");
    let done = imported(&relay, &Roster::of(&["李国强"]));
    assert_eq!(files(&relay), 2);
    relay.stop();
    relay.set_clock_ahead_by_days(8);
    relay.start_again();
    relay.wait_for("the files to be gone", |_| files(&relay) == 0);
    let web = relay.web();
    assert_eq!(web.get(&format!("/v1/imports/{waiting}")).status, 404, "nobody went on with it");
    let kept = import(&web, &done);
    assert_eq!([&kept["state"], &kept["has_file"]], [&json!("imported"), &json!(false)]);
    assert_eq!(web.get(&format!("/v1/imports/{done}/bad-rows")).code(), "import.file_gone");
    assert_eq!(undone(&relay, &done)["summary"]["households_withdrawn"], 1, "which needs no file");

    // The same by the command line: in the list, and undone like any other.
    let file = Roster::of(&["张丽华"]).write(&relay.file(""), "名册", Roster::csv());
    let by_hand = text(&relay.import(&file), "id");
    assert_eq!(import(&web, &by_hand)["state"], "imported");
    undone(&relay, &by_hand);
    assert_eq!(relay.status()["households"], 0);
    let deeds = web.get(&format!("/v1/audit?subject={by_hand}")).json();
    assert!(deeds.to_string().contains("households_withdrawn"), "{deeds}");
}

#[test]
fn only_who_may_import_sees_imports() {
    let relay = Relay::start();
    let mut admin = relay.first_admin();
    let id = imported(&relay, &Roster::of(&["王秀英"]));
    assert_eq!(admin.get("/v1/imports").status, 200);
    let mut reader = admin.colleague("只看", "readonly");
    assert_eq!(reader.get("/v1/imports").code(), "auth.role");
    let stranger = relay.web().stranger();
    for path in ["/v1/imports".to_owned(), format!("/v1/imports/{id}/bad-rows")] {
        assert_eq!(stranger.get(&path).code(), "auth.signed_out");
    }
}
