//! Gentoo Linux Security Advisories, one XML file each.
//!
//! A package is concerned where a `vulnerable` range holds and no `unaffected` one does,
//! within one slot. Slots that are versions bound their ranges; conditions on others are
//! left out, because an installed package does not tell its slot here.
//!
//! Source: Gentoo's GLSA document type, `glsa.dtd`; portage `glsa.py` for the ranges.

use lazaret_model::{
    Advisory, Affected, FeedItem, FixStatus, KeyKind, Qualifiers, Rating, Severity,
};
use lazaret_version::{Bound, Interval, Range, Scheme};

use super::osv::first_line;
use super::text::{cve_ids, date};
use super::xml::{self, Element};
use super::{Feed, FeedError, FeedFile, Sink, space};

pub(super) static FEED: Feed = Feed {
    name: "gentoo",
    title: "Gentoo security advisories",
    upstream: "https://gitweb.gentoo.org/data/glsa.git",
    downloads: &[],
    about: "GLSA: vulnerabilities of Gentoo packages, fixed or masked.",
    wants: |path| path.ends_with(".xml") && path.contains("glsa-"),
    read,
    finish: None,
};

/// A revision that no package reaches.
const LAST_REVISION: &str = "r999999999";

fn read(file: FeedFile<'_>, out: &mut Sink<'_>) -> Result<(), FeedError> {
    let mut outcome = Err(FeedError::new("no advisory"));
    xml::records(file.bytes, 0, &mut |_, glsa| {
        if glsa.name == "glsa" {
            outcome = take(&glsa, out);
        }
    })?;
    outcome
}

fn take(glsa: &Element, out: &mut Sink<'_>) -> Result<(), FeedError> {
    let number = glsa.attribute("id").filter(|id| !id.is_empty());
    let number = number.ok_or_else(|| FeedError::new("the advisory has no id"))?;
    let id = format!("GLSA-{number}");
    let space = space::of_release("gentoo", "").map(|s| s.name);
    let space = space.unwrap_or_default();
    let packages = glsa.child("affected");
    let affected: Vec<Affected> = packages
        .into_iter()
        .flat_map(|a| a.all("package"))
        .filter_map(|package| statement(package, &space, &id, out))
        .collect();
    let links = glsa.child("references");
    let links: Vec<&Element> = links.into_iter().flat_map(|r| r.all("uri")).collect();
    let mut upstream: Vec<String> = Vec::new();
    for link in &links {
        upstream.extend(cve_ids(link.text()));
        upstream.extend(cve_ids(link.attribute("link").unwrap_or_default()));
    }
    upstream.sort();
    upstream.dedup();
    let impact = glsa.child("impact").and_then(|i| i.attribute("type"));
    let addresses = links.iter().filter_map(|l| l.attribute("link"));
    out.item(FeedItem::Advisory(Box::new(Advisory {
        feed: "gentoo".into(),
        upstream,
        summary: first_line(glsa.text_at(&["title"])),
        published: date(glsa.text_at(&["announced"])),
        ratings: impact
            .and_then(severity)
            .map(|severity| Rating {
                source: "gentoo".into(),
                severity: Some(severity),
                vector: None,
            })
            .into_iter()
            .collect(),
        references: std::iter::once(format!("https://security.gentoo.org/glsa/{number}"))
            .chain(addresses.map(str::to_owned))
            .filter(|url| url.starts_with("http"))
            .collect(),
        affected,
        id,
        ..Advisory::default()
    })));
    Ok(())
}

/// Gentoo's own words for how bad the impact is.
fn severity(word: &str) -> Option<Severity> {
    match word {
        "minimal" => Some(Severity::Low),
        "normal" => Some(Severity::Medium),
        other => other.parse().ok(),
    }
}

fn statement(package: &Element, space: &str, id: &str, out: &mut Sink<'_>) -> Option<Affected> {
    let name = package.attribute("name").unwrap_or_default();
    let mut vulnerable = Range::nothing();
    let mut unaffected = Range::nothing();
    let mut fixed = Vec::new();
    for bound in &package.children {
        let range = match bounds(bound) {
            Ok(range) => range,
            Err(reason) => {
                out.bad(format!("{id} {name}"), reason);
                continue;
            }
        };
        match bound.name.as_str() {
            "vulnerable" => vulnerable = vulnerable.union(range),
            "unaffected" => {
                if matches!(bound.attribute("range"), Some("ge" | "rge")) {
                    fixed.push(bound.text().to_owned());
                }
                unaffected = unaffected.union(range);
            }
            _ => {}
        }
    }
    if name.is_empty() || vulnerable.is_empty() {
        return None;
    }
    let range = match unaffected.is_empty() {
        true => vulnerable,
        false => {
            let rest = unaffected.complement(Scheme::Portage);
            vulnerable.intersect(&rest, Scheme::Portage)
        }
    };
    let architectures = package.attribute("arch").unwrap_or("*");
    Some(Affected {
        space: space.to_owned(),
        name: name.to_owned(),
        key: KeyKind::Binary,
        scheme: Scheme::Portage,
        range,
        status: match fixed.is_empty() {
            true => FixStatus::Affected,
            false => FixStatus::Fixed,
        },
        raw_status: None,
        fixed,
        severity: None,
        qualifiers: Qualifiers {
            architectures: match architectures {
                "*" => Vec::new(),
                list => list.split_whitespace().map(str::to_owned).collect(),
            },
            ..Qualifiers::default()
        },
    })
}

/// One `vulnerable` or `unaffected` element as a range.
fn bounds(bound: &Element) -> Result<Range, String> {
    let version = bound.text();
    let operator = bound.attribute("range").unwrap_or_default();
    if let Some(prefix) = version.strip_suffix('*') {
        let prefix = prefix.trim_end_matches('.');
        return match operator {
            "eq" if Scheme::Portage.check(prefix).is_ok() => Ok(within(prefix)),
            _ => Err(format!("`{operator} {version}` is not a range")),
        };
    }
    if Scheme::Portage.check(version).is_err() {
        return Err(format!("`{version}` is not a version"));
    }
    let upstream = match version.rsplit_once("-r") {
        Some((upstream, digits)) if digits.bytes().all(|b| b.is_ascii_digit()) => upstream,
        _ => version,
    };
    let inclusive = || Bound::Inclusive(version.to_owned());
    let exclusive = || Bound::Exclusive(version.to_owned());
    let first = || Bound::Inclusive(upstream.to_owned());
    let last = || Bound::Inclusive(format!("{upstream}-{LAST_REVISION}"));
    let interval = match operator {
        "lt" => Interval::below(version),
        "le" => Interval::up_to(version),
        "gt" => Interval::above(version),
        "ge" => Interval::from(version),
        "eq" => Interval::new(inclusive(), inclusive()),
        "rlt" => Interval::new(first(), exclusive()),
        "rle" => Interval::new(first(), inclusive()),
        "rgt" => Interval::new(exclusive(), last()),
        "rge" => Interval::new(inclusive(), last()),
        other => return Err(format!("the range `{other}` is not known")),
    };
    let range = Range::from(interval);
    let slot = bound.attribute("slot").unwrap_or("*");
    let is_line = version
        .strip_prefix(slot)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '_', '-']));
    Ok(match slot != "*" && is_line {
        true => range.intersect(&within(slot), Scheme::Portage),
        false => range,
    })
}

/// Every version of a line: `3.8`, `3.8.2`, but not `3.9`.
fn within(line: &str) -> Range {
    let last = format!("{line}.999999999");
    Range::from(Interval::half_open(line, last))
}
