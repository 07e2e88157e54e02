//! How long the lists of a running centre take: `lists http://127.0.0.1:8080 TOKEN-FILE [TIMES]`.
//!
//! Every list of the interface and every page of the console, and the questions that cost most:
//! each is asked over HTTP along its pages, from the newest on, `TIMES` (100) times. Prints the median, the 99th of a
//! hundred and the worst, in milliseconds; an answer that is not 200 ends it.

#![allow(clippy::print_stdout)] // A measurement prints.

use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::Value;

type Failure = Box<dyn std::error::Error + Send + Sync>;

struct Centre {
    base: String,
    token: String,
    http: Client,
}

impl Centre {
    async fn get(&self, path: &str) -> Result<(Value, Duration), Failure> {
        let start = Instant::now();
        let request = self.http.get(format!("{}{path}", self.base));
        let answer = request.bearer_auth(&self.token).send().await?;
        let status = answer.status();
        let bytes = answer.bytes().await?;
        let took = start.elapsed();
        if status != 200 {
            let text = String::from_utf8_lossy(&bytes);
            return Err(format!("{path}: {status}: {text}").into());
        }
        Ok((serde_json::from_slice(&bytes).unwrap_or_default(), took))
    }

    /// Along the pages, again from the first after the last.
    async fn measure(&self, path: &str, times: usize) -> Result<(), Failure> {
        let mut took = Vec::new();
        let mut cursor = String::new();
        let mut items = 0;
        let joint = if path.contains('?') { '&' } else { '?' };
        while took.len() < times {
            let page = match cursor.as_str() {
                "" => path.to_owned(),
                cursor => format!("{path}{joint}cursor={cursor}"),
            };
            let (answer, time) = self.get(&page).await?;
            took.push(time);
            items += answer["items"].as_array().map_or(0, Vec::len);
            cursor = answer["next"].as_str().unwrap_or_default().to_owned();
        }
        print(path, items, took);
        Ok(())
    }

    async fn measure_page(&self, page: &str, times: usize) -> Result<(), Failure> {
        let (images, _) = self.get("/api/v1/images?limit=100").await?;
        let images = images["items"].as_array().cloned().unwrap_or_default();
        let mut took = Vec::new();
        for number in 0..times {
            let image = &images[number % images.len().max(1)];
            let digest = image["digest"].as_str().unwrap_or_default();
            took.push(self.get(&page.replace("{digest}", digest)).await?.1);
        }
        print(page, times, took);
        Ok(())
    }
}

fn print(path: &str, items: usize, mut took: Vec<Duration>) {
    took.sort();
    let at = |part: usize| {
        let place = (took.len() * part).div_ceil(100).clamp(1, took.len()) - 1;
        took[place].as_secs_f64() * 1000.0
    };
    let (median, most, worst) = (at(50), at(99), at(100));
    println!("{median:7.1} {most:7.1} {worst:7.1}  {items:6}  {path}");
}

/// Pages of the console; `{digest}` is another image each time.
const PAGES: [&str; 17] = [
    "/",
    "/images",
    "/images?search=service1",
    "/images/{digest}",
    "/images/{digest}/findings",
    "/images/{digest}/packages",
    "/images/{digest}/history",
    "/changes",
    "/quarantine",
    "/releases",
    "/review",
    "/registries",
    "/edges",
    "/jobs",
    "/policy",
    "/exceptions",
    "/audit",
];

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let (Some(base), Some(file)) = (arguments.next(), arguments.next()) else {
        return Err("lists BASE TOKEN-FILE [TIMES]".into());
    };
    let times = arguments.next().map_or(Ok(100), |text| text.parse())?;
    let centre = Centre {
        base,
        token: std::fs::read_to_string(file)?.trim().to_owned(),
        http: Client::new(),
    };
    println!("    p50     p99     max   items  route");
    for path in paths(&centre).await? {
        centre.measure(&path, times).await?;
    }
    for page in PAGES {
        centre.measure_page(page, times).await?;
    }
    // These read everything there is; they are no pages.
    for path in ["/api/v1/audit/verify", "/metrics"] {
        centre.measure(path, times.min(10)).await?;
    }
    Ok(())
}

async fn paths(centre: &Centre) -> Result<Vec<String>, Failure> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (registries, _) = centre.get("/api/v1/registries").await?;
    let registry = text(&registries["items"][0]["id"]);
    let (images, _) = centre.get("/api/v1/images?limit=1").await?;
    let image = &images["items"][0];
    let (digest, repository) = (
        text(&image["digest"]),
        text(&image["names"][0]["repository"]),
    );
    let service = repository.rsplit('/').next().unwrap_or_default();
    let mut paths: Vec<String> = [
        "images",
        "images?limit=500",
        "images?running=true",
        "images?search=service",
        "images?search=service1",
        "images?search=team7/",
        "images?search=no-such-thing",
        "images?search=sha256:",
        "images?search=sha256:a",
        "verdicts?outcome=allow",
        "verdicts?outcome=warn",
        "verdicts?outcome=block",
        "verdicts?outcome=hold&environment=stage",
        "verdicts?environment=prod",
        "verdicts?environment=dev",
        "verdict-changes",
        "holds",
        "holds?state=quarantined",
        "holds?state=released",
        "releases",
        "jobs",
        "jobs?state=dead",
        "jobs?state=running",
        "jobs?pool=eu",
        "jobs?kind=rematch",
        "pools",
        "audit",
        "audit?action=hold.",
        "audit?action=user.",
        "audit?actor=user:person7",
        "registries",
        "exceptions",
        "edges",
        "users",
        "tokens",
    ]
    .map(|path| format!("/api/v1/{path}"))
    .to_vec();
    paths.extend([
        format!("/api/v1/images?registry={registry}"),
        format!("/api/v1/images?registry={registry}&running=true"),
        format!("/api/v1/images?registry={registry}&search=sha256:ab"),
        format!("/api/v1/images?repository={repository}"),
        format!("/api/v1/images?search={service}"),
        format!("/api/v1/images?search={}", &digest[..20]),
        format!("/api/v1/images/{digest}"),
        format!("/api/v1/images/{digest}/report?environment=prod"),
        format!("/api/v1/images/{digest}/inventory"),
        format!("/api/v1/verdict-changes?digest={digest}"),
        format!("/api/v1/holds?registry={registry}"),
        format!("/api/v1/holds?digest={digest}"),
        format!("/api/v1/audit?object=registry:{registry}"),
    ]);
    Ok(paths)
}
