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
