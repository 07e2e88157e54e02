//! The small database inside the program: some thirty landmark vulnerabilities.
//!
//! It lets a first scan work with no network and no download, and it marks itself
//! (`starter` in [`lazaret_model::DatabaseInfo`]) so that a report can say that it knows
//! next to nothing. The records are OSV files in `starter/`, written for this program;
//! their sentences are ours, their facts are public. They are read and indexed on first
//! use: a generated file in the repository would drift from them, and reading them takes
//! about as long as finding a file on disk would.

use std::sync::OnceLock;

use lazaret_model::{AdvisoryKind, FeedItem, Kev};

use crate::build::Builder;
use crate::db::{Db, DbError};
use crate::feed::{self, FeedFile, Sink};

/// The name under which the records appear as a feed.
const FEED: &str = "starter";
/// Compression of a few kilobytes; higher levels gain nothing.
const LEVEL: i32 = 1;

macro_rules! record {
    ($id:literal) => {
        (
            concat!($id, ".yaml"),
            include_bytes!(concat!("../../starter/", $id, ".yaml")),
        )
    };
}

/// Every record, by file name.
static RECORDS: &[(&str, &[u8])] = &[
    record!("CVE-2014-0160"),
    record!("CVE-2014-6271"),
    record!("CVE-2017-5638"),
    record!("CVE-2017-9841"),
    record!("CVE-2018-18074"),
    record!("CVE-2019-10744"),
    record!("CVE-2019-10906"),
    record!("CVE-2019-5418"),
    record!("CVE-2020-14343"),
    record!("CVE-2020-7598"),
    record!("CVE-2021-23337"),
    record!("CVE-2021-3156"),
    record!("CVE-2021-44228"),
    record!("CVE-2021-44906"),
    record!("CVE-2021-45046"),
    record!("CVE-2022-0847"),
    record!("CVE-2022-22965"),
    record!("CVE-2022-24713"),
    record!("CVE-2022-34265"),
    record!("CVE-2022-3602"),
    record!("CVE-2022-37434"),
    record!("CVE-2022-42889"),
    record!("CVE-2023-32681"),
    record!("CVE-2023-38545"),
    record!("CVE-2023-39325"),
    record!("CVE-2023-43804"),
    record!("CVE-2023-4863"),
    record!("CVE-2023-4911"),
    record!("CVE-2024-21626"),
    record!("CVE-2024-3094"),
    record!("CVE-2024-45337"),
    record!("CVE-2024-6387"),
    record!("GHSA-5crp-9r3c-p9vr"),
    record!("GHSA-mh6f-8j2x-4483"),
    record!("GHSA-pjwm-rvh2-c87w"),
];

/// Which of them are known to have been exploited: id, date added, date due, ransomware.
static KNOWN_EXPLOITED: &str = include_str!("../../starter/known-exploited.tsv");

/// The database inside the program.
///
/// # Errors
/// Never, as the tests show; the type is that of every other way to a database.
pub fn database() -> Result<Db, DbError> {
    static FILE: OnceLock<Vec<u8>> = OnceLock::new();
    Db::from_static(FILE.get_or_init(file))
}

fn file() -> Vec<u8> {
    let mut items = Vec::new();
    let mut bad = Vec::new();
    if let Some(osv) = feed::by_name("osv") {
        for (path, bytes) in RECORDS {
            let mut sink = Sink::new(&mut items, &mut bad);
            // Nothing here can fail unnoticed: a test counts what comes out.
            let _ = (osv.read)(FeedFile { path, bytes }, &mut sink);
        }
    }
    let mut builder = Builder::new();
    for item in items.into_iter().map(ours).chain(known_exploited()) {
        let _ = builder.item(FEED, item);
    }
    let encoded = builder.finish(LEVEL, true);
    encoded.map(|encoded| encoded.bytes).unwrap_or_default()
}

/// Says that a record is from here, and what harm it is.
fn ours(item: FeedItem) -> FeedItem {
    let FeedItem::Advisory(mut advisory) = item else {
        return item;
    };
    advisory.feed = FEED.into();
    // CWE-506, embedded malicious code: the package was made to do harm.
    if advisory.cwes.iter().any(|cwe| cwe == "CWE-506") {
        advisory.kind = AdvisoryKind::Malware;
    }
    FeedItem::Advisory(advisory)
}

fn known_exploited() -> impl Iterator<Item = FeedItem> {
    KNOWN_EXPLOITED.lines().filter_map(|line| {
        let mut fields = line.split('\t');
        Some(FeedItem::Kev {
            id: fields.next()?.to_owned(),
            kev: Kev {
                date_added: fields.next()?.to_owned(),
                due_date: fields.next()?.to_owned(),
                ransomware: fields.next()? == "ransomware",
                name: String::new(),
            },
        })
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_file_of_the_folder_is_in_the_program() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/starter");
        let files: BTreeSet<String> = std::fs::read_dir(folder)
            .expect("the folder")
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.ends_with(".yaml"))
            .collect();
        let listed = RECORDS.iter().map(|(path, _)| path.to_string()).collect();
        assert_eq!(files, listed);
    }

    #[test]
    fn every_record_is_read_without_complaint() {
        let osv = feed::by_name("osv").expect("the feed");
        for (path, bytes) in RECORDS {
            let (mut items, mut bad) = (Vec::new(), Vec::new());
            let read = (osv.read)(
                FeedFile { path, bytes },
                &mut Sink::new(&mut items, &mut bad),
            );
            assert!(read.is_ok() && bad.is_empty(), "{path}: {read:?} {bad:?}");
            let [FeedItem::Advisory(advisory)] = &items[..] else {
                panic!("{path}: {items:?}");
            };
            assert_eq!(format!("{}.yaml", advisory.id), *path);
            assert!(!advisory.affected.is_empty(), "{path}");
            for affected in &advisory.affected {
                assert_eq!(affected.range.opaque, None, "{path}");
            }
        }
    }
}
