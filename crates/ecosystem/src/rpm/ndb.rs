//! NDB, the database that rpm wrote itself: `Packages.db`.
//!
//! A file header, pages of slots of sixteen bytes, then blobs in units of sixteen bytes,
//! all little-endian. Source: rpm, `lib/backend/ndb/rpmpkg.c`.

use std::borrow::Cow;

use super::Blobs;
use crate::ReadError;
use crate::bytes::Endian;

const FILE_MAGIC: u32 = 0x506d_7052;
const SLOT_MAGIC: u32 = 0x746f_6c53;
const BLOB_MAGIC: u32 = 0x5362_6c42;
const PAGE: usize = 4096;
const UNIT: usize = 16;

/// Whether the bytes begin as such a database does.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    Endian::Little.u32(bytes, 0) == Some(FILE_MAGIC)
}

pub(super) fn blobs(bytes: &[u8]) -> Result<Blobs<'_>, ReadError> {
    let le = Endian::Little;
    if !is_one(bytes) {
        return Err(ReadError::new("not an NDB database"));
    }
    let pages = le.size(bytes, 12).unwrap_or(0);
    let end = pages.saturating_mul(PAGE).min(bytes.len());
    let mut found = Blobs::default();
    // Blobs that overlap would be read again and again.
    let mut room = bytes.len();
    // The file header takes the place of the first two slots.
    for slot in bytes
        .get(2 * UNIT..end)
        .unwrap_or_default()
        .chunks_exact(UNIT)
    {
        if le.u32(slot, 0) != Some(SLOT_MAGIC) {
            found.broken("a slot without its magic number".to_owned());
            continue;
        }
        let (index, start) = (le.u32(slot, 4).unwrap_or(0), le.size(slot, 8).unwrap_or(0));
        if index == 0 {
            continue;
        }
        match blob(bytes, index, start).filter(|b| b.len() <= room) {
            Some(blob) => {
                room -= blob.len();
                found.blobs.push(Cow::Borrowed(blob));
            }
            None => found.broken(format!("package {index} at unit {start} is not whole")),
        }
    }
    Ok(found)
}

fn blob(bytes: &[u8], index: u32, start: usize) -> Option<&[u8]> {
    let le = Endian::Little;
    let at = start.checked_mul(UNIT)?;
    let whole = le.u32(bytes, at)? == BLOB_MAGIC && le.u32(bytes, at.checked_add(4)?)? == index;
    let length = le.size(bytes, at.checked_add(12)?)?;
    let start = at.checked_add(16)?;
    bytes
        .get(start..start.checked_add(length)?)
        .filter(|_| whole)
}
