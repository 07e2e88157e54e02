//! hadolint's configuration file, and the list of what a build leaves out.

use lazaret_check::{Settings, Source, answers};
use lazaret_model::{CheckStatus, Misconfiguration, Severity};

#[track_caller]
fn examine(files: &[(&str, &str)]) -> Vec<Misconfiguration> {
    let sources: Vec<Source> = files
        .iter()
        .map(|(path, text)| Source::new(*path, *text))
        .collect();
    let answers = answers(&sources, &Settings::default());
    assert_eq!(answers.gaps, []);
    answers.misconfigurations
}

fn one<'a>(all: &'a [Misconfiguration], id: &str) -> Option<&'a Misconfiguration> {
    all.iter().find(|one| one.id == id)
}

const FILE: &str = "FROM registry.example/base:1.2\nRUN sudo true\nUSER 1000\n";

#[test]
fn what_it_ignores_is_told_as_suppressed_with_its_line() {
    let all = examine(&[
        ("app/Dockerfile", FILE),
        (".hadolint.yaml", "ignored:\n  - DL3004\n"),
    ]);
    let found = one(&all, "LZ-DF-010").expect("is told");
    let by = found.suppressed.as_ref().expect("is suppressed");
    assert_eq!(by.rule.as_deref(), Some(".hadolint.yaml:2"));
    assert!(!found.counts());
}

#[test]
fn the_nearest_file_counts() {
    let all = examine(&[
        ("app/Dockerfile", FILE),
        (".hadolint.yaml", "ignored: [DL3004]\n"),
        ("app/.hadolint.yml", "override: {error: [DL3004]}\n"),
    ]);
    let found = one(&all, "LZ-DF-010").expect("is told");
    assert!(found.counts());
    assert_eq!(found.severity, Severity::High);
    let other = examine(&[
        ("app/Dockerfile", FILE),
        ("web/.hadolint.yaml", "ignored: [DL3004]\n"),
    ]);
    assert!(one(&other, "LZ-DF-010").is_some_and(Misconfiguration::counts));
}

#[test]
fn severities_are_those_of_hadolint() {
    for (word, severity) in [
        ("error", Severity::High),
        ("warning", Severity::Medium),
        ("info", Severity::Low),
        ("style", Severity::Negligible),
    ] {
        let text = format!("override:\n  {word}:\n    - DL3004\n");
        let all = examine(&[("Dockerfile", FILE), (".hadolint.yaml", &text)]);
        assert_eq!(
            one(&all, "LZ-DF-010").map(|one| one.severity),
            Some(severity)
        );
    }
}

#[test]
fn its_registries_are_the_only_ones() {
    let trusted = |list: &str| {
        let text = format!("trustedRegistries: [{list}]\n");
        let all = examine(&[("Dockerfile", FILE), (".hadolint.yaml", &text)]);
        one(&all, "LZ-DF-002").is_none()
    };
    assert!(trusted("registry.example"));
    assert!(trusted("docker.io, registry.example"));
    assert!(trusted("'*.example'"));
    assert!(!trusted("docker.io"));
    assert!(!trusted("registry.exam"), "a name that only begins alike");
}

#[test]
fn labels_have_the_forms_that_are_asked_for() {
    let schema =
        "label-schema:\n  version: semver\n  commit: hash\n  mail: email\nstrict-labels: true\n";
    let told = |labels: &str| {
        let text = format!("FROM debian:12.1\nLABEL {labels}\nUSER 1000\n");
        let all = examine(&[("Dockerfile", &text), (".hadolint.yaml", schema)]);
        let of = all.iter().filter(|one| one.id.starts_with("LZ-DF-05"));
        let of = of.filter(|one| one.id == "LZ-DF-052" || one.id == "LZ-DF-053");
        let mut ids: Vec<String> = of.flat_map(|one| one.aliases.clone()).collect();
        ids.sort();
        ids
    };
    assert!(told("version=1.2.3-rc.1 commit=0123abc mail=a@b.example").is_empty());
    assert_eq!(
        told("version=v1 commit=xyz mail=nobody"),
        ["DL3055", "DL3056", "DL3058"]
    );
    assert_eq!(
        told("version=1.2.3 commit=0123abc mail=a@b.example more=x"),
        ["DL3050"]
    );
    assert_eq!(told("version=1.2.3 commit=0123abc"), ["DL3049"]);
    assert_eq!(told("version=1.2.3 commit=0123abc mail=''"), ["DL3051"]);
}

#[test]
fn a_configuration_that_cannot_be_read_is_a_gap() {
    let sources = [
        Source::new("Dockerfile", FILE),
        Source::new(".hadolint.yaml", "ignored: [DL3004\n"),
    ];
    let answers = answers(&sources, &Settings::default());
    assert_eq!(answers.gaps.len(), 1, "{:?}", answers.gaps);
    assert!(one(&answers.misconfigurations, "LZ-DF-010").is_some_and(Misconfiguration::counts));
}

const WHOLE: &str = "FROM debian:12.1\nCOPY . /app\nUSER 1000\n";

#[test]
fn the_whole_context_is_judged_with_what_it_leaves_out() {
    let told = |files: &[(&str, &str)]| {
        let all = examine(files);
        one(&all, "LZ-DF-014").map(|one| (one.status, one.severity))
    };
    let fails = |severity| Some((CheckStatus::Fail, severity));
    assert_eq!(told(&[("a/Dockerfile", WHOLE)]), fails(Severity::Medium));
    let list = (".dockerignore", ".git\n**/.env\n");
    assert_eq!(told(&[("a/Dockerfile", WHOLE), list]), None);
    let half = ("a/.dockerignore", ".git\n");
    assert_eq!(
        told(&[("a/Dockerfile", WHOLE), half, list]),
        fails(Severity::Low),
        "the nearest list counts"
    );
    let own = ("a/Dockerfile.dockerignore", "*\n!src\n");
    assert_eq!(told(&[("a/Dockerfile", WHOLE), half, own]), None);
    let mut typed = Source::new("-", WHOLE);
    typed.named = true;
    let all = answers(&[typed], &Settings::default()).misconfigurations;
    assert_eq!(
        one(&all, "LZ-DF-014").map(|one| one.status),
        Some(CheckStatus::Unknown),
        "standard input has no directory"
    );
}
