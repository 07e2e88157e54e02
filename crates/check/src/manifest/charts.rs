//! Charts among gathered files, and what somebody rendered of them.
//!
//! Rendering needs `helm`, which is no matter of this crate: whoever runs it gives the text
//! back here.

use std::collections::HashMap;

use crate::Source;

/// What follows the path of a template in the name of what it made.
pub(crate) const RENDERED: &str = " (rendered)";

/// Most rendered files of one chart.
const MOST_FILES: usize = 10_000;

/// Directories of the charts that no other chart contains, in order; empty for the root of what
/// was read.
#[must_use]
pub fn charts(sources: &[Source]) -> Vec<String> {
    let mut all: Vec<&str> = super::helm::charts(sources).into_iter().collect();
    all.sort_unstable();
    let outermost = all.iter().filter(|dir| {
        let below = |other: &&&str| {
            let rest = match other.is_empty() {
                true => Some(**dir),
                false => dir.strip_prefix(**other).and_then(|r| r.strip_prefix('/')),
            };
            other != dir && rest.is_some_and(|rest| rest.starts_with("charts/"))
        };
        !all.iter().any(|other| below(&other))
    });
    // A chart without templates is a library of values, or is made of others alone.
    let has_templates = |dir: &&&str| {
        let prefix = prefix(dir);
        sources.iter().any(|one| {
            let below = one.path.strip_prefix(prefix.as_str());
            below.is_some_and(|rest| rest.starts_with("templates/"))
        })
    };
    outermost
        .filter(has_templates)
        .map(|dir| (*dir).to_owned())
        .collect()
}

/// Takes the templates of the chart in `dir` out of `sources`, those of the charts in it too.
pub fn without_templates(sources: &mut Vec<Source>, dir: &str) {
    let prefix = prefix(dir);
    sources.retain(|one| {
        let below = one.path.strip_prefix(prefix.as_str());
        let is_template = below.is_some_and(|rest| {
            let nested = rest.starts_with("charts/") && rest.contains("/templates/");
            rest.starts_with("templates/") || nested
        });
        !is_template
    });
}

/// What `helm template` wrote for the chart in `dir`, a file for each template: helm says with
/// a comment where each document is from.
#[must_use]
pub fn rendered(dir: &str, text: &str) -> Vec<Source> {
    let mut files: Vec<(String, String)> = Vec::new();
    // helm orders documents by kind, so that those of one template stand apart.
    let mut known: HashMap<String, usize> = HashMap::new();
    for document in text.split("\n---") {
        let document = document.trim_start_matches("---");
        let from = document
            .lines()
            .find_map(|line| line.strip_prefix("# Source: "));
        // The chart's own name stands before the path.
        let path = from.and_then(|from| from.split_once('/')).map(|(_, p)| p);
        let path = format!("{}{}", prefix(dir), path.unwrap_or("templates"));
        match known.get(&path).and_then(|at: &usize| files.get_mut(*at)) {
            Some((_, text)) => {
                text.push_str("\n---");
                text.push_str(document);
            }
            None if known.len() < MOST_FILES => {
                known.insert(path.clone(), known.len());
                files.push((path, document.to_owned()));
            }
            None => {}
        }
    }
    let is_object = |(_, text): &(String, String)| text.contains("apiVersion");
    let sources = files.into_iter().filter(is_object).map(|(path, text)| {
        let mut source = Source::new(format!("{path}{RENDERED}"), text);
        source.named = true;
        source
    });
    sources.collect()
}

fn prefix(dir: &str) -> String {
    if dir.is_empty() {
        String::new()
    } else {
        format!("{dir}/")
    }
}
