//! Azure Linux and CBL-Mariner: vulnerabilities by source package, fixed and unfixed.
//!
//! The files do not name the release; the versions end in it, and so do the file names.

use lazaret_model::{Advisory, FixStatus, KeyKind};
use lazaret_version::Scheme;

use super::super::Feed;
use super::super::space::{self, Space};
use super::criteria::Fact;
use super::document::Definition;
use super::statement::{self, Verdict};
use super::{metadata, read, wants};

pub(in super::super) static FEED: Feed = Feed {
    name: "azurelinux",
    title: "Azure Linux and CBL-Mariner",
    upstream: "https://github.com/microsoft/AzureLinuxVulnerabilityData",
    downloads: &[
        "https://raw.githubusercontent.com/microsoft/AzureLinuxVulnerabilityData/main/azurelinux-3.0-oval.xml",
        "https://raw.githubusercontent.com/microsoft/AzureLinuxVulnerabilityData/main/cbl-mariner-2.0-oval.xml",
    ],
    about: "Vulnerabilities of Azure Linux 3.0 and CBL-Mariner by source package.",
    wants,
    read: |file, out| read(file, Scheme::Rpm, rules, out),
    finish: None,
};

fn rules(definition: &Definition, facts: Vec<Fact>, path: &str) -> Vec<Advisory> {
    // Vulnerabilities that turned out to be elsewhere.
    if definition.metadata.text_at(&["patchable"]) == "Not Applicable" {
        return Vec::new();
    }
    let cves = metadata::cves(definition);
    let id = cves.first().map_or("", String::as_str);
    let mut statements = Vec::new();
    let mut feed = "azurelinux";
    for fact in &facts {
        let Some(space) = release_of(fact).or_else(|| release_in(path)) else {
            continue;
        };
        if space.name.starts_with("mariner") {
            feed = "mariner";
        }
        let verdict = Verdict {
            status: match fact.fixed {
                Some(_) => FixStatus::Fixed,
                None => FixStatus::Affected,
            },
            raw_status: None,
            severity: metadata::severity(definition),
            key: KeyKind::Source,
            flavour: None,
        };
        statements.push(statement::of(fact, &space, verdict));
    }
    let mut advisory = metadata::advisory(feed, id, definition);
    // The severity is that of the package, and stands in the statements.
    advisory.ratings.clear();
    advisory.affected = statement::merged(statements);
    vec![advisory]
}

/// `0:9.8p1-3.azl3`, `0:8.17-2.cm2`
fn release_of(fact: &Fact) -> Option<Space> {
    let intervals = &fact.range.intervals;
    let versions = intervals
        .iter()
        .flat_map(|i| [i.upper.version(), i.lower.version()]);
    let tag = versions
        .flatten()
        .find_map(|v| v.rsplit('.').next())
        .unwrap_or_default();
    match (tag.strip_prefix("azl"), tag.strip_prefix("cm")) {
        (Some(release), _) => of("azurelinux", release),
        (_, Some(release)) => of("mariner", release),
        _ => None,
    }
}

fn of(id: &str, release: &str) -> Option<Space> {
    let is_number = !release.is_empty() && release.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| space::of_release(id, &format!("{release}.0")))?
}

/// `azurelinux-3.0-oval.xml`, `cbl-mariner-2.0-oval.2024-01-22.xml`
fn release_in(path: &str) -> Option<Space> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let id = ["azurelinux", "mariner"]
        .into_iter()
        .find(|id| name.contains(id))?;
    let (_, rest) = name.split_once(id)?;
    let release = rest.trim_start_matches('-').split('-').next()?;
    space::of_release(id, release)
}
