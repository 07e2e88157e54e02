//! Label selectors.

use std::collections::HashMap;

use crate::manifest::node::Node;
use crate::manifest::scope::Scope;

/// Labels of one object; the last of a repeated key counts.
pub(crate) type Labels<'a> = HashMap<&'a str, &'a str>;

/// The labels below `metadata`.
pub(crate) fn labels(meta: Option<&Node>) -> Labels<'_> {
    let labels = meta.and_then(|meta| meta.get("labels"));
    labels
        .into_iter()
        .flat_map(Node::entries)
        .filter_map(|(key, value)| Some((key.as_str()?, value.as_str().unwrap_or_default())))
        .collect()
}

/// Whether a label selector (`matchLabels`, `matchExpressions`) selects `labels`. An empty
/// selector selects everything, an operator that is not known nothing.
pub(crate) fn selects(selector: &Node, labels: &Labels<'_>) -> bool {
    let equal = selector
        .get("matchLabels")
        .is_none_or(|wanted| is_subset(wanted, labels));
    equal
        && selector
            .list("matchExpressions")
            .iter()
            .all(|expression| holds(expression, labels))
}

/// Whether every pair of a plain map of labels is among `labels`.
pub(crate) fn is_subset(wanted: &Node, labels: &Labels<'_>) -> bool {
    wanted.entries().all(|(key, value)| {
        let key = key.as_str().unwrap_or_default();
        labels.get(key).copied() == Some(value.as_str().unwrap_or_default())
    })
}

fn holds(expression: &Node, labels: &Labels<'_>) -> bool {
    let value = labels
        .get(expression.str_at("key").unwrap_or_default())
        .copied();
    let listed = |value: &str| {
        expression
            .list("values")
            .iter()
            .any(|node| node.as_str() == Some(value))
    };
    match expression.str_at("operator") {
        Some("In") => value.is_some_and(listed),
        Some("NotIn") => !value.is_some_and(listed),
        Some("Exists") => value.is_some(),
        Some("DoesNotExist") => value.is_none(),
        _ => false,
    }
}

/// Labels of the pods of every namespace that has some.
pub(crate) fn pod_labels(scope: &Scope) -> HashMap<&str, Vec<Labels<'_>>> {
    let mut all: HashMap<&str, Vec<Labels<'_>>> = HashMap::new();
    for object in &scope.objects {
        if let Some(pod) = object.pod() {
            all.entry(object.namespace())
                .or_default()
                .push(labels(pod.meta));
        }
    }
    all
}
