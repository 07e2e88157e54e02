//! What a gate adds to a pull of a manifest: `gate_pace [SECONDS] [PER_SECOND]`.
//!
//! The same manifest is asked for, at a fixed pace whatever the answers take, from a
//! registry on the loopback interface and from a gate before it, in turns. The gate knows
//! 100 000 verdicts. Latencies are from the moment at which a request was due.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use lazaret_edge::gate::{Gate, GateSettings};
use lazaret_edge::verdict::{Book, Source, Verdict, Verdicts, Wanted};
use lazaret_model::Digest;
use lazaret_wire::api::HoldState;
use tokio::sync::watch;
use tokio::time::Instant;

const VERDICTS: u32 = 100_000;

struct Fixed(watch::Sender<Arc<Book>>);

impl Source for Fixed {
    fn books(&self) -> watch::Receiver<Arc<Book>> {
        self.0.subscribe()
    }

    fn want(&self, _: Wanted) {}

    fn trouble(&self) -> Option<String> {
        None
    }
}

fn verdicts() -> Verdicts {
    let mut all = Verdicts::new(1, jiff::Timestamp::now());
    for number in 0..VERDICTS {
        let mut bytes = [0; 32];
        bytes[..4].copy_from_slice(&number.to_le_bytes());
        all.verdicts.push(Verdict {
            digest: Digest::sha256(&bytes),
            registry: Some("registry.example".to_owned()),
            repository: Some(format!("team/app-{}", number % 1000)),
            state: HoldState::Quarantined,
            reason: Some("CVE-2026-0001 is critical, fixed in 2.0".to_owned()),
            link: None,
            since: None,
            until: None,
            even_if_running: false,
        });
    }
    all
}

async fn registry() -> std::io::Result<SocketAddr> {
    let layer = |n: u32| {
        serde_json::json!({
            "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "size": n,
            "digest": format!("sha256:{n:064x}"),
        })
    };
    let manifest = serde_json::json!({
        "schemaVersion": 2,
        "config": { "mediaType": "application/vnd.oci.image.config.v1+json", "digest": "", "size": 0 },
        "layers": (0..12).map(layer).collect::<Vec<_>>(),
    });
    let manifest = manifest.to_string();
    let answer = move || {
        let manifest = manifest.clone();
        async move {
            (
                [("content-type", "application/vnd.oci.image.manifest.v1+json")],
                manifest,
            )
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    Ok(address)
}

/// Latencies of requests at a pace, sorted.
async fn pace(
    client: &reqwest::Client,
    address: SocketAddr,
    seconds: u32,
    per_second: u32,
) -> Vec<Duration> {
    let url = format!("http://{address}/v2/team/app/manifests/1.0");
    let begin = Instant::now();
    let mut asked = Vec::new();
    for number in 0..seconds * per_second {
        let due = begin + Duration::from_secs(1) * number / per_second;
        tokio::time::sleep_until(due).await;
        let (client, url) = (client.clone(), url.clone());
        asked.push(tokio::spawn(async move {
            let body = client
                .get(url)
                .send()
                .await?
                .error_for_status()?
                .bytes()
                .await;
            body.map(|_| due.elapsed())
        }));
    }
    let mut latencies = Vec::new();
    for one in asked {
        if let Ok(Ok(latency)) = one.await {
            latencies.push(latency);
        }
    }
    latencies.sort();
    latencies
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    use std::io::Write as _;
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u32>());
    let seconds = arguments.next().transpose()?.unwrap_or(5);
    let per_second = arguments.next().transpose()?.unwrap_or(500);
    let upstream = registry().await?;
    let source = Fixed(watch::Sender::new(Arc::new(Book::new(verdicts(), false))));
    let settings = GateSettings::new(&format!("http://{upstream}"));
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let gate = Gate::bind(any, None, settings, Arc::new(source)).await?;
    let address = gate.address();
    tokio::spawn(gate.run(std::future::pending()));
    let client = reqwest::Client::new();
    let (mut direct, mut gated) = (Vec::new(), Vec::new());
    pace(&client, upstream, 1, per_second).await;
    pace(&client, address, 1, per_second).await;
    // In turns, so that what else the machine does falls on both.
    for _ in 0..seconds {
        direct.extend(pace(&client, upstream, 1, per_second).await);
        gated.extend(pace(&client, address, 1, per_second).await);
    }
    direct.sort();
    gated.sort();
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{per_second}/s, {} requests each, {VERDICTS} verdicts",
        direct.len().min(gated.len())
    )?;
    writeln!(
        out,
        "{:>6} {:>12} {:>12} {:>12}",
        "", "registry", "gate", "added"
    )?;
    for (name, share) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999)] {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss
        )]
        let at = |all: &[Duration]| all[((all.len() - 1) as f64 * share) as usize];
        let (direct, gated) = (at(&direct), at(&gated));
        let millis = |d: Duration| format!("{:.3} ms", d.as_secs_f64() * 1e3);
        let added = gated.saturating_sub(direct);
        writeln!(
            out,
            "{name:>6} {:>12} {:>12} {:>12}",
            millis(direct),
            millis(gated),
            millis(added)
        )?;
    }
    Ok(())
}
