//! Machines that are taken away: what the three clouds say before they do it.
//!
//! Each answers on an address of its own inside the machine. Nothing is asked of them
//! unless the unit was told that it runs on such a machine.
//!
//! Sources: AWS "Spot Instance interruption notices" (two minutes, ask every five
//! seconds), Google "Spot VMs: preemption" (thirty seconds), Azure "Scheduled Events"
//! (thirty seconds at least).

use std::time::Duration;

use reqwest::{Client, RequestBuilder, StatusCode};
use serde::Deserialize;

/// How often a cloud is asked.
const EVERY: Duration = Duration::from_secs(5);

/// Largest answer that is read, in bytes.
const MAX_ANSWER: usize = 256 << 10;

/// How long there is, where the cloud does not say.
const USUAL_NOTICE: Duration = Duration::from_secs(30);

/// A cloud that takes machines away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cloud {
    /// Amazon EC2.
    Aws,
    /// Google Compute Engine.
    Gcp,
    /// Microsoft Azure.
    Azure,
}

/// What tells that the machine goes.
pub trait Interruption: Send + Sync {
    /// Returns when the machine is about to go, with the time that is left.
    fn wait(&self) -> impl Future<Output = Duration> + Send;
}

/// The machine stays.
#[derive(Debug, Clone, Copy)]
pub struct Never;

impl Interruption for Never {
    async fn wait(&self) -> Duration {
        std::future::pending().await
    }
}

/// Asks a cloud's metadata service.
#[derive(Debug, Clone)]
pub struct Metadata {
    cloud: Cloud,
    base: String,
    client: Client,
    every: Duration,
}

impl Metadata {
    /// The service of a cloud, at its own address.
    ///
    /// # Errors
    /// When no client can be made.
    pub fn new(cloud: Cloud) -> Result<Self, reqwest::Error> {
        let base = match cloud {
            Cloud::Aws | Cloud::Azure => "http://169.254.169.254",
            Cloud::Gcp => "http://metadata.google.internal",
        };
        Self::at(cloud, base, EVERY)
    }

    /// The service of a cloud at another address, asked in another rhythm.
    ///
    /// # Errors
    /// When no client can be made.
    pub fn at(cloud: Cloud, base: &str, every: Duration) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(5))
            .build()?;
        Ok(Self {
            cloud,
            base: base.trim_end_matches('/').to_owned(),
            client,
            every,
        })
    }

    /// How long there is; none where the machine stays. A service that does not answer
    /// says nothing: the machine stays until it is told otherwise.
    pub async fn notice(&self, now: jiff::Timestamp) -> Option<Duration> {
        match self.cloud {
            Cloud::Aws => self.aws(now).await,
            Cloud::Gcp => self.gcp().await,
            Cloud::Azure => self.azure().await,
        }
    }

    async fn aws(&self, now: jiff::Timestamp) -> Option<Duration> {
        #[derive(Deserialize)]
        struct Action {
            time: jiff::Timestamp,
        }
        let token = self.client.put(format!("{}/latest/api/token", self.base));
        let token = token.header("x-aws-ec2-metadata-token-ttl-seconds", "3600");
        let token = body(token).await?;
        let action = format!("{}/latest/meta-data/spot/instance-action", self.base);
        let action = self
            .client
            .get(action)
            .header("x-aws-ec2-metadata-token", token);
        let text = body(action).await?;
        // `{"action":"terminate","time":"2026-11-28T09:00:00Z"}`; 404 while it stays.
        match serde_json::from_str::<Action>(&text) {
            Ok(action) => {
                let left = action.time.duration_since(now);
                Some(Duration::try_from(left).unwrap_or(Duration::ZERO))
            }
            Err(_) => Some(USUAL_NOTICE),
        }
    }

    async fn gcp(&self) -> Option<Duration> {
        let path = "computeMetadata/v1/instance/preempted";
        let asked = self.client.get(format!("{}/{path}", self.base));
        let text = body(asked.header("metadata-flavor", "Google")).await?;
        text.trim()
            .eq_ignore_ascii_case("true")
            .then_some(USUAL_NOTICE)
    }

    async fn azure(&self) -> Option<Duration> {
        #[derive(Deserialize)]
        struct Events {
            #[serde(rename = "Events", default)]
            events: Vec<Event>,
        }
        #[derive(Deserialize)]
        struct Event {
            #[serde(rename = "EventType", default)]
            kind: String,
        }
        let path = "metadata/scheduledevents?api-version=2020-07-01";
        let asked = self.client.get(format!("{}/{path}", self.base));
        let text = body(asked.header("metadata", "true")).await?;
        let events: Events = serde_json::from_str(&text).ok()?;
        let goes = |event: &Event| matches!(event.kind.as_str(), "Preempt" | "Terminate");
        events.events.iter().any(goes).then_some(USUAL_NOTICE)
    }
}

impl Interruption for Metadata {
    async fn wait(&self) -> Duration {
        loop {
            if let Some(left) = self.notice(jiff::Timestamp::now()).await {
                return left;
            }
            tokio::time::sleep(self.every).await;
        }
    }
}

/// The body of an answer of 200, at most so many bytes of it.
async fn body(request: RequestBuilder) -> Option<String> {
    let mut response = request.send().await.ok()?;
    if response.status() != StatusCode::OK {
        return None;
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        if bytes.len() + chunk.len() > MAX_ANSWER {
            return None;
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).ok()
}
