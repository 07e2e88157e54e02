use lazaret_store::{Error, NewEdge, Paging, digest_of, new_id};

use crate::job::{ask, job};
use crate::support::{at, both, by};

both!(policies_have_generations, |fixture| {
    let store = &fixture.store;
    assert!(store.policy().await.expect("read").is_none());
    let first = store.put_policy("a: 1", &by("anna")).await.expect("put");
    let same = store.put_policy("a: 1", &by("ben")).await.expect("put");
    assert_eq!(first, same);
    let second = store.put_policy("a: 2", &by("ben")).await.expect("put");
    assert_eq!((first.generation, second.generation), (1, 2));
    assert_eq!(store.policy().await.expect("read"), Some(second));
    assert_eq!(store.policy_at(1).await.expect("read"), Some(first));
    assert_eq!(
        store
            .policies(&Paging::default())
            .await
            .expect("page")
            .items
            .len(),
        2
    );
    let late = store.replace_policy("a: 3", Some(1), &by("anna")).await;
    assert!(matches!(late, Err(Error::Changed(_))), "{late:?}");
    let unseen = store.replace_policy("a: 3", Some(0), &by("anna")).await;
    assert!(matches!(unseen, Err(Error::Changed(_))), "{unseen:?}");
    let large = store.put_policy(&"x".repeat(2_000_000), &by("ben")).await;
    assert!(matches!(large, Err(Error::Invalid(_))));
});

both!(exemptions_end, |fixture| {
    let store = &fixture.store;
    let silent = lazaret_store::By::new("anna", at(0));
    let refused = store.grant_exemption("CVE-2026-1", None, &silent).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    let timed = store
        .grant_exemption("CVE-2026-1", Some(at(50)), &by("anna"))
        .await
        .expect("granted");
    let open = store
        .grant_exemption("CVE-2026-2", None, &by("anna"))
        .await
        .expect("granted");
    let at_time = async |now| store.exemptions_at(at(now)).await.expect("read").len();
    assert_eq!((at_time(49).await, at_time(50).await), (2, 1));
    store
        .revoke_exemption(&open.id, &by("ben"))
        .await
        .expect("revoked");
    assert_eq!(at_time(1).await, 1);
    let again = store.revoke_exemption(&open.id, &by("ben")).await;
    assert!(matches!(again, Err(Error::NotFound { .. })), "{again:?}");
    let all = store
        .exemptions(&Paging::default())
        .await
        .expect("page")
        .items;
    assert_eq!(all.len(), 2);
    assert!(all.contains(&timed));
});

fn edge(name: &str) -> NewEdge {
    NewEdge {
        id: new_id(at(0)),
        name: name.to_owned(),
        fingerprint: digest_of(name.as_bytes()),
        expires_at: at(1000),
        version: "0.1.0".to_owned(),
    }
}

both!(a_join_token_admits_one, |fixture| {
    let store = &fixture.store;
    let hash = digest_of(b"secret");
    store
        .create_join_token(&hash, "eu", at(100), &by("root"))
        .await
        .expect("made");
    assert_eq!(
        store
            .join_token_region(&hash, at(99))
            .await
            .expect("read")
            .as_deref(),
        Some("eu")
    );
    let late = store.join_edge(&hash, &edge("late"), at(100)).await;
    assert!(matches!(late, Err(Error::Conflict(_))), "{late:?}");
    let second = fixture.second().await;
    let tasks: Vec<_> = (0..6)
        .map(|number| {
            let store = if number % 2 == 0 {
                store.clone()
            } else {
                second.clone()
            };
            let hash = hash.clone();
            tokio::spawn(async move {
                store
                    .join_edge(&hash, &edge(&format!("e{number}")), at(1))
                    .await
                    .is_ok()
            })
        })
        .collect();
    let mut joined = 0;
    for task in tasks {
        joined += usize::from(task.await.expect("a task"));
    }
    assert_eq!(joined, 1);
    assert_eq!(
        store
            .edges(&Paging::default())
            .await
            .expect("page")
            .items
            .len(),
        1
    );
});

both!(edges_renew_and_are_shut_out, |fixture| {
    let store = &fixture.store;
    let hash = digest_of(b"secret");
    store
        .create_join_token(&hash, "eu", at(100), &by("root"))
        .await
        .expect("made");
    let one = store
        .join_edge(&hash, &edge("one"), at(1))
        .await
        .expect("joined");
    let (old, new) = (one.fingerprint.clone(), digest_of(b"renewed"));
    let speaks = async |fingerprint: &str, now| {
        store
            .edge_by_fingerprint(fingerprint, at(now))
            .await
            .expect("read")
            .is_some()
    };
    assert!(speaks(&old, 999).await);
    assert!(!speaks(&old, 1000).await);
    store
        .renew_edge(&one.id, &old, &new, at(2000), at(500))
        .await
        .expect("renewed");
    assert!(speaks(&new, 1500).await);
    assert!(speaks(&old, 501).await, "the answer may have been lost");
    store
        .touch_edge(&one.id, &new, "0.2.0", Some(r#"{"layers":0}"#), at(600))
        .await
        .expect("heard");
    assert!(!speaks(&old, 601).await);

    store.enqueue(&[job("a")], at(600)).await.expect("taken in");
    store
        .lease(&ask(&one.id, 1), at(600))
        .await
        .expect("leased");
    let mut when = by("root");
    when.at = at(610);
    store.revoke_edge(&one.id, &when).await.expect("shut out");
    assert!(!speaks(&new, 611).await);
    assert_eq!(
        store.reclaim(at(610)).await.expect("reclaimed"),
        1,
        "its jobs go to others at once"
    );
    let gone = store
        .renew_edge(&one.id, &new, &old, at(3000), at(620))
        .await;
    assert!(matches!(gone, Err(Error::NotFound { .. })), "{gone:?}");
});

both!(the_bell_rings, |fixture| {
    let second = fixture.second().await;
    let mut bell = fixture.store.bell();
    let wait = std::time::Duration::from_millis(50);
    assert!(!bell.wait(wait).await);
    fixture
        .store
        .enqueue(&[job("a")], at(0))
        .await
        .expect("taken in");
    assert!(bell.wait(wait).await, "also for what came before the wait");
    // PostgreSQL tells other processes too; whoever has a file asks again after a while.
    if fixture.store.engine() == lazaret_store::Engine::Postgres {
        let mut far = second.bell();
        tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
        far.wait(std::time::Duration::from_millis(1)).await;
        fixture
            .store
            .enqueue(&[job("b")], at(0))
            .await
            .expect("taken in");
        assert!(far.wait(std::time::Duration::from_secs(5)).await);
    }
});

both!(of_two_who_saw_the_same_policy_one_replaces_it, |fixture| {
    let other = fixture.second().await;
    for generation in 0..8 {
        let (anna, ben) = (format!("a: {generation}"), format!("b: {generation}"));
        let (by_anna, by_ben) = (by("anna"), by("ben"));
        let (first, second) = tokio::join!(
            fixture
                .store
                .replace_policy(&anna, Some(generation), &by_anna),
            other.replace_policy(&ben, Some(generation), &by_ben),
        );
        let done: Vec<_> = [first, second].into_iter().filter_map(Result::ok).collect();
        assert_eq!(done.len(), 1);
        assert_eq!(done[0].generation, generation + 1);
    }
});
