//! One layer, from compressed bytes to verified entries, in one pass.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read};

use sha2::{Digest as _, Sha256, Sha512};

use lazaret_model::{Digest, DigestAlgorithm};

use crate::hashing::{Hashing, Spare};
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

/// Counts the stored bytes, tells them, and keeps the count for who inflates.
///
/// Gives as much as is asked for, up to the end: a source that hands out single bytes or is
/// interrupted must not make a packed layer look like a plain one.
struct Told<'a, R> {
    inner: R,
    count: &'a Cell<u64>,
    tell: Option<&'a dyn Fn(u64)>,
}

impl<R: Read> Read for Told<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buf.len() {
            match self.inner.read(&mut buf[filled..]) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.count.set(self.count.get() + filled as u64);
        if let Some(tell) = self.tell {
            tell(filled as u64);
        }
        Ok(filled)
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

/// How bytes are packed, by what they begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    None,
    Gzip,
    Zstd,
    /// Known, but never read: no specification of images has it.
    Other(&'static str),
}

impl Packing {
    pub(crate) fn of(head: &[u8]) -> Self {
        const OTHERS: [(&[u8], &str); 3] = [
            (b"\xfd7zXZ\0", "xz"),
            (b"\x04\x22\x4d\x18", "lz4"),
            (b"\x89LZO\0\r\n", "lzop"),
        ];
        let skippable =
            |h: &[u8]| h.len() >= 4 && h[0] & 0xf0 == 0x50 && h[1..4] == [0x2a, 0x4d, 0x18];
        if head.starts_with(&[0x1f, 0x8b]) {
            Self::Gzip
        } else if head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) || skippable(head) {
            Self::Zstd
        } else if head.starts_with(b"BZh") && head.get(4..10) == Some(b"1AY&SY") {
            Self::Other("bzip2")
        } else {
            let known = OTHERS.iter().find(|(magic, _)| head.starts_with(magic));
            known.map_or(Self::None, |(_, name)| Self::Other(name))
        }
    }
}

/// The inflated bytes, whatever the stored bytes are packed with. The media type is not
/// asked: it is wrong often enough, and a wrong one must not hide a layer.
fn inflate<'a, B: BufRead + 'a>(mut stored: B) -> io::Result<Box<dyn Read + 'a>> {
    Ok(match Packing::of(stored.fill_buf()?) {
        Packing::Gzip => Box::new(Members {
            decoder: Some(flate2::bufread::GzDecoder::new(stored)),
            rest: None,
        }),
        Packing::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(stored)?;
            decoder.window_log_max(27)?;
            Box::new(decoder)
        }
        Packing::Other(name) => {
            let why = format!("it is packed with {name}, which is not read; unpack it first");
            return Err(io::Error::new(io::ErrorKind::Unsupported, why));
        }
        Packing::None => Box::new(stored),
    })
}

/// Gives the inflated bytes of an archive, which the limits of a layer bound as well.
pub(crate) fn unpacked<T>(
    stored: impl Read,
    limits: &Limits,
    take: impl FnOnce(BufReader<&mut dyn Read>) -> Result<T, ImageError>,
) -> Result<T, ImageError> {
    let count = Cell::new(0);
    let at = |source| ImageError::Read {
        offset: count.get(),
        source,
    };
    let told = Told {
        inner: stored,
        count: &count,
        tell: None,
    };
    let mut buffered = BufReader::with_capacity(BUFFER, told);
    let mut bounded = Bounded {
        inner: inflate(&mut buffered).map_err(at)?,
        read: 0,
        stored: &count,
        limits,
    };
    take(BufReader::with_capacity(BUFFER, &mut bounded))
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
            // The second byte may lie beyond the end of the buffer.
            let head = stored.fill_buf()?;
            if head.first() == Some(&0x1f) && head.get(1).is_none_or(|b| *b == 0x8b) {
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
    spare: Option<&Spare>,
) -> Result<LayerSummary, ImageError> {
    let count = Cell::new(0);
    let at = |source| ImageError::Read {
        offset: count.get(),
        source,
    };
    let told = Told {
        inner: stored,
        count: &count,
        tell,
    };
    let mut hashing = Hashing::new(told, None);
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
        let mut tar = BufReader::with_capacity(BUFFER, Hashing::new(bounded, spare));
        let walked = walk_source(&mut tar, limits, sink).map_err(|e| match e {
            ImageError::Read { source, .. } => at(source),
            other => other,
        })?;
        // What follows the end marker is padding, but it is part of both digests.
        io::copy(&mut tar, &mut io::sink()).map_err(at)?;
        let inner = tar.into_inner();
        let bytes = inner.bytes;
        let diff_id = inner.digest().map_err(at)?;
        io::copy(&mut buffered, &mut io::sink()).map_err(at)?;
        (diff_id, bytes, walked)
    };
    let compressed_bytes = hashing.bytes;
    Ok(LayerSummary {
        digest: hashing.digest().map_err(at)?,
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
    let _ = read(bytes, limits, sink, None, None);
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::tar::{Entry, SinkError};

    struct Nothing;

    impl LayerSink for Nothing {
        fn entry(&mut self, _: &Entry<'_>, _: &mut dyn Read) -> Result<(), SinkError> {
            Ok(())
        }
    }

    /// Gives single bytes, and is interrupted before each of them.
    struct Dribble<'a> {
        bytes: &'a [u8],
        interrupted: bool,
    }

    impl Read for Dribble<'_> {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            self.interrupted = !self.interrupted;
            if self.interrupted {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let most = buf.len().min(1);
            self.bytes.read(&mut buf[..most])
        }
    }

    fn member(zeros: usize) -> Vec<u8> {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
        gzip.write_all(&vec![0; zeros]).expect("memory takes it");
        gzip.finish().expect("memory takes it")
    }

    #[track_caller]
    fn check(stored: impl Read, zeros: usize) {
        let summary =
            read(stored, &Limits::default(), &mut Nothing, None, None).expect("a good layer");
        assert_eq!(summary.uncompressed_bytes, zeros as u64);
        assert_eq!(
            summary.diff_id,
            Digest::sha256(&Sha256::digest(vec![0; zeros]).into())
        );
    }

    #[test]
    fn a_source_of_single_bytes_is_understood() {
        let gzip = [member(1024), member(512)].concat();
        let zstd = zstd::encode_all(&[0; 1536][..], 3).expect("memory takes it");
        for bytes in [&gzip[..], &zstd] {
            let interrupted = false;
            check(Dribble { bytes, interrupted }, 1536);
        }
    }

    #[test]
    fn a_member_may_begin_on_the_last_byte_of_a_buffer() {
        let (zeros, first) = (BUFFER - 200..BUFFER)
            .map(|zeros| (zeros, member(zeros)))
            .find(|(_, first)| first.len() == BUFFER - 1)
            .expect("a length that fits");
        let stored = [first, member(512)].concat();
        check(&stored[..], zeros + 512);
    }
}
