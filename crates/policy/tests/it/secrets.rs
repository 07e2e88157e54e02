//! Gates and ignore files over secrets, licences and signs.

use lazaret_model::{Confidence, Outcome, Report, Secret, SecretPlace, Severity};
use lazaret_policy::{Gate, IgnoreRules, decide};

pub(crate) fn secret(path: &str, severity: Severity) -> Secret {
    Secret {
        key: format!("secret|github-pat|{path}"),
        rule: "github-pat".into(),
        title: "GitHub personal access token".into(),
        severity,
        confidence: Confidence::High,
        place: SecretPlace::File,
        path: path.into(),
        line: 1,
        column: 1,
        layer: None,
        deleted_in: None,
        redacted: "ghp_********".into(),
        why: vec![],
        suppressed: None,
    }
}

fn report() -> Report {
    let mut report = crate::report(vec![]);
    report.gaps.clear();
    report.secrets = vec![
        secret("srv/a", Severity::Critical),
        secret("srv/b", Severity::Medium),
    ];
    report
}

#[test]
fn a_secret_stops_the_gate_at_its_severity() {
    let gate = |condition: &str| Gate {
        fail_on: vec![condition.parse().expect("a condition")],
        ..Gate::default()
    };
    let decision = decide(&report(), &gate("high"));
    assert_eq!(decision.outcome, Outcome::Block);
    assert_eq!(
        decision.reasons[0].message,
        "1 secret of severity high or worse"
    );
    assert_eq!(decision.reasons[0].findings, ["secret|github-pat|srv/a"]);
    assert_eq!(decide(&report(), &gate("kev")).outcome, Outcome::Allow);
    let decision = decide(&report(), &Gate::default());
    assert_eq!(decision.outcome, Outcome::Warn);
    assert!(decision.reasons[0].message.contains("2 secrets"));
}

#[test]
fn severities_that_were_not_asked_for_do_not_count() {
    let mut report = report();
    let gate = Gate {
        severities: vec![Severity::Critical],
        ..Gate::default()
    };
    gate.filter(&mut report);
    let counting: Vec<bool> = report.secrets.iter().map(Secret::counts).collect();
    assert_eq!(counting, [true, false]);
}

#[track_caller]
fn check(name: &str, text: &str, hidden: &[&str], unused: usize) {
    let mut rules = IgnoreRules::default();
    rules.add(name, text.as_bytes()).expect("a good file");
    let mut report = report();
    let idle = rules.apply(&mut report, "2026-01-01");
    let found = report.secrets.iter().filter(|s| !s.counts());
    let found: Vec<&str> = found.map(|s| s.path.as_str()).collect();
    assert_eq!(found, hidden, "{text}");
    assert_eq!(idle.len(), unused, "{text}");
}

#[test]
fn ignore_files_name_secrets_by_rule_and_path() {
    check(".trivyignore", "github-pat\n", &["srv/a", "srv/b"], 0);
    check(".trivyignore", "gitlab-pat\n", &[], 1);
    let one = "secrets:\n  - id: github-pat\n    paths: [\"srv/b\"]\n    statement: made up\n";
    check(".trivyignore.yaml", one, &["srv/b"], 0);
    let other = "vulnerabilities:\n  - id: github-pat\n";
    check(".trivyignore.yaml", other, &[], 1);
}
