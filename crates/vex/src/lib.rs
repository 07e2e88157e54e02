//! Exploitability statements (VEX): what somebody says about a vulnerability in a product.
//!
//! A [`Document`] is read from OpenVEX, CycloneDX or CSAF; [`apply`] holds its statements
//! against a report. A finding that a statement clears stays in the report, suppressed,
//! with the statement's own words; and every statement comes back as used, or as unused
//! with the nearest miss, because a statement that silently does nothing is what people
//! lose most time on. [`draft`] writes a document from a report.
//!
//! Pure: bytes in, statements out; nothing is fetched.
//!
//! Sources: the OpenVEX specification 0.2.0; CycloneDX 1.4 to 1.6, `vulnerabilities`;
//! CSAF 2.0 and 2.1, profile 5 "VEX"; CISA, "Minimum Requirements for VEX" (2023).

mod apply;
mod component;
mod csaf;
mod cyclonedx;
mod draft;
mod envelope;
mod openvex;

use lazaret_model::{Digest, VexDocument, VexOrigin};
use serde_json::Value;

pub use apply::apply;
pub use component::{Component, Identifier};
pub use draft::{Draft, draft};
pub use envelope::{carried, is_about_vex};

/// Largest document that is read, in bytes.
pub const MAX_BYTES: usize = 128 << 20;

/// Most statements of one document; one about a thousand products counts a thousand times.
const MAX_STATEMENTS: usize = 1_000_000;

/// A document and everything it states.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// What the document was read from, for people.
    pub source: String,
    /// Its own id, empty where it has none.
    pub id: String,
    /// Who speaks, empty where nobody is named.
    pub author: String,
    /// The format's name.
    pub format: &'static str,
    /// What it states, in its order.
    pub statements: Vec<Statement>,
    /// Where it came from: what the caller gave goes before what came with the target.
    pub origin: VexOrigin,
    /// Digests beside the target's own that mean the target.
    pub subjects: Vec<Digest>,
}

/// What is said about one vulnerability.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Place in the document, from 1.
    pub number: usize,
    /// The ids that name the vulnerability.
    pub vulnerabilities: Vec<String>,
    /// What it is said about. Empty: the document names nothing.
    pub products: Vec<Product>,
    /// What is said.
    pub status: Status,
    /// The format's label of why not, empty where none is given.
    pub justification: String,
    /// The author's own words.
    pub detail: String,
    /// RFC 3339 time at which it was known to be true, empty where unknown.
    pub timestamp: String,
}

/// What a statement is about: a product, or parts of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Product {
    /// The product itself.
    pub component: Component,
    /// The parts of it that the statement is limited to; none: the product as a whole.
    pub parts: Vec<Component>,
}

/// The four statuses of VEX.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The vulnerability does no harm there.
    NotAffected,
    /// It does, and something should be done.
    Affected,
    /// The product contains the fix.
    Fixed,
    /// Not known yet.
    UnderInvestigation,
}

impl Status {
    /// The word of the minimum requirements.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotAffected => "not_affected",
            Self::Affected => "affected",
            Self::Fixed => "fixed",
            Self::UnderInvestigation => "under_investigation",
        }
    }

    /// Whether a finding need not count.
    fn clears(self) -> bool {
        matches!(self, Self::NotAffected | Self::Fixed)
    }
}

/// Why bytes are no document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{origin} is not a VEX document: {reason}")]
pub struct ReadError {
    origin: String,
    reason: String,
}

/// Reads a document of any of the three formats; `source` names it in reports and errors.
///
/// # Errors
/// When the bytes are none of them, or say nothing that can be understood.
pub fn read(source: &str, bytes: &[u8]) -> Result<Document, ReadError> {
    let refuse = |reason: String| ReadError {
        origin: source.to_owned(),
        reason,
    };
    if bytes.len() > MAX_BYTES {
        let limit = MAX_BYTES >> 20;
        return Err(refuse(format!("it is larger than {limit} MiB")));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let value: Value =
        serde_json::from_slice(bytes).map_err(|error| refuse(format!("not JSON: {error}")))?;
    let mut document = if value.get("statements").is_some() {
        openvex::read(&value)
    } else if value.get("bomFormat").is_some() {
        cyclonedx::read(&value)
    } else if value.get("document").is_some() {
        csaf::read(&value)
    } else {
        Err(
            "it has neither `statements` (OpenVEX) nor `bomFormat` (CycloneDX) nor `document` (CSAF)"
                .to_owned(),
        )
    }
    .map_err(refuse)?;
    let named: usize = document.statements.iter().map(|s| s.products.len()).sum();
    if named.max(document.statements.len()) > MAX_STATEMENTS {
        return Err(refuse(format!(
            "it states more than {MAX_STATEMENTS} things"
        )));
    }
    source.clone_into(&mut document.source);
    Ok(document)
}

/// Reads a document that came with a target.
///
/// A statement of an attached document that names no product is about what the document is
/// attached to, as OpenVEX has it ("inherited from the encapsulating document").
///
/// # Errors
/// As [`read`].
pub fn read_carried(found: &VexDocument) -> Result<Document, ReadError> {
    let source = format!("{} {}", found.origin.name(), found.name);
    let mut document = read(&source, found.text.as_bytes())?;
    document.origin = found.origin;
    document.subjects.clone_from(&found.subjects);
    if found.origin == VexOrigin::Attached {
        let mut target = Component::default();
        for digest in &found.subjects {
            target.add(Identifier::of_hash(digest.algorithm().name(), digest.hex()));
        }
        let unnamed = document.statements.iter_mut();
        for statement in unnamed.filter(|s| s.products.is_empty()) {
            statement.products.push(Product {
                component: target.clone(),
                parts: Vec::new(),
            });
        }
    }
    Ok(document)
}

/// The string under `key`, empty where there is none.
fn string(value: &Value, key: &str) -> String {
    value
        .get(key)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// The items of the array under `key`, none where there is no array.
fn items<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}
