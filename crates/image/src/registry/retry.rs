//! When to ask again: a doubling wait, or what the registry asks for, within a cap.
//!
//! The schedule has no chance in it, so a run can be repeated; the many clients that
//! chance would spread out are spread by `Retry-After` and by their own beginnings.
//! Source: RFC 9110, section 10.2.3, "Retry-After".

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;

/// The wait before attempt `attempt` (from 1).
pub(crate) fn wait(
    first: Duration,
    longest: Duration,
    attempt: u32,
    asked: Option<Duration>,
) -> Duration {
    let factor = 2u32.saturating_pow(attempt.saturating_sub(1).min(20));
    asked
        .unwrap_or_else(|| first.saturating_mul(factor))
        .min(longest)
}

/// The value of a `Retry-After` header: seconds, or a date.
pub(crate) fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let at = rfc2822::DateTimeParser::new().parse_timestamp(value).ok()?;
    let seconds = at.as_second().saturating_sub(now.as_second());
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, seconds: Option<u64>) {
        let now: Timestamp = "2015-10-21T07:27:00Z".parse().expect("a time");
        let got = retry_after(value, now);
        assert_eq!(got, seconds.map(Duration::from_secs), "{value}");
    }

    #[test]
    fn seconds_and_dates_are_both_understood() {
        check("120", Some(120));
        check("Wed, 21 Oct 2015 07:28:00 GMT", Some(60));
        check("Wed, 21 Oct 2015 07:20:00 GMT", Some(0));
        check("soon", None);
        check("-1", None);
    }

    #[test]
    fn the_wait_doubles_up_to_the_cap_which_binds_the_registry_too() {
        let (first, longest) = (Duration::from_secs(1), Duration::from_secs(10));
        let seconds: Vec<u64> = (1..=6)
            .map(|n| wait(first, longest, n, None).as_secs())
            .collect();
        assert_eq!(seconds, [1, 2, 4, 8, 10, 10]);
        let asked = Some(Duration::from_secs(86_400));
        assert_eq!(wait(first, longest, 1, asked), longest);
    }
}
