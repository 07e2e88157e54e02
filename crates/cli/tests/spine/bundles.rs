//! What the policy says of pulls, and what runs, from the centre to the gate.

use reqwest::Method;
use serde_json::{Value, json};

use crate::centre::Centre;
use crate::process::{SOON, free, until};
use crate::registry::{Registry, peers};
use crate::world::{Edge, Gate};

const POLICY: &str = "apiVersion: lazaret.dev/v1
kind: Policy
name: shop
gate: { unknown: refuse }
rules:
  - name: old
    when: packages.exists(p, p.name == \"oldlib\")
    action: quarantine
  - name: stolen
    description: steals what it finds
    when: packages.exists(p, p.name == \"badlib\")
    action: quarantine
    even_if_running: true
";

/// Tells the centre of everything that runs in a cluster.
fn runs(centre: &Centre, what: &[(&str, &str)]) {
    let workloads: Vec<Value> = what
        .iter()
        .map(|(name, digest)| json!({"namespace": "shop", "workload": name, "digest": digest}))
        .collect();
    let body = json!({"workloads": workloads});
    let path = "/edge/v1/clusters/prod/workloads";
    let token = std::fs::read_to_string(centre.token_file("edge")).expect("a token");
    let (status, answer) = centre.call_as(&token, Method::PUT, path, Some(body));
    assert_eq!(status, 200, "{answer}");
}

#[test]
fn what_runs_may_start_again_whatever_was_learned_overnight() {
    if !peers() {
        return;
    }
    let centre = Centre::start(Some(POLICY));
    let registry = Registry::start(&free(), None);
    // Pushed, pulled past this gate and running, and nobody has examined any of it.
    let [old, bad, next, new] = [
        ("1", "oldlib"),
        ("2", "badlib"),
        ("3", "goodlib"),
        ("4", "oldlib"),
    ]
    .map(|(tag, package)| registry.push("shop/app", tag, &[(package, "1.0.0")]));
    runs(
        &centre,
        &[
            ("deployment/old", &old),
            ("deployment/bad", &bad),
            ("deployment/next", &next),
        ],
    );
    let gate = Gate::of_centre(&centre, &registry.host, &[]);
    // Unknown is refused by the policy's word, but for what runs.
    gate.answers("shop/app", &old, 200);
    gate.answers("shop/app", &bad, 200);
    let refused = gate.answers("shop/app", &new, 403);
    assert_eq!(
        refused["errors"][0]["detail"]["state"], "unknown",
        "{refused}"
    );

    // Overnight somebody learns something: everything is examined and judged.
    let known = centre.registry(&registry.host, &json!({}));
    let list = format!(
        "/api/v1/registries/{}/list",
        known["id"].as_str().expect("an id")
    );
    centre.post(&list, json!({}));
    for digest in [&old, &bad, &next, &new] {
        centre.verdict(digest, SOON);
    }
    let refused = gate.answers("shop/app", &bad, 403);
    let error = &refused["errors"][0];
    assert_eq!(error["code"], "DENIED", "{refused}");
    assert_eq!(error["detail"]["transition"], "running");
    assert!(
        error["message"]
            .as_str()
            .expect("text")
            .contains("steals what it finds")
    );
    let link = error["detail"]["link"].as_str().expect("a link");
    assert_eq!(link, format!("http://{}/images/{bad}", centre.address));
    let refused = gate.answers("shop/app", &new, 403);
    assert_eq!(
        refused["errors"][0]["detail"]["transition"], "new",
        "{refused}"
    );
    // Quarantined all the same, and no word of the policy against what runs.
    let holds = centre.get(&format!("/api/v1/holds?digest={old}"));
    assert_eq!(holds["items"][0]["state"], "quarantined", "{holds}");
    assert_eq!(gate.manifest("shop/app", &old).0, 200);

    // A new version is rolled out: the one before is where it would be rolled back to.
    runs(&centre, &[("deployment/old", &next)]);
    let spared = |line: &String| line.contains("rollback") && line.contains(&old);
    until("the old one is a rollback target", SOON, || {
        assert_eq!(gate.manifest("shop/app", &old).0, 200);
        gate.process.lines().iter().any(spared).then_some(())
    });
    // And when the workload is gone, nothing speaks for it any more.
    runs(&centre, &[]);
    gate.answers("shop/app", &old, 403);

    // What begins to run in spite of its quarantine came past the gate.
    runs(&centre, &[("deployment/next", &next)]);
    runs(
        &centre,
        &[("deployment/next", &next), ("deployment/new", &new)],
    );
    std::thread::sleep(std::time::Duration::from_secs(7));
    let (status, refused) = gate.manifest("shop/app", &new);
    assert_eq!(status, 403, "{refused}");
    assert_eq!(
        refused["errors"][0]["detail"]["transition"], "running",
        "{refused}"
    );

    // A person says it in words.
    gate.answers("shop/app", &next, 200);
    let hold = json!({"registry": known["id"], "repository": "shop/app", "digest": next,
        "state": "quarantined", "reason": "seen mining"});
    centre.post("/api/v1/holds", hold.clone());
    std::thread::sleep(std::time::Duration::from_secs(7));
    assert_eq!(gate.manifest("shop/app", &next).0, 200);
    let mut hold = hold;
    hold["even_if_running"] = json!(true);
    centre.post("/api/v1/holds", hold);
    gate.answers("shop/app", &next, 403);
}

/// A policy that a file gives at the next start, and one that the interface takes, both reach
/// the gate, for the environment of its registry.
#[test]
fn what_is_unknown_follows_the_policy_of_the_environment() {
    if !peers() {
        return;
    }
    let text = |unknown: &str, prod: &str| {
        format!(
            "apiVersion: lazaret.dev/v1\nkind: Policy\nextends: default\ngate: {{ unknown: {unknown} }}\n\
             environments:\n  prod: {{ gate: {{ unknown: {prod} }} }}\n"
        )
    };
    let mut centre = Centre::start(Some(&text("refuse", "allow")));
    let registry = Registry::start(&free(), None);
    let digest = registry.push("app", "1", &[("lodash", "4.17.20")]);
    centre.registry(
        &registry.host,
        &json!({"environment": "prod", "region": "far"}),
    );
    // The region has no unit yet, so that nobody looks at the image.
    let other = Registry::start(&free(), None);
    assert_eq!(other.push("app", "1", &[("lodash", "4.17.20")]), digest);
    Gate::of_centre(&centre, &other.host, &[]).answers("app", &digest, 403);
    Gate::of_centre(&centre, &registry.host, &[]).answers("app", &digest, 200);
    let unit = Edge::start(&centre, "far", &[]);
    let (url, key) = (format!("http://{}", unit.address), centre.key_file());
    let key = key.display().to_string();
    let gate = Gate::start(&registry.host, &["--edge", &url, "--key", &key]);
    let unknown = |wanted: &str| {
        until(&format!("unknown: {wanted}"), SOON, || {
            (gate.state()["unknown"] == wanted).then_some(())
        });
    };
    unknown("allow");

    std::fs::write(
        centre.data.path().join("policy.yaml"),
        text("refuse", "refuse"),
    )
    .expect("written");
    centre.kill();
    centre.run();
    unknown("refuse");
    registry.push("app", "2", &[("lodash", "4.17.21")]);
    let policy = json!({"text": text("refuse", "wait")});
    let (status, answer) = centre.call(Method::PUT, "/api/v1/policy", Some(policy));
    assert!(status < 300, "{answer}");
    unknown("wait");
    // It waits for the examination, which the question has brought, and goes on.
    assert_eq!(gate.manifest("app", "2").0, 200);
}
