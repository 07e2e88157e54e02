//! Agreement with the collected parser cases, where the shared data is present.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use lazaret_ecosystem::{Input, recognise};
use serde_json::Value;

type Facts = BTreeSet<(String, String)>;

/// A collected case: the file of a parser, and what is expected of it.
pub(crate) struct Case {
    pub(crate) origin: String,
    pub(crate) parser: String,
    pub(crate) path: String,
    pub(crate) bytes: Vec<u8>,
    facts: Value,
}

/// The cases, where the shared data is present; says so where it is not.
pub(crate) fn cases() -> Option<Vec<Case>> {
    let archive = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/corpus/conformance/parsers.tar.zst");
    if !archive.exists() {
        println!("skipped: the shared parser cases are not here");
        return None;
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
    let lines = std::fs::read_to_string(root.join("parser_cases.jsonl")).expect("the cases");
    let mut cases = Vec::new();
    for line in lines.lines() {
        let facts: Value = serde_json::from_str(line).expect("a case");
        let text = |key: &str| facts[key].as_str().unwrap_or_default().to_owned();
        // A few inputs are folders.
        if let Ok(bytes) = std::fs::read(root.join(text("input"))) {
            cases.push(Case {
                origin: text("origin"),
                parser: text("parser"),
                path: text("input"),
                bytes,
                facts,
            });
        }
    }
    Some(cases)
}

/// Names and versions that the readers tell; `None` where no reader takes the file.
///
/// Those that want its name are all asked; of those that only recognise it, the first that
/// does not refuse it.
fn told(case: &Case) -> Option<Result<Facts, String>> {
    let input = Input {
        path: &case.path,
        bytes: &case.bytes,
    };
    let readers = recognise(input);
    let is_named = readers.iter().any(|r| (r.wants)(input.path));
    let mut facts = Facts::new();
    let mut refusal = None;
    for reader in &readers {
        match (reader.read)(input) {
            Ok(found) => {
                let packages = found.packages.into_iter();
                facts.extend(packages.map(|p| (p.name, p.version)));
                if !is_named {
                    return Some(Ok(facts));
                }
            }
            Err(error) => refusal = Some(error.reason),
        }
    }
    match refusal {
        _ if readers.is_empty() => None,
        Some(reason) if facts.is_empty() => Some(Err(reason)),
        _ => Some(Ok(facts)),
    }
}

fn expected(case: &Case) -> Facts {
    let text = |p: &Value, key: &str| p[key].as_str().unwrap_or_default().to_owned();
    let packages = case.facts["packages"].as_array();
    packages
        .into_iter()
        .flatten()
        .map(|p| (text(p, "name"), text(p, "version")))
        .collect()
}

#[test]
fn most_parser_cases_agree() {
    let Some(cases) = cases() else {
        return;
    };
    let mut score: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for case in cases {
        let Some(answer) = told(&case) else {
            continue;
        };
        let expected = expected(&case);
        let agrees = match &answer {
            Err(_) => case.facts["expect"] == "error",
            Ok(facts) => case.facts["expect"] == "packages" && *facts == expected,
        };
        if !agrees && std::env::var_os("SHOW_DIFFERENCES").is_some() {
            println!(
                "{}: {}\n  {answer:?}\n  {expected:?}",
                case.facts["id"], case.path
            );
        }
        let entry = score.entry(case.parser).or_default();
        entry.0 += usize::from(agrees);
        entry.1 += 1;
    }
    let (mut right, mut all) = (0, 0);
    for (parser, (agree, total)) in &score {
        println!("{parser}: {agree} of {total}");
        right += agree;
        all += total;
    }
    println!("all: {right} of {all}");
    assert!(right * 5 >= all * 4, "{right} of {all} cases agree");
}
