//! Changes of what somebody else has changed meanwhile: `If-Match`, merge patches.

use reqwest::Method;
use serde_json::{Value, json};

use crate::centre::{Centre, told};
use crate::visitor::{Visitor, leads_to, page};

const ONE: &str = "apiVersion: lazaret.dev/v1\nkind: Policy\nname: one\nrules:\n  - name: known\n    each: finding\n    when: finding.kev\n    action: block\n";
const TWO: &str = "apiVersion: lazaret.dev/v1\nkind: Policy\nname: two\nrules:\n  - name: known\n    each: finding\n    when: finding.kev\n    action: block\n";

/// What is at a path, and its tag.
async fn read(centre: &Centre, path: &str) -> (Value, String) {
    let asked = centre.as_token(&centre.admin, Method::GET, path).send();
    let answer = asked.await.expect("an answer");
    let tag = answer.headers()["etag"].to_str().expect("text").to_owned();
    let (status, value) = told(answer).await;
    assert_eq!(status, 200, "{value}");
    (value, tag)
}

/// A change on a condition.
async fn change(
    centre: &Centre,
    method: Method,
    path: &str,
    tag: &str,
    body: &Value,
) -> (u16, Value) {
    let asked = centre.as_token(&centre.admin, method, path);
    let asked = asked.header("if-match", tag).json(body);
    told(asked.send().await.expect("an answer")).await
}

async fn registry(centre: &Centre, name: &str) -> String {
    let new = json!({"name": name, "kind": "distribution", "url": format!("https://{name}.example"),
        "credential": {"username": "robot", "password": "secret"}, "list_every_seconds": 300,
        "environment": "prod"});
    let (status, made) = centre.post("/api/v1/registries", new).await;
    assert_eq!(status, 201, "{made}");
    format!("/api/v1/registries/{}", made["id"].as_str().expect("an id"))
}

#[tokio::test]
async fn every_change_says_that_it_obeys_the_condition_and_does() {
    let centre = Centre::ready().await;
    let (_, api) = centre.get("/api/v1/openapi.json").await;
    let mut tried = 0;
    for (path, item) in api["paths"].as_object().expect("paths") {
        for (name, operation) in item.as_object().expect("operations") {
            let method: Method = name.to_uppercase().parse().expect("a method");
            if !matches!(method, Method::PUT | Method::PATCH | Method::DELETE) {
                continue;
            }
            assert!(operation["responses"]["412"].is_object(), "{name} {path}");
            let path = path.replace("{name}", "admin").replace("{id}", "none");
            let path = path.replace("{cluster}", "c");
            let body = json!({"text": ONE, "workloads": [], "paused": false});
            let (status, problem) = change(&centre, method, &path, "\"other\"", &body).await;
            let missing = path == "/api/v1/registries/none";
            assert_eq!(
                status,
                if missing { 404 } else { 412 },
                "{name} {path}: {problem}"
            );
            tried += 1;
        }
    }
    assert!(tried >= 10, "{tried} operations");
    let (_, policy) = centre.get("/api/v1/policy").await;
    assert_eq!(policy["generation"], 0);
}

#[tokio::test]
async fn the_second_of_two_approvers_does_not_overwrite_the_first() {
    let centre = Centre::ready().await;
    let path = "/api/v1/policy";
    let (_, tag) = read(&centre, path).await;
    let (status, problem) = change(&centre, Method::PUT, path, &tag, &json!({"text": ONE})).await;
    assert_eq!(status, 200, "{problem}");
    let (status, problem) = change(&centre, Method::PUT, path, &tag, &json!({"text": TWO})).await;
    assert_eq!(
        (status, &problem["status"]),
        (412, &json!(412)),
        "{problem}"
    );
    let (policy, tag) = read(&centre, path).await;
    assert_eq!(policy["text"], ONE);
    // A weak tag fits nothing; of several, one is enough.
    let weak = format!("W/{tag}");
    let (status, _) = change(&centre, Method::PUT, path, &weak, &json!({"text": TWO})).await;
    assert_eq!(status, 412);
    let both = format!("\"other\", {tag}");
    let (status, _) = change(&centre, Method::PUT, path, &both, &json!({"text": TWO})).await;
    assert_eq!(status, 200);
    let (status, _) = change(&centre, Method::PUT, path, "*", &json!({"text": ONE})).await;
    assert_eq!(status, 200);
    // Whoever may not change it hears that, and not whether the tag fits.
    let viewer = centre.token("viewer").await;
    let asked = centre.as_token(&viewer, Method::PUT, path);
    let asked = asked
        .header("if-match", "\"x\"")
        .json(&json!({"text": TWO}));
    assert_eq!(asked.send().await.expect("an answer").status(), 403);
}

#[tokio::test]
async fn a_page_tells_the_second_approver_and_keeps_their_text() {
    let centre = Centre::ready().await;
    let ann = Visitor::with_role(&centre, "approver").await;
    let bob = Visitor::log_in(&centre, "admin").await;
    let (_, form) = bob.get("/policy").await;
    assert!(form.contains("name=\"from\" value=\"0\""), "{form}");
    let first = [("from", "0"), ("text", ONE), ("reason", "audit <b>7</b>")];
    assert_eq!(
        leads_to(&ann.send("/policy", &first).await),
        "/policy?said=policy"
    );
    let second = [("from", "0"), ("text", TWO), ("reason", "mine")];
    let (status, text) = page(bob.send("/policy", &second).await).await;
    assert_eq!(status, 412, "{text}");
    for part in [
        "Somebody else was first",
        "approver-user",
        "audit &lt;b&gt;7",
        "name: two",
        "value=\"mine\"",
        "name=\"from\" value=\"1\"",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(centre.get("/api/v1/policy").await.1["text"], ONE);
    // What is wrong with the text does not make it newer than it is.
    let broken = [("from", "0"), ("text", "rules: ["), ("reason", "mine")];
    let (_, text) = page(bob.send("/policy/try", &broken).await).await;
    assert!(text.contains("name=\"from\" value=\"0\""), "{text}");
    let again = [("from", "1"), ("text", TWO), ("reason", "mine")];
    assert_eq!(
        leads_to(&bob.send("/policy", &again).await),
        "/policy?said=policy"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_changes_for_whoever_has_seen_it_and_loses_nothing_without() {
    let centre = Centre::ready().await;
    let path = registry(&centre, "shop").await;
    let (_, tag) = read(&centre, &path).await;
    let to = |field: &str, value: &str| json!({field: value});
    let (status, told) = change(&centre, Method::PATCH, &path, &tag, &to("region", "eu")).await;
    assert_eq!((status, &told["region"]), (200, &json!("eu")), "{told}");
    let (status, _) = change(&centre, Method::PATCH, &path, &tag, &to("region", "us")).await;
    assert_eq!(status, 412);
    let (status, _) = change(&centre, Method::DELETE, &path, &tag, &json!({})).await;
    assert_eq!(status, 412);
    assert_eq!(read(&centre, &path).await.0["region"], "eu");
    // At once, each another value: all of them count.
    let all = [
        to("name", "other"),
        to("region", "asia"),
        to("environment", "dev"),
        json!({"list_every_seconds": 600}),
        json!({"repositories": ["team/app"]}),
    ];
    let [a, b, c, d, e] = all.map(|body| centre.call(Method::PATCH, &path, Some(body)));
    let (a, b, c, d, e) = tokio::join!(a, b, c, d, e);
    for (status, told) in [a, b, c, d, e] {
        assert_eq!(status, 200, "{told}");
    }
    let (now, tag) = read(&centre, &path).await;
    assert_eq!(
        [
            &now["name"],
            &now["region"],
            &now["environment"],
            &now["list_every_seconds"],
            &now["repositories"],
        ],
        [
            &json!("other"),
            &json!("asia"),
            &json!("dev"),
            &json!(600),
            &json!(["team/app"])
        ]
    );
    let (status, _) = change(&centre, Method::DELETE, &path, &tag, &json!({})).await;
    assert_eq!(status, 204);
}

#[tokio::test]
async fn null_takes_away_and_what_is_absent_stays() {
    let centre = Centre::ready().await;
    let path = registry(&centre, "shop").await;
    let patch = async |body: Value| {
        let asked = centre.as_token(&centre.admin, Method::PATCH, &path);
        let asked = asked.header("content-type", "application/merge-patch+json");
        told(
            asked
                .body(body.to_string())
                .send()
                .await
                .expect("an answer"),
        )
        .await
    };
    let (_, kept) = patch(json!({"name": "renamed"})).await;
    assert_eq!(kept["has_credential"], true, "{kept}");
    let (status, gone) = patch(json!({"credential": null})).await;
    assert_eq!((status, &gone["has_credential"]), (200, &json!(false)));
    assert_eq!(gone["list_every_seconds"], 300, "{gone}");
    let (_, gone) = patch(json!({"list_every_seconds": null, "environment": null})).await;
    assert!(
        gone["list_every_seconds"].is_null() && gone["environment"].is_null(),
        "{gone}"
    );
    let (_, log) = centre.get("/api/v1/audit?action=registry.update").await;
    assert_eq!(log["items"].as_array().expect("items").len(), 3, "{log}");
}

#[tokio::test]
async fn a_user_changes_for_whoever_has_seen_them() {
    let centre = Centre::ready().await;
    let new = json!({"name": "Bob", "role": "viewer", "password": "long enough, this"});
    assert_eq!(centre.post("/api/v1/users", new).await.0, 201);
    let path = "/api/v1/users/Bob";
    let (_, tag) = read(&centre, path).await;
    let analyst = json!({"role": "analyst"});
    let (status, _) = change(&centre, Method::PATCH, path, &tag, &analyst).await;
    assert_eq!(status, 200);
    let shut = json!({"disabled": true, "role": "viewer"});
    let (status, _) = change(&centre, Method::PATCH, path, &tag, &shut).await;
    assert_eq!(status, 412);
    let (bob, _) = read(&centre, path).await;
    assert_eq!(
        (&bob["role"], &bob["disabled"]),
        (&json!("analyst"), &json!(false))
    );
}

#[tokio::test]
async fn a_name_is_one_name_in_any_case() {
    let centre = Centre::ready().await;
    let new = |name: &str| json!({"name": name, "role": "viewer", "password": "long enough, this"});
    let (status, problem) = centre.post("/api/v1/users", new("Admin")).await;
    assert_eq!(status, 409, "{problem}");
    assert_eq!(centre.post("/api/v1/users", new("Bob")).await.0, 201);
    let log_in = async |name: &str, password: &str| {
        let body = json!({"name": name, "password": password});
        let asked = centre.bare(Method::POST, "/api/v1/login").json(&body);
        told(asked.send().await.expect("an answer")).await
    };
    let (status, session) = log_in("bOB", "long enough, this").await;
    assert_eq!((status, &session["name"]), (200, &json!("Bob")));
    assert_eq!(log_in("bob", "a wrong password").await.0, 401);
}
