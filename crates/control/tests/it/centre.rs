//! A real centre in a temporary directory, and how it is spoken to.

use std::path::{Path, PathBuf};
use std::time::Duration;

use lazaret_control::{Settings, serve};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::oneshot;

/// Password of the administrator.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A running centre. It stops, and its files go, when it is dropped.
pub(crate) struct Centre {
    pub(crate) base: String,
    pub(crate) http: Client,
    pub(crate) data: TempDir,
    pub(crate) admin: String,
    pub(crate) edges: Option<std::net::SocketAddr>,
    setup: Option<PathBuf>,
    _stop: oneshot::Sender<()>,
}

/// Settings of a centre on a free port.
pub(crate) fn settings(data: &TempDir) -> Settings {
    settings_in(data.path())
}

/// The same for a folder that somebody else keeps.
pub(crate) fn settings_in(data: &Path) -> Settings {
    Settings {
        listen: "127.0.0.1:0".into(),
        data: data.to_owned(),
        database: None,
        public_url: None,
        blobs: None,
        advisories: None,
        policy: Vec::new(),
        notify: None,
        oidc: None,
        workers: 2,
        workload_metrics: true,
        link_local: false,
        keep_blobs: 24,
        edge_listen: None,
        edge_names: vec!["127.0.0.1".into()],
    }
}

impl Centre {
    /// A centre that nobody has set up.
    pub(crate) async fn fresh() -> Self {
        let data = tempfile::tempdir().expect("a directory");
        let settings = settings(&data);
        Self::with(settings, data).await
    }

    pub(crate) async fn with(settings: Settings, data: TempDir) -> Self {
        let served = serve(settings).await.expect("the centre starts");
        let base = format!("http://{}", served.address);
        let setup = served.setup.clone();
        let edges = served.edges;
        let (stop, until) = oneshot::channel::<()>();
        tokio::spawn(served.run(async {
            let _ = until.await;
        }));
        Self {
            base,
            http: client(),
            data,
            admin: String::new(),
            edges,
            setup,
            _stop: stop,
        }
    }

    /// A new centre that runs elsewhere, with the administrator `admin`.
    pub(crate) async fn attached(host: &str, data: TempDir) -> Self {
        let (stop, _) = oneshot::channel();
        let mut centre = Self {
            base: format!("http://{host}"),
            http: client(),
            setup: Some(data.path().join("setup-token")),
            data,
            admin: String::new(),
            edges: None,
            _stop: stop,
        };
        for _ in 0..600 {
            let asked = centre.bare(Method::GET, "/readyz").send().await;
            if asked.is_ok_and(|answer| answer.status() == 200) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        centre.set_up().await;
        centre
    }

    /// A centre with the administrator `admin`, spoken to with a token of theirs.
    pub(crate) async fn ready() -> Self {
        let mut centre = Self::fresh().await;
        centre.set_up().await;
        centre
    }

    pub(crate) async fn set_up(&mut self) {
        let token = self.setup_token();
        let body = json!({"token": token, "name": "admin", "password": PASSWORD});
        let made = self
            .bare(Method::POST, "/api/v1/setup")
            .json(&body)
            .send()
            .await;
        let made = made.expect("an answer");
        assert_eq!(made.status(), 200);
        let cookie = made.headers()["set-cookie"]
            .to_str()
            .expect("text")
            .to_owned();
        let cookie = cookie.split(';').next().expect("a cookie").to_owned();
        let session: Value = made.json().await.expect("JSON");
        let token = self
            .bare(Method::POST, "/api/v1/tokens")
            .header("cookie", cookie)
            .header("x-lazaret-csrf", session["csrf"].as_str().expect("csrf"))
            .json(&json!({"name": "test", "role": "admin"}))
            .send()
            .await
            .expect("an answer");
        assert_eq!(token.status(), 201);
        let token: Value = token.json().await.expect("JSON");
        self.admin = token["secret"].as_str().expect("a token").to_owned();
    }

    pub(crate) fn setup_token(&self) -> String {
        let file = self.setup.as_ref().expect("nobody is known yet");
        std::fs::read_to_string(file)
            .expect("the token")
            .trim()
            .to_owned()
    }

    /// A request of nobody.
    pub(crate) fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    /// A request of somebody.
    pub(crate) fn as_token(&self, token: &str, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, path).bearer_auth(token)
    }

    /// A request of the administrator, its status and its JSON.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (u16, Value) {
        let mut request = self.as_token(&self.admin, method, path);
        if let Some(body) = body {
            request = request.json(&body);
        }
        told(request.send().await.expect("an answer")).await
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        self.call(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.call(Method::POST, path, Some(body)).await
    }

    /// A token with a role.
    pub(crate) async fn token(&self, role: &str) -> String {
        let body = json!({"name": format!("test-{role}"), "role": role});
        let (status, token) = self.post("/api/v1/tokens", body).await;
        assert_eq!(status, 201, "{token}");
        token["secret"].as_str().expect("a token").to_owned()
    }
}

fn client() -> Client {
    Client::builder()
        .timeout(Duration::from_secs(30))
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client")
}

/// Status and JSON of an answer; a text where it is none.
pub(crate) async fn told(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let text = response.text().await.expect("a body");
    let json = serde_json::from_str(&text).unwrap_or(Value::String(text));
    (status, json)
}
