//! `gate` and `edge` as processes: how they begin, what they say, how they end.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use lazaret_testkit::registry::{LoopbackRegistry, Manners};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

fn lazaret(arguments: &[&str], directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lazaret"));
    command.args(arguments).current_dir(directory).env_clear();
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// The status and the body of an answer.
fn get(address: &str, path: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).expect("connected");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    (
        head.lines().next().unwrap_or_default().to_owned(),
        body.to_owned(),
    )
}

/// Where a server says that it listens.
fn address(server: &mut Child) -> (String, BufReader<std::process::ChildStderr>) {
    let mut log = BufReader::new(server.stderr.take().expect("a log"));
    let mut line = String::new();
    while log.read_line(&mut line).expect("a log") > 0 {
        if let Some((_, rest)) = line.split_once("address=") {
            let address = rest.split_whitespace().next().expect("an address");
            return (address.to_owned(), log);
        }
        line.clear();
    }
    panic!("the server does not say where it listens");
}

#[test]
fn a_gate_refuses_what_its_file_says_and_ends_when_it_is_told_to() {
    let registry = LoopbackRegistry::start(Manners::default()).expect("a registry");
    let image = br#"{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json"},"layers":[]}"#;
    let digest = registry.manifest("app", "1", MANIFEST, image);
    registry.put("/v2/".to_owned(), "application/json", b"{}");
    let directory = tempfile::tempdir().expect("a directory");
    let verdicts = serde_json::json!({
        "schema": "lazaret.verdicts/1",
        "verdicts": [{ "digest": digest, "state": "quarantined", "reason": "CVE-2026-0001" }],
    });
    std::fs::write(directory.path().join("verdicts.json"), verdicts.to_string()).expect("written");
    let upstream = format!("http://{}", registry.host());
    let arguments = [
        "gate",
        "--listen",
        "127.0.0.1:0",
        "--upstream",
        &upstream,
        "--verdicts",
        "verdicts.json",
    ];
    let mut gate = lazaret(&arguments, directory.path())
        .spawn()
        .expect("started");
    let (address, mut log) = address(&mut gate);
    let (status, body) = get(&address, "/v2/app/manifests/1");
    assert_eq!(
        status,
        "HTTP/1.1 403 Forbidden: image is quarantined: CVE-2026-0001"
    );
    assert!(body.contains(r#""code":"DENIED""#), "{body}");
    assert_eq!(get(&address, "/readyz").0, "HTTP/1.1 200 OK");
    assert!(
        get(&address, "/metrics")
            .1
            .contains("lazaret_gate_verdicts 1")
    );
    let told = Command::new("kill")
        .args(["-TERM", &gate.id().to_string()])
        .status();
    assert!(told.expect("kill runs").success());
    assert!(gate.wait().expect("ended").success());
    let mut rest = String::new();
    log.read_to_string(&mut rest).expect("a log");
    assert!(rest.contains("pull refused"), "{rest}");
}

#[track_caller]
fn fails(arguments: &[&str], said: &str) {
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::write(directory.path().join("bad.json"), "{}").expect("written");
    std::fs::write(directory.path().join("bad.yaml"), "unkown: refuse").expect("written");
    let done = lazaret(arguments, directory.path())
        .output()
        .expect("it runs");
    let text = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(2), "{text}");
    assert!(text.contains(said), "{text}");
}

#[test]
fn what_makes_no_sense_is_said_before_a_server_begins() {
    let gate = ["gate", "--listen", "127.0.0.1:0", "--upstream"];
    let with = |more: &[&'static str]| [gate.as_slice(), more].concat();
    fails(
        &with(&["http://127.0.0.1:9", "--verdicts", "bad.json"]),
        "schema",
    );
    fails(
        &with(&["http://127.0.0.1:9", "--policy", "bad.yaml"]),
        "unkown",
    );
    fails(
        &with(&["ftp://127.0.0.1:9"]),
        "is not the address of a registry",
    );
    fails(
        &with(&["http://127.0.0.1:9", "--central", "https://centre.example"]),
        "--key",
    );
    fails(&with(&["http://127.0.0.1:9", "--wait", "soon"]), "20s");
    fails(
        &with(&["http://127.0.0.1:9", "--tls-cert", "gate.pem"]),
        "go together",
    );
    let two = [
        "http://127.0.0.1:9",
        "--verdicts",
        "bad.json",
        "--edge",
        "http://127.0.0.1:8",
    ];
    fails(&with(&two), "from one place");
    fails(
        &["edge", "--central", "https://127.0.0.1:9", "--region", "eu"],
        "no token was given",
    );
}

/// Two entries of an audit log, hashed by another program after the description in docs/store.md.
const EXPORT: [&str; 2] = [
    r#"{"seq":1,"at":"2026-11-30T00:53:20.000000Z","actor":"system","action":"centre.setup","object":"user:anna","reason":"","details":"{\"role\":\"admin\"}","previous":"sha256:0000000000000000000000000000000000000000000000000000000000000000","hash":"sha256:bc5e6cf01e33aacb0894ea7d23271c3ebb411861ed4013a5f1b2acca452590fe"}"#,
    r#"{"seq":2,"at":"2026-11-30T00:53:20.000001Z","actor":"user:anna","action":"hold.quarantined","object":"image:shop/app@sha256:1","reason":"seen mining","details":"{\"before\":\"clear\"}","previous":"sha256:bc5e6cf01e33aacb0894ea7d23271c3ebb411861ed4013a5f1b2acca452590fe","hash":"sha256:9ba2dd47942966cca3634331041d6cd2dc8326cbcbacf48fb810c301d7ba92b4"}"#,
];

#[test]
fn an_exported_audit_log_is_verified_without_a_centre() {
    let directory = tempfile::tempdir().expect("a directory");
    let verify = |text: &str, more: &[&str], code, said: &str| {
        std::fs::write(directory.path().join("audit.ndjson"), text).expect("written");
        let arguments = [&["audit", "verify", "audit.ndjson"], more].concat();
        let mut command = lazaret(&arguments, directory.path());
        let done = command.stdout(Stdio::piped()).output().expect("it runs");
        let told = String::from_utf8_lossy(&done.stdout) + String::from_utf8_lossy(&done.stderr);
        assert_eq!(done.status.code(), Some(code), "{told}");
        assert!(told.contains(said), "{told}");
    };
    let whole = EXPORT.join("\n");
    let head = "sha256:9ba2dd47942966cca3634331041d6cd2dc8326cbcbacf48fb810c301d7ba92b4";
    verify(
        &whole,
        &[],
        0,
        "intact: entries 1 to 2\nthe last one is sha256:9ba2dd47",
    );
    verify(
        &whole,
        &["--head", head],
        0,
        "the entry that was noted is among them",
    );
    verify(
        EXPORT[0],
        &["--head", head],
        1,
        "not intact: no entry is sha256:9ba2dd47",
    );
    verify(
        EXPORT[1],
        &[],
        0,
        "entries 2 to 2; nothing is said of the 1 before",
    );
    let changed = whole.replace("seen mining", "a test");
    let said = "not intact: entry 2 of the audit log: was changed after it was written";
    verify(&changed, &[], 1, said);
    verify("", &[], 0, "there is no entry in it");
    verify(
        "[]",
        &[],
        2,
        "line 1 of the export is no entry of an audit log",
    );
}
