//! One layer, from compressed bytes to verified entries, in one pass.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read};

use sha2::{Digest as _, Sha256, Sha512};

use lazaret_model::{Digest, DigestAlgorithm};

use crate::tar::{LayerSink, walk_source};
use crate::{ImageError, LayerDescriptor, Limits};

/// Size of the buffers between the steps, in bytes.
const BUFFER: usize = 128 << 10;

/// Bytes of an inflated layer below which the ratio is not judged.
const RATIO_FLOOR: u64 = 64 << 20;

/// What was learnt of a layer by reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerSummary {
    /// Digest of the stored bytes.
    pub digest: Digest,
    /// Digest of the uncompressed tar.
    pub diff_id: Digest,
    /// Stored bytes.
    pub compressed_bytes: u64,
    /// Bytes of the tar.
    pub uncompressed_bytes: u64,
    /// Entries of the tar.
    pub entries: u64,
    /// What was strange, but could be lived with.
    pub oddities: Vec<Oddity>,
}

/// Something strange about an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Oddity {
    /// Path of the entry.
    pub path: String,
    /// What was strange, for people.
    pub detail: String,
}

/// Hashes and counts what is read through it.
struct Hashing<R> {
    inner: R,
    hash: Sha256,
    bytes: u64,
}

impl<R: Read> Hashing<R> {
    fn new(inner: R) -> Self {
        Self {
            inner,
            hash: Sha256::new(),
            bytes: 0,
        }
    }

    fn digest(self) -> Digest {
        Digest::sha256(&self.hash.finalize().into())
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.hash.update(&buf[..n]);
        self.bytes += n as u64;
        Ok(n)
    }
}

/// Counts the stored bytes, tells them, and keeps the count for who inflates.
struct Told<'a, R> {
    inner: R,
    count: &'a Cell<u64>,
    tell: Option<&'a dyn Fn(u64)>,
}

impl<R: Read> Read for Told<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.count.set(self.count.get() + n as u64);
        if let Some(tell) = self.tell {
            tell(n as u64);
        }
        Ok(n)
    }
}

/// Ends a bomb: too many bytes, or too many for what they were packed in.
struct Bounded<'a, R> {
    inner: R,
    read: u64,
    stored: &'a Cell<u64>,
    limits: &'a Limits,
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.read += n as u64;
        if self.read > self.limits.layer_bytes {
            return Err(io::Error::other(
                "the layer is larger than the limit allows",
            ));
        }
        let most = self.stored.get().saturating_mul(self.limits.ratio);
        if self.read > RATIO_FLOOR && self.read > most {
            return Err(io::Error::other("the layer inflates like a bomb"));
        }
        Ok(n)
    }
}

/// The inflated bytes, whatever the stored bytes are packed with. The media type is not
/// asked: it is wrong often enough, and a wrong one must not hide a layer.
fn inflate<'a, B: BufRead + 'a>(mut stored: B) -> io::Result<Box<dyn Read + 'a>> {
    let head = stored.fill_buf()?;
    Ok(if head.starts_with(&[0x1f, 0x8b]) {
        Box::new(Members {
            decoder: Some(flate2::bufread::GzDecoder::new(stored)),
            rest: None,
        })
    } else if head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd])
        || (head.len() >= 4 && head[0] & 0xf0 == 0x50 && head[1..4] == [0x2a, 0x4d, 0x18])
    {
        let mut decoder = zstd::stream::read::Decoder::with_buffer(stored)?;
        decoder.window_log_max(27)?;
        Box::new(decoder)
    } else {
        Box::new(stored)
    })
}

/// All members of a gzip file. Bytes after the last member that begin no other are not
/// content, as `gzip` itself decides; they are hashed with the rest.
struct Members<B: BufRead> {
    decoder: Option<flate2::bufread::GzDecoder<B>>,
    rest: Option<B>,
}

impl<B: BufRead> Read for Members<B> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some(decoder) = &mut self.decoder else {
                return Ok(0);
            };
            let n = decoder.read(buf)?;
            if n > 0 || buf.is_empty() {
                return Ok(n);
            }
            let Some(decoder) = self.decoder.take() else {
                return Ok(0);
            };
            let mut stored = decoder.into_inner();
            if stored.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
                self.decoder = Some(flate2::bufread::GzDecoder::new(stored));
            } else {
                // Read to the end, so that the whole blob is hashed.
                io::copy(&mut stored, &mut io::sink())?;
                self.rest = Some(stored);
            }
        }
    }
}

/// Reads a layer to its end.
pub(crate) fn read(
    stored: impl Read,
    limits: &Limits,
    sink: &mut dyn LayerSink,
    tell: Option<&dyn Fn(u64)>,
) -> Result<LayerSummary, ImageError> {
    let count = Cell::new(0);
    let at = |source| ImageError::Read {
        offset: count.get(),
        source,
    };
    let mut hashing = Hashing::new(Told {
        inner: stored,
        count: &count,
        tell,
    });
    let (diff_id, uncompressed_bytes, walked) = {
        let mut buffered = BufReader::with_capacity(BUFFER, &mut hashing);
        if buffered.fill_buf().map_err(at)?.is_empty() {
            return Err(at(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the layer has no bytes",
            )));
        }
        let tar = inflate(&mut buffered).map_err(at)?;
        let bounded = Bounded {
            inner: tar,
            read: 0,
            stored: &count,
            limits,
        };
        let mut tar = BufReader::with_capacity(BUFFER, Hashing::new(bounded));
        let walked = walk_source(&mut tar, limits, sink).map_err(|e| match e {
            ImageError::Read { source, .. } => at(source),
            other => other,
        })?;
        // What follows the end marker is padding, but it is part of both digests.
        io::copy(&mut tar, &mut io::sink()).map_err(at)?;
        let inner = tar.into_inner();
        let bytes = inner.bytes;
        let diff_id = inner.digest();
        io::copy(&mut buffered, &mut io::sink()).map_err(at)?;
        (diff_id, bytes, walked)
    };
    let compressed_bytes = hashing.bytes;
    Ok(LayerSummary {
        digest: hashing.digest(),
        diff_id,
        compressed_bytes,
        uncompressed_bytes,
        entries: walked.entries,
        oddities: walked.oddities,
    })
}

/// Holds what was read against what the manifest and the configuration say.
pub(crate) fn verify(layer: &LayerDescriptor, summary: &LayerSummary) -> Result<(), ImageError> {
    if let Some(size) = layer.size
        && size != summary.compressed_bytes
    {
        let what = "the layer".to_owned();
        return Err(ImageError::SizeMismatch {
            what,
            expected: size,
            actual: summary.compressed_bytes,
        });
    }
    if let Some(digest) = layer
        .digest
        .as_ref()
        .filter(|d| d.algorithm() == DigestAlgorithm::Sha256)
    {
        same("the layer", digest, &summary.digest)?;
    }
    same("the uncompressed layer", &layer.diff_id, &summary.diff_id)
}

fn same(what: &'static str, expected: &Digest, actual: &Digest) -> Result<(), ImageError> {
    if expected == actual {
        return Ok(());
    }
    Err(ImageError::DigestMismatch {
        what,
        expected: expected.clone(),
        actual: actual.clone(),
    })
}

/// Verifies a document held in memory.
pub(crate) fn verify_document(bytes: &[u8], expected: &Digest) -> Result<(), ImageError> {
    let actual = match expected.algorithm() {
        DigestAlgorithm::Sha256 => Digest::sha256(&Sha256::digest(bytes).into()),
        DigestAlgorithm::Sha512 => Digest::sha512(&Sha512::digest(bytes).into()),
    };
    same("the document", expected, &actual)
}

/// Reads `bytes` as a stored layer, compressed or not, without holding it against any
/// digest. What a fuzzer calls.
#[doc(hidden)]
pub fn exercise(bytes: &[u8], limits: &Limits, sink: &mut dyn LayerSink) {
    let _ = read(bytes, limits, sink, None);
}
