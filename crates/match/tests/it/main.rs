//! What matching answers, over small databases made here.

#![allow(
    clippy::print_stdout,
    reason = "a test that counts says so to who runs it"
)]

mod absence;
mod acceptance;
mod again;
mod conditions;
mod cvss;
mod labelled;
mod ownership;
mod peers;
mod programs;
mod requirement;

use lazaret_advisory::Db;
use lazaret_advisory::build::{BuildOptions, Builder};
use lazaret_match::{MatchOptions, matched};
use lazaret_model::{
    Advisory, Affected, Distro, FeedItem, FixStatus, Inventory, KeyKind, Package, Qualifiers,
};
use lazaret_version::{Interval, Range, Scheme};

/// A database with one statement: packages named `tool` below `fixed` are affected.
fn database(space: &str, fixed: &str, qualifiers: Qualifiers) -> Db {
    let affected = Affected {
        space: space.to_owned(),
        name: "tool".to_owned(),
        key: KeyKind::Binary,
        scheme: Scheme::Rpm,
        range: Range {
            intervals: vec![Interval::below(fixed)],
            ..Range::default()
        },
        status: FixStatus::Fixed,
        raw_status: None,
        fixed: vec![fixed.to_owned()],
        severity: None,
        qualifiers,
    };
    let advisory = Advisory {
        id: "CVE-2030-0001".to_owned(),
        feed: "test".to_owned(),
        affected: vec![affected],
        ..Advisory::default()
    };
    let mut builder = Builder::new();
    builder
        .item("osv", FeedItem::Advisory(Box::new(advisory)))
        .expect("a good advisory");
    let encoded = builder
        .finish(BuildOptions::default().level, false)
        .expect("a database");
    Db::from_bytes(encoded.bytes).expect("a good database")
}

/// Status and fixed versions of what is found against `tool` in `version`.
fn found(db: &Db, id: &str, release: &str, version: &str) -> Vec<(FixStatus, Vec<String>)> {
    let mut inventory = Inventory::default();
    inventory.target.distro = Some(Distro {
        id: id.to_owned(),
        version: release.to_owned(),
        ..Distro::default()
    });
    inventory.packages = vec![Package::new("rpm", "tool", version)];
    let result = matched(&inventory, db, &MatchOptions::default()).expect("a good database");
    assert_eq!(result.gaps, [], "everything could be looked at");
    result
        .findings
        .into_iter()
        .map(|f| (f.status, f.fixed_versions))
        .collect()
}

#[track_caller]
fn check(db: &Db, distro: (&str, &str), version: &str, expected: Option<&str>) {
    let expected: Vec<_> = expected
        .map(|fixed| (FixStatus::Fixed, vec![fixed.to_owned()]))
        .into_iter()
        .collect();
    assert_eq!(
        found(db, distro.0, distro.1, version),
        expected,
        "{version}"
    );
}

fn channel(name: &str) -> Qualifiers {
    Qualifiers {
        channel: Some(name.to_owned()),
        ..Qualifiers::default()
    }
}

#[test]
fn an_upstream_that_tells_no_epoch_is_compared_without_one() {
    let db = database("sles:15.5", "2.0-150500.1", Qualifiers::default());
    check(
        &db,
        ("sles", "15.5"),
        "1:1.9-150500.1",
        Some("2.0-150500.1"),
    );
    check(&db, ("sles", "15.5"), "1:2.0-150500.1", None);
    check(&db, ("sles", "15.5"), "1.9-150500.1", Some("2.0-150500.1"));
}

#[test]
fn an_epoch_that_is_told_counts() {
    let db = database("sles:15.5", "0:2.0-150500.1", Qualifiers::default());
    check(&db, ("sles", "15.5"), "1:1.9-150500.1", None);
    let db = database("rhel:9", "2.0-1.el9", Qualifiers::default());
    check(&db, ("rhel", "9"), "1:1.9-1.el9", None);
    check(&db, ("rhel", "9"), "1.9-1.el9", Some("2.0-1.el9"));
}

#[test]
fn a_fix_of_an_update_stream_is_held_against_packages_of_it_alone() {
    let db = database("rhel:9", "0:2.0-2.el9_2", channel("eus:9.2"));
    check(&db, ("rhel", "9"), "2.0-1.el9_2", Some("0:2.0-2.el9_2"));
    check(&db, ("rhel", "9"), "2.0-1.el9_4", None);
    check(&db, ("rhel", "9"), "2.0-1.el9", None);
}

#[test]
fn a_build_flavour_is_held_against_its_own_packages() {
    let fips = Qualifiers {
        flavour: Some("fips".to_owned()),
        ..Qualifiers::default()
    };
    let db = database("oracle:9", "10:2.0-2.el9_fips", fips);
    check(
        &db,
        ("ol", "9"),
        "10:2.0-1.el9_fips",
        Some("10:2.0-2.el9_fips"),
    );
    check(&db, ("ol", "9"), "2.0-1.el9", None);
}
