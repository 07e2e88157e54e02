//! Policy documents of AWS: JSON in a text, a map that was encoded, or a data source.

use crate::manifest::node::{Node, Span, Value};
use crate::manifest::yaml;

/// Longest text that is read as JSON.
const MAX_TEXT: usize = 1 << 20;

/// What a value holds when it is JSON: the value itself where it is a map or list already.
/// Everything in a text stands where the text stands.
pub(crate) fn json(node: &Node) -> Option<Node> {
    match &node.value {
        Value::Map(_) | Value::Seq(_) => Some(node.clone()),
        Value::Scalar { text, .. }
            if text.trim_start().starts_with(['{', '[']) && text.len() <= MAX_TEXT =>
        {
            let mut documents = yaml::read(text, node.span.file);
            let mut document = documents
                .documents
                .drain(..)
                .next()
                .filter(|_| documents.error.is_none())?;
            put_at(&mut document, node.span);
            Some(document)
        }
        _ => None,
    }
}

fn put_at(node: &mut Node, span: Span) {
    node.span = span;
    match &mut node.value {
        Value::Seq(items) => items.iter_mut().for_each(|item| put_at(item, span)),
        Value::Map(entries) => entries.iter_mut().for_each(|(key, value)| {
            put_at(key, span);
            put_at(value, span);
        }),
        Value::Scalar { .. } | Value::Reference(_) | Value::Unknown => {}
    }
}

/// Statements of a policy that allow something.
pub(crate) fn allowed(policy: &Node) -> Vec<Node> {
    let Some(document) = json(policy) else {
        return Vec::new();
    };
    let statements = match document.get("Statement") {
        Some(Node {
            value: Value::Seq(items),
            ..
        }) => items.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    };
    statements
        .into_iter()
        .filter(|one| one.str_at("Effect").is_none_or(|effect| effect == "Allow"))
        .collect()
}

/// A text, or the texts of a list.
pub(crate) fn words(node: Option<&Node>) -> Vec<&str> {
    let Some(node) = node else { return Vec::new() };
    match &node.value {
        Value::Seq(items) => items.iter().filter_map(Node::as_str).collect(),
        _ => node.as_str().into_iter().collect(),
    }
}

/// Whether a statement is for everybody: `"*"`, or a star among the principals of AWS.
pub(crate) fn is_public(statement: &Node) -> bool {
    let Some(principal) = statement.get("Principal") else {
        return false;
    };
    let star = |node: Option<&Node>| words(node).contains(&"*");
    let everybody = star(Some(principal)) || star(principal.get("AWS")) || star(principal.get("*"));
    everybody && statement.get("Condition").is_none_or(Node::is_empty)
}
