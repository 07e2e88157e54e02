//! Helm charts: templates are not rendered here, which is said once per chart; images that
//! `values.yaml` names are read all the same.

use std::collections::BTreeSet;

use super::facts::{Tag, image_tag, is_rolling};
use super::node::{Node, Span};
use crate::Source;

/// Whether a file holds the values of a chart, by its name and its content.
pub(super) fn is_values(source: &Source) -> bool {
    let name = source.path.rsplit('/').next().unwrap_or(&source.path);
    name.starts_with("values")
        && (name.ends_with(".yaml") || name.ends_with(".yml"))
        && source.text.contains("repository:")
}

/// The directory of the chart that a template belongs to, `charts` being those there are.
pub(super) fn chart<'a>(source: &'a Source, charts: &BTreeSet<&str>) -> Option<&'a str> {
    if !source.text.contains("{{") {
        return None;
    }
    let (mut at, mut found) = (source.path.as_str(), None);
    while let Some((above, below)) = at.rsplit_once('/') {
        if below == "templates" && charts.contains(above) {
            found = Some(above);
        }
        at = above;
    }
    // A chart at the root of what was read has no directory of its own.
    found.or_else(|| (source.path.starts_with("templates/") && charts.contains("")).then_some(""))
}

/// Directories that are charts.
pub(super) fn charts(sources: &[Source]) -> BTreeSet<&str> {
    sources
        .iter()
        .filter(|source| source.path.rsplit('/').next() == Some("Chart.yaml"))
        .map(Source::directory)
        .collect()
}

/// Rolling images that are written as `repository` and `tag`: where the tag stands, and the image.
pub(super) fn rolling_images(node: &Node) -> Vec<(Span, String)> {
    let mut found = Vec::new();
    collect(node, &mut found, 0);
    found
}

fn collect(node: &Node, found: &mut Vec<(Span, String)>, depth: usize) {
    if depth > super::yaml::MAX_DEPTH {
        return;
    }
    let tag = node.get("tag").filter(|tag| !tag.is_empty());
    if let (Some(repository), Some(tag)) = (node.str_at("repository"), tag) {
        let image = format!("{repository}:{}", tag.as_str().unwrap_or_default());
        if matches!(image_tag(&image), Tag::Named(tag) if is_rolling(tag)) {
            found.push((tag.span, image));
        }
    }
    let below = node.entries().map(|(_, value)| value);
    below
        .chain(node.items())
        .for_each(|one| collect(one, found, depth + 1));
}
