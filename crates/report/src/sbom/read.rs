//! Finds out what a document is and reads it.
//!
//! Known by content, never by file name: CycloneDX JSON, SPDX JSON and tag-value, Syft
//! JSON, this program's JSON, any of them inside an in-toto statement (plain or in a
//! DSSE envelope), and lists of package URLs.

use base64::Engine as _;
use lazaret_model::{Inventory, REPORT_SCHEMA};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{cyclonedx_read, native, purls, spdx_read, spdx_tags, syft};

/// Longest document that is read, in bytes.
pub const MAX_BYTES: usize = 512 * 1024 * 1024;

/// Most wrappings (envelope, statement) around a document.
const MAX_WRAPPINGS: usize = 4;

/// Why a bill of materials was not read.
#[derive(Debug, thiserror::Error)]
pub enum SbomError {
    /// The document is larger than [`MAX_BYTES`].
    #[error("{name}: {bytes} bytes are more than the {MAX_BYTES} that are read")]
    TooLarge {
        /// The document.
        name: String,
        /// Its size.
        bytes: usize,
    },
    /// The document is of no known kind.
    #[error(
        "{name}: not a bill of materials that is known; read are CycloneDX JSON, SPDX JSON \
         and tag-value, Syft JSON, lazaret JSON and lists of package URLs"
    )]
    Unrecognised {
        /// The document.
        name: String,
    },
    /// The document is of a known kind in a form that is not read.
    #[error("{name}: {what} is not read; {instead}")]
    NotRead {
        /// The document.
        name: String,
        /// What it is.
        what: String,
        /// What would be read.
        instead: &'static str,
    },
    /// The document is not what it says.
    #[error("{name}: not valid {kind}: {source}")]
    Malformed {
        /// The document.
        name: String,
        /// What it says that it is.
        kind: &'static str,
        /// Where it is not.
        source: serde_json::Error,
    },
}

/// The fields that tell documents apart.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Probe<'a> {
    #[serde(rename = "bomFormat")]
    bom_format: Option<String>,
    #[serde(rename = "specVersion", borrow)]
    spec_version: Option<&'a RawValue>,
    #[serde(rename = "spdxVersion", borrow)]
    spdx_version: Option<&'a RawValue>,
    #[serde(borrow)]
    schema: Option<&'a RawValue>,
    #[serde(borrow)]
    artifacts: Option<&'a RawValue>,
    #[serde(rename = "predicateType", borrow)]
    predicate_type: Option<&'a RawValue>,
    #[serde(borrow)]
    predicate: Option<&'a RawValue>,
    #[serde(rename = "payloadType", borrow)]
    payload_type: Option<&'a RawValue>,
    payload: Option<String>,
    #[serde(rename = "@context", borrow)]
    context: Option<&'a RawValue>,
}

/// Reads a bill of materials of any known kind. `name` is what errors and gaps call it.
///
/// # Errors
/// When the bytes are too many, of no known kind, or not what they say. Single components
/// that cannot be understood are gaps of the inventory instead.
pub fn read(bytes: &[u8], name: &str) -> Result<Inventory, SbomError> {
    if bytes.len() > MAX_BYTES {
        return Err(SbomError::TooLarge {
            name: name.to_owned(),
            bytes: bytes.len(),
        });
    }
    unwrap_and_read(bytes, name, MAX_WRAPPINGS)
}

fn unwrap_and_read(bytes: &[u8], name: &str, wrappings: usize) -> Result<Inventory, SbomError> {
    let bytes = bytes
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(bytes)
        .trim_ascii();
    let unrecognised = || SbomError::Unrecognised {
        name: name.to_owned(),
    };
    match bytes.first() {
        Some(b'{') => {}
        Some(b'<') => {
            return Err(SbomError::NotRead {
                name: name.to_owned(),
                what: "XML".to_owned(),
                instead: "convert it to CycloneDX JSON",
            });
        }
        _ => return read_text(bytes, name).ok_or_else(unrecognised),
    }
    let malformed = |kind| {
        move |source| SbomError::Malformed {
            name: name.to_owned(),
            kind,
            source,
        }
    };
    let probe: Probe<'_> = serde_json::from_slice(bytes).map_err(malformed("JSON"))?;
    if wrappings > 0 && probe.predicate_type.is_some() {
        let inner = probe.predicate.ok_or_else(unrecognised)?;
        return read_predicate(inner.get(), name, wrappings - 1);
    }
    if wrappings > 0 && probe.payload_type.is_some() {
        let payload = probe.payload.ok_or_else(unrecognised)?;
        let inner = base64::engine::general_purpose::STANDARD
            .decode(payload.trim())
            .map_err(|_| unrecognised())?;
        return unwrap_and_read(&inner, name, wrappings - 1);
    }
    let is_cyclonedx = probe.bom_format.as_deref() == Some("CycloneDX");
    if is_cyclonedx || (probe.bom_format.is_none() && probe.spec_version.is_some()) {
        return cyclonedx_read::read(bytes, name).map_err(malformed("CycloneDX"));
    }
    if probe.spdx_version.is_some() {
        return spdx_read::read(bytes, name).map_err(malformed("SPDX"));
    }
    match probe.schema.map(RawValue::get).map(|s| s.trim_matches('"')) {
        Some(schema) if schema == REPORT_SCHEMA || schema == native::INVENTORY_SCHEMA => {
            return native::read(bytes, schema == REPORT_SCHEMA).map_err(malformed("lazaret JSON"));
        }
        Some(schema) if schema.starts_with('{') && probe.artifacts.is_some() => {
            return syft::read(bytes, name).map_err(malformed("Syft JSON"));
        }
        _ => {}
    }
    if probe
        .context
        .is_some_and(|c| c.get().contains("spdx.org/rdf/3"))
    {
        return Err(SbomError::NotRead {
            name: name.to_owned(),
            what: "SPDX 3".to_owned(),
            instead: "export SPDX 2.3 or CycloneDX JSON",
        });
    }
    Err(unrecognised())
}

/// A predicate is the document itself, or has it under `Data` as cosign once wrote it.
fn read_predicate(text: &str, name: &str, wrappings: usize) -> Result<Inventory, SbomError> {
    #[derive(Deserialize)]
    struct Wrapped<'a> {
        #[serde(rename = "Data", borrow)]
        data: &'a RawValue,
    }
    match serde_json::from_str::<Wrapped<'_>>(text) {
        Ok(wrapped) => match serde_json::from_str::<String>(wrapped.data.get()) {
            Ok(inner) => unwrap_and_read(inner.as_bytes(), name, wrappings),
            Err(_) => unwrap_and_read(wrapped.data.get().as_bytes(), name, wrappings),
        },
        Err(_) => unwrap_and_read(text.as_bytes(), name, wrappings),
    }
}

fn read_text(bytes: &[u8], name: &str) -> Option<Inventory> {
    let text = std::str::from_utf8(bytes).ok()?;
    let is_tags = text
        .lines()
        .take(200)
        .any(|l| l.trim_start().starts_with("SPDXVersion:"));
    if is_tags {
        Some(spdx_tags::read(text, name))
    } else {
        purls::read(text, name)
    }
}
