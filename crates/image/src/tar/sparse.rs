//! Sparse files: where the stored bytes of a file lie in it, and what it reads like whole.
//!
//! Source: the GNU tar manual, "Storing Sparse Files": the old GNU format (entry type
//! `S`), and the PAX formats 0.0, 0.1 and 1.0.

use std::io::{self, Read};

use super::header::{BLOCK, number};

/// Most segments of one file that are followed.
pub(super) const MAX_SEGMENTS: usize = 1 << 16;

/// Longest number in a map, in digits.
const MAX_DIGITS: usize = 20;

/// Where the stored bytes lie: offsets and lengths, in order, without overlap.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Map {
    size: u64,
    segments: Vec<(u64, u64)>,
}

impl Map {
    /// A map of a file of `size` bytes.
    pub(super) fn new(size: u64, segments: Vec<(u64, u64)>) -> Result<Self, &'static str> {
        let mut end = 0u64;
        for (offset, length) in &segments {
            if *offset < end {
                return Err("the segments of a sparse file are out of order");
            }
            end = offset
                .checked_add(*length)
                .ok_or("a segment of a sparse file is absurd")?;
        }
        if end > size {
            return Err("a segment of a sparse file lies beyond its end");
        }
        Ok(Self { size, segments })
    }

    /// Size of the whole file, in bytes.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Bytes that are stored.
    pub(super) fn stored(&self) -> u64 {
        self.segments.iter().map(|(_, length)| length).sum()
    }
}

/// The whole size and the segments that a header of type `S` states, and whether more
/// blocks of segments follow it.
pub(super) fn old_header(
    block: &[u8; BLOCK],
    segments: &mut Vec<(u64, u64)>,
) -> Result<(u64, bool), &'static str> {
    entries(&block[386..482], segments)?;
    let size = number(&block[483..495]).ok_or("the size of a sparse file is no number")?;
    Ok((size, block[482] != 0))
}

/// The segments of a block after such a header, and whether another follows.
pub(super) fn old_extension(
    block: &[u8; BLOCK],
    segments: &mut Vec<(u64, u64)>,
) -> Result<bool, &'static str> {
    entries(&block[..504], segments)?;
    Ok(block[504] != 0)
}

fn entries(fields: &[u8], segments: &mut Vec<(u64, u64)>) -> Result<(), &'static str> {
    for field in fields.chunks_exact(24) {
        // An entry that was never filled in ends the list.
        if field[12] == 0 {
            break;
        }
        let (offset, length) = field.split_at(12);
        match (number(offset), number(length)) {
            (Some(offset), Some(length)) if segments.len() <= MAX_SEGMENTS => {
                segments.push((offset, length));
            }
            (Some(_), Some(_)) => {}
            _ => return Err("a segment of a sparse file is no number"),
        }
    }
    Ok(())
}

/// The segments of PAX format 0.1: `offset,length,offset,length`.
pub(super) fn listed(text: &[u8]) -> Result<Vec<(u64, u64)>, &'static str> {
    let mut numbers = Vec::new();
    for part in text.split(|b| *b == b',').filter(|part| !part.is_empty()) {
        numbers.push(super::pax::decimal(part).ok_or("a sparse map with what is no number")?);
    }
    pairs(&numbers)
}

fn pairs(numbers: &[u64]) -> Result<Vec<(u64, u64)>, &'static str> {
    if !numbers.len().is_multiple_of(2) {
        return Err("a sparse map with an offset without length");
    }
    Ok(numbers.chunks_exact(2).map(|p| (p[0], p[1])).collect())
}

/// Why the map in front of a body (PAX format 1.0) cannot be used.
#[derive(Debug)]
pub(super) enum InBody {
    /// The body could not be read.
    Read(io::Error),
    /// It is malformed.
    Malformed(&'static str),
}

/// Reads the map in front of the content: numbers in lines, the first being how many
/// segments follow, padded to whole blocks. `None` when there are more segments than are
/// followed.
pub(super) fn in_body(body: &mut dyn Read) -> Result<Option<Vec<(u64, u64)>>, InBody> {
    let mut wanted: Option<usize> = None;
    let mut numbers: Vec<u64> = Vec::new();
    let mut digits: Vec<u8> = Vec::new();
    loop {
        let mut block = [0u8; BLOCK];
        body.read_exact(&mut block).map_err(InBody::Read)?;
        for byte in block {
            if byte != b'\n' {
                digits.push(byte);
                if digits.len() > MAX_DIGITS {
                    return Err(InBody::Malformed("a sparse map with what is no number"));
                }
                continue;
            }
            let value = super::pax::decimal(&digits)
                .ok_or(InBody::Malformed("a sparse map with what is no number"))?;
            digits.clear();
            match wanted {
                Some(_) => numbers.push(value),
                None if value > MAX_SEGMENTS as u64 => return Ok(None),
                None => wanted = Some(value as usize * 2),
            }
            // What follows the last number is padding up to the end of this block.
            if wanted == Some(numbers.len()) {
                return pairs(&numbers).map(Some).map_err(InBody::Malformed);
            }
        }
    }
}

/// A sparse file as it reads whole, with zeros where nothing is stored.
pub(super) struct Expanded<'a, R> {
    inner: R,
    map: &'a Map,
    next: usize,
    at: u64,
}

impl<'a, R: Read> Expanded<'a, R> {
    /// Reads the stored bytes from `inner`.
    pub(super) fn new(inner: R, map: &'a Map) -> Self {
        Self {
            inner,
            map,
            next: 0,
            at: 0,
        }
    }
}

impl<R: Read> Read for Expanded<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let segments = &self.map.segments;
        while segments
            .get(self.next)
            .is_some_and(|(o, l)| self.at >= o + l)
        {
            self.next += 1;
        }
        let (until, data) = match segments.get(self.next) {
            Some((offset, _)) if self.at < *offset => (*offset, false),
            Some((offset, length)) => (offset + length, true),
            None => (self.map.size, false),
        };
        let most = usize::try_from(until - self.at).unwrap_or(usize::MAX);
        let most = most.min(buf.len());
        let n = if data {
            let n = self.inner.read(&mut buf[..most])?;
            if n == 0 && most > 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            n
        } else {
            buf[..most].fill(0);
            most
        };
        self.at += n as u64;
        Ok(n)
    }
}
