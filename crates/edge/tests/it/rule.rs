//! What a verdict means to what is new, runs already or would be rolled back to.

use jiff::{SignedDuration, Timestamp};
use lazaret_edge::gate::{Action, Rules, Transition, rule};
use lazaret_edge::verdict::{GateRules, Standing};
use lazaret_wire::api::HoldState;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn now() -> Timestamp {
    "2026-11-28T09:00:00Z".parse().expect("a time")
}

fn standing(state: HoldState) -> Standing {
    Standing {
        state,
        since: Some(now() - HOUR),
        ..Standing::UNKNOWN
    }
}

#[track_caller]
fn check(rules: &str, standing: &Standing, transition: Transition, expected: Action) {
    let rules = match rules {
        "" => GateRules::default(),
        text => lazaret_edge::verdict::rules(text).expect("rules"),
    };
    let rules = Rules::default().with(&rules);
    assert_eq!(rule(standing, transition, &rules, now()), expected);
}

const SINCE_LONG: Transition = Transition::Running(Some(Timestamp::UNIX_EPOCH));

#[test]
fn what_is_new_is_refused_and_what_runs_is_spared() {
    for state in [HoldState::Held, HoldState::Quarantined] {
        let bad = standing(state);
        check("", &bad, Transition::New, Action::Refuse);
        check("", &bad, SINCE_LONG, Action::Spare);
        check("", &bad, Transition::Running(None), Action::Spare);
        check("", &bad, Transition::Rollback, Action::Spare);
    }
    for state in [HoldState::Clear, HoldState::Released] {
        check("", &standing(state), Transition::New, Action::Allow);
    }
}

#[test]
fn the_rules_may_say_otherwise_in_words() {
    let bad = standing(HoldState::Quarantined);
    check("running: refuse", &bad, SINCE_LONG, Action::Refuse);
    check(
        "rollback: refuse",
        &bad,
        Transition::Rollback,
        Action::Refuse,
    );
    check(
        "held: allow",
        &standing(HoldState::Held),
        Transition::New,
        Action::Spare,
    );
    check("held: allow", &bad, Transition::New, Action::Refuse);
}

#[test]
fn grace_ends() {
    let bad = standing(HoldState::Quarantined);
    check(
        "running_grace_seconds: 7200",
        &bad,
        SINCE_LONG,
        Action::Spare,
    );
    check(
        "running_grace_seconds: 1800",
        &bad,
        SINCE_LONG,
        Action::Refuse,
    );
}

#[test]
fn what_began_to_run_after_its_quarantine_is_not_spared() {
    let bad = standing(HoldState::Quarantined);
    let after = Transition::Running(Some(now() - HOUR / 2));
    check("", &bad, after, Action::Refuse);
}

#[test]
fn unknown_digests_follow_their_rule_and_what_runs_is_spared() {
    let unknown = Standing::UNKNOWN;
    check("", &unknown, Transition::New, Action::Allow);
    check("unknown: wait", &unknown, Transition::New, Action::Wait);
    check("unknown: refuse", &unknown, Transition::New, Action::Refuse);
    check(
        "unknown: refuse",
        &unknown,
        Transition::Running(None),
        Action::Spare,
    );
}

#[test]
fn misspelt_rules_are_errors() {
    for bad in [
        "unkown: refuse",
        "unknown: maybe",
        "[]",
        "running_grace_seconds: -1",
    ] {
        assert!(lazaret_edge::verdict::rules(bad).is_err(), "{bad}");
    }
}
