//! What runs in a cluster, told by whoever is there: gates must not stand in its way.

use axum::extract::State;
use axum::http::StatusCode;
use lazaret_model::Digest;
use lazaret_store::Workload;
use lazaret_wire::edge::{ClusterWorkloads, MOST_WORKLOADS};

use super::bundle::Enforcer;
use crate::App;
use crate::http::{ApiError, ApiResult, At, Body};
use crate::work::decide;

/// Takes everything that runs in a cluster. What began to run is judged for the environment
/// of the cluster, too.
pub(super) async fn see(
    told_by: Enforcer,
    State(app): State<App>,
    At(cluster): At<String>,
    Body(told): Body<ClusterWorkloads>,
) -> ApiResult<StatusCode> {
    take(&app, cluster, told, &told_by.name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes what runs in a cluster, whoever told it.
///
/// # Errors
/// When a name or digest makes no sense.
pub(crate) async fn take(
    app: &App,
    cluster: String,
    told: ClusterWorkloads,
    told_by: &str,
) -> ApiResult<()> {
    let is_name = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && !text.chars().any(char::is_control)
    };
    if !is_name(&cluster, 100) || told.environment.len() > 100 {
        return Err(ApiError::invalid(
            "the name of a cluster has 1 to 100 bytes",
        ));
    }
    if told.workloads.len() > MOST_WORKLOADS {
        let why = format!("a cluster has at most {MOST_WORKLOADS} workloads");
        return Err(ApiError::invalid(why));
    }
    let mut workloads = Vec::with_capacity(told.workloads.len());
    for one in told.workloads {
        if one.namespace.len() > 253 || one.namespace.chars().any(char::is_control) {
            return Err(ApiError::invalid("a namespace has at most 253 bytes"));
        }
        if one.digest.parse::<Digest>().is_err() || !is_name(&one.workload, 300) {
            return Err(ApiError::invalid("a workload has a name and a digest"));
        }
        workloads.push(Workload {
            cluster: cluster.clone(),
            namespace: one.namespace,
            name: one.workload,
            digest: one.digest,
            environment: told.environment.clone(),
        });
    }
    let now = app.now();
    let mut begun = Vec::new();
    for some in workloads.chunks(500) {
        begun.extend(app.store.see_workloads(some, now).await?);
    }
    app.store.forget_workloads(&cluster, now).await?;
    tracing::debug!(cluster, by = told_by, begun = begun.len(), "workloads seen");
    let mut digests: Vec<String> = begun.into_iter().map(|workload| workload.digest).collect();
    digests.sort();
    digests.dedup();
    if !digests.is_empty() {
        // Whoever tells of workloads does not wait for what follows.
        let app = app.clone();
        tokio::spawn(async move {
            let decided = decide(&app, &digests, "workload").await;
            let counted = app.store.recount(&digests).await;
            if let Err(why) = decided.and(counted.map_err(Into::into)) {
                tracing::warn!(?why, "what began to run was not judged");
            }
        });
    }
    Ok(())
}
