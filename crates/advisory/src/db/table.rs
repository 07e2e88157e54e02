//! A sorted table from byte strings to payloads, for exact look-ups in a mapped file.
//!
//! ```text
//! number of entries (4), number of blocks (4), offset of each block (4 each), blocks
//! block: up to 16 entries: shared prefix, rest of the key, payload (varint lengths)
//! ```
//!
//! A key shares its prefix with the key before it in the same block; the first of a block
//! stands alone, so that a binary search over blocks compares without copying.

use super::codec::{Decoder, Encoder, Malformed, shared_prefix, u32_at};

const BLOCK: usize = 16;
/// Longest key; longer ones are refused by the builder.
pub(crate) const MAX_KEY_BYTES: usize = super::codec::MAX_TEXT_BYTES;

/// Writes a [`Table`]. Keys must arrive in strictly ascending order.
#[derive(Debug, Default)]
pub(crate) struct TableWriter {
    blocks: Vec<u32>,
    data: Encoder,
    before: Vec<u8>,
    entries: u32,
}

impl TableWriter {
    pub(crate) fn push(&mut self, key: &[u8], payload: &[u8]) {
        debug_assert!(self.entries == 0 || self.before.as_slice() < key, "sorted");
        let shared = if (self.entries as usize).is_multiple_of(BLOCK) {
            self.blocks.push(self.data.bytes.len() as u32);
            0
        } else {
            shared_prefix(&self.before, key)
        };
        self.data.count(shared);
        self.data.blob(&key[shared..]);
        self.data.blob(payload);
        self.before.truncate(shared);
        self.before.extend_from_slice(&key[shared..]);
        self.entries += 1;
    }

    pub(crate) fn section(self) -> Vec<u8> {
        let mut out = self.entries.to_le_bytes().to_vec();
        out.extend_from_slice(&(self.blocks.len() as u32).to_le_bytes());
        for offset in &self.blocks {
            out.extend_from_slice(&offset.to_le_bytes());
        }
        out.extend_from_slice(&self.data.bytes);
        out
    }
}

/// Reads what [`TableWriter`] wrote.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Table<'a> {
    offsets: &'a [u8],
    data: &'a [u8],
    entries: u32,
    blocks: usize,
}

/// An entry of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    pub(crate) index: u32,
    pub(crate) key: Vec<u8>,
    pub(crate) payload: &'a [u8],
}

impl<'a> Table<'a> {
    pub(crate) fn new(section: &'a [u8]) -> Result<Self, Malformed> {
        let entries = u32_at(section, 0)?;
        let blocks = u32_at(section, 1)? as usize;
        if blocks != (entries as usize).div_ceil(BLOCK) {
            return Err(Malformed("a table has the wrong number of blocks"));
        }
        let (offsets, data) = blocks
            .checked_mul(4)
            .and_then(|len| section.get(8..)?.split_at_checked(len))
            .ok_or(Malformed("a table is cut short"))?;
        Ok(Self {
            offsets,
            data,
            entries,
            blocks,
        })
    }

    /// Number of entries.
    pub(crate) fn len(&self) -> u32 {
        self.entries
    }

    /// Position and payload of `key`.
    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<(u32, &'a [u8])>, Malformed> {
        let after = self.partition(key)?;
        let Some(block) = after.checked_sub(1) else {
            return Ok(None);
        };
        let mut found = None;
        self.scan(block, |index, entry_key, payload| {
            if entry_key == key {
                found = Some((index, payload));
            }
            entry_key < key
        })?;
        Ok(found)
    }

    /// The entry at `index`.
    pub(crate) fn at(&self, index: u32) -> Result<Entry<'a>, Malformed> {
        let mut found = None;
        self.scan(index as usize / BLOCK, |at, key, payload| {
            if at == index {
                found = Some(Entry {
                    index,
                    key: key.to_vec(),
                    payload,
                });
            }
            at < index
        })?;
        found.ok_or(Malformed("a table's entry does not exist"))
    }

    /// Calls `visit` for entries in order, from the first key that is not below `from`,
    /// until it returns false.
    pub(crate) fn each_from(
        &self,
        from: &[u8],
        mut visit: impl FnMut(u32, &[u8], &'a [u8]) -> bool,
    ) -> Result<(), Malformed> {
        let first = self.partition(from)?.saturating_sub(1);
        let mut go_on = true;
        for block in first..self.blocks {
            self.scan(block, |index, key, payload| {
                if key >= from {
                    go_on = visit(index, key, payload);
                }
                go_on
            })?;
            if !go_on {
                break;
            }
        }
        Ok(())
    }

    /// How many blocks begin with a key that is not above `key`.
    fn partition(&self, key: &[u8]) -> Result<usize, Malformed> {
        let (mut low, mut high) = (0, self.blocks);
        while low < high {
            let middle = low + (high - low) / 2;
            let mut decoder = self.block(middle)?;
            if decoder.count()? != 0 {
                return Err(Malformed("a table's block begins with a shared prefix"));
            }
            if decoder.blob()? <= key {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    fn block(&self, block: usize) -> Result<Decoder<'a>, Malformed> {
        let offset = u32_at(self.offsets, block)? as usize;
        self.data
            .get(offset..)
            .map(Decoder::new)
            .ok_or(Malformed("a table's block is outside"))
    }

    fn scan(
        &self,
        block: usize,
        mut visit: impl FnMut(u32, &[u8], &'a [u8]) -> bool,
    ) -> Result<(), Malformed> {
        let mut decoder = self.block(block)?;
        let mut key: Vec<u8> = Vec::with_capacity(64);
        let first = block.saturating_mul(BLOCK);
        let last = first.saturating_add(BLOCK).min(self.entries as usize);
        for index in first..last {
            let shared = decoder.count()?;
            if shared > key.len() {
                return Err(Malformed("a key shares more than there is"));
            }
            key.truncate(shared);
            key.extend_from_slice(decoder.blob()?);
            if key.len() > MAX_KEY_BYTES {
                return Err(Malformed("a key is too long"));
            }
            // The number of entries is a `u32`, so is every index below it.
            if !visit(index as u32, &key, decoder.blob()?) {
                break;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(count: usize) -> Vec<Vec<u8>> {
        let mut keys: Vec<Vec<u8>> = (0..count)
            .map(|n| format!("npm\0package-{}", n * 7919 % 10_007).into_bytes())
            .collect();
        keys.sort();
        keys.dedup();
        keys
    }

    fn section(keys: &[Vec<u8>]) -> Vec<u8> {
        let mut writer = TableWriter::default();
        for (index, key) in keys.iter().enumerate() {
            writer.push(key, &(index as u32).to_le_bytes());
        }
        writer.section()
    }

    #[test]
    fn every_key_is_found_and_no_other() {
        for count in [0, 1, 15, 16, 17, 500] {
            let keys = keys(count);
            let section = section(&keys);
            let table = Table::new(&section).expect("a good table");
            for (index, key) in keys.iter().enumerate() {
                let payload = (index as u32).to_le_bytes();
                assert_eq!(table.get(key), Ok(Some((index as u32, &payload[..]))));
                assert_eq!(table.at(index as u32).expect("an entry").key, *key);
                let mut other = key.clone();
                other.push(b'x');
                assert_eq!(table.get(&other), Ok(None));
            }
            assert_eq!(table.get(b""), Ok(None));
            assert_eq!(table.get(b"zzz"), Ok(None));
            assert!(table.at(keys.len() as u32).is_err());
        }
    }

    #[test]
    fn entries_are_visited_in_order_from_a_key() {
        let keys = keys(100);
        let section = section(&keys);
        let table = Table::new(&section).expect("a good table");
        let mut seen = Vec::new();
        table
            .each_from(&keys[37], |_, key, _| {
                seen.push(key.to_vec());
                seen.len() < 40
            })
            .expect("a good table");
        assert_eq!(seen, keys[37..77]);
    }
}
