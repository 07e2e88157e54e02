//! What became of spans, for Prometheus.

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;

/// `lazaret_trace_spans_total`, by outcome; nothing where nobody collects.
#[derive(Debug)]
pub struct Spans;

impl Collector for Spans {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let Some(counts) = crate::counts() else {
            return Ok(());
        };
        let help = "Spans by what became of them";
        let kind = MetricType::Counter;
        let mut metric = encoder.encode_descriptor("lazaret_trace_spans", help, None, kind)?;
        for (outcome, count) in counts.by_outcome() {
            metric
                .encode_family(&[("outcome", outcome)])?
                .encode_counter::<NoLabelSet, _, u64>(&count, None)?;
        }
        Ok(())
    }
}
