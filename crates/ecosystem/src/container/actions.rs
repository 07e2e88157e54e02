//! What a GitHub workflow or a composite action uses.
//!
//! `owner/repository[/path]@ref` in `jobs.*.uses`, `jobs.*.steps[].uses` and
//! `runs.steps[].uses`; `docker://image` is an image; `./path` lies in the same repository.
//! Source: GitHub's "Workflow syntax for GitHub Actions" and "Metadata syntax".

use lazaret_model::{GapKind, Package};

use super::reference::image;
use crate::document::{self, add, items, members, string, unique};
use crate::{Found, Input, ReadError};

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let mut found = Found::default();
    if input.bytes.trim_ascii().is_empty() {
        return Ok(found);
    }
    let file = match document::yaml(input.bytes) {
        Ok(file) => file,
        Err(error) => {
            // GitHub refuses such a workflow and runs nothing of it.
            found.gaps.push((GapKind::Unreadable, error.reason));
            return Ok(found);
        }
    };
    for (_, job) in members(&file, "jobs") {
        take(&mut found, string(job, "uses"));
        for step in items(job, "steps") {
            take(&mut found, string(step, "uses"));
        }
    }
    if let Some(runs) = file.get("runs").filter(|r| r.is_object()) {
        for step in items(runs, "steps") {
            take(&mut found, string(step, "uses"));
        }
        if let Some(told) = string(runs, "image").strip_prefix("docker://") {
            add_image(&mut found, told);
        }
    }
    Ok(unique(found))
}

fn take(found: &mut Found, uses: &str) {
    if uses.is_empty() || uses.starts_with("./") || uses.starts_with("../") {
        return;
    }
    if let Some(reference) = uses.strip_prefix("docker://") {
        return add_image(found, reference);
    }
    let told = uses.split_once('@').and_then(|(path, version)| {
        let mut parts = path.split('/');
        let (owner, repository) = (parts.next()?, parts.next()?);
        let good = !owner.is_empty() && !repository.is_empty() && !version.is_empty();
        good.then(|| Package::new("github", format!("{owner}/{repository}"), version))
    });
    match told {
        Some(package) => add(found, package),
        None if found.gaps.len() < 20 => found.gaps.push((
            GapKind::Unreadable,
            format!("`{uses}` names no action and version"),
        )),
        None => {}
    }
}

fn add_image(found: &mut Found, reference: &str) {
    if let Some(package) = image(reference) {
        add(found, package);
    }
}
