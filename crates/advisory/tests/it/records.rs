//! A handful of records that use every field.

use lazaret_advisory::Db;
use lazaret_advisory::build::Builder;
use lazaret_model::{
    Advisory, AdvisoryKind, Affected, CveRecord, EndOfLife, Epss, FeedItem, FixStatus, Kev,
    KeyKind, Qualifiers, Rating, Severity, Ssvc,
};
use lazaret_version::{Bound, Interval, Range, Scheme};

pub(crate) fn affected(space: &str, name: &str, fixed: &str) -> Affected {
    Affected {
        space: space.into(),
        name: name.into(),
        key: KeyKind::Binary,
        scheme: Scheme::Semver,
        range: Range {
            intervals: vec![Interval {
                lower: Bound::Inclusive("1.0.0".into()),
                upper: Bound::Exclusive(fixed.into()),
            }],
            exact: Vec::new(),
            opaque: None,
        },
        status: FixStatus::Fixed,
        raw_status: None,
        fixed: vec![fixed.into()],
        severity: None,
        qualifiers: Qualifiers::default(),
    }
}

pub(crate) fn advisory(
    feed: &str,
    id: &str,
    aliases: &[&str],
    affected: Vec<Affected>,
) -> Advisory {
    Advisory {
        id: id.into(),
        feed: feed.into(),
        aliases: aliases.iter().map(ToString::to_string).collect(),
        summary: format!("Summary of {id}"),
        published: "2021-12-10T00:40:56Z".into(),
        modified: "2024-02-16T08:21:31Z".into(),
        affected,
        ..Advisory::default()
    }
}

/// A statement that uses every field.
pub(crate) fn full_statement() -> Affected {
    Affected {
        space: "rpm:9".into(),
        name: "nodejs".into(),
        key: KeyKind::Source,
        scheme: Scheme::Rpm,
        range: Range {
            intervals: vec![
                Interval {
                    lower: Bound::Unbounded,
                    upper: Bound::Inclusive("1:16.0-1".into()),
                },
                Interval {
                    lower: Bound::Exclusive("1:18.0-1".into()),
                    upper: Bound::Unbounded,
                },
            ],
            exact: vec!["1.0".into(), "1.0.1".into(), "0.9".into()],
            opaque: Some("see the vendor's page".into()),
        },
        status: FixStatus::WillNotFix,
        raw_status: Some("no-dsa".into()),
        fixed: vec!["1:20.0-1".into()],
        severity: Some(Severity::Negligible),
        qualifiers: Qualifiers {
            architectures: vec!["x86_64".into(), "aarch64".into()],
            module: Some("nodejs:18".into()),
            goos: vec!["linux".into()],
            goarch: vec!["amd64".into()],
            channel: Some("eus".into()),
            flavour: Some("fips".into()),
            target_software: vec!["node.js".into()],
            platforms: vec!["microsoft:windows".into()],
        },
    }
}

pub(crate) fn full_advisory() -> Advisory {
    Advisory {
        upstream: vec!["CVE-2020-1".into(), "CVE-2020-2".into()],
        kind: AdvisoryKind::Malware,
        withdrawn: Some("2024-05-01T00:00:00Z".into()),
        ratings: vec![Rating {
            source: "nvd".into(),
            severity: Some(Severity::High),
            vector: Some("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H".into()),
        }],
        cwes: vec!["CWE-20".into(), "CWE-79".into()],
        references: vec![
            "https://example.org/b".into(),
            "https://example.org/a".into(),
        ],
        ..advisory("almalinux", "ALSA-1", &[], vec![full_statement()])
    }
}

pub(crate) fn cve(id: &str, rejected: bool) -> CveRecord {
    CveRecord {
        id: id.into(),
        feed: "nvd".into(),
        summary: format!("Record of {id}"),
        published: "2021-12-10T10:15:09.143".into(),
        modified: "2023-04-03T20:15:00.000".into(),
        rejected,
        ratings: Vec::new(),
        cwes: vec!["CWE-502".into()],
        ssvc: Some(Ssvc {
            exploitation: "active".into(),
            automatable: "yes".into(),
            technical_impact: "total".into(),
        }),
        references: vec!["https://example.org/cve".into()],
    }
}

/// Every kind of record, with the feed that it comes from.
pub(crate) fn everything() -> Vec<(&'static str, FeedItem)> {
    let log4j = vec![
        affected("maven", "org.apache.logging.log4j:log4j-core", "2.15.0"),
        affected("maven", "org.apache.logging.log4j:log4j-core", "2.12.2"),
    ];
    let ghsa = advisory("ghsa", "GHSA-jfh8-c2jp-5v3q", &["CVE-2021-44228"], log4j);
    let debian = advisory(
        "debian",
        "CVE-2021-44228",
        &[],
        vec![affected("debian:11", "apache-log4j2", "2.15.0")],
    );
    let rejected = advisory(
        "debian",
        "CVE-2022-1",
        &[],
        vec![affected("debian:11", "zlib", "1.3.0")],
    );
    let informational = Advisory {
        kind: AdvisoryKind::Informational,
        ..advisory(
            "rustsec",
            "RUSTSEC-2020-1",
            &[],
            vec![affected("cargo", "term", "9.9.9")],
        )
    };
    let boxed = |advisory| FeedItem::Advisory(Box::new(advisory));
    vec![
        ("osv", boxed(ghsa)),
        ("debian", boxed(debian)),
        ("debian", boxed(rejected)),
        ("osv", boxed(informational)),
        ("osv", boxed(full_advisory())),
        ("nvd", FeedItem::Cve(Box::new(cve("CVE-2021-44228", false)))),
        ("nvd", FeedItem::Cve(Box::new(cve("CVE-2022-1", true)))),
        (
            "epss",
            FeedItem::Epss {
                id: "CVE-2021-44228".into(),
                epss: Epss {
                    score: 0.97565,
                    percentile: 0.99998,
                },
            },
        ),
        (
            "kev",
            FeedItem::Kev {
                id: "CVE-2021-44228".into(),
                kev: Kev {
                    date_added: "2021-12-10".into(),
                    due_date: "2021-12-24".into(),
                    ransomware: true,
                    name: "Log4j2 Remote Code Execution".into(),
                },
            },
        ),
        (
            "endoflife",
            FeedItem::EndOfLife(EndOfLife {
                product: "debian".into(),
                cycle: "11".into(),
                date: "2024-08-14".into(),
                extended: Some("2026-08-31".into()),
            }),
        ),
    ]
}

/// The database file of these records.
pub(crate) fn file(records: Vec<(&'static str, FeedItem)>) -> Vec<u8> {
    let mut builder = Builder::new();
    for (feed, item) in records {
        builder.item(feed, item).expect("a good record");
    }
    builder.finish(3, false).expect("encodes").bytes
}

/// The database of these records.
pub(crate) fn database(records: Vec<(&'static str, FeedItem)>) -> Db {
    let db = Db::from_bytes(file(records)).expect("opens");
    db.verify().expect("an untouched file");
    db
}
