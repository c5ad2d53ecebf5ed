//! Whom a phone believes to be the relay's machine: the system's authorities, or one that an office has of its own.

use crate::EngineError;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use std::sync::{Arc, OnceLock};

/// For the whole process, because that is how an app is told.
static GIVEN: OnceLock<RootCertStore> = OnceLock::new();
static CONFIG: OnceLock<Arc<ClientConfig>> = OnceLock::new();

/// From now on only these authorities (PEM) are believed. To be said once, before the first connection.
///
/// # Errors
/// [`EngineError::Authority`] for what is no certificate, or is said too late.
pub fn trust_only(pem: &[u8]) -> Result<(), EngineError> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|_| EngineError::Authority)?;
        roots.add(certificate).map_err(|_| EngineError::Authority)?;
    }
    if roots.is_empty() || CONFIG.get().is_some() {
        return Err(EngineError::Authority);
    }
    GIVEN.set(roots).map_err(|_| EngineError::Authority)
}

/// How this phone speaks TLS: 1.2 or 1.3, with certificates checked.
pub(crate) fn tls() -> Result<Arc<ClientConfig>, EngineError> {
    if let Some(config) = CONFIG.get() {
        return Ok(Arc::clone(config));
    }
    let roots = GIVEN.get().cloned().unwrap_or_else(systems);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| EngineError::Authority)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::clone(CONFIG.get_or_init(|| Arc::new(config))))
}

/// A system without authorities believes nobody.
fn systems() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_is_no_authority() {
        for wrong in [&b""[..], b"rubbish", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
        {
            assert!(matches!(trust_only(wrong), Err(EngineError::Authority)));
        }
    }
}
