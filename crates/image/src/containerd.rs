//! Images of containerd, over its gRPC socket.
//!
//! Source: containerd's `services/images/v1` and `services/content/v1`. Four calls are all
//! it takes (`Images.Get` and `List`, `Content.Info` and `Read`), so they are written out:
//! HTTP/2 with prior knowledge, messages of five bytes and a body, and the few fields of
//! protocol buffers that matter. The content store is an OCI layout by another name; it
//! is read as one, with the same verification.

mod wire;

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::blocking::{Client, Response};

use lazaret_model::Digest;

use crate::layout::{self, Blobs};
use crate::{Choice, Image, ImageError, ImageRef, Limits, Platforms};
use wire::{Field, Message};

/// Largest message of an answer, in bytes; containerd reads in pieces of 1 MiB.
const MAX_MESSAGE: usize = 16 << 20;

/// How long the daemon may be silent.
const PATIENCE: Duration = Duration::from_secs(120);

/// Namespaces that are searched when none is named: `ctr`'s, Kubernetes', Docker's.
const NAMESPACES: [&str; 3] = ["default", "k8s.io", "moby"];

/// gRPC's code for what is not there.
const NOT_FOUND: &str = "5";

/// Why containerd cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ContainerdError {
    /// The socket is there, the daemon behind it does not answer.
    #[error("containerd at {socket} does not answer: {why}")]
    Silent {
        /// Path of the socket.
        socket: PathBuf,
        /// The innermost cause.
        why: String,
    },
    /// It answers with an error.
    #[error("containerd at {socket} answers {call} with code {code}: {said}")]
    Status {
        /// Path of the socket.
        socket: PathBuf,
        /// The call.
        call: &'static str,
        /// gRPC's code.
        code: String,
        /// The daemon's words.
        said: String,
    },
    /// What it has is no image that can be read.
    #[error(transparent)]
    Image(#[from] ImageError),
}

/// Looks for an image at the containerd daemons of this machine, in the namespace that
/// `CONTAINERD_NAMESPACE` names or the usual ones. `name` is a name as containerd has it,
/// a reference, or a digest.
///
/// # Errors
/// When a daemon is there but does not answer well, or the image is damaged.
pub fn find(
    name: &str,
    platforms: &Platforms,
    limits: &Limits,
) -> Result<Option<Vec<Image>>, ContainerdError> {
    let own = std::env::var("CONTAINERD_NAMESPACE").ok();
    let own = own.as_deref().filter(|n| !n.is_empty());
    let namespaces: Vec<&str> = own.map_or(NAMESPACES.to_vec(), |n| vec![n]);
    for socket in crate::daemon::sockets(crate::DaemonKind::Containerd) {
        for namespace in &namespaces {
            let found = find_at(&socket, namespace, name, platforms, limits)?;
            if found.is_some() {
                return Ok(found);
            }
        }
    }
    Ok(None)
}

/// Looks for an image in one namespace of the daemon behind one socket.
///
/// # Errors
/// When the daemon does not answer well, or the image is damaged.
pub fn find_at(
    socket: &Path,
    namespace: &str,
    name: &str,
    platforms: &Platforms,
    limits: &Limits,
) -> Result<Option<Vec<Image>>, ContainerdError> {
    let store = Store::new(socket, namespace)?;
    let Some((name, target)) = store.search(name)? else {
        return Ok(None);
    };
    let store = Store {
        index: Some(index_of(&target).to_string().into_bytes()),
        ..store
    };
    let choice = Choice {
        name: None,
        platforms: platforms.clone(),
    };
    Ok(Some(layout::open(store, &name, &choice, limits)?))
}

/// One namespace of one daemon.
struct Store {
    socket: PathBuf,
    namespace: String,
    client: Client,
    /// What the image's name points at, as the `index.json` of a layout.
    index: Option<Vec<u8>>,
}

impl Store {
    fn new(socket: &Path, namespace: &str) -> Result<Self, ContainerdError> {
        let client = Client::builder()
            .unix_socket(socket.to_owned())
            .http2_prior_knowledge()
            .tls_certs_only([])
            .timeout(PATIENCE)
            .build()
            .map_err(|e| silent(socket, &e))?;
        Ok(Self {
            socket: socket.to_owned(),
            namespace: namespace.to_owned(),
            client,
            index: None,
        })
    }

    /// Calls a method. `None` when containerd does not have what was asked for.
    fn call(
        &self,
        method: &'static str,
        request: &[u8],
    ) -> Result<Option<Response>, ContainerdError> {
        let response = self
            .client
            .post(format!("http://localhost/{method}"))
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .header("containerd-namespace", &self.namespace)
            .body(wire::frame(request))
            .send()
            .map_err(|e| silent(&self.socket, &e))?;
        // An answer without a message carries its status in the headers.
        let header = |name: &str| {
            let value = response.headers().get(name);
            value
                .and_then(|v| v.to_str().ok())
                .unwrap_or_default()
                .to_owned()
        };
        let code = match header("grpc-status") {
            code if code.is_empty() && response.status() != 200 => response.status().to_string(),
            code => code,
        };
        match code.as_str() {
            "" | "0" => Ok(Some(response)),
            NOT_FOUND => Ok(None),
            _ => Err(ContainerdError::Status {
                socket: self.socket.clone(),
                call: method,
                code,
                said: header("grpc-message").chars().take(300).collect(),
            }),
        }
    }

    /// The image that a text means, with its name: the name as it was written, the name
    /// that the text is short for, or a digest that a name points at.
    fn search(&self, text: &str) -> Result<Option<Named>, ContainerdError> {
        if let Some(found) = self.image(text)? {
            return Ok(Some(found));
        }
        if let Ok(digest) = text.parse::<Digest>() {
            return self.pointing_at(&digest, None);
        }
        let Ok(reference) = text.parse::<ImageRef>() else {
            return Ok(None);
        };
        if let Some(found) = self.image(&reference.to_string())? {
            return Ok(Some(found));
        }
        match &reference.digest {
            Some(digest) => self.pointing_at(digest, Some(&reference.name())),
            None => Ok(None),
        }
    }

    /// What a name points at.
    fn image(&self, name: &str) -> Result<Option<Named>, ContainerdError> {
        const GET: &str = "containerd.services.images.v1.Images/Get";
        let request = Message::new().text(1, name).done();
        let Some(mut response) = self.call(GET, &request)? else {
            return Ok(None);
        };
        let Some(message) = self.message(&mut response)? else {
            return Ok(None);
        };
        // GetImageResponse.image (1).
        let image = wire::bytes(&message, 1).ok_or_else(|| malformed("it names no image"))?;
        Ok(Some(named(image)?))
    }

    /// The first name, in the order of names, that points at a digest and belongs to the
    /// repository where one is given.
    fn pointing_at(
        &self,
        digest: &Digest,
        repository: Option<&str>,
    ) -> Result<Option<Named>, ContainerdError> {
        const LIST: &str = "containerd.services.images.v1.Images/List";
        let filter = format!("target.digest=={digest}");
        let request = Message::new().text(1, &filter).done();
        let Some(mut response) = self.call(LIST, &request)? else {
            return Ok(None);
        };
        let Some(message) = self.message(&mut response)? else {
            return Ok(None);
        };
        // ListImagesResponse.images (1), repeated.
        let mut found = Vec::new();
        for field in wire::fields(&message) {
            if let Field::Bytes(1, image) = field {
                found.push(named(image)?);
            }
        }
        found.retain(|(name, target)| {
            let of = |wanted: &str| name.parse().is_ok_and(|r: ImageRef| r.name() == wanted);
            target.digest == *digest && repository.is_none_or(of)
        });
        found.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(found.into_iter().next())
    }

    fn message(&self, response: &mut Response) -> Result<Option<Vec<u8>>, ContainerdError> {
        wire::read_frame(response, MAX_MESSAGE).map_err(|e| ContainerdError::Silent {
            socket: self.socket.clone(),
            why: e.to_string(),
        })
    }

    /// Size of a blob, where the daemon has it.
    fn size(&self, digest: &str) -> Result<Option<u64>, ContainerdError> {
        const INFO: &str = "containerd.services.content.v1.Content/Info";
        let request = Message::new().text(1, digest).done();
        let Some(mut response) = self.call(INFO, &request)? else {
            return Ok(None);
        };
        let message = self.message(&mut response)?;
        // InfoResponse.info (1) → Info.size (2).
        let info = message.as_deref().and_then(|m| wire::bytes(m, 1));
        Ok(info.map(|i| wire::number(i, 2).unwrap_or(0)))
    }
}

impl Blobs for Store {
    fn holds_layers(&self) -> bool {
        false
    }

    fn file(&self, path: &str) -> Result<(Box<dyn Read + Send>, u64), ImageError> {
        const READ: &str = "containerd.services.content.v1.Content/Read";
        if path == "index.json" {
            let index = self.index.clone().unwrap_or_default();
            let size = index.len() as u64;
            return Ok((Box::new(io::Cursor::new(index)), size));
        }
        let digest = path.trim_start_matches("blobs/").replacen('/', ":", 1);
        let fail = |error: ContainerdError| ImageError::File {
            path: PathBuf::from(path),
            source: io::Error::other(error),
        };
        let missing = || ImageError::MissingBlob {
            blob: digest.clone(),
        };
        let size = self.size(&digest).map_err(fail)?.ok_or_else(missing)?;
        let request = Message::new().text(1, &digest).done();
        let response = self
            .call(READ, &request)
            .map_err(fail)?
            .ok_or_else(missing)?;
        let content = Content {
            response,
            piece: io::Cursor::new(Vec::new()),
            left: size,
        };
        Ok((Box::new(content), size))
    }
}

/// The pieces of a blob, joined.
struct Content {
    response: Response,
    piece: io::Cursor<Vec<u8>>,
    left: u64,
}

impl Read for Content {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            let n = self.piece.read(buf)?;
            if n > 0 || buf.is_empty() || self.left == 0 {
                self.left = self.left.saturating_sub(n as u64);
                return Ok(n);
            }
            let Some(message) = wire::read_frame(&mut self.response, MAX_MESSAGE)? else {
                return Err(io::ErrorKind::UnexpectedEof.into());
            };
            // ReadContentResponse.data (2).
            let data = wire::fields(&message).find_map(|field| match field {
                Field::Bytes(2, data) => Some(data.to_vec()),
                _ => None,
            });
            self.piece = io::Cursor::new(data.unwrap_or_default());
        }
    }
}

/// A name and what it points at.
type Named = (String, Target);

/// What a name points at: a manifest, or an index of them.
struct Target {
    media_type: String,
    digest: Digest,
    size: u64,
}

fn malformed(why: &str) -> ImageError {
    ImageError::manifest("containerd's answer", why)
}

/// Reads an image: Image.name (1), Image.target (3) → Descriptor: 1, 2, 3.
fn named(image: &[u8]) -> Result<Named, ImageError> {
    let string = |message, number| {
        let bytes = wire::bytes(message, number);
        bytes.and_then(|b| std::str::from_utf8(b).ok())
    };
    let target = wire::bytes(image, 3).ok_or_else(|| malformed("its image has no target"))?;
    let digest = string(target, 2).and_then(|t| t.parse().ok());
    let target = Target {
        media_type: string(target, 1).unwrap_or_default().to_owned(),
        digest: digest.ok_or_else(|| malformed("its target has no digest"))?,
        size: wire::number(target, 3).unwrap_or(0),
    };
    Ok((string(image, 1).unwrap_or_default().to_owned(), target))
}

/// What a name points at, as a layout's index.
fn index_of(target: &Target) -> serde_json::Value {
    serde_json::json!({"schemaVersion": 2, "manifests": [{
        "mediaType": target.media_type,
        "digest": target.digest,
        "size": target.size,
    }]})
}

/// Reads `bytes` as an answer of containerd, and the messages in it as images. What a
/// fuzzer calls.
#[doc(hidden)]
pub fn exercise(mut bytes: &[u8]) {
    let _ = named(bytes);
    while let Ok(Some(message)) = wire::read_frame(&mut bytes, MAX_MESSAGE) {
        for field in wire::fields(&message) {
            if let Field::Bytes(1, image) = field {
                let _ = named(image);
            }
        }
    }
}

fn silent(socket: &Path, error: &reqwest::Error) -> ContainerdError {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    ContainerdError::Silent {
        socket: socket.to_owned(),
        why: cause.to_string(),
    }
}
