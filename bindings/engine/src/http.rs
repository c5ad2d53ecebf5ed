//! The one question that is asked of a relay without a websocket.

use crate::EngineError;

#[cfg(target_family = "wasm")]
pub(crate) use browser::post_json;
#[cfg(not(target_family = "wasm"))]
pub(crate) use native::post_json;

/// A relay's answers to enrolment have a few hundred bytes; whatever sends more is none.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

fn offline(error: impl std::fmt::Display) -> EngineError {
    EngineError::Offline(error.to_string())
}

#[cfg(not(target_family = "wasm"))]
mod native {
    use super::{ANSWER_BYTES_MAX, EngineError, offline};
    use crate::trust::tls;
    use rustls::ClientConfig;

    /// Status and body of the answer.
    pub(crate) async fn post_json(
        url: &str,
        language: &str,
        body: String,
    ) -> Result<(u16, Vec<u8>), EngineError> {
        // A relay in the office is never behind a proxy; a proxy set for the web would only hide it.
        let tls = ClientConfig::clone(&*tls()?);
        let client = reqwest::Client::builder().no_proxy().tls_backend_preconfigured(tls);
        let client = client.build().map_err(offline)?;
        let request = client.post(url).header("accept-language", language);
        let request = request.header("content-type", "application/json").body(body);
        let mut response = request.send().await.map_err(offline)?;
        let status = response.status().as_u16();
        let mut answer = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(offline)? {
            answer.extend_from_slice(&chunk);
            if answer.len() > ANSWER_BYTES_MAX {
                return Err(EngineError::RelayAddress(url.to_owned()));
            }
        }
        Ok((status, answer))
    }
}

#[cfg(target_family = "wasm")]
mod browser {
    use super::{ANSWER_BYTES_MAX, EngineError, offline};
    use js_sys::{ArrayBuffer, Uint8Array};
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{Headers, Request, RequestInit, Response, WorkerGlobalScope};

    /// Status and body of the answer. A browser's HTTP client is there already.
    pub(crate) async fn post_json(
        url: &str,
        language: &str,
        body: String,
    ) -> Result<(u16, Vec<u8>), EngineError> {
        let headers = Headers::new().map_err(|_| offline("the browser makes no request"))?;
        for (name, value) in [("accept-language", language), ("content-type", "application/json")] {
            headers.set(name, value).map_err(|_| offline("the browser makes no request"))?;
        }
        let how = RequestInit::new();
        how.set_method("POST");
        how.set_headers(&headers);
        how.set_body(&JsValue::from(body));
        let request = Request::new_with_str_and_init(url, &how)
            .map_err(|_| EngineError::RelayAddress(url.to_owned()))?;
        let worker: WorkerGlobalScope = js_sys::global().unchecked_into();
        let unreached = |_| offline("the relay does not answer");
        let response = JsFuture::from(worker.fetch_with_request(&request)).await.map_err(unreached)?;
        let response: Response = response.unchecked_into();
        let body = response.array_buffer().map_err(unreached)?;
        let body: ArrayBuffer = JsFuture::from(body).await.map_err(unreached)?.unchecked_into();
        if body.byte_length() as usize > ANSWER_BYTES_MAX {
            return Err(EngineError::RelayAddress(url.to_owned()));
        }
        Ok((response.status(), Uint8Array::new(&body).to_vec()))
    }
}
