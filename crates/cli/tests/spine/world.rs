//! Edges and gates as processes.

use std::path::PathBuf;
use std::process::Command;

use reqwest::blocking::{Client, Response};
use serde_json::Value;
use tempfile::TempDir;

use crate::centre::Centre;
use crate::process::{Process, SOON, command, free, until};

/// An edge unit. It may be killed and started again.
pub(crate) struct Edge {
    pub(crate) data: TempDir,
    pub(crate) address: String,
    arguments: Vec<String>,
    process: Option<Process>,
    http: Client,
}

impl Edge {
    /// A unit of a region that has joined.
    pub(crate) fn start(centre: &Centre, region: &str, more: &[&str]) -> Self {
        let mut edge = Self::of(centre, region, more);
        edge.run();
        edge
    }

    /// The same, not yet started.
    pub(crate) fn of(centre: &Centre, region: &str, more: &[&str]) -> Self {
        Self::at(centre, region, free(), more)
    }

    /// The same, with the address that it listens at.
    pub(crate) fn at(centre: &Centre, region: &str, address: String, more: &[&str]) -> Self {
        let data = tempfile::tempdir().expect("a directory");
        let name = format!(
            "{}.join",
            data.path().file_name().expect("a name").display()
        );
        let ticket = centre.ticket(region, &name);
        let central = format!("https://{}", centre.edges);
        let mut arguments: Vec<String> = ["edge", "--data", "edge", "--central", &central]
            .map(str::to_owned)
            .into();
        arguments.extend([
            "--region".into(),
            region.into(),
            "--listen".into(),
            address.clone(),
        ]);
        arguments.extend(["--token-file".into(), ticket.display().to_string()]);
        arguments.extend(more.iter().map(|&argument| argument.to_owned()));
        Self {
            data,
            address,
            arguments,
            process: None,
            http: Client::builder().timeout(SOON).build().expect("a client"),
        }
    }

    pub(crate) fn run(&mut self) {
        self.run_as(&|command| command);
        until("the unit answers", SOON, || self.answers());
    }

    /// Starts it with another command around it or another environment.
    pub(crate) fn run_as(&mut self, change: &dyn Fn(Command) -> Command) {
        let arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        let command = change(command(&arguments, self.data.path()));
        self.process = Some(Process::spawn(command));
    }

    pub(crate) fn process(&mut self) -> &mut Process {
        self.process.as_mut().expect("the unit runs")
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.data.path().join("edge")
    }

    pub(crate) fn answers(&self) -> Option<()> {
        self.try_get("/healthz").map(|_| ())
    }

    pub(crate) fn holds_advisories(&self) -> Option<()> {
        let files = std::fs::read_dir(self.folder().join("advisories")).ok()?;
        let is_one = |file: &std::fs::DirEntry| file.path().extension().is_some_and(|e| e == "db");
        files.flatten().any(|file| is_one(&file)).then_some(())
    }

    /// The file with the token that it joins with.
    pub(crate) fn token_file(&self) -> PathBuf {
        let at = self
            .arguments
            .iter()
            .position(|argument| argument == "--token-file");
        PathBuf::from(&self.arguments[at.expect("it has one") + 1])
    }

    fn try_get(&self, path: &str) -> Option<Response> {
        self.http
            .get(format!("http://{}{path}", self.address))
            .send()
            .ok()
    }

    /// What it says of itself.
    pub(crate) fn state(&self) -> Value {
        let answer = self.try_get("/readyz").expect("an answer");
        answer.json().expect("JSON")
    }

    /// One of its numbers.
    pub(crate) fn number(&self, name: &str) -> u64 {
        number(
            &self
                .try_get("/metrics")
                .expect("an answer")
                .text()
                .expect("text"),
            name,
        )
    }
}

/// A number of a page of metrics.
pub(crate) fn number(text: &str, name: &str) -> u64 {
    let found = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let found = found.unwrap_or_else(|| panic!("no {name} in\n{text}"));
    found.trim().parse().expect("a number")
}

/// A gate.
pub(crate) struct Gate {
    pub(crate) address: String,
    pub(crate) process: Process,
    pub(crate) http: Client,
    _data: TempDir,
}

impl Gate {
    /// A gate before a registry, with more arguments: where verdicts come from.
    pub(crate) fn start(upstream: &str, more: &[&str]) -> Self {
        Self::start_as(upstream, more, &|command| command)
    }

    /// The same with another command around it or another environment.
    pub(crate) fn start_as(
        upstream: &str,
        more: &[&str],
        change: &dyn Fn(Command) -> Command,
    ) -> Self {
        Self::start_at("127.0.0.1:0", upstream, more, change)
    }

    /// The same at an address.
    pub(crate) fn start_at(
        listen: &str,
        upstream: &str,
        more: &[&str],
        change: &dyn Fn(Command) -> Command,
    ) -> Self {
        let data = tempfile::tempdir().expect("a directory");
        let upstream = format!("http://{upstream}");
        let mut arguments = vec!["gate", "--listen", listen, "--upstream", &upstream];
        arguments.extend(more);
        let mut process = Process::spawn(change(command(&arguments, data.path())));
        let line = process.says("address=");
        let (_, address) = line.split_once("address=").expect("an address");
        let address = address
            .split_whitespace()
            .next()
            .expect("an address")
            .to_owned();
        Self {
            address,
            process,
            http: Client::builder().timeout(SOON).build().expect("a client"),
            _data: data,
        }
    }

    /// A gate that asks the centre itself.
    pub(crate) fn of_centre(centre: &Centre, upstream: &str, more: &[&str]) -> Self {
        let central = format!("http://{}", centre.address);
        let (token, key) = (centre.token_file("edge"), centre.key_file());
        let (token, key) = (token.display().to_string(), key.display().to_string());
        let mut arguments = vec!["--central", &central, "--token-file", &token, "--key", &key];
        arguments.extend(more);
        Self::start(upstream, &arguments)
    }

    /// The answer to a manifest: status and JSON.
    pub(crate) fn manifest(&self, repository: &str, reference: &str) -> (u16, Value) {
        let url = format!(
            "http://{}/v2/{repository}/manifests/{reference}",
            self.address
        );
        let accept = "application/vnd.oci.image.manifest.v1+json";
        let answer = self
            .http
            .get(url)
            .header("accept", accept)
            .send()
            .expect("an answer");
        let status = answer.status().as_u16();
        let text = answer.text().expect("a body");
        (
            status,
            serde_json::from_str(&text).unwrap_or(Value::String(text)),
        )
    }

    /// What it says of itself.
    pub(crate) fn state(&self) -> Value {
        let answer = self
            .http
            .get(format!("http://{}/readyz", self.address))
            .send();
        answer.expect("an answer").json().expect("JSON")
    }

    /// Waits until a pull is answered so.
    pub(crate) fn answers(&self, repository: &str, reference: &str, status: u16) -> Value {
        let what = format!("{repository}@{reference} is answered with {status}");
        until(&what, SOON, || {
            let (seen, answer) = self.manifest(repository, reference);
            (seen == status).then_some(answer)
        })
    }
}
