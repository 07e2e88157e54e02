//! A blob as a stream that takes itself up again where the line broke.

use std::io::{self, Read};
use std::sync::Arc;

use lazaret_model::Digest;
use reqwest::StatusCode;
use reqwest::blocking::Response;
use reqwest::header::CONTENT_RANGE;

use super::endpoint::{Ask, Endpoint};
use super::error::RegistryError;
use super::pace::{LEAST, Pace, Paced};

/// Most times that one blob is taken up again, however much each time brought.
const MAX_RESUMES: u32 = 100;

/// The bytes of a blob. Exactly those: whoever reads them holds them against the digest.
pub(crate) struct BlobReader {
    endpoint: Arc<Endpoint>,
    digest: Digest,
    size: Option<u64>,
    offset: u64,
    response: Option<Response>,
    pace: Pace,
    /// Where the line that is broken, or will break, was taken up.
    taken_up: u64,
    /// Broken lines since one that brought something.
    fruitless: u32,
    resumes: u32,
}

impl BlobReader {
    /// Asks for the blob; it is there when this returns.
    pub(crate) fn open(
        endpoint: Arc<Endpoint>,
        digest: &Digest,
        size: Option<u64>,
    ) -> Result<Self, RegistryError> {
        let mut reader = Self {
            pace: Pace::new(endpoint.options.stall_timeout),
            endpoint,
            digest: digest.clone(),
            size,
            offset: 0,
            response: None,
            taken_up: 0,
            fruitless: 0,
            resumes: 0,
        };
        reader.connect()?;
        Ok(reader)
    }

    fn connect(&mut self) -> Result<(), RegistryError> {
        let what = format!("blob {}", self.digest);
        let response = self.endpoint.get(&Ask {
            path: &format!("blobs/{}", self.digest),
            accept: "*/*",
            from: self.offset,
            what: &what,
        })?;
        let protocol = |why: &str| RegistryError::Protocol {
            host: self.endpoint.host.clone(),
            what: what.clone(),
            why: why.to_owned(),
        };
        let mut response = response;
        if response.status() == StatusCode::PARTIAL_CONTENT {
            let range = response.headers().get(CONTENT_RANGE);
            let range = range.and_then(|h| h.to_str().ok()).and_then(range_start);
            if range != Some(self.offset) {
                return Err(protocol("it sends another range than was asked for"));
            }
        } else if self.offset > 0 {
            // The server ignores ranges: what was read already is read past.
            let mut paced = Paced::new(&mut response, self.endpoint.options.stall_timeout);
            let skipped = io::copy(&mut (&mut paced).take(self.offset), &mut io::sink());
            if skipped.ok() != Some(self.offset) {
                self.response = None;
                return Ok(());
            }
        }
        self.response = Some(response);
        self.pace = Pace::new(self.endpoint.options.stall_timeout);
        self.taken_up = self.offset;
        Ok(())
    }

    fn broken(&mut self, why: io::Error) -> io::Result<()> {
        self.response = None;
        // A few bytes each time would never come to an end.
        if self.offset - self.taken_up >= LEAST {
            self.fruitless = 0;
        }
        self.fruitless += 1;
        self.resumes += 1;
        if self.fruitless > self.endpoint.options.retries || self.resumes > MAX_RESUMES {
            let host = &self.endpoint.host;
            let text = format!("{host} broke off at byte {}: {why}", self.offset);
            return Err(io::Error::new(why.kind(), text));
        }
        self.endpoint.pause(self.fruitless, None);
        Ok(())
    }
}

impl Read for BlobReader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let left = self.size.map(|s| s.saturating_sub(self.offset));
        if buf.is_empty() || left == Some(0) {
            return Ok(0);
        }
        // More than the manifest promised is not read at all.
        let most = left.map_or(buf.len(), |l| {
            buf.len().min(usize::try_from(l).unwrap_or(buf.len()))
        });
        loop {
            if self.response.is_none() {
                self.connect().map_err(io::Error::other)?;
            }
            let Some(response) = &mut self.response else {
                self.broken(io::ErrorKind::UnexpectedEof.into())?;
                continue;
            };
            let room = buf.get_mut(..most).unwrap_or_default();
            match self.pace.read(response, room) {
                Ok(0) if self.size.is_none() => return Ok(0),
                Ok(0) => self.broken(io::ErrorKind::UnexpectedEof.into())?,
                Ok(n) => {
                    self.offset += n as u64;
                    return Ok(n);
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => self.broken(e)?,
            }
        }
    }
}

/// `bytes 5-9/10` begins at 5.
fn range_start(value: &str) -> Option<u64> {
    let range = value.trim().strip_prefix("bytes")?.trim_start();
    range.split_once('-')?.0.trim().parse().ok()
}
