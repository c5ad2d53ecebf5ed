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
