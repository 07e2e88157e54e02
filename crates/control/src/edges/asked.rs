//! How often gates bring an image before the workers.
//!
//! A gate asks again for as long as somebody pulls. An image that does not exist would be
//! looked for with every question; so each look is followed by a pause, twice as long every
//! time. An image that is pushed meanwhile is told of by its registry.

use std::collections::HashMap;
use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};

/// The first pause, and the longest.
const PAUSE: SignedDuration = SignedDuration::from_secs(30);
const LONGEST: SignedDuration = SignedDuration::from_hours(1);

/// Images that are remembered; of more, those whose pause ends first are forgotten.
const MOST: usize = 10_000;

/// What was asked for, and when it may be looked for again.
#[derive(Debug, Default)]
pub(crate) struct Asked(Mutex<HashMap<String, (Timestamp, SignedDuration)>>);

impl Asked {
    /// Whether an image may be looked for now; if so, it was.
    pub(crate) fn may(&self, image: &str, now: Timestamp) -> bool {
        let Ok(mut asked) = self.0.lock() else {
            return true;
        };
        let pause = match asked.get(image) {
            Some((until, _)) if now < *until => return false,
            // After a day nobody remembers why it was not there.
            Some((until, pause)) if now.duration_since(*until) < LONGEST * 24 => {
                (*pause * 2).min(LONGEST)
            }
            _ => PAUSE,
        };
        if asked.len() >= MOST && !asked.contains_key(image) {
            let mut ends: Vec<Timestamp> = asked.values().map(|(until, _)| *until).collect();
            ends.sort_unstable();
            if let Some(middle) = ends.get(MOST / 2).copied() {
                asked.retain(|_, (until, _)| *until > middle);
            }
        }
        asked.insert(image.to_owned(), (now + pause, pause));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_look_is_followed_by_a_longer_pause() {
        let asked = Asked::default();
        let at = |seconds| Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds);
        let looks = (0..8_000).filter(|second| asked.may("app@1", at(*second)));
        let looks: Vec<i64> = looks.collect();
        assert_eq!(looks, [0, 30, 90, 210, 450, 930, 1890, 3810, 7410]);
        assert!(asked.may("app@2", at(10)), "another image has its own");
        assert!(asked.may("app@1", at(200_000)));
        assert!(!asked.may("app@1", at(200_029)));
        assert!(
            asked.may("app@1", at(200_030)),
            "a day later it begins anew"
        );
    }

    #[test]
    fn strangers_do_not_fill_the_memory() {
        let asked = Asked::default();
        for number in 0..30_000 {
            assert!(asked.may(&number.to_string(), Timestamp::UNIX_EPOCH));
        }
        assert!(asked.0.lock().expect("whole").len() <= MOST);
    }
}
