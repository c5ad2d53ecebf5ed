//! Where a request comes from, and whether nobody on the way could read it. What a request says of itself counts
//! only when the one trusted proxy says it.

use axum::http::{HeaderMap, header};
use std::net::IpAddr;

/// A request came over TLS, here or at the trusted proxy.
#[derive(Clone, Copy)]
pub(crate) struct Secure(pub(crate) bool);

/// The address that the proxy saw: the last it wrote down. Whatever stands before that came from the client itself.
pub(super) fn client_of(headers: &HeaderMap) -> Option<IpAddr> {
    last(headers, "x-forwarded-for").and_then(|text| address(&text)).or_else(|| {
        let forwarded = last(headers, header::FORWARDED.as_str())?;
        let mut pairs = forwarded.split(';').filter_map(|pair| pair.trim().split_once('='));
        let (_, who) = pairs.find(|(name, _)| name.eq_ignore_ascii_case("for"))?;
        address(who)
    })
}

/// Whether the proxy says that it was spoken to over TLS.
pub(super) fn was_https(headers: &HeaderMap) -> bool {
    last(headers, "x-forwarded-proto").is_some_and(|word| word.eq_ignore_ascii_case("https"))
        || last(headers, header::FORWARDED.as_str()).is_some_and(|forwarded| {
            forwarded.split(';').any(|pair| pair.trim().eq_ignore_ascii_case("proto=https"))
        })
}

/// The last of a header's values, over all its lines.
fn last(headers: &HeaderMap, name: &str) -> Option<String> {
    let line = headers.get_all(name).iter().next_back()?.to_str().ok()?;
    line.rsplit(',').next().map(|value| value.trim().to_owned())
}

/// `1.2.3.4`, `1.2.3.4:567`, `[2001:db8::1]:567`, quoted or not.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    let bare = text.strip_prefix('[').and_then(|rest| rest.split(']').next()).unwrap_or(text);
    let parsed: Option<IpAddr> = bare.parse().ok();
    parsed.or_else(|| text.parse::<std::net::SocketAddr>().ok().map(|socket| socket.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        lines
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect::<Vec<(axum::http::HeaderName, axum::http::HeaderValue)>>()
            .into_iter()
            .fold(HeaderMap::new(), |mut all, (name, value)| {
                all.append(name, value);
                all
            })
    }

    #[test]
    fn the_last_address_is_the_proxys_word() {
        for (lines, wanted) in [
            (vec![("x-forwarded-for", "9.9.9.9, 10.0.0.7")], Some("10.0.0.7")),
            (vec![("x-forwarded-for", "9.9.9.9"), ("x-forwarded-for", "10.0.0.8")], Some("10.0.0.8")),
            (vec![("x-forwarded-for", "[2001:db8::1]:80")], Some("2001:db8::1")),
            (vec![("forwarded", "for=9.9.9.9, for=\"[2001:db8::2]:4711\";proto=https")], Some("2001:db8::2")),
            (vec![("forwarded", "proto=https;For=10.0.0.9:55")], Some("10.0.0.9")),
            (vec![("x-forwarded-for", "unknown")], None),
            (vec![], None),
        ] {
            let wanted = wanted.map(|text| text.parse::<IpAddr>().unwrap());
            assert_eq!(client_of(&headers(&lines)), wanted, "{lines:?}");
        }
        assert!(was_https(&headers(&[("x-forwarded-proto", "https")])));
        assert!(was_https(&headers(&[("forwarded", "for=1.1.1.1;proto=https")])));
        assert!(!was_https(&headers(&[("x-forwarded-proto", "https, http")])), "the last counts");
        assert!(!was_https(&headers(&[])));
    }
}
