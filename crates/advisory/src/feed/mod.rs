//! Advisory feeds: one upstream per file, and the list of them.
//!
//! A [`Feed`] says how to recognise the files of one upstream and how to read them.
//! Readers are pure: they get the path and the bytes of one file and hand records to a
//! [`Sink`]; they open nothing and ask nobody. Walking folders and archives,
//! decompression, duplicates, alias closure and order belong to [`crate::build`].
//!
//! What a reader may rely on, and what it must keep to:
//!
//! - A file arrives whole and decompressed; `path` is relative to the source that the
//!   user named, `/`-separated, without a compression suffix.
//! - The same `(Advisory::feed, Advisory::id)` may be handed over several times. The
//!   newest `modified` wins; among equals (or where there is no time) the statements and
//!   lists are united. So a feed that spreads one id over several files needs no state.
//! - `aliases` are other names of the *same* vulnerability and are joined. What an
//!   erratum fixes goes to `upstream` and is not joined.
//! - `space` and `name` of a statement are the exact look-up key, already normalised.
//! - A record that cannot be read goes to [`Sink::bad`]; the rest of the file is read.
//!   An error is for a file of which nothing can be read.

mod alma;
mod alpine;
mod arch;
mod bottlerocket;
mod csaf;
mod cve5;
mod cvrf;
mod debian;
mod debian_lists;
mod endoflife;
mod epss;
mod fedora;
mod friendsofphp;
mod gentoo;
mod kev;
mod kubernetes;
mod lenient;
mod node;
mod nodejs_wg;
mod nvd;
mod osv;
mod oval;
mod photon;
mod retire;
mod rocky;
mod rpm;
mod rubysec;
mod rustsec;
mod space;
mod text;
mod ubuntu;
mod updateinfo;
mod xml;

use lazaret_model::{Advisory, FeedItem};

/// Every feed, in the order that `lazaret db feeds` lists them.
pub static ALL: &[&Feed] = &[
    &osv::FEED,
    &debian::FEED,
    &debian_lists::FEED,
    &ubuntu::FEED,
    &oval::UBUNTU,
    &alpine::FEED,
    &csaf::REDHAT,
    &oval::REDHAT,
    &alma::FEED,
    &updateinfo::ALMA,
    &oval::ALMA,
    &rocky::FEED,
    &updateinfo::ROCKY,
    &oval::ORACLE,
    &updateinfo::AMAZON,
    &csaf::SUSE,
    &oval::SUSE,
    &cvrf::SUSE,
    &csaf::OPENEULER,
    &cvrf::OPENEULER,
    &fedora::FEED,
    &updateinfo::FEDORA,
    &photon::FEED,
    &oval::PHOTON,
    &oval::AZURE,
    &bottlerocket::FEED,
    &updateinfo::BOTTLEROCKET,
    &arch::FEED,
    &gentoo::FEED,
    &rustsec::FEED,
    &rubysec::FEED,
    &friendsofphp::FEED,
    &nodejs_wg::FEED,
    &node::FEED,
    &retire::FEED,
    &kubernetes::FEED,
    &nvd::FEED,
    &nvd::OVERRIDES,
    &cve5::FEED,
    &epss::FEED,
    &kev::FEED,
    &endoflife::FEED,
];

/// One upstream: how to recognise its files and how to read them.
pub struct Feed {
    /// Stable name, as in `lazaret db build osv=PATH`.
    pub name: &'static str,
    /// The name for people.
    pub title: &'static str,
    /// Where the data comes from, for `lazaret db feeds`.
    pub upstream: &'static str,
    /// Addresses that `lazaret db update` downloads; empty where the upstream has no
    /// file to download (a repository to clone, an interface with pages).
    pub downloads: &'static [&'static str],
    /// What the feed is good for, in one or two sentences.
    pub about: &'static str,
    /// Whether the feed reads the file at `path`. Cheap: looks at the name alone.
    pub wants: fn(path: &str) -> bool,
    /// Reads one file.
    pub read: fn(file: FeedFile<'_>, out: &mut Sink<'_>) -> Result<(), FeedError>,
    /// Joins what only makes sense over all files of the feed, such as the highest fixed
    /// version over several advisories. Runs once, on the advisories of all sources of the
    /// feed, ordered by id; the outcome must not depend on the order among equal ids.
    pub finish: Option<fn(&mut Vec<Advisory>)>,
}

/// A file to read.
#[derive(Debug, Clone, Copy)]
pub struct FeedFile<'a> {
    /// Path inside the source, `/`-separated, without a compression suffix.
    pub path: &'a str,
    /// The whole content, decompressed.
    pub bytes: &'a [u8],
}

/// Takes what a reader finds.
pub struct Sink<'a> {
    items: &'a mut Vec<FeedItem>,
    bad: &'a mut Vec<BadRecord>,
}

/// A record that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BadRecord {
    /// The record's id, or where it stands in its file.
    pub record: String,
    /// What was wrong, as a sentence fragment.
    pub reason: String,
}

impl<'a> Sink<'a> {
    /// A sink that appends to these lists.
    pub fn new(items: &'a mut Vec<FeedItem>, bad: &'a mut Vec<BadRecord>) -> Self {
        Self { items, bad }
    }

    /// Takes a good record.
    pub fn item(&mut self, item: FeedItem) {
        self.items.push(item);
    }

    /// Takes note of one record that cannot be read: it is counted, named and skipped.
    pub fn bad(&mut self, record: impl Into<String>, reason: impl Into<String>) {
        self.bad.push(BadRecord {
            record: record.into(),
            reason: reason.into(),
        });
    }
}

/// Nothing in a file can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct FeedError {
    /// What was wrong, and where, as a sentence fragment.
    pub reason: String,
}

impl FeedError {
    /// An error with that reason.
    pub fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
        }
    }
}

/// The feed with that name.
pub fn by_name(name: &str) -> Option<&'static Feed> {
    ALL.iter().copied().find(|feed| feed.name == name)
}
