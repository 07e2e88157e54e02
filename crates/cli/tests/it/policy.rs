//! Policies on the command line: what decides, what is told, what the codes are.

use std::path::Path;

use crate::{lazaret, text};

const SHOP: &str = "apiVersion: lazaret.dev/v1
name: shop
environments:
  prod: { mode: enforce }
  dev: { mode: observe }
rules:
  - name: lodash
    description: lodash is to go
    each: finding
    when: finding.package.name == \"lodash\"
    action: block
  - name: blind
    each: gap
    when: gap.kind == \"starter_database\"
    action: warn
    environments:
      prod: { action: hold }
";

/// A directory with the sample image, its report and a policy.
fn directory() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    let made = lazaret(dir.path(), &["debug", "sample", "--out", "sample.tar"]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    write(dir.path(), "shop.yaml", SHOP);
    let args = ["scan", "oci-archive:sample.tar", "-o", "json=report.json"];
    lazaret(dir.path(), &args);
    dir
}

fn write(dir: &Path, name: &str, content: &str) {
    std::fs::write(dir.join(name), content).expect("written");
}

#[track_caller]
fn check(dir: &Path, args: &[&str], code: i32) -> (String, String) {
    let output = lazaret(dir, args);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{args:?}: {out}{err}");
    (out, err)
}

#[test]
fn a_policy_decides_by_environment() {
    let dir = directory();
    let scan = ["scan", "oci-archive:sample.tar", "-f", "json"];
    let with = |more: &[&str], code| check(dir.path(), &[&scan, more].concat(), code);
    with(&[], 0);
    with(&["--policy", "shop.yaml", "--environment", "dev"], 0);
    let (out, _) = with(&["--policy", "shop.yaml", "--environment", "prod"], 1);
    let report: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let decision = &report["decision"];
    assert_eq!(decision["outcome"], "block");
    assert_eq!(decision["policy"]["name"], "shop");
    assert_eq!(decision["policy"]["environment"], "prod");
    assert_eq!(
        decision["reasons"][0]["facts"][0],
        "finding.package.name = \"lodash\""
    );
    with(&["--environment", "prod"], 1);
    with(
        &[
            "--environment",
            "prod",
            "--policy",
            "shop.yaml",
            "--fail-on",
            "none",
        ],
        1,
    );
    let (_, err) = with(&["--policy", "shop.yaml", "--environment", "prd"], 2);
    assert!(
        err.contains("the policy knows no environment `prd`; `prod` is"),
        "{err}"
    );
    let (_, err) = with(&["--policy", "gone.yaml"], 2);
    assert!(err.contains("lazaret policy show"), "{err}");
    write(
        dir.path(),
        "bad.yaml",
        &SHOP.replace("finding.package.name", "finding.pakage.name"),
    );
    let (_, err) = with(&["--policy", "bad.yaml"], 2);
    assert!(
        err.contains("bad.yaml:10: a finding has no fact `pakage`; `package` is"),
        "{err}"
    );
}

#[test]
fn where_only_gaps_stop_it_is_incomplete() {
    let dir = directory();
    write(
        dir.path(),
        "gaps.yaml",
        &SHOP.replace("\"lodash\"", "\"nothing\""),
    );
    let args = [
        "scan",
        "oci-archive:sample.tar",
        "--policy",
        "gaps.yaml",
        "--environment",
        "prod",
    ];
    check(dir.path(), &args, 3);
    let both = [&args[..], &["--fail-on", "low"]].concat();
    check(dir.path(), &both, 1);
}

#[test]
fn exceptions_hide_and_are_told_when_they_do_not() {
    let dir = directory();
    let exceptions = "apiVersion: lazaret.dev/v1
exceptions:
  - name: lodash-waits
    packages: [{ purl: pkg:npm/lodash, versions: \"*\" }]
    reason: replaced next month
    owner: shop
    expires: 2026-12-01
  - name: long-gone
    ids: [CVE-2000-0001]
    reason: was there once
    owner: shop
    expires: 2026-10-01
";
    write(dir.path(), "exceptions.yaml", exceptions);
    let args = [
        "scan",
        "oci-archive:sample.tar",
        "--policy",
        "shop.yaml,exceptions.yaml",
        "--environment",
        "prod",
        "--show-suppressed",
    ];
    let (out, err) = check(dir.path(), &args, 3);
    assert!(out.contains("replaced next month (shop)"), "{out}");
    assert!(
        err.contains(
            "warning: exceptions.yaml:8: the exception `long-gone` (shop): it matches nothing"
        ),
        "{err}"
    );
    let expired = exceptions.replace("2026-12-01", "2026-09-01");
    write(dir.path(), "exceptions.yaml", &expired);
    let (_, err) = check(dir.path(), &args, 1);
    assert!(
        err.contains("it expired on 2026-09-01 and hides nothing;"),
        "{err}"
    );
}

#[test]
fn explain_tells_rule_and_fact() {
    let dir = directory();
    let args = [
        "policy",
        "explain",
        "report.json",
        "--policy",
        "shop.yaml",
        "--environment",
        "prod",
    ];
    let (out, _) = check(dir.path(), &args, 0);
    let out = out.lines().map(|line| match line.split_once(" (sha256:") {
        Some((before, _)) => format!("{before} (sha256:…)\n"),
        None => format!("{line}\n"),
    });
    insta::assert_snapshot!(out.collect::<String>());
    let (out, _) = check(
        dir.path(),
        &["policy", "explain", "report.json", "--rule", "end-of-life"],
        0,
    );
    assert!(out.contains("image.end_of_life = false"), "{out}");
    let (out, _) = check(dir.path(), &[&args[..], &["-f", "json"]].concat(), 0);
    let told: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(told["rules"][0]["mode"], "enforce");
    let (_, err) = check(
        dir.path(),
        &["policy", "explain", "report.json", "--rule", "end-of-live"],
        2,
    );
    assert!(
        err.contains("the policy has no rule `end-of-live`; `end-of-life` is"),
        "{err}"
    );
}

#[test]
fn replay_tells_what_would_change() {
    let dir = directory();
    let milder = SHOP
        .replace("action: block", "action: warn")
        .replace("name: blind", "name: dark");
    write(dir.path(), "new.yaml", &milder);
    let args = [
        "policy",
        "replay",
        "--policy",
        "new.yaml",
        "--against",
        "shop.yaml",
        "--environment",
        "prod",
        "report.json",
    ];
    let (out, _) = check(dir.path(), &args, 0);
    insta::assert_snapshot!(out);
    let (out, _) = check(
        dir.path(),
        &["policy", "replay", "--policy", "shop.yaml", "report.json"],
        0,
    );
    assert!(out.contains("1 would be stopped that were not"), "{out}");
    let (out, _) = check(dir.path(), &["policy", "replay", "report.json"], 0);
    insta::assert_snapshot!(out, @"1 report: 0 would be stopped that were not, 0 would pass that were stopped, 0 change otherwise, 1 stay as they are");
    let (_, err) = check(dir.path(), &["policy", "replay", "shop.yaml"], 2);
    assert!(err.contains("shop.yaml is no report of lazaret"), "{err}");
}

#[test]
fn tests_of_a_policy_pass_or_tell() {
    let dir = directory();
    write(
        dir.path(),
        "tests.yaml",
        "tests:
  - name: lodash is kept out
    environment: prod
    facts: { findings: [{ id: CVE-1, package: pkg:npm/lodash@4.17.11 }] }
    expect: { outcome: block, rules: [lodash] }
  - name: the sample
    environment: prod
    report: report.json
    expect: { outcome: block }
",
    );
    let args = ["policy", "test", "tests.yaml", "--policy", "shop.yaml"];
    let (out, _) = check(dir.path(), &args, 0);
    insta::assert_snapshot!(out, @"
    ok    lodash is kept out
    ok    the sample
    2 as expected, 0 not
    ");
    let (out, _) = check(dir.path(), &["policy", "test", "tests.yaml"], 1);
    assert!(
        out.contains("FAIL  lodash is kept out (tests.yaml:2)"),
        "{out}"
    );
    assert!(out.contains("rules: expected lodash, got none"), "{out}");
}

#[test]
fn the_default_policy_can_be_printed_and_used() {
    let dir = directory();
    let (shown, _) = check(dir.path(), &["policy", "show"], 0);
    write(dir.path(), "mine.yaml", &shown);
    let args = [
        "policy",
        "replay",
        "--policy",
        "mine.yaml",
        "--against",
        "default",
        "report.json",
    ];
    let (out, _) = check(dir.path(), &args, 0);
    assert!(out.contains("1 stay as they are"), "{out}");
    let (facts, _) = check(dir.path(), &["policy", "facts"], 0);
    assert!(facts.contains("| `kev` |"), "{facts}");
}

#[test]
fn configuration_is_judged_by_the_policy_too() {
    let dir = directory();
    write(
        dir.path(),
        "Dockerfile",
        "FROM debian:12@sha256:0000000000000000000000000000000000000000000000000000000000000000\nUSER root\n",
    );
    write(
        dir.path(),
        "files.yaml",
        "apiVersion: lazaret.dev/v1\nrules:\n  - {name: files, when: misconfigurations.size() > 0, action: block}\n",
    );
    check(dir.path(), &["check", "Dockerfile"], 0);
    check(
        dir.path(),
        &["check", "Dockerfile", "--policy", "files.yaml"],
        1,
    );
}

const PUBLIC: &str = "apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: web, image: IMAGE}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 443}]}
";

const EDGE: &str = "apiVersion: lazaret.dev/v1
name: edge
environments: { prod: { mode: enforce } }
rules:
  - name: public
    when: exposure == \"internet\"
    action: block
";

/// Manifests tell the policy from where what was scanned can be reached.
#[test]
fn manifests_tell_the_policy_the_exposure() {
    let dir = directory();
    let report = std::fs::read(dir.path().join("report.json")).expect("a report");
    let report: serde_json::Value = serde_json::from_slice(&report).expect("JSON");
    let digest = report["target"]["digest"].as_str().expect("a digest");
    let manifest = |image: &str| PUBLIC.replace("IMAGE", image);
    write(dir.path(), "edge.yaml", EDGE);
    let mine = format!("registry.example/web@{digest}");
    write(dir.path(), "mine.yaml", &manifest(&mine));
    write(
        dir.path(),
        "other.yaml",
        &manifest("registry.example/other:1"),
    );
    let code = |args: &[&str]| {
        let policy = ["--policy", "edge.yaml", "--environment", "prod"];
        let all: Vec<&str> = args.iter().chain(&policy).copied().collect();
        lazaret(dir.path(), &all).status.code()
    };
    let scan = ["scan", "oci-archive:sample.tar"];
    let with = |more: &[&'static str]| code(&[&scan[..], more].concat());
    assert_eq!(with(&["--exposure-from", "mine.yaml"]), Some(1));
    assert_eq!(
        with(&["--exposure-from", "mine.yaml", "--exposure", "cluster"]),
        Some(0),
        "who says it himself is believed"
    );
    let undecided = with(&["--exposure-from", "other.yaml"]);
    assert_eq!(
        undecided,
        with(&[]),
        "manifests of another image tell nothing"
    );
    assert_eq!(
        code(&["check", "mine.yaml"]),
        Some(1),
        "the files' own workloads"
    );
    let told = lazaret(
        dir.path(),
        &[
            "policy",
            "explain",
            "report.json",
            "--policy",
            "edge.yaml",
            "--exposure-from",
            "mine.yaml",
        ],
    );
    let told = text(&told.stdout);
    assert!(told.contains("internet"), "{told}");
}
