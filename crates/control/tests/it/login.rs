//! Set-up, passwords, cookies.

use std::os::unix::fs::PermissionsExt as _;

use reqwest::Method;
use serde_json::{Value, json};

use crate::centre::{Centre, PASSWORD, settings, told};

#[tokio::test]
async fn the_set_up_token_works_once_and_is_the_owners_alone() {
    let mut centre = Centre::fresh().await;
    let file = centre.data.path().join("setup-token");
    let mode = std::fs::metadata(&file)
        .expect("the file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let try_with = |token: String| {
        let body = json!({"token": token, "name": "eve", "password": PASSWORD});
        centre
            .bare(Method::POST, "/api/v1/setup")
            .json(&body)
            .send()
    };
    let token = centre.setup_token();
    assert_eq!(
        try_with("lzs_guessed".into())
            .await
            .expect("an answer")
            .status(),
        403
    );
    centre.set_up().await;
    assert!(!file.exists(), "the token stays behind");
    let try_with = |token: String| {
        let body = json!({"token": token, "name": "eve", "password": PASSWORD});
        centre
            .bare(Method::POST, "/api/v1/setup")
            .json(&body)
            .send()
    };
    assert_eq!(try_with(token).await.expect("an answer").status(), 409);
}

#[tokio::test]
async fn a_cookie_changes_nothing_without_what_a_stranger_cannot_know() {
    let centre = Centre::ready().await;
    let body = json!({"name": "admin", "password": PASSWORD});
    let login = centre
        .bare(Method::POST, "/api/v1/login")
        .json(&body)
        .send()
        .await;
    let login = login.expect("an answer");
    let cookie = login.headers()["set-cookie"]
        .to_str()
        .expect("text")
        .to_owned();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    let cookie = cookie.split(';').next().expect("a cookie").to_owned();
    let session: Value = login.json().await.expect("JSON");
    let csrf = session["csrf"].as_str().expect("csrf").to_owned();
    let send = |csrf: Option<&str>| {
        let mut request = centre
            .bare(Method::POST, "/api/v1/tokens")
            .header("cookie", &cookie)
            .json(&json!({"name": "x", "role": "viewer"}));
        if let Some(csrf) = csrf {
            request = request.header("x-lazaret-csrf", csrf);
        }
        request.send()
    };
    assert_eq!(send(None).await.expect("an answer").status(), 403);
    assert_eq!(
        send(Some("guessed")).await.expect("an answer").status(),
        403
    );
    assert_eq!(send(Some(&csrf)).await.expect("an answer").status(), 201);
    let out = centre
        .bare(Method::POST, "/api/v1/logout")
        .header("cookie", &cookie)
        .header("x-lazaret-csrf", &csrf);
    assert_eq!(out.send().await.expect("an answer").status(), 204);
    assert_eq!(send(Some(&csrf)).await.expect("an answer").status(), 401);
}

#[tokio::test]
async fn guessing_a_password_takes_longer_and_longer() {
    let centre = Centre::ready().await;
    let attempt = |password: &str| {
        let body = json!({"name": "admin", "password": password});
        centre
            .bare(Method::POST, "/api/v1/login")
            .json(&body)
            .send()
    };
    let mut last = 0;
    // On a slow machine a pause is over before the next attempt is made; each is longer.
    for _ in 0..20 {
        let response = attempt("wrong password").await.expect("an answer");
        last = response.status().as_u16();
        if last == 429 {
            assert!(response.headers().contains_key("retry-after"));
            break;
        }
        assert_eq!(last, 401);
    }
    assert_eq!(last, 429);
    // Nobody else waits for it.
    let body = json!({"name": "somebody", "password": "wrong password"});
    let other = centre
        .bare(Method::POST, "/api/v1/login")
        .json(&body)
        .send()
        .await;
    assert_eq!(other.expect("an answer").status(), 401);
}

#[tokio::test]
async fn whoever_is_shut_out_is_out_at_once() {
    let centre = Centre::ready().await;
    let new = json!({"name": "ann", "role": "analyst", "password": PASSWORD});
    assert_eq!(centre.post("/api/v1/users", new.clone()).await.0, 201);
    assert_eq!(centre.post("/api/v1/users", new).await.0, 409);
    let body = json!({"name": "ann", "password": PASSWORD});
    let login = centre
        .bare(Method::POST, "/api/v1/login")
        .json(&body)
        .send()
        .await;
    let login = login.expect("an answer");
    let cookie = login.headers()["set-cookie"]
        .to_str()
        .expect("text")
        .to_owned();
    let cookie = cookie.split(';').next().expect("a cookie").to_owned();
    let ask = || {
        centre
            .bare(Method::GET, "/api/v1/session")
            .header("cookie", &cookie)
            .send()
    };
    assert_eq!(
        told(ask().await.expect("an answer")).await.1["role"],
        "analyst"
    );
    let path = "/api/v1/users/ann";
    let (status, user) = centre
        .call(Method::PATCH, path, Some(json!({"disabled": true})))
        .await;
    assert_eq!((status, &user["disabled"]), (200, &json!(true)));
    assert_eq!(ask().await.expect("an answer").status(), 401);
    let (_, log) = centre.get("/api/v1/audit?limit=500").await;
    let actions: Vec<&str> = log["items"]
        .as_array()
        .expect("items")
        .iter()
        .filter_map(|entry| entry["action"].as_str())
        .collect();
    assert!(actions.contains(&"login"), "{actions:?}");
    let (_, state) = centre.get("/api/v1/audit/verify").await;
    assert_eq!(state["intact"], true, "{state}");
}

#[tokio::test]
async fn a_key_file_that_others_can_read_stops_the_start() {
    let data = tempfile::tempdir().expect("a directory");
    let settings = settings(&data);
    drop(Centre::with(settings.clone(), tempfile::tempdir().expect("another")).await);
    let key = data.path().join("keys/secret.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).expect("chmod");
    let started = lazaret_control::serve(settings).await;
    let error = started.err().expect("it does not start").to_string();
    assert!(error.contains("chmod 600"), "{error}");
}
