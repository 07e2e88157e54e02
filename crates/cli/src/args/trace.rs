//! Where spans are sent; for every server.

use clap::Args as ClapArgs;

/// Traces.
#[derive(Debug, Clone, Default, ClapArgs)]
pub(crate) struct TraceArgs {
    /// Collector that is sent spans: OTLP over HTTP, protobuf. Without it, the one that
    /// OTEL_EXPORTER_OTLP_ENDPOINT names, and none where neither is set.
    #[arg(long, value_name = "URL", env = "LAZARET_OTLP")]
    pub(crate) otlp: Option<String>,
}
