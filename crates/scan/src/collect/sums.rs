//! Files that run are hashed, and what their packages state of them is read: both only where
//! signs of tampering are looked for.

use lazaret_ecosystem::Input;
use lazaret_ecosystem::sums::{self, SumReader};
use lazaret_image::Entry;
use lazaret_inspect::signs::digests::{self, Digester};
use lazaret_model::{Gap, GapKind};

use super::Collector;
use crate::behind::Name;
use crate::facts::{SumFacts, Summed};
use crate::paths;

/// Most programs that one layer keeps the digests of.
const MAX_PROGRAMS: usize = 300_000;

impl Collector<'_> {
    /// The readers of checksums that want a file with these names.
    pub(super) fn sum_readers<'n>(&self, names: &'n [Name]) -> Vec<(&'n Name, &'static SumReader)> {
        if !self.settings.look.signs {
            return Vec::new();
        }
        let of = |n: &'n Name| sums::readers_for(&n.wanted).map(move |r| (n, r));
        names.iter().flat_map(of).collect()
    }

    pub(super) fn read_sums(&mut self, readers: &[(&Name, &'static SumReader)], bytes: &[u8]) {
        for (name, reader) in readers {
            let path = name.wanted.as_str();
            match (reader.read)(Input { path, bytes }) {
                Ok(sums) => self.keep_sums(name, sums),
                Err(error) => {
                    let detail = format!("{}: {error}", reader.id);
                    self.gap(GapKind::Unreadable, &name.place, detail);
                }
            }
        }
    }

    fn keep_sums(&mut self, name: &Name, found: sums::Sums) {
        if found == sums::Sums::default() {
            return;
        }
        let path = name.place.as_str();
        let facts = self.files.entry(path.to_owned()).or_default();
        path.clone_into(&mut facts.path);
        for stated in found.stated {
            facts.sums.push(SumFacts {
                kind: stated.kind.to_owned(),
                package: stated.package,
                algorithm: stated.algorithm,
                count: u32::try_from(stated.files.len()).unwrap_or(u32::MAX),
            });
            facts.summed.extend(stated.files.iter().map(|file| Summed {
                path: paths::hash(file.path.as_bytes()),
                digest: file.digest,
            }));
        }
        let gap = |(kind, detail)| Gap::new(kind, path, detail);
        facts.gaps.extend(found.gaps.into_iter().map(gap));
    }

    /// What makes the digests of a file that streams by, where its change would matter.
    pub(super) fn digester(&mut self, path: &str, mode: u32, head: &[u8]) -> Option<Digester> {
        let wanted = digests::wanted(path, mode, head)?;
        if self.programs.len() >= MAX_PROGRAMS {
            self.more_programs += 1;
            return None;
        }
        Some(Digester::new(wanted))
    }

    /// Hashes a file that is held in memory.
    pub(super) fn hash_whole(&mut self, path: &str, entry: &Entry<'_>, bytes: &[u8]) {
        if !self.settings.look.signs || self.behind.is_some() {
            return;
        }
        if let Some(mut digester) = self.digester(path, entry.mode, bytes) {
            digester.feed(bytes);
            self.programs.insert(path.to_owned(), digester.finish());
        }
    }
}
