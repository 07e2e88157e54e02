//! Numbers, texts and lists as bytes, and back.
//!
//! Numbers are LEB128 varints, texts and byte strings carry their length in front,
//! lists their count. The decoder trusts nothing: it never reads past its slice, never
//! reserves more than the slice could hold, and reports what it missed.

use std::collections::HashMap;

/// Bytes that are not what the format says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) &'static str);

/// Appends values to a byte vector.
#[derive(Debug, Default)]
pub(crate) struct Encoder {
    pub(crate) bytes: Vec<u8>,
}

impl Encoder {
    pub(crate) fn byte(&mut self, value: u8) {
        self.bytes.push(value);
    }

    pub(crate) fn number(&mut self, mut value: u64) {
        loop {
            let low = (value & 0x7f) as u8;
            value >>= 7;
            if value == 0 {
                self.bytes.push(low);
                return;
            }
            self.bytes.push(low | 0x80);
        }
    }

    /// A length or an index; `usize` is at most 64 bits wide on every target of Rust.
    pub(crate) fn count(&mut self, value: usize) {
        self.number(value as u64);
    }

    pub(crate) fn blob(&mut self, value: &[u8]) {
        self.count(value.len());
        self.bytes.extend_from_slice(value);
    }

    pub(crate) fn text(&mut self, value: &str) {
        self.blob(value.as_bytes());
    }

    pub(crate) fn optional(&mut self, value: Option<&str>) {
        match value {
            None => self.byte(0),
            Some(text) => {
                self.byte(1);
                self.text(text);
            }
        }
    }

    pub(crate) fn texts(&mut self, values: &[String]) {
        self.count(values.len());
        for value in values {
            self.text(value);
        }
    }

    /// Texts in their order, each without what it shares with the one before.
    pub(crate) fn prefixed_texts(&mut self, values: &[String]) {
        self.count(values.len());
        let mut before: &[u8] = b"";
        for value in values {
            let value = value.as_bytes();
            let shared = shared_prefix(before, value);
            self.count(shared);
            self.blob(&value[shared..]);
            before = value;
        }
    }

    /// A number between 0 and 1: nine decimals where they suffice, else all 64 bits.
    pub(crate) fn fraction(&mut self, value: f64) {
        let scaled = (value * FRACTION_SCALE).round();
        // NaN and everything outside fail the comparison and take the long form.
        if (0.0..=FRACTION_SCALE).contains(&scaled) && scaled / FRACTION_SCALE == value {
            self.number(((scaled as u64) << 1) | 1);
        } else {
            self.number(0);
            self.bytes.extend_from_slice(&value.to_bits().to_le_bytes());
        }
    }
}

const FRACTION_SCALE: f64 = 1e9;

/// How many bytes two byte strings have in common at their beginning.
pub(crate) fn shared_prefix(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(x, y)| x == y).count()
}

/// Reads values from the beginning of a slice.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decoder<'a> {
    rest: &'a [u8],
}

impl<'a> Decoder<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// What has not been read.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn take(&mut self, len: usize) -> Result<&'a [u8], Malformed> {
        let (head, rest) = self
            .rest
            .split_at_checked(len)
            .ok_or(Malformed("a value ends past its section"))?;
        self.rest = rest;
        Ok(head)
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Malformed> {
        match self.rest.split_first() {
            Some((&first, rest)) => {
                self.rest = rest;
                Ok(first)
            }
            None => Err(Malformed("a byte is missing")),
        }
    }

    pub(crate) fn number(&mut self) -> Result<u64, Malformed> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let low = u64::from(byte & 0x7f);
            if shift == 63 && low > 1 {
                break;
            }
            value |= low << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Malformed("a number is longer than 64 bits"))
    }

    pub(crate) fn count(&mut self) -> Result<usize, Malformed> {
        usize::try_from(self.number()?).map_err(|_| Malformed("a count is too large"))
    }

    pub(crate) fn index(&mut self) -> Result<u32, Malformed> {
        u32::try_from(self.number()?).map_err(|_| Malformed("an index is too large"))
    }

    pub(crate) fn blob(&mut self) -> Result<&'a [u8], Malformed> {
        let len = self.count()?;
        self.take(len)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, Malformed> {
        str::from_utf8(self.blob()?).map_err(|_| Malformed("a text is not UTF-8"))
    }

    pub(crate) fn string(&mut self) -> Result<String, Malformed> {
        self.text().map(str::to_owned)
    }

    pub(crate) fn optional(&mut self) -> Result<Option<String>, Malformed> {
        match self.byte()? {
            0 => Ok(None),
            1 => self.string().map(Some),
            _ => Err(Malformed("an optional value is neither absent nor present")),
        }
    }

    /// A list, each of whose items is at least one byte long.
    pub(crate) fn list<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<T, Malformed>,
    ) -> Result<Vec<T>, Malformed> {
        let count = self.count()?;
        if count > self.rest.len() {
            return Err(Malformed("a list is longer than its section"));
        }
        // A small reservation: the items may be far larger than the bytes they come from.
        let mut items = Vec::with_capacity(count.min(64));
        for _ in 0..count {
            items.push(item(self)?);
        }
        Ok(items)
    }

    pub(crate) fn texts(&mut self) -> Result<Vec<String>, Malformed> {
        self.list(Self::string)
    }

    pub(crate) fn prefixed_texts(&mut self) -> Result<Vec<String>, Malformed> {
        let mut before: Vec<u8> = Vec::new();
        let mut total = 0usize;
        self.list(|decoder| {
            let shared = decoder.count()?;
            if shared > before.len() {
                return Err(Malformed("a text shares more than there is"));
            }
            before.truncate(shared);
            before.extend_from_slice(decoder.blob()?);
            total += before.len();
            if before.len() > MAX_TEXT_BYTES || total > MAX_LIST_BYTES {
                return Err(Malformed("a list of texts is too long"));
            }
            str::from_utf8(&before)
                .map(str::to_owned)
                .map_err(|_| Malformed("a text is not UTF-8"))
        })
    }

    pub(crate) fn fraction(&mut self) -> Result<f64, Malformed> {
        let number = self.number()?;
        if number & 1 == 1 {
            return Ok((number >> 1) as f64 / FRACTION_SCALE);
        }
        let bits = self.take(8)?.try_into().unwrap_or_default();
        Ok(f64::from_bits(u64::from_le_bytes(bits)))
    }
}

/// Longest text that a shared prefix may build up, so that a few bytes cannot ask for
/// gigabytes by repeating a long one.
pub(crate) const MAX_TEXT_BYTES: usize = 4096;

/// All texts of such a list together.
pub(crate) const MAX_LIST_BYTES: usize = 16 << 20;

/// A little-endian `u32` at `index` of an array of them.
pub(crate) fn u32_at(bytes: &[u8], index: usize) -> Result<u32, Malformed> {
    let start = index
        .checked_mul(4)
        .ok_or(Malformed("an index overflows"))?;
    bytes
        .get(start..)
        .and_then(|tail| tail.first_chunk::<4>())
        .map(|chunk| u32::from_le_bytes(*chunk))
        .ok_or(Malformed("an index is out of range"))
}

/// Gives texts that recur everywhere (feeds, schemes, channels, statuses) small numbers.
#[derive(Debug, Default, Clone)]
pub(crate) struct Interner {
    numbers: HashMap<Box<str>, u32>,
    texts: Vec<Box<str>>,
}

impl Interner {
    /// The number of `text`; the order of first use decides, so it is deterministic.
    pub(crate) fn number(&mut self, text: &str) -> u64 {
        if let Some(&known) = self.numbers.get(text) {
            return u64::from(known);
        }
        let number = self.texts.len() as u32;
        self.numbers.insert(text.into(), number);
        self.texts.push(text.into());
        u64::from(number)
    }

    /// The section that [`Strings`] reads: count, offsets, bytes.
    pub(crate) fn section(&self) -> Vec<u8> {
        let mut out = (self.texts.len() as u32).to_le_bytes().to_vec();
        let mut end = 0u32;
        out.extend_from_slice(&end.to_le_bytes());
        for text in &self.texts {
            end += text.len() as u32;
            out.extend_from_slice(&end.to_le_bytes());
        }
        for text in &self.texts {
            out.extend_from_slice(text.as_bytes());
        }
        out
    }
}

/// Looks interned texts up by their number.
pub(crate) trait Texts {
    /// The text with that number.
    fn text(&self, number: u64) -> Result<&str, Malformed>;
}

impl Texts for Interner {
    fn text(&self, number: u64) -> Result<&str, Malformed> {
        usize::try_from(number)
            .ok()
            .and_then(|index| self.texts.get(index))
            .map(|text| &**text)
            .ok_or(Malformed("an interned text does not exist"))
    }
}

/// The interned texts of a database file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Strings<'a> {
    section: &'a [u8],
}

impl<'a> Strings<'a> {
    pub(crate) fn new(section: &'a [u8]) -> Self {
        Self { section }
    }
}

impl Texts for Strings<'_> {
    fn text(&self, number: u64) -> Result<&str, Malformed> {
        let missing = Malformed("an interned text does not exist");
        let count = u32_at(self.section, 0)?;
        let number = u32::try_from(number).map_err(|_| missing)?;
        if number >= count {
            return Err(missing);
        }
        let start = u32_at(self.section, number as usize + 1)? as usize;
        let end = u32_at(self.section, number as usize + 2)? as usize;
        let bytes = self.section.get((count as usize + 2) * 4..);
        bytes
            .and_then(|bytes| bytes.get(start..end))
            .and_then(|text| str::from_utf8(text).ok())
            .ok_or(missing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_at_every_width() {
        for value in [
            0,
            1,
            127,
            128,
            300,
            u64::from(u32::MAX),
            u64::MAX - 1,
            u64::MAX,
        ] {
            let mut encoder = Encoder::default();
            encoder.number(value);
            assert_eq!(Decoder::new(&encoder.bytes).number(), Ok(value));
        }
        assert!(Decoder::new(&[0xff; 11]).number().is_err());
        assert!(Decoder::new(&[0x80]).number().is_err());
    }

    #[test]
    fn fractions_come_back_to_the_last_bit() {
        for value in [
            0.0,
            1.0,
            0.00043,
            0.97565,
            0.999_999_999,
            1.0 / 3.0,
            7.5,
            -1.0,
        ] {
            let mut encoder = Encoder::default();
            encoder.fraction(value);
            assert_eq!(Decoder::new(&encoder.bytes).fraction(), Ok(value));
        }
        let mut encoder = Encoder::default();
        encoder.fraction(f64::NAN);
        assert!(
            Decoder::new(&encoder.bytes)
                .fraction()
                .is_ok_and(f64::is_nan)
        );
    }

    #[test]
    fn prefixed_texts_keep_their_order() {
        let texts = ["1.0", "1.0.1", "", "0.9", "1.0.1", "ü", "ûx"].map(String::from);
        let mut encoder = Encoder::default();
        encoder.prefixed_texts(&texts);
        let mut decoder = Decoder::new(&encoder.bytes);
        assert_eq!(decoder.prefixed_texts().as_deref(), Ok(&texts[..]));
        assert!(decoder.is_empty());
    }

    #[test]
    fn a_count_larger_than_the_bytes_is_refused() {
        assert!(Decoder::new(&[0xff, 0xff, 0x03, 1]).texts().is_err());
    }

    #[test]
    fn interned_texts_are_found_in_the_section() {
        let mut interner = Interner::default();
        for text in ["npm", "", "debian"] {
            interner.number(text);
        }
        assert_eq!(interner.number("npm"), 0);
        let section = interner.section();
        let strings = Strings::new(&section);
        assert_eq!(strings.text(2), Ok("debian"));
        assert_eq!(strings.text(1), Ok(""));
        assert!(strings.text(3).is_err());
    }
}
