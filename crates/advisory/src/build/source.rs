//! Finds the files of a source: a file, a folder, or an archive in the upstream's layout.
//!
//! Folders are walked in order of their names, zip archives in order of theirs, tar
//! archives as they come. Files compressed with gzip, zstd, bzip2 or xz are decompressed
//! and lose their suffix. Archives inside a folder are opened, archives inside archives are not.
//! Links are not followed. What is too large is named, never skipped in silence, and so is a
//! packed file that cannot be unpacked; an archive that is cut short is an error, because
//! half a feed looks like a whole one.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use bzip2::read::MultiBzDecoder;
use flate2::read::MultiGzDecoder;
use lzma_rust2::XzReader;

use super::tar;

/// How much a source may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceLimits {
    /// Largest file in bytes, decompressed.
    pub max_file_bytes: u64,
    /// All files of one source together in bytes, decompressed.
    pub max_total_bytes: u64,
    /// Depth of folders.
    pub max_depth: usize,
    /// Whether a file that cannot be opened or unpacked fails its source, instead of being
    /// named and left out. For downloads, of which an older copy is better than a part.
    pub whole_files: bool,
}

impl Default for SourceLimits {
    /// The largest real file is the Debian tracker's, 70 MB; the largest source the CVE
    /// list, 3 GB.
    fn default() -> Self {
        Self {
            max_file_bytes: 1 << 30,
            max_total_bytes: 64 << 30,
            max_depth: 32,
            whole_files: false,
        }
    }
}

/// Why a source cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A file or folder cannot be read.
    #[error("read {}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system or the decoder says.
        #[source]
        source: io::Error,
    },
    /// A zip archive is damaged.
    #[error("read zip archive {}: {reason}", path.display())]
    Zip {
        /// The archive.
        path: PathBuf,
        /// What was wrong.
        reason: String,
    },
    /// The source expands past the limit.
    #[error("{} expands past {limit} bytes", path.display())]
    TooLarge {
        /// The source.
        path: PathBuf,
        /// The limit.
        limit: u64,
    },
}

/// Takes the files of a source.
pub(super) trait Visit {
    /// Whether the file at that path is read at all.
    fn wants(&self, path: &str) -> bool;
    /// A file that is wanted.
    fn file(&mut self, path: &str, bytes: &[u8]);
    /// A file that is wanted and cannot be read, and why.
    fn skipped(&mut self, path: &str, reason: String);
}

/// Hands every wanted file below `root` to `visit`.
pub(super) fn walk(
    root: &Path,
    limits: SourceLimits,
    visit: &mut dyn Visit,
) -> Result<(), SourceError> {
    let mut walk = Walk {
        root,
        limits,
        visit,
        total: 0,
        buffer: Vec::new(),
    };
    let metadata = fs::metadata(root).map_err(at(root))?;
    if metadata.is_dir() {
        walk.folder(root, "", 0)
    } else {
        walk.root_file(root)
    }
}

struct Walk<'a> {
    root: &'a Path,
    limits: SourceLimits,
    visit: &'a mut dyn Visit,
    total: u64,
    buffer: Vec<u8>,
}

/// How a file name says that its content is packed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Packing {
    Plain,
    Gzip,
    Zstd,
    Bzip2,
    Xz,
}

const PACKINGS: [(&str, Packing); 4] = [
    (".gz", Packing::Gzip),
    (".zst", Packing::Zstd),
    (".bz2", Packing::Bzip2),
    (".xz", Packing::Xz),
];

/// Most memory of the xz decoder; the strongest preset takes 65 MiB.
const MAX_XZ_KIB: u32 = 256 << 10;

/// The packing that a name says, and the name without it.
fn packing(name: &str) -> (Packing, &str) {
    let found = PACKINGS
        .iter()
        .find_map(|(suffix, packing)| Some((*packing, name.strip_suffix(suffix)?)));
    found.unwrap_or((Packing::Plain, name))
}

enum Archive {
    Zip,
    Tar(Packing),
}

fn archive(name: &str) -> Option<Archive> {
    if name.ends_with(".zip") {
        return Some(Archive::Zip);
    }
    for (suffix, packing) in [
        (".tgz", Packing::Gzip),
        (".tbz2", Packing::Bzip2),
        (".txz", Packing::Xz),
    ] {
        if name.ends_with(suffix) {
            return Some(Archive::Tar(packing));
        }
    }
    let (packing, inner) = packing(name);
    inner.ends_with(".tar").then_some(Archive::Tar(packing))
}

fn unpacked<'r>(packing: Packing, reader: impl Read + 'r) -> io::Result<Box<dyn Read + 'r>> {
    Ok(match packing {
        Packing::Plain => Box::new(reader),
        Packing::Gzip => Box::new(MultiGzDecoder::new(reader)),
        Packing::Zstd => Box::new(zstd::Decoder::new(reader)?),
        Packing::Bzip2 => Box::new(MultiBzDecoder::new(reader)),
        Packing::Xz => Box::new(XzReader::new_mem_limit(reader, true, MAX_XZ_KIB)),
    })
}

impl Walk<'_> {
    /// A file that the user named: an archive, or a file that is read whatever its name.
    fn root_file(&mut self, path: &Path) -> Result<(), SourceError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        match archive(&name) {
            Some(archive) => self.archive(path, archive, ""),
            None => self.plain(path, &name, true),
        }
    }

    fn folder(&mut self, path: &Path, prefix: &str, depth: usize) -> Result<(), SourceError> {
        if depth > self.limits.max_depth {
            let reason = format!("deeper than {} folders", self.limits.max_depth);
            self.visit.skipped(prefix, reason);
            return Ok(());
        }
        let mut entries = Vec::new();
        for entry in fs::read_dir(path).map_err(at(path))? {
            let entry = entry.map_err(at(path))?;
            let kind = entry.file_type().map_err(at(path))?;
            entries.push((entry.file_name(), kind));
        }
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        for (name, kind) in entries {
            // Version control keeps copies of everything in packed form; nothing in it
            // is a feed.
            if name == ".git" {
                continue;
            }
            let inner = path.join(&name);
            let label = format!("{prefix}{}", name.to_string_lossy());
            if kind.is_dir() {
                self.folder(&inner, &format!("{label}/"), depth + 1)?;
            } else if kind.is_file() {
                match archive(&label) {
                    Some(archive) => self.archive(&inner, archive, &format!("{label}/"))?,
                    None => self.plain(&inner, &label, false)?,
                }
            } else if self.visit.wants(packing(&label).1) {
                self.visit.skipped(&label, "not a regular file".to_owned());
            }
        }
        Ok(())
    }

    fn plain(&mut self, path: &Path, label: &str, always: bool) -> Result<(), SourceError> {
        let (packing, label) = packing(label);
        if !always && !self.visit.wants(label) {
            return Ok(());
        }
        let skips = !always && !self.limits.whole_files;
        match File::open(path) {
            Ok(file) => {
                let outcome = self.packed(label, packing, &mut BufReader::new(file));
                self.settle(path, label, outcome, skips)
            }
            Err(error) => self.settle(path, label, Err(Failure::File(error)), skips),
        }
    }

    fn archive(&mut self, path: &Path, kind: Archive, prefix: &str) -> Result<(), SourceError> {
        let file = File::open(path).map_err(at(path))?;
        let reader = BufReader::with_capacity(128 << 10, file);
        match kind {
            Archive::Zip => self.zip(path, reader, prefix),
            Archive::Tar(packing) => {
                let reader = unpacked(packing, reader).map_err(at(path))?;
                self.tar(path, reader, prefix)
            }
        }
    }

    fn zip(
        &mut self,
        path: &Path,
        reader: BufReader<File>,
        prefix: &str,
    ) -> Result<(), SourceError> {
        let broken = |error: zip::result::ZipError| SourceError::Zip {
            path: path.to_owned(),
            reason: error.to_string(),
        };
        let mut archive = zip::ZipArchive::new(reader).map_err(broken)?;
        let mut members = Vec::new();
        for index in 0..archive.len() {
            let member = archive.by_index_raw(index).map_err(broken)?;
            if member.is_file() {
                members.push((
                    String::from_utf8_lossy(member.name_raw()).into_owned(),
                    index,
                ));
            }
        }
        members.sort();
        for (name, index) in members {
            let label = format!("{prefix}{name}");
            let (packing, label) = packing(&label);
            if !self.visit.wants(label) {
                continue;
            }
            let mut member = archive.by_index(index).map_err(broken)?;
            let outcome = self.member(label, packing, &mut member);
            self.settle(path, label, outcome, !self.limits.whole_files)?;
        }
        Ok(())
    }

    fn tar(
        &mut self,
        path: &Path,
        reader: Box<dyn Read + '_>,
        prefix: &str,
    ) -> Result<(), SourceError> {
        // Members that nobody wants are decompressed all the same, so the limit is on
        // what comes out of the decoder.
        let limit = self.limits.max_total_bytes;
        let mut archive = tar::Archive::new(reader.take(limit));
        while let Some(entry) = archive.next_file().map_err(at(path))? {
            let label = format!("{prefix}{}", entry.path);
            let (packing, label) = packing(&label);
            if !self.visit.wants(label) {
                continue;
            }
            if packing == Packing::Plain && entry.size > self.limits.max_file_bytes {
                let limit = self.limits.max_file_bytes;
                self.visit
                    .skipped(label, format!("larger than {limit} bytes"));
                continue;
            }
            let outcome = self.member(label, packing, &mut archive.content());
            self.settle(path, label, outcome, !self.limits.whole_files)?;
        }
        Ok(())
    }

    /// A file of an archive: where the archive itself breaks off, nothing of it is right.
    fn member(
        &mut self,
        label: &str,
        packing: Packing,
        outer: &mut dyn Read,
    ) -> Result<(), Failure> {
        let mut outer = Watched {
            inner: outer,
            failed: false,
        };
        let outcome = self.packed(label, packing, &mut outer);
        match outcome {
            Err(Failure::File(error)) if outer.failed => Err(Failure::Source(error)),
            outcome => outcome,
        }
    }

    /// Reads one wanted file and hands it over.
    fn packed(
        &mut self,
        label: &str,
        packing: Packing,
        packed: &mut dyn Read,
    ) -> Result<(), Failure> {
        let limit = self.limits.max_file_bytes;
        self.buffer.clear();
        let read = unpacked(packing, packed).and_then(|reader| {
            reader
                .take(limit.saturating_add(1))
                .read_to_end(&mut self.buffer)
        });
        self.total = self.total.saturating_add(self.buffer.len() as u64);
        if self.total > self.limits.max_total_bytes {
            return Err(Failure::TooLarge);
        }
        read.map_err(Failure::File)?;
        if self.buffer.len() as u64 > limit {
            let reason = format!("larger than {limit} bytes");
            self.visit.skipped(label, reason);
        } else {
            self.visit.file(label, &self.buffer);
        }
        Ok(())
    }

    /// Names a file that is no good, or fails the source.
    fn settle(
        &mut self,
        path: &Path,
        label: &str,
        outcome: Result<(), Failure>,
        skips: bool,
    ) -> Result<(), SourceError> {
        match outcome {
            Err(Failure::File(error)) if skips => {
                self.visit.skipped(label, error.to_string());
                Ok(())
            }
            Err(Failure::File(error) | Failure::Source(error)) => Err(at(path)(error)),
            Err(Failure::TooLarge) => Err(SourceError::TooLarge {
                path: self.root.to_owned(),
                limit: self.limits.max_total_bytes,
            }),
            Ok(()) => Ok(()),
        }
    }
}

/// Why a file was not handed over.
enum Failure {
    /// The file cannot be opened or unpacked.
    File(io::Error),
    /// What it lies in cannot be read.
    Source(io::Error),
    /// The whole source is too large.
    TooLarge,
}

/// Remembers that what it reads from failed.
struct Watched<'r> {
    inner: &'r mut dyn Read,
    failed: bool,
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer);
        self.failed |= read.is_err();
        read
    }
}

fn at(path: &Path) -> impl Fn(io::Error) -> SourceError + '_ {
    move |source| SourceError::Read {
        path: path.to_owned(),
        source,
    }
}
