//! The formats of pipelines against what their services document: fields that must be
//! there, and sizes that must not be passed.

use std::collections::BTreeSet;

use lazaret_model::{Package, Report, Severity, TargetKind};
use lazaret_report::{Options, Pipeline, RenderError, Template, by_name, check_template};
use serde_json::Value;

use crate::fixtures;

#[track_caller]
fn render(name: &str, report: &Report, options: &Options) -> String {
    let format = by_name(name).expect("a known format");
    let mut out = Vec::new();
    (format.render)(report, options, &mut out).expect("a vector takes every byte");
    String::from_utf8(out).expect("every format is UTF-8")
}

fn json(name: &str, report: &Report, options: &Options) -> Value {
    serde_json::from_str(&render(name, report, options)).expect("JSON")
}

fn everything() -> Options {
    Options {
        show_suppressed: true,
        list_all_packages: true,
        ..Options::default()
    }
}

fn directory() -> Report {
    let mut report = fixtures::rich();
    report.target.kind = TargetKind::Filesystem;
    report.target.name = "./work".into();
    report.target.digest = None;
    report
}

/// A report with `n` findings, each on a package of its own.
fn many(n: usize) -> Report {
    let mut report = fixtures::rich();
    let model = report.findings.first().expect("a finding").clone();
    report.findings = (0..n)
        .map(|i| {
            let mut finding = model.clone();
            finding.id = format!("CVE-2024-{i}");
            finding.key = format!("key {i}");
            finding.severity = if i == n - 1 {
                Severity::Critical
            } else {
                Severity::Low
            };
            finding
        })
        .collect();
    report
}

/// What every string under `at` must be: there, and not empty.
#[track_caller]
fn has(value: &Value, at: &str) {
    let found = value.pointer(at).and_then(Value::as_str);
    assert!(
        found.is_some_and(|s| !s.is_empty()),
        "{at} is missing in {value:#}"
    );
}

#[test]
fn gitlab_reports_have_every_required_field_of_schema_15() {
    let cases = [
        (fixtures::rich(), "container_scanning"),
        (fixtures::clean(), "container_scanning"),
        (directory(), "dependency_scanning"),
    ];
    for (report, kind) in cases {
        let value = json("gitlab", &report, &everything());
        for at in ["/analyzer", "/scanner"] {
            for field in ["/id", "/name", "/version", "/vendor/name"] {
                has(&value, &format!("/scan{at}{field}"));
            }
        }
        assert_eq!(value["scan"]["type"], kind);
        assert_eq!(value["scan"]["status"], "success");
        assert!(
            value["version"]
                .as_str()
                .is_some_and(|v| v.starts_with("15.0."))
        );
        for time in ["start_time", "end_time"] {
            let time = value["scan"][time].as_str().expect("a time");
            assert_eq!(time.len(), "2020-01-28T03:26:02".len(), "{time}");
        }
        let of_image = kind == "container_scanning";
        let all = value["vulnerabilities"].as_array().expect("an array");
        assert_eq!(all.len(), report.findings.len());
        let ids: BTreeSet<&str> = all.iter().filter_map(|v| v["id"].as_str()).collect();
        assert_eq!(ids.len(), all.len(), "ids are not unique");
        for one in all {
            check_vulnerability(one, of_image);
        }
        match value.get("dependency_files").and_then(Value::as_array) {
            None => assert!(of_image),
            Some(files) => {
                assert!(!files.is_empty());
                for file in files {
                    has(file, "/path");
                    has(file, "/package_manager");
                    for dependency in file["dependencies"].as_array().expect("an array") {
                        has(dependency, "/package/name");
                    }
                }
            }
        }
    }
}

#[track_caller]
fn check_vulnerability(one: &Value, of_image: bool) {
    let levels = ["Info", "Unknown", "Low", "Medium", "High", "Critical"];
    assert!(levels.contains(&one["severity"].as_str().expect("a severity")));
    for field in [
        "/id",
        "/name",
        "/identifiers/0/type",
        "/identifiers/0/value",
    ] {
        has(one, field);
    }
    assert!(
        one["name"]
            .as_str()
            .is_some_and(|n| n.chars().count() <= 255)
    );
    for identifier in one["identifiers"].as_array().expect("an array") {
        has(identifier, "/name");
        let url = identifier.get("url").and_then(Value::as_str);
        assert!(url.is_none_or(|url| url.starts_with("https://")));
    }
    has(one, "/location/dependency/package/name");
    has(one, "/location/dependency/version");
    match of_image {
        true => {
            has(one, "/location/image");
            has(one, "/location/operating_system");
        }
        false => has(one, "/location/file"),
    }
}

#[test]
fn code_quality_has_unique_fingerprints_and_relative_paths() {
    let value = json("gitlab-codequality", &fixtures::rich(), &everything());
    let all = value.as_array().expect("an array");
    let mut seen = BTreeSet::new();
    for one in all {
        for field in [
            "/description",
            "/check_name",
            "/fingerprint",
            "/location/path",
        ] {
            has(one, field);
        }
        let levels = ["info", "minor", "major", "critical", "blocker"];
        assert!(levels.contains(&one["severity"].as_str().expect("a severity")));
        assert!(
            one["location"]["lines"]["begin"]
                .as_u64()
                .is_some_and(|n| n > 0)
        );
        assert!(
            !one["location"]["path"]
                .as_str()
                .expect("a path")
                .starts_with('/')
        );
        assert!(seen.insert(one["fingerprint"].to_string()), "{one:#}");
    }
}

#[test]
fn a_snapshot_tells_the_run_and_every_package() {
    let options = Options {
        timestamp: Some("2026-05-02T10:11:12.5Z".into()),
        pipeline: Pipeline {
            commit: "ce587453ced02b1526dfb4cb910479d431683101".into(),
            reference: "refs/heads/main".into(),
            job: "77".into(),
            correlator: "ci scan".into(),
        },
        ..everything()
    };
    let report = fixtures::rich();
    let value = json("github", &report, &options);
    for field in [
        "/sha",
        "/ref",
        "/job/id",
        "/job/correlator",
        "/detector/name",
        "/detector/version",
        "/detector/url",
    ] {
        has(&value, field);
    }
    assert_eq!(value["version"], 0);
    assert_eq!(value["scanned"], "2026-05-02T10:11:12Z");
    let metadata = value["metadata"].as_object().expect("an object");
    assert!(metadata.len() <= 8, "GitHub takes eight: {metadata:#?}");
    assert!(metadata.values().all(|v| v.is_string()));
    let manifests = value["manifests"].as_object().expect("an object");
    let resolved: usize = manifests
        .values()
        .map(|m| m["resolved"].as_object().expect("an object").len())
        .sum();
    assert_eq!(resolved, report.packages.len());
    for manifest in manifests.values() {
        has(manifest, "/name");
        for dependency in manifest["resolved"]
            .as_object()
            .expect("an object")
            .values()
        {
            assert!(
                dependency["package_url"]
                    .as_str()
                    .is_some_and(|p| p.starts_with("pkg:"))
            );
        }
    }
}

#[test]
fn openvex_says_only_what_is_known() {
    let mut report = fixtures::rich();
    let options = Options::default();
    let value = json("openvex", &report, &options);
    for field in ["/@context", "/@id", "/author", "/timestamp"] {
        has(&value, field);
    }
    let statements = value["statements"].as_array().expect("an array");
    let cleared: Vec<&Value> = statements
        .iter()
        .filter(|s| s["status"] == "not_affected")
        .collect();
    let [cleared] = cleared.as_slice() else {
        panic!("{statements:#?}")
    };
    assert_eq!(cleared["vulnerability"]["name"], "CVE-2023-0003");
    has(cleared, "/impact_statement");
    let others = statements
        .iter()
        .filter(|s| s["status"] == "under_investigation");
    assert_eq!(others.count(), statements.len() - 1);
    let product = statements[0]["products"][0]["@id"]
        .as_str()
        .expect("a product");
    assert!(product.starts_with("pkg:oci/app@sha256"), "{product}");
    has(&statements[0], "/products/0/subcomponents/0/@id");
    // An ignore file is no judgement about the product.
    for finding in &mut report.findings {
        if let Some(suppression) = &mut finding.suppressed {
            suppression.by = "ignore-file".into();
        }
    }
    let text = render("openvex", &report, &options);
    assert!(!text.contains("CVE-2023-0003") && !text.contains("not_affected"));
}

#[test]
fn junit_counts_what_it_lists() {
    for (report, options) in [
        (fixtures::clean(), Options::default()),
        (fixtures::gaps_only(), Options::default()),
        (fixtures::rich(), Options::default()),
        (fixtures::rich(), everything()),
    ] {
        let text = render("junit", &report, &options);
        let count = |what: &str| text.matches(what).count();
        let head = text.lines().nth(1).expect("the root");
        let number = |name: &str| -> usize {
            let rest = head.split(&format!("{name}=\"")).nth(1).expect("a number");
            rest.split('"')
                .next()
                .unwrap_or_default()
                .parse()
                .expect("a number")
        };
        assert_eq!(number("tests"), count("<testcase "), "{text}");
        assert_eq!(number("failures"), count("<failure "), "{text}");
        assert!(number("tests") > 0, "an empty file says nothing: {text}");
        for tag in ["testsuites", "testsuite", "testcase", "failure"] {
            let open = count(&format!("<{tag} "));
            assert_eq!(open, count(&format!("</{tag}>")), "{tag}: {text}");
        }
    }
}

#[test]
fn comments_summaries_and_sarif_keep_to_their_limits() {
    let mut report = many(30_000);
    for (format, limit) in [("markdown", 65_536), ("github-summary", 1 << 20)] {
        let text = render(format, &report, &everything());
        assert!(text.len() < limit, "{format}: {}", text.len());
        assert!(text.len() > limit / 4, "{format}: {}", text.len());
        assert!(
            text.contains("more."),
            "{format} does not say what is missing"
        );
        assert!(
            text.contains("Not examined: 3 gaps"),
            "{format} lost the gaps"
        );
        assert!(text.contains("CVE-2024-29999"), "{format} lost the worst");
    }
    // Even a report that is all gaps, reasons and packages.
    let gap = report.gaps.first().expect("a gap").clone();
    report.gaps = vec![gap; 20_000];
    let reason = report.decision.reasons.first().expect("a reason").clone();
    report.decision.reasons = vec![reason; 2_000];
    report.packages = vec![Package::new("npm", "a".repeat(3_000), "1"); 2_000];
    for (format, limit) in [("markdown", 65_536), ("github-summary", 1 << 20)] {
        let text = render(format, &report, &everything());
        assert!(text.len() < limit, "{format}: {}", text.len());
        assert!(text.contains("Not examined: 20000 gaps"), "{format}");
    }
    let sarif = json("sarif", &report, &Options::default());
    let run = &sarif["runs"][0];
    assert_eq!(run["results"].as_array().map(Vec::len), Some(25_000));
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    assert!(rules.len() <= 25_000);
    for rule in rules {
        assert!(
            rule["properties"]["tags"]
                .as_array()
                .is_some_and(|t| t.len() <= 20)
        );
    }
    let kept = run["results"].as_array().expect("results");
    assert!(
        kept.iter().any(|r| r["ruleId"] == "CVE-2024-29999"),
        "the worst is kept"
    );
    let notes = run["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(notes.contains("30003 findings; only the 25000 worst"));
}

fn with_template(name: &str, source: &str) -> Options {
    Options {
        template: Some(Template {
            name: name.into(),
            source: source.into(),
        }),
        ..Options::default()
    }
}

fn run(name: &str, source: &str) -> Result<String, String> {
    let mut out = Vec::new();
    let format = by_name("template").expect("a format");
    match (format.render)(&fixtures::rich(), &with_template(name, source), &mut out) {
        Ok(()) => Ok(String::from_utf8(out).expect("UTF-8")),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn a_template_sees_the_report_and_cannot_harm() {
    let list = "{% for f in findings if f.severity == 'critical' %}{{ f.id }};{% endfor %}";
    assert_eq!(run("a.txt", list).as_deref(), Ok("CVE-2023-0001;"));
    let csv = "{% for f in findings %}{{ [f.id, f.package.name] | tojson }}\n{% endfor %}";
    for line in run("a.csv", csv)
        .expect("text")
        .lines()
        .filter(|l| l.starts_with('['))
    {
        assert!(!line.contains('\u{202e}') && !line.contains('\u{9b}'));
    }
    let whole: Value =
        serde_json::from_str(&run("a.json", "{{ findings | tojson }}").expect("text"))
            .expect("JSON");
    assert_eq!(whole.as_array().map(Vec::len), Some(7));
    let page = run(
        "a.html",
        "{% for f in findings %}<p>{{ f.package.name }}</p>{% endfor %}",
    );
    assert!(!page.expect("text").contains("<script"));
}

#[test]
fn a_template_that_is_wrong_or_endless_is_an_error() {
    let wrong = Template {
        name: "a.txt".into(),
        source: "line one\n{% for x in %}".into(),
    };
    let error = check_template(&wrong).expect_err("no list is named");
    assert!(
        matches!(error, RenderError::Template(_)) && error.to_string().contains("a.txt:2"),
        "{error}"
    );
    let endless =
        "{% for a in range(10000) %}{% for b in range(10000) %}{{ b }}{% endfor %}{% endfor %}";
    assert!(run("a.txt", endless).is_err());
    for forbidden in [
        "{% include '/etc/passwd' %}",
        "{% import '/etc/passwd' as x %}",
    ] {
        assert!(run("a.txt", forbidden).is_err(), "{forbidden}");
    }
    let deep = "(".repeat(100_000);
    assert!(run("a.txt", &format!("{{{{ {deep} }}}}")).is_err());
}

#[test]
fn the_page_about_reports_names_every_format_and_shows_the_template() {
    let place = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reports.md");
    let page = std::fs::read_to_string(place).expect("docs/reports.md");
    for format in lazaret_report::ALL {
        assert!(
            page.contains(&format!("`{}`", format.name)),
            "{} is not documented",
            format.name
        );
    }
    let source = include_str!("../../src/format/example.txt.j2");
    assert!(
        page.contains(source.trim_end()),
        "the example is not the one that is used"
    );
}
