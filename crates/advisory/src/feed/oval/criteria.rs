//! What the conditions of a definition say about packages.
//!
//! A definition is a formula over tests. It is read as what it is in every vendor's
//! files: packages below a version, inside the releases, modules and architectures that
//! are asked for beside them. Signatures, and which kernel is running, do not matter.

use lazaret_version::{Interval, Range, Scheme};

use super::document::{Document, Node, NodeKind, Object, State};

/// What a definition asks of one package.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fact {
    pub(super) name: String,
    /// The versions that the definition is about.
    pub(super) range: Range,
    /// The version of a state `less than`, which is the fixed one.
    pub(super) fixed: Option<String>,
    /// The comment of the criterion.
    pub(super) comment: String,
    /// The definition says that the package is not affected.
    pub(super) acquits: bool,
    pub(super) context: Context,
}

/// What holds beside the package.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Context {
    /// Releases by the vendor's name, any one of them.
    pub(super) platforms: Vec<String>,
    /// `name:stream`.
    pub(super) module: Option<String>,
    /// Architectures, any one of them.
    pub(super) architectures: Vec<String>,
}

/// Everything that the conditions of `node` say about packages.
pub(super) fn facts(document: &Document, node: &Node, scheme: Scheme) -> Vec<Fact> {
    let mut walk = Walk {
        document,
        scheme,
        facts: Vec::new(),
    };
    walk.node(node, &Context::default());
    walk.facts
}

struct Walk<'a> {
    document: &'a Document,
    scheme: Scheme,
    facts: Vec<Fact>,
}

/// What one test looks at.
enum Meaning {
    Platform(String),
    Module(String),
    Architecture(Vec<String>),
    Packages(Vec<Fact>),
    Nothing,
}

impl Walk<'_> {
    fn node(&mut self, node: &Node, context: &Context) {
        if node.negate {
            return;
        }
        match &node.kind {
            NodeKind::Any(children) => {
                for child in children {
                    self.node(child, context);
                }
            }
            NodeKind::All(children) => {
                let mut inner = context.clone();
                for child in children {
                    self.narrow(child, &mut inner);
                }
                let first = self.facts.len();
                for child in children {
                    self.node(child, &inner);
                }
                self.join(first, children);
            }
            NodeKind::Test { id, comment } => {
                if let Meaning::Packages(facts) = self.meaning(id, comment) {
                    self.facts.extend(facts.into_iter().map(|fact| Fact {
                        context: Context {
                            architectures: match fact.context.architectures.is_empty() {
                                true => context.architectures.clone(),
                                false => fact.context.architectures,
                            },
                            ..context.clone()
                        },
                        ..fact
                    }));
                }
            }
        }
    }

    /// Takes what a condition says of the surroundings into the context.
    fn narrow(&self, node: &Node, context: &mut Context) {
        match &node.kind {
            _ if node.negate => {}
            NodeKind::Test { id, comment } => match self.meaning(id, comment) {
                Meaning::Platform(name) => context.platforms = vec![name],
                Meaning::Module(stream) => context.module = Some(stream),
                Meaning::Architecture(names) => context.architectures = names,
                Meaning::Packages(_) | Meaning::Nothing => {}
            },
            NodeKind::Any(children) => {
                let mut platforms = Vec::new();
                for child in children {
                    let NodeKind::Test { id, comment } = &child.kind else {
                        return;
                    };
                    match self.meaning(id, comment) {
                        Meaning::Platform(name) => platforms.push(name),
                        _ => return,
                    }
                }
                if !platforms.is_empty() {
                    context.platforms = platforms;
                }
            }
            NodeKind::All(_) => {}
        }
    }

    /// Tests of one package that hold together are one range.
    fn join(&mut self, first: usize, children: &[Node]) {
        let are_tests = children
            .iter()
            .all(|c| matches!(c.kind, NodeKind::Test { .. }));
        if !are_tests || self.facts.len() < first + 2 {
            return;
        }
        let mut joined: Vec<Fact> = Vec::new();
        for fact in self.facts.drain(first..) {
            match joined.iter_mut().find(|f| f.name == fact.name) {
                Some(known) => {
                    known.range = known.range.intersect(&fact.range, self.scheme);
                    known.fixed = known.fixed.take().or(fact.fixed);
                    known.acquits |= fact.acquits;
                }
                None => joined.push(fact),
            }
        }
        self.facts.extend(joined);
    }

    fn meaning(&self, id: &str, comment: &str) -> Meaning {
        if let Some(stream) = comment
            .strip_prefix("Module ")
            .and_then(|rest| rest.strip_suffix(" is enabled"))
        {
            return Meaning::Module(stream.to_owned());
        }
        let Some(test) = self.document.tests.get(id) else {
            return told(comment);
        };
        let platform = || match comment.strip_suffix(" is installed") {
            Some(name) => Meaning::Platform(name.to_owned()),
            None => Meaning::Nothing,
        };
        let names = self.names(&test.object);
        let is_release = !names.is_empty() && names.iter().all(|n| n.ends_with("-release"));
        if !test.of_package || (is_release && comment.ends_with(" is installed")) {
            return platform();
        }
        let states: Vec<&State> = test
            .states
            .iter()
            .filter_map(|s| self.document.states.get(s))
            .collect();
        let architectures: Vec<String> = states
            .iter()
            .flat_map(|s| s.architectures.iter().cloned())
            .collect();
        let evr = states.iter().find_map(|s| s.evr.as_ref());
        let version = states.iter().find_map(|s| s.version.as_ref());
        let (range, fixed, acquits) = match (evr, version) {
            (Some((operation, version)), _) => match range(operation, version) {
                Some((range, fixed)) => (range, fixed, false),
                None => return Meaning::Nothing,
            },
            // SUSE writes "not affected" as a version that no package has.
            (None, Some((_, version))) if version == "0" => {
                let acquits = comment.ends_with("is not affected");
                (Range::everything(), None, acquits)
            }
            (None, Some(_)) => return platform(),
            (None, None) if test.states.is_empty() => (Range::everything(), None, false),
            (None, None) if !architectures.is_empty() => {
                return Meaning::Architecture(architectures);
            }
            // A signature.
            (None, None) => return Meaning::Nothing,
        };
        let facts = names.into_iter().map(|name| Fact {
            name,
            range: range.clone(),
            fixed: fixed.clone(),
            comment: comment.to_owned(),
            acquits,
            context: Context {
                architectures: architectures.clone(),
                ..Context::default()
            },
        });
        Meaning::Packages(facts.collect())
    }

    fn names(&self, object: &str) -> Vec<String> {
        match self.document.objects.get(object) {
            None => Vec::new(),
            Some(Object::Name(name)) => vec![name.clone()],
            Some(Object::Variable(id)) => self
                .document
                .variables
                .get(id)
                .into_iter()
                .flatten()
                .map(|value| plain(value).to_owned())
                .collect(),
        }
    }
}

/// What a criterion says whose test is not in the file, as in extracts: its comment is
/// all there is. Names of releases have spaces, names of packages have none.
fn told(comment: &str) -> Meaning {
    let of_package = |name: &str, range: Range, fixed: Option<String>, acquits| {
        if name.is_empty() || name.contains(' ') {
            return Meaning::Nothing;
        }
        Meaning::Packages(vec![Fact {
            name: name.to_owned(),
            range,
            fixed,
            comment: comment.to_owned(),
            acquits,
            context: Context::default(),
        }])
    };
    if let Some((name, version)) = comment.split_once(" is earlier than ") {
        let range = Range::from(Interval::below(version));
        return of_package(name, range, Some(version.to_owned()), false);
    }
    if let Some(name) = comment.strip_suffix(" is not affected") {
        return of_package(name, Range::everything(), None, true);
    }
    if let Some((_, architecture)) = comment.split_once(" arch is ") {
        return Meaning::Architecture(vec![architecture.to_owned()]);
    }
    match comment.strip_suffix(" is installed") {
        Some(name) if name.contains(' ') => Meaning::Platform(name.to_owned()),
        _ => Meaning::Nothing,
    }
}

/// `^libssh-4(?::\w+|)\s+(.*)$` is the package `libssh-4`.
fn plain(pattern: &str) -> &str {
    let pattern = pattern.strip_prefix('^').unwrap_or(pattern);
    let end = pattern.find(['(', '\\', '$', '?', '[']);
    &pattern[..end.unwrap_or(pattern.len())]
}

fn range(operation: &str, version: &str) -> Option<(Range, Option<String>)> {
    let interval = match operation {
        "less than" => {
            let fixed = Some(version.to_owned());
            return Some((Range::from(Interval::below(version)), fixed));
        }
        "less than or equal" => Interval::up_to(version),
        "greater than" => Interval::above(version),
        "greater than or equal" => Interval::from(version),
        "equals" => return Some((Range::exactly([version]), None)),
        _ => return None,
    };
    Some((Range::from(interval), None))
}
