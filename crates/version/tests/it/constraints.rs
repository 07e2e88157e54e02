//! Requirement languages read as ranges.

use lazaret_version::constraint::{Dialect, parse};
use lazaret_version::{Containment, Scheme};

#[track_caller]
fn check(dialect: Dialect, scheme: Scheme, text: &str, inside: &str, outside: &str) {
    let range = parse(dialect, scheme, text).expect("the requirement is well formed");
    let is_in = |v: &str| matches!(range.contains(scheme, v), Containment::Inside(_));
    for v in inside.split_whitespace() {
        assert!(is_in(v), "{v} should satisfy {text} ({range})");
    }
    for v in outside.split_whitespace() {
        assert!(!is_in(v), "{v} should not satisfy {text} ({range})");
    }
}

#[test]
fn gem() {
    let gem = |t, i, o| check(Dialect::Gem, Scheme::Gem, t, i, o);
    gem("~> 4.2.5.1", "4.2.5.1 4.2.5.9", "4.2.5 4.2.6 4.3");
    gem("~> 2.2", "2.2 2.9.1", "2.1 3.0");
    gem(">= 1.2, < 3", "1.2 2.9", "1.1 3.0");
    gem("!= 1.5", "1.4 1.6", "1.5 1.5.0");
}

#[test]
fn npm() {
    let npm = |t, i, o| check(Dialect::Npm, Scheme::Npm, t, i, o);
    npm("^1.2.3", "1.2.3 1.9.0", "1.2.2 2.0.0");
    npm("^0.2.3", "0.2.3 0.2.9", "0.3.0 1.0.0");
    npm("~1.2", "1.2.0 1.2.9", "1.3.0");
    npm("1.x || >=2.5.0 <3", "1.0.0 1.9.9 2.5.0", "2.0.0 3.0.0");
    npm("1.2.3 - 2.3.4", "1.2.3 2.3.4", "1.2.2 2.3.5");
    npm("<=1.2", "1.2.9", "1.3.0");
    npm("*", "0.0.1 9.9.9", "");
    npm("< 4.17.11", "4.17.10 0.1.0", "4.17.11");
    npm("<=3.0.1 || =3.1.0", "3.0.1 3.1.0", "3.0.2 3.1.1");
}

#[test]
fn cargo() {
    let cargo = |t, i, o| check(Dialect::Cargo, Scheme::Cargo, t, i, o);
    cargo(">= 1.2.0, < 2", "1.2.0 1.9.9", "1.1.9 2.0.0");
    cargo("1.2", "1.2.0 1.9.0", "2.0.0 1.1.0");
    cargo("^0.3.4", "0.3.4 0.3.9", "0.4.0");
    cargo("=1.0.0", "1.0.0", "1.0.1");
    cargo("*", "0.0.1", "");
}

#[test]
fn composer_and_python() {
    check(
        Dialect::Composer,
        Scheme::Composer,
        ">=1.0,<1.5|>=2.0,<2.3",
        "1.0 1.4.9 2.2",
        "0.9 1.5 2.3",
    );
    check(
        Dialect::Composer,
        Scheme::Composer,
        "~1.2",
        "1.2 1.9",
        "2.0 1.1",
    );
    check(
        Dialect::Pep440,
        Scheme::Pep440,
        ">=1.0,<2,!=1.5",
        "1.0 1.6",
        "1.5 2",
    );
    check(
        Dialect::Pep440,
        Scheme::Pep440,
        "~=1.4.2",
        "1.4.2 1.4.9",
        "1.5",
    );
    check(
        Dialect::Pep440,
        Scheme::Pep440,
        "==1.4.*",
        "1.4 1.4.9",
        "1.5",
    );
}

#[test]
fn intervals() {
    check(
        Dialect::Interval,
        Scheme::Maven,
        "[1.0,2.0),(2.5,]",
        "1.0 1.9 2.6",
        "2.0 2.5 0.9",
    );
    check(
        Dialect::Interval,
        Scheme::Nuget,
        "[1.2]",
        "1.2 1.2.0",
        "1.3",
    );
    check(Dialect::Interval, Scheme::Maven, "(,1.5]", "0.1 1.5", "1.6");
}

#[test]
fn what_is_no_requirement_is_refused() {
    for text in [">=", "[1.0", ">> 1"] {
        for dialect in [Dialect::Gem, Dialect::Interval] {
            assert!(parse(dialect, Scheme::Gem, text).is_err(), "{text}");
        }
    }
}
