//! Damaged databases are errors: never a panic, never a silent empty answer.

use lazaret_advisory::build::exercise_tar;
use lazaret_advisory::db::exercise;
use lazaret_advisory::{Db, DbError};
use proptest::prelude::*;

use crate::records::{everything, file};

/// Asks an open database everything there is to ask; what comes back does not matter.
fn ask_everything(db: &Db) -> Result<(), DbError> {
    let mut names = Vec::new();
    let walked = db.each_package(|space, name, _| {
        names.push((space.to_owned(), name.to_owned()));
        names.len() < 1000
    });
    for (space, name) in names.iter().take(50) {
        for statement in db.statements(space, name).unwrap_or_default() {
            let _ = db.advisory(statement.advisory);
        }
    }
    for index in db.advisories().take(50) {
        let _ = db.advisory_head(index);
        let _ = db.advisory(index);
        let _ = db.group_of(index).and_then(|group| db.group(group));
    }
    for id in ["CVE-2021-44228", "CVE-2022-1", "ALSA-1", "", "ZZZ"] {
        let _ = db.by_id(id);
    }
    let _ = db.end_of_life("debian", "11");
    let _ = db.ends_of_life();
    let _ = db.search("summary of", 10);
    let _ = db.dump(&mut std::io::sink());
    walked
}

/// Makes a file whose sections were changed look right again, as an attacker would.
fn reseal(bytes: &mut [u8]) {
    use sha2::{Digest, Sha256};
    let u64_at = |bytes: &[u8], at: usize| {
        usize::try_from(u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())).unwrap()
    };
    for section in 0..10 {
        let entry = 56 + section * 56;
        let (start, len) = (u64_at(bytes, entry + 8), u64_at(bytes, entry + 16));
        let Some(content) = bytes.get(start..start + len) else {
            return;
        };
        let digest = Sha256::digest(content);
        bytes[entry + 24..entry + 56].copy_from_slice(&digest);
    }
    let mut header = Sha256::new();
    header.update(&bytes[..24]);
    header.update(&bytes[56..56 + 560]);
    let digest = header.finalize();
    bytes[24..56].copy_from_slice(&digest);
}

#[test]
fn every_flipped_bit_is_noticed() {
    let good = file(everything());
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 8);
        let noticed = match Db::from_bytes(bad) {
            Err(_) => true,
            Ok(db) => {
                let _ = ask_everything(&db);
                db.verify().is_err()
            }
        };
        assert!(noticed, "byte {at} of {}", good.len());
    }
}

#[test]
fn every_shorter_file_is_refused() {
    let good = file(everything());
    for len in 0..good.len() {
        assert!(Db::from_bytes(good[..len].to_vec()).is_err(), "{len} bytes");
    }
}

#[test]
fn a_forged_file_with_right_digests_does_not_panic() {
    let good = file(everything());
    for at in 616..good.len() {
        for value in [0x00, 0x01, 0x7f, 0x80, 0xff] {
            let mut bad = good.clone();
            bad[at] = value;
            reseal(&mut bad);
            if let Ok(db) = Db::from_bytes(bad) {
                let _ = ask_everything(&db);
            }
        }
    }
}

#[test]
fn other_files_and_missing_ones_are_named() {
    let error = |bytes: &[u8]| Db::from_bytes(bytes.to_vec()).unwrap_err().to_string();
    insta::assert_snapshot!(error(b"SQLite format 3\0 and more"), @"not an advisory database");
    insta::assert_snapshot!(error(b"LAZADVDB"), @"advisory database is cut short");
    insta::assert_snapshot!(
        error(b"LAZADVDB\x01\0\0\0"),
        @"advisory database has format version 1, this program reads version 2"
    );
    let folder = tempfile::tempdir().unwrap();
    assert!(Db::open(&folder.path().join("none.db")).is_err());
    assert!(Db::open(folder.path()).is_err());
}

proptest! {
    #[test]
    fn arbitrary_bytes_and_sections_of_them_do_not_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..2000),
    ) {
        exercise(&bytes);
        exercise_tar(&bytes);
    }

    #[test]
    fn arbitrary_sections_do_not_panic(
        at in any::<prop::sample::Index>(),
        noise in prop::collection::vec(any::<u8>(), 1..64),
    ) {
        let mut bytes = file(everything());
        let start = 616 + at.index(bytes.len() - 616);
        let end = (start + noise.len()).min(bytes.len());
        bytes[start..end].copy_from_slice(&noise[..end - start]);
        reseal(&mut bytes);
        if let Ok(db) = Db::from_bytes(bytes) {
            let _ = ask_everything(&db);
        }
    }
}
