//! What is known of images: the document, the book made of it, and where it comes from.

mod book;
mod document;
mod file;
mod remote;
mod shelf;

use std::sync::Arc;

use jiff::Timestamp;
use lazaret_model::Digest;
use lazaret_wire::edge::{Bundle, GateVerdict};
pub use lazaret_wire::edge::{GateRules, Rule};
use tokio::sync::watch;

pub use book::{Book, Name, Standing};
pub use document::{
    MAX_DOCUMENT, MAX_ENTRIES, Placed, VERDICTS_SCHEMA, Verdict, Verdicts, VerdictsError, rules,
};
pub use file::{FileSource, SourceError, read};
pub(crate) use remote::Follow;
pub use remote::{RemoteSettings, RemoteSource, Renewed};
pub(crate) use shelf::{Shelf, write_whole};

/// Where verdicts come from. Nothing of it is on the way of a pull but looking into the
/// book that is there.
pub trait Source: Send + Sync {
    /// The newest book, now and whenever there is a newer one.
    fn books(&self) -> watch::Receiver<Arc<Book>>;

    /// Somebody waits for the verdict on a digest. Returns at once.
    fn want(&self, wanted: Wanted);

    /// Whether somebody is asked for what is wanted: what is clear may have to be asked for
    /// once, since bundles name what is held alone.
    fn answers(&self) -> bool {
        false
    }

    /// What went wrong with the last reading, for people; none where nothing did.
    fn trouble(&self) -> Option<String>;
}

/// A digest that somebody waits for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Wanted {
    /// The registry, as the verdicts call it.
    pub registry: Option<String>,
    /// The repository.
    pub repository: String,
    /// The manifest.
    pub digest: Digest,
}

/// Nobody judges: every digest is unknown.
#[derive(Debug)]
pub struct Nothing(watch::Sender<Arc<Book>>);

impl Default for Nothing {
    fn default() -> Self {
        Self(watch::Sender::new(Arc::default()))
    }
}

impl Source for Nothing {
    fn books(&self) -> watch::Receiver<Arc<Book>> {
        self.0.subscribe()
    }

    fn want(&self, _: Wanted) {}

    fn trouble(&self) -> Option<String> {
        None
    }
}

/// A bundle as a document. Its entries with digests that are none are left out and
/// counted: one bad row must not blind a gate to all others.
pub fn of_bundle(bundle: &Bundle) -> (Verdicts, usize) {
    let mut verdicts = Verdicts::new(bundle.generation.max(0).cast_unsigned(), bundle.made_at);
    verdicts.region = Some(bundle.region.clone());
    let mut unread = 0;
    verdicts.gate = Some(GateRules {
        unknown: bundle
            .policy
            .gate
            .unknown
            .or(Some(bundle.policy.on_unknown)),
        ..bundle.policy.gate.clone()
    });
    verdicts.gates = bundle.policy.gates.clone();
    for running in &bundle.running {
        match running.digest.parse() {
            Ok(digest) => verdicts.running.push(at(&digest, running.since)),
            Err(_) => unread += 1,
        }
    }
    for digest in &bundle.rollback {
        match digest.parse() {
            Ok(digest) => verdicts.rollback.push(at(&digest, None)),
            Err(_) => unread += 1,
        }
    }
    for given in &bundle.verdicts {
        let Some(mut verdict) = of_verdict(given) else {
            unread += 1;
            continue;
        };
        verdict.link = link(bundle, &verdict);
        if given.running {
            verdicts
                .running
                .push(at(&verdict.digest, given.running_since));
        }
        if given.rollback {
            verdicts.rollback.push(at(&verdict.digest, None));
        }
        verdicts.verdicts.push(verdict);
    }
    (verdicts, unread)
}

/// The page where people read why an image is kept back; none of one that is not.
pub(crate) fn link(bundle: &Bundle, verdict: &Verdict) -> Option<String> {
    let told = !bundle.images_url.is_empty() && verdict.state.is_kept_back();
    told.then(|| format!("{}{}", bundle.images_url, verdict.digest))
}

/// One verdict of the centre; none where its digest is none.
pub(crate) fn of_verdict(given: &GateVerdict) -> Option<Verdict> {
    let some = |text: &String| (!text.is_empty()).then(|| text.clone());
    Some(Verdict {
        digest: given.digest.parse().ok()?,
        registry: some(&given.host),
        repository: some(&given.repository),
        state: given.state,
        reason: some(&given.reason),
        link: None,
        since: Some(given.since),
        until: given.until,
        even_if_running: given.even_if_running,
    })
}

fn at(digest: &Digest, since: Option<Timestamp>) -> Placed {
    Placed {
        digest: digest.clone(),
        since,
        place: None,
    }
}
