//! The protocol of edges, over mutual TLS.

use lazaret_model::{Inventory, Target};
use lazaret_wire::edge::{
    Bundle, CompleteRequest, HeartbeatAnswer, HeartbeatJob, HeartbeatRequest, JoinRequest,
    JoinTicket, Joined, LeaseAnswer, LeaseRequest, LeasedJob, RenewRequest, ScanResult, Work,
};
use lazaret_wire::sign::{Signed, VerifyingKey};
use lazaret_wire::{Client, ClientError, Identity};
use rcgen::{CertificateParams, KeyPair};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::centre::{Centre, settings, told};

const DIGEST: &str = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

struct Edge {
    client: Client,
    joined: Joined,
    key: String,
}

async fn centre() -> (Centre, String) {
    let data = tempfile::tempdir().expect("a directory");
    let mut settings = settings(&data);
    settings.edge_listen = Some("127.0.0.1:0".into());
    let mut centre = Centre::with(settings, data).await;
    centre.set_up().await;
    let address = centre.edges.expect("edges are served");
    (centre, format!("https://{address}"))
}

async fn ticket(centre: &Centre) -> JoinTicket {
    let (status, made) = centre
        .post("/api/v1/edges/tokens", json!({"region": "eu"}))
        .await;
    assert_eq!(status, 201, "{made}");
    JoinTicket::decode(made["token"].as_str().expect("a token")).expect("a ticket")
}

fn csr() -> (String, String) {
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["centre.example".to_owned()]).expect("names");
    let csr = params.serialize_request(&key).expect("a request");
    (csr.pem().expect("PEM"), key.serialize_pem())
}

fn client(base: &str, ca: &str, certificate: Option<String>) -> Client {
    let identity = Identity {
        ca: Some(ca.to_owned()),
        certificate,
        token: None,
    };
    Client::new(base, identity).expect("a client")
}

async fn join(base: &str, ticket: &JoinTicket) -> Result<Edge, ClientError> {
    let (csr, key) = csr();
    let request = JoinRequest {
        secret: ticket.secret.clone(),
        name: "host-1".into(),
        csr,
    };
    let stranger = client(base, &ticket.ca, None);
    let joined: Joined = stranger.post("/edge/v1/join", &request).await?;
    let own = format!("{}{key}", joined.certificate);
    Ok(Edge {
        client: client(base, &joined.ca, Some(own)),
        joined,
        key,
    })
}

fn status<T: std::fmt::Debug>(outcome: Result<T, ClientError>) -> u16 {
    match outcome {
        Ok(_) => 200,
        Err(error) => error.problem().map_or(0, |problem| problem.status),
    }
}

async fn lease(edge: &Edge) -> Vec<LeasedJob> {
    let request = LeaseRequest {
        free: 10,
        ..LeaseRequest::default()
    };
    let answer: LeaseAnswer = edge
        .client
        .post("/edge/v1/lease", &request)
        .await
        .expect("a lease");
    answer.jobs
}

/// Makes a registry of the region known and has it tell of a push.
async fn pushed(centre: &Centre) {
    let new = json!({"name": "shop", "kind": "distribution", "url": "https://registry.example",
        "credential": {"username": "reader", "password": "for the edge"}, "region": "eu"});
    let (_, made) = centre.post("/api/v1/registries", new).await;
    let event = json!({"events": [{"action": "push", "target": {
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "digest": DIGEST, "repository": "team/app", "tag": "1.0"}}]});
    let sent = centre
        .bare(Method::POST, made["events_path"].as_str().expect("a path"))
        .bearer_auth(made["events_secret"].as_str().expect("a secret"))
        .body(event.to_string());
    assert_eq!(sent.send().await.expect("an answer").status(), 202);
}

fn inventory(digest: &str) -> Vec<u8> {
    let inventory = Inventory {
        target: Target {
            name: "team/app:1.0".into(),
            digest: Some(digest.parse().expect("a digest")),
            ..Target::default()
        },
        ..Inventory::default()
    };
    serde_json::to_vec(&inventory).expect("JSON")
}

fn digest_of(bytes: &[u8]) -> String {
    let hex: String = Sha256::digest(bytes)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    format!("sha256:{hex}")
}

#[tokio::test]
async fn an_edge_joins_once_takes_a_job_and_sends_an_inventory() {
    let (centre, base) = centre().await;
    let ticket = ticket(&centre).await;
    let edge = join(&base, &ticket).await.expect("it joins");
    assert_eq!(edge.joined.region, "eu");
    assert_eq!(
        status(join(&base, &ticket).await.map(|_| ())),
        403,
        "the token is of one use"
    );
    assert!(lease(&edge).await.is_empty());

    pushed(&centre).await;
    let jobs = lease(&edge).await;
    let [job] = jobs.as_slice() else {
        panic!("one job: {jobs:?}");
    };
    let Work::Scan(access) = &job.work;
    assert_eq!(
        (access.host.as_str(), access.digest.as_str()),
        ("registry.example", DIGEST)
    );
    assert_eq!(access.password.as_deref(), Some("for the edge"));
    for (fence, lost) in [(job.fence, false), (job.fence + 1, true)] {
        let id = job.id.clone();
        let alive = HeartbeatRequest {
            jobs: vec![HeartbeatJob { id, fence }],
        };
        let beat = edge.client.post("/edge/v1/heartbeat", &alive).await;
        let beat: HeartbeatAnswer = beat.expect("a beat");
        assert_eq!(beat.lost.contains(&job.id), lost, "fence {fence}");
    }

    let bytes = inventory(DIGEST);
    let blob = digest_of(&bytes);
    let length = bytes.len();
    let wrong = edge
        .client
        .put(&format!("/edge/v1/blobs/{DIGEST}"), bytes.clone())
        .await;
    assert_eq!(status(wrong), 422, "other bytes than promised");
    let layer = vec![0x1f, 0x8b, 8, 0];
    let wrong = edge
        .client
        .put(&format!("/edge/v1/blobs/{}", digest_of(&layer)), layer)
        .await;
    assert_eq!(status(wrong), 422, "a layer is not taken");
    edge.client
        .put(&format!("/edge/v1/blobs/{blob}"), bytes)
        .await
        .expect("taken");
    let complete = |digest: &str| CompleteRequest {
        job: job.id.clone(),
        fence: job.fence,
        results: vec![ScanResult {
            digest: digest.into(),
            platform: "linux/amd64".into(),
            size_bytes: 10,
            layers: 1,
            inventory: blob.clone(),
        }],
    };
    let other = DIGEST.replace("2cf", "3cf");
    let lied = edge
        .client
        .tell("/edge/v1/complete", &complete(&other))
        .await;
    assert_eq!(status(lied), 422, "the inventory is of another image");
    edge.client
        .tell("/edge/v1/complete", &complete(DIGEST))
        .await
        .expect("taken");
    // An edge that counts nothing of what it sends is found out: two questions later.
    for _ in 0..2 {
        assert!(lease(&edge).await.is_empty());
    }
    let (_, units) = centre.get("/api/v1/edges").await;
    assert_eq!(units[0]["blobs_received"], 3, "{units}");
    assert_eq!(units[0]["blob_bytes_received"], 2 * length + 4);
    assert_eq!(units[0]["largest_blob_received"], length);
    assert_eq!(units[0]["unexplained_bytes"], 2 * length + 4);
    let twice = edge
        .client
        .tell("/edge/v1/complete", &complete(DIGEST))
        .await;
    assert_eq!(status(twice), 409);
    let (code, image) = centre.get(&format!("/api/v1/images/{DIGEST}")).await;
    assert_eq!(
        (code, &image["names"][0]["tag"]),
        (200, &json!("1.0")),
        "{image}"
    );
    assert_eq!(image["verdicts"].as_array().expect("verdicts").len(), 1);
}

#[tokio::test]
async fn an_edge_that_is_shut_out_is_out_and_a_stranger_never_was_in() {
    let (centre, base) = centre().await;
    let first = ticket(&centre).await;
    let edge = join(&base, &first).await.expect("it joins");
    let stranger = client(&base, &edge.joined.ca, None);
    let free = LeaseRequest {
        free: 1,
        ..LeaseRequest::default()
    };
    let refused = stranger.post::<LeaseAnswer>("/edge/v1/lease", &free).await;
    assert_eq!(status(refused), 401);

    // Another key, and both certificates hold.
    let (csr, key) = csr();
    let renewed: Joined = edge
        .client
        .post("/edge/v1/renew", &RenewRequest { csr })
        .await
        .expect("renewed");
    let own = format!("{}{key}", renewed.certificate);
    let again = client(&base, &renewed.ca, Some(own));
    assert_eq!(
        status(again.post::<LeaseAnswer>("/edge/v1/lease", &free).await),
        200
    );
    assert!(!edge.key.is_empty());
    assert!(lease(&edge).await.is_empty());

    let (_, units) = centre.get("/api/v1/edges").await;
    let units: &Vec<Value> = units.as_array().expect("a list");
    assert_eq!(units.len(), 1, "{units:?}");
    assert_eq!(units[0]["layer_bytes_sent"], 0);
    let path = format!("/api/v1/edges/{}", units[0]["id"].as_str().expect("an id"));
    assert_eq!(centre.call(Method::DELETE, &path, None).await.0, 204);
    for out in [&again, &edge.client] {
        assert_eq!(
            status(out.post::<LeaseAnswer>("/edge/v1/lease", &free).await),
            401
        );
    }
}

#[tokio::test]
async fn the_advisory_database_is_sent_once() {
    let (centre, base) = centre().await;
    let edge = join(&base, &ticket(&centre).await).await.expect("it joins");
    let path = "/edge/v1/advisories";
    let whole = edge
        .client
        .send(edge.client.request(Method::GET, path), path)
        .await
        .expect("it");
    assert_eq!(whole.headers()["x-lazaret-advisories"], "whole");
    let digest = whole.headers()["x-lazaret-digest"]
        .to_str()
        .expect("text")
        .to_owned();
    let bytes = whole.bytes().await.expect("the bytes");
    let database = lazaret_advisory::Db::from_bytes(bytes.to_vec()).expect("a database");
    assert_eq!(database.digest().to_string(), digest);
    let have = format!("{path}?have={digest}");
    let again = edge
        .client
        .send(edge.client.request(Method::GET, &have), &have)
        .await
        .expect("it");
    assert_eq!(again.status(), 304);
}

#[tokio::test]
async fn a_gate_is_told_what_follows_and_believes_the_signature() {
    let (centre, base) = centre().await;
    let edge = join(&base, &ticket(&centre).await).await.expect("it joins");
    let signed: Signed = edge
        .client
        .get("/edge/v1/bundle?generation=0")
        .await
        .expect("a bundle");
    let key = VerifyingKey::parse(&edge.joined.bundle_key).expect("a key");
    let bundle: Bundle = key.open(&signed).expect("signed");
    assert_eq!(bundle.region, "eu");
    let path = format!("/edge/v1/bundle?generation={}", bundle.generation);
    let newer: Option<Signed> = edge.client.get_if_changed(&path).await.expect("an answer");
    assert!(newer.is_none());

    let path =
        format!("/edge/v1/verdict?registry=registry.example&repository=team/app&digest={DIGEST}");
    let gate = centre.token("edge").await;
    let ask = || centre.as_token(&gate, Method::GET, &path).send();
    let (status, answer) = told(ask().await.expect("an answer")).await;
    assert_eq!(
        (status, &answer["verdict"]["state"]),
        (200, &json!("unknown")),
        "{answer}"
    );
    pushed(&centre).await;
    let job = lease(&edge).await.remove(0);
    let bytes = inventory(DIGEST);
    let blob = digest_of(&bytes);
    edge.client
        .put(&format!("/edge/v1/blobs/{blob}"), bytes)
        .await
        .expect("taken");
    let complete = CompleteRequest {
        job: job.id,
        fence: job.fence,
        results: vec![ScanResult {
            digest: DIGEST.into(),
            platform: "linux/amd64".into(),
            size_bytes: 10,
            layers: 1,
            inventory: blob,
        }],
    };
    edge.client
        .tell("/edge/v1/complete", &complete)
        .await
        .expect("taken");
    let (status, answer) = told(ask().await.expect("an answer")).await;
    assert_eq!(
        (status, &answer["verdict"]["state"]),
        (200, &json!("clear")),
        "{answer}"
    );
    // Who asks about what nobody has looked at brings it before the workers, once.
    let other = digest_of(b"something else");
    let path =
        format!("/edge/v1/verdict?registry=registry.example&repository=team/app&digest={other}");
    for _ in 0..2 {
        let asked = centre.as_token(&gate, Method::GET, &path).send().await;
        let (status, answer) = told(asked.expect("an answer")).await;
        assert_eq!(
            (status, &answer["verdict"]["state"]),
            (200, &json!("unknown")),
            "{answer}"
        );
    }
    let jobs = lease(&edge).await;
    assert_eq!(jobs.len(), 1, "{jobs:?}");
    assert!(format!("{:?}", jobs[0]).contains(&other), "{jobs:?}");

    let viewer = centre.token("viewer").await;
    let refused = centre.as_token(&viewer, Method::GET, &path).send().await;
    assert_eq!(refused.expect("an answer").status(), 403);
}

#[tokio::test]
async fn what_an_edge_told_survives_a_restart_and_both_centres_of_a_database_know_it() {
    let data = tempfile::tempdir().expect("a directory");
    let path = data.path().to_owned();
    let with_edges = |listen: &str| {
        let mut settings = settings(&data);
        settings.edge_listen = Some("127.0.0.1:0".into());
        settings.listen = listen.into();
        settings
    };
    let (one, two) = (with_edges("127.0.0.1:0"), with_edges("127.0.0.1:0"));
    let mut first = Centre::with(one, data).await;
    first.set_up().await;
    let base = format!("https://{}", first.edges.expect("edges"));
    let edge = join(&base, &ticket(&first).await).await.expect("joined");
    let told = LeaseRequest {
        free: 1,
        counters: lazaret_wire::edge::Counters {
            images: 7,
            layer_bytes_read: 1_000,
            layer_bytes_sent: 12,
            bytes_sent: [("inventory".to_owned(), 500)].into(),
            spooled: 2,
            ..Default::default()
        },
        ..LeaseRequest::default()
    };
    let leased: LeaseAnswer = edge
        .client
        .post("/edge/v1/lease", &told)
        .await
        .expect("heard");
    assert_eq!(leased.jobs.len(), 0);
    // Another centre on the same database, with the same keys.
    let other = tempfile::tempdir().expect("a directory");
    let mut second = Centre::with(two, other).await;
    second.admin = first.admin.clone();
    for centre in [&first, &second] {
        let (_, units) = centre.get("/api/v1/edges").await;
        assert_eq!(units[0]["id"], json!(edge.joined.edge), "{units}");
        assert_eq!(units[0]["images"], 7);
        assert_eq!(units[0]["layer_bytes_sent"], 12);
        assert_eq!(units[0]["bytes_sent"]["inventory"], 500);
        assert!(units[0]["bundle_behind"].as_i64() > Some(0), "{units}");
        assert_eq!(units[0]["advisories_behind"], true);
        assert!(units[0]["last_seen_at"].is_string());
    }
    // Shut out at one, it is nobody at the other.
    let base = format!("https://{}", second.edges.expect("edges"));
    let own = format!("{}{}", edge.joined.certificate, edge.key);
    let there = client(&base, &edge.joined.ca, Some(own));
    assert_eq!(
        status(there.post::<LeaseAnswer>("/edge/v1/lease", &told).await),
        200
    );
    let gone = format!("/api/v1/edges/{}", edge.joined.edge);
    assert_eq!(first.call(Method::DELETE, &gone, None).await.0, 204);
    assert_eq!(
        status(there.post::<LeaseAnswer>("/edge/v1/lease", &told).await),
        401
    );
    assert!(path.exists());
}
