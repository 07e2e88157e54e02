//! Bundles as they lie on disk: a whole one and the changes after it, each as the centre
//! has signed it, so that they can be given on to others who trust the centre alone.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use lazaret_wire::api::PolicyDocument;
use lazaret_wire::edge::{BUNDLE_SCHEMA, Bundle, GateVerdict, OnUnknown, VerdictSum};
use lazaret_wire::sign::{Signed, VerifyingKey};

use super::{Book, SourceError, Verdict, link, of_bundle, of_verdict};

/// Most changes that are kept after a whole bundle; who is further back gets everything.
const MAX_CHANGES: usize = 256;

/// Registry, repository, digest.
type Key = (String, String, String);

/// What is held of the centre's bundles.
pub(crate) struct Shelf {
    key: VerifyingKey,
    directory: Option<PathBuf>,
    /// Everything but the verdicts.
    head: Option<Bundle>,
    verdicts: HashMap<Key, GateVerdict>,
    /// Of the verdicts.
    sum: VerdictSum,
    whole: Option<(i64, Signed)>,
    /// By the generation that they are a change of, with its digest.
    changes: BTreeMap<i64, (String, Signed)>,
}

impl Shelf {
    /// What is kept in a directory, as far as the key has signed it.
    pub(crate) fn open(key: VerifyingKey, directory: Option<PathBuf>) -> Self {
        let mut shelf = Self {
            key,
            directory,
            head: None,
            verdicts: HashMap::new(),
            sum: VerdictSum::default(),
            whole: None,
            changes: BTreeMap::new(),
        };
        for file in shelf.files() {
            let read = std::fs::read(&file).ok();
            let signed = read.and_then(|bytes| serde_json::from_slice::<Signed>(&bytes).ok());
            // What cannot be laid on any more is fetched again.
            let laid = signed.map(|signed| shelf.lay(&signed));
            let Some(Ok(_)) = laid else { break };
        }
        shelf
    }

    /// The generation that is held; 0 where none is.
    pub(crate) fn generation(&self) -> i64 {
        self.head.as_ref().map_or(0, |head| head.generation)
    }

    /// An answer of the other side as a verdict, with the page that the signed bundle names.
    pub(crate) fn read(&self, answer: &GateVerdict) -> Option<Verdict> {
        let mut verdict = of_verdict(answer)?;
        verdict.link = self.head.as_ref().and_then(|head| link(head, &verdict));
        Some(verdict)
    }

    /// When what is held was made.
    pub(crate) fn made_at(&self) -> Option<Timestamp> {
        self.head.as_ref().map(|head| head.made_at)
    }

    /// What the policy says of what is unknown.
    pub(crate) fn on_unknown(&self) -> OnUnknown {
        self.head
            .as_ref()
            .map(|head| head.policy.on_unknown)
            .unwrap_or_default()
    }

    /// The documents of the policy that was decided by; none for the one in the program.
    pub(crate) fn documents(&self) -> Vec<PolicyDocument> {
        let head = self.head.as_ref();
        head.map(|head| head.policy.documents.clone())
            .unwrap_or_default()
    }

    /// What is said of a digest under a name.
    pub(crate) fn find(&self, host: &str, repository: &str, digest: &str) -> Option<GateVerdict> {
        let key = (host.to_owned(), repository.to_owned(), digest.to_owned());
        self.verdicts.get(&key).cloned()
    }

    /// The digest of all verdicts that are held.
    pub(crate) fn digest(&self) -> String {
        self.sum.to_string()
    }

    /// The signed bundle that leads on from a generation with a digest (empty: not told); none
    /// where it is the newest.
    pub(crate) fn after(&self, generation: i64, digest: &str) -> Option<Signed> {
        if generation == self.generation() {
            return None;
        }
        let change = self.changes.get(&generation);
        let change = change.filter(|(of, _)| digest.is_empty() || of.is_empty() || of == digest);
        change
            .map(|(_, change)| change)
            .or(self.whole.as_ref().map(|(_, whole)| whole))
            .cloned()
    }

    /// Lays a whole bundle, or changes, on what is held, and keeps it.
    pub(crate) fn take(&mut self, signed: &Signed) -> Result<(), SourceError> {
        let before = self.files();
        let is_whole = self.lay(signed)?;
        if let Err(why) = self.keep(signed, is_whole, &before) {
            tracing::warn!(%why, "bundle not kept on disk");
        }
        Ok(())
    }

    /// Lays a bundle on what is held. Whether it was whole.
    fn lay(&mut self, signed: &Signed) -> Result<bool, SourceError> {
        let mut bundle: Bundle = self.key.open(signed)?;
        if bundle.schema != BUNDLE_SCHEMA {
            let schema: String = bundle.schema.chars().take(80).collect();
            return Err(SourceError::Bundle(format!("the schema is `{schema}`")));
        }
        let held = self.generation();
        if bundle.generation < held {
            let of = |g: i64| g.max(0).cast_unsigned();
            return Err(SourceError::Older {
                offered: of(bundle.generation),
                held: of(held),
            });
        }
        let (verdicts, gone) = (
            std::mem::take(&mut bundle.verdicts),
            std::mem::take(&mut bundle.gone),
        );
        let key = |v: &GateVerdict| (v.host.clone(), v.repository.clone(), v.digest.clone());
        let verdicts = verdicts.into_iter().map(|v| (key(&v), v));
        let is_whole = bundle.base.is_none();
        match bundle.base.take() {
            None => {
                self.verdicts = verdicts.collect();
                self.sum = VerdictSum::of(self.verdicts.values());
                self.changes.clear();
                self.whole = Some((bundle.generation, signed.clone()));
            }
            Some(base) if base == held && held > 0 && self.changes.len() < MAX_CHANGES => {
                self.change(&bundle, verdicts, gone)?;
                let of = std::mem::take(&mut bundle.base_digest);
                self.changes.insert(base, (of, signed.clone()));
            }
            Some(base) => {
                let why =
                    format!("it holds the changes since generation {base}, and {held} is held");
                return Err(SourceError::Bundle(why));
            }
        }
        self.head = Some(bundle);
        Ok(is_whole)
    }

    /// Lays changes on what is held, if they are changes of that, and lead to what they say.
    fn change(
        &mut self,
        bundle: &Bundle,
        verdicts: impl Iterator<Item = (Key, GateVerdict)>,
        gone: Vec<Key>,
    ) -> Result<(), SourceError> {
        let differs = |told: &str, is: &VerdictSum| !told.is_empty() && told != is.to_string();
        if differs(&bundle.base_digest, &self.sum) {
            let why = "it holds the changes of other verdicts than are held";
            return Err(SourceError::Bundle(why.to_owned()));
        }
        let mut sum = self.sum;
        let mut undo: Vec<(Key, Option<GateVerdict>)> = Vec::new();
        let gone = gone.into_iter().map(|key| (key, None));
        for (key, verdict) in gone.chain(verdicts.map(|(key, verdict)| (key, Some(verdict)))) {
            if let Some(verdict) = &verdict {
                sum.add(&VerdictSum::one(verdict));
            }
            let before = match verdict {
                Some(verdict) => self.verdicts.insert(key.clone(), verdict),
                None => self.verdicts.remove(&key),
            };
            if let Some(before) = &before {
                sum.remove(&VerdictSum::one(before));
            }
            undo.push((key, before));
        }
        if differs(&bundle.digest, &sum) {
            for (key, before) in undo.into_iter().rev() {
                match before {
                    Some(verdict) => self.verdicts.insert(key, verdict),
                    None => self.verdicts.remove(&key),
                };
            }
            let why = "its changes do not lead to the verdicts that they are to lead to";
            return Err(SourceError::Bundle(why.to_owned()));
        }
        self.sum = sum;
        Ok(())
    }

    /// Keeps what was laid on, so that it is there after a restart.
    fn keep(&self, signed: &Signed, is_whole: bool, before: &[PathBuf]) -> std::io::Result<()> {
        let Some(directory) = &self.directory else {
            return Ok(());
        };
        std::fs::create_dir_all(directory)?;
        let kind = if is_whole { "whole" } else { "change" };
        let file = directory.join(format!("{:020}-{kind}.json", self.generation()));
        let bytes = serde_json::to_vec(signed).map_err(std::io::Error::other)?;
        write_whole(&file, &bytes)?;
        if is_whole {
            for old in before.iter().filter(|old| **old != file) {
                let _ = std::fs::remove_file(old);
            }
        }
        Ok(())
    }

    /// The newest whole bundle and the changes after it, in their order.
    fn files(&self) -> Vec<PathBuf> {
        let Some(directory) = &self.directory else {
            return Vec::new();
        };
        let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
        let mut files: Vec<PathBuf> = entries
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|e| e == "json"))
            .collect();
        files.sort();
        let is_whole = |path: &PathBuf| path.to_string_lossy().ends_with("-whole.json");
        let from = files.iter().rposition(is_whole).unwrap_or(0);
        files.split_off(from)
    }

    /// A book of what is held.
    pub(crate) fn book(&self) -> Book {
        let Some(head) = &self.head else {
            return Book::default();
        };
        let mut bundle = head.clone();
        bundle.verdicts = self.verdicts.values().cloned().collect();
        Book::new(of_bundle(&bundle).0, true)
    }
}

/// Written beside and renamed: whoever is killed while writing leaves what was there.
pub(crate) fn write_whole(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;
    let beside = file.with_extension("part");
    let mut out = std::fs::File::create(&beside)?;
    out.write_all(bytes)?;
    out.sync_all()?;
    std::fs::rename(&beside, file)
}
