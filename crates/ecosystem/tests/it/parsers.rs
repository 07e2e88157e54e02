//! Agreement with the collected parser cases, where the shared data is present.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use lazaret_ecosystem::{Input, Reader, by_kind, readers, readers_for};
use serde_json::Value;

type Facts = BTreeSet<(String, String)>;

/// Readers by the last words of a parser's name: the cases' files seldom have the name
/// that the file has in a project.
const READERS: &[(&str, &str)] = &[
    ("python/packaging", "pypi/installed"),
    ("python/pip", "pypi/requirements"),
    ("pipenv", "pypi/pipfile-lock"),
    ("pipfilelock", "pypi/pipfile-lock"),
    ("poetry", "pypi/toml-lock"),
    ("poetrylock", "pypi/toml-lock"),
    ("pdmlock", "pypi/toml-lock"),
    ("pylock", "pypi/toml-lock"),
    ("uv", "pypi/toml-lock"),
    ("uvlock", "pypi/toml-lock"),
    ("nodejs/npm", "npm/package-lock"),
    ("packagelockjson", "npm/package-lock"),
    ("yarn", "npm/yarn-lock"),
    ("yarnlock", "npm/yarn-lock"),
    ("pnpm", "npm/pnpm-lock"),
    ("pnpmlock", "npm/pnpm-lock"),
    ("gemspec", "gem/installed"),
    ("gemfilelock", "gem/lock"),
    ("bundler", "gem/lock"),
    ("rust/cargo", "cargo/lock"),
    ("cargolock", "cargo/lock"),
    ("gradle/lockfile", "maven/gradle-lockfile"),
    ("gradlelockfile", "maven/gradle-lockfile"),
    ("php/composer", "composer/lock"),
    ("composerlock", "composer/lock"),
    ("nuget/lock", "nuget/lock"),
    ("packageslockjson", "nuget/lock"),
    ("nuget/config", "nuget/packages-config"),
    ("packagesconfig", "nuget/packages-config"),
    ("depsjson", "nuget/deps"),
];

fn reader_for(parser: &str, path: &str) -> Option<&'static Reader> {
    let named = READERS
        .iter()
        .find(|(name, _)| parser == *name || parser.ends_with(&format!("/{name}")));
    match named {
        Some((_, id)) => readers().find(|r| r.id == *id),
        None => readers_for(path, true).next(),
    }
}

/// What the readers say of a file; `None` where a reader refuses it or none wants it.
fn told(parser: &str, path: &str, bytes: &[u8]) -> Option<Result<Facts, String>> {
    let reader = reader_for(parser, path)?;
    let result = (reader.read)(Input { path, bytes });
    Some(result.map_err(|e| e.reason).map(|found| {
        let key = |p: &lazaret_model::Package| {
            let normalise = by_kind(p.kind()).expect("a known kind").normalise;
            (normalise(&p.name).into_owned(), p.version.clone())
        };
        found.packages.iter().map(key).collect()
    }))
}

fn expected(case: &Value, path: &str) -> Facts {
    let parser = case["parser"].as_str().unwrap_or_default();
    let kind = reader_for(parser, path)
        .and_then(|r| r.id.split('/').next())
        .and_then(by_kind);
    let text = |p: &Value, key: &str| p[key].as_str().unwrap_or_default().to_owned();
    let packages = case["packages"].as_array().cloned().unwrap_or_default();
    let name = |p: &Value| {
        let name = text(p, "name");
        kind.map_or(name.clone(), |e| (e.normalise)(&name).into_owned())
    };
    packages
        .iter()
        .map(|p| (name(p), text(p, "version")))
        .collect()
}

#[test]
fn most_parser_cases_agree() {
    let archive = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/corpus/conformance/parsers.tar.zst");
    if !archive.exists() {
        println!("skipped: the shared parser cases are not here");
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let unpacked = Command::new("tar")
        .args(["--zstd", "-xf"])
        .arg(&archive)
        .arg("-C")
        .arg(folder.path())
        .status()
        .expect("tar runs");
    assert!(unpacked.success());
    let root = folder.path().join("parsers");
    let cases = std::fs::read_to_string(root.join("parser_cases.jsonl")).expect("the cases");
    let mut score: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for line in cases.lines() {
        let case: Value = serde_json::from_str(line).expect("a case");
        let path = case["input"].as_str().unwrap_or_default();
        let Ok(bytes) = std::fs::read(root.join(path)) else {
            continue;
        };
        let Some(answer) = told(case["parser"].as_str().unwrap_or_default(), path, &bytes) else {
            continue;
        };
        let agrees = match &answer {
            Err(_) => case["expect"] == "error",
            Ok(facts) => case["expect"] == "packages" && *facts == expected(&case, path),
        };
        let entry = score
            .entry(case["parser"].as_str().unwrap_or_default().to_owned())
            .or_default();
        entry.1 += 1;
        if agrees {
            entry.0 += 1;
        } else if std::env::var_os("SHOW_DIFFERENCES").is_some() {
            println!(
                "{}: {path}\n  {answer:?}\n  {:?}",
                case["id"],
                expected(&case, path)
            );
        }
    }
    let (mut right, mut all) = (0, 0);
    for (parser, (agree, total)) in &score {
        println!("{parser}: {agree} of {total}");
        right += agree;
        all += total;
    }
    println!("all: {right} of {all}");
    assert!(right * 3 >= all * 2, "{right} of {all} cases agree");
}
