//! SQLite: the `rpmdb.sqlite` of rpm since 4.16.
//!
//! As much of the format as one table of blobs needs: the schema table is walked for the
//! root page of `Packages`, and that table for its second column. Source: sqlite.org,
//! "Database File Format". Indexes, free lists and journals are not looked at.

use std::borrow::Cow;

use super::{Blobs, Endian};
use crate::ReadError;

const MAGIC: &[u8] = b"SQLite format 3\0";
const LEAF: u8 = 0x0d;
const INTERIOR: u8 = 0x05;

struct Database<'a> {
    bytes: &'a [u8],
    page: usize,
    usable: usize,
    /// Pages that a walk has seen: a page that points back at itself ends there.
    seen: Vec<bool>,
    /// Bytes of payload that may still be read; cells that share bytes use it up.
    room: usize,
}

pub(super) fn blobs(bytes: &[u8]) -> Result<Blobs<'_>, ReadError> {
    if bytes.is_empty() {
        return Ok(Blobs::default());
    }
    if !bytes.starts_with(MAGIC) {
        return Err(ReadError::new("not an SQLite database"));
    }
    let page = match Endian::Big.u16(bytes, 16) {
        Some(1) => 65_536,
        size => usize::from(size.unwrap_or(0)),
    };
    let reserved = usize::from(bytes.get(20).copied().unwrap_or(0));
    if !page.is_power_of_two() || page < 512 || page < reserved + 480 {
        return Err(ReadError::new(format!("a page size of {page} bytes")));
    }
    let pages = bytes.len() / page;
    let mut database = Database {
        bytes,
        page,
        usable: page - reserved,
        seen: vec![false; pages + 1],
        room: bytes.len(),
    };
    let mut found = Blobs::default();
    let schema = database.rows(1, &mut found);
    let root = schema.iter().find_map(|row| packages_root(row));
    let Some(root) = root else {
        found.broken("no table of packages".to_owned());
        return Ok(found);
    };
    let rows = database.rows(root, &mut found);
    for row in rows {
        match column(&row, 1) {
            Some((kind, range)) if kind >= 12 && kind % 2 == 0 => match row {
                Cow::Borrowed(row) => found.blobs.push(Cow::Borrowed(&row[range])),
                Cow::Owned(row) => found.blobs.push(Cow::Owned(row[range].to_vec())),
            },
            _ => found.broken("a row without a header".to_owned()),
        }
    }
    Ok(found)
}

/// The root page in a row of the schema (type, name, table, root page, statement).
fn packages_root(row: &[u8]) -> Option<usize> {
    let text = |at| column(row, at).and_then(|(_, range)| row.get(range));
    if text(0) != Some(b"table") || text(1) != Some(b"Packages") {
        return None;
    }
    let (kind, range) = column(row, 3)?;
    if !(1..=6).contains(&kind) {
        return None;
    }
    row.get(range)?.iter().try_fold(0_usize, |n, b| {
        n.checked_mul(256)?.checked_add(usize::from(*b))
    })
}

/// Serial type and place of a column in a record.
fn column(row: &[u8], wanted: usize) -> Option<(u64, std::ops::Range<usize>)> {
    let (length, mut at) = varint(row, 0)?;
    let mut start = usize::try_from(length).ok()?;
    let end = start;
    for number in 0..=wanted {
        if at >= end {
            return None;
        }
        let (kind, next) = varint(row, at)?;
        at = next;
        let size = match kind {
            0 | 8 | 9 => 0,
            1..=4 => usize::try_from(kind).ok()?,
            5 => 6,
            6 | 7 => 8,
            10 | 11 => return None,
            _ => usize::try_from((kind - 12) / 2).ok()?,
        };
        let stop = start.checked_add(size)?;
        if number == wanted {
            return (stop <= row.len()).then_some((kind, start..stop));
        }
        start = stop;
    }
    None
}

/// A number of one to nine bytes and the offset after it.
fn varint(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let mut value = 0_u64;
    for place in 0..9 {
        let byte = *bytes.get(at.checked_add(place)?)?;
        if place == 8 {
            return Some(((value << 8) | u64::from(byte), at + 9));
        }
        value = (value << 7) | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, at + place + 1));
        }
    }
    None
}

impl<'a> Database<'a> {
    fn page(&self, number: usize) -> Option<&'a [u8]> {
        let start = number.checked_sub(1)?.checked_mul(self.page)?;
        self.bytes.get(start..start.checked_add(self.page)?)
    }

    /// The records of a table, in order.
    fn rows(&mut self, root: usize, found: &mut Blobs<'a>) -> Vec<Cow<'a, [u8]>> {
        let mut rows = Vec::new();
        let mut open = vec![root];
        while let Some(number) = open.pop() {
            let fresh = self
                .seen
                .get_mut(number)
                .is_some_and(|seen| !std::mem::replace(seen, true));
            let Some(page) = self.page(number).filter(|_| fresh) else {
                found.broken(format!("page {number} is outside the file or used twice"));
                continue;
            };
            if self
                .table_page(number, page, &mut open, &mut rows)
                .is_none()
            {
                found.broken(format!("page {number} is not whole"));
            }
        }
        rows
    }

    fn table_page(
        &mut self,
        number: usize,
        page: &'a [u8],
        open: &mut Vec<usize>,
        rows: &mut Vec<Cow<'a, [u8]>>,
    ) -> Option<()> {
        let head = if number == 1 { 100 } else { 0 };
        let kind = *page.get(head)?;
        let cells = usize::from(Endian::Big.u16(page, head + 3)?);
        let list = head + if kind == INTERIOR { 12 } else { 8 };
        let cell = |at: usize| Some(usize::from(Endian::Big.u16(page, list + 2 * at)?));
        match kind {
            LEAF => {
                for at in 0..cells {
                    rows.push(self.payload(page, cell(at)?)?);
                }
            }
            INTERIOR => {
                open.push(Endian::Big.size(page, head + 8)?);
                for at in (0..cells).rev() {
                    open.push(Endian::Big.size(page, cell(at)?)?);
                }
            }
            _ => return None,
        }
        Some(())
    }

    /// The payload of a leaf cell, put together from its overflow pages.
    fn payload(&mut self, page: &'a [u8], at: usize) -> Option<Cow<'a, [u8]>> {
        let (length, at) = varint(page, at)?;
        let (_, at) = varint(page, at)?;
        let length = usize::try_from(length).ok()?;
        self.room = self.room.checked_sub(length)?;
        let most = self.usable - 35;
        if length <= most {
            return page.get(at..at + length).map(Cow::Borrowed);
        }
        let least = (self.usable - 12) * 32 / 255 - 23;
        let fitting = least + (length - least) % (self.usable - 4);
        let local = if fitting <= most { fitting } else { least };
        let mut payload = Vec::with_capacity(length);
        payload.extend_from_slice(page.get(at..at + local)?);
        let mut next = Endian::Big.size(page, at + local)?;
        while payload.len() < length {
            let page = self.page(next)?;
            let data = page.get(4..self.usable)?;
            payload.extend_from_slice(&data[..data.len().min(length - payload.len())]);
            next = Endian::Big.size(page, 0)?;
        }
        Some(Cow::Owned(payload))
    }
}
