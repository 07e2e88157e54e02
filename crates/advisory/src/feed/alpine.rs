//! Alpine's secdb: for each origin package, versions and what they fixed.
//!
//! One file for each branch and repository, in JSON or YAML. Only fixed vulnerabilities
//! are listed; version `0` says that the package never had it. The same shape serves
//! Wolfi and Chainguard.
//!
//! Source: Alpine wiki, "Security database"; the files of `secdb`.

use std::collections::BTreeMap;

use serde::Deserialize;

use lazaret_model::{Advisory, Affected, FeedItem, FixStatus, KeyKind, Qualifiers};
use lazaret_version::{Range, Scheme};

use super::space::{self, Space};
use super::{Feed, FeedError, FeedFile, Sink};

pub(super) static FEED: Feed = Feed {
    name: "alpine",
    title: "Alpine secdb",
    upstream: "https://secdb.alpinelinux.org",
    downloads: &[],
    about: "Fixed vulnerabilities of Alpine packages; also Wolfi's and Chainguard's files.",
    wants: |path| path.ends_with(".json") || path.ends_with(".yaml") || path.ends_with(".yml"),
    read,
    finish: None,
};

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    distroversion: Option<String>,
    #[serde(default)]
    apkurl: Option<String>,
    #[serde(default)]
    packages: Option<Vec<Item>>,
}

#[derive(Deserialize)]
struct Item {
    pkg: Package,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    #[serde(default)]
    secfixes: Option<BTreeMap<String, Option<Vec<Option<String>>>>>,
}

fn read(file: FeedFile<'_>, out: &mut Sink<'_>) -> Result<(), FeedError> {
    let text = str::from_utf8(file.bytes).map_err(|e| FeedError::new(e.to_string()))?;
    let parsed: File = if file.path.ends_with(".json") {
        serde_json::from_str(text).map_err(|e| FeedError::new(e.to_string()))?
    } else {
        serde_saphyr::from_str(text).map_err(|e| FeedError::new(e.to_string()))?
    };
    let space = space_of(&parsed, file.path).ok_or_else(|| FeedError::new("no branch is named"))?;
    let mut found: BTreeMap<String, Vec<Affected>> = BTreeMap::new();
    for package in parsed.packages.into_iter().flatten().map(|i| i.pkg) {
        // Of several versions that claim to fix the same, the last one is right: the
        // earlier fixes were not whole.
        let mut fixes: BTreeMap<String, String> = BTreeMap::new();
        for (version, entries) in package.secfixes.into_iter().flatten() {
            for id in entries
                .into_iter()
                .flatten()
                .flatten()
                .flat_map(|e| ids(&e))
            {
                let later = fixes.get(&id).is_none_or(|known| {
                    Scheme::Apk
                        .compare(known, &version)
                        .is_ok_and(std::cmp::Ordering::is_lt)
                });
                if later {
                    fixes.insert(id, version.clone());
                }
            }
        }
        for (id, version) in fixes {
            found
                .entry(id)
                .or_default()
                .push(statement(&space, &package.name, version));
        }
    }
    for (id, affected) in found {
        out.item(FeedItem::Advisory(Box::new(Advisory {
            id,
            feed: space.name.split(':').next().unwrap_or("alpine").to_owned(),
            affected,
            ..Advisory::default()
        })));
    }
    Ok(())
}

fn space_of(file: &File, path: &str) -> Option<Space> {
    let rolling = ["wolfi", "chainguard"].into_iter().find(|name| {
        file.apkurl.as_deref().is_some_and(|u| u.contains(name)) || path.contains(name)
    });
    if let Some(name) = rolling {
        return Some(Space {
            name: name.into(),
            scheme: Scheme::Apk,
            key: KeyKind::Source,
        });
    }
    let branch = file.distroversion.as_deref().filter(|b| !b.is_empty());
    let in_path = path
        .split('/')
        .rev()
        .find(|s| s.starts_with('v') || *s == "edge");
    space::alpine(branch.or(in_path)?)
}

/// `CVE-2019-1 (+)` and `CVE_2019-1 XSA-7` are ids with more beside them. One entry is
/// one vulnerability; its CVE id is what it is known by.
fn ids(entry: &str) -> Vec<String> {
    let words = || entry.split(|c: char| c.is_whitespace() || c == ',');
    let cves: Vec<String> = words()
        .map(|w| w.replace("CVE_", "CVE-"))
        .filter(|w| w.starts_with("CVE-") && w.len() > 8)
        .collect();
    if !cves.is_empty() {
        return cves;
    }
    words()
        .find(|w| w.contains('-'))
        .map(str::to_owned)
        .into_iter()
        .collect()
}

fn statement(space: &Space, name: &str, version: String) -> Affected {
    let never = version == "0";
    Affected {
        space: space.name.clone(),
        name: name.to_owned(),
        key: space.key,
        scheme: space.scheme,
        range: if never {
            Range::everything()
        } else {
            Range::from(lazaret_version::Interval::below(version.clone()))
        },
        status: if never {
            FixStatus::NotAffected
        } else {
            FixStatus::Fixed
        },
        raw_status: None,
        fixed: if never { Vec::new() } else { vec![version] },
        severity: None,
        qualifiers: Qualifiers::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_for_their_ids() {
        assert_eq!(ids("CVE-2019-1234 (+ fix)"), ["CVE-2019-1234"]);
        assert_eq!(ids("CVE_2017-2616 XSA-7"), ["CVE-2017-2616"]);
        assert_eq!(ids("XSA-207"), ["XSA-207"]);
        assert!(ids("").is_empty());
    }
}
