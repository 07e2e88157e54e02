//! What a kustomization makes besides what it gathers: ConfigMaps and Secrets from literals and
//! files, numbers of replicas, labels and annotations.
//!
//! Names stay as they are written: prefixes, suffixes and the hash of a generated object change
//! names and what refers to them alike (Kustomize documentation, "kustomization.yaml").

use super::node::{Node, Span, Value};
use super::object::Object;

/// Literals and lines of one generator.
const MOST: usize = 10_000;

/// The ConfigMaps and Secrets that generators of a kustomization make; `text` gives the text of
/// a file by its path, where it is among the files.
pub(super) fn generated<'a>(node: &Node, text: impl Fn(&str) -> Option<&'a str>) -> Vec<Object> {
    let mut objects = Vec::new();
    for (key, kind) in [
        ("configMapGenerator", "ConfigMap"),
        ("secretGenerator", "Secret"),
    ] {
        for one in node.list(key) {
            objects.push(Object {
                node: object(one, kind, node.get("namespace"), &text),
            });
        }
    }
    objects
}

fn object<'a>(
    one: &Node,
    kind: &str,
    namespace: Option<&Node>,
    text: &impl Fn(&str) -> Option<&'a str>,
) -> Node {
    let word = |value: &str| Node {
        span: one.span,
        ..Node::text(value)
    };
    let map = |entries: Vec<(Node, Node)>| Node {
        value: Value::Map(entries),
        span: one.span,
    };
    let data = data(one, kind, text);
    let mut meta = vec![(word("name"), one.get("name").cloned().unwrap_or_default())];
    if let Some(namespace) = one.get("namespace").or(namespace) {
        meta.push((word("namespace"), namespace.clone()));
    }
    let field = if kind == "Secret" {
        "stringData"
    } else {
        "data"
    };
    let mut entries = vec![
        (word("apiVersion"), word("v1")),
        (word("kind"), word(kind)),
        (word("metadata"), map(meta)),
        (word(field), map(data)),
    ];
    if let Some(kind) = one.get("type") {
        entries.push((word("type"), kind.clone()));
    }
    map(entries)
}

/// Keys and values of a generator: literals, lines of files, and files.
fn data<'a>(one: &Node, kind: &str, text: &impl Fn(&str) -> Option<&'a str>) -> Vec<(Node, Node)> {
    let mut data: Vec<(Node, Node)> = Vec::new();
    for literal in one.list("literals").iter().take(MOST) {
        let pair = literal.as_str().and_then(|text| text.split_once('='));
        data.extend(pair.map(|(name, value)| entry(name, value, literal.span)));
    }
    let envs = one.list("envs").iter().chain(one.get("env"));
    for file in envs {
        let lines = file
            .as_str()
            .and_then(text)
            .into_iter()
            .flat_map(str::lines);
        let lines = lines.map(str::trim).filter(|line| !line.starts_with('#'));
        let pairs = lines.filter_map(|line| line.split_once('='));
        // Whether such a file is kept in the repository is not told here, and one of secrets
        // mostly is not.
        let shown = |value: &'a str| if kind == "Secret" { "" } else { value.trim() };
        data.extend(
            pairs
                .take(MOST)
                .map(|(name, value)| entry(name.trim(), shown(value), file.span)),
        );
    }
    for file in one.list("files").iter().take(MOST) {
        // `KEY=PATH`, or a path whose last part is the key. What the file holds is another
        // scanner's matter.
        let written = file.as_str().unwrap_or_default();
        let name = written.split_once('=').map_or_else(
            || written.rsplit('/').next().unwrap_or(written),
            |(name, _)| name,
        );
        data.push(entry(name, "", file.span));
    }
    data
}

fn entry(name: &str, value: &str, span: Span) -> (Node, Node) {
    let word = |text: &str| Node {
        span,
        ..Node::text(text)
    };
    (word(name), word(value))
}

/// Applies replicas, labels and annotations of a kustomization to an object.
pub(super) fn apply(node: &Node, object: &mut Object) {
    for one in node.list("replicas") {
        let scaled = matches!(
            object.kind(),
            "Deployment" | "StatefulSet" | "ReplicaSet" | "ReplicationController"
        );
        if let Some(count) = one.get("count")
            && scaled
            && one.str_at("name") == Some(object.name())
        {
            put(&mut object.node, &["spec"], "replicas", count);
        }
    }
    for (key, value) in pairs(node.get("commonAnnotations")) {
        for path in [&["metadata", "annotations"][..], TEMPLATE_NOTES] {
            put(&mut object.node, path, &key, &value);
        }
    }
    for (key, value) in pairs(node.get("commonLabels")) {
        label(object, &key, &value, true, true);
    }
    for one in node.list("labels") {
        let selectors = one.is_true("includeSelectors");
        let templates = selectors || one.is_true("includeTemplates");
        for (key, value) in pairs(one.get("pairs")) {
            label(object, &key, &value, templates, selectors);
        }
    }
}

const TEMPLATE_NOTES: &[&str] = &["spec", "template", "metadata", "annotations"];

/// Paths of the labels of pods within what makes them.
const TEMPLATES: &[&[&str]] = &[
    &["spec", "template", "metadata", "labels"],
    &[
        "spec",
        "jobTemplate",
        "spec",
        "template",
        "metadata",
        "labels",
    ],
];

fn pairs(node: Option<&Node>) -> Vec<(String, Node)> {
    let all = node.into_iter().flat_map(Node::entries);
    all.filter_map(|(key, value)| Some((key.as_str()?.to_owned(), value.clone())))
        .collect()
}

fn label(object: &mut Object, key: &str, value: &Node, templates: bool, selectors: bool) {
    put(&mut object.node, &["metadata", "labels"], key, value);
    if templates {
        for path in TEMPLATES {
            put(&mut object.node, path, key, value);
        }
    }
    let path: &[&str] = match object.kind() {
        _ if !selectors => return,
        "Service" | "ReplicationController" => &["spec", "selector"],
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" => {
            &["spec", "selector", "matchLabels"]
        }
        "NetworkPolicy" => &["spec", "podSelector", "matchLabels"],
        "PodDisruptionBudget" => &["spec", "selector", "matchLabels"],
        _ => return,
    };
    // A selector that is not there, or is empty, means what it means.
    let there = object.node.at(path).is_some_and(|one| !one.is_empty());
    if there {
        put(&mut object.node, path, key, value);
    }
}

/// Sets `key` in the map at `path`. The last part of the path is made where the one before it
/// is there; nothing else is.
fn put(node: &mut Node, path: &[&str], key: &str, value: &Node) {
    let Value::Map(entries) = &mut node.value else {
        return;
    };
    let name = |text: &str| Node {
        span: value.span,
        ..Node::text(text)
    };
    let Some((first, rest)) = path.split_first() else {
        match entries
            .iter_mut()
            .find(|(own, _)| own.as_str() == Some(key))
        {
            Some((_, own)) => *own = value.clone(),
            None => entries.push((name(key), value.clone())),
        }
        return;
    };
    let own = entries
        .iter_mut()
        .find(|(own, _)| own.as_str() == Some(first));
    match own {
        Some((_, below)) if rest.is_empty() && below.is_null() => {
            below.value = Value::Map(vec![(name(key), value.clone())]);
        }
        Some((_, below)) => put(below, rest, key, value),
        None if rest.is_empty() => {
            let map = Node {
                value: Value::Map(vec![(name(key), value.clone())]),
                span: value.span,
            };
            entries.push((name(first), map));
        }
        None => {}
    }
}

/// Whether a target of a patch (kind, group, version, name, namespace, labels, annotations)
/// means an object. Names are regular expressions that hold for the whole name; followed are
/// alternatives and `.*` at the end, others are taken as met.
pub(super) fn hits(target: &Node, object: &Object) -> bool {
    let is = |key: &str, own: &str| target.str_at(key).is_none_or(|wanted| fits(wanted, own));
    let selected = |key: &str, field: &str| {
        let wanted = target.str_at(key).unwrap_or_default();
        let own = object.node.at(&["metadata", field]);
        wanted
            .split(',')
            .map(str::trim)
            .filter(|one| !one.is_empty())
            .all(|one| holds(one, own))
    };
    is("kind", object.kind())
        && is("name", object.name())
        && is("namespace", object.namespace())
        && target
            .str_at("group")
            .is_none_or(|group| group == object.group())
        && selected("labelSelector", "labels")
        && selected("annotationSelector", "annotations")
}

fn fits(wanted: &str, own: &str) -> bool {
    let wanted = wanted.trim_start_matches('^').trim_end_matches('$');
    wanted.split('|').any(|one| {
        let one = one.trim_matches(['(', ')']);
        match one.strip_suffix(".*") {
            Some(head) if !is_expression(head) => own.starts_with(head),
            _ if is_expression(one) => true,
            _ => one == own,
        }
    })
}

fn is_expression(text: &str) -> bool {
    text.contains(['*', '+', '?', '[', '(', '\\', '{'])
}

/// `key=value`, `key!=value`, `key`, `!key`; sets are taken as met.
fn holds(condition: &str, labels: Option<&Node>) -> bool {
    let own = |key: &str| labels.and_then(|all| all.str_at(key.trim()));
    if condition.contains(['(', ' ']) {
        return true;
    }
    if let Some((key, value)) = condition.split_once("!=") {
        return own(key) != Some(value.trim());
    }
    if let Some((key, value)) = condition.split_once('=') {
        return own(key) == Some(value.trim_start_matches('=').trim());
    }
    match condition.strip_prefix('!') {
        Some(key) => own(key).is_none(),
        None => own(condition).is_some(),
    }
}
