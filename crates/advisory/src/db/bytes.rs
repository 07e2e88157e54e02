//! The bytes of a database: mapped from a file, owned, or part of the program.

use std::fs::File;
use std::ops::Deref;
use std::path::Path;

use super::DbError;

/// Where the bytes of a database are.
#[derive(Debug)]
pub(crate) enum Bytes {
    /// A memory map of a file; pages are shared by all processes that have it open.
    Mapped(memmap2::Mmap),
    /// A vector.
    Owned(Vec<u8>),
    /// A part of the program.
    Static(&'static [u8]),
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Owned(bytes) => bytes,
            Self::Static(bytes) => bytes,
        }
    }
}

/// Maps a file into memory.
pub(crate) fn map(path: &Path) -> Result<Bytes, DbError> {
    let at = |source| DbError::Open {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(at)?;
    let metadata = file.metadata().map_err(at)?;
    // A pipe or a directory would fail in the map with a message that helps nobody.
    if !metadata.is_file() {
        return Err(at(std::io::Error::from(std::io::ErrorKind::InvalidInput)));
    }
    if metadata.len() == 0 {
        return Err(DbError::Truncated);
    }
    map_file(&file).map(Bytes::Mapped).map_err(at)
}

#[allow(unsafe_code)]
fn map_file(file: &File) -> std::io::Result<memmap2::Mmap> {
    // SAFETY: the map is read-only, and nothing of this program writes to a database in
    // place: builds and updates write a new file and rename it over the old one, which
    // keeps its content for as long as it is mapped. A foreign program that changes the
    // file in place can change what is read, which is checked like any foreign bytes, or
    // cut the file short, which ends the process with SIGBUS; it cannot make this program
    // write or run anything. `str` values are made from the map only after a UTF-8 check
    // and copied before they leave this crate.
    unsafe { memmap2::Mmap::map(file) }
}
