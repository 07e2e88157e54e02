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
use std::time::Duration;

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
    /// The token service is elsewhere: it redirects with this status to this address.
    pub tokens_at: Option<(u16, String)>,
    /// Every body comes byte by byte, with this pause between them.
    pub drip: Option<Duration>,
    /// Blobs have no length and no end: zeros follow.
    pub endless: bool,
    /// `Content-Length` of blobs is this much more than what is sent, or less.
    pub length_off_by: isize,
    /// What is sent after the first byte range of a blob is other content.
    pub change_on_resume: bool,
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
    /// The method.
    pub method: String,
    /// The path with its query, without the host that a proxy is told.
    pub path: String,
    /// The `Host` header.
    pub host: String,
    /// The body, where it is a form.
    pub form: String,
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
        let mut words = line.split(' ').map(str::to_owned);
        let mut request = Request {
            method: words.next().unwrap_or_default(),
            path: words.next().unwrap_or_default(),
            ..Request::default()
        };
        // A proxy is asked for whole addresses.
        if let Some(rest) = request.path.strip_prefix("http://") {
            request.path = rest
                .get(rest.find('/').unwrap_or(0)..)
                .unwrap_or("/")
                .to_owned();
        }
        let mut length = 0u64;
        loop {
            let mut header = String::new();
            reader.read_line(&mut header)?;
            let Some((name, value)) = header.trim_end().split_once(": ") else {
                break;
            };
            match name.to_ascii_lowercase().as_str() {
                "authorization" => request.authorization = Some(value.to_owned()),
                "range" => request.range = Some(value.to_owned()),
                "host" => value.clone_into(&mut request.host),
                "content-length" => length = value.parse().unwrap_or(0),
                _ => {}
            }
        }
        reader
            .take(length.min(16 << 10))
            .read_to_string(&mut request.form)?;
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
            if let Some((status, address)) = &m.tokens_at {
                return reply(&mut to, *status, &format!("Location: {address}\r\n"), b"");
            }
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
            if m.drip.is_some() {
                header += &format!("Content-Length: {}\r\n", bytes.len());
                head(&mut to, 200, &header)?;
                return self.body(&mut to, &bytes);
            }
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
        if self.manners.endless {
            head(to, status, &header)?;
            to.write_all(body)?;
            loop {
                to.write_all(&[0; 4096])?;
            }
        }
        let length = body.len().saturating_add_signed(self.manners.length_off_by);
        header += &format!("Content-Length: {length}\r\n");
        // Only the first answer is cut where ranges are ignored, or no end would come.
        let again = request.range.is_some() && self.manners.ignore_range;
        let cut = self.manners.cut_after.filter(|_| !again);
        let sent = body.get(..cut.unwrap_or(body.len())).unwrap_or(body);
        head(to, status, &header)?;
        match self.manners.change_on_resume && from > 0 {
            true => self.body(to, &vec![b'x'; sent.len()]),
            false => self.body(to, sent),
        }
    }

    fn body(&self, to: &mut TcpStream, bytes: &[u8]) -> std::io::Result<()> {
        let Some(pause) = self.manners.drip else {
            return to.write_all(bytes);
        };
        for byte in bytes {
            to.write_all(&[*byte])?;
            std::thread::sleep(pause);
        }
        Ok(())
    }
}

fn head(to: &mut TcpStream, status: u16, headers: &str) -> std::io::Result<()> {
    write!(
        to,
        "HTTP/1.1 {status} x\r\n{headers}Connection: close\r\n\r\n"
    )
}

fn reply(to: &mut TcpStream, status: u16, headers: &str, body: &[u8]) -> std::io::Result<()> {
    let length = body.len();
    write!(
        to,
        "HTTP/1.1 {status} x\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n"
    )?;
    to.write_all(body)
}
