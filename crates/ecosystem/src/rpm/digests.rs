//! Checksums of the files in a header: `FILEDIGESTS`, made as `FILEDIGESTALGO` says.
//!
//! Left out are settings (`%config`), files that a package only claims (`%ghost`), and those
//! whose content rpm itself is told not to verify (`%verify(not md5)`). Source: rpm's tags
//! and file flags; the numbers of algorithms are those of OpenPGP, RFC 9580, 9.5.

use super::header::{FILE_MODES, Header, INT16, INT32, NAME};
use crate::sums::{self, Algorithm, Stated};

const FILE_DIGESTS: u32 = 1035;
const FILE_FLAGS: u32 = 1037;
const FILE_VERIFY_FLAGS: u32 = 1045;
const FILE_DIGEST_ALGORITHM: u32 = 5011;

const CONFIG: usize = 1 << 0;
const GHOST: usize = 1 << 6;
const VERIFY_CONTENT: usize = 1 << 0;

/// The header has checksums of an algorithm that is not compared.
pub(super) struct Unknown;

/// What the package of a header states of its files; nothing where it cannot be told whose.
pub(super) fn read(blob: &[u8]) -> Result<Option<Stated>, Unknown> {
    let Some(header) = Header::new(blob) else {
        return Ok(None);
    };
    let (Some(name), digests) = (header.text(NAME), header.texts(FILE_DIGESTS)) else {
        return Ok(None);
    };
    if digests.iter().all(|d| d.is_empty()) {
        return Ok(None);
    }
    let algorithm = match header.number(FILE_DIGEST_ALGORITHM) {
        None | Some(1) => Algorithm::Md5,
        Some(2) => Algorithm::Sha1,
        Some(8) => Algorithm::Sha256,
        Some(_) => return Err(Unknown),
    };
    let numbers = |tag| header.numbers(tag, INT32, 4).collect::<Vec<usize>>();
    let (flags, verified) = (numbers(FILE_FLAGS), numbers(FILE_VERIFY_FLAGS));
    let modes: Vec<usize> = header.numbers(FILE_MODES, INT16, 2).collect();
    let mut stated = Stated::new("rpm", &name, algorithm);
    for (at, path) in header.files() {
        let of = |numbers: &[usize], otherwise| numbers.get(at).copied().unwrap_or(otherwise);
        let regular = of(&modes, 0) & 0o170_000 == 0o100_000;
        let changes = of(&flags, 0) & (CONFIG | GHOST) != 0;
        if regular && !changes && of(&verified, VERIFY_CONTENT) & VERIFY_CONTENT != 0 {
            let digest = digests.get(at).and_then(|d| sums::of_hex(d, algorithm));
            stated.push(&path, digest);
        }
    }
    Ok(Some(stated))
}
