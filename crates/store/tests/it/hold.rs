use lazaret_store::{
    Asking, Error, Hold, HoldFilter, HoldKey, HoldState, MOVES_LIMIT, Move, Paging, Registry,
    RequestState, Store, Terms, step,
};
use proptest::prelude::*;

use crate::support::{at, both, by, digest, new_registry};

fn key(registry: &Registry, number: usize) -> HoldKey {
    HoldKey {
        registry_id: registry.id.clone(),
        repository: "shop/web".to_owned(),
        digest: digest(number),
    }
}

async fn registry(store: &Store) -> Registry {
    store
        .create_registry(&new_registry("main"), &by("root"))
        .await
        .expect("made")
}

async fn place(store: &Store, key: &HoldKey, what: Move, by_hand: bool) -> Result<Hold, Error> {
    store
        .move_hold(key, what, None, by_hand, &by("policy:main"))
        .await
}

both!(two_people_release, |fixture| {
    let store = &fixture.store;
    let key = key(&registry(store).await, 1);
    let nothing = store.request_release(&key, None, &by("anna")).await;
    assert!(matches!(nothing, Err(Error::Conflict(_))), "{nothing:?}");
    place(store, &key, Move::Quarantine, false)
        .await
        .expect("placed");
    let direct = place(store, &key, Move::Lift, true).await;
    assert!(matches!(direct, Err(Error::Conflict(_))), "{direct:?}");

    let request = store
        .request_release(&key, Some(at(100)), &by("anna"))
        .await
        .expect("asked");
    let twice = store.request_release(&key, None, &by("ben")).await;
    assert!(matches!(twice, Err(Error::Conflict(_))), "{twice:?}");
    let alone = store.decide_release(&request.id, true, &by("anna")).await;
    assert!(matches!(alone, Err(Error::Conflict(_))), "{alone:?}");
    let hold = store
        .decide_release(&request.id, true, &by("ben"))
        .await
        .expect("answered")
        .expect("a hold");
    assert_eq!(
        (hold.state, hold.until),
        (HoldState::Released, Some(at(100)))
    );
    let again = store.decide_release(&request.id, false, &by("carla")).await;
    assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");

    // The policy finds it bad again and is not heard; the release ends with its time.
    assert_eq!(
        place(store, &key, Move::Quarantine, false)
            .await
            .expect("moved")
            .state,
        HoldState::Released
    );
    assert!(
        store
            .expire_holds(at(99))
            .await
            .expect("expired")
            .is_empty()
    );
    let over = store.expire_holds(at(100)).await.expect("expired");
    assert_eq!((over.len(), over[0].state), (1, HoldState::Quarantined));
    store.verify_audit().await.expect("holds");
});

both!(a_refused_or_overtaken_request_releases_nothing, |fixture| {
    let store = &fixture.store;
    let key = key(&registry(store).await, 1);
    place(store, &key, Move::Hold, false).await.expect("placed");
    let first = store
        .request_release(&key, None, &by("anna"))
        .await
        .expect("asked");
    assert!(
        store
            .decide_release(&first.id, false, &by("ben"))
            .await
            .expect("answered")
            .is_none()
    );
    assert_eq!(
        store.hold(&key).await.expect("read").map(|hold| hold.state),
        Some(HoldState::Held)
    );
    let second = store
        .request_release(&key, None, &by("anna"))
        .await
        .expect("asked");
    // It turned out to be worse: what was asked for a hold is no answer to a quarantine.
    place(store, &key, Move::Quarantine, false)
        .await
        .expect("placed");
    let late = store.decide_release(&second.id, true, &by("ben")).await;
    assert!(matches!(late, Err(Error::Conflict(_))), "{late:?}");
    let read = store
        .release_request(&second.id)
        .await
        .expect("read")
        .expect("there");
    assert_eq!(read.state, RequestState::Void);
    let open = store
        .release_requests(RequestState::Open, &Paging::default())
        .await
        .expect("page");
    assert!(open.items.is_empty());
});

both!(many_answers_make_one_release, |fixture| {
    let store = &fixture.store;
    let second = fixture.second().await;
    let key = key(&registry(store).await, 1);
    place(store, &key, Move::Quarantine, true)
        .await
        .expect("placed");
    let request = store
        .request_release(&key, None, &by("anna"))
        .await
        .expect("asked");
    let tasks: Vec<_> = (0..8)
        .map(|number| {
            let store = if number % 2 == 0 {
                store.clone()
            } else {
                second.clone()
            };
            let id = request.id.clone();
            tokio::spawn(async move {
                store
                    .decide_release(&id, number % 3 != 0, &by(&format!("p{number}")))
                    .await
            })
        })
        .collect();
    let mut heard = 0;
    for task in tasks {
        match task.await.expect("a task") {
            Ok(_) => heard += 1,
            Err(error) => assert!(matches!(error, Error::Conflict(_)), "{error}"),
        }
    }
    assert_eq!(heard, 1);
});

both!(edges_hear_of_every_change_in_order, |fixture| {
    let store = &fixture.store;
    let main = registry(store).await;
    for number in 0..5 {
        place(store, &key(&main, number), Move::Quarantine, false)
            .await
            .expect("placed");
    }
    let seen = store.hold_seq().await.expect("read");
    place(store, &key(&main, 2), Move::Lift, false)
        .await
        .expect("lifted");
    let news = store.holds_after("eu", seen).await.expect("read");
    assert_eq!(
        news.iter()
            .map(|hold| (hold.key.clone(), hold.state))
            .collect::<Vec<_>>(),
        [(key(&main, 2), HoldState::Clear)]
    );
    assert_eq!(store.holds_after("eu", 0).await.expect("read").len(), 5);
    assert!(store.holds_after("us", 0).await.expect("read").is_empty());
    let filter = HoldFilter {
        state: Some(HoldState::Quarantined),
        ..HoldFilter::default()
    };
    let page = store.holds(&filter, &Paging::first(3)).await.expect("page");
    assert_eq!((page.items.len(), page.next.is_some()), (3, true));
});

fn states() -> impl Strategy<Value = HoldState> {
    prop::sample::select(HoldState::ALL)
}

fn moves() -> impl Strategy<Value = Move> {
    prop::sample::select(vec![
        Move::Hold,
        Move::Quarantine,
        Move::Lift,
        Move::Release,
        Move::Expire,
    ])
}

proptest! {
    /// Whatever happens, in whatever order: out of quarantine leads only an approved release,
    /// the end of a time, or the policy that had placed it.
    #[test]
    fn quarantine_has_three_doors(steps in prop::collection::vec((moves(), any::<bool>()), 0..40)) {
        let (mut state, mut placed_by_hand) = (HoldState::Clear, false);
        for (what, by_hand) in steps {
            let Ok(Some(next)) = step(state, placed_by_hand, what, by_hand) else { continue };
            if state == HoldState::Quarantined {
                let policy = what == Move::Lift && !by_hand && !placed_by_hand;
                prop_assert!(what == Move::Release || what == Move::Expire || policy, "{what:?}");
            }
            if next == HoldState::Released {
                prop_assert_eq!(what, Move::Release);
            }
            if state == HoldState::Released && !by_hand {
                prop_assert_eq!(what, Move::Expire);
            }
            (state, placed_by_hand) = (next, by_hand);
        }
    }

    /// The same move twice is the same as once.
    #[test]
    fn a_move_done_twice_changes_nothing_more(state in states(), placed in any::<bool>(), what in moves(), by_hand in any::<bool>()) {
        prop_assume!(what != Move::Expire);
        if let Ok(Some(next)) = step(state, placed, what, by_hand) {
            prop_assert_ne!(next, state);
            prop_assert!(!matches!(step(next, by_hand, what, by_hand), Ok(Some(_))));
        }
    }
}

both!(policies_move_many_holds_at_once, |fixture| {
    let store = &fixture.store;
    let registry = registry(store).await;
    let key = |number| key(&registry, number);
    let ask = |number, what| Asking {
        key: key(number),
        what,
        terms: Terms::default(),
        by: by("policy:2").because(format!("image {number}")),
    };
    for (number, by_hand) in [(2, true), (3, false)] {
        let placed = place(store, &key(number), Move::Quarantine, by_hand).await;
        placed.expect("placed");
    }
    let before = store.verify_audit().await.expect("holds");
    let moves = [
        ask(1, Move::Quarantine),
        // What a person has placed, no policy takes back.
        ask(2, Move::Lift),
        ask(3, Move::Lift),
        ask(4, Move::Hold),
        ask(4, Move::Quarantine),
    ];
    store.move_holds(&moves).await.expect("moved");
    // Done again, as by a worker that died before it had said so.
    store.move_holds(&moves[..3]).await.expect("moved");
    let state = async |number| {
        let hold = store.hold(&key(number)).await.expect("read");
        let hold = hold.expect("a hold");
        (hold.state, hold.by_hand, hold.reason)
    };
    let because = |number| format!("image {number}");
    use HoldState::{Clear, Quarantined};
    assert_eq!(state(1).await, (Quarantined, false, because(1)));
    let kept = state(2).await;
    assert_eq!((kept.0, kept.1), (Quarantined, true));
    assert_eq!(state(3).await, (Clear, false, because(3)));
    assert_eq!(state(4).await, (Quarantined, false, because(4)));
    // Each change has its entry, and nothing else has.
    let after = store.verify_audit().await.expect("holds");
    assert_eq!(after.seq - before.seq, 4);

    let refused = store
        .move_holds(&[ask(5, Move::Hold), ask(6, Move::Release)])
        .await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    assert_eq!(store.hold(&key(5)).await.expect("read"), None);
    let many = vec![ask(5, Move::Hold); MOVES_LIMIT + 1];
    let many = store.move_holds(&many).await;
    assert!(matches!(many, Err(Error::Invalid(_))), "{many:?}");
});

both!(what_runs_is_refused_where_somebody_says_so, |fixture| {
    let store = &fixture.store;
    let key = key(&registry(store).await, 1);
    let on = |even_if_running| Terms {
        until: None,
        even_if_running,
    };
    let place = async |what, terms, by_hand| {
        let who = by("somebody");
        let placed = store.move_hold_on(&key, what, terms, by_hand, &who);
        placed.await.expect("placed")
    };
    let first = place(Move::Quarantine, on(false), false).await;
    assert!(!first.even_if_running);
    // The same state, and another word: a change that bundles must carry.
    let second = place(Move::Quarantine, on(true), false).await;
    assert!(second.even_if_running && second.seq > first.seq);
    assert_eq!((second.state, second.at), (first.state, first.at));
    let third = place(Move::Quarantine, on(true), false).await;
    assert_eq!(third, second);
    let of = store.holds_of(std::slice::from_ref(&key.digest));
    assert_eq!(of.await.expect("read"), std::slice::from_ref(&third));
    assert!(store.holds_of(&[]).await.expect("read").is_empty());
    assert_eq!(store.hold(&key).await.expect("read"), Some(third));
    // A weaker verdict neither softens the state nor takes the word back.
    assert_eq!(place(Move::Hold, on(false), false).await, second);
    let request = store.request_release(&key, None, &by("anna")).await;
    let id = request.expect("asked").id;
    let released = store.decide_release(&id, true, &by("ben")).await;
    // Nothing is refused now; the word is kept for the end of the release.
    assert!(released.expect("answered").expect("a hold").even_if_running);
    // What a person says, no policy takes back.
    let by_hand = place(Move::Quarantine, on(true), true).await;
    assert_eq!(place(Move::Quarantine, on(false), false).await, by_hand);
    assert_eq!(store.all_holds_after(0).await.expect("read"), [by_hand]);
});

/// A key, and a person or a policy that places what is held under it.
async fn by_whom(store: &Store, key: &HoldKey, what: Move, hours: Option<i64>, who: &str) -> Hold {
    let terms = Terms {
        until: hours.map(at),
        even_if_running: false,
    };
    let by = by(who).because(format!("{who} says so"));
    let placed = store.move_hold_on(key, what, terms, !who.starts_with("policy"), &by);
    placed.await.expect("placed")
}

both!(a_person_stands_behind_what_a_policy_has_held, |fixture| {
    let store = &fixture.store;
    let registry = registry(store).await;
    for (number, what) in [(1, Move::Quarantine), (2, Move::Hold)] {
        let key = key(&registry, number);
        let first = by_whom(store, &key, what, None, "policy:1").await;
        let asked = store.request_release(&key, None, &by("anna")).await;
        let asked = asked.expect("asked").id;
        let second = by_whom(store, &key, what, Some(50), "user:ben").await;
        assert!(second.by_hand && second.seq > first.seq, "{second:?}");
        assert_eq!((second.state, second.at), (first.state, first.at));
        assert_eq!(second.actor, "user:ben");
        assert_eq!(second.reason, "user:ben says so");
        // One person alone does not shorten it, and what was asked before is another question.
        assert_eq!(second.until, None);
        let late = store.decide_release(&asked, true, &by("carla")).await;
        assert!(matches!(late, Err(Error::Conflict(_))), "{late:?}");
        // The policy that had placed it is no longer the one to lift it.
        assert_eq!(
            by_whom(store, &key, Move::Lift, None, "policy:2").await,
            second
        );
        assert_eq!(by_whom(store, &key, what, None, "policy:2").await, second);
        assert_eq!(store.hold(&key).await.expect("read"), Some(second));
    }
    store.verify_audit().await.expect("holds");
});

both!(
    a_quarantine_by_hand_gets_longer_and_never_shorter,
    |fixture| {
        let store = &fixture.store;
        let key = key(&registry(store).await, 1);
        let until = async |hours, who| {
            by_whom(store, &key, Move::Quarantine, hours, who)
                .await
                .until
        };
        assert_eq!(until(Some(50), "user:anna").await, Some(at(50)));
        assert_eq!(until(Some(20), "user:ben").await, Some(at(50)));
        assert_eq!(until(Some(70), "user:ben").await, Some(at(70)));
        assert_eq!(until(None, "user:ben").await, None);
        assert_eq!(until(Some(90), "user:anna").await, None);
    }
);

both!(what_comes_back_after_a_release_is_whose_it_was, |fixture| {
    let store = &fixture.store;
    let registry = registry(store).await;
    for (number, who, after) in [
        (1, "user:anna", HoldState::Quarantined),
        (2, "policy:1", HoldState::Clear),
    ] {
        let key = key(&registry, number);
        let placed = by_whom(store, &key, Move::Quarantine, None, who).await;
        let asked = store.request_release(&key, Some(at(100)), &by("ben")).await;
        let id = asked.expect("asked").id;
        let released = store.decide_release(&id, true, &by("carla")).await;
        let released = released.expect("answered").expect("a hold");
        assert_eq!(released.by_hand, placed.by_hand);
        let over = store.expire_holds(at(100)).await.expect("expired");
        assert_eq!(over[0].state, HoldState::Quarantined);
        assert_eq!(over[0].by_hand, placed.by_hand);
        let lifted = by_whom(store, &key, Move::Lift, None, "policy:2").await;
        assert_eq!(lifted.state, after, "{who}");
    }
});

both!(an_index_is_released_with_what_it_leads_to, |fixture| {
    let store = &fixture.store;
    let registry = registry(store).await;
    let [index, held, clear, other] = [1, 2, 3, 4].map(|number| key(&registry, number));
    for key in [&index, &held, &other] {
        by_whom(store, key, Move::Quarantine, None, "policy:1").await;
    }
    let own = store.request_release(&held, None, &by("anna")).await;
    let asked = store
        .request_release(&index, Some(at(100)), &by("anna"))
        .await;
    let id = asked.expect("asked").id;
    let platforms = [&held, &clear].map(|key| key.digest.clone());
    let released = store
        .decide_release_of(&id, true, &platforms, &by("ben"))
        .await;
    let released = released.expect("answered").expect("a hold");
    assert_eq!(
        (&released.key, released.state),
        (&index, HoldState::Released)
    );
    let read = async |key| store.hold(key).await.expect("read");
    let with = read(&held).await.expect("there");
    assert_eq!(
        (with.state, with.until),
        (HoldState::Released, Some(at(100)))
    );
    assert_eq!(read(&clear).await, None);
    assert_eq!(
        read(&other).await.map(|h| h.state),
        Some(HoldState::Quarantined)
    );
    let own = store.release_request(&own.expect("asked").id).await;
    assert_eq!(
        own.expect("read").map(|r| r.state),
        Some(RequestState::Void)
    );
});
