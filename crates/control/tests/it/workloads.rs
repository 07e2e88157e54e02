//! What runs is told, judged for where it runs, and counted.

use std::time::{Duration, Instant};

use lazaret_testkit::registry::{LoopbackRegistry, Manners};
use reqwest::Method;
use serde_json::{Value, json};

use crate::centre::Centre;
use crate::visitor::{Visitor, leads_to};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// An image without layers, made known and looked at; its digest.
async fn image(centre: &Centre, registry: &LoopbackRegistry) -> String {
    // A credential in its environment, made for this test, and root to run it.
    let key = format!("AKIA{}", "QZ3LWMT5RYB7NSKD");
    let config = json!({"os": "linux", "architecture": "amd64",
        "config": {"Env": [format!("AWS_ACCESS_KEY_ID={key}")], "User": "root"},
        "rootfs": {"type": "layers", "diff_ids": []}});
    let config = config.to_string();
    let config = config.as_bytes();
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
    assert_eq!(
        (status, &answer["generation"]),
        (200, &json!(1)),
        "{answer}"
    );
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
    // As many credentials and wrong settings as the report tells of.
    let (_, report) = centre
        .get(&format!("{path}/report?environment=shop-floor&format=json"))
        .await;
    let secrets = report["secrets"].as_array().expect("secrets").len();
    let checks = report["misconfigurations"]
        .as_array()
        .expect("checks")
        .iter();
    let failed = checks.filter(|check| check["status"] == "FAIL").count();
    assert!(secrets > 0 && failed > 0, "{report}");
    for (name, expected) in [
        ("trivy_image_exposedsecrets", secrets),
        ("trivy_resource_configaudits", failed),
    ] {
        let begin = format!(
            "{name}{{cluster=\"cluster-1\",namespace=\"till\",resource_kind=\"deployment\",\
             resource_name=\"pay\","
        );
        let lines = metrics.lines().filter(|line| line.starts_with(&begin));
        let counts = lines.filter_map(|line| line.rsplit(' ').next()?.parse::<usize>().ok());
        assert_eq!(counts.sum::<usize>(), expected, "{name}: {metrics}");
    }

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

const EXPOSED: &str = "apiVersion: lazaret.dev/v1\nkind: Policy\nname: open\nrules:\n  \
    - name: open\n    when: exposure == \"internet\"\n    undecided: warn\n    action: hold\n";

#[tokio::test(flavor = "multi_thread")]
async fn changes_follow_the_list_and_where_it_is_reached_from_counts() {
    let centre = Centre::ready().await;
    let registry = LoopbackRegistry::start(Manners::default()).expect("a registry");
    let policy = json!({"text": EXPOSED, "reason": "a test"});
    let (status, told) = centre
        .call(Method::PUT, "/api/v1/policy", Some(policy))
        .await;
    assert_eq!(status, 200, "{told}");
    let digest = image(&centre, &registry).await;
    let path = format!("/api/v1/images/{digest}");
    until(&centre, &path, |image| image["verdicts"] != json!([])).await;
    let place = "/api/v1/workloads/c1";
    let patch = async |change: Value| centre.call(Method::PATCH, place, Some(change)).await;
    let (status, problem) = patch(json!({"since": 1})).await;
    assert_eq!(status, 412, "nobody has told of it: {problem}");
    let whole = json!({"environment": "shop-floor", "workloads": []});
    let (_, state) = centre.call(Method::PUT, place, Some(whole)).await;
    let outcome = async |expected: &str| {
        let is = |image: &Value| {
            let verdicts = image["verdicts"].as_array().expect("verdicts");
            let mut here = verdicts.iter().filter(|v| v["environment"] == "shop-floor");
            here.any(|verdict| verdict["outcome"] == expected)
        };
        until(&centre, &path, is).await
    };
    let runs = |exposure: Value| {
        let mut one = json!({"namespace": "till", "workload": "deployment/pay", "digest": digest});
        one["exposure"] = exposure;
        one
    };
    let mut since = state["generation"].clone();
    for (exposure, expected) in [
        (json!(null), "warn"),
        (json!("cluster"), "allow"),
        (json!("internet"), "hold"),
        (json!("intranet"), "allow"),
    ] {
        let change = json!({"since": since, "workloads": [runs(exposure.clone())]});
        let (status, state) = patch(change.clone()).await;
        assert_eq!(status, 200, "{state}");
        since = state["generation"].clone();
        outcome(expected).await;
        assert_eq!(patch(change).await.0, 412, "not twice");
        let (_, report) = centre
            .get(&format!("{path}/report?environment=shop-floor&format=json"))
            .await;
        assert_eq!(report["decision"]["outcome"], expected, "{exposure}");
    }
    let (_, running) = centre
        .get(&format!("/api/v1/workloads?digest={digest}"))
        .await;
    assert_eq!(running[0]["exposure"], "intranet", "{running}");
    // A gate that is somewhere else tells of everything: what followed the list before is late.
    let whole = json!({"environment": "shop-floor", "workloads": [runs(json!(null))]});
    let (_, state) = centre.call(Method::PUT, place, Some(whole)).await;
    assert!(state["generation"].as_i64() > since.as_i64());
    let gone = json!([{"namespace": "till", "workload": "deployment/pay"}]);
    assert_eq!(patch(json!({"since": since, "gone": gone})).await.0, 412);
    let change = json!({"since": state["generation"], "gone": gone});
    let edge = centre.token("edge").await;
    let asked = centre.as_token(&edge, Method::PATCH, "/edge/v1/clusters/c1/workloads");
    let sent = asked.json(&change).send().await.expect("an answer");
    assert_eq!(sent.status(), 200);
    let (_, running) = centre
        .get(&format!("/api/v1/workloads?digest={digest}"))
        .await;
    assert_eq!(running, json!([]));
    for wrong in [
        json!({"since": 1, "workloads": [runs(json!("moon"))]}),
        json!({"since": "x"}),
        json!({}),
    ] {
        assert_eq!(patch(wrong).await.0, 422);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_warns_is_seen_once_and_severities_are_told_by_day() {
    let centre = Centre::ready().await;
    let registry = LoopbackRegistry::start(Manners::default()).expect("a registry");
    // Nobody runs it, so that nobody knows from where it is reached.
    let policy = json!({"text": EXPOSED, "reason": "a test"});
    let (status, told) = centre
        .call(Method::PUT, "/api/v1/policy", Some(policy))
        .await;
    assert_eq!(status, 200, "{told}");
    let digest = image(&centre, &registry).await;
    let path = format!("/api/v1/images/{digest}");
    until(&centre, &path, |image| image["verdicts"] != json!([])).await;
    let analyst = Visitor::with_role(&centre, "analyst").await;
    let (_, queue) = analyst.get("/review?show=warned").await;
    assert!(
        queue.contains("team/app") && queue.contains("/verdicts/seen"),
        "{queue}"
    );
    let form = [
        ("digest", digest.as_str()),
        ("reason", ""),
        ("back", "/review?show=warned"),
    ];
    let sent = analyst.send("/verdicts/seen", &form).await;
    assert_eq!(leads_to(&sent), "/review?show=warned&said=seen");
    let (_, queue) = analyst.get("/review?show=warned").await;
    assert!(queue.contains("Nothing waits here"), "{queue}");
    let (_, unseen) = centre.get("/api/v1/verdicts?outcome=warn&seen=false").await;
    assert_eq!(unseen["items"], json!([]));
    let (_, seen) = centre.get("/api/v1/verdicts?outcome=warn&seen=true").await;
    assert_eq!(
        seen["items"][0]["seen"]["actor"], "user:analyst-user",
        "{seen}"
    );
    let (_, image) = centre.get(&path).await;
    assert_eq!(image["verdicts"][0]["seen"]["actor"], "user:analyst-user");
    let other = json!({"digest": format!("sha256:{}", "0".repeat(64)), "environment": "prod"});
    assert_eq!(centre.post("/api/v1/verdicts/seen", other).await.0, 404);
    let again = json!({"digest": digest, "environment": "prod", "reason": "for the record"});
    assert_eq!(centre.post("/api/v1/verdicts/seen", again).await.0, 204);

    let store = crate::stage::store(centre.data.path(), None).await;
    store
        .note_severities(jiff::Timestamp::now())
        .await
        .expect("noted");
    let (_, days) = centre.get("/api/v1/posture?days=2").await;
    let today = days
        .as_array()
        .expect("days")
        .last()
        .expect("today")
        .clone();
    assert_eq!(
        (&today["environment"], &today["clean"]),
        (&json!("prod"), &json!(1)),
        "{days}"
    );
    assert_eq!(centre.get("/api/v1/posture?days=0").await.0, 422);
    let (_, page) = analyst.get("/").await;
    assert!(page.contains("Worst findings, 30 days"), "{page}");
    assert!(
        page.contains("Images by the worst of their findings"),
        "{page}"
    );
}
