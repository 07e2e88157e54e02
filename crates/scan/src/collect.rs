//! The sink that turns the entries of one layer into facts.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::Read;

use lazaret_ecosystem::executable::{self, Probe};
use lazaret_ecosystem::{Found, Input, Reader, readers_for, store};
use lazaret_image::{Entry, EntryKind, LayerSink, LayerSummary, SinkError};
use lazaret_model::{Gap, GapKind, Location};

use crate::budget::Budget;
use crate::facts::{FileFacts, LayerFacts};
use crate::{Settings, paths};

/// Most gaps that one layer reports; further ones are counted in the last.
const MAX_GAPS: usize = 200;

/// Size of the chunks that executables are probed in.
const CHUNK: usize = 64 << 10;

/// Collects the facts of one layer while its entries stream by.
pub(crate) struct Collector<'a> {
    settings: &'a Settings,
    budget: &'a Budget,
    /// On a second pass: the files that hard links need, and the names they have there.
    only: Option<&'a BTreeMap<String, Vec<String>>>,
    files: BTreeMap<String, FileFacts>,
    removed: BTreeSet<String>,
    opaque: BTreeSet<String>,
    links: Vec<(String, String)>,
    hard_links: Vec<(String, String)>,
    stores: HashSet<String>,
    occupied: Vec<u64>,
    directories: Vec<u64>,
    gaps: Vec<Gap>,
    more_gaps: usize,
    chunk: Vec<u8>,
}

impl<'a> Collector<'a> {
    pub(crate) fn new(settings: &'a Settings, budget: &'a Budget) -> Self {
        Self {
            settings,
            budget,
            only: None,
            files: BTreeMap::new(),
            removed: BTreeSet::new(),
            opaque: BTreeSet::new(),
            links: Vec::new(),
            hard_links: Vec::new(),
            stores: HashSet::new(),
            occupied: Vec::new(),
            directories: Vec::new(),
            gaps: Vec::new(),
            more_gaps: 0,
            chunk: Vec::new(),
        }
    }

    /// A collector for the second pass over a layer, which reads nothing but the targets
    /// of hard links that a reader wants under their other name.
    pub(crate) fn for_links(
        settings: &'a Settings,
        budget: &'a Budget,
        only: &'a BTreeMap<String, Vec<String>>,
    ) -> Self {
        Self {
            only: Some(only),
            ..Self::new(settings, budget)
        }
    }

    /// Targets of hard links that were not read under a name of their own: target, and
    /// the names that a reader wants it under.
    pub(crate) fn unread_links(&mut self) -> BTreeMap<String, Vec<String>> {
        let mut unread: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (path, target) in std::mem::take(&mut self.hard_links) {
            match self.files.get(&target) {
                Some(facts) => {
                    let mut facts = facts.clone();
                    for package in &mut facts.packages {
                        for location in &mut package.locations {
                            location.path = location.path.replacen(&target, &path, 1);
                        }
                    }
                    facts.path.clone_from(&path);
                    self.files.insert(path, facts);
                }
                None => unread.entry(target).or_default().push(path),
            }
        }
        unread
    }

    /// Takes over what a second pass found, and makes a gap of what it did not find.
    pub(crate) fn adopt_links(
        &mut self,
        second: Option<Collector<'_>>,
        unread: BTreeMap<String, Vec<String>>,
    ) {
        let found = second.map(|s| s.files).unwrap_or_default();
        for (target, names) in unread {
            for name in names.into_iter().filter(|n| !found.contains_key(n)) {
                let detail = format!("a hard link to {target}, which this layer does not hold");
                self.gap(GapKind::Unreadable, &name, detail);
            }
        }
        self.files.extend(found);
    }

    /// The facts, once the layer is verified.
    pub(crate) fn finish(mut self, summary: &LayerSummary) -> LayerFacts {
        for oddity in &summary.oddities {
            self.gap(GapKind::Unreadable, &oddity.path, oddity.detail.clone());
        }
        if self.more_gaps > 0 {
            let detail = format!("{} more of the same layer are not listed", self.more_gaps);
            self.gaps.push(Gap::new(GapKind::Limit, "gaps", detail));
        }
        self.occupied.sort_unstable();
        self.occupied.dedup();
        self.directories.sort_unstable();
        self.directories.dedup();
        self.gaps.sort();
        self.gaps.dedup();
        LayerFacts {
            diff_id: summary.diff_id.clone(),
            files: self.files.into_values().collect(),
            removed: self.removed.into_iter().collect(),
            opaque: self.opaque.into_iter().collect(),
            links: self.links,
            gaps: self.gaps,
            occupied: self.occupied,
            directories: self.directories,
        }
    }

    fn gap(&mut self, kind: GapKind, subject: &str, detail: impl Into<String>) {
        if self.gaps.len() < MAX_GAPS {
            self.gaps.push(Gap::new(kind, subject, detail));
        } else {
            self.more_gaps += 1;
        }
    }

    fn skipped(&self, path: &str) -> bool {
        self.settings
            .skip_dirs
            .iter()
            .any(|p| paths::below(p, path))
            || self
                .settings
                .skip_files
                .iter()
                .any(|p| paths::matches(p, path))
    }

    fn file(
        &mut self,
        path: &str,
        names: &[String],
        entry: &Entry<'_>,
        body: &mut dyn Read,
    ) -> Result<(), SinkError> {
        let readers: Vec<(&String, &'static Reader)> = names
            .iter()
            .flat_map(|n| readers_for(n, self.settings.locked).map(move |r| (n, r)))
            .collect();
        if readers.is_empty() {
            self.store(path);
            return self.executable(path, entry, body);
        }
        let limit = readers.iter().map(|(_, r)| r.max_bytes).max().unwrap_or(0);
        let limit = limit.min(self.settings.max_file_size);
        if entry.size > limit {
            let detail = format!("{} bytes, more than the {limit} that are read", entry.size);
            self.gap(GapKind::Limit, path, detail);
            self.files.insert(path.to_owned(), FileFacts::default());
            return Ok(());
        }
        let share = self.budget.take(entry.size);
        let mut bytes = Vec::with_capacity(usize::try_from(entry.size).unwrap_or(0));
        body.take(limit).read_to_end(&mut bytes)?;
        for (name, reader) in readers {
            if entry.size > reader.max_bytes {
                continue;
            }
            match (reader.read)(Input {
                path: name,
                bytes: &bytes,
            }) {
                Ok(found) => self.keep(name, found),
                Err(error) => {
                    self.gap(GapKind::Unreadable, name, format!("{}: {error}", reader.id))
                }
            }
        }
        drop(share);
        Ok(())
    }

    /// Takes the package of a folder of the Nix or Guix store, once for each folder: a
    /// file in it is the evidence, and goes with it.
    fn store(&mut self, path: &str) {
        let Some((root, package)) = store::package(path) else {
            return;
        };
        if self.only.is_none() && self.stores.insert(root.to_owned()) {
            let packages = vec![package.at(root)];
            self.keep(
                path,
                Found {
                    packages,
                    ..Found::default()
                },
            );
        }
    }

    fn executable(
        &mut self,
        path: &str,
        entry: &Entry<'_>,
        body: &mut dyn Read,
    ) -> Result<(), SinkError> {
        if self.only.is_some() || !executable::wants(path, entry.mode, entry.size) {
            return Ok(());
        }
        self.chunk.resize(CHUNK, 0);
        let head = fill(body, &mut self.chunk)?;
        let Some(mut probe) = Probe::new(path, &self.chunk[..head]) else {
            return Ok(());
        };
        let mut filled = head;
        while filled > 0 {
            probe.feed(&self.chunk[..filled]);
            filled = fill(body, &mut self.chunk)?;
        }
        match probe.finish() {
            Ok(found) => self.keep(path, found),
            Err(error) => self.gap(GapKind::Unreadable, path, format!("executable: {error}")),
        }
        Ok(())
    }

    fn keep(&mut self, path: &str, found: Found) {
        let facts = self.files.entry(path.to_owned()).or_default();
        path.clone_into(&mut facts.path);
        for mut package in found.packages {
            if package.locations.is_empty() {
                package.locations.push(Location {
                    path: path.to_owned(),
                    layer: None,
                });
            }
            facts.packages.push(package);
        }
        for hint in found.distro {
            facts
                .distro
                .push((hint.from.to_owned(), hint.key, hint.value));
        }
        for owner in found.owned {
            let count = u32::try_from(owner.paths.len()).unwrap_or(u32::MAX);
            facts
                .owners
                .push((owner.kind.to_owned(), owner.package, count));
            facts.owned.extend(
                owner
                    .paths
                    .iter()
                    .map(|p| paths::hash(paths::canonical(p).as_bytes())),
            );
        }
        facts.gaps.extend(
            found
                .gaps
                .into_iter()
                .map(|(kind, detail)| Gap::new(kind, path, detail)),
        );
        if facts.is_empty() {
            self.files.remove(path);
        }
    }
}

impl LayerSink for Collector<'_> {
    fn entry(&mut self, entry: &Entry<'_>, body: &mut dyn Read) -> Result<(), SinkError> {
        let path = String::from_utf8_lossy(entry.path);
        if let Some(only) = self.only {
            if let (EntryKind::File, Some(names)) = (&entry.kind, only.get(path.as_ref())) {
                return self.file(&path, names, entry, body);
            }
            return Ok(());
        }
        let hash = paths::hash(path.as_bytes());
        match &entry.kind {
            EntryKind::Whiteout => {
                self.removed.insert(path.into_owned());
            }
            EntryKind::Opaque => {
                self.opaque.insert(path.into_owned());
            }
            EntryKind::Directory => self.directories.push(hash),
            EntryKind::File => {
                self.occupied.push(hash);
                // A later entry of the same name replaces the earlier one.
                self.files.remove(path.as_ref());
                if !self.skipped(&path) {
                    let name = [path.to_string()];
                    return self.file(&path, &name, entry, body);
                }
            }
            EntryKind::Symlink(target) => {
                self.occupied.push(hash);
                self.files.remove(path.as_ref());
                if readers_for(&path, false).next().is_some() {
                    let target = String::from_utf8_lossy(target).into_owned();
                    self.links.push((path.into_owned(), target));
                }
            }
            EntryKind::HardLink(target) => {
                self.occupied.push(hash);
                self.files.remove(path.as_ref());
                if !self.skipped(&path) && readers_for(&path, self.settings.locked).next().is_some()
                {
                    let target = String::from_utf8_lossy(target).into_owned();
                    self.hard_links.push((path.into_owned(), target));
                }
            }
            EntryKind::Other => self.occupied.push(hash),
        }
        Ok(())
    }
}

/// Fills `chunk` as far as the body reaches; the number of bytes filled.
fn fill(body: &mut dyn Read, chunk: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < chunk.len() {
        match body.read(&mut chunk[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
