//! What the centre has got from each edge, beside what the edge says that it has sent.
//!
//! An edge counts a body before it leaves, and tells its counts with every question for work.
//! So what had arrived when it asked the time before is in what it tells now; if it is not, the
//! edge has sent more than it counts. Kept in the memory of this process: of several centres
//! each sees a part, and a part is never too much.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use lazaret_wire::edge::Counters;

/// The kind of [`Counters::bytes_sent`] that blobs are.
const INVENTORY: &str = "inventory";

/// Bounds of the sizes that blobs are counted by, in bytes.
pub(crate) const SIZES: [u64; 5] = [64 << 10, 1 << 20, 4 << 20, 16 << 20, 64 << 20];

/// What came of one edge since this process was started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    /// Blobs that it has sent, those that were refused with them.
    pub(crate) blobs: u64,
    /// Their bytes.
    pub(crate) bytes: u64,
    /// How many there are of each size, up to the bounds of [`SIZES`].
    pub(crate) sizes: [u64; SIZES.len()],
    /// The largest, in bytes.
    pub(crate) largest: u64,
    /// Bytes that came and that the edge does not count.
    pub(crate) unexplained: u64,
}

#[derive(Debug, Default)]
struct Seen {
    taken: Taken,
    began: Option<Began>,
    /// Bytes that had come when it told its counts last.
    before: u64,
}

/// Where the comparison begins.
#[derive(Debug, Clone, Copy)]
struct Began {
    /// The run of the edge that is compared.
    started_at: Option<Timestamp>,
    told: u64,
    taken: u64,
}

/// By edge.
#[derive(Debug, Default)]
pub(crate) struct Received(Mutex<HashMap<String, Seen>>);

impl Received {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Seen>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A blob came, whether or not it is taken.
    pub(crate) fn blob(&self, edge: &str, bytes: u64) {
        let mut all = self.lock();
        let taken = &mut all.entry(edge.to_owned()).or_default().taken;
        taken.blobs += 1;
        taken.bytes += bytes;
        taken.largest = taken.largest.max(bytes);
        let size = SIZES.iter().position(|most| bytes <= *most);
        if let Some(count) = size.and_then(|at| taken.sizes.get_mut(at)) {
            *count += 1;
        }
    }

    /// The edge has told its counts.
    pub(crate) fn told(&self, edge: &str, counters: &Counters) {
        let told = counters.bytes_sent.get(INVENTORY);
        let told = told.map_or(0, |bytes| u64::try_from(*bytes).unwrap_or(0));
        let mut all = self.lock();
        let seen = all.entry(edge.to_owned()).or_default();
        let began = match seen.began {
            Some(began) if began.started_at == counters.started_at => began,
            // Another run, whose counts began at nothing.
            _ => Began {
                started_at: counters.started_at,
                told,
                taken: seen.taken.bytes,
            },
        };
        seen.began = Some(began);
        let counted = told.saturating_sub(began.told);
        let came = seen.before.saturating_sub(began.taken);
        let unexplained = came.saturating_sub(counted);
        if unexplained > seen.taken.unexplained {
            tracing::error!(
                edge,
                bytes = unexplained,
                "an edge sends more than it counts"
            );
        }
        seen.taken.unexplained = unexplained;
        seen.before = seen.taken.bytes;
    }

    /// What came of an edge.
    pub(crate) fn of(&self, edge: &str) -> Taken {
        self.lock()
            .get(edge)
            .map(|seen| seen.taken)
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counters(started: i64, inventory: i64) -> Counters {
        Counters {
            bytes_sent: [(INVENTORY.to_owned(), inventory)].into(),
            started_at: Timestamp::from_second(started).ok(),
            ..Counters::default()
        }
    }

    #[test]
    fn what_came_before_the_last_question_is_counted_by_the_edge() {
        let received = Received::default();
        let unexplained = || received.of("e").unexplained;
        received.told("e", &counters(1, 0));
        received.blob("e", 100);
        received.blob("e", 2 << 20);
        // On its way while the edge counts: nothing is wrong yet, and then it is told.
        received.told("e", &counters(1, 0));
        assert_eq!(unexplained(), 0);
        received.told("e", &counters(1, 100 + (2 << 20)));
        assert_eq!(unexplained(), 0);
        // One that is not counted.
        received.blob("e", 7_000);
        received.told("e", &counters(1, 100 + (2 << 20)));
        received.told("e", &counters(1, 100 + (2 << 20)));
        assert_eq!(unexplained(), 7_000);
        // Killed before it could tell, it counts from nothing.
        received.blob("e", 5_000);
        received.told("e", &counters(2, 300));
        received.told("e", &counters(2, 300));
        assert_eq!(unexplained(), 0);
        let taken = received.of("e");
        assert_eq!((taken.blobs, taken.largest), (4, 2 << 20));
        assert_eq!(taken.sizes, [3, 0, 1, 0, 0]);
        assert_eq!(received.of("other"), Taken::default());
    }
}
