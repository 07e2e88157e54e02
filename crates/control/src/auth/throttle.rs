//! Guessing passwords takes longer and longer.

use std::collections::BTreeMap;
use std::sync::Mutex;

use jiff::Timestamp;

/// Names that are remembered; the oldest go first.
const MOST: usize = 10_000;

/// Failures that cost nothing: fingers slip.
const FREE: u32 = 5;

/// Longest wait, in seconds.
const LONGEST: i64 = 300;

/// Failed attempts by name.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    failed: Mutex<BTreeMap<String, (u32, i64)>>,
}

impl Throttle {
    /// Seconds to wait before a name may be tried again; 0: none.
    pub(crate) fn wait(&self, name: &str, now: Timestamp) -> u32 {
        let Ok(failed) = self.failed.lock() else {
            return 1;
        };
        let Some((count, last)) = failed.get(&name.to_ascii_lowercase()) else {
            return 0;
        };
        let Some(beyond) = count.checked_sub(FREE) else {
            return 0;
        };
        let pause = (1_i64 << beyond.min(9)).min(LONGEST);
        u32::try_from((last + pause - now.as_second()).max(0)).unwrap_or(0)
    }

    /// Notes a failure.
    pub(crate) fn failed(&self, name: &str, now: Timestamp) {
        let Ok(mut failed) = self.failed.lock() else {
            return;
        };
        // A name is the same in any case, and so are guesses at its password.
        let name = name.to_ascii_lowercase();
        if failed.len() >= MOST && !failed.contains_key(&name) {
            let oldest = failed.iter().min_by_key(|(_, (_, last))| *last);
            if let Some(oldest) = oldest.map(|(name, _)| name.clone()) {
                failed.remove(&oldest);
            }
        }
        let entry = failed.entry(name).or_default();
        *entry = (entry.0.saturating_add(1), now.as_second());
    }

    /// Forgets the failures of a name.
    pub(crate) fn succeeded(&self, name: &str) {
        if let Ok(mut failed) = self.failed.lock() {
            failed.remove(&name.to_ascii_lowercase());
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::Throttle;

    #[test]
    fn guesses_count_together_however_the_name_is_spelled() {
        let (throttle, now) = (Throttle::default(), Timestamp::UNIX_EPOCH);
        for name in ["bob", "Bob", "BOB", "boB", "bOb"] {
            assert_eq!(throttle.wait(name, now), 0);
            throttle.failed(name, now);
        }
        assert!(throttle.wait("BoB", now) > 0);
        assert_eq!(throttle.wait("rob", now), 0);
        throttle.succeeded("bOB");
        assert_eq!(throttle.wait("bob", now), 0);
    }
}
