//! The status database: paragraphs of fields, one paragraph for each package.
//!
//! One pass over the bytes, so a file of any size and content costs time in proportion.
//! The third word of `Status` decides, as it does for `dpkg-query`: a package of which
//! only the configuration is left is not installed, one that is merely marked for removal
//! still is.

use lazaret_model::{GapKind, Package, Source};
use memchr::memchr;

use super::vendor;
use crate::{Found, Input, ReadError};

/// Longest value of a field that is kept, in bytes.
const MAX_VALUE: usize = 1024;

/// Most lines that are looked at to tell the format.
const MAX_LINES: usize = 2_000;

/// Most broken paragraphs that are named one by one.
const MAX_GAPS: usize = 20;

pub(super) fn wants(path: &str) -> bool {
    path == "var/lib/dpkg/status"
        || path
            .strip_prefix("var/lib/dpkg/status.d/")
            .is_some_and(|name| !name.contains('/') && !name.ends_with(".md5sums"))
}

#[derive(Default)]
struct Paragraph<'a> {
    name: &'a [u8],
    version: &'a [u8],
    architecture: &'a [u8],
    source: &'a [u8],
    status: &'a [u8],
    maintainer: &'a [u8],
    filled: bool,
}

/// Whether the text is paragraphs of packages, whatever the file is called.
pub(crate) fn is_database(text: &str) -> bool {
    let has = |field: &str| {
        text.lines().take(MAX_LINES).any(|line| {
            line.get(..field.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(field))
        })
    };
    has("Package:") && has("Version:") && (has("Status:") || has("Architecture:"))
}

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    packages(input, "deb")
}

/// The installed packages of a database in dpkg's format, as packages of `kind`.
pub(crate) fn packages(input: Input<'_>, kind: &str) -> Result<Found, ReadError> {
    let mut found = Found::default();
    let mut broken = 0_usize;
    let mut paragraph = Paragraph::default();
    let mut rest = input.bytes;
    while !rest.is_empty() {
        let end = memchr(b'\n', rest).unwrap_or(rest.len());
        let line = rest[..end].trim_ascii_end();
        rest = rest.get(end + 1..).unwrap_or_default();
        if line.is_empty() {
            broken += usize::from(!close(std::mem::take(&mut paragraph), kind, &mut found));
        } else {
            paragraph.take(line);
        }
    }
    broken += usize::from(!close(paragraph, kind, &mut found));
    if found.packages.is_empty() && broken > 0 {
        return Err(ReadError::new(
            "no paragraph that names a package and its version",
        ));
    }
    if broken > 0 {
        let detail = format!("{broken} paragraphs that name no package or no version");
        found.gaps.push((GapKind::Unreadable, detail));
    }
    found.gaps.truncate(MAX_GAPS);
    Ok(found)
}

impl<'a> Paragraph<'a> {
    fn take(&mut self, line: &'a [u8]) {
        // A line that begins with a space continues a value that is of no interest here.
        if matches!(line.first(), Some(b' ' | b'\t')) {
            return;
        }
        self.filled = true;
        let Some(colon) = memchr(b':', &line[..line.len().min(64)]) else {
            return;
        };
        let value = line[colon + 1..].trim_ascii();
        if value.len() > MAX_VALUE {
            return;
        }
        let name = &line[..colon];
        let fields: [(&str, &mut &'a [u8]); 6] = [
            ("Package", &mut self.name),
            ("Version", &mut self.version),
            ("Architecture", &mut self.architecture),
            ("Source", &mut self.source),
            ("Status", &mut self.status),
            ("Maintainer", &mut self.maintainer),
        ];
        for (field, slot) in fields {
            if name.eq_ignore_ascii_case(field.as_bytes()) {
                *slot = value;
            }
        }
    }

    fn installed(&self) -> bool {
        let state = self
            .status
            .rsplit(|b| *b == b' ')
            .next()
            .unwrap_or_default();
        !matches!(state, b"not-installed" | b"config-files")
    }
}

/// Takes the package of a finished paragraph; false when it is none.
fn close(paragraph: Paragraph<'_>, kind: &str, found: &mut Found) -> bool {
    if !paragraph.filled || !paragraph.installed() {
        return true;
    }
    let (Some(name), Some(version)) = (word(paragraph.name), word(paragraph.version)) else {
        return false;
    };
    let mut package = Package::new(kind, name, version);
    package.source = Some(source(paragraph.source, name, version));
    package.architecture = word(paragraph.architecture).map(str::to_owned);
    let maintainer = String::from_utf8_lossy(paragraph.maintainer);
    package.third_party = vendor::is_third_party(&maintainer, version);
    package.vendor = Some(maintainer.into_owned()).filter(|m| !m.is_empty());
    found.packages.push(package);
    true
}

/// A name or version: one word of printable ASCII.
fn word(bytes: &[u8]) -> Option<&str> {
    let graphic = !bytes.is_empty() && bytes.iter().all(u8::is_ascii_graphic);
    if graphic {
        std::str::from_utf8(bytes).ok()
    } else {
        None
    }
}

/// `name (version)`; what is not said is as for the package itself.
fn source(field: &[u8], name: &str, version: &str) -> Source {
    let text = std::str::from_utf8(field).unwrap_or_default().trim();
    let (told, rest) = text.split_once('(').unwrap_or((text, ""));
    let or = |text: &str, other: &str| match word(text.trim().as_bytes()) {
        Some(word) => word.to_owned(),
        None => other.to_owned(),
    };
    Source {
        name: or(told, name),
        version: or(rest.trim_end_matches(')'), version),
    }
}
