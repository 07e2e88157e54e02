//! ZIP archives that hold the metadata of packages, read in memory.
//!
//! A member inflates to no more than the caller's limit, all together to no more than
//! another. Format: the ZIP application note.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use crate::ReadError;

/// Most members of one archive that are looked at.
const MAX_MEMBERS: usize = 200_000;

/// All inflated bytes of one archive.
const MAX_TOTAL: u64 = 256 << 20;

/// The members of an archive.
pub(crate) struct Members<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    room: u64,
}

impl<'a> Members<'a> {
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let zip = ZipArchive::new(Cursor::new(bytes))
            .map_err(|e| ReadError::new(format!("not a ZIP archive: {e}")))?;
        Ok(Self {
            zip,
            room: MAX_TOTAL,
        })
    }

    /// How many members are looked at.
    pub(crate) fn len(&self) -> usize {
        self.zip.len().min(MAX_MEMBERS)
    }

    /// Whether the archive has more members than are looked at.
    pub(crate) fn has_more(&self) -> bool {
        self.zip.len() > MAX_MEMBERS
    }

    /// The path of a member; `None` where it cannot be read.
    pub(crate) fn name(&self, index: usize) -> Option<String> {
        match self.zip.name_for_index(index) {
            Some(Ok(name)) => Some(name.into_owned()),
            _ => None,
        }
    }

    /// The content of a member of at most `limit` bytes.
    pub(crate) fn read(&mut self, index: usize, limit: u64) -> Result<Vec<u8>, ReadError> {
        let limit = limit.min(self.room);
        let unreadable =
            |reason: String| ReadError::new(format!("a member of the archive: {reason}"));
        let member = self
            .zip
            .by_index(index)
            .map_err(|e| unreadable(e.to_string()))?;
        let mut bytes = Vec::new();
        let outcome = member.take(limit.saturating_add(1)).read_to_end(&mut bytes);
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.room = self.room.saturating_sub(size);
        outcome.map_err(|e| unreadable(e.to_string()))?;
        if size > limit {
            return Err(unreadable(format!("inflates to more than {limit} bytes")));
        }
        Ok(bytes)
    }
}
