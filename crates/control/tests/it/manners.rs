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
async fn what_nobody_knows_behind_the_question_mark_is_refused_by_its_name() {
    let centre = Centre::ready().await;
    let refused = [
        ("/api/v1/images?severty=high", "`severty`", "`severity`"),
        ("/api/v1/users?after=xx", "`after`", "`cursor`"),
        (
            "/api/v1/jobs?limit=5&state=dead&wait=1",
            "`wait`",
            "`state`",
        ),
        ("/api/v1/pools?limit=5", "`limit`", "nor is anything else"),
        ("/api/v1/audit/export?after=xx", "after", "invalid digit"),
        ("/api/v1/audit/export?after=1&befor=2", "`befor`", "`after`"),
    ];
    for (path, other, known) in refused {
        let (status, problem) = centre.get(path).await;
        assert_eq!(status, 400, "{path}: {problem}");
        let detail = problem["detail"].as_str().expect("a detail");
        assert!(
            detail.contains(other) && detail.contains(known),
            "{path}: {detail}"
        );
    }
    for path in [
        "/api/v1/images?",
        "/api/v1/images?severity=high&running=true&limit=1",
        "/api/v1/jobs?state=dead",
        "/api/v1/audit?action=user.",
    ] {
        let (status, answer) = centre.get(path).await;
        assert_eq!(status, 200, "{path}: {answer}");
    }
}

#[tokio::test]
async fn a_body_that_does_not_say_what_it_is_is_refused_as_such() {
    let centre = Centre::ready().await;
    let new = json!({"name": "bob", "role": "viewer", "password": "long enough, this"});
    for (kind, expected) in [
        (None, 415),
        (Some("text/plain"), 415),
        (Some("application/x-www-form-urlencoded"), 415),
        (Some("application/json; charset=utf-8"), 201),
    ] {
        let mut asked = centre.as_token(&centre.admin, Method::POST, "/api/v1/users");
        if let Some(kind) = kind {
            asked = asked.header("content-type", kind);
        }
        let sent = asked.body(new.to_string()).send().await;
        let (status, problem) = told(sent.expect("an answer")).await;
        assert_eq!(status, expected, "{kind:?}: {problem}");
        assert_eq!(problem["status"].as_u64().is_some(), expected != 201);
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

#[tokio::test]
async fn a_problem_is_legible_for_whoever_takes_compressed_answers() {
    let centre = Centre::ready().await;
    let path = "/api/v1/users/nobody-of-that-name-that-is-long-enough-to-be-worth-compressing";
    let asked = centre.as_token(&centre.admin, Method::GET, path);
    let answer = asked.header("accept-encoding", "gzip").send().await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status(), 404);
    let is_packed = answer.headers().contains_key("content-encoding");
    let bytes = answer.bytes().await.expect("a body");
    assert_eq!(bytes.starts_with(&[0x1f, 0x8b]), is_packed);
}

#[tokio::test]
async fn what_nothing_refers_to_is_told_and_removed_by_administrators_alone() {
    let centre = Centre::ready().await;
    let store = crate::stage::store(centre.data.path(), None).await;
    let long_ago = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(72);
    let put = store.put_blob(b"of nobody".to_vec(), long_ago).await;
    let hex = put.expect("put").replace("sha256:", "");
    let place = centre.data.path().join("blobs/sha256").join(&hex[..2]);
    let file = std::fs::File::open(place.join(format!("{hex}.zst"))).expect("there");
    file.set_modified(long_ago.into()).expect("made old");
    let path = "/api/v1/blobs/collect";
    for role in ["viewer", "analyst", "approver"] {
        let token = centre.token(role).await;
        let asked = centre.as_token(&token, Method::POST, path).send().await;
        assert_eq!(asked.expect("an answer").status(), 403, "{role}");
    }
    let collect = async |query: &str| {
        let asked = format!("{path}{query}");
        let (status, told) = centre.call(Method::POST, &asked, None).await;
        assert_eq!(status, 200, "{told}");
        (told["unused"].clone(), told["removed"].clone())
    };
    assert_eq!(collect("?dry_run=true").await, (json!(1), json!(0)));
    assert_eq!(collect("").await, (json!(1), json!(1)));
    assert_eq!(collect("").await, (json!(0), json!(0)));
    let (_, log) = centre.get("/api/v1/audit?action=blobs.").await;
    assert_eq!(log["items"][0]["actor"], "token:test", "{log}");
}
