//! A report with a few findings, made by hand.

use lazaret_model::{
    Decision, Distro, Evidence, Finding, FindingPackage, FixStatus, Location, Package, Purl,
    REPORT_SCHEMA, Report, Risk, Scanner, Severity, Target, TargetKind,
};
use lazaret_vex::{Document, apply, read};
use serde_json::{Value, json};

pub(crate) const DIGEST: &str =
    "sha256:1111111111111111111111111111111111111111111111111111111111111111";

pub(crate) fn package(purl: &str, path: &str) -> Package {
    let purl: Purl = purl.parse().unwrap();
    Package {
        name: purl.ecosystem_name(),
        version: purl.version.clone().unwrap_or_default(),
        locations: vec![Location {
            path: path.into(),
            layer: None,
        }],
        purl,
        ..Package::default()
    }
}

fn finding(id: &str, aliases: &[&str], package: &Package) -> Finding {
    Finding {
        key: format!("{}#{id}", package.purl),
        id: id.into(),
        aliases: aliases.iter().map(ToString::to_string).collect(),
        package: FindingPackage {
            purl: package.purl.to_string(),
            name: package.name.clone(),
            version: package.version.clone(),
            ..FindingPackage::default()
        },
        status: FixStatus::Fixed,
        raw_status: None,
        fixed_versions: Vec::new(),
        severity: Severity::High,
        severity_source: String::new(),
        ratings: Vec::new(),
        cvss: Vec::new(),
        cwes: Vec::new(),
        epss: None,
        kev: false,
        kev_entry: None,
        ssvc: None,
        risk: Risk::default(),
        title: String::new(),
        references: Vec::new(),
        published: None,
        evidence: Evidence::default(),
        from_base: None,
        also: Vec::new(),
        suppressed: None,
    }
}

/// An image with a Go program, two npm packages and a Debian package.
pub(crate) fn report() -> Report {
    let packages = vec![
        package(
            "pkg:deb/debian/curl@7.88.1-10?arch=amd64&distro=debian-12.13",
            "var/lib/dpkg/status",
        ),
        package("pkg:golang/example.com/tool@v1.2.0", "usr/bin/tool"),
        package("pkg:golang/helm.sh/helm/v3@v3.10.0", "usr/bin/tool"),
        package("pkg:golang/helm.sh/helm/v3@v3.9.0", "usr/bin/other"),
        package(
            "pkg:npm/%40scope/left@1.0.0",
            "app/node_modules/@scope/left/package.json",
        ),
        package(
            "pkg:npm/lodash@4.17.20",
            "app/node_modules/lodash/package.json",
        ),
    ];
    let findings = vec![
        finding("CVE-2023-0001", &["GHSA-curl"], &packages[0]),
        finding("CVE-2024-26147", &["GO-2024-2575"], &packages[2]),
        finding("CVE-2024-26147", &["GO-2024-2575"], &packages[3]),
        finding("CVE-2020-0002", &[], &packages[4]),
        finding("CVE-2021-23337", &["GHSA-lodash"], &packages[5]),
    ];
    Report {
        schema: REPORT_SCHEMA.into(),
        scanner: Scanner {
            name: "lazaret".into(),
            version: "0".into(),
        },
        target: Target {
            input: "registry.example/team/app:1.0".into(),
            kind: TargetKind::Image,
            name: "registry.example/team/app:1.0".into(),
            digest: Some(DIGEST.parse().unwrap()),
            platform: None,
            distro: Some(Distro {
                id: "debian".into(),
                version: "12".into(),
                ..Distro::default()
            }),
            ..Target::default()
        },
        database: None,
        packages,
        findings,
        misconfigurations: Vec::new(),
        secrets: Vec::new(),
        licenses: Vec::new(),
        signs: Vec::new(),
        vex: Vec::new(),
        rebase: None,
        gaps: Vec::new(),
        decision: Decision::default(),
    }
}

pub(crate) fn openvex(statements: Value) -> Document {
    let document = json!({
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": "https://example.com/vex/1",
        "author": "Example",
        "timestamp": "2024-01-01T00:00:00Z",
        "version": 1,
        "statements": statements,
    });
    read("vex.json", document.to_string().as_bytes()).unwrap()
}

/// The report after the documents, with the positions of the findings that they clear.
pub(crate) fn applied(documents: &[Document]) -> (Report, Vec<usize>) {
    let mut report = report();
    apply(&mut report, documents);
    let cleared = (0..report.findings.len())
        .filter(|at| report.findings[*at].suppressed.is_some())
        .collect();
    (report, cleared)
}
