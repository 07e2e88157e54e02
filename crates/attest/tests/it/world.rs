//! What tests sign with: keys, authorities, logs, and a subject.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lazaret_attest::{
    Anchors, Certificate, Document, Identity, NewKey, Pattern, PublicKey, SIGNATURE,
    SIMPLE_SIGNING_TYPE, SignerProof, SigningKey, SimplePayload, Subject, TrustedSigner, examine,
};
use lazaret_model::{Digest, FoundSignature, Signatures};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CustomExtension, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyPair, SanType, SerialNumber, date_time_ymd,
};

/// 2026-06-01T00:00:00Z.
pub(crate) const NOW: i64 = 1_780_272_000;
/// 2026-05-01T00:05:00Z, when signers of [`Fulcio`] sign.
pub(crate) const THEN: i64 = 1_777_593_900;
pub(crate) const REPOSITORY: &str = "registry.example/shop/app";
pub(crate) const WORKFLOW: &str =
    "https://forge.example/shop/app/.github/workflows/release.yml@refs/heads/main";
pub(crate) const ISSUER: &str = "https://token.forge.example";

pub(crate) fn base64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    digest(&SHA256, bytes)
        .as_ref()
        .try_into()
        .expect("32 bytes")
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn image(name: &str) -> Digest {
    Digest::sha256(&sha256(name.as_bytes()))
}

pub(crate) fn subject() -> Subject {
    Subject {
        digests: vec![image("app")],
        repository: REPOSITORY.to_owned(),
    }
}

pub(crate) fn key() -> SigningKey {
    let text = SigningKey::generate(NewKey::P256).expect("randomness");
    SigningKey::from_pem(text.as_bytes()).expect("a key")
}

pub(crate) fn payload(digest: &Digest, reference: &str) -> Vec<u8> {
    let payload = SimplePayload {
        reference: reference.to_owned(),
        digest: digest.clone(),
    };
    payload.to_bytes().expect("a payload")
}

/// A plain signature by `key` on `payload`, with further annotations.
pub(crate) fn simple(payload: &[u8], key: &SigningKey, more: &[(&str, &str)]) -> Document {
    let signature = base64(key.sign(payload).expect("a signature"));
    let mut annotations = BTreeMap::from([(SIGNATURE.to_owned(), signature)]);
    annotations.extend(more.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
    Document {
        place: "sha256-….sig".into(),
        media_type: SIMPLE_SIGNING_TYPE.into(),
        annotations,
        bytes: payload.to_vec(),
    }
}

pub(crate) fn by_key(key: &PublicKey) -> TrustedSigner {
    TrustedSigner {
        name: "release".into(),
        proof: SignerProof::Key(key.clone()),
        binds_repository: false,
    }
}

pub(crate) fn by_identity(subject: &str, issuer: Option<&str>, anchors: Anchors) -> TrustedSigner {
    TrustedSigner {
        name: "workflow".into(),
        proof: SignerProof::Identity(Identity {
            subject: Pattern::exact(subject),
            issuer: issuer.map(Pattern::exact),
            anchors: Arc::new(anchors),
        }),
        binds_repository: false,
    }
}

pub(crate) fn examined(document: &Document, signers: &[TrustedSigner]) -> Signatures {
    examine(std::slice::from_ref(document), &subject(), signers, NOW)
}

/// What one document is worth.
pub(crate) fn worth(document: &Document, signers: &[TrustedSigner]) -> (String, String) {
    let found: FoundSignature = examined(document, signers).found.remove(0);
    (found.status.name().to_owned(), found.detail)
}

#[track_caller]
pub(crate) fn refused(document: &Document, signers: &[TrustedSigner], why: &str) {
    let signatures = examined(document, signers);
    assert!(signatures.signers.is_empty() && signatures.attested.is_empty());
    assert_eq!(signatures.is_signed(), Ok(false));
    let (status, detail) = worth(document, signers);
    assert_eq!(status, "refused");
    assert!(detail.contains(why), "{detail}");
}

/// A log of signatures.
pub(crate) struct TestLog {
    pub(crate) key: SigningKey,
}

impl TestLog {
    pub(crate) fn new() -> Self {
        Self { key: key() }
    }

    pub(crate) fn id(&self) -> [u8; 32] {
        sha256(self.key.public().der())
    }

    /// The log's signature over an entry.
    pub(crate) fn promise(&self, body: &str, at: i64) -> String {
        let text = format!(
            r#"{{"body":"{}","integratedTime":{at},"logID":"{}","logIndex":7}}"#,
            base64(body),
            hex(&self.id())
        );
        base64(self.key.sign(text.as_bytes()).expect("a signature"))
    }

    /// The annotation that cosign keeps beside a signature.
    pub(crate) fn annotation(&self, body: &str, at: i64) -> String {
        format!(
            r#"{{"SignedEntryTimestamp":"{}","Payload":{{"body":"{}","integratedTime":{at},"logIndex":7,"logID":"{}"}}}}"#,
            self.promise(body, at),
            base64(body),
            hex(&self.id())
        )
    }

    /// The entry of a bundle, in a tree of two leaves; with a promise where a time is given.
    pub(crate) fn entry(&self, body: &str, at: Option<i64>) -> serde_json::Value {
        let other = sha256(b"\0another entry");
        let own = sha256(&[b"\0", body.as_bytes()].concat());
        let root = sha256(&[&[1][..], &other, &own].concat());
        let head = format!("log.example - 1\n2\n{}\n", base64(root));
        let signature = self.key.sign(head.as_bytes()).expect("a signature");
        let signature = base64([&self.id()[..4], &signature].concat());
        let mut entry = serde_json::json!({
            "logIndex": "7",
            "logId": { "keyId": base64(self.id()) },
            "kindVersion": { "kind": "dsse", "version": "0.0.1" },
            "integratedTime": at.unwrap_or_default().to_string(),
            "inclusionProof": {
                "logIndex": "1", "treeSize": "2", "rootHash": base64(root), "hashes": [base64(other)],
                "checkpoint": { "envelope": format!("{head}\n\u{2014} log.example {signature}\n") },
            },
            "canonicalizedBody": base64(body),
        });
        if let Some(at) = at {
            entry["inclusionPromise"] =
                serde_json::json!({ "signedEntryTimestamp": self.promise(body, at) });
        }
        entry
    }
}

/// The log's entry for a plain signature.
pub(crate) fn hashedrekord(payload: &[u8], signature: &str, verifier: &str) -> String {
    serde_json::json!({
        "apiVersion": "0.0.1", "kind": "hashedrekord",
        "spec": {
            "data": { "hash": { "algorithm": "sha256", "value": hex(&sha256(payload)) } },
            "signature": { "content": signature, "publicKey": { "content": base64(verifier) } },
        },
    })
    .to_string()
}

/// An authority for moments, with its logs.
pub(crate) struct Fulcio {
    pub(crate) root: CertifiedIssuer<'static, KeyPair>,
    pub(crate) log: TestLog,
    pub(crate) certificates: TestLog,
}

/// A signer's key with a certificate.
pub(crate) struct Signer {
    pub(crate) key: SigningKey,
    pub(crate) pem: String,
    pub(crate) der: Vec<u8>,
}

/// What a certificate is made of.
pub(crate) struct Made<'a> {
    pub(crate) subject: &'a str,
    pub(crate) issuer: Option<&'a str>,
    pub(crate) purpose: ExtendedKeyUsagePurpose,
    pub(crate) logged: bool,
}

impl Default for Made<'_> {
    fn default() -> Self {
        Self {
            subject: WORKFLOW,
            issuer: Some(ISSUER),
            purpose: ExtendedKeyUsagePurpose::CodeSigning,
            logged: true,
        }
    }
}

pub(crate) fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2030, 1, 1);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("a root")
}

impl Fulcio {
    pub(crate) fn new() -> Self {
        Self {
            root: authority("moments"),
            log: TestLog::new(),
            certificates: TestLog::new(),
        }
    }

    /// A certificate of ten minutes.
    pub(crate) fn signer(&self, made: &Made<'_>) -> Signer {
        let pair = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::default();
        params.serial_number = Some(SerialNumber::from(7u64));
        params.not_before = date_time_ymd(2026, 5, 1);
        params.not_after = params.not_before + Duration::from_secs(600);
        params.extended_key_usages = vec![made.purpose.clone()];
        let name = made.subject.try_into().expect("a name");
        params.subject_alt_names.push(SanType::URI(name));
        if let Some(issuer) = made.issuer {
            let mut content = vec![0x0c, u8::try_from(issuer.len()).expect("short")];
            content.extend_from_slice(issuer.as_bytes());
            let oid = [1, 3, 6, 1, 4, 1, 57264, 1, 8];
            let extension = CustomExtension::from_oid_content(&oid, content);
            params.custom_extensions.push(extension);
        }
        if made.logged {
            let bare = params.signed_by(&pair, &self.root).expect("a certificate");
            let list = self.timestamps(bare.der());
            let oid = [1, 3, 6, 1, 4, 1, 11129, 2, 4, 2];
            let extension = CustomExtension::from_oid_content(&oid, list);
            params.custom_extensions.push(extension);
        }
        let certificate = params.signed_by(&pair, &self.root).expect("a certificate");
        Signer {
            key: SigningKey::from_pem(pair.serialize_pem().as_bytes()).expect("a key"),
            pem: certificate.pem(),
            der: certificate.der().to_vec(),
        }
    }

    /// The list of signed timestamps for a certificate that has none yet.
    fn timestamps(&self, bare: &[u8]) -> Vec<u8> {
        let (_, parsed) = x509_parser::parse_x509_certificate(bare).expect("a certificate");
        let tbs = parsed.tbs_certificate.as_ref();
        let root = Certificate::from_der(self.root.der()).expect("a certificate");
        let at = (u64::try_from(THEN).expect("late") * 1000).to_be_bytes();
        let length = u32::try_from(tbs.len()).expect("short").to_be_bytes();
        let message = [
            &[0, 0][..],
            &at,
            &[0, 1],
            &sha256(root.key().der()),
            &length[1..],
            tbs,
            &[0, 0],
        ];
        let signature = self
            .certificates
            .key
            .sign(&message.concat())
            .expect("a signature");
        let short = |n: usize| u16::try_from(n).expect("short").to_be_bytes();
        let one = [
            &[0][..],
            &self.certificates.id(),
            &at,
            &[0, 0, 4, 3],
            &short(signature.len()),
            &signature,
        ];
        let one = one.concat();
        let list = [&short(one.len())[..], &one].concat();
        let list = [&short(list.len())[..], &list].concat();
        let length = u8::try_from(list.len()).expect("short");
        assert!(length < 0x80, "one byte of length would not do");
        // An OCTET STRING within that of the extension.
        [&[0x04, length][..], &list].concat()
    }

    /// The trusted root that names all of it.
    pub(crate) fn trusted_root(&self) -> String {
        let log = |log: &TestLog| {
            serde_json::json!({
                "baseUrl": "https://log.example",
                "hashAlgorithm": "SHA2_256",
                "publicKey": {
                    "rawBytes": base64(log.key.public().der()),
                    "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                    "validFor": { "start": "2026-01-01T00:00:00Z" },
                },
                "logId": { "keyId": base64(log.id()) },
            })
        };
        serde_json::json!({
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [log(&self.log)],
            "ctlogs": [log(&self.certificates)],
            "certificateAuthorities": [{
                "subject": { "organization": "example", "commonName": "moments" },
                "uri": "https://fulcio.example",
                "certChain": { "certificates": [{ "rawBytes": base64(self.root.der()) }] },
                "validFor": { "start": "2026-01-01T00:00:00Z", "end": "2026-05-15T00:00:00.999Z" },
            }],
            "timestampAuthorities": [],
        })
        .to_string()
    }

    pub(crate) fn anchors(&self) -> Anchors {
        Anchors::from_trusted_root(self.trusted_root().as_bytes()).expect("a root")
    }

    /// A plain signature with certificate and entry, as cosign lays it down.
    pub(crate) fn simple(&self, signer: &Signer, payload: &[u8], at: i64) -> Document {
        let mut document = simple(payload, &signer.key, &[]);
        let signature = document.annotations[SIGNATURE].clone();
        let body = hashedrekord(payload, &signature, &signer.pem);
        let more = [
            ("dev.sigstore.cosign/certificate", signer.pem.clone()),
            ("dev.sigstore.cosign/chain", self.root.pem()),
            ("dev.sigstore.cosign/bundle", self.log.annotation(&body, at)),
        ];
        let more = more.into_iter().map(|(name, text)| (name.to_owned(), text));
        document.annotations.extend(more);
        document
    }
}
