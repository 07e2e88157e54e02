//! Digests of the files that run, to be held against what their packages state of them.
//!
//! Which package owns a file is known only when all layers are, and with it the algorithm;
//! so where several are possible, all are made while the file streams by.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// Bytes that are kept of each digest.
pub const KEPT: usize = 16;

/// Directories that packages of a distribution install programs in.
const SYSTEM: [&str; 10] = [
    "usr/", "bin/", "sbin/", "lib/", "lib32/", "lib64/", "libx32/", "opt/", "boot/", "var/lib/",
];

/// Directories below those that distributions leave to whoever runs the system.
const LOCAL: [&str; 2] = ["usr/local/", "var/lib/dpkg/"];

/// Endings of files that are run without being executable: libraries, and what interpreters
/// load.
const ENDINGS: [&str; 25] = [
    "so", "py", "js", "mjs", "cjs", "pl", "pm", "rb", "sh", "bash", "jar", "war", "class", "php",
    "lua", "tcl", "ko", "node", "wasm", "dll", "exe", "el", "elc", "awk", "service",
];

/// Which digests of a file are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// SHA-256 alone: no package of a distribution installs there.
    Wheel,
    /// All.
    All,
}

/// Whether the file at `path`, with these permission bits and this beginning, is one whose
/// change would matter: it runs. `None` where it does not, or where nobody states checksums.
pub fn wanted(path: &str, mode: u32, head: &[u8]) -> Option<Wanted> {
    let below = |dirs: &[&str]| dirs.iter().any(|dir| path.starts_with(dir));
    let wheel = path.contains("/site-packages/") || path.contains("/dist-packages/");
    let system = below(&SYSTEM) && !below(&LOCAL);
    let program = path.contains("bin/");
    if !(system || wheel || program) || head.is_empty() {
        return None;
    }
    let name = path.rsplit('/').next().unwrap_or_default();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let runs = mode & 0o111 != 0
        || ENDINGS.contains(&ending)
        || name.contains(".so.")
        || head.starts_with(b"\x7fELF")
        || head.starts_with(b"#!");
    match system {
        _ if !runs => None,
        true => Some(Wanted::All),
        false => Some(Wanted::Wheel),
    }
}

/// The beginnings of a file's digests. One that was not wanted is zeroes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Digests {
    /// MD5, whole.
    pub md5: [u8; KEPT],
    /// SHA-1.
    pub sha1: [u8; KEPT],
    /// SHA-256.
    pub sha256: [u8; KEPT],
}

/// Makes the digests of a file that streams by.
pub struct Digester {
    old: Option<(Md5, Sha1)>,
    sha256: Sha256,
}

impl Digester {
    /// A file that nothing has been read of yet.
    pub fn new(wanted: Wanted) -> Self {
        let old = (wanted == Wanted::All).then(|| (Md5::new(), Sha1::new()));
        Self {
            old,
            sha256: Sha256::new(),
        }
    }

    /// The next bytes of the file.
    pub fn feed(&mut self, bytes: &[u8]) {
        if let Some((md5, sha1)) = &mut self.old {
            md5.update(bytes);
            sha1.update(bytes);
        }
        self.sha256.update(bytes);
    }

    /// The digests of all that was fed.
    pub fn finish(self) -> Digests {
        let (md5, sha1) = match self.old {
            Some((md5, sha1)) => (kept(&md5.finalize()), kept(&sha1.finalize())),
            None => Default::default(),
        };
        Digests {
            md5,
            sha1,
            sha256: kept(&self.sha256.finalize()),
        }
    }
}

fn kept(digest: &[u8]) -> [u8; KEPT] {
    let mut kept = [0; KEPT];
    kept.copy_from_slice(&digest[..KEPT]);
    kept
}
