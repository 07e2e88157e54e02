//! Documents in the formats that several ecosystems share: JSON, TOML, YAML and text.
//!
//! Everything becomes one [`Value`], so that a reader looks at shape in one way. Depth is
//! bounded by the parsers' own limits, aliases by the YAML parser's budget. A byte order
//! mark is tolerated; bytes that are not UTF-8 are refused.

pub(crate) use serde_json::Value;

use lazaret_model::Package;

use crate::{Found, ReadError};

/// Longest name or version that is taken for one, in bytes.
const MAX_WORD: usize = 1024;

/// The bytes as text, without a byte order mark.
pub(crate) fn text(bytes: &[u8]) -> Result<&str, ReadError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|e| ReadError::new(format!("not UTF-8: {e}")))
}

/// The bytes as JSON. The last of two equal keys counts.
pub(crate) fn json(bytes: &[u8]) -> Result<Value, ReadError> {
    serde_json::from_str(text(bytes)?).map_err(|e| ReadError::new(format!("not JSON: {e}")))
}

/// The bytes as JSON with comments and with commas before closing brackets.
pub(crate) fn jsonc(bytes: &[u8]) -> Result<Value, ReadError> {
    let plain = without_comments(text(bytes)?);
    serde_json::from_str(&plain).map_err(|e| ReadError::new(format!("not JSON: {e}")))
}

/// The text with comments as spaces and without commas that nothing follows.
fn without_comments(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    // Where the last comma stands while only space has followed it.
    let mut comma = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' => {
                comma = None;
                plain.push(c);
                while let Some(c) = rest.next() {
                    plain.push(c);
                    match c {
                        '\\' => plain.extend(rest.next()),
                        '"' => break,
                        _ => {}
                    }
                }
            }
            '/' if rest.peek() == Some(&'/') => {
                rest.by_ref().find(|c| *c == '\n');
                plain.push('\n');
            }
            '/' if rest.peek() == Some(&'*') => {
                let mut last = ' ';
                rest.next();
                rest.by_ref()
                    .find(|c| std::mem::replace(&mut last, *c) == '*' && *c == '/');
                plain.push(' ');
            }
            ',' => {
                comma = Some(plain.len());
                plain.push(c);
            }
            ']' | '}' => {
                if let Some(at) = comma.take() {
                    plain.replace_range(at..=at, " ");
                }
                plain.push(c);
            }
            _ => {
                if !c.is_whitespace() {
                    comma = None;
                }
                plain.push(c);
            }
        }
    }
    plain
}

/// The bytes as TOML.
pub(crate) fn toml(bytes: &[u8]) -> Result<Value, ReadError> {
    toml::from_str(text(bytes)?).map_err(|e| ReadError::new(format!("not TOML: {}", e.message())))
}

/// The bytes as YAML, first document.
pub(crate) fn yaml(bytes: &[u8]) -> Result<Value, ReadError> {
    serde_saphyr::from_str(text(bytes)?).map_err(not_yaml)
}

/// The last document of a YAML stream.
pub(crate) fn last_yaml(bytes: &[u8]) -> Result<Value, ReadError> {
    let documents: Vec<Value> = serde_saphyr::from_multiple(text(bytes)?).map_err(not_yaml)?;
    Ok(documents.into_iter().next_back().unwrap_or_default())
}

fn not_yaml(error: serde_saphyr::Error) -> ReadError {
    let reason = error.to_string();
    let line = reason.lines().next().unwrap_or_default();
    ReadError::new(format!("not YAML: {line}"))
}

/// The string under `key`, empty where there is none.
pub(crate) fn string<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The members of the object under `key`, none where there is no object.
pub(crate) fn members<'a>(
    value: &'a Value,
    key: &str,
) -> impl Iterator<Item = (&'a String, &'a Value)> {
    value
        .get(key)
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
}

/// The items of the array under `key`, none where there is no array.
pub(crate) fn items<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

/// Adds a package unless its name is no word or it is there already.
pub(crate) fn add(found: &mut Found, package: Package) {
    let word = |w: &str| w.len() <= MAX_WORD && !w.chars().any(char::is_control);
    if !package.name.is_empty() && word(&package.name) && word(&package.version) {
        found.packages.push(package);
    }
}

/// Leaves one of several equal packages, in the order of name and version.
pub(crate) fn unique(mut found: Found) -> Found {
    found.packages.sort_by(|a, b| {
        (&a.name, &a.version, a.development).cmp(&(&b.name, &b.version, b.development))
    });
    found
        .packages
        .dedup_by(|b, a| a.name == b.name && a.version == b.version);
    found
}

/// The last part of a path.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
