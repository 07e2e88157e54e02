//! What runs, under the names that Trivy Operator has made common.

use std::collections::{BTreeMap, HashMap};

use lazaret_model::Severity;
use lazaret_store::RunningCounts;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::number;
use crate::work::Beside;

/// Labels of Trivy Operator's metrics of images, without those that nobody has told.
#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfImage {
    cluster: String,
    namespace: String,
    resource_kind: String,
    resource_name: String,
    image_repository: String,
    image_tag: String,
    image_digest: String,
    severity: &'static str,
}

/// Those of its metrics of resources.
#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfResource {
    cluster: String,
    namespace: String,
    resource_kind: String,
    resource_name: String,
    severity: &'static str,
}

/// Trivy Operator's words for severities.
const SEVERITIES: [(&str, &[Severity]); 5] = [
    ("Critical", &[Severity::Critical]),
    ("High", &[Severity::High]),
    ("Medium", &[Severity::Medium]),
    ("Low", &[Severity::Low, Severity::Negligible]),
    ("Unknown", &[Severity::Unknown]),
];

/// Gauges of what runs.
#[derive(Default)]
pub(super) struct Workloads {
    vulnerabilities: Family<OfImage, Gauge>,
    secrets: Family<OfImage, Gauge>,
    configuration: Family<OfResource, Gauge>,
}

impl Workloads {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let all = Self::default();
        let help = "Open findings in images that run, as Trivy Operator names them";
        let vulnerabilities = all.vulnerabilities.clone();
        registry.register("trivy_image_vulnerabilities", help, vulnerabilities);
        let help = "Credentials in images that run, as Trivy Operator names them";
        registry.register("trivy_image_exposedsecrets", help, all.secrets.clone());
        let help = "Checks that fail of the configuration of images that run, by what runs them, as \
                    Trivy Operator names checks of resources";
        let configuration = all.configuration.clone();
        registry.register("trivy_resource_configaudits", help, configuration);
        all
    }

    pub(super) fn set(&self, rows: &[RunningCounts], beside: &HashMap<String, Beside>) {
        self.vulnerabilities.clear();
        self.secrets.clear();
        self.configuration.clear();
        for row in rows {
            let c = &row.counts;
            let found = [c.critical, c.high, c.medium, c.low, c.unrated];
            for ((severity, _), count) in SEVERITIES.iter().zip(found) {
                let gauge = self.vulnerabilities.get_or_create(&of_image(row, severity));
                gauge.set(number(count));
            }
            // Of images that have no shell nobody has counted these: nothing is told, and not 0.
            let known = row.shell.as_ref().and_then(|shell| beside.get(shell));
            let Some(known) = known else {
                continue;
            };
            for (severity, all) in SEVERITIES {
                let gauge = self.secrets.get_or_create(&of_image(row, severity));
                gauge.set(sum(&known.secrets, all));
                // A workload may run several images.
                let gauge = self
                    .configuration
                    .get_or_create(&of_resource(row, severity));
                gauge.inc_by(sum(&known.failed, all));
            }
        }
    }
}

fn sum(counts: &BTreeMap<Severity, u64>, of: &[Severity]) -> i64 {
    number(of.iter().filter_map(|severity| counts.get(severity)).sum())
}

/// Kind and name of `deployment/web`; what is written otherwise is a name.
fn resource(row: &RunningCounts) -> (String, String) {
    let name = &row.workload.name;
    let (kind, name) = name.split_once('/').unwrap_or(("", name));
    (kind.to_owned(), name.to_owned())
}

fn of_image(row: &RunningCounts, severity: &'static str) -> OfImage {
    let (resource_kind, resource_name) = resource(row);
    OfImage {
        cluster: row.workload.cluster.clone(),
        namespace: row.workload.namespace.clone(),
        resource_kind,
        resource_name,
        image_repository: row.repository.clone(),
        image_tag: row.tag.clone(),
        image_digest: row.workload.digest.clone(),
        severity,
    }
}

fn of_resource(row: &RunningCounts, severity: &'static str) -> OfResource {
    let (resource_kind, resource_name) = resource(row);
    OfResource {
        cluster: row.workload.cluster.clone(),
        namespace: row.workload.namespace.clone(),
        resource_kind,
        resource_name,
        severity,
    }
}
