//! A delta leads to the very bytes of a full build, and the changes name all that differs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use lazaret_advisory::Db;
use lazaret_advisory::build::{BuildOptions, SourceSpec, build};
use lazaret_advisory::delta::{Change, Changes, Delta, DeltaError};
use lazaret_advisory::feed;
use lazaret_model::{Advisory, Epss, FeedItem};
use proptest::prelude::*;

use crate::records::{advisory, affected, database, everything, file};
use crate::slices;

/// What is known of one package, in words that hold in every database.
type Said = BTreeSet<String>;

/// Everything that a matcher can ask about each package, but the scores.
fn said(db: &Db) -> BTreeMap<(String, String), Said> {
    let mut all: BTreeMap<(String, String), Said> = BTreeMap::new();
    let mut statements = Vec::new();
    db.each_package(|space, name, list| {
        statements.extend(
            list.into_iter()
                .map(|s| (space.to_owned(), name.to_owned(), s)),
        );
        true
    })
    .unwrap();
    for (space, name, statement) in statements {
        let head = db.advisory_head(statement.advisory).unwrap();
        let body = db.advisory(statement.advisory).unwrap();
        let group = db.group(head.group).unwrap();
        let ids = group.ids.iter().chain(&body.upstream);
        let facts: Vec<_> = ids
            .filter_map(|id| db.by_id(id).unwrap())
            .map(|record| (record.kev, record.cves))
            .collect();
        let text = format!(
            "{:?} {} {} {body:?} {:?} {facts:?}",
            statement.affected, head.withdrawn, head.rejected, group.ids
        );
        all.entry((space, name)).or_default().insert(text);
    }
    all
}

/// Checks all that holds for any two databases; gives back the sizes of the delta and of
/// the newer one.
fn check(before: &Db, after: &Db) -> (usize, usize) {
    let delta = Delta::between(before, after).expect("two good databases");
    let bytes = delta.to_bytes().expect("a delta that was made here");
    let read = Delta::from_bytes(&bytes).expect("what was just written");
    let outcome = read.apply(before).expect("the right base");
    assert_eq!(outcome, after.bytes(), "the bytes of a full build");

    let changes = Changes::between(before, after).unwrap();
    let (old, new) = (said(before), said(after));
    for key in old.keys().chain(new.keys()) {
        if old.get(key) != new.get(key) {
            assert!(changes.packages.contains(key), "{key:?} is not named");
        }
    }
    (bytes.len(), after.size_bytes())
}

fn osv(advisory: Advisory) -> (&'static str, FeedItem) {
    ("osv", FeedItem::Advisory(Box::new(advisory)))
}

#[test]
fn records_that_come_change_and_go_lead_to_the_bytes_of_a_full_build() {
    let before = database(everything());
    let mut records = everything();
    records.remove(0);
    records.push(osv(advisory(
        "ghsa",
        "GHSA-new",
        &["CVE-2021-44228"],
        vec![affected("npm", "left-pad", "1.3.0")],
    )));
    records.push((
        "epss",
        FeedItem::Epss {
            id: "CVE-2030-0001".into(),
            epss: Epss {
                score: 0.25,
                percentile: 0.5,
            },
        },
    ));
    let after = database(records);
    check(&before, &after);
    check(&after, &before);
    check(&before, &before);
}

#[test]
fn an_empty_difference_names_nothing() {
    let db = database(everything());
    let changes = Changes::between(&db, &db).unwrap();
    assert_eq!(changes, Changes::default());
    assert!(changes.is_empty());
}

#[test]
fn every_kind_of_change_is_called_by_its_name() {
    let one =
        |id: &str, fixed: &str| advisory("ghsa", id, &[], vec![affected("npm", "left-pad", fixed)]);
    let before = database(vec![
        osv(one("GHSA-stays", "1.0.1")),
        osv(one("GHSA-goes", "1.0.1")),
        osv(one("GHSA-changes", "1.0.1")),
        osv(one("GHSA-falls", "1.0.1")),
    ]);
    let mut fallen = one("GHSA-falls", "1.0.1");
    fallen.withdrawn = Some("2025-01-01T00:00:00Z".into());
    let after = database(vec![
        osv(one("GHSA-stays", "1.0.1")),
        osv(one("GHSA-comes", "1.0.1")),
        osv(one("GHSA-changes", "1.0.2")),
        osv(fallen),
    ]);
    let changes = Changes::between(&before, &after).unwrap();
    let named: Vec<(&str, Change)> = changes
        .advisories
        .iter()
        .map(|((_, id), change)| (id.as_str(), *change))
        .collect();
    assert_eq!(
        named,
        [
            ("GHSA-changes", Change::Modified),
            ("GHSA-comes", Change::Added),
            ("GHSA-falls", Change::Withdrawn),
            ("GHSA-goes", Change::Removed),
        ]
    );
    let package = ("npm".to_owned(), "left-pad".to_owned());
    assert_eq!(changes.packages, BTreeSet::from([package]));
}

#[test]
fn a_score_alone_asks_for_no_new_match() {
    let with = |score: f64| {
        let mut records = everything();
        records.retain(|(feed, _)| *feed != "epss");
        let epss = Epss {
            score,
            percentile: 0.9,
        };
        let id = "CVE-2021-44228".to_owned();
        records.push(("epss", FeedItem::Epss { id, epss }));
        database(records)
    };
    let changes = Changes::between(&with(0.1), &with(0.2)).unwrap();
    assert!(changes.is_empty());
    assert!(changes.packages.is_empty());
    assert_eq!(changes.scores.len(), 1);
}

#[test]
fn another_base_is_refused() {
    let (a, b) = (database(everything()), database(Vec::new()));
    let delta = Delta::between(&a, &b).unwrap();
    match delta.apply(&b) {
        Err(DeltaError::OtherBase { expected, found }) => {
            assert_eq!((&expected, &found), (a.digest(), b.digest()));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_damage_of_a_delta_is_noticed() {
    let (a, b) = (database(Vec::new()), database(everything()));
    let good = Delta::between(&a, &b).unwrap().to_bytes().unwrap();
    for length in 0..good.len() {
        assert!(
            Delta::from_bytes(&good[..length]).is_err(),
            "{length} bytes"
        );
    }
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 0x11;
        let noticed = Delta::from_bytes(&bad).and_then(|delta| delta.apply(&a));
        assert!(noticed.is_err(), "byte {at}");
    }
}

#[test]
fn two_snapshots_of_azure_linux_are_one_delta_apart() {
    let Some(files) = slices::files("azurelinux-oval", "azurelinux-3.0") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let snapshot = |number: usize| {
        let path = folder
            .path()
            .join(format!("{number}/azurelinux-3.0-oval.xml"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &files[number].1).unwrap();
        built("azurelinux", path)
    };
    let (before, after) = (snapshot(0), snapshot(1));
    assert_ne!(before.digest(), after.digest());
    let (delta, whole) = check(&before, &after);
    println!("azurelinux: a delta of {delta} bytes for a database of {whole}");
    check(&after, &before);
}

#[test]
fn a_year_of_python_advisories_is_one_delta() {
    let Some(files) = slices::files("pypi-pypa", ".yaml") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (early, late) = (folder.path().join("early"), folder.path().join("late"));
    for (path, bytes) in files {
        let name = path.rsplit('/').next().unwrap().to_owned();
        let recent = name.starts_with("PYSEC-2026") || name.starts_with("PYSEC-2025");
        for place in [(!recent).then_some(&early), Some(&late)]
            .into_iter()
            .flatten()
        {
            std::fs::create_dir_all(place).unwrap();
            std::fs::write(place.join(&name), &bytes).unwrap();
        }
    }
    let (before, after) = (built("osv", early), built("osv", late));
    let (delta, whole) = check(&before, &after);
    println!("pypa: a delta of {delta} bytes for a database of {whole}");
    assert!(delta < whole, "a delta is smaller than what it leads to");
}

fn built(feed: &str, path: PathBuf) -> Db {
    let feed = feed::by_name(feed).expect("a feed");
    let sources = [SourceSpec { feed, path }];
    let (bytes, _) =
        build(&sources, &BuildOptions::default(), &mut |_| {}).expect("a readable source");
    Db::from_bytes(bytes).expect("a good database")
}

/// A few records over few names, so that two draws have much in common.
fn drawn() -> impl Strategy<Value = Vec<(&'static str, FeedItem)>> {
    let one = (
        0u8..6,
        prop::collection::vec(0u8..6, 0..2),
        0u8..3,
        1u8..4,
        any::<bool>(),
    );
    let score = prop::option::of(0u8..6);
    (prop::collection::vec(one, 0..8), score).prop_map(|(advisories, score)| {
        let name = |n: u8| {
            if n.is_multiple_of(2) {
                format!("GHSA-{n}")
            } else {
                format!("CVE-2020-{n}")
            }
        };
        let mut records: BTreeMap<u8, (&'static str, FeedItem)> = BTreeMap::new();
        for (id, aliases, package, fixed, withdrawn) in advisories {
            let aliases: Vec<String> = aliases.into_iter().map(name).collect();
            let aliases: Vec<&str> = aliases.iter().map(String::as_str).collect();
            let statement = affected("npm", &format!("p{package}"), &format!("{fixed}.0.0"));
            let mut record = advisory("ghsa", &name(id), &aliases, vec![statement]);
            record.withdrawn = withdrawn.then(|| "2025-01-01T00:00:00Z".to_owned());
            records.insert(id, osv(record));
        }
        let mut records: Vec<_> = records.into_values().collect();
        if let Some(n) = score {
            let epss = Epss {
                score: f64::from(n) / 7.0,
                percentile: 0.5,
            };
            records.push(("epss", FeedItem::Epss { id: name(n), epss }));
        }
        records
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_two_databases_are_one_delta_apart(a in drawn(), b in drawn()) {
        let open = |records| Db::from_bytes(file(records)).expect("opens");
        check(&open(a), &open(b));
    }

    #[test]
    fn foreign_bytes_are_no_delta(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Delta::from_bytes(&bytes).is_err());
    }
}
