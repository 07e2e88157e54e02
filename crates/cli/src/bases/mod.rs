//! Base images: what Dockerfiles are built on, judged by the policy.

mod find;
mod resolve;
mod suggest;

use std::io::Write;

use lazaret_check::{Settings, Source};
use lazaret_model::{
    CheckStatus, FixKind, Misconfiguration, Outcome, Report, Severity, Suppression,
};
use lazaret_policy::{BaseImage, Hit, Verdict, outcome_name};

use crate::args::CheckArgs;
use crate::policy::Judge;
use crate::{console, signing};

use find::Found;
use resolve::Resolver;
use suggest::Suggestion;

/// Id of the answers about base images.
const ID: &str = lazaret_check::BASE_IMAGE.id;

/// Base images of the files that were checked.
#[derive(Default)]
pub(crate) struct Bases {
    found: Vec<Found>,
    images: Vec<BaseImage>,
    /// What may be taken instead, by reference.
    suggestions: Vec<(String, Result<Vec<Suggestion>, String>)>,
}

impl Bases {
    /// Examines every image that a stage is built on.
    ///
    /// # Errors
    /// When a place that the caller named cannot be read, or the database cannot. An image
    /// that cannot be examined is no error: the policy sees it.
    pub(crate) fn examine(
        sources: &[Source],
        settings: &Settings,
        args: &CheckArgs,
        judge: &Judge,
    ) -> anyhow::Result<Self> {
        let found = find::bases(sources, settings);
        let mut resolver = Resolver::new(args, judge)?;
        let mut images = Vec::new();
        for one in &found {
            let report = match &one.reference {
                Err(why) => Err(why.clone()),
                Ok(reference) => resolver.report(reference)?.map(|mut report| {
                    judge.of_base(&mut report);
                    report
                }),
            };
            if let Err(why) = &report {
                console::detail(format_args!("base image {}: {why}", one.name));
            }
            images.push(BaseImage {
                name: one.name.clone(),
                is_whole: one.is_whole,
                stage: one.stage.clone(),
                ships: one.ships,
                report,
            });
        }
        let mut bases = Self {
            found,
            images,
            suggestions: Vec::new(),
        };
        let refused: Vec<usize> = bases.refused(&judge.base_verdicts(&bases.images));
        for index in refused {
            let base = &bases.images[index];
            let is_told = bases.suggestions.iter().any(|(name, _)| *name == base.name);
            if let (Ok(report), false) = (&base.report, is_told) {
                let told = suggest::instead(&base.name, report, &mut resolver, judge)?;
                bases.suggestions.push((base.name.clone(), told));
            }
        }
        Ok(bases)
    }

    /// What the policy is told.
    pub(crate) fn images(&self) -> Vec<BaseImage> {
        self.images.clone()
    }

    fn refused(&self, verdicts: &[Verdict]) -> Vec<usize> {
        let speaks = |name: &str| {
            let mut hits = verdicts.iter().flat_map(hits);
            hits.any(|(hit, _)| hit.key == name)
        };
        let all = self.images.iter().enumerate();
        all.filter(|(_, base)| speaks(&base.name))
            .map(|(at, _)| at)
            .collect()
    }

    /// Adds what the policy says of base images to the answers of a report.
    pub(crate) fn answer(&self, judge: &Judge, with_passed: bool, report: &mut Report) {
        let verdicts = judge.base_verdicts(&self.images);
        for (found, base) in self.found.iter().zip(&self.images) {
            let answer = self.misconfiguration(found, base, &verdicts);
            if answer.status != CheckStatus::Pass || with_passed {
                report.misconfigurations.push(answer);
            }
        }
        report.misconfigurations.sort_by(|a, b| {
            (&a.target, a.line, &a.id, a.column).cmp(&(&b.target, b.line, &b.id, b.column))
        });
    }

    fn misconfiguration(
        &self,
        found: &Found,
        base: &BaseImage,
        verdicts: &[Verdict],
    ) -> Misconfiguration {
        let own = verdicts.iter().flat_map(|verdict| {
            let mine = hits(verdict).filter(|(hit, _)| hit.key == base.name);
            mine.map(move |(hit, undecided)| (verdict, hit, undecided))
        });
        let own: Vec<(&Verdict, &Hit, bool)> = own.collect();
        let worst = own.iter().map(|(verdict, ..)| verdict.wanted()).max();
        let (status, severity) = match worst {
            _ if base.report.is_err() => (CheckStatus::Unknown, Severity::Medium),
            None => (CheckStatus::Pass, Severity::Medium),
            Some(Outcome::Allow | Outcome::Warn) => (CheckStatus::Fail, Severity::Low),
            Some(Outcome::Hold) => (CheckStatus::Fail, Severity::Medium),
            Some(_) => (CheckStatus::Fail, Severity::High),
        };
        let told = own.iter().map(|(verdict, hit, undecided)| {
            let words = match (undecided, verdict.description.is_empty()) {
                (true, _) => format!("undecided: {}", hit.facts.join(", ")),
                (false, false) => verdict.description.clone(),
                (false, true) => hit.facts.join(", "),
            };
            format!("{} ({})", words.trim(), verdict.rule)
        });
        let mut told: Vec<String> = told.collect();
        let asks = |(_, hit, _): &(&Verdict, &Hit, bool)| {
            let words = hit.facts.iter();
            words.into_iter().any(|fact| fact.contains("signed"))
        };
        if let Ok(report) = &base.report
            && let Some(signatures) = &report.target.signatures
            && signatures.signers.is_empty()
            && own.iter().any(asks)
        {
            told.push(signing::told(signatures));
        }
        let message = match (&base.report, told.is_empty()) {
            (Err(why), _) => format!("{} was not examined: {why}", base.name),
            (Ok(_), true) => format!("{} is a good base", base.name),
            (Ok(_), false) => format!("{}: {}", base.name, told.join("; ")),
        };
        Misconfiguration {
            id: ID.into(),
            aliases: Vec::new(),
            title: "The image is refused by the policy".into(),
            status,
            severity,
            target: found.file.clone(),
            resource: found.stage.clone(),
            line: found.line,
            column: found.column,
            end_line: found.line,
            end_column: found.end_column,
            message,
            remedy: self.remedy(&base.name),
            fix: FixKind::Suggested,
            excerpt: vec![found.excerpt.clone()],
            suppressed: found.ignored.clone().map(|(reason, rule)| Suppression {
                by: "comment".into(),
                reason,
                rule: Some(rule),
            }),
        }
    }

    fn remedy(&self, name: &str) -> String {
        let told = self
            .suggestions
            .iter()
            .find(|(reference, _)| reference == name);
        match told {
            None => String::new(),
            Some((_, Err(why))) => format!("no alternatives are known: {why}"),
            Some((_, Ok(all))) if all.is_empty() => {
                "the registry lists nothing newer or slimmer".into()
            }
            Some((_, Ok(all))) => {
                let told: Vec<String> = all.iter().map(ToString::to_string).collect();
                format!("instead: {}", told.join("; or "))
            }
        }
    }

    /// Every base, for people.
    pub(crate) fn write(&self, out: &mut dyn Write) -> std::io::Result<()> {
        if self.found.is_empty() {
            return Ok(());
        }
        writeln!(out, "\nBase images")?;
        for (found, base) in self.found.iter().zip(&self.images) {
            let ships = if found.ships { ", ships" } else { "" };
            let place = format!("{}:{}, {}{ships}", found.file, found.line, found.stage);
            writeln!(out, "  {}  {}", visible(&base.name), visible(&place))?;
            match &base.report {
                Ok(report) => writeln!(out, "    {}", visible(&about(report)))?,
                Err(why) => writeln!(out, "    not examined: {}", visible(why))?,
            }
            if let Some((_, Ok(all))) = self.suggestions.iter().find(|(n, _)| *n == base.name) {
                for one in all {
                    writeln!(out, "    instead {}", visible(&one.to_string()))?;
                }
            }
        }
        Ok(())
    }
}

/// Digest, age, distribution and verdict of a base, in a line.
fn about(report: &Report) -> String {
    let mut parts = Vec::new();
    if let Some(created) = &report.target.created {
        parts.push(format!("made {}", created.get(..10).unwrap_or(created)));
    }
    if let Some(distro) = &report.target.distro {
        parts.push(format!("{} {}", distro.id, distro.version));
    }
    let open = report.findings.iter().filter(|f| f.suppressed.is_none());
    parts.push(format!("{} vulnerabilities", open.count()));
    parts.push(match wanted(report) {
        Outcome::Allow => "nothing speaks against it".to_owned(),
        outcome => format!("the policy would {}", outcome_name(outcome)),
    });
    parts.push(match &report.target.signatures {
        None => "nobody looked for signatures".to_owned(),
        Some(signatures) => signing::told(signatures),
    });
    parts.join(", ")
}

/// What a decision asks for, whatever modes hold back.
fn wanted(report: &Report) -> Outcome {
    let asked = report.decision.reasons.iter();
    let asked = asked.map(|reason| reason.would.unwrap_or(reason.outcome));
    asked.max().unwrap_or_default()
}

/// What a verdict speaks about, and whether it could not decide it.
fn hits(verdict: &Verdict) -> impl Iterator<Item = (&Hit, bool)> {
    let holds = verdict.holds.iter().map(|hit| (hit, false));
    holds.chain(verdict.undecided.iter().map(|hit| (hit, true)))
}

fn visible(text: &str) -> String {
    let shown = text
        .chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c });
    shown.collect()
}
