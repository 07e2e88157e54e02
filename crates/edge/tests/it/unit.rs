//! The edge unit against a centre that keeps to the protocol.

use std::sync::atomic::Ordering;
use std::time::Duration;

use lazaret_edge::unit::{
    Cloud, Finished, Interruption, Metadata, Never, Spool, Unit, UnitError, UnitSettings,
};
use lazaret_testkit::registry::{LoopbackRegistry, Manners, digest_of};
use lazaret_wire::edge::CompleteRequest;
use tokio::sync::oneshot;

use crate::peer::{Known, Peer};
use crate::support::{Image, OCI_INDEX, OCI_MANIFEST, get, image, index};

pub(crate) fn settings(peer: &Peer, directory: &std::path::Path) -> UnitSettings {
    UnitSettings {
        central: peer.url(),
        token: Some(peer.ticket()),
        region: "eu".to_owned(),
        directory: directory.join("unit"),
        cache: directory.join("layers"),
        workers: 2,
        spool_limit: 64 << 20,
        bundles_every: Duration::from_millis(100),
        listen: Some(([127, 0, 0, 1], 0).into()),
        tls: None,
        gate_token: None,
        grace: Duration::from_secs(20),
    }
}

pub(crate) fn finished(complete: CompleteRequest, blobs: Vec<lazaret_model::Digest>) -> Finished {
    let (host, repository) = ("r".to_owned(), "app".to_owned());
    Finished {
        trace: None,
        host,
        repository,
        complete,
        blobs,
    }
}

pub(crate) struct Running {
    pub(crate) address: String,
    stop: oneshot::Sender<()>,
    done: tokio::task::JoinHandle<()>,
}

pub(crate) async fn run(
    settings: UnitSettings,
    interruption: impl Interruption + 'static,
) -> Running {
    let unit = Unit::open(settings).await.expect("a unit");
    let address = format!("http://{}", unit.address().expect("an address"));
    let (stop, stopped) = oneshot::channel::<()>();
    let done = tokio::spawn(async move {
        let stopped = async {
            let _ = stopped.await;
        };
        unit.run(stopped, interruption).await;
    });
    Running {
        address,
        stop,
        done,
    }
}

impl Running {
    pub(crate) async fn end(self) {
        let _ = self.stop.send(());
        self.done.await.expect("no panic");
    }
}

pub(crate) async fn until(peer: &Peer, what: &str, is_so: impl Fn(&Known) -> bool) {
    for _ in 0..600 {
        if is_so(&peer.known()) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("not within 30 s: {what}");
}

pub(crate) fn registry(images: &[&Image]) -> LoopbackRegistry {
    let registry = LoopbackRegistry::start(Manners::default()).expect("a registry");
    for image in images {
        put(&registry, image);
    }
    registry
}

pub(crate) fn put(registry: &LoopbackRegistry, image: &Image) {
    registry.manifest("app", &image.digest, OCI_MANIFEST, &image.manifest);
    for blob in &image.blobs {
        registry.blob("app", blob);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_joins_once_looks_and_sends_inventories_alone() {
    let peer = Peer::start().await;
    let (one, two) = (image("one"), image("two"));
    let registry = registry(&[&one, &two]);
    let both = index(&[&one, &two]);
    registry.manifest("app", &digest_of(&both), OCI_INDEX, &both);
    let directory = tempfile::tempdir().expect("a directory");
    peer.scan(&registry.host(), "app", &one.digest);
    peer.scan(&registry.host(), "app", &digest_of(&both));
    let missing = digest_of(b"nowhere");
    peer.scan(&registry.host(), "app", &missing);
    let unit = run(settings(&peer, directory.path()), Never).await;
    until(&peer, "both jobs", |known| known.completed.len() == 2).await;
    until(&peer, "the missing one", |known| known.failed.len() == 1).await;
    {
        let known = peer.known();
        assert!(known.failed[0].is_final, "{}", known.failed[0].error);
        assert_eq!(known.other_bytes, 0, "nothing but inventories");
        let of_index = known
            .completed
            .iter()
            .find(|c| c.results.len() == 2)
            .expect("two platforms");
        assert_eq!(of_index.results[0].digest, one.digest);
        assert_eq!(of_index.results[0].layers, 1);
        assert_eq!(known.joins, 1);
    }
    let metrics = get(&format!("{}/metrics", unit.address))
        .await
        .text()
        .await
        .expect("text");
    assert!(
        metrics.contains("\nlazaret_edge_layer_bytes_sent_total 0\n"),
        "{metrics}"
    );
    assert!(
        metrics.contains("\nlazaret_edge_images_total 3\n"),
        "{metrics}"
    );
    unit.end().await;

    // Known now; a token that was used is needed no more. The layers are in the cache.
    peer.scan(&registry.host(), "app", &one.digest);
    let before = registry.requests().len();
    let unit = run(settings(&peer, directory.path()), Never).await;
    until(&peer, "the third job", |known| known.completed.len() == 3).await;
    assert_eq!(peer.known().joins, 1);
    let layer = format!("/v2/app/blobs/{}", digest_of(&one.blobs[1]));
    let again = registry.requests();
    assert!(
        !again[before..].iter().any(|r| r.path == layer),
        "no layer is read twice"
    );
    unit.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_units_do_not_work_in_one_directory() {
    let peer = Peer::start().await;
    let directory = tempfile::tempdir().expect("a directory");
    let first = Unit::open(settings(&peer, directory.path()))
        .await
        .expect("a unit");
    let second = Unit::open(settings(&peer, directory.path())).await;
    assert!(matches!(second, Err(UnitError::Taken(_))));
    assert_eq!(first.id(), "0190-edge");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_found_while_the_line_was_cut_arrives_when_it_is_back() {
    let peer = Peer::start().await;
    let one = image("cut off");
    let slow = Manners {
        drip: Some(Duration::from_micros(300)),
        ..Manners::default()
    };
    let registry = LoopbackRegistry::start(slow).expect("a registry");
    put(&registry, &one);
    let directory = tempfile::tempdir().expect("a directory");
    peer.scan(&registry.host(), "app", &one.digest);
    let unit = run(settings(&peer, directory.path()), Never).await;
    until(&peer, "the lease", |known| known.leased.len() == 1).await;
    peer.is_cut_off.store(true, Ordering::Relaxed);
    let spooled = async |address: &str| {
        let told = get(&format!("{address}/readyz")).await;
        assert_eq!(told.status(), 200, "a unit that is cut off is ready");
        let told: serde_json::Value =
            serde_json::from_slice(&told.bytes().await.expect("a body")).expect("JSON");
        told["spooled_results"].as_u64().expect("a number")
    };
    for round in 0.. {
        assert!(round < 600, "nothing is spooled");
        if spooled(&unit.address).await == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // Whoever is killed now has it on disk.
    unit.done.abort();
    let _ = unit.done.await;
    assert!(peer.known().completed.is_empty());
    tokio::time::sleep(Duration::from_millis(200)).await;
    let unit = run(settings(&peer, directory.path()), Never).await;
    assert_eq!(spooled(&unit.address).await, 1);
    peer.is_cut_off.store(false, Ordering::Relaxed);
    until(&peer, "the result", |known| known.completed.len() == 1).await;
    unit.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_completion_that_comes_too_late_is_refused_and_forgotten() {
    let peer = Peer::start().await;
    let one = image("late");
    let registry = registry(&[&one]);
    let directory = tempfile::tempdir().expect("a directory");
    let settings = settings(&peer, directory.path());
    let spool = Spool::open(&settings.directory.join("spool"), 1 << 20).expect("a spool");
    let complete = CompleteRequest {
        job: "job-0".to_owned(),
        fence: 1,
        results: Vec::new(),
    };
    spool.result(&finished(complete, Vec::new())).expect("kept");
    peer.scan(&registry.host(), "app", &one.digest);
    let unit = run(settings.clone(), Never).await;
    until(&peer, "the job", |known| known.completed.len() == 1).await;
    let metrics = get(&format!("{}/metrics", unit.address))
        .await
        .text()
        .await
        .expect("text");
    assert!(
        metrics.contains("\nlazaret_edge_fenced_total 1\n"),
        "{metrics}"
    );
    unit.end().await;
    let spool = Spool::open(&settings.directory.join("spool"), 1 << 20).expect("a spool");
    assert_eq!(spool.waiting().results, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_renewed_before_it_ends() {
    let peer = Peer::start().await;
    *peer.life.lock().expect("no panic") = Duration::from_millis(1);
    let directory = tempfile::tempdir().expect("a directory");
    let unit = run(settings(&peer, directory.path()), Never).await;
    until(&peer, "the renewal", |known| known.renewals == 1).await;
    let one = image("renewed");
    let registry = registry(&[&one]);
    peer.scan(&registry.host(), "app", &one.digest);
    until(&peer, "a job with the new certificate", |known| {
        known.completed.len() == 1
    })
    .await;
    unit.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_that_cannot_be_finished_in_time_are_given_back() {
    let peer = Peer::start().await;
    let one = image("interrupted");
    let slow = Manners {
        drip: Some(Duration::from_millis(5)),
        ..Manners::default()
    };
    let registry = LoopbackRegistry::start(slow).expect("a registry");
    put(&registry, &one);
    let metadata = LoopbackRegistry::start(Manners::default()).expect("a service");
    let cloud = Metadata::at(
        Cloud::Gcp,
        &format!("http://{}", metadata.host()),
        Duration::from_millis(50),
    );
    let directory = tempfile::tempdir().expect("a directory");
    peer.scan(&registry.host(), "app", &one.digest);
    let mut settings = settings(&peer, directory.path());
    settings.grace = Duration::from_millis(100);
    let unit = run(settings, cloud.expect("a client")).await;
    until(&peer, "the lease", |known| known.leased.len() == 1).await;
    let path = "/computeMetadata/v1/instance/preempted";
    metadata.put(path.to_owned(), "text/plain", b"TRUE");
    unit.done.await.expect("no panic");
    let known = peer.known();
    assert_eq!(known.failed.len(), 1);
    assert!(!known.failed[0].is_final);
    assert_eq!(known.waiting.len(), 1, "somebody else may have it");
}

#[tokio::test(flavor = "multi_thread")]
async fn clouds_say_when_a_machine_goes() {
    let service = LoopbackRegistry::start(Manners::default()).expect("a service");
    let base = format!("http://{}", service.host());
    let now: jiff::Timestamp = "2026-11-28T09:00:00Z".parse().expect("a time");
    let notice = async |cloud| {
        let metadata = Metadata::at(cloud, &base, Duration::from_secs(1)).expect("a client");
        metadata.notice(now).await.map(|left| left.as_secs())
    };
    for cloud in [Cloud::Aws, Cloud::Gcp, Cloud::Azure] {
        assert_eq!(notice(cloud).await, None, "{cloud:?}: nothing is said");
    }
    let events = "/metadata/scheduledevents?api-version=2020-07-01";
    service.put(
        events.to_owned(),
        "application/json",
        br#"{"DocumentIncarnation":1,"Events":[{"EventType":"Reboot"}]}"#,
    );
    service.put(
        "/computeMetadata/v1/instance/preempted".to_owned(),
        "text/plain",
        b"FALSE",
    );
    assert_eq!(
        notice(Cloud::Azure).await,
        None,
        "a reboot is no preemption"
    );
    assert_eq!(notice(Cloud::Gcp).await, None);
    service.put(
        events.to_owned(),
        "application/json",
        br#"{"Events":[{"EventId":"1","EventType":"Preempt"}]}"#,
    );
    service.put(
        "/computeMetadata/v1/instance/preempted".to_owned(),
        "text/plain",
        b"TRUE",
    );
    service.put("/latest/api/token".to_owned(), "text/plain", b"token");
    let action = br#"{"action":"terminate","time":"2026-11-28T09:02:00Z"}"#;
    service.put(
        "/latest/meta-data/spot/instance-action".to_owned(),
        "application/json",
        action,
    );
    assert_eq!(notice(Cloud::Azure).await, Some(30));
    assert_eq!(notice(Cloud::Gcp).await, Some(30));
    assert_eq!(notice(Cloud::Aws).await, Some(120));
}

#[test]
fn a_spool_drops_events_before_results_and_counts_them() {
    let directory = tempfile::tempdir().expect("a directory");
    let spool = Spool::open(directory.path(), 10_000).expect("a spool");
    for _ in 0..12 {
        spool.event(&[b'e'; 1000]).expect("kept or dropped");
    }
    assert_eq!((spool.waiting().events, spool.waiting().dropped), (10, 2));
    let blob = spool.blob(&[b'b'; 4000]).expect("kept");
    let complete = CompleteRequest {
        job: "j".to_owned(),
        fence: 1,
        results: Vec::new(),
    };
    let finished = finished(complete, vec![blob.clone()]);
    spool.result(&finished).expect("kept");
    let waiting = spool.waiting();
    assert_eq!(
        (waiting.results, waiting.events, waiting.dropped),
        (1, 5, 7)
    );
    assert!(waiting.bytes <= 10_000);
    drop(spool);
    let spool = Spool::open(directory.path(), 10_000).expect("a spool");
    assert_eq!(spool.waiting(), waiting, "as it was left");
    // Results are kept whatever the limit: then no more work is begun.
    let large = spool.blob(&[b'c'; 20_000]).expect("kept");
    spool
        .result(&Finished {
            trace: None,
            blobs: vec![large],
            ..finished.clone()
        })
        .expect("kept");
    assert!(spool.is_full());
    assert_eq!(spool.waiting().events, 0);
    let entries = spool.oldest(10).expect("entries");
    assert_eq!(entries[0].result, finished);
    for entry in &entries {
        spool.done(entry).expect("removed");
    }
    assert_eq!((spool.waiting().bytes, spool.waiting().results), (0, 0));
    assert!(spool.read_blob(&blob).is_err());
}
