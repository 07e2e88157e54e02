//! Kubernetes manifests.
//!
//! Every file is read into objects, lists are opened, and objects that are applied together
//! are looked at together: a NetworkPolicy in one file decides about a pod in another.

pub mod charts;
pub mod checks;
mod control;
pub(crate) mod facts;
mod helm;
mod kustomize;
pub mod node;
pub mod object;
mod patch;
mod rbac;
mod rule;
pub mod scope;
pub(crate) mod sensitivity;
mod transform;
pub(crate) mod write;
pub mod yaml;

use std::collections::{BTreeMap, HashSet};

use lazaret_model::{Gap, GapKind};
use rayon::prelude::*;

use crate::{Check, Finding, Findings, Language, Settings, Source};
use kustomize::{Kustomize, Read};
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

/// A manifest says what it is: `apiVersion` and `kind`. Kustomizations need not, and values of
/// charts do not.
fn claims(source: &Source) -> bool {
    let says = source.text.contains("apiVersion") && source.text.contains("kind");
    let named = kustomize::is_kustomization(&source.path) || helm::is_values(source);
    let is_manifest = says && (wants(&source.path) || source.named);
    // A plan may hold objects, and is Terraform's all the same.
    is_manifest && !crate::terraform::is_plan(source) || named
}

fn examine(files: &[&Source], others: &[Source], settings: &Settings) -> Findings {
    let (plain, gaps) = without_templates(files, others);
    let (scopes, more) = scopes_of(files, &plain, others);
    let mut findings = Findings {
        found: Vec::new(),
        gaps,
    };
    findings.gaps.extend(more);
    for scope in &scopes {
        let single: Vec<Vec<Finding>> = scope
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
    values(files, settings, &mut findings.found);
    if scopes.len() > 1 {
        // What two overlays take from one base is said once.
        let mut known = HashSet::new();
        findings.found.retain(|one| {
            known.insert((
                one.check.id,
                one.path.clone(),
                one.span.start,
                one.message.clone(),
            ))
        });
    }
    findings
}

/// The numbers of the files that are no templates of a chart, and a gap for each chart.
fn without_templates(files: &[&Source], others: &[Source]) -> (Vec<usize>, Vec<Gap>) {
    let charts = helm::charts(others);
    let mut gaps = BTreeMap::new();
    let mut plain = Vec::new();
    for (index, source) in files.iter().enumerate() {
        match helm::chart(source, &charts) {
            None => plain.push(index),
            Some(chart) => {
                let shown = if chart.is_empty() { "." } else { chart };
                let detail = format!(
                    "templates of the chart are not rendered; `helm template {shown} | lazaret check -` looks at what they make"
                );
                gaps.entry(chart)
                    .or_insert_with(|| Gap::new(GapKind::Unsupported, shown, detail));
            }
        }
    }
    (plain, gaps.into_values().collect())
}

fn values(files: &[&Source], settings: &Settings, findings: &mut Vec<Finding>) {
    let Some(rolling) = checks::ALL
        .iter()
        .copied()
        .find(|rule| rule.check.id == "LZ-KW-030")
    else {
        return;
    };
    for (index, source) in files
        .iter()
        .enumerate()
        .filter(|(_, source)| helm::is_values(source))
    {
        for document in yaml::read(&source.text, number(index)).documents {
            for (span, image) in helm::rolling_images(&document) {
                let mut found = Found::new(rolling, files, settings, findings);
                found.add(span, format!("the values name the rolling image `{image}`"));
            }
        }
    }
}

/// The objects of `files`, those together that are applied together, and what could not be read.
pub(crate) fn scopes(files: &[&Source]) -> (Vec<Scope>, Vec<Gap>) {
    let all: Vec<usize> = (0..files.len()).collect();
    scopes_of(files, &all, &[])
}

fn scopes_of(files: &[&Source], numbers: &[usize], others: &[Source]) -> (Vec<Scope>, Vec<Gap>) {
    let texts: BTreeMap<&str, &str> = others
        .iter()
        .map(|one| (one.path.as_str(), one.text.as_str()))
        .collect();
    let read: Vec<(Read, Option<Gap>)> = numbers
        .par_iter()
        .filter_map(|index| files.get(*index).map(|source| read(source, *index)))
        .collect();
    let (read, gaps): (Vec<Read>, Vec<Option<Gap>>) = read.into_iter().unzip();
    let mut gaps: Vec<Gap> = gaps.into_iter().flatten().collect();
    let mut kustomize = Kustomize::new(&read, &texts);
    let mut scopes = Vec::new();
    for root in kustomize.outermost() {
        let objects = kustomize.render(&root);
        scopes.push(Scope::new(root, objects));
    }
    // Kustomizations that only use each other are not lost for that.
    while let Some(root) = kustomize.unreached() {
        let objects = kustomize.render(&root);
        scopes.push(Scope::new(root, objects));
    }
    gaps.append(&mut kustomize.gaps);
    let used = kustomize.used();
    let rest = read
        .into_iter()
        .filter(|one| !used.contains(&one.path))
        .flat_map(|one| one.objects);
    scopes.insert(0, Scope::new(String::new(), rest.collect()));
    (scopes, gaps)
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

fn read(source: &Source, index: usize) -> (Read, Option<Gap>) {
    let documents = yaml::read(&source.text, number(index));
    let gap = documents
        .error
        .map(|error| Gap::new(GapKind::Unreadable, source.path.clone(), error.to_string()));
    let mut read = Read {
        path: source.path.clone(),
        documents: Vec::new(),
        objects: Vec::new(),
    };
    let is_kustomization = kustomize::is_kustomization(&source.path);
    for document in documents.documents {
        let is_object =
            document.str_at("kind").is_some() && document.str_at("apiVersion").is_some();
        if is_object && !is_kustomization {
            read.objects.extend(object::objects(document));
        } else {
            read.documents.push(document);
        }
    }
    (read, gap)
}

/// Everything that can be said of one object alone.
pub(crate) fn judge(object: &Object, files: &[&Source], settings: &Settings) -> Vec<Finding> {
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
