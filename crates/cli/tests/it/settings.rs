//! Which value counts: command line, environment, file, default.

use std::path::Path;

use crate::{lazaret, lazaret_in, text};

/// A directory with the sample image and, where told, a settings file.
fn directory(settings: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    if !settings.is_empty() {
        std::fs::write(dir.path().join("lazaret.yaml"), settings).expect("written");
    }
    let made = lazaret(
        dir.path(),
        &["--config", "none", "debug", "sample", "--out", "sample.tar"],
    );
    assert!(made.status.success(), "{}", text(&made.stderr));
    dir
}

#[track_caller]
fn check(dir: &Path, environment: &[(&str, &str)], more: &[&str], code: i32) {
    let args = [&["scan", "oci-archive:sample.tar"], more].concat();
    let scan = lazaret_in(dir, environment, &args);
    let told = text(&scan.stderr);
    assert_eq!(
        scan.status.code(),
        Some(code),
        "{environment:?} {more:?}: {told}"
    );
}

#[test]
fn the_command_line_wins_over_the_environment_and_that_over_the_file() {
    let dir = directory("fail-on: [low, kev]\n");
    check(dir.path(), &[], &[], 1);
    check(dir.path(), &[("LAZARET_FAIL_ON", "none")], &[], 0);
    check(
        dir.path(),
        &[("LAZARET_FAIL_ON", "none")],
        &["--fail-on", "low"],
        1,
    );
    check(dir.path(), &[], &["--fail-on", "none"], 0);
    check(dir.path(), &[], &["--config", "none"], 0);
    check(dir.path(), &[("LAZARET_CONFIG", "none")], &[], 0);
    // An empty variable says nothing.
    check(
        dir.path(),
        &[("LAZARET_FAIL_ON", ""), ("LAZARET_FAIL_ON_GAPS", "")],
        &[],
        1,
    );
}

#[test]
fn switches_lists_and_numbers_come_from_the_file() {
    let dir = directory(
        "fail-on-gaps: true\nmax-memory: 64\nskip-dirs:\n  - usr\n  - opt\nformat: json\nquiet: yes\n",
    );
    check(dir.path(), &[], &[], 3);
    check(dir.path(), &[("LAZARET_FAIL_ON_GAPS", "false")], &[], 0);
    let scan = lazaret(dir.path(), &["scan", "oci-archive:sample.tar"]);
    assert!(
        text(&scan.stdout).starts_with('{'),
        "{}",
        text(&scan.stdout)
    );
    // A key of another command harms nobody.
    let sbom = lazaret(dir.path(), &["sbom", "oci-archive:sample.tar"]);
    assert!(
        text(&sbom.stdout).contains("CycloneDX"),
        "{}",
        text(&sbom.stderr)
    );
}

#[test]
fn a_file_beside_the_work_is_taken_before_the_one_at_home() {
    let dir = directory("");
    let home = dir.path().join(".config/lazaret");
    std::fs::create_dir_all(&home).expect("a directory");
    std::fs::write(home.join("lazaret.yaml"), "fail-on: low\n").expect("written");
    check(dir.path(), &[], &[], 1);
    std::fs::write(dir.path().join("lazaret.yaml"), "fail-on: none\n").expect("written");
    check(dir.path(), &[], &[], 0);
    check(
        dir.path(),
        &[],
        &["--config", ".config/lazaret/lazaret.yaml"],
        1,
    );
}

#[track_caller]
fn check_refused(settings: &str, environment: &[(&str, &str)], expected: &str) {
    let dir = directory(settings);
    let scan = lazaret_in(dir.path(), environment, &["scan", "oci-archive:sample.tar"]);
    let told = text(&scan.stderr);
    assert_eq!(scan.status.code(), Some(2), "{settings}: {told}");
    assert!(told.contains(expected), "{settings}: {told}");
}

#[test]
fn what_is_wrong_in_the_file_is_named_with_its_line() {
    check_refused(
        "# mine\nfail_on: high\n",
        &[],
        "lazaret.yaml line 2: `fail_on` is no setting; `fail-on` is",
    );
    check_refused(
        "wibble: 1\n",
        &[],
        "lazaret.yaml line 1: `wibble` is no setting",
    );
    check_refused(
        "offline: {a: b}\n",
        &[],
        "a text, a number, true or false, or a list",
    );
    check_refused(
        "format: json\n\nseverity: severe\n",
        &[],
        "The value is from lazaret.yaml line 3.",
    );
    check_refused(
        "",
        &[("LAZARET_SEVERITY", "severe")],
        "The value is from LAZARET_SEVERITY.",
    );
    check_refused(
        "offline: perhaps\n",
        &[],
        "The value is from lazaret.yaml line 1.",
    );
    check_refused(
        "",
        &[("LAZARET_CONFIG", "gone.yaml")],
        "read the settings in gone.yaml",
    );
}

#[test]
fn config_shows_what_counts_and_who_says_so() {
    let dir = directory("fail-on: [low, kev]\npassword: secret\n");
    let shown = lazaret_in(
        dir.path(),
        &[("LAZARET_FORMAT", "json"), ("LAZARET_SEVERTY", "low")],
        &["config"],
    );
    insta::assert_snapshot!(text(&shown.stdout), @"
    Settings file: lazaret.yaml

    SETTING   VALUE        FROM
    fail-on   low,kev      lazaret.yaml line 1
    format    json         LAZARET_FORMAT
    password  (not shown)  lazaret.yaml line 2
    ");
    insta::assert_snapshot!(text(&shown.stderr), @"warning: LAZARET_SEVERTY is set and is no setting; LAZARET_SEVERITY is");
    let all = text(&lazaret(dir.path(), &["config", "--all"]).stdout);
    for line in ["max-memory", "sbom-format", "db-update-from"] {
        assert!(all.contains(line), "{line}: {all}");
    }
    assert!(!all.contains("secret"), "{all}");
    let wrong = lazaret_in(dir.path(), &[("LAZARET_THREADS", "many")], &["config"]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(
        text(&wrong.stderr).contains("threads from LAZARET_THREADS"),
        "{}",
        text(&wrong.stderr)
    );
}

#[test]
fn help_says_which_value_won_and_from_where() {
    let dir = directory("max-memory: 64\npassword: hunter2\n");
    let help = lazaret_in(dir.path(), &[("LAZARET_OFFLINE", "1")], &["scan", "--help"]);
    let help = text(&help.stdout)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    for expected in [
        "[now: 64, from lazaret.yaml line 1]",
        "[now: 1, from LAZARET_OFFLINE]",
        "[now: …, from lazaret.yaml line 2]",
    ] {
        assert!(help.contains(expected), "{expected}: {help}");
    }
    assert!(!help.contains("hunter2"), "{help}");
}

#[test]
fn doctor_names_variables_that_nothing_reads() {
    let dir = directory("fail-on: high\n");
    let well = text(&lazaret(dir.path(), &["doctor"]).stdout);
    assert!(well.contains("ok   settings   lazaret.yaml\n"), "{well}");
    let doctor = lazaret_in(dir.path(), &[("LAZARET_FAIL", "high")], &["doctor"]);
    assert_eq!(doctor.status.code(), Some(1));
    assert!(
        text(&doctor.stdout).contains("nothing reads LAZARET_FAIL\n"),
        "{}",
        text(&doctor.stdout)
    );
}
