//! Units that are killed at any moment: nothing is lost, nothing counts twice.
//!
//! The units are processes of this very test program, so that `kill -9` takes everything
//! that a unit holds in memory.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use lazaret_edge::unit::{Never, Unit, UnitSettings};
use lazaret_testkit::process;
use lazaret_testkit::registry::{LoopbackRegistry, Manners};

use crate::peer::{Known, Peer};
use crate::support::{OCI_MANIFEST, image};

/// What tells this program to be a unit: central, token, directory, cache.
const BE: &str = "LAZARET_TEST_UNIT";

const IMAGES: usize = 120;
const UNITS: usize = 3;
const KILLS: u64 = 25;

/// The unit itself, when this program is started as one.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_of_a_unit() {
    let Ok(told) = std::env::var(BE) else { return };
    let told: Vec<&str> = told.split('|').collect();
    let settings = UnitSettings {
        central: told[0].to_owned(),
        token: Some(told[1].to_owned()),
        region: "eu".to_owned(),
        directory: told[2].into(),
        cache: told[3].into(),
        workers: 2,
        spool_limit: 64 << 20,
        bundles_every: Duration::from_secs(5),
        listen: None,
        tls: None,
        gate_token: None,
        grace: Duration::from_secs(1),
    };
    let unit = Unit::open(settings).await.expect("a unit");
    unit.run(std::future::pending(), Never).await;
}

fn start(peer: &Peer, directory: &Path, number: usize) -> Child {
    let own = directory.join(format!("unit-{number}"));
    let told = [
        peer.url(),
        peer.ticket_of(&format!("once-{number}")),
        own.display().to_string(),
        directory.join("layers").display().to_string(),
    ];
    let mut command = process::command(std::env::current_exe().expect("this program"));
    command
        .args(["--exact", "killed::a_process_of_a_unit", "--nocapture"])
        .env(BE, told.join("|"))
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    process::spawn(command).expect("started")
}

/// A unit that is killed between joining and keeping what it got needs another token.
async fn joined(directory: &Path) {
    let kept = |n| directory.join(format!("unit-{n}/identity.json"));
    for round in 0.. {
        assert!(round < 600, "the units do not join");
        tokio::time::sleep(Duration::from_millis(50)).await;
        if (0..UNITS).map(kept).all(|file| file.exists()) {
            return;
        }
    }
}

/// How often each image was completed.
fn counts(known: &Known) -> BTreeMap<&str, u32> {
    let mut counts = BTreeMap::new();
    let results = known.completed.iter().flat_map(|done| &done.results);
    for result in results {
        *counts.entry(result.digest.as_str()).or_default() += 1;
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn units_that_are_killed_lose_nothing_and_nothing_counts_twice() {
    let peer = Peer::start().await;
    // Long enough for a heartbeat, which comes every ten seconds, to be in time.
    *peer.lease.lock().expect("no panic") = Duration::from_secs(12);
    let slow = Manners {
        drip: Some(Duration::from_micros(20)),
        ..Manners::default()
    };
    let registry = LoopbackRegistry::start(slow).expect("a registry");
    let images: Vec<_> = (0..IMAGES).map(|n| image(&format!("killed {n}"))).collect();
    for image in &images {
        registry.manifest("app", &image.digest, OCI_MANIFEST, &image.manifest);
        for blob in &image.blobs {
            registry.blob("app", blob);
        }
        peer.scan(&registry.host(), "app", &image.digest);
    }
    let directory = tempfile::tempdir().expect("a directory");
    let mut units: Vec<Child> = (0..UNITS)
        .map(|n| start(&peer, directory.path(), n))
        .collect();
    joined(directory.path()).await;
    let mut numbers = lazaret_testkit::image::Numbers::new(7);
    for _ in 0..KILLS {
        tokio::time::sleep(Duration::from_millis(100 + numbers.below(500))).await;
        let victim = usize::try_from(numbers.below(UNITS as u64)).expect("small");
        units[victim].kill().expect("killed");
        units[victim].wait().expect("gone");
        units[victim] = start(&peer, directory.path(), victim);
    }
    for _ in 0..1200 {
        if peer.known().completed.len() >= IMAGES {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for mut unit in units {
        let _ = unit.kill();
        let _ = unit.wait();
    }
    let known = peer.known();
    let counts = counts(&known);
    assert_eq!(
        counts.len(),
        IMAGES,
        "nothing is lost: {} failed",
        known.failed.len()
    );
    assert!(
        counts.values().all(|count| *count == 1),
        "nothing counts twice: {counts:?}"
    );
    assert_eq!(
        known.joins,
        u32::try_from(UNITS).expect("small"),
        "a unit joins once"
    );
    assert_eq!(known.other_bytes, 0);
}
