//! `edge`: from arguments to a unit that works.

use std::time::Duration;

use anyhow::Context as _;
use lazaret_edge::unit::{Cloud, Metadata, Never, Unit, UnitSettings};

use crate::args::{ConsoleArgs, EdgeArgs, SpotCloud};
use crate::gate::{runtime, stopped, tls};
use crate::{Verdict, errors, journal};

/// How often a bundle is asked for where nothing else tells of a newer one.
const BUNDLES_EVERY: Duration = Duration::from_secs(5);

pub(crate) fn run(args: &EdgeArgs, console: &ConsoleArgs) -> anyhow::Result<Verdict> {
    let mut journal = journal::begin(console, &args.trace, "lazaret-edge")?;
    let settings = settings(args)?;
    let runtime = runtime()?;
    let done = runtime.block_on(async {
        journal.start();
        let central = &args.central;
        let doing = || {
            errors::doing(
                format!("join {central}"),
                "lazaret edge --central URL --token-file FILE --region NAME",
            )
        };
        let unit = Unit::open(settings).await.with_context(doing)?;
        let (id, listen) = (unit.id(), unit.address());
        tracing::info!(edge = id, region = args.region, ?listen, "edge unit works");
        match args.spot {
            None => unit.run(stopped(), Never).await,
            Some(cloud) => {
                let cloud = match cloud {
                    SpotCloud::Aws => Cloud::Aws,
                    SpotCloud::Gcp => Cloud::Gcp,
                    SpotCloud::Azure => Cloud::Azure,
                };
                let metadata =
                    Metadata::new(cloud).context("prepare to ask the metadata service")?;
                unit.run(stopped(), metadata).await;
            }
        }
        journal.finish().await;
        Ok(Verdict::Allowed)
    });
    // A layer that is still being read would keep the process for as long as it lasts; its
    // job was given back.
    runtime.shutdown_background();
    done
}

fn settings(args: &EdgeArgs) -> anyhow::Result<UnitSettings> {
    let text = |path: &std::path::PathBuf| {
        let text = std::fs::read_to_string(path).with_context(|| errors::read(path))?;
        Ok::<_, anyhow::Error>(text.trim().to_owned())
    };
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let listen = args.address().with_context(|| {
        errors::doing(
            format!("listen on {}", args.listen),
            "lazaret edge --listen 127.0.0.1:8444 …",
        )
    })?;
    let example = "lazaret edge --tls-cert edge.pem --tls-key edge.key …";
    let files = [&args.tls_cert, &args.tls_key, &args.client_ca];
    let tls = tls(files.map(Option::as_ref), example)?;
    if let Some(address) = listen.filter(|at| !at.ip().is_loopback())
        && tls.is_none()
        && !args.plain_http
    {
        return Err(errors::refused(
            format!("{address} is reached from elsewhere, and gates would be answered without TLS"),
            "lazaret edge --tls-cert edge.pem --tls-key edge.key …, or --plain-http",
        ));
    }
    Ok(UnitSettings {
        tls,
        central: args.central.clone(),
        // A token that was used is often gone; the unit needs it no more then.
        token: match &args.token_file {
            Some(path) if path.exists() || !args.data.join("identity.json").exists() => {
                Some(text(path)?)
            }
            _ => None,
        },
        region: args.region.clone(),
        directory: args.data.clone(),
        cache: args
            .cache_dir
            .clone()
            .unwrap_or_else(|| args.data.join("layers")),
        workers: args.workers.unwrap_or(processors).clamp(1, 200),
        spool_limit: args.spool_limit.saturating_mul(1 << 20),
        bundles_every: BUNDLES_EVERY,
        listen,
        gate_token: args.gate_token_file.as_ref().map(text).transpose()?,
        grace: args.grace,
    })
}
