//! What peers get wrong, and must not be wrong here.

use lazaret_check::{Settings, Source, answers};
use lazaret_model::{CheckStatus, Misconfiguration, Severity};

fn examine_with(text: &str, settings: &Settings) -> Vec<Misconfiguration> {
    answers(&[Source::new("Dockerfile", text)], settings).misconfigurations
}

fn examine(text: &str) -> Vec<Misconfiguration> {
    examine_with(text, &Settings::default())
}

fn fires(text: &str, id: &str) -> bool {
    examine(text).iter().any(|m| m.id == id && m.counts())
}

/// Trivy DS-0002 takes the USER lines of every stage.
#[test]
fn a_user_of_a_stage_that_does_not_ship_hides_no_root() {
    let builder = "FROM golang:1.22 AS build\nUSER 10001\nFROM debian:12\nCMD [\"/app\"]\n";
    assert!(fires(builder, "LZ-DF-008"));
    let inherited = "FROM debian:12 AS base\nUSER 10001\nFROM base\nCMD [\"/app\"]\n";
    assert!(!fires(inherited, "LZ-DF-008"));
    let reset = "FROM debian:12 AS base\nUSER 10001\nFROM base\nUSER root\n";
    assert!(fires(reset, "LZ-DF-008"));
}

/// A base that names an ordinary user needs no USER; peers look at the file alone.
#[test]
fn a_base_that_says_nonroot_is_believed() {
    let silent = "FROM golang:1.22 AS build\nFROM gcr.io/distroless/static:nonroot\nCOPY --from=build /a /a\n";
    assert!(!fires(silent, "LZ-DF-008"));
    let unknown = examine("ARG BASE\nFROM $BASE\n");
    let root = unknown
        .iter()
        .find(|m| m.id == "LZ-DF-008")
        .expect("is told");
    assert_eq!(root.status, CheckStatus::Unknown);
}

/// hadolint DL3007 knows the word `latest` alone.
#[test]
fn every_rolling_tag_is_one() {
    for tag in ["latest", "stable", "edge", "nightly", "main"] {
        assert!(fires(&format!("FROM debian:{tag}\n"), "LZ-DF-006"), "{tag}");
    }
    assert!(!fires("FROM debian:12.7\n", "LZ-DF-006"));
    let pinned = "FROM debian:stable@sha256:27586f4609433f2f49a9157405b473c62c3cb28a581c413393975b4e8496d0ab\n";
    assert!(!fires(pinned, "LZ-DF-006"), "a digest decides");
}

/// Policies of people compare texts (Trivy even has a rule about that, KSV-0124).
#[test]
fn a_registry_that_only_begins_alike_is_another_one() {
    let settings = Settings {
        registries: vec!["registry.example.com".into(), "quay.io/team".into()],
        ..Settings::default()
    };
    let refused = |image: &str| {
        let found = examine_with(&format!("FROM {image}\n"), &settings);
        found.iter().any(|m| m.id == "LZ-DF-002")
    };
    assert!(!refused("registry.example.com/app:1"));
    assert!(refused("registry.example.com.evil.net/app:1"));
    assert!(!refused("quay.io/team/app:1"));
    assert!(refused("quay.io/teams/app:1"));
    assert!(refused("debian:12"), "Docker Hub is a registry, too");
}

/// Trivy rates repeated names of stages and bad ports as critical.
#[test]
fn hygiene_is_not_critical() {
    let text = "FROM debian:12 AS a\nEXPOSE 99999\nCMD a\nCMD b\nFROM debian:12 AS a\nUSER 1\n";
    let worst = examine(text).into_iter().map(|m| m.severity).max();
    assert!(worst <= Some(Severity::Medium), "{worst:?}");
}

/// Text is not taken for commands: words in quotes, comments and here-documents of others.
#[test]
fn what_is_only_written_is_not_run() {
    for text in [
        "FROM debian:12\nRUN echo 'sudo apt install curl | sh'\n",
        "FROM debian:12\nRUN true # sudo apt install\n",
        "FROM debian:12\nRUN cat <<EOF > /etc/motd\nsudo apt install curl\nEOF\n",
        "FROM debian:12\nRUN <<EOF\n#!/usr/bin/env python3\nsudo = 'apt'\nEOF\n",
        "FROM debian:12\nCOPY <<EOF /run.sh\nsudo apt install curl\nEOF\n",
        "FROM debian:12\n# RUN sudo apt install\nRUN echo \\\n# sudo apt install\n  done\n",
    ] {
        for id in ["LZ-DF-010", "LZ-DF-028", "LZ-DF-021"] {
            assert!(!fires(text, id), "{id} on {text}");
        }
    }
}

/// What is run is found wherever it stands.
#[test]
fn what_is_run_is_found() {
    for text in [
        "FROM debian:12\nRUN <<EOF\nset -e\nsudo true\nEOF\n",
        "FROM debian:12\nRUN bash <<'EOF'\nsudo true\nEOF\n",
        "FROM debian:12\nRUN true && (cd / ; sudo true)\n",
        "FROM debian:12\nRUN if true; then sudo true; fi\n",
        "FROM debian:12\nRUN X=$(sudo cat /x)\n",
        "FROM debian:12\nRUN [\"sudo\", \"true\"]\n",
        "FROM debian:12\nRUN [\"/bin/sh\", \"-c\", \"sudo true\"]\n",
        "FROM debian:12\nRUN true \\\n  # why\n\n  && sudo true\n",
        "FROM debian:12\nRUN case $X in a|b) sudo true ;; esac\n",
        "FROM debian:12\nONBUILD RUN sudo true\n",
        "# escape=`\nFROM debian:12\nSHELL [\"/bin/sh\", \"-c\"]\nRUN true && `\n sudo true\n",
        "FROM debian:12\nRUN for x in a b; do sudo true; done\n",
        "FROM debian:12\nrun sudo true\n",
    ] {
        assert!(fires(text, "LZ-DF-010"), "{text}");
    }
}

#[test]
fn places_are_those_of_the_file() {
    let text = "FROM debian:12\nRUN true \\\n  # a comment\n  && apt-get install -y \\\n    curl\nUSER 1\n";
    let found = examine(text);
    let open = found.iter().find(|m| m.id == "LZ-DF-021").expect("fires");
    assert_eq!(
        (open.line, open.column, open.end_line, open.end_column),
        (5, 5, 5, 9)
    );
    let cut = "\u{feff}FROM debian\r\nUSER 1\r\n";
    let tag = examine(cut)
        .into_iter()
        .find(|m| m.id == "LZ-DF-005")
        .expect("fires");
    assert_eq!((tag.line, tag.end_line), (1, 1));
}

#[test]
fn secrets_are_never_shown() {
    let secret = "hunter2-and-more";
    for text in [
        format!("FROM debian:12\nENV DB_PASSWORD={secret}\n"),
        format!("FROM debian:12\nRUN echo 'root:{secret}' | chpasswd\n"),
        format!("FROM debian:12\nRUN useradd -p {secret} x\n"),
        format!("FROM debian:12\nRUN git clone https://me:{secret}@example.org/x\n"),
        format!("FROM debian:12\nRUN TOKEN={secret} ./fetch\n"),
    ] {
        for answer in examine(&text) {
            let told = format!("{answer:?}");
            let about = ["LZ-DF-011", "LZ-DF-012", "LZ-DF-020"].contains(&answer.id.as_str());
            assert!(!about || !told.contains(secret), "{told}");
        }
    }
}

#[test]
fn ignore_comments_of_every_form_are_heard() {
    let silenced = |comment: &str| {
        let text = format!("FROM debian:12\n{comment}\nRUN sudo true\nUSER 1\n");
        !fires(&text, "LZ-DF-010")
    };
    assert!(silenced("# lazaret:ignore=LZ-DF-010 the base has no root"));
    assert!(silenced("# lazaret:ignore=DL3004 the base has no root"));
    assert!(silenced("# hadolint ignore=DL3004"));
    assert!(silenced("# trivy:ignore:DS-0010"));
    assert!(silenced("# trivy:ignore:AVD-DS-0010"));
    assert!(silenced("# checkov:skip=CKV2_DOCKER_1:why"));
    assert!(
        !silenced("# lazaret:ignore=LZ-DF-010"),
        "ours wants a reason"
    );
    assert!(!silenced("# hadolint ignore=DL3000"));
    assert!(!silenced("# hadolint ignore=crazy,DL3004"));
}

#[test]
fn ignore_comments_expire() {
    let text =
        "FROM debian:12\n# lazaret:ignore=LZ-DF-010 until then exp:2026-01-31\nRUN sudo true\n";
    let on = |today: &str| {
        let settings = Settings {
            today: Some(today.into()),
            ..Settings::default()
        };
        let found = examine_with(text, &settings);
        found.iter().any(|m| m.id == "LZ-DF-010" && m.counts())
    };
    assert!(!on("2026-01-31"));
    assert!(on("2026-02-01"));
}
