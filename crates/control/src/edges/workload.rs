//! What runs in a cluster, told by whoever is there: gates must not stand in its way.

use axum::Json;
use axum::extract::State;
use lazaret_model::Digest;
use lazaret_store::{Workload, WorkloadsChange};
use lazaret_wire::edge::{
    ClusterChange, ClusterState, ClusterWorkload, ClusterWorkloads, GoneWorkload, MOST_CHANGED,
    MOST_WORKLOADS,
};

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
) -> ApiResult<Json<ClusterState>> {
    take(&app, cluster, told, &told_by.name).await.map(Json)
}

/// Takes what has changed in a cluster.
pub(super) async fn see_change(
    told_by: Enforcer,
    State(app): State<App>,
    At(cluster): At<String>,
    Body(change): Body<ClusterChange>,
) -> ApiResult<Json<ClusterState>> {
    take_change(&app, cluster, change, &told_by.name)
        .await
        .map(Json)
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
) -> ApiResult<ClusterState> {
    check_cluster(&cluster, &told.environment)?;
    if told.workloads.len() > MOST_WORKLOADS {
        let why = format!("a cluster has at most {MOST_WORKLOADS} workloads");
        return Err(ApiError::invalid(why));
    }
    let workloads = read(&cluster, &told.environment, told.workloads)?;
    let now = app.now();
    let mut other = Vec::new();
    for some in workloads.chunks(500) {
        other.extend(app.store.see_workloads(some, now).await?);
    }
    app.store.forget_workloads(&cluster, now).await?;
    let generation = app.store.cluster_told(&cluster, &told.environment, now);
    let generation = generation.await?;
    tracing::debug!(cluster, by = told_by, other = other.len(), "workloads seen");
    follow(app, other);
    Ok(ClusterState { generation })
}

/// Takes what has changed in a cluster, whoever told it.
///
/// # Errors
/// 412 where the change does not follow what is known; when a name or digest makes no sense.
pub(crate) async fn take_change(
    app: &App,
    cluster: String,
    change: ClusterChange,
    told_by: &str,
) -> ApiResult<ClusterState> {
    check_cluster(&cluster, "")?;
    if change.workloads.len().max(change.gone.len()) > MOST_CHANGED {
        let why = format!("a change has at most {MOST_CHANGED} workloads; tell the whole list");
        return Err(ApiError::invalid(why));
    }
    let told = app.store.cluster(&cluster).await?;
    let Some((generation, environment)) = told.filter(|(known, _)| *known == change.since) else {
        return Err(overtaken());
    };
    let mut gone = Vec::with_capacity(change.gone.len());
    for one in change.gone {
        let GoneWorkload {
            namespace,
            workload,
            digest,
        } = one;
        check(&namespace, &workload, digest.as_deref())?;
        gone.push((namespace, workload, digest));
    }
    let change = WorkloadsChange {
        seen: read(&cluster, &environment, change.workloads)?,
        gone,
    };
    let now = app.now();
    let changed = app
        .store
        .change_workloads(&cluster, generation, &change, now);
    let (generation, other) = changed.await.map_err(|error| match error {
        lazaret_store::Error::Changed(_) => overtaken(),
        other => other.into(),
    })?;
    tracing::debug!(
        cluster,
        by = told_by,
        other = other.len(),
        "workloads changed"
    );
    follow(app, other);
    Ok(ClusterState { generation })
}

fn overtaken() -> ApiError {
    ApiError::changed(
        "`since` is not the generation that the cluster is at: somebody else has told of it, or \
         nobody ever has; tell the whole list (PUT)",
    )
}

fn is_name(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && !text.chars().any(char::is_control)
}

fn check_cluster(cluster: &str, environment: &str) -> ApiResult<()> {
    match is_name(cluster, 100) && environment.len() <= 100 {
        true => Ok(()),
        false => Err(ApiError::invalid(
            "the name of a cluster has 1 to 100 bytes",
        )),
    }
}

fn check(namespace: &str, workload: &str, digest: Option<&str>) -> ApiResult<()> {
    if namespace.len() > 253 || namespace.chars().any(char::is_control) {
        return Err(ApiError::invalid("a namespace has at most 253 bytes"));
    }
    let is_digest = digest.is_none_or(|digest| digest.parse::<Digest>().is_ok());
    match is_digest && is_name(workload, 300) {
        true => Ok(()),
        false => Err(ApiError::invalid("a workload has a name and a digest")),
    }
}

fn read(
    cluster: &str,
    environment: &str,
    workloads: Vec<ClusterWorkload>,
) -> ApiResult<Vec<Workload>> {
    let mut read = Vec::with_capacity(workloads.len());
    for one in workloads {
        check(&one.namespace, &one.workload, Some(&one.digest))?;
        read.push(Workload {
            cluster: cluster.to_owned(),
            namespace: one.namespace,
            name: one.workload,
            digest: one.digest,
            environment: environment.to_owned(),
            exposure: one.exposure.map(|exposure| exposure.name().to_owned()),
        });
    }
    Ok(read)
}

/// Judges what began to run, or runs in another way than before. Whoever tells of workloads does
/// not wait for it.
fn follow(app: &App, other: Vec<Workload>) {
    let mut digests: Vec<String> = other.into_iter().map(|workload| workload.digest).collect();
    digests.sort();
    digests.dedup();
    if digests.is_empty() {
        return;
    }
    let app = app.clone();
    tokio::spawn(async move {
        let decided = decide(&app, &digests, "workload").await;
        let counted = app.store.recount(&digests).await;
        if let Err(why) = decided.and(counted.map_err(Into::into)) {
            tracing::warn!(?why, "what began to run was not judged");
        }
    });
}
