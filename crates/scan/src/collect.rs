//! The sink that turns the entries of one layer into facts.

mod again;
mod body;
mod keep;
mod sums;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::Read;

use lazaret_check::image::places;
use lazaret_image::{Entry, EntryKind, LayerSink, LayerSummary, SinkError};
use lazaret_inspect::signs::{self, digests::Digests};
use lazaret_model::{Gap, GapKind, Secret, Sign};

use crate::behind::{Behind, Name};
use crate::budget::Budget;
use crate::facts::{FileFacts, LayerFacts, LicenseText};
use crate::{Settings, links, look, paths};

/// Most gaps that one layer reports; further ones are counted in the last.
const MAX_GAPS: usize = 200;

/// Most links that one layer keeps, symbolic and hard ones each.
const MAX_LINKS: usize = 50_000;

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
    places: Vec<(String, u32, bool)>,
    statements: BTreeMap<String, String>,
    programs: BTreeMap<String, Digests>,
    more_programs: usize,
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
            places: Vec::new(),
            statements: BTreeMap::new(),
            programs: BTreeMap::new(),
            more_programs: 0,
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
        if self.more_programs > 0 {
            let detail = format!("{} are not held against their packages", self.more_programs);
            self.gap(GapKind::Limit, "programs", detail);
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
        let (programs, digests) = self.programs.into_iter().unzip();
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
            places: self.places,
            statements: self.statements.into_iter().collect(),
            programs,
            digests,
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

    /// Keeps a file or directory that checks of the image ask about.
    fn place(&mut self, path: &str, mode: u32, directory: bool) {
        let asked = self.settings.look.misconfigurations;
        let has_room = self.places.len() < look::MAX_PLACES;
        if asked && has_room && places::wants(path, mode, directory) {
            self.places.push((path.to_owned(), mode, directory));
        }
    }

    /// Notes that nothing more is to be learnt of the file at `path`.
    fn settle(&mut self, path: &str) {
        self.silent.push(paths::hash(path.as_bytes()));
    }
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
            self.programs.remove(path.as_ref());
            self.statements.remove(path.as_ref());
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
            EntryKind::Directory => {
                self.directories.push(hash);
                self.place(&path, entry.mode, true);
            }
            EntryKind::File => {
                self.occupied.push(hash);
                self.place(&path, entry.mode, false);
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
