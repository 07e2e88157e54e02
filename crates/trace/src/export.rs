//! From spans that have ended to a collector: a queue of bounded length, and one task that
//! empties it. Whoever ends a span never waits; what finds no place is counted and gone.
//!
//! Source: OpenTelemetry, "OTLP Specification 1.x", section OTLP/HTTP.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry::{Context, KeyValue};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_proto::transform::trace::tonic::group_spans_by_resource_and_scope;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider, Span, SpanData, SpanProcessor};
use prost::Message as _;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tracing::Subscriber;
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::registry::LookupSpan;

use crate::counts::add;
use crate::settings::Settings;

/// Spans that wait for the collector. One has about a kilobyte.
const QUEUE: usize = 2_048;

/// Spans of a request.
const BATCH: usize = 512;

/// How long a span may wait for others.
const EVERY: Duration = Duration::from_secs(2);

/// How long the same spans are offered to a collector that does not take them. Those that
/// end meanwhile fill the queue.
const PATIENCE: Duration = Duration::from_secs(30);

/// Between two attempts: doubled up to the longest.
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(8);

/// What a collector answered.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// Status of HTTP.
    pub status: u16,
    /// The beginning of the body.
    pub body: Vec<u8>,
}

/// What a request comes to: an answer, or why there is none.
type Posted = Pin<Box<dyn Future<Output = Result<Answer, String>> + Send>>;

/// Whoever can speak HTTP.
pub trait Carrier: Send + Sync + 'static {
    /// Posts bytes. It must come to an end within the time that the settings give.
    fn post(&self, url: &str, headers: &[(String, String)], body: Vec<u8>) -> Posted;
}

/// The layer that makes spans of a subscriber spans of a trace. It wants those of the target
/// [`TARGET`](crate::TARGET) alone; whoever installs it filters.
pub type TraceLayer<S> = OpenTelemetryLayer<S, SdkTracer>;

/// Spans are being collected.
#[derive(Debug)]
pub struct Collecting {
    queue: mpsc::Sender<Item>,
    _provider: SdkTracerProvider,
}

enum Item {
    Span(Box<SpanData>),
    /// Everything before it is to be sent; told when it was.
    Flush(tokio::sync::oneshot::Sender<()>),
}

/// Begins to collect: the layer, and a future that sends until the process ends. The sampler is
/// that of `OTEL_TRACES_SAMPLER`, the resource that of `OTEL_SERVICE_NAME` and
/// `OTEL_RESOURCE_ATTRIBUTES`, and the name and version of the program without.
pub fn begin<S>(
    settings: Settings,
    carrier: impl Carrier,
) -> (
    TraceLayer<S>,
    Collecting,
    impl Future<Output = ()> + Send + 'static,
)
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let (queue, waiting) = mpsc::channel(QUEUE);
    let resource = resource(&settings.service);
    let provider = SdkTracerProvider::builder()
        .with_resource(resource.clone())
        .with_span_processor(Queue(queue.clone()))
        .build();
    let layer = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("lazaret"))
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_level(false)
        .with_tracked_inactivity(false);
    add::on();
    let sender = Sender {
        settings,
        carrier: Arc::new(carrier),
        resource: (&resource).into(),
        is_in_trouble: false,
    };
    let collecting = Collecting {
        queue,
        _provider: provider,
    };
    (layer, collecting, sender.run(waiting))
}

fn resource(service: &str) -> Resource {
    let built = Resource::builder().build();
    let unknown = "unknown_service";
    let named = built
        .iter()
        .any(|(key, value)| key.as_str() == "service.name" && !value.as_str().starts_with(unknown));
    let mut builder = Resource::builder();
    if !named {
        builder = builder.with_service_name(service.to_owned());
    }
    let has = |name: &str| built.iter().any(|(key, _)| key.as_str() == name);
    if !has("service.version") {
        let version = env!("CARGO_PKG_VERSION");
        builder = builder.with_attribute(KeyValue::new("service.version", version));
    }
    builder.build()
}

impl Collecting {
    /// Sends what has ended until now, for as long as `patience` at most.
    pub async fn finish(&self, patience: Duration) {
        let (told, done) = tokio::sync::oneshot::channel();
        let sent = async {
            if self.queue.send(Item::Flush(told)).await.is_ok() {
                let _ = done.await;
            }
        };
        let _ = tokio::time::timeout(patience, sent).await;
    }
}

/// Where spans end.
#[derive(Debug)]
struct Queue(mpsc::Sender<Item>);

impl std::fmt::Debug for Item {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Item")
    }
}

impl SpanProcessor for Queue {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        if span.span_context.is_sampled() && self.0.try_send(Item::Span(Box::new(span))).is_err() {
            add::dropped(1);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

struct Sender {
    settings: Settings,
    carrier: Arc<dyn Carrier>,
    resource: ResourceAttributesWithSchema,
    is_in_trouble: bool,
}

impl Sender {
    async fn run(mut self, mut waiting: mpsc::Receiver<Item>) {
        loop {
            let Some(first) = waiting.recv().await else {
                return;
            };
            let (batch, flushed) = gather(first, &mut waiting).await;
            if !batch.is_empty() {
                self.send(batch).await;
            }
            if let Some(flushed) = flushed {
                let _ = flushed.send(());
            }
        }
    }

    async fn send(&mut self, batch: Vec<SpanData>) {
        let spans = batch.len();
        let request = ExportTraceServiceRequest {
            resource_spans: group_spans_by_resource_and_scope(batch, &self.resource),
        };
        let body = request.encode_to_vec();
        let until = Instant::now() + PATIENCE;
        let mut wait = FIRST_WAIT;
        let mut headers = self.settings.headers.clone();
        headers.push(("content-type".into(), "application/x-protobuf".into()));
        loop {
            let posted = self
                .carrier
                .post(&self.settings.endpoint, &headers, body.clone());
            // Beside the carrier's own limit: nothing that it does may stop this task for good.
            let limit = self.settings.timeout + Duration::from_secs(1);
            let posted = tokio::time::timeout(limit, posted).await;
            let why = match posted.unwrap_or_else(|_| Err("no answer in time".into())) {
                Ok(answer) if (200..300).contains(&answer.status) => {
                    return self.taken(spans, &answer.body);
                }
                // The specification's list of what may pass.
                Ok(answer) if matches!(answer.status, 429 | 502 | 503 | 504) => {
                    format!("it answered {}", answer.status)
                }
                Ok(answer) => {
                    add::refused(spans);
                    return self.trouble(&format!("it answered {}", answer.status));
                }
                Err(why) => why,
            };
            self.trouble(&why);
            if Instant::now() + wait > until {
                add::dropped(spans);
                return;
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    fn taken(&mut self, spans: usize, body: &[u8]) {
        let partial = ExportTraceServiceResponse::decode(body).ok();
        let partial = partial.and_then(|answer| answer.partial_success);
        let rejected = partial.map_or(0, |p| usize::try_from(p.rejected_spans).unwrap_or(0));
        let rejected = rejected.min(spans);
        add::refused(rejected);
        add::sent(spans - rejected);
        if std::mem::take(&mut self.is_in_trouble) {
            tracing::info!("the collector takes spans again");
        }
    }

    /// Told once, until it is over.
    fn trouble(&mut self, why: &str) {
        if !std::mem::replace(&mut self.is_in_trouble, true) {
            let endpoint = &self.settings.endpoint;
            tracing::warn!(endpoint, why, "the collector takes no spans");
        }
    }
}

/// The first span and those that end soon after it.
async fn gather(
    first: Item,
    waiting: &mut mpsc::Receiver<Item>,
) -> (Vec<SpanData>, Option<tokio::sync::oneshot::Sender<()>>) {
    let until = Instant::now() + EVERY;
    let mut batch = Vec::new();
    let mut next = Some(first);
    loop {
        match next {
            Some(Item::Span(span)) => batch.push(*span),
            Some(Item::Flush(flushed)) => return (batch, Some(flushed)),
            None => return (batch, None),
        }
        if batch.len() >= BATCH {
            return (batch, None);
        }
        next = match tokio::time::timeout_at(until, waiting.recv()).await {
            Ok(next) => next,
            Err(_) => return (batch, None),
        };
    }
}
