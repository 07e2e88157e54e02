//! Verdicts in memory, made for looking up.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use lazaret_model::Digest;
use lazaret_wire::api::HoldState as State;

use super::GateRules;
use super::document::{Placed, Verdict, Verdicts};

/// For how many seconds a word of the centre counts as its newest.
const FRESH: i64 = 60;

/// What is known, from one reading of a source. Never changed: a newer one takes its place.
#[derive(Debug, Clone, Default)]
pub struct Book {
    /// The generation of what was read.
    pub generation: u64,
    /// When it was made; none where the source does not say.
    pub made_at: Option<Timestamp>,
    /// Whether a trusted key has signed it.
    pub signed: bool,
    /// Rules that came with it.
    pub rules: GateRules,
    /// The same for registries that have some of their own, by host.
    gates: Arc<BTreeMap<String, GateRules>>,
    verdicts: Arc<HashMap<Digest, Vec<Verdict>>>,
    running: Arc<HashMap<Digest, Option<Timestamp>>>,
    rollback: Arc<HashMap<Digest, Option<Timestamp>>>,
    /// When somebody last said that this is the newest, in seconds of this machine's clock; 0:
    /// nobody has.
    confirmed: Arc<AtomicI64>,
    /// What was learned since, one by one.
    since: HashMap<Digest, Vec<Verdict>>,
}

/// What is known of one digest under one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// What is decided.
    pub state: State,
    /// Why.
    pub reason: Option<String>,
    /// Where more is told.
    pub link: Option<String>,
    /// Since when.
    pub since: Option<Timestamp>,
    /// Until when.
    pub until: Option<Timestamp>,
    /// What runs already is refused, too.
    pub even_if_running: bool,
}

/// The name that an image is pulled under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name<'a> {
    /// The registry, as the verdicts call it; none where the gate was not told.
    pub registry: Option<&'a str>,
    /// The repository.
    pub repository: &'a str,
}

impl Standing {
    /// Nothing is known.
    pub const UNKNOWN: Self = Self {
        state: State::Unknown,
        reason: None,
        link: None,
        since: None,
        until: None,
        even_if_running: false,
    };

    /// What a verdict says at a time; none where somebody else sees to its end. A hold that has
    /// ended by itself leaves the image clear; a release that has ended is a quarantine again, as it
    /// is for the centre.
    fn of(verdict: &Verdict, now: Option<Timestamp>) -> Self {
        let over = |until: Timestamp| now.is_some_and(|now| until <= now);
        let ended = verdict.until.is_some_and(over);
        let state = match verdict.state {
            State::Held | State::Quarantined if ended => State::Clear,
            State::Released if ended => State::Quarantined,
            state => state,
        };
        Self {
            state,
            reason: verdict.reason.clone(),
            link: verdict.link.clone(),
            since: verdict.since,
            until: verdict.until,
            even_if_running: verdict.even_if_running,
        }
    }

    /// Worse states are larger.
    fn weight(&self) -> u8 {
        match self.state {
            State::Clear => 0,
            State::Released => 1,
            State::Unknown => 2,
            State::Held => 3,
            State::Quarantined => 4,
        }
    }

    /// The worse of two.
    pub fn worse(self, other: Self) -> Self {
        match other.weight() > self.weight() {
            true => other,
            false => self,
        }
    }
}

impl Book {
    /// Sorts a document for looking up.
    pub fn new(verdicts: Verdicts, signed: bool) -> Self {
        let mut by_digest: HashMap<Digest, Vec<Verdict>> =
            HashMap::with_capacity(verdicts.verdicts.len());
        for verdict in verdicts.verdicts {
            let of = by_digest.entry(verdict.digest.clone());
            of.or_insert_with(|| Vec::with_capacity(1)).push(verdict);
        }
        Self {
            generation: verdicts.generation,
            made_at: verdicts.made_at,
            signed,
            rules: verdicts.gate.unwrap_or_default(),
            gates: Arc::new(verdicts.gates),
            verdicts: Arc::new(by_digest),
            running: Arc::new(placed(verdicts.running)),
            rollback: Arc::new(placed(verdicts.rollback)),
            confirmed: Arc::default(),
            since: HashMap::new(),
        }
    }

    /// Somebody has said at a time of this machine's clock that this is the newest.
    pub(crate) fn confirm(&self, at: Timestamp) {
        self.confirmed.store(at.as_second(), Ordering::Relaxed);
    }

    /// The same book, and what was learned since. Cheap, however many verdicts there are.
    #[must_use]
    pub fn with(&self, verdicts: impl IntoIterator<Item = Verdict>) -> Self {
        let mut since: HashMap<Digest, Vec<Verdict>> = HashMap::new();
        for verdict in verdicts {
            since
                .entry(verdict.digest.clone())
                .or_default()
                .push(verdict);
        }
        Self {
            since,
            ..self.clone()
        }
    }

    fn of<'a>(&'a self, digest: &Digest) -> impl Iterator<Item = &'a Verdict> + Clone + use<'a> {
        let of = |map: &'a HashMap<Digest, Vec<Verdict>>| map.get(digest).into_iter().flatten();
        of(&self.verdicts).chain(of(&self.since))
    }

    /// What is known of `digest` when it is pulled as `name`.
    ///
    /// What is said of this very name comes first, then what is said of the digest under
    /// every name. A verdict on another name counts where it is worse than nothing: the
    /// same bytes under another name are the same bytes.
    pub fn standing(&self, digest: &Digest, name: Name<'_>, now: Timestamp) -> Standing {
        let verdicts = self.of(digest);
        if verdicts.clone().next().is_none() {
            return Standing::UNKNOWN;
        }
        // The centre ends what is over by its own clock, and says so at once; the clock of this
        // machine may go wrong by hours, and counts only while the centre is not heard.
        let now = (!self.is_fresh(now)).then_some(now);
        let worst = |verdicts: &mut dyn Iterator<Item = &Verdict>| {
            let standings = verdicts.map(|verdict| Standing::of(verdict, now));
            standings.reduce(Standing::worse)
        };
        let all = || verdicts.clone();
        let mut here = all().filter(|v| v.repository.is_some() && is_of(v, name));
        let mut everywhere = all().filter(|v| v.repository.is_none() && is_of(v, name));
        let mut elsewhere = all().filter(|v| !is_of(v, name));
        worst(&mut here)
            .or_else(|| worst(&mut everywhere))
            .or_else(|| {
                let there = worst(&mut elsewhere)?;
                (there.weight() > Standing::UNKNOWN.weight()).then_some(there)
            })
            .unwrap_or(Standing::UNKNOWN)
    }

    /// The rules for the gate of a registry.
    pub fn rules_of(&self, registry: &str) -> &GateRules {
        self.gates.get(registry).unwrap_or(&self.rules)
    }

    /// Whether a digest runs, and since when.
    pub fn running(&self, digest: &Digest) -> Option<Option<Timestamp>> {
        self.running.get(digest).copied()
    }

    /// Whether a workload would be rolled back to a digest.
    pub fn is_rollback_target(&self, digest: &Digest) -> bool {
        self.rollback.contains_key(digest)
    }

    /// Whether anything is said of a digest, under any name.
    pub fn has(&self, digest: &Digest) -> bool {
        self.of(digest).next().is_some()
    }

    /// How many digests have a verdict.
    pub fn len(&self) -> usize {
        self.verdicts.len()
    }

    /// Whether no digest has a verdict.
    pub fn is_empty(&self) -> bool {
        self.verdicts.is_empty() && self.since.is_empty()
    }

    /// Whether somebody has just said that this is the newest.
    fn is_fresh(&self, now: Timestamp) -> bool {
        let confirmed = self.confirmed.load(Ordering::Relaxed);
        confirmed != 0 && (now.as_second() - confirmed).abs() <= FRESH
    }

    /// How long nobody has said that it is the newest; since it was made, where nobody has at
    /// all, and none where nobody says when that was. Never less than zero, whatever the
    /// clocks say.
    pub fn age(&self, now: Timestamp) -> Option<SignedDuration> {
        let confirmed = match self.confirmed.load(Ordering::Relaxed) {
            0 => None,
            second => Timestamp::from_second(second).ok(),
        };
        // The clock of whoever made it may be another one; this machine's is compared with
        // itself.
        let age = now.duration_since(confirmed.or(self.made_at)?);
        Some(age.max(SignedDuration::ZERO))
    }
}

fn is_of(verdict: &Verdict, name: Name<'_>) -> bool {
    let repository = verdict.repository.as_deref();
    // A gate that was not told its registry's name takes every registry for its own.
    let registry = match (verdict.registry.as_deref(), name.registry) {
        (Some(of), Some(here)) => of == here,
        _ => true,
    };
    registry && repository.is_none_or(|of| of == name.repository)
}

fn placed(all: Vec<Placed>) -> HashMap<Digest, Option<Timestamp>> {
    let mut by_digest: HashMap<Digest, Option<Timestamp>> = HashMap::with_capacity(all.len());
    for placed in all {
        // In several places: since the earliest; where one place does not say, nobody knows.
        let since = by_digest.entry(placed.digest).or_insert(placed.since);
        *since = (*since).zip(placed.since).map(|(a, b)| a.min(b));
    }
    by_digest
}
