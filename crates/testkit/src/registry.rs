//! A registry on the loopback interface that misbehaves on demand.
//!
//! Serves what it is given, over plain HTTP/1.1, one request for each connection. It
//! knows nothing of images: paths, bytes and media types. It speaks OCI Distribution 1.1
//! as far as pulling goes.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use sha2::{Digest as _, Sha256};

/// How the registry misbehaves. The default is well-behaved.
#[derive(Debug, Clone, Default)]
pub struct Manners {
    /// A token of its own token service is wanted.
    pub bearer: bool,
    /// This `Authorization` header is wanted, at the token service where there is one.
    pub authorization: Option<String>,
    /// The first so many requests are answered with this status.
    pub refuse_first: usize,
    /// The status for them.
    pub refuse_with: u16,
    /// Value of `Retry-After` in refusals.
    pub retry_after: Option<String>,
    /// The first blob answers end after so many bytes.
    pub cut_after: Option<usize>,
    /// `Range` is not understood.
    pub ignore_range: bool,
    /// `Docker-Content-Digest` lies.
    pub lie_about_digest: bool,
    /// Blobs are elsewhere: at this `http://host:port`.
    pub blobs_at: Option<String>,
}

/// A running registry; it ends when dropped.
pub struct LoopbackRegistry {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    manners: Manners,
    address: SocketAddr,
    content: Mutex<BTreeMap<String, (String, Vec<u8>)>>,
    log: Mutex<Vec<Request>>,
    refused: AtomicUsize,
    stop: AtomicBool,
}

/// A request that arrived.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The path with its query.
    pub path: String,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The `Range` header.
    pub range: Option<String>,
}

/// The digest of bytes as OCI writes it.
pub fn digest_of(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    let hex: String = hash.iter().map(|b| format!("{b:02x}")).collect();
    format!("sha256:{hex}")
}

impl LoopbackRegistry {
    /// Starts a registry on a free port.
    ///
    /// # Errors
    /// When there is no free port.
    pub fn start(manners: Manners) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            manners,
            address,
            content: Mutex::default(),
            log: Mutex::default(),
            refused: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
        });
        let serving = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if serving.stop.load(Ordering::SeqCst) {
                    return;
                }
                let serving = Arc::clone(&serving);
                if let Ok(stream) = stream {
                    // A client that hangs up is no concern of the server.
                    std::thread::spawn(move || drop(serving.serve(stream)));
                }
            }
        });
        Ok(Self { address, shared })
    }

    /// `127.0.0.1:port`.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// Adds a blob, and returns its digest.
    pub fn blob(&self, repository: &str, bytes: &[u8]) -> String {
        let digest = digest_of(bytes);
        self.put(
            format!("/v2/{repository}/blobs/{digest}"),
            "application/octet-stream",
            bytes,
        );
        digest
    }

    /// Adds a manifest under its digest and a tag, and returns the digest.
    pub fn manifest(&self, repository: &str, tag: &str, media_type: &str, bytes: &[u8]) -> String {
        let digest = digest_of(bytes);
        for name in [tag, &digest] {
            self.put(
                format!("/v2/{repository}/manifests/{name}"),
                media_type,
                bytes,
            );
        }
        digest
    }

    /// Adds anything at a path.
    pub fn put(&self, path: String, media_type: &str, bytes: &[u8]) {
        if let Ok(mut content) = self.shared.content.lock() {
            content.insert(path, (media_type.to_owned(), bytes.to_vec()));
        }
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.shared
            .log
            .lock()
            .map(|l| l.clone())
            .unwrap_or_default()
    }
}

impl Drop for LoopbackRegistry {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
    }
}

impl Shared {
    fn serve(&self, stream: TcpStream) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream.try_clone()?.take(64 << 10));
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let mut request = Request {
            path: line.split(' ').nth(1).unwrap_or_default().to_owned(),
            ..Request::default()
        };
        loop {
            let mut header = String::new();
            reader.read_line(&mut header)?;
            let Some((name, value)) = header.trim_end().split_once(": ") else {
                break;
            };
            match name.to_ascii_lowercase().as_str() {
                "authorization" => request.authorization = Some(value.to_owned()),
                "range" => request.range = Some(value.to_owned()),
                _ => {}
            }
        }
        if let Ok(mut log) = self.log.lock() {
            log.push(request.clone());
        }
        self.answer(stream, &request)
    }

    fn answer(&self, mut to: TcpStream, request: &Request) -> std::io::Result<()> {
        let m = &self.manners;
        if self.refused.load(Ordering::SeqCst) < m.refuse_first {
            self.refused.fetch_add(1, Ordering::SeqCst);
            let after = m
                .retry_after
                .as_ref()
                .map(|v| format!("Retry-After: {v}\r\n"));
            return reply(&mut to, m.refuse_with, &after.unwrap_or_default(), b"");
        }
        let allowed = m.authorization.is_none() || m.authorization == request.authorization;
        if request.path.starts_with("/token") {
            return match allowed {
                true => reply(&mut to, 200, "", br#"{"token": "good", "expires_in": 300}"#),
                false => reply(&mut to, 401, "", b""),
            };
        }
        if m.bearer && request.authorization.as_deref() != Some("Bearer good") {
            let realm = format!("http://{}/token", self.address);
            let header =
                format!("WWW-Authenticate: Bearer realm=\"{realm}\",service=\"loopback\"\r\n");
            return reply(&mut to, 401, &header, b"");
        }
        if !m.bearer && !allowed {
            return reply(
                &mut to,
                401,
                "WWW-Authenticate: Basic realm=\"loopback\"\r\n",
                b"",
            );
        }
        let blob = request.path.contains("/blobs/");
        if let (true, Some(elsewhere)) = (blob, &m.blobs_at) {
            let header = format!("Location: {elsewhere}{}\r\n", request.path);
            return reply(&mut to, 307, &header, b"");
        }
        let found = self
            .content
            .lock()
            .ok()
            .and_then(|c| c.get(&request.path).cloned());
        let Some((media_type, bytes)) = found else {
            let body =
                br#"{"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]}"#;
            return reply(&mut to, 404, "", body);
        };
        let mut header = format!("Content-Type: {media_type}\r\n");
        if !blob {
            let of: &[u8] = if m.lie_about_digest {
                b"another"
            } else {
                &bytes
            };
            header += &format!("Docker-Content-Digest: {}\r\n", digest_of(of));
            return reply(&mut to, 200, &header, &bytes);
        }
        self.blob(&mut to, request, header, &bytes)
    }

    fn blob(
        &self,
        to: &mut TcpStream,
        request: &Request,
        mut header: String,
        bytes: &[u8],
    ) -> std::io::Result<()> {
        let range = request
            .range
            .as_deref()
            .filter(|_| !self.manners.ignore_range);
        let from = range
            .and_then(|r| {
                r.strip_prefix("bytes=")?
                    .strip_suffix('-')?
                    .parse::<usize>()
                    .ok()
            })
            .unwrap_or(0)
            .min(bytes.len());
        let status = if from > 0 { 206 } else { 200 };
        if from > 0 {
            let last = bytes.len().saturating_sub(1);
            header += &format!("Content-Range: bytes {from}-{last}/{}\r\n", bytes.len());
        }
        let body = bytes.get(from..).unwrap_or_default();
        header += &format!("Content-Length: {}\r\n", body.len());
        // Only the first answer is cut where ranges are ignored, or no end would come.
        let again = request.range.is_some() && self.manners.ignore_range;
        let cut = self.manners.cut_after.filter(|_| !again);
        let sent = body.get(..cut.unwrap_or(body.len())).unwrap_or(body);
        write!(
            to,
            "HTTP/1.1 {status} x\r\n{header}Connection: close\r\n\r\n"
        )?;
        to.write_all(sent)
    }
}

fn reply(to: &mut TcpStream, status: u16, headers: &str, body: &[u8]) -> std::io::Result<()> {
    let length = body.len();
    write!(
        to,
        "HTTP/1.1 {status} x\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n"
    )?;
    to.write_all(body)
}
