//! Who a unit is: tokens used twice, units shut out, certificates that end.

use std::fs;

use reqwest::Method;
use serde_json::{Value, json};

use crate::centre::Centre;
use crate::process::{Process, SOON, free, have_clocks, until, with_clock};
use crate::registry::{Registry, peers};
use crate::world::Edge;

#[test]
fn a_token_is_good_once_and_who_is_shut_out_is_out() {
    if !peers() {
        return;
    }
    let centre = Centre::start(None);
    let ticket = centre.ticket("eu", "twice.join");
    let twice = ticket.display().to_string();
    let central = format!("https://{}", centre.edges);
    let join = |name: &str| {
        let (data, listen) = (format!("unit-{name}"), free());
        let arguments = [
            "edge",
            "--central",
            &central,
            "--region",
            "eu",
            "--token-file",
            &twice,
            "--data",
            &data,
            "--listen",
            &listen,
        ];
        Process::lazaret(&arguments, centre.data.path())
    };
    join("first").says("edge unit works");
    join("second").says("the token is not known, was used, or has ended");
    assert!(
        !centre
            .data
            .path()
            .join("unit-second/identity.json")
            .exists()
    );

    let unit = Edge::start(&centre, "us", &[]);
    until("it has a bundle", SOON, || {
        (unit.state()["bundle_generation"] != 0).then_some(())
    });
    let units = centre.get("/api/v1/edges");
    let of = |region: &str| -> Value {
        let all = units.as_array().expect("a list").iter();
        all.clone()
            .find(|unit| unit["region"] == region)
            .cloned()
            .expect("it has joined")
    };
    let path = format!("/api/v1/edges/{}", of("us")["id"].as_str().expect("an id"));
    assert_eq!(centre.call(Method::DELETE, &path, None).0, 204);
    let told = until("the unit says that it is shut out", SOON, || {
        unit.state()["trouble"].as_str().map(str::to_owned)
    });
    assert!(told.contains("shut out"), "{told}");
    // It says so, and no work comes to it any more.
    let registry = Registry::start(&free(), None);
    let known = centre.registry(&registry.host, &json!({"region": "us"}));
    registry.push("app", "1", &[("lodash", "4.17.20")]);
    centre.list(&known);
    std::thread::sleep(std::time::Duration::from_secs(4));
    assert!(centre.decided().is_empty());
    // Another unit of the region takes it up.
    let _other = Edge::start(&centre, "us", &[]);
    until("another unit does it", SOON, || {
        (centre.decided().len() == 1).then_some(())
    });
}

#[test]
fn a_certificate_is_renewed_in_time_and_one_that_has_ended_takes_a_new_token() {
    if !peers() || !have_clocks() {
        return;
    }
    let mut centre = Centre::start(None);
    let mut unit = Edge::start(&centre, "eu", &[]);
    let ends = |unit: &Edge| unit.state()["certificate_expires_at"].to_string();
    let first = ends(&unit);
    // Three weeks later for both: two thirds of the thirty days are over.
    let clock = centre.data.path().join("clock");
    let later = |centre: &mut Centre, unit: &mut Edge, offset: &str| {
        fs::write(&clock, offset).expect("written");
        unit.process().kill();
        centre.kill();
        centre.run_as(&|command| with_clock(command, &clock));
        unit.run_as(&|command| with_clock(command, &clock));
        until("the unit answers", SOON, || unit.answers());
    };
    later(&mut centre, &mut unit, "+21d");
    unit.process().says("certificate renewed");
    let second = ends(&unit);
    assert!(second > first, "{first} {second}");
    // Another month during which it was not there: the certificate has ended.
    later(&mut centre, &mut unit, "+60d");
    let trouble = until("the unit says what is wrong", SOON, || {
        unit.state()["trouble"].as_str().map(str::to_owned)
    });
    assert!(!trouble.is_empty());
    let units = centre.get("/api/v1/edges");
    assert_eq!(units[0]["certificate"], "expired", "{units}");
    let file = unit.token_file();
    fs::copy(centre.ticket("eu", "again.join"), file).expect("copied");
    later(&mut centre, &mut unit, "+60d");
    let registry = Registry::start(&free(), None);
    let known = centre.registry(&registry.host, &json!({"region": "eu"}));
    let digest = registry.push("app", "1", &[("lodash", "4.17.20")]);
    centre.list(&known);
    centre.verdict(&digest, SOON);
    assert!(ends(&unit) > second);
}
