//! The layer cache: a directory of immutable entries, one per layer and set of readers.
//!
//! An entry gets its name when it is written, so it is whole or not there. Two
//! processes that write the same entry write the same bytes. There is no lock on entries, no
//! index and no clean-up that another process could trip over. An entry that does not verify
//! is as good as none. Beside the entries, files in `reading` say which layers are being read.
//!
//! Layout of an entry: `LZFACTS1`, SHA-256 of the rest, then eight little-endian 64-bit
//! lengths (compressed JSON in bytes; occupied, directories, implied, silent and owned in
//! hashes; checksums that packages state; digests of programs), the JSON as one zstd frame,
//! the hashes, the checksums and the digests.

use std::fs;
use std::io::{self, Write};
use std::os::fd::AsRawFd as _;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, linkat};
use rustix::io::Errno;
use sha2::{Digest as _, Sha256};

use lazaret_image::ImageConfig;
use lazaret_inspect::signs::digests::{Digests, KEPT};
use lazaret_model::Digest;

use crate::facts::{LayerFacts, Summed};

const MAGIC: &[u8; 8] = b"LZFACTS1";

/// Raised whenever the meaning of stored facts changes in this crate.
const FORMAT: u32 = 6;

/// Bytes of a checksum in an entry: hash of the path, and beginning of the digest.
const SUMMED: usize = 8 + KEPT;

/// Bytes of the digests of a program in an entry.
const DIGESTS: usize = 3 * KEPT;

/// Largest entry that is read back, in bytes.
const MAX_ENTRY: u64 = 512 << 20;

/// Longest JSON of an entry, in bytes.
const MAX_FACTS: u64 = 1 << 30;

/// Largest configuration of an image that is read back, in bytes.
const MAX_CONFIG: u64 = 16 << 20;

/// A directory that keeps facts of layers between scans.
#[derive(Debug, Clone)]
pub struct Cache {
    dir: PathBuf,
    /// What makes facts comparable: revisions of all readers, and the settings that
    /// change what is read.
    flavour: String,
}

/// Why the cache cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// The directory cannot be made.
    #[error("create the cache directory {path}")]
    Create {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl Cache {
    /// The cache in `dir`, which is made where it does not exist.
    ///
    /// # Errors
    /// When the directory cannot be made.
    pub fn open(dir: &Path) -> Result<Self, CacheError> {
        let dir = dir.join("layers");
        fs::create_dir_all(&dir).map_err(|source| CacheError::Create {
            path: dir.clone(),
            source,
        })?;
        Ok(Self {
            dir,
            flavour: flavour(),
        })
    }

    /// The same cache for facts gathered under settings that read less or more.
    pub(crate) fn with_settings(&self, settings: &str) -> Self {
        Self {
            dir: self.dir.clone(),
            flavour: format!("{}{settings}", self.flavour),
        }
    }

    /// The stored blob is a part of the key: a configuration that claims the diff ID of a
    /// layer that is known must not make another blob pass for it.
    fn path(&self, diff_id: &Digest, blob: Option<&Digest>) -> PathBuf {
        let mut hash = Sha256::new();
        hash.update(diff_id.to_string());
        hash.update(blob.map(Digest::to_string).unwrap_or_default());
        hash.update(&self.flavour);
        let key = Digest::sha256(&hash.finalize().into());
        self.dir.join(&key.hex()[..2]).join(key.hex())
    }

    /// The file that is locked while the layer is read.
    pub(crate) fn place(&self, diff_id: &Digest, blob: Option<&Digest>) -> PathBuf {
        let entry = self.path(diff_id, blob);
        let name = entry.file_name().unwrap_or_default();
        self.dir.join("reading").join(name)
    }

    /// The facts of the layer, if they are kept and whole.
    pub(crate) fn get(&self, diff_id: &Digest, blob: Option<&Digest>) -> Option<LayerFacts> {
        let path = self.path(diff_id, blob);
        if fs::metadata(&path).ok()?.len() > MAX_ENTRY {
            return None;
        }
        let facts = decode(&fs::read(&path).ok()?)?;
        (facts.diff_id == *diff_id).then_some(facts)
    }

    /// Keeps the facts. A full or read-only disk costs the next scan time, nothing else.
    pub(crate) fn put(&self, facts: &LayerFacts, blob: Option<&Digest>) -> io::Result<()> {
        self.write(&self.path(&facts.diff_id, blob), &[&encode(facts)?])
    }

    /// The configuration of the image that a daemon knows by this digest, if it is kept and
    /// whole.
    pub(crate) fn config(&self, id: &Digest) -> Option<ImageConfig> {
        let path = self.config_path(id);
        if fs::metadata(&path).ok()?.len() > MAX_CONFIG {
            return None;
        }
        let bytes = fs::read(&path).ok()?;
        let (sum, json) = bytes.split_at_checked(32)?;
        (Sha256::digest(json).as_slice() == sum)
            .then(|| serde_json::from_slice(json).ok())
            .flatten()
    }

    /// Keeps the configuration of an image that a daemon knows by this digest.
    pub(crate) fn put_config(&self, id: &Digest, config: &ImageConfig) -> io::Result<()> {
        let json = serde_json::to_vec(config)?;
        let sum = Sha256::digest(&json);
        self.write(&self.config_path(id), &[&sum, &json])
    }

    fn config_path(&self, id: &Digest) -> PathBuf {
        self.dir.join("configurations-2").join(id.hex())
    }

    /// Writes an entry, whole or not at all.
    ///
    /// Until it is whole it has no name, so a process that is ended leaves nothing behind.
    /// Where the file system has no files without names, it gets a temporary one.
    fn write(&self, path: &Path, parts: &[&[u8]]) -> io::Result<()> {
        let parent = path.parent().unwrap_or(&self.dir);
        fs::create_dir_all(parent)?;
        let mut nameless = tempfile::tempfile_in(parent)?;
        write_all(&mut nameless, parts)?;
        if give_name(&nameless, path).is_ok() {
            return Ok(());
        }
        let mut file = tempfile::NamedTempFile::new_in(parent)?;
        write_all(file.as_file_mut(), parts)?;
        file.persist(path).map_err(|e| e.error)?;
        Ok(())
    }
}

fn write_all(file: &mut fs::File, parts: &[&[u8]]) -> io::Result<()> {
    parts.iter().try_for_each(|part| file.write_all(part))
}

/// Gives a file a name in place of what has it: an entry that did not verify, or the same
/// entry by another process.
fn give_name(file: &fs::File, path: &Path) -> io::Result<()> {
    let place = format!("/proc/self/fd/{}", file.as_raw_fd());
    let link = || linkat(CWD, place.as_str(), CWD, path, AtFlags::SYMLINK_FOLLOW);
    match link() {
        Err(Errno::EXIST) => {
            fs::remove_file(path)?;
            Ok(link()?)
        }
        other => Ok(other?),
    }
}

/// Every reader with its revision, in one line.
fn flavour() -> String {
    let mut line = format!(
        "{FORMAT};executable={};",
        lazaret_ecosystem::executable::REVISION
    );
    for reader in lazaret_ecosystem::readers() {
        line.push_str(&format!("{}={};", reader.id, reader.revision));
    }
    line
}

fn encode(facts: &LayerFacts) -> io::Result<Vec<u8>> {
    let json = zstd::bulk::compress(&serde_json::to_vec(facts)?, 1)?;
    let owned = || facts.files.iter().flat_map(|f| &f.owned);
    let counts = [
        json.len(),
        facts.occupied.len(),
        facts.directories.len(),
        facts.implied.len(),
        facts.silent.len(),
        owned().count(),
        facts.files.iter().map(|f| f.summed.len()).sum(),
        facts.digests.len(),
    ];
    let lists = 8 * counts[1..6].iter().sum::<usize>() + SUMMED * counts[6] + DIGESTS * counts[7];
    let mut out = Vec::with_capacity(104 + json.len() + lists);
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&[0; 32]);
    for count in counts {
        out.extend_from_slice(&(count as u64).to_le_bytes());
    }
    out.extend_from_slice(&json);
    for hash in facts
        .occupied
        .iter()
        .chain(&facts.directories)
        .chain(&facts.implied)
        .chain(&facts.silent)
        .chain(owned())
    {
        out.extend_from_slice(&hash.to_le_bytes());
    }
    for summed in facts.files.iter().flat_map(|f| &f.summed) {
        out.extend_from_slice(&summed.path.to_le_bytes());
        out.extend_from_slice(&summed.digest);
    }
    for digests in &facts.digests {
        for digest in [digests.md5, digests.sha1, digests.sha256] {
            out.extend_from_slice(&digest);
        }
    }
    let sum = Sha256::digest(&out[40..]);
    out[8..40].copy_from_slice(&sum);
    Ok(out)
}

fn decode(bytes: &[u8]) -> Option<LayerFacts> {
    let rest = bytes.strip_prefix(MAGIC)?;
    let (sum, rest) = rest.split_at_checked(32)?;
    if Sha256::digest(rest).as_slice() != sum {
        return None;
    }
    let (lengths, rest) = rest.split_at_checked(64)?;
    let length = |i: usize| -> Option<usize> {
        let word = lengths.get(i * 8..i * 8 + 8)?.try_into().ok()?;
        usize::try_from(u64::from_le_bytes(word)).ok()
    };
    let (json, rest) = rest.split_at_checked(length(0)?)?;
    let (occupied, rest) = rest.split_at_checked(length(1)?.checked_mul(8)?)?;
    let (directories, rest) = rest.split_at_checked(length(2)?.checked_mul(8)?)?;
    let (implied, rest) = rest.split_at_checked(length(3)?.checked_mul(8)?)?;
    let (silent, rest) = rest.split_at_checked(length(4)?.checked_mul(8)?)?;
    let (owned, rest) = rest.split_at_checked(length(5)?.checked_mul(8)?)?;
    let (summed, rest) = rest.split_at_checked(length(6)?.checked_mul(SUMMED)?)?;
    let (digests, rest) = rest.split_at_checked(length(7)?.checked_mul(DIGESTS)?)?;
    if !rest.is_empty() {
        return None;
    }
    let length = zstd::zstd_safe::get_frame_content_size(json).ok()??;
    let json = zstd::bulk::decompress(json, usize::try_from(length.min(MAX_FACTS)).ok()?).ok()?;
    let mut facts: LayerFacts = serde_json::from_slice(&json).ok()?;
    facts.occupied = hashes(occupied);
    facts.directories = hashes(directories);
    facts.implied = hashes(implied);
    facts.silent = hashes(silent);
    facts.digests = digests.chunks_exact(DIGESTS).filter_map(program).collect();
    if facts.digests.len() != facts.programs.len() {
        return None;
    }
    let mut owned = hashes(owned).into_iter();
    let mut summed = summed.chunks_exact(SUMMED).filter_map(checksum);
    for file in &mut facts.files {
        let sums: u64 = file.sums.iter().map(|s| u64::from(s.count)).sum();
        file.summed = summed.by_ref().take(usize::try_from(sums).ok()?).collect();
        let count: u64 = file.owners.iter().map(|o| u64::from(o.count)).sum();
        file.owned = owned.by_ref().take(usize::try_from(count).ok()?).collect();
    }
    Some(facts)
}

fn checksum(bytes: &[u8]) -> Option<Summed> {
    let (path, digest) = bytes.split_first_chunk()?;
    Some(Summed {
        path: u64::from_le_bytes(*path),
        digest: digest.try_into().ok()?,
    })
}

fn program(bytes: &[u8]) -> Option<Digests> {
    let (md5, rest) = bytes.split_first_chunk()?;
    let (sha1, sha256) = rest.split_first_chunk()?;
    Some(Digests {
        md5: *md5,
        sha1: *sha1,
        sha256: sha256.try_into().ok()?,
    })
}

fn hashes(bytes: &[u8]) -> Vec<u64> {
    bytes
        .chunks_exact(8)
        .filter_map(|c| c.try_into().ok())
        .map(u64::from_le_bytes)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{FileFacts, OwnerFacts};

    fn owner(package: &str, count: u32) -> OwnerFacts {
        OwnerFacts {
            kind: "deb".into(),
            package: package.into(),
            count,
            inert: Some("headers".into()).filter(|_| count == 1),
        }
    }

    fn facts() -> LayerFacts {
        LayerFacts {
            files: vec![
                FileFacts {
                    path: "a".into(),
                    owners: vec![owner("x", 2), owner("y", 1)],
                    owned: vec![1, 2, 3],
                    ..FileFacts::default()
                },
                FileFacts {
                    path: "b".into(),
                    owners: vec![owner("z", 1)],
                    owned: vec![4],
                    ..FileFacts::default()
                },
            ],
            removed: vec!["gone".into()],
            occupied: vec![5, 6],
            directories: vec![7],
            implied: vec![8],
            silent: vec![9],
            ..LayerFacts::empty(Digest::sha256(&[7; 32]))
        }
    }

    #[test]
    fn an_entry_comes_back_as_it_was() {
        assert_eq!(decode(&encode(&facts()).expect("encodes")), Some(facts()));
    }

    #[test]
    fn a_damaged_entry_is_none() {
        let good = encode(&facts()).expect("encodes");
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1;
            assert_eq!(decode(&bad), None, "byte {at}");
            assert_eq!(decode(&good[..at]), None, "cut at {at}");
        }
    }

    #[test]
    fn a_damaged_configuration_is_none() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let cache = Cache::open(dir.path()).expect("opens");
        let (id, config) = (Digest::sha256(&[1; 32]), ImageConfig::default());
        cache.put_config(&id, &config).expect("writes");
        assert_eq!(cache.config(&id), Some(config));
        let path = cache.config_path(&id);
        let mut bytes = fs::read(&path).expect("it is there");
        *bytes.last_mut().expect("it has bytes") ^= 1;
        fs::write(&path, bytes).expect("writes");
        assert_eq!(cache.config(&id), None);
        assert_eq!(cache.config(&Digest::sha256(&[2; 32])), None);
    }

    #[test]
    fn a_damaged_entry_is_written_again() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let cache = Cache::open(dir.path()).expect("opens");
        let path = cache.path(&facts().diff_id, None);
        cache.put(&facts(), None).expect("writes");
        fs::write(&path, "damaged").expect("writes");
        assert_eq!(cache.get(&facts().diff_id, None), None);
        cache.put(&facts(), None).expect("writes");
        assert_eq!(cache.get(&facts().diff_id, None), Some(facts()));
        let beside = fs::read_dir(path.parent().expect("it has one")).expect("reads");
        assert_eq!(beside.count(), 1);
    }

    #[test]
    fn other_settings_and_other_layers_are_other_entries() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let cache = Cache::open(dir.path()).expect("opens");
        cache.put(&facts(), None).expect("writes");
        assert_eq!(cache.get(&facts().diff_id, None), Some(facts()));
        assert_eq!(cache.get(&Digest::sha256(&[8; 32]), None), None);
        assert_eq!(
            cache.get(&facts().diff_id, Some(&Digest::sha256(&[9; 32]))),
            None
        );
        assert_eq!(
            cache.with_settings("locked").get(&facts().diff_id, None),
            None
        );
    }
}
