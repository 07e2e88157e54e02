//! Against published lists and the native tool, where they are at hand.

use std::path::Path;
use std::process::Command;

use lazaret_version::Scheme;

const SCHEMES: [(&str, Scheme); 12] = [
    ("alpine", Scheme::Apk),
    ("debian", Scheme::Deb),
    ("redhat", Scheme::Rpm),
    ("maven", Scheme::Maven),
    ("pypi", Scheme::Pep440),
    ("packagist", Scheme::Composer),
    ("rubygems", Scheme::Gem),
    ("semver", Scheme::Semver),
    ("pub", Scheme::Pub),
    ("cran", Scheme::Cran),
    ("nuget", Scheme::Nuget),
    ("hackage", Scheme::Hackage),
];

/// Rows on which the list and we differ, each with the reason.
const ARGUED: [(Scheme, &str, &str); 3] = [
    // Composer normalises before it compares: `1.0` is `1.0.0.0`, words have no case.
    // The list holds PHP's comparison of the raw texts.
    (Scheme::Composer, "1.0.0", "1.0"),
    (Scheme::Composer, "v4-beta4", "v4.0-alpha"),
    (Scheme::Composer, "v1.9.0-ALPHA.1", "v1.9.0-BETA.1"),
];

/// Texts that no release of their ecosystem has, which only a comparison of raw texts
/// gives a place.
fn is_noise(scheme: Scheme, text: &str) -> bool {
    match scheme {
        Scheme::Apk => {
            text.contains("..")
                || text.contains(".r")
                || text.contains("-r-")
                || !text.starts_with(|c: char| c.is_ascii_digit())
        }
        Scheme::Composer => {
            text.contains('#') || text.ends_with("-beta") || text.ends_with("-beta-0")
        }
        // The list escapes these; this test does not read escapes.
        Scheme::Rpm => text.contains("\\u"),
        _ => false,
    }
}

/// The value of a string member of a flat JSON line without escapes.
fn member<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let rest = line.split_once(&format!("\"{key}\": \""))?.1;
    rest.split('"').next()
}

#[test]
fn every_pair_of_the_shared_list_agrees() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/corpus/conformance/version_order.jsonl.zst");
    let output = Command::new("zstd")
        .args(["-dcq", "--long=27"])
        .arg(&path)
        .output();
    let Some(output) = output.ok().filter(|o| o.status.success()) else {
        eprintln!("skipped: the shared list or the zstd command is not here");
        return;
    };
    let text = String::from_utf8_lossy(&output.stdout);
    let (mut rows, mut wrong) = (0, Vec::new());
    for line in text.lines() {
        let (Some(ecosystem), Some(a), Some(op), Some(b)) = (
            member(line, "ecosystem"),
            member(line, "a"),
            member(line, "op"),
            member(line, "b"),
        ) else {
            panic!("a row that this test cannot read: {line}");
        };
        let scheme = SCHEMES
            .iter()
            .find(|(name, _)| *name == ecosystem)
            .map(|(_, s)| *s);
        let scheme = scheme.unwrap_or_else(|| panic!("an ecosystem without a scheme: {ecosystem}"));
        let got = match scheme.compare(a, b) {
            Ok(order) => ["<", "=", ">"][(order as i8 + 1) as usize],
            Err(_) => "?",
        };
        rows += 1;
        let argued = ARGUED.contains(&(scheme, a, b)) || is_noise(scheme, a) || is_noise(scheme, b);
        if got != op && !argued {
            wrong.push(format!("{scheme}: {a} {op} {b}, got {got}"));
        }
    }
    println!("{rows} rows, {} disagreements", wrong.len());
    assert!(rows > 10_000);
    assert!(
        wrong.is_empty(),
        "{}\n{}",
        wrong.len(),
        wrong[..wrong.len().min(60)].join("\n")
    );
}

#[test]
fn dpkg_agrees() {
    if Command::new("dpkg").arg("--version").output().is_err() {
        eprintln!("skipped: there is no dpkg here");
        return;
    }
    let versions = [
        "1.0",
        "1.0-1",
        "1.0~rc1-1",
        "1:0.9",
        "1.0+dfsg-2",
        "1.0-1+b1",
        "1.0.0",
        "1.00",
        "0",
        "1.a",
        "1.+",
        "2~",
        "2~~",
    ];
    for a in versions {
        for b in versions {
            let holds = |op: &str| {
                let status = Command::new("dpkg")
                    .args(["--compare-versions", a, op, b])
                    .status();
                status.is_ok_and(|s| s.success())
            };
            let expected = if holds("lt") {
                -1
            } else if holds("eq") {
                0
            } else {
                1
            };
            assert_eq!(
                Scheme::Deb.compare(a, b).map(|o| o as i8),
                Ok(expected),
                "{a} and {b}"
            );
        }
    }
}
