//! Chiselled Ubuntu: the manifest of an image that was cut out of Debian packages.
//!
//! `manifest.wall` is a jsonwall, one JSON object on a line, compressed with zstd: after a
//! header come packages, slices, paths, and contents, which say that a slice holds a path.
//! The manifest names no source packages. Source: Canonical's chisel,
//! `public/manifest` and `public/jsonwall`.

use std::collections::BTreeMap;
use std::io::Read as _;

use lazaret_model::{GapKind, Package};
use serde::Deserialize;

use crate::{EvidenceKind, Found, Input, OwnedFiles, ReadError, Reader};

/// Largest manifest once decompressed, in bytes.
const MAX_TEXT: u64 = 256 << 20;

const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";

/// The reader, which belongs to the ecosystem of Debian packages.
pub(crate) const READER: Reader = Reader {
    id: "deb/chisel",
    revision: 1,
    evidence: EvidenceKind::Installed,
    recognises: |input| {
        let wall = crate::recognise::ends(input, ".wall");
        wall || (input.bytes.starts_with(ZSTD) && crate::recognise::mentions(input, "chisel"))
    },
    wants: |path| crate::document::file_name(path) == "manifest.wall",
    max_bytes: 64 << 20,
    read,
};

/// A line of the manifest. What a kind does not have is empty.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(default)]
    jsonwall: Option<&'a str>,
    #[serde(default)]
    kind: &'a str,
    #[serde(default)]
    name: Option<&'a str>,
    #[serde(default)]
    version: Option<&'a str>,
    #[serde(default)]
    arch: Option<&'a str>,
    #[serde(default)]
    slice: Option<&'a str>,
    #[serde(default, borrow)]
    path: Option<std::borrow::Cow<'a, str>>,
}

fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let text = decompressed(input.bytes)?;
    let mut lines = text.lines();
    let header = lines.next().unwrap_or_default();
    let header: Line<'_> = line(header)?;
    if header.jsonwall.is_none() {
        return Err(ReadError::new("the first line is no header of a jsonwall"));
    }
    let mut found = Found::default();
    let mut files: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for text in lines.filter(|l| !l.trim().is_empty()) {
        let line = line(text)?;
        match line.kind {
            "package" => {
                let (Some(name), Some(version)) = (line.name, line.version) else {
                    return Err(ReadError::new("a package without a name or version"));
                };
                let mut package = Package::new("deb", name, version);
                package.architecture = line.arch.map(str::to_owned);
                found.packages.push(package);
            }
            "content" => {
                let package = line.slice.and_then(|s| s.split_once('_')).map(|(p, _)| p);
                let path = line.path.unwrap_or_default();
                let path = path.trim_start_matches('/');
                if let Some(package) = package
                    && !path.is_empty()
                    && !path.ends_with('/')
                {
                    files.entry(package).or_default().push(path.to_owned());
                }
            }
            _ => {}
        }
    }
    found
        .owned
        .extend(files.into_iter().map(|(package, paths)| OwnedFiles {
            kind: "deb",
            package: package.to_owned(),
            paths,
        }));
    if !found.packages.is_empty() {
        let detail = "the manifest names no source packages, so what Ubuntu says of a source \
                      package of another name is not found";
        found.gaps.push((GapKind::Unsupported, detail.to_owned()));
    }
    Ok(found)
}

fn line(text: &str) -> Result<Line<'_>, ReadError> {
    serde_json::from_str(text).map_err(|e| ReadError::new(format!("not a line of a jsonwall: {e}")))
}

fn decompressed(bytes: &[u8]) -> Result<String, ReadError> {
    let broken = |e: std::io::Error| ReadError::new(format!("not zstd: {e}"));
    let mut text = String::new();
    let mut decoder = zstd::Decoder::new(bytes)
        .map_err(broken)?
        .take(MAX_TEXT + 1);
    decoder.read_to_string(&mut text).map_err(broken)?;
    if text.len() as u64 > MAX_TEXT {
        return Err(ReadError::new(format!(
            "the manifest is larger than {MAX_TEXT} bytes"
        )));
    }
    Ok(text)
}
