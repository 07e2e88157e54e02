//! What the centre sends of itself: webhooks, and the interfaces of other services.

use std::time::Duration;

use reqwest::redirect::Policy;

/// How long a receiver may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// A client for receivers. Follows no redirect: what is signed goes where it was to go.
#[derive(Debug, Clone)]
pub struct Outgoing(reqwest::Client);

impl Outgoing {
    /// A client.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new() -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .timeout(PATIENCE)
            .redirect(Policy::none())
            .user_agent(concat!("lazaret/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self(client))
    }

    /// A client for a collector of traces, which may take as long as that, and whose
    /// certificate is one of `authorities` (PEM) where there are some.
    ///
    /// # Errors
    /// When TLS cannot be set up, or the authorities are none.
    pub fn to_collector(
        patience: Duration,
        authorities: Option<&[u8]>,
    ) -> Result<Self, reqwest::Error> {
        let mut builder = reqwest::Client::builder()
            .connect_timeout(patience)
            .timeout(patience)
            .redirect(Policy::none())
            .user_agent(concat!("lazaret/", env!("CARGO_PKG_VERSION")));
        if let Some(pem) = authorities {
            builder = builder.tls_certs_only(reqwest::Certificate::from_pem_bundle(pem)?);
        }
        Ok(Self(builder.build()?))
    }

    /// Posts bytes; a body of more than `most` bytes is no answer.
    ///
    /// # Errors
    /// Those of [`Outgoing::get`].
    pub async fn post_bytes(
        &self,
        url: &str,
        headers: &[(String, String)],
        body: Vec<u8>,
        most: usize,
    ) -> Result<Answer, FetchError> {
        let mut request = self.0.post(url).body(body);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        read(request.send().await?, most).await
    }

    /// Posts JSON; the status of the answer. Its body is of no interest.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn post(
        &self,
        url: &str,
        headers: &[(&'static str, String)],
        body: String,
    ) -> Result<u16, reqwest::Error> {
        let mut request = self
            .0
            .post(url)
            .header("content-type", "application/json")
            .body(body);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        Ok(request.send().await?.status().as_u16())
    }
}

/// What a service answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Status of HTTP.
    pub status: u16,
    /// The body, whole.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// It cannot be reached, or breaks off.
    #[error("no answer")]
    Http(#[from] reqwest::Error),
    /// The body is larger than what is read of it.
    #[error("the answer has more than {0} bytes")]
    TooLarge(usize),
}

impl Outgoing {
    /// Gets JSON. A redirect is an answer like any other; a body of more than `most` bytes
    /// is none.
    ///
    /// # Errors
    /// When there is no answer within 15 seconds, or it is too large.
    pub async fn get(
        &self,
        url: &str,
        headers: &[(&'static str, String)],
        most: usize,
    ) -> Result<Answer, FetchError> {
        fetch(self.0.get(url), headers, most).await
    }

    /// Posts a form (`application/x-www-form-urlencoded`), already encoded.
    ///
    /// # Errors
    /// Those of [`Outgoing::get`].
    pub async fn post_form(
        &self,
        url: &str,
        headers: &[(&'static str, String)],
        form: String,
        most: usize,
    ) -> Result<Answer, FetchError> {
        let request = self.0.post(url).body(form);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        fetch(request, headers, most).await
    }
}

async fn fetch(
    mut request: reqwest::RequestBuilder,
    headers: &[(&'static str, String)],
    most: usize,
) -> Result<Answer, FetchError> {
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let request = request.header("accept", "application/json");
    read(request.send().await?, most).await
}

async fn read(mut response: reqwest::Response, most: usize) -> Result<Answer, FetchError> {
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > most {
            return Err(FetchError::TooLarge(most));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status, body })
}
