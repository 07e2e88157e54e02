//! Orders against tables, against the shared list and against native tools.

#![expect(
    clippy::print_stderr,
    reason = "a skipped comparison says so where the test output shows it"
)]

use std::cmp::Ordering;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lazaret_version::Scheme;

fn crate_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn ordering(sign: &str) -> Ordering {
    match sign {
        "<" => Ordering::Less,
        "=" => Ordering::Equal,
        ">" => Ordering::Greater,
        other => panic!("`{other}` is not `<`, `=` or `>`"),
    }
}

#[test]
fn every_scheme_orders_its_table() {
    for scheme in Scheme::ALL {
        let path = crate_folder().join(format!("testdata/{scheme}.txt"));
        let text = fs::read_to_string(&path).unwrap_or_else(|e| {
            panic!("{scheme} needs a table of its own at testdata/{scheme}.txt: {e}")
        });
        for line in text.lines() {
            let [a, sign, b] = line.split(' ').collect::<Vec<_>>()[..] else {
                panic!("{scheme}: `{line}`")
            };
            assert_eq!(scheme.compare(a, b), Ok(ordering(sign)), "{scheme}: {line}");
            assert_eq!(
                scheme.compare(b, a),
                Ok(ordering(sign).reverse()),
                "{scheme}: {line}, turned round"
            );
        }
    }
}

#[test]
fn every_table_belongs_to_a_scheme() {
    for entry in fs::read_dir(crate_folder().join("testdata")).expect("testdata can be listed") {
        let name = entry.expect("testdata can be listed").path();
        let stem = name
            .file_stem()
            .and_then(|s| s.to_str())
            .unwrap_or_default()
            .to_owned();
        assert!(
            stem.parse::<Scheme>().is_ok(),
            "testdata/{stem}.txt names no scheme"
        );
    }
}

/// The value of a string field in a line of flat JSON; of the escapes only
/// `\uXXXX` is undone, as versions hold no others.
fn field(line: &str, name: &str) -> String {
    let (_, rest) = line
        .split_once(&format!("\"{name}\": \""))
        .unwrap_or_default();
    let (value, _) = rest.split_once('"').unwrap_or_default();
    let mut parts = value.split("\\u");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (code, tail) = part.split_at(4);
        let code = u32::from_str_radix(code, 16).expect("four hexadecimal digits");
        text.extend(char::from_u32(code));
        text.push_str(tail);
    }
    text
}

/// Rows of the list that the current native tool orders otherwise, by scheme:
/// the list has Maven's older rule, under which `.qualifier` was older than
/// `-qualifier`; the releases of today hold the two to be the same.
fn differs_from_today(scheme: Scheme, a: &str, b: &str) -> bool {
    scheme == Scheme::Maven && a.ends_with(".sec10") && b.ends_with("_noneautotype")
}

#[test]
fn the_shared_list_agrees() {
    let Some(list) = lazaret_testkit::shared::path("corpus/conformance/version_order.jsonl.zst")
    else {
        return;
    };
    let Some(text) = decompress(&list) else {
        eprintln!("skipped: no zstd on this machine");
        return;
    };
    let (mut rows, mut wrong) = (0, Vec::new());
    for line in text.lines() {
        let [ecosystem, a, sign, b] = ["ecosystem", "a", "op", "b"].map(|name| field(line, name));
        let (a, b) = (a.as_str(), b.as_str());
        let scheme: Scheme = match ecosystem.as_str() {
            "alpine" => Scheme::Apk,
            "debian" => Scheme::Deb,
            "redhat" => Scheme::Rpm,
            "pypi" => Scheme::Pep440,
            "packagist" => Scheme::Composer,
            "rubygems" => Scheme::Gem,
            other => other.parse().expect("an ecosystem with a scheme"),
        };
        rows += 1;
        if scheme.compare(a, b) != Ok(ordering(&sign)) && !differs_from_today(scheme, a, b) {
            wrong.push(format!("{scheme}: {a} {sign} {b}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {rows} rows differ: {wrong:#?}",
        wrong.len()
    );
}

fn decompress(path: &Path) -> Option<String> {
    let output = Command::new("zstd").arg("-dcq").arg(path).output().ok()?;
    String::from_utf8(output.stdout).ok()
}

#[test]
fn dpkg_agrees() {
    if Command::new("dpkg").arg("--version").output().is_err() {
        eprintln!("skipped: no dpkg on this machine");
        return;
    }
    let versions = [
        "1.0",
        "1.0-1",
        "1.0~rc1",
        "1.0~~",
        "1.0+b1",
        "1:0.9",
        "1.0a",
        "1.0.1-1~deb12u1",
        "1.00-0",
        "1.0-1.1",
        "2:1.0~rc1-1+deb11u2",
        "1.0+dfsg-1",
    ];
    for a in versions {
        for b in versions {
            let operator = match Scheme::Deb.compare(a, b) {
                Ok(Ordering::Less) => "lt",
                Ok(Ordering::Equal) => "eq",
                Ok(Ordering::Greater) => "gt",
                Err(error) => panic!("{error}"),
            };
            let status = Command::new("dpkg")
                .args(["--compare-versions", a, operator, b])
                .status();
            assert!(
                status.is_ok_and(|s| s.success()),
                "dpkg does not have {a} {operator} {b}"
            );
        }
    }
}

#[test]
fn rpm_agrees() {
    let versions = [
        "1.0",
        "1.0-1",
        "1.0~rc1-1",
        "1.0^git1-1",
        "1:0.9-1",
        "1.0a-2",
        "1.0.1-1.el9_2.4",
        "1.00-1",
        "1.0^~a",
        "a:1",
    ];
    for a in versions {
        for b in versions {
            let expression = format!("%{{lua:print(rpm.vercmp(\"{a}\",\"{b}\"))}}");
            let Ok(output) = Command::new("rpm").args(["--eval", &expression]).output() else {
                eprintln!("skipped: no rpm on this machine");
                return;
            };
            let expected = match String::from_utf8_lossy(&output.stdout).trim() {
                "-1" => Ordering::Less,
                "0" => Ordering::Equal,
                "1" => Ordering::Greater,
                // An rpm without Lua, or older than `rpm.vercmp`.
                other => return eprintln!("skipped: rpm answered `{other}`"),
            };
            assert_eq!(Scheme::Rpm.compare(a, b), Ok(expected), "{a} and {b}");
        }
    }
}

#[test]
fn words_are_not_versions() {
    let cases = [
        (Scheme::Deb, "unfixed"),
        (Scheme::Deb, "1.0-"),
        (Scheme::Rpm, ""),
        (Scheme::Apk, "1.0..1"),
        (Scheme::Npm, "latest"),
        (Scheme::Pep440, "unknown"),
        (Scheme::Gem, "1.0_2"),
        (Scheme::Maven, "${project.version}"),
        (Scheme::Go, "(devel)"),
        (Scheme::Hackage, "1.x"),
        (Scheme::Portage, "1.0_foo"),
        (Scheme::Jvm, "openjdk"),
        (Scheme::Opam, "base"),
        (Scheme::Generic, "unknown"),
        (Scheme::Generic, "openssl-3.0"),
        (Scheme::Generic, "1.*"),
    ];
    for (scheme, version) in cases {
        let error = scheme.check(version).expect_err("a word is no version");
        assert!(
            error
                .to_string()
                .starts_with(&format!("`{version}` is not a")),
            "{error}"
        );
    }
}
