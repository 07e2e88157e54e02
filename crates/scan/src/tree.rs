//! Layers on top of each other: what is visible in the image, and where links lead.
//!
//! Source: OCI Image Layer Specification 1.1, "Applying Changesets". An upper entry
//! hides a lower one at the same path; anything that is not a directory also hides what
//! lies below its path; whiteouts take paths away; an opaque directory hides what lower
//! layers have below it. Links are followed as path_resolution(7) says, inside the image.

use std::collections::HashMap;

use crate::facts::LayerFacts;
use crate::paths;

/// Most links that one path is followed through, as in Linux.
const MAX_HOPS: usize = 40;

/// Most segments of a path that is followed; a longer one leads nowhere.
const MAX_SEGMENTS: usize = 4_096;

/// A path with the hashes that layers are asked for.
pub(crate) struct Hashed {
    at: u64,
    above: Vec<u64>,
}

impl Hashed {
    pub(crate) fn of(path: &str) -> Self {
        let bytes = path.as_bytes();
        let above = path.match_indices('/');
        Self {
            at: paths::hash(bytes),
            above: above.map(|(end, _)| paths::hash(&bytes[..end])).collect(),
        }
    }
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
    links: HashMap<&'a str, Link<'a>>,
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
        let mut tree = Self {
            masks: layers.iter().map(Mask::of).collect(),
            links: HashMap::new(),
        };
        for (layer, facts) in layers.iter().enumerate() {
            for (path, target) in &facts.links {
                if !tree.hidden(layer, path) {
                    let link = Link {
                        path,
                        target,
                        layer,
                    };
                    tree.links.insert(path, link);
                }
            }
        }
        tree
    }

    /// Whether a layer above `layer` hides what `layer` has at `path`.
    pub(crate) fn hidden(&self, layer: usize, path: &str) -> bool {
        let upper = &self.masks[layer + 1..];
        if upper.is_empty() {
            return false;
        }
        let path = Hashed::of(path);
        upper.iter().any(|mask| mask.hides(&path))
    }

    /// The lowest layer above `layer` that hides what `layer` has at `path`.
    pub(crate) fn hidden_by(&self, layer: usize, path: &str) -> Option<usize> {
        let path = Hashed::of(path);
        let upper = self.masks.iter().enumerate().skip(layer + 1);
        let mut hiding = upper.filter(|(_, mask)| mask.hides(&path));
        hiding.next().map(|(at, _)| at)
    }

    /// The visible links that layers keep, in no order.
    pub(crate) fn links(&self) -> impl Iterator<Item = Link<'a>> + '_ {
        self.links.values().copied()
    }

    /// What stands at `path`; no link is followed.
    pub(crate) fn at(&self, path: &str) -> Place {
        let path = Hashed::of(path);
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
    pub(crate) fn real(&self, path: &str) -> Option<String> {
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
            if let Some(Link { target, .. }) = self.links.get(done.as_str()) {
                hops += 1;
                if hops > MAX_HOPS || todo.len() > MAX_SEGMENTS {
                    return None;
                }
                done.truncate(if target.starts_with('/') { 0 } else { above });
                todo.extend(target.split('/').rev());
            }
        }
        Some(done)
    }
}
