//! What registries tell about pushes: pure readers of their events.
//!
//! Events are hints: they come twice, out of order, or never. What they name is looked up
//! at the registry by digest before anything of it is believed, and the lister finds what
//! no event told. One file for each kind, one line in [`ALL`].

mod acr;
mod cloud;
mod distribution;
mod ecr;
mod gar;
mod harbor;

use std::collections::BTreeSet;

use crate::api::RegistryKind;
use lazaret_model::Digest;

/// Largest body of an event that is read, in bytes.
pub const MAX_EVENT: usize = 1 << 20;

/// Most pushes that one body may name.
const MAX_PUSHES: usize = 1_000;

/// Media types of manifests and of indexes; other pushes are of blobs.
const MANIFESTS: [&str; 4] = [
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
];

/// A push of an image.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Push {
    /// The repository, as the registry's own interface calls it.
    pub repository: String,
    /// The tag, where one was pushed.
    pub tag: Option<String>,
    /// The digest, where it was told.
    pub digest: Option<Digest>,
}

/// What a body tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Events {
    /// Pushes, each once.
    pub pushes: Vec<Push>,
    /// What was passed over: other actions, other media types, names that cannot be.
    pub ignored: usize,
    /// What the sender waits to be answered before it sends anything else.
    pub answer: Option<serde_json::Value>,
    /// A page that a person has to open before anything else is sent, at the cloud's own host.
    pub confirm: Option<String>,
}

/// A body that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// It is not JSON.
    #[error("the event is not JSON: line {line}, column {column}")]
    Json {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// It is not what the registry sends.
    #[error("the event is not one of {kind}: {why}")]
    Shape {
        /// Kind of the registry.
        kind: &'static str,
        /// What is missing.
        why: String,
    },
    /// It names more than can be meant.
    #[error("the event names more than {MAX_PUSHES} pushes")]
    TooMany,
}

/// Reads the events of one kind of registry.
pub struct Reader {
    /// The kind.
    pub kind: RegistryKind,
    read: fn(&[u8]) -> Result<Found, EventError>,
}

/// Every reader.
pub static ALL: &[Reader] = &[
    distribution::READER,
    harbor::READER,
    ecr::READER,
    acr::READER,
    gar::READER,
];

/// The pushes in the body of an event. Pure.
///
/// # Errors
/// When the body is none of what such a registry sends.
pub fn read(kind: RegistryKind, body: &[u8]) -> Result<Events, EventError> {
    let Some(reader) = ALL.iter().find(|reader| reader.kind == kind) else {
        return Err(EventError::Shape {
            kind: kind.name(),
            why: "no reader".into(),
        });
    };
    (reader.read)(body)?.finish()
}

/// What a reader has found, as it stood in the body.
#[derive(Default)]
struct Found {
    pushes: BTreeSet<Push>,
    ignored: usize,
    answer: Option<serde_json::Value>,
    confirm: Option<String>,
}

impl Found {
    /// Takes a push in, when its names can be names.
    fn push(&mut self, repository: &str, tag: Option<&str>, digest: Option<&str>) {
        let tag = tag.filter(|tag| !tag.is_empty());
        let digest = digest.filter(|digest| !digest.is_empty());
        let parsed: Option<Option<Digest>> = match digest {
            Some(digest) => digest.parse().ok().map(Some),
            None => Some(None),
        };
        let good = is_repository(repository) && tag.is_none_or(is_tag);
        match parsed {
            Some(digest) if good && (digest.is_some() || tag.is_some()) => {
                self.pushes.insert(Push {
                    repository: repository.to_owned(),
                    tag: tag.map(str::to_owned),
                    digest,
                });
            }
            _ => self.ignored += 1,
        }
    }

    fn finish(self) -> Result<Events, EventError> {
        if self.pushes.len() > MAX_PUSHES {
            return Err(EventError::TooMany);
        }
        Ok(Events {
            pushes: self.pushes.into_iter().collect(),
            ignored: self.ignored,
            answer: self.answer,
            confirm: self.confirm,
        })
    }
}

/// Whether a text can be a repository (OCI Distribution Specification 1.1, "Pulling
/// manifests").
pub fn is_repository(text: &str) -> bool {
    let part = |part: &str| {
        let mut bytes = part.bytes();
        let alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        bytes.next().is_some_and(alphanumeric)
            && part.bytes().next_back().is_some_and(alphanumeric)
            && bytes.all(|b| alphanumeric(b) || b"._-".contains(&b))
    };
    text.len() <= 255 && text.split('/').all(part)
}

/// Whether a text can be a tag.
pub fn is_tag(text: &str) -> bool {
    let mut bytes = text.bytes();
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    text.len() <= 128
        && bytes.next().is_some_and(word)
        && bytes.all(|b| word(b) || b == b'.' || b == b'-')
}

fn json<T: serde::de::DeserializeOwned>(kind: RegistryKind, body: &[u8]) -> Result<T, EventError> {
    serde_json::from_slice(body).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => EventError::Shape {
            kind: kind.name(),
            why: error.to_string().chars().take(200).collect(),
        },
        _ => EventError::Json {
            line: error.line(),
            column: error.column(),
        },
    })
}

fn shape(kind: RegistryKind, why: &str) -> EventError {
    EventError::Shape {
        kind: kind.name(),
        why: why.to_owned(),
    }
}

/// Reads `body` as every kind. What a fuzzer calls.
#[doc(hidden)]
pub fn exercise(body: &[u8]) {
    for reader in ALL {
        let Ok(events) = read(reader.kind, body) else {
            continue;
        };
        for push in &events.pushes {
            assert!(is_repository(&push.repository));
            assert!(push.tag.as_deref().is_none_or(is_tag));
            assert!(push.tag.is_some() || push.digest.is_some());
        }
    }
}
