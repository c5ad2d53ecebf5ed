//! The office's accounts: the first run, signing in and out, who may do what, and what is written down of it.
#![expect(clippy::expect_used, reason = "a story that cannot go on must stop")]

use linli_core::access::{Action, Role, may};
use linli_tests::{Browser, COMMUNITY, Relay, copy_data, kept_listing, problems_in, text};
use serde_json::{Value, json};

#[test]
fn the_first_run_makes_one_admin_and_no_second() {
    let mut relay = Relay::start();
    let mut browser = relay.browser();
    let hello = browser.get("/v1/session").json();
    assert_eq!((text(&hello, "state").as_str(), &hello["user"]), ("setup", &Value::Null));
    let wrong = browser.set_up("0000000000", COMMUNITY);
    assert_eq!((wrong.status, wrong.code().as_str()), (401, "setup.wrong_code"));
    let code = relay.setup_code().expect("a code").to_owned();
    assert_eq!(code.len(), 10);
    let nameless = browser.set_up(&code, " ");
    assert_eq!((nameless.status, nameless.code().as_str()), (422, "import.no_community"));
    for (password, code_of_it) in [("短", "password.short"), ("1234567890", "password.common")] {
        let body = json!({"setup_code": code, "community": COMMUNITY, "name": "王", "password": password});
        let answer = browser.post("/v1/setup", body);
        assert_eq!((answer.status, answer.code().as_str()), (422, code_of_it));
    }
    let done = browser.set_up(&code.to_uppercase(), COMMUNITY);
    assert_eq!(done.status, 200, "{done:?}");
    let cookie = done.header("set-cookie");
    for part in ["__Host-linli=", "; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let me = browser.get("/v1/session").json();
    assert_eq!(text(&me, "state"), "signed_in");
    assert_eq!(text(&me, "community"), COMMUNITY);
    assert_eq!(
        (text(&me["user"], "name").as_str(), text(&me["user"], "role").as_str()),
        (Browser::ADMIN, "admin")
    );
    assert!(me["can"].as_array().is_some_and(|can| can.contains(&json!("users"))), "{me}");
    let again = relay.browser().set_up(&code, COMMUNITY);
    assert_eq!((again.status, again.code().as_str()), (409, "setup.done"));
    relay.stop();
    relay.start_again();
    assert_eq!(relay.setup_code(), None, "no code once there is an account");
    assert_eq!(browser.get("/v1/status").status, 200, "a restart signs nobody out");
}

#[test]
fn signing_in_and_out() {
    let relay = Relay::start();
    let mut admin = relay.first_admin();
    let mut other = relay.browser();
    assert_eq!(other.get("/v1/status").code(), "auth.signed_out");
    assert_eq!(text(&other.get("/v1/session").json(), "state"), "signed_out");
    let nobody = other.sign_in("没有这个人", Browser::PASSWORD);
    let wrong = other.sign_in(Browser::ADMIN, "不是这个密码不是这个");
    assert_eq!((wrong.status, wrong.code().as_str()), (401, "auth.wrong_password"));
    assert_eq!(nobody.body, wrong.body, "whether there is such an account is not told");
    assert_eq!(other.sign_in(Browser::ADMIN, Browser::PASSWORD).status, 200);
    assert_eq!(other.get("/v1/status").status, 200);
    let old = other.clone();
    assert_eq!(text(&other.ask("DELETE", "/v1/session", None).json(), "state"), "signed_out");
    assert_eq!(other.cookie, None, "the browser forgets");
    assert_eq!(old.clone().get("/v1/status").code(), "auth.signed_out", "and so does the relay");

    assert_eq!(other.sign_in(Browser::ADMIN, Browser::PASSWORD).status, 200);
    let sessions = admin.get("/v1/sessions").json();
    assert_eq!(sessions.as_array().map(Vec::len), Some(2), "{sessions}");
    let new = "另一个足够长的好密码";
    let changed = admin.post("/v1/session/password", json!({"old": Browser::PASSWORD, "new": new}));
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(other.get("/v1/status").code(), "auth.signed_out", "a new password ends other sessions");
    assert_eq!(admin.get("/v1/status").status, 200);
    assert_eq!(relay.browser().sign_in(Browser::ADMIN, Browser::PASSWORD).status, 401);
    assert_eq!(relay.browser().sign_in(Browser::ADMIN, new).status, 200);
}

#[test]
fn a_token_from_before_signing_in_is_not_reused() {
    let relay = Relay::start();
    relay.first_admin();
    let mut browser = relay.browser();
    let planted = "__Host-linli=0123456789abcdefghjkmnpqrstvwxyz0123456789abcdefghjk".to_owned();
    browser.cookie = Some(planted.clone());
    assert_eq!(browser.sign_in(Browser::ADMIN, Browser::PASSWORD).status, 200);
    assert_ne!(browser.cookie, Some(planted.clone()));
    let mut planter = relay.browser();
    planter.cookie = Some(planted);
    assert_eq!(planter.get("/v1/status").code(), "auth.signed_out");
    let first = browser.clone();
    assert_eq!(browser.sign_in(Browser::ADMIN, Browser::PASSWORD).status, 200);
    assert_ne!(first.cookie, browser.cookie);
    assert_eq!(first.clone().get("/v1/status").code(), "auth.signed_out", "the one before has ended");
}

#[test]
fn guessing_gets_slower() {
    let relay = Relay::start();
    relay.first_admin();
    let mut guesser = relay.browser();
    for _ in 0..5 {
        assert_eq!(guesser.sign_in(Browser::ADMIN, "猜猜猜猜猜猜猜猜猜猜").status, 401);
    }
    let refused = guesser.sign_in(Browser::ADMIN, Browser::PASSWORD);
    assert_eq!((refused.status, refused.code().as_str()), (429, "auth.throttled"));
    assert!(refused.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds >= 1), "{refused:?}");
}

#[test]
fn other_pages_cannot_act_for_somebody() {
    let relay = Relay::start();
    let admin = relay.first_admin();
    let body = json!({"name": "陈静", "grids": ["1"]});
    let ask = |change: &dyn Fn(&mut Browser)| {
        let mut browser = admin.clone();
        change(&mut browser);
        browser.post("/v1/workers", body.clone())
    };
    let forged: [&dyn Fn(&mut Browser); 4] = [
        &|browser| browser.csrf = None,
        &|browser| browser.csrf = Some("wrong".into()),
        &|browser| browser.site = Some("cross-site"),
        &|browser| browser.site = Some("same-site"),
    ];
    for change in forged {
        let answer = ask(change);
        assert_eq!((answer.status, answer.code().as_str()), (403, "auth.csrf"));
    }
    assert_eq!(ask(&|_| {}).code(), "record.not_found", "the console itself gets through");
    assert_eq!(
        ask(&|browser| browser.site = None).code(),
        "record.not_found",
        "as does a browser too old to say"
    );
    let mut elsewhere = relay.browser();
    elsewhere.site = Some("cross-site");
    assert_eq!(elsewhere.sign_in(Browser::ADMIN, Browser::PASSWORD).code(), "auth.csrf");
}

#[test]
fn every_operation_is_an_action_and_answers_each_role_as_written() {
    let relay = Relay::start();
    let mut admin = relay.first_admin();
    let mut browsers = vec![];
    for role in [Role::Office, Role::Supervisor, Role::ReadOnly] {
        browsers.push((role, admin.colleague(role.word(), role.word())));
    }
    let mut fresh = relay.browser();
    assert_eq!(fresh.sign_in(Browser::ADMIN, Browser::PASSWORD).status, 200);
    browsers.push((Role::Admin, fresh));
    let api = relay.web().stranger().get("/v1/openapi.json").json();
    let (mut asked, mut lines) = (0, Vec::new());
    for (path, methods) in api["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("operations") {
            let word = text(operation, "x-linli-action");
            let action = Action::ALL.iter().find(|action| action.word() == word);
            let action = *action.unwrap_or_else(|| panic!("{method} {path} is no action: {word:?}"));
            let method = method.to_uppercase();
            let roles = Role::ALL.into_iter().filter(|role| may(*role, action)).map(Role::word);
            let roles = if action.is_open() { "anyone".into() } else { roles.collect::<Vec<_>>().join(" ") };
            let again = if action.needs_confirmation() { ", password again" } else { "" };
            lines.push(format!("{method} {path} {word}: {roles}{again}"));
            let path = filled(path);
            if action.is_open() {
                continue;
            }
            assert_eq!(
                relay.browser().ask(&method, &path, None).code(),
                "auth.signed_out",
                "{method} {path}"
            );
            for (role, browser) in &browsers {
                // Without the token against forgery nothing is done, and whoever may not is told that first.
                let mut browser = browser.clone();
                browser.csrf = None;
                let answer = browser.ask(&method, &path, None);
                let expected = match (may(*role, action), method.as_str()) {
                    (false, _) => Some("auth.role"),
                    (true, "GET") if action.needs_confirmation() => Some("auth.confirm"),
                    (true, "GET") => None,
                    (true, _) => Some("auth.csrf"),
                };
                match expected {
                    Some(code) => assert_eq!(answer.code(), code, "{role}: {method} {path}"),
                    None => {
                        assert!(!answer.code().starts_with("auth."), "{role}: {method} {path}: {answer:?}");
                    }
                }
                asked += 1;
            }
        }
    }
    kept_listing("routes.txt", &lines);
    assert!(asked >= 100, "only {asked} questions were asked");
}

#[test]
fn what_is_delicate_needs_the_password_again() {
    let relay = Relay::start();
    let mut admin = relay.first_admin();
    let delicate: [(&str, &str, Option<Value>); 4] = [
        ("GET", "/v1/exports/households?format=csv", None),
        ("GET", "/v1/audit/export?format=csv", None),
        ("POST", "/v1/users", Some(json!({"name": "李", "role": "office", "password": Browser::PASSWORD}))),
        ("POST", "/v1/enrol-codes", Some(json!({"worker": "没有"}))),
    ];
    for (method, path, body) in &delicate {
        let answer = admin.ask(method, path, body.as_ref());
        assert_eq!((answer.status, answer.code().as_str()), (403, "auth.confirm"), "{path}");
    }
    let wrong = admin.post("/v1/session/confirm", json!({"password": "不是这个密码不是这个"}));
    assert_eq!((wrong.status, wrong.code().as_str()), (401, "auth.wrong_password"));
    admin.confirm();
    for (method, path, body) in &delicate {
        let answer = admin.ask(method, path, body.as_ref());
        assert!(!answer.code().starts_with("auth."), "{path}: {answer:?}");
    }
    relay.sql("office.db", "UPDATE session SET confirmed_until_ms = 1");
    assert_eq!(admin.get("/v1/exports/households?format=csv").code(), "auth.confirm", "not for ever");
}

#[test]
fn there_is_always_an_admin_and_changes_hold_at_once() {
    let relay = Relay::start();
    let mut admin = relay.first_admin();
    let mut colleague = admin.colleague("李", "office");
    let users = admin.get("/v1/users").json();
    let id = |name: &str| {
        let all = users.as_array().expect("accounts");
        text(all.iter().find(|user| user["name"] == name).expect("the account"), "id")
    };
    let (first, second) = (id(Browser::ADMIN), id("李"));
    let mut change = |id: &str, body: Value| admin.ask("PATCH", &format!("/v1/users/{id}"), Some(&body));
    for body in [json!({"role": "office"}), json!({"active": false})] {
        assert_eq!(change(&first, body).code(), "user.last_admin");
    }
    assert_eq!(change(&second, json!({"role": "root"})).code(), "user.bad_role");
    assert_eq!(change(&second, json!({"role": "readonly"})).status, 200);
    assert_eq!(colleague.post("/v1/merges", json!({})).code(), "auth.role", "at once");
    assert_eq!(change(&second, json!({"active": false})).status, 200);
    assert_eq!(colleague.get("/v1/status").code(), "auth.signed_out");
    assert_eq!(colleague.sign_in("李", Browser::PASSWORD).code(), "auth.wrong_password");
    assert_eq!(change("00", json!({"active": false})).status, 404);
}

#[test]
fn sessions_end_by_themselves() {
    let relay = Relay::start();
    let mut admin = relay.first_admin();
    assert_eq!(admin.get("/v1/status").status, 200);
    let hours = |hours: i64| hours * 60 * 60 * 1000;
    relay.sql("office.db", &format!("UPDATE session SET last_seen_ms = last_seen_ms - {}", hours(1)));
    assert_eq!(admin.get("/v1/status").code(), "auth.signed_out", "left alone for an hour");
    assert_eq!(admin.sign_in(Browser::ADMIN, Browser::PASSWORD).status, 200);
    relay.sql("office.db", &format!("UPDATE session SET created_ms = created_ms - {}", hours(12)));
    assert_eq!(admin.get("/v1/status").code(), "auth.signed_out", "after a long day, busy or not");
    assert_eq!(text(&admin.get("/v1/session").json(), "state"), "signed_out");
}

#[test]
fn the_audit_is_complete_and_an_altered_row_shows() {
    let mut relay = Relay::start();
    let mut admin = relay.first_admin();
    let mut reader = admin.colleague("赵", "readonly");
    assert_eq!(reader.post("/v1/workers", json!({"name": "陈静", "grids": ["1"]})).code(), "auth.role");
    assert_eq!(reader.sign_in("赵", "不是这个密码不是这个").status, 401);
    assert_eq!(admin.get("/v1/exports/visits?format=json").status, 200);
    assert_eq!(relay.web().ask("POST", "/v1/merges/xyz/undo", "zh", Some(b"{}")).status, 422);
    relay.browser().get("/v1/exports/visits?format=json");
    let page = admin.get("/v1/audit?limit=3").json();
    let newest: Vec<(String, i64)> = deeds(&page);
    let wanted = [("merge", 422), ("export", 200), ("sign_in", 401)];
    assert_eq!(
        newest,
        wanted.map(|(word, status)| (word.to_owned(), status)),
        "strangers' refusals are not kept"
    );
    let before = page["next_before"].as_i64().expect("more rows");
    let rest = admin.get(&format!("/v1/audit?before={before}")).json();
    let wanted = [("people", 403), ("sign_in", 200), ("users", 200), ("confirm", 200), ("setup", 200)];
    assert_eq!(deeds(&rest), wanted.map(|(word, status)| (word.to_owned(), status)));
    let row = &page["items"][0];
    assert_eq!((text(row, "actor").as_str(), text(row, "subject").as_str()), ("token", "xyz"));
    assert_eq!(text(&page["items"][1], "actor_name"), Browser::ADMIN);
    let of_export = admin.get("/v1/audit?action=export&subject=visits").json();
    assert_eq!(of_export["items"].as_array().map(Vec::len), Some(1), "{of_export}");
    assert_eq!(of_export["items"][0]["detail"]["rows"], 0, "{of_export}");
    let file = admin.get("/v1/audit/export?format=csv");
    assert!(file.body.contains("sign_in") && file.body.contains(Browser::ADMIN), "{}", file.body);
    for name in ["office.db", "office.db-wal"] {
        let bytes = std::fs::read(relay.data().join(name)).expect("its bytes");
        let cookie = admin.cookie.as_deref().and_then(|cookie| cookie.split_once('=')).expect("a cookie").1;
        for secret in [Browser::PASSWORD, cookie] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{name}");
        }
    }
    let status = admin.get("/v1/audit/status").json();
    assert_eq!((status["rows"].as_i64(), &status["first_bad"]), (Some(9), &Value::Null), "{status}");
    relay.verify();
    relay.stop();
    for (change, bad) in [
        ("UPDATE audit SET status = 200 WHERE id = 5", 5),
        ("DELETE FROM audit WHERE id = 4", 4),
        ("DELETE FROM audit WHERE id = 9", 9),
        ("UPDATE audit SET actor = 'token' WHERE id = 1", 1),
    ] {
        let copy = relay.file(&format!("altered-{bad}"));
        copy_data(relay.data(), &copy);
        assert!(problems_in(&copy).is_empty());
        linli_tests::change_database(&copy.join("office.db"), change);
        let problems = problems_in(&copy);
        assert!(
            problems.iter().any(|problem| problem.contains(&format!("row {bad} "))),
            "{change}: {problems:?}"
        );
    }
}

#[test]
fn every_answer_says_what_pages_may_do() {
    let relay = Relay::start();
    let web = relay.web().stranger();
    for path in ["/", "/v1/session", "/v1/status", "/v1/no-such-route", "/healthz", "/nothing.js"] {
        let answer = web.get(path);
        let policy = answer.header("content-security-policy");
        for part in ["default-src 'none'", "script-src 'self';", "frame-ancestors 'none'", "base-uri 'none'"]
        {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert!(!answer.header("permissions-policy").is_empty(), "{path}");
        assert_eq!(answer.header("cache-control") == "no-store", path.starts_with("/v1"), "{path}");
    }
    let nonce = |policy: &str| {
        let (_, after) = policy.split_once("'nonce-").expect("a nonce");
        after.split('\'').next().unwrap_or_default().to_owned()
    };
    let pages = [web.get("/"), web.get("/")];
    let nonces = pages.each_ref().map(|page| nonce(page.header("content-security-policy")));
    assert!(nonces[0].len() >= 22 && nonces[0] != nonces[1], "{nonces:?}");
    for page in &pages {
        assert_eq!((page.status, page.kind.as_str()), (200, "text/html; charset=utf-8"));
        assert_eq!(page.header("cache-control"), "no-cache");
        assert!(
            page.body.contains("<title>邻里</title>") && !page.body.contains("__NONCE__"),
            "{}",
            page.body
        );
    }
    assert_eq!(web.get("/nothing.js").code(), "route.unknown");
    assert_eq!(web.ask("POST", "/", "zh", None).status, 404);
}

#[test]
fn long_answers_travel_small() {
    let relay = Relay::start();
    let mut admin = relay.first_admin();
    admin.encoding = Some("gzip");
    let small = admin.get("/v1/openapi.json");
    assert_eq!(small.header("content-encoding"), "gzip");
    admin.encoding = None;
    assert_eq!(admin.get("/v1/openapi.json").header("content-encoding"), "");
}

#[test]
fn the_command_line_adds_accounts() {
    let relay = Relay::start();
    let file = relay.file("password");
    std::fs::write(&file, format!("{}\n", Browser::PASSWORD)).expect("the file");
    let file = file.to_str().expect("a path");
    let add = ["users", "add", "管理员", "--role", "admin", "--password-file", file];
    let added = relay.office(&add);
    assert_eq!(text(&added[0], "role"), "admin");
    assert_eq!(relay.office_refuses(&add).code, "user.name_taken");
    let root = ["users", "add", "别人", "--role", "root", "--password-file", file];
    assert_eq!(relay.office_refuses(&root).code, "user.bad_role");
    let users = relay.office(&["users"]);
    assert_eq!(users.len(), 1);
    let mut browser = relay.browser();
    assert_eq!(browser.sign_in("管理员", Browser::PASSWORD).status, 200);
    let code = relay.setup_code().expect("it was said at start").to_owned();
    assert_eq!(relay.browser().set_up(&code, COMMUNITY).code(), "setup.done");
}

fn deeds(page: &Value) -> Vec<(String, i64)> {
    let items = page["items"].as_array().expect("rows").iter();
    items.map(|item| (text(item, "action"), item["status"].as_i64().unwrap_or_default())).collect()
}

/// A path with something in place of its parameters.
fn filled(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "0" } else { part }).collect::<Vec<_>>().join("/")
}
