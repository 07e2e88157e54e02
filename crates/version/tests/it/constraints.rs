//! Requirement languages, read into comparators.

use lazaret_version::constraint::{Dialect, parse};
use lazaret_version::{Containment, Scheme};

#[track_caller]
fn check(dialect: Dialect, scheme: Scheme, cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        let range =
            parse(dialect, scheme, text).unwrap_or_else(|error| panic!("{dialect:?}: {error}"));
        assert_eq!(range.to_string(), *expected, "{dialect:?}: {text}");
    }
}

#[test]
fn gem() {
    check(
        Dialect::Gem,
        Scheme::Gem,
        &[
            (">= 1.2, < 3", ">= 1.2, < 3"),
            ("~> 4.2.5.1", ">= 4.2.5.1, < 4.2.6.a"),
            ("~> 2", ">= 2, < 3.a"),
            ("~> 1.9", ">= 1.9, < 2.a"),
            ("~> 1.0.0.rc1", ">= 1.0.0.rc1, < 1.1.a"),
            ("!= 1.5", "< 1.5 || > 1.5"),
            ("1.5", "= 1.5"),
            ("= 1.5", "= 1.5"),
        ],
    );
}

#[test]
fn npm() {
    check(
        Dialect::Npm,
        Scheme::Npm,
        &[
            ("^1.2.3", ">= 1.2.3, < 2.0.0-0"),
            ("^0.2.3", ">= 0.2.3, < 0.3.0-0"),
            ("^0.0.3", ">= 0.0.3, < 0.0.4-0"),
            ("^0.0", ">= 0.0, < 0.1.0-0"),
            ("^0", ">= 0, < 1.0.0-0"),
            ("~1.2.3", ">= 1.2.3, < 1.3.0-0"),
            ("~1", ">= 1, < 2.0.0-0"),
            ("1.x", ">= 1.0.0-0, < 2.0.0-0"),
            ("1.2.*", ">= 1.2.0-0, < 1.3.0-0"),
            ("1.2", ">= 1.2.0-0, < 1.3.0-0"),
            ("*", "*"),
            ("", "*"),
            ("1.2.3 - 2.3.4", ">= 1.2.3, <= 2.3.4"),
            ("1.2.3 - 2.3", ">= 1.2.3, < 2.4.0-0"),
            (">=1.2.9 <2.0.0 || 3.1.0", ">= 1.2.9, < 2.0.0 || = 3.1.0"),
            (">= 1.0.0  < 2", ">= 1.0.0, < 2"),
            (">1.2", ">= 1.3.0-0"),
            ("<=1.2", "< 1.3.0-0"),
            ("v1.2.3", "= 1.2.3"),
            ("<0.0.0", "< 0.0.0"),
        ],
    );
}

#[test]
fn cargo() {
    check(
        Dialect::Cargo,
        Scheme::Cargo,
        &[
            (">= 1.2, < 2", ">= 1.2, < 2"),
            ("^1.0", ">= 1.0, < 2.0.0-0"),
            ("1.2.3", ">= 1.2.3, < 2.0.0-0"),
            ("~1.2", ">= 1.2, < 1.3.0-0"),
            ("=1.2.3", "= 1.2.3"),
            ("=1", ">= 1.0.0-0, < 2.0.0-0"),
            ("1.*", ">= 1.0.0-0, < 2.0.0-0"),
            ("*", "*"),
        ],
    );
}

#[test]
fn composer() {
    check(
        Dialect::Composer,
        Scheme::Composer,
        &[
            (
                ">=1.0,<1.1|>=2.0,<2.3.1",
                ">= 1.0, < 1.1 || >= 2.0, < 2.3.1",
            ),
            (">=1.0 <1.1 || >=2", ">= 1.0, < 1.1 || >= 2"),
            ("^1.2.3", ">= 1.2.3, < 2-dev"),
            ("^0.3", ">= 0.3, < 0.4-dev"),
            ("~1.2.3", ">= 1.2.3, < 1.3-dev"),
            ("~1.2", ">= 1.2, < 2-dev"),
            ("1.0.*", ">= 1.0-dev, < 1.1-dev"),
            ("1.0 - 2.0", ">= 1.0, < 2.1-dev"),
            ("1.0.0 - 2.1.0", ">= 1.0.0, <= 2.1.0"),
            ("1.0.0", "= 1.0.0"),
            (">=1.0@beta", ">= 1.0"),
            ("!=1.5.0", "< 1.5.0 || > 1.5.0"),
            ("*", "*"),
        ],
    );
}

#[test]
fn pep440() {
    check(
        Dialect::Pep440,
        Scheme::Pep440,
        &[
            (">=1.0,<2", ">= 1.0, < 2"),
            ("~=1.4.2", ">= 1.4.2, < 1.5.dev0"),
            ("~=2.2", ">= 2.2, < 3.dev0"),
            ("==1.*", ">= 1.dev0, < 2.dev0"),
            ("!=1.5.*", "< 1.5.dev0 || >= 1.6.dev0"),
            ("!=1.5", "< 1.5 || > 1.5"),
            ("== 1!2.*", ">= 1!2.dev0, < 1!3.dev0"),
            ("===1.0", "= 1.0"),
        ],
    );
}

#[test]
fn brackets() {
    check(
        Dialect::Maven,
        Scheme::Maven,
        &[
            ("[1.0,2.0)", ">= 1.0, < 2.0"),
            ("(,1.5]", "<= 1.5"),
            ("(,1.0],[1.2,)", "<= 1.0 || >= 1.2"),
            ("(1.0,2.0)(3.0,)", "> 1.0, < 2.0 || > 3.0"),
            ("[1.1]", "= 1.1"),
            ("1.1", "= 1.1"),
            ("(,)", "*"),
        ],
    );
    check(
        Dialect::Nuget,
        Scheme::Nuget,
        &[("[1.0,2.0)", ">= 1.0, < 2.0"), ("1.0", ">= 1.0")],
    );
}

#[test]
fn generic() {
    check(
        Dialect::Generic,
        Scheme::Semver,
        &[
            (">= 1.2, < 1.4 || = 2.0", ">= 1.2, < 1.4 || = 2.0"),
            (">=1.2 <1.4||==2.0", ">= 1.2, < 1.4 || = 2.0"),
            (">= 1 , != 1.5 , < 2", ">= 1, < 1.5 || > 1.5, < 2"),
            ("1.0", "= 1.0"),
        ],
    );
}

#[test]
fn what_cannot_be_read_is_an_error_with_its_words() {
    let cases = [
        (
            Dialect::Generic,
            Scheme::Semver,
            ">= one",
            "`one` in `>= one` is not a version requirement",
        ),
        (
            Dialect::Generic,
            Scheme::Semver,
            "<",
            "`<` is not a version requirement",
        ),
        (
            Dialect::Maven,
            Scheme::Maven,
            "[1.0",
            "`[1.0` is not a version requirement",
        ),
        (
            Dialect::Maven,
            Scheme::Maven,
            "(1.0)",
            "`(1.0)` is not a version requirement",
        ),
        (
            Dialect::Npm,
            Scheme::Npm,
            "^a.b",
            "`a.b` in `^a.b` is not a version requirement",
        ),
        (
            Dialect::Gem,
            Scheme::Gem,
            "~> x",
            "`~> x` is not a version requirement",
        ),
    ];
    for (dialect, scheme, text, expected) in cases {
        let error = parse(dialect, scheme, text).expect_err("not a requirement");
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn pre_releases_lie_where_their_numbers_put_them() {
    let inside = |text, version| {
        let range = parse(Dialect::Npm, Scheme::Npm, text).expect("a requirement");
        matches!(range.contains(Scheme::Npm, version), Containment::Inside(_))
    };
    assert!(inside("<2.0.0", "2.0.0-beta"));
    assert!(inside("1.x", "1.5.0-rc.1"));
    assert!(!inside("^1.2.3", "2.0.0-alpha"));
}
