//! The gate, the ignore files and policies at the crate's boundary.

mod document;
mod exceptions;
mod language;
mod laws;
mod owners;
mod page;
mod secrets;
mod signers;

use lazaret_model::*;
use lazaret_policy::{Gate, IgnoreRules, decide};

pub(crate) fn finding(id: &str, severity: Severity, status: FixStatus) -> Finding {
    let purl = "pkg:npm/lodash@4.17.11";
    Finding {
        key: format!("{id} {purl}"),
        id: id.into(),
        aliases: vec![format!("GHSA-{id}")],
        package: FindingPackage {
            purl: purl.into(),
            name: "lodash".into(),
            version: "4.17.11".into(),
            ..FindingPackage::default()
        },
        status,
        raw_status: None,
        fixed_versions: vec![],
        severity,
        severity_source: String::new(),
        ratings: vec![],
        cvss: vec![],
        cwes: vec![],
        epss: None,
        kev: id == "CVE-1-1",
        kev_entry: None,
        ssvc: None,
        risk: Risk::default(),
        title: String::new(),
        references: vec![],
        published: None,
        evidence: Evidence {
            locations: vec!["app/node_modules/lodash/package.json".into()],
            ..Evidence::default()
        },
        from_base: None,
        also: vec![],
        suppressed: None,
    }
}

pub(crate) fn report(findings: Vec<Finding>) -> Report {
    Report {
        schema: REPORT_SCHEMA.into(),
        scanner: Scanner {
            name: "lazaret".into(),
            version: "0".into(),
        },
        target: Target::default(),
        database: None,
        packages: vec![],
        findings,
        misconfigurations: vec![],
        secrets: vec![],
        licenses: vec![],
        signs: vec![],
        vex: Vec::new(),
        rebase: None,
        gaps: vec![Gap::new(GapKind::Unreadable, "a", "b")],
        decision: Decision::default(),
    }
}

pub(crate) fn two() -> Report {
    report(vec![
        finding("CVE-1-1", Severity::Medium, FixStatus::Fixed),
        finding("CVE-2-2", Severity::High, FixStatus::Affected),
    ])
}

#[track_caller]
fn check(fail_on: &[&str], gaps: bool, expected: Outcome) {
    let gate = Gate {
        fail_on: fail_on
            .iter()
            .map(|c| c.parse().expect("a condition"))
            .collect(),
        fail_on_gaps: gaps,
        ..Gate::default()
    };
    assert_eq!(decide(&two(), &gate).outcome, expected, "{fail_on:?}");
}

#[test]
fn one_condition_that_holds_is_enough() {
    check(&["high"], false, Outcome::Block);
    check(&["critical"], false, Outcome::Allow);
    check(&["critical", "kev"], false, Outcome::Block);
    check(&["epss>=0.5", "cvss>=9"], false, Outcome::Allow);
    check(&["critical"], true, Outcome::Block);
    check(&[], false, Outcome::Warn);
    assert!("severe".parse::<lazaret_policy::FailOn>().is_err());
}

#[test]
fn filters_suppress_and_do_not_delete() {
    let mut report = two();
    let gate = Gate {
        ignore_unfixed: true,
        fail_on: vec!["high".parse().expect("a level")],
        ..Gate::default()
    };
    gate.filter(&mut report);
    assert_eq!(report.findings.len(), 2);
    assert_eq!(decide(&report, &gate).outcome, Outcome::Allow);
}

#[track_caller]
fn ignored(name: &str, text: &str, today: &str) -> (Vec<String>, Vec<String>) {
    let mut rules = IgnoreRules::default();
    rules.add(name, text.as_bytes()).expect("a good file");
    let mut report = two();
    let unused = rules.apply(&mut report, today);
    let hidden = report
        .findings
        .iter()
        .filter(|f| f.suppressed.is_some())
        .map(|f| f.id.clone());
    (
        hidden.collect(),
        unused
            .into_iter()
            .map(|u| format!("{}: {}", u.place, u.why))
            .collect(),
    )
}

#[test]
fn trivyignore_knows_aliases_comments_and_expiry() {
    let text = "# fine here\nCVE-1-1\nGHSA-CVE-2-2 exp:2026-01-01\n\nCVE-9-9 # never seen\n";
    let (hidden, unused) = ignored(".trivyignore", text, "2025-12-31");
    assert_eq!(hidden, ["CVE-1-1", "CVE-2-2"]);
    assert_eq!(unused, [".trivyignore:5: it matched nothing"]);
    let (hidden, unused) = ignored(".trivyignore", text, "2026-01-01");
    assert_eq!(hidden, ["CVE-1-1"]);
    assert_eq!(unused[0], ".trivyignore:3: it expired on 2026-01-01");
}

#[test]
fn yaml_rules_are_bound_to_packages_and_paths() {
    let trivy = "vulnerabilities:\n  - id: CVE-1-1\n    purls: [\"pkg:npm/lodash\"]\n    statement: not reachable\n  - id: CVE-2-2\n    paths: [\"other/\"]\n";
    assert_eq!(
        ignored(".trivyignore.yaml", trivy, "2026-01-01").0,
        ["CVE-1-1"]
    );
    let grype = "ignore:\n  - vulnerability: CVE-2-2\n    package:\n      name: lodash\n      version: 4.17.11\n  - {}\n";
    let (hidden, unused) = ignored(".grype.yaml", grype, "2026-01-01");
    assert_eq!(hidden, ["CVE-2-2"]);
    assert_eq!(unused.len(), 1, "an empty rule hides nothing");
}

#[test]
fn a_bad_date_is_an_error_that_names_the_line() {
    let error = IgnoreRules::default()
        .add(".trivyignore", b"CVE-1-1 exp:soon")
        .expect_err("refused");
    assert_eq!(
        error.to_string(),
        ".trivyignore: line 1: `exp:` wants a date such as 2026-12-31"
    );
}

/// Which of three packages a Grype rule about `CVE-1` hides.
#[track_caller]
fn grype(conditions: &str) -> Vec<String> {
    let mut jar = finding("CVE-1", Severity::High, FixStatus::Affected);
    jar.package.purl = "pkg:maven/org.example/core@2.0?type=jar".into();
    jar.package.name = "org.example:core".into();
    jar.evidence.locations = vec!["opt/app/lib/core-2.0.jar".into()];
    jar.evidence.key = "maven binary org.example:core".into();
    let mut library = finding("CVE-1", Severity::High, FixStatus::WillNotFix);
    library.package.purl = "pkg:deb/debian/libssl3@3.0?arch=amd64".into();
    library.package.name = "libssl3".into();
    library.package.source = Some(Source {
        name: "openssl".into(),
        version: "3.0".into(),
    });
    library.evidence.key = "debian:12 source openssl".into();
    let npm = finding("CVE-1", Severity::High, FixStatus::Fixed);
    let mut report = report(vec![jar, library, npm]);
    let mut rules = IgnoreRules::default();
    let text = format!("ignore:\n  - {conditions}\n");
    rules
        .add(".grype.yaml", text.as_bytes())
        .expect("a good file");
    rules.apply(&mut report, "2026-01-01");
    let hidden = report.findings.iter().filter(|f| f.suppressed.is_some());
    hidden.map(|f| f.package.name.clone()).collect()
}

#[test]
fn each_clause_of_grype_narrows_its_rule() {
    let all = ["org.example:core", "libssl3", "lodash"];
    assert_eq!(grype("vulnerability: CVE-1"), all);
    assert_eq!(grype("vulnerability: GHSA-CVE-1"), all, "an alias");
    assert_eq!(
        grype("{vulnerability: CVE-1, fix-state: fixed}"),
        ["lodash"]
    );
    assert_eq!(grype("fix-state: wont-fix"), ["libssl3"]);
    assert_eq!(grype("package: {name: 'lib.*'}"), ["libssl3"]);
    assert_eq!(grype("package: {name: lib}"), [""; 0], "a name is whole");
    assert_eq!(
        grype("package: {name: lodash, version: 4.17.11}"),
        ["lodash"]
    );
    assert_eq!(grype("package: {name: lodash, version: 4.17.12}"), [""; 0]);
    assert_eq!(grype("package: {type: java-archive}"), ["org.example:core"]);
    assert_eq!(grype("package: {language: javascript}"), ["lodash"]);
    assert_eq!(grype("package: {upstream-name: openssl}"), ["libssl3"]);
    assert_eq!(
        grype("package: {location: '/opt/**/*.jar'}"),
        ["org.example:core"]
    );
    assert_eq!(grype("package: {location: '/opt'}"), [""; 0]);
    assert_eq!(grype("namespace: debian:distro:debian:12"), ["libssl3"]);
    assert_eq!(
        grype("namespace: github:language:java"),
        ["org.example:core"]
    );
    assert_eq!(grype("match-type: exact-indirect-match"), ["libssl3"]);
    assert_eq!(
        grype("{vulnerability: CVE-1, vex-status: not_affected}"),
        [""; 0]
    );
    assert_eq!(grype("reason: no condition at all"), [""; 0]);
}

#[test]
fn each_clause_of_trivy_narrows_its_rule() {
    let hidden = |clause: &str| {
        let text = format!("vulnerabilities:\n  - {{id: CVE-1-1, {clause}}}\n");
        ignored(".trivyignore.yaml", &text, "2026-01-01").0.len()
    };
    assert_eq!(hidden("statement: fine"), 1);
    assert_eq!(hidden("paths: ['app/**/package.json']"), 1);
    assert_eq!(hidden("paths: ['app']"), 0);
    assert_eq!(hidden("paths: ['nowhere', 'app/**']"), 1);
    assert_eq!(hidden("purls: ['pkg:npm/lodash@4.17.11']"), 1);
    assert_eq!(hidden("purls: ['pkg:npm/lodash@4.17.12']"), 0);
    assert_eq!(hidden("purls: ['pkg:npm/lodash?a=b']"), 0);
    assert_eq!(hidden("purls: ['pkg:npm/lod']"), 0);
    assert_eq!(hidden("expired_at: 2026-01-02"), 1);
    assert_eq!(hidden("expired_at: 2026-01-01"), 0);
}

#[test]
fn a_clause_that_is_not_understood_is_refused() {
    for (name, text) in [
        (
            ".grype.yaml",
            "ignore:\n  - {vulnerability: CVE-1, pakage: {name: a}}\n",
        ),
        (".grype.yaml", "ignore:\n  - {fix-state: never}\n"),
        (
            ".trivyignore.yaml",
            "vulnerabilities:\n  - {id: CVE-1, path: [a]}\n",
        ),
        (
            ".trivyignore.yaml",
            "vulnerabilities:\n  - {id: CVE-1, expired_at: soon}\n",
        ),
        (
            ".trivyignore.yaml",
            "vulnerabilities:\n  - {id: CVE-1, purls: [a]}\n",
        ),
    ] {
        let outcome = IgnoreRules::default().add(name, text.as_bytes());
        assert!(outcome.is_err(), "{text}");
    }
}
