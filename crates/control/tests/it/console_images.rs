//! Pages of an image that was really looked at, with text in it that wants to be markup.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;

use crate::centre::Centre;
use crate::peers::{Registry, free};
use crate::visitor::{Visitor, leads_to, page};

const HOSTILE: &str = "4.17.15<script>alert(1)</script>";

/// A centre that has looked at an image, and its digest; `None` without a registry to push to.
async fn looked_at() -> Option<(Centre, Registry, String)> {
    let centre = Centre::ready().await;
    let host = free();
    let registry = Registry::start(&host, None)?;
    let digest = registry.push("team/app", "1.0", HOSTILE);
    let new = json!({"name": "shop", "kind": "distribution", "url": format!("http://{host}"),
        "environment": "prod"});
    let (status, made) = centre.post("/api/v1/registries", new).await;
    assert_eq!(status, 201, "{made}");
    let admin = Visitor::log_in(&centre, "admin").await;
    let list = format!("/registries/{}/list", made["id"].as_str().expect("an id"));
    assert_eq!(
        leads_to(&admin.send(&list, &[]).await),
        "/registries?said=list"
    );
    let end = Instant::now() + Duration::from_secs(90);
    loop {
        let (_, image) = centre.get(&format!("/api/v1/images/{digest}")).await;
        if image["verdicts"].as_array().is_some_and(|v| !v.is_empty()) {
            return Some((centre, registry, digest));
        }
        assert!(Instant::now() < end, "no verdict: {image}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_is_told_whole_and_what_it_holds_stays_text() {
    let Some((centre, _registry, digest)) = looked_at().await else {
        return;
    };
    let viewer = Visitor::with_role(&centre, "viewer").await;
    let image = format!("/images/{digest}");
    for (path, expected) in [
        ("/images".to_owned(), "team/app:1.0"),
        (
            "/images?order=worst&environment=prod".to_owned(),
            "team/app:1.0",
        ),
        ("/images?search=team".to_owned(), "team/app:1.0"),
        ("/changes".to_owned(), "looked at"),
        ("/".to_owned(), "team/app:1.0"),
        (image.clone(), "could not be examined"),
        (format!("{image}/findings"), "Why is something not here?"),
        (format!("{image}/packages"), "lodash"),
        (format!("{image}/packages?q=lodash&from=app"), "Packages"),
        (format!("{image}/configuration"), "Signs of tampering"),
        (format!("{image}/history"), "looked at"),
        ("/vulnerabilities".to_owned(), "Vulnerabilities"),
        (
            "/vulnerabilities/CVE-1999-0001".to_owned(),
            "Nothing here has it",
        ),
        (
            "/vulnerabilities/%3Cscript%3Ealert(1)".to_owned(),
            "Nothing here has it",
        ),
        (
            format!("{image}/finding?id=CVE-1999-0001"),
            "is not reported",
        ),
        (
            format!("{image}/finding?id=%3Cscript%3Ealert(1)"),
            "is not reported",
        ),
    ] {
        let (status, text) = viewer.get(&path).await;
        assert_eq!(status, 200, "{path}");
        assert!(text.contains(expected), "{path}: no `{expected}`: {text}");
        assert!(!text.contains("<script>alert"), "{path}: {text}");
    }
    let asked = format!("{image}/finding?id=%3Cscript%3Ealert(1)");
    let (_, text) = viewer.get(&asked).await;
    assert!(text.contains("&lt;script&gt;alert(1)"), "{text}");
    let (status, _) = viewer.get(&format!("{image}/finding?key=none")).await;
    assert_eq!(status, 404);
    // The search leads to what is named.
    for (q, expected) in [
        (digest.clone(), image.clone()),
        (format!("team/app@{digest}"), image.clone()),
        (
            "team app".to_owned(),
            "/images?search=team%20app".to_owned(),
        ),
        (
            "cve-2021-23337".to_owned(),
            "/vulnerabilities/CVE-2021-23337".to_owned(),
        ),
    ] {
        let answer = viewer
            .ask(&format!("/find?q={}", q.replace(' ', "+")))
            .await;
        assert_eq!(leads_to(&answer), expected);
    }
    // Whoever reads has no buttons, and none that would work.
    let (_, text) = viewer.get(&image).await;
    assert!(
        !text.contains("action=\"/holds\"") && !text.contains("action=\"/scans\""),
        "{text}"
    );
    let analyst = Visitor::with_role(&centre, "analyst").await;
    let (_, text) = analyst.get(&image).await;
    assert!(
        text.contains("action=\"/releases\"") && text.contains("Look again"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn trying_a_policy_tells_which_decisions_would_change() {
    let Some((centre, _registry, digest)) = looked_at().await else {
        return;
    };
    let analyst = Visitor::with_role(&centre, "analyst").await;
    let text = "apiVersion: lazaret.dev/v1\nkind: Policy\nname: none-of-it\nrules:\n  - name: no-lodash\n    description: we do not use it\n    each: package\n    when: package.name == \"lodash\"\n    action: quarantine\n";
    let (status, told) = page(analyst.send("/policy/try", &[("text", text)]).await).await;
    assert_eq!(status, 200, "{told}");
    assert!(
        told.contains("team/app:1.0") && told.contains("+ no-lodash (quarantine)"),
        "{told}"
    );
    assert!(told.contains("of 1 decision on 1 image,"), "{told}");
    // Nothing was decided by it.
    let (_, image) = centre.get(&format!("/api/v1/images/{digest}")).await;
    assert!(!image.to_string().contains("no-lodash"), "{image}");
    let (_, policy) = centre.get("/api/v1/policy").await;
    assert_eq!(policy["generation"], 0);
    let scan = centre
        .bare(Method::POST, "/scans")
        .form(&[("registry", "x")]);
    assert_eq!(scan.send().await.expect("an answer").status(), 401);
}
