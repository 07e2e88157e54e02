//! The window over the stream, and the captures taken from it.
//!
//! A position is searched once enough bytes behind it are there to judge it, or the end
//! is known; that makes the result independent of the chunks.

use memchr::{memchr_iter, memmem};

use super::{elf, golang, rust};

/// Bytes behind a position that judge it.
const LOOKAHEAD: usize = 1024;

/// Bytes that are collected before they are searched.
const BATCH: usize = 256 << 10;

/// Bytes kept of the beginning of the file.
const HEAD: usize = 4096;

/// Largest capture, in bytes.
const MAX_CAPTURE: usize = 4 << 20;

/// Most captures of one sort.
const MAX_CAPTURES: usize = 4;

/// Most places of `go1.` that are remembered.
const MAX_CANDIDATES: usize = 20_000;

/// Bytes that begin at some offset, collected until there are enough.
#[derive(Debug)]
pub(super) struct Capture {
    skip: u64,
    limit: usize,
    pub(super) data: Vec<u8>,
}

impl Capture {
    fn take(&mut self, bytes: &[u8]) {
        let skipped = usize::try_from(self.skip)
            .unwrap_or(usize::MAX)
            .min(bytes.len());
        self.skip -= skipped as u64;
        let bytes = &bytes[skipped..];
        self.data
            .extend_from_slice(&bytes[..bytes.len().min(self.limit - self.data.len())]);
    }

    /// Whether bytes may be missing at the end.
    pub(super) fn full(&self) -> bool {
        self.data.len() == self.limit
    }
}

/// What has been kept of the stream so far.
#[derive(Debug, Default)]
pub(super) struct Stream {
    head: Vec<u8>,
    window: Vec<u8>,
    /// Offset in the file of the first byte of the window.
    start: u64,
    /// Go's version, as the build information of 1.18 and later spells it out.
    pub(super) go_version: Option<String>,
    /// The header of the string with Go's version, of 1.17 and earlier.
    pub(super) go_pointer: Option<(elf::Layout, Capture)>,
    /// Build information is there in a form whose version was not found.
    pub(super) go_seen: bool,
    /// Texts that begin with `go1.`, with their offsets.
    pub(super) go_candidates: Vec<(u64, Vec<u8>)>,
    /// Module lists, from behind the mark that opens them.
    pub(super) modules: Vec<Capture>,
    /// Compressed lists of crates.
    pub(super) crates: Vec<Capture>,
}

impl Stream {
    pub(super) fn feed(&mut self, chunk: &[u8]) {
        for chunk in chunk.chunks(BATCH) {
            let room = HEAD.saturating_sub(self.head.len());
            self.head.extend_from_slice(&chunk[..chunk.len().min(room)]);
            for capture in self.modules.iter_mut().chain(&mut self.crates) {
                capture.take(chunk);
            }
            if let Some((_, capture)) = &mut self.go_pointer {
                capture.take(chunk);
            }
            self.window.extend_from_slice(chunk);
            if self.window.len() >= BATCH + LOOKAHEAD {
                self.search(self.window.len() - LOOKAHEAD);
            }
        }
    }

    /// Whether the beginning of the file says that UPX packed it: the header of its loader,
    /// or a section of its name. Source: UPX' `src/stub/src/include/header.S`.
    pub(super) fn is_packed(&self) -> bool {
        let has = |mark: &[u8]| memmem::find(&self.head, mark).is_some();
        has(b"UPX!") || self.head.starts_with(b"MZ") && has(b"UPX0\0")
    }

    /// Searches what is left; nothing follows.
    pub(super) fn end(&mut self) {
        self.search(self.window.len());
    }

    /// Searches the positions before `until` and lets go of them.
    fn search(&mut self, until: usize) {
        let mut window = std::mem::take(&mut self.window);
        self.search_go(&window, until);
        for at in memchr_iter(0x78, &window[..until]) {
            let next = window.get(at + 1);
            if !matches!(next, Some(0x01 | 0x5e | 0x9c | 0xda)) || self.crates.len() >= MAX_CAPTURES
            {
                continue;
            }
            if rust::is_list(&window[at..window.len().min(at + LOOKAHEAD)]) {
                self.crates.push(capture(&window[at..]));
            }
        }
        window.drain(..until);
        self.window = window;
        self.start += until as u64;
    }

    fn search_go(&mut self, window: &[u8], until: usize) {
        // A needle must begin before `until`; it may end behind it.
        let hay = |needle: &[u8]| &window[..window.len().min(until + needle.len() - 1)];
        for at in memmem::find_iter(hay(golang::CANDIDATE), golang::CANDIDATE) {
            if self.go_candidates.len() < MAX_CANDIDATES {
                let text = window[at..window.len().min(at + golang::MAX_POINTED)].to_vec();
                self.go_candidates.push((self.start + at as u64, text));
            }
        }
        for at in memmem::find_iter(hay(golang::MAGIC), golang::MAGIC) {
            self.build_info(window, at);
        }
        for at in memmem::find_iter(hay(golang::OPEN), golang::OPEN) {
            let from = at + golang::OPEN.len();
            let beginning = &window[from..window.len().min(from + 16)];
            if self.modules.len() < MAX_CAPTURES && golang::is_list(beginning) {
                self.modules.push(capture(&window[from..]));
            }
        }
    }

    fn build_info(&mut self, window: &[u8], at: usize) {
        if self.go_version.is_some() || self.go_pointer.is_some() {
            return;
        }
        let blob = &window[at..window.len().min(at + LOOKAHEAD)];
        match golang::version_of(blob) {
            golang::Version::Inline(version) => self.go_version = Some(version),
            golang::Version::Pointer(address) => {
                let layout = elf::Layout::of(&self.head);
                let place = layout.as_ref().and_then(|l| l.offset_of(address));
                self.go_seen = true;
                // The header lies behind the build information, in the same segment.
                let ahead = place.and_then(|p| p.checked_sub(self.start + at as u64));
                if let (Some(layout), Some(ahead)) = (layout, ahead) {
                    let mut capture = Capture {
                        skip: ahead,
                        limit: 16,
                        data: Vec::new(),
                    };
                    capture.take(&window[at..]);
                    self.go_pointer = Some((layout, capture));
                }
            }
            golang::Version::None => {}
        }
    }
}

fn capture(bytes: &[u8]) -> Capture {
    let mut capture = Capture {
        skip: 0,
        limit: MAX_CAPTURE,
        data: Vec::new(),
    };
    capture.take(bytes);
    capture
}
