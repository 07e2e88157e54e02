//! The centre's own authority: it certifies edges and the listener that they dial.
//!
//! ECDSA on P-256. Edges trust this authority alone, and the listener takes certificates of
//! this authority alone; an edge that is shut out is refused by the fingerprint of its
//! certificate, at every request.

use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, CertifiedIssuer, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use tokio_rustls::TlsAcceptor;

use crate::keys::{self, KeyError};

/// Days that a certificate of an edge lasts; edges renew at two thirds.
pub(crate) const EDGE_DAYS: i64 = 30;

/// Days that the authority lasts.
const AUTHORITY_DAYS: i64 = 3650;

/// Days that the certificate of the listener lasts; a new one is made at every start.
const LISTENER_DAYS: i64 = 730;

/// Largest request for a certificate, in bytes.
const MAX_CSR: usize = 16 << 10;

/// Why nothing is certified.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AuthorityError {
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error("the authority in {folder}: {why}")]
    Authority { folder: String, why: String },
    #[error("the request for a certificate: {0}")]
    Request(String),
    #[error("TLS: {0}")]
    Tls(String),
}

/// The authority.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
    der: CertificateDer<'static>,
}

/// A certificate that was made.
pub(crate) struct Certified {
    pub(crate) pem: String,
    pub(crate) fingerprint: String,
    pub(crate) expires_at: Timestamp,
}

impl Authority {
    /// The authority in a folder, made where it is not there. Key and certificate are one
    /// file: neither is of use without the other.
    pub(crate) fn open(folder: &Path, now: Timestamp) -> Result<Self, AuthorityError> {
        let fail = |why: String| AuthorityError::Authority {
            folder: folder.display().to_string(),
            why,
        };
        let path = folder.join("authority.pem");
        let bytes = keys::file(&path, || make(now).map_err(|_| KeyError::Random))?;
        let text = String::from_utf8(bytes).map_err(|_| fail("it is no text".into()))?;
        let at = text
            .find("-----BEGIN CERTIFICATE-----")
            .ok_or_else(|| fail("it has no certificate".into()))?;
        let (key, pem) = text.split_at(at);
        let key = KeyPair::from_pem(key).map_err(|e| fail(e.to_string()))?;
        let issuer = Issuer::from_ca_cert_pem(pem, key).map_err(|e| fail(e.to_string()))?;
        let der = CertificateDer::from_pem_slice(pem.as_bytes());
        Ok(Self {
            issuer,
            pem: pem.to_owned(),
            der: der.map_err(|e| fail(e.to_string()))?,
        })
    }

    /// The certificate of the authority.
    pub(crate) fn pem(&self) -> &str {
        &self.pem
    }

    /// SHA-256 of the certificate of the authority, hexadecimal.
    pub(crate) fn fingerprint(&self) -> String {
        fingerprint(&self.der)
    }

    /// Certifies the key of a request as that of an edge. Nothing but the key is taken from
    /// the request: names and uses are the centre's to say.
    pub(crate) fn certify(
        &self,
        csr: &str,
        edge: &str,
        now: Timestamp,
    ) -> Result<Certified, AuthorityError> {
        let wrong = |why: String| AuthorityError::Request(why);
        if csr.len() > MAX_CSR {
            return Err(wrong("it is too large".into()));
        }
        let mut request =
            CertificateSigningRequestParams::from_pem(csr).map_err(|e| wrong(e.to_string()))?;
        let expires_at = lasting(&mut request.params, edge, EDGE_DAYS, now);
        request.params.subject_alt_names = Vec::new();
        request.params.is_ca = IsCa::ExplicitNoCa;
        request.params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        request.params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let certificate = request
            .signed_by(&self.issuer)
            .map_err(|e| wrong(e.to_string()))?;
        Ok(Certified {
            pem: certificate.pem(),
            fingerprint: fingerprint(certificate.der()),
            expires_at,
        })
    }

    /// TLS for the listener of edges: certificates of this authority, or none (to join).
    pub(crate) fn acceptor(
        &self,
        names: &[String],
        now: Timestamp,
    ) -> Result<TlsAcceptor, AuthorityError> {
        let fail = |why: String| AuthorityError::Tls(why);
        let rcgen = |e: rcgen::Error| fail(e.to_string());
        let key = KeyPair::generate().map_err(rcgen)?;
        let mut params = CertificateParams::new(names.to_vec()).map_err(rcgen)?;
        lasting(&mut params, "lazaret centre", LISTENER_DAYS, now);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let certificate = params.signed_by(&key, &self.issuer).map_err(rcgen)?;
        let chain = vec![certificate.der().clone(), self.der.clone()];
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));

        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut roots = RootCertStore::empty();
        roots
            .add(self.der.clone())
            .map_err(|e| fail(e.to_string()))?;
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
                .allow_unauthenticated()
                .build()
                .map_err(|e| fail(e.to_string()))?;
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|e| fail(e.to_string()))?
            .with_client_cert_verifier(verifier)
            .with_single_cert(chain, key)
            .map_err(|e| fail(e.to_string()))?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

/// SHA-256 of a certificate, hexadecimal.
pub(crate) fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    use sha2::{Digest as _, Sha256};
    keys::hex(&Sha256::digest(certificate.as_ref()))
}

/// Key and certificate of a new authority.
fn make(now: Timestamp) -> Result<Vec<u8>, rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::default();
    lasting(&mut params, "lazaret authority", AUTHORITY_DAYS, now);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let text = key.serialize_pem();
    let authority = CertifiedIssuer::self_signed(params, key)?;
    Ok(format!("{text}{}", authority.pem()).into_bytes())
}

/// Gives a certificate its name and its time, from yesterday (clocks differ) for so many
/// days; the answer is when it ends.
fn lasting(params: &mut CertificateParams, name: &str, days: i64, now: Timestamp) -> Timestamp {
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    let today = now.to_zoned(TimeZone::UTC).date();
    let day = |days: i64| today.checked_add(Span::new().days(days)).unwrap_or(today);
    let time = |date: Date| {
        let part = |n: i8| u8::try_from(n).unwrap_or(1);
        date_time_ymd(i32::from(date.year()), part(date.month()), part(date.day()))
    };
    params.not_before = time(day(-1));
    params.not_after = time(day(days));
    let ends = day(days).to_zoned(TimeZone::UTC);
    ends.map_or(now, |ends| ends.timestamp())
}
