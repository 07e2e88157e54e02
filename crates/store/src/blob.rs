//! Blobs by the digest of their content: a directory, or a bucket of an S3-compatible store.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt, PutPayload, RetryConfig};

use crate::error::{Error, Result};
use crate::store::{Store, digest_of};

/// Bytes of a blob at most, before compression.
pub const BLOB_LIMIT: usize = 256 * 1024 * 1024;

/// zstd's: a third of the time of the default and nearly its size.
const LEVEL: i32 = 1;

/// Where blobs are.
#[derive(Clone, Debug)]
pub(crate) struct Blobs {
    pub(crate) objects: Arc<dyn ObjectStore>,
    prefix: String,
    /// Of a bucket for which nobody has set keys: the machine's role is all there can be.
    needs_role: bool,
}

/// How long a place may take to answer at the start.
const PATIENCE: Duration = Duration::from_secs(20);

/// Variables, each of which alone says where the keys of a bucket come from.
const KEYS: [&str; 4] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

impl Blobs {
    /// A directory (made if absent), or `s3://BUCKET/PREFIX?endpoint=URL&region=NAME`.
    pub(crate) fn open(place: &str) -> Result<Blobs> {
        if let Some(rest) = place.strip_prefix("s3://") {
            return bucket(rest);
        }
        let directory = PathBuf::from(place);
        std::fs::create_dir_all(&directory)
            .map_err(|error| Error::Invalid(format!("{place}: {error}")))?;
        let objects = LocalFileSystem::new_with_prefix(&directory)
            .map_err(|error| Error::Invalid(format!("{place}: {error}")))?
            .with_fsync(true);
        Ok(Blobs {
            objects: Arc::new(objects),
            prefix: String::new(),
            needs_role: false,
        })
    }

    /// The folders of [`Blobs::path`] that are there.
    pub(crate) async fn folders(&self) -> Result<Vec<Path>> {
        let all = Path::from(format!("{}sha256", self.prefix));
        let listed = self.objects.list_with_delimiter(Some(&all)).await;
        Ok(listed.map_err(|error| trouble(&error))?.common_prefixes)
    }

    /// `sha256/ab/abcdef….zst`: no folder grows without end.
    pub(crate) fn path(&self, digest: &str) -> Result<Path> {
        let hex = digest.strip_prefix("sha256:").filter(|hex| {
            hex.len() == 64
                && hex
                    .bytes()
                    .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        });
        let hex = hex.ok_or_else(|| Error::Invalid(format!("`{digest}` is no digest")))?;
        Ok(Path::from(format!(
            "{}sha256/{}/{hex}.zst",
            self.prefix,
            &hex[..2]
        )))
    }
}

fn bucket(rest: &str) -> Result<Blobs> {
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
    // Keys and session token come from the environment, the machine's role or the pod's.
    let mut builder = AmazonS3Builder::from_env()
        .with_bucket_name(bucket)
        // Peers of Amazon rarely have a name per bucket.
        .with_virtual_hosted_style_request(false);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        builder = match name {
            "endpoint" => builder
                .with_endpoint(value)
                .with_allow_http(value.starts_with("http://")),
            "region" => builder.with_region(value),
            _ => {
                return Err(Error::Invalid(format!(
                    "`{name}` is not a setting of a bucket: endpoint, region"
                )));
            }
        };
    }
    let retry = RetryConfig {
        max_retries: 4,
        retry_timeout: Duration::from_secs(30),
        ..RetryConfig::default()
    };
    let mut options = ClientOptions::new()
        .with_timeout(Duration::from_secs(60))
        .with_connect_timeout(Duration::from_secs(5));
    if query.contains("endpoint=http://") {
        options = options.with_allow_http(true);
    }
    let objects = builder
        .with_client_options(options)
        .with_retry(retry)
        .build()
        .map_err(|error| Error::Invalid(error.to_string()))?;
    let prefix = prefix.trim_end_matches('/');
    Ok(Blobs {
        objects: Arc::new(objects),
        needs_role: KEYS.iter().all(|name| std::env::var_os(name).is_none()),
        prefix: if prefix.is_empty() {
            String::new()
        } else {
            format!("{prefix}/")
        },
    })
}

impl Store {
    /// Asks the place of blobs for its list, to tell at the start what would fail later.
    ///
    /// # Errors
    /// [`Error::Invalid`] where a bucket refuses, is not there, or has nobody's keys, with what is
    /// to be set; [`Error::Busy`] where it cannot be reached within 20 seconds.
    pub async fn reach_blobs(&self) -> Result<()> {
        let folders = self.blobs.objects.list_with_delimiter(None);
        let why = match tokio::time::timeout(PATIENCE, folders).await {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(error)) => error,
            Err(_) if self.blobs.needs_role => return Err(no_keys("no answer in time")),
            Err(_) => return Err(Error::Busy("no answer within 20 seconds".to_owned())),
        };
        // The library tells refusals of lists apart by their words alone.
        let words = why.to_string();
        let says = |any: &[&str]| any.iter().any(|one| words.contains(one));
        Err(if says(&["NoSuchBucket"]) {
            Error::Invalid(format!("there is no such bucket: {words}"))
        } else if says(&["401 Unauthorized", "403 Forbidden"]) {
            Error::Invalid(format!(
                "the keys are not taken for it; they are to list, read, write and delete: {words}"
            ))
        } else if self.blobs.needs_role {
            no_keys(&words)
        } else {
            Error::Busy(words)
        })
    }

    /// Stores a blob, durably, and gives its digest; it is kept for some time from `now` on, also
    /// while nothing refers to it. One that is there already is left as it
    /// is, unless its stored size tells that it is not whole.
    ///
    /// # Errors
    /// [`Error::Invalid`] above [`BLOB_LIMIT`]; [`Error::Busy`] where the place cannot be
    /// reached or is full.
    pub async fn put_blob(&self, bytes: Vec<u8>, now: Timestamp) -> Result<String> {
        if bytes.len() > BLOB_LIMIT {
            return Err(Error::Invalid(format!(
                "a blob of {} bytes: at most {BLOB_LIMIT}",
                bytes.len()
            )));
        }
        let (digest, packed) = blocking(move || {
            let packed = zstd::bulk::compress(&bytes, LEVEL);
            packed.map(|packed| (digest_of(&bytes), packed))
        })
        .await?;
        self.announce_blob(&digest, now).await?;
        let path = self.blobs.path(&digest)?;
        let there = match self.blobs.objects.head(&path).await {
            Ok(meta) => meta.size == packed.len() as u64,
            Err(object_store::Error::NotFound { .. }) => false,
            Err(error) => return Err(trouble(&error)),
        };
        if !there {
            let payload = PutPayload::from(packed);
            let put = self.blobs.objects.put(&path, payload).await;
            put.map_err(|error| trouble(&error))?;
        }
        Ok(digest)
    }

    /// A blob's content, verified.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Corrupt`] where it is not what its digest says.
    pub async fn blob(&self, digest: &str) -> Result<Vec<u8>> {
        let path = self.blobs.path(digest)?;
        let got = match self.blobs.objects.get(&path).await {
            Ok(got) => got.bytes().await,
            Err(error) => Err(error),
        };
        let packed = match got {
            Ok(packed) => packed,
            Err(object_store::Error::NotFound { .. }) => {
                return Err(Error::missing("blob", digest));
            }
            Err(error) => return Err(trouble(&error)),
        };
        let name = digest.to_owned();
        let whole = blocking(move || {
            let bytes = unpack(&packed)?;
            Ok((digest_of(&bytes) == name).then_some(bytes))
        });
        match whole.await {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(Error::corrupt(
                format!("blob {digest}"),
                "it has another digest",
            )),
            Err(error) => Err(Error::corrupt(format!("blob {digest}"), error)),
        }
    }

    /// Whether a blob is there.
    ///
    /// # Errors
    /// [`Error::Busy`] where the place cannot be reached.
    pub async fn has_blob(&self, digest: &str) -> Result<bool> {
        match self.blobs.objects.head(&self.blobs.path(digest)?).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(trouble(&error)),
        }
    }

    /// Removes a blob; nothing where it is not there.
    ///
    /// # Errors
    /// [`Error::Busy`] where the place cannot be reached.
    pub async fn delete_blob(&self, digest: &str) -> Result<()> {
        match self.blobs.objects.delete(&self.blobs.path(digest)?).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(trouble(&error)),
        }
    }
}

fn no_keys(why: &str) -> Error {
    Error::Invalid(format!(
        "there are no keys for the bucket: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and \
         AWS_SESSION_TOKEN where it is temporary), or give this machine or pod a role that may \
         use it ({why})"
    ))
}

/// Never more than [`BLOB_LIMIT`], whatever the frame says of itself.
fn unpack(packed: &[u8]) -> std::io::Result<Vec<u8>> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    let limit = BLOB_LIMIT as u64 + 1;
    zstd::Decoder::new(packed)?
        .take(limit)
        .read_to_end(&mut bytes)?;
    if bytes.len() > BLOB_LIMIT {
        return Err(std::io::Error::other("it is larger than any blob may be"));
    }
    Ok(bytes)
}

/// Hashing and packing megabytes is not for the threads that answer requests.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::Database(error.to_string()))?
        .map_err(|error| Error::Database(error.to_string()))
}

pub(crate) fn trouble(error: &object_store::Error) -> Error {
    match error {
        object_store::Error::PermissionDenied { .. }
        | object_store::Error::Unauthenticated { .. }
        | object_store::Error::NotSupported { .. }
        | object_store::Error::NotImplemented { .. } => Error::Database(error.to_string()),
        _ => Error::Busy(error.to_string()),
    }
}
