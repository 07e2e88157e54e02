//! What leaves a unit: counted, looked at, and never a layer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use lazaret_edge::unit::{Never, Outward, Sent, Spool};
use lazaret_wire::edge::{CompleteRequest, ScanResult};
use lazaret_wire::{Client, ClientError, Identity, Watch as _};
use reqwest::Method;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::peer::Peer;
use crate::support::{Image, get, image, image_of, layer};
use crate::unit::{finished, registry, run, settings, until};

const MARK: &[u8] = b"<< nothing of this leaves its region >>";

/// Bytes that no compression makes smaller, with a mark in every 4 KiB.
fn content(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    let mut bytes: Vec<u8> = (0..length)
        .map(|_| {
            // Knuth's constants, as in MMIX.
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        })
        .collect();
    for at in (0..length.saturating_sub(MARK.len())).step_by(4096) {
        bytes[at..at + MARK.len()].copy_from_slice(MARK);
    }
    bytes
}

/// Stands between a unit and its centre, and counts what the unit sends.
async fn between(centre: std::net::SocketAddr) -> (u16, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let sent: Arc<AtomicU64> = Arc::default();
    let count = Arc::clone(&sent);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let other = TcpStream::connect(centre).await.expect("the centre");
            let (mut from, mut to) = (stream.into_split(), other.into_split());
            let count = Arc::clone(&count);
            tokio::spawn(async move {
                let mut some = vec![0; 64 << 10];
                while let Ok(length @ 1..) = from.0.read(&mut some).await {
                    count.fetch_add(length as u64, Ordering::Relaxed);
                    if to.1.write_all(&some[..length]).await.is_err() {
                        return;
                    }
                }
            });
            tokio::spawn(async move { tokio::io::copy(&mut to.0, &mut from.1).await });
        }
    });
    (port, sent)
}

async fn numbers(address: &str) -> String {
    let answer = get(&format!("{address}/metrics")).await;
    answer.text().await.expect("text")
}

fn number(text: &str, name: &str) -> u64 {
    let value = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let value = value.unwrap_or_else(|| panic!("no {name} in\n{text}"));
    value.parse().expect("a number")
}

/// On the wire there is a small part of what was read, and in it, out of TLS, no byte of the
/// layers; what the unit counts is what the centre has got.
#[tokio::test(flavor = "multi_thread")]
async fn of_large_layers_nothing_is_on_the_line() {
    const EACH: usize = 4 << 20;
    let peer = Peer::start().await;
    peer.known().heard = Some(Vec::new());
    let (port, on_wire) = between(peer.address).await;
    let images: Vec<Image> = (1..=5)
        .map(|seed| image_of(&format!("large{seed}"), layer(&content(seed, EACH))))
        .collect();
    let registry = registry(&images.iter().collect::<Vec<_>>());
    for image in &images {
        peer.scan(&registry.host(), "app", &image.digest);
    }
    let directory = tempfile::tempdir().expect("a directory");
    let mut settings = settings(&peer, directory.path());
    settings.central = format!("https://localhost:{port}");
    let unit = run(settings, Never).await;
    until(&peer, "all five", |known| known.completed.len() == 5).await;
    let told = numbers(&unit.address).await;
    unit.end().await;

    let read = number(&told, "lazaret_edge_layer_bytes_read_total");
    assert!(read >= 5 * EACH as u64, "{read} bytes were read");
    let wire = on_wire.load(Ordering::Relaxed);
    assert!(wire * 100 < read, "{wire} bytes were sent of {read}");
    assert_eq!(number(&told, "lazaret_edge_layer_bytes_sent_total"), 0);
    assert_eq!(number(&told, "lazaret_edge_unsent_bodies_total"), 0);

    let heard = peer.known().heard.take().expect("kept");
    let has_mark = |body: &[u8]| body.windows(MARK.len()).any(|part| part == MARK);
    assert!(images.iter().all(|image| has_mark(&image.blobs[1])));
    let marked: Vec<&String> = heard
        .iter()
        .filter(|(_, b)| has_mark(b))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(marked, Vec::<&String>::new());
    let blobs = heard.iter().filter(|(path, _)| path.contains("/blobs/"));
    let blobs: usize = blobs.map(|(_, body)| body.len()).sum();
    let counted = "lazaret_edge_bytes_sent_total{kind=\"inventory\"}";
    assert_eq!(number(&told, counted), blobs as u64);
    let bodies: u64 = heard.iter().map(|(_, body)| body.len() as u64).sum();
    assert!(bodies < wire, "{bodies} of bodies in {wire} on the line");
}

/// A layer that is put where inventories wait goes the same way as they do: the counter tells.
#[tokio::test(flavor = "multi_thread")]
async fn a_layer_that_is_made_to_leave_is_counted() {
    let peer = Peer::start().await;
    let one = image("one");
    let registry = registry(&[&one]);
    peer.scan(&registry.host(), "app", &one.digest);
    let directory = tempfile::tempdir().expect("a directory");
    let settings = settings(&peer, directory.path());
    let unit = run(settings.clone(), Never).await;
    until(&peer, "the image", |known| known.completed.len() == 1).await;
    let before = numbers(&unit.address).await;
    assert_eq!(number(&before, "lazaret_edge_layer_bytes_sent_total"), 0);
    unit.end().await;

    let stray = layer(&content(7, 100_000));
    {
        let spool = Spool::open(&settings.directory.join("spool"), 64 << 20).expect("a spool");
        let blob = spool.blob(&stray).expect("kept");
        let complete = CompleteRequest {
            job: "job".to_owned(),
            fence: 1,
            results: vec![ScanResult {
                digest: one.digest.clone(),
                platform: String::new(),
                size_bytes: 0,
                layers: 1,
                inventory: blob.to_string(),
            }],
        };
        let result = finished(complete, vec![blob]);
        spool.result(&result).expect("kept");
    }
    let unit = run(settings, Never).await;
    until(&peer, "the stray layer", |known| {
        known.other_bytes == stray.len()
    })
    .await;
    let after = numbers(&unit.address).await;
    let counted = number(&after, "lazaret_edge_layer_bytes_sent_total");
    assert_eq!(counted, stray.len() as u64);
    unit.end().await;
}

/// Layers are known by their digests, stored and unpacked, by what archives begin with, and
/// within texts of base64.
#[test]
fn a_layer_is_known_in_every_form_that_it_leaves_in() {
    let outward = Outward::default();
    let put = |body: &[u8]| {
        let before = outward.layers_sent();
        let path = format!("/edge/v1/blobs/{}", "0".repeat(64));
        outward.leaves(&Method::PUT, &path, body).expect("a kind");
        outward.layers_sent() - before
    };
    // No archive: a WebAssembly module, as an artifact stores it.
    let module = [b"\0asm\x01\0\0\0".as_slice(), &content(3, 5_000)].concat();
    assert_eq!(put(&module), 0, "nobody knows it yet");
    let digest = lazaret_testkit::registry::digest_of(&module);
    outward.know([&digest.parse().expect("a digest")]);
    assert_eq!(put(&module), 5_008);
    assert_eq!(put(&module[..5_007]), 0, "another blob");
    let text = base64::engine::general_purpose::STANDARD.encode(&module);
    let inside = serde_json::json!({"schema": "lazaret.inventory/1", "note": text});
    let inside = serde_json::to_vec(&inside).expect("JSON");
    let told = put(&inside);
    assert!(
        (6_600..inside.len() as u64).contains(&told),
        "{told} of {}",
        inside.len()
    );
    let url = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(layer(b"x"));
    assert_eq!(put(url.as_bytes()), url.len() as u64);
    assert_eq!(put(&layer(b"x")), 2_048);
    assert_eq!(put(&[0x1f, 0x8b, 8, 0, 1, 2]), 6, "gzip");
    assert_eq!(put(&[0x28, 0xb5, 0x2f, 0xfd, 0]), 5, "zstd");
    let long = format!("{{\"text\":\"{}\"}}", "a".repeat(10_000));
    assert_eq!(put(long.as_bytes()), 0);
    assert_eq!(outward.sent(Sent::Protocol), 0);
}

/// A body of a kind that nobody has named does not even reach the line.
#[tokio::test]
async fn what_is_of_no_known_kind_is_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let outward: Arc<Outward> = Arc::default();
    let client = Client::new(&base, Identity::default()).expect("a client");
    let client = client.watched(Arc::<Outward>::clone(&outward));
    let calls = [
        (Method::PUT, "/edge/v1/layers/1"),
        (Method::POST, "/edge/v1/blobs/1"),
        (Method::PUT, "/edge/v1/blobs/1/2"),
        (Method::PUT, "/edge/v1/blobs/"),
        (Method::POST, "/api/v1/anything"),
        (Method::GET, "/other"),
    ];
    for (method, path) in calls.clone() {
        let call = client.request(method, path).body(b"{}".to_vec());
        let refused = client.send(call, path).await;
        assert!(
            matches!(refused, Err(ClientError::NotSent { .. })),
            "{path}: {refused:?}"
        );
    }
    assert_eq!(outward.refused(), calls.len() as u64);
    assert!(Sent::ALL.iter().all(|kind| outward.sent(*kind) == 0));
    let accepted =
        tokio::time::timeout(std::time::Duration::from_millis(200), listener.accept()).await;
    assert!(accepted.is_err(), "nobody has connected");
}
