use lazaret_store::{
    Component, Match, NewComponent, NewContent, Paging, Snapshot, Store, VulnerabilityFilter,
    Workload,
};

use crate::support::{at, both, digest};

fn component(name: &str) -> NewComponent {
    NewComponent {
        purl: format!("pkg:deb/debian/{name}@1"),
        keys: vec![format!("deb:{name}")],
    }
}

fn content(number: usize, parts: &[&[&str]]) -> NewContent {
    NewContent {
        digest: digest(number),
        inventory: digest(number + 100),
        class: format!("class {number}"),
        revision: "1".to_owned(),
        gaps: 0,
        parts: parts
            .iter()
            .map(|part| part.iter().map(|name| component(name)).collect())
            .collect(),
        indexed_at: at(0),
    }
}

fn found(advisory: &str, severity: u8) -> Match {
    Match {
        advisory: advisory.to_owned(),
        severity,
        undecided: false,
        fixed: Some("2".to_owned()),
        package: "zlib".to_owned(),
        status: "fixed".to_owned(),
        kev: false,
        suppressed: false,
        facts: "{}".to_owned(),
    }
}

async fn by_key(store: &Store, name: &str) -> Component {
    store
        .components_by_keys(&[format!("deb:{name}")])
        .await
        .expect("read")
        .remove(0)
}

both!(components_are_stored_once, |fixture| {
    let store = &fixture.store;
    let base: &[&str] = &["libc", "openssl", "zlib"];
    let fresh = store
        .put_content(&content(1, &[base, &["app"]]))
        .await
        .expect("put");
    assert_eq!(fresh.len(), 4);
    // Never compared, so still fresh; nothing is stored again.
    let again = store
        .put_content(&content(2, &[base, &["other"]]))
        .await
        .expect("put");
    assert_eq!(again.len(), 4);
    store
        .put_content(&content(3, &[&["zlib", "libc", "openssl"]]))
        .await
        .expect("put");
    let names: Vec<_> = store
        .components_of(&digest(1))
        .await
        .expect("read")
        .into_iter()
        .map(|c| c.purl)
        .collect();
    assert_eq!(names.len(), 4);
    let openssl = by_key(store, "openssl").await;
    let images = store
        .images_with(&[openssl.id], &Paging::first(2))
        .await
        .expect("page");
    assert_eq!(images.items, [digest(1), digest(2)]);
    let rest = Paging {
        limit: 2,
        after: images.next,
    };
    assert_eq!(
        store
            .images_with(&[openssl.id], &rest)
            .await
            .expect("page")
            .items,
        [digest(3)]
    );
    assert_eq!(
        store
            .all_images_with(&[openssl.id])
            .await
            .expect("read")
            .len(),
        3
    );
    assert_eq!(
        store
            .content(&digest(1))
            .await
            .expect("read")
            .map(|c| c.inventory),
        Some(digest(101))
    );
    // Read again with better readers: what it no longer has is gone from the way back.
    store
        .put_content(&content(1, &[&["libc"]]))
        .await
        .expect("put");
    assert_eq!(
        store.all_images_with(&[openssl.id]).await.expect("read"),
        [digest(2), digest(3)]
    );
    store.put_content(&content(4, &[])).await.expect("put");
    assert!(
        store
            .components_of(&digest(4))
            .await
            .expect("read")
            .is_empty()
    );
});

both!(matches_change_what_they_touch, |fixture| {
    let store = &fixture.store;
    store
        .put_content(&content(1, &[&["libc", "openssl"]]))
        .await
        .expect("put");
    store
        .put_content(&content(2, &[&["libc"]]))
        .await
        .expect("put");
    let (libc, openssl) = (by_key(store, "libc").await, by_key(store, "openssl").await);
    let set = async |matches: &[(i64, Vec<Match>)], snapshot| {
        store
            .set_matches(matches, at(snapshot), at(snapshot))
            .await
            .expect("set")
    };
    let both_ids = vec![libc.id, openssl.id];
    let one = (openssl.id, vec![found("CVE-1", 4), found("CVE-2", 1)]);
    let none = (libc.id, Vec::new());
    assert_eq!(set(&[one.clone(), none.clone()], 10).await, [openssl.id]);
    assert_eq!(
        set(&[one.clone(), none.clone()], 11).await,
        Vec::<i64>::new(),
        "the same again changes nothing"
    );
    assert_eq!(
        set(&[(openssl.id, Vec::new())], 5).await,
        Vec::<i64>::new(),
        "older advisories are not heard"
    );
    assert_eq!(
        store
            .affected_by(&["CVE-1".to_owned()])
            .await
            .expect("read"),
        [openssl.id]
    );
    let against = store.matches_of(&digest(1)).await.expect("read");
    assert_eq!(against.len(), 2);
    assert_eq!(against[0], (openssl.purl.clone(), found("CVE-1", 4)));
    assert!(store.matches_of(&digest(2)).await.expect("read").is_empty());
    assert!(
        store
            .components_behind(at(11), 0)
            .await
            .expect("read")
            .is_empty()
    );
    assert_eq!(
        store
            .components_behind(at(12), 0)
            .await
            .expect("read")
            .len(),
        2
    );
    assert_eq!(
        store
            .advance_matches(at(11), at(12))
            .await
            .expect("advanced"),
        2
    );
    assert!(
        store
            .components_behind(at(12), 0)
            .await
            .expect("read")
            .is_empty()
    );
    assert_eq!(
        set(
            &[(libc.id, vec![found("CVE-2", 3)]), (openssl.id, vec![])],
            13
        )
        .await,
        both_ids
    );
});

both!(
    vulnerabilities_are_counted_where_something_changed,
    |fixture| {
        let store = &fixture.store;
        store
            .put_content(&content(1, &[&["libc"], &["openssl"]]))
            .await
            .expect("put");
        store
            .put_content(&content(2, &[&["libc"]]))
            .await
            .expect("put");
        let (libc, openssl) = (by_key(store, "libc").await, by_key(store, "openssl").await);
        let matches = [
            (libc.id, vec![found("CVE-1", 2), found("CVE-2", 4)]),
            (openssl.id, vec![found("CVE-1", 3)]),
        ];
        store
            .set_matches(&matches, at(1), at(1))
            .await
            .expect("set");
        let running = Workload {
            cluster: "c".to_owned(),
            namespace: "n".to_owned(),
            name: "w".to_owned(),
            digest: digest(2),
            environment: "production".to_owned(),
        };
        store.see_workloads(&[running], at(1)).await.expect("seen");
        assert_eq!(
            store
                .count_vulnerabilities(10, at(2))
                .await
                .expect("counted"),
            2
        );
        assert_eq!(
            store
                .count_vulnerabilities(10, at(2))
                .await
                .expect("counted"),
            0
        );
        let numbers = async || {
            let mut paging = Paging::first(1);
            let mut all = Vec::new();
            loop {
                let page = store
                    .vulnerabilities(&VulnerabilityFilter::default(), &paging)
                    .await
                    .expect("page");
                all.extend(
                    page.items
                        .into_iter()
                        .map(|v| (v.advisory, v.severity, v.components, v.images, v.running)),
                );
                if page.next.is_none() {
                    break all;
                }
                paging.after = page.next;
            }
        };
        let row = |name: &str, severity, components, images, running| {
            (name.to_owned(), severity, components, images, running)
        };
        assert_eq!(
            numbers().await,
            [row("CVE-2", 4, 1, 2, 1), row("CVE-1", 3, 2, 2, 1)]
        );
        // A new image with known components is counted the next time.
        store
            .put_content(&content(3, &[&["openssl"]]))
            .await
            .expect("put");
        assert_eq!(
            store
                .count_vulnerabilities(10, at(3))
                .await
                .expect("counted"),
            1
        );
        assert_eq!(numbers().await[1], row("CVE-1", 3, 2, 3, 1));
        store
            .set_matches(&[(libc.id, vec![])], at(4), at(4))
            .await
            .expect("set");
        store
            .count_vulnerabilities(10, at(4))
            .await
            .expect("counted");
        assert_eq!(numbers().await, [row("CVE-1", 3, 1, 2, 0)]);
    }
);

both!(the_newest_snapshot_counts, |fixture| {
    let store = &fixture.store;
    for built in [10, 30, 20] {
        let snapshot = Snapshot {
            digest: digest(built),
            built_at: at(i64::try_from(built).expect("small")),
            seen_at: at(50),
        };
        store.put_snapshot(&snapshot).await.expect("put");
        store.put_snapshot(&snapshot).await.expect("put");
    }
    assert_eq!(
        store.snapshot().await.expect("read").map(|s| s.digest),
        Some(digest(30))
    );
});

both!(many_images_at_once, |fixture| {
    let second = fixture.second().await;
    let tasks: Vec<_> = (0..24)
        .map(|number| {
            let store = if number % 2 == 0 {
                fixture.store.clone()
            } else {
                second.clone()
            };
            tokio::spawn(async move {
                let mine = format!("app{}", number % 5);
                let content = content(
                    number,
                    &[&["libc", "openssl", "zlib"], &[mine.as_str(), "shared"]],
                );
                // What the database calls busy is asked again.
                while let Err(error) = store.put_content(&content).await {
                    assert!(error.is_transient(), "{error}");
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("a task");
    }
    let shared = by_key(&fixture.store, "shared").await;
    assert_eq!(
        fixture
            .store
            .all_images_with(&[shared.id])
            .await
            .expect("read")
            .len(),
        24
    );
});

both!(many_contents_are_one_call, |fixture| {
    let store = &fixture.store;
    let base: &[&str] = &["libc", "openssl", "zlib"];
    let all = [
        content(1, &[base, &["app"]]),
        content(2, &[base, &["app"], &[]]),
        content(3, &[base]),
    ];
    let fresh = store.put_contents(&all).await.expect("put");
    assert_eq!(fresh.len(), 4);
    let of = async |number| {
        let of = store.components_of(&digest(number)).await.expect("read");
        of.len()
    };
    assert_eq!((of(1).await, of(2).await, of(3).await), (4, 4, 3));
    let openssl = by_key(store, "openssl").await;
    let with = store.all_images_with(&[openssl.id]).await.expect("read");
    assert_eq!(with, [digest(1), digest(2), digest(3)]);

    // Other readers look components up under other keys: what was known is read again.
    let mut newer = content(3, &[base]);
    newer.revision = "2".to_owned();
    for component in &mut newer.parts[0] {
        component.keys.push("other key".to_owned());
    }
    store.put_contents(&[newer]).await.expect("put");
    let known = store.components_by_keys(&["other key".to_owned()]).await;
    assert_eq!(known.expect("read").len(), 3);

    let twice = [content(4, &[base]), content(4, &[base])];
    assert!(matches!(
        store.put_contents(&twice).await,
        Err(lazaret_store::Error::Invalid(_))
    ));
    let many: Vec<_> = (0..=lazaret_store::CONTENT_LIMIT)
        .map(|number| content(number, &[base]))
        .collect();
    assert!(store.put_contents(&many).await.is_err());
});

both!(
    a_re_match_finds_its_way_from_components_to_images,
    |fixture| {
        let store = &fixture.store;
        for number in [1, 2] {
            let mut content = content(number, &[&["libc"], &["openssl"]]);
            content.class = "one".to_owned();
            store.put_content(&content).await.expect("put");
        }
        store
            .put_content(&content(3, &[&["zlib"]]))
            .await
            .expect("put");
        let (libc, zlib) = (by_key(store, "libc").await, by_key(store, "zlib").await);
        let samples = store
            .samples_of(&[libc.id, zlib.id, 999])
            .await
            .expect("samples");
        assert_eq!(samples.len(), 2);
        assert!([digest(1), digest(2)].contains(&samples[0].1));
        assert_eq!(samples[1], (zlib.id, digest(3)));
        let within = store.contents_with(&[libc.id]).await.expect("contents");
        let classes: Vec<_> = within.iter().map(|c| c.class.as_str()).collect();
        assert_eq!(classes, ["one", "one"]);
        let of = store.contents_of(&[digest(3)]).await.expect("contents");
        assert_eq!(of[0].inventory, digest(103));
        let behind = async |at| {
            let of = store.components_to_compare(&digest(1), at).await;
            of.expect("components").len()
        };
        assert_eq!(behind(at(1)).await, 2);
        let matches = [(libc.id, vec![found("CVE-1", 3)])];
        let facts = std::collections::HashMap::from([(libc.id, b"facts".to_vec())]);
        store
            .set_found(&matches, &facts, at(1), at(1))
            .await
            .expect("set");
        let keys = [(libc.id, "id:GHSA-1".to_owned())];
        store.add_component_keys(&keys).await.expect("added");
        store.add_component_keys(&keys).await.expect("added again");
        let by_id = store.components_by_keys(&["id:GHSA-1".to_owned()]).await;
        assert_eq!(by_id.expect("read"), std::slice::from_ref(&libc));
        assert_eq!(behind(at(1)).await, 1);
        assert_eq!(behind(at(2)).await, 2);
        let runs = Workload {
            cluster: "c".to_owned(),
            namespace: String::new(),
            name: "w".to_owned(),
            digest: digest(2),
            environment: "prod".to_owned(),
        };
        store
            .see_workloads(std::slice::from_ref(&runs), at(1))
            .await
            .expect("seen");
        let with = store.workloads_with(&[libc.id], 10).await;
        assert_eq!(with.expect("workloads"), [runs]);
        let places = store.environments_of(&[digest(1), digest(2)]).await;
        assert_eq!(places.expect("places"), [(digest(2), "prod".to_owned())]);
        store
            .count_vulnerabilities(10, at(3))
            .await
            .expect("counted");
        let only = async |filter: VulnerabilityFilter| {
            let page = store.vulnerabilities(&filter, &Paging::first(10)).await;
            page.expect("a page").items.len()
        };
        let all = VulnerabilityFilter {
            id: Some("CVE-".to_owned()),
            severity: Some(3),
            package: Some("zlib".to_owned()),
            status: Some("fixed".to_owned()),
            fixable: Some(true),
            kev: Some(false),
            environment: None,
            running: Some(true),
        };
        assert_eq!(only(all.clone()).await, 1);
        let elsewhere = VulnerabilityFilter {
            environment: Some("prod".to_owned()),
            ..all
        };
        assert_eq!(only(elsewhere).await, 0);
        store.recount(&[digest(1)]).await.expect("stale");
        assert_eq!(
            store
                .count_vulnerabilities(10, at(4))
                .await
                .expect("counted"),
            1
        );
        let oldest = store.oldest_decision().await.expect("asked");
        assert_eq!(oldest, None);
    }
);
