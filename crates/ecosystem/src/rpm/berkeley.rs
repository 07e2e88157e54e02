//! Berkeley DB hash: the `Packages` of rpm before 4.16.
//!
//! Pages of one size; hash pages hold pairs of items, and a header that is larger than a
//! page's share lies on a chain of overflow pages. Both byte orders occur. Source: Berkeley
//! DB, `dbinc/db_page.h`.

use std::borrow::Cow;

use super::Blobs;
use crate::ReadError;
use crate::bytes::Endian;

const HASH_MAGIC: u32 = 0x0006_1561;
const PAGE_HASH_UNSORTED: u8 = 2;
const PAGE_OVERFLOW: u8 = 7;
const PAGE_HASH: u8 = 13;
const PAGE_HEADER: usize = 26;
const ITEM_INLINE: u8 = 1;
const ITEM_OFF_PAGE: u8 = 3;

struct Database<'a> {
    bytes: &'a [u8],
    endian: Endian,
    page: usize,
    /// Bytes that may still be copied from overflow pages.
    room: usize,
}

/// Whether the bytes begin as a hash database does, in either byte order.
pub(super) fn is_hash(bytes: &[u8]) -> bool {
    let magic = Endian::Little.u32(bytes, 12);
    magic.is_some_and(|m| m == HASH_MAGIC || m.swap_bytes() == HASH_MAGIC)
}

pub(super) fn blobs(bytes: &[u8]) -> Result<Blobs<'_>, ReadError> {
    let endian = match Endian::Little.u32(bytes, 12) {
        Some(HASH_MAGIC) => Endian::Little,
        Some(magic) if magic.swap_bytes() == HASH_MAGIC => Endian::Big,
        _ => return Err(ReadError::new("not a Berkeley DB hash")),
    };
    if bytes.get(24).is_some_and(|encryption| *encryption != 0) {
        return Err(ReadError::new("an encrypted Berkeley DB hash"));
    }
    let page = endian.size(bytes, 20).unwrap_or(0);
    if !page.is_power_of_two() || !(512..=65_536).contains(&page) {
        return Err(ReadError::new(format!("a page size of {page} bytes")));
    }
    let mut database = Database {
        bytes,
        endian,
        page,
        room: bytes.len(),
    };
    let mut found = Blobs::default();
    if !bytes.len().is_multiple_of(page) {
        found.broken("the last page is not whole".to_owned());
    }
    for number in 1..bytes.len() / page {
        database.hash_page(number, &mut found);
    }
    Ok(found)
}

impl<'a> Database<'a> {
    fn page(&self, number: usize) -> Option<&'a [u8]> {
        let start = number.checked_mul(self.page)?;
        self.bytes.get(start..start.checked_add(self.page)?)
    }

    fn hash_page(&mut self, number: usize, found: &mut Blobs<'a>) {
        let Some(page) = self.page(number) else {
            return;
        };
        if !matches!(page.get(25), Some(&(PAGE_HASH | PAGE_HASH_UNSORTED))) {
            return;
        }
        let entries = usize::from(self.endian.u16(page, 20).unwrap_or(0));
        let offset = |at: usize| Some(usize::from(self.endian.u16(page, PAGE_HEADER + 2 * at)?));
        // Items grow down from the end of the page: one ends where the one before begins.
        let items: Vec<Option<&[u8]>> = (0..entries.min(self.page / 2))
            .map(|at| {
                let end = if at == 0 {
                    Some(self.page)
                } else {
                    offset(at - 1)
                };
                page.get(offset(at)?..end?)
            })
            .collect();
        for pair in items.chunks_exact(2) {
            let (Some(key), Some(value)) = (pair[0], pair[1]) else {
                found.broken(format!("page {number}: an item outside its page"));
                continue;
            };
            // Key 0 holds the counter of package numbers.
            if key.get(1..).is_some_and(|k| k.iter().all(|b| *b == 0)) {
                continue;
            }
            match self.value(value) {
                Some(blob) => found.blobs.push(blob),
                None => found.broken(format!("page {number}: a package that is not whole")),
            }
        }
    }

    fn value(&mut self, item: &'a [u8]) -> Option<Cow<'a, [u8]>> {
        match *item.first()? {
            ITEM_INLINE => item.get(1..).map(Cow::Borrowed),
            ITEM_OFF_PAGE => {
                let (first, length) = (self.endian.size(item, 4)?, self.endian.size(item, 8)?);
                self.chain(first, length).map(Cow::Owned)
            }
            _ => None,
        }
    }

    /// The bytes on a chain of overflow pages. Every page adds bytes or ends the walk, and
    /// all chains together may not be longer than the file, so a circle ends.
    fn chain(&mut self, first: usize, length: usize) -> Option<Vec<u8>> {
        self.room = self.room.checked_sub(length)?;
        let mut blob = Vec::with_capacity(length);
        let mut number = first;
        while number != 0 && blob.len() < length {
            let page = self.page(number)?;
            if page.get(25) != Some(&PAGE_OVERFLOW) {
                return None;
            }
            let held = usize::from(self.endian.u16(page, 22)?);
            let data = page
                .get(PAGE_HEADER..PAGE_HEADER + held)
                .filter(|d| !d.is_empty())?;
            blob.extend_from_slice(&data[..data.len().min(length - blob.len())]);
            number = self.endian.size(page, 16)?;
        }
        (blob.len() == length).then_some(blob)
    }
}
