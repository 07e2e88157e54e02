//! Terraform and OpenTofu configurations: registries, clusters, and what surrounds them.
//!
//! The files of a directory are a module. Modules that are called by a path are evaluated with
//! the arguments of the call; others, and providers, are never fetched. A value that only they
//! could tell is unknown, and a check that needs it says so.

mod checks;
mod ecs;
mod eval;
mod firewall;
mod functions;
mod json;
mod kubernetes;
mod module;
mod plan;
mod policy;
mod rule;
mod write;

use lazaret_model::{Gap, GapKind};
use rayon::prelude::*;

use crate::manifest::yaml;
use crate::{Check, Finding, Findings, Language, Settings, Source};
use eval::File;
use module::{Evaluated, Modules, Resource};
pub(crate) use plan::is_plan;
use rule::{Found, Plan};

/// Terraform and OpenTofu.
pub static LANGUAGE: Language = Language {
    name: "terraform",
    title: "Terraform",
    checks: || {
        checks::ALL
            .iter()
            .map(|rule| &rule.check)
            .collect::<Vec<&'static Check>>()
    },
    wants,
    claims: |source| wants(&source.path) || is_plan(source),
    examine,
    ignores: crate::ignore::of_lines,
};

fn wants(path: &str) -> bool {
    [".tf", ".tofu", ".auto.tfvars", ".tf.json"]
        .iter()
        .any(|end| path.ends_with(end))
        || path.ends_with("/terraform.tfvars")
        || path == "terraform.tfvars"
}

fn examine(files: &[&Source], _: &[Source], settings: &Settings) -> Findings {
    let mut findings = Findings::default();
    let read: Vec<_> = files
        .par_iter()
        .enumerate()
        .map(|(index, source)| read(source, index))
        .collect();
    let mut known = Vec::new();
    let mut planned = Vec::new();
    for result in read {
        match result {
            Ok(Read::File(directory, file)) => known.push((directory, file)),
            Ok(Read::Plan(resources)) => planned.extend(resources),
            Err(gap) => findings.gaps.push(gap),
        }
    }
    let Evaluated {
        mut resources,
        exhausted,
    } = Modules::new(known).evaluate();
    resources.extend(planned);
    for directory in exhausted {
        findings.gaps.push(Gap::new(
            GapKind::Limit,
            directory,
            "the module's values multiply beyond the bound; some were not told",
        ));
    }
    let plan = Plan::new(&resources);
    let found: Vec<Vec<Finding>> =
        resources
            .par_iter()
            .map(|resource| {
                let mut found = Vec::new();
                for rule in checks::ALL.iter().copied().filter(|rule| {
                    rule.kinds == ["*"] || rule.kinds.contains(&resource.kind.as_str())
                }) {
                    (rule.look)(
                        resource,
                        &plan,
                        &mut Found::new(rule, files, resource, &mut found),
                    );
                }
                if let Some(object) = kubernetes::object(resource) {
                    found.extend(crate::manifest::judge(&object, files, settings));
                }
                found
            })
            .collect();
    let mut found: Vec<Finding> = found.into_iter().flatten().collect();
    // A module that is called twice says the same thing twice.
    found.sort_by(|a, b| {
        (&a.path, a.span.start, a.check.id, &a.message).cmp(&(
            &b.path,
            b.span.start,
            b.check.id,
            &b.message,
        ))
    });
    found.dedup();
    findings.found = found;
    findings
}

/// What a file holds.
enum Read<'a> {
    /// A part of the module of a directory.
    File(String, File<'a>),
    /// Resources as they are planned, or stand.
    Plan(Vec<Resource>),
}

fn read<'a>(source: &'a Source, index: usize) -> Result<Read<'a>, Gap> {
    let unreadable = |detail: String| Gap::new(GapKind::Unreadable, source.path.clone(), detail);
    let index = u32::try_from(index).unwrap_or(u32::MAX);
    if is_plan(source) {
        let read = yaml::read(&source.text, index);
        if let Some(error) = read.error {
            return Err(unreadable(error.to_string()));
        }
        let documents = read.documents.iter();
        let resources = documents.flat_map(|one| plan::resources(one, &source.path));
        return Ok(Read::Plan(resources.collect()));
    }
    let directory = source.directory().to_owned();
    if source.path.ends_with(".json") {
        let file =
            json::read(&source.text, index).map_err(|error| unreadable(error.to_string()))?;
        return Ok(Read::File(directory, file));
    }
    let body = hcl_edit::parser::parse_body(&source.text).map_err(|error| {
        let place = error.location();
        unreadable(format!(
            "line {}, column {}: {}",
            place.line(),
            place.column(),
            error.message()
        ))
    })?;
    let file = File {
        index,
        text: &source.text,
        body,
        json: None,
    };
    Ok(Read::File(directory, file))
}
