//! Ranges from OSV events.

use lazaret_version::osv::Event;
use lazaret_version::{Containment, Range, Scheme};

fn introduced(version: &str) -> Event {
    Event::Introduced(version.to_owned())
}

fn fixed(version: &str) -> Event {
    Event::Fixed(version.to_owned())
}

fn last(version: &str) -> Event {
    Event::LastAffected(version.to_owned())
}

#[track_caller]
fn check(events: &[Event], expected: &str) {
    let range = Range::from_osv_events(Scheme::Semver, events);
    assert_eq!(range.to_string(), expected, "{events:?}");
}

#[test]
fn events_are_sorted_before_they_are_walked() {
    check(&[fixed("1.2.0"), introduced("0")], "< 1.2.0");
    check(
        &[
            introduced("2.0.0"),
            fixed("1.10.0"),
            introduced("1.9.0"),
            fixed("2.1.0"),
        ],
        ">= 1.9.0, < 1.10.0 || >= 2.0.0, < 2.1.0",
    );
}

#[test]
fn last_affected_is_affected() {
    check(&[introduced("1.0.0"), last("1.4.0")], ">= 1.0.0, <= 1.4.0");
    check(&[introduced("1.0.0"), last("1.0.0")], "= 1.0.0");
}

#[test]
fn without_an_end_everything_after_is_affected() {
    check(&[introduced("0")], "*");
    check(&[introduced("1.0.0"), introduced("2.0.0")], ">= 1.0.0");
    check(&[fixed("1.0.0")], "none");
}

#[test]
fn an_end_and_a_start_in_the_same_version() {
    check(&[introduced("1.0.0"), fixed("1.0.0")], "none");
    check(
        &[
            introduced("0"),
            fixed("1.0.0"),
            introduced("1.0.0"),
            fixed("2.0.0"),
        ],
        "< 1.0.0 || >= 1.0.0, < 2.0.0",
    );
}

#[test]
fn a_limit_cuts_off() {
    check(
        &[introduced("1.0.0"), Event::Limit("2.0.0".to_owned())],
        ">= 1.0.0, < 2.0.0",
    );
    check(
        &[introduced("1.0.0"), Event::Limit("*".to_owned())],
        ">= 1.0.0",
    );
}

#[test]
fn an_unreadable_event_leaves_only_what_is_sure() {
    let events = [
        introduced("1.0.0"),
        fixed("2.0.0"),
        introduced("3.0.0"),
        fixed("the rewrite"),
    ];
    let range = Range::from_osv_events(Scheme::Semver, &events);
    assert!(matches!(
        range.contains(Scheme::Semver, "1.5.0"),
        Containment::Inside(_)
    ));
    assert!(matches!(
        range.contains(Scheme::Semver, "3.5.0"),
        Containment::Undecided(_)
    ));
}
