//! How many jobs a second the centre takes through the protocol of edges, over mutual TLS:
//! `edges BASE EDGES DATA [--edges 8] [--batch 10] [--jobs 2000]`.
//!
//! `BASE` is the interface (`http://…`), `EDGES` where edges are answered (`https://…`), `DATA` has
//! an administrator's `token`. A registry of a region of its own tells of pushes; edges
//! join, lease so many jobs at once, keep them alive, send for each a small inventory (three
//! packages) and complete it: the centre writes it down and decides. Ends with 1 where a job was
//! given twice, or not done.

#![allow(clippy::print_stdout)] // A measurement prints.

use std::collections::{BTreeMap, HashSet};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use lazaret_model::{Inventory, Package};
use lazaret_store::digest_of;
use lazaret_wire::edge::{
    CompleteRequest, HeartbeatAnswer, HeartbeatJob, HeartbeatRequest, JoinRequest, JoinTicket,
    Joined, LeaseAnswer, LeaseRequest, LeasedJob, ScanResult, Work,
};
use lazaret_wire::{Client, Identity};
use rcgen::{CertificateParams, KeyPair};
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Milliseconds of each call of a kind.
type Took = BTreeMap<&'static str, Vec<f64>>;

/// A centre, as an administrator's program sees it.
struct Centre {
    base: String,
    token: String,
    http: reqwest::Client,
    region: String,
}

#[tokio::main]
async fn main() -> Result<ExitCode, Failure> {
    let mut arguments = std::env::args().skip(1);
    let usage = "edges BASE EDGES DATA [--edges 8] [--batch 10] [--jobs 2000]";
    let base = arguments.next().ok_or(usage)?;
    let address = arguments.next().ok_or(usage)?;
    let data = arguments.next().ok_or(usage)?;
    let (mut edges, mut batch, mut jobs) = (8_usize, 10_u32, 2000_usize);
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or(usage)?;
        match name.as_str() {
            "--edges" => edges = value.parse()?,
            "--batch" => batch = value.parse()?,
            "--jobs" => jobs = value.parse()?,
            _ => return Err(usage.into()),
        }
    }
    let centre = Centre {
        token: std::fs::read_to_string(format!("{data}/token"))?
            .trim()
            .to_owned(),
        http: reqwest::Client::new(),
        // Of this run alone.
        region: format!("measure-{}", std::process::id()),
        base,
    };
    let mut clients = Vec::new();
    for number in 0..edges {
        clients.push(centre.join(&address, number).await?);
    }
    let begun = Instant::now();
    centre.push(jobs).await?;
    println!(
        "{jobs} pushes told of in {:.1} s",
        begun.elapsed().as_secs_f64()
    );
    let done = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    let running = clients.into_iter().map(|client| {
        let done = Arc::clone(&done);
        tokio::spawn(async move { work(&client, batch, jobs, &done).await })
    });
    let (mut took, mut given) = (Took::new(), Vec::new());
    for one in running.collect::<Vec<_>>() {
        let (calls, ids) = one.await??;
        given.extend(ids);
        for (kind, times) in calls {
            took.entry(kind).or_default().extend(times);
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "{edges} edges, {batch} jobs of a lease: {:.0} jobs/s",
        jobs as f64 / seconds
    );
    for (kind, mut times) in took {
        times.sort_by(f64::total_cmp);
        let at = |part: usize| times[(times.len() * part / 100).min(times.len() - 1)];
        println!(
            "{kind:10} {:6} calls  {:.1} / {:.1} ms",
            times.len(),
            at(50),
            at(99)
        );
    }
    let each: HashSet<&String> = given.iter().collect();
    if each.len() != given.len() || given.len() != jobs {
        println!(
            "{} jobs were done, {} of them once",
            given.len(),
            each.len()
        );
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

impl Centre {
    async fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        let request = self.http.post(format!("{}{path}", self.base)).json(body);
        let answer = request.bearer_auth(&self.token).send().await?;
        let (status, text) = (answer.status(), answer.text().await?);
        match status.is_success() {
            true => Ok(serde_json::from_str(&text)?),
            false => Err(format!("{path}: {status}: {text}").into()),
        }
    }

    /// Joins as an edge does that was just set up.
    async fn join(&self, address: &str, number: usize) -> Result<Client, Failure> {
        let made = self
            .post("/api/v1/edges/tokens", &json!({"region": self.region}))
            .await?;
        let ticket = JoinTicket::decode(made["token"].as_str().ok_or("no token")?)?;
        let key = KeyPair::generate()?;
        let names = CertificateParams::new(vec!["edge.example".to_owned()])?;
        let request = JoinRequest {
            secret: ticket.secret,
            name: format!("measure-{number}"),
            csr: names.serialize_request(&key)?.pem()?,
        };
        let identity = |ca: String, certificate| Identity {
            ca: Some(ca),
            certificate,
            token: None,
        };
        let stranger = Client::new(address, identity(ticket.ca, None))?;
        let joined: Joined = stranger.post("/edge/v1/join", &request).await?;
        let own = format!("{}{}", joined.certificate, key.serialize_pem());
        Ok(Client::new(address, identity(joined.ca, Some(own)))?)
    }

    /// A registry tells of so many pushes.
    async fn push(&self, jobs: usize) -> Result<(), Failure> {
        let new = json!({"name": self.region, "kind": "distribution", "region": self.region,
            "url": format!("https://{}.example", self.region)});
        let made = self.post("/api/v1/registries", &new).await?;
        let path = made["events_path"].as_str().ok_or("no path")?;
        let secret = made["events_secret"].as_str().ok_or("no secret")?;
        let numbers: Vec<usize> = (0..jobs).collect();
        for some in numbers.chunks(50) {
            let event = |number: &usize| {
                json!({"action": "push", "target": {
                    "mediaType": "application/vnd.oci.image.manifest.v1+json",
                    "digest": digest_of(format!("{} {number}", self.region).as_bytes()),
                    "repository": format!("team/service{}", number % 100),
                    "tag": format!("1.{number}")}})
            };
            let events = json!({"events": some.iter().map(event).collect::<Vec<_>>()});
            let request = self.http.post(format!("{}{path}", self.base));
            let answer = request
                .bearer_auth(secret)
                .body(events.to_string())
                .send()
                .await?;
            if answer.status() != 202 {
                return Err(format!("{path}: {}", answer.text().await?).into());
            }
        }
        Ok(())
    }
}

/// Leases and completes until all is done; how long each call took, and which jobs it did.
async fn work(
    edge: &Client,
    batch: u32,
    jobs: usize,
    done: &AtomicUsize,
) -> Result<(Took, Vec<String>), Failure> {
    let (mut took, mut ids) = (Took::new(), Vec::new());
    let request = LeaseRequest {
        free: batch,
        ..LeaseRequest::default()
    };
    while done.load(Ordering::Relaxed) < jobs {
        let asked = Instant::now();
        let answer: LeaseAnswer = edge.post("/edge/v1/lease", &request).await?;
        note(&mut took, "lease", asked);
        if answer.jobs.is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            continue;
        }
        let held = answer.jobs.iter().map(|job| HeartbeatJob {
            id: job.id.clone(),
            fence: job.fence,
        });
        let alive = HeartbeatRequest {
            jobs: held.collect(),
        };
        let asked = Instant::now();
        let heard: HeartbeatAnswer = edge.post("/edge/v1/heartbeat", &alive).await?;
        note(&mut took, "heartbeat", asked);
        if !heard.lost.is_empty() {
            return Err("a lease was lost within its time".into());
        }
        for job in answer.jobs {
            complete(edge, &job, &mut took).await?;
            done.fetch_add(1, Ordering::Relaxed);
            ids.push(job.id);
        }
    }
    Ok((took, ids))
}

fn note(took: &mut Took, kind: &'static str, asked: Instant) {
    let times = took.entry(kind).or_default();
    times.push(asked.elapsed().as_secs_f64() * 1000.0);
}

async fn complete(edge: &Client, job: &LeasedJob, took: &mut Took) -> Result<(), Failure> {
    let Work::Scan(access) = &job.work;
    let mut inventory = Inventory::default();
    inventory.target.name = format!("{}:{}", access.repository, job.id);
    inventory.target.digest = Some(access.digest.parse()?);
    for (kind, name) in [("npm", "left-pad"), ("npm", "lodash"), ("golang", "x/net")] {
        inventory.packages.push(Package::new(kind, name, "1.0.0"));
    }
    let bytes = serde_json::to_vec(&inventory)?;
    let digest = digest_of(&bytes);
    let asked = Instant::now();
    edge.put(&format!("/edge/v1/blobs/{digest}"), bytes).await?;
    note(took, "inventory", asked);
    let result = CompleteRequest {
        job: job.id.clone(),
        fence: job.fence,
        results: vec![ScanResult {
            digest: access.digest.clone(),
            platform: "linux/amd64".to_owned(),
            size_bytes: 1000,
            layers: 1,
            inventory: digest,
        }],
    };
    let asked = Instant::now();
    edge.tell("/edge/v1/complete", &result).await?;
    note(took, "complete", asked);
    Ok(())
}
