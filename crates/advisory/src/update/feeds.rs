//! Builds a database from what the feeds publish.
//!
//! The staging folder keeps what was accepted the last time, one folder for each feed, in
//! the layout that a mirror of feeds has. An update works on a copy of it: new files are
//! asked for conditionally, a file that cannot be had is kept from the last time, and a
//! feed whose new files cannot be read falls back to its old ones. Only when the database
//! is in place does the copy become the accepted state.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::http::Client;
use super::validators::Validators;
use super::{FetchError, UpdateError, UpdateOptions, persist, temporary_beside, without_password};
use crate::Db;
use crate::build::{self, BuildError, BuildOptions, BuildReport, SourceSpec, build};
use crate::feed::Feed;

/// Where files of feeds are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedOrigin {
    /// The address that the feed itself names.
    Upstream,
    /// A static server with the files at `ADDRESS/FEED/PATH`, PATH being that of the
    /// upstream's address.
    Mirror(String),
}

impl std::str::FromStr for FeedOrigin {
    type Err = String;

    /// `upstream`, or an address.
    fn from_str(text: &str) -> Result<Self, String> {
        if text == "upstream" {
            return Ok(Self::Upstream);
        }
        match text.starts_with("https://") || text.starts_with("http://") {
            true => Ok(Self::Mirror(text.trim_end_matches('/').to_owned())),
            false => Err(format!(
                "`{text}` is neither `upstream` nor an http(s):// address"
            )),
        }
    }
}

/// What to fetch, and from where.
pub struct FeedSettings<'a> {
    /// The feeds; those without downloads are left out.
    pub feeds: Vec<&'static Feed>,
    /// Tried in this order for each file.
    pub origins: Vec<FeedOrigin>,
    /// Folder for downloads, which are kept for the next time.
    pub staging: &'a Path,
    /// Replace the database even where the new one lacks a feed that it has.
    pub allow_missing: bool,
    /// How to build.
    pub build: BuildOptions,
}

/// What became of one file.
#[derive(Debug)]
pub struct FeedFile {
    /// The feed that it belongs to.
    pub feed: &'static str,
    /// The address that the feed names.
    pub address: &'static str,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a file of a feed.
#[derive(Debug)]
pub enum Outcome {
    /// It was downloaded.
    New,
    /// The server says that it is what was downloaded before.
    Unchanged,
    /// It could not be had or read; that of the last time is used.
    Kept(FetchError),
    /// It could not be had or read, and there is none of an earlier time.
    Missing(FetchError),
}

/// What an update from feeds did.
#[derive(Debug)]
pub struct FeedsUpdate {
    /// Every file that was asked for.
    pub files: Vec<FeedFile>,
    /// What was built.
    pub report: BuildReport,
    /// Whether the database is another one than before.
    pub changed: bool,
}

/// How far an update from feeds is.
#[derive(Debug, Clone, Copy)]
pub enum FeedEvent<'a> {
    /// A file is asked for.
    Request {
        /// Its feed.
        feed: &'a str,
        /// The address that is asked.
        address: &'a str,
        /// Its number, from 1.
        number: usize,
        /// How many there are.
        of: usize,
    },
    /// What became of it.
    File(&'a FeedFile),
    /// The database is being built.
    Build(build::Progress<'a>),
}

/// Fetches feeds, builds a database of them and puts it in place of `dest`.
///
/// # Errors
/// When no file of any feed can be had, when a feed would be lost that the database in use
/// has, or when the folder cannot be written. The database in use is then untouched.
pub fn update_from_feeds(
    settings: &FeedSettings<'_>,
    dest: &Path,
    options: &UpdateOptions<'_>,
    progress: &mut dyn FnMut(FeedEvent<'_>),
) -> Result<FeedsUpdate, UpdateError> {
    let mut staging = Staging::begin(settings.staging)?;
    let mut files = download(settings, &staging, options, progress)?;
    let mut how = settings.build.clone();
    how.limits.whole_files = true;
    let (bytes, report) = loop {
        let sources = staging.sources(&settings.feeds);
        if sources.is_empty() {
            return Err(UpdateError::AllFailed {
                attempts: failures(files),
            });
        }
        let error = match build(&sources, &how, &mut |p| {
            progress(FeedEvent::Build(p));
        }) {
            Ok(built) => break built,
            Err(error) => error,
        };
        // A feed that cannot be read must not take the others with it.
        let Some((feed, reason)) = blamed(&error) else {
            return Err(UpdateError::Build(error));
        };
        let kept = staging.fall_back(feed)?;
        for file in files.iter_mut().filter(|file| file.feed == feed) {
            let error = FetchError::Unreadable(reason.clone());
            file.outcome = match kept {
                true => Outcome::Kept(error),
                false => Outcome::Missing(error),
            };
        }
    };
    let current = Db::open(dest).ok();
    if let Some(current) = &current
        && !settings.allow_missing
        && !staging.built(current)
        && let Some(feed) = lost(current, &files)
    {
        let attempts = failures(files.into_iter().filter(|f| f.feed == feed).collect());
        return Err(UpdateError::WouldLose { feed, attempts });
    }
    let in_place = |source| {
        UpdateError::Build(BuildError::Write {
            path: dest.to_owned(),
            source,
        })
    };
    let changed = current.is_none_or(|current| current.bytes() != bytes);
    if changed {
        // What a server said about a prebuilt file is not true of this one.
        Validators::remove(dest);
        build::replace(dest, &bytes).map_err(in_place)?;
    }
    staging.accept(dest)?;
    Ok(FeedsUpdate {
        files,
        report,
        changed,
    })
}

/// Asks for every file; a failure is noted and the next file is asked for.
fn download(
    settings: &FeedSettings<'_>,
    staging: &Staging,
    options: &UpdateOptions<'_>,
    progress: &mut dyn FnMut(FeedEvent<'_>),
) -> Result<Vec<FeedFile>, UpdateError> {
    let mut fetcher = Fetcher {
        client: Client::new(options)?,
        attempts: options.attempts.max(1),
        silent: BTreeSet::new(),
    };
    let wanted: Vec<(&'static Feed, &'static str)> = settings
        .feeds
        .iter()
        .flat_map(|feed| feed.downloads.iter().map(|address| (*feed, *address)))
        .collect();
    let mut files = Vec::new();
    for (index, (feed, address)) in wanted.iter().enumerate() {
        let local = local_path(address);
        let path = staging.next.join(feed.name).join(&local);
        let mut failed = None;
        let mut outcome = None;
        for origin in &settings.origins {
            let asked = match origin {
                FeedOrigin::Upstream => (*address).to_owned(),
                FeedOrigin::Mirror(base) => {
                    let local = local.to_string_lossy();
                    format!("{base}/{}/{local}", feed.name)
                }
            };
            progress(FeedEvent::Request {
                feed: feed.name,
                address: &without_password(&asked),
                number: index + 1,
                of: wanted.len(),
            });
            match fetcher.fetch(&asked, &path) {
                Ok(true) => outcome = Some(Outcome::New),
                Ok(false) => outcome = Some(Outcome::Unchanged),
                Err(error) => {
                    failed = Some(error);
                    continue;
                }
            }
            break;
        }
        let outcome = outcome.unwrap_or_else(|| {
            let error = failed
                .unwrap_or_else(|| FetchError::Transport("there is no server to ask".to_owned()));
            match path.is_file() {
                true => Outcome::Kept(error),
                false => Outcome::Missing(error),
            }
        });
        let file = FeedFile {
            feed: feed.name,
            address,
            outcome,
        };
        progress(FeedEvent::File(&file));
        files.push(file);
    }
    Ok(files)
}

struct Fetcher {
    client: Client,
    attempts: u32,
    /// Hosts that could not be reached; they are asked once for each further file.
    silent: BTreeSet<String>,
}

impl Fetcher {
    /// Downloads into `path`; false where what is there is what the server has.
    fn fetch(&mut self, address: &str, path: &Path) -> Result<bool, FetchError> {
        let io = |source| FetchError::Io {
            what: "write the download",
            source,
        };
        let known = Validators::load(path).filter(|k| path.is_file() && k.address == address);
        let mut file = temporary_beside(path).map_err(io)?;
        let host = address.split('/').nth(2).unwrap_or_default().to_owned();
        let attempts = match self.silent.contains(&host) {
            true => 1,
            false => self.attempts,
        };
        let answer = self
            .client
            .attempt(address, known.as_ref(), file.as_file_mut(), attempts);
        if matches!(answer, Err(FetchError::Transport(_))) {
            self.silent.insert(host);
        }
        let Some(validators) = answer?.validators else {
            return Ok(false);
        };
        // By a new name: the old content is also that of the accepted state.
        persist(file, path).map_err(io)?;
        Validators::remove(path);
        validators.store(path);
        Ok(true)
    }
}

/// The folder of downloads: the accepted state, and the one that is being made.
struct Staging {
    root: PathBuf,
    accepted: PathBuf,
    next: PathBuf,
    /// Feeds whose new files could not be read.
    fallen: BTreeSet<String>,
}

impl Staging {
    fn begin(root: &Path) -> Result<Self, UpdateError> {
        let staging = Self {
            root: root.to_owned(),
            accepted: root.join("feeds"),
            next: root.join("next"),
            fallen: BTreeSet::new(),
        };
        staging.at(|| {
            fs::create_dir_all(root)?;
            remove(&staging.next)?;
            copy_tree(&staging.accepted, &staging.next)
        })?;
        Ok(staging)
    }

    fn at<T>(&self, act: impl FnOnce() -> io::Result<T>) -> Result<T, UpdateError> {
        act().map_err(|source| UpdateError::Staging {
            path: self.root.clone(),
            source,
        })
    }

    /// Feeds of which there is a file.
    fn sources(&self, feeds: &[&'static Feed]) -> Vec<SourceSpec> {
        let spec = |feed: &&'static Feed| SourceSpec {
            feed,
            path: self.next.join(feed.name),
        };
        let has_file = |spec: &SourceSpec| {
            let mut paths = spec.feed.downloads.iter().map(|a| local_path(a));
            paths.any(|local| spec.path.join(local).is_file())
        };
        feeds.iter().map(spec).filter(has_file).collect()
    }

    /// Takes the accepted files of a feed instead of the new ones. False where there are
    /// none, or where they are what was tried.
    fn fall_back(&mut self, feed: &str) -> Result<bool, UpdateError> {
        let (old, new) = (self.accepted.join(feed), self.next.join(feed));
        let untried = self.fallen.insert(feed.to_owned());
        self.at(|| {
            remove(&new)?;
            let falls = untried && old.is_dir();
            if falls {
                copy_tree(&old, &new)?;
            }
            Ok(falls)
        })
    }

    /// Whether the database was built from the accepted state.
    fn built(&self, database: &Db) -> bool {
        let recorded = fs::read_to_string(self.root.join("built"));
        recorded.is_ok_and(|digest| digest == database.digest().to_string())
    }

    fn accept(&self, dest: &Path) -> Result<(), UpdateError> {
        self.at(|| {
            let old = self.root.join("old");
            remove(&old)?;
            if self.accepted.is_dir() {
                fs::rename(&self.accepted, &old)?;
            }
            fs::rename(&self.next, &self.accepted)?;
            remove(&old)?;
            if let Ok(database) = Db::open(dest) {
                fs::write(self.root.join("built"), database.digest().to_string())?;
            }
            Ok(())
        })
    }
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Copies a folder; a file is a second name of the same content where that is possible.
fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    let entries = match fs::read_dir(from) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type()?;
        if kind.is_dir() {
            copy_tree(&source, &target)?;
        } else if kind.is_file() && fs::hard_link(&source, &target).is_err() {
            fs::copy(&source, &target)?;
        }
    }
    Ok(())
}

/// The feed that a build failed on, and what was wrong with it.
fn blamed(error: &BuildError) -> Option<(&'static str, String)> {
    match error {
        BuildError::Source { feed, source, .. } => Some((feed, source.to_string())),
        BuildError::NothingReadable { feed, reason, .. } => Some((feed, reason.clone())),
        BuildError::Strict {
            feed,
            record,
            reason,
            ..
        } => Some((feed, format!("{record}: {reason}"))),
        _ => None,
    }
}

/// A feed of the database in use that has a file which could not be had.
fn lost(current: &Db, files: &[FeedFile]) -> Option<String> {
    let info = current.info();
    let missing = |file: &&FeedFile| matches!(file.outcome, Outcome::Missing(_));
    let mut missing = files.iter().filter(missing).map(|file| file.feed);
    let has = |feed: &&str| info.feeds.iter().any(|f| f.name == **feed && f.records > 0);
    (!info.starter).then(|| missing.find(has).map(str::to_owned))?
}

fn failures(files: Vec<FeedFile>) -> Vec<(String, FetchError)> {
    let failure = |file: FeedFile| match file.outcome {
        Outcome::Kept(error) | Outcome::Missing(error) => Some((file.address.to_owned(), error)),
        Outcome::New | Outcome::Unchanged => None,
    };
    files.into_iter().filter_map(failure).collect()
}

/// The path of an address below its feed's folder: its own, without what could leave it.
fn local_path(address: &str) -> PathBuf {
    let (_, rest) = address.split_once("://").unwrap_or(("", address));
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let segment = |segment: &&str| !matches!(*segment, "" | "." | "..");
    rest.split('/').skip(1).filter(segment).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_stay_below_their_folder() {
        for (address, expected) in [
            ("https://example.org/npm/all.zip", "npm/all.zip"),
            ("https://example.org/../../etc/passwd?x=/y", "etc/passwd"),
            ("https://example.org//a/./b.json#c", "a/b.json"),
        ] {
            assert_eq!(local_path(address), Path::new(expected), "{address}");
        }
    }
}
