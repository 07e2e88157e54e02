//! Records in compressed blocks, read one at a time.
//!
//! ```text
//! number of records (4), records per block (4), length of the dictionary (4),
//! dictionary, end of each block (4 each, relative to the first), blocks
//! block: length when decompressed (varint), zstd frame; in it: length and bytes of each
//! ```
//!
//! The dictionary is raw content for zstd: pieces of the records themselves. It is worth
//! a third of the size, because sixteen short records share little with each other and
//! much with the rest. A trained dictionary was not taken: it needs zstd's dictionary
//! builder, and raw content gives most of the gain.

use zstd::bulk::{Compressor, Decompressor};

use super::codec::{Decoder, Encoder, Malformed, u32_at};

/// Records per block.
const BLOCK: usize = 16;
/// Largest dictionary in bytes.
const DICTIONARY_BYTES: usize = 64 << 10;
/// Largest block when decompressed. A record is limited to a sixteenth by the builder.
const MAX_BLOCK_BYTES: usize = 64 << 20;
/// Largest record in bytes.
pub(crate) const MAX_RECORD_BYTES: usize = MAX_BLOCK_BYTES / BLOCK - 16;

/// Compresses records at that zstd level into a section.
pub(crate) fn section(records: &[Vec<u8>], level: i32) -> std::io::Result<Vec<u8>> {
    let dictionary = dictionary(records);
    let mut compressor = Compressor::with_dictionary(level, &dictionary)?;
    let mut ends = Vec::new();
    let mut data = Encoder::default();
    for block in records.chunks(BLOCK) {
        let mut raw = Encoder::default();
        for record in block {
            raw.blob(record);
        }
        data.count(raw.bytes.len());
        data.bytes
            .extend_from_slice(&compressor.compress(&raw.bytes)?);
        ends.push(data.bytes.len() as u32);
    }
    let mut out = (records.len() as u32).to_le_bytes().to_vec();
    out.extend_from_slice(&(BLOCK as u32).to_le_bytes());
    out.extend_from_slice(&(dictionary.len() as u32).to_le_bytes());
    out.extend_from_slice(&dictionary);
    for end in &ends {
        out.extend_from_slice(&end.to_le_bytes());
    }
    out.extend_from_slice(&data.bytes);
    Ok(out)
}

/// Pieces of records spread evenly over all of them. Empty for a handful of records,
/// where it would be larger than what it saves.
fn dictionary(records: &[Vec<u8>]) -> Vec<u8> {
    let total: usize = records.iter().map(Vec::len).sum();
    let budget = DICTIONARY_BYTES.min(total / 64);
    let mut dictionary = Vec::with_capacity(budget);
    if budget < 1024 {
        return dictionary;
    }
    let step = (records.len() / 512).max(1);
    for record in records.iter().step_by(step) {
        let piece = record.len().min(512).min(budget - dictionary.len());
        dictionary.extend_from_slice(&record[..piece]);
    }
    dictionary
}

/// Where the blocks of a section are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Blocks<'a> {
    dictionary: &'a [u8],
    ends: &'a [u8],
    data: &'a [u8],
}

impl<'a> Blocks<'a> {
    pub(crate) fn new(section: &'a [u8]) -> Result<Self, Malformed> {
        let short = Malformed("a section of blocks is cut short");
        let records = u32_at(section, 0)?;
        if u32_at(section, 1)? as usize != BLOCK {
            return Err(Malformed("blocks are of an unknown size"));
        }
        let dictionary_len = u32_at(section, 2)? as usize;
        let (dictionary, rest) = section
            .get(12..)
            .and_then(|rest| rest.split_at_checked(dictionary_len))
            .ok_or(short)?;
        let (ends, data) = (records as usize)
            .div_ceil(BLOCK)
            .checked_mul(4)
            .and_then(|len| rest.split_at_checked(len))
            .ok_or(short)?;
        Ok(Self {
            dictionary,
            ends,
            data,
        })
    }

    /// What decompresses blocks. Costs more than a block does; keep it.
    pub(crate) fn prepare(&self) -> Result<Decompressor<'static>, Malformed> {
        let broken = Malformed("a dictionary cannot be used");
        Decompressor::with_dictionary(self.dictionary).map_err(|_| broken)
    }

    /// The block that the record at `index` is in, and its place there.
    pub(crate) fn place(index: u32) -> (u32, usize) {
        (index / BLOCK as u32, index as usize % BLOCK)
    }

    /// A block, decompressed.
    pub(crate) fn block(
        &self,
        block: u32,
        decompressor: &mut Decompressor<'static>,
    ) -> Result<Vec<u8>, Malformed> {
        let end = u32_at(self.ends, block as usize)? as usize;
        let start = match block.checked_sub(1) {
            None => 0,
            Some(before) => u32_at(self.ends, before as usize)? as usize,
        };
        let bytes = self.data.get(start..end);
        let mut decoder = Decoder::new(bytes.ok_or(Malformed("a block is outside"))?);
        let len = decoder.count()?;
        if len > MAX_BLOCK_BYTES {
            return Err(Malformed("a block is too large"));
        }
        let broken = Malformed("a block cannot be decompressed");
        let raw = decompressor
            .decompress(decoder.rest(), len)
            .map_err(|_| broken)?;
        if raw.len() == len {
            Ok(raw)
        } else {
            Err(broken)
        }
    }

    /// The bytes of a record in its decompressed block.
    pub(crate) fn record(raw: &[u8], place: usize) -> Result<&[u8], Malformed> {
        let mut decoder = Decoder::new(raw);
        for _ in 0..place {
            decoder.blob()?;
        }
        decoder.blob()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(records: &[Vec<u8>]) {
        let section = section(records, 3).expect("compresses");
        let blocks = Blocks::new(&section).expect("a good section");
        let mut decompressor = blocks.prepare().expect("a good dictionary");
        for (index, record) in records.iter().enumerate() {
            let (block, place) = Blocks::place(index as u32);
            let raw = blocks
                .block(block, &mut decompressor)
                .expect("a good block");
            assert_eq!(Blocks::record(&raw, place), Ok(&record[..]));
        }
        let past = Blocks::place(records.len().next_multiple_of(BLOCK) as u32).0;
        assert!(blocks.block(past, &mut decompressor).is_err());
    }

    #[test]
    fn records_come_back_with_and_without_a_dictionary() {
        check(&[]);
        check(&[Vec::new()]);
        for count in [15, 16, 17, 4000] {
            let record = |n| format!("record {n} of many, all much alike {}", n % 7).into_bytes();
            check(&(0..count).map(record).collect::<Vec<_>>());
        }
    }
}
