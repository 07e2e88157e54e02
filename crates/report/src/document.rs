//! What JSON documents share: an escaping serialiser, stable identifiers, a date.

use std::io::{self, Write};

use lazaret_model::Report;
use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};
use sha2::{Digest as _, Sha256};

use crate::{Options, text};

/// Pretty JSON in which control, invisible and bidirectional characters and `<` are
/// written as `\uXXXX`: the same values, but safe to print and to paste into a page.
struct Careful<'a>(PrettyFormatter<'a>);

impl Formatter for Careful<'_> {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        w: &mut W,
        part: &str,
    ) -> io::Result<()> {
        if part.bytes().all(|b| matches!(b, b' '..=b'~') && b != b'<') {
            return w.write_all(part.as_bytes());
        }
        let mut clean_from = 0;
        for (at, c) in part.char_indices() {
            if c != '<' && !text::is_unsafe(c) {
                continue;
            }
            w.write_all(part.get(clean_from..at).unwrap_or_default().as_bytes())?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(w, "\\u{unit:04x}")?;
            }
            clean_from = at + c.len_utf8();
        }
        w.write_all(part.get(clean_from..).unwrap_or_default().as_bytes())
    }
    fn begin_array<W: ?Sized + Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.begin_array(w)
    }
    fn end_array<W: ?Sized + Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.end_array(w)
    }
    fn begin_array_value<W: ?Sized + Write>(&mut self, w: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(w, first)
    }
    fn end_array_value<W: ?Sized + Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.end_array_value(w)
    }
    fn begin_object<W: ?Sized + Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.begin_object(w)
    }
    fn end_object<W: ?Sized + Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.end_object(w)
    }
    fn begin_object_key<W: ?Sized + Write>(&mut self, w: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(w, first)
    }
    fn begin_object_value<W: ?Sized + Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.begin_object_value(w)
    }
    fn end_object_value<W: ?Sized + Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.end_object_value(w)
    }
}

/// Writes `value` as pretty, careful JSON with a final line break.
pub(crate) fn write_json(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(64 * 1024, out);
    let mut serializer = Serializer::with_formatter(&mut out, Careful(PrettyFormatter::new()));
    value.serialize(&mut serializer)?;
    out.write_all(b"\n")?;
    out.flush()
}

/// A version-8 UUID (RFC 9562, section 5.8) made of the SHA-256 of `content`.
pub(crate) fn uuid_of(content: &impl Serialize) -> io::Result<String> {
    let bytes = serde_json::to_vec(content)?;
    let hash = Sha256::digest(&bytes);
    let mut id = [0u8; 16];
    for (to, from) in id.iter_mut().zip(hash.iter()) {
        *to = *from;
    }
    id[6] = (id[6] & 0x0f) | 0x80;
    id[8] = (id[8] & 0x3f) | 0x80;
    let hex = id.iter().map(|b| format!("{b:02x}")).collect::<String>();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default().to_owned();
    Ok([
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32),
    ]
    .join("-"))
}

/// The time that a document is dated with, where its format does not need one.
pub(crate) fn time_given(options: &Options) -> Option<String> {
    options.timestamp.as_deref().and_then(to_second)
}

/// The time that a document is dated with, where its format demands one.
pub(crate) fn time_needed(options: &Options, report: Option<&Report>) -> String {
    time_given(options)
        .or_else(|| {
            let database = report.and_then(|r| r.database.as_ref());
            database.and_then(|d| to_second(&d.built_at))
        })
        .unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned())
}

/// An RFC 3339 time in whole seconds of UTC; none where `text` is no time.
fn to_second(text: &str) -> Option<String> {
    let time: jiff::Timestamp = text.parse().ok()?;
    Some(time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}
