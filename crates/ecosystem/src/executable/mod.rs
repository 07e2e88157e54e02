//! Executables that carry their own list of packages: Go and Rust.
//!
//! An executable may be larger than the memory that a scan may use, and a layer is read
//! once, so the probe is fed a stream of chunks and keeps only what it needs: a window
//! over what is being searched, and a few bounded captures (`stream`). What it finds does
//! not depend on how the stream is cut. `golang` and `rust` read the captures.
//!
//! Not read: the bundles of .NET and the images of native Java.

mod elf;
mod golang;
mod rust;
mod stream;

use crate::{Found, ReadError};
use stream::Stream;

/// Revision of the probe, a part of the layer-cache key.
pub const REVISION: u32 = 1;

/// Reads the package list of an executable while its bytes stream by.
#[derive(Debug, Default)]
pub struct Probe {
    stream: Stream,
}

impl Probe {
    /// A probe for a file whose first bytes are `head`; `None` when they are not the
    /// beginning of an ELF, PE or Mach-O file.
    pub fn new(_path: &str, head: &[u8]) -> Option<Self> {
        const MACH_O: [[u8; 4]; 5] = [
            [0xfe, 0xed, 0xfa, 0xce],
            [0xfe, 0xed, 0xfa, 0xcf],
            [0xce, 0xfa, 0xed, 0xfe],
            [0xcf, 0xfa, 0xed, 0xfe],
            [0xca, 0xfe, 0xba, 0xbe],
        ];
        let known = head.starts_with(b"\x7fELF")
            || head.starts_with(b"MZ")
            || MACH_O.iter().any(|magic| head.starts_with(magic));
        known.then(Self::default)
    }

    /// Takes the next bytes (the head must be fed, too).
    pub fn feed(&mut self, chunk: &[u8]) {
        self.stream.feed(chunk);
    }

    /// What was found.
    ///
    /// # Errors
    /// When a list is present and cannot be read.
    pub fn finish(mut self) -> Result<Found, ReadError> {
        self.stream.end();
        let mut found = Found::default();
        golang::read(&self.stream, &mut found);
        rust::read(&self.stream, &mut found);
        Ok(found)
    }
}
