//! The relay's HTTP API as a program sees it.

use crate::Refusal;
use serde_json::Value;
use std::path::Path;

/// A client, with or without a token.
pub struct Web {
    http: reqwest::blocking::Client,
    url: String,
    token: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Content type.
    pub kind: String,
    /// All headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Web {
    /// A client of a relay.
    pub fn new(url: impl Into<String>, token: Option<String>) -> Web {
        let http = crate::http::blocking().build().expect("an HTTP client");
        Web { http, url: url.into(), token }
    }

    /// The same, believing only this authority.
    pub fn believing(mut self, authority: &Path) -> Web {
        let pem = std::fs::read(authority).expect("the authority");
        let believed = reqwest::Certificate::from_pem(&pem).expect("a certificate");
        self.http = crate::http::blocking().tls_certs_only([believed]).build().expect("an HTTP client");
        self
    }

    /// A client without a token at an address of its own.
    pub fn from_address(url: impl Into<String>, address: std::net::IpAddr) -> Web {
        let http = crate::http::blocking().no_proxy().local_address(address);
        Web { http: http.build().expect("an HTTP client"), url: url.into(), token: None }
    }

    /// The same relay, without a token.
    pub fn stranger(&self) -> Web {
        Web { http: self.http.clone(), url: self.url.clone(), token: None }
    }

    /// GET.
    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "zh", None)
    }

    /// The households that a search finds; `query` as it stands in the header.
    pub fn search(&self, query: &str) -> Answer {
        let request = self.http.get(format!("{}/v1/households", self.url)).header("x-linli-search", query);
        let request = self.token.iter().fold(request, |request, token| request.bearer_auth(token));
        Answer::read(request.send().expect("an answer"))
    }

    /// Any request, in a language.
    pub fn ask(&self, method: &str, path: &str, lang: &str, body: Option<&[u8]>) -> Answer {
        let method = method.parse().expect("an HTTP method");
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        request = request.header("accept-language", lang).header("content-type", "application/json");
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.body(body.to_vec());
        }
        let response = request.send().unwrap_or_else(|error| panic!("{path}: {error}"));
        Answer::read(response)
    }
}

/// A text as addresses and headers carry it.
pub fn percent_encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

impl Answer {
    pub(crate) fn read(response: reqwest::blocking::Response) -> Answer {
        let text = |value: &reqwest::header::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let headers = response.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value)));
        let headers: Vec<(String, String)> = headers.collect();
        let status = response.status().as_u16();
        let mut answer = Answer { status, kind: String::new(), headers, body: String::new() };
        answer.kind = answer.header("content-type").to_owned();
        // A stream of events has no end to wait for; `Listener` reads those.
        if !answer.kind.starts_with("text/event-stream") {
            answer.body = response.text().unwrap_or_default();
        }
        answer
    }

    /// A header, empty when absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The stable code of a refusal, empty when there is none.
    pub fn code(&self) -> String {
        self.refusal().code
    }

    /// Why the relay refused.
    pub fn refusal(&self) -> Refusal {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        let word = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
        Refusal { code: word("code"), text: word("text") }
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }
}
