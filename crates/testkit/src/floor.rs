//! The floor that a cold scan is held against: what nobody can leave out.
//!
//! One pass over every layer: SHA-256 of the stored bytes, inflation, SHA-256 of the
//! inflated bytes. No tar is walked and nothing is looked at. The same libraries, the same
//! number of threads and the same order of layers (the largest first) as the scanner.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// Size of the buffers, in bytes.
const BUFFER: usize = 128 << 10;

/// What a pass over layers read.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Pass {
    /// Distinct layers.
    pub layers: usize,
    /// Stored bytes.
    pub compressed: u64,
    /// Bytes after inflation.
    pub uncompressed: u64,
}

/// Paths of the distinct layers of the images of an OCI layout, the largest first.
///
/// `tag` chooses the images whose `org.opencontainers.image.ref.name` it is; `None`
/// takes all of them.
///
/// # Errors
/// When the layout cannot be read or names what it does not hold.
pub fn layers(layout: &Path, tag: Option<&str>) -> io::Result<Vec<PathBuf>> {
    let index: Value = document(&layout.join("index.json"))?;
    let mut found: Vec<(u64, PathBuf)> = Vec::new();
    for manifest in list(&index, "manifests") {
        let name = manifest["annotations"]["org.opencontainers.image.ref.name"].as_str();
        if tag.is_some() && name != tag {
            continue;
        }
        let manifest: Value = document(&blob(layout, &manifest["digest"])?)?;
        for layer in list(&manifest, "layers") {
            let path = blob(layout, &layer["digest"])?;
            found.push((path.metadata()?.len(), path));
        }
    }
    found.sort_by(|a, b| (b.0, &b.1).cmp(&(a.0, &a.1)));
    found.dedup();
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

fn document(path: &Path) -> io::Result<Value> {
    serde_json::from_slice(&std::fs::read(path)?).map_err(io::Error::other)
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value[key].as_array().into_iter().flatten()
}

fn blob(layout: &Path, digest: &Value) -> io::Result<PathBuf> {
    let (algorithm, hex) = digest
        .as_str()
        .and_then(|d| d.split_once(':'))
        .ok_or_else(|| io::Error::other("a descriptor without digest"))?;
    Ok(layout.join("blobs").join(algorithm).join(hex))
}

/// Reads the layers at `paths` with `threads` threads.
///
/// # Errors
/// When one of them cannot be read or inflated.
pub fn pass(paths: &[PathBuf], threads: usize) -> io::Result<Pass> {
    let next = AtomicUsize::new(0);
    let total = Mutex::new(Ok(Pass::default()));
    std::thread::scope(|scope| {
        for _ in 0..threads.clamp(1, paths.len().max(1)) {
            scope.spawn(|| {
                while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let one = layer(path);
                    let mut total = total
                        .lock()
                        .unwrap_or_else(std::sync::PoisonError::into_inner);
                    match (&mut *total, one) {
                        (Ok(sum), Ok((compressed, uncompressed))) => {
                            sum.layers += 1;
                            sum.compressed += compressed;
                            sum.uncompressed += uncompressed;
                        }
                        (Ok(_), Err(error)) => *total = Err(error),
                        (Err(_), _) => {}
                    }
                }
            });
        }
    });
    total
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn layer(path: &Path) -> io::Result<(u64, u64)> {
    let mut stored = Hashing::new(File::open(path)?);
    let uncompressed = {
        let mut buffered = BufReader::with_capacity(BUFFER, &mut stored);
        let head = buffered.fill_buf()?;
        let inflated: Box<dyn Read + '_> = if head.starts_with(&[0x1f, 0x8b]) {
            Box::new(flate2::bufread::MultiGzDecoder::new(&mut buffered))
        } else if head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) || skippable(head) {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(&mut buffered)?;
            decoder.window_log_max(27)?;
            Box::new(decoder)
        } else {
            Box::new(&mut buffered)
        };
        let mut hashing = Hashing::new(inflated);
        drain(&mut hashing)?;
        std::hint::black_box(hashing.hash.finalize());
        hashing.bytes
    };
    drain(&mut stored)?;
    std::hint::black_box(stored.hash.finalize());
    Ok((stored.bytes, uncompressed))
}

/// Whether a zstd frame that holds no content stands in front, as in seekable layers.
fn skippable(head: &[u8]) -> bool {
    head.len() >= 4 && head[0] & 0xf0 == 0x50 && head[1..4] == [0x2a, 0x4d, 0x18]
}

fn drain(reader: &mut dyn Read) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    while reader.read(&mut buffer)? > 0 {}
    Ok(())
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
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.hash.update(&buf[..n]);
        self.bytes += n as u64;
        Ok(n)
    }
}
