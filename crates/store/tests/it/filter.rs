//! Lists that are narrowed, compared with going through everything by hand.

use lazaret_store::{
    Counts, HoldKey, ImageFilter, Judged, Move, NewContent, Paging, Registry, Store, Verdict,
    VerdictFilter, VerdictState, Workload,
};
use serde_json::json;

use crate::support::{at, both, by, digest, image, name, new_registry};

const IMAGES: usize = 1300;

/// What is gathered first and then sorted: hardly anything, some of what is asked for, all of it.
const GATHERED: [i64; 3] = [2, 200, 5000];

const PLACES: [&str; 2] = ["dev", "prod"];

fn state(number: usize, place: usize) -> VerdictState {
    match (number * 7 + place * 3) % 20 {
        0 => VerdictState::Block,
        1..=4 => VerdictState::Warn,
        _ => VerdictState::Allow,
    }
}

fn worst(number: usize, place: usize) -> Option<u8> {
    u8::try_from((number + place) % 6)
        .expect("small")
        .checked_sub(1)
}

fn gaps(number: usize, place: usize) -> u64 {
    u64::from((number + place).is_multiple_of(11))
}

fn is_looked_at(number: usize) -> bool {
    !number.is_multiple_of(13)
}

fn seen(number: usize) -> i64 {
    i64::try_from(number / 3).expect("small")
}

fn repository(number: usize) -> String {
    format!("team/service{}", number % 40)
}

fn is_held(number: usize) -> bool {
    number.is_multiple_of(17)
}

fn runs(number: usize) -> bool {
    number.is_multiple_of(5)
}

fn verdict(number: usize, place: usize) -> Verdict {
    let count = |level| u64::from(worst(number, place) == Some(level)) * 2;
    Verdict {
        digest: digest(number),
        environment: PLACES[place].to_owned(),
        state: state(number, place),
        counts: Counts {
            critical: count(4),
            high: count(3),
            medium: count(2),
            low: count(1),
            unrated: count(0),
            gaps: gaps(number, place),
        },
        reasons: "[]".to_owned(),
        report: None,
        policy_generation: 1,
        snapshot: "sha256:1".to_owned(),
        snapshot_at: at(0),
        decided_at: at(seen(number)),
    }
}

async fn fill(store: &Store) -> [Registry; 2] {
    let mut registries = Vec::new();
    for name in ["main", "other"] {
        let made = store
            .create_registry(&new_registry(name), &by("root"))
            .await;
        registries.push(made.expect("made"));
    }
    let registry = |number: usize| &registries[usize::from(number.is_multiple_of(4))];
    let numbers: Vec<usize> = (0..IMAGES).collect();
    for some in numbers.chunks(500) {
        let pushes = some.iter().map(|&n| {
            let name = name(registry(n), &repository(n), &format!("v{n}"), n, seen(n));
            (image(n, seen(n)), name)
        });
        let pushes: Vec<_> = pushes.collect();
        store.record_pushes(&pushes).await.expect("recorded");
        let looked_at: Vec<usize> = some.iter().copied().filter(|&n| is_looked_at(n)).collect();
        let contents = looked_at.iter().map(|&n| NewContent {
            digest: digest(n),
            inventory: digest(n + 5_000_000),
            class: String::new(),
            revision: "1".to_owned(),
            gaps: 0,
            parts: vec![],
            indexed_at: at(0),
        });
        let contents: Vec<_> = contents.collect();
        for some in contents.chunks(100) {
            store.put_contents(some).await.expect("put");
        }
        let verdicts: Vec<_> = looked_at
            .iter()
            .flat_map(|&n| [verdict(n, 0), verdict(n, 1)])
            .collect();
        store
            .set_verdicts(&verdicts, &json!({}))
            .await
            .expect("set");
        for &n in some.iter().filter(|&&n| is_held(n)) {
            let key = HoldKey {
                registry_id: registry(n).id.clone(),
                repository: repository(n),
                digest: digest(n),
            };
            let anna = by("anna");
            let held = store.move_hold(&key, Move::Hold, None, true, &anna);
            held.await.expect("held");
        }
    }
    let running = (0..IMAGES).filter(|&n| runs(n)).map(|n| Workload {
        cluster: "c1".to_owned(),
        namespace: "shop".to_owned(),
        name: format!("deployment/{n}"),
        digest: digest(n),
        environment: "prod".to_owned(),
    });
    let running: Vec<_> = running.collect();
    store.see_workloads(&running, at(0)).await.expect("seen");
    registries.try_into().expect("two")
}

/// What the filter means, image by image.
fn is_meant(filter: &ImageFilter, registries: &[Registry; 2], n: usize) -> bool {
    let judged = &filter.verdict;
    let says = |place: usize| {
        judged
            .environment
            .as_deref()
            .is_none_or(|e| e == PLACES[place])
            && judged.state.is_none_or(|s| s == state(n, place))
            && judged.severity.is_none_or(|s| worst(n, place) >= Some(s))
            && judged.gaps.is_none_or(|g| g == (gaps(n, place) > 0))
    };
    let place = &registries[usize::from(n.is_multiple_of(4))].id;
    filter.registry_id.as_ref().is_none_or(|id| id == place)
        && filter
            .repository
            .as_ref()
            .is_none_or(|r| *r == repository(n))
        && filter
            .search
            .as_ref()
            .is_none_or(|part| repository(n).contains(part))
        && filter.running.is_none_or(|r| r == runs(n))
        && (*judged == Judged::default() || is_looked_at(n) && (says(0) || says(1)))
        && filter.examined.is_none_or(|e| e == is_looked_at(n))
        && filter.held.is_none_or(|h| h == is_held(n))
        && filter.seen_from.is_none_or(|from| at(seen(n)) >= from)
        && filter.seen_before.is_none_or(|before| at(seen(n)) < before)
}

/// Questions of every kind, alone and together.
fn questions(registries: &[Registry; 2]) -> Vec<ImageFilter> {
    let mut all = Vec::new();
    for number in 0..160_usize {
        let pick = |step: usize, of: usize| (number / step) % of;
        let judged = Judged {
            environment: [None, Some("prod"), Some("dev"), Some("none")][pick(1, 4)]
                .map(str::to_owned),
            state: [None, Some(VerdictState::Warn), Some(VerdictState::Block)][pick(3, 3)],
            severity: [None, Some(4), Some(0)][pick(5, 3)],
            gaps: [None, Some(true), Some(false)][pick(7, 3)],
        };
        all.push(ImageFilter {
            registry_id: (pick(2, 3) == 1).then(|| registries[0].id.clone()),
            repository: (pick(11, 4) == 1).then(|| repository(8)),
            search: (pick(13, 4) == 1).then(|| "service1".to_owned()),
            running: [None, Some(true), Some(false)][pick(17, 3)],
            verdict: if pick(4, 4) == 1 {
                Judged::default()
            } else {
                judged
            },
            examined: [None, None, Some(true), Some(false)][pick(19, 4)],
            held: [None, Some(true), Some(false)][pick(23, 3)],
            seen_from: (pick(29, 3) == 1).then(|| at(100)),
            seen_before: (pick(31, 3) == 1).then(|| at(300)),
        });
    }
    all.push(ImageFilter::default());
    all
}

both!(images_are_narrowed_by_everything_at_once, |fixture| {
    let store = &fixture.store;
    let registries = fill(store).await;
    let mut answered = 0;
    for (number, filter) in questions(&registries).into_iter().enumerate() {
        let store = &store.clone().gathering(GATHERED[number % GATHERED.len()]);
        let mut expected: Vec<_> = (0..IMAGES)
            .filter(|&n| is_meant(&filter, &registries, n))
            .collect();
        expected.sort_by_key(|&n| std::cmp::Reverse((seen(n), digest(n))));
        let expected: Vec<_> = expected.into_iter().map(digest).collect();
        let (mut found, mut paging) = (Vec::new(), Paging::first(331));
        loop {
            let page = store.images(&filter, &paging).await.expect("page");
            found.extend(page.items.into_iter().map(|row| row.image.digest));
            paging.after = page.next;
            if paging.after.is_none() {
                break;
            }
        }
        assert_eq!(found, expected, "{filter:?}");
        answered += usize::from(!found.is_empty());
    }
    assert!(answered > 40, "{answered} questions had an answer");
    let places = store.judged_environments().await;
    assert_eq!(places.expect("read"), PLACES);
});

both!(a_hold_counts_where_it_is_asked_for, |fixture| {
    let store = &fixture.store;
    let registries = fill(store).await;
    // Known in the other registry too, and not held there.
    let name = name(&registries[0], "mirror/web", "1", 68, 0);
    store
        .record_push(&image(68, 0), &name)
        .await
        .expect("recorded");
    for (registry, expected) in [(&registries[0], false), (&registries[1], true)] {
        let store = &store.clone().gathering(2);
        let filter = ImageFilter {
            registry_id: Some(registry.id.clone()),
            held: Some(true),
            search: Some(digest(68)),
            ..ImageFilter::default()
        };
        let page = store
            .images(&filter, &Paging::default())
            .await
            .expect("page");
        assert_eq!(!page.items.is_empty(), expected);
    }
});

both!(verdicts_are_narrowed, |fixture| {
    let store = &fixture.store;
    let registries = fill(store).await;
    for number in 0..54_usize {
        let filter = VerdictFilter {
            environment: Some("prod".to_owned()),
            state: [None, Some(VerdictState::Warn)][number % 2],
            severity: [None, Some(4), Some(2)][(number / 2) % 3],
            gaps: [None, Some(true), Some(false)][(number / 6) % 3],
            registry_id: [None, Some(0), Some(1)][(number / 18) % 3]
                .map(|place: usize| registries[place].id.clone()),
        };
        let expected = (0..IMAGES).filter(|&n| {
            let as_image = ImageFilter {
                registry_id: filter.registry_id.clone(),
                verdict: Judged {
                    environment: filter.environment.clone(),
                    state: filter.state,
                    severity: filter.severity,
                    gaps: filter.gaps,
                },
                ..ImageFilter::default()
            };
            is_meant(&as_image, &registries, n)
        });
        let expected = expected.count();
        let (mut found, mut paging) = (Vec::new(), Paging::first(171));
        loop {
            let page = store.verdicts(&filter, &paging).await.expect("page");
            found.extend(page.items);
            paging.after = page.next;
            if paging.after.is_none() {
                break;
            }
        }
        assert_eq!(found.len(), expected, "{filter:?}");
        match filter.state {
            Some(_) => assert!(
                found
                    .is_sorted_by(|a, b| { (a.decided_at, &a.digest) > (b.decided_at, &b.digest) })
            ),
            None => assert!(found.is_sorted_by(|a, b| {
                let key = |v: &Verdict| (v.counts.critical, v.counts.high, v.digest.clone());
                key(a) > key(b)
            })),
        }
    }
});
