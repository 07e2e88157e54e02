//! From files to answers.

use std::collections::BTreeSet;

use lazaret_model::{CheckStatus, Gap, GapKind, Misconfiguration};
use rayon::prelude::*;

use crate::{ALL, BEYOND, Check, Finding, Findings, Ignore, Language, Settings, Source};

/// Most answers of one file; what a hostile file would add beyond is a gap.
const MOST_PER_FILE: usize = 5_000;

/// Longest line of an excerpt, in characters.
const EXCERPT: usize = 200;

/// What a run says.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// Every answer, ordered by file, place and id.
    pub misconfigurations: Vec<Misconfiguration>,
    /// What could not be looked at.
    pub gaps: Vec<Gap>,
    /// Files that were examined.
    pub files: usize,
}

/// Every check, in the order of the languages and then of the ids, and those that need more
/// than files last.
pub fn checks() -> Vec<&'static Check> {
    ALL.iter()
        .flat_map(|language| (language.checks)())
        .chain(BEYOND.iter().copied())
        .collect()
}

/// The checks that `id` names: one of ours, or all that a peer's id stands for.
pub fn check(id: &str) -> Vec<&'static Check> {
    let known = checks().into_iter();
    known.filter(|check| is_named(check, id)).collect()
}

fn is_named(check: &Check, id: &str) -> bool {
    check.id.eq_ignore_ascii_case(id) || check.peers.iter().any(|p| p.eq_ignore_ascii_case(id))
}

/// Examines files that stand alone, several at once.
pub fn each(
    files: &[&Source],
    settings: &Settings,
    examine: fn(&Source, &Settings) -> Findings,
) -> Findings {
    let all: Vec<Findings> = files.par_iter().map(|f| examine(f, settings)).collect();
    let mut findings = Findings::default();
    for one in all {
        findings.extend(one);
    }
    findings
}

/// Examines every file that a language claims. Answers of checks that were not asked for
/// are left out; what comments ignore is still here.
pub fn examine(sources: &[Source], settings: &Settings) -> Findings {
    let mut findings = Findings::default();
    let mut claimed = vec![false; sources.len()];
    for language in ALL {
        let mut files = Vec::new();
        for (source, claimed) in sources.iter().zip(&mut claimed) {
            if !*claimed && (language.claims)(source) {
                *claimed = true;
                files.push(source);
            }
        }
        if !files.is_empty() {
            findings.extend((language.examine)(&files, sources, settings));
        }
    }
    for (source, claimed) in sources.iter().zip(&claimed) {
        if source.named && !claimed {
            let detail = "no kind of file that can be checked";
            findings
                .gaps
                .push(Gap::new(GapKind::Unsupported, source.path.clone(), detail));
        }
    }
    findings
        .found
        .retain(|f| settings.wants_named(f.check.id, &f.aliases));
    findings
}

/// Examines every file that a language claims, hears the ignore comments, and gives the
/// answers in the form that reports hold.
pub fn answers(sources: &[Source], settings: &Settings) -> Answers {
    let Findings { mut found, gaps } = examine(sources, settings);
    let mut answers = Answers {
        gaps,
        ..Answers::default()
    };
    found.sort_by(|a, b| {
        (&a.path, a.span.start, a.check.id).cmp(&(&b.path, b.span.start, b.check.id))
    });
    let mut by_path: Vec<&Source> = sources.iter().collect();
    by_path.sort_by(|a, b| a.path.cmp(&b.path));
    let mut rest = found.as_slice();
    for source in by_path {
        let Some(language) = ALL.iter().find(|l| (l.claims)(source)) else {
            continue;
        };
        answers.files += 1;
        let from = rest.partition_point(|f| f.path < source.path);
        rest = rest.get(from..).unwrap_or_default();
        let count = rest.partition_point(|f| f.path == source.path);
        let (mine, others) = rest.split_at(count);
        rest = others;
        of_file(source, language, mine, settings, &mut answers);
    }
    answers.gaps.sort();
    answers.gaps.dedup();
    answers
}

fn of_file(
    source: &Source,
    language: &Language,
    found: &[Finding],
    settings: &Settings,
    answers: &mut Answers,
) {
    let today = settings.today.as_deref();
    let mut ignores = (language.ignores)(source);
    ignores.retain(|ignore| ignore.is_valid(today));
    for finding in found.iter().take(MOST_PER_FILE) {
        answers
            .misconfigurations
            .push(answer(finding, source, &ignores));
    }
    if found.len() > MOST_PER_FILE {
        let detail = format!("more than {MOST_PER_FILE} answers; the rest is left out");
        answers
            .gaps
            .push(Gap::new(GapKind::Limit, source.path.clone(), detail));
    }
    if settings.with_passed {
        let spoke: BTreeSet<&str> = found.iter().map(|f| f.check.id).collect();
        for check in (language.checks)() {
            if !spoke.contains(check.id) {
                let mut passed = Finding::new(check, source, 0..0, "");
                passed.status = CheckStatus::Pass;
                let passed = answer(&passed, source, &[]).of_whole();
                answers.misconfigurations.push(passed);
            }
        }
    }
}

/// A finding in the form that reports hold.
pub(crate) fn answer(finding: &Finding, source: &Source, ignores: &[Ignore]) -> Misconfiguration {
    let from = source.place(finding.span.start);
    let to = source.place(finding.span.end.max(finding.span.start));
    let suppressed = ignores
        .iter()
        .find(|ignore| ignore.covers(finding, source))
        .map(|ignore| ignore.suppression(source))
        .or_else(|| finding.silenced.clone());
    Misconfiguration {
        id: finding.check.id.into(),
        aliases: finding.aliases.iter().map(|a| (*a).to_owned()).collect(),
        title: finding.check.title.into(),
        status: finding.status,
        severity: finding.severity,
        target: finding.path.clone(),
        resource: finding.resource.clone(),
        line: from.line,
        column: from.column,
        end_line: to.line,
        end_column: to.column,
        message: finding.message.clone(),
        remedy: finding.remedy.clone(),
        fix: finding.fix,
        excerpt: excerpt(finding, source),
        suppressed,
    }
}

/// The lines concerned, at most three, each cut, with what must not be shown blotted out.
fn excerpt(finding: &Finding, source: &Source) -> Vec<String> {
    let first = source.line_of(finding.span.start);
    let last = source.line_of(finding.span.end.max(finding.span.start));
    (first..=last.min(first + 2))
        .map(|number| {
            let range = source.line_range(number);
            let chars = source.line(number).char_indices().take(EXCERPT);
            chars
                .map(|(at, c)| {
                    let at = range.start + at;
                    let hidden = finding.conceal.iter().any(|secret| secret.contains(&at));
                    if hidden { '*' } else { c }
                })
                .collect()
        })
        .collect()
}
