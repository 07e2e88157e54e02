//! What flows through untouched, and what is rewritten so that clients stay at the gate.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get as on_get};
use http_body_util::BodyExt as _;
use lazaret_edge::gate::{GateSettings, PublicUrl};
use lazaret_testkit::registry::digest_of;

use crate::support::{OCI_MANIFEST, RunningGate, Told, get, image, nothing, quarantined};

const MIB: usize = 1 << 20;

async fn serve(app: Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

async fn gate_before(upstream: SocketAddr) -> RunningGate {
    let settings = GateSettings::new(&format!("http://{upstream}"));
    RunningGate::open(settings, Told::new(nothing())).await
}

/// The memory of this process, in bytes.
fn memory() -> usize {
    let text = std::fs::read_to_string("/proc/self/status").expect("read");
    let line = text
        .lines()
        .find(|l| l.starts_with("VmRSS"))
        .expect("a line");
    let kib: usize = line
        .split_whitespace()
        .nth(1)
        .expect("a number")
        .parse()
        .expect("a number");
    kib * 1024
}

struct Chunks(tokio::sync::mpsc::Receiver<Result<axum::body::Bytes, std::io::Error>>);

impl hyper::body::Body for Chunks {
    type Data = axum::body::Bytes;
    type Error = std::io::Error;
    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<Self::Data>, Self::Error>>> {
        self.0
            .poll_recv(cx)
            .map(|c| c.map(|c| c.map(hyper::body::Frame::data)))
    }
}

/// A body of zeros, made as it is read.
fn zeros(bytes: usize) -> Chunks {
    let chunk = axum::body::Bytes::from(vec![0_u8; 64 << 10]);
    let (sender, receiver) = tokio::sync::mpsc::channel::<Result<_, std::io::Error>>(1);
    tokio::spawn(async move {
        for _ in 0..bytes / chunk.len() {
            if sender.send(Ok(chunk.clone())).await.is_err() {
                return;
            }
        }
    });
    Chunks(receiver)
}

#[tokio::test(flavor = "multi_thread")]
async fn blobs_of_any_size_stream_in_flat_memory_both_ways() {
    // Memory is that of a process, so this test has one of its own.
    const ALONE: &str = "LAZARET_TEST_ALONE";
    if std::env::var(ALONE).is_err() {
        let name = "flow::blobs_of_any_size_stream_in_flat_memory_both_ways";
        let mut alone = std::process::Command::new(std::env::current_exe().expect("this program"));
        alone.args(["--exact", name, "--nocapture"]).env(ALONE, "1");
        let done = tokio::task::spawn_blocking(move || alone.output().expect("it runs")).await;
        let done = done.expect("no panic");
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
        return;
    }
    const SIZE: usize = 256 * MIB;
    let taken = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&taken);
    let put = move |request: Request| async move {
        let mut body = request.into_body();
        while let Some(Ok(frame)) = body.frame().await {
            let bytes = frame.data_ref().map_or(0, |data| data.len() as u64);
            counter.fetch_add(bytes, Ordering::Relaxed);
        }
        StatusCode::CREATED
    };
    let app = Router::new()
        .route(
            "/v2/app/blobs/{digest}",
            on_get(|| async { Response::new(Body::new(zeros(SIZE))) }),
        )
        .route("/v2/app/blobs/uploads/1", axum::routing::put(put));
    let gate = gate_before(serve(app).await).await;
    let before = memory();
    let mut most = before;
    let mut response = get(&gate.url(&format!("/v2/app/blobs/{}", digest_of(b"")))).await;
    let mut read = 0;
    while let Some(chunk) = response.chunk().await.expect("a chunk") {
        read += chunk.len();
        most = most.max(memory());
    }
    assert_eq!(read, SIZE);
    let body = reqwest::Body::wrap(zeros(SIZE));
    let put = reqwest::Client::new()
        .put(gate.url("/v2/app/blobs/uploads/1"))
        .body(body);
    assert_eq!(put.send().await.expect("an answer").status(), 201);
    most = most.max(memory());
    assert_eq!(taken.load(Ordering::Relaxed), SIZE as u64);
    assert!(
        most - before < 32 * MIB,
        "{} MiB more",
        (most - before) / MIB
    );
}

#[tokio::test]
async fn ranges_and_headers_of_blobs_arrive_and_those_of_one_connection_do_not() {
    let seen: Arc<Mutex<HeaderMap>> = Arc::default();
    let log = Arc::clone(&seen);
    let answer = move |request: Request| async move {
        *log.lock().expect("no panic") = request.headers().clone();
        (
            StatusCode::PARTIAL_CONTENT,
            [
                ("content-range", "bytes 2-3/9"),
                ("connection", "x-secret"),
                ("x-secret", "1"),
                ("x-kept", "1"),
            ],
            "ab",
        )
    };
    let upstream = serve(Router::new().route("/v2/app/blobs/{d}", any(answer))).await;
    let gate = gate_before(upstream).await;
    let url = gate.url(&format!("/v2/app/blobs/{}", digest_of(b"x")));
    let request = reqwest::Client::new().get(url).header("range", "bytes=2-3");
    let request = request
        .header("authorization", "Bearer t")
        .header("x-forwarded-for", "1.2.3.4");
    let request = request.header("connection", "x-mine").header("x-mine", "1");
    let response = request.send().await.expect("an answer");
    assert_eq!(response.status(), 206);
    assert_eq!(response.headers()["content-range"], "bytes 2-3/9");
    assert_eq!(response.headers()["x-kept"], "1");
    assert!(!response.headers().contains_key("x-secret"));
    let seen = seen.lock().expect("no panic").clone();
    assert_eq!(seen["range"], "bytes=2-3");
    assert_eq!(seen["authorization"], "Bearer t");
    assert_eq!(seen["host"], upstream.to_string());
    assert_eq!(seen["x-forwarded-for"], "127.0.0.1");
    assert!(!seen.contains_key("x-mine"));
}

/// A registry that names addresses of its own, and some of others.
fn naming() -> Router {
    let place = |request: &Request| request.headers()["host"].to_str().expect("text").to_owned();
    let challenge = move |request: Request| async move {
        let realm = format!(
            "Bearer realm=\"http://{}/token\",service=\"r\"",
            place(&request)
        );
        (StatusCode::UNAUTHORIZED, [("www-authenticate", realm)]).into_response()
    };
    let upload = move |request: Request| async move {
        let location = format!("http://{}/v2/app/blobs/uploads/1?_state=x", place(&request));
        (StatusCode::ACCEPTED, [("location", location)]).into_response()
    };
    let away = || async {
        let away = "https://storage.example/blob?signature=1";
        (StatusCode::TEMPORARY_REDIRECT, [("location", away)]).into_response()
    };
    let foreign = || async {
        let realm = "Bearer realm=\"https://auth.example/token\",service=\"r\"";
        (StatusCode::UNAUTHORIZED, [("www-authenticate", realm)]).into_response()
    };
    Router::new()
        .route("/v2/", on_get(challenge))
        .route("/v2/_catalog", on_get(foreign))
        .route("/token", on_get(|| async { "a token" }))
        .route("/other", on_get(|| async { "a secret" }))
        .route("/v2/app/blobs/uploads/", axum::routing::post(upload))
        .route("/v2/app/blobs/{d}", on_get(away))
}

#[tokio::test]
async fn addresses_of_the_registry_become_those_of_the_gate_and_others_stay() {
    let upstream = serve(naming()).await;
    let gate = gate_before(upstream).await;
    let header = |response: &reqwest::Response, name: &str| {
        response.headers()[name].to_str().expect("text").to_owned()
    };
    let asked = get(&gate.url("/v2/")).await;
    let realm = format!("Bearer realm=\"{}\",service=\"r\"", gate.url("/token"));
    assert_eq!(header(&asked, "www-authenticate"), realm);
    assert_eq!(
        get(&gate.url("/token?service=r"))
            .await
            .text()
            .await
            .expect("text"),
        "a token"
    );
    assert_eq!(get(&gate.url("/other")).await.status(), 404);
    let asked = get(&gate.url("/v2/_catalog")).await;
    assert!(header(&asked, "www-authenticate").contains("https://auth.example/token"));
    let started = reqwest::Client::new().post(gate.url("/v2/app/blobs/uploads/"));
    let started = started.send().await.expect("an answer");
    assert_eq!(
        header(&started, "location"),
        gate.url("/v2/app/blobs/uploads/1?_state=x")
    );
    let sent = get(&gate.url(&format!("/v2/app/blobs/{}", digest_of(b"x")))).await;
    assert_eq!(sent.status(), 307);
    assert_eq!(
        header(&sent, "location"),
        "https://storage.example/blob?signature=1"
    );

    let mut settings = GateSettings::new(&format!("http://{upstream}"));
    let (scheme, authority) = ("https".to_owned(), "registry.example".to_owned());
    settings.public = Some(PublicUrl { scheme, authority });
    let gate = RunningGate::open(settings, Told::new(nothing())).await;
    let asked = get(&gate.url("/v2/")).await;
    assert!(header(&asked, "www-authenticate").contains("\"https://registry.example/token\""));
}

#[tokio::test]
async fn a_manifest_that_is_elsewhere_is_judged_like_any_other() {
    let bad = image("elsewhere");
    let manifest = bad.manifest.clone();
    let auth: Arc<Mutex<Option<bool>>> = Arc::default();
    let seen = Arc::clone(&auth);
    let storage = move |request: Request| {
        *seen.lock().expect("no panic") = Some(request.headers().contains_key("authorization"));
        let manifest = manifest.clone();
        async move { ([("content-type", OCI_MANIFEST)], manifest).into_response() }
    };
    let storage = serve(Router::new().fallback(storage)).await;
    let away = move || async move {
        let place = format!("http://{storage}/here");
        (StatusCode::TEMPORARY_REDIRECT, [("location", place)]).into_response()
    };
    let upstream = serve(Router::new().fallback(away)).await;
    let settings = GateSettings::new(&format!("http://{upstream}"));
    let gate = RunningGate::open(settings, Told::new(quarantined(&bad.digest))).await;
    let request = reqwest::Client::new().get(gate.url("/v2/app/manifests/1"));
    let response = request
        .header("authorization", "Bearer t")
        .send()
        .await
        .expect("an answer");
    assert_eq!(response.status(), 403, "not sent on to where nobody judges");
    assert_eq!(
        *auth.lock().expect("no panic"),
        Some(false),
        "a token is for the registry alone"
    );
}

#[tokio::test]
async fn a_registry_that_is_away_is_told_and_the_gate_stays_alive() {
    let upstream = SocketAddr::from(([127, 0, 0, 1], crate::support::free_port()));
    let gate = gate_before(upstream).await;
    let response = get(&gate.url("/v2/app/manifests/1")).await;
    assert_eq!(response.status(), 502);
    assert!(response.text().await.expect("text").contains("UNAVAILABLE"));
    assert_eq!(get(&gate.url("/healthz")).await.status(), 200);
    assert_eq!(get(&gate.url("/readyz")).await.status(), 503);
    let metrics = get(&gate.url("/metrics")).await.text().await.expect("text");
    assert!(
        metrics.contains("lazaret_gate_upstream_errors_total 1"),
        "{metrics}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_under_way_is_finished_after_the_gate_was_told_to_stop() {
    let begun = Arc::new(tokio::sync::Notify::new());
    let seen = Arc::clone(&begun);
    let slow = move || async move {
        seen.notify_one();
        tokio::time::sleep(Duration::from_millis(500)).await;
        "late"
    };
    let upstream = serve(Router::new().route("/v2/app/blobs/{d}", on_get(slow))).await;
    let mut gate = gate_before(upstream).await;
    let url = gate.url(&format!("/v2/app/blobs/{}", digest_of(b"x")));
    let under_way = tokio::spawn(async move { get(&url).await.text().await.expect("text") });
    begun.notified().await;
    gate.stop();
    assert_eq!(under_way.await.expect("no panic"), "late");
    gate.done.take().expect("a task").await.expect("no panic");
    assert!(std::net::TcpStream::connect(gate.address).is_err());
}
