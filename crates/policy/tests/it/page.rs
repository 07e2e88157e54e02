//! The page `docs/policy.md` says what is so.

use lazaret_policy::{CaseFacts, Policy, cases, facts_page};

fn page() -> String {
    let place = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/policy.md");
    std::fs::read_to_string(place).expect("the page")
}

/// The YAML blocks of the page.
fn blocks() -> Vec<String> {
    let page = page();
    let blocks = page.split("```yaml\n").skip(1);
    let blocks = blocks.filter_map(|rest| rest.split("```").next());
    blocks.map(str::to_owned).collect()
}

#[test]
fn every_policy_on_the_page_is_good() {
    let policies: Vec<_> = blocks()
        .into_iter()
        .filter(|b| b.contains("apiVersion"))
        .collect();
    assert_eq!(policies.len(), 4);
    for text in policies {
        Policy::read(&[("page", text.as_bytes())]).unwrap_or_else(|e| panic!("{e}\n{text}"));
    }
}

#[test]
fn the_tests_on_the_page_hold_for_the_policy_on_it() {
    let blocks = blocks();
    let first = blocks
        .iter()
        .find(|b| b.contains("severe-and-reachable"))
        .expect("a policy");
    let policy = Policy::read(&[("page", first.as_bytes())]).expect("a good policy");
    let tests = blocks
        .iter()
        .find(|b| b.starts_with("tests:"))
        .expect("tests");
    let now = "2026-11-28T00:00:00Z".parse().expect("a time");
    let cases = cases("page", tests.as_bytes(), now).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(cases.len(), 4);
    for case in cases {
        let CaseFacts::Own(report) = &case.facts else {
            panic!("{} has no facts of its own", case.name);
        };
        let differences = case.differences(&policy, report.as_ref().clone());
        assert!(differences.is_empty(), "{}: {differences:?}", case.name);
    }
}

#[test]
fn the_facts_on_the_page_are_those_of_the_program() {
    let page = page();
    let (_, rest) = page
        .split_once("<!-- facts: `lazaret policy facts` -->\n")
        .expect("a mark");
    let (facts, _) = rest.split_once("<!-- end of facts -->").expect("a mark");
    let wanted = facts_page();
    assert!(
        facts == wanted,
        "put what `lazaret policy facts` prints between the marks"
    );
}

#[track_caller]
fn refused(text: &str, expected: &str) {
    let now = "2026-11-28T00:00:00Z".parse().expect("a time");
    let error = cases("t.yaml", text.as_bytes(), now).expect_err(text);
    assert!(error.contains(expected), "{text}: {error}");
}

#[test]
fn what_is_no_fixture_is_refused() {
    refused("tests: []\n", "there is no test in it");
    refused(
        "tests:\n  - {name: a, expect: {outcome: blocked}}\n",
        "t.yaml:2: `outcome: blocked` is none of allow, warn",
    );
    refused(
        "tests:\n  - {name: a, facts: {findngs: []}, expect: {outcome: block}}\n",
        "unknown field `findngs`",
    );
    refused(
        "tests:\n  - {name: a, report: a.json, facts: {}, expect: {outcome: block}}\n",
        "a case has `report` or `facts`, and not both",
    );
    refused(
        "tests:\n  - {name: a, now: soon, expect: {outcome: block}}\n",
        "`now: soon` is no time",
    );
    refused(
        "tests:\n  - {name: a, facts: {findings: [{id: A, package: lodash}]}, expect: {outcome: block}}\n",
        "`lodash` is no package URL",
    );
}

#[test]
fn a_difference_says_what_was_expected_and_what_came() {
    let text = "tests:\n  - name: a\n    environment: prod\n    facts: {findings: [{id: CVE-1, kev: true}]}\n    expect: {outcome: allow, rules: [end-of-life], hidden: [CVE-1]}\n";
    let now = "2026-11-28T00:00:00Z".parse().expect("a time");
    let case = cases("t.yaml", text.as_bytes(), now)
        .expect("a case")
        .remove(0);
    let CaseFacts::Own(report) = case.facts.clone() else {
        panic!("own facts");
    };
    assert_eq!(
        case.differences(&Policy::builtin(), *report),
        [
            "outcome: expected allow, got block (known-exploited: 1 finding: known to be exploited)",
            "rules: expected end-of-life, got known-exploited",
            "hidden: expected CVE-1, got none",
        ]
    );
}
