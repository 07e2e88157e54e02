//! A check of Compose services.

use std::ops::Range;

use lazaret_model::{FixKind, Severity};

use super::service::Service;
use crate::manifest::node::Span;
use crate::{Check, Finding, Source};

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
            findings,
        }
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
        // Nothing here writes an edit yet, so a person has to.
        if finding.fix == FixKind::Auto {
            finding.fix = FixKind::Suggested;
        }
        self.findings.push(finding);
    }
}

fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}
