//! Plans and states as `terraform show -json` writes them: every value that Terraform knows,
//! modules and providers included.
//!
//! What is only known after the change is unknown here, too; where the configuration in the
//! plan says what it refers to, it is that reference (Terraform, "JSON Output Format").

use std::collections::HashMap;

use super::module::Resource;
use crate::Source;
use crate::manifest::node::{Node, Value};

/// Modules within modules that are followed.
const MAX_DEPTH: usize = 16;

/// Whether a file is a plan or a state in JSON.
pub(crate) fn is_plan(source: &Source) -> bool {
    let text = &source.text;
    let is_state = || text.contains("\"values\"") && text.contains("\"root_module\"");
    text.trim_start().starts_with('{')
        && text.contains("\"terraform_version\"")
        && (text.contains("\"planned_values\"") || is_state())
}

/// The resources of a document; `path` is its file's.
pub(super) fn resources(document: &Node, path: &str) -> Vec<Resource> {
    let mut out = Vec::new();
    let mut known = Known::default();
    if let Some(root) = document.at(&["configuration", "root_module"]) {
        known.configuration(root, "", 0);
    }
    let changes = document.list("resource_changes").iter();
    known.unknown = changes
        .filter_map(|one| {
            Some((
                one.str_at("address")?,
                one.at(&["change", "after_unknown"])?,
            ))
        })
        .collect();
    let values = document
        .get("planned_values")
        .or_else(|| document.get("values"));
    if let Some(root) = values.and_then(|one| one.get("root_module")) {
        known.module(root, path, 0, &mut out);
    }
    out
}

/// What a plan says beside the values.
#[derive(Default)]
struct Known<'a> {
    /// By address: what will only be known afterwards.
    unknown: HashMap<&'a str, &'a Node>,
    /// By module and address: the expressions of the configuration.
    expressions: HashMap<(String, &'a str), &'a Node>,
}

impl<'a> Known<'a> {
    fn configuration(&mut self, module: &'a Node, name: &str, depth: usize) {
        for one in module.list("resources") {
            if let (Some(address), Some(all)) = (one.str_at("address"), one.get("expressions")) {
                self.expressions.insert((name.to_owned(), address), all);
            }
        }
        let calls = module
            .get("module_calls")
            .into_iter()
            .flat_map(Node::entries);
        for (call, node) in calls.filter(|_| depth < MAX_DEPTH) {
            if let (Some(call), Some(below)) = (call.as_str(), node.get("module")) {
                let name = join(name, call);
                self.configuration(below, &name, depth + 1);
            }
        }
    }

    fn module(&self, module: &Node, path: &str, depth: usize, out: &mut Vec<Resource>) {
        let address = module.str_at("address").unwrap_or_default();
        for one in module.list("resources") {
            out.extend(self.resource(one, address, path));
        }
        for below in module
            .list("child_modules")
            .iter()
            .filter(|_| depth < MAX_DEPTH)
        {
            self.module(below, path, depth + 1, out);
        }
    }

    fn resource(&self, one: &Node, module: &str, path: &str) -> Option<Resource> {
        let (kind, name) = (one.str_at("type")?, one.str_at("name")?);
        let prefix = if one.str_at("mode") == Some("data") {
            "data."
        } else {
            ""
        };
        let mut node = one.get("values").cloned().unwrap_or_default();
        let address = one.str_at("address").unwrap_or_default();
        if let Some(unknown) = self.unknown.get(address) {
            mark(&mut node, unknown);
        }
        let own = format!("{prefix}{kind}.{name}");
        let home = without_instances(module);
        if let Some(expressions) = self.expressions.get(&(home, own.as_str())) {
            refer(&mut node, expressions);
        }
        let span = one.get("address").map_or(one.span, |node| node.span);
        Some(Resource {
            kind: format!("{prefix}{kind}"),
            name: name.to_owned(),
            module: format!("{path}#{module}"),
            node: Node { span, ..node },
            span,
            around: one.span,
        })
    }
}

fn join(name: &str, call: &str) -> String {
    if name.is_empty() {
        format!("module.{call}")
    } else {
        format!("{name}.module.{call}")
    }
}

/// `module.a["x"].module.b[0]` as the configuration calls it.
fn without_instances(address: &str) -> String {
    let mut out = String::with_capacity(address.len());
    let mut depth = 0_u32;
    for c in address.chars() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

/// Marks what `unknown` has as true.
fn mark(node: &mut Node, unknown: &Node) {
    let span = node.span;
    match (&mut node.value, &unknown.value) {
        (value, Value::Scalar { .. }) if unknown.as_bool() == Some(true) => *value = Value::Unknown,
        (Value::Map(entries), Value::Map(marks)) => {
            for (key, below) in marks {
                let own = entries
                    .iter_mut()
                    .find(|(own, _)| own.as_str() == key.as_str());
                match own {
                    Some((_, value)) => mark(value, below),
                    None if below.as_bool() == Some(true) => entries.push((
                        Node {
                            span,
                            ..key.clone()
                        },
                        Node {
                            value: Value::Unknown,
                            span,
                        },
                    )),
                    None => {}
                }
            }
        }
        (Value::Seq(items), Value::Seq(marks)) => {
            for (item, below) in items.iter_mut().zip(marks) {
                mark(item, below);
            }
        }
        _ => {}
    }
}

/// Puts what the configuration refers to in the place of what is unknown.
fn refer(node: &mut Node, expressions: &Node) {
    let span = node.span;
    let Value::Map(entries) = &mut node.value else {
        return;
    };
    for (key, expression) in expressions.entries() {
        let Some(first) = expression.list("references").first().and_then(Node::as_str) else {
            continue;
        };
        let reference = Node {
            value: Value::Reference(first.into()),
            span,
        };
        let own = entries
            .iter_mut()
            .find(|(own, _)| own.as_str() == key.as_str());
        match own {
            Some((_, value)) if value.is_unknown() => value.value = reference.value,
            Some(_) => {}
            None => entries.push((
                Node {
                    span,
                    ..key.clone()
                },
                reference,
            )),
        }
    }
}
