use lazaret_store::{
    Counts, Done, Error, Lease, OUTBOX, Paging, Verdict, VerdictFilter, VerdictState,
};
use serde_json::json;

use crate::job::ask;
use crate::support::{at, both, digest};

fn verdict(number: usize, state: VerdictState, policy: i64, snapshot: i64, now: i64) -> Verdict {
    Verdict {
        digest: digest(number),
        environment: "production".to_owned(),
        state,
        counts: Counts {
            critical: u64::try_from(number % 5).expect("small"),
            ..Counts::default()
        },
        reasons: "[]".to_owned(),
        report: None,
        policy_generation: policy,
        snapshot: format!("sha256:{snapshot}"),
        snapshot_at: at(snapshot),
        decided_at: at(now),
    }
}

both!(a_change_is_told_once, |fixture| {
    use VerdictState::{Allow, Quarantine};
    let store = &fixture.store;
    let cause = json!({"advisories": ["CVE-2026-1"]});
    let set = async |verdict: &Verdict| {
        let changes = store
            .set_verdicts(std::slice::from_ref(verdict), &cause)
            .await
            .expect("set");
        changes
            .into_iter()
            .map(|change| (change.before, change.after))
            .collect::<Vec<_>>()
    };
    assert_eq!(set(&verdict(1, Allow, 1, 1, 10)).await, [(None, Allow)]);
    assert_eq!(set(&verdict(1, Allow, 1, 1, 11)).await, []);
    assert_eq!(
        set(&verdict(1, Quarantine, 1, 2, 12)).await,
        [(Some(Allow), Quarantine)]
    );
    // A worker that was overtaken, by advisories or by policy, is not heard.
    assert_eq!(set(&verdict(1, Allow, 1, 1, 13)).await, []);
    assert_eq!(set(&verdict(1, Allow, 0, 3, 13)).await, []);
    let now = store
        .verdict(&digest(1), "production")
        .await
        .expect("read")
        .expect("there");
    assert_eq!(now, verdict(1, Quarantine, 1, 2, 12));

    let history = store
        .verdict_changes(Some(&digest(1)), &Paging::default())
        .await
        .expect("page");
    assert_eq!(history.items.len(), 2);
    assert_eq!(history.items[0].cause, cause.to_string());
    // The events leave one after the other.
    let lease = Lease {
        pools: vec![OUTBOX.to_owned()],
        ..ask("sender", 10)
    };
    for after in ["allow", "quarantine"] {
        let events = store.lease(&lease, at(20)).await.expect("leased");
        let payload: serde_json::Value = serde_json::from_str(&events[0].payload).expect("JSON");
        assert_eq!((events.len(), payload["after"].as_str()), (1, Some(after)));
        let done = Done {
            id: events[0].id.clone(),
            fence: events[0].fence,
            then: Vec::new(),
        };
        store.complete(&[done], at(20)).await.expect("done");
    }
    assert!(
        store
            .lease(&lease, at(20))
            .await
            .expect("leased")
            .is_empty()
    );
});

both!(two_deciders_make_one_change, |fixture| {
    let second = fixture.second().await;
    let tasks: Vec<_> = (0..10)
        .map(|task| {
            let store = if task % 2 == 0 {
                fixture.store.clone()
            } else {
                second.clone()
            };
            tokio::spawn(async move {
                let all: Vec<_> = (0..50)
                    .map(|number| {
                        verdict(
                            if task % 3 == 0 { 49 - number } else { number },
                            VerdictState::Warn,
                            1,
                            1,
                            1,
                        )
                    })
                    .collect();
                store
                    .set_verdicts(&all, &json!({}))
                    .await
                    .expect("set")
                    .len()
            })
        })
        .collect();
    let mut changes = 0;
    for task in tasks {
        changes += task.await.expect("a task");
    }
    assert_eq!(changes, 50);
    assert_eq!(
        fixture.store.verdict_counts().await.expect("counted"),
        [("production".to_owned(), VerdictState::Warn, 50)]
    );
});

both!(verdicts_are_paged, |fixture| {
    let store = &fixture.store;
    let all: Vec<_> = (0..30)
        .map(|number| {
            let state = if number % 2 == 0 {
                VerdictState::Block
            } else {
                VerdictState::Allow
            };
            verdict(
                number,
                state,
                1,
                1,
                i64::try_from(number / 4).expect("small"),
            )
        })
        .collect();
    store.set_verdicts(&all, &json!({})).await.expect("set");
    let walk = async |filter: VerdictFilter| {
        let (mut seen, mut paging) = (Vec::new(), Paging::first(4));
        loop {
            let page = store.verdicts(&filter, &paging).await.expect("page");
            seen.extend(page.items);
            if page.next.is_none() {
                break seen;
            }
            paging.after = page.next;
        }
    };
    let blocked = walk(VerdictFilter {
        state: Some(VerdictState::Block),
        ..VerdictFilter::default()
    })
    .await;
    assert_eq!(blocked.len(), 15);
    assert!(blocked.is_sorted_by(|a, b| (a.decided_at, &a.digest) > (b.decided_at, &b.digest)));
    let worst = walk(VerdictFilter {
        environment: Some("production".to_owned()),
        ..VerdictFilter::default()
    })
    .await;
    assert_eq!(worst.len(), 30);
    assert!(
        worst.is_sorted_by(|a, b| (a.counts.critical, &a.digest) > (b.counts.critical, &b.digest))
    );
    let refused = store
        .verdicts(&VerdictFilter::default(), &Paging::default())
        .await;
    assert!(matches!(refused, Err(Error::Invalid(_))));
});
