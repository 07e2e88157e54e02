use lazaret_store::{
    By, Counts, Error, HoldKey, Move, Paging, Verdict, VerdictFilter, VerdictState, Waiting,
};
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

both!(
    severities_are_noted_by_day_the_last_note_counts,
    |fixture| {
        use VerdictState::Allow;
        let store = &fixture.store;
        let day = 86_400;
        let cause = json!({"by": "scan"});
        let all = [verdict(1, Allow, 10), verdict(2, Allow, 10)];
        store.set_verdicts(&all, &cause).await.expect("set");
        store.note_severities(at(20)).await.expect("noted");
        let more = [verdict(3, Allow, 30)];
        store.set_verdicts(&more, &cause).await.expect("set");
        store.note_severities(at(40)).await.expect("noted");
        store.note_severities(at(40 + day)).await.expect("noted");
        let told = async |from: i64| {
            let days = store.severity_days(at(from)).await.expect("read");
            let row = |one: lazaret_store::SeverityDay| (one.day, one.worst, one.verdicts);
            days.into_iter().map(row).collect::<Vec<_>>()
        };
        let today = at(0).as_second() / day;
        let expected = [
            (today, 0, 2),
            (today, 5, 1),
            (today + 1, 0, 2),
            (today + 1, 5, 1),
        ];
        assert_eq!(told(0).await, expected);
        assert_eq!(told(day).await, expected[2..]);
    }
);

both!(
    what_was_seen_is_seen_until_its_reasons_are_others,
    |fixture| {
        use VerdictState::{Allow, Warn};
        let store = &fixture.store;
        let cause = json!({"by": "scan"});
        let warning = |reasons: &str, now| Verdict {
            reasons: reasons.to_owned(),
            ..verdict(1, Warn, now)
        };
        let set = async |verdict: Verdict| {
            store.set_verdicts(&[verdict], &cause).await.expect("set");
        };
        let see = async |number, environment: &str| {
            let (digest, by) = (digest(number), by("ann"));
            store.see_verdict(&digest, environment, &by).await
        };
        let queue = async || {
            let filter = VerdictFilter {
                state: Some(Warn),
                seen: Some(false),
                ..VerdictFilter::default()
            };
            let page = store.verdicts(&filter, &Paging::default()).await;
            page.expect("page").items.len()
        };
        let nothing = see(1, "production").await;
        assert!(
            matches!(nothing, Err(Error::NotFound { .. })),
            "{nothing:?}"
        );
        set(verdict(2, Allow, 10)).await;
        let mild = see(2, "production").await;
        assert!(matches!(mild, Err(Error::Conflict(_))), "{mild:?}");
        set(warning(r#"["a: one"]"#, 10)).await;
        assert_eq!(queue().await, 1);
        see(1, "production").await.expect("seen");
        assert_eq!(queue().await, 0);
        let seen = store.seen_of(&[digest(1), digest(2)]).await.expect("read");
        assert_eq!((seen.len(), seen[0].actor.as_str()), (1, "ann"));
        // Decided on again with the same reasons: still seen.
        set(warning(r#"["a: one"]"#, 20)).await;
        assert_eq!(queue().await, 0);
        set(warning(r#"["a: two"]"#, 30)).await;
        assert_eq!(queue().await, 1);
        assert!(store.seen_of(&[digest(1)]).await.expect("read").is_empty());
        see(1, "production").await.expect("seen");
        assert_eq!(queue().await, 0);
        let log = store.audit_after(0, 10).await.expect("read");
        assert_eq!(log.iter().filter(|e| e.action == "verdict.seen").count(), 2);
    }
);
