//! Who is told: a receiver that counts and verifies.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::{Value, json};

use crate::centre::{Centre, settings};

const DIGEST: &str = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

type Heard = Arc<Mutex<Vec<(HeaderMap, Value, String)>>>;

/// Refuses the first that comes, and takes the rest.
async fn hear(State(heard): State<Heard>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let text = String::from_utf8_lossy(&body).into_owned();
    let value = serde_json::from_str(&text).unwrap_or_default();
    let mut heard = heard.lock().expect("nobody panicked");
    heard.push((headers, value, text));
    match heard.len() {
        1 => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::NO_CONTENT,
    }
}

#[tokio::test]
async fn a_webhook_is_signed_and_tried_again() {
    let heard = Heard::default();
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = socket.local_addr().expect("an address");
    let router = Router::new()
        .route("/hook", post(hear))
        .with_state(Arc::clone(&heard));
    tokio::spawn(async move { axum::serve(socket, router).await });

    let data = tempfile::tempdir().expect("a directory");
    let file = data.path().join("notify.yaml");
    std::fs::write(data.path().join("secret"), "s3cret\n").expect("written");
    let yaml = format!(
        "receivers:\n  - name: hook\n    kind: webhook\n    url: http://{address}/hook\n    \
         secret_file: secret\n    events: [hold.*]\n"
    );
    std::fs::write(&file, yaml).expect("written");
    let mut settings = settings(&data);
    settings.notify = Some(file);
    let mut centre = Centre::with(settings, data).await;
    centre.set_up().await;
    let new = json!({"name": "shop", "kind": "distribution", "url": "https://registry.example"});
    let (_, registry) = centre.post("/api/v1/registries", new).await;
    let hold = json!({"registry": registry["id"], "repository": "team/app", "digest": DIGEST,
        "state": "quarantined", "reason": "seen mining"});
    let (status, told) = centre.post("/api/v1/holds", hold).await;
    assert_eq!(status, 200, "{told}");

    // The second attempt comes after ten seconds and some.
    let end = Instant::now() + Duration::from_secs(60);
    while heard.lock().expect("nobody panicked").len() < 2 {
        assert!(Instant::now() < end, "nobody was told twice");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let heard = heard.lock().expect("nobody panicked");
    let (headers, notice, text) = &heard[1];
    assert_eq!(notice["event"], "hold.changed");
    assert_eq!(notice["id"], heard[0].1["id"], "the same event");
    let header = |name: &str| headers[name].to_str().expect("text").to_owned();
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, b"s3cret");
    let tag = aws_lc_rs::hmac::sign(
        &key,
        format!("{}.{text}", header("x-lazaret-timestamp")).as_bytes(),
    );
    let hex: String = tag.as_ref().iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(header("x-lazaret-signature"), format!("sha256={hex}"));
}
