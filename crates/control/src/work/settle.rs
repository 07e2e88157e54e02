//! A look at an image, by the centre's own workers.

use lazaret_image::registry::RegistryError;
use lazaret_scan::{Cache, Look, Settings};
use lazaret_store::Leased;
use lazaret_wire::api::RegistryCredential;
use tracing::Instrument as _;

use super::job::ScanWork;
use super::record::{Found, record};
use super::scan::{ScanError, scan_image};
use super::worker::Came;
use crate::App;
use crate::spans::step;
use crate::watch::{Secrets, host_of, options, reference};

/// Threads that read the layers of one image.
const THREADS: usize = 2;

fn failed(error: impl std::fmt::Display, retry: bool) -> Came {
    Came::Failed {
        error: error.to_string(),
        retry,
    }
}

/// Looks at an image, stores what is inside, decides.
pub(super) async fn scan(app: &App, job: &Leased, work: ScanWork) -> Came {
    let registry = match app.store.registry(&work.registry).await {
        Ok(Some(registry)) => registry,
        // It is watched no longer.
        Ok(None) => return Came::Done,
        Err(error) => return failed(error, true),
    };
    let (host, is_plain) = match host_of(&registry.url) {
        Ok(place) => place,
        Err(error) => return failed(error, false),
    };
    let secrets = match credential(app, &registry, &work) {
        Ok(secrets) => secrets,
        Err(error) => return failed(error, false),
    };
    let (tag, digest) = (work.tag.as_deref(), work.digest.as_deref());
    let reference = match reference(&host, &work.repository, tag, digest) {
        Ok(reference) => reference,
        Err(error) => return failed(error, false),
    };
    let settings = settings(app);
    let options = options(&host, is_plain, &secrets, app.settings.link_local);
    let looking = step!("look at image", lazaret.repository = work.repository);
    let looked = tokio::task::spawn_blocking(move || {
        let _entered = looking.entered();
        scan_image(&reference, &options, &settings)
    });
    let (digest, examined) = match looked.await {
        Ok(Ok(looked)) => looked,
        Ok(Err(ScanError::Registry(RegistryError::NotFound { .. }))) if digest_only(&work) => {
            // Deleted, or overwritten and collected, since the event: there is nothing to
            // decide on, and nothing that could be pulled.
            tracing::info!(job = job.id, "the image is gone");
            return Came::Done;
        }
        Ok(Err(error)) => return failed(error.words(), error.may_pass()),
        Err(error) => return failed(error, true),
    };
    let found = Found {
        registry: registry.id.clone(),
        repository: work.repository,
        tag: work.tag.unwrap_or_default(),
        digest,
    };
    let now = app.now();
    let recorded = record(app, &found, examined, now).instrument(step!("record"));
    let digests = match recorded.await {
        Ok(digests) => digests,
        Err(error) => return failed(error.problem(), true),
    };
    app.metrics.scans.inc();
    match super::decide::decide(app, &digests, "scan").await {
        Ok(()) => Came::Done,
        Err(error) => failed(error.problem(), true),
    }
}

/// Whether a digest was named: then it is gone for good; a tag may come back.
fn digest_only(work: &ScanWork) -> bool {
    work.digest.is_some()
}

fn credential(
    app: &App,
    registry: &lazaret_store::Registry,
    work: &ScanWork,
) -> Result<Secrets, String> {
    let mut secrets = Secrets::of(registry, &app.keys).map_err(|e| e.to_string())?;
    if let Some(sealed) = &work.authorization {
        let text = app.keys.unseal("job", sealed).map_err(|e| e.to_string())?;
        let own: RegistryCredential = serde_json::from_str(&text).map_err(|e| e.to_string())?;
        secrets.credential = Some(own);
    }
    Ok(secrets)
}

/// What is looked for: everything that a policy may ask for.
fn settings(app: &App) -> Settings {
    Settings {
        threads: THREADS,
        look: Look {
            secrets: true,
            misconfigurations: true,
            licenses: false,
            signs: true,
            statements: false,
        },
        cache: Cache::open(&app.settings.data.join("layers")).ok(),
        ..Settings::default()
    }
}
