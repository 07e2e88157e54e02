//! Where keywords stand in bytes: the pass over everything, which has to be cheap.
//!
//! Four bytes at each place, folded to one case, are hashed into a table of bits that fits
//! the innermost cache; only where the bit is set are keywords compared. Places do not
//! depend on each other, so the processor works on several at once. An Aho-Corasick
//! automaton over the same keywords needs a table of states far larger than that cache, and
//! each of its steps waits for the one before.

/// Bits of the hash: 16 KiB of table.
const BITS: u32 = 17;

/// Words of the table.
const WORDS: usize = 1 << (BITS - 6);

/// Lists that keywords are kept in, by the same hash; a power of two.
const HEADS: usize = 1 << 10;

/// The shortest keyword, in bytes.
pub(crate) const SHORTEST: usize = 3;

/// Finds a set of keywords, in any case of letters.
pub(crate) struct Keywords {
    table: Box<[u64; WORDS]>,
    /// Keywords by the hash of their first four bytes, folded, with these bytes.
    heads: Vec<Vec<(u32, u32)>>,
    words: Vec<String>,
}

/// Letters of both cases fold to one; so do some other pairs, which comparing tells apart.
const FOLD: u32 = 0x2020_2020;

#[inline(always)]
fn slot(folded: u32) -> (usize, u32) {
    let hash = folded.wrapping_mul(0x9e37_79b1) >> (32 - BITS);
    // The mask takes nothing away; it tells the compiler that no place is out of bounds.
    ((hash >> 6) as usize & (WORDS - 1), hash & 63)
}

impl Keywords {
    /// Keywords of at least [`SHORTEST`] bytes; others are never found.
    pub(crate) fn new(words: Vec<String>) -> Self {
        let mut table = Box::new([0u64; WORDS]);
        let mut heads: Vec<Vec<(u32, u32)>> = vec![Vec::new(); HEADS];
        for (index, word) in (0u32..).zip(&words) {
            let bytes = word.as_bytes();
            let Some(&[a, b, c]) = bytes.get(..SHORTEST) else {
                continue;
            };
            let fourths = bytes.get(3).map_or(0..=u8::MAX, |d| *d..=*d);
            for fourth in fourths {
                if bytes.len() == SHORTEST && !continues(fourth) {
                    continue;
                }
                let folded = u32::from_le_bytes([a, b, c, fourth]) | FOLD;
                let (at, bit) = slot(folded);
                table[at] |= 1 << bit;
                let head = &mut heads[at % HEADS];
                if !head.contains(&(folded, index)) {
                    head.push((folded, index));
                }
            }
        }
        Self {
            table,
            heads,
            words,
        }
    }

    /// Calls `found` with the place and number of every keyword that begins at `from` or
    /// later in `bytes`, and up to `to`.
    ///
    /// The last three places are passed by: no credential fits there.
    pub(crate) fn each(
        &self,
        bytes: &[u8],
        from: usize,
        to: usize,
        mut found: impl FnMut(usize, usize),
    ) {
        let end = bytes.len().min(to.saturating_add(3));
        let bytes_to_end = bytes.get(..end).unwrap_or_default();
        let mut at = from;
        while let Some((place, folded)) = self.next(bytes_to_end, at) {
            self.compare(bytes, place, folded, &mut found);
            at = place + 1;
        }
    }

    /// The first place from `at` on whose four bytes may begin a keyword, with these bytes,
    /// folded.
    ///
    /// On its own, so that nothing but the table and the place is in the registers; eight
    /// bytes at once have five places, and mostly none of them is one.
    #[inline(never)]
    fn next(&self, bytes: &[u8], mut at: usize) -> Option<(usize, u32)> {
        let may_begin = |folded: u32| {
            let (word, bit) = slot(folded);
            self.table[word] >> bit & 1
        };
        while let Some(eight) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
            let folded = u64::from_le_bytes(*eight) | (u64::from(FOLD) << 32 | u64::from(FOLD));
            let place = |n: u32| (folded >> (8 * n)) as u32;
            let marks = may_begin(place(0))
                | may_begin(place(1)) << 1
                | may_begin(place(2)) << 2
                | may_begin(place(3)) << 3
                | may_begin(place(4)) << 4;
            if marks != 0 {
                let first = marks.trailing_zeros();
                return Some((at + first as usize, place(first)));
            }
            at += 5;
        }
        let rest = bytes.get(at..).unwrap_or_default();
        rest.windows(4).enumerate().find_map(|(after, window)| {
            let folded = u32::from_le_bytes(window.try_into().ok()?) | FOLD;
            (may_begin(folded) == 1).then_some((at + after, folded))
        })
    }

    fn compare(&self, bytes: &[u8], at: usize, folded: u32, found: &mut impl FnMut(usize, usize)) {
        let heads = self.heads[slot(folded).0 % HEADS].iter();
        for (_, index) in heads.filter(|(head, _)| *head == folded) {
            let word = self.words[*index as usize].as_bytes();
            let here = bytes.get(at..at + word.len());
            if here.is_some_and(|here| here.eq_ignore_ascii_case(word)) {
                found(at, *index as usize);
            }
        }
    }
}

/// Whether a byte may follow a keyword of three bytes: those are beginnings of tokens.
fn continues(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+' | b'/' | b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_place_is_passed_by() {
        let keywords = Keywords::new(vec!["ghp_".to_owned(), "key".to_owned()]);
        for before in 0..40 {
            for after in 1..12 {
                let text = format!("{}KEY_ghp_x{}", ".".repeat(before), "-".repeat(after));
                for from in 0..=before {
                    let mut found = Vec::new();
                    keywords.each(text.as_bytes(), from, text.len(), |at, _| found.push(at));
                    assert_eq!(found, [before, before + 4], "{text} from {from}");
                }
            }
        }
    }

    #[test]
    fn every_keyword_is_found_wherever_it_stands() {
        let words = ["abc", "abcd", "bcde", "ghp_", "xyz"];
        let keywords = Keywords::new(words.map(str::to_owned).to_vec());
        let mut found = Vec::new();
        keywords.each(b"ABCDE xyghp_ xyz1", 0, 100, |at, word| {
            found.push((at, words[word]));
        });
        found.sort_unstable();
        let expected = [
            (0, "abc"),
            (0, "abcd"),
            (1, "bcde"),
            (8, "ghp_"),
            (13, "xyz"),
        ];
        assert_eq!(found, expected);
    }
}
