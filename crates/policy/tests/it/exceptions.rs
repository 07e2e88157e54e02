//! Exceptions: what they hide, until when, and what is said of those that hide nothing.

use lazaret_model::{Base, BaseSource, Digest, FixStatus, Layer, Report, Secret, Severity};
use lazaret_policy::{Circumstances, ExceptionState, Exposure, Policy};

use crate::two;

fn secret(rule: &str) -> Secret {
    let text = format!(
        r#"{{"key":"{rule} a","rule":"{rule}","title":"","severity":"high","confidence":"high","place":"file","path":"a","line":1,"column":1,"redacted":""}}"#
    );
    serde_json::from_str(&text).expect("a secret")
}

/// Ids that an exception with these clauses hides, and the warning about it.
fn hidden_in(
    mut report: Report,
    clauses: &str,
    circumstances: &Circumstances,
) -> (Vec<String>, Option<String>) {
    let text = format!(
        "apiVersion: lazaret.dev/v1\nextends: default\nexceptions:\n  - {{name: it, reason: not reachable, owner: shop, {clauses}}}\n"
    );
    let policy = Policy::read(&[("p.yaml", text.as_bytes())]).unwrap_or_else(|e| panic!("{e}"));
    let uses = policy.excuse(&mut report, circumstances);
    let hidden = report.findings.iter().filter(|f| f.suppressed.is_some());
    (hidden.map(|f| f.id.clone()).collect(), uses[0].warning())
}

fn on(day: &str) -> Circumstances {
    Circumstances {
        now: format!("{day}T10:00:00Z").parse().expect("a time"),
        environment: Some("prod".into()),
        ..Circumstances::default()
    }
}

#[track_caller]
fn hides(clauses: &str, expected: &[&str]) {
    hides_with(BaseSource::Given, clauses, expected);
}

#[track_caller]
fn hides_with(source: BaseSource, clauses: &str, expected: &[&str]) {
    let mut report = two();
    report.target.name = "registry.example/shop/cart:1.4".into();
    report.target.base = Some(Base {
        digest: format!("sha256:{}", "b".repeat(64)),
        source,
        ..Base::default()
    });
    report.target.layers = vec![Layer {
        digest: None,
        diff_id: Digest::sha256(&[7; 32]),
        created_by: None,
        base: None,
    }];
    let clauses = format!("{clauses}, expires: 2027-01-01");
    let (hidden, _) = hidden_in(report, &clauses, &on("2026-11-28"));
    assert_eq!(hidden, expected, "{clauses}");
}

#[test]
fn every_clause_narrows() {
    hides("ids: [CVE-1-1]", &["CVE-1-1"]);
    hides("ids: [GHSA-CVE-2-2]", &["CVE-2-2"]);
    hides("ids: [CVE-1]", &[]);
    let lodash = "packages: [{purl: pkg:npm/lodash, versions: '*'}]";
    hides(lodash, &["CVE-1-1", "CVE-2-2"]);
    hides(
        "packages: [{purl: 'pkg:npm/lodash@4.17.11'}]",
        &["CVE-1-1", "CVE-2-2"],
    );
    hides("packages: [{purl: 'pkg:npm/lodash@4.17.12'}]", &[]);
    for (versions, all) in [
        (">=4.17.0, <4.17.21", true),
        ("<4.17.11", false),
        ("<=4.17.11", true),
        ("=4.17.11", true),
        (">4.17.11", false),
        (">4.17.9", true),
    ] {
        let clause = format!("packages: [{{purl: pkg:npm/lodash, versions: '{versions}'}}]");
        let expected: &[&str] = if all { &["CVE-1-1", "CVE-2-2"] } else { &[] };
        hides(&clause, expected);
    }
    hides(
        "packages: [{purl: pkg:npm/lodash.merge, versions: '*'}]",
        &[],
    );
    hides("ids: [CVE-1-1], paths: ['app/**']", &["CVE-1-1"]);
    hides("ids: [CVE-1-1], paths: ['srv/**']", &[]);
    hides("ids: [CVE-1-1], environments: [prod, test]", &["CVE-1-1"]);
    hides("ids: [CVE-1-1], environments: [dev]", &[]);
    hides(&format!("ids: [CVE-1-1], {lodash}"), &["CVE-1-1"]);
    hides(
        "ids: [CVE-1-1], images: ['registry.example/shop/*']",
        &["CVE-1-1"],
    );
    hides(
        "ids: [CVE-1-1], images: ['registry.example/shop/cart']",
        &["CVE-1-1"],
    );
    hides(
        "ids: [CVE-1-1], images: ['registry.example/shop/cart:1.5']",
        &[],
    );
    hides(
        &format!("ids: [CVE-1-1], images: ['{}']", Digest::sha256(&[7; 32])),
        &["CVE-1-1"],
    );
    hides(
        &format!("ids: [CVE-1-1], images: ['sha256:{}']", "b".repeat(64)),
        &["CVE-1-1"],
    );
    // A label is no proof.
    hides_with(
        BaseSource::Label,
        &format!("ids: [CVE-1-1], images: ['sha256:{}']", "b".repeat(64)),
        &[],
    );
    hides(
        &format!("ids: [CVE-1-1], images: ['{}']", Digest::sha256(&[8; 32])),
        &[],
    );
}

#[track_caller]
fn warned(
    report: Report,
    clauses: &str,
    circumstances: &Circumstances,
    hidden: &[&str],
    warning: &str,
) {
    let (found, told) = hidden_in(report, clauses, circumstances);
    assert_eq!(found, hidden, "{clauses}");
    let told = told.unwrap_or_default();
    let told = told
        .strip_prefix("p.yaml:4: the exception `it` (shop): ")
        .unwrap_or(&told);
    assert_eq!(told, warning, "{clauses}");
}

#[test]
fn the_day_of_the_date_is_the_first_without_it() {
    let clauses = "ids: [CVE-1-1], expires: 2026-12-31";
    warned(two(), clauses, &on("2026-12-30"), &["CVE-1-1"], "");
    let told = "it expired on 2026-12-31 and hides nothing; 1 match it";
    warned(two(), clauses, &on("2026-12-31"), &[], told);
    warned(
        two(),
        "ids: [CVE-7-7], expires: 2027-01-01",
        &on("2026-12-31"),
        &[],
        "it matches nothing",
    );
}

#[test]
fn events_end_an_exception() {
    let day = on("2026-11-28");
    // CVE-1-1 is fixed, known to be exploited and medium; CVE-2-2 is none of it, and high.
    let both = "ids: [CVE-1-1, CVE-2-2]";
    let lodash = "pkg:npm/lodash@4.17.11";
    warned(
        two(),
        &format!("{both}, until: [fix-available]"),
        &day,
        &["CVE-2-2"],
        &format!("it has ended for CVE-1-1 {lodash}: a fix is available"),
    );
    warned(
        two(),
        &format!("{both}, until: [kev-listed]"),
        &day,
        &["CVE-2-2"],
        &format!("it has ended for CVE-1-1 {lodash}: it is known to be exploited"),
    );
    warned(
        two(),
        &format!("{both}, until: [severity-raised], severity: medium"),
        &day,
        &["CVE-1-1"],
        &format!("it has ended for CVE-2-2 {lodash}: the severity is more than medium"),
    );
    let exposed = |exposure| Circumstances {
        exposure,
        ..on("2026-11-28")
    };
    let clauses = "ids: [CVE-1-1], until: [exposure-raised], exposure: cluster";
    warned(
        two(),
        clauses,
        &exposed(Some(Exposure::Cluster)),
        &["CVE-1-1"],
        "",
    );
    let told = format!(
        "it has ended for CVE-1-1 {lodash}: the exposure is more than cluster, or not known"
    );
    warned(
        two(),
        clauses,
        &exposed(Some(Exposure::Internet)),
        &[],
        &told,
    );
    warned(two(), clauses, &exposed(None), &[], &told);
}

#[test]
fn what_matches_more_than_it_may_hides_nothing() {
    let clauses = "packages: [{purl: pkg:npm/lodash, versions: '*'}], expires: 2027-01-01, most: 1";
    let told = "it may hide 1, but 2 match it, so it hides none";
    warned(two(), clauses, &on("2026-11-28"), &[], told);
}

#[test]
fn a_version_that_cannot_be_compared_is_not_hidden() {
    let mut report = two();
    for finding in &mut report.findings {
        finding.package.purl = "pkg:npm/jinja2@banana".into();
        finding.package.version = "banana".into();
    }
    let clauses = "packages: [{purl: pkg:npm/jinja2, versions: '<3.0.0'}], expires: 2027-01-01";
    warned(
        report,
        clauses,
        &on("2026-11-28"),
        &[],
        "it matches nothing",
    );
}

#[test]
fn what_is_hidden_says_why_and_by_whom() {
    let text = "apiVersion: lazaret.dev/v1\nextends: default\nexceptions:\n  - {name: it, ids: [CVE-1-1], reason: not reachable, owner: shop, expires: 2027-01-01}\n";
    let policy = Policy::read(&[("p.yaml", text.as_bytes())]).expect("a good policy");
    let mut report = two();
    report.secrets = vec![secret("CVE-1-1")];
    let uses = policy.excuse(&mut report, &on("2026-11-28"));
    let suppression = report.findings[0].suppressed.clone().expect("hidden");
    assert_eq!(suppression.by, "exception");
    assert_eq!(suppression.reason, "not reachable (shop)");
    assert_eq!(suppression.rule.as_deref(), Some("p.yaml:4 it"));
    assert!(matches!(&uses[0].state, ExceptionState::Used(hidden) if hidden.len() == 2));
    let decision = policy.decide(&report, &on("2026-11-28"));
    assert!(
        decision
            .reasons
            .iter()
            .all(|r| r.rule != "known-exploited" && r.rule != "secret"),
        "{decision:?}"
    );
    assert_eq!(
        (FixStatus::Fixed, Severity::Medium),
        (report.findings[0].status, report.findings[0].severity)
    );
}

#[test]
fn an_event_of_vulnerabilities_never_lets_a_secret_be_hidden_for_ever() {
    let text = "apiVersion: lazaret.dev/v1\nextends: default\nexceptions:\n  - {name: it, ids: [aws-key], reason: test data, owner: shop, until: [fix-available]}\n";
    let policy = Policy::read(&[("p.yaml", text.as_bytes())]).expect("a good policy");
    let mut report = two();
    report.secrets = vec![secret("aws-key")];
    let uses = policy.excuse(&mut report, &on("2026-11-28"));
    assert_eq!(uses[0].state, ExceptionState::Unused);
}
