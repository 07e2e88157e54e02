//! A check of Kubernetes manifests, and what it is run on.

use std::ops::Range;

use lazaret_model::FixKind;

use super::charts;
use super::node::{Node, Span};
use super::object::{Container, Object, Pod};
use super::scope::Scope;
use super::write;
use crate::{Check, Edit, Finding, Settings, Source};

/// A check and the code that looks for it.
pub(crate) struct Rule {
    /// The facts about it.
    pub check: Check,
    /// What to do about a finding, unless the finding says so itself.
    pub remedy: &'static str,
    /// What it looks at.
    pub look: Look,
}

/// What a check is run on.
pub(crate) enum Look {
    /// Every container of every pod or pod template.
    Container(fn(&Container<'_>, &mut Found<'_>)),
    /// Every pod or pod template.
    Pod(fn(&Pod<'_>, &mut Found<'_>)),
    /// Every object.
    Object(fn(&Object, &mut Found<'_>)),
    /// All objects that are applied together.
    Scope(for<'a> fn(&'a Scope, &mut Found<'a>)),
}

/// Gathers what one check finds.
pub(crate) struct Found<'a> {
    check: &'static Check,
    remedy: &'static str,
    sources: &'a [&'a Source],
    settings: &'a Settings,
    object: Option<&'a Object>,
    edit: Option<Edit>,
    findings: &'a mut Vec<Finding>,
}

impl<'a> Found<'a> {
    pub(crate) fn new(
        rule: &'static Rule,
        sources: &'a [&'a Source],
        settings: &'a Settings,
        findings: &'a mut Vec<Finding>,
    ) -> Self {
        Self {
            check: &rule.check,
            remedy: rule.remedy,
            sources,
            settings,
            object: None,
            edit: None,
            findings,
        }
    }

    /// With the object that is looked at.
    pub(crate) fn of(mut self, object: &'a Object) -> Self {
        self.object = Some(object);
        self
    }

    /// Names the resource of the findings that follow.
    pub(crate) fn about(&mut self, object: &'a Object) {
        self.object = Some(object);
    }

    /// Whether a place is in what helm made of a chart.
    pub(crate) fn is_rendered(&self, span: Span) -> bool {
        let source = self.sources.get(span.file as usize);
        source.is_some_and(|source| source.path.ends_with(charts::RENDERED))
    }

    /// What the caller chose.
    pub(crate) fn settings(&self) -> &'a Settings {
        self.settings
    }

    /// What mends the next finding: another scalar in the place of `node`.
    pub(crate) fn set(&mut self, node: &Node, text: &str) {
        let file = self.file(node.span);
        self.edit = file.and_then(|file| write::set(file, node, text));
    }

    /// What mends the next finding: `key: value` in `map`.
    pub(crate) fn insert(&mut self, map: Option<&Node>, key: &str, value: &str) {
        let edit = map.and_then(|map| write::insert(self.file(map.span)?, map, key, value));
        self.edit = edit;
    }

    /// What mends the next finding: `key: value` in the map below `outer`, which is made
    /// where it is missing.
    pub(crate) fn insert_below(&mut self, map: &Node, outer: &str, key: &str, value: &str) {
        let edit = self.file(map.span).and_then(|file| match map.get(outer) {
            Some(below) => write::insert(file, below, key, value),
            None => write::insert_below(file, map, outer, key, value),
        });
        self.edit = edit;
    }

    /// What mends the next finding: another last item of `list`.
    pub(crate) fn append(&mut self, list: &Node, item: &str) {
        let file = self.file(list.span);
        self.edit = file.and_then(|file| write::append(file, list, item));
    }

    /// What mends the next finding: `list` without the item that stands at `span`.
    pub(crate) fn remove(&mut self, list: &Node, span: Span) {
        let index = list.items().iter().position(|item| item.span == span);
        let edit = index.and_then(|at| write::remove(self.file(list.span)?, list, at));
        self.edit = edit;
    }

    fn file(&self, span: Span) -> Option<&'a str> {
        Some(self.sources.get(span.file as usize)?.text.as_str())
    }
    /// A failure at `span`.
    pub(crate) fn add(&mut self, span: Span, message: impl Into<String>) {
        self.put(span, message.into(), |finding| finding);
    }

    /// A failure that only those peers call by a name of theirs.
    pub(crate) fn add_as(
        &mut self,
        peers: &[&'static str],
        span: Span,
        message: impl Into<String>,
    ) {
        self.put(span, message.into(), |finding| finding.aliases(peers));
    }

    /// Something that the files alone cannot tell.
    pub(crate) fn unknown(&mut self, span: Span, message: impl Into<String>) {
        self.put(span, message.into(), Finding::unknown);
    }

    /// A failure at a value that must not be shown.
    pub(crate) fn add_secret(&mut self, span: Span, message: impl Into<String>) {
        self.put(span, message.into(), |finding| finding.conceal(range(span)));
    }

    /// A failure at a value that must not be shown, which only those peers name.
    pub(crate) fn add_secret_as(
        &mut self,
        peers: &[&'static str],
        span: Span,
        message: impl Into<String>,
    ) {
        self.put(span, message.into(), |finding| {
            finding.aliases(peers).conceal(range(span))
        });
    }

    fn put(&mut self, span: Span, message: String, shape: impl FnOnce(Finding) -> Finding) {
        let Some(source) = self.sources.get(span.file as usize) else {
            self.edit = None;
            return;
        };
        let around = self
            .object
            .map(|object| object.node.span)
            .filter(|around| around.file == span.file);
        let finding = Finding::new(self.check, source, range(span), message)
            .within(range(around.unwrap_or(span)))
            .remedy(self.remedy)
            .resource(self.object.map(Object::title).unwrap_or_default());
        let mut finding = shape(finding);
        // What a chart made is in no file that could be edited.
        match self.edit.take().filter(|_| !self.is_rendered(span)) {
            Some(edit) => finding.edits.push(edit),
            // What is automatic as a rule needs a person where there is no edit.
            None if finding.fix == FixKind::Auto => finding.fix = FixKind::Suggested,
            None => {}
        }
        self.findings.push(finding);
    }
}

fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}
