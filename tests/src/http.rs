//! HTTP clients that believe a test's own certificate, or speak without any.

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer};
use std::path::PathBuf;
use std::sync::Once;

/// The clients of a whole test program speak TLS in one way.
pub fn install_tls() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

/// A client that waits, without any proxy or authority of whoever runs the tests: a bare system has none.
pub fn blocking() -> reqwest::blocking::ClientBuilder {
    install_tls();
    reqwest::blocking::Client::builder().no_proxy().tls_certs_only([])
}

/// A client for many requests at once.
pub fn client() -> reqwest::Client {
    install_tls();
    reqwest::Client::builder().tls_certs_only([]).build().expect("an HTTP client")
}

/// An authority, and a certificate of it for this machine with its key; three files.
pub fn write_certificate([authority, certificate, key]: &[PathBuf; 3]) {
    let pair = |what| rcgen::KeyPair::generate().unwrap_or_else(|error| panic!("{what}: {error}"));
    let (own, theirs) = (pair("the authority's key"), pair("the relay's key"));
    let mut params = CertificateParams::new(Vec::new()).expect("an authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = params.self_signed(&own).expect("an authority's certificate");
    let issuer = Issuer::new(params, own);
    let names = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
    let params = CertificateParams::new(names).expect("a relay");
    let made = params.signed_by(&theirs, &issuer).expect("a relay's certificate");
    for (file, text) in [(authority, root.pem()), (certificate, made.pem()), (key, theirs.serialize_pem())] {
        std::fs::write(file, text).expect("the file");
    }
}
