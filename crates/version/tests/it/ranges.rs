//! Containment, the text of ranges and their algebra.

use lazaret_version::constraint::{Dialect, parse};
use lazaret_version::{Containment, Interval, Range, Scheme};

fn answer(scheme: Scheme, range: &Range, version: &str) -> String {
    match range.contains(scheme, version) {
        Containment::Inside(matched) => format!("inside {matched}"),
        Containment::Outside => "outside".to_owned(),
        Containment::Undecided(reason) => format!("undecided: {reason}"),
    }
}

#[track_caller]
fn check(scheme: Scheme, range: &str, version: &str, expected: &str) {
    let range = parse(Dialect::Generic, scheme, range).expect("a range");
    assert_eq!(
        answer(scheme, &range, version),
        expected,
        "{version} in {range}"
    );
}

#[test]
fn the_fixed_version_itself_is_outside() {
    check(Scheme::Deb, "< 1.0-2", "1.0-1", "inside < 1.0-2");
    check(Scheme::Deb, "< 1.0-2", "1.0-2", "outside");
}

#[test]
fn rpm_leaves_out_a_release_that_the_bound_lacks() {
    check(Scheme::Rpm, "<= 1.2", "1.2-3", "inside <= 1.2");
    check(Scheme::Rpm, "> 1.2", "1.2-3", "outside");
    check(Scheme::Rpm, "= 1.2", "1.2-3", "inside = 1.2");
    check(Scheme::Rpm, "< 1.2-4", "1.2-3", "inside < 1.2-4");
}

#[test]
fn python_leaves_out_a_local_version_that_the_bound_lacks() {
    check(Scheme::Pep440, "<= 1.2", "1.2+ubuntu1", "inside <= 1.2");
    check(Scheme::Pep440, "= 1.2", "1.2+ubuntu1", "inside = 1.2");
}

#[test]
fn composer_fills_up_numbers() {
    check(Scheme::Composer, "<= 1.0", "v1.0.0", "inside <= 1.0");
    check(Scheme::Composer, "< 2.0", "2.0.0+build", "outside");
}

#[test]
fn text_that_is_no_version_is_undecided() {
    let words = "undecided: `unknown` is not a deb version";
    check(Scheme::Deb, "< 1.0", "unknown", words);
    let range = Range {
        intervals: vec![Interval::below("unknown"), Interval::below("2")],
        ..Range::default()
    };
    assert_eq!(answer(Scheme::Deb, &range, "1"), "inside < 2");
    assert_eq!(answer(Scheme::Deb, &range, "3"), words);
    assert_eq!(
        answer(Scheme::Deb, &Range::everything(), "unknown"),
        "inside *"
    );
}

#[test]
fn one_readable_end_is_enough_to_be_outside() {
    let range = Range::from(Interval::half_open("unknown", "2"));
    assert_eq!(answer(Scheme::Deb, &range, "3"), "outside");
}

#[test]
fn exact_versions_match_as_text_and_as_versions() {
    let range = Range::exactly(["no such version", "1.0"]);
    assert_eq!(
        answer(Scheme::Npm, &range, "no such version"),
        "inside = no such version"
    );
    assert_eq!(answer(Scheme::Npm, &range, "v1.0.0"), "inside = 1.0");
    assert_eq!(
        answer(Scheme::Npm, &range, "1.1.0"),
        "undecided: `no such version` is not an npm version"
    );
}

#[test]
fn opaque_text_never_gives_an_answer() {
    let range = Range {
        opaque: Some("before the rewrite".to_owned()),
        ..Range::from(Interval::below("1"))
    };
    assert_eq!(answer(Scheme::Npm, &range, "0.9.0"), "inside < 1");
    assert_eq!(
        answer(Scheme::Npm, &range, "1.0.0"),
        "undecided: `before the rewrite` is not understood"
    );
    assert_eq!(
        answer(Scheme::Npm, &range.complement(Scheme::Npm), "0.9.0")
            .split(':')
            .next(),
        Some("undecided")
    );
}

#[test]
fn ranges_read_as_comparators() {
    let range = Range {
        exact: vec!["2.0".to_owned()],
        ..Range::from(Interval::half_open("1.2", "1.4"))
    };
    assert_eq!(range.to_string(), ">= 1.2, < 1.4 || = 2.0");
    assert_eq!(Range::everything().to_string(), "*");
    assert_eq!(Range::nothing().to_string(), "none");
    assert!(Range::nothing().is_empty());
}

#[test]
fn complement_of_touching_and_overlapping_intervals() {
    let complement = |text: &str| {
        let range = parse(Dialect::Generic, Scheme::Semver, text).expect("a range");
        range.complement(Scheme::Semver).to_string()
    };
    assert_eq!(complement(">= 1.2, < 1.4 || >= 1.4, < 2"), "< 1.2 || >= 2");
    assert_eq!(complement("< 1 || > 1"), "= 1");
    assert_eq!(complement("<= 1 || >= 1"), "none");
    assert_eq!(complement("= 1.0.0"), "< 1.0.0 || > 1.0.0");
    assert_eq!(complement(">= 2, < 1"), "*");
    assert_eq!(complement("*"), "none");
}

#[test]
fn vulnerable_is_neither_patched_nor_unaffected() {
    let read = |text: &str| parse(Dialect::Gem, Scheme::Gem, text).expect("a requirement");
    let safe = read("~> 4.2.5.1")
        .union(read(">= 5.0.1"))
        .union(read("< 3.0"));
    let vulnerable = safe.complement(Scheme::Gem);
    assert_eq!(
        vulnerable.to_string(),
        ">= 3.0, < 4.2.5.1 || >= 4.2.6.a, < 5.0.1"
    );
    assert_eq!(
        vulnerable.fixed_above(Scheme::Gem, "4.1"),
        ["4.2.5.1", "5.0.1"]
    );
}
