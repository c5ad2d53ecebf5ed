//! What other pages, other programs and proxies may try at the console's door.

use linli_tests::{Browser, Relay};
use serde_json::json;

/// `VAIN` in `server/src/access/pace.rs`.
const IN_VAIN: usize = 300;

#[test]
fn a_cookie_that_somebody_else_chose_is_never_taken_over() {
    let relay = Relay::start();
    let chosen = format!("__Host-linli={}", "a".repeat(52));
    let code = relay.setup_code().map(str::to_owned).unwrap_or_default();
    let mut browser = relay.browser();
    browser.cookie = Some(chosen.clone());
    assert_eq!(browser.set_up(&code, "社区").status, 200);
    let after_setup = browser.cookie.clone();
    assert!(after_setup.is_some() && after_setup.as_ref() != Some(&chosen));
    browser.cookie = Some(chosen.clone());
    assert_eq!(browser.sign_in(Browser::ADMIN, Browser::PASSWORD).status, 200);
    assert!(browser.cookie.is_some() && browser.cookie.as_ref() != Some(&chosen));
    assert_ne!(browser.cookie, after_setup);
    let mut attacker = relay.browser();
    attacker.cookie = Some(chosen);
    assert_eq!(attacker.get("/v1/status").code(), "auth.signed_out");
    assert_eq!(browser.get("/v1/status").status, 200, "whoever signed in is");
}

#[test]
fn a_browser_too_old_to_say_more_names_its_pages_origin() {
    let relay = Relay::start();
    let admin = relay.first_admin();
    let ask = |origin: &str| {
        let mut browser = admin.clone();
        browser.site = None;
        browser.more = vec![("origin", origin.to_owned())];
        browser.post("/v1/workers", json!({"name": "陈静", "grids": ["1"]})).code()
    };
    for forged in ["https://evil.example", "null", "http://127.0.0.1:1", ""] {
        assert_eq!(ask(forged), "auth.csrf", "{forged}");
    }
    assert_eq!(ask(&relay.url()), "record.not_found", "the console itself gets through");
}

/// Asks something no route can read, as coming from an address, so many times; the last code.
fn in_vain(relay: &Relay, forwarded: &str, times: usize) -> String {
    let mut browser = relay.browser();
    browser.more = vec![("x-forwarded-for", forwarded.to_owned())];
    (0..times).map(|_| browser.post("/v1/enrol", json!({})).code()).last().unwrap_or_default()
}

#[test]
fn who_asks_in_vain_for_ever_is_stopped_by_address_as_the_one_trusted_proxy_saw_it() {
    let relay = Relay::start_with_args(&["--behind-proxy", "127.0.0.1"]);
    // Whoever was stopped once gets another try every half second, so more than one is stopped here.
    let stopped = (0..20).any(|_| in_vain(&relay, "10.9.9.9, 10.1.1.1", IN_VAIN) == "auth.too_often");
    assert!(stopped);
    assert_eq!(in_vain(&relay, "10.1.1.2", 1), "request.malformed", "others ask on");
    let spoofed = (0..20).any(|n| in_vain(&relay, &format!("10.3.3.{n}, 10.1.1.1"), 30) == "auth.too_often");
    assert!(spoofed, "what a client says of itself does not count");

    let direct = Relay::start();
    let stopped = (0..20).any(|n| in_vain(&direct, &format!("10.4.4.{n}"), IN_VAIN) == "auth.too_often");
    assert!(stopped, "without a proxy to trust, nobody's word counts");
}

#[test]
fn every_answer_says_what_other_sites_may_do_with_it() {
    let relay = Relay::start_with_args(&["--behind-proxy", "127.0.0.1"]);
    for path in ["/", "/app/", "/v1/session", "/v1/status", "/v1/no-such-route", "/nothing.js"] {
        let answer = relay.browser().get(path);
        for (name, value) in [
            ("cross-origin-resource-policy", "same-origin"),
            ("cross-origin-embedder-policy", "require-corp"),
            ("x-frame-options", "DENY"),
            ("strict-transport-security", ""),
        ] {
            assert_eq!(answer.header(name), value, "{path}");
        }
    }
    let mut secure = relay.browser();
    secure.more = vec![("x-forwarded-proto", "https".to_owned())];
    assert_eq!(secure.get("/").header("strict-transport-security"), "max-age=31536000");
    let direct = Relay::start();
    let mut liar = direct.browser();
    liar.more = secure.more.clone();
    assert_eq!(liar.get("/").header("strict-transport-security"), "", "only the trusted proxy's word counts");
}

#[test]
fn the_operator_says_who_it_is_publishes_its_notice_and_answers_complaints() {
    let relay = Relay::start();
    let mut admin = relay.first_admin();
    let mut clerk = admin.colleague("李干事", "office");
    let said = json!({"name": "邻里社区", "icp_filing": "京ICP备12345678号", "police_filing": "", "app_filing": "", "complaints": "12345"});
    assert_eq!(clerk.ask("PUT", "/v1/operator", Some(&said)).code(), "auth.role");
    assert_eq!(admin.ask("PUT", "/v1/operator", Some(&said)).status, 200);
    let mut long = said.clone();
    long["name"] = "长".repeat(121).into();
    assert_eq!(admin.ask("PUT", "/v1/operator", Some(&long)).code(), "operator.too_long");
    assert_eq!(clerk.post("/v1/privacy-notices", json!({"zh": "一"})).code(), "auth.role");
    assert_eq!(admin.post("/v1/privacy-notices", json!({"zh": " "})).code(), "notice.text");
    assert_eq!(admin.post("/v1/privacy-notices", json!({"zh": "第一版"})).status, 200);
    // Whoever comes to the door sees both.
    let seen = relay.browser().get("/v1/operator").json();
    assert_eq!((&seen["operator"], &seen["notice"]["zh"]), (&said, &json!("第一版")));
    assert_eq!(relay.browser().post("/v1/privacy-notices/1/read", json!({})).code(), "auth.signed_out");
    let first = clerk.post("/v1/privacy-notices/1/read", json!({})).json();
    assert_eq!(clerk.post("/v1/privacy-notices/1/read", json!({})).json(), first, "the first time counts");
    assert_eq!(clerk.get("/v1/operator").json()["read_ms"], first["read_ms"]);
    assert_eq!(admin.post("/v1/privacy-notices", json!({"zh": "第二版", "en": "second"})).status, 200);
    assert!(clerk.get("/v1/operator").json()["read_ms"].is_null(), "a newer version is to be read anew");
    assert_eq!(clerk.post("/v1/privacy-notices/3/read", json!({})).status, 404);
    let versions = admin.get("/v1/privacy-notices").json();
    assert_eq!((&versions[0]["version"], &versions[1]["read_by"]), (&json!(2), &json!(1)));

    let filed = clerk.post("/v1/complaints", json!({"text": "<script>字太小</script>"})).json();
    let id = filed[0]["id"].as_str().unwrap_or_default().to_owned();
    assert!(admin.get("/v1/complaints").json()[0]["from"] == "李干事");
    let mut other = admin.colleague("赵", "readonly");
    assert_eq!(other.get("/v1/complaints").json(), json!([]), "others' are nobody's business");
    let path = format!("/v1/complaints/{id}/answer");
    assert_eq!(clerk.post(&path, json!({"text": "好"})).code(), "auth.role");
    assert_eq!(admin.post(&path, json!({"text": "下个版本放大"})).status, 200);
    assert_eq!(admin.post(&path, json!({"text": "再答"})).status, 404, "once");
    assert_eq!(clerk.get("/v1/complaints").json()[0]["answer"], "下个版本放大");
    relay.verify();
}
