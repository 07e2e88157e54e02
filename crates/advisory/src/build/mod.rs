//! Builds a database from feeds on disk.
//!
//! Sources are files, folders and archives in the upstreams' own layout. Every file that a
//! feed wants is read; a record that cannot be read is counted, named and skipped, and the
//! build fails only where a whole source gives nothing, an archive is damaged, or the
//! caller asked for strictness. The outcome is a function of the sources' content alone:
//! not of the clock, of their order, or of how they are packed.

mod aliases;
mod builder;
mod order;
mod source;
mod stage;
mod tar;

use std::io::Write;
use std::path::{Path, PathBuf};

use lazaret_model::{Advisory, FeedItem};

pub use builder::{Builder, EncodeError, Encoded};
pub(crate) use builder::{Heading, encode};
pub use source::{SourceError, SourceLimits};
pub(crate) use stage::Stage;
pub use tar::exercise as exercise_tar;

use crate::feed::{self, BadRecord, Feed, FeedFile, Sink};

/// A source: a feed and where its files are.
#[derive(Clone)]
pub struct SourceSpec {
    /// The feed that reads the files.
    pub feed: &'static Feed,
    /// A file, a folder or an archive.
    pub path: PathBuf,
}

impl std::fmt::Debug for SourceSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}={}", self.feed.name, self.path.display())
    }
}

/// Why a text does not name a source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpecError {
    /// There is no `=`.
    #[error("`{0}` is not a source; write it as FEED=PATH")]
    NoFeed(String),
    /// The feed does not exist.
    #[error("`{feed}` is not a feed; known are {known}")]
    UnknownFeed {
        /// What was written.
        feed: String,
        /// Every feed, separated by commas.
        known: String,
    },
}

impl std::str::FromStr for SourceSpec {
    type Err = SpecError;

    /// Reads `feed=PATH`.
    fn from_str(text: &str) -> Result<Self, SpecError> {
        let (name, path) = text
            .split_once('=')
            .ok_or_else(|| SpecError::NoFeed(text.to_owned()))?;
        let feed = feed::by_name(name).ok_or_else(|| SpecError::UnknownFeed {
            feed: name.to_owned(),
            known: feed::ALL
                .iter()
                .map(|feed| feed.name)
                .collect::<Vec<_>>()
                .join(", "),
        })?;
        Ok(Self {
            feed,
            path: path.into(),
        })
    }
}

/// How to build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildOptions {
    /// Fail on the first record that cannot be read.
    pub strict: bool,
    /// Level of compression, 1 (fast) to 22 (small).
    pub level: i32,
    /// How much a source may hold.
    pub limits: SourceLimits,
    /// A date, `YYYY-MM-DD`: what was published later is left out. What was changed later
    /// stands as it is now, since feeds keep no past.
    pub as_of: Option<String>,
}

impl Default for BuildOptions {
    fn default() -> Self {
        Self {
            strict: false,
            level: DEFAULT_LEVEL,
            limits: SourceLimits::default(),
            as_of: None,
        }
    }
}

/// Higher levels take up to twice as long for less than one percent; see the table in
/// `docs/advisory-database.md`.
pub(crate) const DEFAULT_LEVEL: i32 = 12;
/// How many bad records of one source are named; all are counted.
const MAX_NAMED: usize = 100;

/// How far a build is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'a> {
    /// The feed that is being read.
    pub feed: &'a str,
    /// Files read of the source so far.
    pub files: u64,
    /// Records read of the source so far.
    pub records: u64,
}

/// What a build did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildReport {
    /// What each source gave.
    pub sources: Vec<SourceReport>,
    /// Number of advisories in the file.
    pub advisories: u64,
    /// Number of records about CVE ids in the file.
    pub cve_records: u64,
    /// Number of alias groups in the file.
    pub groups: u64,
    /// Joins of aliases that were refused because they would have mixed products.
    pub refused_joins: u64,
    /// Size of the file in bytes.
    pub size_bytes: u64,
}

/// What one source gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceReport {
    /// The feed.
    pub feed: &'static str,
    /// The source.
    pub path: PathBuf,
    /// Files that were read.
    pub files: u64,
    /// Records that were read.
    pub records: u64,
    /// Records, and whole files, that could not be read.
    pub bad: u64,
    /// The first hundred of them.
    pub named: Vec<BadRecord>,
}

/// Why there is no database.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A source cannot be read.
    #[error("read the source {feed}={}", path.display())]
    Source {
        /// The feed.
        feed: &'static str,
        /// The source.
        path: PathBuf,
        /// What was wrong.
        #[source]
        source: SourceError,
    },
    /// A source gave no record.
    #[error("nothing in {feed}={} can be read: {reason}", path.display())]
    NothingReadable {
        /// The feed.
        feed: &'static str,
        /// The source.
        path: PathBuf,
        /// The first reason.
        reason: String,
    },
    /// A record cannot be read, and strictness was asked for.
    #[error("{feed}={}: {record}: {reason} ({bad} such records)", path.display())]
    Strict {
        /// The feed.
        feed: &'static str,
        /// The source.
        path: PathBuf,
        /// The first bad record.
        record: String,
        /// What was wrong with it.
        reason: String,
        /// How many there are.
        bad: u64,
    },
    /// The file cannot be made.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The file cannot be written.
    #[error("write the advisory database {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        #[source]
        source: std::io::Error,
    },
}

/// Reads the sources and gives back the database file's bytes.
pub fn build(
    sources: &[SourceSpec],
    options: &BuildOptions,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<(Vec<u8>, BuildReport), BuildError> {
    let mut sources = sources.to_vec();
    sources.sort_by(|a, b| (a.feed.name, &a.path).cmp(&(b.feed.name, &b.path)));
    let mut builder = Builder::as_of(options.as_of.clone());
    let mut reports = Vec::new();
    // Sources of one feed are neighbours, so a feed is finished before the next begins.
    for feed in sources.chunk_by(|a, b| a.feed.name == b.feed.name) {
        read_feed(feed, options, &mut builder, &mut reports, progress)?;
    }
    let encoded = builder.finish(options.level, false)?;
    let report = BuildReport {
        sources: reports,
        advisories: encoded.advisories,
        cve_records: encoded.cve_records,
        groups: encoded.groups,
        refused_joins: encoded.refused_joins,
        size_bytes: encoded.bytes.len() as u64,
    };
    Ok((encoded.bytes, report))
}

/// Builds and writes the file, replacing what was there only when all went well.
pub fn build_to(
    out: &Path,
    sources: &[SourceSpec],
    options: &BuildOptions,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<BuildReport, BuildError> {
    let (bytes, report) = build(sources, options, progress)?;
    replace(out, &bytes).map_err(|source| BuildError::Write {
        path: out.to_owned(),
        source,
    })?;
    Ok(report)
}

/// Writes a file beside `path` and renames it there, so that a reader sees the old file
/// or the new one and never a part.
pub fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new()
        .prefix(".advisories-")
        .suffix(".tmp")
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    persist(file, path)
}

/// Gives a finished temporary file its name.
pub(crate) fn persist(file: tempfile::NamedTempFile, path: &Path) -> std::io::Result<()> {
    // Without this a power cut may leave the new name with no content.
    file.as_file().sync_all()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Temporary files are private; a database is for every user of the machine.
        let mode = std::fs::Permissions::from_mode(0o644);
        file.as_file().set_permissions(mode)?;
    }
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn read_feed(
    sources: &[SourceSpec],
    options: &BuildOptions,
    builder: &mut Builder,
    reports: &mut Vec<SourceReport>,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<(), BuildError> {
    let mut pending = Vec::new();
    let mut feed = None;
    for spec in sources {
        feed = Some(spec.feed);
        let mut reading = Reading {
            spec,
            builder,
            pending: &mut pending,
            progress,
            items: Vec::new(),
            bad_records: Vec::new(),
            report: SourceReport {
                feed: spec.feed.name,
                path: spec.path.clone(),
                files: 0,
                records: 0,
                bad: 0,
                named: Vec::new(),
            },
        };
        let walked = source::walk(&spec.path, options.limits, &mut reading);
        let report = reading.report;
        walked.map_err(|source| BuildError::Source {
            feed: spec.feed.name,
            path: spec.path.clone(),
            source,
        })?;
        check(&report, options)?;
        reports.push(report);
    }
    let Some((feed, finish)) = feed.and_then(|feed| Some((feed, feed.finish?))) else {
        return Ok(());
    };
    pending.sort_by(|a: &Advisory, b: &Advisory| (&a.feed, &a.id).cmp(&(&b.feed, &b.id)));
    finish(&mut pending);
    for advisory in pending {
        let record = advisory.id.clone();
        if let Err(reason) = builder.item(feed.name, FeedItem::Advisory(Box::new(advisory)))
            && let Some(report) = reports.last_mut()
        {
            report.note(BadRecord { record, reason });
        }
    }
    Ok(())
}

/// Whether a source may stand as it was read.
fn check(report: &SourceReport, options: &BuildOptions) -> Result<(), BuildError> {
    let (feed, path) = (report.feed, report.path.clone());
    let first = report.named.first();
    if report.records == 0 {
        let reason = first.map_or_else(
            || format!("no file there is one that the feed {feed} reads"),
            |bad| format!("{}: {}", bad.record, bad.reason),
        );
        return Err(BuildError::NothingReadable { feed, path, reason });
    }
    match first {
        Some(first) if options.strict => Err(BuildError::Strict {
            feed,
            path,
            record: first.record.clone(),
            reason: first.reason.clone(),
            bad: report.bad,
        }),
        _ => Ok(()),
    }
}

impl SourceReport {
    fn note(&mut self, record: BadRecord) {
        self.bad += 1;
        if self.named.len() < MAX_NAMED {
            self.named.push(record);
        }
    }
}

/// Hands the files of one source to its feed, and the records to the builder.
struct Reading<'a, 'p> {
    spec: &'a SourceSpec,
    builder: &'a mut Builder,
    /// Advisories of a feed that looks at all of them together.
    pending: &'a mut Vec<Advisory>,
    progress: &'a mut (dyn FnMut(Progress<'_>) + 'p),
    items: Vec<FeedItem>,
    bad_records: Vec<BadRecord>,
    report: SourceReport,
}

impl source::Visit for Reading<'_, '_> {
    fn wants(&self, path: &str) -> bool {
        (self.spec.feed.wants)(path)
    }

    fn file(&mut self, path: &str, bytes: &[u8]) {
        let feed = self.spec.feed;
        let mut sink = Sink::new(&mut self.items, &mut self.bad_records);
        let outcome = (feed.read)(FeedFile { path, bytes }, &mut sink);
        self.report.files += 1;
        for item in self.items.drain(..) {
            match item {
                FeedItem::Advisory(advisory) if feed.finish.is_some() => {
                    self.pending.push(*advisory);
                    self.report.records += 1;
                }
                item => {
                    let record = item_id(&item);
                    match self.builder.item(feed.name, item) {
                        Ok(()) => self.report.records += 1,
                        Err(reason) => self.report.note(BadRecord { record, reason }),
                    }
                }
            }
        }
        for bad in self.bad_records.drain(..) {
            self.report.note(bad);
        }
        if let Err(error) = outcome {
            self.skipped(path, error.reason);
        }
        (self.progress)(Progress {
            feed: feed.name,
            files: self.report.files,
            records: self.report.records,
        });
    }

    fn skipped(&mut self, path: &str, reason: String) {
        self.report.note(BadRecord {
            record: path.to_owned(),
            reason,
        });
    }
}

fn item_id(item: &FeedItem) -> String {
    match item {
        FeedItem::Advisory(advisory) => advisory.id.clone(),
        FeedItem::Cve(record) => record.id.clone(),
        FeedItem::Epss { id, .. } | FeedItem::Kev { id, .. } => id.clone(),
        FeedItem::EndOfLife(entry) => format!("{} {}", entry.product, entry.cycle),
    }
}
