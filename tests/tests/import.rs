//! Rosters through the office's command line: what is good comes in, what is not is explained, what people
//! wrote meanwhile stays.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a story that cannot go on must stop")]

use linli_roster::table::{CsvEncoding, Format};
use linli_tests::{COMMUNITY, Dice, Relay, Roster, percent_encoded, text};
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[test]
fn a_dry_run_tells_everything_and_changes_nothing() {
    let relay = Relay::start();
    let before = relay.status();
    let file = good_and_bad().write(&relay.file(""), "名册", Roster::csv());
    let would = import(&relay, &file, &["--dry-run"]);
    assert_eq!(counts(&would), (4, 2, 2), "{would}");
    assert_eq!(relay.status(), before);
    assert!(relay.grids().is_empty());
    assert!(relay.office(&["households"]).is_empty());
    let did = import(&relay, &file, &[]);
    assert_eq!(counts(&did), counts(&would));
    assert_eq!(relay.status()["households"], 2);
}

#[test]
fn bad_rows_are_explained_and_come_back_in_the_files_own_form() {
    let forms = [Roster::csv(), Roster::csv_in(CsvEncoding::Gb18030), Format::Xlsx, Format::Xls];
    for form in forms {
        let relay = Relay::start();
        let file = good_and_bad().write(&relay.file(""), "名册", form);
        let rejects = relay.file(&format!("退回.{}", form.extension()));
        let path = rejects.to_str().expect("a path");
        let done = import(&relay, &file, &["--rejects", path]);
        assert_eq!(counts(&done), (4, 2, 2), "{form:?}: {done}");
        let bad = done["bad_rows"].as_array().expect("bad rows");
        let told: Vec<_> = bad
            .iter()
            .map(|row| {
                let problem = &row["problems"][0];
                let words = ["column", "header", "value", "code"].map(|key| text(problem, key));
                assert!(!text(problem, "why_zh").is_empty() && !text(problem, "why_en").is_empty());
                assert!(!text(row, "sheet").is_empty());
                (row["row"].as_u64(), words)
            })
            .collect();
        let expected = [
            (Some(3), ["G", "联系电话", "12", "roster.row.phone_unclear"].map(str::to_owned)),
            (Some(5), ["F", "姓名", "12345", "roster.row.name_unclear"].map(str::to_owned)),
        ];
        assert_eq!(told, expected, "{form:?}");

        // The office corrects the file it got back, and imports it.
        assert_eq!(done["rejects"], json!(path), "{form:?}");
        corrected(&rejects, form);
        let again = import(&relay, &rejects, &[]);
        assert_eq!(counts(&again), (2, 0, 2), "{form:?}: {again}");
        assert_eq!(relay.status()["households"], 4, "{form:?}");
    }
}

#[test]
fn the_same_file_again_changes_nothing() {
    let relay = Relay::start();
    let roster = Roster::of_doors(30);
    for form in [Roster::csv(), Format::Xlsx, Roster::csv_in(CsvEncoding::Gb18030), Format::Xls] {
        let done = import(&relay, &roster.write(&relay.file(""), "名册", form), &[]);
        let new = if form == Roster::csv() { 30 } else { 0 };
        assert_eq!(done["households_new"], new, "{form:?}: {done}");
        assert_eq!(done["households_changed"], 0, "{form:?}: {done}");
    }
    let batches = relay.status()["batches"].clone();
    import(&relay, &roster.write(&relay.file(""), "另一个名字", Roster::csv()), &[]);
    assert_eq!(relay.status()["batches"], batches, "nothing was written");
}

#[test]
fn a_newer_file_changes_what_differs_and_never_what_a_person_wrote() {
    let relay = Relay::start();
    let mut roster = Roster::of(&["王秀英", "李国强", "张丽华"]);
    relay.import(&roster.write(&relay.file(""), "一月", Roster::csv()));
    let phone = relay.phone_of("陈静", &relay.grids());
    let [edited, changed, same] = ["王秀英", "李国强", "张丽华"].map(|name| relay.find(name));
    phone.edit(&edited, "contact_phone", "13900001111");
    phone.edit(&edited, "tags", "+独居");
    phone.sync();
    relay.settle();

    // The office's list still has the old number of the first, and new ones of the first two in February.
    let untouched = import(&relay, &roster.write(&relay.file(""), "一月又一次", Roster::csv()), &[]);
    assert_eq!([&untouched["households_changed"], &untouched["conflicts_new"]], [&json!(0), &json!(0)]);
    assert_eq!(text(&relay.household(&edited), "contact_phone"), "13900001111");
    let history_before = relay.household(&same)["history"].as_array().map(Vec::len);
    roster.homes[0].phone = "13700007777".into();
    roster.homes[1].phone = "13700008888".into();
    let done = import(&relay, &roster.write(&relay.file(""), "二月", Roster::csv()), &[]);
    assert_eq!(
        [&done["households_changed"], &done["households_unchanged"]],
        [&json!(2), &json!(1)],
        "{done}"
    );
    assert_eq!(text(&relay.household(&changed), "contact_phone"), "13700008888");
    assert_eq!(relay.household(&same)["history"].as_array().map(Vec::len), history_before);

    let known = relay.household(&edited);
    assert!(linli_tests::strings(&known, "tags").contains(&"独居".to_owned()), "{known}");
    let open = relay.office(&["conflicts", "--status", "open"]);
    let on_number: Vec<&Value> = open.iter().filter(|conflict| conflict["key"] == "contact_phone").collect();
    assert_eq!(on_number.len(), 1, "{open:?}");
    let values = on_number[0]["values"].as_array().expect("values").iter();
    let mut values: Vec<String> = values.map(|value| text(value, "value")).collect();
    values.sort_unstable();
    assert_eq!(values, ["13700007777", "13900001111"]);
    assert!(done["conflicts_new"].as_u64() >= Some(1), "{done}");
    relay.verify();
}

/// The office's PC loses power while a file is being imported: afterwards the file is in, or it is not.
#[test]
fn a_relay_killed_during_an_import_has_all_of_it_or_nothing() {
    const SEED: u64 = 11;
    const DOORS: usize = 200;
    const ROUNDS: u64 = 10;
    let mut dice = Dice::seeded("killing during an import", SEED);
    let undisturbed = Relay::start();
    let file = Roster::of_doors(DOORS).write(&undisturbed.file(""), "名册", Roster::csv());
    let usual_ms = import(&undisturbed, &file, &[])["ms"].as_u64().expect("how long it takes");
    let (mut whole, mut nothing) = (0, 0);
    for round in 0..ROUNDS {
        let mut relay = Relay::start();
        // From before anything could have happened to after everything has: the last one waits for the answer.
        let moment = match round + 1 {
            ROUNDS => Duration::from_secs(60),
            _ => Duration::from_millis(usual_ms * round / ROUNDS + dice.below(usual_ms / ROUNDS)),
        };
        let answered = kill_while_importing(&mut relay, &file, moment);
        relay.start_again();
        relay.settle();
        let households = relay.status()["households"].as_u64().expect("a number");
        assert!([0, DOORS as u64].contains(&households), "seed {SEED}: {households} of {DOORS}");
        assert!(!answered || households == DOORS as u64, "seed {SEED}: answered and lost");
        whole += u32::from(households > 0);
        nothing += u32::from(households == 0);
        relay.verify();
        import(&relay, &file, &[]);
        assert_eq!(relay.status()["households"], DOORS);
    }
    println!("{whole} imports were whole, {nothing} had not happened");
    assert!(whole > 0 && nothing > 0, "the kills must fall on both sides of the commit");
}

/// Uploads by hand, so that the moment of the kill is ours. Whether the relay answered before.
fn kill_while_importing(relay: &mut Relay, file: &Path, moment: Duration) -> bool {
    let bytes = std::fs::read(file).expect("the roster");
    let token = std::fs::read_to_string(relay.data().join("admin-token")).expect("the token");
    let mut stream = TcpStream::connect(relay.address()).expect("the relay");
    write!(
        stream,
        "POST /v1/imports/roster?community={}&file_name=a.csv HTTP/1.1\r\nHost: relay\r\nConnection: close\r\n\
         Authorization: Bearer {}\r\nContent-Length: {}\r\n\r\n",
        percent_encoded(COMMUNITY),
        token.trim(),
        bytes.len()
    )
    .expect("the request's head");
    stream.write_all(&bytes).expect("the roster is on its way");
    stream.set_read_timeout(Some(moment.max(Duration::from_millis(1)))).expect("a timeout");
    let mut first = [0; 12];
    let answered = stream.read_exact(&mut first).is_ok() && first == *b"HTTP/1.1 200";
    relay.kill();
    answered
}

fn import(relay: &Relay, file: &Path, more: &[&str]) -> Value {
    let file = file.to_str().expect("a path");
    relay.office_one(&[&["import", "roster", file, "--community", COMMUNITY], more].concat())
}

/// Rows read, bad rows, new households.
fn counts(done: &Value) -> (u64, u64, u64) {
    let [read, bad, new] =
        ["rows_read", "rows_bad", "households_new"].map(|key| done[key].as_u64().expect("a count"));
    (read, bad, new)
}

/// Four rows: the second has half a phone number, the last a number for a name.
fn good_and_bad() -> Roster {
    let mut roster = Roster::of(&["王秀英", "李国强", "张丽华", "12345"]);
    roster.homes[1].phone = "12".into();
    roster
}

/// What the office does with rejects: puts the right values where the wrong ones were.
fn corrected(rejects: &PathBuf, form: Format) {
    use linli_roster::table::{Cell, Workbook};
    let bytes = std::fs::read(rejects).expect("the rejects");
    let mut book = Workbook::read(&bytes, "退回").expect("a workbook");
    assert_eq!(
        std::mem::discriminant(&book.format),
        std::mem::discriminant(&form),
        "rejects come in the file's own form"
    );
    let rows = &mut book.sheets[0].rows;
    assert_eq!(rows.len(), 3, "a header and two rows: {rows:?}");
    rows[1][6] = Cell::from("13800000002");
    rows[2][5] = Cell::from("刘志刚");
    std::fs::write(rejects, book.write(book.format).expect("a workbook")).expect("the corrected file");
}
