//! Against `oidc-provider` of npm, which is certified; `LAZARET_OIDC_PROVIDER` names a folder
//! where `npm install oidc-provider` was run.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Stdio};

use lazaret_testkit::process;
use reqwest::{Client, Response};
use serde_json::json;

use super::browser::{centre, session, yaml};
use crate::centre::Centre;
use crate::visitor::leads_to;

const SCRIPT: &str = r"
const [modules, port, redirect] = process.argv.slice(2);
const { Provider } = await import(`${modules}/node_modules/oidc-provider/lib/index.js`);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: 'lazaret', client_secret: 's3cret & more', redirect_uris: [redirect],
    response_types: ['code'], grant_types: ['authorization_code'] }],
  claims: { openid: ['sub'], profile: ['preferred_username', 'groups'], email: ['email'] },
  pkce: { required: () => true },
  findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id,
    preferred_username: id, groups: ['devs'], email: `${id}@example.org` }) }),
});
provider.listen(Number(port), '127.0.0.1', () => console.log('up'));
";

/// A process of ours that ends with the test.
struct Node(Child);

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn provider(modules: &Path, script: &Path, port: u16, redirect: &str) -> Node {
    std::fs::write(script, SCRIPT).expect("written");
    let mut command = process::command("node");
    command
        .arg(script)
        .arg(modules)
        .args([&port.to_string(), redirect])
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut node = process::spawn(command).expect("node");
    let out = node.stdout.take().expect("its output");
    let node = Node(node);
    let mut lines = BufReader::new(out).lines();
    let first = lines.next().expect("a line").expect("a line");
    assert_eq!(first, "up");
    // What else it prints must not stop it.
    std::thread::spawn(move || lines.count());
    node
}

/// Somebody at both, with the cookies of both.
struct Somebody<'c> {
    http: &'c Client,
    cookies: BTreeMap<String, String>,
}

impl Somebody<'_> {
    async fn ask(&mut self, url: &str, form: Option<&[(&str, &str)]>) -> Response {
        let all = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        let all = all.collect::<Vec<_>>().join("; ");
        let asked = match form {
            Some(form) => self.http.post(url).form(form),
            None => self.http.get(url),
        };
        let answer = asked.header("cookie", all).send().await;
        let answer = answer.expect("an answer");
        for pair in super::browser::cookies(&answer) {
            let (name, value) = pair.split_once('=').expect("a cookie");
            match value.is_empty() {
                true => self.cookies.remove(name),
                false => self.cookies.insert(name.into(), value.into()),
            };
        }
        answer
    }
}

/// Logs in at the provider and consents, until it leads back to the centre.
async fn walk(centre: &Centre, issuer: &str) -> Response {
    let cookies = BTreeMap::new();
    let http = &centre.http;
    let mut somebody = Somebody { http, cookies };
    let mut url = format!("{}/login/oidc?next=/images", centre.base);
    for _ in 0..20 {
        let mut answer = somebody.ask(&url, None).await;
        if answer.status() == 200 {
            let page = answer.text().await.expect("a page");
            let prompt = if page.contains("value=\"login\"") {
                "login"
            } else {
                "consent"
            };
            let form = [("prompt", prompt), ("login", "ann"), ("password", "any")];
            answer = somebody.ask(&url, Some(&form)).await;
        }
        if url.starts_with(&format!("{}/login/oidc/callback", centre.base)) {
            return answer;
        }
        let next = leads_to(&answer);
        assert!(!next.is_empty(), "{url} answered {}", answer.status());
        url = match next.starts_with('/') {
            true => format!("{issuer}{next}"),
            false => next,
        };
    }
    panic!("it leads round in circles at {url}");
}

#[tokio::test]
async fn a_certified_provider_vouches_for_somebody() {
    let Some(modules) = std::env::var_os("LAZARET_OIDC_PROVIDER") else {
        let why = "LAZARET_OIDC_PROVIDER names no folder with npm's oidc-provider";
        let _ = writeln!(std::io::stderr(), "skipped: {why}");
        return;
    };
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("an address").port();
    drop(free);
    let issuer = format!("http://127.0.0.1:{port}");
    let centre = centre(&yaml(&issuer, "")).await;
    let redirect = format!("{}/login/oidc/callback", centre.base);
    let script = centre.data.path().join("provider.mjs");
    let _node = provider(Path::new(&modules), &script, port, &redirect);
    let arrived = walk(&centre, &issuer).await;
    assert_eq!(leads_to(&arrived), "/images");
    let who = session(&centre, &arrived).await;
    assert_eq!(
        (&who["name"], &who["role"]),
        (&json!("ann"), &json!("analyst"))
    );
    assert_eq!(who["issuer"], issuer);
}
