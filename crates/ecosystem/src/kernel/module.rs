//! A kernel module: the section `.modinfo` of an ELF object, `key=value` texts that end
//! with a zero byte. Source: the kernel's `include/linux/moduleparam.h`.

use lazaret_model::{GapKind, Package};
use memchr::memmem;

use super::content;
use crate::document::{add, file_name};
use crate::{Found, Input, ReadError};

/// The folders of modules that were not built with the kernel. Source: depmod.d(5) and
/// the conventions of DKMS and of weak updates.
const OUTSIDE: &[&str] = &["/extra/", "/updates/", "/weak-updates/", "/misc/", "/dkms/"];

pub(super) fn wants(path: &str) -> bool {
    let inside = path.starts_with("lib/modules/") || path.starts_with("usr/lib/modules/");
    let name = file_name(path);
    let module = [".ko", ".ko.gz", ".ko.zst", ".ko.xz"]
        .iter()
        .any(|end| name.ends_with(end));
    inside && module && OUTSIDE.iter().any(|folder| path.contains(folder))
}

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let mut found = Found::default();
    let content = match content(input.bytes) {
        Ok(content) => content,
        Err(error) => {
            let detail = format!("a module that could not be unpacked: {error}");
            found.gaps.push((GapKind::Unsupported, detail));
            return Ok(found);
        }
    };
    if !content.starts_with(b"\x7fELF") {
        return Err(ReadError::new("not an ELF object"));
    }
    let name = value(&content, b"name=").ok_or_else(|| ReadError::new("the module has no name"))?;
    let mut package = Package::new(
        "generic",
        name,
        value(&content, b"version=").unwrap_or_default(),
    );
    package.licenses = value(&content, b"license=").into_iter().collect();
    package.vendor = value(&content, b"author=");
    if let Some(release) = value(&content, b"vermagic=") {
        package
            .properties
            .insert("kernel.vermagic".to_owned(), release);
    }
    add(&mut found, package);
    Ok(found)
}

/// The text that stands between zero bytes and begins with `key`.
fn value(content: &[u8], key: &[u8]) -> Option<String> {
    let at = memmem::find_iter(content, key)
        .find(|at| at.checked_sub(1).and_then(|b| content.get(b)) == Some(&0))?;
    let rest = content.get(at + key.len()..)?;
    let end = memchr::memchr(0, rest.get(..4096).unwrap_or(rest))?;
    let text = std::str::from_utf8(rest.get(..end)?).ok()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
