//! What a file is when its name does not say so.
//!
//! A scan of a tree goes by names: a package manager looks for its files by name, too,
//! and guessing over every file would invent packages. A single file that a person points
//! at (`Pipfile_normal.lock`, a lock file fetched from a ticket) deserves more: the words
//! of its path and the shape of its content tell what it is.

use crate::document::file_name;
use crate::{EvidenceKind, Input, Reader, readers, readers_for};

/// How much of a file is looked at, in bytes.
const WINDOW: usize = 64 << 10;

/// The readers for a file that a person named, the likeliest first.
///
/// Those that want its name; where there are none, those that recognise it. Installed
/// metadata comes before lock files, as the order of [`crate::readers`] is kept within both.
pub fn recognise(input: Input<'_>) -> Vec<&'static Reader> {
    let named: Vec<_> = readers_for(input.path, true).collect();
    if !named.is_empty() {
        return named;
    }
    let mut found: Vec<_> = readers().filter(|r| (r.recognises)(input)).collect();
    found.sort_by_key(|r| r.evidence == EvidenceKind::Locked);
    found
}

/// For formats that nothing but their name tells.
pub(crate) const fn never(_: Input<'_>) -> bool {
    false
}

/// The beginning of the content as text, up to the first byte that is none.
pub(crate) fn beginning<'a>(input: Input<'a>) -> &'a str {
    let window = input.bytes.get(..WINDOW).unwrap_or(input.bytes);
    match std::str::from_utf8(window) {
        Ok(text) => text,
        Err(error) => window
            .get(..error.valid_up_to())
            .and_then(|valid| std::str::from_utf8(valid).ok())
            .unwrap_or_default(),
    }
}

/// Whether `word` stands in the path as a word of its own, in any case.
///
/// Words end where letters and digits do: `pnpm-lock_many.yaml` has `pnpm`, `lock`,
/// `many` and `yaml`.
pub(crate) fn mentions(input: Input<'_>, word: &str) -> bool {
    input
        .path
        .split(|c: char| !c.is_ascii_alphanumeric())
        .any(|w| w.eq_ignore_ascii_case(word))
}

/// Whether the file name ends with `suffix`, in any case.
pub(crate) fn ends(input: Input<'_>, suffix: &str) -> bool {
    let name = file_name(input.path).as_bytes();
    name.len() >= suffix.len()
        && name
            .get(name.len() - suffix.len()..)
            .is_some_and(|end| end.eq_ignore_ascii_case(suffix.as_bytes()))
}

/// Whether a part of the path, letters and digits alone, begins with `letters`, which is
/// given in lower case: `pnpm-lock_many.yaml` and `pnpmlock/` do with `pnpmlock`.
pub(crate) fn called(input: Input<'_>, letters: &str) -> bool {
    input.path.split('/').any(|part| {
        let mut said = part
            .bytes()
            .filter(u8::is_ascii_alphanumeric)
            .map(|b| b.to_ascii_lowercase());
        letters.bytes().all(|b| said.next() == Some(b))
    })
}

/// Whether there is nothing in the file but space: then only its path can tell.
pub(crate) fn is_blank(input: Input<'_>) -> bool {
    input.bytes.iter().all(u8::is_ascii_whitespace)
}

/// The first byte that is not space: `{` and `[` begin JSON.
pub(crate) fn first(input: Input<'_>) -> Option<u8> {
    let bytes = input
        .bytes
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(input.bytes);
    bytes.iter().copied().find(|b| !b.is_ascii_whitespace())
}
