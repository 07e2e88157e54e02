//! What a check is, and what it finds.

use std::ops::Range;

use lazaret_model::{CheckStatus, FixKind, Gap, Severity, Suppression};

use crate::Source;

/// The facts about a check. Texts are ours; the peers' ids help people to find what they
/// know.
#[derive(Debug, PartialEq, Eq)]
pub struct Check {
    /// `LZ-`, a group, a number of three digits. Never used again for something else.
    pub id: &'static str,
    /// What is wrong, in a few words.
    pub title: &'static str,
    /// How bad that is as a rule; a finding may differ.
    pub severity: Severity,
    /// Who can mend it as a rule; a finding may differ.
    pub fix: FixKind,
    /// Ids of the same rule in hadolint (`DL`, `SC`), Trivy (`DS-`, `KSV-`, `AWS-` …),
    /// Kubescape (`C-`), Checkov (`CKV`), kube-linter (`kl:`), Dockle (`CIS-DI-`, `DKL-`).
    pub peers: &'static [&'static str],
    /// Why it matters, and what to do instead: a paragraph for `--explain`.
    pub about: &'static str,
    /// A file that passes.
    pub good: &'static str,
    /// The same file with the mistake.
    pub bad: &'static str,
}

/// A replacement of bytes of the file that mends a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The bytes of the file that are replaced; empty to insert.
    pub range: Range<usize>,
    /// What stands there afterwards.
    pub text: String,
}

/// What a check says about one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The check.
    pub check: &'static Check,
    /// The file's path.
    pub path: String,
    /// The answer; a check that says nothing has passed.
    pub status: CheckStatus,
    /// The bytes that are wrong.
    pub span: Range<usize>,
    /// The bytes of what surrounds them: the instruction, the resource. An ignore comment
    /// above it silences the finding.
    pub scope: Range<usize>,
    /// How bad it is here.
    pub severity: Severity,
    /// What is wrong here: one sentence without a final stop.
    pub message: String,
    /// What to do: one sentence without a final stop, or nothing.
    pub remedy: String,
    /// Those of the check's peers that say the same about this very place.
    pub aliases: Vec<&'static str>,
    /// The stage, the workload, the resource; empty for the file.
    pub resource: String,
    /// Changes that mend it; all of them together.
    pub edits: Vec<Edit>,
    /// Who can mend it here.
    pub fix: FixKind,
    /// Bytes that must never be shown: secrets.
    pub conceal: Vec<Range<usize>>,
    /// What silences it besides comments: a configuration beside the file.
    pub silenced: Option<Suppression>,
}

impl Finding {
    /// A failure of `check` at `span` of `source`.
    pub fn new(
        check: &'static Check,
        source: &Source,
        span: Range<usize>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            check,
            path: source.path.clone(),
            status: CheckStatus::Fail,
            scope: span.clone(),
            span,
            severity: check.severity,
            message: message.into(),
            remedy: String::new(),
            aliases: check.peers.to_vec(),
            resource: String::new(),
            edits: Vec::new(),
            fix: check.fix,
            conceal: Vec::new(),
            silenced: None,
        }
    }

    /// With what surrounds the place.
    #[must_use]
    pub fn within(mut self, scope: Range<usize>) -> Self {
        self.scope = scope;
        self
    }

    /// With what to do.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = remedy.into();
        self
    }

    /// With those peers that say the same here.
    #[must_use]
    pub fn aliases(mut self, aliases: &[&'static str]) -> Self {
        self.aliases = aliases.to_vec();
        self
    }

    /// With a severity of its own.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// With the stage, workload or resource.
    #[must_use]
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.resource = resource.into();
        self
    }

    /// As something that the file alone cannot tell.
    #[must_use]
    pub fn unknown(mut self) -> Self {
        self.status = CheckStatus::Unknown;
        self
    }

    /// With a change that mends it.
    #[must_use]
    pub fn edit(mut self, range: Range<usize>, text: impl Into<String>) -> Self {
        self.edits.push(Edit {
            range,
            text: text.into(),
        });
        self
    }

    /// With who can mend it here.
    #[must_use]
    pub fn fix(mut self, fix: FixKind) -> Self {
        self.fix = fix;
        self
    }

    /// With bytes that must never be shown.
    #[must_use]
    pub fn conceal(mut self, range: Range<usize>) -> Self {
        self.conceal.push(range);
        self
    }
}

/// What an examination gives: answers, and what could not be looked at.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// The answers.
    pub found: Vec<Finding>,
    /// What could not be looked at.
    pub gaps: Vec<Gap>,
}

impl Findings {
    /// Most answers that [`Findings::add`] takes: more of them help nobody, and a hostile
    /// file could fill the memory with them.
    pub const MOST: usize = 5_001;

    /// Adds an answer. Beyond [`Findings::MOST`] it is dropped; the report of the file
    /// then says that there are more.
    pub fn add(&mut self, finding: Finding) {
        if self.found.len() < Self::MOST {
            self.found.push(finding);
        }
    }

    /// Adds everything of another examination.
    pub fn extend(&mut self, other: Findings) {
        self.found.extend(other.found);
        self.gaps.extend(other.gaps);
    }
}
