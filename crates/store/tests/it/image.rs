use lazaret_store::{Error, ImageFilter, Paging, Workload, WorkloadsChange};

use crate::support::{at, both, by, digest, image, name, new_registry};

both!(a_tag_moves_whatever_the_order_of_events, |fixture| {
    let store = &fixture.store;
    let registry = store
        .create_registry(&new_registry("main"), &by("root"))
        .await
        .expect("made");
    let push = async |number, pushed| {
        let name = name(&registry, "shop/web", "1.0", number, pushed);
        store
            .record_push(&image(number, pushed), &name)
            .await
            .expect("recorded")
    };
    let now = async || {
        store
            .resolve_name(&registry.id, "shop/web", "1.0")
            .await
            .expect("read")
    };
    assert!(push(1, 10).await);
    assert!(!push(1, 10).await, "twice the same");
    assert!(push(3, 30).await);
    assert!(!push(2, 20).await, "a late event");
    assert_eq!(now().await, Some(digest(3)));
    assert!(push(1, 40).await, "rolled back");
    assert_eq!(now().await, Some(digest(1)));
    let held = store.names_of(&digest(2)).await.expect("read");
    assert_eq!(held[0].replaced_at, Some(at(30)));
    assert!(
        store
            .remove_name(&registry.id, "shop/web", "1.0", at(50))
            .await
            .expect("removed")
    );
    assert!(
        !store
            .remove_name(&registry.id, "shop/web", "1.0", at(50))
            .await
            .expect("removed")
    );
    assert_eq!(now().await, None);
    let stranger = lazaret_store::ImageName {
        registry_id: "none".to_owned(),
        ..held[0].clone()
    };
    let refused = store.record_push(&image(2, 0), &stranger).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
});

both!(one_tag_pushed_from_everywhere_has_one_holder, |fixture| {
    let second = fixture.second().await;
    let registry = fixture
        .store
        .create_registry(&new_registry("main"), &by("root"))
        .await
        .expect("made");
    let tasks: Vec<_> = (0..20)
        .map(|number| {
            let store = if number % 2 == 0 {
                fixture.store.clone()
            } else {
                second.clone()
            };
            let name = name(
                &registry,
                "shop/web",
                "latest",
                number,
                i64::try_from(number).expect("small"),
            );
            tokio::spawn(async move { store.record_push(&image(number, 0), &name).await })
        })
        .collect();
    for task in tasks {
        task.await.expect("a task").expect("recorded");
    }
    let now = second
        .resolve_name(&registry.id, "shop/web", "latest")
        .await
        .expect("read");
    assert_eq!(now, Some(digest(19)));
});

both!(what_is_not_known_leaves_what_was, |fixture| {
    let store = &fixture.store;
    store.put_image(&image(1, 10)).await.expect("put");
    let mut vague = image(1, 5);
    vague.platform = String::new();
    vague.size = 0;
    vague.layers = Vec::new();
    vague.last_seen = at(20);
    store.put_image(&vague).await.expect("put");
    let read = store.image(&digest(1)).await.expect("read").expect("there");
    assert_eq!(
        read,
        lazaret_store::Image {
            last_seen: at(20),
            ..image(1, 10)
        }
    );
});

both!(images_are_paged_and_filtered, |fixture| {
    let store = &fixture.store;
    let main = store
        .create_registry(&new_registry("main"), &by("root"))
        .await
        .expect("made");
    let other = store
        .create_registry(&new_registry("other"), &by("root"))
        .await
        .expect("made");
    for number in 0..25 {
        let registry = if number < 20 { &main } else { &other };
        let repository = if number % 2 == 0 {
            "shop/web"
        } else {
            "shop/api"
        };
        // Several at one time: the digest decides.
        let seen = i64::try_from(number / 5).expect("small");
        let name = name(registry, repository, &format!("v{number}"), number, seen);
        store
            .record_push(&image(number, seen), &name)
            .await
            .expect("recorded");
    }
    let all = async |filter: ImageFilter, limit| {
        let (mut seen, mut paging) = (Vec::new(), Paging::first(limit));
        loop {
            let page = store.images(&filter, &paging).await.expect("page");
            seen.extend(page.items.into_iter().map(|row| row.image.digest));
            if page.next.is_none() {
                break seen;
            }
            paging.after = page.next;
        }
    };
    let everything = all(ImageFilter::default(), 7).await;
    assert_eq!(everything, (0..25).rev().map(digest).collect::<Vec<_>>());
    let filter = ImageFilter {
        registry_id: Some(other.id.clone()),
        ..ImageFilter::default()
    };
    assert_eq!(all(filter, 2).await.len(), 5);
    let filter = ImageFilter {
        repository: Some("shop/api".to_owned()),
        ..ImageFilter::default()
    };
    assert_eq!(all(filter, 5).await.len(), 12);
    let filter = ImageFilter {
        search: Some("P/AP".to_owned()),
        ..ImageFilter::default()
    };
    assert_eq!(all(filter, 500).await.len(), 12);
    let filter = ImageFilter {
        search: Some(digest(17)),
        ..ImageFilter::default()
    };
    assert_eq!(all(filter, 500).await, [digest(17)]);

    let running = |number, namespace: &str| Workload {
        cluster: "c1".to_owned(),
        namespace: namespace.to_owned(),
        name: "deployment/web".to_owned(),
        digest: digest(number),
        environment: "production".to_owned(),
        exposure: None,
    };
    store
        .see_workloads(
            &[running(3, "a"), running(3, "b"), running(4, "a")],
            at(100),
        )
        .await
        .expect("seen");
    let filter = ImageFilter {
        running: Some(true),
        ..ImageFilter::default()
    };
    let page = store
        .images(&filter, &Paging::default())
        .await
        .expect("page");
    assert_eq!(
        page.items.iter().map(|row| row.running).collect::<Vec<_>>(),
        [1, 2]
    );
    assert_eq!(page.items[1].names[0].tag, "v3");
    store
        .see_workloads(&[running(3, "a")], at(200))
        .await
        .expect("seen");
    assert_eq!(
        store
            .forget_workloads("c1", at(200))
            .await
            .expect("forgotten"),
        2
    );
    assert_eq!(
        store
            .workloads_of(&[digest(3), digest(4)])
            .await
            .expect("read"),
        [running(3, "a")]
    );
});

both!(
    what_runs_is_told_with_its_beginning_and_with_what_ran_before,
    |fixture| {
        let store = &fixture.store;
        let runs = |cluster: &str, name: &str, number| Workload {
            cluster: cluster.to_owned(),
            namespace: "shop".to_owned(),
            name: name.to_owned(),
            digest: digest(number),
            environment: String::new(),
            exposure: None,
        };
        let tell = async |cluster: &str, what: &[Workload], second| {
            let begun = store.see_workloads(what, at(second)).await.expect("seen");
            let forgotten = store.forget_workloads(cluster, at(second)).await;
            (begun.len(), forgotten.expect("forgotten"))
        };
        let since = async || {
            let running = store.running_after("").await.expect("read").into_iter();
            running
                .map(|runs| (runs.digest, runs.since))
                .collect::<Vec<_>>()
        };
        let seq = async || store.bundle_seq().await.expect("read");
        let (web, job) = (runs("c1", "web", 1), runs("c1", "job", 2));
        assert_eq!(tell("c1", &[web.clone(), job.clone()], 100).await, (2, 0));
        // What ran when the cluster was first told of began at a time that nobody knows.
        assert_eq!(since().await, [(digest(1), None), (digest(2), None)]);
        let before = seq().await;
        assert_eq!(tell("c1", &[web, job.clone()], 200).await, (0, 0));
        assert_eq!(seq().await, before, "the same runs: the same bundle");
        assert_eq!(
            tell("c1", &[runs("c1", "web", 3), job.clone()], 300).await,
            (1, 1)
        );
        assert!(seq().await > before);
        assert_eq!(
            since().await,
            [(digest(2), None), (digest(3), Some(at(300)))]
        );
        assert_eq!(store.rollbacks_after("").await.expect("read"), [digest(1)]);
        // Rolled back: now the other one is what would be gone back to.
        assert_eq!(
            tell("c1", &[runs("c1", "web", 1), job.clone()], 400).await,
            (1, 1)
        );
        assert_eq!(store.rollbacks_after("").await.expect("read"), [digest(3)]);
        assert!(store.is_rollback(&digest(3)).await.expect("read"));
        // In two places: since the earliest, and where that is not known, nobody knows.
        assert_eq!(tell("c2", &[runs("c2", "web", 1)], 500).await, (1, 0));
        assert_eq!(since().await, [(digest(1), None), (digest(2), None)]);
        assert_eq!(tell("c1", &[job], 600).await, (0, 1));
        assert!(store.rollbacks_after("").await.expect("read").is_empty());

        let before = seq().await;
        for (noted, changes) in [("a", 1), ("a", 1), ("b", 2)] {
            store
                .note_bundle_input("policy", noted)
                .await
                .expect("noted");
            assert_eq!(seq().await, before + changes);
        }
    }
);

both!(cursors_of_strangers_are_refused, |fixture| {
    for text in ["zz", "7b7d", "5b5d", "", "5b312c325d"] {
        let Ok(cursor) = text.parse() else { continue };
        let paging = Paging {
            limit: 10,
            after: Some(cursor),
        };
        let refused = fixture.store.images(&ImageFilter::default(), &paging).await;
        assert!(
            matches!(refused, Err(Error::Invalid(_))),
            "{text}: {refused:?}"
        );
    }
});

both!(what_many_repositories_answer_is_one_list, |fixture| {
    let store = &fixture.store;
    let main = store
        .create_registry(&new_registry("main"), &by("root"))
        .await
        .expect("made");
    // Each image under two names: it is in a list once.
    for number in 0..140_usize {
        let seen = i64::try_from(number % 9).expect("small");
        for team in ["red", "blue"] {
            let repository = format!("{team}/service{}", number % 70);
            let name = name(&main, &repository, &format!("v{number}"), number, seen);
            let image = image(number, seen);
            store.record_push(&image, &name).await.expect("recorded");
        }
    }
    let expected = |wanted: &dyn Fn(usize) -> bool| {
        let mut all: Vec<_> = (0..140).filter(|&number| wanted(number)).collect();
        all.sort_by_key(|&number| std::cmp::Reverse((number % 9, digest(number))));
        all.into_iter().map(digest).collect::<Vec<_>>()
    };
    let read = async |filter: ImageFilter| {
        let (mut seen, mut paging) = (Vec::new(), Paging::first(13));
        loop {
            let page = store.images(&filter, &paging).await.expect("page");
            for row in page.items {
                assert_eq!(row.names.len(), 2);
                seen.push(row.image.digest);
            }
            if page.next.is_none() {
                break seen;
            }
            paging.after = page.next;
        }
    };
    let search = |text: &str| ImageFilter {
        search: Some(text.to_owned()),
        ..ImageFilter::default()
    };
    // Of 140 repositories, of 70, of 2, of none.
    assert_eq!(read(search("SERVICE")).await, expected(&|_| true));
    assert_eq!(read(search("red/")).await, expected(&|_| true));
    let of_one = expected(&|number| number % 70 == 69);
    assert_eq!(read(search("service69")).await, of_one);
    assert!(read(search("green")).await.is_empty());
    assert_eq!(read(search("sha256:")).await, expected(&|_| true));
    let mut both = search("sha256:");
    both.registry_id = Some(main.id.clone());
    both.repository = Some("red/service69".to_owned());
    assert_eq!(read(both).await, of_one);
});

both!(
    a_change_of_what_runs_follows_what_is_known_or_is_refused,
    |fixture| {
        let store = &fixture.store;
        let runs = |name: &str, number, exposure: Option<&str>| Workload {
            cluster: "c1".to_owned(),
            namespace: "shop".to_owned(),
            name: name.to_owned(),
            digest: digest(number),
            environment: "prod".to_owned(),
            exposure: exposure.map(str::to_owned),
        };
        let gone = |name: &str, number: Option<usize>| {
            ("shop".to_owned(), name.to_owned(), number.map(digest))
        };
        let none = WorkloadsChange::default();
        let unknown = store.change_workloads("c1", 0, &none, at(1)).await;
        assert!(matches!(unknown, Err(Error::Changed(_))), "{unknown:?}");
        let all = [runs("web", 1, None), runs("job", 2, None)];
        store.see_workloads(&all, at(100)).await.expect("seen");
        store
            .forget_workloads("c1", at(100))
            .await
            .expect("forgotten");
        let first = store
            .cluster_told("c1", "prod", at(100))
            .await
            .expect("told");
        assert_eq!(
            store.cluster("c1").await.expect("read"),
            Some((first, "prod".to_owned()))
        );
        let change = WorkloadsChange {
            seen: vec![runs("web", 3, Some("internet")), runs("api", 4, None)],
            gone: vec![gone("web", Some(1)), gone("none", None)],
        };
        let (second, other) = store
            .change_workloads("c1", first, &change, at(200))
            .await
            .expect("changed");
        assert!(second > first);
        assert_eq!(other, change.seen);
        let running = async || {
            let all: Vec<String> = (1..5).map(digest).collect();
            let rows = store.workloads_of(&all).await.expect("read").into_iter();
            rows.map(|row| (row.name, row.digest)).collect::<Vec<_>>()
        };
        let expected = [("job", 2), ("web", 3), ("api", 4)];
        assert_eq!(
            running().await,
            expected.map(|(name, number)| (name.to_owned(), digest(number)))
        );
        assert_eq!(store.rollbacks_after("").await.expect("read"), [digest(1)]);
        // What was told is not told twice, and nothing of a change that comes too late counts.
        let late = WorkloadsChange {
            seen: vec![runs("late", 1, None)],
            gone: vec![gone("job", None)],
        };
        let refused = store.change_workloads("c1", first, &late, at(300)).await;
        assert!(matches!(refused, Err(Error::Changed(_))), "{refused:?}");
        assert_eq!(running().await.len(), 3);
        // Reached from elsewhere: to be judged again, once.
        let change = WorkloadsChange {
            seen: vec![runs("job", 2, Some("cluster")), runs("api", 4, None)],
            gone: Vec::new(),
        };
        let (third, other) = store
            .change_workloads("c1", second, &change, at(400))
            .await
            .expect("changed");
        assert_eq!(other, [runs("job", 2, Some("cluster"))]);
        let exposures = store
            .exposures_of(&[digest(2), digest(3)])
            .await
            .expect("read");
        let of = |number, class: &str| (digest(number), "prod".to_owned(), Some(class.to_owned()));
        assert_eq!(exposures.len(), 2);
        assert!(exposures.contains(&of(2, "cluster")) && exposures.contains(&of(3, "internet")));
        // Of two who follow the same, one is heard.
        let other = fixture.second().await;
        let (one, two) = tokio::join!(
            store.change_workloads("c1", third, &none, at(500)),
            other.change_workloads("c1", third, &none, at(500)),
        );
        assert_eq!([one, two].iter().filter(|done| done.is_ok()).count(), 1);
    }
);
