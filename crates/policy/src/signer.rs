//! Whose signatures count for which images, as policies name them.
//!
//! Nothing is verified here: what a policy says is checked for its form and handed on to
//! whoever looks for signatures.

use regex::Regex;

use crate::document::{Reader, raw};
use crate::facts::reference;
use crate::pattern;

/// Somebody whom a policy trusts to sign.
#[derive(Debug, Clone)]
pub struct Signer {
    /// What reports and the fact `signers` call them.
    pub name: String,
    /// The document that names them, as the caller called it.
    pub document: String,
    /// Document and line, for people.
    pub place: String,
    /// What they are recognised by.
    pub proof: SignerProof,
    /// Whether a signature has to name the repository of the image.
    pub same_repository: bool,
    /// Globs of names; every image where it is empty.
    images: Vec<Regex>,
}

/// What a signer is recognised by. A text that is no PEM and no JSON is the path of a file
/// beside the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignerProof {
    /// A public key.
    Key(String),
    /// A certificate that names somebody.
    Identity {
        /// A name of the subject, or an expression for it.
        subject: Match,
        /// Who vouched for that to the authority; anybody where it is `None`.
        issuer: Option<String>,
        /// Certificates of authorities.
        authorities: Option<String>,
        /// Keys of transparency logs.
        logs: Vec<String>,
        /// A trusted root of Sigstore.
        trusted_root: Option<String>,
    },
}

/// How a name has to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// This very text.
    Exact(String),
    /// An expression that the whole text fulfils.
    Expression(String),
}

impl Signer {
    /// Whether their signature counts for an image: its reference, or registry and
    /// repository, fulfils one of the globs.
    pub fn is_for(&self, name: &str) -> bool {
        let parts = reference(name);
        let short = format!("{}/{}", parts.registry, parts.repository);
        let fits = |glob: &Regex| glob.is_match(name) || glob.is_match(&short);
        self.images.is_empty() || self.images.iter().any(fits)
    }
}

pub(crate) fn load(reader: &mut Reader<'_>, raw: raw::Signer) -> Option<Signer> {
    let mut images = Vec::new();
    if let Some(list) = &raw.images {
        if list.value.is_empty() {
            let told = "`images` is empty; leave it out, or name some";
            return reader.wrong(list, told);
        }
        for image in &list.value {
            match pattern::glob(image) {
                Ok(glob) => images.push(glob),
                Err(why) => return reader.wrong(list, why),
            }
        }
    }
    if raw.name.value.trim().is_empty() {
        return reader.wrong(&raw.name, "a signer has a name");
    }
    Some(Signer {
        place: reader.place(&raw.name),
        document: reader.name().to_owned(),
        same_repository: raw.same_repository,
        proof: proof(reader, &raw)?,
        name: raw.name.value,
        images,
    })
}

fn proof(reader: &mut Reader<'_>, raw: &raw::Signer) -> Option<SignerProof> {
    let of_identity = raw.issuer.is_some()
        || raw.authorities.is_some()
        || raw.trusted_root.is_some()
        || raw.logs.is_some();
    let subject = match (&raw.key, &raw.identity, &raw.identity_regex) {
        (Some(key), None, None) if !of_identity => {
            return Some(SignerProof::Key(key.clone()));
        }
        (None, Some(text), None) => Match::Exact(text.clone()),
        (None, None, Some(text)) => {
            if let Err(error) = Regex::new(&text.value) {
                return reader.wrong(text, error.to_string());
            }
            Match::Expression(text.value.clone())
        }
        _ => {
            let told = "a signer is recognised by `key`, or by one of `identity` and \
                        `identityRegex` with what vouches for it";
            return reader.wrong(&raw.name, told);
        }
    };
    if raw.authorities.is_none() && raw.trusted_root.is_none() {
        let told = "an identity is only as good as who vouches for it: name `trustedRoot` or \
                    `authorities`";
        return reader.wrong(&raw.name, told);
    }
    Some(SignerProof::Identity {
        subject,
        issuer: raw.issuer.clone(),
        authorities: raw.authorities.clone(),
        logs: raw.logs.clone().unwrap_or_default(),
        trusted_root: raw.trusted_root.clone(),
    })
}
