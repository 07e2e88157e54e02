//! The 512-byte header of an entry.

/// Size of a block, in bytes.
pub(super) const BLOCK: usize = 512;

/// The numbers of a header.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) kind: u8,
    pub(super) size: u64,
    pub(super) mode: u32,
}

impl Header {
    /// Reads the header and verifies its checksum.
    pub(super) fn parse(block: &[u8; BLOCK]) -> Result<Self, &'static str> {
        let stated = number(&block[148..156]).ok_or("the checksum is no number")?;
        let blank = (148..156).map(|_| u64::from(b' ')).sum::<u64>();
        let outside = || block[..148].iter().chain(&block[156..]);
        let unsigned = outside().map(|b| u64::from(*b)).sum::<u64>() + blank;
        // Some old programs summed the bytes as signed numbers.
        let signed = outside().map(|b| i64::from(*b as i8)).sum::<i64>() + blank as i64;
        if stated != unsigned && i64::try_from(stated) != Ok(signed) {
            return Err("the checksum of the header is wrong");
        }
        let size = number(&block[124..136]).ok_or("the size is negative or no number")?;
        if size > i64::MAX as u64 {
            return Err("the size is absurd");
        }
        let mode = number(&block[100..108]).unwrap_or(0);
        Ok(Self {
            kind: block[156],
            size,
            mode: (mode & 0o7777) as u32,
        })
    }
}

/// A number in octal digits, or in base 256 when the first bit is set.
pub(super) fn number(field: &[u8]) -> Option<u64> {
    match field.first()? {
        0xff => None,
        first if first & 0x80 != 0 => {
            let mut value = u64::from(first & 0x7f);
            for byte in &field[1..] {
                value = value.checked_mul(256)?.checked_add(u64::from(*byte))?;
            }
            Some(value)
        }
        _ => {
            let blank = |b: &u8| *b == b' ' || *b == 0;
            let start = field.iter().position(|b| !blank(b)).unwrap_or(field.len());
            let digits = &field[start..];
            let end = digits.iter().position(blank).unwrap_or(digits.len());
            digits[..end].iter().try_fold(0u64, |value, b| match b {
                b'0'..=b'7' => value.checked_mul(8)?.checked_add(u64::from(b - b'0')),
                _ => None,
            })
        }
    }
}

fn text(field: &[u8]) -> &[u8] {
    let end = field.iter().position(|b| *b == 0).unwrap_or(field.len());
    &field[..end]
}

/// The name, with the prefix of ustar in front of it.
pub(super) fn name(block: &[u8; BLOCK]) -> Vec<u8> {
    let name = text(&block[..100]);
    let prefix = text(&block[345..500]);
    // GNU's own format has other things where ustar has the prefix.
    if &block[257..263] == b"ustar\0" && !prefix.is_empty() {
        [prefix, b"/", name].concat()
    } else {
        name.to_vec()
    }
}

/// The name that a link points to.
pub(super) fn link_name(block: &[u8; BLOCK]) -> Vec<u8> {
    text(&block[157..257]).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_octal_or_base_256_and_never_negative() {
        assert_eq!(number(b"0000644\0"), Some(0o644));
        assert_eq!(number(b"    12 \0"), Some(0o12));
        assert_eq!(number(b"\x80\0\0\0\0\0\0\0\0\0\x01\0"), Some(256));
        assert_eq!(
            number(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe"),
            None
        );
        assert_eq!(number(b"0000089\0"), None);
        assert_eq!(number(b"\0\0\0\0"), Some(0));
    }
}
