//! Core metadata of an installed distribution: headers as in mail.
//!
//! Only the headers count: what follows the first empty line is the description, which
//! may hold anything.
//!
//! Licences are what `License-Expression` says (PEP 639), else `License` where it is a name
//! and not a whole text, else the classifiers below `License ::`.

use lazaret_model::{GapKind, Package};

use crate::document::add;
use crate::{Found, Input, ReadError};

pub(super) fn wants(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    let file = parts.next().unwrap_or_default();
    let folder = parts.next().unwrap_or_default();
    match file {
        "METADATA" => folder.ends_with(".dist-info"),
        "PKG-INFO" => folder.ends_with(".egg-info") || folder == "EGG-INFO",
        _ => file.ends_with(".egg-info"),
    }
}

/// Longest `License` that is a name, in bytes; a longer one is the beginning of a text.
const MAX_NAME: usize = 120;

/// Most classifiers of licences that are kept.
const MAX_CLASSIFIERS: usize = 20;

#[derive(Default)]
struct Headers<'a> {
    name: &'a str,
    version: &'a str,
    license: &'a str,
    /// Whether `license` goes on in further lines.
    is_text: bool,
    expression: &'a str,
    classifiers: Vec<&'a str>,
}

impl<'a> Headers<'a> {
    fn of(text: &'a str) -> Self {
        let mut headers = Self::default();
        let mut in_license = false;
        for line in text.lines() {
            // Nothing but spaces is an empty line inside of a value.
            if line.is_empty() {
                break;
            }
            if line.starts_with([' ', '\t']) {
                headers.is_text |= in_license;
                continue;
            }
            let Some((key, value)) = line.split_once(':') else {
                continue;
            };
            let (key, value) = (key.to_ascii_lowercase(), value.trim());
            in_license = key == "license";
            headers.take(&key, value);
        }
        headers
    }

    fn take(&mut self, key: &str, value: &'a str) {
        let slot = match key {
            "name" => &mut self.name,
            "version" => &mut self.version,
            "license" => &mut self.license,
            "license-expression" => &mut self.expression,
            "classifier" => {
                let license = value.strip_prefix("License ::").map(str::trim);
                let said = license.filter(|l| *l != "OSI Approved" && !l.is_empty());
                if self.classifiers.len() < MAX_CLASSIFIERS {
                    self.classifiers.extend(said.map(last_part));
                }
                return;
            }
            _ => return,
        };
        if slot.is_empty() {
            *slot = value;
        }
    }

    fn licenses(&self) -> Vec<String> {
        let is_said = |text: &str| !text.is_empty() && text != "UNKNOWN";
        let is_name = !self.is_text && self.license.len() <= MAX_NAME;
        let said = if is_said(self.expression) {
            vec![self.expression]
        } else if is_said(self.license) && (is_name || self.classifiers.is_empty()) {
            vec![self.license]
        } else {
            self.classifiers.clone()
        };
        said.into_iter().map(str::to_owned).collect()
    }
}

/// `License :: OSI Approved :: MIT License` is called `MIT License`.
fn last_part(classifier: &str) -> &str {
    classifier.rsplit("::").next().unwrap_or(classifier).trim()
}

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let text = String::from_utf8_lossy(input.bytes);
    let headers = Headers::of(text.trim_start_matches('\u{feff}'));
    let Headers { name, version, .. } = headers;
    if name.is_empty() {
        return Err(ReadError::new("metadata without a Name header"));
    }
    let mut found = Found::default();
    if version.is_empty() {
        let detail = format!("{name}: metadata without a Version header");
        found.gaps.push((GapKind::MissingVersion, detail));
        return Ok(found);
    }
    let mut package = Package::new("pypi", name, version);
    package.licenses = headers.licenses();
    add(&mut found, package);
    Ok(found)
}
