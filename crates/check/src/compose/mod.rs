//! Compose files.
//!
//! Services are judged with what they extend and with what overrides them; variables are
//! replaced by what `.env` beside the file or the file itself gives them, and stay as they are
//! written where neither does.

mod checks;
mod project;
mod rule;
mod service;

use std::collections::HashSet;

use rayon::prelude::*;

use crate::manifest::node::Node;
use crate::{Check, Finding, Findings, Language, Settings, Source};
use project::{Project, Projects};
use rule::Found;
use service::Service;

/// Compose.
pub static LANGUAGE: Language = Language {
    name: "compose",
    title: "Compose",
    checks: || {
        checks::ALL
            .iter()
            .map(|rule| &rule.check)
            .collect::<Vec<&'static Check>>()
    },
    wants,
    claims,
    examine,
    ignores: crate::ignore::of_lines,
};

fn wants(path: &str) -> bool {
    is_yaml(path) || path.rsplit('/').next() == Some(".env")
}

fn is_yaml(path: &str) -> bool {
    path.ends_with(".yaml") || path.ends_with(".yml")
}

/// Whatever its name: a list of services and no API version. Workflows of some build services
/// have services too, but not at the left margin.
fn claims(source: &Source) -> bool {
    let left =
        |word: &str| source.text.starts_with(word) || source.text.contains(&format!("\n{word}"));
    (is_yaml(&source.path) || source.named)
        && left("services:")
        && !left("apiVersion:")
        && !left("kind:")
}

fn examine(files: &[&Source], others: &[Source], _: &Settings) -> Findings {
    let mut projects = Projects::read(files, others);
    let mut found = Vec::new();
    while !projects.is_done() {
        let some = projects.some();
        let told: Vec<Vec<Finding>> = some
            .par_iter()
            .map(|project| judge(project, files))
            .collect();
        found.extend(told.into_iter().flatten());
    }
    let mut known = HashSet::new();
    // A service that two files extend says the same thing twice.
    found.retain(|one| {
        known.insert((
            one.check.id,
            one.path.clone(),
            one.span.start,
            one.message.clone(),
        ))
    });
    Findings {
        found,
        gaps: projects.gaps,
    }
}

fn judge(project: &Project, files: &[&Source]) -> Vec<Finding> {
    let mut found = Vec::new();
    let document = &project.document;
    let services = document.get("services").into_iter().flat_map(Node::entries);
    for (key, node) in services {
        let service = Service {
            key,
            node,
            document,
        };
        for rule in checks::ALL {
            (rule.look)(
                &service,
                &mut Found::new(rule, files, &service, project.only, &mut found),
            );
        }
    }
    found
}
