//! `lazaret.yaml`: a flat mapping from setting to value, with the line of each.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde_saphyr::Spanned;

use crate::errors;

/// Largest settings file, in bytes.
const MAX_BYTES: u64 = 1 << 20;
/// The name that is looked for.
pub(super) const NAME: &str = "lazaret.yaml";

/// Settings of one file.
#[derive(Debug)]
pub(crate) struct SettingsFile {
    path: PathBuf,
    entries: Vec<Entry>,
}

/// One setting of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The setting's name.
    pub(super) key: String,
    /// Line of the key, counted from 1.
    pub(super) line: u64,
    /// What was written; a list has several.
    pub(super) values: Vec<String>,
}

/// A value as it was written: a scalar or a list of them.
struct Values(Vec<String>);

impl SettingsFile {
    /// Reads the settings at `path`.
    ///
    /// # Errors
    /// When the file cannot be read, is no flat mapping, or has a setting twice.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let doing = || errors::doing_with(format!("read the settings in {}", path.display()), path);
        let sense = || {
            errors::doing(
                format!("understand the settings in {}", path.display()),
                "one line for each setting, such as fail-on: high",
            )
        };
        let size = std::fs::metadata(path).with_context(doing)?.len();
        if size > MAX_BYTES {
            bail!(
                "{} has {size} bytes; settings have at most {MAX_BYTES}",
                path.display()
            );
        }
        let text = std::fs::read_to_string(path).with_context(doing)?;
        let entries = entries(&text).with_context(sense)?;
        Ok(Self {
            path: path.to_owned(),
            entries,
        })
    }

    /// Where the file is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(super) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The place of a setting, for people.
    pub(super) fn place(&self, entry: &Entry) -> String {
        format!("{} line {}", self.path.display(), entry.line)
    }
}

fn entries(text: &str) -> anyhow::Result<Vec<Entry>> {
    let parsed: Option<HashMap<Spanned<String>, Option<Values>>> = serde_saphyr::from_str(text)?;
    let mut entries: Vec<Entry> = parsed
        .into_iter()
        .flatten()
        .filter_map(|(key, values)| {
            Some(Entry {
                line: key.referenced.line(),
                key: key.value,
                values: values?.0,
            })
        })
        .collect();
    entries.sort_by(|a, b| (&a.key, a.line).cmp(&(&b.key, b.line)));
    for pair in entries.windows(2) {
        if pair[0].key == pair[1].key {
            bail!(
                "`{}` is there twice, in line {} and in line {}",
                pair[0].key,
                pair[0].line,
                pair[1].line
            );
        }
    }
    entries.sort_by_key(|entry| entry.line);
    Ok(entries)
}

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValuesVisitor)
    }
}

struct ValuesVisitor;

impl<'de> Visitor<'de> for ValuesVisitor {
    type Value = Values;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number, true or false, or a list of them")
    }

    fn visit_str<E>(self, text: &str) -> Result<Values, E> {
        Ok(Values(vec![text.to_owned()]))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Values, E> {
        Ok(Values(vec![value.to_string()]))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Values, E> {
        Ok(Values(vec![value.to_string()]))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Values, E> {
        Ok(Values(vec![value.to_string()]))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Values, E> {
        Ok(Values(vec![value.to_string()]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Values, A::Error> {
        let mut all = Vec::new();
        while let Some(Values(mut one)) = list.next_element()? {
            all.append(&mut one);
        }
        Ok(Values(all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, u64, &[&str])]) {
        let got = entries(text).expect("good settings");
        let got: Vec<_> = got
            .iter()
            .map(|e| (e.key.as_str(), e.line, e.values.clone()))
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(k, l, v)| (*k, *l, v.iter().map(|t| (*t).to_owned()).collect()))
            .collect();
        assert_eq!(got, expected, "{text}");
    }

    #[test]
    fn scalars_and_lists_keep_their_lines() {
        check("", &[]);
        check("# nothing\n", &[]);
        check(
            "# mine\nfail-on: [high, kev]\n\noffline: true\nmax-memory: 64\nskip-dirs:\n  - usr/share\nformat:\n",
            &[
                ("fail-on", 2, &["high", "kev"]),
                ("offline", 4, &["true"]),
                ("max-memory", 5, &["64"]),
                ("skip-dirs", 6, &["usr/share"]),
            ],
        );
    }

    #[test]
    fn what_is_no_flat_mapping_is_refused() {
        for text in ["- a\n", "a: {b: c}\n", "a: 1\na: 2\n", "a: [\n"] {
            assert!(entries(text).is_err(), "{text}");
        }
    }
}
