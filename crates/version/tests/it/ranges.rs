//! Ranges: membership, doubt, and the laws of the algebra.

use lazaret_version::{Bound, Containment, Event, Interval, Range, Scheme};
use proptest::prelude::*;

#[track_caller]
fn check(range: &Range, version: &str, expected: &str) {
    let got = match range.contains(Scheme::Semver, version) {
        Containment::Inside(matched) => format!("inside {matched}"),
        Containment::Outside => "outside".to_owned(),
        Containment::Undecided(why) => format!("undecided: {why}"),
    };
    assert_eq!(got, expected, "{version} in {range}");
}

fn events(text: &str) -> Range {
    let events: Vec<Event> = text
        .split_whitespace()
        .map(|e| match e.split_at(1) {
            ("i", v) => Event::Introduced(v.into()),
            ("f", v) => Event::Fixed(v.into()),
            ("l", v) => Event::LastAffected(v.into()),
            (_, v) => Event::Limit(v.into()),
        })
        .collect();
    Range::from_osv_events(Scheme::Semver, &events)
}

#[test]
fn events_are_read_in_the_order_of_versions() {
    let range = events("f2.0.0 i0 i3.0.0 l3.4.0");
    check(&range, "1.0.0", "inside < 2.0.0");
    check(&range, "2.0.0", "outside");
    check(&range, "3.4.0", "inside >= 3.0.0, <= 3.4.0");
    check(&range, "3.4.1", "outside");
}

#[test]
fn an_open_introduction_has_no_end() {
    check(&events("i1.0.0"), "99.0.0", "inside >= 1.0.0");
    check(
        &events("i1.0.0 i2.0.0 f3.0.0"),
        "1.5.0",
        "inside >= 1.0.0, < 3.0.0",
    );
}

#[test]
fn an_event_without_order_makes_doubt_and_not_silence() {
    let range = events("i0 fmain");
    assert!(matches!(
        range.contains(Scheme::Semver, "1.0.0"),
        Containment::Undecided(_)
    ));
}

#[test]
fn a_listed_version_counts_whatever_the_ranges_say() {
    let mut range = events("i0 f1.0.0");
    range.exact.push("main-2020".into());
    check(&range, "main-2020", "inside = main-2020");
    check(
        &range,
        "nonsense",
        "undecided: `nonsense` is not a semver version",
    );
}

#[test]
fn an_rpm_bound_without_release_speaks_of_every_release() {
    let range = Range::of(Bound::Unbounded, Bound::Inclusive("1.2".into()));
    assert!(matches!(
        range.contains(Scheme::Rpm, "1.2-7.el9"),
        Containment::Inside(_)
    ));
    assert_eq!(
        range.contains(Scheme::Rpm, "1.3-1.el9"),
        Containment::Outside
    );
}

fn bound() -> impl Strategy<Value = Bound> {
    prop_oneof![
        Just(Bound::Unbounded),
        (0..8u8).prop_map(|n| Bound::Inclusive(format!("{n}.0.0"))),
        (0..8u8).prop_map(|n| Bound::Exclusive(format!("{n}.0.0"))),
    ]
}

fn range() -> impl Strategy<Value = Range> {
    let interval = (bound(), bound()).prop_map(|(lower, upper)| Interval { lower, upper });
    (
        prop::collection::vec(interval, 0..4),
        prop::collection::vec(0..8u8, 0..2),
    )
        .prop_map(|(intervals, exact)| Range {
            intervals,
            exact: exact.into_iter().map(|n| format!("{n}.0.0")).collect(),
            opaque: None,
        })
}

proptest! {
    #[test]
    fn the_algebra_is_pointwise(a in range(), b in range()) {
        let inside = |r: &Range, v: &str| matches!(r.contains(Scheme::Semver, v), Containment::Inside(_));
        let (both, either, not) =
            (a.intersect(&b, Scheme::Semver), a.clone().union(b.clone()), a.complement(Scheme::Semver));
        for n in 0..8 {
            for v in [format!("{n}.0.0"), format!("{n}.5.0"), format!("{n}.0.0-rc.1")] {
                prop_assert_eq!(inside(&not, &v), !inside(&a, &v), "not {} at {}", &a, &v);
                prop_assert_eq!(inside(&either, &v), inside(&a, &v) || inside(&b, &v));
                // A single version that lies in an interval of the other set.
                prop_assert_eq!(inside(&both, &v), inside(&a, &v) && inside(&b, &v), "{} and {} at {}", &a, &b, &v);
            }
        }
    }
}
