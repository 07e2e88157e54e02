//! What runs is told, judged for where it runs, and counted.

use std::time::{Duration, Instant};

use lazaret_testkit::registry::{LoopbackRegistry, Manners};
use reqwest::Method;
use serde_json::{Value, json};

use crate::centre::Centre;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// An image without layers, made known and looked at; its digest.
async fn image(centre: &Centre, registry: &LoopbackRegistry) -> String {
    let config =
        br#"{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[]}}"#;
    let manifest = json!({"schemaVersion": 2, "mediaType": MANIFEST, "layers": [],
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": registry.blob("team/app", config), "size": config.len()}});
    let digest = registry.manifest("team/app", "1.0", MANIFEST, manifest.to_string().as_bytes());
    let new = json!({"name": "shop", "kind": "distribution", "environment": "prod",
        "url": format!("http://{}", registry.host())});
    let (_, made) = centre.post("/api/v1/registries", new).await;
    let id = made["id"].as_str().expect("an id");
    let scan = json!({"registry": id, "repository": "team/app", "reference": "1.0"});
    let (status, told) = centre.post("/api/v1/scans", scan).await;
    assert!(status < 300, "{told}");
    digest
}

async fn until(centre: &Centre, path: &str, good: impl Fn(&Value) -> bool) -> Value {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let (status, answer) = centre.get(path).await;
        if status == 200 && good(&answer) {
            return answer;
        }
        assert!(Instant::now() < end, "{answer}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_runs_is_judged_for_where_it_runs_and_told_at_metrics() {
    let centre = Centre::ready().await;
    let registry = LoopbackRegistry::start(Manners::default()).expect("a registry");
    let digest = image(&centre, &registry).await;
    let path = format!("/api/v1/images/{digest}");
    until(&centre, &path, |image| image["verdicts"] != json!([])).await;
    let told = json!({"environment": "shop-floor", "workloads": [
        {"namespace": "till", "workload": "deployment/pay", "digest": digest}]});
    let place = "/api/v1/workloads/cluster-1";
    let viewer = centre.token("viewer").await;
    let refused = centre
        .as_token(&viewer, Method::PUT, place)
        .json(&told)
        .send()
        .await;
    assert_eq!(refused.expect("an answer").status(), 403);
    let (status, answer) = centre.call(Method::PUT, place, Some(told)).await;
    assert_eq!(status, 204, "{answer}");
    let image = until(&centre, &path, |image| {
        image["verdicts"].as_array().is_some_and(|v| v.len() == 2)
    })
    .await;
    assert_eq!(image["running"], 1);
    let (_, runs) = centre
        .get(&format!("/api/v1/workloads?digest={digest}"))
        .await;
    assert_eq!(runs[0]["workload"], "deployment/pay", "{runs}");
    assert_eq!(runs[0]["environment"], "shop-floor");
    let (_, changes) = centre
        .get(&format!("/api/v1/verdict-changes?digest={digest}"))
        .await;
    assert_eq!(changes["items"][0]["cause"], "workload", "{changes}");
    assert_eq!(changes["items"][0]["running"][0]["namespace"], "till");
    assert!(
        changes["items"][1]["running"].is_null(),
        "it runs nowhere in prod"
    );
    let metrics = centre.bare(Method::GET, "/metrics").send().await;
    let metrics = metrics.expect("an answer").text().await.expect("a text");
    let line = format!("image_digest=\"{digest}\",severity=\"Critical\"}} 0");
    assert!(
        metrics.contains("trivy_image_vulnerabilities{cluster=\"cluster-1\""),
        "{metrics}"
    );
    assert!(metrics.contains(&line), "{metrics}");
    assert!(
        metrics.contains("lazaret_verdicts{environment=\"shop-floor\""),
        "{metrics}"
    );

    let none = json!({"environment": "shop-floor", "workloads": []});
    centre.call(Method::PUT, place, Some(none)).await;
    let (_, runs) = centre
        .get(&format!("/api/v1/workloads?digest={digest}"))
        .await;
    assert_eq!(runs, json!([]));
    let wrong = json!({"workloads": [{"workload": "w", "digest": "latest"}]});
    assert_eq!(centre.call(Method::PUT, place, Some(wrong)).await.0, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_that_asks_for_nothing_again_and_again_makes_one_look() {
    let centre = Centre::ready().await;
    let registry = LoopbackRegistry::start(Manners::default()).expect("a registry");
    let host = registry.host();
    let new = json!({"name": "shop", "kind": "distribution", "url": format!("http://{host}")});
    centre.post("/api/v1/registries", new).await;
    let gate = centre.token("edge").await;
    let missing = format!("sha256:{}", "0".repeat(64));
    let path = format!("/edge/v1/verdict?registry={host}&repository=team/app&digest={missing}");
    for _ in 0..10 {
        let answer = centre.as_token(&gate, Method::GET, &path).send().await;
        let answer: Value = answer.expect("an answer").json().await.expect("JSON");
        assert!(answer.to_string().contains("unknown"), "{answer}");
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
    until(&centre, "/api/v1/jobs", |jobs| jobs["items"] == json!([])).await;
    let asked = registry
        .requests()
        .into_iter()
        .filter(|request| request.path.contains(&missing));
    assert!(
        (1..=2).contains(&asked.count()),
        "{:?}",
        registry.requests()
    );
}
