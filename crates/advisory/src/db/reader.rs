//! Opening a database, and looking packages and advisories up in it.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use lazaret_model::{AdvisoryKind, Affected, DatabaseInfo, Digest, FeedInfo};
use zstd::bulk::Decompressor;

use super::blocks::Blocks;
use super::body::{self, AdvisoryBody};
use super::bytes::{self, Bytes};
use super::codec::{Decoder, Malformed, Strings, Texts, u32_at};
use super::container::{Container, Section};
use super::table::{Entry, Table};
use super::{DbError, statement};

/// An open database. Shared freely between threads, which never wait for each other.
pub struct Db {
    bytes: Bytes,
    container: Container,
    meta: Meta,
    bodies: Mutex<Option<Kept>>,
    cves: Mutex<Option<Kept>>,
}

/// What the last reader of a section leaves for the next one: preparing it costs more than
/// reading a block, and records that are asked for together often stand together.
struct Kept {
    decompressor: Decompressor<'static>,
    block: Option<(u32, Vec<u8>)>,
}

/// The place of an advisory in one database file. Means nothing in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AdvisoryIndex(pub(crate) u32);

/// The place of an alias group in one database file. Means nothing in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupIndex(pub(crate) u32);

/// What an advisory says about a package.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The statement.
    pub affected: Affected,
    /// The advisory that makes it.
    pub advisory: AdvisoryIndex,
}

/// What a matcher must know of an advisory at once; costs no decompression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdvisoryHead {
    /// The feed's own id of the record.
    pub id: String,
    /// Name of the feed.
    pub feed: String,
    /// Vulnerability, malware or information.
    pub kind: AdvisoryKind,
    /// The feed has withdrawn the advisory: it must not match.
    pub withdrawn: bool,
    /// The advisory's id is a CVE id that its authority has rejected: it must not match.
    pub rejected: bool,
    /// The group of ids that the advisory belongs to.
    pub group: GroupIndex,
}

/// A name space of packages that a database knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Space {
    /// A purl type, or `distribution:release`.
    pub name: String,
    /// Number of package names with statements.
    pub packages: u64,
    /// Number of statements.
    pub statements: u64,
}

struct Meta {
    info: DatabaseInfo,
    spaces: Vec<Space>,
}

const HEAD_FIELDS: usize = 3;

impl Db {
    /// Opens a database file by mapping it into memory.
    ///
    /// Checks the header and the two small sections that every use needs; costs the same
    /// for a file of any size. See [`Db::verify`] for the rest.
    pub fn open(path: &Path) -> Result<Self, DbError> {
        Self::read(bytes::map(path)?)
    }

    /// Opens a database that is in memory. Never panics, whatever the bytes are.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, DbError> {
        Self::read(Bytes::Owned(bytes))
    }

    /// Opens a database that is part of the program.
    pub fn from_static(bytes: &'static [u8]) -> Result<Self, DbError> {
        Self::read(Bytes::Static(bytes))
    }

    fn read(bytes: Bytes) -> Result<Self, DbError> {
        let container = Container::parse(&bytes)?;
        container.verify(&bytes, Section::Meta)?;
        container.verify(&bytes, Section::Strings)?;
        let digest = Digest::sha256(container.digest());
        let meta = Meta::decode(digest, container.section(&bytes, Section::Meta))
            .map_err(in_section(Section::Meta))?;
        Ok(Self {
            bytes,
            container,
            meta,
            bodies: Mutex::default(),
            cves: Mutex::default(),
        })
    }

    /// Compares every section with its digest. Reads the whole file once.
    pub fn verify(&self) -> Result<(), DbError> {
        Section::ALL
            .into_iter()
            .try_for_each(|section| self.container.verify(&self.bytes, section))
    }

    /// The digest of the content: the same for the same sources.
    pub fn digest(&self) -> &Digest {
        &self.meta.info.digest
    }

    /// What a report says about the database it was made with.
    pub fn info(&self) -> &DatabaseInfo {
        &self.meta.info
    }

    /// Size of the file in bytes.
    pub fn size_bytes(&self) -> usize {
        self.bytes.len()
    }

    /// The whole file, to copy or to serve it.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The whole file, without a copy where it is in memory as a vector already.
    pub fn into_bytes(self) -> Vec<u8> {
        match self.bytes {
            Bytes::Owned(bytes) => bytes,
            bytes => bytes.to_vec(),
        }
    }

    /// Every name space with statements, sorted by name.
    pub fn spaces(&self) -> &[Space] {
        &self.meta.spaces
    }

    /// Whether there are statements about packages of `space`. Where there are none, an
    /// empty answer of [`Db::statements`] says nothing about a package.
    pub fn has_space(&self, space: &str) -> bool {
        let spaces = &self.meta.spaces;
        spaces
            .binary_search_by(|known| known.name.as_str().cmp(space))
            .is_ok()
    }

    /// Everything that is said about the package `name` of `space`, both in the form that
    /// the ecosystem normalises to. Ordered by advisory (feed, then id); withdrawn and
    /// rejected advisories are among them, see [`AdvisoryHead`].
    pub fn statements(&self, space: &str, name: &str) -> Result<Vec<Statement>, DbError> {
        let key = [space.as_bytes(), b"\0", name.as_bytes()].concat();
        let table = self.table(Section::Keys)?;
        match table.get(&key).map_err(in_section(Section::Keys))? {
            None => Ok(Vec::new()),
            Some((_, payload)) => self.rows((space, name), payload),
        }
    }

    /// Calls `visit` with space, name and statements of every package, in order of
    /// (space, name), until it returns false.
    pub fn each_package(
        &self,
        mut visit: impl FnMut(&str, &str, Vec<Statement>) -> bool,
    ) -> Result<(), DbError> {
        let mut outcome = Ok(());
        self.each_key(
            |space, name, payload| match self.rows((space, name), payload) {
                Ok(statements) => visit(space, name, statements),
                Err(error) => {
                    outcome = Err(error);
                    false
                }
            },
        )?;
        outcome
    }

    /// Number of advisories; their indexes are below it.
    pub fn advisory_count(&self) -> u32 {
        let bytes = self.section(Section::Heads).len() / (4 * HEAD_FIELDS);
        u32::try_from(bytes).unwrap_or(u32::MAX)
    }

    /// The index of every advisory, ordered by (feed, id).
    pub fn advisories(&self) -> impl Iterator<Item = AdvisoryIndex> + use<> {
        (0..self.advisory_count()).map(AdvisoryIndex)
    }

    /// What a matcher must know of an advisory at once.
    pub fn advisory_head(&self, index: AdvisoryIndex) -> Result<AdvisoryHead, DbError> {
        let [id, group, tail] = self.head(index)?;
        let section = in_section(Section::Heads);
        Ok(AdvisoryHead {
            id: self.id_at(id)?,
            feed: self
                .strings()
                .text(u64::from(tail >> 8))
                .map_err(section)?
                .to_owned(),
            kind: body::kind((tail & 3) as u8).map_err(section)?,
            withdrawn: tail & 4 != 0,
            rejected: tail & 8 != 0,
            group: GroupIndex(group),
        })
    }

    /// The group of an advisory.
    pub fn group_of(&self, index: AdvisoryIndex) -> Result<GroupIndex, DbError> {
        self.head(index).map(|[_, group, _]| GroupIndex(group))
    }

    /// An advisory without its statements. Decompresses one block of sixteen.
    pub fn advisory(&self, index: AdvisoryIndex) -> Result<AdvisoryBody, DbError> {
        let head = self.advisory_head(index)?;
        self.record(Section::Bodies, index.0, |bytes| {
            let mut decoder = Decoder::new(bytes);
            body::decode(
                (head.id, head.feed, head.kind),
                &mut decoder,
                &self.strings(),
            )
        })
    }

    pub(super) fn section(&self, section: Section) -> &[u8] {
        self.container.section(&self.bytes, section)
    }

    pub(super) fn strings(&self) -> Strings<'_> {
        Strings::new(self.section(Section::Strings))
    }

    pub(super) fn table(&self, section: Section) -> Result<Table<'_>, DbError> {
        Table::new(self.section(section)).map_err(in_section(section))
    }

    /// The id at a position of the table of ids.
    pub(super) fn id_at(&self, index: u32) -> Result<String, DbError> {
        self.id_entry(index).and_then(|entry| {
            String::from_utf8(entry.key)
                .map_err(|_| in_section(Section::Ids)(Malformed("an id is not UTF-8")))
        })
    }

    pub(super) fn id_entry(&self, index: u32) -> Result<Entry<'_>, DbError> {
        let table = self.table(Section::Ids)?;
        table.at(index).map_err(in_section(Section::Ids))
    }

    /// Reads one record of a section of blocks.
    pub(super) fn record<T>(
        &self,
        section: Section,
        index: u32,
        read: impl FnOnce(&[u8]) -> Result<T, Malformed>,
    ) -> Result<T, DbError> {
        let place = match section {
            Section::Cves => &self.cves,
            _ => &self.bodies,
        };
        let lock = || place.lock().unwrap_or_else(PoisonError::into_inner);
        // Taken out while it is used: another thread meanwhile prepares its own.
        let kept = lock().take();
        let (kept, value) = self
            .read_kept(kept, section, index, read)
            .map_err(in_section(section))?;
        *lock() = Some(kept);
        Ok(value)
    }

    fn read_kept<T>(
        &self,
        kept: Option<Kept>,
        section: Section,
        index: u32,
        read: impl FnOnce(&[u8]) -> Result<T, Malformed>,
    ) -> Result<(Kept, T), Malformed> {
        let blocks = Blocks::new(self.section(section))?;
        let (block, place) = Blocks::place(index);
        let mut kept = match kept {
            Some(kept) => kept,
            None => Kept {
                decompressor: blocks.prepare()?,
                block: None,
            },
        };
        let raw = match kept.block.take() {
            Some((known, raw)) if known == block => raw,
            _ => blocks.block(block, &mut kept.decompressor)?,
        };
        let value = Blocks::record(&raw, place).and_then(read)?;
        kept.block = Some((block, raw));
        Ok((kept, value))
    }

    /// Calls `visit` with space, name and payload of every package, until it returns false.
    pub(super) fn each_key(
        &self,
        mut visit: impl FnMut(&str, &str, &[u8]) -> bool,
    ) -> Result<(), DbError> {
        let mut good = true;
        let table = self.table(Section::Keys)?;
        let outcome = table.each_from(b"", |_, key, payload| {
            let parts = str::from_utf8(key)
                .ok()
                .and_then(|key| key.split_once('\0'));
            good = parts.is_some();
            parts.is_some_and(|(space, name)| visit(space, name, payload))
        });
        match outcome {
            Ok(()) if good => Ok(()),
            Ok(()) => Err(in_section(Section::Keys)(Malformed("a key has no space"))),
            Err(malformed) => Err(in_section(Section::Keys)(malformed)),
        }
    }

    pub(super) fn rows(
        &self,
        key: (&str, &str),
        payload: &[u8],
    ) -> Result<Vec<Statement>, DbError> {
        self.decode_rows(key, Decoder::new(self.row_bytes(payload)?))
            .map_err(in_section(Section::Rows))
    }

    /// The rows of the package with that payload.
    pub(super) fn row_bytes(&self, payload: &[u8]) -> Result<&[u8], DbError> {
        let mut payload = Decoder::new(payload);
        let start = payload.count().map_err(in_section(Section::Keys))?;
        let len = payload.count().map_err(in_section(Section::Keys))?;
        start
            .checked_add(len)
            .and_then(|end| self.section(Section::Rows).get(start..end))
            .ok_or(Malformed("rows are outside"))
            .map_err(in_section(Section::Rows))
    }

    fn decode_rows(
        &self,
        key: (&str, &str),
        mut decoder: Decoder<'_>,
    ) -> Result<Vec<Statement>, Malformed> {
        let strings = self.strings();
        let advisories = self.advisory_count();
        let mut statements = Vec::new();
        let mut advisory = 0u32;
        while !decoder.is_empty() {
            advisory = advisory
                .checked_add(decoder.index()?)
                .filter(|index| *index < advisories)
                .ok_or(Malformed("a statement is of no advisory"))?;
            statements.push(Statement {
                affected: statement::decode(key, &mut decoder, &strings)?,
                advisory: AdvisoryIndex(advisory),
            });
        }
        Ok(statements)
    }

    /// Id, group, and feed with flags of an advisory.
    fn head(&self, index: AdvisoryIndex) -> Result<[u32; HEAD_FIELDS], DbError> {
        let heads = self.section(Section::Heads);
        let first = index.0 as usize * HEAD_FIELDS;
        let field = |at| {
            u32_at(heads, first + at).map_err(|_| DbError::NoSuchIndex {
                kind: "advisory",
                index: index.0,
            })
        };
        Ok([field(0)?, field(1)?, field(2)?])
    }
}

/// What [`Db`] keeps of the section `meta`.
impl Meta {
    fn decode(digest: Digest, bytes: &[u8]) -> Result<Self, Malformed> {
        let mut decoder = Decoder::new(bytes);
        let info = DatabaseInfo {
            digest,
            built_at: decoder.string()?,
            starter: decoder.byte()? != 0,
            feeds: decoder.list(|decoder| {
                Ok(FeedInfo {
                    name: decoder.string()?,
                    as_of: decoder.string()?,
                    records: decoder.number()?,
                })
            })?,
        };
        Ok(Self {
            info,
            spaces: decoder.list(|decoder| {
                Ok(Space {
                    name: decoder.string()?,
                    packages: decoder.number()?,
                    statements: decoder.number()?,
                })
            })?,
        })
    }
}

/// Says in which section something is malformed.
pub(super) fn in_section(section: Section) -> impl Fn(Malformed) -> DbError + Copy {
    move |Malformed(what)| DbError::Damaged {
        section: section.name(),
        what,
    }
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Db")
            .field("info", self.info())
            .field("size_bytes", &self.size_bytes())
            .finish_non_exhaustive()
    }
}
