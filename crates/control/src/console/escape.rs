//! Text of strangers on a page.
//!
//! Askama puts every value of a template through [`Page`]. What is markup comes as
//! `Safe<String>` from `parts`, which escapes what it is made of with [`text`].

use std::fmt::{self, Write};

use askama::filters::Escaper;

/// Escapes for text and for quoted attributes, and makes visible what would turn or hide
/// text ("Trojan Source"): controls, bidirectional and invisible characters.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Page;

impl Escaper for Page {
    fn write_escaped_str<W: Write>(&self, mut out: W, text: &str) -> fmt::Result {
        let mut rest = 0;
        for (at, c) in text.char_indices() {
            let known = match c {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                '\'' => "&#39;",
                c if is_odd(c) => "",
                _ => continue,
            };
            out.write_str(&text[rest..at])?;
            match known {
                "" => write!(out, "{}", c.escape_unicode())?,
                known => out.write_str(known)?,
            }
            rest = at + c.len_utf8();
        }
        out.write_str(&text[rest..])
    }
}

/// Lines and tabs stay: documents are shown as they are.
fn is_odd(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// A text, escaped.
pub(crate) fn text(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len() + 8);
    // Writing to a string cannot fail.
    let _ = Page.write_escaped_str(&mut out, raw);
    out
}
