//! Policy documents: what is read, what is refused, and what is decided.

use lazaret_model::{FixStatus, Outcome, Severity};
use lazaret_policy::{
    BaseImage, Circumstances, DEFAULT_POLICY, Mode, Policy, Pull, Pulls, Unexamined, facts_page,
};

use crate::{finding, report, two};

fn read(text: &str) -> Result<Policy, String> {
    Policy::read(&[("p.yaml", text.as_bytes())]).map_err(|error| error.to_string())
}

fn in_environment(name: &str) -> Circumstances {
    Circumstances {
        environment: Some(name.into()),
        ..Circumstances::default()
    }
}

const RULES: &str = "apiVersion: lazaret.dev/v1
name: shop
mode: warn
environments:
  prod: { mode: enforce }
  dev: { mode: observe }
rules:
  - name: exploited
    description: known to be exploited
    each: finding
    when: finding.kev
    action: block
  - name: severe
    each: finding
    when: finding.severity >= \"high\"
    action: hold
    mode: warn
    environments:
      prod: { mode: enforce, when: finding.severity >= \"medium\", action: quarantine }
      lab: { action: warn }
";

#[track_caller]
fn decided(environment: Option<&str>, expected: Outcome) -> Vec<String> {
    let policy = read(RULES).expect("a good policy");
    let circumstances = Circumstances {
        environment: environment.map(Into::into),
        ..Circumstances::default()
    };
    let decision = policy.decide(&two(), &circumstances);
    assert_eq!(decision.outcome, expected, "{environment:?}");
    let told = decision.reasons.iter();
    let told = told.map(|reason| format!("{}: {}", reason.rule, reason.message));
    told.collect()
}

#[test]
fn environments_change_modes_actions_and_conditions() {
    assert_eq!(
        decided(None, Outcome::Warn),
        [
            "exploited: 1 finding: known to be exploited (would block)",
            "severe: 1 finding: finding.severity >= \"high\" (would hold)",
        ]
    );
    assert_eq!(
        decided(Some("prod"), Outcome::Block),
        [
            "exploited: 1 finding: known to be exploited",
            "severe: 2 findings: finding.severity >= \"medium\"",
        ]
    );
    assert_eq!(
        decided(Some("dev"), Outcome::Warn),
        [
            "severe: 1 finding: finding.severity >= \"high\" (would hold)",
            "exploited: 1 finding: known to be exploited (would block)",
        ],
        "a rule's own mode is nearer than the environment's"
    );
    assert_eq!(
        decided(Some("lab"), Outcome::Warn)[1],
        "severe: 1 finding: finding.severity >= \"high\""
    );
}

#[test]
fn an_environment_that_the_policy_does_not_know_is_told() {
    let policy = read(RULES).expect("a good policy");
    assert_eq!(policy.check_environment("prod"), Ok(()));
    assert_eq!(
        policy.check_environment("prd"),
        Err("the policy knows no environment `prd`; `prod` is".into())
    );
    assert_eq!(
        policy.check_environment("elsewhere"),
        Err("the policy knows no environment `elsewhere`; known are dev, lab, prod".into())
    );
}

#[test]
fn a_rule_that_cannot_be_decided_counts() {
    let text = "apiVersion: lazaret.dev/v1\nrules:\n  - name: signed\n    when: '!image.signed'\n    action: block\n";
    let policy = read(text).expect("a good policy");
    let decision = policy.decide(&two(), &Circumstances::default());
    assert_eq!(decision.outcome, Outcome::Block);
    assert!(decision.reasons[0].undecided);
    assert_eq!(
        decision.reasons[0].message,
        "cannot be decided: image.signed is not known: nobody looked for signatures; `--verify-key` and `signers` of a policy ask for it"
    );
    let milder = read(&format!("{text}    undecided: warn\n")).expect("a good policy");
    let decision = milder.decide(&two(), &Circumstances::default());
    assert_eq!(decision.outcome, Outcome::Warn);
}

#[test]
fn the_default_policy_judges_as_it_says() {
    let policy = Policy::builtin();
    let decide = |name: &str| policy.decide(&two(), &in_environment(name)).outcome;
    assert_eq!(
        decide("prod"),
        Outcome::Block,
        "one is known to be exploited"
    );
    assert_eq!(decide("test"), Outcome::Warn);
    assert_eq!(decide("dev"), Outcome::Allow);
    assert_eq!(
        policy.decide(&two(), &Circumstances::default()).outcome,
        Outcome::Warn
    );
    let mut clean = report(vec![]);
    clean.gaps.clear();
    let decision = policy.decide(&clean, &in_environment("prod"));
    assert_eq!(
        (decision.outcome, decision.reasons.len()),
        (Outcome::Allow, 0)
    );
    assert_eq!(decision.policy.expect("it is named").name, "default");
}

#[test]
fn a_base_that_could_not_be_examined_is_no_good_base() {
    let circumstances = Circumstances {
        bases: vec![BaseImage {
            name: "debian:12".into(),
            is_whole: true,
            stage: "0".into(),
            ships: true,
            report: Err("the registry does not answer".into()),
        }],
        ..in_environment("prod")
    };
    let mut clean = report(vec![]);
    clean.gaps.clear();
    let decision = Policy::builtin().decide(&clean, &circumstances);
    assert_eq!(decision.outcome, Outcome::Block);
    let told = &decision.reasons[0];
    assert!(
        told.undecided && told.message.contains("the registry does not answer"),
        "{told:?}"
    );
}

#[test]
fn rules_stand_beside_the_default_ones_or_in_their_place() {
    let extended = read(
        "apiVersion: lazaret.dev/v1\nextends: default\nrules:\n  - {name: known-exploited, each: finding, when: finding.ransomware, action: block}\n  - {name: mine, when: findings.size() > 100, action: warn}\n",
    )
    .expect("a good policy");
    let names: Vec<&str> = extended.rules().collect();
    assert_eq!(
        names
            .iter()
            .filter(|name| **name == "known-exploited")
            .count(),
        1
    );
    assert!(
        names.contains(&"mine") && names.contains(&"end-of-life"),
        "{names:?}"
    );
    assert_eq!(extended.check_environment("prod"), Ok(()));
}

#[test]
fn several_documents_are_one_policy() {
    let rules = ("rules.yaml", RULES.as_bytes());
    let more = b"apiVersion: lazaret.dev/v1\nexceptions:\n  - {name: a, ids: [CVE-1-1], reason: r, owner: o, expires: 2099-01-01}\n";
    let both = Policy::read(&[rules, ("exceptions.yaml", more)]).expect("a good policy");
    assert_eq!(both.name(), "shop+exceptions.yaml");
    assert_ne!(
        both.digest(),
        Policy::read(&[rules]).expect("good").digest()
    );
    let twice = Policy::read(&[rules, ("again.yaml", RULES.as_bytes())]).expect_err("refused");
    assert_eq!(
        twice.0[0].message,
        "the rule `exploited` is there already, at rules.yaml:8"
    );
}

#[test]
fn every_mistake_is_told_with_its_line() {
    let error = read(
        "apiVersion: lazaret.dev/v2
kind: Polcy
mode: enforced
rules:
  - name: a
    each: findings
    when: finding.kev
    action: block
  - name: b
    when: image.nam == \"x\" && gaps.size() > \"3\"
    action: forbid
    undecided: allow
    environments:
      prod: { mode: wran, when: image }
exceptions:
  - name: c
    reason: ''
    owner: me
  - name: d
    ids: [CVE-*]
    packages: [{ purl: pkg:npm/lodash }, { purl: lodash }]
    environments: []
    reason: because
    owner: me
    expires: soon
    until: [fixed, exposure-raised]
    severity: high
",
    )
    .expect_err("refused");
    insta::assert_snapshot!(error, @r#"
    p.yaml:1: `apiVersion` is lazaret.dev/v1 here, and not lazaret.dev/v2
    p.yaml:2: `kind` is Policy, or left out
    p.yaml:3: `enforced` is no mode; `enforce` is
    p.yaml:6: `findings` is no thing that a rule is about; `finding` is
    p.yaml:10: an image has no fact `nam`; `name` is
        image.nam == "x" && gaps.size() > "3"
        ^^^^^^^^^
    p.yaml:10: `>` does not go between a whole number and a text
        image.nam == "x" && gaps.size() > "3"
                            ^^^^^^^^^^^^^^^^^
    p.yaml:11: `forbid` is no action; known are warn, hold, quarantine, block
    p.yaml:12: `allow` is no action; known are warn, hold, quarantine, block
    p.yaml:16: an exception is for something: name `ids`, `packages` or both
    p.yaml:16: an exception ends: give it `expires: 2026-12-31`, or `until:` with events
    p.yaml:17: an exception has a reason
    p.yaml:19: `fixed` is no event; known are fix-available, kev-listed, exposure-raised, severity-raised
    p.yaml:19: `exposure-raised` needs `exposure:`, the level that is accepted
    p.yaml:20: `CVE-*` is no id; ids are written out
    p.yaml:21: say which versions: `versions: ">=1.0, <1.2"`, a version in the purl, or `versions: "*"` for all that ever come
    p.yaml:21: `lodash` is no package URL such as pkg:npm/lodash
    p.yaml:22: `environments` is empty; leave it out, or name some
    p.yaml:25: `soon` is no date such as 2026-12-31
    p.yaml:27: `severity` says nothing without `severity-raised` in `until`
    "#);
}

#[test]
fn what_is_no_policy_is_refused() {
    for (text, expected) in [
        ("", "p.yaml:1: unexpected end of input"),
        ("rules: []\n", "missing field `apiVersion`"),
        (
            "apiVersion: lazaret.dev/v1\n",
            "a policy without rules allows everything",
        ),
        (
            "apiVersion: lazaret.dev/v1\nrules: []\n",
            "a policy without rules allows everything",
        ),
        (
            "apiVersion: lazaret.dev/v1\nruls: []\n",
            "p.yaml:2: unknown field `ruls`",
        ),
        ("rules: [\n", "p.yaml:"),
        ("- a\n", "p.yaml:1"),
        (
            "apiVersion: lazaret.dev/v1\nrules:\n  - {name: a, when: true, actoin: block}\n",
            "p.yaml:3: unknown field `actoin`, expected one of",
        ),
        (
            "apiVersion: lazaret.dev/v1\nextends: base\n",
            "`base` is no policy to extend; known are default",
        ),
        (
            "apiVersion: lazaret.dev/v1\nrules: [{name: ' ', when: true, action: block}]\n",
            "a rule has a name",
        ),
    ] {
        let error = read(text).expect_err(text);
        assert!(error.contains(expected), "{text}: {error}");
    }
    let large = vec![b' '; 5 << 20];
    assert!(Policy::read(&[("p.yaml", &large)]).is_err());
    assert!(Policy::read(&[("p.yaml", b"\xff")]).is_err());
}

#[test]
fn modes_only_ever_do_less() {
    for mode in Mode::ALL {
        for outcome in [
            Outcome::Allow,
            Outcome::Warn,
            Outcome::Hold,
            Outcome::Quarantine,
            Outcome::Block,
        ] {
            assert!(mode.effect(outcome) <= outcome);
        }
    }
    assert!(DEFAULT_POLICY.contains("apiVersion: lazaret.dev/v1"));
}

#[test]
fn reasons_are_worst_first_and_bounded_in_words() {
    let policy = read(RULES).expect("a good policy");
    let many: Vec<_> = (0..500)
        .map(|n| {
            finding(
                &format!("CVE-9-{n}"),
                Severity::Critical,
                FixStatus::Affected,
            )
        })
        .collect();
    let decision = policy.decide(&report(many), &in_environment("prod"));
    assert_eq!(decision.reasons.len(), 1);
    assert_eq!(decision.reasons[0].findings.len(), 500);
    assert_eq!(decision.reasons[0].facts, ["finding.severity = critical"]);
}

#[test]
fn every_fact_is_on_the_page() {
    let page = facts_page();
    for row in [
        "| `kev` |",
        "| `environment` |",
        "Facts of a base image",
        "`unknown` < `negligible`",
    ] {
        assert!(page.contains(row), "{row}: {page}");
    }
}

#[test]
fn what_gates_do_beside_the_rules_is_said_for_each_environment_and_the_strictest_counts() {
    let one = "apiVersion: lazaret.dev/v1
gate: { unknown: allow, wait_seconds: 30, running_grace_seconds: 100 }
environments:
  prod: { gate: { unknown: wait } }
rules:
  - { name: a, when: 'true', action: hold, even_if_running: true }
  - { name: b, when: 'true', action: hold }
";
    let two = "apiVersion: lazaret.dev/v1
gate: { rollback: refuse, running_grace_seconds: 10 }
environments:
  prod: { gate: { held: allow } }
  lab: {}
rules: [{ name: c, when: 'true', action: warn }]
";
    let alone = read(one).expect("a good policy");
    assert_eq!(alone.pulls("prod").unknown, Some(Unexamined::Wait));
    assert_eq!(alone.pulls("prod").wait_seconds, Some(30));
    assert_eq!(alone.pulls("dev").unknown, Some(Unexamined::Allow));
    assert_eq!(
        ["a", "b"].map(|rule| alone.is_even_if_running(rule)),
        [true, false]
    );
    let both = Policy::read(&[("1", one.as_bytes()), ("2", two.as_bytes())]).expect("good");
    let everywhere = Pulls {
        unknown: Some(Unexamined::Allow),
        wait_seconds: Some(30),
        running_grace_seconds: Some(10),
        rollback: Some(Pull::Refuse),
        ..Pulls::default()
    };
    assert_eq!(*both.pulls("lab"), everywhere);
    let prod = Pulls {
        unknown: Some(Unexamined::Wait),
        held: Some(Pull::Allow),
        ..everywhere
    };
    assert_eq!(*both.pulls("prod"), prod);
    assert_eq!(*Policy::builtin().pulls("prod"), Pulls::default());
    let with = |gate: &str| {
        read(&format!(
            "apiVersion: lazaret.dev/v1\nextends: default\n{gate}"
        ))
    };
    let told = with("gate: { wait_seconds: 301 }").expect_err("too long");
    assert_eq!(told, "p.yaml:3: `wait_seconds` is at most 300, not 301");
    for bad in [
        "gate: { unkown: allow }",
        "gate: { unknown: perhaps }",
        "gate: [1]",
    ] {
        assert!(with(bad).is_err(), "{bad}");
    }
}

#[test]
fn every_thing_that_a_rule_is_about_can_be_called_by_its_name() {
    let things = [
        "finding",
        "package",
        "misconfiguration",
        "secret",
        "license",
        "sign",
        "gap",
        "base",
    ];
    for thing in things {
        let text = format!(
            "apiVersion: lazaret.dev/v1\nrules:\n  - {{ name: r, each: {thing}, when: '[{thing}].size() == 1', action: warn }}\n"
        );
        assert!(read(&text).is_ok(), "{thing}: {:?}", read(&text).err());
    }
}
