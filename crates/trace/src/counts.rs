//! What became of spans, for whoever answers `/metrics`. Of the process, as the collector is.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

static ON: AtomicBool = AtomicBool::new(false);
static SENT: AtomicU64 = AtomicU64::new(0);
static DROPPED: AtomicU64 = AtomicU64::new(0);
static REFUSED: AtomicU64 = AtomicU64::new(0);

/// What became of spans since the process began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Taken by the collector.
    pub sent: u64,
    /// Given up: the queue was full, or the collector did not answer in time.
    pub dropped: u64,
    /// Given up: the collector does not want them.
    pub refused: u64,
}

impl Counts {
    /// The words for them.
    #[must_use]
    pub fn by_outcome(&self) -> [(&'static str, u64); 3] {
        [
            ("sent", self.sent),
            ("dropped", self.dropped),
            ("refused", self.refused),
        ]
    }
}

/// What became of spans; none where nobody collects.
#[must_use]
pub fn counts() -> Option<Counts> {
    let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    is_on().then(|| Counts {
        sent: of(&SENT),
        dropped: of(&DROPPED),
        refused: of(&REFUSED),
    })
}

pub(crate) fn is_on() -> bool {
    ON.load(Ordering::Relaxed)
}

#[cfg(feature = "export")]
pub(crate) mod add {
    use super::*;

    pub(crate) fn on() {
        ON.store(true, Ordering::Relaxed);
    }

    pub(crate) fn sent(spans: usize) {
        SENT.fetch_add(spans as u64, Ordering::Relaxed);
    }

    pub(crate) fn dropped(spans: usize) {
        DROPPED.fetch_add(spans as u64, Ordering::Relaxed);
    }

    pub(crate) fn refused(spans: usize) {
        REFUSED.fetch_add(spans as u64, Ordering::Relaxed);
    }
}
