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
    source: &'a Source,
    name: &'a str,
    around: Range<usize>,
    edit: Option<Edit>,
    findings: &'a mut Vec<Finding>,
}

impl<'a> Found<'a> {
    pub(super) fn new(
        rule: &'static Rule,
        source: &'a Source,
        service: &'a Service<'_>,
        findings: &'a mut Vec<Finding>,
    ) -> Self {
        let around = service.key.span.start as usize
            ..service.node.span.end.max(service.key.span.end) as usize;
        Self {
            rule,
            source,
            name: service.name(),
            around,
            edit: None,
            findings,
        }
    }

    /// What mends the next finding: another scalar in the place of `node`.
    pub(crate) fn set(&mut self, node: &Node, text: &str) {
        self.edit = write::set(&self.source.text, node, text);
    }

    /// What mends the next finding: `key: value` in the service.
    pub(crate) fn insert(&mut self, service: &Service<'_>, key: &str, value: &str) {
        self.edit = write::insert(&self.source.text, service.node, key, value);
    }

    /// What mends the next finding: another last item of `list`.
    pub(crate) fn append(&mut self, list: &Node, item: &str) {
        self.edit = write::append(&self.source.text, list, item);
    }

    /// What mends the next finding: `list` without the item at `index`.
    pub(crate) fn remove(&mut self, list: &Node, index: usize) {
        self.edit = write::remove(&self.source.text, list, index);
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
        let finding = Finding::new(
            &self.rule.check,
            self.source,
            range(span),
            format!("service `{}` {what}", self.name),
        )
        .within(self.around.clone())
        .remedy(self.rule.remedy)
        .resource(self.name);
        let mut finding = shape(finding);
        match self.edit.take() {
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
