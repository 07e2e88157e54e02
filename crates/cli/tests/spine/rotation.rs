//! What a gate shows and asks with is replaced while it runs.

use std::fs;
use std::path::Path;

use reqwest::Method;
use serde_json::json;

use crate::centre::Centre;
use crate::process::{SOON, free, until};
use crate::registry::{Registry, peers};
use crate::world::Gate;

/// A token of the role that gates have: its id and its secret.
fn token(centre: &Centre, name: &str) -> (String, String) {
    let made = centre.post("/api/v1/tokens", json!({"name": name, "role": "edge"}));
    let text = |field: &str| made[field].as_str().expect("a text").to_owned();
    (text("id"), text("secret"))
}

fn take_back(centre: &Centre, id: &str) {
    let path = format!("/api/v1/tokens/{id}");
    let (status, answer) = centre.call(Method::DELETE, &path, None);
    assert!(status < 300, "{answer}");
}

/// Puts a text in the place of a file, at once.
fn replace(file: &Path, text: &str) {
    let next = file.with_extension("next");
    fs::write(&next, text).expect("written");
    fs::rename(next, file).expect("renamed");
}

#[test]
fn a_gate_asks_with_its_new_token_and_decides_with_what_it_has_meanwhile() {
    if !peers() {
        return;
    }
    let centre = Centre::start(None);
    let registry = Registry::start(&free(), None);
    let known = centre.registry(&registry.host, &json!({}));
    let file = centre.data.path().join("gate.token");
    let (first, secret) = token(&centre, "first");
    fs::write(&file, secret).expect("written");
    let (url, key) = (format!("http://{}", centre.address), centre.key_file());
    let (key, path) = (key.display().to_string(), file.display().to_string());
    let from = ["--central", &url, "--key", &key, "--token-file", &path];
    let gate = Gate::start(&registry.host, &from);
    let [bad, worse, last] = ["1", "2", "3"].map(|tag| registry.push("app", tag, &[("a", tag)]));
    centre.list(&known);
    for digest in [&bad, &worse, &last] {
        centre.verdict(digest, SOON);
    }
    centre.quarantine(&known, "app", &bad, "seen mining");
    gate.answers("app", &bad, 403);

    // In the right order: the new one is there before the old one is taken back.
    let (second, secret) = token(&centre, "second");
    replace(&file, &secret);
    let mut gate = gate;
    gate.process.says("certificate and token read again");
    take_back(&centre, &first);
    centre.quarantine(&known, "app", &worse, "seen mining");
    gate.answers("app", &worse, 403);
    assert!(gate.state()["trouble"].is_null(), "{}", gate.state());

    // In the wrong one: it says so, holds what it has, and follows again with the third.
    take_back(&centre, &second);
    until("the gate says that it is not let in", SOON, || {
        gate.state()["trouble"].is_string().then_some(())
    });
    centre.quarantine(&known, "app", &last, "seen mining");
    assert_eq!(gate.manifest("app", &bad).0, 403);
    assert_eq!(gate.manifest("app", &worse).0, 403);
    assert_eq!(gate.manifest("app", &last).0, 200, "nobody tells it");
    let (_, secret) = token(&centre, "third");
    replace(&file, &secret);
    gate.answers("app", &last, 403);
    assert!(gate.state()["trouble"].is_null(), "{}", gate.state());
}
