//! skopeo pulls and pushes through the gate, and the centre says what may be had.

use std::path::Path;

use serde_json::json;

use crate::centre::Centre;
use crate::process::{SOON, free, until};
use crate::registry::{Registry, peers, pull, skopeo};
use crate::world::{Edge, Gate};

fn said(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Quarantine, release by two people and back, through a gate.
fn held_and_released(centre: &Centre, registry: &Registry, gate: &Gate) {
    let known = centre.registry(
        &registry.host,
        &json!({"region": "eu", "list_every_seconds": 30}),
    );
    let digest = registry.push("team/app", "1.0", &[("lodash", "4.17.20")]);
    centre.verdict(&digest, SOON);
    let pulled = pull(&gate.address, "team/app:1.0");
    assert!(pulled.status.success(), "{}", said(&pulled));

    centre.quarantine(&known, "team/app", &digest, "seen mining");
    let refused = gate.answers("team/app", "1.0", 403);
    let error = &refused["errors"][0];
    assert_eq!(error["code"], "DENIED", "{refused}");
    assert_eq!(error["detail"]["state"], "quarantined");
    let link = format!("http://{}/images/{digest}", centre.address);
    assert_eq!(error["detail"]["link"], link);
    for image in ["team/app:1.0".to_owned(), format!("team/app@{digest}")] {
        let pulled = pull(&gate.address, &image);
        assert!(!pulled.status.success());
        let told = said(&pulled);
        assert!(told.contains("quarantined: seen mining"), "{told}");
        assert!(told.contains(&link), "{told}");
    }

    let (analyst, approver) = (
        centre.person("anna", "analyst"),
        centre.person("ben", "approver"),
    );
    let asked = json!({"registry": known["id"], "repository": "team/app", "digest": digest,
        "reason": "a false alarm"});
    let path = "/api/v1/releases";
    let (status, asked) = centre.call_as(&analyst, reqwest::Method::POST, path, Some(asked));
    assert_eq!(status, 201, "{asked}");
    let path = format!("{path}/{}/decision", asked["id"].as_str().expect("an id"));
    let yes = json!({"approve": true, "reason": "looked at"});
    let decide = |who: &str| centre.call_as(who, reqwest::Method::POST, &path, Some(yes.clone()));
    assert_eq!(decide(&analyst).0, 403);
    assert_eq!(
        gate.manifest("team/app", "1.0").0,
        403,
        "one person is not two"
    );
    let (status, answer) = decide(&approver);
    assert_eq!(status, 200, "{answer}");
    gate.answers("team/app", "1.0", 200);
    let pulled = pull(&gate.address, "team/app:1.0");
    assert!(pulled.status.success(), "{}", said(&pulled));
}

/// What nobody has examined waits for the scan that its pull has brought; what cannot be
/// examined in time is refused, and said to be unknown.
fn unknown_waits(registry: &Registry, gate: &Gate) {
    registry.push("team/late", "1.0", &[("lodash", "4.17.21")]);
    let pulled = pull(&gate.address, "team/late:1.0");
    assert!(pulled.status.success(), "{}", said(&pulled));
    // A layer that is not there any more: nobody can look at it.
    let gone = registry.push("team/gone", "1.0", &[("only-here", "7.7.7")]);
    registry.lose_layers("team/gone", "1.0", 1);
    let refused = gate.answers("team/gone", &gone, 403);
    assert_eq!(
        refused["errors"][0]["detail"]["state"], "unknown",
        "{refused}"
    );
}

/// Pushes flow through, and what was pushed so is judged as everything else.
fn pushed_through(registry: &Registry, gate: &Gate, home: &Path) {
    registry.push("team/from", "1", &[("lodash", "4.17.19")]);
    let from = format!("docker://{}/team/from:1", registry.host);
    let to = format!("docker://{}/team/to:2", gate.address);
    let arguments = [
        "copy",
        "-q",
        "--src-tls-verify=false",
        "--dest-tls-verify=false",
        &from,
        &to,
    ];
    let pushed = skopeo(&arguments, home);
    assert!(pushed.status.success(), "{}", said(&pushed));
    let pulled = pull(&gate.address, "team/to:2");
    assert!(pulled.status.success(), "{}", said(&pulled));
}

#[test]
fn the_gate_asks_the_centre() {
    if !peers() {
        return;
    }
    let centre = Centre::start(None);
    let registry = Registry::start(&free(), None);
    // The images of a region are looked at by its units; a gate may ask the centre all the same.
    let _unit = Edge::start(&centre, "eu", &[]);
    let gate = Gate::of_centre(
        &centre,
        &registry.host,
        &["--unknown", "wait", "--wait", "20s"],
    );
    held_and_released(&centre, &registry, &gate);
    pushed_through(&registry, &gate, centre.data.path());
}

#[test]
fn the_gate_asks_a_unit_and_the_unit_the_centre() {
    if !peers() {
        return;
    }
    let centre = Centre::start(None);
    let registry = Registry::start(&free(), None);
    let secret = centre.data.path().join("gate.token");
    std::fs::write(&secret, "between the two\n").expect("written");
    let secret = secret.display().to_string();
    let mut unit = Edge::start(&centre, "eu", &["--gate-token-file", &secret]);
    let key = unit.folder().join("bundle.pub").display().to_string();
    let url = format!("http://{}", unit.address);
    let from = ["--edge", &url, "--key", &key, "--token-file", &secret];
    let waits = [from.as_slice(), &["--unknown", "wait", "--wait", "5s"]].concat();
    let mut gate = Gate::start(&registry.host, &waits);
    held_and_released(&centre, &registry, &gate);
    unknown_waits(&registry, &gate);
    pushed_through(&registry, &gate, centre.data.path());
    assert!(unit.number("lazaret_edge_layer_bytes_read_total") > 0);
    assert_eq!(unit.number("lazaret_edge_layer_bytes_sent_total"), 0);
    let counted = unit.number("lazaret_edge_inventory_bytes_sent_total");
    assert!(counted > 0);
    // The centre has got what the unit says that it has sent, and no byte more.
    until("the unit has told its counts", SOON, || {
        let edges = centre.get("/api/v1/edges");
        let edge = &edges[0];
        (edge["bytes_sent"]["inventory"] == counted).then(|| {
            assert_eq!(edge["blob_bytes_received"], counted, "{edge}");
            assert_eq!(edge["unexplained_bytes"], 0, "{edge}");
            assert_eq!(edge["layer_bytes_sent"], 0, "{edge}");
        })
    });
    // Who does not show the token is told nothing.
    let stranger = Gate::start(&registry.host, &["--edge", &url, "--key", &key]);
    until("the stranger is refused", SOON, || {
        let trouble = stranger.state()["trouble"].to_string();
        trouble.contains("token").then_some(())
    });
    // Both end quietly when they are told to.
    assert!(unit.state()["bundle_generation"].as_i64() > Some(1));
    gate.process.stop();
    unit.process().stop();
}
