//! WordPress and its plugins, which no package manager installs.
//!
//! WordPress itself states its version in `wp-includes/version.php`; a plugin in the
//! comment that its main file begins with, of which WordPress reads 8 KiB. Names are as
//! the plugin states them. PHP is not run. Format: the Plugin Handbook, "Header
//! Requirements", and WordPress' `get_file_data()`.

use std::borrow::Cow;

use lazaret_model::{GapKind, Package};
use lazaret_version::Scheme;

use crate::document::add;
use crate::recognise::{beginning, ends, mentions};
use crate::{Ecosystem, EvidenceKind, Found, Input, ReadError, Reader};

/// How much of a plugin's file WordPress looks at, in bytes.
const HEADER: usize = 8 << 10;

/// WordPress and its plugins.
pub static ECOSYSTEM: Ecosystem = Ecosystem {
    kind: "wordpress",
    title: "WordPress plugin",
    osv: &[],
    scheme: Scheme::Composer,
    normalise: |name| Cow::Borrowed(name),
    readers: &[
        Reader {
            id: "wordpress/core",
            revision: 1,
            evidence: EvidenceKind::Installed,
            recognises: |i| {
                let is_php = beginning(i).trim_start().starts_with("<?php");
                is_php && beginning(i).contains("$wp_db_version")
                    || is_php
                        && ends(i, ".php")
                        && mentions(i, "wordpress")
                        && mentions(i, "version")
            },
            wants: |path| {
                path == "wp-includes/version.php" || path.ends_with("/wp-includes/version.php")
            },
            max_bytes: 1 << 20,
            read: core,
        },
        Reader {
            id: "wordpress/plugin",
            revision: 1,
            evidence: EvidenceKind::Installed,
            recognises: |i| {
                let text = beginning(i);
                text.trim_start().starts_with("<?php") && text.contains("Plugin Name:")
            },
            wants: is_plugin_file,
            max_bytes: 16 << 20,
            read: plugin,
        },
    ],
};

/// A file of a plugin's own folder, or a plugin of one file.
fn is_plugin_file(path: &str) -> bool {
    if !path.ends_with(".php") {
        return false;
    }
    ["wp-content/plugins/", "wp-content/mu-plugins/"]
        .iter()
        .filter_map(|folder| {
            path.rfind(folder)
                .and_then(|at| path.get(at + folder.len()..))
        })
        .any(|inside| inside.matches('/').count() <= 1)
}

/// `$wp_version = '6.4.2';` outside of comments.
fn core(input: Input<'_>) -> Result<Found, ReadError> {
    let text = String::from_utf8_lossy(input.bytes);
    let mut in_comment = false;
    for line in text.lines() {
        let line = line.trim();
        in_comment |= line.starts_with("/*");
        let is_code = !in_comment && !line.starts_with("//") && !line.starts_with('#');
        if in_comment && line.contains("*/") {
            in_comment = false;
        }
        let assigned = line
            .strip_prefix("$wp_version")
            .and_then(|rest| rest.trim_start().strip_prefix('='))
            .filter(|_| is_code);
        if let Some(value) = assigned {
            let version = value.trim().trim_end_matches(';').trim();
            let version = version.trim_matches(['\'', '"']);
            if !version.is_empty() && !version.contains(['$', '(', '\'', '"']) {
                let mut found = Found::default();
                add(&mut found, Package::new("wordpress", "wordpress", version));
                return Ok(found);
            }
        }
    }
    Err(ReadError::new("`$wp_version` is not assigned"))
}

fn plugin(input: Input<'_>) -> Result<Found, ReadError> {
    let header = input.bytes.get(..HEADER).unwrap_or(input.bytes);
    let header = String::from_utf8_lossy(header).replace('\r', "\n");
    let mut found = Found::default();
    let name = field(&header, "Plugin Name");
    if name.is_empty() {
        return Ok(found);
    }
    match field(&header, "Version") {
        "" => {
            let detail = format!("`{name}` states no version");
            found.gaps.push((GapKind::MissingVersion, detail));
        }
        version => add(&mut found, Package::new("wordpress", name, version)),
    }
    Ok(found)
}

/// The field of a header: behind any of the signs that comments are made of.
fn field<'a>(header: &'a str, key: &str) -> &'a str {
    header
        .lines()
        .find_map(|line| {
            let line = line.strip_prefix("<?php").unwrap_or(line);
            let line = line.trim_start_matches([' ', '\t', '/', '*', '#', '@']);
            let value = line
                .get(..key.len())
                .filter(|k| k.eq_ignore_ascii_case(key))?;
            line.get(value.len()..)?.strip_prefix(':')
        })
        .map(|value| value.split("*/").next().unwrap_or(value))
        .map(|value| value.split("?>").next().unwrap_or(value).trim())
        .unwrap_or_default()
}
