//! `policy explain`: which rule and which fact decided.

use std::fmt::Write as _;
use std::io::Write as _;

use anyhow::bail;

use lazaret_model::{Decision, Outcome, Report, nearest};
use lazaret_policy::{Circumstances, ExceptionState, ExceptionUse, Hit, Policy, outcome_name};

use super::{about, circumstances, policy};
use crate::Verdict;
use crate::args::PolicyExplainArgs;
use crate::deployed::Deployed;
use crate::diff;

/// Things that a rule speaks about that are told where nobody asked for the rule.
const MOST: usize = 5;

pub(crate) fn run(args: &PolicyExplainArgs) -> anyhow::Result<Verdict> {
    let policy = policy(&args.policy)?;
    for name in &args.rule {
        let mut rules = policy.rules();
        if !rules.any(|rule| rule == name) {
            let near = nearest(name, policy.rules());
            let near = near.map_or_else(String::new, |near| format!("; `{near}` is"));
            bail!("the policy has no rule `{name}`{near}");
        }
    }
    let mut report = diff::read_report(&args.report)?;
    let deployed = Deployed::read(&args.policy.exposure_from)?;
    let circumstances = about(&circumstances(&args.policy), &deployed, &report);
    let uses = policy.excuse(&mut report, &circumstances);
    let decision = policy.decide(&report, &circumstances);
    let mut verdicts = policy.judge(&report, &circumstances);
    if !args.rule.is_empty() {
        verdicts.retain(|verdict| args.rule.contains(&verdict.rule));
    }
    let mut out = anstream::stdout();
    if args.format == "json" {
        let value = serde_json::json!({
            "target": report.target.name,
            "decision": decision,
            "rules": verdicts,
            "exceptions": uses,
        });
        serde_json::to_writer_pretty(&mut out, &value)?;
        writeln!(out)?;
        return Ok(Verdict::Allowed);
    }
    let mut text = head(&policy, &report, &decision, &circumstances);
    let most = match args.rule.is_empty() {
        true => MOST,
        false => usize::MAX,
    };
    rules(&verdicts, most, &mut text);
    exceptions(&uses, &mut text);
    out.write_all(text.as_bytes())?;
    Ok(Verdict::Allowed)
}

fn head(
    policy: &Policy,
    report: &Report,
    decision: &Decision,
    circumstances: &Circumstances,
) -> String {
    let place = match &circumstances.environment {
        Some(name) => format!(" for {name}"),
        None => String::new(),
    };
    format!(
        "{}{place}: {}\nPolicy {} ({})\n",
        visible(&report.target.name),
        outcome_name(decision.outcome),
        policy.name(),
        policy.digest()
    )
}

fn rules(verdicts: &[lazaret_policy::Verdict], most: usize, out: &mut String) {
    let mut speaking: Vec<_> = verdicts.iter().filter(|v| !v.is_silent()).collect();
    speaking.sort_by_key(|verdict| std::cmp::Reverse((verdict.effect(), verdict.wanted())));
    for verdict in speaking {
        let (effect, wanted) = (verdict.effect(), verdict.wanted());
        let held_back = match effect == wanted {
            true => String::new(),
            false => format!(
                ", not {}, because it only {}s",
                outcome_name(wanted),
                verdict.mode
            ),
        };
        let _ = writeln!(
            out,
            "\n{} by {} ({}){held_back}",
            outcome_name(effect),
            verdict.rule,
            verdict.place
        );
        if !verdict.description.trim().is_empty() {
            let _ = writeln!(out, "  {}", verdict.description.trim());
        }
        let condition: Vec<&str> = verdict.condition.split_whitespace().collect();
        let _ = writeln!(out, "  when {}", condition.join(" "));
        hits(verdict, "holds", &verdict.holds, most, out);
        hits(verdict, "cannot be decided", &verdict.undecided, most, out);
    }
    let silent: Vec<_> = verdicts.iter().filter(|v| v.is_silent()).collect();
    if silent.is_empty() {
        return;
    }
    out.push_str("\nNothing to say:\n");
    for verdict in silent {
        let asked = match verdict.each {
            Some(each) => format!("{} looked at", counted(verdict.asked, each)),
            None => verdict.denied.join(", "),
        };
        let _ = writeln!(
            out,
            "  {} ({}): {}",
            verdict.rule,
            verdict.place,
            visible(&asked)
        );
    }
}

fn hits(
    verdict: &lazaret_policy::Verdict,
    what: &str,
    hits: &[Hit],
    most: usize,
    out: &mut String,
) {
    if hits.is_empty() {
        return;
    }
    let of = match verdict.each {
        Some(each) => format!(" for {} of {}", hits.len(), counted(verdict.asked, each)),
        None => String::new(),
    };
    let _ = writeln!(out, "  {what}{of}:");
    for hit in hits.iter().take(most) {
        if verdict.each.is_some() {
            let _ = writeln!(out, "    {}", visible(&hit.key));
        }
        for fact in &hit.facts {
            let _ = writeln!(out, "      {}", visible(fact));
        }
    }
    if hits.len() > most {
        let _ = writeln!(
            out,
            "    and {} more; --rule {} tells them",
            hits.len() - most,
            verdict.rule
        );
    }
}

pub(super) fn counted(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}

fn exceptions(uses: &[ExceptionUse], out: &mut String) {
    if uses.is_empty() {
        return;
    }
    out.push_str("\nExceptions:\n");
    for one in uses {
        let told = match &one.state {
            ExceptionState::Used(hidden) => format!("hides {}", hidden.join(", ")),
            ExceptionState::Elsewhere => "is for another image or environment".into(),
            _ => one.state.words().unwrap_or_default(),
        };
        let _ = writeln!(
            out,
            "  {} ({}, {}): {}",
            one.name,
            one.place,
            one.owner,
            visible(&told)
        );
    }
}

/// Text of a report without characters that a terminal would obey.
fn visible(text: &str) -> String {
    let shown = text
        .chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c });
    shown.collect()
}

/// Whether an outcome stops something.
pub(super) fn stops(outcome: Outcome) -> bool {
    outcome > Outcome::Warn
}
