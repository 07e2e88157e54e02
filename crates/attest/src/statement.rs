//! Statements: what is said about which artifacts.
//!
//! Source: in-toto Attestation Framework, Statement v1 and v0.1.

use std::collections::BTreeMap;

use lazaret_model::Digest;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::AttestError;
use crate::limits::{MAX_DOCUMENT, MAX_SUBJECTS};

const WHAT: &str = "in-toto statement";

/// The payload type of envelopes that hold a statement.
pub const STATEMENT_TYPE: &str = "application/vnd.in-toto+json";
/// What a statement is called in `_type`.
const V1: &str = "https://in-toto.io/Statement/v1";
const V01: &str = "https://in-toto.io/Statement/v0.1";

/// A statement about artifacts.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Statement {
    #[serde(rename = "_type")]
    kind: String,
    /// What it is about.
    #[serde(default)]
    pub subject: Vec<StatementSubject>,
    /// What is said, as a type.
    pub predicate_type: String,
    /// What is said, unread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predicate: Option<Box<RawValue>>,
}

/// An artifact of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementSubject {
    /// A name; for images the repository, where anything.
    #[serde(default)]
    pub name: String,
    /// Digests by algorithm.
    #[serde(default)]
    pub digest: BTreeMap<String, String>,
}

impl Statement {
    /// The statement of a JSON text.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(bytes: &[u8]) -> Result<Self, AttestError> {
        AttestError::bound(WHAT, bytes.len(), MAX_DOCUMENT, "bytes")?;
        let statement: Self =
            serde_json::from_slice(bytes).map_err(|error| AttestError::malformed(WHAT, error))?;
        if ![V1, V01].contains(&statement.kind.as_str()) {
            return Err(AttestError::malformed(WHAT, "`_type` is no statement's"));
        }
        AttestError::bound(WHAT, statement.subject.len(), MAX_SUBJECTS, "subjects")?;
        Ok(statement)
    }

    /// A statement about one image; `predicate` is JSON.
    ///
    /// # Errors
    /// When the predicate is no JSON.
    pub fn about(
        repository: &str,
        digest: &Digest,
        predicate_type: &str,
        predicate: &str,
    ) -> Result<Self, AttestError> {
        let predicate = RawValue::from_string(predicate.to_owned())
            .map_err(|error| AttestError::malformed(WHAT, error))?;
        Ok(Self {
            kind: V1.to_owned(),
            subject: vec![StatementSubject {
                name: repository.to_owned(),
                digest: BTreeMap::from([(
                    digest.algorithm().name().to_owned(),
                    digest.hex().to_owned(),
                )]),
            }],
            predicate_type: predicate_type.to_owned(),
            predicate: Some(predicate),
        })
    }

    /// The statement as JSON, to be put into an envelope.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn to_bytes(&self) -> Result<Vec<u8>, AttestError> {
        serde_json::to_vec(self).map_err(|error| AttestError::malformed(WHAT, error))
    }

    /// The subjects that are one of these digests.
    pub fn subjects_of<'a>(
        &'a self,
        digests: &'a [Digest],
    ) -> impl Iterator<Item = &'a StatementSubject> {
        self.subject.iter().filter(|subject| {
            digests.iter().any(|digest| {
                let stated = subject.digest.get(digest.algorithm().name());
                stated.is_some_and(|stated| stated == digest.hex())
            })
        })
    }
}
