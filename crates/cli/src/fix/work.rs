//! The files that may be changed, and the changes.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use lazaret_check::Edit;
use lazaret_fix::{Conflict, apply, merge, patch, then};

/// Largest file that is changed, in bytes.
const MAX_FILE: u64 = 4 << 20;
/// Most files of one run.
const MAX_FILES: usize = 200_000;
/// Deepest directory below the one that was named.
const MAX_DEPTH: usize = 64;
/// Directories that hold other people's files, or none that people write.
const SKIPPED: [&str; 5] = [".git", "node_modules", ".terraform", ".hg", "vendor"];

/// A file, and what is to be changed in it.
pub(super) struct File {
    path: PathBuf,
    text: String,
    named: bool,
    edits: Vec<Edit>,
}

impl File {
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether the caller named this very file.
    pub(super) fn is_named(&self) -> bool {
        self.named
    }

    /// The text with these edits and those that are there.
    pub(super) fn with(&self, edits: &[Edit]) -> Result<String, Conflict> {
        let all: Vec<Edit> = self.edits.iter().chain(edits).cloned().collect();
        apply(&self.text, &all)
    }

    /// Adds edits of the text as it is with the edits that are there.
    pub(super) fn add_on_top(&mut self, mut edits: Vec<Edit>) -> Result<(), Conflict> {
        // From the last to the first, so that the places of the others stay.
        edits.sort_by_key(|e| std::cmp::Reverse(e.range.start));
        let mut all = self.edits.clone();
        for edit in &edits {
            all = then(&self.text, &all, edit)?;
        }
        self.edits = all;
        Ok(())
    }

    /// Adds edits, unless they conflict with those that are there.
    pub(super) fn add(&mut self, edits: Vec<Edit>) -> Result<(), Conflict> {
        self.with(&edits)?;
        let all = self.edits.drain(..).chain(edits).collect();
        self.edits = merge(all)?;
        Ok(())
    }
}

/// Every file that was named or lies below a directory that was.
pub(super) struct Work {
    files: BTreeMap<String, File>,
}

impl Work {
    /// # Errors
    /// When a named path cannot be read. What lies below it and cannot be read or is no
    /// text is left out: nothing could be changed there.
    pub(super) fn gather(paths: &[PathBuf]) -> anyhow::Result<Self> {
        let mut work = Self {
            files: BTreeMap::new(),
        };
        for path in paths {
            let doing = || format!("read {}", path.display());
            if std::fs::metadata(path).with_context(doing)?.is_dir() {
                std::fs::read_dir(path).with_context(doing)?;
                work.directory(path, 0)?;
            } else {
                let text = std::fs::read_to_string(path).with_context(doing)?;
                work.insert(path.clone(), text, true);
            }
        }
        Ok(work)
    }

    fn insert(&mut self, path: PathBuf, text: String, named: bool) {
        let name = shown(&path);
        let file = File {
            path,
            text,
            named,
            edits: Vec::new(),
        };
        self.files.entry(name).or_insert(file);
    }

    fn directory(&mut self, dir: &Path, depth: usize) -> anyhow::Result<()> {
        let Ok(entries) = std::fs::read_dir(dir) else {
            return Ok(());
        };
        for entry in entries.flatten() {
            // Not followed where it is a link: what it points to may lie anywhere.
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            let path = entry.path();
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if kind.is_dir() && depth < MAX_DEPTH && !SKIPPED.contains(&&*name) {
                self.directory(&path, depth + 1)?;
            }
            let is_small = || entry.metadata().is_ok_and(|m| m.len() <= MAX_FILE);
            if kind.is_file() && is_wanted(&shown(&path)) && is_small() {
                if self.files.len() >= MAX_FILES {
                    bail!(
                        "{} holds more than {MAX_FILES} files to look at",
                        dir.display()
                    );
                }
                if let Ok(text) = std::fs::read_to_string(&path) {
                    self.insert(path, text, false);
                }
            }
        }
        Ok(())
    }

    /// The files, by the name that they are shown with.
    pub(super) fn files(&mut self) -> impl Iterator<Item = (&String, &mut File)> {
        self.files.iter_mut()
    }

    /// The file at a path.
    pub(super) fn at(&mut self, path: &Path) -> Option<(&String, &mut File)> {
        self.files.iter_mut().find(|(_, f)| f.path == path)
    }

    /// How many changes there are, in how many files.
    pub(super) fn count(&self) -> (usize, usize) {
        let changed = self.files.values().filter(|f| !f.edits.is_empty());
        changed.fold((0, 0), |(edits, files), f| {
            (edits + f.edits.len(), files + 1)
        })
    }

    /// The files that change: where they are, what they were, what they become.
    pub(super) fn changed(&self) -> impl Iterator<Item = Result<(&Path, &str, String), Conflict>> {
        let changed = self.files.values().filter(|f| !f.edits.is_empty());
        changed.map(|f| Ok((f.path.as_path(), f.text.as_str(), f.with(&[])?)))
    }

    /// All changes as one patch.
    pub(super) fn patch(&self) -> anyhow::Result<String> {
        let mut all = String::new();
        for (name, file) in &self.files {
            all.push_str(&patch(name, &file.text, &file.edits)?);
        }
        Ok(all)
    }

    /// Makes the changes, each file at once and whole.
    pub(super) fn write(&self) -> anyhow::Result<()> {
        for file in self.files.values().filter(|f| !f.edits.is_empty()) {
            let doing = || format!("write {}", file.path.display());
            replace(&file.path, &file.text, &file.with(&[])?).with_context(doing)?;
        }
        Ok(())
    }
}

/// Puts `after` in the place of the file, which must still read `before`.
fn replace(path: &Path, before: &str, after: &str) -> anyhow::Result<()> {
    // A link stays one: what it points to is what was read.
    let path = &std::fs::canonicalize(path)?;
    if std::fs::read(path)? != before.as_bytes() {
        bail!("it was changed in the meantime");
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(".lazaret-fix-")
        .tempfile_in(folder)?;
    file.write_all(after.as_bytes())?;
    file.as_file()
        .set_permissions(std::fs::metadata(path)?.permissions())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// A path as it is shown and compared.
pub(super) fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    let text = text.strip_prefix("./").unwrap_or(&text);
    text.to_owned()
}

/// Whether a file of a directory may be changed at all.
fn is_wanted(path: &str) -> bool {
    lazaret_fix::image::wants(path)
        || lazaret_fix::package::wants(path)
        || lazaret_check::ALL.iter().any(|l| (l.wants)(path))
}
