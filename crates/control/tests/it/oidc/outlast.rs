//! What somebody has in hand when their groups change: sessions and tokens.

use lazaret_testkit::postgres::Postgres;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::browser::{centre_on, cookies, log_in, session, yaml};
use super::provider::Provider;
use crate::centre::{Centre, told};

/// A call with a token; its status.
async fn with(centre: &Centre, token: &str, path: &str) -> u16 {
    let asked = centre.bare(Method::GET, path).bearer_auth(token);
    asked.send().await.expect("an answer").status().as_u16()
}

/// Makes a token in a session.
async fn mint(centre: &Centre, session: (&Response, &Value), body: &Value) -> (u16, Value) {
    let (answer, who) = session;
    let asked = centre
        .bare(Method::POST, "/api/v1/tokens")
        .header("cookie", cookies(answer).remove(0))
        .header("x-lazaret-csrf", who["csrf"].as_str().expect("csrf"))
        .json(body);
    told(asked.send().await.expect("an answer")).await
}

async fn follows(database: Option<String>) {
    let provider = Provider::start().await;
    let centre = centre_on(&yaml(&provider.issuer(), ""), database).await;
    provider.set(|p| p.claims["groups"] = json!(["wheel"]));
    let first = log_in(&centre).await;
    let who = session(&centre, &first).await;
    assert_eq!(who["role"], "admin");

    let long = json!({"name": "long", "role": "admin", "days": 31});
    let (status, why) = mint(&centre, (&first, &who), &long).await;
    assert_eq!(status, 422, "{why}");
    let body = json!({"name": "script", "role": "admin"});
    let (status, made) = mint(&centre, (&first, &who), &body).await;
    assert_eq!(status, 201, "{made}");
    assert!(made["expires_at"].is_string(), "{made}");
    let token = made["secret"].as_str().expect("a secret");
    let edge = json!({"name": "edge", "role": "edge"});
    let (_, edge) = mint(&centre, (&first, &who), &edge).await;
    let edge = edge["secret"].as_str().expect("a secret");
    assert_eq!(with(&centre, token, "/api/v1/users").await, 200);

    // Less than before, with the next sign-in: sessions and tokens follow.
    provider.set(|p| p.claims["groups"] = json!(["devs"]));
    session(&centre, &log_in(&centre).await).await;
    assert_eq!(session(&centre, &first).await["role"], "analyst");
    assert_eq!(with(&centre, token, "/api/v1/users").await, 403);
    assert_eq!(with(&centre, token, "/api/v1/images").await, 200);
    assert_eq!(with(&centre, edge, "/api/v1/session").await, 200);

    // Nothing: what was given before is taken back.
    provider.set(|p| p.claims["groups"] = json!(["strangers"]));
    assert_eq!(log_in(&centre).await.status(), 403);
    assert_eq!(with(&centre, token, "/api/v1/images").await, 401);
    let cookie = cookies(&first).remove(0);
    let asked = centre.bare(Method::GET, "/api/v1/session");
    let asked = asked.header("cookie", cookie).send().await;
    assert_eq!(asked.expect("an answer").status(), 401);
    // A gate would stand still: an admin takes its token back.
    assert_eq!(with(&centre, edge, "/api/v1/session").await, 200);
    let (_, log) = centre.get("/api/v1/audit?limit=500").await;
    let log = log["items"].as_array().expect("items");
    let ended = log
        .iter()
        .find(|entry| entry["action"] == "user.access.end");
    let ended = ended.expect("it is noted");
    assert_eq!(ended["details"], json!({"sessions": 2, "tokens": 1}));

    // Groups again: in again, with a new token and not with the old one.
    provider.set(|p| p.claims["groups"] = json!(["wheel"]));
    assert_eq!(
        session(&centre, &log_in(&centre).await).await["role"],
        "admin"
    );
    assert_eq!(with(&centre, token, "/api/v1/images").await, 401);
}

#[tokio::test]
async fn sessions_and_tokens_follow_the_groups() {
    follows(None).await;
}

#[tokio::test]
async fn sessions_and_tokens_follow_the_groups_on_postgresql_too() {
    let Some(postgres) = Postgres::start() else {
        return;
    };
    follows(Some(postgres.database().expect("a database"))).await;
}
