//! Images of a daemon with Docker's API: Docker Engine, or Podman's service.
//!
//! Source: Docker Engine API 1.41, `GET /images/{name}/json` and `/get`. The daemon tells
//! the layers' uncompressed digests first, so an image of known layers is never exported.
//! The export is one stream, read once by [`crate::read_stream`].

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::blocking::{Client, Response};
use serde::Deserialize;

use lazaret_model::{Digest, Platform};

use crate::manifest;
use crate::{DaemonKind, Image, ImageConfig, ImageError, Limits};

/// Largest description of an image, in bytes.
const MAX_DESCRIPTION: u64 = 8 << 20;

/// How long a daemon may be silent; an export is prepared before its first byte.
const PATIENCE: Duration = Duration::from_secs(300);

/// Why a daemon cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DaemonError {
    /// The socket is there, the daemon behind it does not answer.
    #[error("the daemon at {socket} does not answer: {why}")]
    Silent {
        /// Path of the socket.
        socket: PathBuf,
        /// The innermost cause.
        why: String,
    },
    /// It refuses.
    #[error("the daemon at {socket} answered {status} when asked for {name}")]
    Status {
        /// Path of the socket.
        socket: PathBuf,
        /// The image.
        name: String,
        /// The HTTP status.
        status: u16,
    },
    /// Its answer makes no sense.
    #[error("the daemon at {socket} describes {name} in a way that is not understood: {why}")]
    Answer {
        /// Path of the socket.
        socket: PathBuf,
        /// The image.
        name: String,
        /// What is wrong.
        why: String,
    },
    /// The description is no image.
    #[error(transparent)]
    Image(#[from] ImageError),
}

impl DaemonError {
    /// What the reader can do next, where there is something.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Silent { socket, why } if why.contains("ermission") => Some(format!(
                "ls -l {}: its group may use it, this user may not",
                socket.display()
            )),
            Self::Silent { .. } => Some("docker info or podman info, to see whether the daemon runs; DOCKER_HOST names another one".into()),
            _ => None,
        }
    }
}

/// An image that a daemon has.
pub struct DaemonImage {
    /// The name for people: a tag of the image's where it has one.
    pub name: String,
    /// The digest by which the daemon knows the image: that of its configuration, or of its
    /// manifest. Either decides what the configuration is.
    pub id: Digest,
    /// Digest of its manifest in the registry that it came from, where known.
    pub digest: Option<Digest>,
    /// Platform of the image.
    pub platform: Option<Platform>,
    /// Digests of the uncompressed layers, from the bottom up.
    pub diff_ids: Vec<Digest>,
    socket: PathBuf,
    client: Client,
    asked: String,
}

impl fmt::Debug for DaemonImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DaemonImage")
            .field("name", &self.name)
            .field("id", &self.id)
            .field("platform", &self.platform)
            .finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Description {
    id: String,
    #[serde(default)]
    repo_tags: Option<Vec<String>>,
    #[serde(default)]
    repo_digests: Option<Vec<String>>,
    #[serde(default)]
    os: String,
    #[serde(default)]
    architecture: String,
    #[serde(default)]
    variant: Option<String>,
    #[serde(rename = "RootFS", default)]
    rootfs: Option<Layers>,
}

#[derive(Deserialize)]
struct Layers {
    #[serde(rename = "Layers", default)]
    layers: Vec<Digest>,
}

/// The sockets of a kind that exist here, the likeliest first.
pub fn sockets(kind: DaemonKind) -> Vec<PathBuf> {
    let var = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
    let named = |name: &str| var(name).and_then(|v| v.strip_prefix("unix://").map(PathBuf::from));
    let runtime = var("XDG_RUNTIME_DIR").map(PathBuf::from);
    let under = |rest: &str| runtime.as_ref().map(|r| r.join(rest));
    let fixed = |path: &str| Some(PathBuf::from(path));
    let home = |rest: &str| var("HOME").map(|dir| PathBuf::from(dir).join(rest));
    let all = match kind {
        DaemonKind::Docker => vec![
            named("DOCKER_HOST"),
            fixed("/var/run/docker.sock"),
            under("docker.sock"),
            home(".docker/run/docker.sock"),
            home(".docker/desktop/docker.sock"),
        ],
        DaemonKind::Podman => vec![
            named("CONTAINER_HOST"),
            under("podman/podman.sock"),
            fixed("/run/podman/podman.sock"),
        ],
        DaemonKind::Containerd => vec![
            var("CONTAINERD_ADDRESS").map(PathBuf::from),
            fixed("/run/containerd/containerd.sock"),
            fixed("/run/k3s/containerd/containerd.sock"),
        ],
    };
    all.into_iter().flatten().filter(|p| p.exists()).collect()
}

/// Looks for an image at the Docker or Podman daemons of this machine. `None` when no
/// daemon is there or none has it.
///
/// # Errors
/// When a daemon is there but does not answer well and no other has the image.
pub fn find(name: &str, kind: DaemonKind) -> Result<Option<DaemonImage>, DaemonError> {
    if kind == DaemonKind::Containerd {
        return Ok(None);
    }
    let mut trouble = None;
    for socket in sockets(kind) {
        match find_at(name, socket) {
            Ok(Some(image)) => return Ok(Some(image)),
            Ok(None) => {}
            Err(error) => trouble = trouble.or(Some(error)),
        }
    }
    trouble.map_or(Ok(None), Err)
}

/// Looks for an image at the daemon behind one socket.
///
/// # Errors
/// When the daemon does not answer, or not in a way that is understood.
pub fn find_at(name: &str, socket: PathBuf) -> Result<Option<DaemonImage>, DaemonError> {
    let client = Client::builder()
        .unix_socket(socket.clone())
        .tls_certs_only([])
        .timeout(PATIENCE)
        .build()
        .map_err(|e| silent(&socket, &e))?;
    let Some(response) = get(&client, &socket, name, "json")? else {
        return Ok(None);
    };
    let answer = |why: String| DaemonError::Answer {
        socket: socket.clone(),
        name: name.to_owned(),
        why,
    };
    let mut bytes = Vec::new();
    response
        .take(MAX_DESCRIPTION)
        .read_to_end(&mut bytes)
        .map_err(|e| answer(e.to_string()))?;
    let about = parse_description(&bytes).map_err(&answer)?;
    let id = match about.id.contains(':') {
        true => about.id.clone(),
        false => format!("sha256:{}", about.id),
    };
    let digests = about.repo_digests.unwrap_or_default();
    let digest = digests
        .iter()
        .find_map(|d| d.rsplit_once('@')?.1.parse().ok());
    let known = !about.os.is_empty() && !about.architecture.is_empty();
    let tags = about.repo_tags.unwrap_or_default();
    let tag = tags.iter().find(|tag| tag.contains(name)).or(tags.first());
    Ok(Some(DaemonImage {
        asked: name.to_owned(),
        name: tag.map_or(name, String::as_str).to_owned(),
        id: id.parse().map_err(|e| answer(format!("{e}")))?,
        digest,
        platform: known.then_some(Platform {
            os: about.os,
            architecture: about.architecture,
            variant: about.variant.filter(|v| !v.is_empty()),
        }),
        diff_ids: about.rootfs.map(|r| r.layers).unwrap_or_default(),
        socket,
        client,
    }))
}

fn parse_description(bytes: &[u8]) -> Result<Description, String> {
    serde_json::from_slice(bytes).map_err(|e| e.to_string())
}

/// Reads `bytes` as a daemon's description of an image. What a fuzzer calls.
#[doc(hidden)]
pub fn exercise(bytes: &[u8]) {
    let _ = parse_description(bytes);
}

impl DaemonImage {
    /// The image without its content, by its configuration.
    ///
    /// # Errors
    /// When the configuration is of another image than the daemon described.
    pub fn image(&self, config: ImageConfig) -> Result<Image, DaemonError> {
        if config.rootfs.diff_ids != self.diff_ids {
            return Err(DaemonError::Answer {
                socket: self.socket.clone(),
                name: self.name.clone(),
                why: "its configuration has other layers".into(),
            });
        }
        let places: Vec<String> = self.diff_ids.iter().map(ToString::to_string).collect();
        let layers = manifest::layers_at(&places, &config, &Limits::default())?;
        Ok(Image {
            name: self.name.clone(),
            digest: self.digest.clone(),
            platform: config.platform(),
            annotations: BTreeMap::new(),
            config,
            layers,
            indexes: Vec::new(),
            beside: Vec::new(),
            attachments: None,
            blobs: None,
        })
    }

    /// Holds the image against the platform that was asked for.
    ///
    /// # Errors
    /// When the daemon has it for another.
    pub fn check_platform(&self, wanted: Option<&Platform>) -> Result<(), DaemonError> {
        match (wanted, &self.platform) {
            (Some(wanted), Some(offered)) if !wanted.accepts(offered) => {
                Err(DaemonError::Image(ImageError::NoPlatform {
                    wanted: wanted.to_string(),
                    offered: offered.to_string(),
                }))
            }
            _ => Ok(()),
        }
    }

    /// The image as the archive that `docker save` writes.
    ///
    /// # Errors
    /// When the daemon does not answer, or lost the image since.
    pub fn stream(&self) -> Result<Box<dyn Read + Send>, DaemonError> {
        let found = get(&self.client, &self.socket, &self.asked, "get")?;
        let response = found.ok_or_else(|| DaemonError::Status {
            socket: self.socket.clone(),
            name: self.name.clone(),
            status: 404,
        })?;
        Ok(Box::new(response))
    }
}

fn get(
    client: &Client,
    socket: &Path,
    name: &str,
    what: &str,
) -> Result<Option<Response>, DaemonError> {
    // The host only fills the header; the socket decides where this goes.
    let url = format!("http://localhost/v1.41/images/{name}/{what}");
    let response = client.get(url).send().map_err(|e| silent(socket, &e))?;
    match response.status().as_u16() {
        200 => Ok(Some(response)),
        404 => Ok(None),
        status => Err(DaemonError::Status {
            socket: socket.to_owned(),
            name: name.to_owned(),
            status,
        }),
    }
}

fn silent(socket: &Path, error: &reqwest::Error) -> DaemonError {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    DaemonError::Silent {
        socket: socket.to_owned(),
        why: cause.to_string(),
    }
}
