//! Images made on the spot, the same on every machine: for tests and measurements.
//!
//! Content is drawn from a fixed generator, so that an image has the same digests
//! wherever it is made, and looks enough like software (words, tables, machine code) to
//! compress as software does.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::{Compression, write::GzEncoder};
use lazaret_model::Digest;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Raised whenever the same calls would make other images: who keeps what was made keeps
/// it under this number.
pub const REVISION: u32 = 1;

/// A generator of numbers: xorshift64*, which needs nothing and never changes.
#[derive(Debug, Clone)]
pub struct Numbers(u64);

impl Numbers {
    /// The generator that begins at `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `bound`, which is not 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.draw() % bound
    }
}

/// `bytes` bytes of text: words of a small language, in lines.
pub fn text(numbers: &mut Numbers, bytes: usize) -> Vec<u8> {
    const SYLLABLES: [&str; 16] = [
        "ba", "con", "de", "fi", "gra", "in", "ka", "lo", "men", "na", "pro", "re", "si", "ta",
        "ul", "ver",
    ];
    let mut out = Vec::with_capacity(bytes + 32);
    while out.len() < bytes {
        for _ in 0..=numbers.below(3) {
            let squared = numbers.below(16) * numbers.below(16) / 16;
            out.extend_from_slice(SYLLABLES[squared as usize % 16].as_bytes());
        }
        out.push(if numbers.below(9) == 0 { b'\n' } else { b' ' });
    }
    out.truncate(bytes);
    out
}

/// `bytes` bytes that look like machine code: few distinct operations, many operands.
pub fn code(numbers: &mut Numbers, bytes: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes + 8);
    out.extend_from_slice(b"\x7fELF\x02\x01\x01\0");
    while out.len() < bytes {
        let drawn = numbers.draw();
        out.extend_from_slice(match drawn % 5 {
            0 => b"\x48\x89\xe5",
            1 => b"\x48\x8b\x45",
            2 => b"\xe8\0\0",
            3 => b"\x0f\x1f\x44",
            _ => b"\x31\xc0\xc3",
        });
        out.extend_from_slice(&drawn.to_le_bytes()[5..5 + (drawn >> 8) as usize % 3]);
    }
    out.truncate(bytes);
    out
}

/// A layer that is being written: a tar, compressed on the way, with both digests.
pub struct Layer {
    gzip: GzEncoder<Hashing<BufWriter<File>>>,
    inflated: Sha256,
    path: PathBuf,
}

/// A layer that has been written.
#[derive(Debug, Clone)]
pub struct Blob {
    /// Digest of the stored bytes.
    pub digest: Digest,
    /// Digest of the tar.
    pub diff_id: Digest,
    /// Stored bytes.
    pub size: u64,
}

struct Hashing<W> {
    inner: W,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(buf)?;
        self.hash.update(&buf[..n]);
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl Layer {
    /// Begins a layer of the layout at `layout`.
    ///
    /// # Errors
    /// When the layout cannot be written to.
    pub fn begin(layout: &Path, name: &str) -> io::Result<Self> {
        let blobs = layout.join("blobs/sha256");
        fs::create_dir_all(&blobs)?;
        let path = blobs.join(format!(".{name}.new"));
        let file = Hashing {
            inner: BufWriter::new(File::create(&path)?),
            hash: Sha256::new(),
            bytes: 0,
        };
        Ok(Self {
            gzip: GzEncoder::new(file, Compression::new(6)),
            inflated: Sha256::new(),
            path,
        })
    }

    /// Adds a regular file.
    ///
    /// # Errors
    /// When it cannot be written, or its path is longer than the 100 bytes that a header
    /// without extensions has.
    pub fn file(&mut self, path: &str, mode: u32, content: &[u8]) -> io::Result<()> {
        self.write(&header(path, mode, content.len() as u64, b'0', "")?)?;
        self.write(content)?;
        let padding = (512 - content.len() % 512) % 512;
        self.write(&[0; 512][..padding])
    }

    /// Adds a directory.
    ///
    /// # Errors
    /// As [`Layer::file`].
    pub fn directory(&mut self, path: &str) -> io::Result<()> {
        self.write(&header(path, 0o755, 0, b'5', "")?)
    }

    /// Adds a symbolic link to `target`, as written.
    ///
    /// # Errors
    /// As [`Layer::file`]; the target may be 100 bytes long, too.
    pub fn symlink(&mut self, path: &str, target: &str) -> io::Result<()> {
        self.write(&header(path, 0o777, 0, b'2', target)?)
    }

    /// Adds a hard link to the file at `target`, a path from the root.
    ///
    /// # Errors
    /// As [`Layer::symlink`].
    pub fn hard_link(&mut self, path: &str, target: &str) -> io::Result<()> {
        self.write(&header(path, 0o644, 0, b'1', target)?)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.inflated.update(bytes);
        self.gzip.write_all(bytes)
    }

    /// Ends the layer and gives it its name.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn end(mut self) -> io::Result<Blob> {
        self.write(&[0; 1024])?;
        let mut stored = self.gzip.finish()?;
        stored.flush()?;
        let digest = Digest::sha256(&stored.hash.finalize().into());
        let diff_id = Digest::sha256(&self.inflated.finalize().into());
        fs::rename(&self.path, self.path.with_file_name(digest.hex()))?;
        Ok(Blob {
            digest,
            diff_id,
            size: stored.bytes,
        })
    }
}

fn header(path: &str, mode: u32, size: u64, kind: u8, link: &str) -> io::Result<[u8; 512]> {
    let mut block = [0u8; 512];
    for (at, text) in [(0, path), (157, link)] {
        if text.len() > 100 {
            return Err(io::Error::other(format!("{text}: longer than 100 bytes")));
        }
        block[at..at + text.len()].copy_from_slice(text.as_bytes());
    }
    block[156] = kind;
    let mut put = |at: usize, text: String| {
        block[at..at + text.len()].copy_from_slice(text.as_bytes());
    };
    put(100, format!("{mode:07o}"));
    put(108, "0000000".to_owned());
    put(116, "0000000".to_owned());
    put(124, format!("{size:011o}"));
    put(136, "00000000000".to_owned());
    put(148, " ".repeat(8));
    put(257, "ustar\x0000".to_owned());
    let sum: u32 = block.iter().map(|b| u32::from(*b)).sum();
    block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    Ok(block)
}

/// Writes the index of a layout: images by their tag, each with its layers from the bottom.
///
/// # Errors
/// When the layout cannot be written to.
pub fn index(layout: &Path, images: &[(String, Vec<Blob>)]) -> io::Result<()> {
    let plain = images.iter().map(|(tag, layers)| Made {
        tag: tag.clone(),
        layers: layers.clone(),
        ..Made::default()
    });
    index_of(layout, &plain.collect::<Vec<_>>())
}

/// An image of a layout.
#[derive(Debug, Clone, Default)]
pub struct Made {
    /// Its tag.
    pub tag: String,
    /// Its layers from the bottom.
    pub layers: Vec<Blob>,
    /// Build steps, each of a layer but those that begin with `- `. None are told where it
    /// is empty.
    pub history: Vec<String>,
    /// Labels of the configuration.
    pub labels: Vec<(String, String)>,
    /// Annotations of the manifest.
    pub annotations: Vec<(String, String)>,
}

impl Made {
    fn config(&self) -> Value {
        let diff_ids = self.layers.iter().map(|l| l.diff_id.to_string());
        let mut config = json!({
            "os": "linux", "architecture": "amd64",
            "rootfs": { "type": "layers", "diff_ids": diff_ids.collect::<Vec<_>>() },
        });
        let step = |text: &String| match text.strip_prefix("- ") {
            Some(text) => json!({ "created_by": text, "empty_layer": true }),
            None => json!({ "created_by": text }),
        };
        if !self.history.is_empty() {
            config["history"] = self.history.iter().map(step).collect();
        }
        if !self.labels.is_empty() {
            config["config"] = json!({ "Labels": texts(&self.labels) });
        }
        config
    }
}

fn texts(pairs: &[(String, String)]) -> Value {
    let pairs = pairs.iter().cloned().map(|(key, text)| (key, text.into()));
    Value::Object(pairs.collect())
}

/// The same of images that tell more.
///
/// # Errors
/// As [`index`].
pub fn index_of(layout: &Path, images: &[Made]) -> io::Result<()> {
    let mut manifests = Vec::new();
    for image in images {
        let (tag, layers) = (&image.tag, &image.layers);
        let config = document(layout, &image.config())?;
        let described: Vec<Value> = layers
            .iter()
            .map(|l| {
                described(
                    "application/vnd.oci.image.layer.v1.tar+gzip",
                    &l.digest,
                    l.size,
                )
            })
            .collect();
        let mut manifest = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": described_as("application/vnd.oci.image.config.v1+json", &config),
            "layers": described,
        });
        if !image.annotations.is_empty() {
            manifest["annotations"] = texts(&image.annotations);
        }
        let manifest = document(layout, &manifest)?;
        let mut entry = described_as("application/vnd.oci.image.manifest.v1+json", &manifest);
        entry["annotations"] = json!({ "org.opencontainers.image.ref.name": tag });
        manifests.push(entry);
    }
    let index = json!({ "schemaVersion": 2, "manifests": manifests });
    fs::write(layout.join("index.json"), index.to_string())?;
    fs::write(
        layout.join("oci-layout"),
        json!({ "imageLayoutVersion": "1.0.0" }).to_string(),
    )
}

fn document(layout: &Path, value: &Value) -> io::Result<(Digest, u64)> {
    let bytes = value.to_string().into_bytes();
    let digest = Digest::sha256(&Sha256::digest(&bytes).into());
    fs::write(layout.join("blobs/sha256").join(digest.hex()), &bytes)?;
    Ok((digest, bytes.len() as u64))
}

fn described(media_type: &str, digest: &Digest, size: u64) -> Value {
    json!({ "mediaType": media_type, "digest": digest.to_string(), "size": size })
}

fn described_as(media_type: &str, document: &(Digest, u64)) -> Value {
    described(media_type, &document.0, document.1)
}
