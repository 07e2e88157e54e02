//! Laws that hold for whatever reports, exceptions and rules there are.

use lazaret_model::{FixStatus, Outcome, Report, Severity};
use lazaret_policy::{Circumstances, Exposure, Policy};
use proptest::prelude::*;

use crate::{finding, report};

/// A few findings that differ in all that rules and exceptions look at.
fn reports() -> impl Strategy<Value = Report> {
    let one = (
        0..6u8,
        0..6usize,
        any::<bool>(),
        any::<bool>(),
        0..4u8,
        0..3usize,
    );
    prop::collection::vec(one, 0..8).prop_map(|all| {
        let findings = all
            .into_iter()
            .map(|(id, severity, fixed, kev, version, path)| {
                let status = if fixed {
                    FixStatus::Fixed
                } else {
                    FixStatus::Affected
                };
                let mut one = finding(&format!("CVE-{id}"), Severity::ALL[severity], status);
                one.kev = kev;
                one.package.version = format!("1.{version}.0");
                one.package.purl = format!("pkg:npm/lodash@1.{version}.0");
                one.evidence.locations = vec![["app/a", "app/b/c", "srv/d"][path].into()];
                one.key = format!(
                    "{} {} {}",
                    one.id, one.package.purl, one.evidence.locations[0]
                );
                one
            });
        report(findings.collect())
    })
}

fn circumstances() -> impl Strategy<Value = Circumstances> {
    let exposure = prop::option::of(0..4usize);
    let environment = prop::option::of(prop::sample::select(vec!["prod", "test", "dev"]));
    (exposure, environment, 1..28i8).prop_map(|(exposure, environment, day)| Circumstances {
        now: format!("2026-06-{day:02}T00:00:00Z")
            .parse()
            .expect("a time"),
        environment: environment.map(Into::into),
        exposure: exposure.map(|at| Exposure::ALL[at]),
        bases: vec![],
    })
}

/// Clauses that narrow an exception, by their keys; a mask chooses among them.
const CLAUSES: [&str; 6] = [
    "ids: [CVE-1, CVE-2]",
    "packages: [{purl: pkg:npm/lodash, versions: '>=1.1.0'}]",
    "paths: ['app/**']",
    "environments: [prod, test]",
    "until: [kev-listed, severity-raised]\n    severity: high",
    "until: [fix-available, exposure-raised]\n    exposure: cluster",
];

/// An exception with the chosen clauses; something that it is for is always among them.
fn exception(name: &str, mask: u8, expires: &str) -> String {
    // Two lists of events are no YAML.
    let mask = if mask & 0b11_0000 == 0b11_0000 {
        mask & 0b10_1111
    } else {
        mask
    };
    let mask = if mask & 0b11 == 0 { mask | 0b1 } else { mask };
    let clauses = CLAUSES
        .iter()
        .enumerate()
        .filter(|(at, _)| mask & (1 << at) != 0);
    let clauses: Vec<String> = clauses
        .map(|(_, clause)| format!("    {clause}\n"))
        .collect();
    format!(
        "  - name: {name}\n    reason: r\n    owner: o\n    expires: {expires}\n{}",
        clauses.concat()
    )
}

/// Conditions that are decided, undecided and costly.
const CONDITIONS: [&str; 8] = [
    "finding.kev",
    "finding.severity >= \"high\"",
    "finding.cvss >= 9.0",
    "!finding.fixed || exposure == \"internet\"",
    "finding.paths.exists(p, p.startsWith(\"app/\"))",
    "environment == \"prod\" && finding.id == \"CVE-3\"",
    "findings.size() > 3",
    "false",
];

fn rule(number: usize, (condition, action, mode): (usize, usize, usize)) -> String {
    let action = ["warn", "hold", "quarantine", "block"][action];
    let mode = ["observe", "warn", "enforce"][mode];
    let condition = CONDITIONS[condition];
    format!(
        "  - {{name: r{number}, each: finding, when: '{condition}', action: {action}, mode: {mode}}}\n"
    )
}

fn rules() -> impl Strategy<Value = Vec<(usize, usize, usize)>> {
    prop::collection::vec((0..CONDITIONS.len(), 0..4usize, 0..3usize), 1..6)
}

fn policy(rules: &[(usize, usize, usize)], exceptions: &[String]) -> Policy {
    let rules: Vec<String> = rules
        .iter()
        .enumerate()
        .map(|(n, one)| rule(n, *one))
        .collect();
    let mut text = format!("apiVersion: lazaret.dev/v1\nrules:\n{}", rules.concat());
    if !exceptions.is_empty() {
        text.push_str(&format!("exceptions:\n{}", exceptions.concat()));
    }
    Policy::read(&[("p.yaml", text.as_bytes())]).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn hidden(policy: &Policy, report: &Report, circumstances: &Circumstances) -> Vec<usize> {
    let mut report = report.clone();
    policy.excuse(&mut report, circumstances);
    let all = report.findings.iter().enumerate();
    all.filter(|(_, f)| f.suppressed.is_some())
        .map(|(at, _)| at)
        .collect()
}

const SOME: &[(usize, usize, usize)] = &[(0, 3, 2)];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn an_expired_exception_never_suppresses(
        report in reports(), here in circumstances(), mask in 0..64u8, day in 1..28i8,
    ) {
        let date = format!("2026-06-{day:02}");
        let today = here.now.strftime("%Y-%m-%d").to_string();
        let policy = policy(SOME, &[exception("e", mask, &date)]);
        if date <= today {
            prop_assert!(hidden(&policy, &report, &here).is_empty());
        }
    }

    #[test]
    fn an_expired_exception_changes_nothing_for_the_others(
        report in reports(), here in circumstances(), old in 0..64u8, other in 0..64u8,
    ) {
        let (old, other) = (exception("old", old, "2026-05-31"), exception("b", other, "2027-01-01"));
        let alone = hidden(&policy(SOME, std::slice::from_ref(&other)), &report, &here);
        prop_assert_eq!(&hidden(&policy(SOME, &[old.clone(), other.clone()]), &report, &here), &alone);
        prop_assert_eq!(hidden(&policy(SOME, &[other, old]), &report, &here), alone);
    }

    #[test]
    fn an_event_that_has_happened_ends_an_exception(
        report in reports(), here in circumstances(), mask in 0..16u8, fix in any::<bool>(),
    ) {
        let mask = mask | if fix { 1 << 5 } else { 1 << 4 };
        let policy = policy(SOME, &[exception("e", mask, "2027-01-01")]);
        for at in hidden(&policy, &report, &here) {
            let one = &report.findings[at];
            match fix {
                true => prop_assert!(
                    one.status != FixStatus::Fixed
                        && here.exposure.is_none_or(|from| from <= Exposure::Cluster)
                ),
                false => prop_assert!(!one.kev && one.severity <= Severity::High),
            }
        }
    }

    #[test]
    fn a_wider_range_hides_the_versions_that_it_names_and_no_more(
        report in reports(), here in circumstances(), from in 0..5u8,
    ) {
        let range = format!(
            "  - name: e\n    reason: r\n    owner: o\n    expires: 2027-01-01\n    packages: [{{purl: pkg:npm/lodash, versions: '>=1.{from}.0'}}]\n"
        );
        let hidden = hidden(&policy(SOME, &[range]), &report, &here);
        let minor = |at: usize| -> Option<u8> {
            report.findings[at].package.version.split('.').nth(1)?.parse().ok()
        };
        let expected: Vec<usize> = (0..report.findings.len())
            .filter(|at| minor(*at).is_some_and(|minor| minor >= from))
            .collect();
        prop_assert_eq!(hidden, expected);
    }

    #[test]
    fn a_further_clause_never_hides_more(
        report in reports(), here in circumstances(), mask in 0..64u8, further in 0..6u8,
    ) {
        let narrow = policy(SOME, &[exception("e", mask | 1 << further, "2027-01-01")]);
        let wide = policy(SOME, &[exception("e", mask, "2027-01-01")]);
        // Both have one list of events at most; where the added one takes the place of
        // another, they are not comparable.
        prop_assume!(mask & 0b11 != 0 && (mask | 1 << further) & 0b11_0000 != 0b11_0000);
        let (narrow, wide) = (hidden(&narrow, &report, &here), hidden(&wide, &report, &here));
        prop_assert!(narrow.iter().all(|at| wide.contains(at)), "{narrow:?} {wide:?}");
    }

    #[test]
    fn what_is_hidden_is_what_every_clause_says(
        report in reports(), here in circumstances(), mask in 0..16u8,
    ) {
        let mask = if mask & 0b11 == 0 { mask | 1 } else { mask };
        let policy = policy(SOME, &[exception("e", mask, "2027-01-01")]);
        let environment = here.environment.as_deref();
        let expected: Vec<usize> = report.findings.iter().enumerate().filter(|(_, f)| {
            (mask & 1 == 0 || ["CVE-1", "CVE-2"].contains(&f.id.as_str()))
                && (mask & 2 == 0 || f.package.version != "1.0.0")
                && (mask & 4 == 0 || f.evidence.locations[0].starts_with("app/"))
                && (mask & 8 == 0 || matches!(environment, Some("prod" | "test")))
        }).map(|(at, _)| at).collect();
        prop_assert_eq!(hidden(&policy, &report, &here), expected);
    }

    #[test]
    fn exceptions_hide_together_what_each_hides_alone(
        report in reports(), here in circumstances(), a in 0..64u8, b in 0..64u8,
    ) {
        let (one, other) = (exception("a", a, "2027-01-01"), exception("b", b, "2027-01-01"));
        let both = hidden(&policy(SOME, &[one.clone(), other.clone()]), &report, &here);
        let mut apart = hidden(&policy(SOME, &[one]), &report, &here);
        apart.extend(hidden(&policy(SOME, &[other]), &report, &here));
        apart.sort_unstable();
        apart.dedup();
        prop_assert_eq!(both, apart);
    }

    #[test]
    fn observing_never_stops_and_warning_never_refuses(
        report in reports(), here in circumstances(), mut rules in rules(), warn in any::<bool>(),
    ) {
        let mode = usize::from(warn);
        for rule in &mut rules {
            rule.2 = mode;
        }
        let most = if warn { Outcome::Warn } else { Outcome::Allow };
        prop_assert!(policy(&rules, &[]).decide(&report, &here).outcome <= most);
    }

    #[test]
    fn a_further_rule_never_makes_it_milder(
        report in reports(), here in circumstances(), rules in rules(), at in 0..6usize,
        further in (0..CONDITIONS.len(), 0..4usize, 0..3usize),
    ) {
        let before = policy(&rules, &[]).decide(&report, &here).outcome;
        let mut more = rules.clone();
        more.insert(at.min(rules.len()), further);
        prop_assert!(policy(&more, &[]).decide(&report, &here).outcome >= before);
    }

    #[test]
    fn the_order_of_rules_decides_nothing(
        report in reports(), here in circumstances(), rules in rules(),
    ) {
        let mut turned = rules.clone();
        turned.reverse();
        let one = policy(&rules, &[]).decide(&report, &here).outcome;
        prop_assert_eq!(one, policy(&turned, &[]).decide(&report, &here).outcome);
    }

    #[test]
    fn a_stricter_mode_never_makes_it_milder(
        report in reports(), here in circumstances(), rules in rules(),
    ) {
        let mut strict = rules.clone();
        for rule in &mut strict {
            rule.2 = (rule.2 + 1).min(2);
        }
        let mild = policy(&rules, &[]).decide(&report, &here).outcome;
        prop_assert!(policy(&strict, &[]).decide(&report, &here).outcome >= mild);
    }

    #[test]
    fn less_knowledge_never_lets_more_through(
        report in reports(), here in circumstances(), rules in rules(),
    ) {
        // Without the environment a rule that asks for it is undecided, and counts.
        let blind = Circumstances { environment: None, exposure: None, ..here.clone() };
        let seen = policy(&rules, &[]).decide(&report, &here).outcome;
        prop_assert!(policy(&rules, &[]).decide(&report, &blind).outcome >= seen);
    }

    #[test]
    fn a_decision_is_the_same_again_and_has_reasons(
        report in reports(), here in circumstances(), rules in rules(),
    ) {
        let policy = policy(&rules, &[]);
        let decision = policy.decide(&report, &here);
        prop_assert!(decision.outcome == Outcome::Allow || !decision.reasons.is_empty());
        prop_assert_eq!(policy.decide(&report, &here), decision);
    }

    #[test]
    fn a_decision_in_parts_is_the_decision(
        mut report in reports(), here in circumstances(), rules in rules(), mask in 0..64u8,
        parts in 1..4usize, turned in any::<bool>(),
    ) {
        let policy = policy(&rules, &[exception("e", mask, "2026-06-20")]);
        // Reports are ordered, and say nothing twice.
        report.findings.sort_by(|a, b| {
            (&a.package.purl, &a.id, &a.key).cmp(&(&b.package.purl, &b.id, &b.key))
        });
        report.findings.dedup_by(|a, b| a.key == b.key);
        let is_across = rules.iter().any(|(at, ..)| CONDITIONS[*at].contains("findings.size"));
        prop_assert_eq!(policy.is_divisible(), !is_across);
        prop_assume!(!is_across);

        let mut whole = report.clone();
        policy.excuse(&mut whole, &here);
        let mut decision = policy.decide(&whole, &here);
        decision.reasons.iter_mut().for_each(|reason| reason.findings.clear());
        // What was found first stands in no stored verdict.
        for reason in decision.reasons.iter_mut().filter(|reason| !reason.undecided) {
            reason.facts.clear();
        }

        let mut tallies: Vec<_> = (0..parts)
            .map(|part| {
                let mut some = report.clone();
                some.findings = std::mem::take(&mut some.findings)
                    .into_iter()
                    .enumerate()
                    .filter(|(at, _)| at % parts == part)
                    .map(|(_, finding)| finding)
                    .collect();
                policy.excuse(&mut some, &here);
                policy.tally(&some, &here)
            })
            .collect();
        if turned {
            tallies.reverse();
        }
        let mut sum = lazaret_policy::Tally::default();
        tallies.iter().for_each(|tally| sum.add(tally));
        let mut bare = report.clone();
        bare.findings.clear();
        policy.excuse(&mut bare, &here);
        prop_assert_eq!(policy.decide_in_parts(&bare, &sum, &here), decision);
    }
}

#[test]
fn images_that_rules_about_findings_cannot_tell_apart_have_one_tally() {
    let one = finding("CVE-1", Severity::High, FixStatus::Fixed);
    let mut plain = report(vec![one]);
    plain.target.distro = None;
    plain.gaps.clear();
    let mut other = plain.clone();
    other.gaps.push(lazaret_model::Gap::new(
        lazaret_model::GapKind::NoAdvisories,
        "npm",
        "nothing is known",
    ));
    let here = Circumstances {
        environment: Some("prod".into()),
        ..Circumstances::default()
    };
    for (condition, is_alone) in [
        ("finding.severity >= \"high\"", true),
        ("environment == \"prod\" && finding.fixed", true),
        ("finding.aliases.exists(a, a == \"GHSA-1\")", true),
        ("gaps.size() > 0", false),
        (
            "finding.fixed && gaps.exists(g, g.kind == \"no_advisories\")",
            false,
        ),
        ("finding.fixed && image.layers > 3", false),
        ("finding.from_base", false),
        (
            "has(finding.epss) && database.age > duration(\"1h\")",
            false,
        ),
    ] {
        let text = format!(
            "apiVersion: lazaret.dev/v1\nrules:\n  - {{name: r, each: finding, when: '{condition}', action: hold}}\n"
        );
        let policy = Policy::read(&[("p.yaml", text.as_bytes())]);
        let policy = policy.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(policy.is_of_findings_alone(), is_alone, "{condition}");
        let is_same = policy.beside(&plain, &here) == policy.beside(&other, &here);
        let tallies = [&plain, &other].map(|report| policy.tally(report, &here));
        assert!(!is_same || tallies[0] == tallies[1], "{condition}");
        assert!(is_same || condition.contains("gaps") || condition.contains("image"));
        if condition == "gaps.size() > 0" {
            assert_ne!(tallies[0], tallies[1], "what lies beside counts");
        }
    }
}
