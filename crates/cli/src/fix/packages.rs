//! Packages in versions without what is known against them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use lazaret_ecosystem::by_kind;
use lazaret_fix::package::{Bump, Bumped, bump};
use lazaret_fix::target;
use lazaret_model::Finding;

use super::Knowledge;
use super::message::Message;
use super::work::{self, File, Work};
use crate::{single, targets};

/// Most versions that are tried for one package: each has flaws of its own.
const MOST_STEPS: usize = 8;

/// A package in a file.
type Key = (PathBuf, String);

pub(super) fn plan(
    knowledge: &Knowledge<'_>,
    work: &mut Work,
    message: &mut Message,
) -> anyhow::Result<()> {
    for root in &knowledge.args.paths {
        let findings = match &knowledge.report {
            Some(report) => {
                let counted = report.findings.iter().filter(|f| f.suppressed.is_none());
                counted.cloned().collect()
            }
            None => found(root, knowledge)?,
        };
        for ((path, _), findings) in by_place(root, &findings) {
            one(&path, &findings, knowledge, work, message)?;
        }
    }
    Ok(())
}

/// What is known against a directory or a file. A file that tells no packages has none.
fn found(root: &Path, knowledge: &Knowledge<'_>) -> anyhow::Result<Vec<Finding>> {
    let inventory = match root.is_dir() {
        true => targets::inventory(
            &targets::plain(&format!("dir:{}", root.display()))?,
            targets::Wants::default(),
        )?,
        false => {
            match single::bytes(root).and_then(|b| single::of_bytes(&b, &root.to_string_lossy())) {
                Ok(inventory) => inventory,
                Err(_) => return Ok(Vec::new()),
            }
        }
    };
    knowledge.findings(inventory)
}

/// The findings by file and package.
fn by_place<'a>(root: &Path, findings: &'a [Finding]) -> BTreeMap<Key, Vec<&'a Finding>> {
    let mut groups: BTreeMap<Key, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        for place in &finding.evidence.locations {
            let path = match root.is_dir() {
                true => root.join(place.trim_start_matches('/')),
                false => root.to_owned(),
            };
            let key = (path, finding.package.purl.clone());
            groups.entry(key).or_default().push(finding);
        }
    }
    groups
}

fn one(
    path: &Path,
    findings: &[&Finding],
    knowledge: &Knowledge<'_>,
    work: &mut Work,
    message: &mut Message,
) -> anyhow::Result<()> {
    let Some(first) = findings.first() else {
        return Ok(());
    };
    let package = &first.package;
    let kind = package.purl.strip_prefix("pkg:").unwrap_or_default();
    let kind = kind.split('/').next().unwrap_or_default();
    let at = work::shown(path);
    let what = format!("{at}: {} {}", package.name, package.version);
    let fixed: Vec<&[String]> = findings
        .iter()
        .map(|f| f.fixed_versions.as_slice())
        .collect();
    let scheme = by_kind(kind).map(|e| e.scheme);
    let wanted = scheme.and_then(|s| Some((s, target(s, &package.version, &fixed)?)));
    let Some((scheme, to)) = wanted else {
        message.kept(
            format!("{what}: no version without it is published"),
            findings.len(),
        );
        return Ok(());
    };
    let mut wish = Bump {
        kind: kind.to_owned(),
        name: package.name.clone(),
        from: package.version.clone(),
        to,
    };
    if !path.is_file() {
        message.kept(format!("{what}: no such file"), findings.len());
        return Ok(());
    }
    let Some((name, file)) = work.at(path) else {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let why = match bump(&path.to_string_lossy(), &text, &wish) {
            Err(why) => why,
            Ok(_) => return Ok(()),
        };
        let typed = why.command.as_ref().map(|c| format!("; type: {c}"));
        let text = format!("{what} -> {}: {why}{}", wish.to, typed.unwrap_or_default());
        message.kept(text, findings.len());
        return Ok(());
    };
    let name = name.clone();
    let before = ids(&name, file.text(), package.name.as_str(), knowledge)?;
    for _ in 0..MOST_STEPS {
        let done = match bump(&name, file.text(), &wish) {
            Ok(done) => done,
            Err(why) => {
                let typed = why.command.as_ref().map(|c| format!("; type: {c}"));
                let text = format!("{what} -> {}: {why}{}", wish.to, typed.unwrap_or_default());
                message.kept(text, findings.len());
                return Ok(());
            }
        };
        let after = rematched(&name, file, &done, &wish, knowledge)?;
        let fixed: Vec<&[String]> = after.iter().map(|f| f.fixed_versions.as_slice()).collect();
        // The version that mends this may have a flaw of its own, which another mends.
        if let Some(further) = target(scheme, &wish.to, &fixed) {
            wish.to = further;
            continue;
        }
        let after: BTreeSet<String> = after.into_iter().map(|f| f.id).collect();
        let text = format!("{name}: {} {} -> {}", wish.name, wish.from, wish.to);
        if after.len() >= before.len() {
            message.kept(
                format!("{text}: the newer version is no better"),
                before.len(),
            );
        } else if let Err(error) = file.add(done.edits) {
            message.kept(format!("{text}: {error}"), before.len());
        } else {
            message.bumped(&text, &before, &after);
            done.then.iter().for_each(|command| message.then(command));
        }
        return Ok(());
    }
    message.kept(
        format!("{what}: every version that was tried has flaws"),
        before.len(),
    );
    Ok(())
}

/// What is known against the package once the file is changed.
fn rematched(
    name: &str,
    file: &File,
    done: &Bumped,
    wish: &Bump,
    knowledge: &Knowledge<'_>,
) -> anyhow::Result<Vec<Finding>> {
    let text = file.with(&done.edits)?;
    of_package(name, &text, &wish.name, knowledge)
}

fn ids(
    path: &str,
    text: &str,
    package: &str,
    knowledge: &Knowledge<'_>,
) -> anyhow::Result<BTreeSet<String>> {
    let found = of_package(path, text, package, knowledge)?;
    Ok(found.into_iter().map(|f| f.id).collect())
}

fn of_package(
    path: &str,
    text: &str,
    package: &str,
    knowledge: &Knowledge<'_>,
) -> anyhow::Result<Vec<Finding>> {
    let inventory = single::of_bytes(text.as_bytes(), path)?;
    let mut findings = knowledge.findings(inventory)?;
    findings.retain(|f| f.package.name == package);
    Ok(findings)
}
