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
mod kubernetes;
mod module;
mod policy;
mod rule;
mod write;

use lazaret_model::{Gap, GapKind};
use rayon::prelude::*;

use crate::{Check, Finding, Findings, Language, Settings, Source};
use eval::File;
use module::{Evaluated, Modules};
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
    claims: |source| wants(&source.path),
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
    for result in read {
        match result {
            Ok(file) => known.push(file),
            Err(gap) => findings.gaps.push(gap),
        }
    }
    let Evaluated {
        resources,
        exhausted,
    } = Modules::new(known).evaluate();
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

fn read<'a>(source: &'a Source, index: usize) -> Result<(String, File<'a>), Gap> {
    if source.path.ends_with(".json") {
        return Err(Gap::new(
            GapKind::Unsupported,
            source.path.clone(),
            "Terraform's JSON syntax is not read",
        ));
    }
    let body = hcl_edit::parser::parse_body(&source.text).map_err(|error| {
        let place = error.location();
        let detail = format!(
            "line {}, column {}: {}",
            place.line(),
            place.column(),
            error.message()
        );
        Gap::new(GapKind::Unreadable, source.path.clone(), detail)
    })?;
    let index = u32::try_from(index).unwrap_or(u32::MAX);
    Ok((
        source.directory().to_owned(),
        File {
            index,
            text: &source.text,
            body,
        },
    ))
}
