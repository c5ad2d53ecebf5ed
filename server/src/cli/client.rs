//! Talking to a running relay, and how a command fails.

use super::RelayArgs;
use crate::at_rest::key_file::KeyFileError;
use crate::routes::households::SEARCH;
use linli_core::error::{Coded, Lang};
use linli_storage::StoreError;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

/// A failed command: a stable code and a sentence.
#[derive(Debug)]
pub(crate) struct Failure {
    code: String,
    text: String,
}

impl Failure {
    pub(crate) fn new(code: impl Into<String>, text: impl Into<String>) -> Failure {
        Failure { code: code.into(), text: text.into() }
    }

    /// What refuses a key says so by its own code; everything else has the command's.
    pub(crate) fn of(error: &anyhow::Error, code: &str, lang: Lang) -> Failure {
        let store = error.downcast_ref::<StoreError>();
        let locked = store.filter(|error| matches!(error, StoreError::Locked(_) | StoreError::KeyWrong(_)));
        let coded = locked.map(|error| error as &dyn Coded);
        match coded.or(error.downcast_ref::<KeyFileError>().map(|error| error as &dyn Coded)) {
            Some(error) => Failure::new(error.code(), error.text(lang)),
            None => Failure::new(code, format!("{error:#}")),
        }
    }

    /// To standard error, as JSON when asked for.
    pub(crate) fn print(&self, as_json: bool) {
        if as_json {
            eprintln!("{}", json!({"error": {"code": self.code, "text": self.text}}));
        } else {
            eprintln!("{}: {}", self.code, self.text);
        }
    }
}

/// A client of the relay's API.
pub(crate) struct Client {
    http: reqwest::Client,
    url: String,
    token: String,
    pub(crate) lang: Lang,
}

impl Client {
    pub(crate) fn new(relay: &RelayArgs, lang: Lang) -> Result<Client, Failure> {
        let token = match (&relay.token, &relay.token_file) {
            (Some(token), _) => token.clone(),
            (None, Some(path)) => std::fs::read_to_string(path).map_err(|error| {
                let text = pick(
                    lang,
                    format!("读不到令牌文件 {}:{error}", path.display()),
                    format!("cannot read the token file {}: {error}", path.display()),
                );
                Failure::new("client.token_file", text)
            })?,
            (None, None) => String::new(),
        };
        let url = relay.url.trim_end_matches('/').to_owned();
        let http = http(relay, lang)?;
        Ok(Client { http, url, token: token.trim().to_owned(), lang })
    }

    pub(crate) async fn get(&self, path: &str, query: &[(&str, String)]) -> Result<Value, Failure> {
        let request = self.http.get(format!("{}{path}", self.url)).query(query);
        read_json(self.send(request).await?).await
    }

    /// Asks for the households that a search finds.
    pub(crate) async fn search(&self, search: &str, query: &[(&str, String)]) -> Result<Value, Failure> {
        let request = self.http.get(format!("{}/v1/households", self.url)).query(query);
        let search = utf8_percent_encode(search, NON_ALPHANUMERIC).to_string();
        read_json(self.send(request.header(SEARCH, search)).await?).await
    }

    pub(crate) async fn get_bytes(&self, path: &str, query: &[(&str, String)]) -> Result<Vec<u8>, Failure> {
        let request = self.http.get(format!("{}{path}", self.url)).query(query);
        let response = self.send(request).await?;
        let bytes = response.bytes().await.map_err(|error| broken(&error))?;
        Ok(bytes.to_vec())
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Result<Value, Failure> {
        read_json(self.send(self.http.post(format!("{}{path}", self.url)).json(&body)).await?).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Result<Value, Failure> {
        read_json(self.send(self.http.patch(format!("{}{path}", self.url)).json(&body)).await?).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Result<Value, Failure> {
        read_json(self.send(self.http.delete(format!("{}{path}", self.url))).await?).await
    }

    pub(crate) async fn upload(
        &self,
        path: &str,
        query: &[(&str, String)],
        bytes: Vec<u8>,
    ) -> Result<Value, Failure> {
        let request = self.http.post(format!("{}{path}", self.url)).query(query).body(bytes);
        read_json(self.send(request).await?).await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<reqwest::Response, Failure> {
        let tag = pick(self.lang, "zh", "en");
        let request = request.bearer_auth(&self.token).header(reqwest::header::ACCEPT_LANGUAGE, tag);
        let response = request.send().await.map_err(|_| {
            let text = pick(
                self.lang,
                format!("连不上服务器 {},请检查它是否在运行、--url 是否正确", self.url),
                format!("cannot reach the relay at {}; check that it runs and that --url is right", self.url),
            );
            Failure::new("client.unreachable", text)
        })?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let body: Value = response.json().await.unwrap_or_default();
        let text = |key: &str| body.get(key).and_then(Value::as_str).map(str::to_owned);
        let code = text("code").unwrap_or_else(|| format!("http.{}", status.as_u16()));
        Err(Failure::new(code, text("text").unwrap_or_else(|| status.to_string())))
    }
}

/// Believes the system's authorities, or only the one given.
fn http(relay: &RelayArgs, lang: Lang) -> Result<reqwest::Client, Failure> {
    // An error means that there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder();
    if let Some(path) = &relay.ca_file {
        let pem = std::fs::read(path).ok();
        let certificates = pem.and_then(|pem| reqwest::Certificate::from_pem_bundle(&pem).ok());
        let Some(certificates) = certificates.filter(|all| !all.is_empty()) else {
            let text = pick(
                lang,
                format!("根证书文件 {} 不能用,应为 PEM 格式", path.display()),
                format!("{} is not a certificate in PEM", path.display()),
            );
            return Err(Failure::new("client.ca_file", text));
        };
        builder = builder.tls_certs_only(certificates);
    } else if relay.url.starts_with("http://") {
        // Computers without any authority have relays of their own, too.
        builder = builder.tls_certs_only([]);
    }
    builder.build().map_err(|_| {
        let text = pick(
            lang,
            "这台电脑没有可用的根证书,连不了 https;请安装系统的 ca-certificates,或用 --ca-file 指定",
            "this computer has no root certificates for https; install ca-certificates or give --ca-file",
        );
        Failure::new("client.tls", text)
    })
}

async fn read_json(response: reqwest::Response) -> Result<Value, Failure> {
    response.json().await.map_err(|error| broken(&error))
}

fn broken(error: &reqwest::Error) -> Failure {
    Failure::new("client.broken_answer", format!("服务器的回答不完整 / the answer was cut off: {error}"))
}

/// One of two sentences.
pub(crate) fn pick<T>(lang: Lang, zh: T, en: T) -> T {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}
