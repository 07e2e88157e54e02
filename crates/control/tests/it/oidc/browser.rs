//! A centre with a provider, and a browser between them.

use reqwest::{Method, Response};
use serde_json::Value;

use super::provider::{CLIENT, Provider, SECRET};
use crate::centre::{Centre, settings, told};
use crate::visitor::leads_to;

/// Settings of the provider, with more lines.
pub(super) fn yaml(issuer: &str, more: &str) -> String {
    format!(
        "issuer: {issuer}\nclient_id: {CLIENT}\nclient_secret_file: secret\ntitle: Example\n\
         roles: {{ devs: analyst, leads: approver, wheel: admin }}\n{more}"
    )
}

/// A centre whose people a provider vouches for.
pub(super) async fn centre(yaml: &str) -> Centre {
    centre_on(yaml, None).await
}

/// The same with its records in another database.
pub(super) async fn centre_on(yaml: &str, database: Option<String>) -> Centre {
    let data = tempfile::tempdir().expect("a directory");
    std::fs::write(data.path().join("secret"), format!("{SECRET}\n")).expect("written");
    let file = data.path().join("oidc.yaml");
    std::fs::write(&file, yaml).expect("written");
    let mut settings = settings(&data);
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    settings.listen = free.local_addr().expect("an address").to_string();
    drop(free);
    settings.public_url = Some(format!("http://{}/", settings.listen));
    settings.oidc = Some(file);
    settings.database = database;
    let mut centre = Centre::with(settings, data).await;
    centre.set_up().await;
    centre
}

/// The pairs of cookies that an answer sets.
pub(super) fn cookies(answer: &Response) -> Vec<String> {
    let all = answer.headers().get_all("set-cookie").iter();
    all.filter_map(|cookie| cookie.to_str().ok()?.split(';').next())
        .map(str::to_owned)
        .collect()
}

/// Begins: the cookie, and where the provider leads back to.
pub(super) async fn begin(centre: &Centre, next: &str) -> (String, String) {
    let path = format!("/login/oidc?next={next}");
    let began = centre.bare(Method::GET, &path).send().await;
    let began = began.expect("an answer");
    assert_eq!(began.status(), 303);
    let set = began.headers()["set-cookie"].to_str().expect("text");
    assert!(
        set.contains("HttpOnly") && set.contains("SameSite=Lax") && set.contains("Max-Age=600"),
        "{set}"
    );
    let cookie = cookies(&began).remove(0);
    let at = centre.http.get(leads_to(&began)).send().await;
    (cookie, leads_to(&at.expect("an answer")))
}

/// Comes back with a cookie.
pub(super) async fn back(centre: &Centre, cookie: &str, to: &str) -> Response {
    let asked = centre.http.get(to).header("cookie", cookie);
    asked.send().await.expect("an answer")
}

/// There and back.
pub(super) async fn log_in(centre: &Centre) -> Response {
    let (cookie, to) = begin(centre, "/images").await;
    back(centre, &cookie, &to).await
}

/// Who an answer has let in.
pub(super) async fn session(centre: &Centre, answer: &Response) -> Value {
    assert_eq!(answer.status(), 303);
    let cookie = cookies(answer).remove(0);
    assert!(cookie.starts_with("lazaret_session="), "{cookie}");
    let asked = centre.bare(Method::GET, "/api/v1/session");
    let asked = asked.header("cookie", cookie).send().await;
    let (status, session) = told(asked.expect("an answer")).await;
    assert_eq!(status, 200, "{session}");
    session
}

/// A provider, and a centre that believes it.
pub(super) async fn both() -> (Provider, Centre) {
    let provider = Provider::start().await;
    let centre = centre(&yaml(&provider.issuer(), "")).await;
    (provider, centre)
}
