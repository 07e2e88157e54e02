//! What may be pulled, as people without a centre write it down. What the centre signs
//! ([`Bundle`]) is turned into the same.
//!
//! It names what is judged and nothing else: a digest that it does not name is unknown,
//! and what happens to unknown digests is a rule of whoever reads it. Readers are pure
//! functions over bytes with limits, because a file on a disk is as foreign as a network.

use std::collections::BTreeMap;

use jiff::Timestamp;
use lazaret_model::Digest;
use lazaret_wire::api::HoldState;
use lazaret_wire::edge::GateRules;
use serde::{Deserialize, Serialize};

/// The value of [`Verdicts::schema`].
pub const VERDICTS_SCHEMA: &str = "lazaret.verdicts/1";

/// Largest document, in bytes: a million verdicts with a sentence each fit.
pub const MAX_DOCUMENT: usize = 512 << 20;

/// Most entries of each list.
pub const MAX_ENTRIES: usize = 2_000_000;

/// Longest text of a field, in bytes.
const MAX_TEXT: usize = 2048;

/// What is judged, for one region or one gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdicts {
    /// [`VERDICTS_SCHEMA`].
    pub schema: String,
    /// Rises with every change; a reader refuses an older one than it holds.
    #[serde(default)]
    pub generation: u64,
    /// When it was made; its age is told with every decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_at: Option<Timestamp>,
    /// The region that it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Rules for gates, where the centre gives them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<GateRules>,
    /// Rules for the gates of registries that have some of their own, by host; in bundles alone.
    #[serde(skip)]
    pub gates: BTreeMap<String, GateRules>,
    /// What is judged.
    #[serde(default)]
    pub verdicts: Vec<Verdict>,
    /// What runs in the region, so that it may start again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub running: Vec<Placed>,
    /// What a workload would be rolled back to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rollback: Vec<Placed>,
}

/// The state of one image, under one name or under every name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The manifest or index.
    pub digest: Digest,
    /// The registry, as the centre calls it; none for every registry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry: Option<String>,
    /// The repository; none for every repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// What is decided.
    pub state: HoldState,
    /// Why, in words for the person whose pull is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Where more is told, and a release can be asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// When the state was reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// When the state ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Said in words: what runs already is refused, too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub even_if_running: bool,
}

/// A digest at a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed {
    /// The manifest or index.
    pub digest: Digest,
    /// Since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// The workload, as `cluster/namespace/name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

/// Rules for a gate that a person has written, as YAML.
///
/// # Errors
/// When it is no YAML of this form, has a field that is not known, or a time that is too long.
pub fn rules(text: &str) -> Result<GateRules, VerdictsError> {
    const MAX: usize = 64 << 10;
    if text.len() > MAX {
        return Err(VerdictsError::Limit {
            what: "bytes of the rules",
            limit: MAX,
        });
    }
    let wrong = |e: serde_saphyr::Error| VerdictsError::Rules(e.to_string());
    let given: serde_json::Value = serde_saphyr::from_str(text).map_err(wrong)?;
    let given = serde_json::json!({ "gate": given });
    match unknown_field(&given) {
        Some(field) => Err(VerdictsError::Field(field)),
        None => serde_saphyr::from_str(text).map_err(wrong),
    }
}

/// Why bytes are no verdicts.
#[derive(Debug, thiserror::Error)]
pub enum VerdictsError {
    /// No JSON of this form; the message names line and field.
    #[error("not a document of verdicts: {0}")]
    Form(#[from] serde_json::Error),
    /// Rules that make no sense.
    #[error("rules: {0}")]
    Rules(String),
    /// Another schema than this program reads.
    #[error("the schema is `{0}`, not `{VERDICTS_SCHEMA}`")]
    Schema(String),
    /// A field that has no meaning here.
    #[error("there is no field `{0}`")]
    Field(String),
    /// More than is reasonable.
    #[error("{what}: more than {limit}")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// How much is taken.
        limit: usize,
    },
}

impl Verdicts {
    /// An empty document.
    pub fn new(generation: u64, made_at: Timestamp) -> Self {
        Self {
            schema: VERDICTS_SCHEMA.to_owned(),
            generation,
            made_at: Some(made_at),
            region: None,
            gate: None,
            gates: BTreeMap::new(),
            verdicts: Vec::new(),
            running: Vec::new(),
            rollback: Vec::new(),
        }
    }

    /// Reads a document that a person has written: what has no meaning is an error, since
    /// a misspelt field would be a rule that silently does not count.
    ///
    /// # Errors
    /// As [`Self::parse`], and for a field that is not known.
    pub fn parse_strict(bytes: &[u8]) -> Result<Self, VerdictsError> {
        let read = Self::parse(bytes)?;
        let given: serde_json::Value = serde_json::from_slice(bytes)?;
        match unknown_field(&given) {
            Some(field) => Err(VerdictsError::Field(field)),
            None => Ok(read),
        }
    }

    /// Reads a document that a program has written, perhaps a newer one: fields that are
    /// not known are left out.
    ///
    /// # Errors
    /// When the bytes are no JSON of this form, have another schema, or exceed
    /// [`MAX_DOCUMENT`] or [`MAX_ENTRIES`].
    pub fn parse(bytes: &[u8]) -> Result<Self, VerdictsError> {
        let limit = |what, limit| VerdictsError::Limit { what, limit };
        if bytes.len() > MAX_DOCUMENT {
            return Err(limit("bytes of the document", MAX_DOCUMENT));
        }
        let read: Self = serde_json::from_slice(bytes)?;
        if read.schema != VERDICTS_SCHEMA {
            return Err(VerdictsError::Schema(
                read.schema.chars().take(80).collect(),
            ));
        }
        let longest = read.verdicts.len().max(read.running.len());
        if longest.max(read.rollback.len()) > MAX_ENTRIES {
            return Err(limit("entries of a list", MAX_ENTRIES));
        }
        let texts = read.verdicts.iter().flat_map(|verdict| {
            let Verdict {
                registry,
                repository,
                reason,
                link,
                ..
            } = verdict;
            [registry, repository, reason, link]
        });
        let places = read.running.iter().chain(&read.rollback).map(|p| &p.place);
        let texts = texts.chain(places).chain([&read.region]).flatten();
        for text in texts {
            if text.len() > MAX_TEXT {
                return Err(limit("bytes of a text", MAX_TEXT));
            }
        }
        Ok(read)
    }
}

/// The fields of a document, and of what its lists hold.
const FIELDS: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "schema",
            "generation",
            "made_at",
            "region",
            "gate",
            "verdicts",
            "running",
            "rollback",
        ],
    ),
    (
        "verdicts",
        &[
            "digest",
            "registry",
            "repository",
            "state",
            "reason",
            "link",
            "since",
            "until",
            "even_if_running",
        ],
    ),
    ("running", &["digest", "since", "place"]),
    ("rollback", &["digest", "since", "place"]),
    (
        "gate",
        &[
            "unknown",
            "wait_seconds",
            "held",
            "running",
            "running_grace_seconds",
            "rollback",
        ],
    ),
];

/// The first field that a document has and should not have.
fn unknown_field(given: &serde_json::Value) -> Option<String> {
    for (of, known) in FIELDS {
        let here = match *of {
            "" => Some(given),
            name => given.get(name),
        };
        let entries = match here {
            Some(serde_json::Value::Array(entries)) => entries.as_slice(),
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        let fields = entries
            .iter()
            .filter_map(|e| e.as_object())
            .flat_map(|e| e.keys());
        if let Some(field) = fields.into_iter().find(|f| !known.contains(&f.as_str())) {
            return Some(field.chars().take(80).collect());
        }
    }
    None
}
