//! Orders against the lists that other projects test themselves with, where they are here.
//!
//! `docs/versions.md` has the figures, and argues what differs.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use lazaret_testkit::shared;
use lazaret_version::Scheme;
use serde_json::Value;

/// One comparison of a list.
struct Row {
    scheme: Scheme,
    a: String,
    b: String,
    expected: Ordering,
}

/// The scheme of a file by its name; `None` where its rows are something else.
fn scheme_of(path: &str) -> Option<Scheme> {
    let name = path.rsplit('/').next().unwrap_or_default();
    let word = name.split(['-', '_', '.']).next().unwrap_or_default();
    Some(match word {
        "alpine" => Scheme::Apk,
        "version" if path.contains("/apk-tools/") => Scheme::Apk,
        "debian" | "deb" => Scheme::Deb,
        "redhat" | "rpmvercmp" => Scheme::Rpm,
        "pypi" => Scheme::Pep440,
        "rubygems" => Scheme::Gem,
        "packagist" => Scheme::Composer,
        "alpm" => Scheme::Pacman,
        "gentoo" => Scheme::Portage,
        "openssl" => Scheme::Generic,
        "maven" | "nuget" | "semver" | "pub" | "cran" | "hackage" | "conan" => word.parse().ok()?,
        _ => return None,
    })
}

fn sign(word: &str) -> Option<Ordering> {
    match word {
        "<" => Some(Ordering::Less),
        "=" | "==" => Some(Ordering::Equal),
        ">" => Some(Ordering::Greater),
        _ => None,
    }
}

/// `a < b`, or `RPMVERCMP(a, b, -1)`; comments are left out.
fn of_line(line: &str) -> Option<(String, Ordering, String)> {
    if let Some(call) = line.trim().strip_prefix("RPMVERCMP(") {
        let parts: Vec<&str> = call.trim_end_matches(')').split(',').collect();
        let [a, b, order] = parts[..] else {
            return None;
        };
        let order: i32 = order.trim().parse().ok()?;
        return Some((a.trim().into(), order.cmp(&0), b.trim().into()));
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    let (a, order, b) = match words[..] {
        [a, order, b] => (a, order, b),
        [a, order, b, note, ..] if note.starts_with('#') => (a, order, b),
        _ => return None,
    };
    let comment = a.starts_with('#') || a.starts_with("//");
    (!comment).then_some((a.into(), sign(order)?, b.into()))
}

/// Cases of `univers`: sorting, or whether two versions are equal.
fn of_cases(text: &str) -> Vec<(String, Ordering, String)> {
    let cases: Value = serde_json::from_str(text).expect("a list of cases");
    let mut rows = Vec::new();
    for case in cases.as_array().into_iter().flatten() {
        let versions = match case["test_type"].as_str() {
            Some("equality") => case["input"]["versions"].as_array(),
            _ => case["expected_output"].as_array(),
        };
        let versions: Vec<&str> = versions
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let order = match case["expected_output"].as_bool() {
            Some(true) => Ordering::Equal,
            // Another order is another case.
            Some(false) => continue,
            None => Ordering::Less,
        };
        // Sorted, a version may stand beside itself.
        let differ = |pair: &&[&str]| order == Ordering::Equal || pair[0] != pair[1];
        for pair in versions.windows(2).filter(differ) {
            rows.push((pair[0].to_owned(), order, pair[1].to_owned()));
        }
    }
    rows
}

fn rows(path: &str, bytes: &[u8]) -> Vec<Row> {
    let Some(scheme) = scheme_of(path) else {
        return Vec::new();
    };
    let text = String::from_utf8_lossy(bytes);
    let found = match path {
        p if p.ends_with("_cmp.json") || p.ends_with("_test.json") => of_cases(&text),
        p if p.ends_with(".json") || p.contains("all_versions") => Vec::new(),
        _ => text.lines().filter_map(of_line).collect(),
    };
    let row = |(a, expected, b)| Row {
        scheme,
        a,
        b,
        expected,
    };
    found.into_iter().map(row).collect()
}

/// Rows that the native tool orders as we do and not as the list has it: Maven 3.8.7's
/// `ComparableVersion` reads `1-ga-1` as `1--1`, and `2.0.a` and `2.0.0.a` as `2-a`.
const ARGUED: [(Scheme, &str, &str); 4] = [
    (Scheme::Maven, "1-1", "1-ga-1"),
    (Scheme::Maven, "2-1", "2.0.a"),
    (Scheme::Maven, "2-1", "2.0.0.a"),
    (Scheme::Maven, "2.0.a", "2.0.0.a"),
];

#[test]
fn the_lists_of_other_projects_agree() {
    let Some(files) = shared::files("version-compare", "/") else {
        return;
    };
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (path, bytes) in files {
        for row in rows(&path, &bytes) {
            let count = counts.entry(row.scheme.to_string()).or_default();
            count.0 += 1;
            let got = row.scheme.compare(&row.a, &row.b);
            if got.as_ref() == Ok(&row.expected) {
                continue;
            }
            count.1 += 1;
            if ARGUED.contains(&(row.scheme, row.a.as_str(), row.b.as_str())) {
                continue;
            }
            let name = path.rsplit('/').next().unwrap_or_default();
            wrong.push(format!(
                "{name}: {} {:?} {}: {got:?}",
                row.a, row.expected, row.b
            ));
        }
    }
    for (scheme, (cases, differ)) in &counts {
        println!("{scheme}: {cases} cases, {differ} differ");
    }
    assert!(wrong.is_empty(), "{}: {wrong:#?}", wrong.len());
}
