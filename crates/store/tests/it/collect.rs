use jiff::SignedDuration;
use lazaret_store::{AuditFilter, Collected, Error, NewContent, Paging, Store, digest_of};

use crate::support::{at, both, by, digest};

const KEEP: SignedDuration = SignedDuration::from_hours(24);

/// Long after every put, by the tests' clock and by that of the files.
const LATER: i64 = 400_000_000;

async fn refer(store: &Store, number: usize, blob: &str, second: i64) {
    let content = NewContent {
        digest: digest(number),
        inventory: blob.to_owned(),
        class: String::new(),
        revision: "1".to_owned(),
        gaps: 0,
        parts: vec![],
        indexed_at: at(second),
    };
    store.put_content(&content).await.expect("put");
}

async fn collect(store: &Store, second: i64, dry_run: bool) -> Collected {
    let mut by = by("anna");
    by.at = at(second);
    let collected = store.collect_blobs(KEEP, dry_run, &by).await;
    collected.expect("collected")
}

/// What holds of every place for blobs.
pub(crate) async fn collects(store: &Store) {
    let put = async |text: &str, second| {
        let put = store.put_blob(text.as_bytes().to_vec(), at(second)).await;
        put.expect("put")
    };
    let used = put("used", 0).await;
    let unused = put("unused", 0).await;
    let young = put("young", LATER - 3600).await;
    refer(store, 1, &used, 0).await;
    let told = collect(store, LATER, true).await;
    assert_eq!((told.blobs, told.unused, told.removed), (3, 1, 0));
    assert!(told.unused_bytes > 0 && !told.has_more);
    assert!(store.has_blob(&unused).await.expect("asked"));
    let done = collect(store, LATER, false).await;
    assert_eq!((done.unused, done.removed), (1, 1));
    assert_eq!(done.removed_bytes, told.unused_bytes);
    for (blob, expected) in [(&used, true), (&unused, false), (&young, true)] {
        assert_eq!(store.has_blob(blob).await.expect("asked"), expected);
    }
    // What is put again is there again, and young.
    assert_eq!(put("unused", LATER).await, unused);
    assert_eq!(collect(store, LATER, false).await.removed, 0);
    assert_eq!(store.blob(&unused).await.expect("got"), b"unused");
    let filter = AuditFilter {
        action: Some("blobs.".to_owned()),
        ..AuditFilter::default()
    };
    let log = store.audit_page(&filter, &Paging::default()).await;
    let log = log.expect("read").items;
    assert_eq!(log.len(), 1, "nothing removed, nothing to tell");
    assert_eq!(log[0].actor, "anna");
    // What was referred to until now stays as long as what was put now.
    refer(store, 1, &young, LATER).await;
    assert_eq!(collect(store, LATER, false).await.removed, 0);
    assert_eq!(store.blob(&used).await.expect("got"), b"used");
    let done = collect(store, LATER + 200_000, false).await;
    assert_eq!((done.blobs, done.removed), (3, 2));
    assert!(store.has_blob(&young).await.expect("asked"));
    let hasty = store
        .collect_blobs(SignedDuration::ZERO, false, &by("anna"))
        .await;
    assert!(matches!(hasty, Err(Error::Invalid(_))), "{hasty:?}");
}

both!(what_nothing_refers_to_goes_after_its_time, |fixture| {
    collects(&fixture.store).await;
});

/// Blobs are put again while they are being removed, by two processes each.
pub(crate) async fn races(first: &Store, second: &Store, rounds: i64) {
    for round in 1..=rounds {
        let (before, now) = (LATER * round, LATER * round + 200_000);
        let texts: Vec<Vec<u8>> = (0..12)
            .map(|n| format!("round {round}, blob {n}").into_bytes())
            .collect();
        for text in &texts {
            first.put_blob(text.clone(), at(before)).await.expect("put");
        }
        let collectors = [first.clone(), second.clone()].map(|store| {
            tokio::spawn(async move {
                let mut by = by("anna");
                by.at = at(now);
                store.collect_blobs(KEEP, false, &by).await
            })
        });
        let puts: Vec<_> = texts
            .iter()
            .enumerate()
            .map(|(n, text)| {
                let store = [first, second][n % 2].clone();
                let (text, number) = (
                    text.clone(),
                    n + 100 * usize::try_from(round).expect("small"),
                );
                tokio::spawn(async move {
                    let pause = u64::try_from(n % 6).expect("small");
                    tokio::time::sleep(std::time::Duration::from_millis(pause * 3)).await;
                    let blob = store.put_blob(text.clone(), at(now)).await.expect("put");
                    assert_eq!(store.blob(&blob).await.expect("there"), text);
                    refer(&store, number, &blob, now).await;
                })
            })
            .collect();
        for put in puts {
            put.await.expect("a task");
        }
        for collector in collectors {
            collector.await.expect("a task").expect("collected");
        }
        for text in &texts {
            let blob = digest_of(text);
            assert_eq!(
                &first.blob(&blob).await.expect("kept"),
                text,
                "round {round}"
            );
        }
    }
}

both!(what_is_put_while_it_is_removed_stays, |fixture| {
    let second = fixture.second().await;
    races(&fixture.store, &second, 10).await;
});

both!(a_place_that_cannot_be_read_loses_nothing, |fixture| {
    let store = &fixture.store;
    let blob = store
        .put_blob(b"unused".to_vec(), at(0))
        .await
        .expect("put");
    let place = fixture.directory.path().join("blobs/sha256");
    let hex = blob.trim_start_matches("sha256:");
    let file = place.join(&hex[..2]).join(format!("{hex}.zst"));
    let kept = std::fs::read(&file).expect("there");
    std::fs::rename(&place, place.with_extension("away")).expect("moved");
    let nothing = collect(store, LATER, false).await;
    assert_eq!(nothing, Collected::default());
    std::fs::rename(place.with_extension("away"), &place).expect("moved back");
    assert_eq!(std::fs::read(&file).expect("there"), kept);
});

/// Nobody removes anything from a folder until this is dropped; `None`: that cannot be had here.
struct Fixed(std::path::PathBuf);

impl Fixed {
    fn new(folder: &std::path::Path) -> Option<Self> {
        let done = std::process::Command::new("chattr")
            .arg("+i")
            .arg(folder)
            .status();
        let fixed = Self(folder.to_owned());
        done.is_ok_and(|status| status.success()).then_some(fixed)
    }
}

impl Drop for Fixed {
    fn drop(&mut self) {
        let _ = std::process::Command::new("chattr")
            .arg("-i")
            .arg(&self.0)
            .status();
    }
}

both!(
    a_place_that_fails_in_the_middle_loses_nothing_and_holds_up_nobody,
    |fixture| {
        let store = &fixture.store;
        // Two blobs of one folder, and one of a folder that is looked at before.
        let folder = |text: &str| digest_of(text.as_bytes())[7..9].to_owned();
        let texts: Vec<String> = (0..2000).map(|number| format!("blob {number}")).collect();
        let of = |name: &'static str| {
            let all = texts.iter().filter(move |text| folder(text) == name);
            all.cloned().collect::<Vec<_>>()
        };
        let pair: Vec<String> = of("ee").into_iter().take(2).collect();
        let early: Vec<String> = of("11").into_iter().take(1).collect();
        assert_eq!((pair.len(), early.len()), (2, 1));
        let mut digests = Vec::new();
        for text in early.iter().chain(&pair) {
            let put = store.put_blob(text.clone().into_bytes(), at(0)).await;
            digests.push(put.expect("put"));
        }
        digests[1..].sort();
        let fixed = Fixed::new(&fixture.directory.path().join("blobs/sha256/ee"));
        if fixed.is_none() {
            return;
        }
        let mut by = by("anna");
        by.at = at(LATER);
        let failed = store.collect_blobs(KEEP, false, &by).await;
        assert!(matches!(failed, Err(Error::Busy(_))), "{failed:?}");
        for (digest, expected) in digests.iter().zip([false, true, true]) {
            assert_eq!(store.has_blob(digest).await.expect("asked"), expected);
        }
        // What was removed is in the log all the same.
        let log = store.audit_after(0, 10).await.expect("read");
        assert_eq!(log.len(), 1);
        assert!(log[0].details.contains("\"blobs\":1"), "{}", log[0].details);
        // Of the two the second was not begun with: whoever puts it does not wait.
        let text = pair
            .iter()
            .find(|text| digest_of(text.as_bytes()) == digests[2]);
        let text = text.expect("one of the two").clone();
        let begun = std::time::Instant::now();
        let put = store.put_blob(text.into_bytes(), at(LATER + 1)).await;
        assert_eq!(put.expect("put"), digests[2]);
        assert!(begun.elapsed().as_secs() < 5);
        drop(fixed);
        // When the place is well again, what is left goes, and what was put stays.
        let done = collect(store, LATER + 3600, false).await;
        assert_eq!((done.unused, done.removed), (1, 1));
        assert!(store.has_blob(&digests[2]).await.expect("asked"));
    }
);
