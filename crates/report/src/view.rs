//! A report as people look at it: worst first, in groups, with counts.

use lazaret_model::{Finding, FixStatus, Gap, Outcome, Report, Severity, TargetKind, VexOrigin};

use crate::{Options, owner};

/// A report arranged for reading.
pub(crate) struct View<'a> {
    /// The findings to show, by group; operating system first, then by name.
    pub(crate) groups: Vec<Group<'a>>,
    /// Findings that count, per severity, worst first.
    pub(crate) counts: Vec<(Severity, usize)>,
    /// Findings that count.
    pub(crate) active: usize,
    /// Findings that do not.
    pub(crate) suppressed: usize,
}

/// Findings of one ecosystem.
pub(crate) struct Group<'a> {
    /// Heading.
    pub(crate) title: String,
    /// Worst first.
    pub(crate) findings: Vec<&'a Finding>,
}

impl<'a> View<'a> {
    /// Arranges `report`.
    pub(crate) fn new(report: &'a Report, options: &Options) -> Self {
        let suppressed = report
            .findings
            .iter()
            .filter(|f| f.suppressed.is_some())
            .count();
        let counts = Severity::ALL
            .into_iter()
            .map(|level| {
                let of_level = |f: &&Finding| f.suppressed.is_none() && f.severity == level;
                (level, report.findings.iter().filter(of_level).count())
            })
            .collect();
        let mut groups: Vec<(bool, Group<'a>)> = Vec::new();
        for finding in shown(report, options) {
            let kind = kind_of(finding);
            let title = title_of(kind, report);
            match groups.iter_mut().find(|(_, g)| g.title == title) {
                Some((_, group)) => group.findings.push(finding),
                None => groups.push((
                    !is_system(kind),
                    Group {
                        title,
                        findings: vec![finding],
                    },
                )),
            }
        }
        groups.sort_by(|(a, x), (b, y)| (a, &x.title).cmp(&(b, &y.title)));
        for (_, group) in &mut groups {
            group.findings.sort_by(|a, b| worst_first(a, b));
        }
        Self {
            groups: groups.into_iter().map(|(_, g)| g).collect(),
            counts,
            active: report.findings.len() - suppressed,
            suppressed,
        }
    }
}

fn worst_first(a: &Finding, b: &Finding) -> std::cmp::Ordering {
    let rank = |f: &Finding| (f.suppressed.is_none(), f.severity, f.kev);
    rank(b).cmp(&rank(a)).then_with(|| {
        (&a.package.name, &a.package.version, &a.id).cmp(&(
            &b.package.name,
            &b.package.version,
            &b.id,
        ))
    })
}

/// The findings that `options` ask for, in the report's order.
pub(crate) fn shown<'a>(
    report: &'a Report,
    options: &Options,
) -> impl Iterator<Item = &'a Finding> + use<'a> {
    let all = options.show_suppressed;
    report
        .findings
        .iter()
        .filter(move |f| all || f.suppressed.is_none())
}

/// The purl type of a finding's package.
pub(crate) fn kind_of(finding: &Finding) -> &str {
    let rest = finding
        .package
        .purl
        .strip_prefix("pkg:")
        .unwrap_or_default();
    rest.split('/').next().unwrap_or_default()
}

/// Whether packages of this purl type belong to the operating system.
pub(crate) fn is_system(kind: &str) -> bool {
    matches!(kind, "deb" | "rpm" | "apk" | "alpm" | "ebuild" | "qpkg")
}

fn title_of(kind: &str, report: &Report) -> String {
    if is_system(kind) {
        return match &report.target.distro {
            Some(distro) => format!("Operating system packages ({distro})"),
            None => "Operating system packages".to_owned(),
        };
    }
    let language = match kind {
        "npm" => "Node.js",
        "pypi" => "Python",
        "gem" => "Ruby",
        "maven" => "Java",
        "golang" => "Go",
        "cargo" => "Rust",
        "composer" => "PHP",
        "nuget" => ".NET",
        "pub" => "Dart",
        "hex" => "Erlang and Elixir",
        "cran" => "R",
        "hackage" => "Haskell",
        "swift" => "Swift",
        "cocoapods" => "CocoaPods",
        "conan" => "C and C++",
        "" => "Other",
        other => other,
    };
    format!("{language} packages")
}

/// What is to be done, in words: `fixed in 1.2`, `will not be fixed`.
pub(crate) fn remedy(finding: &Finding) -> String {
    let word = match finding.status {
        FixStatus::Fixed if !finding.fixed_versions.is_empty() => {
            return format!("fixed in {}", finding.fixed_versions.join(", "));
        }
        FixStatus::Fixed => "fixed",
        FixStatus::Affected => "no fix yet",
        FixStatus::WillNotFix => "will not be fixed",
        FixStatus::FixDeferred => "fix deferred",
        FixStatus::EndOfLife => "end of life",
        FixStatus::UnderInvestigation => "being investigated",
        FixStatus::Undecided => "undecided",
        FixStatus::NotAffected => "not affected",
    };
    word.to_owned()
}

/// Signs of exploitation: `known exploited`, `EPSS 94%`.
pub(crate) fn marks(finding: &Finding) -> Vec<String> {
    let mut marks = Vec::new();
    if finding.kev {
        marks.push("KEV".to_owned());
    }
    if let Some(epss) = finding.epss.filter(|e| e.score >= 0.01) {
        marks.push(format!("EPSS {:.0}%", epss.score * 100.0));
    }
    marks
}

/// The names and values above the findings.
pub(crate) fn header(report: &Report) -> Vec<(&'static str, String)> {
    let target = &report.target;
    let kind = match target.kind {
        TargetKind::Image => "image",
        TargetKind::Filesystem => "file system",
        TargetKind::Sbom => "bill of materials",
        TargetKind::Purls => "package list",
    };
    let mut lines = vec![("target", format!("{} ({kind})", target.name))];
    if let Some(digest) = &target.digest {
        lines.push(("digest", digest.to_string()));
    }
    if let Some(platform) = &target.platform {
        lines.push(("platform", platform.to_string()));
    }
    if let Some(distro) = &target.distro {
        lines.push((
            "system",
            distro
                .pretty_name
                .clone()
                .unwrap_or_else(|| distro.to_string()),
        ));
    }
    lines.extend(owner::base(report).map(|base| ("base", base)));
    lines.push(("packages", report.packages.len().to_string()));
    lines.push(("database", database(report)));
    lines
}

fn database(report: &Report) -> String {
    match &report.database {
        Some(db) => {
            let date = db.built_at.split('T').next().unwrap_or_default();
            let records: u64 = db
                .feeds
                .iter()
                .map(|f| f.records)
                .fold(0, u64::saturating_add);
            format!(
                "of {date}, {records} records from {}",
                plural(db.feeds.len(), "feed")
            )
        }
        None => "none: vulnerabilities were not looked for".to_owned(),
    }
}

/// The warning of the built-in database, where it was used.
pub(crate) fn starter_warning(report: &Report) -> Option<&'static str> {
    report.database.as_ref().filter(|d| d.starter).map(|_| {
        "STARTER DATABASE: only the small built-in set of landmark vulnerabilities was \
         searched; get the real one with `lazaret db update`"
    })
}

/// `2 critical, 1 high`; says so when nothing was found.
pub(crate) fn summary(report: &Report, view: &View<'_>) -> String {
    let mut text = if view.active == 0 {
        match (report.database.is_some(), report.gaps.len()) {
            (false, _) => "vulnerabilities were not looked for".to_owned(),
            (true, 0) => "no vulnerabilities found".to_owned(),
            (true, gaps) => {
                format!(
                    "no vulnerabilities found in what could be examined; {gaps} {}",
                    things(gaps)
                )
            }
        }
    } else {
        let present = view.counts.iter().filter(|(_, n)| *n > 0);
        let counts: Vec<_> = present.map(|(level, n)| format!("{n} {level}")).collect();
        format!(
            "{} found: {}",
            plural(view.active, "vulnerability"),
            counts.join(", ")
        )
    };
    if let Some(owners) = owner::counts(report) {
        text.push_str(&format!("; {owners}"));
    }
    let secrets = report.secrets.iter().filter(|s| s.counts()).count();
    let licenses = report.licenses.iter().filter(|l| l.counts()).count();
    let signs = report.signs.iter().filter(|s| s.suppressed.is_none());
    for (n, noun) in [
        (secrets, "secret"),
        (licenses, "forbidden licence"),
        (signs.count(), "sign of tampering"),
    ] {
        match (n, noun) {
            (0, _) => {}
            (2.., "sign of tampering") => text.push_str(&format!("; {n} signs of tampering")),
            _ => text.push_str(&format!("; {}", plural(n, noun))),
        }
    }
    if view.suppressed > 0 {
        text.push_str(&format!("; {} suppressed", view.suppressed));
    }
    text
}

fn things(n: usize) -> &'static str {
    if n == 1 {
        "thing could not be examined"
    } else {
        "things could not be examined"
    }
}

/// `1 gap`, `2 gaps`, `3 vulnerabilities`.
pub(crate) fn plural(n: usize, noun: &str) -> String {
    match (n, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{n} {stem}ies"),
        _ => format!("{n} {noun}s"),
    }
}

/// The gaps that say the system is past its end of life.
pub(crate) fn end_of_life(report: &Report) -> impl Iterator<Item = &Gap> {
    let kind = lazaret_model::GapKind::EndOfLife;
    report.gaps.iter().filter(move |g| g.kind == kind)
}

/// The decision in a word, and what it means for the caller.
pub(crate) fn verdict(report: &Report) -> (&'static str, &'static str) {
    let only_gaps = !report.decision.reasons.is_empty()
        && report
            .decision
            .reasons
            .iter()
            .all(|r| r.rule == "fail-on-gaps");
    let word = outcome(report.decision.outcome);
    let meaning = match report.decision.outcome {
        Outcome::Allow => "allowed, exit status 0",
        Outcome::Warn => "allowed with warnings, exit status 0",
        _ if only_gaps => "incomplete, exit status 3",
        _ => "not allowed, exit status 1",
    };
    (word, meaning)
}

/// The outcome's name.
pub(crate) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Allow => "allow",
        Outcome::Warn => "warn",
        Outcome::Hold => "hold",
        Outcome::Quarantine => "quarantine",
        Outcome::Block => "block",
    }
}

/// Most documents that a line names.
const MAX_DOCUMENTS: usize = 5;

/// What documents that came with the target have suppressed, and that nobody vouches for
/// them; `None` where there is nothing.
fn came_with(report: &Report, origin: VexOrigin) -> Option<String> {
    let of = report.vex.iter().filter(|v| v.origin == origin);
    let mut documents: Vec<&str> = Vec::new();
    for document in of.map(|v| v.document.as_str()) {
        if !documents.contains(&document) {
            documents.push(document);
        }
    }
    let is_theirs = |finding: &&Finding| {
        let by = finding.suppressed.as_ref().filter(|s| s.by == "vex");
        let rule = by.and_then(|s| s.rule.as_deref()).unwrap_or_default();
        let document = rule
            .rsplit_once(" statement ")
            .map(|(document, _)| document);
        document.is_some_and(|d| documents.contains(&d))
    };
    let n = plural(report.findings.iter().filter(is_theirs).count(), "finding");
    if documents.is_empty() {
        return None;
    }
    let whence = match origin {
        VexOrigin::Inside => "on the image's own word, for the documents lie inside of it",
        _ => "by documents attached to the image, whose signatures were not verified",
    };
    let more = documents.len().saturating_sub(MAX_DOCUMENTS);
    documents.truncate(MAX_DOCUMENTS);
    let mut names = documents.join(", ");
    if more > 0 {
        names += &format!(" and {more} more");
    }
    Some(format!("{n} suppressed {whence}: {names}"))
}

/// What became of exploitability statements, for people: how many were used, and every
/// one that came near a finding and missed it.
///
/// A document for a whole product states much about what a target has not; only the
/// numbers of those are told.
pub(crate) fn statements(report: &Report) -> Vec<String> {
    let used = report.vex.iter().filter(|v| v.unmatched.is_none()).count();
    let mut lines = vec![format!(
        "{used} concern a finding, {} concern none",
        report.vex.len() - used
    )];
    lines.extend(
        [VexOrigin::Attached, VexOrigin::Inside]
            .map(|o| came_with(report, o))
            .into_iter()
            .flatten(),
    );
    for statement in &report.vex {
        if let Some(why) = statement
            .unmatched
            .as_ref()
            .filter(|why| why.contains(": "))
        {
            lines.push(format!(
                "{} statement {} about {} missed: {why}",
                statement.document, statement.statement, statement.vulnerability
            ));
        }
    }
    lines
}
