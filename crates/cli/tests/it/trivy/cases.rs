//! Trivy's integration cases with local input, held against its own expectations.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{fixture, trivy};
use crate::{lazaret, text};

/// The corpus, unpacked; `None` where it is not at hand.
fn corpus(into: &Path) -> Option<PathBuf> {
    let archive = lazaret_testkit::shared::path("corpus/conformance/trivy.tar.zst")?;
    let command = format!(
        "zstd -dcq '{}' | tar x -C '{}'",
        archive.display(),
        into.display()
    );
    let unpacked = Command::new("sh").args(["-c", &command]).status();
    assert!(unpacked.expect("sh runs").success(), "{command}");
    Some(into.join("trivy"))
}

/// Facts of a kind, told and expected.
#[derive(Default)]
struct Tally {
    agreed: usize,
    differences: Vec<String>,
}

impl Tally {
    fn compare(&mut self, case: &str, told: &BTreeSet<String>, expected: &BTreeSet<String>) {
        let missed = expected
            .iter()
            .filter(|e| !told.iter().any(|t| agrees(t, e)));
        let more = told
            .iter()
            .filter(|t| !expected.iter().any(|e| agrees(t, e)));
        let missed: Vec<String> = missed
            .map(|fact| format!("{case}: missed {fact}"))
            .collect();
        let more = more.map(|fact| format!("{case}: more {fact}"));
        self.agreed += expected.len() - missed.len();
        self.differences.extend(missed.into_iter().chain(more));
    }

    fn rate(&self) -> f64 {
        let all = self.agreed + self.differences.len();
        self.agreed as f64 / all.max(1) as f64
    }
}

/// Whether a fact is the expected one. We name the fix of the range that the version lies
/// in, Trivy those of all ranges, in their own spelling.
fn agrees(told: &str, expected: &str) -> bool {
    let parts = |fact: &str| -> (String, Vec<String>) {
        let (before, fixed) = fact.rsplit_once(" | ").unwrap_or((fact, ""));
        let fixed = fixed
            .split(", ")
            .map(|v| v.trim_start_matches('v').to_owned());
        (before.to_owned(), fixed.collect())
    };
    let ((told, ours), (expected, theirs)) = (parts(told), parts(expected));
    told == expected && ours.iter().all(|one| theirs.contains(one))
}

/// The wanted fields of a fact, in one line. Trivy says nothing in several ways.
fn fact(value: &Value, fields: &[&str]) -> String {
    let one = |field: &&str| match &value[*field] {
        Value::String(text) => text.clone(),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    };
    fields.iter().map(one).collect::<Vec<_>>().join(" | ")
}

fn expected(case: &Value, kind: &str, fields: &[&str]) -> BTreeSet<String> {
    let all = case["expect"][kind].as_array().cloned().unwrap_or_default();
    all.iter().map(|one| fact(one, fields)).collect()
}

/// The same facts of a report in Trivy's JSON.
fn told(report: &Value, kind: &str, fields: &[&str]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for result in report["Results"].as_array().into_iter().flatten() {
        for one in result[kind].as_array().into_iter().flatten() {
            let mut one = one.clone();
            if let Some(map) = one.as_object_mut() {
                map.insert("Target".into(), result["Target"].clone());
                map.insert("Type".into(), result["Type"].clone());
                let purl = map.get("Identifier").map(|i| i["PURL"].clone());
                map.insert("PURL".into(), purl.unwrap_or_default());
                map.entry("Dev").or_insert(Value::Bool(false));
            }
            found.insert(fact(&one, fields));
        }
    }
    found
}

/// The words of a case.
fn words(case: &Value, corpus: &Path) -> Vec<String> {
    let mut words = vec![
        case["command"].as_str().unwrap_or_default().to_owned(),
        "--quiet".to_owned(),
        "--format=json".to_owned(),
        format!(
            "--scanners={}",
            case["scanners"].as_str().unwrap_or_default()
        ),
    ];
    if case["options"]["listAllPkgs"] == Value::Bool(true) {
        words.push("--list-all-pkgs".to_owned());
    }
    let input = case["input"].as_str().unwrap_or_default();
    words.push(corpus.join(input).display().to_string());
    words
}

/// What Trivy's cases expect and lazaret does not tell, each argued in `docs/trivy.md`.
const ARGUED: [&str; 17] = [
    // Files go by their own names: there are no patterns.
    "Customfile | DS-0002",
    // Rules in Rego are not run.
    "Dockerfile | AVD-BAR-0001",
    "Dockerfile | AVD-FOO-0001",
    // Charts are rendered by `helm` with their own values alone, where it is installed.
    "templates/deployment.yaml | KSV-0001",
    "templates/deployment.yaml | KSV-0020",
    "templates/deployment.yaml | KSV-0030",
    "templates/deployment.yaml | KSV-0104",
    "templates/deployment.yaml | KSV-0105",
    "templates/deployment.yaml | KSV-0110",
    "templates/deployment.yaml | KSV-0117",
    "templates/deployment.yaml | KSV-0118",
    // No key of AWS's has a 1 in it: they are in base 32.
    "deploy.sh | aws-access-key-id",
    // Rules for secrets are inside the program.
    "deploy.sh | mysecret",
    // A lock file tells what may be installed; `rootfs` tells what is.
    "pkg:julia/A@1.9.0",
    "pkg:julia/B@1.9.0",
    // SPDX's names of licences.
    "Java | org.slf4j:slf4j-api | MIT License | LOW | notice",
    // The project itself is no package of its own manifest.
    "pkg:maven/com.example/log4shell@1.0-SNAPSHOT",
];

/// What a report in Trivy's JSON tells beside vulnerabilities: for each kind its place and
/// its name.
fn sections(report: &Value) -> BTreeSet<String> {
    let mut told = told(report, "Misconfigurations", &["Target", "ID"]);
    told.extend(self::told(report, "Secrets", &["Target", "RuleID"]));
    let of_license = ["Target", "PkgName", "Name", "Severity", "Category"];
    told.extend(self::told(report, "Licenses", &of_license));
    told
}

/// The packages of a bill of materials, without what only one of the programs records.
fn components(sbom: &Value) -> BTreeSet<String> {
    let mut purls: Vec<&Value> = Vec::new();
    for component in sbom["components"].as_array().into_iter().flatten() {
        purls.push(&component["purl"]);
    }
    for package in sbom["packages"].as_array().into_iter().flatten() {
        let references = package["externalRefs"].as_array().into_iter().flatten();
        purls.extend(references.map(|r| &r["referenceLocator"]));
    }
    let purls = purls.iter().filter_map(|p| p.as_str());
    let bare = purls.map(|p| p.split('?').next().unwrap_or(p).to_owned());
    bare.filter(|p| p.starts_with("pkg:")).collect()
}

#[test]
fn trivys_cases_beside_vulnerabilities_agree_or_are_argued() {
    let dir = tempfile::tempdir().expect("a directory");
    let Some(corpus) = corpus(dir.path()) else {
        return;
    };
    let (mut compared, mut wrong) = (0, Vec::new());
    for case in fixture::lines(&corpus.join("cases.jsonl")) {
        let name = case["case"].as_str().unwrap_or_default().to_owned();
        let word = |key: &str| case[key].as_str().unwrap_or_default().to_owned();
        let is_sbom = word("format") != "json";
        if word("command") == "convert" || !is_sbom && word("scanners") == "vuln" {
            continue;
        }
        let place = corpus.join(word("input")).display().to_string();
        let format = format!("--format={}", word("format"));
        let mut args = vec![word("command"), "--quiet".to_owned(), format, place];
        if !is_sbom {
            args.push(format!(
                "--scanners={}",
                word("scanners").replace("vuln,", "")
            ));
        }
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let done = trivy(dir.path(), &[], &args);
        assert!(done.status.success(), "{name}: {}", text(&done.stderr));
        let report: Value = serde_json::from_slice(&done.stdout).expect("JSON");
        let (ours, theirs) = if is_sbom {
            let golden = corpus.join("golden").join(word("golden"));
            let golden = std::fs::read(golden).expect("the corpus has it");
            let golden: Value = serde_json::from_slice(&golden).expect("JSON");
            (components(&report), components(&golden))
        } else {
            let mut theirs = expected(&case, "misconfigurations", &["target", "id"]);
            theirs.extend(expected(&case, "secrets", &["target", "rule"]));
            let of_license = ["target", "package", "name", "severity", "category"];
            theirs.extend(expected(&case, "licenses", &of_license));
            (sections(&report), theirs)
        };
        compared += theirs.len();
        let missed = theirs
            .difference(&ours)
            .filter(|fact| !ARGUED.contains(&fact.as_str()));
        wrong.extend(missed.map(|fact| format!("{name}: missed {fact}; told {ours:?}")));
    }
    assert!(compared > 20, "{compared} facts are few");
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
#[expect(clippy::print_stderr, reason = "what differs is read by people")]
fn trivys_own_cases_agree() {
    let dir = tempfile::tempdir().expect("a directory");
    let Some(corpus) = corpus(dir.path()) else {
        return;
    };
    let sources = fixture::write(&corpus, dir.path());
    let mut build = vec!["db", "build", "--out", "fixture.db"];
    build.extend(sources.iter().map(String::as_str));
    let built = lazaret(dir.path(), &build);
    assert!(built.status.success(), "{}", text(&built.stderr));
    let variables = [("LAZARET_DB", "fixture.db"), ("LAZARET_MAX_DB_AGE", "none")];
    let (mut findings, mut packages) = (Tally::default(), Tally::default());
    for case in fixture::lines(&corpus.join("cases.jsonl")) {
        let name = case["case"].as_str().unwrap_or_default().to_owned();
        // Other formats have no facts to compare; VEX comes from the network there.
        let is_compared = case["format"] == "json"
            && case["scanners"] == "vuln"
            && case["options"]["vex"].is_null();
        if !is_compared {
            continue;
        }
        let words = words(&case, &corpus);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let done = trivy(dir.path(), &variables, &words);
        assert_eq!(
            done.status.code(),
            Some(0),
            "{name}: {}",
            text(&done.stderr)
        );
        let report: Value = serde_json::from_slice(&done.stdout).expect("JSON");
        let theirs = [
            "type", "name", "version", "id", "severity", "status", "fixed",
        ];
        let ours = [
            "Type",
            "PkgName",
            "InstalledVersion",
            "VulnerabilityID",
            "Severity",
            "Status",
            "FixedVersion",
        ];
        findings.compare(
            &name,
            &told(&report, "Vulnerabilities", &ours),
            &expected(&case, "vulnerabilities", &theirs),
        );
        if case["options"]["listAllPkgs"] == Value::Bool(true) {
            let theirs = ["target", "type", "name", "version", "purl", "dev"];
            let ours = ["Target", "Type", "Name", "Version", "PURL", "Dev"];
            packages.compare(
                &name,
                &told(&report, "Packages", &ours),
                &expected(&case, "packages", &theirs),
            );
        }
    }
    for (kind, tally) in [("findings", &findings), ("packages", &packages)] {
        eprintln!(
            "{kind}: {} agree, {} differ, {:.1} %",
            tally.agreed,
            tally.differences.len(),
            tally.rate() * 100.0
        );
        for difference in &tally.differences {
            eprintln!("  {difference}");
        }
    }
    assert!(findings.rate() > 0.85, "findings agree too seldom");
}
