//! Gathers the files to examine.

use std::collections::HashSet;
use std::path::Path;

use lazaret_model::{Gap, GapKind};

use crate::{ALL, Source};

/// Largest file that is examined, in bytes. Real Dockerfiles and manifests are far below.
pub const MAX_FILE: u64 = 4 << 20;

/// Most files of one run.
pub const MAX_FILES: usize = 200_000;

/// Most bytes of one run.
pub const MAX_TOTAL: u64 = 1 << 30;

/// Deepest directory below the one that was named.
const MAX_DEPTH: usize = 64;

/// Directories that hold other people's files, or none that people write.
const SKIPPED: [&str; 4] = [".git", "node_modules", ".terraform", ".hg"];

/// A path that cannot be examined.
#[derive(Debug, thiserror::Error)]
#[error("read {path}")]
pub struct WalkError {
    /// The path, as it was typed.
    pub path: String,
    /// Why.
    pub source: std::io::Error,
}

/// Files that were gathered, and what was not.
#[derive(Debug, Default)]
pub struct Gathered {
    /// The files, in the order of their paths.
    pub sources: Vec<Source>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
    bytes: u64,
    /// Files that were looked for beside others.
    beside: HashSet<String>,
}

impl Gathered {
    /// Adds a file, or the files of a directory that some language wants. Symbolic links
    /// inside of a directory are not followed, and a few directories (`.git`,
    /// `node_modules`) are not entered.
    ///
    /// # Errors
    /// When the path itself cannot be read; what lies below it becomes a gap.
    pub fn add(&mut self, path: &Path) -> Result<(), WalkError> {
        let shown = show(path);
        let refuse = |source| WalkError {
            path: shown.clone(),
            source,
        };
        if std::fs::metadata(path).map_err(refuse)?.is_dir() {
            std::fs::read_dir(path).map_err(refuse)?;
            self.directory(path, 0);
        } else {
            let bytes = read(path).map_err(refuse)?;
            self.file(shown, bytes, true);
            self.companions();
        }
        Ok(())
    }

    /// What lies beside a Dockerfile that was named alone and has a say about it.
    fn companions(&mut self) {
        let is_dockerfile = |source: &&Source| (crate::dockerfile::LANGUAGE.claims)(source);
        let Some(file) = self.sources.last().filter(is_dockerfile) else {
            return;
        };
        for path in crate::dockerfile::companions(&file.path) {
            if !self.beside.insert(path.clone()) {
                continue;
            }
            let place = Path::new(&path);
            if !place.is_file() {
                continue;
            }
            match read(place) {
                Ok(bytes) => self.file(path, bytes, false),
                Err(error) => {
                    let detail = error.to_string();
                    self.gaps.push(Gap::new(GapKind::Unreadable, path, detail));
                }
            }
        }
    }

    /// Adds what was read from somewhere else, such as standard input.
    pub fn text(&mut self, name: &str, bytes: Vec<u8>) {
        self.file(name.to_owned(), Some(bytes), true);
    }

    fn directory(&mut self, dir: &Path, depth: usize) {
        let shown = show(dir);
        if depth > MAX_DEPTH {
            let detail = format!("more than {MAX_DEPTH} directories deep");
            return self.gaps.push(Gap::new(GapKind::Limit, shown, detail));
        }
        let entries = match std::fs::read_dir(dir) {
            Ok(entries) => entries,
            Err(error) => {
                let detail = error.to_string();
                return self.gaps.push(Gap::new(GapKind::Unreadable, shown, detail));
            }
        };
        let mut entries: Vec<_> = entries.filter_map(Result::ok).collect();
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            let name = entry.file_name();
            if kind.is_dir() && !SKIPPED.iter().any(|skipped| name == *skipped) {
                self.directory(&path, depth + 1);
            } else if kind.is_file() {
                let shown = show(&path);
                if !ALL.iter().any(|language| (language.wants)(&shown)) {
                    continue;
                }
                match read(&path) {
                    Ok(bytes) => self.file(shown, bytes, false),
                    Err(error) => {
                        let detail = error.to_string();
                        self.gaps.push(Gap::new(GapKind::Unreadable, shown, detail));
                    }
                }
            }
        }
    }

    fn file(&mut self, path: String, bytes: Option<Vec<u8>>, named: bool) {
        let size = bytes.as_ref().map_or(0, |b| b.len() as u64);
        let limit = match bytes {
            None => Some(format!("larger than {MAX_FILE} bytes")),
            Some(_) if self.sources.len() >= MAX_FILES => {
                Some(format!("more than {MAX_FILES} files"))
            }
            Some(_) if self.bytes + size > MAX_TOTAL => {
                Some(format!("more than {MAX_TOTAL} bytes of files"))
            }
            Some(_) => None,
        };
        if let Some(detail) = limit {
            self.gaps.push(Gap::new(GapKind::Limit, path, detail));
            return;
        }
        self.bytes += size;
        let bytes = bytes.unwrap_or_default();
        // A file that is not text throughout is still examined as far as it is.
        let text = String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        let mut source = Source::new(path, text);
        source.named = named;
        self.sources.push(source);
    }
}

/// The file's bytes; none where there are more than [`MAX_FILE`].
fn read(path: &Path) -> std::io::Result<Option<Vec<u8>>> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    std::fs::File::open(path)?
        .take(MAX_FILE + 1)
        .read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= MAX_FILE).then_some(bytes))
}

fn show(path: &Path) -> String {
    let text = path.to_string_lossy();
    let text = text.strip_prefix("./").unwrap_or(&text);
    text.replace('\\', "/")
}
