//! From a manifest to a ruling: what it is, what is known of it, what follows; with the
//! wait for an examination where the rules ask for one.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use lazaret_model::Digest;
use lazaret_wire::api::HoldState as State;
use lazaret_wire::edge::OnUnknown;
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;

use super::rule::{Action, Rules, Transition, rule};
use crate::verdict::{Book, GateRules, Name, Source, Standing, Wanted};

/// Manifests of pulls that wait for an examination, in KiB; one more is refused at once,
/// so that those who wait never hold up those who need not.
const WAITING_KIB: usize = 64 << 10;

/// How long a pull waits for the answer to a question where unknown digests are refused.
const QUESTION: Duration = Duration::from_secs(2);

/// Most manifests whose index is remembered.
const MAX_CHILDREN: usize = 65_536;

/// Most platforms of one index that are remembered.
const MAX_PLATFORMS: usize = 256;

/// What a manifest is, as far as pulling it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An image that can be run.
    Image,
    /// A list of manifests, each of which is judged when it is pulled.
    Index,
    /// A signature, an attestation, a chart: nothing that this platform judges.
    Artifact,
}

/// What was decided, with everything that it rests on.
#[derive(Debug, Clone)]
pub(super) struct Ruling {
    pub(super) digest: Digest,
    pub(super) action: Action,
    pub(super) standing: Standing,
    pub(super) transition: Transition,
    pub(super) generation: u64,
    pub(super) age: Option<SignedDuration>,
    pub(super) waited: bool,
}

/// Decides.
pub(super) struct Judge {
    source: Arc<dyn Source>,
    books: watch::Receiver<Arc<Book>>,
    rules: GateRules,
    registry: Option<String>,
    /// The registry's host: whose rules count.
    host: String,
    waiting: Semaphore,
    pulls: AtomicUsize,
    parents: Mutex<Parents>,
    clock: fn() -> Timestamp,
}

impl Judge {
    pub(super) fn new(
        source: Arc<dyn Source>,
        rules: GateRules,
        registry: Option<String>,
        host: String,
        clock: fn() -> Timestamp,
    ) -> Self {
        Self {
            books: source.books(),
            host: registry.clone().unwrap_or(host),
            source,
            rules,
            registry,
            waiting: Semaphore::new(WAITING_KIB),
            pulls: AtomicUsize::new(0),
            parents: Mutex::default(),
            clock,
        }
    }

    /// The newest book.
    pub(super) fn book(&self) -> Arc<Book> {
        self.books.borrow().clone()
    }

    pub(super) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// What happens to what nobody has examined.
    pub(super) fn unknown(&self) -> OnUnknown {
        self.rules_of(&self.book()).unknown
    }

    /// How many pulls wait.
    pub(super) fn waiting(&self) -> usize {
        self.pulls.load(Ordering::Relaxed)
    }

    /// Remembers what an index leads to: a platform's manifest is judged as what it is
    /// part of, where nothing is said of it alone.
    pub(super) fn remember(&self, index: &Digest, platforms: Vec<Digest>) {
        let mut parents = self.parents.lock().unwrap_or_else(PoisonError::into_inner);
        parents.add(index, platforms);
    }

    /// The ruling of this moment.
    pub(super) fn ruling(&self, digest: &Digest, repository: &str, kind: Kind) -> Ruling {
        let book = self.book();
        let now = self.now();
        let name = Name {
            registry: self.registry.as_deref(),
            repository,
        };
        let parents = self.parents_of(digest);
        let mut standing = book.standing(digest, name, now);
        let own = standing.state != State::Unknown;
        if !own {
            let above = parents
                .iter()
                .map(|parent| book.standing(parent, name, now));
            standing = above.fold(standing, Standing::worse);
        }
        let family = || std::iter::once(digest).chain(&parents);
        let transition = match family().find_map(|d| book.running(d)) {
            Some(since) => Transition::Running(since),
            None if family().any(|d| book.is_rollback_target(d)) => Transition::Rollback,
            None => Transition::New,
        };
        let rules = self.rules_of(&book);
        let action = match (kind, rule(&standing, transition, &rules, now)) {
            // Nobody examines an index or a signature: what is not said of them is no lack.
            (Kind::Index | Kind::Artifact, Action::Wait) => Action::Allow,
            (Kind::Index | Kind::Artifact, Action::Refuse | Action::Spare)
                if !own && standing == Standing::UNKNOWN =>
            {
                Action::Allow
            }
            (_, action) => action,
        };
        Ruling {
            digest: digest.clone(),
            action,
            standing,
            transition,
            generation: book.generation,
            age: book.age(now),
            waited: false,
        }
    }

    /// Whether the ruling may be another in a moment: nobody has examined the image as far
    /// as this gate knows, and somebody can be asked or is waited for.
    pub(super) fn may_change(&self, ruling: &Ruling) -> bool {
        let is_unknown = ruling.standing.state == State::Unknown;
        match ruling.action {
            Action::Wait => true,
            Action::Refuse => is_unknown && self.source.answers(),
            Action::Allow | Action::Spare => false,
        }
    }

    /// The ruling on a manifest of so many bytes, after waiting for the examination where
    /// the rules say so.
    pub(super) async fn settled(
        &self,
        digest: &Digest,
        repository: &str,
        kind: Kind,
        bytes: usize,
    ) -> Ruling {
        // Before the first look, so that nothing between the two goes unseen.
        let mut books = self.books.clone();
        books.mark_unchanged();
        let mut ruling = self.ruling(digest, repository, kind);
        if !self.may_change(&ruling) {
            return ruling;
        }
        let weight = u32::try_from(bytes / 1024 + 1).unwrap_or(u32::MAX);
        if let Ok(_permit) = self.waiting.try_acquire_many(weight) {
            let _one = Waiting::new(&self.pulls);
            self.source.want(Wanted {
                registry: self.registry.clone(),
                repository: repository.to_owned(),
                digest: digest.clone(),
            });
            let deadline = match ruling.action {
                Action::Wait => self.rules_of(&self.book()).wait,
                _ => QUESTION,
            };
            let deadline = Instant::now() + deadline;
            while self.may_change(&ruling) {
                let changed = tokio::time::timeout_at(deadline, books.changed()).await;
                ruling = self.ruling(digest, repository, kind);
                if !matches!(changed, Ok(Ok(()))) {
                    break;
                }
            }
        }
        if ruling.action == Action::Wait {
            ruling.action = Action::Refuse;
            ruling.waited = true;
        }
        ruling
    }

    /// What is said on the command line counts before what comes from the centre.
    fn rules_of(&self, book: &Book) -> Rules {
        let rules = book.rules_of(&self.host);
        Rules::default().with(rules).with(&self.rules)
    }

    fn parents_of(&self, digest: &Digest) -> Vec<Digest> {
        let parents = self.parents.lock().unwrap_or_else(PoisonError::into_inner);
        parents.of.get(digest).cloned().unwrap_or_default()
    }
}

/// One more that waits, for as long as it does; a client may go away.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Which indexes lead to a manifest, for the newest of them.
#[derive(Default)]
struct Parents {
    of: HashMap<Digest, Vec<Digest>>,
    order: VecDeque<Digest>,
}

impl Parents {
    fn add(&mut self, index: &Digest, platforms: Vec<Digest>) {
        for platform in platforms.into_iter().take(MAX_PLATFORMS) {
            let parents = self.of.entry(platform.clone()).or_default();
            if parents.is_empty() {
                self.order.push_back(platform);
            }
            if !parents.contains(index) {
                // A manifest may be of many indexes; the newest sixteen are enough
                // to tell what runs.
                if parents.len() == 16 {
                    parents.remove(0);
                }
                parents.push(index.clone());
            }
        }
        while self.order.len() > MAX_CHILDREN {
            if let Some(oldest) = self.order.pop_front() {
                self.of.remove(&oldest);
            }
        }
    }
}
