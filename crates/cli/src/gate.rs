//! `gate`: from arguments to a gate that stands.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use lazaret_edge::gate::{Gate, GateSettings, PublicUrl, Tls};
use lazaret_edge::verdict::{
    FileSource, GateRules, Nothing, RemoteSettings, RemoteSource, Renewed, Source,
};
use lazaret_wire::edge::OnUnknown;
use lazaret_wire::sign::VerifyingKey;
use lazaret_wire::{Client, Identity};

use crate::args::{ConsoleArgs, GateRuleArgs, GateServerArgs, UnknownRule, VerdictSourceArgs};
use crate::{Verdict, errors, journal};

/// How often bundles are asked for.
const BUNDLES_EVERY: Duration = Duration::from_secs(5);

pub(crate) fn run(args: &GateServerArgs, console: &ConsoleArgs) -> anyhow::Result<Verdict> {
    let mut journal = journal::begin(console, &args.trace, "lazaret-gate")?;
    let settings = settings(args)?;
    let files = [&args.tls_cert, &args.tls_key, &args.client_ca];
    let example = "lazaret gate --tls-cert gate.pem --tls-key gate.key …";
    let tls = tls(files.map(Option::as_ref), example)?;
    if tls.is_none() && !args.listen.ip().is_loopback() {
        tracing::warn!(
            "pulls are answered without TLS beyond this machine: something before the gate should speak it"
        );
    }
    runtime()?.block_on(async {
        journal.start();
        // The centre calls a registry by its host.
        let host = args
            .upstream
            .split_once("://")
            .map_or(&*args.upstream, |(_, rest)| rest);
        let host = host.split('/').next().unwrap_or(host);
        let source = source(&args.verdicts, args.registry.as_deref().unwrap_or(host))?;
        let doing = || errors::doing("open the gate", "lazaret gate --help");
        let gate = Gate::bind(args.listen, tls.as_ref(), settings, source)
            .await
            .with_context(doing)?;
        let (address, upstream) = (gate.address(), &args.upstream);
        tracing::info!(%address, upstream, tls = tls.is_some(), "gate open");
        gate.run(stopped()).await;
        journal.finish().await;
        Ok(Verdict::Allowed)
    })
}

/// The runtime of a server.
pub(crate) fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("start the threads of the server")
}

/// Done when the process is asked to end.
pub(crate) async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupted = tokio::signal::ctrl_c();
    let Ok(mut terminated) = signal(SignalKind::terminate()) else {
        let _ = interrupted.await;
        return;
    };
    tokio::select! {
        _ = interrupted => {}
        _ = terminated.recv() => {}
    }
}

/// The files of a listener: certificate, key, authorities of clients.
pub(crate) fn tls(files: [Option<&PathBuf>; 3], example: &str) -> anyhow::Result<Option<Tls>> {
    match files {
        [Some(certificate), Some(key), client_ca] => Ok(Some(Tls {
            certificate: certificate.clone(),
            key: key.clone(),
            client_ca: client_ca.cloned(),
        })),
        [None, None, None] => Ok(None),
        _ => Err(errors::refused(
            "a certificate and its key go together, and clients show theirs over TLS alone",
            example,
        )),
    }
}

fn settings(args: &GateServerArgs) -> anyhow::Result<GateSettings> {
    let mut settings = GateSettings::new(&args.upstream);
    let pem = |path: &PathBuf| std::fs::read(path).with_context(|| errors::read(path));
    settings.upstream_ca = args.upstream_ca.as_ref().map(pem).transpose()?;
    settings.registry.clone_from(&args.registry);
    settings.public = args.public_url.as_deref().map(public).transpose()?;
    settings.rules = rules(&args.rules)?;
    settings.max_connections = args.max_connections.max(1);
    settings.grace = args.grace;
    Ok(settings)
}

fn public(url: &str) -> anyhow::Result<PublicUrl> {
    let parts = url.trim_end_matches('/').split_once("://");
    match parts {
        Some((scheme @ ("http" | "https"), authority))
            if !authority.is_empty() && !authority.contains('/') =>
        {
            Ok(PublicUrl {
                scheme: scheme.to_owned(),
                authority: authority.to_owned(),
            })
        }
        _ => Err(errors::refused(
            format!("`{url}` is not how a registry is reached"),
            "lazaret gate --public-url https://registry.example …",
        )),
    }
}

/// What is typed counts before the file, and the file before the centre.
fn rules(args: &GateRuleArgs) -> anyhow::Result<GateRules> {
    let mut rules = match &args.policy {
        None => GateRules::default(),
        Some(path) => {
            let text = std::fs::read_to_string(path).with_context(|| errors::read(path))?;
            lazaret_edge::verdict::rules(&text).with_context(|| errors::read(path))?
        }
    };
    if let Some(unknown) = args.unknown {
        rules.unknown = Some(match unknown {
            UnknownRule::Allow => OnUnknown::Allow,
            UnknownRule::Wait => OnUnknown::Wait,
            UnknownRule::Refuse => OnUnknown::Refuse,
        });
    }
    if let Some(wait) = args.wait {
        rules.wait_seconds = Some(u32::try_from(wait.as_secs()).unwrap_or(u32::MAX));
    }
    Ok(rules)
}

fn source(args: &VerdictSourceArgs, registry: &str) -> anyhow::Result<Arc<dyn Source>> {
    let sources = [
        args.verdicts.is_some(),
        args.edge.is_some(),
        args.central.is_some(),
    ];
    if sources.into_iter().filter(|given| *given).count() > 1 {
        return Err(errors::refused(
            "verdicts come from one place: a file, an edge unit or the centre",
            "lazaret gate --edge http://edge.example:8444 …",
        ));
    }
    let key = args.key.as_deref().map(key).transpose()?;
    if let Some(path) = &args.verdicts {
        let doing = || errors::doing_with(format!("read verdicts from {}", path.display()), path);
        return Ok(Arc::new(FileSource::open(path, key).with_context(doing)?));
    }
    let Some(url) = args.edge.as_ref().or(args.central.as_ref()) else {
        tracing::warn!(
            "no verdicts: every digest is unknown; give --verdicts, --edge or --central"
        );
        return Ok(Arc::new(Nothing::default()));
    };
    let Some(key) = key else {
        return Err(errors::refused(
            "verdicts over a network are believed for their signature, and no --key was given",
            "lazaret gate --key centre.pub …",
        ));
    };
    let shown = Shown::new(url, args)?;
    let client = shown.client()?;
    Ok(Arc::new(RemoteSource::open(
        client,
        RemoteSettings {
            key,
            every: BUNDLES_EVERY,
            directory: args.data.as_ref().map(|data| data.join("bundles")),
            registry: Some(registry.to_owned()),
            renewed: Some(shown.renewed()),
        },
    )))
}

/// Who the gate is to whoever it asks, as files say it.
struct Shown {
    url: String,
    /// Authority of the other side, certificate, its key, token.
    files: [Option<PathBuf>; 4],
}

impl Shown {
    fn new(url: &str, args: &VerdictSourceArgs) -> anyhow::Result<Self> {
        if args.client_cert.is_some() != args.client_key.is_some() {
            return Err(errors::refused(
                "a certificate and its key go together",
                "lazaret gate --client-cert gate.pem --client-key gate.key …",
            ));
        }
        let files = [
            &args.ca,
            &args.client_cert,
            &args.client_key,
            &args.token_file,
        ];
        Ok(Self {
            url: url.to_owned(),
            files: files.map(Clone::clone),
        })
    }

    fn client(&self) -> anyhow::Result<Client> {
        let text =
            |path: &PathBuf| std::fs::read_to_string(path).with_context(|| errors::read(path));
        let text = |path: &Option<PathBuf>| path.as_ref().map(text).transpose();
        let [ca, certificate, key, token] = &self.files;
        let certificate = text(certificate)?.zip(text(key)?);
        let identity = Identity {
            ca: text(ca)?,
            certificate: certificate.map(|(certificate, key)| format!("{certificate}\n{key}")),
            token: text(token)?.map(|token| token.trim().to_owned()),
        };
        let doing = || {
            errors::doing(
                format!("prepare to ask {}", self.url),
                "lazaret gate --help",
            )
        };
        Client::new(&self.url, identity).with_context(doing)
    }

    /// A client of the files as they are, whenever they have changed and make sense together.
    fn renewed(self) -> Renewed {
        let stamp = move |shown: &Self| {
            shown.files.each_ref().map(|file| {
                let about = std::fs::metadata(file.as_ref()?).ok()?;
                Some((about.modified().ok()?, about.len()))
            })
        };
        let seen = Mutex::new(stamp(&self));
        Arc::new(move || {
            let now = stamp(&self);
            let before = std::mem::replace(
                &mut *seen.lock().unwrap_or_else(PoisonError::into_inner),
                now,
            );
            if now == before {
                return None;
            }
            match self.client() {
                Ok(client) => {
                    tracing::info!("certificate and token read again");
                    Some(client)
                }
                Err(why) => {
                    tracing::warn!(?why, "certificate and token stay as they were");
                    None
                }
            }
        })
    }
}

fn key(path: &Path) -> anyhow::Result<VerifyingKey> {
    let text = std::fs::read_to_string(path).with_context(|| errors::read(path))?;
    VerifyingKey::parse(&text).with_context(|| errors::read(path))
}
