//! What goes into a database comes out of it, whatever the order it went in.

use std::collections::BTreeSet;

use lazaret_advisory::Db;
use lazaret_advisory::db::Matched;
use lazaret_model::{Advisory, AdvisoryKind, FeedItem};
use proptest::prelude::*;

use crate::records::{
    advisory, affected, database, everything, file, full_advisory, full_statement,
};

fn items(advisories: Vec<Advisory>) -> Vec<(&'static str, FeedItem)> {
    advisories
        .into_iter()
        .map(|advisory| ("osv", FeedItem::Advisory(Box::new(advisory))))
        .collect()
}

#[test]
fn statements_come_back_whole() {
    let db = database(everything());
    let statements = db.statements("rpm:9", "nodejs").unwrap();
    assert_eq!(statements.len(), 1);
    assert_eq!(statements[0].affected, full_statement());
    let log4j = db.statements("maven", "org.apache.logging.log4j:log4j-core");
    assert_eq!(log4j.unwrap().len(), 2);
    assert!(db.statements("maven", "log4j-core").unwrap().is_empty());
    assert!(db.statements("rpm:8", "nodejs").unwrap().is_empty());
}

#[test]
fn what_is_derived_from_an_id_is_found_by_it() {
    let db = database(everything());
    let derived = |id: &str| db.derived_from(&BTreeSet::from([id.to_owned()])).unwrap();
    let index = db.statements("rpm:9", "nodejs").unwrap()[0].advisory;
    assert_eq!(derived("CVE-2020-2"), BTreeSet::from([index]));
    // An alias and a part of an id are something else.
    assert!(derived("CVE-2021-44228").is_empty() && derived("CVE-2020-").is_empty());
    let mut packages = Vec::new();
    let visit = |space: &str, name: &str, _| {
        packages.push(format!("{space} {name}"));
        true
    };
    db.each_package_of(&derived("CVE-2020-2"), visit).unwrap();
    assert_eq!(packages, ["rpm:9 nodejs"]);
}

#[test]
fn an_advisory_comes_back_whole() {
    let db = database(everything());
    let index = db.statements("rpm:9", "nodejs").unwrap()[0].advisory;
    let body = db.advisory(index).unwrap();
    let expected = full_advisory();
    assert_eq!((body.id, body.feed), (expected.id, expected.feed));
    assert_eq!(body.kind, expected.kind);
    assert_eq!(body.summary, expected.summary);
    assert_eq!(body.published, expected.published);
    assert_eq!(body.modified, expected.modified);
    assert_eq!(body.withdrawn, expected.withdrawn);
    assert_eq!(body.ratings, expected.ratings);
    assert_eq!(body.cwes, expected.cwes);
    assert_eq!(body.references, expected.references);
    assert_eq!(body.upstream, expected.upstream);
    let head = db.advisory_head(index).unwrap();
    assert!(head.withdrawn && !head.rejected);
    assert_eq!(head.kind, AdvisoryKind::Malware);
}

#[test]
fn ids_lead_to_groups_and_facts() {
    let db = database(everything());
    let record = db.by_id("CVE-2021-44228").unwrap().unwrap();
    assert!((record.epss.unwrap().score - 0.97565).abs() < f64::EPSILON);
    assert!(record.kev.unwrap().ransomware);
    assert_eq!(record.cves.len(), 1);
    assert_eq!(record.cves[0].summary, "Record of CVE-2021-44228");
    let group = db.group(record.groups[0]).unwrap();
    assert_eq!(group.primary, "CVE-2021-44228");
    assert_eq!(group.ids, ["CVE-2021-44228", "GHSA-jfh8-c2jp-5v3q"]);
    assert_eq!(group.advisories.len(), 2);
    for index in group.advisories {
        assert_eq!(db.group_of(index).unwrap(), record.groups[0]);
    }
    assert_eq!(db.by_id("CVE-1999-1").unwrap(), None);
}

#[test]
fn an_advisory_whose_cve_id_was_rejected_says_so() {
    let db = database(everything());
    let statement = &db.statements("debian:11", "zlib").unwrap()[0];
    assert!(db.advisory_head(statement.advisory).unwrap().rejected);
    let statement = &db.statements("debian:11", "apache-log4j2").unwrap()[0];
    assert!(!db.advisory_head(statement.advisory).unwrap().rejected);
}

#[test]
fn what_an_erratum_fixes_is_not_joined() {
    let db = database(everything());
    let erratum = db.by_id("ALSA-1").unwrap().unwrap();
    assert_eq!(db.group(erratum.groups[0]).unwrap().ids, ["ALSA-1"]);
    assert_eq!(db.by_id("CVE-2020-1").unwrap(), None);
}

#[test]
fn spaces_and_feeds_are_counted() {
    let db = database(everything());
    let spaces: Vec<(&str, u64, u64)> = db
        .spaces()
        .iter()
        .map(|space| (space.name.as_str(), space.packages, space.statements))
        .collect();
    assert_eq!(
        spaces,
        [
            ("cargo", 1, 1),
            ("debian:11", 2, 2),
            ("maven", 1, 2),
            ("rpm:9", 1, 1)
        ]
    );
    assert!(db.has_space("maven") && !db.has_space("mave"));
    let feeds: Vec<(&str, &str, u64)> = db
        .info()
        .feeds
        .iter()
        .map(|feed| (feed.name.as_str(), feed.as_of.as_str(), feed.records))
        .collect();
    assert_eq!(
        feeds,
        [
            ("debian", "2024-02-16T08:21:31Z", 2),
            ("endoflife", "", 1),
            ("epss", "", 1),
            ("kev", "2021-12-10T00:00:00Z", 1),
            ("nvd", "2023-04-03T20:15:00Z", 2),
            ("osv", "2024-02-16T08:21:31Z", 3),
        ]
    );
    assert_eq!(db.info().built_at, "2024-02-16T08:21:31Z");
}

#[test]
fn support_ends_are_found_by_product_and_cycle() {
    let db = database(everything());
    let entry = db.end_of_life("debian", "11").unwrap().unwrap();
    assert_eq!(entry.extended.as_deref(), Some("2026-08-31"));
    assert_eq!(db.end_of_life("debian", "1").unwrap(), None);
    assert_eq!(db.ends_of_life().unwrap(), [entry]);
}

#[test]
fn search_finds_ids_then_packages_then_summaries() {
    let db = database(everything());
    let first = |text: &str| {
        db.search(text, 10)
            .unwrap()
            .into_iter()
            .next()
            .map(|hit| hit.matched)
    };
    assert_eq!(
        first("cve-2021-4"),
        Some(Matched::Id("CVE-2021-44228".into()))
    );
    assert_eq!(
        first("ghsa-JFH8"),
        Some(Matched::Id("GHSA-jfh8-c2jp-5v3q".into()))
    );
    let package = ("maven".into(), "org.apache.logging.log4j:log4j-core".into());
    assert_eq!(
        first("LOG4J-CORE"),
        Some(Matched::Package(package.0, package.1))
    );
    assert_eq!(
        first("summary of alsa"),
        Some(Matched::Summary("Summary of ALSA-1".into()))
    );
    assert_eq!(first("nothing like it"), None);
    assert_eq!(db.search("summary", 2).unwrap().len(), 2);
}

#[test]
fn the_newest_copy_of_a_record_counts() {
    let old = advisory(
        "ghsa",
        "GHSA-1",
        &["CVE-1"],
        vec![affected("npm", "a", "1.5.0")],
    );
    let new = Advisory {
        modified: "2025-01-01T00:00:00+00:00".into(),
        ..advisory(
            "ghsa",
            "GHSA-1",
            &["CVE-2"],
            vec![affected("npm", "a", "1.6.0")],
        )
    };
    for advisories in [[old.clone(), new.clone()], [new, old]] {
        let db = database(items(advisories.to_vec()));
        let statements = db.statements("npm", "a").unwrap();
        assert_eq!(statements.len(), 1);
        assert_eq!(statements[0].affected.fixed, ["1.6.0"]);
        assert_eq!(db.by_id("CVE-1").unwrap(), None);
    }
}

#[test]
fn copies_of_one_time_are_united() {
    let main = advisory(
        "alpine",
        "CVE-1",
        &[],
        vec![affected("alpine:3.9", "a", "1.5.0")],
    );
    let edge = advisory(
        "alpine",
        "CVE-1",
        &[],
        vec![affected("alpine:3.10", "a", "1.6.0")],
    );
    let db = database(items(vec![main.clone(), edge, main]));
    assert_eq!(db.advisory_count(), 1);
    assert_eq!(db.statements("alpine:3.9", "a").unwrap().len(), 1);
    assert_eq!(db.statements("alpine:3.10", "a").unwrap().len(), 1);
}

#[test]
fn an_empty_database_answers() {
    let db = database(Vec::new());
    assert!(db.statements("npm", "lodash").unwrap().is_empty());
    assert!(db.search("lodash", 10).unwrap().is_empty());
    assert_eq!((db.advisory_count(), db.group_count()), (0, 0));
    assert_eq!(db.info().built_at, "");
}

#[test]
fn the_dump_has_a_line_for_every_record() {
    let mut lines = Vec::new();
    database(everything()).dump(&mut lines).unwrap();
    let count = |kind: &str| {
        let needle = format!("\"type\":\"{kind}\"");
        String::from_utf8_lossy(&lines).matches(&needle).count()
    };
    assert_eq!(
        (count("advisory"), count("package"), count("end_of_life")),
        (5, 5, 1)
    );
}

#[test]
fn records_that_cannot_be_keys_are_refused() {
    let mut builder = lazaret_advisory::build::Builder::new();
    for name in ["", "a\0b"] {
        let bad = advisory("ghsa", "GHSA-1", &[], vec![affected("npm", name, "1.5.0")]);
        assert!(
            builder
                .item("osv", FeedItem::Advisory(Box::new(bad)))
                .is_err()
        );
    }
}

/// Advisories from a few feeds, ids, packages and times, so that they collide.
fn colliding() -> impl Strategy<Value = Vec<Advisory>> {
    let one = (0..3u8, 0..6u8, 0..4u8, 0..5u8, 0..3u8, any::<bool>()).prop_map(
        |(feed, id, alias, package, time, withdrawn)| Advisory {
            modified: ["", "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"][usize::from(time)]
                .into(),
            withdrawn: withdrawn.then(|| "2025-06-01T00:00:00Z".into()),
            ..advisory(
                &format!("feed-{feed}"),
                &format!("GHSA-{id}"),
                &[&format!("CVE-2024-{alias}")],
                vec![affected(
                    "npm",
                    &format!("package-{package}"),
                    &format!("2.{feed}.{time}"),
                )],
            )
        },
    );
    prop::collection::vec(one, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_order_of_records_does_not_change_a_byte(
        advisories in colliding(),
        at in any::<prop::sample::Index>(),
    ) {
        let before = file(items(advisories.clone()));
        let mut other = advisories;
        if !other.is_empty() {
            let middle = at.index(other.len());
            other.rotate_left(middle);
            other.reverse();
        }
        prop_assert_eq!(before, file(items(other)));
    }

    #[test]
    fn every_advisory_is_found_by_its_packages_and_its_ids(advisories in colliding()) {
        let db: Db = database(items(advisories));
        for index in db.advisories() {
            let head = db.advisory_head(index).unwrap();
            let body = db.advisory(index).unwrap();
            prop_assert_eq!(&head.id, &body.id);
            let group = db.group(head.group).unwrap();
            prop_assert!(group.advisories.contains(&index));
            for id in body.aliases.iter().chain([&body.id]) {
                prop_assert!(group.ids.contains(id));
                let record = db.by_id(id).unwrap().unwrap();
                prop_assert!(record.groups.contains(&head.group));
            }
        }
        for index in db.advisories() {
            let only = BTreeSet::from([index]);
            let (mut all, mut told) = (Vec::new(), Vec::new());
            db.each_package(|space, name, statements| {
                if statements.iter().any(|s| s.advisory == index) {
                    all.push((space.to_owned(), name.to_owned()));
                }
                true
            }).unwrap();
            db.each_package_of(&only, |space, name, _| {
                told.push((space.to_owned(), name.to_owned()));
                true
            }).unwrap();
            prop_assert_eq!(told, all);
        }
        let mut total = 0;
        db.each_package(|_, _, statements| { total += statements.len() as u64; true }).unwrap();
        prop_assert_eq!(total, db.spaces().iter().map(|space| space.statements).sum::<u64>());
    }
}
