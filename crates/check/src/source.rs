//! A file that was read, and places in it.

use std::ops::Range;

/// Bytes of a line after which columns are counted in bytes.
const LONG_LINE: usize = 64 << 10;

/// A place in a file, for people: lines and columns from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Line.
    pub line: u32,
    /// Column.
    pub column: u32,
}

/// A text file that was read.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its path, as the report names it; `/` between its parts.
    pub path: String,
    /// Its text. What is not UTF-8 was replaced before.
    pub text: String,
    /// Whether the caller named this very file; then it is examined whatever its name is.
    pub named: bool,
    /// Byte offsets at which lines begin.
    starts: Vec<usize>,
}

impl Source {
    /// A file of `path` with `text`.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        let text: String = text.into();
        let mut starts = vec![0];
        starts.extend(
            text.bytes()
                .enumerate()
                .filter(|(_, b)| *b == b'\n')
                .map(|(at, _)| at + 1),
        );
        Self {
            path: path.into(),
            text,
            named: false,
            starts,
        }
    }

    /// The last part of the path.
    pub fn file_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// The part of the path before the last `/`; empty where there is none.
    pub fn directory(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(dir, _)| dir)
    }

    /// The place of a byte offset; offsets past the end are at the end.
    pub fn place(&self, offset: usize) -> Place {
        let offset = offset.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts.get(line.saturating_sub(1)).copied();
        let start = start.unwrap_or(0);
        // Nobody reads such a line, and counting it for every finding would take minutes.
        let column = match offset - start.min(offset) {
            far if far > LONG_LINE => far,
            _ => self.text.get(start..offset).unwrap_or("").chars().count(),
        };
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Place {
            line: clamp(line.max(1)),
            column: clamp(column + 1),
        }
    }

    /// The number of the line of a byte offset, from 1.
    pub fn line_of(&self, offset: usize) -> usize {
        self.starts
            .partition_point(|start| *start <= offset.min(self.text.len()))
            .max(1)
    }

    /// The bytes of a line (from 1), without its end; empty past the last line.
    pub fn line_range(&self, line: usize) -> Range<usize> {
        let Some(start) = line
            .checked_sub(1)
            .and_then(|i| self.starts.get(i).copied())
        else {
            return self.text.len()..self.text.len();
        };
        let end = self
            .starts
            .get(line)
            .map_or(self.text.len(), |next| next - 1);
        start..end.max(start)
    }

    /// The text of a line (from 1), without its end.
    pub fn line(&self, line: usize) -> &str {
        let text = self.text.get(self.line_range(line)).unwrap_or("");
        text.strip_suffix('\r').unwrap_or(text)
    }

    /// Number of lines.
    pub fn lines(&self) -> usize {
        self.starts.len()
    }
}
