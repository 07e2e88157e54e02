//! Conditions: what they mean, what is refused, and what is not known.

use lazaret_model::{Epss, FixStatus, Severity};
use lazaret_policy::{Circumstances, Policy};

use crate::{finding, report};

/// A policy of one rule.
pub(crate) fn policy(each: &str, when: &str) -> Result<Policy, String> {
    let each = match each {
        "" => String::new(),
        each => format!("    each: {each}\n"),
    };
    let when = when.replace('\'', "''");
    let text = format!(
        "apiVersion: lazaret.dev/v1\nrules:\n  - name: it\n{each}    when: '{when}'\n    action: block\n"
    );
    Policy::read(&[("p.yaml", text.as_bytes())]).map_err(|error| error.to_string())
}

/// `true`, `false`, or why it is not known.
fn answer(each: &str, when: &str) -> String {
    let policy = match policy(each, when) {
        Ok(policy) => policy,
        Err(error) => return error,
    };
    let mut one = finding("CVE-1-1", Severity::High, FixStatus::Fixed);
    one.epss = Some(Epss {
        score: 0.5,
        percentile: 0.9,
    });
    one.published = Some("2026-01-01T00:00:00Z".into());
    one.fixed_versions = vec!["4.17.21".into()];
    let mut report = report(vec![one]);
    report.target.name = "registry.example/shop/cart:1.4".into();
    let circumstances = Circumstances {
        now: "2026-01-31T12:00:00Z".parse().expect("a time"),
        environment: Some("prod".into()),
        ..Circumstances::default()
    };
    let verdict = policy.judge(&report, &circumstances).remove(0);
    match (verdict.holds.first(), verdict.undecided.first()) {
        (Some(_), None) => "true".into(),
        (None, None) => "false".into(),
        (_, Some(hit)) => hit.facts.join(", "),
    }
}

#[track_caller]
fn is(when: &str, expected: &str) {
    assert_eq!(answer("", when), expected, "{when}");
}

#[track_caller]
fn is_of_finding(when: &str, expected: &str) {
    assert_eq!(answer("finding", when), expected, "{when}");
}

#[track_caller]
fn refused(each: &str, when: &str, expected: &str) {
    let error = answer(each, when);
    let first = error.lines().next().unwrap_or_default();
    assert!(first.contains(expected), "{when}: {error}");
}

// Held against the crate `cel` 0.15 on 28 Nov 2026: the same answers but for the number
// beyond 2^53, which that rounds and the language does not.
#[test]
fn operators_mean_what_cel_says() {
    for when in [
        "1 + 2 * 3 == 7",
        "(1 + 2) * 3 == 9",
        "7 / 2 == 3 && -7 / 2 == -3 && 7 % 3 == 1 && -7 % 3 == -1",
        "1.5 + 1.5 == 3.0 && 1 < 1.5 && 2 == 2.0",
        "9007199254740993 > 9007199254740992.0",
        "1 - 1 - 1 == -1",
        "'a' + \"b\" == 'ab' && 'a' < 'b' && 'B' < 'a'",
        "r'\\n' == '\\\\n' && '\\u00e9' == 'é' && '\\x41\\101' == 'AA'",
        "size('é') == 1 && 'abc'.size() == 3 && size([1, 2]) == 2",
        "2 in [1, 2] && !('c' in ['a', 'b']) && [1, 2] == [1, 2] && [1] != [2]",
        "[1] + [2] == [1, 2] && [1, 2, 3][1] == 2",
        "true ? 1 == 1 : false",
        "false && true || true",
        "!false && !!true",
        "[1, 2, 3].all(x, x > 0) && [1, 2, 3].exists(x, x > 2) && [1, 2].exists_one(x, x > 1)",
        "[1, 2, 3].filter(x, x > 1) == [2, 3] && [1, 2].map(x, x * 2) == [2, 4]",
        "[].all(x, false) && ![].exists(x, true)",
        "'abc'.startsWith('ab') && 'abc'.endsWith('bc') && 'abc'.contains('b')",
        "'abc'.matches('^a.c$') && 'xabcx'.matches('abc') && !'abc'.matches('^b')",
        "timestamp('2026-01-31T12:00:00Z') - timestamp('2026-01-31T11:00:00Z') == duration('1h')",
        "duration('90m') == duration('1h30m') && duration('1.5h') > duration('89m')",
        "timestamp('2026-01-31T12:00:00Z') + duration('24h') > timestamp('2026-02-01T11:59:59Z')",
        "int('7') == 7 && int(7.9) == 7 && double(7) == 7.0 && string(7) == '7'",
        "timestamp('2026-01-31T12:00:00Z').getDayOfWeek() == 6",
        "0x1F == 31 && 1e3 == 1000.0",
        "[[1], [2, 3]].exists(x, x.exists(y, y == 3))",
        "1 == 1 // a comment",
    ] {
        is(when, "true");
    }
}

#[test]
fn what_this_language_adds() {
    is("days(2) == duration('48h')", "true");
    is(
        "[1, 2, 3].sum() == 6 && [1.5, 2.5].max() == 2.5 && [3, 1].min() == 1",
        "true",
    );
    is(
        "' Ab '.trim().lowerAscii() == 'ab' && 'a'.upperAscii() == 'A'",
        "true",
    );
    is("image.name.glob('registry.example/shop/**')", "true");
    is("image.name.glob('registry.example/*')", "false");
    is_of_finding(
        "finding.severity >= 'high' && finding.severity < 'critical'",
        "true",
    );
    is_of_finding(
        "finding.severity in ['high', 'critical'] && finding.severity != 'low'",
        "true",
    );
    is_of_finding("'medium' <= finding.severity", "true");
    is_of_finding("string(finding.severity) + '!' == 'high!'", "true");
    is("findings.map(f, f.severity).max() == 'high'", "true");
    is_of_finding("finding.age > days(30) && finding.age < days(31)", "true");
    is_of_finding(
        "finding.?cvss.orValue(0.0) < 1.0 && !finding.?cvss.hasValue()",
        "true",
    );
    is_of_finding("finding.?epss.orValue(0.0) == 0.5", "true");
    is(
        "image.registry == 'registry.example' && image.repository == 'shop/cart'",
        "true",
    );
    is("image.tag == '1.4' && !image.pinned", "true");
}

#[test]
fn what_is_not_known_is_neither_true_nor_false() {
    is_of_finding(
        "finding.cvss >= 9.0",
        "finding.cvss is not known: nobody has scored it",
    );
    is_of_finding(
        "!(finding.cvss >= 9.0)",
        "finding.cvss is not known: nobody has scored it",
    );
    is_of_finding("finding.cvss >= 9.0 || finding.kev", "true");
    is_of_finding("finding.kev || finding.cvss >= 9.0", "true");
    is_of_finding("finding.cvss >= 9.0 && finding.severity == 'low'", "false");
    is_of_finding("has(finding.cvss) && finding.cvss >= 9.0", "false");
    is_of_finding("has(finding.epss) && finding.epss >= 0.5", "true");
    is(
        "image.signed",
        "image.signed is not known: nobody looked for signatures; `--verify-key` and `signers` of a policy ask for it",
    );
    is(
        "exposure == 'internet'",
        "exposure is not known: nothing tells from where it can be reached; `--exposure` or `--exposure-from` does it",
    );
    is(
        "findings.exists(f, f.cvss > 1.0)",
        "f.cvss is not known: nobody has scored it",
    );
    is("findings.exists(f, f.cvss > 1.0 || f.kev)", "true");
    is("findings.all(f, f.cvss > 1.0 && f.id == '')", "false");
    is(
        "database.age > days(1)",
        "database is not known: the report was made without a database",
    );
    is("1 / 0 == 1", "`/` has no answer here");
    is("[1][5] == 1", "there is no element 5");
    is("9223372036854775807 + 1 > 0", "`+` has no answer here");
    is("environment == 'prod'", "true");
}

#[test]
fn evaluation_is_bounded() {
    let list = format!("[{}]", vec!["1"; 200].join(", "));
    let cube = format!("{list}.all(a, {list}.all(b, {list}.all(c, a + b + c > 0)))");
    is(&cube, "the condition takes too many steps");
    is(
        &format!("{cube} || true"),
        "the condition takes too many steps",
    );
    is(&format!("true || {cube}"), "true");
    let text = "'".to_owned() + &"a".repeat(9000) + "'";
    let long = format!(
        "({text}).size() > 0 && [1,2,3,4,5,6,7,8,9].map(x, {text}).exists(t, t.matches('(a|b)*c'))"
    );
    refused("", &long, "at most 16384 bytes");
}

#[test]
fn hostile_expressions_are_refused() {
    refused("", &"(".repeat(5000), "nested deeper");
    refused("", &"!".repeat(5000), "nested deeper");
    refused("", &format!("{}1", "-".repeat(3000)), "nested deeper");
    refused(
        "",
        &format!("{}1{} == 1", "[".repeat(40), "]".repeat(40)),
        "nested deeper",
    );
    refused(
        "",
        &format!("1{} == 1", " + 1".repeat(3000)),
        "nested deeper",
    );
    refused(
        "",
        &format!("image{}", ".name".repeat(3000)),
        "nested deeper",
    );
    refused(
        "",
        &format!("[{}] == [1]", "1,".repeat(4500)),
        "more than 4000 parts",
    );
    refused("", "'a'.matches('(')", "regex parse error");
    refused(
        "",
        "'a'.matches('((a{1,1000}){1,1000}){1,1000}')",
        "size limit",
    );
    let many = vec!["image.os == \"x\""; 300].join(" || ");
    is(
        &many,
        "image.os is not known: no distribution was identified",
    );
}

#[test]
fn mistakes_are_named_with_what_was_meant() {
    refused(
        "finding",
        "finding.kevv",
        "a finding has no fact `kevv`; `kev` is",
    );
    refused(
        "finding",
        "finding.zzzzzzzz",
        "a finding has no fact `zzzzzzzz`; known are id, aliases,",
    );
    refused(
        "",
        "finding.kev",
        "`finding` is not known here; give the rule `each: finding`",
    );
    refused(
        "finding",
        "secret.path == ''",
        "give the rule `each: secret`",
    );
    refused(
        "",
        "findngs.size() > 0",
        "`findngs` is not known; `findings` is",
    );
    refused(
        "",
        "findings.kev",
        "this is a list; `.exists(x, x.kev …)` asks each finding of it",
    );
    refused(
        "finding",
        "finding.severity == 'hihg'",
        "\"hihg\" is no severity; `high` is",
    );
    refused(
        "finding",
        "finding.severity in ['high', 'grave']",
        "\"grave\" is no severity; known are",
    );
    refused(
        "finding",
        "finding.severity",
        "a condition is true or false; this is a severity",
    );
    refused(
        "finding",
        "finding.severity > 7",
        "`>` does not go between a severity and a whole number",
    );
    refused(
        "finding",
        "finding.status > 'fixed'",
        "`>` does not go between a status and a status",
    );
    refused(
        "finding",
        "finding.cvss + 1 > 7.0",
        "write `2.0` or `double(…)`",
    );
    refused(
        "finding",
        "finding.id == 7",
        "`==` does not go between a text and a whole number",
    );
    refused(
        "finding",
        "finding.kev && finding.id",
        "`&&` takes true or false; this is a text",
    );
    refused(
        "finding",
        "finding.id.startswith('C')",
        "`startswith` is no function; `startsWith` is",
    );
    refused(
        "finding",
        "finding.id.matches(finding.title)",
        "takes a pattern that is written out",
    );
    refused(
        "finding",
        "finding.?cvss >= 9.0",
        "`>=` does not go between an optional a number",
    );
    refused(
        "finding",
        "finding.?cvss.orValue('x') == ''",
        "does not take a text",
    );
    refused("", "timestamp('soon') < now", "\"soon\" is no time such as");
    refused(
        "",
        "duration('3 days') > duration('1h')",
        "\"3 days\" is no duration such as",
    );
    refused("", "image = 'x'", "`=` is no operator; `==` compares");
    refused(
        "",
        "image.name == null",
        "no fact is null; `has(finding.epss)`",
    );
    refused("", "{'a': 1} == {}", "maps are not known here");
    refused("", "size(1u) == 1", "unsigned numbers are not known here");
    refused("", "'abc", "the text has no end");
    refused("", "1 ==", "the end is not expected here");
    refused("", "(1 == 1", "`)` is expected here, and not the end");
    refused("", "1 == 1 2", "a number is not expected here");
    refused("", "", "the end is not expected here");
    refused("", "has(image)", "`has` takes one fact");
    refused(
        "",
        "findings.all(f)",
        "`all` takes a name and an expression",
    );
    refused(
        "",
        "image == image",
        "`==` does not go between an image and an image",
    );
}

#[test]
fn a_mistake_is_shown_where_it_is() {
    let error = policy("finding", "finding.kev && finding.sverity == 'high'").expect_err("refused");
    insta::assert_snapshot!(error, @"
    p.yaml:5: a finding has no fact `sverity`; `severity` is
        finding.kev && finding.sverity == 'high'
                       ^^^^^^^^^^^^^^^
    ");
}

#[test]
fn the_facts_that_decided_are_told() {
    let told = |each: &str, when: &str| {
        let policy = policy(each, when).expect("a good policy");
        let report = crate::two();
        let verdict = policy.judge(&report, &Circumstances::default()).remove(0);
        let hits = verdict.holds.iter().map(|hit| hit.facts.join(", "));
        hits.collect::<Vec<_>>()
    };
    assert_eq!(
        told("finding", "finding.kev || finding.severity == 'critical'"),
        ["finding.kev = true"]
    );
    assert_eq!(
        told("finding", "finding.fixed && finding.severity >= 'medium'"),
        ["finding.fixed = true, finding.severity = medium"]
    );
    assert_eq!(
        told("finding", "!(finding.kev || finding.severity == 'low')"),
        ["finding.kev = false, finding.severity = high"]
    );
    assert_eq!(
        told("", "gaps.exists(g, g.kind == 'unreadable')"),
        ["g = unreadable: a, g.kind = unreadable"]
    );
    assert_eq!(
        told("", "findings.filter(f, f.kev).size() >= 1"),
        ["findings = [CVE-1-1 of lodash 4.17.11, CVE-2-2 of lodash 4.17.11]"]
    );
    assert_eq!(
        told(
            "finding",
            "has(finding.cvss) ? finding.cvss > 9.0 : finding.kev"
        ),
        ["finding.cvss = not known, finding.kev = true"]
    );
}
