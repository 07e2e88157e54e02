//! Comments that silence checks: ours, hadolint's, Trivy's and Checkov's.
//!
//! | comment | silences |
//! |---|---|
//! | `# lazaret:ignore=LZ-DF-008 reason [exp:2026-12-31]` | what stands on the next line, or on the comment's own |
//! | `# hadolint ignore=DL3006,SC2046` | the next instruction |
//! | `# hadolint stage ignore=DL3006` | the rest of the stage, or the one that begins next |
//! | `# hadolint global ignore=DL3006` | the file |
//! | `# trivy:ignore:DS-0002 [exp:2026-12-31]` | what stands on the next line, or on its own |
//! | `# checkov:skip=CKV_DOCKER_3:reason` | what stands on the next line, or on its own |
//!
//! Ours wants a reason: without one it silences nothing.

use std::ops::Range;

use lazaret_model::Suppression;

use crate::{Finding, Source};

/// Most ignore comments that are heard in one file.
const MOST: usize = 2_000;

/// How far an ignore comment reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// What begins on this line (from 1), or has it among its own.
    Line(usize),
    /// What begins on one of these lines (from 1).
    Lines(Range<usize>),
    /// The file.
    File,
}

/// A comment that silences checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignore {
    /// Whose form it is: `lazaret`, `hadolint`, `trivy`, `checkov`.
    pub form: &'static str,
    /// Ids of checks; `*` for all.
    pub ids: Vec<String>,
    /// How far it reaches.
    pub reach: Reach,
    /// The reason given.
    pub reason: String,
    /// The last day on which it counts, `YYYY-MM-DD`.
    pub expires: Option<String>,
    /// The comment's line, from 1.
    pub line: usize,
    /// The comment's bytes.
    pub span: Range<usize>,
}

impl Ignore {
    /// Whether it may silence anything: ours needs a reason, and none may have expired.
    pub fn is_valid(&self, today: Option<&str>) -> bool {
        let expired = match (&self.expires, today) {
            (Some(last), Some(today)) => last.as_str() < today,
            _ => false,
        };
        !expired && (self.form != "lazaret" || !self.reason.is_empty())
    }

    /// Whether it names the finding's check and reaches the finding.
    pub fn covers(&self, finding: &Finding, source: &Source) -> bool {
        let first = source.line_of(finding.span.start);
        let scope = source.line_of(finding.scope.start);
        let reaches = match &self.reach {
            Reach::File => true,
            Reach::Line(line) => *line == first || *line == scope,
            Reach::Lines(lines) => lines.contains(&first) || lines.contains(&scope),
        };
        reaches && self.ids.iter().any(|id| names(id, finding))
    }

    pub(crate) fn suppression(&self, source: &Source) -> Suppression {
        let reason = match self.reason.as_str() {
            "" => "ignored by a comment without a reason",
            reason => reason,
        };
        Suppression {
            by: "comment".into(),
            reason: reason.into(),
            rule: Some(format!("{}:{}", source.path, self.line)),
        }
    }
}

/// Whether `id` names the finding's check, in our words or in a peer's.
fn names(id: &str, finding: &Finding) -> bool {
    let same = |known: &str| {
        known.eq_ignore_ascii_case(id)
            || id
                .get(4..)
                .is_some_and(|rest| id.starts_with("AVD-") && known.eq_ignore_ascii_case(rest))
    };
    id == "*" || same(finding.check.id) || finding.aliases.iter().any(|alias| same(alias))
}

/// The ignore comments of a file whose comments begin with `#` or `//`, wherever on the
/// line they stand. hadolint's forms are not heard here: they need to know instructions.
pub(crate) fn of_lines(source: &Source) -> Vec<Ignore> {
    let mut found = Vec::new();
    for number in 1..=source.lines() {
        let line = source.line(number);
        let Some(at) = ["lazaret:ignore", "trivy:ignore", "checkov:skip"]
            .iter()
            .find_map(|word| line.find(word))
        else {
            continue;
        };
        let head = line.get(..at).unwrap_or("").trim_end();
        let Some(code) = head.strip_suffix('#').or_else(|| head.strip_suffix("//")) else {
            continue;
        };
        let reach = match code.trim().is_empty() {
            true => Reach::Line(next_line(source, number)),
            false => Reach::Line(number),
        };
        let start = source.line_range(number).start;
        let span = start + code.len()..start + line.len();
        if let Some(ignore) = parse(line.get(at..).unwrap_or(""), reach, number, span) {
            found.push(ignore);
        }
        if found.len() == MOST {
            break;
        }
    }
    found
}

/// Most lines of comments and of nothing that an ignore comment reaches over.
const LONGEST_COMMENT: usize = 200;

/// The next line that is neither empty nor a comment.
pub(crate) fn next_line(source: &Source, after: usize) -> usize {
    let is_code = |number: &usize| {
        let line = source.line(*number).trim_start();
        !line.is_empty() && !line.starts_with('#') && !line.starts_with("//")
    };
    (after + 1..=source.lines())
        .take(LONGEST_COMMENT)
        .find(is_code)
        .unwrap_or(after + 1)
}

/// Reads a comment that begins with `lazaret:ignore`, `trivy:ignore` or `checkov:skip`.
pub(crate) fn parse(
    comment: &str,
    reach: Reach,
    line: usize,
    span: Range<usize>,
) -> Option<Ignore> {
    let mut ignore = Ignore {
        form: "lazaret",
        ids: Vec::new(),
        reach,
        reason: String::new(),
        expires: None,
        line,
        span,
    };
    let mut reason: Vec<&str> = Vec::new();
    let words = comment.split_whitespace();
    for (at, word) in words.enumerate() {
        if let Some(rest) = word.strip_prefix("trivy:ignore:") {
            ignore.form = "trivy";
            // Parameters in brackets narrow a rule to some resources; that is not known
            // here, and silencing more than was asked for would be wrong.
            let id = rest.split(['[', ':']).next().unwrap_or(rest);
            (!rest.contains('[')).then(|| ignore.ids.push(id.to_owned()));
        } else if let Some(rest) = word.strip_prefix("checkov:skip=") {
            ignore.form = "checkov";
            let (ids, why) = rest.split_once(':').unwrap_or((rest, ""));
            ignore.ids.extend(ids.split(',').map(str::to_owned));
            reason.extend((!why.is_empty()).then_some(why));
        } else if let Some(rest) = word.strip_prefix("lazaret:ignore=") {
            ignore.ids.extend(
                rest.split(',')
                    .filter(|id| !id.is_empty())
                    .map(str::to_owned),
            );
        } else if let Some(date) = word.strip_prefix("exp:") {
            ignore.expires = Some(date.to_owned());
        } else if at > 0 {
            reason.push(word);
        }
    }
    ignore.reason = reason.join(" ");
    (!ignore.ids.is_empty()).then_some(ignore)
}
