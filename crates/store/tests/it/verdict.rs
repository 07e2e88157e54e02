use std::collections::HashSet;

use lazaret_store::{
    Counts, Decided, Done, Error, Lease, NewContent, OUTBOX, Paging, Store, Verdict, VerdictFilter,
    VerdictState,
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

/// An image that was read at that time.
fn content(number: usize, read: i64) -> NewContent {
    NewContent {
        digest: digest(number),
        inventory: digest(number + 100),
        class: "class".to_owned(),
        revision: "1".to_owned(),
        gaps: 0,
        parts: Vec::new(),
        indexed_at: at(read),
    }
}

/// Decides again by other advisories: how many became others, and how many say anything else.
async fn again_of(store: &Store, verdict: Verdict) -> (usize, usize) {
    let decided = Decided {
        verdict,
        indexed_at: at(5),
    };
    let cause = json!({"by": "advisories"});
    let set = store.set_decided_again(&[decided], &cause).await;
    let set = set.expect("set");
    (set.changes.len(), set.different.len())
}

both!(
    what_says_the_same_by_other_advisories_is_noted_and_no_more,
    |fixture| {
        use VerdictState::{Allow, Hold};
        let store = &fixture.store;
        store.put_content(&content(1, 5)).await.expect("put");
        let again = async |verdict: Verdict| again_of(store, verdict).await;
        let now = async || {
            let verdict = store.verdict(&digest(1), "production").await;
            verdict.expect("read").expect("there")
        };
        assert_eq!(again(verdict(1, Allow, 1, 1, 10)).await, (1, 1));
        assert_eq!(again(verdict(1, Allow, 1, 2, 20)).await, (0, 0));
        assert_eq!(now().await, verdict(1, Allow, 1, 2, 20));
        // Older news count no more than ever.
        assert_eq!(again(verdict(1, Hold, 1, 1, 21)).await, (0, 0));
        // Numbers that no list is ordered by, those that one is, reasons, and a state.
        let mut other = verdict(1, Allow, 1, 3, 30);
        other.counts.medium = 7;
        assert_eq!(again(other.clone()).await, (0, 1));
        assert_eq!(now().await, other);
        other.counts.critical = 8;
        assert_eq!(again(other.clone()).await, (0, 1));
        assert_eq!(now().await, other);
        other.reasons = r#"["another"]"#.to_owned();
        assert_eq!(again(other.clone()).await, (0, 1));
        assert_eq!(again(verdict(1, Hold, 1, 4, 40)).await, (1, 1));
        assert_eq!(again(verdict(1, Hold, 2, 4, 41)).await, (0, 1), "a policy");
        assert_eq!(now().await, verdict(1, Hold, 2, 4, 41));
        let held = VerdictFilter {
            state: Some(Hold),
            ..VerdictFilter::default()
        };
        let listed = store.verdicts(&held, &Paging::default()).await;
        assert_eq!(listed.expect("page").items, [now().await]);
        // Lists have those first that came into a state last, not those that were asked again.
        store.put_content(&content(2, 5)).await.expect("put");
        let mut second = verdict(2, Hold, 2, 4, 50);
        second.counts = Counts::default();
        assert_eq!(again_of(store, second).await, (1, 1));
        let mut first = verdict(1, Hold, 2, 5, 60);
        first.counts.gaps = 3;
        assert_eq!(again_of(store, first).await, (0, 1));
        let listed = store.verdicts(&held, &Paging::default()).await;
        let listed = listed.expect("page").items.into_iter();
        let listed: Vec<String> = listed.map(|verdict| verdict.digest).collect();
        assert_eq!(listed, [digest(2), digest(1)]);
        // Each list knows it by what it says now.
        let gaps = VerdictFilter {
            gaps: Some(true),
            ..held
        };
        let listed = store.verdicts(&gaps, &Paging::default()).await;
        assert_eq!(listed.expect("page").items.len(), 1);
    }
);

both!(
    what_was_decided_on_an_image_before_it_was_read_anew_is_left_out,
    |fixture| {
        let store = &fixture.store;
        for number in [1, 2] {
            store.put_content(&content(number, 5)).await.expect("put");
        }
        store.put_content(&content(1, 6)).await.expect("put");
        // Of the third nobody knows what is in it.
        let decided: Vec<Decided> = [1, 2, 3]
            .into_iter()
            .map(|number| Decided {
                verdict: verdict(number, VerdictState::Block, 1, 9, 9),
                indexed_at: at(5),
            })
            .collect();
        let set = store.set_decided_again(&decided, &json!({})).await;
        let set = set.expect("set");
        let key = (digest(2), "production".to_owned());
        assert_eq!(set.different, HashSet::from([key]));
        let set = store.set_decided(&decided, &json!({})).await;
        assert_eq!(set.expect("set").changes, []);
        let counts = store.verdict_counts().await.expect("counted");
        assert_eq!(counts, [("production".to_owned(), VerdictState::Block, 1)]);
    }
);

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
