//! Entries of a transparency log of signatures: whether it has one, since when, and of what.
//!
//! Source: sigstore/rekor (`openapi.yaml`, `pkg/types`), sigstore/protobuf-specs
//! (`sigstore_rekor.proto`).

mod body;
mod merkle;
mod note;

use serde::Serialize;

use crate::encoding::{hex, to_base64};
use crate::key::Style;
use crate::root::Log;

pub(crate) use body::Expected;
pub(crate) use merkle::Proof;

/// An entry, with what the log gave as proof of it.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// What the log has, as it has it.
    pub(crate) body: Vec<u8>,
    /// When it took it, in seconds since 1970. Only a promise covers this.
    pub(crate) integrated: i64,
    pub(crate) index: i64,
    pub(crate) log_id: Vec<u8>,
    /// The log's signature over all of these: a promise to have it.
    pub(crate) promise: Option<Vec<u8>>,
    /// The proof that the log has it.
    pub(crate) proof: Option<Proof>,
}

/// What a promise signs, in the canonical form of RFC 8785: keys sorted, no blanks.
#[derive(Serialize)]
struct Promised<'a> {
    body: &'a str,
    #[serde(rename = "integratedTime")]
    integrated: i64,
    #[serde(rename = "logID")]
    log_id: &'a str,
    #[serde(rename = "logIndex")]
    index: i64,
}

/// What an entry proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Logged {
    /// When the log took it; `None` where nobody signed that.
    pub(crate) at: Option<i64>,
}

/// Why an entry proves nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unproven {
    /// It is wrong.
    Wrong(String),
    /// It is of a kind that is not known here.
    Unknown(String),
}

impl Entry {
    /// Verifies that a trusted log has this entry, and that it is about `expected`.
    pub(crate) fn verify(&self, logs: &[Log], expected: &Expected<'_>) -> Result<Logged, Unproven> {
        let wrong = |why: &str| Unproven::Wrong(why.to_owned());
        let mut named = logs.iter().filter(|log| log.id() == self.log_id.as_slice());
        let log = named.next().ok_or_else(|| {
            let id = hex(self.log_id.get(..8).unwrap_or(&self.log_id));
            Unproven::Wrong(format!("the log {id}… is not trusted"))
        })?;
        let at = match &self.promise {
            None => None,
            Some(promise) => {
                if !log.key().verifies(&self.promised(), promise, Style::Usual) {
                    return Err(wrong("the log has not signed this entry"));
                }
                Some(self.integrated)
            }
        };
        if at.is_some_and(|at| !log.is_valid_at(at)) {
            return Err(wrong("the log's key was not in use at that time"));
        }
        match &self.proof {
            Some(proof) => proof.verify(&self.body, log).map_err(Unproven::Wrong)?,
            None if at.is_none() => return Err(wrong("the entry has neither promise nor proof")),
            None => {}
        }
        body::matches(&self.body, expected)?;
        Ok(Logged { at })
    }

    fn promised(&self) -> Vec<u8> {
        let promised = Promised {
            body: &to_base64(&self.body),
            integrated: self.integrated,
            log_id: &hex(&self.log_id),
            index: self.index,
        };
        // Numbers and texts cannot fail to be written; nothing verifies an empty message.
        serde_json::to_vec(&promised).unwrap_or_default()
    }
}

/// Reads `bytes` as a note and as the body of an entry.
pub(crate) fn exercise(bytes: &[u8]) {
    let expected = Expected {
        payload: bytes,
        signature: bytes,
        verifier: bytes,
    };
    let _ = body::matches(bytes, &expected);
    if let Ok(text) = str::from_utf8(bytes) {
        let _ = note::read(text);
    }
}
