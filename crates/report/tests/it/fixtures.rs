//! Three reports: clean, gaps only, and one with everything in it.

use lazaret_model::{
    Confidence, Cvss, DatabaseInfo, Decision, Digest, Distro, Epss, Evidence, FeedInfo, Finding,
    FindingPackage, FixStatus, Gap, GapKind, Kev, Layer, License, LicenseCategory, LicenseSource,
    Location, Outcome, Package, REPORT_SCHEMA, Rating, Reason, Report, Risk, Scanner, Secret,
    SecretPlace, Severity, Sign, SignKind, Source, Suppression, Target, TargetKind,
};

/// A name that would clear a terminal, run a script and mention a user.
pub(crate) const HOSTILE: &str =
    "evil\u{1b}[2J\u{9b}31m\u{202e}<script>alert(1)</script>\"'|`@everyone\r\nverdict: ALLOW";

pub(crate) fn clean() -> Report {
    Report {
        schema: REPORT_SCHEMA.into(),
        scanner: Scanner {
            name: "lazaret".into(),
            version: "0.1.0".into(),
        },
        target: Target {
            input: "registry.example/app:1".into(),
            kind: TargetKind::Image,
            name: "registry.example/app:1".into(),
            digest: Some(Digest::sha256(&[0x11; 32])),
            platform: "linux/amd64".parse().ok(),
            distro: Some(Distro::new("debian", "12")),
            layers: vec![layer(1), layer(2)],
            ..Target::default()
        },
        database: Some(DatabaseInfo {
            digest: Digest::sha256(&[0xdb; 32]),
            built_at: "2026-05-01T06:00:00Z".into(),
            starter: false,
            feeds: vec![FeedInfo {
                name: "debian".into(),
                as_of: String::new(),
                records: 42,
            }],
        }),
        packages: vec![Package::new("deb", "base-files", "12.4").at("var/lib/dpkg/status")],
        findings: vec![],
        misconfigurations: vec![],
        secrets: vec![],
        licenses: vec![],
        signs: vec![],
        vex: Vec::new(),
        rebase: None,
        gaps: vec![],
        decision: Decision::default(),
    }
}

pub(crate) fn gaps_only() -> Report {
    let mut report = clean();
    report.gaps = vec![
        Gap::new(
            GapKind::Unreadable,
            "usr/lib/broken.jar",
            "the central directory ends early",
        ),
        Gap::new(
            GapKind::EndOfLife,
            "debian 12",
            "support ended on 2028-06-30",
        ),
        Gap::new(GapKind::Limit, HOSTILE, "more than 1000 members"),
    ];
    report.gaps.sort();
    if let Some(database) = &mut report.database {
        database.starter = true;
    }
    report.decision = Decision {
        outcome: Outcome::Hold,
        reasons: vec![Reason {
            rule: "fail-on-gaps".into(),
            message: "3 gaps".into(),
            ..Reason::default()
        }],
        ..Decision::default()
    };
    report
}

pub(crate) fn rich() -> Report {
    let mut report = gaps_only();
    let mut openssl = Package::new("deb", "libssl3", "3.0.9-1").at("var/lib/dpkg/status");
    openssl.purl.namespace = Some("debian".into());
    openssl.purl.set("arch", "amd64");
    openssl.source = Some(Source {
        name: "openssl".into(),
        version: "3.0.9-1".into(),
    });
    openssl.architecture = Some("amd64".into());
    openssl.licenses = vec!["Apache-2.0".into()];
    openssl.locations = vec![Location {
        path: "var/lib/dpkg/status".into(),
        layer: Some(Digest::sha256(&[1; 32])),
    }];
    let lodash =
        Package::new("npm", "lodash", "4.17.15").at("app/node_modules/lodash/package.json");
    let scoped = Package::new(
        "npm",
        "@scope/very-long-package-name-that-does-not-fit",
        "1.0.0-beta.12345678",
    )
    .at("app/package-lock.json");
    let wide = Package::new("pypi", "漢字漢字漢字漢字漢字漢字漢字漢字", "1.0");
    let hostile = Package::new("npm", HOSTILE, HOSTILE).at(HOSTILE);
    report.secrets = secrets();
    report.licenses = licenses();
    report.signs = vec![Sign {
        key: "sign|unowned_setuid|usr/local/bin/helper".into(),
        kind: SignKind::UnownedSetuid,
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        path: "usr/local/bin/helper".into(),
        layer: Some(Digest::sha256(&[2; 32])),
        package: None,
        message: "a set-uid program that no package owns".into(),
        suppressed: None,
    }];
    report.findings = vec![
        Finding {
            kev: true,
            epss: Some(Epss {
                score: 0.944,
                percentile: 0.999,
            }),
            kev_entry: Some(Kev {
                date_added: "2024-01-02".into(),
                ransomware: true,
                ..Kev::default()
            }),
            ..finding(
                &openssl,
                "CVE-2023-0001",
                Severity::Critical,
                FixStatus::Fixed,
            )
        },
        finding(
            &openssl,
            "CVE-2023-0002",
            Severity::Low,
            FixStatus::WillNotFix,
        ),
        Finding {
            suppressed: Some(Suppression {
                by: "vex".into(),
                reason: "code not reachable".into(),
                rule: Some("app.vex.json:1".into()),
            }),
            ..finding(
                &openssl,
                "CVE-2023-0003",
                Severity::High,
                FixStatus::Affected,
            )
        },
        finding(
            &lodash,
            "GHSA-35jh-r3h4-6jhm",
            Severity::High,
            FixStatus::Fixed,
        ),
        finding(
            &lodash,
            "CVE-2020-9999",
            Severity::Negligible,
            FixStatus::FixDeferred,
        ),
        finding(
            &scoped,
            "AN-ADVISORY-ID-THAT-IS-MUCH-LONGER-THAN-ANY-COLUMN-2024-123456",
            Severity::Medium,
            FixStatus::UnderInvestigation,
        ),
        finding(
            &wide,
            "PYSEC-2024-1",
            Severity::Unknown,
            FixStatus::Undecided,
        ),
        Finding {
            title: HOSTILE.into(),
            ..finding(
                &hostile,
                "CVE-2024-6666",
                Severity::High,
                FixStatus::EndOfLife,
            )
        },
    ];
    report
        .packages
        .extend([openssl, lodash, scoped, wide, hostile]);
    report.decision = Decision {
        outcome: Outcome::Block,
        reasons: vec![Reason {
            rule: "fail-on".into(),
            message: format!("1 critical; {HOSTILE}"),
            ..Reason::default()
        }],
        ..Decision::default()
    };
    report
}

fn layer(n: u8) -> Layer {
    Layer {
        digest: None,
        diff_id: Digest::sha256(&[n; 32]),
        created_by: Some("RUN make".into()),
        base: None,
    }
}

fn finding(package: &Package, id: &str, severity: Severity, status: FixStatus) -> Finding {
    let fixed = status == FixStatus::Fixed;
    Finding {
        key: format!("{}|{id}", package.purl.bare()),
        id: id.into(),
        aliases: vec![format!("ALIAS-{id}")],
        package: FindingPackage {
            purl: package.purl.to_string(),
            name: package.name.clone(),
            version: package.version.clone(),
            reference: None,
            source: package.source.clone(),
            owner: None,
        },
        status,
        raw_status: None,
        fixed_versions: if fixed {
            vec!["3.0.11-1~deb12u2".into()]
        } else {
            vec![]
        },
        severity,
        severity_source: "nvd, because the vendor gives no level".into(),
        ratings: vec![Rating {
            source: "nvd".into(),
            severity: Some(severity),
            vector: None,
        }],
        cvss: vec![Cvss {
            source: "nvd".into(),
            version: "3.1".into(),
            vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H".into(),
            score: Some(9.8),
        }],
        cwes: vec!["CWE-79".into()],
        epss: None,
        kev: false,
        kev_entry: None,
        ssvc: None,
        risk: Risk {
            score: 7.5,
            vector: None,
            why: vec!["reachable from the network".into()],
        },
        title: format!("A flaw in {}", package.name),
        references: vec!["https://example.org/advisory".into()],
        published: Some("2023-01-01T00:00:00Z".into()),
        evidence: Evidence {
            advisory: format!("REC-{id}"),
            feed: "debian".into(),
            key: "debian:12 source openssl".into(),
            range: "< 3.0.11-1~deb12u2".into(),
            compared: "deb, 3.0.9-1, < 3.0.11-1~deb12u2".into(),
            locations: package.locations.iter().map(|l| l.path.clone()).collect(),
        },
        from_base: None,
        also: vec![],
        suppressed: None,
    }
}

fn secrets() -> Vec<Secret> {
    let token = Secret {
        key: "secret|github-pat|srv/app/.env".into(),
        rule: "github-pat".into(),
        title: "GitHub personal access token".into(),
        severity: Severity::Critical,
        confidence: Confidence::High,
        place: SecretPlace::File,
        path: "srv/app/.env".into(),
        line: 3,
        column: 9,
        layer: Some(Digest::sha256(&[1; 32])),
        deleted_in: Some(Digest::sha256(&[2; 32])),
        redacted: "ghp_********".into(),
        why: vec!["the checksum agrees".into()],
        suppressed: None,
    };
    let variable = Secret {
        key: format!("secret|generic-password|{HOSTILE}"),
        rule: "generic-password".into(),
        title: "Password".into(),
        severity: Severity::Medium,
        confidence: Confidence::Low,
        place: SecretPlace::Environment,
        path: HOSTILE.into(),
        line: 0,
        column: 0,
        layer: None,
        deleted_in: None,
        redacted: "********".into(),
        why: vec![],
        suppressed: Some(Suppression {
            by: "ignore-file".into(),
            reason: "made for a demonstration".into(),
            rule: Some(".trivyignore:1".into()),
        }),
    };
    vec![token, variable]
}

fn licenses() -> Vec<License> {
    let gpl = License {
        key: "license|pkg:npm/lodash@4.17.15|AGPL-3.0-only".into(),
        license: "AGPL-3.0-only".into(),
        expression: "AGPL-3.0-only".into(),
        category: LicenseCategory::NetworkCopyleft,
        confidence: Confidence::High,
        severity: Severity::High,
        package: Some("pkg:npm/lodash@4.17.15".into()),
        path: "app/node_modules/lodash/package.json".into(),
        layer: None,
        source: LicenseSource::Metadata,
        optional: false,
        forbidden: true,
        suppressed: None,
    };
    let mit = License {
        key: "license|pkg:npm/left@1|MIT".into(),
        license: "MIT".into(),
        expression: "MIT".into(),
        category: LicenseCategory::Permissive,
        severity: Severity::Unknown,
        forbidden: false,
        ..gpl.clone()
    };
    vec![gpl, mit]
}
