//! The sink that turns the entries of one layer into facts.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::Read;

use lazaret_ecosystem::executable::{self, Probe};
use lazaret_ecosystem::{Found, Input, Reader, inert, readers_for, store};
use lazaret_image::{Entry, EntryKind, LayerSink, LayerSummary, SinkError};
use lazaret_inspect::secrets::{self, Scan};
use lazaret_inspect::{licenses, signs};
use lazaret_model::{Gap, GapKind, Location, Secret, Sign};

use crate::behind::{Behind, Name};
use crate::budget::Budget;
use crate::facts::{FileFacts, LayerFacts, LicenseText, OwnerFacts, rename};
use crate::{Settings, links, look, paths};

/// Most gaps that one layer reports; further ones are counted in the last.
const MAX_GAPS: usize = 200;

/// Most links that one layer keeps, symbolic and hard ones each.
const MAX_LINKS: usize = 50_000;

/// Size of the chunks that executables are probed in.
const CHUNK: usize = 64 << 10;

/// Collects the facts of one layer while its entries stream by.
pub(crate) struct Collector<'a> {
    settings: &'a Settings,
    budget: &'a Budget,
    /// On a second reading: what is looked for, and nothing else is read.
    behind: Option<&'a Behind>,
    files: BTreeMap<String, FileFacts>,
    removed: BTreeSet<String>,
    opaque: BTreeSet<String>,
    links: BTreeMap<String, String>,
    hard_links: BTreeMap<String, String>,
    stores: HashSet<String>,
    occupied: Vec<u64>,
    directories: Vec<u64>,
    implied: Vec<u64>,
    /// The directory of the last entry.
    above: String,
    silent: Vec<u64>,
    gaps: Vec<Gap>,
    secrets: Vec<Secret>,
    more_secrets: usize,
    license_texts: Vec<LicenseText>,
    signs: Vec<Sign>,
    more_gaps: usize,
    more_links: usize,
    chunk: Vec<u8>,
}

impl<'a> Collector<'a> {
    pub(crate) fn new(settings: &'a Settings, budget: &'a Budget) -> Self {
        Self {
            settings,
            budget,
            behind: None,
            files: BTreeMap::new(),
            removed: BTreeSet::new(),
            opaque: BTreeSet::new(),
            links: BTreeMap::new(),
            hard_links: BTreeMap::new(),
            stores: HashSet::new(),
            occupied: Vec::new(),
            directories: Vec::new(),
            implied: Vec::new(),
            above: String::new(),
            silent: Vec::new(),
            gaps: Vec::new(),
            secrets: Vec::new(),
            more_secrets: 0,
            license_texts: Vec::new(),
            signs: Vec::new(),
            more_gaps: 0,
            more_links: 0,
            chunk: Vec::new(),
        }
    }

    /// A collector for a second reading of a layer, which reads nothing but `behind`.
    pub(crate) fn again(settings: &'a Settings, budget: &'a Budget, behind: &'a Behind) -> Self {
        Self {
            behind: Some(behind),
            ..Self::new(settings, budget)
        }
    }

    /// Gives hard links the facts of the file that they name; those whose file was not
    /// read stay behind.
    fn share_facts(&mut self) {
        let locked = self.settings.locked;
        let mut settled = Vec::new();
        for (path, target) in std::mem::take(&mut self.hard_links) {
            if links::read_alike(&target, &path, locked) {
                if let Some(facts) = self.files.get(&target) {
                    let facts = facts.renamed(&target, &path);
                    self.files.insert(path, facts);
                    continue;
                }
                let target = paths::hash(target.as_bytes());
                if self.silent.binary_search(&target).is_ok() {
                    settled.push(paths::hash(path.as_bytes()));
                    continue;
                }
            }
            self.hard_links.insert(path, target);
        }
        self.silent.extend(settled);
    }

    /// The facts, once the layer is verified.
    pub(crate) fn finish(mut self, summary: &LayerSummary) -> LayerFacts {
        self.silent.sort_unstable();
        self.share_facts();
        if self.more_links > 0 {
            let detail = format!("{} beyond {MAX_LINKS} are not followed", self.more_links);
            self.gap(GapKind::Limit, "links", detail);
        }
        if self.more_secrets > 0 {
            let detail = format!("{} more are not listed", self.more_secrets);
            self.gap(GapKind::Limit, "secrets", detail);
        }
        for oddity in &summary.oddities {
            self.gap(GapKind::Unreadable, &oddity.path, oddity.detail.clone());
        }
        if self.more_gaps > 0 {
            let detail = format!("{} more of the same layer are not listed", self.more_gaps);
            self.gaps.push(Gap::new(GapKind::Limit, "gaps", detail));
        }
        for hashes in [
            &mut self.occupied,
            &mut self.directories,
            &mut self.implied,
            &mut self.silent,
        ] {
            hashes.sort_unstable();
            hashes.dedup();
        }
        let directories = &self.directories;
        self.implied
            .retain(|hash| directories.binary_search(hash).is_err());
        self.gaps.sort();
        self.gaps.dedup();
        LayerFacts {
            diff_id: summary.diff_id.clone(),
            files: self.files.into_values().collect(),
            removed: self.removed.into_iter().collect(),
            opaque: self.opaque.into_iter().collect(),
            links: self.links.into_iter().collect(),
            hard_links: self.hard_links.into_iter().collect(),
            gaps: self.gaps,
            secrets: self.secrets,
            license_texts: self.license_texts,
            signs: self.signs,
            occupied: self.occupied,
            directories: self.directories,
            implied: self.implied,
            silent: self.silent,
        }
    }

    fn gap(&mut self, kind: GapKind, subject: &str, detail: impl Into<String>) {
        if self.gaps.len() < MAX_GAPS {
            self.gaps.push(Gap::new(kind, subject, detail));
        } else {
            self.more_gaps += 1;
        }
    }

    /// Notes the directory that an entry lies in, which need not have an entry.
    fn note_above(&mut self, path: &str) {
        let above = path.rsplit_once('/').map_or("", |(above, _)| above);
        if above != self.above {
            above.clone_into(&mut self.above);
            self.implied.push(paths::hash(above.as_bytes()));
        }
    }

    /// Whether one more link may be kept.
    fn has_room(&mut self) -> bool {
        let room = self.links.len().max(self.hard_links.len()) < MAX_LINKS;
        self.more_links += usize::from(!room);
        room
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
        names: &[Name],
        entry: &Entry<'_>,
        body: &mut dyn Read,
    ) -> Result<(), SinkError> {
        let readers: Vec<(&Name, &'static Reader)> = names
            .iter()
            .flat_map(|n| readers_for(&n.wanted, self.settings.locked).map(move |r| (n, r)))
            .collect();
        if readers.is_empty() {
            self.store(path);
            return self.stream(path, entry, body);
        }
        let limit = readers.iter().map(|(_, r)| r.max_bytes).max().unwrap_or(0);
        let limit = limit.min(self.settings.max_file_size);
        if entry.size > limit {
            let detail = format!("{} bytes, more than the {limit} that are read", entry.size);
            self.gap(GapKind::Limit, path, detail);
            self.settle(path);
            return Ok(());
        }
        let share = self.budget.take(entry.size);
        let mut bytes = Vec::with_capacity(usize::try_from(entry.size).unwrap_or(0));
        body.take(limit).read_to_end(&mut bytes)?;
        if self.looks_for_secrets(path, entry.size) && !secrets::is_binary(path, &bytes) {
            let context = secrets::context(path).beginning(&bytes);
            self.keep_secrets(path, secrets::find(&bytes, &context));
        }
        for (name, reader) in readers {
            if entry.size > reader.max_bytes {
                continue;
            }
            match (reader.read)(Input {
                path: &name.wanted,
                bytes: &bytes,
            }) {
                Ok(found) => self.keep(name, found),
                Err(error) => {
                    let detail = format!("{}: {error}", reader.id);
                    self.gap(GapKind::Unreadable, &name.place, detail);
                }
            }
        }
        drop(share);
        for place in names.iter().map(|n| n.place.as_str()).chain([path]) {
            if !self.files.contains_key(place) {
                self.settle(place);
            }
        }
        Ok(())
    }

    /// Takes the package of a folder of the Nix or Guix store, once for each folder: a
    /// file in it is the evidence, and goes with it.
    fn store(&mut self, path: &str) {
        let Some((root, package)) = store::package(path) else {
            return;
        };
        if self.behind.is_none() && self.stores.insert(root.to_owned()) {
            let packages = vec![package.at(root)];
            let found = Found {
                packages,
                ..Found::default()
            };
            self.keep(&Name::own(path), found);
        }
    }

    /// Notes that nothing more is to be learnt of the file at `path`.
    fn settle(&mut self, path: &str) {
        self.silent.push(paths::hash(path.as_bytes()));
    }

    /// A file that no reader wants: as it streams by, it is probed for what executables
    /// tell, or looked through for credentials.
    fn stream(
        &mut self,
        path: &str,
        entry: &Entry<'_>,
        body: &mut dyn Read,
    ) -> Result<(), SinkError> {
        let probes = self.behind.is_none() && executable::wants(path, entry.mode, entry.size);
        let looks = self.looks_for_secrets(path, entry.size);
        if self.looks_for_license(path, entry.size) {
            return self.license_text(path, looks, entry, body);
        }
        let judged = self.settings.look.signs && self.behind.is_none();
        let judged = judged && signs::wants(path, entry.mode);
        if !probes && !looks && !judged {
            return Ok(());
        }
        let mut chunk = std::mem::take(&mut self.chunk);
        chunk.resize(CHUNK, 0);
        let wanted = Wanted {
            probes,
            looks,
            judged,
        };
        let streamed = self.stream_chunks(path, wanted, body, &mut chunk);
        self.chunk = chunk;
        streamed
    }

    fn stream_chunks(
        &mut self,
        path: &str,
        wanted: Wanted,
        body: &mut dyn Read,
        chunk: &mut [u8],
    ) -> Result<(), SinkError> {
        let mut filled = fill(body, chunk)?;
        let head = &chunk[..filled];
        if wanted.judged {
            self.signs.extend(signs::of_head(path, head));
        }
        let mut probe = wanted.probes.then(|| Probe::new(path, head)).flatten();
        let looks = wanted.looks && !secrets::is_binary(path, head);
        let context = looks.then(|| secrets::context(path).beginning(head));
        let mut scan = context.as_ref().map(Scan::new);
        if probe.is_none() && scan.is_none() {
            return Ok(());
        }
        while filled > 0 {
            if let Some(probe) = &mut probe {
                probe.feed(&chunk[..filled]);
            }
            if let Some(scan) = &mut scan {
                scan.feed(&chunk[..filled]);
            }
            filled = fill(body, chunk)?;
        }
        if let Some(scan) = scan {
            self.keep_secrets(path, scan.finish());
        }
        match probe.map(Probe::finish) {
            Some(Ok(found)) => self.keep(&Name::own(path), found),
            Some(Err(error)) => {
                self.gap(GapKind::Unreadable, path, format!("executable: {error}"));
            }
            None => {}
        }
        Ok(())
    }

    fn looks_for_license(&self, path: &str, size: u64) -> bool {
        self.settings.look.licenses
            && self.behind.is_none()
            && (1..=licenses::MAX_BYTES).contains(&size)
            && licenses::wants(path)
            && self.license_texts.len() < look::MAX_TEXTS
    }

    /// A file that is by its name the text of a licence.
    fn license_text(
        &mut self,
        path: &str,
        looks: bool,
        entry: &Entry<'_>,
        body: &mut dyn Read,
    ) -> Result<(), SinkError> {
        let share = self.budget.take(entry.size);
        let mut bytes = Vec::new();
        body.take(licenses::MAX_BYTES).read_to_end(&mut bytes)?;
        if looks && !secrets::is_binary(path, &bytes) {
            let context = secrets::context(path).beginning(&bytes);
            self.keep_secrets(path, secrets::find(&bytes, &context));
        }
        if let Some(text) = look::license_text(path, &bytes) {
            self.license_texts.push(text);
        }
        drop(share);
        Ok(())
    }

    fn looks_for_secrets(&mut self, path: &str, size: u64) -> bool {
        if !self.settings.look.secrets || self.behind.is_some() {
            return false;
        }
        if size > secrets::MAX_BYTES {
            let most = secrets::MAX_BYTES;
            let detail = format!("{size} bytes; secrets are looked for in up to {most}");
            self.gap(GapKind::Limit, path, detail);
        }
        secrets::wants(path, size)
    }

    fn keep_secrets(&mut self, path: &str, found: secrets::Found) {
        self.more_secrets += found.missed;
        for secret in look::of_file(path, found) {
            if self.secrets.len() < look::MAX_SECRETS {
                self.secrets.push(secret);
            } else {
                self.more_secrets += 1;
            }
        }
    }

    fn keep(&mut self, name: &Name, found: Found) {
        let path = name.place.as_str();
        let facts = self.files.entry(path.to_owned()).or_default();
        path.clone_into(&mut facts.path);
        for mut package in found.packages {
            if package.locations.is_empty() {
                package.locations.push(Location {
                    path: path.to_owned(),
                    layer: None,
                });
            } else if name.wanted != path {
                rename(&mut package, &name.wanted, path);
            }
            facts.packages.push(package);
        }
        for hint in found.distro {
            facts
                .distro
                .push((hint.from.to_owned(), hint.key, hint.value));
        }
        // Of files beyond a limit nobody knows what they are.
        let whole = found.gaps.iter().all(|(kind, _)| *kind != GapKind::Limit);
        for owner in found.owned {
            let paths = owner.paths.iter().map(String::as_str);
            facts.owners.push(OwnerFacts {
                kind: owner.kind.to_owned(),
                package: owner.package,
                count: u32::try_from(owner.paths.len()).unwrap_or(u32::MAX),
                inert: inert(paths).filter(|_| whole).map(str::to_owned),
            });
            let hashes = owner.paths.iter().map(|p| paths::hash(p.as_bytes()));
            facts.owned.extend(hashes);
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

    /// An entry of a second reading: a file that is looked for, or another link to it.
    fn again_entry(
        &mut self,
        behind: &Behind,
        path: &str,
        entry: &Entry<'_>,
        body: &mut dyn Read,
    ) -> Result<(), SinkError> {
        let names = behind.names(path);
        if names.is_empty() {
            return Ok(());
        }
        let target = |bytes| String::from_utf8_lossy(bytes).into_owned();
        let locked = self.settings.locked;
        match &entry.kind {
            EntryKind::File if self.skipped(path) => self.settle(path),
            EntryKind::File if names.iter().any(|n| links::is_wanted(&n.wanted, locked)) => {
                return self.file(path, &names, entry, body);
            }
            EntryKind::Symlink(to) => {
                self.links.insert(path.to_owned(), target(to));
            }
            // What a hard link names lies in the same tree, counted from the root.
            EntryKind::HardLink(to) => {
                self.links
                    .insert(path.to_owned(), format!("/{}", target(to)));
            }
            _ => {}
        }
        Ok(())
    }
}

/// What is wanted of a file that streams by.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    /// To be probed as an executable.
    probes: bool,
    /// To be looked through for credentials.
    looks: bool,
    /// To be judged by its beginning.
    judged: bool,
}

impl LayerSink for Collector<'_> {
    fn entry(&mut self, entry: &Entry<'_>, body: &mut dyn Read) -> Result<(), SinkError> {
        let path = String::from_utf8_lossy(entry.path);
        if let Some(behind) = self.behind {
            return self.again_entry(behind, &path, entry, body);
        }
        let hash = paths::hash(path.as_bytes());
        if !matches!(entry.kind, EntryKind::Whiteout | EntryKind::Opaque) {
            // A later entry of the same name replaces the earlier one.
            self.files.remove(path.as_ref());
            self.links.remove(path.as_ref());
            self.hard_links.remove(path.as_ref());
            self.note_above(&path);
        }
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
                if self.settings.look.signs && self.signs.len() < look::MAX_SIGNS {
                    self.signs.extend(signs::of_mode(&path, entry.mode));
                }
                if self.skipped(&path) {
                    self.silent.push(hash);
                } else {
                    return self.file(&path, &[Name::own(&path)], entry, body);
                }
            }
            EntryKind::Symlink(target) => {
                self.occupied.push(hash);
                if links::matters(&path, self.settings.locked) && self.has_room() {
                    let target = String::from_utf8_lossy(target).into_owned();
                    self.links.insert(path.into_owned(), target);
                }
            }
            EntryKind::HardLink(target) => {
                self.occupied.push(hash);
                let wanted = links::is_wanted(&path, self.settings.locked);
                if wanted && !self.skipped(&path) && self.has_room() {
                    let target = String::from_utf8_lossy(target).into_owned();
                    self.hard_links.insert(path.into_owned(), target);
                }
            }
            EntryKind::Other => self.occupied.push(hash),
        }
        Ok(())
    }

    fn descends(&mut self, directory: &[u8]) -> bool {
        !self.skipped(&String::from_utf8_lossy(directory))
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
