//! Certificates of signers: who they name, and the key that they vouch for.
//!
//! Source: RFC 5280; Fulcio's extensions, sigstore/fulcio docs/oid-info.md.

use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::FromDer as _;

use crate::encoding::pem;
use crate::limits::MAX_ITEMS;
use crate::{AttestError, PublicKey};

const WHAT: &str = "certificate";
/// The issuer of the identity token, as bare text; the older form.
const ISSUER_V1: &str = "1.3.6.1.4.1.57264.1.1";
/// The issuer of the identity token, as a UTF8String.
const ISSUER_V2: &str = "1.3.6.1.4.1.57264.1.8";
/// A user name as an alternative name of the subject.
const USER_NAME: &str = "1.3.6.1.4.1.57264.1.7";

/// A certificate that nobody has verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    key: PublicKey,
    names: Vec<String>,
    issuer: Option<String>,
    not_before: i64,
    not_after: i64,
}

impl Certificate {
    /// A certificate from DER.
    ///
    /// # Errors
    /// When it is none, or its key is of a kind that is not known here.
    pub fn from_der(der: &[u8]) -> Result<Self, AttestError> {
        let (rest, parsed) = X509Certificate::from_der(der)
            .map_err(|_| AttestError::malformed(WHAT, "no X.509 certificate"))?;
        if !rest.is_empty() {
            return Err(AttestError::malformed(WHAT, "something stands behind it"));
        }
        Ok(Self {
            der: der.to_vec(),
            key: PublicKey::from_der(parsed.public_key().raw)?,
            names: names(&parsed),
            issuer: issuer(&parsed),
            not_before: parsed.validity().not_before.timestamp(),
            not_after: parsed.validity().not_after.timestamp(),
        })
    }

    /// Every certificate of a PEM text, at least one.
    ///
    /// # Errors
    /// When it holds none, or too many, or one that cannot be read.
    pub fn from_pem(text: &[u8]) -> Result<Vec<Self>, AttestError> {
        let blocks = pem(WHAT, text, &|label| label == "CERTIFICATE")?;
        AttestError::bound(WHAT, blocks.len(), MAX_ITEMS, "certificates")?;
        if blocks.is_empty() {
            return Err(AttestError::malformed(WHAT, "no BEGIN CERTIFICATE in it"));
        }
        blocks.iter().map(|(_, der)| Self::from_der(der)).collect()
    }

    /// The key that it vouches for.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// The certificate, DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Whom it names: mail addresses, addresses and names of the subject, else its
    /// distinguished name.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Who vouched for that to the authority (the issuer of an OpenID Connect token).
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// The first and the last second in which it is valid, since 1970.
    pub fn validity(&self) -> (i64, i64) {
        (self.not_before, self.not_after)
    }

    /// Subject and issuer, for people.
    pub(crate) fn claims(&self) -> String {
        let names = self.names.join(", ");
        match &self.issuer {
            Some(issuer) => format!("{names} (issuer {issuer})"),
            None => names,
        }
    }
}

fn names(parsed: &X509Certificate<'_>) -> Vec<String> {
    let alternatives = parsed.subject_alternative_name().ok().flatten();
    let alternatives = alternatives.map(|extension| &extension.value.general_names);
    let mut names: Vec<String> = alternatives
        .into_iter()
        .flatten()
        .filter_map(|name| match name {
            GeneralName::RFC822Name(text) | GeneralName::URI(text) | GeneralName::DNSName(text) => {
                Some((*text).to_owned())
            }
            GeneralName::OtherName(oid, value) if oid.to_id_string() == USER_NAME => {
                // [0] EXPLICIT UTF8String.
                let (_, inner) = crate::der::element(value)?;
                utf8_string(inner.content).or_else(|| utf8_string(value))
            }
            _ => None,
        })
        .collect();
    if names.is_empty() {
        names.push(parsed.subject().to_string());
    }
    names
}

fn issuer(parsed: &X509Certificate<'_>) -> Option<String> {
    let value = |oid: &str| {
        let mut all = parsed.extensions().iter();
        let found = all.find(|extension| extension.oid.to_id_string() == oid)?;
        match found.parsed_extension() {
            ParsedExtension::ParseError { .. } => None,
            _ => Some(found.value),
        }
    };
    value(ISSUER_V2)
        .and_then(utf8_string)
        .or_else(|| Some(str::from_utf8(value(ISSUER_V1)?).ok()?.to_owned()))
}

fn utf8_string(der: &[u8]) -> Option<String> {
    const UTF8_STRING: u8 = 0x0c;
    let (_, element) = crate::der::element(der)?;
    let text = (element.tag == UTF8_STRING).then_some(element.content)?;
    Some(str::from_utf8(text).ok()?.to_owned())
}
