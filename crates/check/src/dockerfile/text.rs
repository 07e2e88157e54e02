//! Text that was put together from pieces of a file, with the way back to the file.

use std::ops::Range;

/// Text of an instruction after its continued lines were joined. Every byte knows where
/// in the file it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text {
    text: String,
    /// Where a piece begins: (offset here, offset in the file), ascending.
    pieces: Vec<(usize, usize)>,
    /// Where the last piece ends in the file.
    end: usize,
}

impl Text {
    /// The text of one unbroken piece that begins at `at` in the file.
    pub fn of(text: &str, at: usize) -> Self {
        let mut whole = Self::default();
        whole.push(text, at);
        whole
    }

    /// Adds a piece that begins at `at` in the file.
    pub fn push(&mut self, text: &str, at: usize) {
        self.pieces.push((self.text.len(), at));
        self.text.push_str(text);
        self.end = at + text.len();
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Where the byte at `at` stands in the file; past the end, where the text ends.
    pub fn offset(&self, at: usize) -> usize {
        if at >= self.text.len() {
            return self.end;
        }
        let piece = self.pieces.partition_point(|(here, _)| *here <= at);
        let piece = piece.checked_sub(1).and_then(|i| self.pieces.get(i));
        piece.map_or(self.end, |(here, there)| there + (at - here))
    }

    /// The bytes of the file that `range` covers, from its first to its last.
    pub fn span(&self, range: Range<usize>) -> Range<usize> {
        let start = self.offset(range.start);
        let end = match range.end > range.start {
            true => self.offset(range.end - 1) + 1,
            false => start,
        };
        start..end.max(start)
    }

    /// A part of the text.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        let end = range.end.min(self.text.len());
        let start = range.start.min(end);
        let mut part = Self::default();
        let first = self.pieces.partition_point(|(here, _)| *here <= start);
        for (index, (here, there)) in self.pieces.iter().enumerate().skip(first.saturating_sub(1)) {
            let next = self.pieces.get(index + 1).map_or(self.text.len(), |p| p.0);
            let (from, to) = ((*here).max(start), next.min(end));
            if from < to {
                let text = self.text.get(from..to).unwrap_or("");
                part.push(text, there + (from - here));
            }
            if *here >= end {
                break;
            }
        }
        if part.text.is_empty() {
            part.end = self.offset(start);
        }
        part
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_knows_its_place() {
        let mut text = Text::of("RUN a ", 10);
        text.push("  b", 20);
        assert_eq!(text.as_str(), "RUN a   b");
        assert_eq!(text.span(4..9), 14..23);
        let part = text.slice(4..9);
        assert_eq!((part.as_str(), part.span(0..5)), ("a   b", 14..23));
        assert_eq!(text.slice(9..9).span(0..0), 23..23);
        assert_eq!(text.slice(8..40).span(0..1), 22..23);
    }
}
