//! Kubernetes manifests.
//!
//! Every file is read into objects, lists are opened, and objects that are applied together
//! are looked at together: a NetworkPolicy in one file decides about a pod in another.

pub mod checks;
mod control;
pub(crate) mod facts;
pub mod node;
pub mod object;
mod rbac;
mod rule;
pub mod scope;
pub mod yaml;

use lazaret_model::{Gap, GapKind};
use rayon::prelude::*;

use crate::{Check, Findings, Language, Settings, Source};
use object::Object;
use rule::{Found, Look, Rule};
use scope::Scope;

/// Kubernetes manifests.
pub static LANGUAGE: Language = Language {
    name: "kubernetes",
    title: "Kubernetes",
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
    [".yaml", ".yml", ".json"]
        .iter()
        .any(|end| path.ends_with(end))
}

/// A manifest says what it is: `apiVersion` and `kind`.
fn claims(source: &Source) -> bool {
    (wants(&source.path) || source.named)
        && source.text.contains("apiVersion")
        && source.text.contains("kind")
}

fn examine(files: &[&Source], _: &[Source], settings: &Settings) -> Findings {
    let (scopes, gaps) = scopes(files);
    let mut findings = Findings {
        found: Vec::new(),
        gaps,
    };
    for scope in &scopes {
        let single: Vec<Vec<crate::Finding>> = scope
            .objects
            .par_iter()
            .map(|object| judge(object, files, settings))
            .collect();
        findings.found.extend(single.into_iter().flatten());
        for rule in checks::ALL {
            if let Look::Scope(look) = rule.look {
                look(
                    scope,
                    &mut Found::new(rule, files, settings, &mut findings.found),
                );
            }
        }
    }
    findings
}

/// The objects of `files`, those together that are applied together, and what could not be read.
pub(crate) fn scopes(files: &[&Source]) -> (Vec<Scope>, Vec<Gap>) {
    let read: Vec<(Vec<Object>, Option<Gap>)> = files
        .par_iter()
        .enumerate()
        .map(|(index, source)| read(source, index))
        .collect();
    let mut scope = Scope::default();
    let mut gaps = Vec::new();
    for (objects, gap) in read {
        scope.objects.extend(objects);
        gaps.extend(gap);
    }
    (vec![scope], gaps)
}

fn read(source: &Source, index: usize) -> (Vec<Object>, Option<Gap>) {
    let documents = yaml::read(&source.text, u32::try_from(index).unwrap_or(u32::MAX));
    let objects = documents
        .documents
        .into_iter()
        .flat_map(object::objects)
        .collect();
    let gap = documents
        .error
        .map(|error| Gap::new(GapKind::Unreadable, source.path.clone(), error.to_string()));
    (objects, gap)
}

/// Everything that can be said of one object alone.
pub(crate) fn judge(
    object: &Object,
    files: &[&Source],
    settings: &Settings,
) -> Vec<crate::Finding> {
    let mut findings = Vec::new();
    let pod = object.pod();
    let containers = pod.map(|pod| pod.containers()).unwrap_or_default();
    for rule in checks::ALL {
        let mut found = |rule: &'static Rule, run: &mut dyn FnMut(&mut Found<'_>)| {
            run(&mut Found::new(rule, files, settings, &mut findings).of(object));
        };
        match (&rule.look, &pod) {
            (Look::Container(look), _) => containers
                .iter()
                .for_each(|one| found(rule, &mut |found| look(one, found))),
            (Look::Pod(look), Some(pod)) => found(rule, &mut |found| look(pod, found)),
            (Look::Object(look), _) => found(rule, &mut |found| look(object, found)),
            (Look::Pod(_), None) | (Look::Scope(_), _) => {}
        }
    }
    findings
}
