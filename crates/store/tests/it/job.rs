use jiff::SignedDuration;
use lazaret_store::{
    Done, Error, Failed, JobFilter, JobState, Lease, Leased, NewJob, Paging, PoolSettings, Settled,
    Store,
};

use crate::support::{at, both, by};

pub(crate) fn job(payload: &str) -> NewJob {
    NewJob::new("index", "eu", payload.to_owned(), at(0))
}

pub(crate) fn ask(worker: &str, jobs: u32) -> Lease {
    Lease {
        worker: worker.to_owned(),
        pools: vec!["eu".to_owned()],
        jobs,
        units: None,
        ttl: SignedDuration::from_secs(60),
    }
}

fn done(job: &Leased) -> Done {
    Done {
        id: job.id.clone(),
        fence: job.fence,
        then: Vec::new(),
    }
}

fn failed(job: &Leased, retry: bool) -> Failed {
    Failed {
        id: job.id.clone(),
        fence: job.fence,
        error: "no luck".to_owned(),
        retry,
    }
}

async fn payloads(store: &Store, lease: &Lease, now: i64) -> Vec<String> {
    let jobs = store.lease(lease, at(now)).await.expect("leased");
    jobs.into_iter().map(|job| job.payload).collect()
}

both!(jobs_go_by_priority_time_and_visibility, |fixture| {
    let store = &fixture.store;
    let mut jobs = vec![job("plain"), job("later"), job("urgent"), job("elsewhere")];
    jobs[1].visible_from = at(50);
    jobs[2].priority = 10;
    jobs[3].pool = "us".to_owned();
    let made = store.enqueue(&jobs, at(0)).await.expect("taken in");
    assert!(made.iter().all(|made| made.fresh));
    assert_eq!(payloads(store, &ask("w", 10), 0).await, ["urgent", "plain"]);
    assert_eq!(
        payloads(store, &ask("w", 10), 49).await,
        Vec::<String>::new()
    );
    let mut two = ask("w", 10);
    two.pools.insert(0, "us".to_owned());
    assert_eq!(payloads(store, &two, 50).await, ["elsewhere", "later"]);
});

both!(only_the_current_fence_completes, |fixture| {
    let store = &fixture.store;
    store.enqueue(&[job("a")], at(0)).await.expect("taken in");
    let first = store
        .lease(&ask("slow", 1), at(0))
        .await
        .expect("leased")
        .remove(0);
    // The lease ends; the job comes again after its pause, to somebody else.
    assert!(
        store
            .lease(&ask("quick", 1), at(61))
            .await
            .expect("leased")
            .is_empty()
    );
    let second = store
        .lease(&ask("quick", 1), at(90))
        .await
        .expect("leased")
        .remove(0);
    assert_eq!((second.attempt, &second.id), (2, &first.id));
    assert!(second.fence > first.fence);
    assert_eq!(
        store
            .complete(&[done(&first)], at(91))
            .await
            .expect("answered"),
        [Settled::Fenced]
    );
    assert_eq!(
        store
            .fail(&[failed(&first, true)], at(91))
            .await
            .expect("answered"),
        [Settled::Fenced]
    );
    let held = [(first.id.clone(), first.fence)];
    let lost = store
        .heartbeat(&held, at(91), SignedDuration::from_secs(60))
        .await
        .expect("answered");
    assert_eq!(lost, vec![first.id.clone()]);
    assert_eq!(
        store
            .complete(&[done(&second)], at(92))
            .await
            .expect("answered"),
        [Settled::Done]
    );
    // The answer was lost on the way: asked again, it is the same.
    assert_eq!(
        store
            .complete(&[done(&second)], at(93))
            .await
            .expect("answered"),
        [Settled::Done]
    );
    assert_eq!(
        store
            .complete(&[done(&first)], at(93))
            .await
            .expect("answered"),
        [Settled::Fenced]
    );
    assert_eq!(
        store.job_finished(&first.id).await.expect("read"),
        Some(at(92))
    );
    assert_eq!(store.prune_done(at(100)).await.expect("pruned"), 1);
});

both!(a_heartbeat_keeps_the_lease, |fixture| {
    let store = &fixture.store;
    store
        .enqueue(&[job("a"), job("b")], at(0))
        .await
        .expect("taken in");
    let jobs = store.lease(&ask("w", 2), at(0)).await.expect("leased");
    let held: Vec<_> = jobs.iter().map(|job| (job.id.clone(), job.fence)).collect();
    let lost = store
        .heartbeat(&held[..1], at(50), SignedDuration::from_secs(60))
        .await
        .expect("answered");
    assert!(lost.is_empty());
    assert_eq!(store.reclaim(at(61)).await.expect("reclaimed"), 1);
    assert_eq!(
        store
            .complete(&[done(&jobs[0]), done(&jobs[1])], at(62))
            .await
            .expect("answered"),
        [Settled::Done, Settled::Fenced]
    );
});

both!(
    a_clock_that_goes_back_keeps_no_job_from_anybody,
    |fixture| {
        let store = &fixture.store;
        store.enqueue(&[job("a")], at(0)).await.expect("taken in");
        // Five hours ahead, and its worker dies; then two hours behind.
        let ahead = store.lease(&ask("w", 1), at(18_000)).await;
        let ahead = ahead.expect("leased").remove(0);
        let back = 18_000 - 25_200;
        let again = async |now| store.lease(&ask("x", 1), at(now)).await.expect("leased");
        assert_eq!(again(back).await, []);
        let taken = again(back + 60).await.remove(0);
        assert_eq!(taken.id, ahead.id);
        // Whoever had it may still live: its result is not the second one.
        for (job, expected) in [(&ahead, Settled::Fenced), (&taken, Settled::Done)] {
            let settled = store.complete(&[done(job)], at(back + 61)).await;
            assert_eq!(settled.expect("answered"), [expected]);
        }
        let mut long = ask("w", 1);
        long.ttl = SignedDuration::from_secs(3601);
        let refused = store.lease(&long, at(back)).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    }
);

both!(failures_come_back_later_and_die_in_the_end, |fixture| {
    let store = &fixture.store;
    let mut once = job("a");
    once.max_attempts = 2;
    store.enqueue(&[once], at(0)).await.expect("taken in");
    let first = store
        .lease(&ask("w", 1), at(0))
        .await
        .expect("leased")
        .remove(0);
    let answer = store
        .fail(&[failed(&first, true)], at(1))
        .await
        .expect("answered")
        .remove(0);
    let Settled::Again(again) = answer else {
        panic!("{answer:?}")
    };
    assert!(again > at(10) && again < at(15), "{again}");
    assert!(
        store
            .lease(&ask("w", 1), at(2))
            .await
            .expect("leased")
            .is_empty()
    );
    let second = store
        .lease(&ask("w", 1), at(20))
        .await
        .expect("leased")
        .remove(0);
    assert_eq!(
        store
            .fail(&[failed(&second, true)], at(21))
            .await
            .expect("answered"),
        [Settled::Dead]
    );

    let filter = JobFilter {
        state: Some(JobState::Dead),
        ..JobFilter::default()
    };
    let dead = store
        .jobs(&filter, &Paging::default())
        .await
        .expect("page")
        .items;
    assert_eq!((dead.len(), dead[0].error.as_deref()), (1, Some("no luck")));
    let ids = [dead[0].id.clone()];
    assert_eq!(store.requeue_dead(&ids, &by("ops")).await.expect("back"), 1);
    assert_eq!(store.requeue_dead(&ids, &by("ops")).await.expect("back"), 0);
    let third = store
        .lease(&ask("w", 1), at(30))
        .await
        .expect("leased")
        .remove(0);
    assert!(third.fence > second.fence);
    assert_eq!(
        store
            .fail(&[failed(&third, false)], at(31))
            .await
            .expect("answered"),
        [Settled::Dead]
    );
    assert_eq!(store.discard_dead(&ids, &by("ops")).await.expect("gone"), 1);
    assert!(store.job_counts().await.expect("counts").is_empty());
    assert_eq!(store.audit_head().await.expect("head").seq, 2);
});

both!(a_dead_worker_does_not_take_its_jobs_along, |fixture| {
    let store = &fixture.store;
    let mut fragile = job("a");
    fragile.max_attempts = 1;
    store.enqueue(&[fragile], at(0)).await.expect("taken in");
    store.lease(&ask("w", 1), at(0)).await.expect("leased");
    assert_eq!(store.reclaim(at(61)).await.expect("reclaimed"), 1);
    let dead = store
        .jobs(&JobFilter::default(), &Paging::default())
        .await
        .expect("page")
        .items;
    assert_eq!(
        dead[0].state,
        JobState::Dead,
        "it may be the job that kills workers"
    );
});

both!(one_key_runs_one_job_at_a_time, |fixture| {
    let store = &fixture.store;
    let jobs: Vec<_> = (0..4)
        .map(|number| {
            let mut job = job(&number.to_string());
            job.concurrency_key = Some(if number < 3 { "shop" } else { "other" }.to_owned());
            job
        })
        .collect();
    store.enqueue(&jobs[..1], at(0)).await.expect("taken in");
    store.enqueue(&jobs[1..], at(1)).await.expect("taken in");
    let both = store.lease(&ask("w", 10), at(1)).await.expect("leased");
    assert_eq!(
        both.iter()
            .map(|job| job.payload.as_str())
            .collect::<Vec<_>>(),
        ["0", "3"]
    );
    assert!(
        store
            .lease(&ask("w", 10), at(1))
            .await
            .expect("leased")
            .is_empty()
    );
    store
        .complete(&[done(&both[0])], at(2))
        .await
        .expect("done");
    let next = store.lease(&ask("w", 10), at(2)).await.expect("leased");
    assert_eq!(
        next.iter()
            .map(|job| job.payload.as_str())
            .collect::<Vec<_>>(),
        ["1"]
    );
    // What failed keeps its turn; what died gives it on.
    store
        .fail(&[failed(&next[0], true)], at(3))
        .await
        .expect("failed");
    assert!(
        store
            .lease(&ask("w", 10), at(4))
            .await
            .expect("leased")
            .is_empty()
    );
    let again = store.lease(&ask("w", 10), at(30)).await.expect("leased");
    assert_eq!(again[0].payload, "1");
    store
        .fail(&[failed(&again[0], false)], at(31))
        .await
        .expect("failed");
    let last = store.lease(&ask("w", 10), at(31)).await.expect("leased");
    assert_eq!(last[0].payload, "2");
    // The dead one comes back and waits for its turn.
    store
        .requeue_dead(std::slice::from_ref(&again[0].id), &by("ops"))
        .await
        .expect("back");
    assert!(
        store
            .lease(&ask("w", 10), at(32))
            .await
            .expect("leased")
            .is_empty()
    );
    store
        .complete(&[done(&last[0])], at(33))
        .await
        .expect("done");
    assert_eq!(payloads(store, &ask("w", 10), 33).await, ["1"]);
});

both!(the_same_thing_is_asked_once, |fixture| {
    let store = &fixture.store;
    let mut once = job("a");
    once.dedupe_key = Some("index sha256:1".to_owned());
    let first = store
        .enqueue(std::slice::from_ref(&once), at(0))
        .await
        .expect("taken in")
        .remove(0);
    let less_urgent = NewJob {
        priority: -1,
        ..job("b")
    };
    let again = store
        .enqueue(&[once.clone(), less_urgent], at(0))
        .await
        .expect("taken in");
    assert_eq!((again[0].fresh, &again[0].id), (false, &first.id));
    assert!(again[1].fresh);
    let jobs = store.lease(&ask("w", 1), at(0)).await.expect("leased");
    let running = store
        .enqueue(std::slice::from_ref(&once), at(0))
        .await
        .expect("taken in")
        .remove(0);
    assert_eq!(
        running,
        lazaret_store::Enqueued {
            id: first.id,
            fresh: false
        }
    );
    store
        .complete(&[done(&jobs[0])], at(1))
        .await
        .expect("done");
    assert!(store.enqueue(&[once], at(2)).await.expect("taken in")[0].fresh);
});

both!(
    what_follows_comes_with_the_completion_or_not_at_all,
    |fixture| {
        let store = &fixture.store;
        store.enqueue(&[job("a")], at(0)).await.expect("taken in");
        let leased = store
            .lease(&ask("w", 1), at(0))
            .await
            .expect("leased")
            .remove(0);
        let mut stale = done(&leased);
        stale.fence -= 1;
        stale.then = vec![job("never")];
        assert_eq!(
            store.complete(&[stale], at(1)).await.expect("answered"),
            [Settled::Fenced]
        );
        let mut good = done(&leased);
        good.then = vec![job("b"), job("c")];
        good.then[0].concurrency_key = Some("k".to_owned());
        assert_eq!(
            store.complete(&[good], at(1)).await.expect("answered"),
            [Settled::Done]
        );
        let mut next = payloads(store, &ask("w", 9), 1).await;
        next.sort();
        assert_eq!(next, ["b", "c"]);
    }
);

both!(
    sweeps_stay_under_their_cap_and_behind_everything,
    |fixture| {
        let store = &fixture.store;
        let mut jobs: Vec<_> = (0..6)
            .map(|number| NewJob {
                sweep: true,
                priority: 100,
                visible_from: at(-number),
                ..job(&format!("s{number}"))
            })
            .collect();
        jobs.push(job("plain"));
        store.enqueue(&jobs, at(0)).await.expect("taken in");
        let settings = PoolSettings {
            sweep_cap: Some(2),
            ..PoolSettings::default()
        };
        store
            .set_pool("eu", &settings, &by("ops"))
            .await
            .expect("set");
        let first = store.lease(&ask("w", 10), at(0)).await.expect("leased");
        assert_eq!(
            first
                .iter()
                .map(|job| job.payload.as_str())
                .collect::<Vec<_>>(),
            ["plain", "s5", "s4"]
        );
        assert!(
            store
                .lease(&ask("v", 10), at(0))
                .await
                .expect("leased")
                .is_empty()
        );
        store
            .complete(&[done(&first[1])], at(1))
            .await
            .expect("done");
        assert_eq!(payloads(store, &ask("v", 10), 1).await, ["s3"]);
    }
);

both!(pools_are_paused_and_bounded, |fixture| {
    let store = &fixture.store;
    store
        .enqueue(
            &(0..5).map(|n| job(&n.to_string())).collect::<Vec<_>>(),
            at(0),
        )
        .await
        .expect("taken in");
    let paused = PoolSettings {
        paused: true,
        ..PoolSettings::default()
    };
    store
        .set_pool("eu", &paused, &by("ops"))
        .await
        .expect("set");
    assert!(
        store
            .lease(&ask("w", 10), at(0))
            .await
            .expect("leased")
            .is_empty()
    );
    let bounded = PoolSettings {
        capacity: Some(3),
        ..PoolSettings::default()
    };
    store
        .set_pool("eu", &bounded, &by("ops"))
        .await
        .expect("set");
    assert_eq!(
        store.pools().await.expect("read"),
        [("eu".to_owned(), bounded)]
    );
    assert_eq!(
        store
            .lease(&ask("w", 2), at(0))
            .await
            .expect("leased")
            .len(),
        2
    );
    let third = store.lease(&ask("w", 2), at(0)).await.expect("leased");
    assert_eq!(third.len(), 1);
    let held: Vec<_> = third
        .iter()
        .map(|job| (job.id.clone(), job.fence))
        .collect();
    assert_eq!(store.give_back(&held, at(1)).await.expect("back"), 1);
    let again = store.lease(&ask("w", 2), at(1)).await.expect("leased");
    assert_eq!((again.len(), again[0].attempt), (1, 1), "it did not count");
});

both!(units_bound_a_lease, |fixture| {
    let store = &fixture.store;
    let jobs: Vec<_> = [5, 5, 5]
        .into_iter()
        .map(|cost| NewJob { cost, ..job("x") })
        .collect();
    store.enqueue(&jobs, at(0)).await.expect("taken in");
    let lease = Lease {
        units: Some(11),
        ..ask("w", 10)
    };
    assert_eq!(store.lease(&lease, at(0)).await.expect("leased").len(), 2);
    let lease = Lease {
        units: Some(1),
        ..ask("w", 10)
    };
    assert_eq!(
        store.lease(&lease, at(0)).await.expect("leased").len(),
        1,
        "the first may be dearer"
    );
    let counts = store.job_counts().await.expect("counts");
    assert_eq!((counts[0].jobs, counts[0].cost), (3, 15));
});

both!(jobs_out_of_range_are_refused, |fixture| {
    let store = &fixture.store;
    for bad in [
        NewJob {
            payload: "x".repeat(65 * 1024),
            ..job("")
        },
        NewJob { cost: 0, ..job("") },
        NewJob {
            max_attempts: 0,
            ..job("")
        },
    ] {
        let refused = store.enqueue(&[job("good"), bad], at(0)).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    }
    let refused = store.lease(&ask("w", 0), at(0)).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    assert!(store.job_counts().await.expect("counts").is_empty());
    assert!(store.enqueue(&[], at(0)).await.expect("nothing").is_empty());
    assert!(
        store
            .complete(&[], at(0))
            .await
            .expect("nothing")
            .is_empty()
    );
});

both!(many_workers_share_without_overlap, |fixture| {
    let second = fixture.second().await;
    let jobs: Vec<_> = (0..600)
        .map(|number| NewJob {
            concurrency_key: (number % 3 == 0).then(|| format!("k{}", number % 7)),
            ..job(&number.to_string())
        })
        .collect();
    for part in jobs.chunks(100) {
        fixture.store.enqueue(part, at(0)).await.expect("taken in");
    }
    let workers: Vec<_> = (0..6)
        .map(|worker| {
            let store = if worker % 2 == 0 {
                fixture.store.clone()
            } else {
                second.clone()
            };
            tokio::spawn(async move {
                let mut mine = Vec::new();
                let mut idle = 0;
                while idle < 20 {
                    let leased = store
                        .lease(&ask(&format!("w{worker}"), 7), at(1))
                        .await
                        .expect("leased");
                    if leased.is_empty() {
                        idle += 1;
                        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                        continue;
                    }
                    idle = 0;
                    let all: Vec<_> = leased.iter().map(done).collect();
                    let answers = store.complete(&all, at(2)).await.expect("answered");
                    assert!(answers.iter().all(|answer| *answer == Settled::Done));
                    mine.extend(leased.into_iter().map(|job| job.payload));
                }
                mine
            })
        })
        .collect();
    let mut all = Vec::new();
    for worker in workers {
        all.extend(worker.await.expect("a worker"));
    }
    assert_eq!(all.len(), 600);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 600, "nothing twice");
});
