//! A browser as the relay sees it: a cookie, a token against forgery, and what a browser adds by itself.

use crate::web::Answer;
use serde_json::{Value, json};

/// One browser. Keeps the cookie it was given last.
#[derive(Clone)]
pub struct Browser {
    http: reqwest::blocking::Client,
    url: String,
    /// `name=value`, as sent back.
    pub cookie: Option<String>,
    /// Repeated in a header of unsafe requests.
    pub csrf: Option<String>,
    /// From which kind of page its requests come, as browsers say.
    pub site: Option<&'static str>,
    /// How it accepts answers to be compressed.
    pub encoding: Option<&'static str>,
    /// What else its requests say.
    pub more: Vec<(&'static str, String)>,
}

impl Browser {
    /// The first admin's name.
    pub const ADMIN: &str = "王主任";
    /// Everybody's password.
    pub const PASSWORD: &str = "桂花开了三次的那年秋天";

    /// Nobody is signed in.
    pub fn new(url: impl Into<String>) -> Browser {
        let http = crate::http::blocking().build().expect("an HTTP client");
        let (site, more) = (Some("same-origin"), Vec::new());
        Browser { http, url: url.into(), cookie: None, csrf: None, site, encoding: None, more }
    }

    /// A request as the console makes it.
    pub fn ask(&mut self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let method = method.parse().expect("an HTTP method");
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        request = request.header("accept-language", "zh").header("user-agent", "浏览器".as_bytes());
        for (name, value) in [
            ("cookie", self.cookie.as_deref()),
            ("x-linli-csrf", self.csrf.as_deref()),
            ("sec-fetch-site", self.site),
            ("accept-encoding", self.encoding),
        ] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        for (name, value) in &self.more {
            request = request.header(*name, value);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = Answer::read(request.send().unwrap_or_else(|error| panic!("{path}: {error}")));
        if let Some((cookie, _)) = answer.header("set-cookie").split_once(';') {
            self.cookie = Some(cookie.to_owned()).filter(|cookie| !cookie.ends_with('='));
        }
        if path.starts_with("/v1/session") && answer.status == 200 || path == "/v1/setup" {
            let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
            if body.get("state").is_some() {
                self.csrf = body["csrf"].as_str().map(str::to_owned);
            }
        }
        answer
    }

    /// GET.
    pub fn get(&mut self, path: &str) -> Answer {
        self.ask("GET", path, None)
    }

    /// POST.
    pub fn post(&mut self, path: &str, body: Value) -> Answer {
        self.ask("POST", path, Some(&body))
    }

    /// Makes the first account.
    pub fn set_up(&mut self, code: &str, community: &str) -> Answer {
        let (name, password) = (Browser::ADMIN, Browser::PASSWORD);
        let body = json!({"setup_code": code, "community": community, "name": name, "password": password});
        self.post("/v1/setup", body)
    }

    /// Signs in.
    pub fn sign_in(&mut self, name: &str, password: &str) -> Answer {
        self.post("/v1/session", json!({"name": name, "password": password}))
    }

    /// Gives the password again.
    pub fn confirm(&mut self) {
        let answer = self.post("/v1/session/confirm", json!({"password": Browser::PASSWORD}));
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// An account of a role, made by this admin, in a browser of its own.
    pub fn colleague(&mut self, name: &str, role: &str) -> Browser {
        self.confirm();
        let body = json!({"name": name, "role": role, "password": Browser::PASSWORD});
        let answer = self.post("/v1/users", body);
        assert_eq!(answer.status, 200, "{answer:?}");
        let mut browser = Browser::new(self.url.clone());
        let answer = browser.sign_in(name, Browser::PASSWORD);
        assert_eq!(answer.status, 200, "{answer:?}");
        browser
    }
}
