//! TLS between gate and unit, with certificates of both, and of the gate's own listener.

use std::fs;
use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::json;

use crate::centre::Centre;
use crate::process::{Process, SOON, free, until};
use crate::registry::{Registry, peers};
use crate::world::{Edge, Gate};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority(file: &Path) -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key"));
    let authority = authority.expect("an authority");
    fs::write(file, authority.pem()).expect("written");
    authority
}

/// A certificate for this machine and its key, as files beside each other.
fn certify(authority: &Authority, certificate: &Path, key: &Path) {
    let own = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("names");
    let signed = params.signed_by(&own, authority).expect("signed");
    fs::write(key, own.serialize_pem()).expect("written");
    fs::write(certificate, signed.pem()).expect("written");
}

/// A client that believes one authority, with a connection of its own.
fn client(ca: &Path) -> reqwest::blocking::Client {
    let pem = fs::read(ca).expect("an authority");
    let ca = reqwest::Certificate::from_pem(&pem).expect("a certificate");
    let client = reqwest::blocking::Client::builder().tls_certs_only([ca]);
    client.build().expect("a client")
}

fn status(ca: &Path, url: &str) -> Result<u16, String> {
    client(ca)
        .get(url)
        .send()
        .map(|answer| answer.status().as_u16())
        .map_err(|e| e.to_string())
}

#[test]
fn gate_and_unit_know_each_other_by_their_certificates_and_those_may_change() {
    if !peers() {
        return;
    }
    let centre = Centre::start(None);
    let home = centre.data.path();
    let file = |name: &str| home.join(name);
    let path = |name: &str| file(name).display().to_string();
    let (units, gates) = (authority(&file("units.pem")), authority(&file("gates.pem")));
    certify(&units, &file("unit.pem"), &file("unit.key"));
    certify(&gates, &file("gate.pem"), &file("gate.key"));
    let unit = Edge::of(
        &centre,
        "eu",
        &[
            "--tls-cert",
            &path("unit.pem"),
            "--tls-key",
            &path("unit.key"),
            "--client-ca",
            &path("gates.pem"),
        ],
    );
    let mut unit = unit;
    unit.run_as(&|command| command);
    unit.process().says("edge unit works");
    let registry = Registry::start(&free(), None);
    let known = centre.registry(&registry.host, &json!({"region": "eu"}));
    let digest = registry.push("app", "1", &[("lodash", "4.17.20")]);
    centre.list(&known);
    centre.verdict(&digest, SOON);
    centre.quarantine(&known, "app", &digest, "seen mining");

    let (url, key) = (
        format!("https://{}", unit.address),
        centre.key_file().display().to_string(),
    );
    let from = ["--edge", &url, "--key", &key, "--ca", &path("units.pem")].map(str::to_owned);
    let from: Vec<&str> = from.iter().map(String::as_str).collect();
    let (pem, secret) = (path("gate.pem"), path("gate.key"));
    let own = ["--client-cert", &pem, "--client-key", &secret];
    let gate = Gate::start(&registry.host, &[from.as_slice(), &own].concat());
    gate.answers("app", &digest, 403);
    // Without a certificate, or without TLS, nobody is told anything.
    let stranger = Gate::start(&registry.host, &from);
    until("the stranger is not let in", SOON, || {
        stranger.state()["trouble"].is_string().then_some(())
    });
    assert_eq!(stranger.state()["generation"], 0);
    assert!(status(&file("units.pem"), &format!("{url}/healthz")).is_err());

    // The gate's own certificate is another one, and the old is worth nothing any more: it goes
    // on asking, without a restart, and nobody who pulls notices.
    let younger = authority(&file("younger.pem"));
    certify(&younger, &file("next.pem"), &file("next.key"));
    fs::rename(file("next.key"), file("gate.key")).expect("renamed");
    fs::rename(file("next.pem"), file("gate.pem")).expect("renamed");
    fs::rename(file("younger.pem"), file("gates.pem")).expect("renamed");
    unit.process().says("certificate read again");
    let mut gate = gate;
    gate.process.says("certificate and token read again");
    let fresh = registry.push("app", "fresh", &[("lodash", "4.17.19")]);
    centre.list(&known);
    centre.verdict(&fresh, SOON);
    centre.quarantine(&known, "app", &fresh, "seen mining");
    gate.answers("app", &fresh, 403);
    assert!(gate.state()["trouble"].is_null(), "{}", gate.state());

    // Another authority, another certificate: the unit takes them while it runs, and the key
    // that arrives before its certificate does no harm.
    let others = authority(&file("others.pem"));
    certify(&others, &file("new.pem"), &file("new.key"));
    fs::rename(file("new.key"), file("unit.key")).expect("renamed");
    unit.process().says("the certificate before stays");
    fs::rename(file("new.pem"), file("unit.pem")).expect("renamed");
    let read_again = |line: &String| line.contains("certificate read again");
    until("the unit reads its own again", SOON, || {
        (unit
            .process()
            .lines()
            .iter()
            .filter(|line| read_again(line))
            .count()
            > 1)
        .then_some(())
    });
    let text = path("others.pem");
    let now: Vec<&str> = from
        .iter()
        .map(|&a| if a.ends_with("units.pem") { &*text } else { a })
        .collect();
    let after = Gate::start(&registry.host, &[now.as_slice(), &own].concat());
    after.answers("app", &digest, 403);

    // The gate's own listener.
    certify(&younger, &file("door.pem"), &file("door.key"));
    let mut door = Process::lazaret(
        &[
            "gate",
            "--listen",
            "127.0.0.1:0",
            "--upstream",
            &format!("http://{}", registry.host),
            "--tls-cert",
            &path("door.pem"),
            "--tls-key",
            &path("door.key"),
        ],
        home,
    );
    let line = door.says("address=");
    let at = line
        .split_once("address=")
        .expect("an address")
        .1
        .split_whitespace()
        .next();
    let url = format!("https://{}/healthz", at.expect("an address"));
    assert_eq!(status(&file("gates.pem"), &url), Ok(200));
    assert!(status(&file("others.pem"), &url).is_err());
    certify(&others, &file("door.pem"), &file("door.key"));
    until("the new certificate is shown", SOON, || {
        (status(&file("others.pem"), &url) == Ok(200)).then_some(())
    });
}

#[test]
fn a_unit_answers_beyond_this_machine_only_with_tls_or_when_it_is_told_to() {
    let centre = Centre::start(None);
    let ticket = centre.ticket("eu", "plain.join").display().to_string();
    let central = format!("https://{}", centre.edges);
    let arguments = [
        "edge",
        "--central",
        &central,
        "--region",
        "eu",
        "--token-file",
        &ticket,
        "--listen",
        "0.0.0.0:0",
    ];
    let mut refused = Process::lazaret(&arguments, centre.data.path());
    refused.says("without TLS");
    let told = [arguments.as_slice(), &["--plain-http"]].concat();
    let mut unit = Process::lazaret(&told, centre.data.path());
    unit.says("edge unit works");
}
