//! A centre as a process, set up, and how it is spoken to.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use reqwest::Method;
use reqwest::blocking::Client;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::{Process, SOON, command, free, until};

/// Password of the administrator.
const PASSWORD: &str = "correct horse battery";

/// A centre. It may be killed and started again: address and data stay.
pub(crate) struct Centre {
    pub(crate) data: TempDir,
    pub(crate) http: Client,
    /// `host:port` of its interface.
    pub(crate) address: String,
    /// `host:port` where edges are answered.
    pub(crate) edges: String,
    pub(crate) admin: String,
    arguments: Vec<String>,
    process: Option<Process>,
}

impl Centre {
    /// A centre with the administrator `admin`.
    pub(crate) fn start(policy: Option<&str>) -> Self {
        Self::start_with(policy, &[])
    }

    /// The same with more arguments.
    pub(crate) fn start_with(policy: Option<&str>, more: &[&str]) -> Self {
        Self::start_at(policy, free(), more, &|command| command)
    }

    /// The same, with the address for edges, and another command around it.
    pub(crate) fn start_at(
        policy: Option<&str>,
        edges: String,
        more: &[&str],
        change: &dyn Fn(Command) -> Command,
    ) -> Self {
        let data = tempfile::tempdir().expect("a directory");
        let address = free();
        let mut arguments: Vec<String> = ["serve", "--data", "centre"].map(str::to_owned).into();
        arguments.extend(["--listen".into(), address.clone()]);
        arguments.extend(["--edge-listen".into(), edges.clone()]);
        if let Some(policy) = policy {
            std::fs::write(data.path().join("policy.yaml"), policy).expect("written");
            arguments.extend(["--policy".into(), "policy.yaml".into()]);
        }
        arguments.extend(more.iter().map(|&argument| argument.to_owned()));
        let http = Client::builder().timeout(SOON).build().expect("a client");
        let admin = String::new();
        let mut centre = Self {
            data,
            http,
            address,
            edges,
            admin,
            arguments,
            process: None,
        };
        centre.run_as(change);
        centre.set_up();
        centre
    }

    /// Starts it again.
    pub(crate) fn run(&mut self) {
        self.run_as(&|command| command);
    }

    /// Starts it with another command around it or another environment.
    pub(crate) fn run_as(&mut self, change: &dyn Fn(Command) -> Command) {
        let arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        let process = Process::spawn(change(command(&arguments, self.data.path())));
        self.process = Some(process);
        until("the centre is ready", SOON, || {
            let ready = self
                .http
                .get(format!("http://{}/readyz", self.address))
                .send();
            ready
                .is_ok_and(|answer| answer.status() == 200)
                .then_some(())
        });
    }

    pub(crate) fn process(&mut self) -> &mut Process {
        self.process.as_mut().expect("the centre runs")
    }

    pub(crate) fn kill(&mut self) {
        self.process().kill();
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.data.path().join("centre")
    }

    fn set_up(&mut self) {
        let file = self.folder().join("setup-token");
        let token = std::fs::read_to_string(file).expect("the token");
        let body = json!({"token": token.trim(), "name": "admin", "password": PASSWORD});
        let made = self.bare(Method::POST, "/api/v1/setup").json(&body).send();
        let made = made.expect("an answer");
        assert_eq!(made.status(), 200);
        self.admin = self.token_of(made, "admin");
    }

    /// A token of whoever has just got a session.
    fn token_of(&self, session: reqwest::blocking::Response, role: &str) -> String {
        let cookie = session.headers()["set-cookie"].to_str().expect("text");
        let cookie = cookie.split(';').next().expect("a cookie").to_owned();
        let session: Value = session.json().expect("JSON");
        let csrf = session["csrf"].as_str().expect("csrf").to_owned();
        let token = self.bare(Method::POST, "/api/v1/tokens");
        let token = token
            .header("cookie", cookie)
            .header("x-lazaret-csrf", csrf);
        let token = token.json(&json!({"name": format!("t-{role}"), "role": role}));
        let token: Value = token.send().expect("an answer").json().expect("JSON");
        token["secret"].as_str().expect("a token").to_owned()
    }

    /// Another person with a role, by a token of theirs.
    pub(crate) fn person(&self, name: &str, role: &str) -> String {
        let body = json!({"name": name, "password": PASSWORD, "role": role});
        let (status, made) = self.call(Method::POST, "/api/v1/users", Some(body));
        assert_eq!(status, 201, "{made}");
        let body = json!({"name": name, "password": PASSWORD});
        let session = self.bare(Method::POST, "/api/v1/login").json(&body).send();
        let session = session.expect("an answer");
        assert_eq!(session.status(), 200);
        self.token_of(session, role)
    }

    fn bare(&self, method: Method, path: &str) -> reqwest::blocking::RequestBuilder {
        self.http
            .request(method, format!("http://{}{path}", self.address))
    }

    /// A request with a token, its status and its JSON.
    pub(crate) fn call_as(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (u16, Value) {
        let mut request = self.bare(method, path).bearer_auth(token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().expect("an answer");
        let status = answer.status().as_u16();
        let text = answer.text().expect("a body");
        let json = serde_json::from_str(&text).unwrap_or(Value::String(text));
        (status, json)
    }

    pub(crate) fn call(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        self.call_as(&self.admin, method, path, body)
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        let (status, answer) = self.call(Method::GET, path, None);
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    #[track_caller]
    pub(crate) fn post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.call(Method::POST, path, Some(body));
        assert!((200..300).contains(&status), "{path}: {status} {answer}");
        answer
    }

    /// A token of a role in a file of its own.
    pub(crate) fn token_file(&self, role: &str) -> PathBuf {
        let body = json!({"name": format!("file-{role}"), "role": role});
        let made = self.post("/api/v1/tokens", body);
        let file = self.data.path().join(format!("{role}.token"));
        let secret = made["secret"].as_str().expect("a token");
        std::fs::write(&file, secret).expect("written");
        file
    }

    /// Makes a registry known; the answer of the interface.
    pub(crate) fn registry(&self, host: &str, more: &Value) -> Value {
        let mut new = json!({"name": format!("r-{host}"), "kind": "distribution",
            "url": format!("http://{host}")});
        for (key, value) in more.as_object().into_iter().flatten() {
            new[key] = value.clone();
        }
        self.post("/api/v1/registries", new)
    }

    /// Quarantines an image under a name, by hand.
    pub(crate) fn quarantine(&self, registry: &Value, repository: &str, digest: &str, why: &str) {
        let hold = json!({"registry": registry["id"], "repository": repository,
            "digest": digest, "state": "quarantined", "reason": why});
        self.post("/api/v1/holds", hold);
    }

    /// A one-time token for an edge of a region, in a file.
    pub(crate) fn ticket(&self, region: &str, name: &str) -> PathBuf {
        let made = self.post("/api/v1/edges/tokens", json!({"region": region}));
        let file = self.data.path().join(name);
        std::fs::write(&file, made["token"].as_str().expect("a token")).expect("written");
        file
    }

    /// The key that bundles are signed with, in a file for gates.
    pub(crate) fn key_file(&self) -> PathBuf {
        self.folder().join("keys/bundle.pub")
    }

    /// Every entry of a list, page by page.
    pub(crate) fn all(&self, path: &str) -> Vec<Value> {
        let (mut all, mut cursor) = (Vec::new(), String::new());
        let mark = if path.contains('?') { '&' } else { '?' };
        loop {
            let page = self.get(&format!("{path}{mark}limit=500{cursor}"));
            all.extend(page["items"].as_array().expect("items").iter().cloned());
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return all,
            }
        }
    }

    /// Digests with how often each was decided on.
    pub(crate) fn decided(&self) -> BTreeMap<String, usize> {
        let mut decided = BTreeMap::new();
        for change in self.all("/api/v1/verdict-changes") {
            let digest = change["digest"].as_str().expect("a digest").to_owned();
            *decided.entry(digest).or_insert(0) += 1;
        }
        decided
    }

    /// Has a registry listed now.
    pub(crate) fn list(&self, registry: &Value) {
        let id = registry["id"].as_str().expect("an id");
        self.post(&format!("/api/v1/registries/{id}/list"), json!({}));
    }

    /// Waits until no job waits, runs or has failed for good.
    pub(crate) fn idle(&self, within: Duration) {
        until("no job is left", within, || {
            let jobs = self.get("/api/v1/jobs?limit=20");
            let jobs = jobs["items"].as_array().expect("items").len();
            (jobs == 0).then_some(())
        });
    }

    /// Waits until the verdict on an image is there.
    pub(crate) fn verdict(&self, digest: &str, within: Duration) -> Value {
        until(&format!("a verdict on {digest}"), within, || {
            let path = format!("/api/v1/images/{digest}");
            let (status, image) = self.call(Method::GET, &path, None);
            let decided =
                status == 200 && image["verdicts"].as_array().is_some_and(|v| !v.is_empty());
            decided.then_some(image)
        })
    }
}
