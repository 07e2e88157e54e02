//! From an index to the manifests that are wanted: by name, and by platform.
//!
//! Source: OCI Image Index Specification 1.1; the annotations by which Docker, containerd
//! and BuildKit name images and mark attestations.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use lazaret_model::{Digest, InvalidPlatform, Platform};

use crate::manifest::{Descriptor, Document};
use crate::referrers::{DOCKER_REFERENCE, Found, Referrer};
use crate::{ImageError, ImageRef, Limits};

/// Most names and platforms that an error lists.
const MAX_LISTED: usize = 30;

/// What `cosign save` puts beside an image, by the annotation `kind`.
const COSIGN: [&str; 3] = [
    "dev.cosignproject.cosign/sigs",
    "dev.cosignproject.cosign/atts",
    "dev.cosignproject.cosign/sboms",
];

/// Which platforms of an image are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Platforms {
    /// This machine's, or the only one that there is.
    #[default]
    Host,
    /// This one and no other.
    Only(Platform),
    /// Every one, each as an image of its own.
    All,
}

impl Platforms {
    /// The platform that was asked for by name.
    pub fn only(&self) -> Option<&Platform> {
        match self {
            Self::Only(platform) => Some(platform),
            Self::Host | Self::All => None,
        }
    }
}

impl FromStr for Platforms {
    type Err = InvalidPlatform;

    fn from_str(text: &str) -> Result<Self, InvalidPlatform> {
        match text {
            "all" => Ok(Self::All),
            platform => platform.parse().map(Self::Only),
        }
    }
}

/// Which images of an archive or a layout are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// A tag, a name or a digest, where the source holds several images.
    pub name: Option<String>,
    /// Platforms of the image of that name.
    pub platforms: Platforms,
}

/// A manifest that is wanted.
#[derive(Debug)]
pub(crate) struct Manifest {
    pub(crate) digest: Digest,
    /// The platform by the index, which is believed before the configuration.
    pub(crate) platform: Option<Platform>,
    pub(crate) document: Document,
    /// Digests of the indexes that led here, outermost first.
    pub(crate) indexes: Vec<Digest>,
    /// What stands beside it and says to be about it.
    pub(crate) beside: Vec<Referrer>,
}

/// Reads the document that a descriptor points at.
pub(crate) type Fetch<'a, E> = dyn FnMut(&Descriptor) -> Result<Document, E> + 'a;

/// The manifests of the wanted platforms below `entries`, in the order of the indexes.
///
/// Depth and number of what is fetched are bounded.
pub(crate) fn manifests<E: From<ImageError>>(
    entries: &[Descriptor],
    platforms: &Platforms,
    limits: &Limits,
    fetch: &mut Fetch<'_, E>,
) -> Result<Vec<Manifest>, E> {
    let mut walk = Walk {
        platforms,
        limits,
        fetched: 0,
        found: Vec::new(),
        about: Vec::new(),
    };
    walk.below(entries, None, &[], fetch)?;
    for manifest in &mut walk.found {
        let about = |(subject, _): &&(Digest, Descriptor)| *subject == manifest.digest;
        let beside = walk.about.iter().filter(about);
        manifest.beside = beside
            .map(|(subject, entry)| Referrer::of(entry, subject, Found::Index))
            .collect();
    }
    Ok(walk.found)
}

struct Walk<'a> {
    platforms: &'a Platforms,
    limits: &'a Limits,
    fetched: usize,
    found: Vec<Manifest>,
    /// Entries that say to be about another, with its digest.
    about: Vec<(Digest, Descriptor)>,
}

impl Walk<'_> {
    fn below<E: From<ImageError>>(
        &mut self,
        entries: &[Descriptor],
        above: Option<&Platform>,
        path: &[Digest],
        fetch: &mut Fetch<'_, E>,
    ) -> Result<(), E> {
        if path.len() > self.limits.index_depth {
            return Err(E::from(ImageError::Limit {
                what: "nesting of indexes",
                limit: self.limits.index_depth as u64,
            }));
        }
        self.note(entries);
        let mut leaves = Vec::new();
        // The index of what was lifted out of one.
        let mut lifted: BTreeMap<Digest, Digest> = BTreeMap::new();
        let several = images(entries).nth(1).is_some();
        for entry in images(entries) {
            // Among several, an index has to be opened to know what it offers.
            if several && is_index(entry) && entry.platform.is_none() {
                let inner = self.fetch(entry, fetch)?.manifests.unwrap_or_default();
                self.note(&inner);
                for leaf in inner {
                    lifted
                        .entry(leaf.digest.clone())
                        .or_insert_with(|| entry.digest.clone());
                    leaves.push(leaf);
                }
            } else {
                leaves.push(entry.clone());
            }
        }
        for chosen in choose(&leaves, self.platforms)? {
            if self.found.iter().any(|m| m.digest == chosen.digest) {
                continue;
            }
            let own = chosen.platform.as_ref().map(|p| p.platform());
            let platform = own.as_ref().or(above);
            let document = self.fetch(chosen, fetch)?;
            let mut path = path.to_vec();
            path.extend(lifted.get(&chosen.digest).cloned());
            match &document.manifests {
                Some(inner) => {
                    path.push(chosen.digest.clone());
                    self.below(inner, platform, &path, fetch)?;
                }
                None => self.found.push(Manifest {
                    digest: chosen.digest.clone(),
                    platform: platform.cloned(),
                    document,
                    indexes: path,
                    beside: Vec::new(),
                }),
            }
        }
        Ok(())
    }

    /// Keeps what says to be about another entry: attestations of BuildKit.
    fn note(&mut self, entries: &[Descriptor]) {
        for entry in entries {
            let about = entry.annotation(DOCKER_REFERENCE);
            if let Some(subject) = about.and_then(|digest| digest.parse().ok())
                && self.about.len() < self.limits.manifests
            {
                self.about.push((subject, entry.clone()));
            }
        }
    }

    fn fetch<E: From<ImageError>>(
        &mut self,
        entry: &Descriptor,
        fetch: &mut Fetch<'_, E>,
    ) -> Result<Document, E> {
        self.fetched += 1;
        if self.fetched > self.limits.manifests {
            return Err(E::from(ImageError::Limit {
                what: "number of manifests",
                limit: self.limits.manifests as u64,
            }));
        }
        fetch(entry)
    }
}

fn is_index(entry: &Descriptor) -> bool {
    entry.media_type.contains("index") || entry.media_type.contains("manifest.list")
}

/// The entries without attestations, signatures and other company of images.
fn images(entries: &[Descriptor]) -> impl Iterator<Item = &Descriptor> {
    let company = |d: &Descriptor| {
        d.platform
            .as_ref()
            .is_some_and(|p| p.platform().os == "unknown")
            || d.annotation("vnd.docker.reference.type").is_some()
            || d.annotation("kind").is_some_and(|k| COSIGN.contains(&k))
            || d.artifact_type.as_ref().is_some_and(|t| !t.is_empty())
    };
    // Where there is nothing else, the company is what was asked for.
    let alone = entries.len() == 1 && entries.iter().all(|d| d.platform.is_none());
    entries.iter().filter(move |d| alone || !company(d))
}

/// The entries of the wanted platforms. A single image is taken whatever its platform,
/// unless one was asked for.
fn choose<'a>(
    entries: &'a [Descriptor],
    platforms: &Platforms,
) -> Result<Vec<&'a Descriptor>, ImageError> {
    let images: Vec<&Descriptor> = images(entries).collect();
    let host = Platform::host();
    let asked = match platforms {
        Platforms::All if !images.is_empty() => return Ok(images),
        Platforms::Only(platform) => platform,
        Platforms::Host | Platforms::All => &host,
    };
    if let [only] = images.as_slice()
        && (platforms.only().is_none() || only.platform.is_none())
    {
        // An entry without a platform can only be judged by its configuration.
        return Ok(vec![only]);
    }
    let of = |d: &Descriptor| d.platform.as_ref().map(|p| p.platform());
    // The plain architecture before its variants, which need newer processors.
    let exact = images.iter().find(|d| of(d).as_ref() == Some(asked));
    let fits = || {
        images
            .iter()
            .find(|d| of(d).is_some_and(|p| asked.accepts(&p)))
    };
    if let Some(found) = exact.or_else(fits) {
        return Ok(vec![found]);
    }
    let offered = images
        .iter()
        .map(|d| of(d).map_or("an unnamed platform".to_owned(), |p| p.to_string()));
    Err(ImageError::NoPlatform {
        wanted: asked.to_string(),
        offered: listed(offered).unwrap_or_else(|| "no platform at all".into()),
    })
}

/// Names, each once, in their order; `None` where there are none.
pub(crate) fn listed(names: impl IntoIterator<Item = String>) -> Option<String> {
    let names: BTreeSet<String> = names.into_iter().collect();
    let mut text = names
        .iter()
        .take(MAX_LISTED)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > MAX_LISTED {
        text += &format!(" and {} more", names.len() - MAX_LISTED);
    }
    (!names.is_empty()).then_some(text)
}

/// The entries of a layout's `index.json` that belong to one image: the one of that name,
/// or the only one.
pub(crate) fn named<'a>(
    entries: &'a [Descriptor],
    name: Option<&str>,
) -> Result<Vec<&'a Descriptor>, Unnamed> {
    let wanted: Vec<&Descriptor> = match name {
        Some(name) => entries.iter().filter(|d| selects(d, name)).collect(),
        None => images(entries).collect(),
    };
    let offered = || listed(images(entries).map(name_of));
    if wanted.is_empty() {
        return Err(Unnamed::None(offered()));
    }
    let digests: BTreeSet<&Digest> = wanted.iter().map(|d| &d.digest).collect();
    if digests.len() == 1 {
        return Ok(wanted.into_iter().take(1).collect());
    }
    // The platforms of one image may stand side by side.
    let names: BTreeSet<Option<&str>> = wanted.iter().map(|d| full_name(d)).collect();
    let platforms: BTreeSet<Platform> = wanted
        .iter()
        .filter_map(|d| Some(d.platform.as_ref()?.platform()))
        .collect();
    match names.len() == 1 && platforms.len() == wanted.len() {
        true => Ok(wanted),
        false => Err(Unnamed::Several(listed(wanted.into_iter().map(name_of)))),
    }
}

/// Why no image of a layout is the wanted one; with the names that there are.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unnamed {
    /// Nothing is called so.
    None(Option<String>),
    /// More than one image is.
    Several(Option<String>),
}

/// containerd and Docker write the whole name beside the tag that the specification has.
fn full_name(descriptor: &Descriptor) -> Option<&str> {
    descriptor
        .annotation("io.containerd.image.name")
        .or_else(|| descriptor.annotation("org.opencontainers.image.ref.name"))
}

/// What to type after the file or directory to get this entry.
fn name_of(descriptor: &Descriptor) -> String {
    match full_name(descriptor) {
        Some(name) => name.chars().take(200).collect(),
        None => format!("@{}", descriptor.digest),
    }
}

fn selects(descriptor: &Descriptor, name: &str) -> bool {
    let tag = descriptor.annotation("org.opencontainers.image.ref.name");
    full_name(descriptor).is_some_and(|n| is_called(n, name))
        || tag.is_some_and(|n| is_called(n, name))
        || descriptor.digest.to_string() == name
}

/// Whether `name` is what somebody means who writes `wanted`: the same text, its tag, or
/// another spelling of the same reference.
pub(crate) fn is_called(name: &str, wanted: &str) -> bool {
    let tag = |text: &str| {
        let last = text.rsplit('/').next().unwrap_or_default();
        last.split_once(':').map(|(_, tag)| tag.to_owned())
    };
    let reference = |text: &str| text.parse::<ImageRef>().ok();
    name == wanted
        || tag(name).as_deref() == Some(wanted)
        || reference(name).is_some_and(|name| reference(wanted) == Some(name))
}

/// Looks for every kind of choice among `entries`. What a fuzzer calls.
pub(crate) fn exercise(entries: &[Descriptor]) {
    for platforms in [
        Platforms::Host,
        Platforms::All,
        Platforms::Only(Platform::host()),
    ] {
        let _ = choose(entries, &platforms);
    }
    let _ = named(entries, None);
    let _ = named(entries, Some("latest"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, wanted: &str, expected: bool) {
        assert_eq!(is_called(name, wanted), expected, "{name} for {wanted}");
    }

    #[test]
    fn a_name_is_met_by_itself_its_tag_and_its_other_spellings() {
        check("v1", "v1", true);
        check("docker.io/library/alpine:3", "3", true);
        check("docker.io/library/alpine:3", "alpine:3", true);
        check("localhost:5000/app:1", "5000/app:1", false);
        check("localhost:5000/app", "latest", false);
        check("localhost:5000/app:latest", "localhost:5000/app", true);
        check("alpine:3", "alpine:3.1", false);
    }

    fn entry(digit: char, platform: &str) -> Descriptor {
        let (os, architecture) = platform.split_once('/').expect("os/architecture");
        let (architecture, variant) = architecture.split_once('/').unwrap_or((architecture, ""));
        let json = serde_json::json!({
            "mediaType": "application/vnd.oci.image.manifest.v1+json", "size": 1,
            "digest": format!("sha256:{}", digit.to_string().repeat(64)),
            "platform": {"os": os, "architecture": architecture, "variant": variant},
        });
        serde_json::from_value(json).expect("a descriptor")
    }

    #[track_caller]
    fn chosen(platforms: &str, expected: &str) {
        let entries = [
            entry('0', "unknown/unknown"),
            entry('1', "linux/amd64/v3"),
            entry('2', "linux/amd64"),
            entry('3', "linux/arm/v7"),
            entry('4', "windows/amd64"),
        ];
        let platforms: Platforms = platforms.parse().expect("a platform");
        let got = match choose(&entries, &platforms) {
            Ok(found) => found.iter().map(|d| &d.digest.hex()[..1]).collect(),
            Err(error) => error.to_string(),
        };
        assert_eq!(got, expected);
    }

    #[test]
    fn platforms_are_chosen_from_what_an_index_offers() {
        chosen("linux/amd64", "2");
        chosen("linux/amd64/v3", "1");
        chosen("linux/arm", "3");
        chosen("all", "1234");
        chosen(
            "linux/s390x",
            "the image is not offered for linux/s390x; it is for linux/amd64, \
             linux/amd64/v3, linux/arm/v7, windows/amd64",
        );
    }
}
