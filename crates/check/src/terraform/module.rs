//! Modules: the files of one directory, the modules they call, the resources that come of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use hcl_edit::structure::{Block, Structure};

use super::eval::{Bound, Env, File, copies, header, place};
use super::json;
use crate::manifest::node::{Node, Span};

/// Modules within modules that are followed.
const MAX_CALLS: usize = 8;

/// Resources of one run.
const MAX_RESOURCES: usize = 200_000;

/// A resource or data source with the values it is given.
#[derive(Debug, Clone)]
pub(crate) struct Resource {
    /// `aws_ecr_repository`; data sources begin with `data.`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The directory of its module; references hold within one.
    pub module: String,
    /// Its attributes and blocks.
    pub node: Node,
    /// The line that opens it.
    pub span: Span,
    /// All of it.
    pub around: Span,
}

impl Resource {
    /// `type.name`, as references write it.
    pub(crate) fn address(&self) -> String {
        format!("{}.{}", self.kind, self.name)
    }
}

/// Every directory's files, and what could be read of them.
pub(super) struct Modules<'a> {
    files: BTreeMap<String, Vec<File<'a>>>,
}

/// What a run gives.
#[derive(Default)]
pub(super) struct Evaluated {
    /// Every resource.
    pub resources: Vec<Resource>,
    /// Directories whose values were cut at the bound.
    pub exhausted: BTreeSet<String>,
}

impl<'a> Modules<'a> {
    /// Modules of files with the directories they stand in.
    pub(super) fn new(files: Vec<(String, File<'a>)>) -> Self {
        let mut all: BTreeMap<String, Vec<File<'a>>> = BTreeMap::new();
        for (directory, file) in files {
            all.entry(directory).or_default().push(file);
        }
        Self { files: all }
    }

    /// Evaluates every module: those that nobody calls with their defaults, the others as called.
    pub(super) fn evaluate(&self) -> Evaluated {
        let called: BTreeSet<String> = self
            .files
            .iter()
            .flat_map(|(directory, files)| calls(directory, files))
            .collect();
        let mut out = Evaluated::default();
        let mut reached = BTreeSet::new();
        for directory in self
            .files
            .keys()
            .filter(|directory| !called.contains(*directory))
        {
            self.module(directory, HashMap::new(), 0, &mut reached, &mut out);
        }
        // Modules that only call each other, or that are called from beyond the bound.
        for directory in self.files.keys() {
            if !reached.contains(directory) {
                self.module(directory, HashMap::new(), MAX_CALLS, &mut reached, &mut out);
            }
        }
        out
    }

    /// Evaluates one module with arguments; gives its outputs.
    fn module(
        &self,
        directory: &str,
        arguments: HashMap<String, Node>,
        depth: usize,
        reached: &mut BTreeSet<String>,
        out: &mut Evaluated,
    ) -> HashMap<String, Node> {
        let Some(files) = self.files.get(directory) else {
            return HashMap::new();
        };
        reached.insert(directory.to_owned());
        let mut env = Env::new(variables(files, arguments));
        for (block, file) in blocks(files) {
            match (block.ident.as_str(), labels(block).as_slice()) {
                ("locals", _) => {
                    for attribute in block.body.attributes() {
                        env.locals
                            .insert(attribute.key.as_str(), (&attribute.value, file));
                    }
                }
                ("resource", [kind, name]) => {
                    env.blocks.insert(format!("{kind}.{name}"), (block, file));
                }
                ("data", [kind, name]) => {
                    env.blocks
                        .insert(format!("data.{kind}.{name}"), (block, file));
                }
                _ => {}
            }
        }
        for (block, file) in blocks(files) {
            if let ("module", [name]) = (block.ident.as_str(), labels(block).as_slice()) {
                let outputs = self.call(directory, block, file, &env, depth, reached, out);
                env.outputs.insert((*name).to_owned(), outputs);
            }
        }
        for (block, file) in blocks(files) {
            resources(directory, block, file, &env, out);
        }
        if env.is_exhausted() {
            out.exhausted.insert(directory.to_owned());
        }
        let outputs = blocks(files).filter(|(block, _)| block.ident.as_str() == "output");
        let outputs = outputs.filter_map(|(block, file)| {
            let value = block.body.get_attribute("value")?;
            Some((
                (*labels(block).first()?).to_owned(),
                env.value(&value.value, file, &Bound::default(), 0),
            ))
        });
        outputs.collect()
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one call site, and each is a thing of its own"
    )]
    fn call(
        &self,
        directory: &str,
        block: &Block,
        file: &File<'_>,
        env: &Env<'_>,
        depth: usize,
        reached: &mut BTreeSet<String>,
        out: &mut Evaluated,
    ) -> HashMap<String, Node> {
        let Some(target) = local_source(directory, block).filter(|_| depth < MAX_CALLS) else {
            return HashMap::new();
        };
        let node = env.body(&block.body, file, &Bound::default(), 0);
        let arguments = node.entries().filter_map(|(key, value)| {
            let name = key.as_str()?;
            (!matches!(
                name,
                "source" | "version" | "providers" | "count" | "for_each" | "depends_on"
            ))
            .then(|| (name.to_owned(), value.clone()))
        });
        self.module(&target, arguments.collect(), depth + 1, reached, out)
    }
}

fn blocks<'f, 'a>(files: &'f [File<'a>]) -> impl Iterator<Item = (&'f Block, &'f File<'a>)> {
    files
        .iter()
        .flat_map(|file| file.body.blocks().map(move |block| (block, file)))
}

fn labels(block: &Block) -> Vec<&str> {
    block.labels.iter().map(|label| label.as_str()).collect()
}

/// Directories that modules of these files are called from.
fn calls(directory: &str, files: &[File<'_>]) -> Vec<String> {
    let modules = blocks(files).filter(|(block, _)| block.ident.as_str() == "module");
    modules
        .filter_map(|(block, _)| local_source(directory, block))
        .collect()
}

/// The directory a module is taken from, when that is a path.
fn local_source(directory: &str, block: &Block) -> Option<String> {
    let source = block.body.get_attribute("source")?.value.as_str()?;
    if !source.starts_with("./") && !source.starts_with("../") {
        return None;
    }
    let mut parts: Vec<&str> = directory
        .split('/')
        .filter(|part| !part.is_empty())
        .collect();
    for part in source.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    let root = if directory.starts_with('/') { "/" } else { "" };
    Some(format!("{root}{}", parts.join("/")))
}

/// Values of variables: arguments first, then `*.tfvars`, then defaults.
fn variables(files: &[File<'_>], arguments: HashMap<String, Node>) -> HashMap<String, Node> {
    let env = Env::new(HashMap::new());
    let mut values = HashMap::new();
    for (block, file) in blocks(files) {
        if block.ident.as_str() != "variable" {
            continue;
        }
        let (Some(name), Some(default)) =
            (block.labels.first(), block.body.get_attribute("default"))
        else {
            continue;
        };
        values.insert(
            name.as_str().to_owned(),
            env.value(&default.value, file, &Bound::default(), 0),
        );
    }
    // Files of assignments have no blocks and nothing but values.
    for file in files {
        for structure in &file.body {
            if let Structure::Attribute(attribute) = structure {
                values.insert(
                    attribute.key.as_str().to_owned(),
                    env.value(&attribute.value, file, &Bound::default(), 0),
                );
            }
        }
    }
    values.extend(arguments);
    values
}

/// The resources that a block stands for: none where `count` is 0, copies where `for_each` is known.
fn resources(directory: &str, block: &Block, file: &File<'_>, env: &Env<'_>, out: &mut Evaluated) {
    let labels = labels(block);
    // Settings of providers and defaults of variables may hold credentials.
    let (prefix, kind, name) = match (block.ident.as_str(), labels.as_slice()) {
        ("resource", [kind, name]) => ("", *kind, *name),
        ("data", [kind, name]) => ("data.", *kind, *name),
        ("provider", [name]) => ("", "provider", *name),
        ("variable", [name]) => ("", "variable", *name),
        _ => return,
    };
    let given = |key: &str| {
        block
            .body
            .get_attribute(key)
            .map(|one| env.value(&one.value, file, &Bound::default(), 0))
    };
    if given("count").and_then(|count| count.as_int()) == Some(0) {
        return;
    }
    let each = given("for_each");
    let copies = if each.is_some() {
        copies(each.as_ref())
    } else {
        vec![(Node::default(), Node::default())]
    };
    for (key, value) in copies {
        if out.resources.len() >= MAX_RESOURCES {
            out.exhausted.insert(directory.to_owned());
            return;
        }
        let bound = if each.is_some() {
            Bound::default().with("each", key, value)
        } else {
            Bound::default()
        };
        let (node, span, around) = placed(block, file, env, &bound);
        let kind = format!("{prefix}{kind}");
        out.resources.push(Resource {
            kind,
            name: name.to_owned(),
            module: directory.to_owned(),
            node,
            span,
            around,
        });
    }
}

/// What a block evaluates to, where it begins, and all of it.
fn placed(block: &Block, file: &File<'_>, env: &Env<'_>, bound: &Bound) -> (Node, Span, Span) {
    let mut node = env.body(&block.body, file, bound, 0);
    if let Some((span, written)) = json::written(file, block) {
        json::align(&mut node, written);
        node.span = span;
        return (node, span, written.span);
    }
    let span = header(block, file);
    node.span = span;
    let around = Span {
        end: place(hcl_edit::Span::span(block), file).end,
        ..span
    };
    (node, span, around)
}
