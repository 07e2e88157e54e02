//! Hashing what is read, in a thread beside it where one is to spare.
//!
//! A layer is one stream, so inflating and hashing it one after the other leaves all cores
//! but one idle as soon as fewer layers than threads are left. Hashing is a quarter of the
//! work and needs nothing but the bytes.

use std::io::{self, Read};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{Builder, JoinHandle};

use sha2::{Digest as _, Sha256};

use lazaret_model::Digest;

/// Largest piece that goes to the other thread at once, in bytes.
const PIECE: usize = 128 << 10;

/// Most pieces that wait for the other thread.
const WAITING: usize = 4;

/// Bytes of a stream that are hashed where they are read: a short one is not worth a
/// thread.
const SHORT: u64 = 1 << 20;

/// How many threads have nothing to do, shared by those who read layers of one image.
#[derive(Debug, Default)]
pub struct Spare(AtomicUsize);

impl Spare {
    /// So many threads are to spare.
    pub fn new(threads: usize) -> Self {
        Self(AtomicUsize::new(threads))
    }

    /// One more has nothing to do.
    pub fn give(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn take(&self) -> bool {
        let one_less = |n: usize| n.checked_sub(1);
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less)
            .is_ok()
    }
}

/// Hashes and counts what is read through it.
pub(crate) struct Hashing<'s, R> {
    inner: R,
    hash: Hash<'s>,
    pub(crate) bytes: u64,
    spare: Option<&'s Spare>,
}

enum Hash<'s> {
    Here(Sha256),
    Beside(Beside<'s>),
}

/// A thread that hashes.
struct Beside<'s> {
    pieces: Option<SyncSender<Vec<u8>>>,
    /// Buffers that have been hashed.
    empty: Receiver<Vec<u8>>,
    thread: Option<JoinHandle<Sha256>>,
    spare: &'s Spare,
}

impl<'s, R: Read> Hashing<'s, R> {
    /// Hashes in another thread once one is to spare.
    pub(crate) fn new(inner: R, spare: Option<&'s Spare>) -> Self {
        Self {
            inner,
            hash: Hash::Here(Sha256::new()),
            bytes: 0,
            spare,
        }
    }

    /// The digest of what was read.
    pub(crate) fn digest(self) -> io::Result<Digest> {
        let hash = match self.hash {
            Hash::Here(hash) => hash,
            Hash::Beside(beside) => beside.end()?,
        };
        Ok(Digest::sha256(&hash.finalize().into()))
    }

    fn update(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.hash {
            Hash::Beside(beside) => return beside.update(bytes),
            Hash::Here(hash) => hash.update(bytes),
        }
        if self.bytes > SHORT
            && let Some(spare) = self.spare
            && let Hash::Here(hash) = &self.hash
            && let Some(beside) = Beside::begin(hash, spare)
        {
            self.hash = Hash::Beside(beside);
        }
        Ok(())
    }
}

impl<R: Read> Read for Hashing<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.update(&buf[..n])?;
        self.bytes += n as u64;
        Ok(n)
    }
}

impl<'s> Beside<'s> {
    /// Goes on with `hash` in another thread, if one is to spare and the system has one.
    fn begin(hash: &Sha256, spare: &'s Spare) -> Option<Self> {
        if !spare.take() {
            return None;
        }
        let (pieces, todo) = sync_channel(WAITING);
        let (done, empty) = channel();
        let hash = hash.clone();
        let thread = Builder::new().spawn(move || run(hash, &todo, &done)).ok();
        let beside = Self {
            pieces: Some(pieces),
            empty,
            thread,
            spare,
        };
        beside.thread.is_some().then_some(beside)
    }

    fn update(&mut self, bytes: &[u8]) -> io::Result<()> {
        for piece in bytes.chunks(PIECE) {
            let mut buffer = self.empty.try_recv().unwrap_or_default();
            buffer.clear();
            buffer.extend_from_slice(piece);
            let sent = self.pieces.as_ref().map(|to| to.send(buffer));
            if !matches!(sent, Some(Ok(()))) {
                return Err(ended());
            }
        }
        Ok(())
    }

    fn end(mut self) -> io::Result<Sha256> {
        self.pieces = None;
        let thread = self.thread.take();
        thread.and_then(|t| t.join().ok()).ok_or_else(ended)
    }
}

impl Drop for Beside<'_> {
    fn drop(&mut self) {
        self.spare.give();
    }
}

fn run(mut hash: Sha256, todo: &Receiver<Vec<u8>>, done: &Sender<Vec<u8>>) -> Sha256 {
    for piece in todo {
        hash.update(&piece);
        // Whoever reads no more needs no buffers either.
        let _ = done.send(piece);
    }
    hash
}

fn ended() -> io::Error {
    io::Error::other("the thread that hashes has ended")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(bytes: &[u8], spare: Option<&Spare>) -> Digest {
        let mut hashing = Hashing::new(bytes, spare);
        let mut out = Vec::new();
        hashing.read_to_end(&mut out).expect("it is in memory");
        assert_eq!(out, bytes);
        assert_eq!(hashing.bytes, bytes.len() as u64);
        hashing.digest().expect("the thread ends well")
    }

    #[test]
    fn the_digest_is_the_same_wherever_it_is_computed() {
        for length in [0, 1, 1 << 20, (1 << 20) + 1, 9_000_001] {
            let bytes: Vec<u8> = (0..length).map(|i: u32| (i % 251) as u8).collect();
            let spare = Spare::new(1);
            assert_eq!(digest(&bytes, Some(&spare)), digest(&bytes, None));
            assert!(spare.take(), "the thread is given back");
            assert!(!spare.take());
            assert_eq!(digest(&bytes, Some(&spare)), digest(&bytes, None));
        }
    }

    #[test]
    fn who_stops_reading_gives_the_thread_back() {
        let bytes = vec![0; 4 << 20];
        let spare = Spare::new(1);
        let mut hashing = Hashing::new(bytes.as_slice(), Some(&spare));
        let mut half = vec![0; 2 << 20];
        hashing
            .read_exact(&mut half[..1 << 20])
            .expect("it is in memory");
        hashing.read_exact(&mut half).expect("it is in memory");
        hashing.read_exact(&mut half[..1]).expect("it is in memory");
        drop(hashing);
        assert!(spare.take());
    }
}
