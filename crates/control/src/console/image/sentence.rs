//! A finding as sentences: what an auditor reads, and copies into a ticket.

use lazaret_model::{Evidence, Finding, FixStatus, Report};

/// The comparison that was made, as a sentence where its three parts are told.
pub(super) fn compared(evidence: &Evidence) -> String {
    let mut parts = evidence.compared.splitn(3, ", ");
    match (parts.next(), parts.next(), parts.next()) {
        (Some(scheme), Some(version), Some(range)) => {
            format!("{version} is in {range}, as {scheme} orders versions")
        }
        _ => evidence.compared.clone(),
    }
}

/// Who chose the severity, as people say it.
pub(super) fn rated_by(finding: &Finding) -> &str {
    let source = finding.severity_source.as_str();
    source.strip_suffix(", which decided").unwrap_or(source)
}

/// What is known, in order: what was found and where, which record speaks of it and why it
/// holds, what mends it, how bad it is, what the policy makes of it, what takes it out.
pub(super) fn whole(report: &Report, finding: &Finding, place: &str) -> Vec<String> {
    let package = &finding.package;
    let evidence = &finding.evidence;
    let mut told = Vec::new();
    let files = match evidence.locations.as_slice() {
        [] => String::new(),
        [one] => format!(" in {one}"),
        [one, rest @ ..] => format!(" in {one} and {} other places", rest.len()),
    };
    let layer = match place {
        "" => String::new(),
        place => format!(" (layer {place})"),
    };
    told.push(format!(
        "{} {} was found{files}{layer}.",
        package.name, package.version
    ));
    let feed = match evidence.feed.as_str() {
        "" => String::new(),
        feed => format!(" of {feed}"),
    };
    told.push(match (finding.status, evidence.range.as_str()) {
        (FixStatus::Undecided, _) => format!(
            "The record {}{feed} may concern it; that could not be decided: {}.",
            evidence.advisory, evidence.compared
        ),
        (_, "") => format!("The record {}{feed} concerns it.", evidence.advisory),
        (_, range) => format!(
            "The record {}{feed} calls {range} vulnerable; {}.",
            evidence.advisory,
            compared(evidence)
        ),
    });
    told.push(mended(finding));
    told.push(bad(finding));
    told.push(judged(report, finding));
    told
}

fn mended(finding: &Finding) -> String {
    let said = finding.raw_status.as_deref();
    let said = said.map(|word| format!(" The source says “{word}”."));
    let fixed = match (finding.status, finding.fixed_versions.as_slice()) {
        (_, [_, ..]) => format!("It is mended in {}.", finding.fixed_versions.join(", ")),
        (FixStatus::WillNotFix, []) => "The vendor has decided not to mend it.".to_owned(),
        (FixStatus::FixDeferred, []) => "The vendor will mend it later.".to_owned(),
        (FixStatus::EndOfLife, []) => "The product is past its end of life.".to_owned(),
        (FixStatus::UnderInvestigation, []) => "The vendor is still looking.".to_owned(),
        (_, []) => "No version that mends it is known.".to_owned(),
    };
    fixed + &said.unwrap_or_default()
}

fn bad(finding: &Finding) -> String {
    let mut text = format!("Its severity is {}", finding.severity.name());
    if !finding.severity_source.is_empty() {
        text += &format!(", by {}", rated_by(finding));
    }
    text += &format!("; its risk in this image {:.1} of 10.", finding.risk.score);
    match (finding.kev, finding.epss) {
        (true, _) => text += " It is known to be exploited.",
        (false, Some(epss)) => {
            let percent = epss.score * 100.0;
            text += &format!(" EPSS expects exploitation within thirty days with {percent:.2} %.");
        }
        (false, None) => {}
    }
    text
}

fn judged(report: &Report, finding: &Finding) -> String {
    if let Some(why) = &finding.suppressed {
        return format!("It does not count: {}, {}.", why.by, why.reason);
    }
    let rules = report.decision.reasons.iter();
    let rules: Vec<String> = rules
        .filter(|reason| reason.findings.contains(&finding.key))
        .map(|reason| {
            let outcome = lazaret_policy::outcome_name(reason.outcome);
            format!("{} ({outcome})", reason.rule)
        })
        .collect();
    match rules.is_empty() {
        true => {
            "No rule of the policy rests on it, and no exception or VEX statement takes it out."
                .to_owned()
        }
        false => format!(
            "The policy's rules that rest on it: {}. No exception or VEX statement takes it out.",
            rules.join(", ")
        ),
    }
}
