//! Events that come twice, in the wrong order, or not at all.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;

use crate::centre::Centre;
use crate::process::{Dice, SOON, free, until};
use crate::registry::{Registry, peers};

/// Takes what the registry tells, and passes nothing on.
fn relay() -> (String, Arc<Mutex<Vec<Vec<u8>>>>) {
    let socket = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!("http://{}/events", socket.local_addr().expect("an address"));
    let taken: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
    let into = Arc::clone(&taken);
    std::thread::spawn(move || {
        for stream in socket.incoming().flatten() {
            let mut reader = BufReader::new(stream);
            loop {
                let (mut length, mut line) = (0, String::new());
                while reader.read_line(&mut line).unwrap_or(0) > 2 {
                    let lower = line.to_ascii_lowercase();
                    if let Some(told) = lower.strip_prefix("content-length:") {
                        length = told.trim().parse().expect("a length");
                    }
                    line.clear();
                }
                let mut body = vec![0; length];
                if length == 0 || reader.read_exact(&mut body).is_err() {
                    break;
                }
                into.lock().expect("events").push(body);
                let answered = reader
                    .get_mut()
                    .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                answered.expect("answered");
            }
        }
    });
    (url, taken)
}

#[test]
fn events_come_twice_in_the_wrong_order_or_not_at_all() {
    if !peers() {
        return;
    }
    let centre = Centre::start(None);
    let (url, taken) = relay();
    let registry = Registry::start(&free(), Some((&url, "unused")));
    let known = centre.registry(&registry.host, &json!({}));
    // Twenty tags, each of which moved twice.
    let (mut pushed, mut newest) = (BTreeSet::new(), Vec::new());
    for round in 0..3 {
        newest.clear();
        for tag in 0..20 {
            let version = format!("{tag}.{round}.0");
            let digest = registry.push("app", &format!("t{tag}"), &[("lodash", &version)]);
            newest.push(digest.clone());
            pushed.insert(digest);
        }
    }
    let events = until("the registry tells of every push", SOON, || {
        let all = taken.lock().expect("events").clone();
        let text: String = all
            .iter()
            .map(|body| String::from_utf8_lossy(body).into_owned())
            .collect();
        pushed
            .iter()
            .all(|digest| text.contains(digest.as_str()))
            .then_some(all)
    });
    // Every third call is lost; the others come one to three times each, in any order.
    let (mut dice, seed) = Dice::of_env();
    let mut calls = Vec::new();
    for body in &events {
        if dice.below(3) > 0 {
            calls.extend((0..=dice.below(3)).map(|_| body.clone()));
        }
    }
    for last in (1..calls.len()).rev() {
        let other = dice.below(last as u64 + 1) as usize;
        calls.swap(last, other);
    }
    let path = known["events_path"].as_str().expect("a path");
    let secret = known["events_secret"].as_str().expect("a secret");
    let mut sent = 0;
    for body in calls {
        let url = format!("http://{}{path}", centre.address);
        let told = centre.http.post(url).bearer_auth(secret).body(body).send();
        assert_eq!(told.expect("an answer").status(), 202);
        sent += 1;
    }
    centre.idle(SOON);
    let before = centre.decided();
    assert!(before.values().all(|times| *times == 1), "{before:?}");
    // What a tag has left behind before anybody looked may be found by its digest alone.
    assert!(
        before.keys().all(|digest| pushed.contains(digest)),
        "nothing that was never pushed"
    );
    // The lister finds what no event told.
    centre.list(&known);
    until("what was lost is found", SOON, || {
        let decided = centre.decided();
        newest
            .iter()
            .all(|digest| decided.contains_key(digest))
            .then_some(())
    });
    centre.idle(SOON);
    std::thread::sleep(Duration::from_millis(200));
    let after = centre.decided();
    assert!(after.values().all(|times| *times == 1), "{after:?}");
    for (tag, digest) in newest.iter().enumerate() {
        let image = centre.get(&format!("/api/v1/images/{digest}"));
        let names = image["names"].as_array().expect("names");
        let is_now = |name: &&serde_json::Value| {
            name["tag"] == format!("t{tag}") && name["replaced_at"].is_null()
        };
        assert!(names.iter().any(|name| is_now(&name)), "t{tag}: {image}");
    }
    let _ = writeln!(
        std::io::stderr(),
        "seed {seed}: {} pushes, {} calls of the registry, {sent} sent on; {} images by events, {} after the list",
        pushed.len(),
        events.len(),
        before.len(),
        after.len()
    );
}
