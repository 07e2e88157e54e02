//! How long a newer advisory database takes over a fleet: `rematch --data DIR --before FILE
//! --after FILE [--database URL] [--blobs PLACE] [--check-full N]`.
//!
//! A centre is served on the fleet with the database that it was decided by (`--before`);
//! then the file is replaced. Told is what the centre's own metrics say. With `--check-full`
//! the stored verdicts of N images, spread over the fleet, are held against reports that are
//! made whole from their inventories; those that were decided again are counted apart, since
//! of the others only what made the fleet is tried.

#![allow(clippy::print_stdout)] // A measurement prints.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use lazaret_control::{Settings, serve};
use reqwest::Client;
use serde_json::Value;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Default)]
struct Wanted {
    data: PathBuf,
    before: PathBuf,
    after: PathBuf,
    database: Option<String>,
    blobs: Option<String>,
    check: usize,
}

fn wanted() -> Result<Wanted, Failure> {
    let mut wanted = Wanted::default();
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or("every option has a value")?;
        match name.as_str() {
            "--data" => wanted.data = value.into(),
            "--before" => wanted.before = value.into(),
            "--after" => wanted.after = value.into(),
            "--database" => wanted.database = Some(value),
            "--blobs" => wanted.blobs = Some(value),
            "--check-full" => wanted.check = value.parse()?,
            _ => return Err(format!("{name} is no option").into()),
        }
    }
    Ok(wanted)
}

/// A centre as a program sees it.
struct Centre {
    base: String,
    token: String,
    http: Client,
}

impl Centre {
    async fn get(&self, path: &str) -> Result<Value, Failure> {
        let asked = self.http.get(format!("{}{path}", self.base));
        let answer = asked.bearer_auth(&self.token).send().await?;
        Ok(answer.error_for_status()?.json().await?)
    }

    async fn metric(&self, name: &str) -> Result<f64, Failure> {
        let answer = self
            .http
            .get(format!("{}/metrics", self.base))
            .send()
            .await?;
        let text = answer.text().await?;
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        Ok(line.map_or(Ok(0.0), |rest| rest.trim().parse())?)
    }
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let wanted = wanted()?;
    // Where the time goes, step by step.
    let told = Targets::new().with_target("lazaret_control::work", tracing::Level::DEBUG);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    tracing_subscriber::registry().with(lines).with(told).init();
    let advisories = wanted.data.join("advisories-in-use.db");
    std::fs::copy(&wanted.before, &advisories)?;
    let served = serve(Settings {
        listen: "127.0.0.1:0".into(),
        data: wanted.data.clone(),
        database: wanted.database.clone(),
        public_url: None,
        blobs: wanted.blobs.clone(),
        advisories: Some(advisories.clone()),
        policy: Vec::new(),
        notify: None,
        oidc: None,
        workers: 0,
        workload_metrics: false,
        keep_blobs: 0,
        edge_listen: None,
        edge_names: Vec::new(),
    })
    .await?;
    let centre = Centre {
        base: format!("http://{}", served.address),
        token: std::fs::read_to_string(wanted.data.join("token"))?,
        http: Client::new(),
    };
    let (stop, until) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(served.run(async {
        let _ = until.await;
    }));
    // What starts with a centre comes to rest first.
    tokio::time::sleep(Duration::from_secs(20)).await;
    println!("memory before: {}", memory());
    let next = wanted.data.join("advisories-next.db");
    std::fs::copy(&wanted.after, &next)?;
    let (begun, mut own) = (Instant::now(), 0);
    std::fs::rename(&next, &advisories)?;
    while centre.metric("lazaret_rematches_total ").await? < 1.0 {
        if begun.elapsed() > Duration::from_secs(3600) {
            return Err("not decided on within an hour".into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        own = own.max(memory_of("RssAnon:"));
    }
    println!(
        "{} images decided on again in {:.1} s ({} by their inventories, {} verdicts changed); \
         noticed and done after {:.1} s; memory: {}, {own} MiB at \
         most without files",
        centre.metric("lazaret_rematched_images_total ").await?,
        centre.metric("lazaret_rematch_seconds_sum ").await?,
        centre.metric("lazaret_rematched_whole_total ").await?,
        centre.metric("lazaret_verdict_changes_total ").await?,
        begun.elapsed().as_secs_f64(),
        memory()
    );
    let after = lazaret_advisory::Db::open(&wanted.after)?;
    check(&centre, wanted.check, &after.digest().to_string()).await?;
    let _ = stop.send(());
    running.await?;
    Ok(())
}

/// The most memory that the process had, in MiB: all of it, with the pages of files that it has
/// mapped.
fn memory() -> String {
    format!("{} MiB at most", memory_of("VmHWM:"))
}

/// A line of what the system says of the memory of the process, in MiB; 0 where it does not.
fn memory_of(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    number.unwrap_or_default() / 1024
}

/// Holds stored verdicts against reports from inventories.
async fn check(centre: &Centre, images: usize, after: &str) -> Result<(), Failure> {
    if images == 0 {
        return Ok(());
    }
    let (mut asked, mut wrong) = ([0, 0], [0, 0]);
    let mut path = "/api/v1/images?limit=500".to_owned();
    let mut digests = Vec::new();
    loop {
        let page = centre.get(&path).await?;
        let items = page["items"].as_array().cloned().unwrap_or_default();
        digests.extend(
            items
                .iter()
                .filter_map(|i| Some(i["digest"].as_str()?.to_owned())),
        );
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("/api/v1/images?limit=500&cursor={next}");
    }
    // Images of one repository stand at even distances in the list; digests are by chance.
    digests.sort();
    let every = (digests.len() / images).max(1);
    for digest in digests.iter().step_by(every) {
        let image = centre.get(&format!("/api/v1/images/{digest}")).await?;
        for verdict in image["verdicts"].as_array().into_iter().flatten() {
            let environment = verdict["environment"].as_str().unwrap_or_default();
            let path = format!("/api/v1/images/{digest}/report?environment={environment}");
            let report = centre.get(&path).await?;
            let is_again = verdict["advisories"] == after;
            asked[usize::from(is_again)] += 1;
            if !agree(verdict, &report) {
                wrong[usize::from(is_again)] += 1;
                println!(
                    "{digest} in {environment}: {verdict} is not {}",
                    report["decision"]
                );
            }
        }
    }
    for (what, number) in [("left as they were", 0), ("decided again", 1)] {
        let (asked, wrong) = (asked[number], wrong[number]);
        println!("{asked} verdicts {what} held against whole reports, {wrong} differ");
    }
    if wrong[1] > 0 {
        return Err("what was decided again is not what a whole report says".into());
    }
    Ok(())
}

fn agree(verdict: &Value, report: &Value) -> bool {
    let severities = ["critical", "high", "medium"];
    let findings = report["findings"].as_array().cloned().unwrap_or_default();
    let open = |severity: &str| {
        let is = |f: &&Value| f["suppressed"].is_null() && f["severity"] == severity;
        findings.iter().filter(is).count()
    };
    let counts = severities
        .iter()
        .all(|severity| verdict["findings"][severity].as_u64() == Some(open(severity) as u64));
    let reasons = report["decision"]["reasons"].as_array().cloned();
    let told: Vec<Value> = reasons
        .unwrap_or_default()
        .iter()
        .map(|reason| {
            let text = |name: &str| reason[name].as_str().unwrap_or_default().to_owned();
            format!("{}: {}", text("rule"), text("message")).into()
        })
        .collect();
    counts
        && verdict["outcome"] == report["decision"]["outcome"]
        && verdict["reasons"] == Value::Array(told)
}
