//! Images, their verdicts and reports.

use std::collections::HashMap;

use jiff::SignedDuration;
use lazaret_model::{Inventory, Report};
use lazaret_store::{
    Image as StoreImage, ImageFilter, ImageName as StoreName, Judged, Page, Paging,
    Workload as StoreWorkload,
};
use lazaret_wire::api::{Exposure, Image, ImageDetail, ImageName, ImageQuery, Workload};

use crate::App;
use crate::http::{ApiError, ApiResult};
use crate::judge;
use crate::work;

/// Days back that a list may be asked for; a hundred years.
const DAYS: u32 = 36_500;

fn name(name: StoreName) -> ImageName {
    ImageName {
        registry: name.registry_id,
        repository: name.repository,
        tag: name.tag,
        pushed_at: name.pushed_at,
        replaced_at: name.replaced_at,
    }
}

pub(crate) fn workload(workload: StoreWorkload) -> Workload {
    Workload {
        cluster: workload.cluster,
        namespace: workload.namespace,
        workload: workload.name,
        environment: workload.environment,
        exposure: workload.exposure.as_deref().and_then(Exposure::by_name),
    }
}

fn image(image: StoreImage, names: Vec<StoreName>, running: u64) -> Image {
    Image {
        digest: image.digest,
        platform: image.platform,
        size_bytes: image.size,
        layers: image.layers,
        first_seen_at: image.first_seen,
        last_seen_at: image.last_seen,
        names: names.into_iter().map(name).collect(),
        running,
    }
}

fn missing() -> ApiError {
    ApiError::not_found("there is no image of that digest")
}

/// The address of an image's page.
pub(crate) fn page(digest: &str) -> String {
    format!("/images/{digest}")
}

/// Images, the newest first.
///
/// # Errors
/// Those of the store.
pub async fn list(app: &App, query: ImageQuery, paging: &Paging) -> ApiResult<Page<Image>> {
    let now = app.now();
    let days_ago = |days: Option<u32>| {
        let ago = days.map(|days| now - SignedDuration::from_hours(i64::from(days.min(DAYS)) * 24));
        // In whole minutes, so that the pages of one list have one border.
        ago.map(|at| at - SignedDuration::from_secs(at.as_second().rem_euclid(60)))
    };
    let state = query.outcome.map(|outcome| outcome.name().parse());
    let filter = ImageFilter {
        registry_id: query.registry,
        repository: query.repository,
        search: query.search,
        running: query.running,
        verdict: Judged {
            environment: query.environment,
            state: state.transpose()?,
            severity: query.severity.map(super::vulnerability::number),
            gaps: query.gaps,
        },
        examined: query.examined,
        held: query.held,
        seen_from: days_ago(query.younger_than_days),
        seen_before: days_ago(query.older_than_days),
    };
    let page = app.store.images(&filter, paging).await?;
    Ok(Page {
        items: page
            .items
            .into_iter()
            .map(|row| image(row.image, row.names, row.running))
            .collect(),
        next: page.next,
    })
}

/// Images of these digests, in their order, asked for all at once; what is not known is left
/// out.
///
/// # Errors
/// Those of the store.
pub(crate) async fn these(app: &App, digests: &[String]) -> ApiResult<Vec<Image>> {
    let rows = app.store.image_rows(digests).await?.into_iter();
    let mut known: HashMap<String, Image> = rows
        .map(|row| image(row.image, row.names, row.running))
        .map(|image| (image.digest.clone(), image))
        .collect();
    Ok(digests.iter().filter_map(|d| known.remove(d)).collect())
}

/// An image, and what follows.
///
/// # Errors
/// When there is none of that digest.
pub async fn read(app: &App, digest: &str) -> ApiResult<ImageDetail> {
    let row = app.store.image(digest).await?.ok_or_else(missing)?;
    let names = app.store.names_of(digest).await?;
    let workloads = app.store.workloads_of(&[digest.to_owned()]).await?;
    let verdicts = app.store.verdicts_of(&[digest.to_owned()]).await?;
    let mut verdicts: Vec<_> = verdicts.into_iter().map(super::verdict::shown).collect();
    super::verdict::mark(app, &mut verdicts).await?;
    let running = u64::try_from(workloads.len()).unwrap_or(u64::MAX);
    Ok(ImageDetail {
        image: image(row, names, running),
        verdicts,
        workloads: workloads.into_iter().map(workload).collect(),
    })
}

/// The report of an image for an environment, by the policy and the advisories of now.
///
/// # Errors
/// When nobody has looked at the image.
pub async fn report(app: &App, digest: &str, environment: &str) -> ApiResult<Report> {
    let inventory = inventory(app, digest).await?;
    let (database, now) = (app.advisories.current(), app.now());
    let judge = app.judge(now).await?;
    let exposure = work::exposure(app, digest, environment).await?;
    let environment = environment.to_owned();
    let place = app.judging.acquire().await.map_err(ApiError::internal)?;
    let report = tokio::task::spawn_blocking(move || {
        let matched = judge::matched(inventory, &database, now)?;
        let report = matched.into_report();
        let decided = judge.decide_once(report, &environment, exposure, now);
        Ok::<_, lazaret_scan::ExamineError>(decided)
    });
    let report = report.await;
    drop(place);
    report
        .map_err(ApiError::internal)?
        .map_err(ApiError::internal)
}

/// What is inside an image.
///
/// # Errors
/// When nobody has looked at it.
pub async fn inventory(app: &App, digest: &str) -> ApiResult<Inventory> {
    let inventory = inventory_of(app, digest).await?;
    inventory.ok_or_else(|| ApiError::not_found("nobody has looked at an image of that digest"))
}

async fn inventory_of(app: &App, digest: &str) -> ApiResult<Option<Inventory>> {
    match work::blob_of(app, digest).await? {
        Some(blob) => work::inventory(app, &blob).await.map(Some),
        None => Ok(None),
    }
}

/// A repository that names an image, the newest.
///
/// # Errors
/// Those of the store.
pub async fn repository(app: &App, digest: &str) -> ApiResult<Option<String>> {
    let names = app.store.names_of(digest).await?;
    Ok(names.into_iter().next().map(|name| name.repository))
}
