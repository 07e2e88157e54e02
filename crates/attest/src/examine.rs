//! Documents beside an image, held against those who are trusted.

use std::collections::{BTreeMap, BTreeSet};

use lazaret_model::{Digest, FoundSignature, SignatureStatus, Signatures};

use crate::limits::MAX_FOUND;
use crate::signed::{Content, Signed};
use crate::simple::{COSIGN_SIGN_TYPE, SimplePayload};
use crate::verify::{Doubt, by_whom};
use crate::{AttestError, Statement, TrustedSigner, bundle, cosign, notary};

/// A document that lies beside an image.
#[derive(Debug, Clone, Default)]
pub struct Document {
    /// Where it lies, for people.
    pub place: String,
    /// Media type of its bytes.
    pub media_type: String,
    /// Annotations of the layer that it is.
    pub annotations: BTreeMap<String, String>,
    /// The bytes, whose digest has been verified.
    pub bytes: Vec<u8>,
}

/// The image that documents have to be about.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Its manifest, and the index that it was chosen from by name, where there is one.
    pub digests: Vec<Digest>,
    /// Host and path of its repository, without tag and digest.
    pub repository: String,
}

/// What is known of an image after looking at `documents`.
///
/// `now` is in seconds since 1970. Where they were looked for, and what could not be read, is
/// for the caller to add.
pub fn examine(
    documents: &[Document],
    subject: &Subject,
    signers: &[TrustedSigner],
    now: i64,
) -> Signatures {
    let mut out = Signatures::default();
    let (mut names, mut attested) = (BTreeSet::new(), BTreeSet::new());
    for document in documents.iter().take(MAX_FOUND) {
        let found = one(document, subject, signers, now);
        if found.status == SignatureStatus::Trusted {
            match is_signature(&found.predicate) {
                true => _ = names.insert(found.signer.clone()),
                false => _ = attested.insert(found.predicate.clone()),
            }
        }
        out.found.push(found);
    }
    out.signers = names.into_iter().collect();
    out.attested = attested.into_iter().collect();
    let unexamined = out.found.iter();
    let unexamined = unexamined.filter(|found| found.status == SignatureStatus::NotExamined);
    let why: BTreeSet<&str> = unexamined.map(|found| found.detail.as_str()).collect();
    if !why.is_empty() {
        let why: Vec<&str> = why.into_iter().collect();
        out.incomplete = Some(format!("not everything was examined: {}", why.join("; ")));
    }
    if documents.len() > MAX_FOUND {
        out.incomplete = Some(format!("more than {MAX_FOUND} signatures are there"));
    }
    if signers.is_empty() {
        out.incomplete = Some("nobody is trusted to sign this image".to_owned());
    }
    out
}

/// Whether a statement is a signature: it says nothing but that somebody has signed.
fn is_signature(predicate: &str) -> bool {
    predicate.is_empty() || predicate == COSIGN_SIGN_TYPE
}

fn one(
    document: &Document,
    subject: &Subject,
    signers: &[TrustedSigner],
    now: i64,
) -> FoundSignature {
    let (format, signed) = read(document);
    let mut found = FoundSignature {
        place: document.place.clone(),
        format,
        predicate: String::new(),
        status: SignatureStatus::Refused,
        signer: String::new(),
        claims: String::new(),
        detail: String::new(),
    };
    let outcome = signed
        .map_err(|error| match error {
            AttestError::Unsupported { .. } => Doubt::NotExamined(error.to_string()),
            error => Doubt::Refused(error.to_string()),
        })
        .and_then(|signed| {
            if let Some(leaf) = signed.certificates.first() {
                found.claims = leaf.claims();
            }
            let said = says(&signed, subject)?;
            found.predicate = said.predicate;
            let verified = by_whom(&signed, signers, &said.repositories, subject, now)?;
            found.signer = verified.signer;
            Ok(verified.detail)
        });
    (found.status, found.detail) = match outcome {
        Ok(detail) => (SignatureStatus::Trusted, detail),
        Err(Doubt::Refused(why)) => (SignatureStatus::Refused, why),
        Err(Doubt::NotExamined(why)) => (SignatureStatus::NotExamined, why),
    };
    found
}

fn read(document: &Document) -> (String, Result<Signed, AttestError>) {
    let (bytes, annotations) = (&document.bytes, &document.annotations);
    let (format, signed) = match document.media_type.as_str() {
        cosign::SIMPLE_SIGNING_TYPE => ("cosign signature", cosign::simple(bytes, annotations)),
        cosign::DSSE_TYPE => (
            "cosign attestation",
            cosign::attestation(bytes, annotations),
        ),
        notary::JWS_TYPE => ("notary signature", notary::parse(bytes)),
        notary::COSE_TYPE => (
            "notary signature",
            Err(AttestError::unsupported(
                "Notary Project signature",
                "envelopes as COSE are not examined",
            )),
        ),
        other if other.starts_with(bundle::MEDIA_TYPE) => ("sigstore bundle", bundle::parse(bytes)),
        other => (
            other,
            Err(AttestError::unsupported(
                "document",
                "signatures of this type are not examined",
            )),
        ),
    };
    (format.to_owned(), signed)
}

/// What a payload says about the image.
struct Said {
    predicate: String,
    /// The repositories that it names.
    repositories: Vec<String>,
}

/// What is said, when it is about the subject. Nobody has verified the signature yet, so a
/// payload about another image is refused whoever has signed it.
fn says(signed: &Signed, subject: &Subject) -> Result<Said, Doubt> {
    let refused = |error: AttestError| Doubt::Refused(error.to_string());
    let other = |digest: &str| Doubt::Refused(format!("it is about another image, {digest}"));
    match signed.content {
        Content::Simple => {
            let payload = SimplePayload::parse(&signed.payload).map_err(refused)?;
            if !subject.digests.contains(&payload.digest) {
                return Err(other(&payload.digest.to_string()));
            }
            Ok(Said {
                predicate: String::new(),
                repositories: vec![payload.reference],
            })
        }
        Content::Notary => {
            let digest = notary::target(&signed.payload).map_err(refused)?;
            match subject.digests.contains(&digest) {
                true => Ok(Said {
                    predicate: String::new(),
                    repositories: Vec::new(),
                }),
                false => Err(other(&digest.to_string())),
            }
        }
        Content::Statement => {
            let statement = Statement::parse(&signed.payload).map_err(refused)?;
            let about = statement.subjects_of(&subject.digests);
            let repositories: Vec<String> = about.map(|one| one.name.clone()).collect();
            if repositories.is_empty() {
                let first = statement.subject.first();
                let named = first.and_then(|one| one.digest.iter().next());
                let named = named.map(|(algorithm, hex)| format!("{algorithm}:{hex}"));
                let shown: String = named.unwrap_or_default().chars().take(140).collect();
                return Err(other(&shown));
            }
            Ok(Said {
                predicate: statement.predicate_type,
                repositories,
            })
        }
    }
}
