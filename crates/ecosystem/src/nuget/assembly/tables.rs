//! The tables of an assembly's metadata: ECMA-335, II.22 and II.24.
//!
//! Two tables are wanted, and a table is found by the sizes of all that lie before it;
//! so the columns of those are written down here.

use super::image::{long, short, slice};

/// Most assemblies of one table.
const MAX_ROWS: usize = 10_000;

/// Number of the table with the assembly itself.
const ASSEMBLY: usize = 0x20;
/// Number of the table with the assemblies that are referred to.
const REFERENCE: usize = 0x23;

/// What one column holds.
#[derive(Clone, Copy)]
enum Column {
    /// So many bytes.
    Bytes(usize),
    /// A place in the heap of strings.
    Text,
    /// A place in the heap of identifiers.
    Guid,
    /// A place in the heap of blobs.
    Blob,
    /// A row of that table.
    Row(usize),
    /// A row of one of these tables, and in so many bits which.
    Coded(usize, &'static [usize]),
}

use Column::{Blob, Bytes, Coded, Guid, Row, Text};

const TYPE: Column = Coded(2, &[0x02, 0x01, 0x1b]);
const METHOD: Column = Coded(1, &[0x06, 0x0a]);

/// The columns of each table, by number.
const TABLES: [&[Column]; REFERENCE + 1] = [
    &[Bytes(2), Text, Guid, Guid, Guid],
    &[Coded(2, &[0x00, 0x1a, 0x23, 0x01]), Text, Text],
    &[Bytes(4), Text, Text, TYPE, Row(0x04), Row(0x06)],
    &[Row(0x04)],
    &[Bytes(2), Text, Blob],
    &[Row(0x06)],
    &[Bytes(8), Text, Blob, Row(0x08)],
    &[Row(0x08)],
    &[Bytes(4), Text],
    &[Row(0x02), TYPE],
    &[Coded(3, &[0x02, 0x01, 0x1a, 0x06, 0x1b]), Text, Blob],
    &[Bytes(2), Coded(2, &[0x04, 0x08, 0x17]), Blob],
    &[
        Coded(
            5,
            &[
                0x06, 0x04, 0x01, 0x02, 0x08, 0x09, 0x0a, 0x00, 0x0e, 0x17, 0x14, 0x11, 0x1a, 0x1b,
                0x20, 0x23, 0x26, 0x27, 0x28, 0x2a, 0x2c, 0x2b,
            ],
        ),
        Coded(3, &[0x06, 0x0a]),
        Blob,
    ],
    &[Coded(1, &[0x04, 0x08]), Blob],
    &[Bytes(2), Coded(2, &[0x02, 0x06, 0x20]), Blob],
    &[Bytes(6), Row(0x02)],
    &[Bytes(4), Row(0x04)],
    &[Blob],
    &[Row(0x02), Row(0x14)],
    &[Row(0x14)],
    &[Bytes(2), Text, TYPE],
    &[Row(0x02), Row(0x17)],
    &[Row(0x17)],
    &[Bytes(2), Text, Blob],
    &[Bytes(2), Row(0x06), Coded(1, &[0x14, 0x17])],
    &[Row(0x02), METHOD, METHOD],
    &[Text],
    &[Blob],
    &[Bytes(2), Coded(1, &[0x04, 0x06]), Text, Row(0x1a)],
    &[Bytes(4), Row(0x04)],
    &[Bytes(8)],
    &[Bytes(4)],
    &[Bytes(16), Blob, Text, Text],
    &[Bytes(4)],
    &[Bytes(12)],
    &[Bytes(12), Blob, Text, Text, Blob],
];

/// Name and version of the assembly and of those that it refers to; `None` where the
/// metadata is broken.
pub(super) fn assemblies(metadata: &[u8]) -> Option<Vec<(String, String)>> {
    let tables = Tables::new(metadata)?;
    // The version stands first in a reference, and behind the hash algorithm in the
    // assembly itself.
    let mut found = tables.named(ASSEMBLY, 4, 16)?;
    found.extend(tables.named(REFERENCE, 0, 12)?);
    Some(found)
}

struct Tables<'a> {
    bytes: &'a [u8],
    strings: &'a [u8],
    /// Sizes of a place in the heaps of strings, identifiers and blobs.
    heaps: [usize; 3],
    /// Rows of each of the 64 tables.
    rows: [usize; 64],
    /// Where the first table begins.
    start: usize,
}

impl<'a> Tables<'a> {
    fn new(metadata: &'a [u8]) -> Option<Self> {
        let bytes = stream(metadata, "#~").or_else(|| stream(metadata, "#-"))?;
        let strings = stream(metadata, "#Strings")?;
        let flags = *bytes.get(6)?;
        let heaps = [1, 2, 4].map(|bit| if flags & bit == 0 { 2 } else { 4 });
        let present = u64::from_le_bytes(slice(bytes, 8, 8)?.try_into().ok()?);
        let (mut rows, mut start) = ([0; 64], 24);
        for (number, count) in rows.iter_mut().enumerate() {
            if present >> number & 1 == 1 {
                *count = long(bytes, start)?;
                start += 4;
            }
        }
        // Compilers that leave room for edits write four bytes more.
        start += if flags & 0x40 == 0 { 0 } else { 4 };
        Some(Self {
            bytes,
            strings,
            heaps,
            rows,
            start,
        })
    }

    fn width(&self, column: Column) -> usize {
        let wide = |limit: usize, tables: &[usize]| {
            let most = tables.iter().map(|t| self.rows[*t]).max().unwrap_or(0);
            if most < limit { 2 } else { 4 }
        };
        match column {
            Bytes(count) => count,
            Text => self.heaps[0],
            Guid => self.heaps[1],
            Blob => self.heaps[2],
            Row(table) => wide(1 << 16, &[table]),
            Coded(bits, tables) => wide(1 << (16 - bits), tables),
        }
    }

    fn row_length(&self, table: usize) -> usize {
        TABLES[table].iter().map(|c| self.width(*c)).sum()
    }

    /// Name and version of each row of a table; the name's place stands behind a blob
    /// that begins at `blob`.
    fn named(&self, table: usize, version: usize, blob: usize) -> Option<Vec<(String, String)>> {
        let mut at = self.start;
        for before in 0..table {
            at = at.checked_add(self.rows[before].checked_mul(self.row_length(before))?)?;
        }
        let mut found = Vec::new();
        for _ in 0..self.rows[table].min(MAX_ROWS) {
            let row = slice(self.bytes, at, self.row_length(table))?;
            let part = |n: usize| short(row, version + 2 * n);
            let numbers = (part(0)?, part(1)?, part(2)?, part(3)?);
            let place = blob + self.heaps[2];
            let name = match self.heaps[0] {
                2 => short(row, place)?,
                _ => long(row, place)?,
            };
            let (a, b, c, d) = numbers;
            found.push((self.string(name)?, format!("{a}.{b}.{c}.{d}")));
            at += self.row_length(table);
        }
        Some(found)
    }

    fn string(&self, place: usize) -> Option<String> {
        let rest = self.strings.get(place..)?;
        let end = rest.iter().position(|b| *b == 0)?;
        Some(String::from_utf8_lossy(rest.get(..end)?).into_owned())
    }
}

/// The stream with that name.
fn stream<'a>(metadata: &'a [u8], wanted: &str) -> Option<&'a [u8]> {
    if slice(metadata, 0, 4)? != b"BSJB" {
        return None;
    }
    let mut at = long(metadata, 12)?.checked_add(16)?;
    let count = short(metadata, at.checked_add(2)?)?;
    at = at.checked_add(4)?;
    for _ in 0..count {
        let (offset, length) = (long(metadata, at)?, long(metadata, at.checked_add(4)?)?);
        at = at.checked_add(8)?;
        let rest = metadata.get(at..)?;
        let end = rest.iter().take(32).position(|b| *b == 0)?;
        if rest.get(..end)? == wanted.as_bytes() {
            return slice(metadata, offset, length);
        }
        // Names are padded to a multiple of four bytes.
        at = at.checked_add((end / 4 + 1) * 4)?;
    }
    None
}
