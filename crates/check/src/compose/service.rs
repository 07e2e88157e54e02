//! Services of a Compose file, and the short forms their settings may have.

use std::collections::HashMap;

use crate::manifest::node::{Node, Span, Value};

/// A service.
pub(crate) struct Service<'a> {
    /// Its name.
    pub key: &'a Node,
    /// Its settings, with those it extends.
    pub node: &'a Node,
    /// The whole file.
    pub document: &'a Node,
}

impl Service<'_> {
    /// Its name.
    pub(crate) fn name(&self) -> &str {
        self.key.as_str().unwrap_or_default()
    }

    /// Where a reader looks when something is missing: the name.
    pub(crate) fn span(&self) -> Span {
        self.key.span
    }
}

/// Replaces `${NAME}` by what `known` gives it, and `${NAME:-default}` by that or the default,
/// everywhere but in environments and arguments: what `.env` gives them is not in the file.
pub(super) fn interpolate(node: &mut Node, known: &HashMap<&str, &str>) {
    match &mut node.value {
        Value::Scalar { text, .. } if text.contains("${") => *text = filled(text, known).into(),
        Value::Seq(items) => items.iter_mut().for_each(|item| interpolate(item, known)),
        Value::Map(entries) => {
            for (key, value) in entries {
                match key.as_str() {
                    Some("environment" | "args") => interpolate(value, &HashMap::new()),
                    _ => interpolate(value, known),
                }
            }
        }
        Value::Scalar { .. } | Value::Reference(_) | Value::Unknown => {}
    }
}

fn filled(text: &str, known: &HashMap<&str, &str>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        out.push_str(before);
        let Some((inside, tail)) = after.split_once('}') else {
            out.push_str("${");
            rest = after;
            continue;
        };
        let name_end = inside
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(inside.len());
        let (name, rule) = inside.split_at_checked(name_end).unwrap_or((inside, ""));
        let default = rule.strip_prefix(":-").or_else(|| rule.strip_prefix('-'));
        match known.get(name).copied().or(default) {
            Some(value) if !rule.starts_with([':', '-', '?']) || !value.is_empty() => {
                out.push_str(value);
            }
            Some(_) => out.push_str(default.unwrap_or_default()),
            None => {
                out.push_str("${");
                out.push_str(inside);
                out.push('}');
            }
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// Something mounted into a service.
pub(crate) struct Mount {
    /// The path or volume it comes from; empty for an anonymous volume.
    pub source: String,
    /// `ro`, `rshared` …
    pub options: Vec<String>,
    /// Where it is written.
    pub span: Span,
}

/// Everything a service mounts, in either form.
pub(crate) fn mounts(service: &Service<'_>) -> Vec<Mount> {
    let mount = |node: &Node| match node.as_str() {
        Some(short) => {
            let mut parts = short.split(':');
            let first = parts.next().unwrap_or_default();
            let target = parts.next();
            let options = parts
                .next()
                .unwrap_or_default()
                .split(',')
                .map(str::to_owned)
                .collect();
            Mount {
                source: if target.is_some() {
                    first.to_owned()
                } else {
                    String::new()
                },
                options,
                span: node.span,
            }
        }
        None => {
            let propagation = node.at(&["bind", "propagation"]).and_then(Node::as_str);
            Mount {
                source: node.str_at("source").unwrap_or_default().to_owned(),
                options: propagation.into_iter().map(str::to_owned).collect(),
                span: node.span,
            }
        }
    };
    service.node.list("volumes").iter().map(mount).collect()
}

/// A published port.
pub(crate) struct Port {
    /// The host's address; empty for every one.
    pub address: String,
    /// The host's port, or ports; empty for a random one.
    pub published: String,
    /// The service's port.
    pub target: String,
    /// Where it is written.
    pub span: Span,
}

impl Port {
    /// Whether it is open on every interface.
    pub(crate) fn is_everywhere(&self) -> bool {
        matches!(self.address.as_str(), "" | "0.0.0.0" | "::" | "[::]")
    }
}

/// Every port that a service publishes, in either form.
pub(crate) fn ports(service: &Service<'_>) -> Vec<Port> {
    let port = |node: &Node| match node.as_str() {
        Some(short) => {
            let short = short.split('/').next().unwrap_or_default();
            let (rest, target) = short.rsplit_once(':').unwrap_or(("", short));
            let (address, published) = rest.rsplit_once(':').unwrap_or(("", rest));
            Port {
                address: address.to_owned(),
                published: published.to_owned(),
                target: target.to_owned(),
                span: node.span,
            }
        }
        None => {
            let text = |key: &str| node.str_at(key).unwrap_or_default().to_owned();
            Port {
                address: text("host_ip"),
                published: text("published"),
                target: text("target"),
                span: node.span,
            }
        }
    };
    service.node.list("ports").iter().map(port).collect()
}

/// Names and values of an environment, written as a map or as a list of `NAME=value`.
pub(crate) fn assignments(node: &Node) -> Vec<(String, (Span, &str))> {
    let of_map = node
        .entries()
        .filter_map(|(key, value)| Some((key.as_str()?.to_owned(), (value.span, value.as_str()?))));
    let of_list = node.items().iter().filter_map(|item| {
        let (name, value) = item.as_str()?.split_once('=')?;
        Some((name.to_owned(), (item.span, value)))
    });
    of_map.chain(of_list).collect()
}
