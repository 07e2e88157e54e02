//! Workers and units that meet one new layer at the same moment: it comes from the registry once.

use std::sync::Arc;
use std::time::Duration;

use lazaret_edge::unit::Never;
use lazaret_testkit::registry::{LoopbackRegistry, Manners, digest_of};

use crate::peer::Peer;
use crate::support::{get, image_of, layer};
use crate::unit::{Running, put, run, settings, until};

/// A registry that takes two seconds for the layer that all of its images are made of.
struct Stage {
    peer: Arc<Peer>,
    registry: LoopbackRegistry,
    layer: Vec<u8>,
    directory: tempfile::TempDir,
}

impl Stage {
    async fn new() -> Self {
        let slow = Manners {
            drip: Some(Duration::from_micros(300)),
            ..Manners::default()
        };
        Self {
            peer: Peer::start().await,
            registry: LoopbackRegistry::start(slow).expect("a registry"),
            layer: layer(&[b'x'; 4096]),
            directory: tempfile::tempdir().expect("a directory"),
        }
    }

    /// Has an image looked at.
    fn scan(&self, salt: &str) {
        let image = image_of(salt, self.layer.clone());
        put(&self.registry, &image);
        self.peer.scan(&self.registry.host(), "app", &image.digest);
    }

    async fn unit(&self, number: usize, workers: usize) -> Running {
        let mut settings = settings(&self.peer, self.directory.path());
        settings.token = Some(self.peer.ticket_of(&format!("once-{number}")));
        settings.directory = self.directory.path().join(format!("unit-{number}"));
        settings.workers = workers;
        run(settings, Never).await
    }

    /// How often the registry was asked for the layer.
    fn asked(&self) -> usize {
        let path = format!("/v2/app/blobs/{}", digest_of(&self.layer));
        let requests = self.registry.requests();
        let asked = requests.iter().filter(|request| request.path == path);
        asked.filter(|request| request.method == "GET").count()
    }
}

/// The bytes of layers that a unit has read.
async fn read(unit: &Running) -> usize {
    let text = get(&format!("{}/metrics", unit.address)).await.text().await;
    let text = text.expect("text");
    let name = "lazaret_edge_layer_bytes_read_total ";
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.expect("the number").trim().parse().expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn two_units_that_meet_a_new_layer_at_the_same_moment_read_it_once() {
    let stage = Stage::new().await;
    let units = [stage.unit(1, 1).await, stage.unit(2, 1).await];
    for salt in ["one", "two"] {
        stage.scan(salt);
    }
    until(&stage.peer, "each has one", |known| known.leased.len() == 2).await;
    until(&stage.peer, "both are done", |known| {
        known.completed.len() == 2
    })
    .await;
    assert_eq!(stage.asked(), 1, "requests for the layer");
    let bytes = read(&units[0]).await + read(&units[1]).await;
    assert_eq!(bytes, stage.layer.len());
    assert!(stage.peer.known().failed.is_empty());
    for unit in units {
        unit.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_of_one_unit_share_one_download() {
    let stage = Stage::new().await;
    for number in 0..4 {
        stage.scan(&format!("image {number}"));
    }
    let unit = stage.unit(1, 4).await;
    until(&stage.peer, "all are begun", |known| {
        known.leased.len() == 4
    })
    .await;
    until(&stage.peer, "all are done", |known| {
        known.completed.len() == 4
    })
    .await;
    assert_eq!(stage.asked(), 1, "requests for the layer");
    assert_eq!(read(&unit).await, stage.layer.len());
    unit.end().await;
}
