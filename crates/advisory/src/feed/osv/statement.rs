//! What a record says about one package.

use lazaret_model::{Affected, FixStatus, KeyKind, Purl, Qualifiers};
use lazaret_version::constraint::{Dialect, parse};
use lazaret_version::osv::Event;
use lazaret_version::{Containment, Interval, Range, Scheme};

use super::super::space::{self, Space};
use super::super::{Sink, rpm};
use super::record::{Import, Package, Point, Specific};

/// What is said about a package: one statement, or one for each module that it may be in,
/// or one for each binary package that SUSE builds from it.
pub(super) fn statements(
    id: &str,
    title: &str,
    package: Package,
    out: &mut Sink<'_>,
) -> Vec<Affected> {
    let specific = package.ecosystem_specific.as_ref();
    let binaries = specific.and_then(|s| s.binaries.clone());
    let Some(statement) = statement(id, package, out) else {
        return Vec::new();
    };
    if statement.scheme == Scheme::Rpm
        && let Some(binaries) = binaries
    {
        return built(&statement, &binaries);
    }
    let is_rebuild = ["almalinux:", "rocky:"]
        .iter()
        .any(|prefix| statement.space.starts_with(prefix));
    if !is_rebuild || statement.qualifiers.module.is_some() {
        return vec![statement];
    }
    let version = statement.fixed.first().map(String::as_str);
    rpm::modules(version.unwrap_or_default(), title)
        .into_iter()
        .map(|module| {
            let mut statement = statement.clone();
            statement.qualifiers.module = module;
            statement
        })
        .collect()
}

/// SUSE's records name the source package and list what is built from it, each with its
/// version: `[{"libqt4": "4.8.6-7.1", "libqt4-32bit": "4.8.6-7.1"}]`.
fn built(statement: &Affected, binaries: &serde_json::Value) -> Vec<Affected> {
    let lists = binaries.as_array().into_iter().flatten();
    let pairs = lists.filter_map(serde_json::Value::as_object).flatten();
    pairs
        .filter_map(|(name, version)| Some((name, version.as_str()?)))
        .filter(|(_, version)| Scheme::Rpm.check(version).is_ok())
        .map(|(name, version)| Affected {
            name: name.clone(),
            key: KeyKind::Binary,
            range: Range::from(Interval::below(version)),
            fixed: vec![version.to_owned()],
            ..statement.clone()
        })
        .collect()
}

/// What a package URL says beyond the ecosystem: Ubuntu's channel, which the ecosystem
/// calls `Pro` whatever it is, and that the name is a source package's.
fn refined(mut space: Space, purl: Option<&str>) -> Space {
    let Some(purl) = purl.and_then(|text| text.parse::<Purl>().ok()) else {
        return space;
    };
    if matches!(purl.qualifier("arch"), Some("source" | "src")) {
        space.key = KeyKind::Source;
    }
    if space.name.starts_with("ubuntu:")
        && let Some(told) = purl.qualifier("distro").and_then(space::ubuntu)
        && told.name == space.name
        && told.channel.is_some()
    {
        space.channel = told.channel;
    }
    space
}

fn statement(id: &str, package: Package, out: &mut Sink<'_>) -> Option<Affected> {
    let name = package.package?;
    let Some(space) = space::of_osv(&name.ecosystem) else {
        if !matches!(name.ecosystem.as_str(), "GIT" | "") {
            out.bad(
                id,
                format!("the ecosystem `{}` is not known", name.ecosystem),
            );
        }
        return None;
    };
    let space = refined(space, name.purl.as_deref());
    if space.name == "golang" && is_left_to_go(id, &name.name) {
        return None;
    }
    let mut range = Range::default();
    let mut fixed = Vec::new();
    for ranges in package.ranges.iter().flatten().filter(|r| r.kind != "GIT") {
        let events: Vec<Event> = ranges.events.iter().filter_map(Point::event).collect();
        fixed.extend(ranges.events.iter().filter_map(|p| p.fixed.clone()));
        range = range.union(Range::from_osv_events(space.scheme, &events));
    }
    let limit = package
        .database_specific
        .as_ref()
        .and_then(|s| s.last_known_affected_version_range.as_deref());
    if let Some(limit) = limit.and_then(|l| parse(Dialect::Generic, space.scheme, l).ok()) {
        range = bounded(range, &limit, &space);
    }
    range.exact = apart(&range, package.versions.unwrap_or_default(), space.scheme);
    if range.is_empty() {
        return None;
    }
    let specific = package.ecosystem_specific.as_ref();
    let mut qualifiers = qualifiers(specific);
    qualifiers.channel = space.channel.clone();
    let urgency = specific.and_then(|s| s.urgency.as_deref());
    let word = urgency.or(specific.and_then(|s| s.ubuntu_priority.as_deref()));
    let status = if fixed.is_empty() {
        FixStatus::Affected
    } else {
        FixStatus::Fixed
    };
    Some(Affected {
        name: space.key_name(&name.name),
        space: space.name,
        key: space.key,
        scheme: space.scheme,
        range,
        status,
        raw_status: None,
        fixed,
        severity: word.and_then(|word| word.parse().ok()),
        qualifiers,
    })
}

/// Go's own database knows the standard library, the toolchain and `golang.org/x` better
/// than those who copy from it.
fn is_left_to_go(id: &str, name: &str) -> bool {
    let theirs = matches!(name, "stdlib" | "toolchain") || name.starts_with("golang.org/x/");
    theirs && id.starts_with("GHSA-")
}

/// The listed versions that the intervals do not tell already. Where there are intervals,
/// a listed text that is no version is left out: it equals no version that is one, and
/// would only leave every other version in doubt.
fn apart(range: &Range, versions: Vec<String>, scheme: Scheme) -> Vec<String> {
    if range.intervals.is_empty() {
        return versions;
    }
    let told = |version: &String| {
        scheme.check(version).is_err()
            || matches!(range.contains(scheme, version), Containment::Inside(_))
    };
    versions
        .into_iter()
        .filter(|version| !told(version))
        .collect()
}

/// GitHub leaves ranges open and names the last version that it knows to be affected.
fn bounded(range: Range, limit: &Range, space: &Space) -> Range {
    range.intersect(limit, space.scheme)
}

/// Conditions on the operating system count only when every import has one.
fn qualifiers(specific: Option<&Specific>) -> Qualifiers {
    let imports = specific
        .and_then(|s| s.imports.as_deref())
        .unwrap_or_default();
    let all = |of: fn(&Import) -> Option<&Vec<String>>| {
        let lists: Option<Vec<&Vec<String>>> = imports
            .iter()
            .map(|i| of(i).filter(|l| !l.is_empty()))
            .collect();
        let mut names: Vec<String> = lists.into_iter().flatten().flatten().cloned().collect();
        names.sort();
        names.dedup();
        names
    };
    Qualifiers {
        module: specific.and_then(|s| s.rpm_modularity.clone()),
        goos: all(|i| i.goos.as_ref()),
        goarch: all(|i| i.goarch.as_ref()),
        ..Qualifiers::default()
    }
}
