//! What has been found and not been sent yet, on disk, bounded in bytes.
//!
//! Everything is a file, written beside and renamed, so that a unit that is killed leaves
//! whole entries or none. Results are never dropped: where they fill the spool, no more
//! work is begun ([`Spool::is_full`]). Events make room for results, oldest first, and
//! each that is dropped is counted; the count survives a restart.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use lazaret_model::Digest;
use lazaret_wire::edge::CompleteRequest;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::verdict::write_whole;

/// How much the disk must have room for before work is taken again, in bytes.
const ROOM: usize = 1 << 20;

/// A directory of what waits to be sent.
pub struct Spool {
    directory: PathBuf,
    limit: u64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    bytes: u64,
    results: u64,
    events: u64,
    dropped: u64,
    /// Whether the disk had no room when something was to be kept.
    no_room: bool,
    /// How many results wait for a blob.
    blobs: HashMap<Digest, u32>,
}

/// A result that waits, with the blobs that must be there before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finished {
    /// Host of the registry.
    pub host: String,
    /// The repository.
    pub repository: String,
    /// What the centre is told.
    pub complete: CompleteRequest,
    /// Blobs of the spool that are sent before.
    pub blobs: Vec<Digest>,
    /// The span that found it, as `traceparent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
}

/// An entry and where it lies.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The result.
    pub result: Finished,
    file: PathBuf,
}

/// How much waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Bytes on disk.
    pub bytes: u64,
    /// Results.
    pub results: u64,
    /// Raw events.
    pub events: u64,
    /// Raw events that were dropped, since the directory was made.
    pub dropped: u64,
}

impl Spool {
    /// The spool in a directory, with what a unit before has left there. `limit` is in
    /// bytes.
    ///
    /// # Errors
    /// When the directory cannot be made or read.
    pub fn open(directory: &Path, limit: u64) -> io::Result<Self> {
        for inner in ["results", "events", "blobs"] {
            fs::create_dir_all(directory.join(inner))?;
        }
        let spool = Self {
            directory: directory.to_owned(),
            limit,
            state: Mutex::default(),
        };
        let dropped = fs::read_to_string(spool.directory.join("dropped"));
        let dropped = dropped
            .ok()
            .and_then(|text| text.trim().parse().ok())
            .unwrap_or(0);
        let results = spool.files("results")?;
        let mut wanted: HashMap<Digest, u32> = HashMap::new();
        let read = results.iter().filter_map(|file| read_result(file));
        for blob in read.flat_map(|result| result.blobs) {
            *wanted.entry(blob).or_default() += 1;
        }
        // Blobs whose result was never written are from a unit that was killed between.
        for blob in spool.files("blobs")? {
            let name = blob
                .file_name()
                .and_then(|n| n.to_str())
                .unwrap_or_default();
            if !wanted.keys().any(|digest| digest.hex() == name) {
                fs::remove_file(&blob)?;
            }
        }
        let events = spool.files("events")?;
        let blobs = spool.files("blobs")?;
        let bytes = results
            .iter()
            .chain(&events)
            .chain(&blobs)
            .map(|file| size(file))
            .sum();
        *spool.lock() = State {
            no_room: false,
            bytes,
            results: results.len() as u64,
            events: events.len() as u64,
            dropped,
            blobs: wanted,
        };
        Ok(spool)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How much waits.
    pub fn waiting(&self) -> Waiting {
        let state = self.lock();
        Waiting {
            bytes: state.bytes,
            results: state.results,
            events: state.events,
            dropped: state.dropped,
        }
    }

    /// Whether results alone fill the spool, or the disk has no room: then no more work is to
    /// be begun.
    pub fn is_full(&self) -> bool {
        {
            let state = self.lock();
            if state.events == 0 && state.bytes >= self.limit {
                return true;
            }
        }
        self.is_without_room()
    }

    /// Whether the disk still has no room, where it had none before: tried with a file.
    pub fn is_without_room(&self) -> bool {
        if !self.lock().no_room {
            return false;
        }
        let file = self.directory.join("room");
        let tried = write_whole(&file, &vec![0; ROOM]);
        let _ = fs::remove_file(&file);
        let _ = fs::remove_file(file.with_extension("part"));
        let no_room = tried.is_err();
        if !no_room {
            tracing::info!("the disk has room again");
        }
        self.lock().no_room = no_room;
        no_room
    }

    /// Writes a file, and remembers when the disk had no room for it.
    fn write(&self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        let written = write_whole(file, bytes);
        if let Err(why) = &written {
            let _ = fs::remove_file(file.with_extension("part"));
            if is_no_room(why) {
                self.note_no_room();
            }
        }
        written
    }

    /// The disk had no room for something of a job: no more work until it has.
    pub fn note_no_room(&self) {
        let mut state = self.lock();
        if !state.no_room {
            tracing::error!(directory = %self.directory.display(), "the disk is full; no more work is taken until it has room");
            state.no_room = true;
        }
    }

    /// Keeps a blob; gives back its digest.
    ///
    /// # Errors
    /// When it cannot be written, as on a full disk.
    pub fn blob(&self, bytes: &[u8]) -> io::Result<Digest> {
        let digest = Digest::sha256(&Sha256::digest(bytes).into());
        let file = self.blob_file(&digest);
        if file.exists() {
            return Ok(digest);
        }
        self.make_room(bytes.len() as u64)?;
        self.write(&file, bytes)?;
        self.lock().bytes += bytes.len() as u64;
        Ok(digest)
    }

    /// The bytes of a blob.
    ///
    /// # Errors
    /// When it is not there.
    pub fn read_blob(&self, digest: &Digest) -> io::Result<Vec<u8>> {
        fs::read(self.blob_file(digest))
    }

    /// Keeps a result until it was sent.
    ///
    /// # Errors
    /// When it cannot be written, as on a full disk; nothing is kept then.
    pub fn result(&self, result: &Finished) -> io::Result<()> {
        let bytes = serde_json::to_vec(result).map_err(io::Error::other)?;
        self.make_room(bytes.len() as u64)?;
        self.write(&self.directory.join("results").join(new_name()), &bytes)?;
        let mut state = self.lock();
        state.bytes += bytes.len() as u64;
        state.results += 1;
        for blob in &result.blobs {
            *state.blobs.entry(blob.clone()).or_default() += 1;
        }
        Ok(())
    }

    /// Keeps a raw event where there is room, else drops the oldest.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn event(&self, bytes: &[u8]) -> io::Result<()> {
        self.make_room(bytes.len() as u64)?;
        if self.lock().bytes + bytes.len() as u64 > self.limit {
            return self.count_dropped(1);
        }
        self.write(&self.directory.join("events").join(new_name()), bytes)?;
        let mut state = self.lock();
        state.bytes += bytes.len() as u64;
        state.events += 1;
        Ok(())
    }

    /// The results that wait, oldest first, at most so many.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn oldest(&self, most: usize) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for file in self.files("results")?.into_iter().take(most) {
            match read_result(&file) {
                Some(result) => entries.push(Entry { result, file }),
                // A file that a foreign hand has changed would stop all that is behind it.
                None => fs::rename(&file, self.directory.join("unreadable"))?,
            }
        }
        Ok(entries)
    }

    /// A result was taken by the centre, or is of no use to it.
    ///
    /// # Errors
    /// When the file cannot be removed.
    pub fn done(&self, entry: &Entry) -> io::Result<()> {
        let mut freed = size(&entry.file);
        fs::remove_file(&entry.file)?;
        let mut state = self.lock();
        for blob in &entry.result.blobs {
            let left = state.blobs.get(blob).copied().unwrap_or(1) - 1;
            if left > 0 {
                state.blobs.insert(blob.clone(), left);
                continue;
            }
            state.blobs.remove(blob);
            let file = self.blob_file(blob);
            let bytes = size(&file);
            if fs::remove_file(&file).is_ok() {
                freed += bytes;
            }
        }
        state.bytes = state.bytes.saturating_sub(freed);
        state.results = state.results.saturating_sub(1);
        Ok(())
    }

    /// Drops events until so many bytes more fit, or none are left.
    fn make_room(&self, bytes: u64) -> io::Result<()> {
        if self.lock().bytes + bytes <= self.limit {
            return Ok(());
        }
        let mut dropped = 0;
        for file in self.files("events")? {
            if self.lock().bytes + bytes <= self.limit {
                break;
            }
            let freed = size(&file);
            fs::remove_file(&file)?;
            let mut state = self.lock();
            state.bytes = state.bytes.saturating_sub(freed);
            state.events = state.events.saturating_sub(1);
            dropped += 1;
        }
        match dropped {
            0 => Ok(()),
            dropped => self.count_dropped(dropped),
        }
    }

    fn count_dropped(&self, more: u64) -> io::Result<()> {
        let all = {
            let mut state = self.lock();
            state.dropped += more;
            state.dropped
        };
        write_whole(&self.directory.join("dropped"), all.to_string().as_bytes())
    }

    fn blob_file(&self, digest: &Digest) -> PathBuf {
        self.directory.join("blobs").join(digest.hex())
    }

    /// The whole files of a kind, oldest first.
    fn files(&self, kind: &str) -> io::Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(self.directory.join(kind))? {
            let file = entry?.path();
            match file.extension().is_some_and(|e| e == "part") {
                // Of a unit that was killed while writing, or is being written.
                true => {}
                false => files.push(file),
            }
        }
        files.sort();
        Ok(files)
    }
}

fn read_result(file: &Path) -> Option<Finished> {
    serde_json::from_slice(&fs::read(file).ok()?).ok()
}

fn size(file: &Path) -> u64 {
    fs::metadata(file).map_or(0, |about| about.len())
}

/// Whether an error says that the disk, or what one may have of it, is full.
pub(super) fn is_no_room(why: &io::Error) -> bool {
    use io::ErrorKind::{QuotaExceeded, StorageFull};
    matches!(why.kind(), StorageFull | QuotaExceeded)
}

/// Names in the order of time.
fn new_name() -> String {
    Uuid::now_v7().to_string()
}
