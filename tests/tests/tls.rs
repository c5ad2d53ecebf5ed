//! The relay with a certificate of its own: phones and the office come over TLS, and nobody without it.
#![expect(clippy::expect_used, reason = "a story that cannot go on must stop")]

use linli_tests::{Phone, RawSocket, Relay, Roster, binary, http};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// `HEAD_TIMEOUT` in `server/src/accept.rs` with the harness's haste, and room for a machine that is busy.
const HEAD: Duration = Duration::from_secs(2 + 8);
/// How long a signal may take on a machine that is busy.
const SIGNAL: Duration = Duration::from_secs(20);

fn files(relay: &Relay) -> [PathBuf; 3] {
    ["authority.pem", "certificate.pem", "key.pem"].map(|name| relay.file(name))
}

/// The status of an answer to somebody who believes this authority; nothing when they do not come through.
fn ask(relay: &Relay, authority: &Path) -> Option<reqwest::blocking::Response> {
    let pem = std::fs::read(authority).expect("the authority");
    let believed = reqwest::Certificate::from_pem(&pem).expect("a certificate");
    let client = http::blocking().tls_certs_only([believed]).build().expect("a client");
    client.get(format!("{}/v1/session", relay.url())).send().ok()
}

#[test]
fn phones_and_the_office_come_over_tls_and_believe_one_authority_only() {
    let relay = Relay::start_with_tls();
    let [authority, ..] = files(&relay);
    relay.import(&Roster::of_doors(5).write(&relay.file(""), "名册", Roster::csv()));
    relay.office(&["workers", "add", "陈静", "--grid", &relay.grids().join(",")]);
    let code = relay.office_one(&["enrol-code", "--worker", "陈静"]);
    assert!(code["url"].as_str().is_some_and(|url| url.starts_with("https://")), "{code}");
    let code = code["code"].as_str().expect("a code").to_owned();
    // The system's authorities do not know this one.
    let doubting = Phone::new("陈静");
    assert_eq!(doubting.refuses(&["enrol", &relay.url(), &code]).code, "phone.offline");
    let phone = Phone::new("陈静").with_authority(&authority);
    phone.say(&["enrol", &relay.url(), &code]);
    phone.sync();
    let home = phone.households().first().expect("a household").clone();
    let visit = phone.visit(&home, "加密的");
    phone.sync();
    assert!(linli_tests::lost(&[visit], &relay).is_empty());
    relay.verify();
}

#[test]
fn only_tls_is_spoken_and_browsers_are_told_to_stay_with_it() {
    let relay = Relay::start_with_tls();
    let [authority, ..] = files(&relay);
    let answer = ask(&relay, &authority).expect("an answer");
    let header =
        |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    assert_eq!(header("strict-transport-security").as_deref(), Some("max-age=31536000"));
    let plain = Relay::start();
    assert_eq!(
        plain.web().get("/v1/session").header("strict-transport-security"),
        "",
        "not where it would not hold"
    );
    let mut silent = RawSocket::connect(relay.address());
    let mut half = RawSocket::connect(relay.address());
    half.send_raw(&[0x16, 0x03, 0x01, 0x02]);
    let mut clear = RawSocket::connect(relay.address());
    clear.send_raw(b"GET /v1/session HTTP/1.1\r\nHost: relay\r\n\r\n");
    for stranger in [&mut clear, &mut half, &mut silent] {
        stranger.closed_within(HEAD);
    }
}

#[test]
fn a_computer_without_authorities_still_reaches_a_relay_that_needs_none() {
    let nowhere = Path::new("/nowhere/authorities");
    let status = |url: &str| {
        let mut linli = Command::new(binary("linli"));
        linli.args(["status", "--json", "--url", url]).env_remove("LINLI_CA_FILE");
        linli.env("SSL_CERT_FILE", nowhere).env("SSL_CERT_DIR", nowhere);
        let said = linli.output().expect("linli runs");
        String::from_utf8_lossy(&said.stderr).into_owned()
    };
    let relay = Relay::start();
    let said = status(&relay.url());
    assert!(!said.contains("client.tls"), "{said}");
    let said = status(&relay.url().replace("http://", "https://"));
    assert!(said.contains("client.tls") && said.contains("ca-certificates"), "{said}");
}

#[test]
fn a_new_certificate_is_taken_without_a_restart() {
    let relay = Relay::start_with_tls();
    let files = files(&relay);
    let old = relay.file("old.pem");
    std::fs::copy(&files[0], &old).expect("a copy");
    let hang_up = || {
        let told = Command::new("kill").args(["-HUP", &relay.process().to_string()]).status();
        assert!(told.expect("kill").success());
    };
    http::write_certificate(&files);
    assert!(ask(&relay, &old).is_some_and(|answer| answer.status() == 200), "not before it is told");
    hang_up();
    let began = Instant::now();
    while ask(&relay, &files[0]).is_none() {
        assert!(began.elapsed() < SIGNAL, "the new certificate is not shown: {}", relay.log());
    }
    assert!(ask(&relay, &old).is_none());
    // One that cannot be used changes nothing.
    std::fs::write(&files[1], "rubbish").expect("the file");
    hang_up();
    while !relay.log().contains("the certificate stays as it was") {
        assert!(began.elapsed() < SIGNAL, "{}", relay.log());
        ask(&relay, &files[0]).expect("an answer meanwhile");
    }
    assert!(ask(&relay, &files[0]).is_some());
}

#[test]
fn what_cannot_be_used_is_said_at_start() {
    let folder = linli_tests::Folder::new();
    let one = ["a", "b", "c"].map(|name| folder.join(name));
    let other = ["d", "e", "f"].map(|name| folder.join(name));
    http::write_certificate(&one);
    http::write_certificate(&other);
    let refuses = |certificate: &Path, key: &Path, word: &str| {
        let mut command = Command::new(binary("linli"));
        command.args(["serve", "--json", "--listen", "127.0.0.1:0", "--data"]).arg(folder.join("relay"));
        let out =
            command.arg("--tls-cert").arg(certificate).arg("--tls-key").arg(key).output().expect("it runs");
        let error = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(!out.status.success() && error.contains("serve.failed") && error.contains(word), "{error}");
    };
    refuses(&one[1], &other[2], "certificate and key do not belong together");
    refuses(&one[2], &one[2], "PEM");
    refuses(&folder.join("nothing"), &one[2], "nothing");
}
