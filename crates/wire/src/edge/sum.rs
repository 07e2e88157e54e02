//! The digest of many verdicts, in whatever order.

use aws_lc_rs::digest::{SHA256, digest};

use super::GateVerdict;

/// The sum of the SHA-256 of each verdict (as JSON), modulo 2^256: what one changes costs
/// the same however many there are. It finds what went wrong between two sides that mean
/// well; that it is the centre's says the signature.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct VerdictSum([u64; 4]);

impl VerdictSum {
    /// The sum of all of some verdicts.
    pub fn of<'a>(verdicts: impl IntoIterator<Item = &'a GateVerdict>) -> Self {
        let mut sum = Self::default();
        for verdict in verdicts {
            sum.add(&Self::one(verdict));
        }
        sum
    }

    /// The sum of one verdict.
    pub fn one(verdict: &GateVerdict) -> Self {
        // Plain data becomes JSON; if it ever does not, the two sides differ and all is sent.
        let bytes = serde_json::to_vec(verdict).unwrap_or_default();
        let hash = digest(&SHA256, &bytes);
        let mut words = [0; 4];
        for (word, chunk) in words.iter_mut().zip(hash.as_ref().chunks_exact(8)) {
            *word = chunk
                .iter()
                .fold(0, |all, byte| (all << 8) | u64::from(*byte));
        }
        Self(words)
    }

    /// Adds another sum.
    pub fn add(&mut self, other: &Self) {
        let mut carry = false;
        for (own, other) in self.0.iter_mut().zip(other.0).rev() {
            let (sum, over) = own.overflowing_add(other);
            let (sum, again) = sum.overflowing_add(carry.into());
            (*own, carry) = (sum, over || again);
        }
    }

    /// Takes a sum away that was added before.
    pub fn remove(&mut self, other: &Self) {
        let mut carry = false;
        for (own, other) in self.0.iter_mut().zip(other.0).rev() {
            let (rest, under) = own.overflowing_sub(other);
            let (rest, again) = rest.overflowing_sub(carry.into());
            (*own, carry) = (rest, under || again);
        }
    }
}

impl std::fmt::Display for VerdictSum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|word| write!(f, "{word:016x}"))
    }
}
