//! `demo`: the whole of it in one process, on embedded defaults: a centre, an edge that
//! joined it over mutual TLS, a registry directory with a sample image, and its push.

mod registry;
mod show;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use lazaret_control::queries::registry::Made;
use lazaret_control::{Owner, Served, Settings};
use lazaret_edge::unit::{Never, Unit, UnitSettings};
use lazaret_wire::api::{EventOutcome, ImageDetail, NewJoinToken, NewRegistry, RegistryKind};
use lazaret_wire::{Client, Identity};
use tokio::sync::watch;

use crate::args::{ConsoleArgs, DemoArgs, TraceArgs};
use crate::gate::stopped;
use crate::{Verdict, database, errors, journal, sample};

/// The region of the edge and of the registry.
const REGION: &str = "local";

/// The environment that the images are judged for.
const ENVIRONMENT: &str = "prod";

/// Repository of the sample.
const SAMPLE: &str = "shop/cart";

/// How often the directory is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// How long the first verdict may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long parts may take to end.
const LAST_PATIENCE: Duration = Duration::from_secs(5);

/// What runs.
struct Demo {
    registry: SocketAddr,
    directory: PathBuf,
    made: Made,
    events: Client,
    owner: Owner,
}

pub(crate) fn run(args: &DemoArgs, console: &ConsoleArgs) -> anyhow::Result<Verdict> {
    // What is usual of three servers at once is no news to whoever tries them.
    let quiet = ConsoleArgs {
        quiet: !console.verbose,
        ..console.clone()
    };
    let mut journal = journal::begin(&quiet, &TraceArgs::default(), "lazaret-demo")?;
    let kept = tempfile::tempdir().context("make a directory for what the demo keeps")?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("start the threads of the demo")?;
    let done = runtime.block_on(async {
        journal.start();
        let done = whole(args, kept.path()).await;
        journal.finish().await;
        done
    });
    runtime.shutdown_timeout(LAST_PATIENCE);
    done.map(|()| Verdict::Allowed)
}

async fn whole(args: &DemoArgs, kept: &Path) -> anyhow::Result<()> {
    let served = centre(args, kept).await?;
    let (address, setup) = (served.address, served.setup.clone());
    let edges = served.edges.context("edges are not answered")?;
    let owner = served.owner();
    let (stop, mut until) = watch::channel(false);
    let (close, closed) = watch::channel(false);
    let centre = tokio::spawn(served.run(told(closed)));
    let ticket = NewJoinToken {
        region: REGION.to_owned(),
        hours: None,
    };
    let ticket = owner.join_token(ticket, "demo").await;
    let ticket = ticket.map_err(|e| anyhow::anyhow!("{}", e.problem()))?;
    let unit = edge(kept, edges, ticket.token).await?;
    let edge = tokio::spawn(unit.run(told(stop.subscribe()), Never));
    let demo = registry(args, kept, address, owner).await?;
    let began = Instant::now();
    let first = push(&demo, &mut BTreeSet::new()).await?;
    let image = verdict(&demo, &first).await?;
    let report = demo.owner.report(&first, ENVIRONMENT).await;
    let report = report.map_err(|e| anyhow::anyhow!("{}", e.problem()))?;
    show::verdict(&image, &report, began.elapsed())?;
    let token = match setup {
        Some(file) => tokio::fs::read_to_string(&file).await.unwrap_or_default(),
        None => String::new(),
    };
    show::places(&demo, address, token.trim(), args.once)?;
    if !args.once {
        let looking = tokio::spawn(look(demo, first));
        tokio::select! {
            () = stopped() => {}
            _ = until.changed() => {}
        }
        looking.abort();
    }
    let _ = stop.send(true);
    // The edge first: it may be looking at what a list has found, and tells the centre.
    let _ = tokio::time::timeout(LAST_PATIENCE, edge).await;
    let _ = close.send(true);
    let _ = tokio::time::timeout(LAST_PATIENCE, centre).await;
    Ok(())
}

/// Until everything is to end.
async fn told(mut stop: watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn centre(args: &DemoArgs, kept: &Path) -> anyhow::Result<Served> {
    // What has the usual port is most likely another centre: it is left alone.
    let is_free = std::net::TcpListener::bind(&args.listen).is_ok();
    let listen = match is_free {
        true => args.listen.clone(),
        false => "127.0.0.1:0".to_owned(),
    };
    let settings = Settings {
        listen,
        data: kept.join("centre"),
        database: None,
        blobs: None,
        advisories: args.db.clone().or_else(database::installed),
        policy: Vec::new(),
        notify: None,
        oidc: None,
        workers: 1,
        workload_metrics: false,
        link_local: false,
        keep_blobs: 24,
        edge_listen: Some("127.0.0.1:0".to_owned()),
        edge_names: vec!["127.0.0.1".to_owned()],
        public_url: None,
    };
    let doing = || errors::doing("start the centre".to_owned(), "lazaret demo --help");
    lazaret_control::serve(settings).await.with_context(doing)
}

async fn edge(kept: &Path, centre: SocketAddr, token: String) -> anyhow::Result<Unit> {
    let settings = UnitSettings {
        central: format!("https://{centre}"),
        token: Some(token),
        region: REGION.to_owned(),
        directory: kept.join("edge"),
        cache: kept.join("edge/layers"),
        workers: 2,
        spool_limit: 64 << 20,
        bundles_every: Duration::from_secs(5),
        listen: None,
        tls: None,
        gate_token: None,
        grace: Duration::from_secs(1),
    };
    Unit::open(settings).await.context("have the edge join")
}

/// The registry, with the sample in it, made known to the centre.
async fn registry(
    args: &DemoArgs,
    kept: &Path,
    centre: SocketAddr,
    owner: Owner,
) -> anyhow::Result<Demo> {
    let directory = args.registry.clone();
    let directory = directory.unwrap_or_else(|| kept.join("registry"));
    let sample = directory.join(SAMPLE);
    if !sample.join("index.json").exists() {
        sample::write_layout(&sample)?;
    }
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let socket = socket.context("listen as a registry")?;
    let registry = socket.local_addr().context("listen as a registry")?;
    let router = registry::router(directory.clone());
    tokio::spawn(async move { axum::serve(socket, router).await });
    let new = NewRegistry {
        name: "demo".to_owned(),
        kind: RegistryKind::Distribution,
        url: format!("http://{registry}"),
        credential: None,
        list_every_seconds: None,
        region: REGION.to_owned(),
        environment: Some(ENVIRONMENT.to_owned()),
        repositories: Vec::new(),
        events_secret: None,
    };
    let made = owner.watch(new, "demo").await;
    let made = made.map_err(|e| anyhow::anyhow!("{}", e.problem()))?;
    let identity = Identity {
        token: made.events_secret.clone(),
        ..Identity::default()
    };
    let events = Client::new(&format!("http://{centre}"), identity)?;
    Ok(Demo {
        registry,
        directory,
        made,
        events,
        owner,
    })
}

/// Tells the centre of every tag that is new, as a registry does; the digest of the sample.
async fn push(demo: &Demo, known: &mut BTreeSet<registry::Tagged>) -> anyhow::Result<String> {
    let directory = demo.directory.clone();
    let tags = tokio::task::spawn_blocking(move || registry::tags(&directory)).await?;
    let sample = tags.iter().find(|tagged| tagged.repository == SAMPLE);
    let sample = sample.map(|tagged| tagged.digest.clone());
    let fresh: Vec<_> = tags.into_iter().filter(|t| !known.contains(t)).collect();
    if !fresh.is_empty() {
        let events: Vec<_> = fresh.iter().map(event).collect();
        let path = &demo.made.registry.events_path;
        let told: EventOutcome = demo
            .events
            .post(path, &serde_json::json!({ "events": events }))
            .await?;
        tracing::info!(pushes = told.pushes, jobs = told.jobs, "pushes told");
        known.extend(fresh);
    }
    sample.with_context(|| format!("{SAMPLE} is not in {}", demo.directory.display()))
}

/// The notification of Docker Distribution.
fn event(tagged: &registry::Tagged) -> serde_json::Value {
    // A layout may leave the media type to the manifest.
    let kind = match tagged.media_type.as_str() {
        "" => "application/vnd.oci.image.manifest.v1+json",
        kind => kind,
    };
    serde_json::json!({
        "action": "push",
        "target": {
            "mediaType": kind, "digest": tagged.digest,
            "repository": tagged.repository, "tag": tagged.tag,
        },
    })
}

/// Waits for the verdict of an image.
async fn verdict(demo: &Demo, digest: &str) -> anyhow::Result<ImageDetail> {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Ok(image) = demo.owner.image(digest).await
            && !image.verdicts.is_empty()
        {
            return Ok(image);
        }
        if Instant::now() >= until {
            anyhow::bail!("there was no verdict within a minute; `lazaret demo -v` tells more");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Looks for other images in the directory, and tells what became of them.
async fn look(demo: Demo, first: String) {
    let mut known = BTreeSet::new();
    let mut shown = BTreeSet::from([first]);
    loop {
        if let Err(cause) = push(&demo, &mut known).await {
            tracing::warn!(%cause, "the directory was not looked at");
        }
        for tagged in known.iter().filter(|t| !shown.contains(&t.digest)) {
            if let Ok(image) = demo.owner.image(&tagged.digest).await
                && show::line(&tagged.repository, &tagged.tag, &image).is_ok()
            {
                shown.insert(tagged.digest.clone());
                break;
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}
