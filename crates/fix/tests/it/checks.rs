//! Mistakes that a check mends: a file before and after for every check that says so.
//!
//! `tests/cases/checks/ID/` has the file as it was and, with `.after` behind its name, as it
//! is mended. With `LAZARET_REGENERATE` set the second is written anew; the difference is
//! then to be read like any other.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use lazaret_check::{ALL, Edit, Finding, Settings, Source, examine};
use lazaret_fix::{apply, mend};
use lazaret_model::{CheckStatus, FixKind};
use proptest::prelude::*;

/// What a registry has to be asked for, and where that is proven.
const ASKED: [(&str, &str); 2] = [
    ("LZ-DF-007", "crates/cli/tests/it/fix.rs"),
    ("LZ-KW-031", "crates/cli/tests/it/fix.rs"),
];

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/checks")
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).expect("a directory").flatten();
    let mut names: Vec<String> = entries
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn automatic() -> BTreeSet<String> {
    let checks = ALL.iter().flat_map(|language| (language.checks)());
    let automatic = checks.filter(|check| check.fix == FixKind::Auto);
    automatic.map(|check| check.id.to_owned()).collect()
}

#[test]
fn every_check_that_mends_has_a_case_and_every_case_a_check() {
    let mut cases: BTreeSet<String> = names(&cases()).into_iter().collect();
    for (id, place) in ASKED {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let test = fs::read_to_string(root.join(place)).expect("a test");
        assert!(test.contains(id), "{place} does not speak of {id}");
        assert!(cases.insert(id.to_owned()), "{id} has a case, too");
    }
    let automatic = automatic();
    let without: Vec<_> = automatic.difference(&cases).collect();
    let idle: Vec<_> = cases.difference(&automatic).collect();
    assert!(
        without.is_empty(),
        "add tests/cases/checks/ID for {without:?}"
    );
    assert!(idle.is_empty(), "not automatic any more: {idle:?}");
}

fn failures(name: &str, text: &str) -> Result<Vec<Finding>, String> {
    let all = examine(&[Source::new(name, text)], &Settings::default());
    if !all.gaps.is_empty() {
        return Err(format!("{name} is not read: {:?}\n{text}", all.gaps));
    }
    let failed = |f: &Finding| f.status == CheckStatus::Fail;
    Ok(all.found.into_iter().filter(failed).collect())
}

#[test]
fn every_case_is_mended_and_nothing_else_of_the_file_changes() {
    let all = names(&cases());
    let wrong: Vec<String> = all.iter().filter_map(|id| case(id).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(all.len() >= 50, "only {} cases", all.len());
}

/// Plays a case; else says what is wrong with it.
fn case(id: &str) -> Result<(), String> {
    let dir = cases().join(id);
    let files = names(&dir);
    let name = files.iter().find(|n| !n.ends_with(".after"));
    let name = name.ok_or_else(|| format!("{id} has no file"))?.as_str();
    let before = fs::read_to_string(dir.join(name)).expect("a file");
    let found = failures(name, &before)?;
    let own = |all: &[Finding]| all.iter().filter(|f| f.check.id == id).count();
    if own(&found) == 0 {
        return Err(format!("{id} does not speak about its own case"));
    }
    let mended = |text: &str| {
        let source = Source::new(name, text);
        mend(&source, &Settings::default(), &|wanted, _| wanted == id)
    };
    let done = mended(&before);
    let after = apply(&before, &done.edits).map_err(|error| format!("{id}: {error}"))?;
    let place = dir.join(format!("{name}.after"));
    if std::env::var_os("LAZARET_REGENERATE").is_some() {
        fs::write(&place, &after).expect("written");
    }
    if fs::read_to_string(&place).unwrap_or_default() != after {
        return Err(format!(
            "{id} is mended otherwise; LAZARET_REGENERATE=1 writes:\n{after}"
        ));
    }
    let left = failures(name, &after)?;
    if own(&left) > 0 || left.len() > found.len() {
        return Err(format!("{id} is not mended, or brings others:\n{after}"));
    }
    if !kept(&before, &after, &done.edits) {
        return Err(format!("{id} changes more than its edits:\n{after}"));
    }
    match mended(&after).edits.is_empty() {
        true => Ok(()),
        false => Err(format!("{id} is mended twice")),
    }
}

/// Whether every byte outside of the edits is there afterwards, in its order and its place,
/// and that is most of the file.
fn kept(before: &str, after: &str, edits: &[Edit]) -> bool {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|e| (e.range.start, e.range.end));
    let (before, after) = (before.as_bytes(), after.as_bytes());
    let (mut old, mut new, mut changed) = (0, 0, 0);
    for edit in edits {
        let kept = &before[old..edit.range.start];
        if after.get(new..new + kept.len()) != Some(kept) {
            return false;
        }
        new += kept.len() + edit.text.len();
        old = edit.range.end;
        changed += edit.range.len();
    }
    before.get(old..) == after.get(new..) && changed < before.len() / 2
}

/// The file of every case.
fn files() -> Vec<(String, String)> {
    let dirs = names(&cases()).into_iter().map(|id| cases().join(id));
    let file = |dir: PathBuf| {
        let name = names(&dir).into_iter().find(|n| !n.ends_with(".after"))?;
        let text = fs::read_to_string(dir.join(&name)).ok()?;
        Some((name, text))
    };
    dirs.filter_map(file).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Files that somebody has damaged are mended or left, never damaged further.
    #[test]
    fn damaged_files_are_mended_or_left(
        which in any::<prop::sample::Index>(), at in 0..1_000usize, length in 0..12usize,
        put in "[ -~\\n\\t]{0,3}",
    ) {
        let files = files();
        let (name, text) = which.get(&files);
        let start = at % text.len();
        let end = (start + length).min(text.len());
        let damaged = format!("{}{put}{}", &text[..start], &text[end..]);
        let examined = |text: &str| {
            let all = examine(&[Source::new(name.as_str(), text)], &Settings::default());
            let failed = all.found.iter().filter(|f| f.status == CheckStatus::Fail).count();
            (failed, all.gaps.len())
        };
        let source = Source::new(name.as_str(), damaged.as_str());
        let done = mend(&source, &Settings::default(), &|_, _| true);
        let after = apply(&damaged, &done.edits).expect("edits fit");
        let (before, after) = (examined(&damaged), examined(&after));
        prop_assert!(after.0 <= before.0 && after.1 <= before.1, "{before:?} {after:?}\n{damaged}");
    }
}
