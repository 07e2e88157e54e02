//! No spelling of a path leads past the verdicts: the registry behind these gates gives
//! the same quarantined manifest for whatever it is asked.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use axum::Router;
use axum::response::IntoResponse as _;
use lazaret_edge::gate::{GateSettings, Reference, Route, canonical, route};
use lazaret_wire::edge::OnUnknown;
use proptest::prelude::*;

use crate::support::{Image, OCI_MANIFEST, RunningGate, Told, image, nothing, quarantined};

/// A registry that answers everything with one manifest.
async fn lenient(image: &Image) -> SocketAddr {
    let manifest = image.manifest.clone();
    let answer = move || {
        let manifest = manifest.clone();
        async move { ([("content-type", OCI_MANIFEST)], manifest).into_response() }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    let app = Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

/// The status of a request that is sent as it is written.
fn raw(address: SocketAddr, request: &str) -> u16 {
    let mut stream = TcpStream::connect(address).expect("connected");
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .expect("set");
    stream.write_all(request.as_bytes()).expect("sent");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let text = String::from_utf8_lossy(&answer);
    let status = text.split(' ').nth(1).and_then(|s| s.parse().ok());
    status.unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_spelling_of_a_manifest_gets_it() {
    let bad = image("bad");
    let upstream = lenient(&bad).await;
    let settings = GateSettings::new(&format!("http://{upstream}"));
    let gate = RunningGate::open(settings, Told::new(quarantined(&bad.digest))).await;
    let digest = &bad.digest;
    let paths = [
        "/v2/app/manifests/1".to_owned(),
        format!("/v2/app/manifests/{digest}"),
        format!("/v2/app/manifests/{}", digest.replace(':', "%3a")),
        format!("/v2/app/manifests/{}", digest.to_uppercase()),
        format!("/v2/app/blobs/{digest}"),
        "/v2/app/manifests/1/".to_owned(),
        "/v2/app/manifests//1".to_owned(),
        "/v2//app/manifests/1".to_owned(),
        "//v2/app/manifests/1".to_owned(),
        "/./v2/app/manifests/1".to_owned(),
        "/x/../v2/app/manifests/1".to_owned(),
        "/v2/app/x/../manifests/1".to_owned(),
        "/V2/app/manifests/1".to_owned(),
        "/v2/app/Manifests/1".to_owned(),
        "/v2/app/manifests/1;x".to_owned(),
        "/v2/app/manifests/1%00".to_owned(),
        "/v2/app/manifests/%31".to_owned(),
        "/v2/app/%6danifests/1".to_owned(),
        "/%76%32/app/manifests/1".to_owned(),
        "/v2%2fapp%2fmanifests%2f1".to_owned(),
        "/v2/app\\manifests\\1".to_owned(),
        "/artifactory/api/docker/r/v2/app/manifests/1".to_owned(),
        "/repository/r/v2/app/Manifests/1".to_owned(),
        "/api/anything".to_owned(),
        "http://elsewhere.example/v2/app/manifests/1".to_owned(),
        format!("/{}", "a/".repeat(5000)),
    ];
    for path in paths {
        for method in ["GET", "HEAD", "get", "BREW"] {
            let request =
                format!("{method} {path} HTTP/1.1\r\nHost: gate\r\nConnection: close\r\n\r\n");
            let status = raw(gate.address, &request);
            assert!(
                (400..600).contains(&status),
                "{method} {path} is answered {status}"
            );
        }
    }
    let clear = get_with(gate.address, "X-Original-URL: /v2/app/manifests/1");
    assert_eq!(clear, 403, "a header is no path");
}

/// Readers written in Go take names of fields without regard to case, so that these are images
/// for them: where nothing unknown may pass, neither do these.
#[tokio::test(flavor = "multi_thread")]
async fn fields_in_other_letters_make_no_other_thing_of_an_image() {
    let good = image("good");
    let plain = String::from_utf8(good.manifest.to_vec()).expect("text");
    let signature = r#""mediaType":"application/vnd.dsse.envelope.v1+json","MediaType":"#;
    let changed = [
        plain.replace("\"config\"", "\"Config\""),
        plain
            .replace("\"config\"", "\"CONFIG\"")
            .replace("\"layers\"", "\"layer\u{17f}\""),
        plain.replace("\"mediaType\":", signature),
        plain.replace("\"schemaVersion\":2", "\"schemaversion\":1"),
    ];
    for manifest in changed {
        assert_ne!(manifest, plain);
        let changed = Image {
            manifest: manifest.clone().into(),
            ..image("good")
        };
        let upstream = lenient(&changed).await;
        let mut settings = GateSettings::new(&format!("http://{upstream}"));
        settings.rules.unknown = Some(OnUnknown::Refuse);
        let gate = RunningGate::open(settings, Told::new(nothing())).await;
        let request = "GET /v2/app/manifests/1 HTTP/1.1\r\nHost: gate\r\nConnection: close\r\n\r\n";
        let address = gate.address;
        let status = tokio::task::spawn_blocking(move || raw(address, request)).await;
        assert_eq!(status.expect("asked"), 502, "{manifest}");
    }
}

fn get_with(address: SocketAddr, header: &str) -> u16 {
    let line = "GET /v2/app/manifests/2 HTTP/1.1\r\nHost: gate\r\nConnection: close\r\n";
    raw(address, &format!("{line}{header}\r\n\r\n"))
}

#[test]
fn paths_are_read_as_the_specification_has_them() {
    let digest = format!("sha256:{}", "0".repeat(64));
    let of = |path: &str| {
        let path = canonical(path).expect("canonical");
        match route(&path) {
            Ok(Route::Manifest {
                name,
                reference: Reference::Tag(tag),
            }) => format!("tag {tag} of {name}"),
            Ok(Route::Manifest {
                name,
                reference: Reference::Digest(_),
            }) => format!("digest of {name}"),
            Ok(Route::Blob { name, .. }) => format!("blob of {name}"),
            Ok(Route::Base) => "base".to_owned(),
            Ok(Route::Other) => "other".to_owned(),
            Ok(Route::Outside) => "outside".to_owned(),
            Err(why) => why.to_string(),
        }
    };
    let table = [
        ("/v2/", "base"),
        ("/v2", "base"),
        ("/v2/_catalog", "other"),
        ("/v2/a/manifests/latest", "tag latest of a"),
        ("/v2/a/b/c/manifests/1.0_x-y", "tag 1.0_x-y of a/b/c"),
        ("/v2/a/manifests/manifests/1", "tag 1 of a/manifests"),
        ("/v2/a/blobs/manifests/1", "tag 1 of a/blobs"),
        ("/v2/a/blobs/uploads/", "other"),
        ("/v2/a/blobs/uploads", "other"),
        ("/v2/a/blobs/uploads/6f0e", "other"),
        ("/v2/a/tags/list", "other"),
        ("/v2/manifests/tags/list", "other"),
        ("/service/token", "outside"),
        ("/", "outside"),
    ];
    for (path, expected) in table {
        assert_eq!(of(path), expected, "{path}");
    }
    assert_eq!(of(&format!("/v2/a/manifests/{digest}")), "digest of a");
    assert_eq!(of(&format!("/v2/a/blobs/{digest}")), "blob of a");
    assert_eq!(of(&format!("/v2/a/referrers/{digest}")), "other");
    for odd in [
        "/v2/a/manifests/.x",
        "/v2/a/manifests/md5:00",
        "/v2/a/manifests/x/",
    ] {
        assert!(route(&canonical(odd).expect("canonical")).is_err(), "{odd}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_clients_are_let_go() {
    let one = image("slow");
    let upstream = lenient(&one).await;
    let mut settings = GateSettings::new(&format!("http://{upstream}"));
    settings.patience = Duration::from_millis(400);
    let gate = RunningGate::open(settings, Told::new(nothing())).await;
    for begun in [
        "",
        "GET /v2/ HTTP/1.1\r\nHost: ga",
        "POST /v2/a/blobs/uploads/ HTTP/1.1\r\nHost: g\r\nContent-Length: 9\r\n\r\nabc",
    ] {
        let started = Instant::now();
        raw(gate.address, begun);
        assert!(started.elapsed() < Duration::from_secs(10), "{begun}");
    }
}

/// Paths made of the parts that matter, in any order.
fn paths() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just("v2"),
        Just("V2"),
        Just("manifests"),
        Just("Manifests"),
        Just("blobs"),
        Just("uploads"),
        Just("tags"),
        Just("list"),
        Just("app"),
        Just(".."),
        Just("."),
        Just(""),
        Just("%2f"),
        Just("%6d"),
        Just("latest"),
        Just("sha256:00"),
        Just(";"),
        Just("\\"),
    ];
    proptest::collection::vec(part, 0..8).prop_map(|parts| format!("/{}", parts.join("/")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn a_path_that_ends_as_a_manifest_does_is_judged_or_refused(path in paths()) {
        let folded = path.to_ascii_lowercase();
        let segments: Vec<&str> = folded.split('/').filter(|s| !s.is_empty()).collect();
        let names_one = segments.first() == Some(&"v2")
            && segments.len() >= 4
            && segments[segments.len() - 2] == "manifests";
        match canonical(&path) {
            Err(_) => {}
            Ok(path) => match route(&path) {
                Err(_) | Ok(Route::Manifest { .. }) => {}
                Ok(other) => prop_assert!(!names_one, "{path} is {other:?}"),
            },
        }
    }
}
