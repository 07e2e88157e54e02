//! Who brought what, for people: the base image or the application.

use std::collections::HashSet;

use lazaret_model::{Base, BaseSource, Finding, Rebase, Report, Severity};

use crate::view;

/// The base, and how it is known; `None` where nothing is known of one.
pub(crate) fn base(report: &Report) -> Option<String> {
    let base = report.target.base.as_ref()?;
    let name = match (base.name.as_str(), base.digest.as_str()) {
        ("", "") => "an image without a name",
        ("", digest) => digest,
        (name, _) => name,
    };
    Some(format!(
        "{name}, {}",
        layers(base, report.target.layers.len())
    ))
}

fn layers(base: &Base, all: usize) -> String {
    let Some(own) = base.layers else {
        return format!("not known where it ends: {}", base.why);
    };
    let first = match own {
        1 => format!("the first of {all} layers"),
        _ => format!("the first {own} of {all} layers"),
    };
    match (base.guessed, base.source) {
        (true, _) => format!("guessed to be {first}: {}", base.why),
        (false, BaseSource::Given | BaseSource::Known) if !base.why.is_empty() => {
            format!("{first}: {}", base.why)
        }
        _ => first,
    }
}

/// Whether anything is known about the owner of a finding.
pub(crate) fn is_told<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> bool {
    findings.into_iter().any(|f| f.from_base.is_some())
}

/// The owner in a word; a question mark where it is not known.
pub(crate) fn word(finding: &Finding) -> &'static str {
    match finding.from_base {
        Some(true) => "base",
        Some(false) => "app",
        None => "?",
    }
}

/// The owner in a few words; empty where it is not known.
pub(crate) fn long(finding: &Finding) -> &'static str {
    match finding.from_base {
        Some(true) => "the base image",
        Some(false) => "the application",
        None => "",
    }
}

/// How many findings that count are whose: `12 of the base image, 3 of the application`.
pub(crate) fn counts(report: &Report) -> Option<String> {
    let count = |owner| {
        let of = |f: &&Finding| f.suppressed.is_none() && f.from_base == owner;
        report.findings.iter().filter(of).count()
    };
    let (base, app, unknown) = (count(Some(true)), count(Some(false)), count(None));
    if base + app == 0 {
        return None;
    }
    let guess = match report.target.is_base_guessed() {
        true => " (a guess)",
        false => "",
    };
    let mut text = format!("{base} of the base image, {app} of the application{guess}");
    if unknown > 0 {
        text.push_str(&format!(", {unknown} of one or the other"));
    }
    Some(text)
}

/// What another base would change: a heading, what goes, comes and stays, and what is not
/// known.
pub(crate) fn rebase(report: &Report) -> Option<(String, Vec<String>)> {
    let rebase = report.rebase.as_ref()?;
    let removed: HashSet<&str> = rebase.removed.iter().map(String::as_str).collect();
    let gone = report.findings.iter();
    let gone = gone.filter(|f| removed.contains(f.key.as_str()) && f.suppressed.is_none());
    let heading = format!(
        "Built again on {}: {} removed, {} added, {} left",
        rebase.name,
        rebase.removed.len(),
        rebase.added.len(),
        rebase.unchanged
    );
    let mut lines = vec![
        format!("removed: {}", levels(gone, rebase.removed.len())),
        format!("added: {}", levels(rebase.added.iter(), rebase.added.len())),
        about(rebase),
    ];
    let worst = rebase.added.iter();
    let worst = worst.filter(|f| f.severity >= Severity::High).take(MOST);
    lines.extend(worst.map(|f| {
        let package = &f.package;
        format!(
            "added: {} {} {} {}",
            f.severity, f.id, package.name, package.version
        )
    }));
    lines.extend(
        rebase
            .unknown
            .iter()
            .map(|text| format!("not known: {text}")),
    );
    let gaps = rebase.gaps.iter().map(|gap| format!("not examined: {gap}"));
    lines.extend(gaps);
    Some((heading, lines))
}

/// Most added findings that are named.
const MOST: usize = 10;

fn about(rebase: &Rebase) -> String {
    let system = rebase.distro.as_ref().map(ToString::to_string);
    let digest = match rebase.digest.as_str() {
        "" => String::new(),
        digest => format!(" ({digest})"),
    };
    format!(
        "packages: {} now, {} then, on {}{digest}",
        rebase.packages_now,
        rebase.packages_then,
        system.as_deref().unwrap_or("no known system")
    )
}

/// `3: 1 critical, 2 high`. Those whose level is not told, since something else hides them,
/// are counted in the first number alone.
fn levels<'a>(findings: impl Iterator<Item = &'a Finding>, all: usize) -> String {
    let found: Vec<Severity> = findings.map(|f| f.severity).collect();
    let count = |level| found.iter().filter(|one| **one == level).count();
    let told = Severity::ALL.into_iter().map(|level| (level, count(level)));
    let told = told.filter(|(_, n)| *n > 0);
    let told: Vec<String> = told.map(|(level, n)| format!("{n} {level}")).collect();
    match told.is_empty() {
        true => view::plural(all, "vulnerability"),
        false => format!(
            "{}: {}",
            view::plural(all, "vulnerability"),
            told.join(", ")
        ),
    }
}
