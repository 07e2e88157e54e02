//! The outer form of a database file: a header, a table of sections, the sections.
//!
//! ```text
//! offset  bytes  what
//!      0      8  `LAZADVDB`
//!      8      4  format version, currently 1
//!     12      4  number of sections, n
//!     16      8  length of the whole file
//!     24     32  content digest: SHA-256 of bytes 0..24 and of the section table
//!     56   56 n  section table: id (4), zero (4), offset (8), length (8), SHA-256 (32)
//! ```
//!
//! Numbers are little-endian. Sections follow the table without gaps, in the order of
//! the table, and end where the file ends. Every section's digest is in the table and the
//! table's digest in the header, so the content digest stands for the whole file while
//! opening hashes less than a kilobyte.

use std::ops::Range;

use sha2::{Digest as _, Sha256};

use super::DbError;

const MAGIC: &[u8; 8] = b"LAZADVDB";
const HEADER_BYTES: usize = 56;
const ENTRY_BYTES: usize = 56;
const MAX_SECTIONS: usize = 64;

/// The version of the format that this program writes and reads.
pub const FORMAT_VERSION: u32 = 2;

/// The parts of a database file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Section {
    /// Build time, feeds, spaces, counts.
    Meta = 1,
    /// Interned texts.
    Strings = 2,
    /// From space and name to rows.
    Keys = 3,
    /// Statements about packages.
    Rows = 4,
    /// What the matcher must know of an advisory at once.
    Heads = 5,
    /// The rest of each advisory, compressed.
    Bodies = 6,
    /// Every id, with its groups and facts.
    Ids = 7,
    /// Alias groups.
    Groups = 8,
    /// Records about CVE ids, compressed.
    Cves = 9,
    /// End-of-life dates.
    EndOfLife = 10,
}

impl Section {
    /// Every section, in file order.
    pub(crate) const ALL: [Self; 10] = [
        Self::Meta,
        Self::Strings,
        Self::Keys,
        Self::Rows,
        Self::Heads,
        Self::Bodies,
        Self::Ids,
        Self::Groups,
        Self::Cves,
        Self::EndOfLife,
    ];

    /// The name used in errors and in the documentation.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Meta => "meta",
            Self::Strings => "strings",
            Self::Keys => "keys",
            Self::Rows => "rows",
            Self::Heads => "heads",
            Self::Bodies => "bodies",
            Self::Ids => "ids",
            Self::Groups => "groups",
            Self::Cves => "cves",
            Self::EndOfLife => "end-of-life",
        }
    }
}

/// Where each section is, and what its digest must be.
type Entries = [(Range<usize>, [u8; 32]); Section::ALL.len()];

/// Where the sections of a file are, and what their digests must be.
#[derive(Debug, Clone)]
pub(crate) struct Container {
    digest: [u8; 32],
    entries: Entries,
}

impl Container {
    /// Reads and checks header and table; looks at no section.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, DbError> {
        if bytes.get(..MAGIC.len()) != Some(MAGIC) {
            return Err(DbError::NotADatabase);
        }
        let field = |at: usize| u32_at(bytes, at).ok_or(DbError::Truncated);
        let version = field(8)?;
        if version != FORMAT_VERSION {
            return Err(DbError::Version { found: version });
        }
        let count = field(12)? as usize;
        if count != Section::ALL.len() || count > MAX_SECTIONS {
            return Err(DbError::Header("the number of sections"));
        }
        let length = u64_at(bytes, 16).ok_or(DbError::Truncated)?;
        match u64::try_from(bytes.len()) {
            Ok(actual) if actual < length => return Err(DbError::Truncated),
            Ok(actual) if actual == length => {}
            _ => return Err(DbError::Header("the length of the file")),
        }
        let stated: [u8; 32] = array_at(bytes, 24).ok_or(DbError::Truncated)?;
        let table_end = HEADER_BYTES + count * ENTRY_BYTES;
        let table = bytes
            .get(HEADER_BYTES..table_end)
            .ok_or(DbError::Truncated)?;
        if digest_of(&bytes[..24], table) != stated {
            return Err(DbError::Header("the digest of the header"));
        }
        Ok(Self {
            digest: stated,
            entries: entries(bytes, table, table_end)?,
        })
    }

    /// The content digest.
    pub(crate) fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// The bytes of a section of the file that was parsed.
    pub(crate) fn section<'a>(&self, bytes: &'a [u8], section: Section) -> &'a [u8] {
        let (range, _) = &self.entries[section as usize - 1];
        bytes.get(range.clone()).unwrap_or_default()
    }

    /// Compares a section with its digest.
    pub(crate) fn verify(&self, bytes: &[u8], section: Section) -> Result<(), DbError> {
        let (_, stated) = &self.entries[section as usize - 1];
        let actual: [u8; 32] = Sha256::digest(self.section(bytes, section)).into();
        if actual == *stated {
            Ok(())
        } else {
            Err(DbError::Digest {
                section: section.name(),
            })
        }
    }
}

fn entries(bytes: &[u8], table: &[u8], table_end: usize) -> Result<Entries, DbError> {
    let mut found = std::array::from_fn(|_| (0..0, [0; 32]));
    let mut next = table_end;
    for (index, section) in Section::ALL.into_iter().enumerate() {
        let at = index * ENTRY_BYTES;
        let id = u32_at(table, at).ok_or(DbError::Truncated)?;
        let offset = u64_at(table, at + 8).ok_or(DbError::Truncated)?;
        let length = u64_at(table, at + 16).ok_or(DbError::Truncated)?;
        let digest = array_at(table, at + 24).ok_or(DbError::Truncated)?;
        let end = usize::try_from(length)
            .ok()
            .and_then(|length| next.checked_add(length))
            .filter(|&end| end <= bytes.len());
        let (true, Some(end)) = (id == section as u32 && offset == next as u64, end) else {
            return Err(DbError::Header("the table of sections"));
        };
        found[index] = (next..end, digest);
        next = end;
    }
    if next == bytes.len() {
        Ok(found)
    } else {
        Err(DbError::Header("the table of sections"))
    }
}

/// Puts sections, in the order of [`Section::ALL`], together to a file.
pub(crate) fn assemble(sections: &[Vec<u8>; Section::ALL.len()]) -> Vec<u8> {
    let table_end = HEADER_BYTES + sections.len() * ENTRY_BYTES;
    let length = table_end + sections.iter().map(Vec::len).sum::<usize>();
    let mut table = Vec::with_capacity(sections.len() * ENTRY_BYTES);
    let mut offset = table_end;
    for (section, content) in Section::ALL.into_iter().zip(sections) {
        table.extend_from_slice(&(section as u32).to_le_bytes());
        table.extend_from_slice(&[0; 4]);
        table.extend_from_slice(&(offset as u64).to_le_bytes());
        table.extend_from_slice(&(content.len() as u64).to_le_bytes());
        table.extend_from_slice(&Sha256::digest(content));
        offset += content.len();
    }
    let mut file = Vec::with_capacity(length);
    file.extend_from_slice(MAGIC);
    file.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
    file.extend_from_slice(&(sections.len() as u32).to_le_bytes());
    file.extend_from_slice(&(length as u64).to_le_bytes());
    let digest = digest_of(&file, &table);
    file.extend_from_slice(&digest);
    file.extend_from_slice(&table);
    for content in sections {
        file.extend_from_slice(content);
    }
    file
}

fn digest_of(head: &[u8], table: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(head);
    hash.update(table);
    hash.finalize().into()
}

fn array_at<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk::<N>().copied()
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    array_at(bytes, at).map(u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    array_at(bytes, at).map(u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> Vec<u8> {
        assemble(&std::array::from_fn(|index| vec![index as u8; index]))
    }

    #[test]
    fn sections_come_back() {
        let file = file();
        let container = Container::parse(&file).expect("a good file");
        for (index, section) in Section::ALL.into_iter().enumerate() {
            assert_eq!(container.section(&file, section), vec![index as u8; index]);
            container
                .verify(&file, section)
                .expect("an untouched section");
        }
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let good = file();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x20;
            let noticed = Container::parse(&bad).and_then(|container| {
                Section::ALL
                    .into_iter()
                    .try_for_each(|section| container.verify(&bad, section))
            });
            assert!(noticed.is_err(), "byte {at}");
        }
    }

    #[test]
    fn every_other_length_is_noticed() {
        let good = file();
        for len in 0..good.len() {
            assert!(Container::parse(&good[..len]).is_err(), "{len} bytes");
        }
        let mut longer = good;
        longer.push(0);
        assert!(Container::parse(&longer).is_err());
    }
}
