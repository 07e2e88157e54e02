//! Files and directories of an image that its checks ask about.

/// Raised whenever other places of the same files would be kept.
pub const REVISION: u32 = 1;

/// Set-user-id, set-group-id, and the sticky bit.
const SETUID: u32 = 0o4000;
const SETGID: u32 = 0o2000;
const STICKY: u32 = 0o1000;

/// A file or directory of an image.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
pub struct Place {
    /// Its path, without the first `/`.
    pub path: String,
    /// Its permission bits, the special ones included.
    #[serde(default, deserialize_with = "octal")]
    pub mode: u32,
    /// Whether it is a directory.
    #[serde(default)]
    pub directory: bool,
}

fn octal<'de, D: serde::Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    let text: String = serde::Deserialize::deserialize(from)?;
    u32::from_str_radix(&text, 8).map_err(serde::de::Error::custom)
}

impl Place {
    /// Whether it is a program that runs as its owner or its group.
    pub(crate) fn is_set(&self) -> bool {
        !self.directory && self.mode & (SETUID | SETGID) != 0 && self.mode & 0o111 != 0
    }

    /// Whether everybody may write to it, and no sticky bit keeps what others put there.
    pub(crate) fn is_open(&self) -> bool {
        let shared = self.directory && self.mode & STICKY != 0;
        self.mode & 0o002 != 0 && !shared && !is_scratch(&self.path)
    }

    /// What somebody left there who built or tried the program; `None` where it is not known
    /// to be left.
    pub(crate) fn leftover(&self) -> Option<&'static str> {
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        let ends = |tail: &str| {
            self.path == tail
                || self
                    .path
                    .strip_suffix(tail)
                    .is_some_and(|head| head.ends_with('/'))
        };
        let is_core = || {
            let number = name.strip_prefix("core.").unwrap_or_default();
            !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
        };
        Some(match name {
            _ if self.directory => return None,
            _ if ends(".git/HEAD") => "the history of a repository",
            _ if ends(".svn/wc.db") || ends(".hg/requires") => "the history of a repository",
            ".env" => "settings of a developer's machine",
            ".bash_history" | ".ash_history" | ".python_history" => "what somebody typed",
            ".DS_Store" => "the notes of a file manager",
            _ if is_core() => "the memory of a program that broke off",
            _ if self.path.starts_with("var/cache/apt/archives/") && name.ends_with(".deb") => {
                "a package that was unpacked"
            }
            _ => return None,
        })
    }

    /// Whether it is a certificate that somebody trusts beside those of the distribution.
    pub(crate) fn is_authority(&self) -> bool {
        const ADDED: &[&str] = &[
            "usr/local/share/ca-certificates/",
            "etc/pki/ca-trust/source/anchors/",
            "etc/ca-certificates/trust-source/anchors/",
            "etc/pki/trust/anchors/",
        ];
        let is_certificate = [".crt", ".pem", ".cer"];
        !self.directory
            && ADDED.iter().any(|dir| self.path.starts_with(dir))
            && is_certificate.iter().any(|end| self.path.ends_with(end))
    }
}

/// Whether a check asks about a file or directory; whoever goes through an image keeps those.
#[must_use]
pub fn wants(path: &str, mode: u32, directory: bool) -> bool {
    // Most files are nothing of it: what costs a copy of the path comes last.
    let special = mode & 0o002 != 0 || !directory && mode & (SETUID | SETGID) != 0;
    let named = || {
        let name = path.rsplit('/').next().unwrap_or(path);
        name.starts_with('.')
            || name.starts_with("core.")
            || matches!(name, "HEAD" | "wc.db" | "requires")
            || [".crt", ".pem", ".cer", ".deb"]
                .iter()
                .any(|end| name.ends_with(end))
    };
    if !special && !named() {
        return false;
    }
    let place = Place {
        path: path.to_owned(),
        mode,
        directory,
    };
    place.is_set() || place.is_open() || place.leftover().is_some() || place.is_authority()
}

/// Directories that are made for everybody, or are not the image's.
fn is_scratch(path: &str) -> bool {
    const SCRATCH: &[&str] = &[
        "tmp", "var/tmp", "dev", "proc", "sys", "run/lock", "var/lock",
    ];
    SCRATCH.iter().any(|dir| {
        path.strip_prefix(dir)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}
