//! Layers on top of each other: what is visible in the image, and where links lead.
//!
//! Source: OCI Image Layer Specification 1.1, "Applying Changesets". An upper entry
//! hides a lower one at the same path; anything that is not a directory also hides what
//! lies below its path; whiteouts take paths away; an opaque directory hides what lower
//! layers have below it. Links are followed as path_resolution(7) says, inside the image.

use std::borrow::Cow;

use crate::facts::LayerFacts;
use crate::paths::{self, Filter};

/// Most links that one path is followed through, as in Linux.
const MAX_HOPS: usize = 40;

/// Most segments of a path that is followed; a longer one leads nowhere.
const MAX_SEGMENTS: usize = 4_096;

/// A path with the hashes that layers are asked for.
struct Hashed {
    at: u64,
    /// Of the directories above it at which some layer may hide what lies below.
    above: Vec<u64>,
}

/// What one layer hides of the layers below, ready to be asked.
struct Mask<'a> {
    facts: &'a LayerFacts,
    removed: Vec<u64>,
    opaque: Vec<u64>,
}

fn hashes(of: &[String]) -> Vec<u64> {
    let mut all: Vec<u64> = of.iter().map(|p| paths::hash(p.as_bytes())).collect();
    all.sort_unstable();
    all
}

fn has(hashes: &[u64], hash: u64) -> bool {
    hashes.binary_search(&hash).is_ok()
}

impl<'a> Mask<'a> {
    fn of(facts: &'a LayerFacts) -> Self {
        Self {
            facts,
            removed: hashes(&facts.removed),
            opaque: hashes(&facts.opaque),
        }
    }

    /// Whether this layer hides a lower layer's file at the path.
    fn hides(&self, path: &Hashed) -> bool {
        has(&self.facts.occupied, path.at)
            || has(&self.facts.directories, path.at)
            || has(&self.removed, path.at)
            || self.hides_above(path)
    }

    /// Whether this layer hides a directory above the path, with all that it held.
    fn hides_above(&self, path: &Hashed) -> bool {
        let root = paths::hash(b"");
        (!self.opaque.is_empty() && has(&self.opaque, root))
            || path.above.iter().any(|above| {
                has(&self.facts.occupied, *above)
                    || has(&self.removed, *above)
                    || has(&self.opaque, *above)
            })
    }
}

/// What stands at a path of the squashed tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Something that is no directory, from this layer.
    File(usize),
    /// A directory.
    Directory,
    /// Nothing that a layer mentions.
    Nothing,
}

/// Where a path leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Way {
    /// To a file: its path without a link, and its layer.
    File(String, usize),
    /// To a directory, by its path without a link.
    Directory(String),
    /// Through a file, where a directory ought to be. It may be a link that no layer kept,
    /// since nobody could know that it would matter.
    Through(String, usize),
    /// To nothing, or in a circle.
    Nowhere,
}

/// The squashed tree of some layers.
pub(crate) struct Tree<'a> {
    masks: Vec<Mask<'a>>,
    /// Of every path at which a layer hides what lies below it.
    hiding: Filter,
    /// With the hashes of their paths, sorted by both.
    links: Vec<(u64, Link<'a>)>,
}

/// A visible link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Link<'a> {
    pub(crate) path: &'a str,
    pub(crate) target: &'a str,
    pub(crate) layer: usize,
}

impl<'a> Tree<'a> {
    pub(crate) fn of(layers: &'a [LayerFacts]) -> Self {
        let masks: Vec<Mask<'_>> = layers.iter().map(Mask::of).collect();
        let hiding = masks
            .iter()
            .flat_map(|m| [&m.facts.occupied, &m.removed, &m.opaque]);
        let count = hiding.clone().map(Vec::len).sum();
        let mut tree = Self {
            hiding: Filter::of(count, hiding.flatten().copied()),
            masks,
            links: Vec::new(),
        };
        let mut links: Vec<(u64, Link<'a>)> = Vec::new();
        for (layer, facts) in layers.iter().enumerate() {
            for (path, target) in &facts.links {
                if !tree.hidden(layer, path) {
                    let link = Link {
                        path,
                        target,
                        layer,
                    };
                    links.push((paths::hash(path.as_bytes()), link));
                }
            }
        }
        // Of two entries for one path the last counts.
        links.reverse();
        links.sort_by_key(|(hash, link)| (*hash, link.path));
        links.dedup_by_key(|(hash, link)| (*hash, link.path));
        tree.links = links;
        tree
    }

    fn link(&self, path: &str) -> Option<Link<'a>> {
        let wanted = (paths::hash(path.as_bytes()), path);
        let found = self
            .links
            .binary_search_by(|(hash, link)| (*hash, link.path).cmp(&wanted));
        found.ok().map(|at| self.links[at].1)
    }

    fn hashed(&self, path: &str) -> Hashed {
        let bytes = path.as_bytes();
        let above = path.match_indices('/');
        let above = above.map(|(end, _)| paths::hash(&bytes[..end]));
        Hashed {
            at: paths::hash(bytes),
            above: above.filter(|hash| self.hiding.may_have(*hash)).collect(),
        }
    }

    /// Whether a layer above `layer` hides what `layer` has at `path`.
    pub(crate) fn hidden(&self, layer: usize, path: &str) -> bool {
        let upper = &self.masks[layer + 1..];
        if upper.is_empty() {
            return false;
        }
        let path = self.hashed(path);
        upper.iter().any(|mask| mask.hides(&path))
    }

    /// The lowest layer above `layer` that hides what `layer` has at `path`.
    pub(crate) fn hidden_by(&self, layer: usize, path: &str) -> Option<usize> {
        let path = self.hashed(path);
        let upper = self.masks.iter().enumerate().skip(layer + 1);
        let mut hiding = upper.filter(|(_, mask)| mask.hides(&path));
        hiding.next().map(|(at, _)| at)
    }

    /// The visible links that layers keep, in no order.
    pub(crate) fn links(&self) -> impl Iterator<Item = Link<'a>> + '_ {
        self.links.iter().map(|(_, link)| *link)
    }

    /// What stands at `path`; no link is followed.
    pub(crate) fn at(&self, path: &str) -> Place {
        let path = self.hashed(path);
        for (layer, mask) in self.masks.iter().enumerate().rev() {
            if has(&mask.facts.occupied, path.at) {
                return Place::File(layer);
            }
            if mask.facts.has_directory(path.at) {
                return Place::Directory;
            }
            if has(&mask.removed, path.at) || mask.hides_above(&path) {
                break;
            }
        }
        Place::Nothing
    }

    /// Follows `path` through every link that is known.
    pub(crate) fn follow(&self, path: &str) -> Way {
        let Some(path) = self.real(path) else {
            return Way::Nowhere;
        };
        let path = path.into_owned();
        match self.at(&path) {
            Place::File(layer) => Way::File(path, layer),
            Place::Directory => Way::Directory(path),
            Place::Nothing => {
                for (end, _) in path.match_indices('/') {
                    if let Place::File(layer) = self.at(&path[..end]) {
                        return Way::Through(path[..end].to_owned(), layer);
                    }
                }
                Way::Nowhere
            }
        }
    }

    /// `path` without a link in it; `None` when it goes in a circle or on without end.
    pub(crate) fn real<'p>(&self, path: &'p str) -> Option<Cow<'p, str>> {
        if self.is_real(path) {
            return Some(Cow::Borrowed(path));
        }
        let mut todo: Vec<&str> = path.split('/').rev().collect();
        let mut done = String::with_capacity(path.len());
        let (mut hops, mut segments) = (0, 0);
        while let Some(segment) = todo.pop() {
            segments += 1;
            if segments > MAX_SEGMENTS {
                return None;
            }
            match segment {
                "" | "." => continue,
                ".." => {
                    done.truncate(done.rfind('/').unwrap_or(0));
                    continue;
                }
                _ => {}
            }
            let above = done.len();
            if above > 0 {
                done.push('/');
            }
            done.push_str(segment);
            if let Some(Link { target, .. }) = self.link(&done) {
                hops += 1;
                if hops > MAX_HOPS || todo.len() > MAX_SEGMENTS {
                    return None;
                }
                done.truncate(if target.starts_with('/') { 0 } else { above });
                todo.extend(target.split('/').rev());
            }
        }
        Some(Cow::Owned(done))
    }

    /// Whether `path` is written plainly and has no link in it.
    fn is_real(&self, path: &str) -> bool {
        let mut from = 0;
        path.split('/').all(|segment| {
            let end = from + segment.len();
            from = end + 1;
            !matches!(segment, "" | "." | "..") && self.link(&path[..end]).is_none()
        })
    }
}
