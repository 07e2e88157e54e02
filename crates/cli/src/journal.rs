//! What servers write down while they run: one line for each event, on standard error; and,
//! where it is asked for, the spans that they send to a collector.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use anyhow::Context as _;
use lazaret_trace::{Answer, Carrier, Collecting, Settings};
use lazaret_wire::Outgoing;
use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::{FilterExt as _, filter_fn};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::args::{ConsoleArgs, TraceArgs};
use crate::errors;

/// How long the last spans may take to be sent.
const LAST_PATIENCE: Duration = Duration::from_secs(3);

/// Most of an answer of a collector that is read, in bytes.
const MAX_ANSWER: usize = 64 << 10;

/// What a server writes with.
#[derive(Default)]
pub(crate) struct Journal {
    collecting: Option<Collecting>,
    sending: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

/// Begins to write. `--quiet` leaves warnings and errors, `--verbose` adds what is usual.
/// `service` is the name of the server among others, where nothing else is said.
///
/// # Errors
/// Where spans are asked for and what is said of them makes no sense.
pub(crate) fn begin(
    console: &ConsoleArgs,
    trace: &TraceArgs,
    service: &str,
) -> anyhow::Result<Journal> {
    let level = match (console.quiet, console.verbose) {
        (true, _) => Level::WARN,
        (false, true) => Level::DEBUG,
        (false, false) => Level::INFO,
    };
    let variable = |name: &str| std::env::var(name).ok();
    let settings = Settings::read(trace.otlp.as_deref(), service, &variable);
    let settings = settings.with_context(|| {
        errors::doing("send spans", "lazaret serve --otlp http://127.0.0.1:4318")
    })?;
    let mut journal = Journal::default();
    let mut layer = None;
    if let Some(settings) = settings {
        let line = Line::to(&settings)?;
        let (made, collecting, sending) = lazaret_trace::begin(settings, line);
        // What is written down may say more than others are to read: spans alone go out.
        let own = filter_fn(|of| of.is_span() && of.target() == lazaret_trace::TARGET);
        layer = Some(made.with_filter(own));
        journal.collecting = Some(collecting);
        journal.sending = Some(Box::pin(sending));
    }
    let lines = filter_fn(|of| of.is_event()).and(LevelFilter::from_level(level));
    let written = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(false)
        .with_filter(lines);
    // A second server in one process would find the first one's; there is none.
    let _ = tracing_subscriber::registry()
        .with(layer)
        .with(written)
        .try_init();
    Ok(journal)
}

impl Journal {
    /// Sends spans from now on; within a runtime.
    pub(crate) fn start(&mut self) {
        if let Some(sending) = self.sending.take() {
            tokio::spawn(sending);
        }
    }

    /// Sends what is left, for some seconds at most.
    pub(crate) async fn finish(self) {
        if let Some(collecting) = self.collecting {
            collecting.finish(LAST_PATIENCE).await;
        }
    }
}

/// The way to a collector.
struct Line(Outgoing);

impl Line {
    fn to(settings: &Settings) -> anyhow::Result<Self> {
        let authority = settings.authority.as_ref();
        let pem = authority
            .map(|path| std::fs::read(path).with_context(|| errors::read(path)))
            .transpose()?;
        let line = Outgoing::to_collector(settings.timeout, pem.as_deref());
        line.map(Self).with_context(|| {
            errors::doing(
                "prepare to send spans",
                "OTEL_EXPORTER_OTLP_CERTIFICATE=collector.pem lazaret serve …",
            )
        })
    }
}

impl Carrier for Line {
    fn post(
        &self,
        url: &str,
        headers: &[(String, String)],
        body: Vec<u8>,
    ) -> Pin<Box<dyn Future<Output = Result<Answer, String>> + Send>> {
        let (line, url, headers) = (self.0.clone(), url.to_owned(), headers.to_vec());
        Box::pin(async move {
            let answer = line.post_bytes(&url, &headers, body, MAX_ANSWER).await;
            let answer = answer.map_err(|error| format!("{:#}", anyhow::Error::new(error)))?;
            Ok(Answer {
                status: answer.status,
                body: answer.body,
            })
        })
    }
}
