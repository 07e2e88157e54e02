//! From a push to a verdict, with a real registry.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::centre::{Centre, told};
use crate::peers::{Registry, free};

/// Asks until the answer is what is waited for.
pub(crate) async fn until(
    centre: &Centre,
    path: &str,
    what: &str,
    good: impl Fn(&Value) -> bool,
) -> Value {
    let end = Instant::now() + Duration::from_secs(90);
    loop {
        let (status, answer) = centre.get(path).await;
        if status == 200 && good(&answer) {
            return answer;
        }
        if Instant::now() > end {
            let (_, jobs) = centre.get("/api/v1/jobs").await;
            panic!("{what}: {answer}\njobs: {jobs}");
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn watched(centre: &Centre, host: &str) -> Value {
    let new = json!({"name": "shop", "kind": "distribution", "url": format!("http://{host}"),
        "environment": "prod"});
    let (status, made) = centre.post("/api/v1/registries", new).await;
    assert_eq!(status, 201, "{made}");
    made
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_to_a_real_registry_becomes_a_verdict() {
    let centre = Centre::ready().await;
    let host = free();
    let made = watched(&centre, &host).await;
    let text = |name: &str| made[name].as_str().expect("a text").to_owned();
    let url = format!("{}{}", centre.base, text("events_path"));
    let secret = text("events_secret");
    let Some(registry) = Registry::start(&host, Some((&url, &secret))) else {
        return;
    };
    let digest = registry.push("team/app", "1.0", "4.17.15");

    let path = format!("/api/v1/images/{digest}");
    let image = until(&centre, &path, "no verdict", |image| {
        image["verdicts"].as_array().is_some_and(|v| !v.is_empty())
    })
    .await;
    assert_eq!(image["names"][0]["repository"], "team/app");
    assert_eq!(image["names"][0]["tag"], "1.0");
    let verdict = &image["verdicts"][0];
    assert_eq!(verdict["environment"], "prod");
    assert!(
        !verdict["reasons"].as_array().expect("reasons").is_empty(),
        "{verdict}"
    );
    let found: u64 = ["critical", "high", "medium"]
        .iter()
        .filter_map(|level| verdict["findings"][level].as_u64())
        .sum();
    assert!(found > 0, "{verdict}");
    let (status, report) = centre.get(&format!("{path}/report?environment=prod")).await;
    assert_eq!(
        (status, &report["schema"]),
        (200, &json!("lazaret.report/1"))
    );
    assert!(report.to_string().contains("lodash"));
    for (format, expected) in [("sarif", 200), ("html", 200), ("none", 422)] {
        let (status, _) = centre.get(&format!("{path}/report?format={format}")).await;
        assert_eq!(status, expected, "{format}");
    }
    let (_, inventory) = centre.get(&format!("{path}/inventory")).await;
    assert_eq!(inventory["packages"][0]["name"], "lodash");
    let (_, changes) = centre
        .get(&format!("/api/v1/verdict-changes?digest={digest}"))
        .await;
    assert_eq!(changes["items"][0]["cause"], "scan", "{changes}");

    // Another policy, and the image is decided on again: no layer is read, and gates hear.
    let text = "apiVersion: lazaret.dev/v1\nkind: Policy\nname: strict\nrules:\n  - name: known\n    description: known to be bad\n    each: finding\n    when: finding.severity >= \"low\"\n    action: quarantine\n";
    let set = json!({"text": text, "reason": "a test"});
    let (status, told) = centre.call(Method::PUT, "/api/v1/policy", Some(set)).await;
    assert_eq!(status, 200, "{told}");
    let holds = until(
        &centre,
        "/api/v1/holds?state=quarantined",
        "not quarantined",
        |holds| holds["items"].as_array().is_some_and(|h| !h.is_empty()),
    )
    .await;
    assert_eq!(holds["items"][0]["digest"], digest);
    assert_eq!(holds["items"][0]["by_hand"], false);
    let path = "/api/v1/verdicts?outcome=quarantine";
    until(&centre, path, "not decided again", |verdicts| {
        verdicts["items"][0]["digest"] == json!(digest)
    })
    .await;
    until(&centre, "/api/v1/jobs", "something is left to do", |jobs| {
        jobs["items"] == json!([])
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_event_told_is_found_by_the_list_and_what_is_gone_is_noted() {
    let centre = Centre::ready().await;
    let host = free();
    let Some(registry) = Registry::start(&host, None) else {
        return;
    };
    let kept = registry.push("team/app", "1.0", "4.17.15");
    let gone = registry.push("team/other", "2.0", "4.17.20");
    let made = watched(&centre, &host).await;
    let list = format!(
        "/api/v1/registries/{}/list",
        made["id"].as_str().expect("an id")
    );
    assert_eq!(centre.post(&list, json!({})).await.0, 202);
    for digest in [&kept, &gone] {
        let path = format!("/api/v1/images/{digest}");
        until(&centre, &path, "not found by the list", |image| {
            image["verdicts"].as_array().is_some_and(|v| !v.is_empty())
        })
        .await;
    }
    registry.delete("team/other", "2.0");
    assert_eq!(centre.post(&list, json!({})).await.0, 202);
    let path = format!("/api/v1/images/{gone}");
    until(&centre, &path, "still there", |image| {
        image["names"][0]["replaced_at"].is_string()
    })
    .await;
    let (_, image) = centre.get(&format!("/api/v1/images/{kept}")).await;
    assert!(image["names"][0].get("replaced_at").is_none(), "{image}");
    let (_, images) = centre.get("/api/v1/images?search=team/app").await;
    assert_eq!(images["items"].as_array().expect("items").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_harbor_uses_the_centre_as_its_scanner() {
    let centre = Centre::ready().await;
    let host = free();
    let Some(registry) = Registry::start(&host, None) else {
        return;
    };
    let digest = registry.push("library/app", "1.0", "4.17.15");
    watched(&centre, &host).await;
    let analyst = centre.token("analyst").await;
    let metadata = centre.as_token(&analyst, Method::GET, "/harbor/api/v1/metadata");
    let metadata = metadata.send().await.expect("an answer");
    let kind = metadata.headers()["content-type"]
        .to_str()
        .expect("text")
        .to_owned();
    assert_eq!(
        kind,
        "application/vnd.scanner.adapter.metadata+json; version=1.1"
    );
    let (_, metadata) = told(metadata).await;
    let consumed = metadata["capabilities"][0]["consumes_mime_types"].to_string();
    assert!(consumed.contains("application/vnd.docker.distribution.manifest.v2+json"));

    let scan = json!({
        "registry": {"url": format!("http://{host}"), "authorization": ""},
        "artifact": {"repository": "library/app", "digest": digest, "tag": "1.0",
            "mime_type": "application/vnd.oci.image.manifest.v1+json"}});
    // Harbor may send the token as a password, and its own media type.
    let asked = centre
        .bare(Method::POST, "/harbor/api/v1/scan")
        .basic_auth("harbor", Some(&analyst))
        .header(
            "content-type",
            "application/vnd.scanner.adapter.scan.request+json; version=1.1",
        )
        .body(scan.to_string());
    let (status, accepted) = told(asked.send().await.expect("an answer")).await;
    assert_eq!(status, 202, "{accepted}");
    let id = accepted["id"].as_str().expect("an id");
    let path = format!("/harbor/api/v1/scan/{id}/report");
    let end = Instant::now() + Duration::from_secs(90);
    let report = loop {
        let asked = centre.as_token(&analyst, Method::GET, &path);
        let asked = asked.header(
            "accept",
            "application/vnd.security.vulnerability.report; version=1.1",
        );
        let answer = asked.send().await.expect("an answer");
        if answer.status() == 200 {
            break told(answer).await.1;
        }
        assert_eq!(answer.status(), 302);
        assert!(answer.headers().contains_key("refresh-after"));
        assert!(Instant::now() < end, "no report");
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    assert_eq!(report["artifact"]["digest"], digest);
    let ids = report["vulnerabilities"].to_string();
    assert!(ids.contains("lodash"), "{report}");
    // What is borne in the environment of the registry, and there alone, is none for its Harbor.
    for (environment, is_told) in [("dev", true), ("prod", false)] {
        let text = format!(
            "apiVersion: lazaret.dev/v1\nexceptions:\n  - name: {environment}\n    \
             ids: [CVE-2021-23337]\n    environments: [{environment}]\n    reason: borne\n    \
             owner: ann\n    expires: 2099-01-01\n"
        );
        let exception = json!({"reason": "a test", "text": text});
        let (status, granted) = centre.post("/api/v1/exceptions", exception).await;
        assert_eq!(status, 201, "{granted}");
        let asked = centre.as_token(&analyst, Method::GET, &path).send().await;
        let (status, report) = told(asked.expect("an answer")).await;
        assert_eq!(status, 200, "{report}");
        let ids = report["vulnerabilities"].to_string();
        assert_eq!(ids.contains("CVE-2021-23337"), is_told, "{report}");
    }
    for (path, expected) in [
        ("/harbor/api/v1/scan/none/report", 404),
        ("/harbor/api/v1/scan/x.00/report", 404),
    ] {
        let (status, error) = told(
            centre
                .as_token(&analyst, Method::GET, path)
                .send()
                .await
                .expect("an answer"),
        )
        .await;
        assert_eq!(status, expected, "{path}");
        assert!(error["error"]["message"].is_string(), "{error}");
    }
    let viewer = centre.token("viewer").await;
    let refused = centre.as_token(&viewer, Method::GET, "/harbor/api/v1/metadata");
    assert_eq!(refused.send().await.expect("an answer").status(), 403);
}
