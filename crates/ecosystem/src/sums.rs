//! Checksums that package managers keep of the files that they installed.
//!
//! Asked for only where tampering is looked for, so these readers stand beside the readers of
//! packages and have a list of their own. What they tell is what a package *states* of its
//! files; whether the files agree is for `scan` to find out, on the squashed tree.

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use lazaret_model::GapKind;

use crate::{Input, ReadError, apk, content, deb, pypi, rpm};

/// Bytes of a digest that are kept and compared: the first sixteen, all of an MD5.
pub const KEPT: usize = 16;

/// Most files that one list states checksums of; further ones are a gap.
const MAX_FILES: usize = 1_000_000;

/// Longest path of a file, in bytes.
const MAX_PATH: usize = 4096;

/// Every reader of checksums.
pub static READERS: &[SumReader] = &[
    deb::sums::READER,
    rpm::SUMS,
    apk::sums::READER,
    pypi::record::READER,
];

/// Reads the checksums of one kind of file. Pure, as readers of packages are.
pub struct SumReader {
    /// Stable name, e.g. `deb/md5sums`; with `revision` a part of the layer-cache key.
    pub id: &'static str,
    /// Raised whenever the same bytes would yield other checksums.
    pub revision: u32,
    /// Whether the reader wants the file at `path` (`/`-separated, no leading slash).
    pub wants: fn(path: &str) -> bool,
    /// Largest file that is read, in bytes; a larger one becomes a gap.
    pub max_bytes: u64,
    /// Reads the file.
    pub read: fn(Input<'_>) -> Result<Sums, ReadError>,
}

/// The readers that want the file at `path`.
pub fn readers_for(path: &str) -> impl Iterator<Item = &'static SumReader> + '_ {
    READERS.iter().filter(move |r| (r.wants)(path))
}

/// How a checksum was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// MD5: dpkg, and rpm before 4.6.
    Md5,
    /// SHA-1: apk.
    Sha1,
    /// SHA-256: rpm, and wheels.
    Sha256,
}

impl Algorithm {
    /// The name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
        }
    }

    /// Length of a whole digest, in bytes.
    fn length(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }
}

/// What a file of checksums tells.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Sums {
    /// Packages with checksums of their files.
    pub stated: Vec<Stated>,
    /// What could not be read in an otherwise good file: kind and detail.
    pub gaps: Vec<(GapKind, String)>,
}

/// The checksums that one package states of its files. Settings are not among them, nor is
/// what the package manager itself does not verify.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// Purl type of the package.
    pub kind: &'static str,
    /// Name of the package, as in [`Package::name`](lazaret_model::Package::name).
    pub package: String,
    /// How the checksums were made.
    pub algorithm: Algorithm,
    /// The files.
    pub files: Vec<FileSum>,
}

/// The checksum of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSum {
    /// Path as the package manager records it, without a leading slash.
    pub path: String,
    /// The beginning of the digest.
    pub digest: [u8; KEPT],
}

impl Stated {
    pub(crate) fn new(kind: &'static str, package: &str, algorithm: Algorithm) -> Self {
        Self {
            kind,
            package: package.to_owned(),
            algorithm,
            files: Vec::new(),
        }
    }

    /// Takes a file, unless it can do nothing anyway: documentation, data.
    pub(crate) fn push(&mut self, path: &str, digest: Option<[u8; KEPT]>) {
        let path = path.trim_start_matches("./").trim_start_matches('/');
        if let Some(digest) = digest
            && (1..=MAX_PATH).contains(&path.len())
            && content::inert([path]).is_none()
        {
            let path = path.to_owned();
            self.files.push(FileSum { path, digest });
        }
    }
}

impl Sums {
    /// Takes what a package states, up to a limit for the whole list.
    pub(crate) fn push(&mut self, mut stated: Stated) {
        let known: usize = self.stated.iter().map(|s| s.files.len()).sum();
        let room = MAX_FILES - known.min(MAX_FILES);
        if stated.files.len() > room {
            stated.files.truncate(room);
            let detail = format!("checksums of more than {MAX_FILES} files");
            if !self.gaps.iter().any(|(_, known)| *known == detail) {
                self.gaps.push((GapKind::Limit, detail));
            }
        }
        if !stated.files.is_empty() {
            self.stated.push(stated);
        }
    }
}

/// The kept part of a digest in hexadecimal digits; `None` where it is not one of the
/// algorithm.
pub(crate) fn of_hex(text: &[u8], algorithm: Algorithm) -> Option<[u8; KEPT]> {
    if text.len() != algorithm.length() * 2 || !text.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let mut digest = [0; KEPT];
    for (byte, pair) in digest.iter_mut().zip(text.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(digest)
}

/// The kept part of a digest in base 64, of either alphabet, padded or not.
pub(crate) fn of_base64(text: &str, algorithm: Algorithm) -> Option<[u8; KEPT]> {
    const LAX: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    if text.len() > 64 {
        return None;
    }
    let alphabet = match text.contains(['-', '_']) {
        true => &URL_SAFE,
        false => &STANDARD,
    };
    let bytes = GeneralPurpose::new(alphabet, LAX).decode(text).ok()?;
    let whole = bytes.len() == algorithm.length();
    bytes.get(..KEPT).filter(|_| whole)?.try_into().ok()
}
