//! Who is told by mail: a server that puts off, refuses or takes, in the clear and over TLS.

mod peer;
mod real;

use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;

use crate::centre::{Centre, settings};
use peer::{Peer, Secure, tls};

const DIGEST: &str = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

/// A centre that writes to the peer, and a hold of a repository to tell of.
async fn telling(url: &str, more: &str, data: TempDir, reason: &str) -> Centre {
    let file = data.path().join("notify.yaml");
    std::fs::write(data.path().join("secret"), "centre:s3cret\n").expect("written");
    let yaml = format!(
        "receivers:\n  - name: mail\n    kind: email\n    url: {url}\n    \
         from: \"Lazaret <lazaret@example.com>\"\n    \
         to: [one@example.com, \"Two <two@example.com>\"]\n    \
         secret_file: secret\n    events: [hold.*]\n{more}"
    );
    std::fs::write(&file, yaml).expect("written");
    let mut settings = settings(&data);
    settings.notify = Some(file);
    let mut centre = Centre::with(settings, data).await;
    centre.set_up().await;
    let new = json!({"name": "shop", "kind": "distribution", "url": "https://registry.example"});
    let (_, registry) = centre.post("/api/v1/registries", new).await;
    let hold = json!({"registry": registry["id"], "repository": "team/app", "digest": DIGEST,
        "state": "quarantined", "reason": reason});
    let (status, told) = centre.post("/api/v1/holds", hold).await;
    assert_eq!(status, 200, "{told}");
    centre
}

/// Waits until the delivery stands in a state with words that it failed with.
async fn fails(centre: &Centre, state: &str, words: &str) {
    let end = Instant::now() + Duration::from_secs(120);
    loop {
        let (_, jobs) = centre.get(&format!("/api/v1/jobs?state={state}")).await;
        let text = jobs.to_string();
        if text.contains("mail: ") && text.contains(words) {
            return;
        }
        assert!(Instant::now() < end, "{state}: {text}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// That a server got neither a password nor a letter.
fn told_nothing(peer: &Peer) {
    let said = peer.heard().join("");
    for word in ["AUTH", "MAIL", "s3cret", "czNjcmV0"] {
        assert!(!said.contains(word), "{said}");
    }
    assert!(peer.letters.lock().expect("calm").is_empty());
}

fn header<'a>(letter: &'a str, name: &str) -> Option<&'a str> {
    let head = letter.split("\r\n\r\n").next()?;
    head.lines()
        .find_map(|line| line.strip_prefix(&format!("{name}: ")))
}

#[tokio::test]
async fn a_letter_that_is_put_off_comes_again_with_its_id() {
    let peer = Peer::new(&["451 4.7.1 later", "250 2.0.0 taken"]);
    let url = format!("smtp://127.0.0.1:{}", peer.listen().await);
    let data = tempfile::tempdir().expect("a directory");
    // A line that ends the letter, and one that would be a header of it.
    let reason = "seen mining\n.\nBcc: evil@example.com";
    let _centre = telling(&url, "", data, reason).await;
    let letters = peer.wait(2).await;
    let id = header(&letters[1], "Message-ID").expect("an id");
    assert!(id.ends_with("@example.com>"), "{id}");
    assert_eq!(header(&letters[0], "Message-ID"), Some(id), "the same");
    let letter = &letters[1];
    let told = header(letter, "Subject").expect("a subject");
    assert!(told.starts_with("[Lazaret] team/app@sha256:"), "{letter}");
    assert_eq!(header(letter, "Auto-Submitted"), Some("auto-generated"));
    assert_eq!(header(letter, "Bcc"), None, "{letter}");
    assert!(letter.contains("\r\n..\r\n"), "a dot is doubled: {letter}");
    let said = peer.heard().join("");
    assert!(said.contains("RCPT TO:<two@example.com>"), "{said}");
    assert!(!said.contains("RCPT TO:<evil"), "{said}");
    assert!(said.contains("AUTH PLAIN"), "{said}");
}

#[tokio::test]
async fn a_letter_that_is_refused_is_told_and_not_sent_again() {
    let peer = Peer::new(&["554 5.7.1 not from you"]);
    let url = format!("smtp://127.0.0.1:{}", peer.listen().await);
    let data = tempfile::tempdir().expect("a directory");
    let centre = telling(&url, "", data, "seen mining").await;
    peer.wait(1).await;
    fails(&centre, "dead", "5.7.1 not from you").await;
    assert_eq!(peer.letters.lock().expect("calm").len(), 1);
}

#[tokio::test]
async fn what_is_to_be_secret_is_said_over_tls() {
    let (pem, _, acceptor) = tls();
    let mut peer = Peer::new(&["250 2.0.0 taken"]);
    peer.secure = Secure::Offered(acceptor);
    let url = format!("smtp://127.0.0.1:{}", peer.listen().await);
    let data = tempfile::tempdir().expect("a directory");
    std::fs::write(data.path().join("ca.pem"), pem).expect("written");
    let more = "    tls: required\n    ca_file: ca.pem\n";
    let _centre = telling(&url, more, data, "seen mining").await;
    peer.wait(1).await;
    let said = peer.heard();
    let begun = said.iter().position(|line| line.starts_with("STARTTLS"));
    let known = said.iter().position(|line| line.starts_with("AUTH"));
    assert!(begun.is_some() && begun < known, "{said:?}");
}

#[tokio::test]
async fn where_the_offer_of_tls_is_taken_away_nothing_is_said() {
    let (pem, _, _) = tls();
    let peer = Peer::new(&["250 2.0.0 taken"]);
    let url = format!("smtp://127.0.0.1:{}", peer.listen().await);
    let data = tempfile::tempdir().expect("a directory");
    std::fs::write(data.path().join("ca.pem"), &pem).expect("written");
    let more = "    tls: required\n    ca_file: ca.pem\n";
    let centre = telling(&url, more, data, "seen mining").await;
    // It may be well again later.
    fails(&centre, "queued", "STARTTLS").await;
    told_nothing(&peer);
}

#[tokio::test]
async fn what_comes_in_the_clear_before_tls_counts_nothing() {
    // Somebody between has answered `EHLO` before it was said (RFC 3207, section 4.2).
    let (pem, _, acceptor) = tls();
    let mut peer = Peer::new(&["250 2.0.0 taken"]);
    peer.secure = Secure::WithMore(acceptor);
    let url = format!("smtp://127.0.0.1:{}", peer.listen().await);
    let data = tempfile::tempdir().expect("a directory");
    std::fs::write(data.path().join("ca.pem"), &pem).expect("written");
    let more = "    tls: required\n    ca_file: ca.pem\n";
    let _centre = telling(&url, more, data, "seen mining").await;
    peer.wait(1).await;
    let said = peer.heard();
    let words: Vec<&str> = said
        .iter()
        .filter_map(|line| line.split_whitespace().next())
        .take(4)
        .collect();
    assert_eq!(words, ["EHLO", "STARTTLS", "EHLO", "AUTH"], "{said:?}");
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_gets_no_password() {
    let (_, _, acceptor) = tls();
    let (other, _, _) = tls();
    for (secure, scheme) in [
        (Secure::Offered(acceptor.clone()), "smtp"),
        (Secure::AtOnce(acceptor), "smtps"),
    ] {
        let mut peer = Peer::new(&["250 2.0.0 taken"]);
        peer.secure = secure;
        let url = format!("{scheme}://127.0.0.1:{}", peer.listen().await);
        let data = tempfile::tempdir().expect("a directory");
        std::fs::write(data.path().join("ca.pem"), &other).expect("written");
        let more = "    tls: required\n    ca_file: ca.pem\n";
        let centre = telling(&url, more, data, "seen mining").await;
        fails(&centre, "queued", "").await;
        told_nothing(&peer);
    }
}

#[tokio::test]
async fn tls_may_begin_with_the_first_byte_and_a_server_may_know_login_alone() {
    let (pem, _, acceptor) = tls();
    let mut peer = Peer::new(&["250 2.0.0 taken"]);
    peer.secure = Secure::AtOnce(acceptor);
    peer.ways = "LOGIN";
    let url = format!("smtps://127.0.0.1:{}", peer.listen().await);
    let data = tempfile::tempdir().expect("a directory");
    std::fs::write(data.path().join("ca.pem"), pem).expect("written");
    let _centre = telling(&url, "    ca_file: ca.pem\n", data, "seen mining").await;
    peer.wait(1).await;
    let said = peer.heard().join("");
    // `centre` and `s3cret`.
    assert!(said.contains("Y2VudHJl\r\nczNjcmV0\r\n"), "{said}");
}

#[tokio::test]
async fn a_password_that_is_refused_and_an_address_that_is_are_told_at_once() {
    let mut wrong = Peer::new(&["250 2.0.0 taken"]);
    wrong.welcome = "535 5.7.8 wrong password";
    let mut away = Peer::new(&["250 2.0.0 taken"]);
    away.second = "550 5.1.1 nobody of that name";
    for (peer, words) in [(wrong, "5.7.8 wrong password"), (away, "5.1.1 nobody")] {
        let url = format!("smtp://127.0.0.1:{}", peer.listen().await);
        let data = tempfile::tempdir().expect("a directory");
        let centre = telling(&url, "", data, "seen mining").await;
        fails(&centre, "dead", words).await;
        assert!(peer.letters.lock().expect("calm").is_empty());
        let (_, jobs) = centre.get("/api/v1/jobs?state=dead").await;
        assert!(!jobs.to_string().contains("s3cret"), "{jobs}");
    }
}

#[tokio::test]
async fn a_server_that_says_no_more_is_left_after_a_time_and_asked_again() {
    let mut peer = Peer::new(&["250 2.0.0 taken"]);
    peer.silent = "MAIL";
    let url = format!("smtp://127.0.0.1:{}", peer.listen().await);
    let data = tempfile::tempdir().expect("a directory");
    let centre = telling(&url, "", data, "seen mining").await;
    let begun = Instant::now();
    fails(&centre, "queued", "").await;
    assert!(begun.elapsed() < Duration::from_secs(90));
    // Nobody else waits for it meanwhile.
    let (status, _) = centre.get("/api/v1/session").await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn a_file_that_would_tell_a_password_to_everybody_stops_the_start() {
    let wrong = [
        (
            "smtp://mail.example",
            "tls: none, secret_file: secret",
            "a password goes over TLS",
        ),
        ("smtps://mail.example", "tls: none", "`tls` denies it"),
        ("smtp://u:p@mail.example", "", "smtp://HOST[:PORT]"),
        ("https://mail.example", "", "smtp://HOST[:PORT]"),
    ];
    for (url, more, why) in wrong {
        let data = tempfile::tempdir().expect("a directory");
        let file = data.path().join("notify.yaml");
        std::fs::write(data.path().join("secret"), "centre:s3cret\n").expect("written");
        let yaml = format!(
            "receivers:\n  - {{ name: mail, kind: email, url: \"{url}\", from: a@example.com, \
             to: [b@example.com], {more} }}\n"
        );
        std::fs::write(&file, yaml).expect("written");
        let mut settings = settings(&data);
        settings.notify = Some(file);
        let Err(error) = lazaret_control::serve(settings).await else {
            panic!("{url} is taken");
        };
        let mut text = error.to_string();
        let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(&error);
        while let Some(error) = cause {
            text.push_str(&format!(": {error}"));
            cause = error.source();
        }
        assert!(text.contains(why), "{url}: {text}");
    }
}
