//! TLS with the office's own certificate. The files are read again when the relay is told to (SIGHUP): connections
//! that are there go on, new ones get the new certificate.

use anyhow::Context as _;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use tokio_rustls::TlsAcceptor;

/// The certificate that is shown, and where it comes from.
pub(crate) struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    now: RwLock<Arc<ServerConfig>>,
}

impl Tls {
    /// Reads both files; whatever is wrong with them is said at start, not at the first phone.
    pub(crate) fn read(certificate: &Path, key: &Path) -> anyhow::Result<Tls> {
        let now = RwLock::new(Arc::new(config(certificate, key)?));
        Ok(Tls { certificate: certificate.to_owned(), key: key.to_owned(), now })
    }

    /// Reads them again. What cannot be used changes nothing.
    pub(crate) fn read_again(&self) -> anyhow::Result<()> {
        let config = config(&self.certificate, &self.key)?;
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(config);
        Ok(())
    }

    pub(super) fn acceptor(&self) -> TlsAcceptor {
        Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner)).into()
    }
}

/// TLS 1.2 and 1.3, as rustls has them: no older version or weak cipher can be chosen.
fn config(certificate: &Path, key: &Path) -> anyhow::Result<ServerConfig> {
    let bad =
        |path: &Path| format!("证书或私钥文件不能用 / not a certificate or key in PEM: {}", path.display());
    let chain = CertificateDer::pem_file_iter(certificate).with_context(|| bad(certificate))?;
    let chain: Vec<_> = chain.collect::<Result<_, _>>().with_context(|| bad(certificate))?;
    anyhow::ensure!(!chain.is_empty(), bad(certificate));
    let secret = PrivateKeyDer::from_pem_file(key).with_context(|| bad(key))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .with_context(|| {
            let (one, other) = (certificate.display(), key.display());
            format!("证书与私钥不配套 / certificate and key do not belong together: {one}, {other}")
        })?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
