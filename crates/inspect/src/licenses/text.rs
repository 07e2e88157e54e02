//! Licences recognised by their text: phrases that one licence has and no other.
//!
//! A text is folded to lower-case words with single spaces first, so that line breaks,
//! comment marks and quotes do not matter.

use lazaret_model::Confidence;

/// Most bytes of a text that are looked at.
pub const MAX_BYTES: u64 = 256 << 10;

/// A licence and the phrases that must all be there, and those that must not.
struct Signature {
    id: &'static str,
    all: &'static [&'static str],
    none: &'static [&'static str],
}

const fn text(id: &'static str, all: &'static [&'static str]) -> Signature {
    Signature { id, all, none: &[] }
}

const fn without(
    id: &'static str,
    all: &'static [&'static str],
    none: &'static [&'static str],
) -> Signature {
    Signature { id, all, none }
}

const SIGNATURES: &[Signature] = &[
    without(
        "MIT",
        &[
            "permission is hereby granted free of charge",
            "without restriction including without limitation",
            "shall be included in all copies",
        ],
        &["except as contained in this notice"],
    ),
    without(
        "MIT-0",
        &[
            "permission is hereby granted free of charge",
            "without restriction including without limitation",
        ],
        &["shall be included in all copies"],
    ),
    text(
        "X11",
        &[
            "permission is hereby granted free of charge",
            "except as contained in this notice",
        ],
    ),
    text(
        "ISC",
        &[
            "permission to use copy modify and or distribute this software for any purpose with or without fee is hereby granted provided that the above copyright notice",
        ],
    ),
    text(
        "0BSD",
        &[
            "permission to use copy modify and or distribute this software for any purpose with or without fee is hereby granted the software is provided",
        ],
    ),
    without(
        "BSD-2-Clause",
        &[
            "redistributions of source code must retain the above",
            "redistributions in binary form must reproduce",
        ],
        &[
            "neither the name",
            "may not be used to endorse",
            "advertising materials",
        ],
    ),
    without(
        "BSD-3-Clause",
        &[
            "redistributions of source code must retain the above",
            "redistributions in binary form must reproduce",
            "endorse or promote products",
        ],
        &["all advertising materials mentioning"],
    ),
    text(
        "BSD-4-Clause",
        &[
            "redistributions of source code must retain the above",
            "all advertising materials mentioning",
        ],
    ),
    text(
        "Apache-2.0",
        &[
            "apache license version 2 0",
            "terms and conditions for use reproduction and distribution",
        ],
    ),
    text(
        "GPL-2.0-only",
        &[
            "gnu general public license version 2 june 1991",
            "terms and conditions for copying distribution and modification",
        ],
    ),
    text(
        "GPL-3.0-only",
        &[
            "gnu general public license version 3 29 june 2007",
            "protecting users legal rights from anti circumvention law",
        ],
    ),
    text(
        "LGPL-2.0-only",
        &["gnu library general public license version 2 june 1991"],
    ),
    text(
        "LGPL-2.1-only",
        &["gnu lesser general public license version 2 1 february 1999"],
    ),
    text(
        "LGPL-3.0-only",
        &["gnu lesser general public license version 3 29 june 2007"],
    ),
    text(
        "AGPL-3.0-only",
        &["gnu affero general public license version 3 19 november 2007"],
    ),
    text(
        "MPL-2.0",
        &["mozilla public license version 2 0", "covered software"],
    ),
    text(
        "MPL-1.1",
        &["mozilla public license version 1 1", "initial developer"],
    ),
    text("EPL-1.0", &["eclipse public license v 1 0", "contribution"]),
    text(
        "EPL-2.0",
        &["eclipse public license v 2 0", "secondary license"],
    ),
    text(
        "CDDL-1.0",
        &["common development and distribution license cddl version 1 0"],
    ),
    text(
        "Unlicense",
        &["this is free and unencumbered software released into the public domain"],
    ),
    text("CC0-1.0", &["cc0 1 0 universal", "affirmer"]),
    text("BSL-1.0", &["boost software license version 1 0"]),
    text(
        "Zlib",
        &[
            "this software is provided as is without any express or implied warranty",
            "altered source versions must be plainly marked",
        ],
    ),
    text("PSF-2.0", &["python software foundation license version 2"]),
    text(
        "Artistic-2.0",
        &["artistic license 2 0", "standard version"],
    ),
    text("OFL-1.1", &["sil open font license version 1 1"]),
    text(
        "PostgreSQL",
        &[
            "permission to use copy modify and distribute this software and its documentation for any purpose without fee and without a written agreement is hereby granted",
        ],
    ),
    text("WTFPL", &["do what the fuck you want to public license"]),
    text("SSPL-1.0", &["server side public license version 1"]),
    text("BUSL-1.1", &["business source license 1 1", "change date"]),
    text(
        "Elastic-2.0",
        &["elastic license 2 0", "hosted or managed service"],
    ),
    text("EUPL-1.2", &["european union public licence v 1 2"]),
    text(
        "OpenSSL",
        &[
            "openssl toolkit",
            "redistributions of source code must retain",
        ],
    ),
];

/// Whether the file at `path` is by its name the text of a licence.
pub fn wants(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let lower = name.to_ascii_lowercase();
    let stem = lower.split(['.', '-', '_']).next().unwrap_or_default();
    let is_named = matches!(
        stem,
        "license" | "licence" | "licenses" | "copying" | "unlicense" | "eula"
    );
    let is_text = !lower.contains('.')
        || [
            ".txt", ".md", ".rst", ".html", ".mit", ".apache2", ".bsd", ".gpl", ".lesser",
        ]
        .iter()
        .any(|end| lower.ends_with(end));
    is_named && is_text || is_copyright(path)
}

/// Whether it is the file in which Debian's packages tell their licences.
pub fn is_copyright(path: &str) -> bool {
    path.starts_with("usr/share/doc/") && path.ends_with("/copyright")
}

/// The licences whose texts are in `bytes`, in the order of the table, with how sure that
/// is: the whole of a text, or one among others.
pub fn recognise(bytes: &[u8]) -> Vec<(&'static str, Confidence)> {
    let folded = fold(bytes);
    let has = |phrase: &&str| memchr::memmem::find(&folded, phrase.as_bytes()).is_some();
    let found: Vec<&str> = SIGNATURES
        .iter()
        .filter(|s| s.all.iter().all(has) && !s.none.iter().any(has))
        .map(|s| s.id)
        .collect();
    let confidence = match found.len() {
        1 => Confidence::High,
        _ => Confidence::Medium,
    };
    found.into_iter().map(|id| (id, confidence)).collect()
}

/// The short names in the `License:` fields of a machine-readable copyright file (Debian
/// policy, "Machine-readable debian/copyright file" 1.0), each once.
pub fn copyright_names(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut names: Vec<String> = Vec::new();
    for line in text.lines() {
        let Some(name) = line.strip_prefix("License:") else {
            continue;
        };
        let name = name.trim();
        if name.len() <= 200 && is_named(name) && !names.iter().any(|n| n == name) {
            names.push(name.to_owned());
        }
    }
    names.truncate(50);
    names
}

/// Whether a `License:` field names licences: single words joined by `and` and `or`, each
/// perhaps `with` an exception. Some people begin the licence's text on that line; its words
/// are nobody's names.
fn is_named(field: &str) -> bool {
    let mut is_behind_name = false;
    let mut is_in_exception = false;
    let mut is_named = false;
    for word in field.split_whitespace() {
        let name = word.trim_end_matches([',', ';']);
        match name.to_ascii_lowercase().as_str() {
            "and" | "or" | "and/or" => (is_behind_name, is_in_exception) = (false, false),
            "with" => is_in_exception = true,
            "exception" | "exceptions" => is_in_exception = false,
            _ if is_in_exception => {}
            _ if is_behind_name || !name.contains(char::is_alphanumeric) => return false,
            // A list of names is a row of names, each with its comma.
            _ => (is_named, is_behind_name) = (true, name.len() == word.len()),
        }
    }
    is_named
}

/// Lower-case letters and digits, everything between them one space.
fn fold(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b if b.is_ascii_alphanumeric() => out.push(b.to_ascii_lowercase()),
            // An apostrophe is a part of its word.
            b'\'' => {}
            _ if out.last() != Some(&b' ') => out.push(b' '),
            _ => {}
        }
    }
    out
}
