//! A streaming walk over a tar archive: headers in, entries out, bodies skipped.
//!
//! Reads ustar, GNU long names and links, PAX headers and GNU sparse files. What two
//! readers could understand differently is refused, since a file that one tool sees and
//! another does not is how scanners are evaded: checksums are verified, a PAX size wins
//! over the header's, and malformed records end the walk.
//!
//! Source: POSIX.1-2017 `pax`, "ustar Interchange Format" and "pax Extended Header"; the
//! GNU tar manual, "Basic Tar Format"; OCI Image Layer Specification 1.1, "Whiteouts".

mod header;
mod pax;
mod sparse;

use std::io::{self, Read};

use crate::{ImageError, Limits, Oddity};

use header::{BLOCK, Header};

/// An entry of a layer.
#[derive(Debug)]
pub struct Entry<'a> {
    /// Cleaned path: `/`-separated, no leading slash, no empty, `.` or `..` segments.
    /// Empty for the root itself.
    pub path: &'a [u8],
    /// What the entry is.
    pub kind: EntryKind<'a>,
    /// Size of the content, in bytes.
    pub size: u64,
    /// Permission bits.
    pub mode: u32,
}

/// Kinds of entries, whiteouts already understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind<'a> {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link, with its target as written.
    Symlink(&'a [u8]),
    /// A hard link, with the cleaned path of the file that it names.
    HardLink(&'a [u8]),
    /// The entry's path is removed from the layers below.
    Whiteout,
    /// The lower content of the entry's path is hidden.
    Opaque,
    /// A device, a FIFO, or something unknown.
    Other,
}

/// A reader that can pass over bytes more cheaply than by reading them.
pub(crate) trait Source: Read {
    /// Passes over up to `bytes`; the number passed over, less only at the end.
    fn pass(&mut self, bytes: u64) -> io::Result<u64>;
}

impl<R: io::BufRead> Source for R {
    fn pass(&mut self, bytes: u64) -> io::Result<u64> {
        let mut left = bytes;
        while left > 0 {
            let have = match self.fill_buf() {
                Ok(buffer) => buffer.len(),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(e),
            };
            if have == 0 {
                break;
            }
            let step = usize::try_from(left).unwrap_or(usize::MAX).min(have);
            self.consume(step);
            left -= step as u64;
        }
        Ok(bytes - left)
    }
}

/// Why a sink could not take an entry: its body could not be read.
pub type SinkError = io::Error;

/// Takes the entries of a layer as they stream by.
pub trait LayerSink {
    /// Takes one entry. What is not read of `body` is skipped.
    ///
    /// # Errors
    /// When the body cannot be read; the walk ends with it.
    fn entry(&mut self, entry: &Entry<'_>, body: &mut dyn Read) -> Result<(), SinkError>;

    /// Whether what lies below a directory is to be shown. Asked where leaving it out saves
    /// reading, so of directories on disk and not of archives, which are read to the end.
    fn descends(&mut self, _directory: &[u8]) -> bool {
        true
    }
}

/// Most oddities that are listed of one layer.
const MAX_ODDITIES: usize = 100;

/// Most bytes that the holes of all sparse files of a layer may read as; a hole costs
/// nothing to store, but time to look through.
const MAX_HOLES: u64 = 2 << 30;

/// What a walk counted.
#[derive(Debug, Default)]
pub(crate) struct Walked {
    pub(crate) entries: u64,
    /// Bytes of holes that were read as zeros.
    holes: u64,
    pub(crate) oddities: Vec<Oddity>,
}

/// The first lines of a file that are missing are an empty archive; a partial block is
/// not.
fn next_block(reader: &mut dyn Source, entry: u64) -> Result<Option<[u8; BLOCK]>, ImageError> {
    let mut block = [0u8; BLOCK];
    let mut filled = 0;
    while filled < BLOCK {
        match reader.read(&mut block[filled..]) {
            Ok(0) if filled == 0 => return Ok(None),
            Ok(0) => {
                return Err(ImageError::Tar {
                    entry,
                    why: "the archive ends inside a block",
                });
            }
            Ok(n) => filled += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(source) => return Err(ImageError::Read { offset: 0, source }),
        }
    }
    Ok(Some(block))
}

/// Skips `bytes` of the reader.
fn skip(reader: &mut dyn Source, bytes: u64, entry: u64) -> Result<(), ImageError> {
    let skipped = reader
        .pass(bytes)
        .map_err(|source| ImageError::Read { offset: 0, source })?;
    if skipped < bytes {
        return Err(ImageError::Tar {
            entry,
            why: "the archive ends inside a file",
        });
    }
    Ok(())
}

fn padding(size: u64) -> u64 {
    (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64
}

/// What PAX and GNU headers have announced for the next entry.
#[derive(Debug, Default)]
struct Announced {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    pax: pax::Records,
}

/// Walks a whole tar in memory from its first header to its end marker.
///
/// # Errors
/// When the archive is malformed, ends early or breaks a limit.
pub fn walk(
    bytes: &[u8],
    limits: &Limits,
    sink: &mut dyn LayerSink,
) -> Result<Vec<Oddity>, ImageError> {
    let mut reader = bytes;
    walk_source(&mut reader, limits, sink).map(|w| w.oddities)
}

/// The same for a tar that streams by.
pub(crate) fn walk_source(
    reader: &mut dyn Source,
    limits: &Limits,
    sink: &mut dyn LayerSink,
) -> Result<Walked, ImageError> {
    let mut walked = Walked::default();
    let mut global = pax::Records::default();
    let mut announced = Announced::default();
    while let Some(block) = next_block(reader, walked.entries)? {
        if block.iter().all(|b| *b == 0) {
            break;
        }
        walked.entries += 1;
        let number = walked.entries;
        if number > limits.entries {
            return Err(ImageError::Limit {
                what: "number of entries of a layer",
                limit: limits.entries,
            });
        }
        let bad = |why| ImageError::Tar { entry: number, why };
        let header = Header::parse(&block).map_err(bad)?;
        match header.kind {
            b'x' | b'g' | b'X' => {
                let text = special(reader, &header, pax::MAX_BYTES, number)?;
                let records = if header.kind == b'g' {
                    &mut global
                } else {
                    &mut announced.pax
                };
                records.read(&text).map_err(bad)?;
            }
            b'L' | b'K' => {
                let mut text = special(reader, &header, limits.path_bytes as u64, number)?;
                while text.last() == Some(&0) {
                    text.pop();
                }
                *(if header.kind == b'L' {
                    &mut announced.path
                } else {
                    &mut announced.link
                }) = Some(text);
            }
            _ => {
                let said = std::mem::take(&mut announced);
                one(
                    reader,
                    &block,
                    &header,
                    said,
                    &global,
                    limits,
                    sink,
                    &mut walked,
                )?;
            }
        }
    }
    Ok(walked)
}

/// The content of a header that describes another entry.
fn special(
    reader: &mut dyn Source,
    header: &Header,
    limit: u64,
    entry: u64,
) -> Result<Vec<u8>, ImageError> {
    if header.size > limit {
        return Err(ImageError::Limit {
            what: "size of an extended header",
            limit,
        });
    }
    let mut text = Vec::new();
    (&mut *reader)
        .take(header.size)
        .read_to_end(&mut text)
        .map_err(|source| ImageError::Read { offset: 0, source })?;
    if (text.len() as u64) < header.size {
        return Err(ImageError::Tar {
            entry,
            why: "the archive ends inside an extended header",
        });
    }
    skip(reader, padding(header.size), entry)?;
    Ok(text)
}

#[allow(clippy::too_many_arguments)]
fn one(
    reader: &mut dyn Source,
    block: &[u8; BLOCK],
    header: &Header,
    said: Announced,
    global: &pax::Records,
    limits: &Limits,
    sink: &mut dyn LayerSink,
    walked: &mut Walked,
) -> Result<(), ImageError> {
    let number = walked.entries;
    let path = said.pax.real_path.or(said.pax.path).or(said.path);
    let path = path.or_else(|| global.path.clone());
    let raw = path.unwrap_or_else(|| header::name(block));
    let link = said.pax.link.or(said.link).or_else(|| global.link.clone());
    let link = link.unwrap_or_else(|| header::link_name(block));
    if raw.len() > limits.path_bytes || link.len() > limits.path_bytes {
        return Err(ImageError::Limit {
            what: "length of a path",
            limit: limits.path_bytes as u64,
        });
    }
    let has_body = !matches!(header.kind, b'1'..=b'6');
    let stored = if has_body {
        said.pax.size.or(global.size).unwrap_or(header.size)
    } else {
        0
    };
    let (path, left_root) = clean(&raw);
    let (target, _) = clean(&link);
    let kind = match header.kind {
        b'0' | 0 | b'7' | b'S' if raw.ends_with(b"/") => EntryKind::Directory,
        b'0' | 0 | b'7' | b'S' => EntryKind::File,
        b'1' => EntryKind::HardLink(&target),
        b'2' => EntryKind::Symlink(&link),
        b'5' | b'D' => EntryKind::Directory,
        _ => EntryKind::Other,
    };
    let mut odd = |what: &str| {
        if walked.oddities.len() < MAX_ODDITIES {
            let path = String::from_utf8_lossy(&path).into_owned();
            walked.oddities.push(Oddity {
                path,
                detail: what.to_owned(),
            });
        }
    };
    if left_root {
        odd("its path leaves the root of the image; read as if it did not");
    }
    let malformed = |why| ImageError::Tar { entry: number, why };
    let mut holes = said.pax.sparse;
    if header.kind == b'S' {
        holes.is = true;
        let (size, mut more) = sparse::old_header(block, &mut holes.segments).map_err(malformed)?;
        holes.size = Some(size);
        while more {
            let next = next_block(reader, number)?
                .ok_or_else(|| malformed("the archive ends inside a sparse map"))?;
            more = sparse::old_extension(&next, &mut holes.segments).map_err(malformed)?;
        }
    }
    let mut body = (&mut *reader).take(stored);
    let is_sparse = holes.is && kind == EntryKind::File;
    let map = match is_sparse {
        true => sparse_map(holes, &mut body, number)?,
        false => Some(sparse::Map::default()),
    };
    let hidden = map.as_ref().map(|m| m.size().saturating_sub(m.stored()));
    let hidden = hidden.filter(|hidden| walked.holes + hidden <= MAX_HOLES);
    match hidden {
        Some(hidden) => walked.holes += hidden,
        None => {
            if walked.oddities.len() < MAX_ODDITIES {
                let detail = "a sparse file with more holes than are looked through; \
                              its content was not examined";
                walked.oddities.push(Oddity {
                    path: String::from_utf8_lossy(&path).into_owned(),
                    detail: detail.to_owned(),
                });
            }
        }
    }
    let taken;
    let (mut path, kind) = whiteout(&path, kind);
    if kind == EntryKind::Whiteout {
        taken = removed(path);
        path = &taken;
    }
    let mut nothing = io::empty();
    let mut whole;
    let (size, shown): (u64, &mut dyn Read) = match &map {
        Some(map) if hidden.is_some() && is_sparse => {
            whole = sparse::Expanded::new(&mut body, map);
            (map.size(), &mut whole)
        }
        Some(_) if !is_sparse => (stored, &mut body),
        _ => (0, &mut nothing),
    };
    let entry = Entry {
        path,
        kind,
        size,
        mode: header.mode,
    };
    sink.entry(&entry, shown)
        .map_err(|source| ImageError::Read { offset: 0, source })?;
    let left = body.limit();
    skip(reader, left, number)?;
    skip(reader, padding(stored), number)
}

/// Where the stored bytes of a sparse file lie; `None` when there are more segments than
/// are followed. What stands in front of the content is taken from `body`.
fn sparse_map<R: Read>(
    holes: pax::Sparse,
    body: &mut io::Take<R>,
    entry: u64,
) -> Result<Option<sparse::Map>, ImageError> {
    let malformed = |why| ImageError::Tar { entry, why };
    let segments = if holes.in_body {
        match sparse::in_body(body) {
            Ok(Some(segments)) => segments,
            Ok(None) => return Ok(None),
            Err(sparse::InBody::Malformed(why)) => return Err(malformed(why)),
            Err(sparse::InBody::Read(e)) if e.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(malformed("the archive ends inside a sparse map"));
            }
            Err(sparse::InBody::Read(source)) => {
                return Err(ImageError::Read { offset: 0, source });
            }
        }
    } else {
        holes.segments
    };
    if segments.len() > sparse::MAX_SEGMENTS {
        return Ok(None);
    }
    let size = holes
        .size
        .ok_or_else(|| malformed("a sparse file without size"))?;
    let map = sparse::Map::new(size, segments).map_err(malformed)?;
    if map.stored() != body.limit() {
        return Err(malformed("a sparse map that does not fit what is stored"));
    }
    Ok(Some(map))
}

/// `dir/.wh.name` takes `dir/name` away, `dir/.wh..wh..opq` hides what is below `dir`.
fn whiteout<'a>(path: &'a [u8], kind: EntryKind<'a>) -> (&'a [u8], EntryKind<'a>) {
    let cut = path.iter().rposition(|b| *b == b'/').map_or(0, |i| i + 1);
    let (parent, name) = path.split_at(cut);
    let parent = parent.strip_suffix(b"/").unwrap_or(parent);
    if name == b".wh..wh..opq" {
        return (parent, EntryKind::Opaque);
    }
    // Names that begin with `.wh..wh.` are a union file system's own book-keeping.
    match name.strip_prefix(b".wh.") {
        Some(rest) if rest.starts_with(b".wh.") => (path, EntryKind::Other),
        Some(b"") | None => (path, kind),
        Some(_) => (path, EntryKind::Whiteout),
    }
}

/// The path that a whiteout at `path` removes.
fn removed(path: &[u8]) -> Vec<u8> {
    let cut = path.iter().rposition(|b| *b == b'/').map_or(0, |i| i + 1);
    let (parent, name) = path.split_at(cut);
    [parent, name.strip_prefix(b".wh.").unwrap_or(name)].concat()
}

/// The path without leading slash, empty and `.` segments; `..` goes up and stops at the
/// root. The second value tells whether it tried to go further.
pub(crate) fn clean(raw: &[u8]) -> (Vec<u8>, bool) {
    let mut out: Vec<u8> = Vec::with_capacity(raw.len());
    let mut left_root = false;
    for segment in raw.split(|b| *b == b'/') {
        match segment {
            b"" | b"." => {}
            b".." => match out.iter().rposition(|b| *b == b'/') {
                Some(cut) => out.truncate(cut),
                None if out.is_empty() => left_root = true,
                None => out.clear(),
            },
            _ => {
                if !out.is_empty() {
                    out.push(b'/');
                }
                out.extend_from_slice(segment);
            }
        }
    }
    (out, left_root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned_and_stop_at_the_root() {
        for (raw, expected, left) in [
            ("./a//b/", "a/b", false),
            ("/etc/passwd", "etc/passwd", false),
            ("a/../b", "b", false),
            ("../../etc/passwd", "etc/passwd", true),
            ("./", "", false),
        ] {
            let (path, left_root) = clean(raw.as_bytes());
            assert_eq!(
                (path, left_root),
                (expected.as_bytes().to_vec(), left),
                "{raw}"
            );
        }
    }

    #[test]
    fn whiteouts_name_what_they_remove() {
        assert_eq!(
            whiteout(b"a/.wh..wh..opq", EntryKind::File),
            (&b"a"[..], EntryKind::Opaque)
        );
        assert_eq!(
            whiteout(b".wh..wh..opq", EntryKind::File),
            (&b""[..], EntryKind::Opaque)
        );
        assert_eq!(whiteout(b"a/.wh.b", EntryKind::File).1, EntryKind::Whiteout);
        assert_eq!(removed(b"a/.wh.b"), b"a/b");
        assert_eq!(
            whiteout(b"a/b", EntryKind::File),
            (&b"a/b"[..], EntryKind::File)
        );
    }
}
