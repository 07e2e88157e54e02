//! Texts of the version resource. They are looked for by their key and not through the
//! directory of resources: the layout of one text is the same wherever it lies.

use memchr::memmem;

use super::image::short;

/// Longest value, in units of UTF-16.
const MAX_LENGTH: usize = 512;

/// The value of a text of the version resource. Format: Microsoft's `String` structure.
pub(super) fn text(bytes: &[u8], key: &str) -> Option<String> {
    let mut pattern: Vec<u8> = key.encode_utf16().flat_map(u16::to_le_bytes).collect();
    pattern.extend([0, 0]);
    memmem::find_iter(bytes, &pattern).find_map(|at| {
        // Before the key: length, length of the value in units, and type.
        let length = short(bytes, at.checked_sub(4)?)?;
        let is_text = short(bytes, at.checked_sub(2)?)? == 1;
        let start = at.checked_sub(6)?;
        let behind = at.checked_add(pattern.len())?;
        // The value begins at a multiple of four bytes from the structure.
        let value = behind.checked_add((4 - (behind - start) % 4) % 4)?;
        if !is_text || length == 0 || length > MAX_LENGTH {
            return None;
        }
        let units: Option<Vec<u16>> = (0..length)
            .map(|n| u16::try_from(short(bytes, value.checked_add(2 * n)?)?).ok())
            .collect();
        let text = String::from_utf16(&units?).ok()?;
        let text = text.trim_end_matches('\0').trim();
        (!text.is_empty()).then(|| text.to_owned())
    })
}
