use lazaret_store::{By, Counts, HoldKey, Move, Verdict, VerdictState, Waiting};
use serde_json::json;

use crate::support::{at, both, by, digest, new_registry};

fn verdict(number: usize, state: VerdictState, now: i64) -> Verdict {
    Verdict {
        digest: digest(number),
        environment: "production".to_owned(),
        state,
        counts: Counts {
            critical: u64::from(number == 1),
            ..Counts::default()
        },
        reasons: "[]".to_owned(),
        report: None,
        policy_generation: 1,
        snapshot: "sha256:1".to_owned(),
        snapshot_at: at(1),
        decided_at: at(now),
    }
}

both!(verdicts_that_moved_are_counted_by_day, |fixture| {
    use VerdictState::{Allow, Block};
    let store = &fixture.store;
    let day = 86_400;
    let first = [verdict(1, Allow, 10), verdict(2, Allow, 10)];
    let scan = json!({"by": "scan"});
    store.set_verdicts(&first, &scan).await.expect("set");
    let later = [verdict(1, Block, 10 + day)];
    let news = json!({"by": "advisories"});
    store.set_verdicts(&later, &news).await.expect("set");
    let flows = store.verdict_flows(at(0), at(3 * day)).await.expect("read");
    let told: Vec<_> = flows
        .iter()
        .map(|flow| (flow.before, flow.after, flow.verdicts))
        .collect();
    assert_eq!(told, [(None, Allow, 2), (Some(Allow), Block, 1)]);
    assert_eq!(flows[1].day, flows[0].day + 1);
    let some = store.verdict_flows(at(0), at(day)).await.expect("read");
    assert_eq!(some.len(), 1);
    assert_eq!(
        store.critical_verdicts("production").await.expect("read"),
        1
    );
    assert_eq!(store.critical_verdicts("other").await.expect("read"), 0);
});

both!(what_waits_for_a_person_is_counted, |fixture| {
    let store = &fixture.store;
    assert_eq!(store.waiting().await.expect("read"), Waiting::default());
    let registry = store
        .create_registry(&new_registry("shop"), &by("ann"))
        .await;
    let registry = registry.expect("created");
    for (number, what) in [(1, Move::Hold), (2, Move::Quarantine)] {
        let key = HoldKey {
            registry_id: registry.id.clone(),
            repository: "team/app".to_owned(),
            digest: digest(number),
        };
        let by = By::new("user:ann", at(5)).because("seen");
        let moved = store.move_hold(&key, what, None, true, &by).await;
        moved.expect("moved");
        if number == 1 {
            let asked = store.request_release(&key, None, &by).await;
            asked.expect("asked");
        }
    }
    let waiting = Waiting {
        held: 1,
        quarantined: 1,
        requests: 1,
        dead: 0,
    };
    assert_eq!(store.waiting().await.expect("read"), waiting);
});
