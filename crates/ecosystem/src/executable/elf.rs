//! As much of ELF as turning an address into an offset needs: the program headers.
//!
//! Source: System V ABI, "Program Header".

/// Most program headers that are kept.
const MAX_SEGMENTS: usize = 64;

/// Where the segments of an ELF file lie.
#[derive(Debug)]
pub(super) struct Layout {
    big: bool,
    pub(super) wide: bool,
    /// Address, offset in the file and size in the file.
    segments: Vec<(u64, u64, u64)>,
}

impl Layout {
    /// The layout in the first bytes of a file; `None` when it is no ELF file.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        if !head.starts_with(b"\x7fELF") {
            return None;
        }
        let wide = *head.get(4)? == 2;
        let mut layout = Self {
            big: *head.get(5)? == 2,
            wide,
            segments: Vec::new(),
        };
        let (table, size, count) = if wide { (32, 54, 56) } else { (28, 42, 44) };
        let table = usize::try_from(layout.word(head, table)?).ok()?;
        let size = usize::from(layout.half(head, size)?);
        let count = usize::from(layout.half(head, count)?).min(MAX_SEGMENTS);
        let (offset, address, length) = if wide { (8, 16, 32) } else { (4, 8, 16) };
        for number in 0..count {
            let at = table.checked_add(number.checked_mul(size)?)?;
            let word = |field: usize| layout.word(head, at.checked_add(field)?);
            let (Some(address), Some(offset), Some(length)) =
                (word(address), word(offset), word(length))
            else {
                break;
            };
            layout.segments.push((address, offset, length));
        }
        Some(layout)
    }

    /// The offset in the file of an address.
    pub(super) fn offset_of(&self, address: u64) -> Option<u64> {
        self.segments.iter().find_map(|(start, offset, length)| {
            let inside = address.checked_sub(*start).filter(|i| i < length)?;
            offset.checked_add(inside)
        })
    }

    fn half(&self, bytes: &[u8], at: usize) -> Option<u16> {
        let raw: [u8; 2] = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.big {
            u16::from_be_bytes(raw)
        } else {
            u16::from_le_bytes(raw)
        })
    }

    /// A number as wide as an address.
    pub(super) fn word(&self, bytes: &[u8], at: usize) -> Option<u64> {
        number(
            bytes.get(at..at.checked_add(if self.wide { 8 } else { 4 })?)?,
            self.big,
        )
    }
}

/// A number of up to eight bytes.
pub(super) fn number(bytes: &[u8], big: bool) -> Option<u64> {
    let add = |n: u64, b: &u8| (n << 8) | u64::from(*b);
    match bytes.len() {
        0 | 9.. => None,
        _ if big => Some(bytes.iter().fold(0, add)),
        _ => Some(bytes.iter().rev().fold(0, add)),
    }
}
