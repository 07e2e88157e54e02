//! A check of Compose services.

use std::ops::Range;

use lazaret_model::{FixKind, Severity};

use super::service::Service;
use crate::manifest::node::{Node, Span};
use crate::manifest::write;
use crate::{Check, Edit, Finding, Source};

/// A check and the code that looks for it.
pub(crate) struct Rule {
    /// The facts about it.
    pub check: Check,
    /// What to do about a finding.
    pub remedy: &'static str,
    /// Looks at one service.
    pub look: fn(&Service<'_>, &mut Found<'_>),
}

/// Gathers what one check finds about one service.
pub(crate) struct Found<'a> {
    rule: &'static Rule,
    sources: &'a [&'a Source],
    name: &'a str,
    around: Span,
    /// The file that answers are about, where not all are.
    only: Option<u32>,
    /// What mends the next finding, and the file that it is for.
    edit: Option<(u32, Edit)>,
    findings: &'a mut Vec<Finding>,
}

impl<'a> Found<'a> {
    pub(super) fn new(
        rule: &'static Rule,
        sources: &'a [&'a Source],
        service: &'a Service<'_>,
        only: Option<u32>,
        findings: &'a mut Vec<Finding>,
    ) -> Self {
        let around = Span {
            end: service.node.span.end.max(service.key.span.end),
            ..service.key.span
        };
        Self {
            rule,
            sources,
            only,
            name: service.name(),
            around,
            edit: None,
            findings,
        }
    }

    /// What mends the next finding: another scalar in the place of `node`.
    pub(crate) fn set(&mut self, node: &Node, text: &str) {
        self.edit = self.edit(node, |source| write::set(source, node, text));
    }

    /// What mends the next finding: `key: value` in the service. Nothing where parts of it
    /// come from another service or file, which may have the key as well.
    pub(crate) fn insert(&mut self, service: &Service<'_>, key: &str, value: &str) {
        let own = service.node.span;
        let within = |node: &Node| {
            node.span.file == own.file && (own.start..=own.end).contains(&node.span.start)
        };
        let mut entries = service.node.entries();
        self.edit = match entries.all(|(key, _)| within(key)) {
            true => self.edit(service.node, |source| {
                write::insert(source, service.node, key, value)
            }),
            false => None,
        };
    }

    /// What mends the next finding: another last item of `list`.
    pub(crate) fn append(&mut self, list: &Node, item: &str) {
        self.edit = self.edit(list, |source| write::append(source, list, item));
    }

    /// What mends the next finding: `list` without the item at `index`.
    pub(crate) fn remove(&mut self, list: &Node, index: usize) {
        self.edit = self.edit(list, |source| write::remove(source, list, index));
    }

    /// An edit with the file that it is for.
    fn edit(&self, node: &Node, make: impl FnOnce(&str) -> Option<Edit>) -> Option<(u32, Edit)> {
        let file = node.span.file;
        let source = self.sources.get(file as usize)?;
        Some((file, make(&source.text)?))
    }

    /// A failure at `span`; `what` follows the service's name.
    pub(crate) fn add(&mut self, span: Span, what: &str) {
        self.put(span, what, |finding| finding);
    }

    /// A failure that only those peers call by a name of theirs.
    pub(crate) fn add_as(&mut self, peers: &[&'static str], span: Span, what: &str) {
        self.put(span, what, |finding| finding.aliases(peers));
    }

    /// A failure of another severity than the check's.
    pub(crate) fn add_rated(&mut self, span: Span, what: &str, severity: Severity) {
        self.put(span, what, |finding| finding.severity(severity));
    }

    /// A failure at a value that must not be shown.
    pub(crate) fn add_secret(&mut self, span: Span, what: &str) {
        self.put(span, what, |finding| finding.conceal(range(span)));
    }

    /// Something that the file alone cannot tell.
    pub(crate) fn unknown(&mut self, span: Span, what: &str) {
        self.put(span, what, Finding::unknown);
    }

    fn put(&mut self, span: Span, what: &str, shape: impl FnOnce(Finding) -> Finding) {
        let edit = self.edit.take();
        let Some(source) = self.sources.get(span.file as usize) else {
            return;
        };
        if self.only.is_some_and(|only| only != span.file) {
            return;
        }
        let around = if self.around.file == span.file {
            self.around
        } else {
            span
        };
        let finding = Finding::new(
            &self.rule.check,
            source,
            range(span),
            format!("service `{}` {what}", self.name),
        )
        .within(range(around))
        .remedy(self.rule.remedy)
        .resource(self.name);
        let mut finding = shape(finding);
        match edit {
            Some((file, edit)) if file == span.file => finding.edits.push(edit),
            Some(_) => finding.fix = FixKind::Suggested,
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
