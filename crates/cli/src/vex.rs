//! Exploitability statements: which documents to read, and a draft of one.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, bail, ensure};

use lazaret_advisory::build::replace;
use lazaret_model::{Gap, GapKind, Purl, Report, VexDocument, VexOrigin};
use lazaret_scan::Look;
use lazaret_vex::{Document, Draft, MAX_BYTES, draft};
use serde_json::Value;

use crate::args::VexInitArgs;
use crate::targets::Wants;
use crate::{Verdict, diff, errors, scan};

/// Most documents of one folder or repository that are read.
const MAX_DOCUMENTS: usize = 10_000;

/// In place of a path: what is attached to the image where it is kept.
const ATTACHED: &str = "attached";

/// In place of a path: what lies inside of the target.
const INSIDE: &str = "inside";

/// Which of what can come with a target is asked for.
fn is_asked(places: &[PathBuf], origin: VexOrigin) -> bool {
    let word = match origin {
        VexOrigin::Attached => ATTACHED,
        VexOrigin::Inside => INSIDE,
        VexOrigin::Given => return true,
    };
    places.iter().any(|place| place.as_os_str() == word)
}

/// What is to be looked for in a target, statements among it where they are asked for.
pub(crate) fn wants(places: &[PathBuf], look: Look) -> Wants {
    Wants {
        look: Look {
            statements: is_asked(places, VexOrigin::Inside),
            ..look
        },
        attached: is_asked(places, VexOrigin::Attached),
    }
}

/// The documents that came with the target, as far as they are asked for. One that cannot
/// be read is a gap: it is not the caller's to mend.
pub(crate) fn carried(
    places: &[PathBuf],
    found: &[VexDocument],
    report: &mut Report,
) -> Vec<Document> {
    let mut documents = Vec::new();
    for found in found.iter().filter(|f| is_asked(places, f.origin)) {
        match lazaret_vex::read_carried(found) {
            Ok(document) => documents.push(document),
            Err(error) => {
                let detail = format!("statements: {error}");
                let gap = Gap::new(GapKind::Unreadable, found.name.as_str(), detail);
                report.gaps.push(gap);
            }
        }
    }
    report.gaps.sort();
    documents
}

/// The documents at these places, as far as they can concern the report.
pub(crate) fn documents(places: &[PathBuf], report: &Report) -> anyhow::Result<Vec<Document>> {
    let mut documents = Vec::new();
    let words = [ATTACHED, INSIDE].map(OsStr::new);
    for place in places.iter().filter(|p| !words.contains(&p.as_os_str())) {
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
