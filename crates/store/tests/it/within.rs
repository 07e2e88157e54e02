//! From components to images and workloads, in both ways that a list takes.

use lazaret_store::{Component, NewComponent, NewContent, Paging, Store, Workload};

use crate::support::{at, both, digest};

fn content(number: usize, parts: &[&[&str]]) -> NewContent {
    let component = |name: &&str| NewComponent {
        purl: format!("pkg:deb/debian/{name}@1"),
        keys: vec![format!("deb:{name}")],
    };
    NewContent {
        digest: digest(number),
        inventory: digest(number + 100),
        class: String::new(),
        revision: "1".to_owned(),
        gaps: 0,
        parts: parts
            .iter()
            .map(|part| part.iter().map(component).collect())
            .collect(),
        indexed_at: at(0),
    }
}

async fn by_key(store: &Store, name: &str) -> Component {
    store
        .components_by_keys(&[format!("deb:{name}")])
        .await
        .expect("read")
        .remove(0)
}

both!(gathered_and_walked_are_the_same, |fixture| {
    let store = &fixture.store;
    for number in 0..30 {
        let base = match number % 3 {
            0 => "old",
            _ => "new",
        };
        // What the new base has is in a part of each image as well.
        let own = format!("app{number}");
        let content = content(number, &[&[base], &["new", &own]]);
        store.put_content(&content).await.expect("put");
        if number % 4 == 0 {
            let workload = Workload {
                cluster: "one".to_owned(),
                namespace: format!("team{}", number % 7),
                name: format!("deployment/{number}"),
                digest: digest(number),
                environment: "prod".to_owned(),
            };
            store.see_workloads(&[workload], at(0)).await.expect("seen");
        }
    }
    for (name, count, run) in [("old", 10, 3), ("new", 30, 8), ("app4", 1, 1)] {
        let ids = [by_key(store, name).await.id];
        let mut answers = Vec::new();
        for most in [0, 1000] {
            let store = store.clone().gathering(most);
            let (mut all, mut paging) = (Vec::new(), Paging::first(7));
            loop {
                let page = store.images_with(&ids, &paging).await.expect("page");
                all.extend(page.items);
                paging.after = page.next;
                if paging.after.is_none() {
                    break;
                }
            }
            let workloads = store.workloads_with(&ids, 100).await.expect("workloads");
            let first = store.workloads_with(&ids, 1).await.expect("workloads");
            assert_eq!(first, workloads[..1], "{name}");
            answers.push((all, workloads));
        }
        assert_eq!(answers[0], answers[1], "{name}");
        let (images, workloads) = &answers[0];
        assert_eq!((images.len(), workloads.len()), (count, run), "{name}");
        assert!(images.is_sorted(), "{name}");
    }
});
