//! Whom the user trusts.

use std::sync::Arc;

use regex::{Regex, RegexBuilder};

use crate::{Anchors, AttestError, Certificate, PublicKey};

const WHAT: &str = "identity";

/// Somebody whose signature counts.
#[derive(Debug, Clone)]
pub struct TrustedSigner {
    /// What reports call them.
    pub name: String,
    /// What they are recognised by.
    pub proof: SignerProof,
    /// Whether a signature has to name the repository of the image, and not only its digest.
    pub binds_repository: bool,
}

/// What a signer is recognised by.
#[derive(Debug, Clone)]
pub enum SignerProof {
    /// A key that the user has.
    Key(PublicKey),
    /// A certificate from an authority that is trusted.
    Identity(Identity),
}

/// Whom a certificate has to name.
#[derive(Debug, Clone)]
pub struct Identity {
    /// A name of the subject: a mail address, an address of a workflow, a distinguished name.
    pub subject: Pattern,
    /// The issuer of the identity token; any where it is `None`.
    pub issuer: Option<Pattern>,
    /// The authorities and logs.
    pub anchors: Arc<Anchors>,
}

impl Identity {
    /// Whether a certificate names it.
    pub(crate) fn is_of(&self, certificate: &Certificate) -> bool {
        let issuer = certificate.issuer();
        let by = |pattern: &Pattern| issuer.is_some_and(|issuer| pattern.fits(issuer));
        let mut names = certificate.names().iter();
        self.issuer.as_ref().is_none_or(by) && names.any(|name| self.subject.fits(name))
    }
}

/// A text, or a family of texts.
#[derive(Debug, Clone)]
pub struct Pattern(Fit);

#[derive(Debug, Clone)]
enum Fit {
    Exact(String),
    Regex(Regex),
}

impl Pattern {
    /// Largest compiled expression, in bytes.
    const MAX: usize = 1 << 20;

    /// This very text.
    pub fn exact(text: &str) -> Self {
        Self(Fit::Exact(text.to_owned()))
    }

    /// Every text that an expression fits from its beginning to its end: one that is only
    /// somewhere inside would let `https://evil.example/?https://good.example/` through.
    ///
    /// # Errors
    /// When it is no expression.
    pub fn regex(text: &str) -> Result<Self, AttestError> {
        let whole = RegexBuilder::new(&format!(r"\A(?:{text})\z"))
            .size_limit(Self::MAX)
            .build()
            .map_err(|error| AttestError::malformed(WHAT, error))?;
        // `a)|(b` would close the group that the whole stands in.
        Regex::new(text).map_err(|error| AttestError::malformed(WHAT, error))?;
        Ok(Self(Fit::Regex(whole)))
    }

    /// Whether a text is among them.
    pub fn fits(&self, text: &str) -> bool {
        match &self.0 {
            Fit::Exact(wanted) => wanted == text,
            Fit::Regex(regex) => regex.is_match(text),
        }
    }
}
