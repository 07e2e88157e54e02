//! Ranges in the notation of package URLs.

use lazaret_version::{Containment, vers};

#[track_caller]
fn check(range: &str, inside: &[&str], outside: &[&str]) {
    let range = vers::parse(range).expect("a range");
    for version in inside {
        let got = range.contains(version);
        assert!(matches!(got, Containment::Inside(_)), "{version}: {got:?}");
    }
    for version in outside {
        assert_eq!(range.contains(version), Containment::Outside, "{version}");
    }
}

#[test]
fn constraints_are_points_on_the_line_of_versions() {
    check("vers:npm/1.2.3", &["1.2.3"], &["1.2.4"]);
    check("vers:npm/=1.2.3|2.0.0", &["1.2.3", "2.0.0"], &["1.9.0"]);
    check(
        "vers:npm/>=1.0.0|<2.0.0",
        &["1.0.0", "1.9.9"],
        &["0.9.0", "2.0.0"],
    );
    check(
        "vers:pypi/<=1.0|>=3",
        &["0.1", "1.0", "3.0", "4"],
        &["1.1", "2.9"],
    );
    check("vers:deb/!=1.2-3", &["1.2-4", "0"], &["1.2-3"]);
    check(
        "vers:gem/>=2.2.0|!=2.2.1|<2.3.0",
        &["2.2.0", "2.2.2"],
        &["2.2.1", "2.3.0"],
    );
    check(
        "vers:npm/1.2.3|>=2.0.0|<5.0.0|>=7.0.0",
        &["1.2.3", "2.0.0", "8.0.0"],
        &["1.2.4", "5.0.0", "6.0.0"],
    );
}

#[test]
fn order_and_redundancy_of_the_text_do_not_matter() {
    check("vers:npm/<2.0.0|>=1.0.0", &["1.5.0"], &["0.5.0", "2.5.0"]);
    check(
        "vers:npm/>1.0.0|>2.0.0|<3.0.0|<4.0.0",
        &["1.5.0", "3.5.0"],
        &["1.0.0", "4.0.0"],
    );
    check("vers:NPM/ >=1.0.0 | <2.0.0 |", &["1.0.0"], &["2.0.0"]);
    check("vers:deb/>=1:1.0%2Bdfsg", &["1:1.0+dfsg"], &["1.0+dfsg"]);
}

#[test]
fn everything_may_be_meant_whatever_the_versions_are() {
    check("vers:npm/*", &["1.0.0", "what?"], &[]);
    check("vers:all/*", &["1.0.0", "what?"], &[]);
}

#[test]
fn a_range_says_what_it_is_about() {
    let kind = |text: &str, purl_type: &str| vers::parse(text).expect("a range").is_for(purl_type);
    assert!(kind("vers:npm/1.0.0", "npm"));
    assert!(!kind("vers:npm/1.0.0", "pypi"));
    assert!(kind("vers:generic/1.0", "deb"));
    assert!(kind("vers:alpine/1.0", "apk"));
}

#[test]
fn what_is_not_read_says_why() {
    let why = |text: &str| vers::parse(text).expect_err("no range").to_string();
    for (text, part) in [
        ("1.0", "does not begin"),
        ("vers:npm", "no `/`"),
        ("vers:npm/", "no version"),
        ("vers:npm/>=one", "`one` is no version of npm"),
        ("vers:npm/>=1.0.0||<2.0.0", "`` is no version"),
        ("vers:npm/>=1.0.0|<1.0.0", "twice"),
        (
            "vers:datetime/>=2012-06-30T23:59:60Z",
            "how versions of `datetime`",
        ),
        ("vers:all/<1", "only `*`"),
    ] {
        assert!(why(text).contains(part), "{text}: {}", why(text));
    }
    let many = format!("vers:npm/{}", "1|".repeat(2_000));
    assert!(why(&many).contains("more than"), "{}", why(&many));
}

#[test]
fn what_cannot_be_compared_is_undecided() {
    let range = vers::parse("vers:npm/>=1.0.0").expect("a range");
    assert!(matches!(range.contains("one"), Containment::Undecided(_)));
}
