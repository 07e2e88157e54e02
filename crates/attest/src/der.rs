//! As much of DER as taking one extension out of a certificate needs.

/// A tag with its content.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Element<'a> {
    pub(crate) tag: u8,
    pub(crate) content: &'a [u8],
    /// Tag, length and content.
    pub(crate) whole: &'a [u8],
}

/// The first element and what stands behind it. Tags of several bytes are not known: X.509
/// has none.
pub(crate) fn element(bytes: &[u8]) -> Option<(&[u8], Element<'_>)> {
    let (&tag, rest) = bytes.split_first()?;
    if tag & 0x1f == 0x1f {
        return None;
    }
    let (&first, mut rest) = rest.split_first()?;
    let length = match first {
        0..=0x7f => usize::from(first),
        0x81..=0x84 => {
            let (digits, after) = rest.split_at_checked(usize::from(first & 0x7f))?;
            rest = after;
            let big = digits
                .iter()
                .fold(0u64, |n, byte| n << 8 | u64::from(*byte));
            usize::try_from(big).ok()?
        }
        _ => return None,
    };
    let (content, after) = rest.split_at_checked(length)?;
    let whole = bytes.get(..bytes.len() - after.len())?;
    Some((
        after,
        Element {
            tag,
            content,
            whole,
        },
    ))
}

/// Every element of `bytes`, which hold nothing else.
pub(crate) fn elements(mut bytes: &[u8]) -> Option<Vec<Element<'_>>> {
    let mut all = Vec::new();
    while !bytes.is_empty() {
        let (rest, one) = element(bytes)?;
        all.push(one);
        bytes = rest;
    }
    Some(all)
}

/// An element written.
pub(crate) fn write(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match u8::try_from(content.len()) {
        Ok(short) if short < 0x80 => out.push(short),
        _ => {
            let big = (content.len() as u64).to_be_bytes();
            let digits = big
                .iter()
                .position(|b| *b != 0)
                .map_or(&big[7..], |at| &big[at..]);
            out.push(0x80 | digits.len() as u8);
            out.extend_from_slice(digits);
        }
    }
    out.extend_from_slice(content);
    out
}
