//! Whatever route there is, what it cannot read is refused with a code and a sentence in the caller's language,
//! and changes nothing. The list of routes is the relay's own description, so a new one is asked too.
#![expect(clippy::indexing_slicing, reason = "a story that cannot go on must stop")]

use linli_tests::{Refusal, Relay, Roster, Web, plain_state};
use serde_json::Value;
use std::collections::BTreeSet;

/// Stays open and sends what happens.
const ENDLESS: &str = "/v1/events";
/// The caller is known: nothing may be refused for the want of a token.
const ANSWERS_NOBODY: u16 = 401;
/// Bodies that no route takes.
const NO_BODY_AT_ALL: [&[u8]; 4] = [b"{", b"[]", b"\"\xff\xfe\"", b"{\"a\":"];
/// Values that no path holds: not an id, somebody's who never was, not UTF-8, not printable, much too long.
const NOBODY: [&str; 5] = ["bu-shi-bianhao", "00000000000000000000000000", "%FF", "%00%0A", "LONG"];
const LONG: usize = 3_000;

struct Operation<'a> {
    method: String,
    path: &'a str,
    about: &'a Value,
}

impl Operation<'_> {
    fn parameters(&self, place: &str) -> impl Iterator<Item = &Value> {
        let all = self.about["parameters"].as_array().into_iter().flatten();
        all.filter(move |parameter| parameter["in"] == place)
    }

    /// The path with a value for each of its parameters.
    fn filled(&self, value: &str) -> String {
        let value = if value == "LONG" { "9".repeat(LONG) } else { value.to_owned() };
        let mut parts = self.path.split('/').map(|part| if part.starts_with('{') { &value } else { part });
        parts.by_ref().collect::<Vec<_>>().join("/")
    }

    fn takes_json(&self) -> bool {
        self.about["requestBody"]["content"]["application/json"].is_object()
    }
}

#[test]
fn what_no_route_can_read_is_refused_by_each() {
    let relay = Relay::start();
    relay.import(&Roster::of(&["王秀英"]).write(&relay.file(""), "名册", Roster::csv()));
    let state = (relay.status(), plain_state(&relay));
    let web = relay.web();
    let api = web.get("/v1/openapi.json").json();
    let operations = operations(&api);
    let mut asked = 0;
    for operation in operations.iter().filter(|operation| operation.path != ENDLESS) {
        asked += bad_bodies(&web, operation) + bad_paths(&web, operation) + bad_queries(&web, operation);
    }
    println!("{} routes, {asked} requests in two languages", operations.len());
    assert!(asked > 2 * operations.len(), "most routes take something");
    assert_eq!((relay.status(), plain_state(&relay)), state, "nothing has changed");
    relay.verify();
}

#[test]
fn the_description_names_every_route_once_and_every_parameter_where_it_is() {
    let relay = Relay::start();
    let api = relay.web().stranger().get("/v1/openapi.json").json();
    let operations = operations(&api);
    let mut names = BTreeSet::new();
    for operation in &operations {
        let what = format!("{} {}", operation.method, operation.path);
        let name = operation.about["operationId"].as_str().unwrap_or_default();
        assert!(names.insert(name), "{what}: another route is called {name}");
        for parameter in operation.parameters("path") {
            let place = format!("{{{}}}", parameter["name"].as_str().unwrap_or_default());
            assert!(operation.path.contains(&place), "{what}: {place} is not in the path");
        }
    }
}

fn operations(api: &Value) -> Vec<Operation<'_>> {
    let paths = api["paths"].as_object().into_iter().flatten();
    let all = paths.flat_map(|(path, methods)| {
        let methods = methods.as_object().into_iter().flatten();
        methods.map(move |(method, about)| Operation { method: method.to_uppercase(), path, about })
    });
    all.collect()
}

fn bad_bodies(web: &Web, operation: &Operation<'_>) -> usize {
    if !operation.takes_json() {
        return 0;
    }
    let deep = "[".repeat(10_000).into_bytes();
    let huge = vec![b' '; 100 * 1024];
    let bodies = NO_BODY_AT_ALL.iter().copied().chain([deep.as_slice(), huge.as_slice()]);
    let path = operation.filled("00000000000000000000000000");
    bodies.map(|body| refused(web, operation, &path, Some(body))).count()
}

fn bad_paths(web: &Web, operation: &Operation<'_>) -> usize {
    if operation.parameters("path").next().is_none() {
        return 0;
    }
    // Routes with a body say first what is wrong with an empty one, or find nobody.
    let body = operation.takes_json().then_some(b"{}".as_slice());
    NOBODY.iter().map(|value| refused(web, operation, &operation.filled(value), body)).count()
}

fn bad_queries(web: &Web, operation: &Operation<'_>) -> usize {
    let typed = operation.parameters("query").filter(|parameter| {
        let types = parameter["schema"]["type"].to_string();
        types.contains("integer") || types.contains("boolean")
    });
    let path = operation.filled("00000000000000000000000000");
    let ask = |parameter: &Value| {
        let name = parameter["name"].as_str().unwrap_or_default();
        refused(web, operation, &format!("{path}?{name}=many"), None);
    };
    typed.map(ask).count()
}

fn refused(web: &Web, operation: &Operation<'_>, path: &str, body: Option<&[u8]>) {
    let answers = ["zh", "en"].map(|lang| web.ask(&operation.method, path, lang, body));
    let what = format!("{} {path} {:?}", operation.method, body.map(String::from_utf8_lossy));
    for answer in &answers {
        let status = answer.status;
        assert!((400..500).contains(&status) && status != ANSWERS_NOBODY, "{what}: {answer:?}");
        assert!(answer.kind.starts_with("application/json"), "{what}: {answer:?}");
    }
    let [zh, en] = answers.map(|answer| answer.refusal());
    assert!(zh.text.chars().count() < LONG / 10, "{what}: a sentence, not the caller's own page: {zh:?}");
    Refusal::check(&what, "", &zh, &en);
}
