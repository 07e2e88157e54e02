use std::collections::HashMap;

use lazaret_store::{Match, NewComponent, NewContent, Store};

use crate::support::{at, both, digest, tamper};

fn content(number: usize, names: &[&str]) -> NewContent {
    let component = |name: &&str| NewComponent {
        purl: format!("pkg:deb/debian/{name}@1"),
        keys: vec![format!("deb:{name}")],
    };
    NewContent {
        digest: digest(number),
        inventory: digest(number + 100),
        class: format!("class {number}"),
        revision: "1".to_owned(),
        gaps: 0,
        parts: vec![names.iter().map(component).collect()],
        indexed_at: at(0),
    }
}

fn found(advisory: &str) -> Match {
    Match {
        advisory: advisory.to_owned(),
        severity: 3,
        undecided: false,
        fixed: None,
        package: "zlib".to_owned(),
        status: "affected".to_owned(),
        kev: false,
        suppressed: false,
        facts: "{}".to_owned(),
    }
}

/// Notes findings of the components of an image, each with its facts.
async fn find(store: &Store, number: usize, facts: &str, snapshot: i64) -> Vec<i64> {
    let components = store.components_of(&digest(number)).await.expect("read");
    let matches: Vec<_> = components
        .iter()
        .map(|c| (c.id, vec![found(&format!("CVE-{facts}"))]))
        .collect();
    let facts: HashMap<i64, Vec<u8>> = components
        .iter()
        .map(|c| (c.id, facts.as_bytes().to_vec()))
        .collect();
    let set = store.set_found(&matches, &facts, at(snapshot), at(snapshot));
    set.await.expect("set")
}

both!(facts_are_those_of_the_newest_comparison, |fixture| {
    let store = &fixture.store;
    store
        .put_content(&content(1, &["zlib", "tar"]))
        .await
        .expect("put");
    let part = store.parts_of(&[digest(1)]).await.expect("read")[0].1;
    assert_eq!(store.parts_unknown().await.expect("read"), [part]);
    assert!(store.found_in(&[part]).await.expect("read").is_empty());

    let changed = find(store, 1, "one", 2).await;
    assert_eq!(changed.len(), 2);
    assert!(store.parts_unknown().await.expect("read").is_empty());
    assert_eq!(store.found_in(&[part]).await.expect("read").len(), 2);
    // Older news change nothing.
    assert!(find(store, 1, "older", 1).await.is_empty());
    let facts = store.facts_of(&changed).await.expect("read");
    assert!(facts.values().all(|facts| facts == b"one"), "{facts:?}");
    find(store, 1, "two", 3).await;
    let facts = store.facts_of(&changed).await.expect("read");
    assert!(facts.values().all(|facts| facts == b"two"), "{facts:?}");

    // What nothing is found in has no facts, and that is known.
    let none: Vec<_> = changed.iter().map(|id| (*id, vec![])).collect();
    let nothing = changed.iter().map(|id| (*id, vec![])).collect();
    let set = store.set_found(&none, &nothing, at(4), at(4)).await;
    assert_eq!(set.expect("set"), changed);
    assert!(store.facts_of(&changed).await.expect("read").is_empty());
    assert!(store.parts_unknown().await.expect("read").is_empty());
    // Of somebody who tells no facts, none are believed.
    let some = vec![(changed[0], vec![found("CVE-x")])];
    store.set_matches(&some, at(5), at(5)).await.expect("set");
    assert_eq!(store.parts_unknown().await.expect("read"), [part]);
});

both!(
    a_shell_is_lost_with_the_inventory_that_it_is_of,
    |fixture| {
        let store = &fixture.store;
        for number in [1, 2] {
            let put = store.put_content(&content(number, &["zlib"])).await;
            put.expect("put");
        }
        let bare = store.contents_without_shell("").await.expect("read");
        assert_eq!(bare.len(), 2);
        store.set_shell(&bare, "hash", b"body").await.expect("set");
        assert_eq!(
            store.shell("hash").await.expect("read"),
            Some(b"body".to_vec())
        );
        assert_eq!(store.shell("other").await.expect("read"), None);
        let footings = store.footings_of(&[digest(1), digest(7)]).await;
        let footings = footings.expect("read");
        assert_eq!(footings.len(), 1, "of what was read");
        let number = footings[0].shell.expect("a shell");
        assert_eq!(
            store.shells(&[number, number + 1]).await.expect("read"),
            [(number, b"body".to_vec())]
        );
        let of = store
            .content(&digest(1))
            .await
            .expect("read")
            .expect("there");
        assert_eq!(of.shell.as_deref(), Some("hash"));
        let after = store.contents_without_shell("").await.expect("read");
        assert!(after.is_empty());

        let mut again = content(1, &["zlib", "tar"]);
        again.inventory = digest(300);
        store.put_content(&again).await.expect("put");
        // Somebody who knew the inventory before says nothing of this one.
        store.set_shell(&bare, "hash", b"body").await.expect("set");
        let left = store.contents_without_shell("").await.expect("read");
        let left: Vec<_> = left.into_iter().map(|content| content.digest).collect();
        assert_eq!(left, [digest(1)]);
    }
);

both!(rows_of_the_schema_before_are_brought_up, |fixture| {
    let store = &fixture.store;
    store
        .put_content(&content(1, &["zlib", "tar"]))
        .await
        .expect("put");
    let changed = find(store, 1, "one", 2).await;
    let before = store.matches_of(&digest(1)).await.expect("read");
    store.close().await;
    // As the program before this left it.
    tamper(
        &fixture.database,
        "DROP TABLE component_fact; DROP TABLE shell; DROP INDEX content_bare; \
         DROP INDEX component_unknown; ALTER TABLE component DROP COLUMN facts_known; \
         ALTER TABLE content DROP COLUMN shell_id; DROP TABLE blob; DROP INDEX verdict_report; \
         DROP TABLE list_progress; CREATE INDEX job_lease ON job (locked_until); \
         DROP TABLE cluster; DROP TABLE verdict_seen; DROP TABLE severity_day; \
         DROP INDEX person_folded; ALTER TABLE workload DROP COLUMN exposure; \
         DROP INDEX verdict_state; ALTER TABLE verdict DROP COLUMN since; \
         CREATE INDEX verdict_state ON verdict \
         (state, decided_at, digest, environment, worst, gaps); DELETE FROM lazaret_schema WHERE number >= \
         (SELECT number FROM lazaret_schema WHERE name LIKE '%_parts')",
    )
    .await;
    let store = &fixture.second().await;
    assert_eq!(store.matches_of(&digest(1)).await.expect("read"), before);
    let bare = store.contents_without_shell("").await.expect("read");
    assert_eq!(bare.len(), 1);
    assert_eq!(store.parts_unknown().await.expect("read").len(), 1);
    // They were compared, and are again, since nobody knows what was found.
    let to_compare = store.components_to_compare(&digest(1), at(2)).await;
    assert_eq!(to_compare.expect("read").len(), changed.len());
    assert!(find(store, 1, "one", 2).await.is_empty(), "nothing changed");
    assert_eq!(store.facts_of(&changed).await.expect("read").len(), 2);
    assert!(store.parts_unknown().await.expect("read").is_empty());
});
