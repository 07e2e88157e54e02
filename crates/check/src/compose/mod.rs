//! Compose files.
//!
//! Services of one file are judged with what they extend in it; variables are replaced by the
//! defaults that the file gives them, and stay as they are written where it gives none.

mod checks;
mod rule;
mod service;

use lazaret_model::{Gap, GapKind};

use crate::manifest::node::Node;
use crate::manifest::yaml;
use crate::{Check, Findings, Language, Settings, Source, engine};
use rule::Found;
use service::{Service, extended, interpolate};

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
    examine: |files, _, settings| engine::each(files, settings, examine),
    ignores: crate::ignore::of_lines,
};

fn wants(path: &str) -> bool {
    path.ends_with(".yaml") || path.ends_with(".yml")
}

/// Whatever its name: a list of services and no API version. Workflows of some build services
/// have services too, but not at the left margin.
fn claims(source: &Source) -> bool {
    let left =
        |word: &str| source.text.starts_with(word) || source.text.contains(&format!("\n{word}"));
    (wants(&source.path) || source.named)
        && left("services:")
        && !left("apiVersion:")
        && !left("kind:")
}

fn examine(source: &Source, _: &Settings) -> Findings {
    let mut findings = Findings::default();
    let read = yaml::read(&source.text, 0);
    if let Some(error) = read.error {
        findings.gaps.push(Gap::new(
            GapKind::Unreadable,
            source.path.clone(),
            error.to_string(),
        ));
    }
    for mut document in read.documents {
        interpolate(&mut document);
        let all: Vec<(Node, Node)> = document
            .get("services")
            .into_iter()
            .flat_map(Node::entries)
            .map(|(key, node)| (key.clone(), extended(&document, node)))
            .collect();
        for (key, node) in &all {
            let service = Service {
                key,
                node,
                document: &document,
            };
            for rule in checks::ALL {
                (rule.look)(
                    &service,
                    &mut Found::new(rule, source, &service, &mut findings.found),
                );
            }
        }
    }
    findings
}
