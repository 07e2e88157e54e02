//! Linux kernels and their modules, which no package manager has to have installed.
//!
//! A kernel image tells its release in its header. Of the modules in a tree only those
//! outside `kernel/` are read: what lies there was built with the kernel and says no more
//! than the kernel does, thousands of times. Sources: the kernel's
//! `Documentation/arch/x86/boot.rst`, `arch/arm64/booting.rst`, and modinfo(8).

mod image;
mod module;

use std::borrow::Cow;
use std::io::Read as _;

use crate::recognise::{ends, mentions};
use crate::{EvidenceKind, Reader};

/// Largest content that is decompressed, in bytes.
const MAX_CONTENT: u64 = 128 << 20;

/// The readers of kernels and modules.
pub static READERS: &[Reader] = &[
    Reader {
        id: "kernel/image",
        revision: 1,
        evidence: EvidenceKind::Installed,
        recognises: |input| {
            mentions(input, "vmlinuz") || mentions(input, "vmlinux") || image::is_one(input.bytes)
        },
        wants: image::wants,
        max_bytes: 128 << 20,
        read: image::read,
    },
    Reader {
        id: "kernel/module",
        revision: 1,
        evidence: EvidenceKind::Installed,
        recognises: |input| {
            let named = ends(input, ".ko") || mentions(input, "module");
            named && input.bytes.starts_with(b"\x7fELF")
        },
        wants: module::wants,
        max_bytes: 64 << 20,
        read: module::read,
    },
];

/// The content, decompressed where it is gzip or zstd.
///
/// Errors where the compression is another or what lies inside is not whole.
fn content(bytes: &[u8]) -> std::io::Result<Cow<'_, [u8]>> {
    let mut out = Vec::new();
    if bytes.starts_with(b"\x1f\x8b") {
        // What follows the compressed kernel in the same file is not its own.
        let mut decoder = flate2::bufread::GzDecoder::new(bytes).take(MAX_CONTENT);
        decoder.read_to_end(&mut out)?;
    } else if bytes.starts_with(b"\x28\xb5\x2f\xfd") {
        let decoder = zstd::Decoder::new(bytes)?.single_frame();
        decoder.take(MAX_CONTENT).read_to_end(&mut out)?;
    } else if bytes.starts_with(b"\xfd7zXZ\0") {
        return Err(std::io::Error::other("compressed with xz"));
    } else {
        return Ok(Cow::Borrowed(bytes));
    }
    Ok(Cow::Owned(out))
}
