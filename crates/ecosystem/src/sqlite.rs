//! SQLite: tables of a database that lies in memory.
//!
//! As much of the format as reading whole tables needs: the schema table is walked for the
//! root page of a table, and that table for its rows. Indexes, free lists, journals and
//! tables without row ids are not looked at. Source: sqlite.org, "Database File Format".

use std::borrow::Cow;
use std::ops::Range;

use lazaret_model::GapKind;

use crate::ReadError;
use crate::bytes::Endian;

const MAGIC: &[u8] = b"SQLite format 3\0";
const LEAF: u8 = 0x0d;
const INTERIOR: u8 = 0x05;

/// Most kinds of damage that are named.
const MAX_GAPS: usize = 20;

/// A database.
pub(crate) struct Database<'a> {
    bytes: &'a [u8],
    page: usize,
    usable: usize,
    /// Pages that a walk has seen: a page that points back at itself ends there.
    seen: Vec<bool>,
    /// Bytes of payload that may still be read; cells that share bytes use it up.
    room: usize,
    damage: Vec<String>,
}

/// A table, whole.
#[derive(Debug)]
pub(crate) struct Table<'a> {
    columns: Vec<String>,
    /// The rows, in the order of their ids.
    pub(crate) rows: Vec<Row<'a>>,
}

/// A row: the record of its columns.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    record: Cow<'a, [u8]>,
    id: u64,
}

impl<'a> Database<'a> {
    /// Whether the bytes begin as a database does.
    pub(crate) fn is_one(bytes: &[u8]) -> bool {
        bytes.starts_with(MAGIC)
    }

    pub(crate) fn open(bytes: &'a [u8]) -> Result<Self, ReadError> {
        if !Self::is_one(bytes) {
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
        if matches!(Endian::Big.u32(bytes, 56), Some(2 | 3)) {
            return Err(ReadError::new("a database whose texts are UTF-16"));
        }
        Ok(Self {
            bytes,
            page,
            usable: page - reserved,
            seen: Vec::new(),
            room: 0,
            damage: Vec::new(),
        })
    }

    /// The table called `name`; `None` where there is none.
    pub(crate) fn table(&mut self, name: &str) -> Option<Table<'a>> {
        let schema = self.rows(1);
        let text = |row: &Row<'_>, at| row.cell(at).map(|(_, bytes)| bytes.to_vec());
        let entry = schema.iter().find(|row| {
            text(row, 0).as_deref() == Some(b"table")
                && text(row, 1).as_deref() == Some(name.as_bytes())
        })?;
        let root = usize::try_from(entry.integer(3)?).ok()?;
        let statement = text(entry, 4).unwrap_or_default();
        Some(Table {
            columns: columns(&String::from_utf8_lossy(&statement)),
            rows: self.rows(root),
        })
    }

    /// What could not be read so far.
    pub(crate) fn gaps(&self) -> Vec<(GapKind, String)> {
        let named = self.damage.iter().cloned();
        named.map(|detail| (GapKind::Unreadable, detail)).collect()
    }

    fn broken(&mut self, detail: String) {
        if self.damage.len() < MAX_GAPS {
            self.damage.push(detail);
        }
    }

    fn page(&self, number: usize) -> Option<&'a [u8]> {
        let start = number.checked_sub(1)?.checked_mul(self.page)?;
        self.bytes.get(start..start.checked_add(self.page)?)
    }

    /// The rows below a root page, in order. One walk may read as many bytes as there are.
    fn rows(&mut self, root: usize) -> Vec<Row<'a>> {
        self.seen = vec![false; self.bytes.len() / self.page + 1];
        self.room = self.bytes.len();
        let mut rows = Vec::new();
        let mut open = vec![root];
        while let Some(number) = open.pop() {
            let fresh = self
                .seen
                .get_mut(number)
                .is_some_and(|seen| !std::mem::replace(seen, true));
            let Some(page) = self.page(number).filter(|_| fresh) else {
                self.broken(format!("page {number} is outside the file or used twice"));
                continue;
            };
            if self
                .table_page(number, page, &mut open, &mut rows)
                .is_none()
            {
                self.broken(format!("page {number} is not whole"));
            }
        }
        rows
    }

    fn table_page(
        &mut self,
        number: usize,
        page: &'a [u8],
        open: &mut Vec<usize>,
        rows: &mut Vec<Row<'a>>,
    ) -> Option<()> {
        let head = if number == 1 { 100 } else { 0 };
        let kind = *page.get(head)?;
        let cells = usize::from(Endian::Big.u16(page, head + 3)?);
        let list = head + if kind == INTERIOR { 12 } else { 8 };
        let cell = |at: usize| Some(usize::from(Endian::Big.u16(page, list + 2 * at)?));
        match kind {
            LEAF => {
                for at in 0..cells {
                    rows.push(self.row(page, cell(at)?)?);
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

    /// The row of a leaf cell, put together from its overflow pages.
    fn row(&mut self, page: &'a [u8], at: usize) -> Option<Row<'a>> {
        let (length, at) = varint(page, at)?;
        let (id, at) = varint(page, at)?;
        let length = usize::try_from(length).ok()?;
        self.room = self.room.checked_sub(length)?;
        let most = self.usable - 35;
        if length <= most {
            let record = page.get(at..at + length).map(Cow::Borrowed)?;
            return Some(Row { record, id });
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
        let record = Cow::Owned(payload);
        Some(Row { record, id })
    }
}

impl Table<'_> {
    fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|c| c == column)
    }

    /// The text in a column; `None` where the column has none.
    pub(crate) fn text(&self, row: &Row<'_>, column: &str) -> Option<String> {
        let (kind, bytes) = row.cell(self.position(column)?)?;
        (kind >= 12).then(|| String::from_utf8_lossy(bytes).into_owned())
    }

    /// The number in a column; that of a row's own id is not stored in its record.
    pub(crate) fn integer(&self, row: &Row<'_>, column: &str) -> Option<i64> {
        let at = self.position(column)?;
        match row.cell(at)? {
            (0, _) => i64::try_from(row.id).ok(),
            _ => row.integer(at),
        }
    }
}

impl<'a> Row<'a> {
    /// The blob in the column at `at`; `None` where there is none.
    pub(crate) fn blob(&self, at: usize) -> Option<Cow<'a, [u8]>> {
        let (kind, range) = place(&self.record, at)?;
        if kind < 12 || kind % 2 == 1 {
            return None;
        }
        match &self.record {
            Cow::Borrowed(record) => record.get(range).map(Cow::Borrowed),
            Cow::Owned(record) => record.get(range).map(|blob| Cow::Owned(blob.to_vec())),
        }
    }

    /// Serial type and bytes of a column.
    fn cell(&self, at: usize) -> Option<(u64, &[u8])> {
        let (kind, range) = place(&self.record, at)?;
        Some((kind, self.record.get(range)?))
    }

    fn integer(&self, at: usize) -> Option<i64> {
        let (kind, bytes) = self.cell(at)?;
        match kind {
            8 => Some(0),
            9 => Some(1),
            1..=6 => {
                let negative = bytes.first().is_some_and(|b| *b >= 0x80);
                let start = if negative { -1 } else { 0 };
                let shifted = bytes
                    .iter()
                    .fold(start, |n: i64, b| (n << 8) | i64::from(*b));
                Some(shifted)
            }
            _ => None,
        }
    }
}

/// Serial type and place of a column in a record.
fn place(record: &[u8], wanted: usize) -> Option<(u64, Range<usize>)> {
    let (length, mut at) = varint(record, 0)?;
    let mut start = usize::try_from(length).ok()?;
    let end = start;
    for number in 0..=wanted {
        if at >= end {
            return None;
        }
        let (kind, next) = varint(record, at)?;
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
            return (stop <= record.len()).then_some((kind, start..stop));
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

/// The names of the columns in a `CREATE TABLE` statement; its constraints are none.
fn columns(statement: &str) -> Vec<String> {
    let inside = statement
        .split_once('(')
        .and_then(|(_, rest)| rest.rsplit_once(')'))
        .map_or("", |(inside, _)| inside);
    let mut depth = 0_usize;
    let split = |c: char| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    };
    let constraint = |word: &str| {
        ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"]
            .iter()
            .any(|known| word.eq_ignore_ascii_case(known))
    };
    inside
        .split(split)
        .filter_map(|definition| definition.split_ascii_whitespace().next())
        .filter(|word| !constraint(word))
        .map(|word| word.trim_matches(['"', '\'', '`', '[', ']']).to_owned())
        .collect()
}
