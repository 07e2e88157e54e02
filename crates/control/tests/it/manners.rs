//! Problems, pages, tags of answers, health.

use reqwest::Method;
use serde_json::json;

use crate::centre::{Centre, told};

#[tokio::test]
async fn every_refusal_is_a_problem_with_the_id_of_the_request() {
    let centre = Centre::ready().await;
    let big = "x".repeat(3 << 20);
    let cases = [
        (Method::GET, "/nowhere", None, 404),
        (Method::DELETE, "/api/v1/users", None, 405),
        (Method::GET, "/api/v1/users?limit=0", None, 422),
        (Method::GET, "/api/v1/users?limit=x", None, 400),
        (Method::GET, "/api/v1/users?cursor=zz", None, 422),
        (Method::GET, "/api/v1/users/none", None, 404),
        (Method::POST, "/api/v1/users", Some("{"), 400),
        (Method::POST, "/api/v1/users", Some("{}"), 422),
        (Method::POST, "/api/v1/users", Some(big.as_str()), 413),
    ];
    for (method, path, body, expected) in cases {
        let mut request = centre.as_token(&centre.admin, method.clone(), path);
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body.to_owned());
        }
        let response = request.send().await.expect("an answer");
        let (kind, id) = (
            response.headers().get("content-type").cloned(),
            response.headers()["x-request-id"].clone(),
        );
        let (status, problem) = told(response).await;
        assert_eq!(status, expected, "{method} {path}: {problem}");
        assert_eq!(
            kind.expect("a type"),
            "application/problem+json",
            "{method} {path}"
        );
        assert_eq!(problem["status"], expected);
        assert_eq!(problem["request_id"], id.to_str().expect("text"));
    }
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let centre = Centre::ready().await;
    let ask = |tag: Option<String>| {
        let mut request = centre.as_token(&centre.admin, Method::GET, "/api/v1/users");
        if let Some(tag) = tag {
            request = request.header("if-none-match", tag);
        }
        request.send()
    };
    let first = ask(None).await.expect("an answer");
    let tag = first.headers()["etag"].to_str().expect("text").to_owned();
    let again = ask(Some(tag.clone())).await.expect("an answer");
    assert_eq!(again.status(), 304);
    assert!(again.text().await.expect("a body").is_empty());
    let new = json!({"name": "bob", "role": "viewer", "password": "long enough, this"});
    assert_eq!(centre.post("/api/v1/users", new).await.0, 201);
    assert_eq!(ask(Some(tag)).await.expect("an answer").status(), 200);
}

#[tokio::test]
async fn pages_follow_each_other_without_hole_or_double() {
    let centre = Centre::ready().await;
    for number in 0..7 {
        let name = format!("user{number}");
        let new = json!({"name": name, "role": "viewer", "password": "long enough, this"});
        assert_eq!(centre.post("/api/v1/users", new).await.0, 201);
    }
    let mut names = Vec::new();
    let mut path = "/api/v1/users?limit=3".to_owned();
    loop {
        let (status, page) = centre.get(&path).await;
        assert_eq!(status, 200, "{page}");
        let items = page["items"].as_array().expect("items");
        names.extend(
            items
                .iter()
                .map(|u| u["name"].as_str().expect("a name").to_owned()),
        );
        match page["next"].as_str() {
            Some(next) => path = format!("/api/v1/users?limit=3&cursor={next}"),
            None => break,
        }
    }
    let mut expected: Vec<String> = (0..7).map(|n| format!("user{n}")).collect();
    expected.insert(0, "admin".into());
    assert_eq!(names, expected);
}

#[tokio::test]
async fn health_readiness_and_metrics_are_told_to_everybody() {
    let centre = Centre::fresh().await;
    for path in ["/healthz", "/readyz"] {
        let response = centre
            .bare(Method::GET, path)
            .send()
            .await
            .expect("an answer");
        assert_eq!(response.status(), 200, "{path}");
    }
    let response = centre
        .bare(Method::GET, "/metrics")
        .send()
        .await
        .expect("an answer");
    let text = response.text().await.expect("a body");
    for name in [
        "lazaret_http_requests_total{",
        "lazaret_http_request_seconds_bucket{",
        "# EOF",
    ] {
        assert!(text.contains(name), "{name} is missing:\n{text}");
    }
}
