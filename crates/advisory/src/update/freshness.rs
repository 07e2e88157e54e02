//! How old a database is.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use lazaret_model::DatabaseInfo;

/// How old a database is, and whether that is too old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Not older than allowed.
    Fresh {
        /// Time since the newest record of its sources.
        age: Duration,
    },
    /// Older than allowed.
    Stale {
        /// Time since the newest record of its sources.
        age: Duration,
    },
    /// It does not say when it was built.
    Undated,
}

/// How old a database is at the time `now`. One from the future has the age zero.
pub fn freshness(info: &DatabaseInfo, now: SystemTime, max_age: Duration) -> Freshness {
    let Ok(built_at) = info.built_at.parse::<Timestamp>() else {
        return Freshness::Undated;
    };
    let age = now
        .duration_since(SystemTime::from(built_at))
        .unwrap_or(Duration::ZERO);
    if age > max_age {
        Freshness::Stale { age }
    } else {
        Freshness::Fresh { age }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(built_at: &str) -> DatabaseInfo {
        DatabaseInfo {
            digest: lazaret_model::Digest::sha256(&[0; 32]),
            built_at: built_at.into(),
            starter: false,
            feeds: Vec::new(),
        }
    }

    #[track_caller]
    fn check(built_at: &str, now: &str, expected: Freshness) {
        let now: Timestamp = now.parse().expect("a time");
        let day = Duration::from_secs(86_400);
        let got = freshness(&info(built_at), SystemTime::from(now), day);
        assert_eq!(got, expected, "{built_at} at {now}");
    }

    #[test]
    fn a_database_is_fresh_for_as_long_as_allowed() {
        let age = Duration::from_secs;
        let day = 86_400;
        check(
            "2024-01-01T00:00:00Z",
            "2024-01-02T00:00:00Z",
            Freshness::Fresh { age: age(day) },
        );
        check(
            "2024-01-01T00:00:00Z",
            "2024-01-02T00:00:01Z",
            Freshness::Stale { age: age(day + 1) },
        );
        check(
            "2024-01-01T00:00:00Z",
            "2023-01-01T00:00:00Z",
            Freshness::Fresh { age: age(0) },
        );
        check("", "2024-01-01T00:00:00Z", Freshness::Undated);
    }
}
