//! Executables: the lists of packages that they carry, and what they say about themselves.
//!
//! An executable may be larger than the memory that a scan may use, and a layer is read
//! once, so the probe is fed a stream of chunks and keeps only what it needs: a window
//! over what is being searched, and a few bounded captures (`stream`). What it finds does
//! not depend on how the stream is cut. `golang` and `rust` read the captures; programs
//! that carry no list are told by the rows of [`crate::binary`] in the same pass.

mod elf;
mod golang;
mod main_module;
mod rust;
mod stream;

use lazaret_model::GapKind;

use crate::binary::{self, Search};
use crate::{Found, ReadError};
use stream::Stream;

/// Revision of the probe and of the rows of [`crate::binary`], a part of the layer-cache key.
pub const REVISION: u32 = 2;

/// Smallest file that is probed, in bytes; what its name tells may be smaller.
const SMALLEST: u64 = 4096;

/// Whether the file is worth a look at its first bytes: it may be run, or its name is one
/// that a row of [`crate::binary`] asks for (shared libraries are seldom marked as
/// executable).
pub fn wants(path: &str, mode: u32, size: u64) -> bool {
    let runs = || mode & 0o111 != 0 || path.ends_with(".exe") || path.ends_with(".dll");
    size >= SMALLEST && runs() || size > 0 && binary::is_named(path)
}

/// Reads what an executable tells while its bytes stream by.
pub struct Probe {
    stream: Option<Stream>,
    search: Option<Search>,
}

impl Probe {
    /// A probe for a file whose first bytes are `head`; `None` when they are not the
    /// beginning of an ELF, PE or Mach-O file and no row asks for a file of this name.
    pub fn new(path: &str, head: &[u8]) -> Option<Self> {
        const MACH_O: [[u8; 4]; 5] = [
            [0xfe, 0xed, 0xfa, 0xce],
            [0xfe, 0xed, 0xfa, 0xcf],
            [0xce, 0xfa, 0xed, 0xfe],
            [0xcf, 0xfa, 0xed, 0xfe],
            [0xca, 0xfe, 0xba, 0xbe],
        ];
        let is_program = head.starts_with(b"\x7fELF")
            || head.starts_with(b"MZ")
            || MACH_O.iter().any(|magic| head.starts_with(magic));
        let search = Search::new(path);
        (is_program || search.is_some()).then(|| Self {
            stream: is_program.then(Stream::default),
            search,
        })
    }

    /// Takes the next bytes (the head must be fed, too).
    pub fn feed(&mut self, chunk: &[u8]) {
        if let Some(stream) = &mut self.stream {
            stream.feed(chunk);
        }
        if let Some(search) = &mut self.search {
            search.feed(chunk);
        }
    }

    /// What was found.
    ///
    /// # Errors
    /// When a list is present and cannot be read.
    pub fn finish(self) -> Result<Found, ReadError> {
        let mut found = Found::default();
        if let Some(mut stream) = self.stream {
            stream.end();
            if stream.is_packed() {
                let detail = "packed with UPX: what the program is made of cannot be seen";
                found.gaps.push((GapKind::Unsupported, detail.to_owned()));
            }
            golang::read(&stream, &mut found);
            rust::read(&stream, &mut found);
        }
        let told = self.search.and_then(Search::finish);
        match found.packages.iter_mut().find(|p| main_module::is_main(p)) {
            Some(main) => main_module::complete(main, told),
            None => found.packages.extend(told),
        }
        Ok(found)
    }
}
