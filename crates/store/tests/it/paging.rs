//! Lists that are walked while others write: what was there all the time is told once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lazaret_store::{
    AuditFilter, Counts, Cursor, HoldFilter, HoldKey, ImageFilter, JobFilter, Move, NewJob, Page,
    Paging, Registry, Store, Verdict, VerdictFilter, VerdictState,
};
use serde_json::json;

use crate::support::{at, both, by, digest, image, name, new_registry};

/// Images that are there before anybody looks.
const KNOWN: usize = 60;

fn verdict(number: usize, decided: i64) -> Verdict {
    Verdict {
        digest: digest(number),
        environment: "production".to_owned(),
        state: VerdictState::Warn,
        counts: Counts {
            critical: (number % 3) as u64,
            ..Counts::default()
        },
        reasons: "[]".to_owned(),
        report: None,
        policy_generation: 1,
        snapshot: digest(0),
        snapshot_at: at(0),
        decided_at: at(decided),
    }
}

async fn push(store: &Store, registry: &Registry, number: usize, seen: i64) {
    let named = name(registry, "shop/web", &format!("v{number}"), number, seen);
    let pushed = store.record_push(&image(number, seen), &named).await;
    pushed.expect("recorded");
    let decided = store
        .set_verdicts(&[verdict(number, seen)], &json!({}))
        .await;
    decided.expect("decided");
    let key = HoldKey {
        registry_id: registry.id.clone(),
        repository: "shop/web".to_owned(),
        digest: digest(number),
    };
    let anna = by("anna");
    let held = store.move_hold(&key, Move::Hold, None, true, &anna);
    held.await.expect("held");
    let job = NewJob::new("scan", "eu", number.to_string(), at(seen));
    store.enqueue(&[job], at(seen)).await.expect("taken in");
}

/// How often each item was told on the way along a list.
async fn walk<T, F>(ask: F, key: impl Fn(&T) -> String) -> BTreeMap<String, usize>
where
    F: AsyncFn(Paging) -> Page<T>,
{
    let mut told = BTreeMap::new();
    let mut after: Option<Cursor> = None;
    loop {
        let page = ask(Paging { limit: 7, after }).await;
        assert!(page.items.len() <= 7);
        for item in &page.items {
            *told.entry(key(item)).or_default() += 1;
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return told,
        }
    }
}

fn once(told: &BTreeMap<String, usize>, list: &str) {
    for number in 1..=KNOWN {
        let times = told.get(&digest(number)).copied().unwrap_or_default();
        assert_eq!(times, 1, "{list}: image {number}");
    }
    let twice: Vec<_> = told.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "{list}: {twice:?}");
}

both!(what_is_there_is_told_once_whoever_writes, |fixture| {
    let registry = fixture
        .store
        .create_registry(&new_registry("main"), &by("root"))
        .await
        .expect("made");
    for number in 1..=KNOWN {
        push(
            &fixture.store,
            &registry,
            number,
            i64::try_from(number).expect("small"),
        )
        .await;
    }
    let stop = Arc::new(AtomicBool::new(false));
    let writer = tokio::spawn({
        let (store, stop) = (fixture.second().await, Arc::clone(&stop));
        let registry = registry.clone();
        async move {
            // Newer, older and between: wherever the walks are.
            let mut number = KNOWN + 1;
            while !stop.load(Ordering::Relaxed) {
                let seen = i64::try_from(number * 37 % 120).expect("small");
                push(&store, &registry, number, seen).await;
                number += 1;
            }
            number
        }
    });
    for _ in 0..5 {
        lists(&fixture.store, &registry).await;
    }
    stop.store(true, Ordering::Relaxed);
    let last = writer.await.expect("a writer");
    assert!(last > KNOWN + 5, "it wrote meanwhile");
});

async fn lists(store: &Store, registry: &Registry) {
    let of_repository = ImageFilter {
        repository: Some("shop/web".to_owned()),
        ..ImageFilter::default()
    };
    let of_registry = ImageFilter {
        registry_id: Some(registry.id.clone()),
        ..ImageFilter::default()
    };
    for filter in [ImageFilter::default(), of_repository, of_registry] {
        let ask = async |paging| store.images(&filter, &paging).await.expect("a page");
        let told = walk(ask, |row| row.image.digest.clone()).await;
        once(&told, &format!("images {filter:?}"));
    }
    let by_state = VerdictFilter {
        state: Some(VerdictState::Warn),
        ..VerdictFilter::default()
    };
    let by_weight = VerdictFilter {
        environment: Some("production".to_owned()),
        ..VerdictFilter::default()
    };
    for filter in [by_state, by_weight] {
        let ask = async |paging| store.verdicts(&filter, &paging).await.expect("a page");
        let told = walk(ask, |verdict| verdict.digest.clone()).await;
        once(&told, &format!("verdicts {filter:?}"));
    }
    let ask = async |paging| store.verdict_changes(None, &paging).await.expect("a page");
    once(&walk(ask, |c| c.digest.clone()).await, "changes");
    let holds = HoldFilter::default();
    let ask = async |paging| store.holds(&holds, &paging).await.expect("a page");
    once(&walk(ask, |hold| hold.key.digest.clone()).await, "holds");
    // What tells of the changes waits in the queue, too.
    let jobs = JobFilter {
        kind: Some("scan".to_owned()),
        ..JobFilter::default()
    };
    let ask = async |paging| store.jobs(&jobs, &paging).await.expect("a page");
    let told = walk(ask, |job| {
        digest(job.payload.parse().expect("the number of an image"))
    })
    .await;
    once(&told, "jobs");
    let log = AuditFilter {
        action: Some("hold.".to_owned()),
        ..AuditFilter::default()
    };
    let ask = async |paging| store.audit_page(&log, &paging).await.expect("a page");
    let told = walk(ask, |entry| {
        let (_, digest) = entry.object.split_once('@').expect("an image");
        digest.to_owned()
    })
    .await;
    once(&told, "the log");
}
