//! A bootable kernel: `vmlinuz`, `bzImage`, `Image`.
//!
//! On x86 the setup header says where its text of the release lies. Elsewhere, and inside
//! a compressed image, the banner that the kernel prints when it starts is looked for.

use lazaret_model::{GapKind, Package};
use memchr::memmem;

use super::content;
use crate::bytes::Endian;
use crate::document::file_name;
use crate::{Found, Input, ReadError};

/// The text of the banner before the release. Source: the kernel's `init/version.c`.
const BANNER: &[u8] = b"Linux version ";

/// Longest release, in bytes. Source: `__NEW_UTS_LEN`.
const MAX_RELEASE: usize = 64;

pub(super) fn wants(path: &str) -> bool {
    let name = file_name(path);
    let kernel = name.starts_with("vmlinuz") || name.starts_with("bzImage");
    let inside = path.starts_with("boot/")
        || path.starts_with("lib/modules/")
        || path.starts_with("usr/lib/modules/");
    kernel && inside
}

/// Whether the bytes begin as an image for x86 or arm64 does.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    bytes.get(0x202..0x206) == Some(b"HdrS") || bytes.get(0x38..0x3c) == Some(b"ARM\x64")
}

pub(super) fn read(input: Input<'_>) -> Result<Found, ReadError> {
    let mut found = Found::default();
    let release = setup_header(input.bytes).or_else(|| {
        let payload = zboot(input.bytes).unwrap_or(input.bytes);
        match content(payload) {
            Ok(content) => banner(&content),
            Err(error) => {
                let detail = format!("a kernel that could not be unpacked: {error}");
                found.gaps.push((GapKind::Unsupported, detail));
                None
            }
        }
    });
    match release {
        Some(release) => {
            let mut package = Package::new("generic", "Linux Kernel", release.clone());
            // A release with a suffix is somebody's own build, with fixes of their own.
            if release.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
                let name = format!("cpe:2.3:o:linux:linux_kernel:{release}:*:*:*:*:*:*:*");
                package.cpes.push(name);
            }
            found.packages.push(package);
        }
        None if found.gaps.is_empty() => {
            return Err(ReadError::new("not the image of a Linux kernel"));
        }
        None => {}
    }
    Ok(found)
}

/// The release in the setup header: `kernel_version` points past the first 512 bytes.
fn setup_header(bytes: &[u8]) -> Option<String> {
    if bytes.get(0x202..0x206)? != b"HdrS" {
        return None;
    }
    let offset = usize::from(Endian::Little.u16(bytes, 0x20e)?);
    release(bytes.get(offset.checked_add(0x200)?..)?)
}

/// The payload of an EFI image that unpacks itself.
fn zboot(bytes: &[u8]) -> Option<&[u8]> {
    if bytes.get(4..8)? != b"zimg" {
        return None;
    }
    let start = Endian::Little.size(bytes, 8)?;
    let length = Endian::Little.size(bytes, 12)?;
    bytes.get(start..start.checked_add(length)?)
}

fn banner(content: &[u8]) -> Option<String> {
    memmem::find_iter(content, BANNER).find_map(|at| release(content.get(at + BANNER.len()..)?))
}

/// The word at the beginning; a release begins with a number.
fn release(bytes: &[u8]) -> Option<String> {
    let window = bytes.get(..MAX_RELEASE + 1).unwrap_or(bytes);
    let end = window.iter().position(|b| !b.is_ascii_graphic())?;
    let word = std::str::from_utf8(window.get(..end)?).ok()?;
    let number = word.starts_with(|c: char| c.is_ascii_digit()) && word.contains('.');
    number.then(|| word.to_owned())
}
