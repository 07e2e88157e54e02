//! Registries that are watched, and their events.

use reqwest::Method;
use serde_json::{Value, json};

use crate::centre::{Centre, told};

const DIGEST: &str = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

fn event() -> Value {
    json!({"events": [{"action": "push", "target": {
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "digest": DIGEST, "repository": "team/app", "tag": "1.0"}}]})
}

async fn registry(centre: &Centre) -> Value {
    let new = json!({"name": "shop", "kind": "distribution", "url": "http://127.0.0.1:5000",
        "credential": {"username": "reader", "password": "hunter2hunter2"}, "region": "eu"});
    let (status, made) = centre.post("/api/v1/registries", new).await;
    assert_eq!(status, 201, "{made}");
    made
}

#[tokio::test]
async fn an_event_becomes_one_job_however_often_it_comes() {
    let centre = Centre::ready().await;
    let made = registry(&centre).await;
    let (path, secret) = (
        made["events_path"].as_str().expect("a path"),
        made["events_secret"].as_str().expect("a secret"),
    );
    for (number, jobs) in [(1, 1), (2, 0)] {
        let sent = centre
            .bare(Method::POST, path)
            .header(
                "content-type",
                "application/vnd.docker.distribution.events.v2+json",
            )
            .bearer_auth(secret)
            .body(event().to_string());
        let (status, outcome) = told(sent.send().await.expect("an answer")).await;
        assert_eq!(
            (status, &outcome["jobs"]),
            (202, &json!(jobs)),
            "time {number}"
        );
    }
    let (_, jobs) = centre.get("/api/v1/jobs?pool=eu").await;
    let job = &jobs["items"][0];
    assert_eq!(job["subject"], format!("team/app:1.0@{DIGEST}"));
    assert_eq!(
        (&job["kind"], &job["state"]),
        (&json!("scan"), &json!("queued"))
    );
    let (_, pools) = centre.get("/api/v1/pools").await;
    assert_eq!(pools[0]["name"], "eu");
    assert_eq!(pools[0]["jobs"][0]["jobs"], 1);
}

#[tokio::test]
async fn an_event_without_the_secret_is_not_heard() {
    let centre = Centre::ready().await;
    let made = registry(&centre).await;
    let path = made["events_path"].as_str().expect("a path").to_owned();
    let secret = made["events_secret"].as_str().expect("a secret").to_owned();
    let send = |path: String, secret: &str| {
        let sent = centre
            .bare(Method::POST, &path)
            .header("authorization", secret);
        sent.body(event().to_string()).send()
    };
    for (path, secret, expected) in [
        (path.clone(), "guessed", 401),
        (path.replace("distribution", "harbor"), secret.as_str(), 401),
        ("/events/distribution/none".into(), secret.as_str(), 401),
        (path.clone(), secret.as_str(), 202),
        (format!("{path}?secret=guessed"), "", 401),
        (format!("{path}?secret={secret}"), "", 202),
        // Pub/Sub signs in the header, and has the secret in its address.
        (format!("{path}?secret={secret}"), "Bearer signed", 202),
    ] {
        let response = send(path.clone(), secret).await.expect("an answer");
        assert_eq!(response.status(), expected, "{path}");
    }
    // Another secret, and the one before is of no use.
    let renew = format!(
        "/api/v1/registries/{}/events-secret",
        made["id"].as_str().expect("an id")
    );
    let (status, renewed) = centre.post(&renew, json!({})).await;
    assert_eq!(status, 200);
    assert_eq!(
        send(path.clone(), &secret)
            .await
            .expect("an answer")
            .status(),
        401
    );
    let new = renewed["events_secret"].as_str().expect("a secret");
    assert_eq!(send(path, new).await.expect("an answer").status(), 202);
}

/// CloudEvents 1.0, HTTP 1.1 Web Hooks, 4.1: without the answer Event Grid makes no subscription.
#[tokio::test]
async fn whoever_wants_to_send_cloud_events_may_ask_first() {
    let centre = Centre::ready().await;
    let made = registry(&centre).await;
    let path = made["events_path"].as_str().expect("a path");
    let secret = made["events_secret"].as_str().expect("a secret");
    let origin = "eventgrid.azure.net";
    for (path, origin, expected) in [
        (format!("{path}?secret={secret}"), Some(origin), 200),
        (format!("{path}?secret={secret}"), None, 400),
        (format!("{path}?secret=guessed"), Some(origin), 401),
    ] {
        let mut asked = centre.bare(Method::OPTIONS, &path);
        if let Some(origin) = origin {
            asked = asked.header("webhook-request-origin", origin);
        }
        let answer = asked.send().await.expect("an answer");
        assert_eq!(answer.status(), expected, "{path}");
        let allowed = answer.headers().get("webhook-allowed-origin");
        assert_eq!(allowed.is_some(), expected == 200);
    }
}

#[tokio::test]
async fn a_credential_is_neither_shown_nor_legible_in_the_database() {
    let centre = Centre::ready().await;
    let made = registry(&centre).await;
    let path = format!("/api/v1/registries/{}", made["id"].as_str().expect("an id"));
    let (_, read) = centre.get(&path).await;
    assert_eq!(read["has_credential"], true);
    assert!(read.get("credential").is_none() && read.get("events_secret").is_none());
    for file in std::fs::read_dir(centre.data.path()).expect("the folder") {
        let file = file.expect("a file").path();
        if file.is_file() {
            let bytes = std::fs::read(&file).expect("readable");
            let secret = b"hunter2hunter2";
            let shows = bytes.windows(secret.len()).any(|window| window == secret);
            assert!(!shows, "{} shows the password", file.display());
        }
    }
    let change = json!({"list_every_seconds": 300, "repositories": ["team/*"]});
    let (status, changed) = centre.call(Method::PATCH, &path, Some(change)).await;
    assert_eq!(status, 200, "{changed}");
    assert_eq!(
        (&changed["list_every_seconds"], &changed["has_credential"]),
        (&json!(300), &json!(true))
    );
    let (_, log) = centre.get("/api/v1/audit?action=registry.").await;
    assert_eq!(log["items"].as_array().expect("items").len(), 2);
    assert!(!log.to_string().contains("hunter2"), "{log}");
    let (status, _) = centre.call(Method::DELETE, &path, None).await;
    assert_eq!(status, 204);
    assert_eq!(centre.get(&path).await.0, 404);
}

#[tokio::test]
async fn what_makes_no_sense_is_told() {
    let centre = Centre::ready().await;
    for (new, expected) in [
        (
            json!({"name": "a", "kind": "distribution", "url": "ftp://x"}),
            422,
        ),
        (
            json!({"name": "a", "kind": "nexus", "url": "https://x"}),
            422,
        ),
        (
            json!({"name": "a", "kind": "gar", "url": "https://x/y"}),
            422,
        ),
        (json!({"name": "", "kind": "gar", "url": "https://x"}), 422),
        (
            json!({"name": "a", "kind": "gar", "url": "https://x", "list_every_seconds": 1}),
            422,
        ),
        (json!({"name": "a", "kind": "gar", "url": "https://x"}), 201),
        (json!({"name": "a", "kind": "gar", "url": "https://y"}), 409),
    ] {
        let (status, told) = centre.post("/api/v1/registries", new.clone()).await;
        assert_eq!(status, expected, "{new}: {told}");
    }
}
