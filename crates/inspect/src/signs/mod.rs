//! Signs of tampering in single files: what stands there, and how it begins.
//!
//! A sign is no proof. Each says what was seen; who reads it knows what belongs there.

pub mod digests;
mod elf;

use lazaret_model::{Confidence, Severity, Sign, SignKind};

/// Raised whenever the same files would show other signs.
pub const REVISION: u32 = 3;

/// Directories that every program may write to, where none is kept.
const SCRATCH: [&str; 5] = ["tmp/", "var/tmp/", "dev/shm/", "run/shm/", "var/lock/"];

/// Directories of the system, in which hidden programs are strange.
const SYSTEM: [&str; 6] = ["usr/", "bin/", "sbin/", "lib/", "lib64/", "etc/"];

/// Bytes of the beginning of a program that are looked at for a packer's mark.
const HEAD: usize = 4 << 10;

/// What the permission bits of a file say. Whether a package owns it is for the caller to
/// find out: a program that one owns has its bits from there.
pub fn of_mode(path: &str, mode: u32) -> Option<Sign> {
    let (uid, gid) = (mode & 0o4000 != 0, mode & 0o2000 != 0);
    // Set-gid without the right to run is a lock on old systems, and runs nothing.
    if !(uid || gid) || mode & 0o111 == 0 {
        return None;
    }
    let word = if uid { "set-uid" } else { "set-gid" };
    let severity = if uid { Severity::Medium } else { Severity::Low };
    let message = format!(
        "a {word} program (mode {:04o}) that no package owns",
        mode & 0o7777
    );
    Some(sign(SignKind::UnownedSetuid, path, severity, message))
}

/// Whether the beginning of a file may be a sign.
pub fn wants(path: &str, mode: u32) -> bool {
    mode & 0o111 != 0 || is_odd(path)
}

fn is_odd(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    SCRATCH.iter().any(|dir| path.starts_with(dir))
        || name.starts_with('.') && SYSTEM.iter().any(|dir| path.starts_with(dir))
}

/// What the beginning of a file says.
pub fn of_head(path: &str, head: &[u8]) -> Vec<Sign> {
    if !head.starts_with(b"\x7fELF") {
        return Vec::new();
    }
    let mut signs = Vec::new();
    let stripped = elf::lacks_sections(head);
    if is_odd(path) {
        let (severity, message) = match stripped {
            true => (
                Severity::High,
                "a program without a table of its sections where programs are not kept",
            ),
            false => (Severity::Medium, "a program where programs are not kept"),
        };
        signs.push(sign(SignKind::OddPlace, path, severity, message.to_owned()));
    }
    let packed = |message: &str| {
        let kind = SignKind::PackedExecutable;
        sign(kind, path, Severity::Medium, message.to_owned())
    };
    let start = &head[..head.len().min(HEAD)];
    if memchr::memmem::find(start, b"UPX!").is_some() {
        signs.push(packed(
            "packed with UPX: what it does shows only when it runs",
        ));
    } else if stripped && elf::is_dense(head) {
        signs.push(packed(
            "packed: it has no table of its sections, and all of it is as dense as what is \
             compressed or encrypted",
        ));
    }
    signs
}

fn sign(kind: SignKind, path: &str, severity: Severity, message: String) -> Sign {
    Sign {
        key: format!("sign|{kind}|{path}"),
        kind,
        severity,
        confidence: Confidence::Medium,
        path: path.to_owned(),
        layer: None,
        package: None,
        message,
        suppressed: None,
    }
}
