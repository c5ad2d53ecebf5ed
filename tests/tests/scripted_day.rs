//! The scripted day on `linli-phone`. The same script runs on the web app, Kotlin, Swift and Python in their own
//! tests, against the same expected books.
#![expect(clippy::expect_used, reason = "a story that cannot go on must stop")]

use linli_tests::day::{CommandLine, WORKER, books, live, live_with};
use serde_json::Value;

/// Set to write the books of this day down as those of every day, after a change of the script.
const ACCEPT_VARIABLE: &str = "LINLI_ACCEPT_DAY";
const EXPECTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/day/expected.json");

#[test]
fn everybody_ends_the_day_with_the_same_documents() {
    let mut phone = CommandLine::new(WORKER);
    let day = live(&mut phone);
    if std::env::var_os(ACCEPT_VARIABLE).is_some() {
        let kept = in_lines(&books(&day.relay));
        std::fs::write(EXPECTED, kept).expect("the expected books can be written");
        return;
    }
    let nothing: [String; 0] = [];
    assert_eq!(day.differences(&mut phone), nothing);

    // The comparison of heads notices a single save that did not get across.
    let home = day.relay.find("王伟");
    day.colleague.visit(&home, "还没有上传");
    let differences = day.differences(&mut phone);
    assert!(differences.iter().any(|one| one.starts_with("the colleague's phone holds")), "{differences:?}");
    assert_eq!(differences.len(), 1, "the office's books are as they were: {differences:?}");
}

#[test]
fn a_visit_that_was_lost_would_be_noticed() {
    let mut phone = CommandLine::new(WORKER);
    let day = live_with(&mut phone, |step| {
        step["who"] != "phone" || step["do"] != "visit" || step["door"] != "129"
    });
    let differences = day.differences(&mut phone);
    assert_eq!(differences.len(), 1, "{differences:?}");
    assert!(differences.iter().any(|one| one.contains("1单元129室")), "{differences:?}");
}

/// A household a line, so that a change of one is seen as that.
fn in_lines(books: &Value) -> String {
    let lines = |part: &str| {
        let list = books[part].as_array().expect("a list").iter();
        list.map(|one| format!("    {one}")).collect::<Vec<_>>().join(",\n")
    };
    format!(
        "{{\n  \"households\": [\n{}\n  ],\n  \"issues\": [\n{}\n  ]\n}}\n",
        lines("households"),
        lines("issues")
    )
}
