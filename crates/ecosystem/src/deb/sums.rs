//! `info/<package>[:<architecture>].md5sums`: lines of an MD5, two spaces and a path.
//!
//! dpkg leaves settings (`conffiles`) out of it, so every file in it is to stay as it is.
//! Format: deb-md5sums(5). In distroless images the same file lies in `status.d`.

use crate::sums::{self, Algorithm, Stated, SumReader, Sums};
use crate::{Input, ReadError};

pub(crate) const READER: SumReader = SumReader {
    id: "deb/md5sums",
    revision: 1,
    wants: |path| owner(path).is_some(),
    max_bytes: 64 << 20,
    read,
};

fn owner(path: &str) -> Option<&str> {
    let name = path
        .strip_prefix("var/lib/dpkg/info/")
        .or_else(|| path.strip_prefix("var/lib/dpkg/status.d/"))?;
    let name = name.strip_suffix(".md5sums")?;
    let name = name.split(':').next().unwrap_or(name);
    (!name.is_empty() && !name.contains('/')).then_some(name)
}

fn read(input: Input<'_>) -> Result<Sums, ReadError> {
    let owner = owner(input.path).ok_or_else(|| ReadError::new("not a list of checksums"))?;
    let mut stated = Stated::new("deb", owner, Algorithm::Md5);
    for line in input.bytes.split(|b| *b == b'\n') {
        let Some((digest, path)) = line.split_at_checked(32) else {
            continue;
        };
        // A path that needs escapes begins with a backslash before the digest, and is none
        // of a package of Debian's.
        let path = path.strip_prefix(b"  ").or(path.strip_prefix(b" *"));
        if let Some(path) = path.and_then(|p| std::str::from_utf8(p).ok()) {
            stated.push(path.trim_end(), sums::of_hex(digest, Algorithm::Md5));
        }
    }
    let mut sums = Sums::default();
    sums.push(stated);
    Ok(sums)
}
