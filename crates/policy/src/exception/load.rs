//! From YAML to an exception that says what it means.

use lazaret_model::{Purl, Severity};
use serde_saphyr::Spanned;

use super::scope::{Comparator, ImageScope, PackageScope, scheme};
use super::{Event, Exception, Scope};
use crate::Exposure;
use crate::document::Reader;
use crate::document::raw;
use crate::pattern;

/// Checks an exception; what is wrong is noted.
pub(crate) fn load(reader: &mut Reader<'_>, raw: raw::Exception) -> Option<Exception> {
    let place = reader.place(&raw.name);
    let scope = scope(reader, &raw);
    for (text, what) in [
        (&raw.reason, "reason"),
        (&raw.owner, "owner"),
        (&raw.name, "name"),
    ] {
        if text.value.trim().is_empty() {
            reader.wrong::<_, ()>(text, format!("an exception has a {what}"));
        }
    }
    let expires = match &raw.expires {
        Some(date) if date.value.parse::<jiff::civil::Date>().is_err() => reader.wrong(
            date,
            format!("`{}` is no date such as 2026-12-31", date.value),
        ),
        other => other.as_ref().map(|date| date.value.clone()),
    };
    let until = events(reader, &raw);
    if raw.expires.is_none() && raw.until.is_none() {
        let told = "an exception ends: give it `expires: 2026-12-31`, or `until:` with events";
        reader.wrong::<_, ()>(&raw.name, told);
    }
    if raw.most == Some(0) {
        reader.wrong::<_, ()>(
            &raw.name,
            "`most: 0` hides nothing; leave the exception out",
        );
    }
    Some(Exception {
        name: raw.name.value,
        place,
        scope: scope?,
        reason: raw.reason.value,
        owner: raw.owner.value,
        expires,
        until,
        most: raw.most,
    })
}

/// The elements of a list that is there; an empty list would mean everything to a reader
/// of the code and nothing to a reader of the policy.
fn elements<'r, T>(
    reader: &mut Reader<'_>,
    list: Option<&'r Spanned<Vec<T>>>,
    what: &str,
) -> &'r [T] {
    match list {
        Some(list) if list.value.is_empty() => {
            let told = format!("`{what}` is empty; leave it out, or name some");
            reader.wrong::<_, ()>(list, told);
            &[]
        }
        Some(list) => &list.value,
        None => &[],
    }
}

fn scope(reader: &mut Reader<'_>, raw: &raw::Exception) -> Option<Scope> {
    let ids = elements(reader, raw.ids.as_ref(), "ids").to_vec();
    if let Some(list) = &raw.ids
        && let Some(odd) = ids
            .iter()
            .find(|id| id.trim().is_empty() || id.contains(['*', '?', ' ']))
    {
        reader.wrong::<_, ()>(list, format!("`{odd}` is no id; ids are written out"));
    }
    let packages = elements(reader, raw.packages.as_ref(), "packages");
    let packages: Vec<PackageScope> = packages
        .iter()
        .filter_map(|package| self::package(reader, package))
        .collect();
    let mut paths = Vec::new();
    for path in elements(reader, raw.paths.as_ref(), "paths") {
        match (pattern::glob(path), &raw.paths) {
            (Ok(glob), _) => paths.push(glob),
            (Err(why), Some(list)) => reader.wrong::<_, ()>(list, why).unwrap_or(()),
            (Err(_), None) => {}
        }
    }
    let mut images = Vec::new();
    for image in elements(reader, raw.images.as_ref(), "images") {
        if image.starts_with("sha256:") {
            images.push(ImageScope::Digest(image.clone()));
            continue;
        }
        match (pattern::glob(image), &raw.images) {
            (Ok(glob), _) => images.push(ImageScope::Name(glob)),
            (Err(why), Some(list)) => reader.wrong::<_, ()>(list, why).unwrap_or(()),
            (Err(_), None) => {}
        }
    }
    if raw.ids.is_none() && raw.packages.is_none() {
        let told = "an exception is for something: name `ids`, `packages` or both";
        return reader.wrong(&raw.name, told);
    }
    Some(Scope {
        ids,
        packages,
        paths,
        images,
        environments: elements(reader, raw.environments.as_ref(), "environments").to_vec(),
    })
}

fn package(reader: &mut Reader<'_>, raw: &raw::PackageScope) -> Option<PackageScope> {
    let Ok(purl) = raw.purl.value.parse::<Purl>() else {
        let told = format!(
            "`{}` is no package URL such as pkg:npm/lodash",
            raw.purl.value
        );
        return reader.wrong(&raw.purl, told);
    };
    let versions = match (&raw.versions, purl.version.is_some()) {
        (None, true) => Vec::new(),
        (Some(versions), true) => {
            return reader.wrong(versions, "the purl has a version already; keep one of them");
        }
        (None, false) => {
            let told = "say which versions: `versions: \">=1.0, <1.2\"`, a version in the purl, \
                        or `versions: \"*\"` for all that ever come";
            return reader.wrong(&raw.purl, told);
        }
        (Some(versions), false) if versions.value.trim() == "*" => Vec::new(),
        (Some(versions), false) => comparators(reader, versions, &purl)?,
    };
    Some(PackageScope { purl, versions })
}

fn comparators(
    reader: &mut Reader<'_>,
    text: &Spanned<String>,
    purl: &Purl,
) -> Option<Vec<(Comparator, String)>> {
    let mut all = Vec::new();
    for part in text.value.split(',').map(str::trim) {
        let signed = Comparator::ALL
            .iter()
            .find_map(|(sign, comparator)| Some((*comparator, part.strip_prefix(sign)?.trim())));
        let Some((comparator, bound)) = signed.filter(|(_, bound)| !bound.is_empty()) else {
            let told = format!("`{part}` is no comparison such as `>=1.0`, `<1.2` or `=1.1`");
            return reader.wrong(text, told);
        };
        if let Err(why) = scheme(&purl.kind).check(bound) {
            return reader.wrong(text, why.to_string());
        }
        all.push((comparator, bound.to_owned()));
    }
    Some(all)
}

#[derive(Clone, Copy)]
enum Word {
    Fix,
    Kev,
    Exposure,
    Severity,
}

fn events(reader: &mut Reader<'_>, raw: &raw::Exception) -> Vec<Event> {
    let words = [
        ("fix-available", Word::Fix),
        ("kev-listed", Word::Kev),
        ("exposure-raised", Word::Exposure),
        ("severity-raised", Word::Severity),
    ];
    let exposures = Exposure::ALL.map(|exposure| (exposure.name(), exposure));
    let severities = Severity::ALL.map(|severity| (severity.name(), severity));
    let exposure = raw.exposure.as_ref();
    let exposure = exposure.and_then(|text| reader.word(text, "exposure", &exposures));
    let severity = raw.severity.as_ref();
    let severity = severity.and_then(|text| reader.word(text, "severity", &severities));
    let mut events = Vec::new();
    for event in elements(reader, raw.until.as_ref(), "until") {
        let word = match words.iter().find(|(name, _)| name == event) {
            Some((_, word)) => *word,
            None => {
                let known: Vec<&str> = words.iter().map(|(name, _)| *name).collect();
                let told = format!("`{event}` is no event; known are {}", known.join(", "));
                reader.wrong::<_, ()>(&raw.name, told);
                continue;
            }
        };
        events.push(match (word, exposure, severity) {
            (Word::Fix, ..) => Event::FixAvailable,
            (Word::Kev, ..) => Event::KevListed,
            (Word::Exposure, Some(most), _) => Event::ExposureRaised(most),
            (Word::Severity, _, Some(most)) => Event::SeverityRaised(most),
            _ => {
                let what = event.trim_end_matches("-raised");
                let told = format!("`{event}` needs `{what}:`, the level that is accepted");
                reader.wrong::<_, ()>(&raw.name, told);
                continue;
            }
        });
    }
    for (level, name) in [(&raw.exposure, "exposure"), (&raw.severity, "severity")] {
        let event = format!("{name}-raised");
        let is_used = raw.until.iter().any(|list| list.value.contains(&event));
        if let Some(level) = level.as_ref().filter(|_| !is_used) {
            let told = format!("`{name}` says nothing without `{event}` in `until`");
            reader.wrong::<_, ()>(level, told);
        }
    }
    events
}
