//! Clocks that are a day wrong.

use std::fs;

use serde_json::json;

use crate::centre::Centre;
use crate::process::{SOON, free, have_clocks, until, with_clock};
use crate::registry::{Registry, peers};
use crate::world::{Edge, Gate};

/// Leases, fences, releases and tokens go by the centre's clock; certificates begin a day early;
/// a gate believes the centre, as long as it hears it, about what has ended.
#[track_caller]
fn a_day_wrong(offset: &str) {
    let centre = Centre::start(None);
    let registry = Registry::start(&free(), None);
    let known = centre.registry(&registry.host, &json!({"region": "eu"}));
    let clock = centre.data.path().join("clock");
    fs::write(&clock, offset).expect("written");
    let mut unit = Edge::of(&centre, "eu", &[]);
    unit.run_as(&|command| with_clock(command, &clock));
    until("the unit answers", SOON, || unit.answers());
    let (url, key) = (format!("http://{}", unit.address), centre.key_file());
    let key = key.display().to_string();
    let gate = Gate::start_as(
        &registry.host,
        &["--edge", &url, "--key", &key],
        &|command| with_clock(command, &clock),
    );
    let digest = registry.push("app", "1", &[("lodash", "4.17.20")]);
    let other = registry.push("app", "2", &[("lodash", "4.17.21")]);
    centre.list(&known);
    centre.verdict(&digest, SOON);
    centre.verdict(&other, SOON);
    // For an hour, which is over by a clock that is a day ahead.
    for digest in [&digest, &other] {
        let hold = json!({"registry": known["id"], "repository": "app", "digest": digest,
            "state": "quarantined", "reason": "for an hour", "hours": 1});
        centre.post("/api/v1/holds", hold);
        gate.answers("app", digest, 403);
    }
    let (anna, ben) = (
        centre.person("anna", "analyst"),
        centre.person("ben", "approver"),
    );
    let asked = json!({"registry": known["id"], "repository": "app", "digest": digest,
        "reason": "it is good", "hours": 1});
    let (_, asked) = centre.call_as(
        &anna,
        reqwest::Method::POST,
        "/api/v1/releases",
        Some(asked),
    );
    let path = format!(
        "/api/v1/releases/{}/decision",
        asked["id"].as_str().expect("an id")
    );
    let yes = json!({"approve": true});
    assert_eq!(
        centre
            .call_as(&ben, reqwest::Method::POST, &path, Some(yes))
            .0,
        200
    );
    gate.answers("app", &digest, 200);
    assert_eq!(gate.manifest("app", &other).0, 403);
    let state = gate.state();
    let age = state["age_seconds"].as_i64().expect("an age");
    assert!(
        (0..60).contains(&age),
        "the age is no difference of two clocks: {state}"
    );
    assert_eq!(unit.state()["cut_off"], false);
    assert!(centre.decided().values().all(|times| *times == 1));
}

#[test]
fn a_unit_and_a_gate_a_day_ahead() {
    if peers() && have_clocks() {
        a_day_wrong("+1d");
    }
}

#[test]
fn a_unit_and_a_gate_a_day_behind() {
    if peers() && have_clocks() {
        a_day_wrong("-1d");
    }
}
