//! Go: build information of the linker and the module list inside the program.
//!
//! Source: Go's `debug/buildinfo`. Since 1.18 the version follows the magic number; before
//! that there is a pointer to it. The module list is a text between two marks in both.
//! A main module of version `(devel)` keeps that word: it is listed and never matched.

use lazaret_model::{GapKind, Package};
use memchr::memmem;

use super::stream::{Capture, Stream};
use super::{elf, main_module};
use crate::Found;

/// Beginning of the build information.
pub(super) const MAGIC: &[u8] = b"\xff Go buildinf:";
/// Mark in front of the module list.
pub(super) const OPEN: &[u8] = b"\x30\x77\xaf\x0c\x92\x74\x08\x02\x41\xe1\xc1\x07\xe6\xd6\x18\xe6";
/// Mark behind the module list.
const CLOSE: &[u8] = b"\xf9\x32\x43\x31\x86\x18\x20\x72\x00\x82\x42\x10\x41\x16\xd8\xf2";
/// What the text that a pointer leads to begins with.
pub(super) const CANDIDATE: &[u8] = b"go1.";
/// Longest version that a pointer leads to, in bytes.
pub(super) const MAX_POINTED: usize = 32;

/// Most modules of one program.
const MAX_MODULES: usize = 50_000;

/// How the build information tells the version.
pub(super) enum Version {
    /// In the build information.
    Inline(String),
    /// The address of the header of a string.
    Pointer(u64),
    /// Not at all: the bytes only look like build information.
    None,
}

/// The version in the bytes from the magic number on.
pub(super) fn version_of(blob: &[u8]) -> Version {
    let (Some(size), Some(flags)) = (blob.get(14), blob.get(15)) else {
        return Version::None;
    };
    if flags & 2 == 0 {
        let width = usize::from(*size);
        let told = blob
            .get(16..16 + width.min(16))
            .filter(|_| matches!(width, 4 | 8));
        let address = told.and_then(|raw| elf::number(raw, flags & 1 == 1));
        return address
            .filter(|a| *a != 0)
            .map_or(Version::None, Version::Pointer);
    }
    let Some((length, text)) = blob.get(32..).and_then(short_length) else {
        return Version::None;
    };
    let text = text
        .get(..length)
        .and_then(|t| std::str::from_utf8(t).ok())
        .unwrap_or_default();
    if text.starts_with("go1") || text.starts_with("devel ") {
        Version::Inline(text.to_owned())
    } else {
        Version::None
    }
}

/// A length of up to two bytes, seven bits in each, and what follows.
fn short_length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let first = *bytes.first()?;
    if first < 0x80 {
        return Some((usize::from(first), &bytes[1..]));
    }
    let second = *bytes.get(1).filter(|b| **b < 0x80)?;
    Some((
        usize::from(first & 0x7f) | usize::from(second) << 7,
        &bytes[2..],
    ))
}

/// Whether the bytes begin a module list.
pub(super) fn is_list(bytes: &[u8]) -> bool {
    bytes.starts_with(b"path\t") || bytes.starts_with(b"mod\t") || bytes.starts_with(b"build\t")
}

/// Adds the packages of a Go program.
pub(super) fn read(stream: &Stream, found: &mut Found) {
    let version = stream.go_version.clone().or_else(|| pointed(stream));
    let list = stream.modules.iter().find_map(|capture| {
        let end = memmem::find(&capture.data, CLOSE)?;
        std::str::from_utf8(capture.data.get(..end)?).ok()
    });
    if list.is_none() && !stream.modules.is_empty() {
        let full = stream.modules.iter().any(Capture::full);
        let kind = if full {
            GapKind::Limit
        } else {
            GapKind::Unreadable
        };
        found
            .gaps
            .push((kind, "a list of Go modules without an end".to_owned()));
    }
    match version {
        Some(version) => found
            .packages
            .push(Package::new("golang", "stdlib", toolchain(&version))),
        None if stream.go_seen && list.is_some() => {
            found.gaps.push((
                GapKind::Unsupported,
                "the version of Go could not be found".to_owned(),
            ));
        }
        None => {}
    }
    if let Some(list) = list {
        modules(list, found);
        if let Some(main) = found.packages.iter_mut().find(|p| main_module::is_main(p)) {
            main_module::take_linked(main, list);
        }
        commands(list, found);
    }
}

/// The Go command itself is no module of anybody: it is the toolchain, which advisories
/// speak of under that name.
fn commands(list: &str, found: &mut Found) {
    if !list.lines().any(|line| line == "path\tcmd/go") {
        return;
    }
    let stdlib = found.packages.iter().find(|p| p.name == "stdlib");
    if let Some(version) = stdlib.map(|p| p.version.clone()).filter(|v| !v.is_empty()) {
        found
            .packages
            .push(Package::new("golang", "toolchain", version));
    }
}

/// The text that the pointer of older build information leads to.
fn pointed(stream: &Stream) -> Option<String> {
    let (layout, header) = stream.go_pointer.as_ref()?;
    let width = if layout.wide { 8 } else { 4 };
    let place = layout.offset_of(layout.word(&header.data, 0)?)?;
    let length = usize::try_from(layout.word(&header.data, width)?).ok()?;
    let (_, text) = stream.go_candidates.iter().find(|(at, _)| *at == place)?;
    std::str::from_utf8(text.get(..length)?)
        .ok()
        .map(str::to_owned)
}

/// `go1.22.3 X:…` is `1.22.3`; a version of no release is empty.
///
/// A suffix names who built the toolchain or with what experiments, as in `go1.21.3-bigcorp`
/// or `go1.22.3-X:systemcrypto`, and is no part of the release. Source: "Go Toolchains".
fn toolchain(version: &str) -> String {
    let word = version.split([' ', '-', '+']).next().unwrap_or_default();
    word.strip_prefix("go").unwrap_or_default().to_owned()
}

fn modules(list: &str, found: &mut Found) {
    let mut last: Option<usize> = None;
    for line in list.lines() {
        let mut fields = line.split('\t');
        let (word, path, version) = (
            fields.next().unwrap_or_default(),
            fields.next().unwrap_or_default(),
            fields.next().unwrap_or_default(),
        );
        if !matches!(word, "mod" | "dep" | "=>") || path.is_empty() {
            continue;
        }
        if word == "=>" {
            if let Some(package) = last.and_then(|at| found.packages.get_mut(at)) {
                replace(package, path, version);
            }
            continue;
        }
        if found.packages.len() >= MAX_MODULES {
            found.gaps.push((
                GapKind::Limit,
                format!("more than {MAX_MODULES} Go modules"),
            ));
            return;
        }
        let mut package = Package::new("golang", path, version);
        if word == "mod" {
            package
                .properties
                .insert("go.main".to_owned(), "true".to_owned());
        }
        last = Some(found.packages.len());
        found.packages.push(package);
    }
}

/// What was built instead. A directory has no version that anyone could compare.
fn replace(package: &mut Package, path: &str, version: &str) {
    let local = path.starts_with('.') || path.starts_with('/');
    let replaced = format!("{}@{}", package.name, package.version);
    let mut new = if local {
        Package::new("golang", package.name.clone(), "")
    } else {
        Package::new("golang", path, version)
    };
    new.properties.clone_from(&package.properties);
    new.properties.insert("go.replaced".to_owned(), replaced);
    *package = new;
}
