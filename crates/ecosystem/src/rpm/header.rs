//! The header of an installed package.
//!
//! `il` and `dl` as big-endian 32-bit numbers, `il` index entries of sixteen bytes (tag,
//! type, offset, count), then `dl` bytes of data. Source: rpm's "Header format".

use lazaret_model::{Package, Source};

use super::vendor;
use crate::OwnedFiles;
use crate::bytes::Endian;

pub(super) const NAME: u32 = 1000;
const VERSION: u32 = 1001;
const RELEASE: u32 = 1002;
const EPOCH: u32 = 1003;
const VENDOR: u32 = 1011;
const LICENSE: u32 = 1014;
const ARCH: u32 = 1022;
const SOURCE_RPM: u32 = 1044;
const OLD_FILE_NAMES: u32 = 1027;
pub(super) const FILE_MODES: u32 = 1030;
const DIR_INDEXES: u32 = 1116;
const BASE_NAMES: u32 = 1117;
const DIR_NAMES: u32 = 1118;
const MODULARITY_LABEL: u32 = 5096;

pub(super) const INT16: u32 = 3;
pub(super) const INT32: u32 = 4;
const STRING: u32 = 6;
const STRING_ARRAY: u32 = 8;
const I18N_STRING: u32 = 9;

/// Longest name, version or label, in bytes.
const MAX_WORD: usize = 1024;

pub(super) struct Header<'a> {
    index: &'a [u8],
    data: &'a [u8],
}

struct Entry {
    kind: u32,
    offset: usize,
    count: usize,
}

impl<'a> Header<'a> {
    pub(super) fn new(blob: &'a [u8]) -> Option<Self> {
        let entries = Endian::Big.size(blob, 0)?;
        let length = Endian::Big.size(blob, 4)?;
        let start = entries.checked_mul(16)?.checked_add(8)?;
        let index = blob.get(8..start)?;
        let data = blob.get(start..start.checked_add(length)?)?;
        Some(Self { index, data })
    }

    /// The last entry with the tag: a changed value is appended.
    fn entry(&self, tag: u32) -> Option<Entry> {
        let raw = self
            .index
            .chunks_exact(16)
            .rfind(|e| Endian::Big.u32(e, 0) == Some(tag))?;
        Some(Entry {
            kind: Endian::Big.u32(raw, 4)?,
            offset: Endian::Big.size(raw, 8)?,
            count: Endian::Big.size(raw, 12)?,
        })
    }

    pub(super) fn text(&self, tag: u32) -> Option<String> {
        let entry = self.entry(tag)?;
        if !matches!(entry.kind, STRING | STRING_ARRAY | I18N_STRING) {
            return None;
        }
        let tail = self.data.get(entry.offset..)?;
        let end = memchr::memchr(0, &tail[..tail.len().min(MAX_WORD + 1)])?;
        Some(String::from_utf8_lossy(&tail[..end]).into_owned())
    }

    pub(super) fn number(&self, tag: u32) -> Option<u32> {
        let entry = self.entry(tag).filter(|e| e.kind == INT32 && e.count > 0)?;
        Endian::Big.u32(self.data, entry.offset)
    }

    pub(super) fn texts(&self, tag: u32) -> Vec<&'a [u8]> {
        let Some(entry) = self.entry(tag).filter(|e| e.kind == STRING_ARRAY) else {
            return Vec::new();
        };
        let mut rest = self.data.get(entry.offset..).unwrap_or_default();
        let mut texts = Vec::new();
        while texts.len() < entry.count {
            let Some(end) = memchr::memchr(0, rest) else {
                break;
            };
            texts.push(&rest[..end]);
            rest = &rest[end + 1..];
        }
        texts
    }

    pub(super) fn numbers(
        &self,
        tag: u32,
        kind: u32,
        width: usize,
    ) -> impl Iterator<Item = usize> + use<'a> {
        let entry = self.entry(tag).filter(|e| e.kind == kind);
        let bytes = entry.and_then(|e| {
            let end = e.count.checked_mul(width)?.checked_add(e.offset)?;
            self.data.get(e.offset..end)
        });
        bytes
            .unwrap_or_default()
            .chunks_exact(width)
            .map(move |raw| match width {
                2 => usize::from(Endian::Big.u16(raw, 0).unwrap_or(0)),
                _ => Endian::Big.size(raw, 0).unwrap_or(0),
            })
    }

    /// Files that are no directories: number in the header, and path.
    pub(super) fn files(&self) -> Vec<(usize, String)> {
        let directories = self.texts(DIR_NAMES);
        let modes: Vec<usize> = self.numbers(FILE_MODES, INT16, 2).collect();
        let is_directory = |at: usize| modes.get(at).is_some_and(|m| m & 0o170_000 == 0o040_000);
        // A long directory that many short names share would make much out of little.
        let mut room = self.data.len().saturating_mul(8);
        let mut paths = Vec::new();
        let mut push = |at: usize, directory: &[u8], base: &[u8]| {
            let length = directory.len() + base.len();
            if is_directory(at) || room < length {
                return;
            }
            room -= length;
            let path = [directory, base].concat();
            let path = String::from_utf8_lossy(&path);
            paths.push((at, path.trim_start_matches('/').to_owned()));
        };
        let bases = self.texts(BASE_NAMES);
        for (at, (base, directory)) in bases
            .iter()
            .zip(self.numbers(DIR_INDEXES, INT32, 4))
            .enumerate()
        {
            if let Some(directory) = directories.get(directory) {
                push(at, directory, base);
            }
        }
        if bases.is_empty() {
            for (at, path) in self.texts(OLD_FILE_NAMES).into_iter().enumerate() {
                push(at, b"", path);
            }
        }
        paths
    }
}

/// The package of a header and its files. Signing keys are packages to rpm; they are
/// listed like others, and matching leaves them out.
pub(super) fn read(blob: &[u8]) -> Result<Option<(Package, OwnedFiles)>, &'static str> {
    let header = Header::new(blob).ok_or("shorter than it says")?;
    let word = |tag| {
        header
            .text(tag)
            .filter(|w| !w.is_empty() && !w.contains(char::is_control))
    };
    let name = word(NAME).ok_or("no name")?;
    let (version, release) = (
        word(VERSION).ok_or("no version")?,
        word(RELEASE).ok_or("no release")?,
    );
    let epoch = header.number(EPOCH);
    let mut package = Package::new("rpm", name, full_version(epoch, &version, &release));
    package.epoch = epoch;
    package.architecture = word(ARCH);
    package.source = header
        .text(SOURCE_RPM)
        .as_deref()
        .and_then(source_of_file)
        .map(|(name, version)| Source { name, version });
    package.vendor = word(VENDOR);
    package.module = header.text(MODULARITY_LABEL);
    package.licenses = word(LICENSE).into_iter().collect();
    package.third_party = vendor::is_third_party(package.vendor.as_deref());
    let files = OwnedFiles {
        kind: "rpm",
        package: package.name.clone(),
        paths: header.files().into_iter().map(|(_, path)| path).collect(),
    };
    Ok(Some((package, files)))
}

/// `[epoch:]version-release`, an epoch of 0 left out.
pub(super) fn full_version(epoch: Option<u32>, version: &str, release: &str) -> String {
    match epoch.filter(|e| *e > 0) {
        Some(epoch) => format!("{epoch}:{version}-{release}"),
        None => format!("{version}-{release}"),
    }
}

/// Name and `version-release` of the source package in a file name such as
/// `util-linux-2.32.1-42.el8_8.src.rpm`; `None` for any other text. The file name does
/// not tell an epoch.
pub fn source_of_file(file: &str) -> Option<(String, String)> {
    let stem = file
        .strip_suffix(".src.rpm")
        .or_else(|| file.strip_suffix(".nosrc.rpm"))?;
    let (rest, release) = stem.rsplit_once('-')?;
    let (name, version) = rest.rsplit_once('-')?;
    let whole = !name.is_empty() && !version.is_empty() && !release.is_empty();
    whole.then(|| (name.to_owned(), format!("{version}-{release}")))
}
