//! Imports of TypeScript and JavaScript sources.
//!
//! The source is not parsed: texts in quotes behind `from`, `import` and `import(` count,
//! comments do not.

use crate::document::{self, add, unique};
use crate::recognise::{beginning, first};
use crate::{Found, Input, ReadError};

use super::specifier;

/// A text that imports from a registry or a host, in a file that is no JSON.
pub(super) fn recognises(input: Input<'_>) -> bool {
    const SIGNS: [&str; 6] = [
        "\"npm:",
        "'npm:",
        "\"jsr:",
        "'jsr:",
        "\"https://deno.land/",
        "'https://deno.land/",
    ];
    let text = beginning(input);
    first(input) != Some(b'{')
        && text.contains("import")
        && SIGNS.iter().any(|sign| text.contains(sign))
}

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let text = document::text(input.bytes)?;
    let mut found = Found::default();
    // The last word before a literal, and whether it still stands right before it.
    let (mut word, mut rest) = ("", text);
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = rest.split_once('\n').map_or("", |(_, after)| after);
        } else if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/").map_or("", |(_, after)| after);
        } else if matches!(c, '"' | '\'' | '`') {
            let body = rest.get(1..).unwrap_or_default();
            let (literal, after) = body.split_once(c).unwrap_or((body, ""));
            if matches!(word, "from" | "import")
                && let Some(package) = specifier::package(literal)
            {
                add(&mut found, package);
            }
            (word, rest) = ("", after);
        } else if c.is_alphanumeric() || c == '_' || c == '$' {
            let end = rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
                .unwrap_or(rest.len());
            (word, rest) = rest.split_at(end);
        } else {
            if !c.is_whitespace() && c != '(' {
                word = "";
            }
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
    }
    Ok(unique(found))
}
