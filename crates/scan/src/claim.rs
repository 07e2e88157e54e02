//! Who reads a layer: one at a time, of all that share a cache.
//!
//! Two that meet a new layer at the same moment would both fetch it from the registry. Whoever
//! comes first locks a file (flock(2)) and reads; the others do something else meanwhile, and then
//! find its facts in the cache. The lock ends with its process, so nobody has to be waited for
//! who was killed. It saves work and guards nothing: entries of the cache are whole without it,
//! and where no lock is to be had (a full disk, a file system without locks), everybody reads.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How often whoever waits looks again.
const AGAIN: Duration = Duration::from_millis(20);

/// How long somebody else is waited for: one who was stopped in the middle keeps the lock.
const PATIENCE: Duration = Duration::from_secs(600);

/// Times that a file is opened anew because whoever had it has just removed it.
const TRIES: usize = 100;

/// The right to read a layer; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Claim {
    path: PathBuf,
    _locked: File,
}

impl Drop for Claim {
    fn drop(&mut self) {
        // Before the lock ends: who opens it after this makes another file.
        let _ = fs::remove_file(&self.path);
    }
}

/// Whether a layer may be read now.
#[derive(Debug)]
pub(crate) enum Turn {
    /// It may; without a claim where none can be made.
    Ours(Option<Claim>),
    /// Somebody else reads it.
    Theirs,
}

/// Asks for the turn that a file stands for.
pub(crate) fn turn(path: &Path) -> Turn {
    match claim(path) {
        Ok(turn) => turn,
        Err(_) => Turn::Ours(None),
    }
}

fn claim(path: &Path) -> io::Result<Turn> {
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    for _ in 0..TRIES {
        let file = File::options().create(true).append(true).open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(Turn::Theirs),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // It may have been opened before whoever had it removed it, and locked after that.
        let own = file.metadata()?;
        if fs::metadata(path)
            .is_ok_and(|there| (there.dev(), there.ino()) == (own.dev(), own.ino()))
        {
            return Ok(Turn::Ours(Some(Claim {
                path: path.to_owned(),
                _locked: file,
            })));
        }
    }
    Ok(Turn::Ours(None))
}

/// Waits for the turn, until `found` finds what somebody else has read meanwhile.
pub(crate) fn await_turn<T>(
    path: &Path,
    found: impl Fn() -> Option<T>,
) -> Result<T, Option<Claim>> {
    let until = Instant::now() + PATIENCE;
    loop {
        let turn = turn(path);
        // After the claim: whoever had it before has kept what was read.
        if let Some(found) = found() {
            return Ok(found);
        }
        match turn {
            Turn::Ours(claim) => return Err(claim),
            Turn::Theirs if Instant::now() > until => return Err(None),
            Turn::Theirs => std::thread::sleep(AGAIN),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_has_it_and_the_next_one_after_it() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("reading/one");
        let Turn::Ours(Some(first)) = turn(&path) else {
            panic!("nobody has it");
        };
        assert!(matches!(turn(&path), Turn::Theirs));
        let other = turn(&dir.path().join("reading/two"));
        assert!(matches!(other, Turn::Ours(Some(_))), "another layer");
        drop(first);
        assert!(matches!(turn(&path), Turn::Ours(Some(_))));
        drop(other);
        let left = fs::read_dir(dir.path().join("reading")).expect("a directory");
        assert_eq!(left.count(), 0, "nothing stays");
    }

    #[test]
    fn of_many_one_reads_at_a_time_whoever_removes_the_file() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("reading/one");
        let (inside, times) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let claim = await_turn::<()>(&path, || None).expect_err("nothing is found");
                        assert!(claim.is_some());
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0, "two at once");
                        times.fetch_add(1, Ordering::SeqCst);
                        inside.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(times.into_inner(), 1600);
    }

    #[test]
    fn where_no_lock_is_to_be_had_everybody_reads() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("file");
        fs::write(&file, "no directory").expect("written");
        for _ in 0..2 {
            assert!(matches!(turn(&file.join("one")), Turn::Ours(None)));
        }
    }
}
