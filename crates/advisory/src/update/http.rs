//! Downloads over HTTP: conditional, bounded, repeated with growing waits.
//!
//! Proxies are taken from the environment (`HTTPS_PROXY`, `NO_PROXY`). A redirect from
//! https to http is refused: what is on the way could then be changed by anybody.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use lazaret_model::Digest;
use reqwest::StatusCode;
use reqwest::blocking::Response;
use reqwest::header::{
    ETAG, HeaderMap, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, RETRY_AFTER,
};
use sha2::{Digest as _, Sha256};

use super::validators::Validators;
use super::{FetchError, UpdateError, UpdateOptions};

/// Longest wait that a server may ask for.
const MAX_WAIT: Duration = Duration::from_secs(60);
/// Largest checksum file that is read.
const MAX_CHECKSUM_BYTES: u64 = 4096;
const MAX_REDIRECTS: usize = 10;

/// A client with the caller's limits.
pub(super) struct Client {
    client: reqwest::blocking::Client,
    attempts: u32,
    back_off: Duration,
    max_bytes: u64,
}

/// The answer to a download.
pub(super) struct Answer {
    /// What identifies the version; nothing where the file has not changed.
    pub(super) validators: Option<Validators>,
    /// SHA-256 of what arrived, in lower-case hexadecimal.
    pub(super) sha256: String,
}

/// Why one attempt failed, and whether another may help.
struct Failure {
    error: FetchError,
    again: bool,
    wait: Option<Duration>,
}

impl Client {
    pub(super) fn new(options: &UpdateOptions<'_>) -> Result<Self, UpdateError> {
        let mut builder = reqwest::blocking::Client::builder()
            .user_agent(concat!("lazaret/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(20))
            .timeout(options.timeout)
            .redirect(reqwest::redirect::Policy::custom(redirect));
        for path in &options.certificates {
            builder = builder.tls_certs_merge(certificates(path)?);
        }
        let client = builder.build().map_err(|error| UpdateError::Certificate {
            path: PathBuf::new(),
            reason: chain(&error),
        })?;
        Ok(Self {
            client,
            attempts: options.attempts.max(1),
            back_off: options.back_off,
            max_bytes: options.max_bytes,
        })
    }

    /// Downloads `address` into `out`, unless the server says that it is what is `known`.
    pub(super) fn download(
        &self,
        address: &str,
        known: Option<&Validators>,
        out: &mut File,
    ) -> Result<Answer, FetchError> {
        self.attempt(address, known, out, self.attempts)
    }

    /// The same with a number of attempts of the caller's.
    pub(super) fn attempt(
        &self,
        address: &str,
        known: Option<&Validators>,
        out: &mut File,
        attempts: u32,
    ) -> Result<Answer, FetchError> {
        let mut wait = self.back_off;
        let mut attempt = 1;
        loop {
            match self.once(address, known, out) {
                Ok(answer) => return Ok(answer),
                Err(failure) if failure.again && attempt < attempts => {
                    std::thread::sleep(failure.wait.unwrap_or(wait).min(MAX_WAIT));
                    wait = wait.saturating_mul(2);
                    attempt += 1;
                }
                Err(failure) => return Err(failure.error),
            }
        }
    }

    fn once(
        &self,
        address: &str,
        known: Option<&Validators>,
        out: &mut File,
    ) -> Result<Answer, Failure> {
        let mut request = self.client.get(address);
        if let Some(etag) = known.and_then(|known| known.etag.as_deref()) {
            request = request.header(IF_NONE_MATCH, etag);
        }
        if let Some(time) = known.and_then(|known| known.last_modified.as_deref()) {
            request = request.header(IF_MODIFIED_SINCE, time);
        }
        let response = request.send().map_err(|error| Failure::transport(&error))?;
        if response.status() == StatusCode::NOT_MODIFIED && known.is_some() {
            return Ok(Answer {
                validators: None,
                sha256: String::new(),
            });
        }
        if response.status() != StatusCode::OK {
            return Err(Failure::status(&response));
        }
        let header = |name| text_of(response.headers(), name);
        let validators = Validators {
            address: address.to_owned(),
            etag: header(ETAG),
            last_modified: header(LAST_MODIFIED),
            digest: String::new(),
        };
        let sha256 = self.body(response, out)?;
        Ok(Answer {
            validators: Some(validators),
            sha256,
        })
    }

    /// Copies a body into a file, from its beginning, and gives back its SHA-256.
    fn body(&self, mut response: Response, out: &mut File) -> Result<String, Failure> {
        let too_large = || {
            Failure::last(FetchError::TooLarge {
                limit: self.max_bytes,
            })
        };
        if response
            .content_length()
            .is_some_and(|len| len > self.max_bytes)
        {
            return Err(too_large());
        }
        let write = |source| {
            Failure::last(FetchError::Io {
                what: "write the download",
                source,
            })
        };
        // An earlier attempt may have left a part.
        out.set_len(0).map_err(write)?;
        out.seek(SeekFrom::Start(0)).map_err(write)?;
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 64 << 10];
        let mut total = 0u64;
        loop {
            let read = match response.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(Failure::broken(&error)),
            };
            total = total.saturating_add(read as u64);
            if total > self.max_bytes {
                return Err(too_large());
            }
            hash.update(&buffer[..read]);
            out.write_all(&buffer[..read]).map_err(write)?;
        }
        let digest: [u8; 32] = hash.finalize().into();
        Ok(Digest::sha256(&digest).hex().to_owned())
    }

    /// Compares a download with the checksum file beside it, where the server has one.
    ///
    /// Without one the digests inside the database decide alone; they find every damage,
    /// but not a file that somebody put there on purpose.
    pub(super) fn check(&self, address: &str, actual: &str) -> Result<(), FetchError> {
        let response = match self.client.get(format!("{address}.sha256")).send() {
            Ok(response) if response.status() == StatusCode::OK => response,
            Ok(response) if matches!(response.status().as_u16(), 403 | 404 | 410) => return Ok(()),
            Ok(response) => {
                let status = response.status().as_u16();
                return Err(FetchError::Status { status });
            }
            Err(error) => return Err(FetchError::Transport(reason(&error))),
        };
        let mut text = String::new();
        response
            .take(MAX_CHECKSUM_BYTES)
            .read_to_string(&mut text)
            .map_err(|error| FetchError::Transport(chain(&error)))?;
        let stated = text.split_whitespace().next().unwrap_or_default();
        let stated = stated
            .strip_prefix("sha256:")
            .unwrap_or(stated)
            .to_lowercase();
        // A server that answers every address with a page has no checksum.
        let is_digest = stated.len() == 64 && stated.bytes().all(|b| b.is_ascii_hexdigit());
        if !is_digest || stated == actual {
            return Ok(());
        }
        Err(FetchError::Checksum {
            actual: actual.to_owned(),
            stated,
        })
    }
}

impl Failure {
    fn last(error: FetchError) -> Self {
        Self {
            error,
            again: false,
            wait: None,
        }
    }

    fn transport(error: &reqwest::Error) -> Self {
        Self {
            // A refused redirect or a malformed address stays what it is.
            again: !error.is_redirect() && !error.is_builder(),
            error: FetchError::Transport(reason(error)),
            wait: None,
        }
    }

    fn broken(error: &io::Error) -> Self {
        Self {
            error: FetchError::Transport(format!("the connection broke: {}", chain(error))),
            again: true,
            wait: None,
        }
    }

    fn status(response: &Response) -> Self {
        let status = response.status();
        let asked = text_of(response.headers(), RETRY_AFTER).and_then(|text| text.parse().ok());
        Self {
            error: FetchError::Status {
                status: status.as_u16(),
            },
            again: status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429),
            wait: asked.map(Duration::from_secs),
        }
    }
}

fn redirect(attempt: reqwest::redirect::Attempt<'_>) -> reqwest::redirect::Action {
    let was_secure = attempt
        .previous()
        .last()
        .is_some_and(|previous| previous.scheme() == "https");
    if was_secure && attempt.url().scheme() != "https" {
        return attempt.error("redirected from https to http");
    }
    if attempt.previous().len() > MAX_REDIRECTS {
        return attempt.error("redirected too often");
    }
    attempt.follow()
}

fn certificates(path: &Path) -> Result<Vec<reqwest::Certificate>, UpdateError> {
    let refuse = |reason: String| UpdateError::Certificate {
        path: path.to_owned(),
        reason,
    };
    let pem = std::fs::read(path).map_err(|error| refuse(error.to_string()))?;
    let found =
        reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| refuse(chain(&error)))?;
    if found.is_empty() {
        return Err(refuse("holds no certificate".to_owned()));
    }
    Ok(found)
}

fn text_of(headers: &HeaderMap, name: reqwest::header::HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// An error with its causes, which is where the reason is.
/// Why a request failed, without the address, which is named beside it.
fn reason(error: &reqwest::Error) -> String {
    let mut last: &dyn std::error::Error = error;
    while let Some(inner) = last.source() {
        last = inner;
    }
    let text = last.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    match (error.is_timeout(), error.is_connect()) {
        (true, _) => "it does not answer in time".to_owned(),
        (false, true) => format!("it cannot be reached: {text}"),
        (false, false) => chain(error),
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let reason = inner.to_string();
        if !text.contains(&reason) {
            text.push_str(": ");
            text.push_str(&reason);
        }
        cause = inner.source();
    }
    text
}
