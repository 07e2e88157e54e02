//! A centre that is killed again and again while it lists Debian's registry.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use lazaret_store::Paging;
use reqwest::Method;
use serde_json::json;

use crate::centre::Centre;
use crate::peers::{Registry, free};
use crate::stage::{Process, answers, idle, store};

/// Tags of each repository.
const TAGS: usize = 150;

const REPOSITORIES: [&str; 3] = ["team/api", "team/job", "team/web"];

const KILLS: u64 = 8;

/// An image in each repository, under many tags; what each tag means.
async fn fill(registry: &Registry) -> BTreeMap<(String, String), String> {
    const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
    let http = reqwest::Client::new();
    let mut expected = BTreeMap::new();
    for (number, repository) in REPOSITORIES.into_iter().enumerate() {
        let digest = registry.push(repository, "first", &format!("4.17.{number}"));
        expected.insert((repository.to_owned(), "first".to_owned()), digest.clone());
        let at = |name: &str| format!("http://{}/v2/{repository}/manifests/{name}", registry.host);
        let asked = http
            .get(at(&digest))
            .header("accept", MANIFEST)
            .send()
            .await;
        let manifest = asked.expect("an answer").bytes().await.expect("a manifest");
        for tag in 1..TAGS {
            let tag = format!("v{tag}");
            let put = http.put(at(&tag)).header("content-type", MANIFEST);
            let put = put.body(manifest.clone()).send().await.expect("an answer");
            assert_eq!(put.status(), 201);
            expected.insert((repository.to_owned(), tag), digest.clone());
        }
    }
    expected
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_killed_goes_on_and_loses_nothing() {
    let registry_host = free();
    let Some(registry) = Registry::start(&registry_host, None) else {
        return;
    };
    let expected = fill(&registry).await;
    let (data, host) = (tempfile::tempdir().expect("a directory"), free());
    let folder = data.path().to_owned();
    let process = Process {
        host: &host,
        data: folder.clone(),
        ..Process::default()
    };
    let mut child = process.start();
    let centre = Centre::attached(&host, data).await;
    let new = json!({"name": "shop", "kind": "distribution", "environment": "prod",
        "url": format!("http://{registry_host}")});
    let (status, made) = centre.post("/api/v1/registries", new).await;
    assert_eq!(status, 201, "{made}");
    let id = made["id"].as_str().expect("an id").to_owned();
    let list = format!("/api/v1/registries/{id}/list");
    assert_eq!(centre.call(Method::POST, &list, None).await.0, 202);
    let store = store(&folder, None).await;
    let (mut random, mut cut) = (11_u64, 0);
    for _ in 0..KILLS {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        tokio::time::sleep(Duration::from_millis(50 + (random >> 33) % 400)).await;
        child.kill();
        let before = store.list_progress(&id).await.expect("read");
        cut += u32::from(before.is_some());
        child = process.start();
        answers(&centre).await;
        // What was taken in stays taken in: nobody begins at the beginning again.
        let after = store.list_progress(&id).await.expect("read");
        if let (Some(before), Some(after)) = (before, after) {
            assert!(
                (&after.repository, &after.tag) >= (&before.repository, &before.tag)
                    || after.repository == before.repository && after.tag.is_none(),
                "{before:?} {after:?}"
            );
        }
    }
    // A lease of a dead centre runs out before the job comes again.
    idle(&centre, Duration::from_secs(300)).await;
    let end = Instant::now() + Duration::from_secs(60);
    while store
        .registry(&id)
        .await
        .expect("read")
        .expect("there")
        .listed_at
        .is_none()
    {
        assert!(Instant::now() < end, "never listed whole");
        assert_eq!(centre.call(Method::POST, &list, None).await.0, 202);
        idle(&centre, Duration::from_secs(60)).await;
    }
    assert_eq!(store.list_progress(&id).await.expect("read"), None);
    let mut found = BTreeMap::new();
    for repository in REPOSITORIES {
        let page = store.names_in(&id, repository, &Paging::first(500)).await;
        for name in page.expect("names").items {
            assert!(name.replaced_at.is_none(), "{name:?}");
            let known = found.insert((name.repository, name.tag), name.digest);
            assert_eq!(known, None, "nothing twice");
        }
    }
    assert_eq!(found, expected);
    store.verify_audit().await.expect("the log holds together");
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "cut off in the middle: {cut} of {KILLS}");
}
