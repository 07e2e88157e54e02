//! What the base brought and what the application did, in gates and rules.

use lazaret_model::*;
use lazaret_policy::{Circumstances, Gate, Owner, Policy, decide};

use crate::{finding, report};

/// A finding of each owner, and one of nobody that is known.
fn three(guessed: bool) -> Report {
    let mut findings = vec![
        finding("CVE-1", Severity::Critical, FixStatus::Fixed),
        finding("CVE-2", Severity::High, FixStatus::Fixed),
        finding("CVE-3", Severity::Low, FixStatus::Fixed),
    ];
    findings[0].from_base = Some(true);
    findings[1].from_base = Some(false);
    let mut report = report(findings);
    report.gaps.clear();
    report.target.base = Some(Base {
        guessed,
        ..Base::default()
    });
    report
}

#[track_caller]
fn check(condition: &str, guessed: bool, expected: &[&str]) {
    let gate = Gate {
        fail_on: vec![condition.parse().expect("a condition")],
        ..Gate::default()
    };
    let decision = decide(&three(guessed), &gate);
    let keys = decision.reasons.iter().flat_map(|r| &r.findings);
    let ids = keys.map(|key| key.split(' ').next().expect("an id"));
    assert_eq!(ids.collect::<Vec<_>>(), expected, "{condition}");
}

#[test]
fn a_condition_may_be_for_one_owner() {
    check("base:high", false, &["CVE-1"]);
    check("app:high", false, &["CVE-2"]);
    check("APP: low", false, &["CVE-2", "CVE-3"]);
    check("base:fixable", false, &["CVE-1", "CVE-3"]);
    for wrong in ["base:app:high", "base:", "other:high", "app"] {
        assert!(wrong.parse::<lazaret_policy::FailOn>().is_err(), "{wrong}");
    }
}

#[test]
fn a_guess_lets_nothing_pass() {
    check("app:low", true, &["CVE-1", "CVE-2", "CVE-3"]);
    check("base:low", true, &["CVE-1", "CVE-2", "CVE-3"]);
}

#[test]
fn a_reason_says_whose_it_is_about() {
    let gate = Gate {
        fail_on: vec!["app:high".parse().expect("a condition")],
        ..Gate::default()
    };
    let message = &decide(&three(false), &gate).reasons[0].message;
    assert_eq!(
        message,
        "1 finding of the application of severity high or worse"
    );
}

#[track_caller]
fn hidden(only: Owner, guessed: bool, expected: &[&str]) {
    let layer = Digest::sha256(&[1; 32]);
    let mut report = three(guessed);
    report.target.layers = vec![Layer {
        digest: None,
        diff_id: layer.clone(),
        created_by: None,
        base: Some(true),
    }];
    report.secrets.push(Secret {
        layer: Some(layer),
        ..crate::secrets::secret("key", Severity::High)
    });
    let gate = Gate {
        only: Some(only),
        ..Gate::default()
    };
    gate.filter(&mut report);
    let findings = report.findings.iter().filter(|f| f.suppressed.is_some());
    let findings = findings.map(|f| f.id.as_str());
    let secrets = report.secrets.iter().filter(|s| s.suppressed.is_some());
    let all: Vec<&str> = findings.chain(secrets.map(|_| "secret")).collect();
    assert_eq!(all, expected, "{only:?}");
}

#[test]
fn the_other_owner_may_be_left_out() {
    hidden(Owner::App, false, &["CVE-1", "secret"]);
    hidden(Owner::Base, false, &["CVE-2"]);
    hidden(Owner::App, true, &[]);
}

#[test]
fn rules_know_the_owner_where_it_is_known() {
    let policy = "apiVersion: lazaret.dev/v1\nname: ours\nrules:\n  - name: ours\n    each: finding\n    \
         when: '!finding.from_base'\n    action: block\n";
    let policy = Policy::read(&[("ours.yaml", policy.as_bytes())]).expect("a policy");
    let now = "2026-11-28T10:00:00Z".parse().expect("a time");
    let circumstances = Circumstances {
        now,
        ..Circumstances::default()
    };
    let told = |guessed| {
        let decision = policy.decide(&three(guessed), &circumstances);
        let of = |r: &Reason| (r.undecided, r.findings.len());
        decision.reasons.iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(told(false), [(false, 1), (true, 1)]);
    assert_eq!(told(true), [(true, 3)], "a guess decides nothing");
}

#[test]
fn rules_know_the_owner_of_packages() {
    let policy = "apiVersion: lazaret.dev/v1\nname: ours\nrules:\n  - name: ours\n    each: package\n    \
         when: 'package.from_base'\n    action: block\n";
    let policy = Policy::read(&[("ours.yaml", policy.as_bytes())]).expect("a policy");
    let now = "2026-11-28T10:00:00Z".parse().expect("a time");
    let circumstances = Circumstances {
        now,
        ..Circumstances::default()
    };
    let told = |guessed| {
        let mut report = three(guessed);
        report.findings.clear();
        report.packages = [Some(true), Some(false), None]
            .into_iter()
            .zip(["pkg:npm/a@1", "pkg:npm/b@1", "pkg:npm/c@1"])
            .map(|(from_base, purl)| Package {
                purl: purl.parse().expect("a purl"),
                from_base,
                ..Package::default()
            })
            .collect();
        let decision = policy.decide(&report, &circumstances);
        let of = |r: &Reason| (r.undecided, r.message.clone());
        decision.reasons.iter().map(of).collect::<Vec<_>>()
    };
    let sure: Vec<bool> = told(false)
        .into_iter()
        .map(|(undecided, _)| undecided)
        .collect();
    assert_eq!(sure, [false, true], "one of the base, one not known");
    let guessed = told(true);
    assert_eq!(guessed.len(), 1);
    assert!(guessed[0].0, "a guess decides nothing: {guessed:?}");
}
