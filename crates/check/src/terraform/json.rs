//! Terraform's JSON syntax.
//!
//! Labels are keys, blocks that repeat are lists, and every text is a template (Terraform,
//! "JSON Configuration Syntax"). A document becomes the blocks that it stands for; what they
//! evaluate to gets the places of the document afterwards.

use hcl_edit::Ident;
use hcl_edit::expr::{Array, Expression, Object, ObjectKey, ObjectValue};
use hcl_edit::structure::{Attribute, Block, Body};
use hcl_edit::template::{Element, StringTemplate};

use super::eval::File;
use crate::manifest::node::{Node, Span, Value};
use crate::manifest::yaml::{self, YamlError};

/// Values within values that are read.
const MAX_DEPTH: usize = 60;

/// Kinds of blocks at the top, and how many labels each has.
const KINDS: &[(&str, usize)] = &[
    ("resource", 2),
    ("data", 2),
    ("provider", 1),
    ("variable", 1),
    ("output", 1),
    ("module", 1),
    ("locals", 0),
];

/// Reads a file.
///
/// # Errors
/// When it is no JSON.
pub(super) fn read(text: &str, index: u32) -> Result<File<'_>, YamlError> {
    let read = yaml::read(text, index);
    if let Some(error) = read.error {
        return Err(error);
    }
    let document = read.documents.into_iter().next().unwrap_or_default();
    let mut body = Body::new();
    for (kind, labels) in KINDS {
        if let Some(node) = document.get(kind) {
            blocks(kind, *labels, &mut Vec::new(), node, &mut body);
        }
    }
    Ok(File {
        index,
        text,
        body,
        json: Some(document),
    })
}

fn blocks(kind: &str, left: usize, labels: &mut Vec<String>, node: &Node, out: &mut Body) {
    match &node.value {
        Value::Seq(items) => items
            .iter()
            .for_each(|item| blocks(kind, left, labels, item, out)),
        Value::Map(_) if left > 0 => {
            for (key, value) in node.entries() {
                let Some(name) = key.as_str().filter(|name| *name != "//") else {
                    continue;
                };
                labels.push(name.to_owned());
                blocks(kind, left - 1, labels, value, out);
                labels.pop();
            }
        }
        Value::Map(_) => {
            let Ok(ident) = Ident::try_new(kind) else {
                return;
            };
            let block = Block::builder(ident).labels(labels.iter().map(String::as_str));
            let block = block.structures(body(node)).build();
            // The body refuses an attribute that repeats, never a block.
            let _ = out.try_push(block);
        }
        _ => {}
    }
}

/// The attributes of a block, and its dynamic blocks.
fn body(node: &Node) -> Body {
    let mut out = Body::new();
    for (key, value) in node.entries() {
        match key.as_str() {
            Some("dynamic") => dynamics(value, &mut out),
            Some(name) if name != "//" => {
                if let Ok(ident) = Ident::try_new(name) {
                    let _ = out.try_push(Attribute::new(ident, expression(value, 0)));
                }
            }
            _ => {}
        }
    }
    out
}

fn dynamics(node: &Node, out: &mut Body) {
    for one in node.items() {
        dynamics(one, out);
    }
    for (name, value) in node.entries() {
        let all = value
            .items()
            .iter()
            .chain(value.items().is_empty().then_some(value));
        for one in all {
            let (Some(name), Some(each), Some(content)) =
                (name.as_str(), one.get("for_each"), one.get("content"))
            else {
                continue;
            };
            let names = ["dynamic", "for_each", "content"].map(Ident::try_new);
            let [Ok(dynamic), Ok(for_each), Ok(inner)] = names else {
                continue;
            };
            let block = Block::builder(dynamic)
                .label(name)
                .attribute(Attribute::new(for_each, expression(each, 0)))
                .block(Block::builder(inner).structures(body(content)).build());
            let _ = out.try_push(block.build());
        }
    }
}

fn expression(node: &Node, depth: usize) -> Expression {
    if depth > MAX_DEPTH {
        return Expression::from("");
    }
    match &node.value {
        Value::Scalar { text, quoted: true } => template(text),
        Value::Scalar { text, .. } => match text.as_ref() {
            "true" => Expression::from(true),
            "false" => Expression::from(false),
            "null" => Expression::Null(hcl_edit::Decorated::new(hcl_edit::expr::Null)),
            number => match (number.parse::<i64>(), number.parse::<f64>()) {
                (Ok(whole), _) => Expression::from(whole),
                (_, Ok(number)) => Expression::from(number),
                _ => Expression::from(number),
            },
        },
        Value::Seq(items) => {
            let mut array = Array::new();
            for item in items {
                array.push(expression(item, depth + 1));
            }
            Expression::from(array)
        }
        Value::Map(entries) => {
            let mut object = Object::new();
            for (key, value) in entries {
                let key = ObjectKey::from(template(key.as_str().unwrap_or_default()));
                object.insert(key, ObjectValue::new(expression(value, depth + 1)));
            }
            Expression::from(object)
        }
        Value::Reference(_) | Value::Unknown => Expression::from(""),
    }
}

/// A text, with what is between `${` and `}` evaluated.
fn template(text: &str) -> Expression {
    if !text.contains("${") && !text.contains("%{") {
        return Expression::from(text);
    }
    match hcl_edit::parser::parse_template(text) {
        Ok(template) => {
            let elements: Vec<Element> = template.into_iter().collect();
            Expression::from(StringTemplate::from(elements))
        }
        // Text that only looks like one.
        Err(_) => Expression::from(text),
    }
}

/// Where a block of a document stands: its name, and its value.
pub(super) fn written<'f>(file: &'f File<'_>, block: &Block) -> Option<(Span, &'f Node)> {
    let mut node = file.json.as_ref()?.get(block.ident.as_str())?;
    let mut span = node.span;
    for label in &block.labels {
        let holders = node
            .items()
            .iter()
            .chain(node.items().is_empty().then_some(node));
        let (key, value) = holders.filter_map(|one| one.entry(label.as_str())).next()?;
        (span, node) = (key.span, value);
    }
    Some((span, node.items().first().unwrap_or(node)))
}

/// Gives what a block evaluated to the places of the document.
pub(super) fn align(node: &mut Node, written: &Node) {
    node.span = written.span;
    let whole = written.items().is_empty();
    match &mut node.value {
        Value::Map(entries) => {
            for (key, value) in entries {
                match written.entry(key.as_str().unwrap_or_default()) {
                    Some((name, below)) => {
                        key.span = name.span;
                        align(value, below);
                    }
                    None => {
                        key.span = written.span;
                        align(value, &nothing(written.span));
                    }
                }
            }
        }
        Value::Seq(items) => {
            for (at, item) in items.iter_mut().enumerate() {
                match written.items().get(at) {
                    Some(below) => align(item, below),
                    None if whole => align(item, written),
                    None => align(item, &nothing(written.span)),
                }
            }
        }
        Value::Scalar { .. } | Value::Reference(_) | Value::Unknown => {}
    }
}

fn nothing(span: Span) -> Node {
    Node {
        span,
        ..Node::default()
    }
}
