//! Image archives: what `docker save`, `podman save` and `skopeo copy` write.
//!
//! The headers of the archive are walked once, skipping bodies; after that its members
//! are read where they lie, by as many threads as want to.

use std::cell::Cell;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use crate::index::Choice;
use crate::layer::Packing;
use crate::layout::{self, Blobs};
use crate::saved;
use crate::tar::{Entry, EntryKind, LayerSink, Source, walk_source};
use crate::{BlobSource, Image, ImageError, LayerDescriptor, Limits};

/// Where the members of an archive lie.
#[derive(Debug, Clone)]
struct Archive {
    file: Arc<File>,
    members: Arc<HashMap<String, Member>>,
}

#[derive(Debug, Clone, PartialEq)]
enum Member {
    At { offset: u64, size: u64 },
    Link(String),
}

/// A part of a file, read without moving anybody else's position.
struct Slice {
    file: Arc<File>,
    offset: u64,
    left: u64,
}

impl Read for Slice {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left)
            .unwrap_or(usize::MAX)
            .min(buf.len());
        let n = self.file.read_at(&mut buf[..most], self.offset)?;
        if n == 0 && most > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.offset += n as u64;
        self.left -= n as u64;
        Ok(n)
    }
}

/// Reads headers through a small buffer and seeks over bodies.
struct Seeking<'a> {
    inner: BufReader<File>,
    length: u64,
    position: &'a Cell<u64>,
}

impl Read for Seeking<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.position.set(self.position.get() + n as u64);
        Ok(n)
    }
}

impl Source for Seeking<'_> {
    fn pass(&mut self, bytes: u64) -> io::Result<u64> {
        let step = bytes.min(self.length.saturating_sub(self.position.get()));
        self.inner
            .seek_relative(i64::try_from(step).unwrap_or(i64::MAX))?;
        self.position.set(self.position.get() + step);
        Ok(step)
    }
}

/// Notes where members lie. The position is told through the body's own reading.
#[derive(Default)]
struct Names {
    entries: Vec<(String, Option<String>, u64)>,
}

impl LayerSink for Names {
    fn entry(&mut self, entry: &Entry<'_>, _body: &mut dyn Read) -> io::Result<()> {
        let path = String::from_utf8_lossy(entry.path).into_owned();
        match entry.kind {
            EntryKind::File => self.entries.push((path, None, entry.size)),
            EntryKind::Symlink(target) => {
                let above = path.rsplit_once('/').map_or("", |(dir, _)| dir);
                let target = format!("{above}/{}", String::from_utf8_lossy(target));
                let (clean, _) = crate::tar::clean(target.as_bytes());
                self.entries
                    .push((path, Some(String::from_utf8_lossy(&clean).into_owned()), 0));
            }
            EntryKind::HardLink(target) => {
                self.entries
                    .push((path, Some(String::from_utf8_lossy(target).into_owned()), 0));
            }
            _ => {}
        }
        Ok(())
    }
}

/// A sink that reads offsets off the shared position of the file below it.
struct Located<'a> {
    names: Names,
    offsets: Vec<u64>,
    position: &'a Cell<u64>,
}

impl LayerSink for Located<'_> {
    fn entry(&mut self, entry: &Entry<'_>, body: &mut dyn Read) -> io::Result<()> {
        let before = self.names.entries.len();
        self.names.entry(entry, body)?;
        if self.names.entries.len() > before {
            self.offsets.push(self.position.get());
        }
        Ok(())
    }
}

impl Archive {
    fn open(path: &Path, limits: &Limits) -> Result<Self, ImageError> {
        let fail = |source| ImageError::File {
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(fail)?;
        let length = file.metadata().map_err(fail)?.len();
        let position = Cell::new(0);
        let second = BufReader::new(File::open(path).map_err(fail)?);
        let mut reader = Seeking {
            inner: second,
            length,
            position: &position,
        };
        let mut sink = Located {
            names: Names::default(),
            offsets: Vec::new(),
            position: &position,
        };
        walk_source(&mut reader, limits, &mut sink)?;
        let members = sink
            .names
            .entries
            .into_iter()
            .zip(sink.offsets)
            .map(|((name, link, size), offset)| {
                let member = link.map_or(Member::At { offset, size }, Member::Link);
                (name, member)
            })
            .collect();
        Ok(Self {
            file: Arc::new(file),
            members: Arc::new(members),
        })
    }

    fn slice(&self, name: &str) -> Option<(Slice, u64)> {
        let mut name = name;
        // Old archives link equal layers to each other; a chain of links ends.
        for _ in 0..16 {
            match self.members.get(name)? {
                Member::At { offset, size } => {
                    let slice = Slice {
                        file: self.file.clone(),
                        offset: *offset,
                        left: *size,
                    };
                    return Some((slice, *size));
                }
                Member::Link(target) => name = target,
            }
        }
        None
    }
}

impl Blobs for Archive {
    fn file(&self, path: &str) -> Result<(Box<dyn Read + Send>, u64), ImageError> {
        let (slice, size) = self.slice(path).ok_or_else(|| ImageError::MissingBlob {
            blob: path.to_owned(),
        })?;
        Ok((Box::new(slice), size))
    }
}

impl BlobSource for Archive {
    fn open(&self, layer: &LayerDescriptor) -> Result<Box<dyn Read + Send>, ImageError> {
        self.file(&layer.place).map(|(reader, _)| reader)
    }
}

/// Whether an archive is packed as a whole, so that it can only be read as a stream, with
/// [`crate::read_stream`].
///
/// # Errors
/// When the file cannot be read.
pub fn is_compressed(path: &Path) -> Result<bool, ImageError> {
    let fail = |source| ImageError::File {
        path: path.to_owned(),
        source,
    };
    let mut head = Vec::new();
    let file = File::open(path).map_err(fail)?;
    file.take(16).read_to_end(&mut head).map_err(fail)?;
    Ok(Packing::of(&head) != Packing::None)
}

/// Opens the wanted images in an archive, whichever of the two formats it has; at least
/// one.
///
/// # Errors
/// When the file is no archive, the choice fits nothing or too much, or a document is
/// damaged.
pub fn open_archive(
    path: &Path,
    choice: &Choice,
    limits: &Limits,
) -> Result<Vec<Image>, ImageError> {
    let archive = Archive::open(path, limits)?;
    let name = path.display().to_string();
    // A docker archive of today is a layout as well, and the layout has digests.
    if archive.members.contains_key("index.json") && archive.members.contains_key("oci-layout") {
        return layout::open(archive, &name, choice, limits);
    }
    if !archive.members.contains_key(saved::LIST) {
        let why = "there is neither index.json nor manifest.json in it".to_owned();
        return Err(ImageError::NotAnImage {
            path: path.to_owned(),
            why,
        });
    }
    let mut image = saved::open(&archive, &name, choice, limits)?;
    image.blobs = Some(Arc::new(archive));
    Ok(vec![image])
}
