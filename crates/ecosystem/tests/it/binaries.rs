//! Programs without a package manager, told by what they say about themselves.
//!
//! Samples have the bytes around the version as the program's source makes them.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::Command;

use lazaret_ecosystem::binary::{Pattern, classifiers};
use lazaret_ecosystem::executable::{Probe, wants};
use lazaret_model::Package;

use crate::samples::SAMPLES;

pub(crate) fn told(path: &str, bytes: &[u8], chunk: usize) -> Vec<Package> {
    let mut probe = Probe::new(path, bytes).expect("a file that is worth a look");
    bytes.chunks(chunk).for_each(|part| probe.feed(part));
    probe.finish().expect("readable").packages
}

pub(crate) fn program(content: &str) -> Vec<u8> {
    let mut bytes = b"\x7fELF\x02\x01\x01\0".to_vec();
    bytes.resize(4096, 0);
    bytes.extend_from_slice(content.as_bytes());
    bytes.resize(bytes.len() + 2048, 0);
    bytes
}

#[test]
fn samples_are_told_however_the_stream_is_cut() {
    for (path, content, expected) in SAMPLES {
        for chunk in [usize::MAX, 4096, 61, 7] {
            let packages = told(path, &program(content), chunk);
            let purls: Vec<String> = packages.iter().map(|p| p.purl.to_string()).collect();
            assert_eq!(
                purls,
                [format!("pkg:{expected}")],
                "{path} in parts of {chunk}"
            );
            assert!(wants(path, 0o644, 8192), "{path} has no gate");
        }
    }
}

#[test]
fn a_text_of_two_versions_tells_none() {
    let two = program("GNU tar\0\x001.34\0\x001.35\0");
    assert_eq!(told("bin/tar", &two, 4096), []);
    let without_proof = program("\x001.34\0");
    assert_eq!(told("bin/tar", &without_proof, 4096), []);
}

#[test]
fn a_classified_program_has_its_cpe_names() {
    let packages = told(
        "opt/jdk8/bin/java",
        &program("openjdk\0java\x001.8\x001.8.0_352-b08\0"),
        512,
    );
    assert_eq!(
        packages[0].cpes,
        ["cpe:2.3:a:oracle:openjdk:8:update352:*:*:*:*:*:*"]
    );
    let packages = told("x/nginx", &program("\0nginx version: nginx/1.25.1\n"), 512);
    assert_eq!(
        packages[0].cpes,
        [
            "cpe:2.3:a:f5:nginx:1.25.1:*:*:*:*:*:*:*",
            "cpe:2.3:a:nginx:nginx:1.25.1:*:*:*:*:*:*:*"
        ]
    );
}

#[test]
fn a_packed_program_is_a_gap() {
    let mut bytes = program("");
    bytes[200..204].copy_from_slice(b"UPX!");
    let mut probe = Probe::new("x", &bytes).expect("a program");
    probe.feed(&bytes);
    let gaps = probe.finish().expect("readable").gaps;
    assert_eq!(gaps.len(), 1, "{gaps:?}");
}

#[test]
fn rows_have_names_of_their_own_and_bounded_expressions() {
    let mut ids = BTreeSet::new();
    for row in classifiers() {
        assert!(ids.insert(row.id), "{} is there twice", row.id);
        assert!(
            !row.files.is_empty() && !row.patterns.is_empty(),
            "{}",
            row.id
        );
        for pair in row.cpes {
            assert_eq!(pair.matches(':').count(), 1, "{}: {pair}", row.id);
        }
        for pattern in row.patterns {
            let expressions = match *pattern {
                Pattern::Text(one) | Pattern::Whole(_, one) | Pattern::Named(_, one) => vec![one],
                Pattern::Begins(one, two) => vec![one, two],
            };
            for expression in expressions {
                bounded(row.id, expression);
            }
        }
    }
    println!("{} rows", ids.len());
}

/// No `*` or `+` outside of a class and unquoted, and a group for the version.
fn bounded(id: &str, expression: &str) {
    assert!(expression.contains('('), "{id}: no group");
    let mut in_class = false;
    let mut quoted = false;
    for character in expression.chars() {
        if quoted {
            quoted = false;
            continue;
        }
        match character {
            '\\' => quoted = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '*' | '+' if !in_class => panic!("{id}: `{expression}` has no bound"),
            _ => {}
        }
    }
}

#[test]
fn the_home_of_java_tells_its_version() {
    let reader = lazaret_ecosystem::readers()
        .find(|r| r.id == "generic/java-release")
        .expect("the reader");
    assert!((reader.wants)("opt/java/openjdk/release"));
    assert!(!(reader.wants)("srv/release"));
    let read = |text: &str| {
        let found = (reader.read)(lazaret_ecosystem::Input {
            path: "opt/java/openjdk/release",
            bytes: text.as_bytes(),
        });
        let packages = found.expect("readable").packages;
        packages
            .iter()
            .map(|p| p.purl.to_string())
            .collect::<Vec<_>>()
    };
    let temurin = "IMPLEMENTOR=\"Eclipse Adoptium\"\nJAVA_VERSION=\"17.0.9\"\n";
    assert_eq!(read(temurin), ["pkg:generic/oracle/openjdk@17.0.9"]);
    let graal = "GRAALVM_VERSION=\"22.3.0\"\nJAVA_VERSION=\"17.0.5\"\n";
    assert_eq!(read(graal), ["pkg:generic/oracle/graalvm@17.0.5"]);
    assert_eq!(read("Origin: Debian\n"), Vec::<String>::new());
}

/// Programs that nearly every Debian has, with the package that brings them.
const INSTALLED: &[(&str, &str)] = &[
    ("/bin/bash", "bash"),
    ("/usr/bin/gzip", "gzip"),
    ("/bin/gzip", "gzip"),
    ("/bin/tar", "tar"),
    ("/bin/grep", "grep"),
    ("/bin/sed", "sed"),
    ("/usr/bin/perl", "perl-base"),
    ("/usr/bin/git", "git"),
    ("/usr/bin/curl", "curl"),
    ("/usr/bin/wget", "wget"),
    ("/usr/bin/openssl", "openssl"),
    ("/usr/bin/ssh", "openssh-client"),
    ("/usr/bin/xz", "xz-utils"),
    ("/usr/bin/jq", "jq"),
    ("/usr/bin/skopeo", "skopeo"),
];

#[test]
fn programs_of_this_machine_have_the_version_of_their_package() {
    let mut held = 0;
    for (path, package) in INSTALLED {
        let asked = Command::new("dpkg-query")
            .args(["-W", "-f", "${source:Upstream-Version}", package])
            .output();
        let Ok(answer) = asked else {
            println!("skipped: this is no Debian");
            return;
        };
        let upstream = String::from_utf8_lossy(&answer.stdout).into_owned();
        let mut bytes = Vec::new();
        let read = File::open(Path::new(path)).and_then(|mut f| f.read_to_end(&mut bytes));
        if read.is_err() || upstream.is_empty() || !bytes.starts_with(b"\x7fELF") {
            continue;
        }
        let packages = told(path, &bytes, 64 << 10);
        let Some(found) = packages
            .iter()
            .find(|p| p.properties.contains_key("classifier"))
        else {
            continue;
        };
        let version = found.version.trim_start_matches('v');
        assert!(
            upstream.starts_with(version),
            "{path}: {version}, dpkg tells {upstream}"
        );
        held += 1;
    }
    println!("{held} programs of this machine agree");
}
