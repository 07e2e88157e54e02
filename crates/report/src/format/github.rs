//! GitHub's dependency snapshot, which its dependency graph and its alerts are fed with.
//!
//! Specification: GitHub REST, "Create a snapshot of dependencies for a repository"
//! (`POST /repos/{owner}/{repo}/dependency-graph/snapshots`). Commit, branch and job are
//! facts of the pipeline ([`Pipeline`](crate::Pipeline)); GitHub refuses a snapshot that
//! lacks them.

use std::collections::BTreeMap;
use std::io::Write;

use lazaret_model::{Package, Report};
use serde_json::{Map, Value, json};

use super::{Format, RenderError};
use crate::{Options, document, issue, view};

pub(super) static FORMAT: Format = Format {
    name: "github",
    title: "GitHub dependency snapshot",
    about: "GitHub's dependency snapshot, for its dependency graph and alerts",
    file_extension: "json",
    media_type: "application/json",
    render,
};

fn render(report: &Report, options: &Options, out: &mut dyn Write) -> Result<(), RenderError> {
    let pipeline = &options.pipeline;
    let or = |text: &str, other: &str| match text {
        "" => other.to_owned(),
        text => text.to_owned(),
    };
    let snapshot = json!({
        "version": 0,
        "detector": {
            "name": "lazaret",
            "version": report.scanner.version,
            // Required; the project has no address of its own.
            "url": "urn:lazaret:scanner",
        },
        "metadata": metadata(report),
        "ref": pipeline.reference,
        "sha": pipeline.commit,
        "job": {
            "id": or(&pipeline.job, "lazaret"),
            "correlator": or(&pipeline.correlator, "lazaret"),
        },
        "scanned": document::time_needed(options, Some(report)),
        "manifests": manifests(report),
    });
    Ok(document::write_json(&snapshot, out)?)
}

/// At most eight scalars, so everything that was not examined is one of them.
fn metadata(report: &Report) -> Value {
    let mut map = Map::new();
    map.insert("lazaret:target".into(), report.target.name.as_str().into());
    if let Some(digest) = &report.target.digest {
        map.insert("lazaret:digest".into(), digest.to_string().into());
    }
    if let Some(distro) = &report.target.distro {
        map.insert("lazaret:system".into(), distro.to_string().into());
    }
    if let Some(database) = &report.database {
        map.insert(
            "lazaret:database".into(),
            database.digest.to_string().into(),
        );
    }
    let decision = view::outcome(report.decision.outcome);
    map.insert("lazaret:decision".into(), decision.into());
    if let Some(warning) = view::starter_warning(report) {
        map.insert("lazaret:warning".into(), warning.into());
    }
    if !report.gaps.is_empty() {
        let gaps: Vec<String> = report.gaps.iter().map(ToString::to_string).collect();
        map.insert("lazaret:not-examined".into(), gaps.join("; ").into());
    }
    map.into()
}

fn manifests(report: &Report) -> Value {
    let mut files: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for package in report.packages.iter().filter(|p| !p.is_project()) {
        let path = match package.locations.first() {
            Some(place) => issue::relative(&place.path),
            None => issue::relative(&report.target.name),
        };
        let resolved = files.entry(path).or_default();
        resolved.insert(key(package), dependency(package));
    }
    let manifests: Map<String, Value> = files
        .into_iter()
        .map(|(path, resolved)| {
            let manifest = json!({
                "name": path,
                "file": { "source_location": path },
                "resolved": resolved,
            });
            (path, manifest)
        })
        .collect();
    manifests.into()
}

fn key(package: &Package) -> String {
    format!("{}@{}", package.name, package.version)
}

fn dependency(package: &Package) -> Value {
    let scope = if package.development {
        "development"
    } else {
        "runtime"
    };
    let mut dependency = json!({ "package_url": package.purl.to_string(), "scope": scope });
    if let (Some(from_base), Some(map)) = (package.from_base, dependency.as_object_mut()) {
        let metadata = json!({ "lazaret:from-base": from_base });
        map.insert("metadata".into(), metadata);
    }
    dependency
}
