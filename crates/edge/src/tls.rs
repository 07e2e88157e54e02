//! TLS of a listener: certificate, key and authorities lie in files, and are read again when
//! those change, so that a certificate is renewed without a restart.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio_rustls::TlsAcceptor;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(2);

/// The files of a listener, PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// The chain, the listener's own certificate first.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// Authorities that a client's certificate must come from; none: clients show none.
    pub client_ca: Option<PathBuf>,
}

/// Why a listener speaks no TLS: which file, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TlsError(String);

/// What shakes hands, newest files first.
pub(crate) struct Acceptor {
    files: Tls,
    current: RwLock<TlsAcceptor>,
}

impl Acceptor {
    /// Reads the files.
    pub(crate) fn open(files: &Tls) -> Result<Arc<Self>, TlsError> {
        Ok(Arc::new(Self {
            current: RwLock::new(read(files)?),
            files: files.clone(),
        }))
    }

    pub(crate) fn current(&self) -> TlsAcceptor {
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Reads the files again whenever they change, for ever. Files that make no sense
    /// together, as in the middle of their renewal, change nothing.
    pub(crate) async fn watch(self: Arc<Self>) {
        let mut seen = self.stamp();
        let mut told = String::new();
        loop {
            tokio::time::sleep(LOOK).await;
            let now = self.stamp();
            if now == seen && told.is_empty() {
                continue;
            }
            seen = now;
            match read(&self.files) {
                Ok(acceptor) => {
                    *self.current.write().unwrap_or_else(PoisonError::into_inner) = acceptor;
                    told.clear();
                    tracing::info!(certificate = %self.files.certificate.display(), "certificate read again");
                }
                Err(why) if told == why.0 => {}
                Err(why) => {
                    tracing::warn!(%why, "the certificate before stays");
                    told = why.0;
                }
            }
        }
    }

    fn stamp(&self) -> Vec<Option<(SystemTime, u64)>> {
        let files = [Some(&self.files.certificate), Some(&self.files.key)];
        let files = files.into_iter().chain([self.files.client_ca.as_ref()]);
        let stamp = |file: &PathBuf| {
            let about = std::fs::metadata(file).ok()?;
            Some((about.modified().ok()?, about.len()))
        };
        files.flatten().map(stamp).collect()
    }
}

fn read(files: &Tls) -> Result<TlsAcceptor, TlsError> {
    let wrong = |path: &Path, why: String| TlsError(format!("{}: {why}", path.display()));
    let chain = certificates(&files.certificate)?;
    let key =
        PrivateKeyDer::from_pem_file(&files.key).map_err(|e| wrong(&files.key, e.to_string()))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|e| TlsError(e.to_string()))?;
    let builder = match &files.client_ca {
        None => builder.with_no_client_auth(),
        Some(path) => {
            let mut roots = RootCertStore::empty();
            for ca in certificates(path)? {
                roots.add(ca).map_err(|e| wrong(path, e.to_string()))?;
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            let verifier = verifier.build().map_err(|e| wrong(path, e.to_string()))?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    let mut config = builder
        .with_single_cert(chain, key)
        .map_err(|e| wrong(&files.certificate, e.to_string()))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    read.map_err(|e| TlsError(format!("{}: {e}", path.display())))
}
