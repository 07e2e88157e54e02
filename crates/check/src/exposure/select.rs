//! Label selectors.

use std::collections::HashMap;

use crate::manifest::node::Node;
use crate::manifest::object::Object;
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

/// Objects that select pods of their namespace, by a label that these must have, so that a pod
/// is held against few of them.
#[derive(Default)]
pub(crate) struct Index<'a> {
    by_label: HashMap<(&'a str, &'a str, &'a str), Vec<&'a Object>>,
    others: HashMap<&'a str, Vec<&'a Object>>,
}

impl<'a> Index<'a> {
    /// Adds an object; `equal` are labels that a pod must have to be selected.
    pub(crate) fn add(&mut self, object: &'a Object, equal: Option<&'a Node>) {
        let first = equal.and_then(|labels| labels.entries().next());
        let pair = first.and_then(|(key, value)| Some((key.as_str()?, value.as_str()?)));
        let namespace = object.namespace();
        match pair {
            Some((key, value)) => self.by_label.entry((namespace, key, value)).or_default(),
            None => self.others.entry(namespace).or_default(),
        }
        .push(object);
    }

    /// Those that may select a pod of a namespace with these labels.
    pub(crate) fn of(&self, namespace: &str, labels: &Labels<'_>) -> Vec<&'a Object> {
        let mut all = self.others.get(namespace).cloned().unwrap_or_default();
        for (key, value) in labels {
            let named = self.by_label.get(&(namespace, *key, *value));
            all.extend(named.into_iter().flatten());
        }
        all
    }
}
