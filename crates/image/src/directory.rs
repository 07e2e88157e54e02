//! A directory as if it were one layer.
//!
//! Links are never followed, so nothing outside the directory is ever read. What the
//! kernel makes up (`/proc`, `/sys`, `/dev`, and the like mounted anywhere) is left out.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use lazaret_model::Digest;

use crate::layer::{LayerSummary, Oddity};
use crate::tar::{Entry, EntryKind, LayerSink};
use crate::{ImageError, Limits};

/// Most oddities that are listed.
const MAX_ODDITIES: usize = 200;

/// Directories of a root file system that hold no files of its own.
const MADE_UP: [&str; 3] = ["proc", "sys", "dev"];

/// File systems without files of anybody's, by their numbers in Linux's `magic.h`.
const KERNEL_MADE: [u32; 13] = [
    0x0000_9fa0, // proc
    0x6265_6572, // sysfs
    0x0000_1cd1, // devpts
    0x0027_e0eb, // cgroup
    0x6367_7270, // cgroup2
    0x6462_6720, // debugfs
    0x7472_6163, // tracefs
    0x7363_6673, // securityfs
    0xcafe_4a11, // bpf
    0x6165_676c, // pstore
    0x1980_0202, // mqueue
    0x4249_4e4d, // binfmt_misc
    0xde5e_81e4, // efivarfs
];

/// Walks `root` in the order of names and gives every entry to the sink.
///
/// # Errors
/// When the directory itself cannot be read, or a limit is reached.
pub fn read_directory(
    root: &Path,
    limits: &Limits,
    sink: &mut dyn LayerSink,
) -> Result<LayerSummary, ImageError> {
    let walk = Walk::begin(root)?;
    let fail = |source| ImageError::File {
        path: walk.root.clone(),
        source,
    };
    let todo = walk.children(&walk.root).map_err(fail)?;
    walk.run(todo, limits, sink)
}

/// The same for some files and trees of `root` alone, by their relative paths. A path that
/// is not there, or that leads through a link, is passed over.
///
/// # Errors
/// When the directory itself cannot be read, or a limit is reached.
pub fn read_parts(
    root: &Path,
    parts: &[&str],
    limits: &Limits,
    sink: &mut dyn LayerSink,
) -> Result<LayerSummary, ImageError> {
    let walk = Walk::begin(root)?;
    let todo = parts.iter().rev().filter_map(|part| {
        let path = walk.root.join(part);
        let above = path.parent()?;
        (fs::canonicalize(above).ok()? == above).then_some(path)
    });
    let todo = todo.collect();
    walk.run(todo, limits, sink)
}

struct Walk {
    root: PathBuf,
    device: u64,
    /// Whether another device is a file system that the kernel makes up.
    others: HashMap<u64, bool>,
    entries: u64,
    bytes: u64,
    oddities: Vec<Oddity>,
}

impl Walk {
    fn begin(root: &Path) -> Result<Self, ImageError> {
        let fail = |source| ImageError::File {
            path: root.to_owned(),
            source,
        };
        let root = fs::canonicalize(root).map_err(fail)?;
        let device = fs::metadata(&root).map_err(fail)?.dev();
        Ok(Self {
            root,
            device,
            others: HashMap::new(),
            entries: 0,
            bytes: 0,
            oddities: Vec::new(),
        })
    }

    /// Visits the paths and all that is below them: `todo` is a stack, so that depth costs
    /// no call.
    fn run(
        mut self,
        mut todo: Vec<PathBuf>,
        limits: &Limits,
        sink: &mut dyn LayerSink,
    ) -> Result<LayerSummary, ImageError> {
        while let Some(path) = todo.pop() {
            self.entries += 1;
            if self.entries > limits.entries {
                return Err(ImageError::Limit {
                    what: "number of files",
                    limit: limits.entries,
                });
            }
            match self.visit(&path, sink) {
                Ok(true) => match self.children(&path) {
                    Ok(children) => todo.extend(children),
                    Err(error) => self.odd(&path, &error.to_string()),
                },
                Ok(false) => {}
                Err(error) => self.odd(&path, &error.to_string()),
            }
        }
        Ok(LayerSummary {
            digest: Digest::sha256(&[0; 32]),
            diff_id: Digest::sha256(&[0; 32]),
            compressed_bytes: self.bytes,
            uncompressed_bytes: self.bytes,
            entries: self.entries,
            oddities: self.oddities,
        })
    }

    fn relative<'p>(&self, path: &'p Path) -> &'p Path {
        path.strip_prefix(&self.root).unwrap_or(path)
    }

    fn odd(&mut self, path: &Path, detail: &str) {
        if self.oddities.len() < MAX_ODDITIES {
            let path = self.relative(path).display().to_string();
            self.oddities.push(Oddity {
                path,
                detail: detail.to_owned(),
            });
        }
    }

    /// The entries of a directory, the last name first.
    fn children(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        let mut names: Vec<PathBuf> = fs::read_dir(dir)?
            .map(|e| e.map(|e| e.path()))
            .collect::<io::Result<_>>()?;
        names.sort_unstable_by(|a, b| b.cmp(a));
        Ok(names)
    }

    /// Whether a directory on this device holds no files of the tree's own.
    fn is_made_up(&mut self, path: &Path, device: u64) -> bool {
        if device == self.device {
            return false;
        }
        let named = MADE_UP.iter().any(|m| self.relative(path) == Path::new(m));
        let kernel_made = || {
            let magic = rustix::fs::statfs(path).map(|s| s.f_type as u32);
            magic.is_ok_and(|m| KERNEL_MADE.contains(&m))
        };
        named || *self.others.entry(device).or_insert_with(kernel_made)
    }

    /// Shows one entry to the sink; whether its children are to be visited.
    fn visit(&mut self, path: &Path, sink: &mut dyn LayerSink) -> io::Result<bool> {
        let relative = self.relative(path).to_owned();
        let meta = fs::symlink_metadata(path)?;
        let bytes = relative.as_os_str().as_bytes();
        let show = |kind, size, sink: &mut dyn LayerSink, body: &mut dyn Read| {
            sink.entry(
                &Entry {
                    path: bytes,
                    kind,
                    size,
                    mode: meta.mode() & 0o7777,
                },
                body,
            )
        };
        let kind = meta.file_type();
        if kind.is_dir() {
            show(EntryKind::Directory, 0, sink, &mut io::empty())?;
            return Ok(!self.is_made_up(path, meta.dev()) && sink.descends(bytes));
        }
        if kind.is_symlink() {
            let target = fs::read_link(path)?;
            let target = target.as_os_str().as_bytes();
            show(EntryKind::Symlink(target), 0, sink, &mut io::empty())?;
        } else if kind.is_file() {
            // Between the two calls the file could become a link; it would not be followed.
            let mut file = File::options()
                .read(true)
                .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits() as i32)
                .open(path)?;
            self.bytes += meta.len();
            show(
                EntryKind::File,
                meta.len(),
                sink,
                &mut (&mut file).take(meta.len()),
            )?;
        }
        Ok(false)
    }
}
