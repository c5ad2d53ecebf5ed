//! How a request fails: a status, a stable code and a sentence in the caller's language.

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use linli_core::error::{Coded, Lang};
use linli_storage::StoreError;
use std::convert::Infallible;

/// Characters of a caller's own word that a sentence repeats: enough to know it again, and no page of it.
pub(crate) const SHOWN_CHARS_MAX: usize = 40;

/// A failed request, before its language is known.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) zh: String,
    pub(crate) en: String,
    /// When to ask again.
    pub(crate) retry_after_s: Option<u64>,
    /// The fields of a form that are wrong.
    pub(crate) fields: Vec<WrongField>,
}

/// A field that does not take its value.
#[derive(Debug)]
pub(crate) struct WrongField {
    pub(crate) key: String,
    pub(crate) code: &'static str,
    pub(crate) zh: String,
    pub(crate) en: String,
}

/// A field of a form that does not take its value.
#[derive(serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub(crate) struct FieldProblem {
    /// The field, as the request named it.
    pub(crate) key: String,
    /// Stable, dotted code.
    pub(crate) code: String,
    /// What is wrong and what would be right.
    pub(crate) text: String,
}

/// What a caller receives.
#[derive(serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub(crate) struct ProblemBody {
    /// Stable, dotted code.
    pub(crate) code: String,
    /// What went wrong and what to do, in the language of Accept-Language.
    pub(crate) text: String,
    /// Which fields of a form are wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) fields: Vec<FieldProblem>,
}

impl Problem {
    /// A caller's mistake.
    pub(crate) fn bad(error: &dyn Coded) -> Problem {
        Problem::with(StatusCode::UNPROCESSABLE_ENTITY, error)
    }

    pub(crate) fn with(status: StatusCode, error: &dyn Coded) -> Problem {
        Problem {
            status,
            code: error.code(),
            zh: error.zh(),
            en: error.to_string(),
            retry_after_s: None,
            fields: Vec::new(),
        }
    }

    pub(crate) fn not_found(what_zh: &'static str, what: &'static str, id: impl ToString) -> Problem {
        let id = id.to_string().chars().take(SHOWN_CHARS_MAX).collect();
        Problem::with(StatusCode::NOT_FOUND, &StoreError::NotFound { what, what_zh, id })
    }

    pub(crate) fn new(
        status: StatusCode,
        code: &'static str,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Problem {
        Problem { status, code, zh: zh.into(), en: en.into(), retry_after_s: None, fields: Vec::new() }
    }

    /// The same, with the time after which asking again may help.
    pub(crate) fn retry_after(self, seconds: u64) -> Problem {
        Problem { retry_after_s: Some(seconds), ..self }
    }

    /// A form with wrong fields, if there are any; the sentence is that of the first.
    pub(crate) fn of_fields(fields: Vec<WrongField>) -> Result<(), Problem> {
        let Some(first) = fields.first() else { return Ok(()) };
        let (zh, en) = (first.zh.clone(), first.en.clone());
        Err(Problem {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            code: first.code,
            zh,
            en,
            retry_after_s: None,
            fields,
        })
    }

    /// In a language, as a caller receives it.
    pub(crate) fn spoken(self, lang: Lang) -> ProblemBody {
        let text = |zh, en| match lang {
            Lang::Zh => zh,
            Lang::En => en,
        };
        let fields = self.fields.into_iter().map(|field| FieldProblem {
            key: field.key,
            code: field.code.into(),
            text: text(field.zh, field.en),
        });
        ProblemBody { code: self.code.into(), fields: fields.collect(), text: text(self.zh, self.en) }
    }

    /// The answer in a language.
    pub(crate) fn answer(self, lang: Lang) -> Response {
        let (status, retry_after_s) = (self.status, self.retry_after_s);
        let mut response = (status, Json(self.spoken(lang))).into_response();
        if let Some(seconds) = retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        let status = match error {
            StoreError::NotFound { .. } => StatusCode::NOT_FOUND,
            StoreError::Stopped => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(%error, "a request failed");
        }
        Problem::with(status, &error)
    }
}

/// The language a request asks for.
pub(crate) struct Language(pub(crate) Lang);

impl<S: Send + Sync> FromRequestParts<S> for Language {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Language, Infallible> {
        let tag = parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Ok(Language(Lang::from_tag(tag.unwrap_or(""))))
    }
}

/// Problems carry no language; the outermost layer chooses it.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(std::sync::Arc::new(self));
        response
    }
}

/// Writes a [`Problem`] in the caller's language.
pub(crate) async fn speak(
    Language(lang): Language,
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> Response {
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<std::sync::Arc<Problem>>().and_then(std::sync::Arc::into_inner) {
        Some(problem) => problem.answer(lang),
        None if response.status().is_client_error() && !is_json(&response) => {
            unspoken(response.status()).answer(lang)
        }
        None => response,
    }
}

fn is_json(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("application/json"))
}

/// What the framework refused before any handler saw it, which it says in plain English only.
fn unspoken(status: StatusCode) -> Problem {
    match status {
        StatusCode::METHOD_NOT_ALLOWED => Problem::new(
            status,
            "route.method",
            "这个地址不支持这种请求方法",
            "this route does not know this method",
        ),
        _ => Problem::new(status, "request.malformed", "请求读不懂", "the request is not understood"),
    }
}
