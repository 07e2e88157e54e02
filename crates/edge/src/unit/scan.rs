//! One job: an image beside its registry becomes inventories. Blocking; run on a thread
//! that may block.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use lazaret_image::credentials::{Credential, Keychain, Secret};
use lazaret_image::registry::{RegistryError, RegistryOptions};
use lazaret_image::{ImageRef, Platforms, registry};
use lazaret_model::Digest;
use lazaret_scan::{Cache, CacheError, CatalogError, Progress, Settings, catalog};
use lazaret_wire::edge::{ImageAccess, ScanResult};

use super::Shared;

/// Why an image has no inventory.
#[derive(Debug, thiserror::Error)]
pub(super) enum ScanError {
    #[error("the job: {0}")]
    Job(String),
    #[error(transparent)]
    Registry(#[from] RegistryError),
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error("the layer cache")]
    Cache(#[from] CacheError),
    #[error("keep the inventory")]
    Spool(#[from] std::io::Error),
    #[error("the inventory has {0} bytes, which is more than the centre takes")]
    Large(usize),
}

impl ScanError {
    /// Whether trying again is of no use.
    pub(super) fn is_final(&self) -> bool {
        match self {
            Self::Job(_) | Self::Large(_) => true,
            Self::Registry(error) => matches!(error, RegistryError::NotFound { .. }),
            Self::Catalog(_) | Self::Cache(_) | Self::Spool(_) => false,
        }
    }

    /// The error and what led to it.
    pub(super) fn whole(&self) -> String {
        let mut text = self.to_string();
        let mut inner = std::error::Error::source(self);
        while let Some(cause) = inner {
            text += &format!(": {cause}");
            inner = cause.source();
        }
        text.chars().take(4000).collect()
    }
}

/// Counts the bytes of layers that are read.
struct Counted(Arc<AtomicU64>);

impl Progress for Counted {
    fn begin(&self, _: usize, _: Option<u64>, _: usize) {}

    fn advance(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }

    fn end(&self) {}
}

/// Looks at an image; its inventories are in the spool when this is done.
pub(super) fn scan(
    shared: &Shared,
    access: &ImageAccess,
    threads: usize,
) -> Result<(Vec<ScanResult>, Vec<Digest>), ScanError> {
    let digest: Digest = access
        .digest
        .parse()
        .map_err(|e| ScanError::Job(format!("{e}")))?;
    let name = format!("{}/{}@{digest}", access.host, access.repository);
    let reference: ImageRef = name.parse().map_err(|e| ScanError::Job(format!("{e}")))?;
    let settings = Settings {
        threads,
        cache: Some(Cache::open(&shared.settings.cache)?),
        ..Settings::default()
    };
    let images = registry::open(&reference, &Platforms::All, &options(access))?;
    let (mut results, mut blobs) = (Vec::new(), Vec::new());
    for image in images {
        // Known before the first byte is read: none of it may leave.
        let stored = image.layers.iter().filter_map(|l| l.digest.as_ref());
        let content = image.layers.iter().map(|l| &l.diff_id);
        shared.outward.know(stored.chain(content));
        let counted = Counted(Arc::clone(&shared.counts.layer_bytes));
        let inventory = catalog(&image, &name, &settings, &counted)?;
        let bytes = serde_json::to_vec(&inventory).map_err(std::io::Error::other)?;
        if bytes.len() > lazaret_wire::edge::MAX_BLOB {
            return Err(ScanError::Large(bytes.len()));
        }
        let blob = shared.spool.blob(&bytes)?;
        let sizes = image.layers.iter().filter_map(|layer| layer.size);
        results.push(ScanResult {
            digest: image.digest.as_ref().unwrap_or(&digest).to_string(),
            platform: image
                .platform
                .as_ref()
                .map_or_else(String::new, ToString::to_string),
            size_bytes: i64::try_from(sizes.sum::<u64>()).unwrap_or(i64::MAX),
            layers: i64::try_from(image.layers.len()).unwrap_or(i64::MAX),
            inventory: blob.to_string(),
        });
        blobs.push(blob);
    }
    blobs.sort();
    blobs.dedup();
    Ok((results, blobs))
}

fn options(access: &ImageAccess) -> RegistryOptions {
    // The centre says who we are; a credential of this machine is for others.
    let keychain = match (&access.username, &access.password) {
        (_, None) => Keychain::empty(),
        (username, Some(password)) => Keychain::empty().with(
            &access.host,
            Credential::Basic {
                username: username.clone().unwrap_or_default(),
                password: Secret::new(password.clone()),
            },
        ),
    };
    let plain = access.plain_http.then(|| access.host.clone());
    RegistryOptions {
        keychain,
        plain_http: plain.into_iter().collect(),
        ..RegistryOptions::default()
    }
}
