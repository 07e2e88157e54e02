//! What a matcher must do, as `docs/matching.md` lists it, where no other file here has it.

use lazaret_advisory::Db;
use lazaret_advisory::build::{BuildOptions, Builder};
use lazaret_match::{MatchOptions, MatchResult, matched};
use lazaret_model::{
    Advisory, AdvisoryKind, Affected, CveRecord, Distro, FeedItem, FixStatus, GapKind, Inventory,
    Kev, KeyKind, Package, Qualifiers, Source,
};
use lazaret_version::{Bound, Interval, Range};

use crate::conditions::statement;

pub(crate) fn advisory(id: &str, affected: Vec<Affected>) -> Advisory {
    Advisory {
        id: id.to_owned(),
        feed: "test".to_owned(),
        affected,
        ..Advisory::default()
    }
}

pub(crate) fn database(items: Vec<FeedItem>) -> Db {
    let mut builder = Builder::new();
    for item in items {
        builder.item("osv", item).expect("a good record");
    }
    let encoded = builder.finish(BuildOptions::default().level, false);
    Db::from_bytes(encoded.expect("a database").bytes).expect("a good database")
}

pub(crate) fn of(advisories: impl IntoIterator<Item = Advisory>) -> Db {
    let items = advisories.into_iter().map(Box::new);
    database(items.map(FeedItem::Advisory).collect())
}

fn against(db: &Db, distro: &Distro, packages: Vec<Package>) -> MatchResult {
    let mut inventory = Inventory {
        packages,
        ..Inventory::default()
    };
    inventory.target.distro = Some(distro.clone());
    matched(&inventory, db, &MatchOptions::default()).expect("a good database")
}

fn tool(version: &str) -> Package {
    Package::new("rpm", "tool", version)
}

#[test]
fn a_fix_of_an_older_stream_is_no_flaw_of_a_newer_one() {
    // `< 3.9.18-3.el9_4.5 || >= 3.9.19, < 3.9.19-8.el9`: two upstream versions were fixed.
    let ranges = Range {
        intervals: vec![
            Interval::below("0:3.9.18-3.el9_4.5"),
            Interval::new(
                Bound::Inclusive("0:3.9.19".into()),
                Bound::Exclusive("0:3.9.19-8.el9".into()),
            ),
        ],
        ..Range::default()
    };
    let affected = Affected {
        range: ranges,
        fixed: vec!["0:3.9.18-3.el9_4.5".into(), "0:3.9.19-8.el9".into()],
        ..statement("rhel:9", "x", Qualifiers::default())
    };
    let db = of([advisory("CVE-2030-1", vec![affected])]);
    let rhel = Distro::new("rhel", "9");
    for (version, fixed) in [
        ("3.9.18-1.el9_3.1", Some("0:3.9.18-3.el9_4.5")),
        ("3.9.18-3.el9_4.5", None),
        ("3.9.18-3.el9_4.6", None),
        ("3.9.19-1.el9", Some("0:3.9.19-8.el9")),
        ("3.9.19-8.el9", None),
    ] {
        let result = against(&db, &rhel, vec![tool(version)]);
        let first = result.findings.first();
        let told = first
            .and_then(|f| f.fixed_versions.first())
            .map(String::as_str);
        assert_eq!(told, fixed, "{version}");
    }
}

#[test]
fn a_red_hat_system_without_content_sets_is_matched_all_the_same() {
    for release in ["9", "10", "10.1"] {
        let space = format!(
            "rhel:{}",
            &release[..release.find('.').unwrap_or(release.len())]
        );
        let fixed = statement(&space, "0:2.0-1", Qualifiers::default());
        let db = of([advisory("CVE-2030-1", vec![fixed])]);
        let result = against(&db, &Distro::new("rhel", release), vec![tool("1.0-1")]);
        assert_eq!(
            (result.findings.len(), result.gaps.len()),
            (1, 0),
            "{release}"
        );
    }
}

#[test]
fn a_finding_tells_the_package_and_the_source_that_was_compared() {
    let source = Affected {
        key: KeyKind::Source,
        ..statement("debian:12", "1:2.0-1", Qualifiers::default())
    };
    let source = Affected {
        scheme: lazaret_version::Scheme::Deb,
        ..source
    };
    let db = of([advisory("CVE-2030-1", vec![source])]);
    let package = Package {
        source: Some(Source {
            name: "tool".into(),
            version: "1:1.0-1".into(),
        }),
        ..Package::new("deb", "libtool1", "4.0-1+b2")
    };
    let result = against(&db, &Distro::new("debian", "12"), vec![package]);
    let [finding] = result.findings.as_slice() else {
        panic!("{result:?}")
    };
    assert_eq!(finding.package.name, "libtool1");
    assert_eq!(finding.package.version, "4.0-1+b2");
    let built_from = finding.package.source.as_ref().map(|s| s.version.as_str());
    assert_eq!(built_from, Some("1:1.0-1"));
    assert_eq!(finding.evidence.key, "debian:12 source tool");
    assert_eq!(finding.evidence.compared, "deb, 1:1.0-1, < 1:2.0-1");
}

#[test]
fn a_word_that_acquits_counts_under_every_name_it_is_given() {
    let accused = || statement("rhel:9", "0:2.0-1", Qualifiers::default());
    let acquitted = |key: KeyKind, name: &str| Affected {
        status: FixStatus::NotAffected,
        range: Range::everything(),
        fixed: Vec::new(),
        name: name.to_owned(),
        key,
        ..statement("rhel:9", "", Qualifiers::default())
    };
    let package = || Package {
        source: Some(Source {
            name: "base".into(),
            version: "1.0-1".into(),
        }),
        ..tool("1.0-1")
    };
    for (word, expected) in [
        (acquitted(KeyKind::Binary, "tool"), 0),
        (acquitted(KeyKind::Source, "base"), 0),
        (acquitted(KeyKind::Binary, "other"), 1),
        (acquitted(KeyKind::Binary, "base"), 1),
    ] {
        let name = format!("{:?} {}", word.key, word.name);
        // In one record or in another of the same vulnerability.
        let one = of([advisory("CVE-2030-1", vec![accused(), word.clone()])]);
        let erratum = Advisory {
            upstream: vec!["CVE-2030-1".into()],
            ..advisory("RHSA-2030:1", vec![accused()])
        };
        let two = of([erratum, advisory("CVE-2030-1", vec![word])]);
        for db in [one, two] {
            let result = against(&db, &Distro::new("rhel", "9"), vec![package()]);
            assert_eq!(result.findings.len(), expected, "{name}");
        }
    }
}

#[test]
fn a_package_of_another_maker_is_a_gap_with_the_reason() {
    let fixed = statement("rhel:9", "0:2.0-1", Qualifiers::default());
    let db = of([advisory("CVE-2030-1", vec![fixed])]);
    let foreign = Package {
        third_party: true,
        ..tool("1.0-1")
    };
    let result = against(&db, &Distro::new("rhel", "9"), vec![foreign]);
    assert!(result.findings.is_empty());
    let [gap] = result.gaps.as_slice() else {
        panic!("{result:?}")
    };
    assert_eq!(gap.kind, GapKind::NoAdvisories);
    assert!(gap.detail.contains("not built by"), "{gap}");
}

#[test]
fn what_was_withdrawn_rejected_or_only_noted_makes_no_finding() {
    let about = || vec![statement("rhel:9", "0:2.0-1", Qualifiers::default())];
    let rhel = Distro::new("rhel", "9");
    let withdrawn = Advisory {
        withdrawn: Some("2030-01-01T00:00:00Z".into()),
        ..advisory("CVE-2030-1", about())
    };
    let noted = Advisory {
        kind: AdvisoryKind::Informational,
        ..advisory("CVE-2030-1", about())
    };
    for record in [withdrawn, noted] {
        let result = against(&of([record]), &rhel, vec![tool("1.0-1")]);
        assert_eq!(result, MatchResult::default());
    }
    let rejected = CveRecord {
        id: "CVE-2030-1".into(),
        feed: "nvd".into(),
        rejected: true,
        ..CveRecord::default()
    };
    let db = database(vec![
        FeedItem::Advisory(Box::new(advisory("CVE-2030-1", about()))),
        FeedItem::Cve(Box::new(rejected)),
    ]);
    let result = against(&db, &rhel, vec![tool("1.0-1")]);
    assert_eq!(result, MatchResult::default());
}

#[test]
fn an_unknown_version_or_release_is_told() {
    let fixed = statement("rhel:9", "0:2.0-1", Qualifiers::default());
    let db = of([advisory("CVE-2030-1", vec![fixed])]);
    let kinds = |result: &MatchResult| result.gaps.iter().map(|g| g.kind).collect::<Vec<_>>();
    let result = against(&db, &Distro::new("rhel", "9"), vec![tool("")]);
    assert_eq!(kinds(&result), [GapKind::MissingVersion]);
    assert_eq!(result.findings[0].status, FixStatus::Undecided);
    for (id, release) in [("rhel", "5"), ("nobody-knows", "1"), ("centos-stream", "9")] {
        let result = against(&db, &Distro::new(id, release), vec![tool("1.0-1")]);
        assert!(result.findings.is_empty(), "{id} {release}");
        assert_eq!(kinds(&result), [GapKind::NoAdvisories], "{id} {release}");
    }
}

#[test]
fn what_was_published_after_a_date_is_left_out_and_told() {
    let published = |id: &str, date: &str| Advisory {
        published: date.to_owned(),
        ..advisory(
            id,
            vec![statement("rhel:9", "0:2.0-1", Qualifiers::default())],
        )
    };
    let kev = Kev {
        date_added: "2030-03-01".into(),
        ..Kev::default()
    };
    let db = database(vec![
        FeedItem::Advisory(Box::new(published("CVE-2030-1", "2030-01-31T23:59:59Z"))),
        FeedItem::Advisory(Box::new(published("CVE-2030-2", "2030-02-02T00:00:00Z"))),
        FeedItem::Advisory(Box::new(published("CVE-2030-3", ""))),
        FeedItem::Kev {
            id: "CVE-2030-1".into(),
            kev,
        },
    ]);
    let mut inventory = Inventory {
        packages: vec![tool("1.0-1")],
        ..Inventory::default()
    };
    inventory.target.distro = Some(Distro::new("rhel", "9"));
    let found = |as_of: Option<&str>| {
        let options = MatchOptions {
            as_of: as_of.map(str::to_owned),
            ..MatchOptions::default()
        };
        matched(&inventory, &db, &options).expect("a good database")
    };
    let ids = |result: &MatchResult| -> Vec<(String, bool)> {
        let all = result.findings.iter();
        all.map(|f| (f.id.clone(), f.kev)).collect()
    };
    let then = found(Some("2030-02-01"));
    let expected = [
        ("CVE-2030-1".to_owned(), false),
        ("CVE-2030-3".to_owned(), false),
    ];
    assert_eq!(ids(&then), expected);
    assert_eq!(then.gaps[0].kind, GapKind::StaleDatabase);
    let now = found(None);
    assert_eq!((ids(&now).len(), ids(&now)[0].1), (3, true));
    assert_eq!(now.gaps, []);
}

#[test]
fn the_order_of_packages_and_records_changes_nothing() {
    let fixed = |name: &str, fix: &str| Affected {
        name: name.to_owned(),
        ..statement("rhel:9", fix, Qualifiers::default())
    };
    let mut records: Vec<Advisory> = (1..6)
        .map(|n| {
            let fix = format!("0:{n}.0-1");
            let about = vec![fixed("tool", &fix), fixed("other", &fix)];
            advisory(&format!("CVE-2030-{n}"), about)
        })
        .collect();
    let mut packages = vec![
        tool("2.5-1"),
        Package::new("rpm", "other", "1.5-1").at("var/lib/rpm/Packages"),
        Package::new("rpm", "third", ""),
    ];
    let rhel = Distro::new("rhel", "9");
    let one = against(&of(records.clone()), &rhel, packages.clone());
    records.reverse();
    packages.reverse();
    let other = against(&of(records), &rhel, packages);
    assert_eq!(one, other);
    let keys: Vec<&str> = one.findings.iter().map(|f| f.key.as_str()).collect();
    assert_eq!(
        keys,
        [
            "CVE-2030-2 pkg:rpm/other@1.5-1 var/lib/rpm/Packages",
            "CVE-2030-3 pkg:rpm/other@1.5-1 var/lib/rpm/Packages",
            "CVE-2030-4 pkg:rpm/other@1.5-1 var/lib/rpm/Packages",
            "CVE-2030-5 pkg:rpm/other@1.5-1 var/lib/rpm/Packages",
            "CVE-2030-3 pkg:rpm/tool@2.5-1",
            "CVE-2030-4 pkg:rpm/tool@2.5-1",
            "CVE-2030-5 pkg:rpm/tool@2.5-1",
        ]
    );
}
