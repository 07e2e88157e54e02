//! A centre that answers.

use std::time::{Duration, Instant};

use reqwest::Client;
use reqwest::redirect::Policy;
use serde_json::Value;

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A centre, a program's token and a person's session.
pub(crate) struct Centre {
    base: String,
    token: String,
    session: String,
    http: Client,
}

/// What it answered.
pub(crate) struct Answer {
    pub(crate) body: String,
    pub(crate) took: Duration,
}

impl Centre {
    pub(crate) fn open(base: &str, data: &str) -> Result<Self, Failure> {
        let read = |file: &str| std::fs::read_to_string(format!("{data}/{file}"));
        Ok(Self {
            base: base.to_owned(),
            token: read("token")?.trim().to_owned(),
            session: read("session")?.trim().to_owned(),
            http: Client::builder().redirect(Policy::none()).build()?,
        })
    }

    /// Asks, as a person for a page, as a program for everything below `/api`; with a form it
    /// is sent instead.
    pub(crate) async fn get(&self, path: &str, form: Option<&str>) -> Result<Answer, Failure> {
        let start = Instant::now();
        let address = format!("{}{path}", self.base);
        let cookie = format!("lazaret_session={}", self.session);
        let request = match form {
            Some(form) => self
                .http
                .post(address)
                .header("content-type", "application/x-www-form-urlencoded")
                .header("origin", &self.base)
                .body(form.to_owned()),
            None => self.http.get(address),
        };
        let request = match path.starts_with("/api/") || path == "/metrics" {
            true => request.bearer_auth(&self.token),
            false => request.header("cookie", cookie),
        };
        let answer = request.send().await?;
        let status = answer.status();
        let body = answer.text().await?;
        let took = start.elapsed();
        if !status.is_success() && status != 303 {
            let head: String = body.chars().take(2000).collect();
            return Err(format!("{path}: {status}: {head}").into());
        }
        Ok(Answer { body, took })
    }

    pub(crate) async fn json(&self, path: &str) -> Result<Value, Failure> {
        Ok(serde_json::from_str(&self.get(path, None).await?.body)?)
    }
}

impl Answer {
    /// Where the list goes on.
    pub(crate) fn cursor(&self) -> Option<String> {
        if self.body.starts_with('{') {
            let value: Value = serde_json::from_str(&self.body).ok()?;
            return value["next"].as_str().map(str::to_owned);
        }
        let (_, rest) = self.body.split_once("cursor=")?;
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric());
        Some(rest[..end.unwrap_or(rest.len())].to_owned()).filter(|cursor| !cursor.is_empty())
    }
}
