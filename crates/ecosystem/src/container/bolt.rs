//! bbolt: a store of nested buckets in one file.
//!
//! Two meta pages, of which the valid one with the higher transaction counts; then a tree
//! of branch and leaf pages for each bucket. Small buckets lie inside the value that would
//! name their root. Numbers are little-endian on the machines that run containers.
//! Source: go.etcd.io/bbolt, `internal/common/{page,meta,bucket,inode}.go`.

use std::cell::Cell;

use crate::ReadError;
use crate::bytes::Endian;

const MAGIC: u32 = 0xed0c_daed;
const HEADER: usize = 16;
const ELEMENT: usize = 16;
const BRANCH: u16 = 0x01;
const LEAF: u16 = 0x02;
const BUCKET: u32 = 0x01;

/// Most pages that are visited: buckets that name each other's pages end there.
const MAX_VISITS: usize = 100_000;

/// A store that lies in memory.
pub(super) struct Store<'a> {
    bytes: &'a [u8],
    page: usize,
    root: usize,
    visits: Cell<usize>,
}

/// A bucket, by its root page or by the page that lies in its value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Bucket<'a> {
    Page(usize),
    Inline(&'a [u8]),
}

/// What a key leads to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Item<'a> {
    Value(&'a [u8]),
    Bucket(Bucket<'a>),
}

/// Whether the bytes begin as a store does.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    Endian::Little.u32(bytes, HEADER) == Some(MAGIC)
}

impl<'a> Store<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let page = Endian::Little.size(bytes, HEADER + 8).unwrap_or(0);
        if !is_one(bytes) || !page.is_power_of_two() || !(512..=1 << 20).contains(&page) {
            return Err(ReadError::new("not a bbolt store"));
        }
        let metas = [0, page].map(|start| meta(bytes.get(start + HEADER..)?));
        let (_, root) = metas
            .into_iter()
            .flatten()
            .max()
            .ok_or_else(|| ReadError::new("no valid meta page"))?;
        Ok(Self {
            bytes,
            page,
            root,
            visits: Cell::new(0),
        })
    }

    pub(super) fn root(&self) -> Bucket<'a> {
        Bucket::Page(self.root)
    }

    /// The keys of a bucket and what they lead to, in order.
    pub(super) fn items(&self, bucket: Bucket<'a>) -> Vec<(&'a [u8], Item<'a>)> {
        let mut items = Vec::new();
        let mut open = vec![bucket];
        while let Some(next) = open.pop() {
            self.visits.set(self.visits.get() + 1);
            if self.visits.get() > MAX_VISITS {
                break;
            }
            let page = match next {
                Bucket::Page(number) => self.page(number),
                Bucket::Inline(page) => Some(page),
            };
            if let Some(page) = page {
                self.take(page, &mut open, &mut items);
            }
        }
        items
    }

    /// The bucket at a key of a bucket.
    pub(super) fn bucket(&self, bucket: Bucket<'a>, key: &[u8]) -> Option<Bucket<'a>> {
        self.items(bucket)
            .into_iter()
            .find_map(|(k, item)| match item {
                Item::Bucket(inner) if k == key => Some(inner),
                _ => None,
            })
    }

    /// The value at a key of a bucket.
    pub(super) fn value(&self, bucket: Bucket<'a>, key: &[u8]) -> Option<&'a [u8]> {
        self.items(bucket)
            .into_iter()
            .find_map(|(k, item)| match item {
                Item::Value(value) if k == key => Some(value),
                _ => None,
            })
    }

    /// A page with the pages that it overflows into.
    fn page(&self, number: usize) -> Option<&'a [u8]> {
        let start = number.checked_mul(self.page)?;
        let more = Endian::Little.size(self.bytes, start.checked_add(12)?)?;
        let length = more.checked_add(1)?.checked_mul(self.page)?;
        let end = start.checked_add(length)?.min(self.bytes.len());
        self.bytes.get(start..end)
    }

    fn take(
        &self,
        page: &'a [u8],
        open: &mut Vec<Bucket<'a>>,
        items: &mut Vec<(&'a [u8], Item<'a>)>,
    ) {
        let flags = Endian::Little.u16(page, 8).unwrap_or(0);
        let count = usize::from(Endian::Little.u16(page, 10).unwrap_or(0));
        let mut children = Vec::new();
        for at in (0..count).map(|i| HEADER + i * ELEMENT) {
            if flags & LEAF != 0 {
                let Some(item) = leaf(page, at) else { return };
                items.push(item);
            } else if flags & BRANCH != 0 {
                let Some(child) = number(page, at + 8) else {
                    return;
                };
                children.push(Bucket::Page(child));
            }
        }
        open.extend(children.into_iter().rev());
    }
}

/// Transaction and root page of a valid meta page.
fn meta(page: &[u8]) -> Option<(u64, usize)> {
    let sum = Endian::Little.u64(page, 56)?;
    let good = Endian::Little.u32(page, 0) == Some(MAGIC) && fnv(page.get(..56)?) == sum;
    good.then_some((Endian::Little.u64(page, 48)?, number(page, 16)?))
}

/// FNV-1a of 64 bits.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(Endian::Little.u64(bytes, at)?).ok()
}

/// An element of a leaf page: flags, the offset of its key from itself, and two lengths.
fn leaf(page: &[u8], at: usize) -> Option<(&[u8], Item<'_>)> {
    let flags = Endian::Little.u32(page, at)?;
    let start = at.checked_add(Endian::Little.size(page, at + 4)?)?;
    let middle = start.checked_add(Endian::Little.size(page, at + 8)?)?;
    let end = middle.checked_add(Endian::Little.size(page, at + 12)?)?;
    let (key, value) = (page.get(start..middle)?, page.get(middle..end)?);
    if flags & BUCKET == 0 {
        return Some((key, Item::Value(value)));
    }
    // A bucket without a root page holds its only page behind its header.
    let bucket = match number(value, 0)? {
        0 => Bucket::Inline(value.get(16..)?),
        root => Bucket::Page(root),
    };
    Some((key, Item::Bucket(bucket)))
}
