//! Kustomize overlays: what a kustomization makes of the files and the other kustomizations
//! it names.
//!
//! Followed are resources, bases, components, patches in their three forms, images, the
//! namespace, and what `transform` does. Prefixes are left out on purpose: they change names
//! and what refers to them alike. Nothing is fetched: a remote base is a gap.

use std::collections::{BTreeMap, BTreeSet};

use lazaret_model::{Gap, GapKind};

use super::node::{Node, Span, Value};
use super::object::Object;
use super::transform::{self, hits};
use super::{patch, yaml};

/// Kustomizations within kustomizations.
const MAX_DEPTH: usize = 16;

/// Objects that all overlays of a run may make together.
const MAX_OBJECTS: usize = 100_000;

/// Kinds that live in no namespace.
const CLUSTER: &[&str] = &[
    "Namespace",
    "Node",
    "PersistentVolume",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "StorageClass",
    "PriorityClass",
    "IngressClass",
    "GatewayClass",
    "RuntimeClass",
    "ValidatingWebhookConfiguration",
    "MutatingWebhookConfiguration",
];

/// Whether a file is a kustomization, by its name.
pub(super) fn is_kustomization(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    matches!(
        name,
        "kustomization.yaml" | "kustomization.yml" | "Kustomization"
    )
}

/// What was read of one file.
pub(super) struct Read {
    /// Its path.
    pub path: String,
    /// Its documents that are no objects: kustomizations, patches, JSON patches.
    pub documents: Vec<Node>,
    /// Its objects.
    pub objects: Vec<Object>,
}

/// Renders the kustomizations of a run.
pub(super) struct Kustomize<'a> {
    files: BTreeMap<&'a str, &'a Read>,
    /// Texts of files that generators may name.
    texts: &'a BTreeMap<&'a str, &'a str>,
    /// Kustomizations by directory.
    roots: BTreeMap<String, &'a Node>,
    /// What could not be followed.
    pub gaps: Vec<Gap>,
    made: usize,
    reached: BTreeSet<String>,
}

impl<'a> Kustomize<'a> {
    /// Over everything that was read.
    pub(super) fn new(read: &'a [Read], texts: &'a BTreeMap<&'a str, &'a str>) -> Self {
        let files: BTreeMap<&str, &Read> =
            read.iter().map(|one| (one.path.as_str(), one)).collect();
        let kustomizations = read.iter().filter(|one| is_kustomization(&one.path));
        let roots = kustomizations
            .filter_map(|one| Some((directory(&one.path).to_owned(), one.documents.first()?)))
            .collect();
        Self {
            files,
            texts,
            roots,
            gaps: Vec::new(),
            made: 0,
            reached: BTreeSet::new(),
        }
    }

    /// Directories of the kustomizations that no other one uses.
    pub(super) fn outermost(&self) -> Vec<String> {
        let used: BTreeSet<String> = self
            .roots
            .iter()
            .flat_map(|(dir, node)| references(node).into_iter().map(move |one| join(dir, &one)))
            .collect();
        self.roots
            .keys()
            .filter(|dir| !used.contains(*dir))
            .cloned()
            .collect()
    }

    /// A kustomization that nothing has rendered yet.
    pub(super) fn unreached(&self) -> Option<String> {
        self.roots
            .keys()
            .find(|dir| !self.reached.contains(*dir))
            .cloned()
    }

    /// Files that some kustomization uses: they are judged as it makes them.
    pub(super) fn used(&self) -> BTreeSet<String> {
        let mut used = BTreeSet::new();
        for (dir, node) in &self.roots {
            used.extend(references(node).into_iter().map(|one| join(dir, &one)));
            for key in ["patches", "patchesJson6902", "patchesStrategicMerge"] {
                let paths = node
                    .list(key)
                    .iter()
                    .filter_map(|one| one.str_at("path").or_else(|| one.as_str()));
                used.extend(
                    paths
                        .filter(|path| !path.contains('\n'))
                        .map(|path| join(dir, path)),
                );
            }
        }
        used
    }

    /// The objects that the kustomization of `dir` makes.
    pub(super) fn render(&mut self, dir: &str) -> Vec<Object> {
        let mut objects = Vec::new();
        self.build(dir, &mut objects, 0);
        objects
    }

    fn gap(&mut self, dir: &str, kind: GapKind, detail: String) {
        self.gaps.push(Gap::new(
            kind,
            if dir.is_empty() {
                "kustomization".to_owned()
            } else {
                dir.to_owned()
            },
            detail,
        ));
    }

    fn build(&mut self, dir: &str, objects: &mut Vec<Object>, depth: usize) {
        let Some(node) = self.roots.get(dir).copied() else {
            return;
        };
        self.reached.insert(dir.to_owned());
        if depth > MAX_DEPTH {
            return self.gap(
                dir,
                GapKind::Limit,
                format!("kustomizations nested more than {MAX_DEPTH} deep"),
            );
        }
        let start = objects.len();
        for reference in references(node) {
            let target = join(dir, &reference);
            if self.roots.contains_key(&target) {
                self.build(&target, objects, depth + 1);
            } else if let Some(file) = self.files.get(target.as_str()) {
                self.made = self.made.saturating_add(file.objects.len());
                if self.made > MAX_OBJECTS {
                    return self.gap(
                        dir,
                        GapKind::Limit,
                        format!("overlays make more than {MAX_OBJECTS} objects"),
                    );
                }
                objects.extend(file.objects.iter().cloned());
            } else {
                self.gap(
                    dir,
                    GapKind::Skipped,
                    format!("`{reference}` is not among the files, and is not fetched"),
                );
            }
        }
        if !node.list("helmCharts").is_empty() {
            self.gap(
                dir,
                GapKind::Unsupported,
                "charts of a kustomization are not rendered".to_owned(),
            );
        }
        let made = transform::generated(node, |path| {
            self.texts.get(join(dir, path).as_str()).copied()
        });
        self.made = self.made.saturating_add(made.len());
        objects.extend(made);
        // A component changes what the kustomization that names it has gathered so far.
        let from = if node.str_at("kind") == Some("Component") {
            0
        } else {
            start
        };
        if let Some(own) = objects.get_mut(from..) {
            self.change(dir, node, own);
        }
    }

    fn change(&self, dir: &str, node: &Node, objects: &mut [Object]) {
        for one in node.list("patchesStrategicMerge") {
            for document in self.documents(dir, one) {
                strategic(objects, &document, None);
            }
        }
        for key in ["patches", "patchesJson6902"] {
            for one in node.list(key) {
                let body = one.get("patch").or_else(|| one.get("path"));
                for document in body.into_iter().flat_map(|body| self.documents(dir, body)) {
                    match &document.value {
                        Value::Seq(operations) => {
                            for object in objects.iter_mut().filter(|object| {
                                one.get("target").is_some_and(|target| hits(target, object))
                            }) {
                                patch::apply(&mut object.node, operations);
                            }
                        }
                        _ => strategic(objects, &document, one.get("target")),
                    }
                }
            }
        }
        for object in objects.iter_mut() {
            if let Some(namespace) = node
                .get("namespace")
                .filter(|_| !CLUSTER.contains(&object.kind()))
            {
                set_namespace(object, namespace);
            }
            transform::apply(node, object);
            for image in node.list("images") {
                set_image(&mut object.node, image, 0);
            }
        }
    }

    /// The documents of a patch: those of the file it names, or the text itself.
    fn documents(&self, dir: &str, node: &Node) -> Vec<Node> {
        let Some(text) = node.as_str() else {
            return Vec::new();
        };
        if let Some(file) = self.files.get(join(dir, text).as_str()) {
            return file
                .objects
                .iter()
                .map(|object| object.node.clone())
                .chain(file.documents.iter().cloned())
                .collect();
        }
        let mut documents = yaml::read(text, node.span.file).documents;
        documents
            .iter_mut()
            .for_each(|document| put_at(document, node.span));
        documents
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

/// What a kustomization is built from, components last.
fn references(node: &Node) -> Vec<String> {
    let lists = ["resources", "bases", "components"]
        .into_iter()
        .flat_map(|key| node.list(key));
    lists.filter_map(Node::as_str).map(str::to_owned).collect()
}

fn directory(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(dir, _)| dir)
}

/// A path below a directory, `.` and `..` resolved; one that leaves the root stays as it is.
fn join(dir: &str, path: &str) -> String {
    let mut parts: Vec<&str> = dir.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    return path.to_owned();
                }
            }
            _ => parts.push(part),
        }
    }
    let root = if dir.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

/// Lays a patch over the objects it is for: those of its target, or the one it names itself.
fn strategic(objects: &mut [Object], document: &Node, target: Option<&Node>) {
    let name = document.at(&["metadata", "name"]).and_then(Node::as_str);
    let kind = document.str_at("kind");
    for object in objects.iter_mut() {
        let meant = match target {
            Some(target) => hits(target, object),
            None => Some(object.kind()) == kind && Some(object.name()) == name,
        };
        if !meant {
            continue;
        }
        let (own_kind, own_name) = (
            object.node.get("kind").cloned(),
            object.node.at(&["metadata", "name"]).cloned(),
        );
        patch::merge(&mut object.node, document);
        // A patch with a target may have any name; the object keeps its own.
        restore(&mut object.node, own_kind, own_name);
    }
}

fn restore(node: &mut Node, kind: Option<Node>, name: Option<Node>) {
    let Value::Map(entries) = &mut node.value else {
        return;
    };
    for (key, value) in entries {
        match key.as_str() {
            Some("kind") => *value = kind.clone().unwrap_or_default(),
            Some("metadata") => {
                if let (Value::Map(meta), Some(name)) = (&mut value.value, &name) {
                    for (_, own) in meta
                        .iter_mut()
                        .filter(|(key, _)| key.as_str() == Some("name"))
                    {
                        *own = name.clone();
                    }
                }
            }
            _ => {}
        }
    }
}

fn set_namespace(object: &mut Object, namespace: &Node) {
    let Value::Map(entries) = &mut object.node.value else {
        return;
    };
    let Some((_, meta)) = entries
        .iter_mut()
        .find(|(key, _)| key.as_str() == Some("metadata"))
    else {
        return;
    };
    let Value::Map(meta) = &mut meta.value else {
        return;
    };
    meta.retain(|(key, _)| key.as_str() != Some("namespace"));
    meta.push((
        Node {
            span: namespace.span,
            ..Node::text("namespace")
        },
        namespace.clone(),
    ));
}

/// Changes name, tag or digest of every image of that name below `node`.
fn set_image(node: &mut Node, change: &Node, depth: usize) {
    if depth > yaml::MAX_DEPTH {
        return;
    }
    match &mut node.value {
        Value::Map(entries) => {
            for (key, value) in entries {
                let new = value
                    .as_str()
                    .filter(|_| key.as_str() == Some("image"))
                    .and_then(|old| renamed(old, change));
                match new {
                    Some(new) => {
                        *value = Node {
                            span: change.span,
                            ..Node::text(&new)
                        }
                    }
                    None => set_image(value, change, depth + 1),
                }
            }
        }
        Value::Seq(items) => items
            .iter_mut()
            .for_each(|item| set_image(item, change, depth + 1)),
        Value::Scalar { .. } | Value::Reference(_) | Value::Unknown => {}
    }
}

fn renamed(image: &str, change: &Node) -> Option<String> {
    let (rest, digest) = image
        .split_once('@')
        .map_or((image, None), |(rest, digest)| (rest, Some(digest)));
    let slash = rest.rfind('/').map_or(0, |at| at + 1);
    let colon = rest
        .get(slash..)
        .and_then(|name| name.find(':'))
        .map(|at| slash + at);
    let (name, tag) = colon.map_or((rest, None), |at| {
        (rest.get(..at).unwrap_or(rest), rest.get(at + 1..))
    });
    if change.str_at("name") != Some(name) {
        return None;
    }
    let name = change.str_at("newName").unwrap_or(name);
    Some(match (change.str_at("digest"), change.str_at("newTag")) {
        (Some(digest), _) => format!("{name}@{digest}"),
        (None, Some(tag)) => format!("{name}:{tag}"),
        (None, None) => {
            let tag = tag.map(|tag| format!(":{tag}")).unwrap_or_default();
            let digest = digest
                .map(|digest| format!("@{digest}"))
                .unwrap_or_default();
            format!("{name}{tag}{digest}")
        }
    })
}
