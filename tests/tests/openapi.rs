//! The API says what it can do, and what operators look at answers.

use linli_tests::{Metrics, Relay, Web, text};

/// Every route that the command line uses.
const USED: [(&str, &str); 29] = [
    ("post", "/v1/imports/roster"),
    ("get", "/v1/grids"),
    ("post", "/v1/grids"),
    ("patch", "/v1/grids/{code}"),
    ("post", "/v1/grids/{code}/places"),
    ("post", "/v1/grids/import"),
    ("get", "/v1/places"),
    ("patch", "/v1/workers/{id}"),
    ("post", "/v1/workers/{id}/appointments"),
    ("patch", "/v1/workers/{id}/appointments/{appointment}"),
    ("get", "/v1/workers"),
    ("post", "/v1/workers"),
    ("post", "/v1/enrol-codes"),
    ("post", "/v1/enrol"),
    ("get", "/v1/devices"),
    ("get", "/v1/households"),
    ("get", "/v1/households/{id}"),
    ("get", "/v1/conflicts"),
    ("post", "/v1/conflicts/{id}/resolution"),
    ("post", "/v1/conflicts/{id}/undo"),
    ("get", "/v1/duplicates"),
    ("post", "/v1/duplicates/dismiss"),
    ("post", "/v1/merges"),
    ("post", "/v1/merges/{id}/undo"),
    ("get", "/v1/exports/{what}"),
    ("get", "/v1/status"),
    ("get", "/v1/quarantine"),
    ("get", "/v1/digests"),
    ("get", "/v1/openapi.json"),
];

#[test]
fn the_api_describes_every_route_that_the_command_line_uses() {
    let relay = Relay::start();
    let api = relay.web().stranger().get("/v1/openapi.json").json();
    for (method, path) in USED {
        let known = &api["paths"][path][method];
        // The description itself needs none.
        assert!(known.is_object() || path.ends_with("openapi.json"), "{method} {path} is not described");
    }
    let described = api["paths"].as_object().map_or(0, serde_json::Map::len);
    println!("{described} paths are described");
}

#[test]
fn only_the_token_opens_the_api() {
    let relay = Relay::start();
    let wrong = Web::new(relay.url(), Some("wrong".into()));
    for (web, code) in [(relay.web().stranger(), "auth.signed_out"), (wrong, "auth.token")] {
        for (method, path) in USED {
            if path == "/v1/enrol" || path == "/v1/openapi.json" {
                continue;
            }
            for (lang, word) in [("zh", "令牌"), ("en", "token")] {
                let answer = web.ask(&method.to_uppercase(), path, lang, None);
                assert_eq!(answer.status, 401, "{method} {path}: {answer:?}");
                assert_eq!(text(&answer.json(), "code"), code, "{method} {path}");
                assert!(text(&answer.json(), "text").contains(word), "{method} {path}: {answer:?}");
            }
        }
    }
}

#[test]
fn operators_see_that_it_is_well() {
    let relay = Relay::start_with(Metrics::On);
    let web = relay.web().stranger();
    for path in ["/healthz", "/readyz"] {
        assert_eq!(web.get(path).status, 200, "{path}");
    }
    let lost = web.get("/v1/no-such-route");
    assert_eq!((lost.status, text(&lost.json(), "code").as_str()), (404, "route.unknown"));
    let metrics = Web::new(format!("http://{}", relay.metrics_address()), None).get("/metrics");
    assert_eq!(metrics.status, 200);
    for name in ["linli_connections", "linli_batches_acknowledged_total", "linli_log_newest"] {
        assert!(metrics.body.contains(name), "{name} is missing: {}", metrics.body);
    }
    assert_eq!(web.get("/metrics").status, 404, "metrics are on a port of their own");
    if web.get("/v1/status").status != 401 {
        panic!("health needs no token, everything else does");
    }
}
