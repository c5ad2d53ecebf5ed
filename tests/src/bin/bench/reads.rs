//! What the console reads, asked as a browser asks: one request after the other, compressed answers, at full scale.

use crate::community::Community;
use crate::measure::{Report, millis, percentile, seconds};
use linli_core::ids::HouseholdId;
use linli_tests::{COMMUNITY, percent_encoded, text};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Requests for each address.
const TIMES: usize = 60;
/// A page asks so often for what is being counted.
const ASK_AGAIN: Duration = Duration::from_millis(500);
/// 95 of 100 answers come within this many milliseconds.
const GOAL_MS: f64 = 50.0;
/// Addresses of which nobody waits for an answer on a page: one stays open, some are files; the token of the
/// command line has no sessions, and nothing waits for review here.
const NOT_PAGES: [&str; 19] = [
    // Of the command line, of one signed-in person, or a picture.
    "/v1/digests",
    "/v1/emergencies",
    "/v1/erasures",
    "/v1/erasures/{id}",
    "/v1/passkeys",
    "/v1/photos/{id}",
    "/v1/privacy-notices/{version}/receipts",
    "/v1/retention",
    "/v1/session/passkey",
    "/v1/subjects/{id}",
    "/v1/imports/{id}/rejects",
    "/v1/sessions",
    "/v1/review/{id}",
    "/v1/events",
    "/v1/audit/export",
    "/v1/exports/{what}",
    "/v1/ledgers/{id}/export",
    "/v1/ledgers/{id}/print",
    "/v1/openapi.json",
];

/// Stands between an address and what is searched for there, which goes into a header.
const SEARCH: char = '#';

/// The relay's API with the office's token.
struct Api {
    http: reqwest::Client,
    url: String,
    token: String,
}

impl Api {
    fn of(community: &Community) -> Api {
        let token = std::fs::read_to_string(community.relay.data().join("admin-token"));
        let token = token.expect("the relay's token").trim().to_owned();
        Api { http: linli_tests::http::client(), url: community.relay.url(), token }
    }

    async fn ask(&self, method: reqwest::Method, path: &str, body: Option<Value>) -> (u16, Vec<u8>) {
        let (address, search) = path.split_once(SEARCH).map_or((path, None), |(at, text)| (at, Some(text)));
        let request = self.http.request(method, format!("{}{address}", self.url)).bearer_auth(&self.token);
        let request =
            search.into_iter().fold(request, |request, search| request.header("x-linli-search", search));
        let request = match body {
            Some(body) => request.json(&body),
            None => request.header("accept-encoding", "gzip, br, zstd"),
        };
        let answer = request.send().await.unwrap_or_else(|error| panic!("{path}: {error}"));
        (answer.status().as_u16(), answer.bytes().await.expect("a whole answer").to_vec())
    }

    /// Reads as a page does; how many milliseconds it took.
    async fn read(&self, path: &str) -> f64 {
        let started = Instant::now();
        let (status, answer) = self.ask(reqwest::Method::GET, path, None).await;
        let took = millis(started.elapsed());
        assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(&answer));
        took
    }

    async fn json(&self, path: &str) -> Value {
        let request = self.http.get(format!("{}{path}", self.url)).bearer_auth(&self.token);
        request.send().await.expect("an answer").json().await.expect("JSON")
    }

    /// Hands in a file of the community's roster, to be looked at and not imported.
    async fn upload_roster(&self, community: &Community) -> String {
        let files = std::fs::read_dir(community.relay.file("roster")).expect("the sample's folder");
        let mut files = files.map(|file| file.expect("a file of the sample").path());
        let file = files.find(|file| file.extension().is_some_and(|end| end != "json")).expect("a roster");
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        let request = self.http.post(format!("{}/v1/imports", self.url)).bearer_auth(&self.token);
        let request = request.query(&[("community", COMMUNITY), ("file_name", &name)]);
        let answer = request.body(std::fs::read(file).expect("the roster")).send().await.expect("an answer");
        text(&answer.json().await.expect("JSON"), "id")
    }

    async fn keep_ledger(&self, name: &str, definition: Value, daily: bool) -> String {
        let body = json!({"name": name, "shared": false, "daily": daily, "definition": definition});
        let (status, made) = self.ask(reqwest::Method::POST, "/v1/ledgers", Some(body)).await;
        let made: Value = serde_json::from_slice(&made).expect("JSON");
        assert_eq!(status, 200, "the ledger is kept: {made}");
        text(&made, "id")
    }

    /// Two values for one field, written without seeing each other; the conflict's id.
    async fn disagree(&self, household: HouseholdId) -> String {
        let path = format!("/v1/households/{household}");
        let base = self.json(&format!("{path}?visits=0")).await.get("heads").cloned();
        for phone in ["13900001111", "13900002222"] {
            let body = json!({"base": base, "puts": {"contact_phone": phone}});
            let (status, answer) = self.ask(reqwest::Method::PATCH, &path, Some(body)).await;
            assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(&answer));
        }
        let open = self.json(&format!("/v1/conflicts?household={household}&status=open")).await;
        open.pointer("/items/0").map(|conflict| text(conflict, "id")).expect("a conflict")
    }

    /// A directive for all workers and households.
    async fn issue_directive(&self) -> String {
        let (_, draft) = self.ask(reqwest::Method::POST, "/v1/directives", Some(json!({}))).await;
        let draft: Value = serde_json::from_slice(&draft).expect("JSON");
        let path = format!("/v1/directives/{}", text(&draft, "id"));
        let typed = json!({"title": "停水通知", "text": "周五停水,请提前储水。", "grids": []});
        self.ask(reqwest::Method::PATCH, &path, Some(typed)).await;
        let (status, issued) =
            self.ask(reqwest::Method::POST, &format!("{path}/issue"), Some(json!({}))).await;
        assert_eq!(status, 200, "the directive is issued: {}", String::from_utf8_lossy(&issued));
        text(&draft, "id")
    }
}

/// Every read of the console, 60 times each.
pub(crate) async fn console_reads(community: &Community, report: &mut Report) {
    let api = Api::of(community);
    let addresses = addresses(&api, community).await;
    let description = api.json("/v1/openapi.json").await;
    for path in reads(&description) {
        let asked = addresses.iter().any(|(template, _)| *template == path);
        assert!(asked || NOT_PAGES.contains(&path.as_str()), "{path} is read by pages and not measured");
    }
    for (_, path) in addresses {
        let mut took = Vec::with_capacity(TIMES);
        if path.ends_with("/undo") {
            until_counted(&api, &path, &mut took, report).await;
        }
        while took.len() < TIMES {
            took.push(api.read(&path).await);
        }
        let shown: String = path.chars().take(60).collect();
        report.goal(format!("95th percentile of GET {shown}"), percentile(&mut took, 0.95), "ms", GOAL_MS);
    }
}

/// What an undo would do is counted behind the answers: asks until it is there, as a page does.
async fn until_counted(api: &Api, path: &str, took: &mut Vec<f64>, report: &mut Report) {
    let started = Instant::now();
    loop {
        took.push(api.read(path).await);
        if api.json(path).await.get("counting").is_some_and(Value::is_null) {
            return report.note(
                "what an undo would do, until it is counted",
                seconds(started.elapsed()),
                "s",
            );
        }
        tokio::time::sleep(ASK_AGAIN).await;
    }
}

/// All addresses that can be read, as the relay describes itself.
fn reads(description: &Value) -> impl Iterator<Item = String> + '_ {
    let paths = description.get("paths").and_then(Value::as_object).into_iter().flatten();
    paths.filter(|(_, methods)| methods.get("get").is_some()).map(|(path, _)| path.clone())
}

/// Each address as the relay describes it, with one that a page asks for; the heaviest ones where they differ.
async fn addresses(api: &Api, community: &Community) -> Vec<(&'static str, String)> {
    let (household, grid) = community.households.first().cloned().expect("a household");
    let coverage = api.json("/v1/coverage").await;
    let estate = largest_estate(&coverage);
    let residents = json!({"base": "resident",
        "columns": ["household.address", "name", "phone", "birth"],
        "groups": ["household.estate", "gender"], "sort": [{"field": "birth"}]});
    let visits = json!({"base": "visit", "columns": ["at", "note", "author"], "groups": ["outcome"],
        "filters": [{"fields": ["note"], "op": "contains", "values": ["水管"]}],
        "sort": [{"field": "at", "descending": true}]});
    let residents = api.keep_ledger("全部居民", residents, true).await;
    let visits = api.keep_ledger("全部走访", visits, false).await;
    let directive = api.issue_directive().await;
    let days = api.json(&format!("/v1/ledgers/{residents}/snapshots")).await;
    let day = days.get(0).map(|day| text(day, "day")).expect("the day is kept");
    let conflict = api.disagree(household).await;
    let imports = api.json("/v1/imports").await;
    let upload = api.upload_roster(community).await;
    let import = imports.pointer("/imports/0").map(|import| text(import, "id")).expect("the roster's import");
    let (other, _) = community.households.get(1).cloned().expect("another household");
    let one = |template: &'static str, path: &str| (template, path.to_owned());
    let mut all: Vec<(&'static str, String)> = PLAIN.into_iter().map(|path| one(path, path)).collect();
    for query in SEARCHES {
        all.push(("/v1/households", format!("/v1/households?limit=100{SEARCH}{}", percent_encoded(query))));
    }
    all.extend([
        ("/v1/conflicts/{id}", format!("/v1/conflicts/{conflict}")),
        ("/v1/duplicates/{a}/{b}", format!("/v1/duplicates/{household}/{other}")),
        ("/v1/households", format!("/v1/households?grid={grid}&limit=500")),
        one("/v1/households", "/v1/households?offset=11000&limit=100"),
        ("/v1/households/{id}", format!("/v1/households/{household}?visits=20")),
        ("/v1/households/{id}/history", format!("/v1/households/{household}/history?field=note")),
        ("/v1/households/{id}/visits", format!("/v1/households/{household}/visits?limit=50")),
        ("/v1/coverage", format!("/v1/coverage?grid={grid}")),
        one("/v1/coverage", "/v1/coverage?campaign=2026Q4"),
        ("/v1/coverage/cells", format!("/v1/coverage/cells?estate={estate}")),
        ("/v1/directives/{id}", format!("/v1/directives/{directive}")),
        ("/v1/directives/{id}/difference", format!("/v1/directives/{directive}/difference")),
        ("/v1/directives/{id}/receipts", format!("/v1/directives/{directive}/receipts")),
        ("/v1/directives/{id}/untold", format!("/v1/directives/{directive}/untold?grid={grid}")),
        one("/v1/imports", "/v1/imports"),
        ("/v1/imports/{id}", format!("/v1/imports/{upload}")),
        ("/v1/imports/{id}/bad-rows", format!("/v1/imports/{upload}/bad-rows")),
        ("/v1/imports/{id}/undo", format!("/v1/imports/{import}/undo")),
        one("/v1/ledgers/fields", "/v1/ledgers/fields?base=visit"),
        ("/v1/ledgers/{id}", format!("/v1/ledgers/{visits}")),
        ("/v1/ledgers/{id}/rows", format!("/v1/ledgers/{residents}/rows?limit=200")),
        ("/v1/ledgers/{id}/rows", format!("/v1/ledgers/{visits}/rows?limit=200")),
        ("/v1/ledgers/{id}/snapshots", format!("/v1/ledgers/{residents}/snapshots")),
        ("/v1/ledgers/{id}/snapshots/{day}", format!("/v1/ledgers/{residents}/snapshots/{day}?limit=200")),
        ("/v1/ledgers/{id}/difference", format!("/v1/ledgers/{residents}/difference?from={day}&to=now")),
    ]);
    all
}

/// Reads that need nothing named.
const PLAIN: [&str; 26] = [
    "/v1/audit",
    "/v1/audit/status",
    "/v1/campaigns",
    "/v1/complaints",
    "/v1/conflicts",
    "/v1/coverage",
    "/v1/desk",
    "/v1/devices",
    "/v1/directives",
    "/v1/duplicates",
    "/v1/duplicates/dismissals",
    "/v1/grids",
    "/v1/households",
    "/v1/issues",
    "/v1/ledgers",
    "/v1/merges",
    "/v1/operator",
    "/v1/places",
    "/v1/privacy-notices",
    "/v1/quarantine",
    "/v1/review",
    "/v1/session",
    "/v1/settings/phones",
    "/v1/status",
    "/v1/users",
    "/v1/workers",
];

/// What people type: a surname, pinyin, initials, an address, a tail of a phone number.
const SEARCHES: [&str; 5] = ["王", "wangfang", "wf", "3-2-501", "8888"];

fn largest_estate(coverage: &Value) -> String {
    let estates = coverage.get("estates").and_then(Value::as_array).into_iter().flatten();
    let size = |estate: &&Value| estate.get("households").and_then(Value::as_i64).unwrap_or(0);
    estates.max_by_key(size).map(|estate| text(estate, "estate")).unwrap_or_default()
}
