//! Alpine's secdb: for each origin package, versions and what they fixed.
//!
//! One file for each branch and repository, in JSON or YAML. Only fixed vulnerabilities
//! are listed; version `0` says that the package never had it. The same shape serves
//! Wolfi, Chainguard and MinimOS.
//!
//! Source: Alpine wiki, "Security database"; the files of `secdb`.

use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;

use serde::de::{Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use lazaret_model::{Advisory, Affected, FeedItem, FixStatus, Qualifiers};
use lazaret_version::{Range, Scheme};

use super::space::{self, Space};
use super::{Feed, FeedError, FeedFile, Sink};

pub(super) static FEED: Feed = Feed {
    name: "alpine",
    title: "Alpine secdb",
    upstream: "https://secdb.alpinelinux.org",
    downloads: &[],
    about: "Fixed vulnerabilities of Alpine packages; also those of Wolfi, \
            Chainguard and MinimOS.",
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
    urlprefix: Option<String>,
    #[serde(default)]
    packages: List<Item>,
}

/// A list. Where it is empty, an empty object may stand in its place, as a program writes it
/// that does not tell the two apart.
struct List<T>(Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ListVisitor(PhantomData))
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = List<T>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(List(Vec::new()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        match map.next_key::<IgnoredAny>()? {
            Some(_) => Err(A::Error::custom("an object where a list should be")),
            None => Ok(List(Vec::new())),
        }
    }
}

#[derive(Deserialize)]
struct Item {
    pkg: Package,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    #[serde(default)]
    secfixes: Option<BTreeMap<String, List<Option<String>>>>,
}

fn read(file: FeedFile<'_>, out: &mut Sink<'_>) -> Result<(), FeedError> {
    let text = str::from_utf8(file.bytes).map_err(|e| FeedError::new(e.to_string()))?;
    let parsed: File = if file.path.ends_with(".json") {
        serde_json::from_str(text).map_err(|e| FeedError::new(e.to_string()))?
    } else {
        serde_saphyr::from_str(text).map_err(|e| FeedError::new(e.to_string()))?
    };
    let space = space_of(&parsed, file.path).ok_or_else(|| FeedError::new("no branch is named"))?;
    let mut found: BTreeMap<String, Advisory> = BTreeMap::new();
    let mut beside: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in parsed.packages.0.into_iter().map(|i| i.pkg) {
        for (id, version) in fixes(&package, &mut beside, out) {
            let statement = statement(&space, &package.name, version);
            found.entry(id).or_default().affected.push(statement);
        }
    }
    relate(&mut found, beside);
    for (id, mut advisory) in found {
        advisory.feed = space.name.split(':').next().unwrap_or("alpine").to_owned();
        advisory.id = id;
        out.item(FeedItem::Advisory(Box::new(advisory)));
    }
    Ok(())
}

/// What a package fixed, and in which version. Of several versions that claim to fix the
/// same, the last one is right: the earlier fixes were not whole.
///
/// `beside` gathers the CVE ids that each other id shares an entry with.
fn fixes(
    package: &Package,
    beside: &mut BTreeMap<String, BTreeSet<String>>,
    out: &mut Sink<'_>,
) -> BTreeMap<String, String> {
    let mut fixes: BTreeMap<String, String> = BTreeMap::new();
    for (version, entries) in package.secfixes.iter().flatten() {
        let written = version.trim();
        let version = &repaired(written);
        let is_cut = version != written && written.starts_with(version);
        if is_cut || (version != "0" && Scheme::Apk.check(version).is_err()) {
            out.bad(&package.name, format!("`{written}` is not a version"));
        }
        for entry in entries.0.iter().flatten() {
            let (cves, others): (Vec<String>, Vec<String>) = ids(entry)
                .into_iter()
                .partition(|id| id.starts_with("CVE-"));
            for other in &others {
                let known = beside.entry(other.clone()).or_default();
                known.extend(cves.iter().cloned());
            }
            for id in cves.into_iter().chain(others) {
                let later = fixes.get(&id).is_none_or(|known| {
                    Scheme::Apk
                        .compare(known, version)
                        .is_ok_and(std::cmp::Ordering::is_lt)
                });
                if later {
                    fixes.insert(id, version.to_owned());
                }
            }
        }
    }
    fixes
}

/// Longest text of which a beginning is looked for.
const MAX_REPAIRED_BYTES: usize = 64;

/// What a text that is no version stands for.
///
/// `4.8.0.-r1` is `4.8.0-r1`: a dot with nothing behind it is a slip of the pen. Of
/// anything else counts what can be read: apk compares part by part from the front, and
/// whatever is installed differs from `10.2.26.r0` before its broken end, or is later than
/// `10.2.26`. A text that does not even begin like a version stays as it is.
fn repaired(version: &str) -> String {
    let is_good = |text: &str| Scheme::Apk.check(text).is_ok();
    if version == "0" || is_good(version) {
        return version.to_owned();
    }
    let repaired = version.replace(".-r", "-r");
    if is_good(&repaired) {
        return repaired;
    }
    if version.len() > MAX_REPAIRED_BYTES {
        return version.to_owned();
    }
    let ends = version.char_indices().map(|(end, _)| end).rev();
    ends.map(|end| &version[..end])
        .find(|start| is_good(start))
        .unwrap_or(version)
        .to_owned()
}

/// An id that always stands beside one CVE id is another name of it (`TALOS-2019-0844`);
/// beside several it is a notice about all of them (`XSA-224`).
fn relate(found: &mut BTreeMap<String, Advisory>, beside: BTreeMap<String, BTreeSet<String>>) {
    for (id, cves) in beside {
        let Some(advisory) = found.get_mut(&id) else {
            continue;
        };
        let cves: Vec<String> = cves.into_iter().collect();
        match cves.as_slice() {
            [_] => advisory.aliases = cves,
            _ => advisory.upstream = cves,
        }
    }
}

fn space_of(file: &File, path: &str) -> Option<Space> {
    // Distributions without releases do not name themselves, but their addresses do.
    let addresses = [
        file.apkurl.as_deref(),
        file.urlprefix.as_deref(),
        Some(path),
    ];
    let rolling = [
        ("wolfi", "wolfi"),
        ("chainguard", "chainguard"),
        ("minimos", "minimos"),
        ("mini.dev", "minimos"),
    ];
    for (word, id) in rolling {
        if addresses.iter().flatten().any(|text| text.contains(word)) {
            return space::of_release(id, "");
        }
    }
    let branch = file.distroversion.as_deref().filter(|b| !b.is_empty());
    let in_path = path
        .split('/')
        .rev()
        .find(|s| s.starts_with('v') || *s == "edge");
    space::alpine(branch.or(in_path)?)
}

/// The ids of an entry; `CVE-2019-1 (+)` and `CVE_2019-1 XSA-7` have more beside them.
fn ids(entry: &str) -> Vec<String> {
    entry
        .split(|c: char| c.is_whitespace() || c == ',')
        .map(|word| {
            let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
            word.replace("CVE_", "CVE-")
        })
        .filter(|word| {
            word.starts_with(|c: char| c.is_ascii_uppercase())
                && word.contains('-')
                && word.bytes().any(|b| b.is_ascii_digit())
        })
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
    fn a_dot_too_much_is_taken_away() {
        assert_eq!(repaired("4.8.0.-r1"), "4.8.0-r1");
        assert_eq!(repaired("4.8.0-r1"), "4.8.0-r1");
        assert_eq!(repaired("unknown"), "unknown");
    }

    #[test]
    fn a_version_with_a_broken_end_counts_as_far_as_it_can_be_read() {
        assert_eq!(repaired("10.2.26.r0"), "10.2.26");
        assert_eq!(repaired("57-1-r2"), "57");
        assert_eq!(repaired("2.7.16-33"), "2.7.16");
        assert_eq!(repaired("2.15.r-r1"), "2.15");
    }

    #[test]
    fn entries_are_read_for_their_ids() {
        assert_eq!(ids("CVE-2019-1234 (+ fix)"), ["CVE-2019-1234"]);
        assert_eq!(ids("CVE_2017-2616 XSA-7"), ["CVE-2017-2616", "XSA-7"]);
        assert_eq!(ids("XSA-207"), ["XSA-207"]);
        assert!(ids("").is_empty());
    }
}
