//! TLS before the gate and behind it.

use std::net::SocketAddr;

use lazaret_edge::gate::{Gate, GateSettings, Tls};
use lazaret_testkit::registry::{LoopbackRegistry, Manners, digest_of};
use rcgen::{CertificateParams, KeyPair};

use crate::support::{OCI_MANIFEST, RunningGate, Told, get, image, nothing, push, quarantined};

/// A certificate for `localhost` that signs itself, as files and as PEM.
fn certificate(directory: &std::path::Path) -> (Tls, String) {
    let key = KeyPair::generate().expect("a key");
    let names = vec!["localhost".to_owned()];
    let certificate = CertificateParams::new(names).expect("parameters");
    let pem = certificate.self_signed(&key).expect("signed").pem();
    let tls = Tls {
        certificate: directory.join("gate.pem"),
        key: directory.join("gate.key"),
        client_ca: None,
    };
    std::fs::write(&tls.certificate, &pem).expect("written");
    std::fs::write(&tls.key, key.serialize_pem()).expect("written");
    (tls, pem)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_speaks_tls_to_clients_and_to_the_registry() {
    let registry = LoopbackRegistry::start(Manners::default()).expect("a registry");
    let (good, bad) = (image("good"), image("bad"));
    registry.manifest("app", "good", OCI_MANIFEST, &good.manifest);
    registry.manifest("app", "bad", OCI_MANIFEST, &bad.manifest);
    registry.blob("app", &good.blobs[1]);
    let directory = tempfile::tempdir().expect("a directory");
    let (tls, pem) = certificate(directory.path());
    let settings = GateSettings::new(&format!("http://{}", registry.host()));
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let source = Told::new(quarantined(&bad.digest));
    let gate = Gate::bind(any, Some(&tls), settings, source)
        .await
        .expect("a gate");
    let port = gate.address().port();
    tokio::spawn(gate.run(std::future::pending()));

    let ca = reqwest::Certificate::from_pem(pem.as_bytes()).expect("a certificate");
    let client = reqwest::Client::builder()
        .tls_certs_only([ca])
        .build()
        .expect("a client");
    let status = async |tag: &str| {
        let url = format!("https://localhost:{port}/v2/app/manifests/{tag}");
        let response = client.get(url).send().await.expect("an answer");
        (response.version(), response.status().as_u16())
    };
    assert_eq!(status("good").await, (reqwest::Version::HTTP_2, 200));
    assert_eq!(status("bad").await, (reqwest::Version::HTTP_2, 403));

    // A second gate, to which the first one is the registry.
    let mut settings = GateSettings::new(&format!("https://localhost:{port}"));
    settings.upstream_ca = Some(pem.into_bytes());
    let second = RunningGate::open(settings, Told::new(nothing())).await;
    let get_status = async |path: &str| get(&second.url(path)).await.status().as_u16();
    assert_eq!(get_status("/v2/app/manifests/good").await, 200);
    assert_eq!(
        get_status("/v2/app/manifests/bad").await,
        403,
        "the first one's refusal"
    );
    let blob = format!("/v2/app/blobs/{}", digest_of(&good.blobs[1]));
    assert_eq!(get_status(&blob).await, 200);
    // Without its authority it is not believed.
    let settings = GateSettings::new(&format!("https://localhost:{port}"));
    let third = RunningGate::open(settings, Told::new(nothing())).await;
    assert_eq!(
        get(&third.url("/v2/app/manifests/good")).await.status(),
        502
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn pushes_through_a_gate_arrive_whole() {
    let Some(registry) = crate::support::DockerRegistry::start() else {
        return;
    };
    let settings = GateSettings::new(&format!("http://{}", registry.host));
    let gate = RunningGate::open(settings, Told::new(nothing())).await;
    let one = image("pushed");
    push(&gate.address.to_string(), "team/app", "1", &one).await;
    let url = format!("http://{}/v2/team/app/manifests/1", registry.host);
    let there = get(&url).await.bytes().await.expect("a body");
    assert_eq!(there, one.manifest);
    let head = reqwest::Client::new().head(gate.url("/v2/team/app/manifests/1"));
    let head = head
        .header("accept", OCI_MANIFEST)
        .send()
        .await
        .expect("an answer");
    assert_eq!(head.headers()["docker-content-digest"], one.digest);
    let length = one.manifest.len().to_string();
    assert_eq!(head.headers()["content-length"], length.as_str());
    let delete =
        reqwest::Client::new().delete(gate.url(&format!("/v2/team/app/manifests/{}", one.digest)));
    assert_eq!(
        delete.send().await.expect("an answer").status(),
        202,
        "deletions go through"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn http2_is_spoken_without_tls_to_whoever_begins_with_it() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    let registry = LoopbackRegistry::start(Manners::default()).expect("a registry");
    let bad = image("bad");
    registry.manifest("app", "bad", OCI_MANIFEST, &bad.manifest);
    let settings = GateSettings::new(&format!("http://{}", registry.host()));
    let mut gate = RunningGate::open(settings, Told::new(quarantined(&bad.digest))).await;
    let url = gate.url("/v2/app/manifests/bad");
    for (client, version) in [
        (
            reqwest::Client::builder().http2_prior_knowledge(),
            reqwest::Version::HTTP_2,
        ),
        (reqwest::Client::builder(), reqwest::Version::HTTP_11),
    ] {
        let client = client.build().expect("a client");
        let answer = client.get(&url).send().await.expect("an answer");
        assert_eq!((answer.version(), answer.status().as_u16()), (version, 403));
    }
    // A request in pieces is one of HTTP/1.1, also where it begins like the other.
    let mut line = tokio::net::TcpStream::connect(gate.address)
        .await
        .expect("a line");
    for piece in [
        "P",
        "RO",
        "PFIND / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
    ] {
        line.write_all(piece.as_bytes()).await.expect("sent");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let mut told = String::new();
    line.read_to_string(&mut told).await.expect("an answer");
    assert!(told.starts_with("HTTP/1.1 4"), "{told}");
    // Who says nothing does not keep a gate that stops.
    let silent = tokio::net::TcpStream::connect(gate.address)
        .await
        .expect("a line");
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    gate.stop();
    let done = gate.done.take().expect("it runs");
    let ended = tokio::time::timeout(std::time::Duration::from_secs(3), done).await;
    ended.expect("in time").expect("ended");
    drop(silent);
}
