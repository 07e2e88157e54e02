//! A check of Terraform resources, and the words checks are written in.

use std::collections::HashMap;
use std::ops::Range;

use lazaret_model::{FixKind, Severity};

use super::module::Resource;
use super::plan::is_plan;
use super::write;
use crate::manifest::node::{Node, Span};
use crate::{Check, Edit, Finding, Source};

/// A check and the code that looks for it.
pub(crate) struct Rule {
    /// The facts about it.
    pub check: Check,
    /// What to do about a finding.
    pub remedy: &'static str,
    /// Types of the resources it looks at.
    pub kinds: &'static [&'static str],
    /// Looks at one of them.
    pub look: fn(&Resource, &Plan<'_>, &mut Found<'_>),
}

/// Every resource of a run, for look-ups.
pub(crate) struct Plan<'a> {
    by_kind: HashMap<&'a str, Vec<&'a Resource>>,
}

impl<'a> Plan<'a> {
    pub(super) fn new(resources: &'a [Resource]) -> Self {
        let mut by_kind: HashMap<&str, Vec<&Resource>> = HashMap::new();
        for resource in resources {
            by_kind
                .entry(resource.kind.as_str())
                .or_default()
                .push(resource);
        }
        Self { by_kind }
    }

    /// Resources of a type in the module of `near`.
    pub(crate) fn of(&self, kind: &str, near: &Resource) -> impl Iterator<Item = &'a Resource> {
        let module = near.module.clone();
        self.by_kind
            .get(kind)
            .into_iter()
            .flatten()
            .copied()
            .filter(move |one| one.module == module)
    }

    /// Resources of a type whose attribute refers to `target`, or names it by `id`.
    pub(crate) fn referring(
        &self,
        kind: &str,
        attribute: &str,
        target: &Resource,
    ) -> Vec<&'a Resource> {
        self.of(kind, target)
            .filter(|one| {
                one.node
                    .get(attribute)
                    .is_some_and(|node| refers(node, target))
            })
            .collect()
    }
}

/// Whether a value refers to a resource, alone or within a text.
pub(crate) fn refers(node: &Node, target: &Resource) -> bool {
    let address = target.address();
    let at = |text: &str| {
        text.strip_prefix(address.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[', '}']))
    };
    node.as_reference().is_some_and(at)
        || node
            .as_str()
            .is_some_and(|text| text.split("${").skip(1).any(at))
        || node.items().iter().any(|item| refers(item, target))
}

/// Gathers what one check finds.
pub(crate) struct Found<'a> {
    rule: &'static Rule,
    sources: &'a [&'a Source],
    resource: &'a Resource,
    edit: Option<Edit>,
    findings: &'a mut Vec<Finding>,
}

impl<'a> Found<'a> {
    pub(super) fn new(
        rule: &'static Rule,
        sources: &'a [&'a Source],
        resource: &'a Resource,
        findings: &'a mut Vec<Finding>,
    ) -> Self {
        Self {
            rule,
            sources,
            resource,
            edit: None,
            findings,
        }
    }

    /// What mends the next finding: `literal` as the value at `path` of the resource.
    pub(crate) fn set(&mut self, path: &[&str], literal: &str) {
        self.set_in(&self.resource.node, path, literal);
    }

    /// What mends the next finding: `literal` as the value at `path` below `holder`, a block
    /// or an object.
    pub(crate) fn set_in(&mut self, holder: &Node, path: &[&str], literal: &str) {
        let text = self.file(holder.span);
        self.edit = text.and_then(|text| write::set(text, holder, path, literal));
    }

    /// What mends the next finding: lines inside of the resource.
    pub(crate) fn add_lines(&mut self, lines: &[&str]) {
        let holder = self.resource.node.span;
        let text = self.file(holder);
        self.edit = text.and_then(|text| write::lines(text, holder, lines));
    }

    /// What mends the next finding: another last item of `list`.
    pub(crate) fn append(&mut self, list: &Node, literal: &str) {
        let text = self.file(list.span);
        self.edit = text.and_then(|text| write::append(text, list, literal));
    }

    fn file(&self, span: Span) -> Option<&'a str> {
        let source = self.sources.get(span.file as usize)?;
        // What is written here is HCL.
        let is_json = source.path.ends_with(".json") || is_plan(source);
        (!is_json).then_some(source.text.as_str())
    }

    /// A failure at `span`; `what` follows the resource's address.
    pub(crate) fn add(&mut self, span: Span, what: &str) {
        self.put(span, what, |finding| finding);
    }

    /// A failure that only those peers call by a name of theirs.
    pub(crate) fn add_as(&mut self, peers: &[&'static str], span: Span, what: &str) {
        self.put(span, what, |finding| finding.aliases(peers));
    }

    /// A failure of another severity than the check's.
    pub(crate) fn add_rated(
        &mut self,
        peers: &[&'static str],
        span: Span,
        what: &str,
        severity: Severity,
    ) {
        self.put(span, what, |finding| {
            finding.aliases(peers).severity(severity)
        });
    }

    /// A failure at a value that must not be shown.
    pub(crate) fn add_secret(&mut self, span: Span, what: &str) {
        self.put(span, what, |finding| finding.conceal(range(span)));
    }

    fn put(&mut self, span: Span, what: &str, shape: impl FnOnce(Finding) -> Finding) {
        let span = if span.line == 0 {
            self.resource.span
        } else {
            span
        };
        let edit = self.edit.take();
        let Some(source) = self.sources.get(span.file as usize) else {
            return;
        };
        let address = self.resource.address();
        let around = if self.resource.around.file == span.file {
            self.resource.around
        } else {
            span
        };
        let finding = Finding::new(
            &self.rule.check,
            source,
            range(span),
            format!("`{address}` {what}"),
        )
        .within(range(around))
        .remedy(self.rule.remedy)
        .resource(address);
        let mut finding = shape(finding);
        match edit {
            Some(edit) => finding.edits.push(edit),
            // What is automatic as a rule needs a person where there is no edit.
            None if finding.fix == FixKind::Auto => finding.fix = FixKind::Suggested,
            None => {}
        }
        self.findings.push(finding);
    }

    /// Fails unless the value at `path` is true; `default` is what nothing means. A value that
    /// only Terraform could tell is reported as unknown.
    pub(crate) fn want_true(
        &mut self,
        peers: &[&'static str],
        path: &[&str],
        default: bool,
        what: &str,
    ) {
        self.set(path, "true");
        self.want(peers, path, default, what, |node| {
            node.as_bool() == Some(true)
        });
    }

    /// Fails unless the value at `path` is not true; nothing means false.
    pub(crate) fn want_false(&mut self, peers: &[&'static str], path: &[&str], what: &str) {
        self.want(peers, path, true, what, |node| node.as_bool() != Some(true));
    }

    /// Fails unless something is given at `path`.
    pub(crate) fn want_set(&mut self, peers: &[&'static str], path: &[&str], what: &str) {
        let (node, span) = find(&self.resource.node, path);
        if node.is_none_or(Node::is_empty) {
            self.add_as(peers, span, what);
        }
    }

    /// Fails unless `good` holds for the value at `path`.
    pub(crate) fn want(
        &mut self,
        peers: &[&'static str],
        path: &[&str],
        default: bool,
        what: &str,
        good: impl Fn(&Node) -> bool,
    ) {
        let (node, span) = find(&self.resource.node, path);
        match node.filter(|node| !node.is_null()) {
            None if default => {}
            None => self.add_as(peers, span, what),
            Some(node) if node.is_unknown() => {
                self.edit = None;
                self.put(
                    span,
                    &format!(
                        "may be wrong: it {what} unless a value that is not known here says otherwise"
                    ),
                    |finding| finding.aliases(peers).unknown(),
                );
            }
            Some(node) if !good(node) => self.add_as(peers, node.span, what),
            Some(_) => {}
        }
        // What mends this one mends no other.
        self.edit = None;
    }
}

/// The value at a path of attributes and blocks (of several blocks of one name the first), and
/// where a reader looks when it is not there.
pub(crate) fn find<'n>(node: &'n Node, path: &[&str]) -> (Option<&'n Node>, Span) {
    let mut node = node;
    let mut span = node.span;
    for key in path {
        let holder = node.items().first().unwrap_or(node);
        span = holder.span;
        match holder.get(key) {
            Some(below) => node = below,
            // What is inside of something unknown is unknown.
            None if holder.is_unknown() => return (Some(holder), span),
            None => return (None, span),
        }
    }
    (
        Some(node),
        if node.span.line == 0 { span } else { node.span },
    )
}

/// Blocks of one name: every item of a list, or the one map that is not in a list.
pub(crate) fn each<'n>(node: &'n Node, key: &str) -> Vec<&'n Node> {
    match node.get(key) {
        Some(list) if !list.items().is_empty() => list.items().iter().collect(),
        Some(one) if one.entries().next().is_some() => vec![one],
        _ => Vec::new(),
    }
}

/// Whether a list of address ranges, or one range, has the whole internet in it: its entry.
pub(crate) fn open_range(node: &Node) -> Option<&Node> {
    let everywhere = |node: &&Node| {
        matches!(
            node.as_str(),
            Some(
                "0.0.0.0/0"
                    | "::/0"
                    | "*"
                    | "0.0.0.0"
                    | "::"
                    | "Internet"
                    | "internet"
                    | "any"
                    | "Any"
                    | "/0"
            )
        )
    };
    if node.items().is_empty() {
        Some(node).filter(everywhere)
    } else {
        node.items().iter().find(everywhere)
    }
}

fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}
