//! The office console and the field app as the relay serves them, and the headers that every answer carries.

use crate::accept::origin::Secure;
use crate::clock::random;
use crate::problem::Problem;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use linli_core::ids::encode_base32;

/// A built file.
struct File {
    /// As asked for.
    path: &'static str,
    bytes: &'static [u8],
    /// Brotli, made when it was built.
    compressed: Option<&'static [u8]>,
}

/// A built set of pages: one page that shows itself at every address below its own, and its files.
struct Site {
    index: &'static str,
    files: &'static [File],
    /// What its scripts may do besides running: `script-src` of its pages.
    scripts: &'static str,
    /// `permissions-policy` of its pages.
    permissions: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/sites.rs"));

static CONSOLE: Site = Site {
    index: CONSOLE_INDEX,
    files: CONSOLE_FILES,
    scripts: "'self'",
    permissions: "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
};
/// The field app compiles the engine from WebAssembly, and scans invitations.
static APP: Site = Site {
    index: APP_INDEX,
    files: APP_FILES,
    scripts: "'self' 'wasm-unsafe-eval'",
    permissions: "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
};
/// Where the field app lives.
const APP_ROOT: &str = "/app";

/// What the console's own index holds where a fresh nonce belongs.
const NONCE_HOLE: &str = "__NONCE__";
/// Files whose name changes with their content.
const HASHED: &str = "/assets/";
/// They never change.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Whoever once came over TLS never comes without it again.
const FOR_A_YEAR: HeaderValue = HeaderValue::from_static("max-age=31536000");
/// Asked for again each time.
const FRESH: HeaderValue = HeaderValue::from_static("no-cache");

/// The site that an address belongs to, and the address within it.
fn site_of(path: &str) -> (&'static Site, &str) {
    match path.strip_prefix(APP_ROOT) {
        Some(within) if within.starts_with('/') => (&APP, within),
        _ => (&CONSOLE, path),
    }
}

/// A site's page, one of its files, or nothing.
pub(crate) async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if !method.is_safe() || uri.path().starts_with("/v1/") {
        return unknown();
    }
    if uri.path() == APP_ROOT {
        return Redirect::permanent("/app/").into_response();
    }
    let (site, path) = site_of(uri.path());
    if let Some(file) = site.files.iter().find(|file| file.path == path) {
        return file_answer(file, offers(&headers, header::ACCEPT_ENCODING, "br"));
    }
    let page = path == "/" || path == "/index.html";
    if page || offers(&headers, header::ACCEPT, "text/html") { index(site) } else { unknown() }
}

/// Whether a header of alternatives names one.
fn offers(headers: &HeaderMap, name: HeaderName, what: &str) -> bool {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|part| part.split(';').next().map(str::trim) == Some(what))
}

fn unknown() -> Response {
    Problem::new(StatusCode::NOT_FOUND, "route.unknown", "没有这个地址", "there is no such route")
        .into_response()
}

fn file_answer(file: &File, brotli: bool) -> Response {
    let kind = HeaderValue::from_static(media_type(file.path));
    let kept = if file.path.starts_with(HASHED) { FOR_EVER } else { FRESH };
    let vary = HeaderValue::from_static("accept-encoding");
    let base = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, kept), (header::VARY, vary)];
    match file.compressed.filter(|_| brotli) {
        Some(bytes) => (base, [(header::CONTENT_ENCODING, "br")], bytes).into_response(),
        None => (base, file.bytes).into_response(),
    }
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or("") {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "svg" => "image/svg+xml",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "wasm" => "application/wasm",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// The page itself, with a nonce that no other answer has: Ant Design writes `<style>` elements as it runs, and
/// only those that carry the nonce count.
fn index(site: &Site) -> Response {
    let nonce = encode_base32(&random::<16>());
    let policy = HeaderValue::from_str(&policy(site, &format!("'self' 'nonce-{nonce}'")));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, FRESH),
        (header::CONTENT_SECURITY_POLICY, policy.unwrap_or(HeaderValue::from_static("default-src 'none'"))),
    ];
    (headers, site.index.replace(NONCE_HOLE, &nonce)).into_response()
}

/// What a page of ours may load and do. No script but our own files. Style attributes are let through: Ant
/// Design and charts place things with them, and they can run nothing.
fn policy(site: &Site, styles: &str) -> String {
    let scripts = site.scripts;
    format!(
        "default-src 'none'; script-src {scripts}; style-src {styles}; style-src-attr 'unsafe-inline'; \
         img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}

/// Headers of every answer, refusals included.
pub(crate) async fn guard_headers(request: Request, next: Next) -> Response {
    let api = request.uri().path().starts_with("/v1");
    let (site, _) = site_of(request.uri().path());
    let secure = request.extensions().get::<Secure>().is_some_and(|secure| secure.0);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY)
        && let Ok(policy) = HeaderValue::from_str(&policy(site, "'self'"))
    {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("permissions-policy"), site.permissions),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if secure {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, FOR_A_YEAR);
    }
    if api {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}
