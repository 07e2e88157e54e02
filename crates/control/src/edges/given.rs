//! Which bundles were given out, so that the next one is a change of what the other side has.
//!
//! Kept in memory: a hash of each verdict (10 MiB for 100,000), and where each bundle stood. After a
//! restart, or at another centre, whoever asks gets one whole bundle and changes from then on.

use std::collections::{BTreeMap, HashMap, VecDeque};

use lazaret_wire::edge::{GateVerdict, VerdictSum};
use sha2::{Digest as _, Sha256};

/// Most bundles that something may be a change of.
const STEPS: usize = 256;

/// Hosts of registries, by id.
pub(super) type Hosts = BTreeMap<String, String>;

/// Where a bundle stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) generation: i64,
    pub(super) digest: String,
    /// The newest hold in it.
    pub(super) seq: i64,
}

/// What is known of the verdicts.
#[derive(Debug, Default)]
pub(crate) struct Given {
    hosts: Hosts,
    sums: HashMap<[u8; 16], VerdictSum>,
    sum: VerdictSum,
    seq: i64,
    steps: VecDeque<Step>,
}

impl Given {
    /// Forgets everything where registries have come, gone or moved: a change cannot say what
    /// became of their verdicts.
    pub(super) fn settle(&mut self, hosts: &Hosts) {
        if self.hosts != *hosts {
            *self = Self {
                hosts: hosts.clone(),
                ..Self::default()
            };
        }
    }

    /// A verdict is new, or another.
    pub(super) fn put(&mut self, seq: i64, verdict: &GateVerdict) {
        let mut hash = Sha256::new();
        for part in [&verdict.host, &verdict.repository, &verdict.digest] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        let mut name = [0; 16];
        for (to, from) in name.iter_mut().zip(hash.finalize()) {
            *to = from;
        }
        let one = VerdictSum::one(verdict);
        if let Some(before) = self.sums.insert(name, one) {
            self.sum.remove(&before);
        }
        self.sum.add(&one);
        self.seq = self.seq.max(seq);
    }

    /// How many verdicts there are.
    pub(super) fn len(&self) -> usize {
        self.sums.len()
    }

    /// What is known now goes out as a generation; its digest.
    pub(super) fn step(&mut self, generation: i64) -> String {
        let step = Step {
            generation,
            digest: self.sum.to_string(),
            seq: self.seq,
        };
        let digest = step.digest.clone();
        if self.steps.back() != Some(&step) {
            self.steps.push_back(step);
        }
        if self.steps.len() > STEPS {
            self.steps.pop_front();
        }
        digest
    }

    /// Where a bundle stood that somebody has.
    pub(super) fn find(&self, generation: i64, digest: &str) -> Option<Step> {
        let is_it = |step: &&Step| step.generation == generation && step.digest == digest;
        self.steps.iter().find(is_it).cloned()
    }
}
