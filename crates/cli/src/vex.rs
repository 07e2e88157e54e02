//! Exploitability statements: which documents to read, and a draft of one.

use std::collections::HashSet;
use std::io::Write as _;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, bail, ensure};

use lazaret_advisory::build::replace;
use lazaret_model::{Purl, Report};
use lazaret_vex::{Document, Draft, MAX_BYTES, draft};
use serde_json::Value;

use crate::args::VexInitArgs;
use crate::{Verdict, diff, errors, scan};

/// Most documents of one folder or repository that are read.
const MAX_DOCUMENTS: usize = 10_000;

/// The documents at these places, as far as they can concern the report.
pub(crate) fn documents(places: &[PathBuf], report: &Report) -> anyhow::Result<Vec<Document>> {
    let mut documents = Vec::new();
    for place in places {
        let files = if !place.is_dir() {
            vec![place.clone()]
        } else if place.join("index.json").is_file() {
            of_repository(place, report)?
        } else {
            of_folder(place)?
        };
        ensure!(
            documents.len() + files.len() <= MAX_DOCUMENTS,
            "{} holds more than {MAX_DOCUMENTS} documents",
            place.display()
        );
        for file in files {
            let document = lazaret_vex::read(&file.display().to_string(), &bytes(&file)?)
                .with_context(|| {
                    errors::doing(
                        format!("use {} as VEX", file.display()),
                        "lazaret vex init --from REPORT, which writes a document",
                    )
                })?;
            documents.push(document);
        }
    }
    Ok(documents)
}

fn bytes(path: &Path) -> anyhow::Result<Vec<u8>> {
    let told = || errors::read(path);
    let size = std::fs::metadata(path).with_context(told)?.len();
    ensure!(
        size <= MAX_BYTES as u64,
        "{} is larger than {} MiB",
        path.display(),
        MAX_BYTES >> 20
    );
    std::fs::read(path).with_context(told)
}

/// Every JSON file directly in a folder.
fn of_folder(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let told = || errors::read(folder);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(told)? {
        let path = entry.with_context(told)?.path();
        if path.extension().is_some_and(|e| e == "json") && path.is_file() {
            files.push(path);
        }
    }
    ensure!(
        !files.is_empty(),
        "{} holds no .json file",
        folder.display()
    );
    files.sort();
    Ok(files)
}

/// The documents of a VEX repository (the specification of aquasecurity/vex-repo-spec)
/// about the target's packages or about images.
fn of_repository(folder: &Path, report: &Report) -> anyhow::Result<Vec<PathBuf>> {
    let index = folder.join("index.json");
    let value: Value = serde_json::from_slice(&bytes(&index)?)
        .with_context(|| format!("{} is no index of a VEX repository", index.display()))?;
    let Some(packages) = value.get("packages").and_then(Value::as_array) else {
        bail!("{} lists no packages", index.display());
    };
    let here: HashSet<(&str, &str)> = report
        .packages
        .iter()
        .map(|package| (package.purl.kind.as_str(), package.purl.name.as_str()))
        .collect();
    let mut files = Vec::new();
    for package in packages {
        let text = |key| package.get(key).and_then(Value::as_str).unwrap_or_default();
        let Ok(purl) = text("id").parse::<Purl>() else {
            continue;
        };
        let is_image = matches!(purl.kind.as_str(), "oci" | "docker");
        if !is_image && !here.contains(&(purl.kind.as_str(), purl.name.as_str())) {
            continue;
        }
        let location = Path::new(text("location"));
        let is_inside = location
            .components()
            .all(|c| matches!(c, Component::Normal(_)));
        ensure!(
            is_inside,
            "{} names the place `{}`, which is not inside the repository",
            index.display(),
            location.display()
        );
        files.push(folder.join(location));
    }
    files.sort();
    files.dedup();
    Ok(files)
}

/// `vex init`.
pub(crate) fn init(args: &VexInitArgs) -> anyhow::Result<Verdict> {
    let report = diff::read_report(&args.from)?;
    let words = Draft {
        author: args.author.clone(),
        timestamp: scan::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        status: args.status,
        justification: args.justification.clone().unwrap_or_default(),
        detail: args.detail.clone().unwrap_or_default(),
        ids: args.id.clone(),
    };
    let is_cleared = args.status == Some(lazaret_vex::Status::NotAffected);
    ensure!(
        !is_cleared || !words.justification.is_empty() || !words.detail.is_empty(),
        "not_affected needs a reason: give --justification or --detail"
    );
    let document = draft(&report, &words);
    let count = document["statements"].as_array().map_or(0, Vec::len);
    ensure!(
        count > 0,
        "{} has no finding to state anything about",
        args.from.display()
    );
    let mut text = serde_json::to_string_pretty(&document)?;
    text.push('\n');
    match &args.output {
        Some(path) => {
            replace(path, text.as_bytes()).with_context(|| errors::write(path))?;
            writeln!(anstream::stderr(), "{}: {count} statements", path.display())?;
        }
        None => anstream::stdout().write_all(text.as_bytes())?,
    }
    Ok(Verdict::Allowed)
}
