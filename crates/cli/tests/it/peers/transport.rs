//! TLS by an authority of one's own, and proxies, with a real registry at the other end.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use lazaret_testkit::registry::{LoopbackRegistry, Manners};
use tempfile::TempDir;

use super::registry::Registry;
use super::{fixture, skopeo};
use crate::{lazaret, text};

/// A directory with the authority `ca.crt` and its certificate `tls.crt` for loopback and
/// `registry.invalid`, made by openssl.
fn certified() -> Option<TempDir> {
    let dir = fixture(&["docker-registry", "skopeo", "openssl"])?;
    let extensions = "subjectAltName=IP:127.0.0.1,DNS:registry.invalid\n\
                      basicConstraints=CA:FALSE\n";
    std::fs::write(dir.path().join("extensions"), extensions).expect("written");
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    for command in [
        format!("req -x509 {key} -keyout ca.key -out ca.crt -subj /CN=authority -days 2"),
        format!("req {key} -keyout tls.key -out tls.csr -subj /CN=registry"),
        "x509 -req -in tls.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out tls.crt -days 2 \
         -extfile extensions"
            .to_owned(),
    ] {
        let made = Command::new("openssl")
            .args(command.split_whitespace())
            .current_dir(dir.path())
            .output()
            .expect("openssl runs");
        assert!(made.status.success(), "{}", text(&made.stderr));
    }
    Some(dir)
}

/// A registry with TLS that holds the sample as `team/app:1`, unless it has a guard.
fn start(auth: &str) -> Option<Registry> {
    let dir = certified()?;
    let place = dir.path().display();
    let tls = format!(", tls: {{certificate: {place}/tls.crt, key: {place}/tls.key}}");
    let registry = Registry::serve(dir, auth, &tls);
    if auth.is_empty() {
        registry.push("1", &[]);
    }
    Some(registry)
}

#[test]
fn a_private_authority_is_trusted_where_its_file_is_given() {
    let Some(registry) = start("") else {
        return;
    };
    registry.check(":1", &["--registry-ca", "ca.crt"]);
    // The registry speaks TLS, which an unknown authority does not make trustworthy.
    std::fs::write(registry.dir().join("other.crt"), other_authority(&registry)).expect("written");
    let refused = registry.list(":1", &["--registry-ca", "other.crt"]);
    assert_eq!(refused.status.code(), Some(2));
    let said = text(&refused.stderr);
    assert!(said.contains("--registry-ca"), "{said}");
    for (file, content) in [("empty.crt", ""), ("absent.crt", "")] {
        if file == "empty.crt" {
            std::fs::write(registry.dir().join(file), content).expect("written");
        }
        let refused = registry.list(":1", &["--registry-ca", file]);
        assert_eq!(refused.status.code(), Some(2), "{file}");
        assert!(text(&refused.stderr).contains(file), "{file}");
    }
}

/// An authority that has signed nothing.
fn other_authority(registry: &Registry) -> Vec<u8> {
    let line = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout o.key \
                -subj /CN=other -days 2";
    let made = Command::new("openssl")
        .args(line.split_whitespace())
        .current_dir(registry.dir())
        .output();
    made.expect("openssl runs").stdout
}

#[test]
fn a_registry_with_tls_may_not_name_a_token_service_without() {
    let Some(dir) = certified() else {
        return;
    };
    let service = LoopbackRegistry::start(Manners::default()).expect("a port is free");
    let place = dir.path().display();
    let auth = format!(
        "auth: {{token: {{realm: 'http://{}/token', service: s, issuer: i, \
         rootcertbundle: {place}/ca.crt}}}}\n",
        service.host()
    );
    let tls = format!(", tls: {{certificate: {place}/tls.crt, key: {place}/tls.key}}");
    let registry = Registry::serve(dir, &auth, &tls);
    let login = ["--username", "user", "--password", "pass"];
    let refused = registry.list(":1", &[&["--registry-ca", "ca.crt"], &login[..]].concat());
    let said = text(&refused.stderr);
    assert!(said.contains("token service is without TLS"), "{said}");
    assert!(service.requests().is_empty(), "{:?}", service.requests());
}

/// Runs the command with these variables.
fn run(dir: &Path, variables: &[(&str, &str)], args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lazaret"))
        .args(["sbom", "-f", "purls", "--cache-dir=none"])
        .args(args)
        .current_dir(dir)
        .env_clear()
        .env("HOME", dir)
        .envs(variables.iter().copied())
        .output()
        .expect("the command runs")
}

/// A proxy that opens every tunnel to one address, and remembers what it was asked for.
struct Tunnels {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Tunnels {
    fn to(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = format!("http://user:pass@{}", listener.local_addr().expect("bound"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (log, target) = (Arc::clone(&asked), target.to_owned());
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (log, target) = (Arc::clone(&log), target.clone());
                std::thread::spawn(move || drop(tunnel(client, &target, &log)));
            }
        });
        Self { address, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no thread panics").clone()
    }
}

fn tunnel(mut client: TcpStream, target: &str, log: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    log.lock().expect("no thread panics").push(text(&head));
    let mut server = TcpStream::connect(target)?;
    client.write_all(b"HTTP/1.1 200 x\r\n\r\n")?;
    let (mut back, mut forth) = (server.try_clone()?, client.try_clone()?);
    std::thread::spawn(move || std::io::copy(&mut back, &mut forth));
    std::io::copy(&mut client, &mut server)?;
    Ok(())
}

#[test]
fn https_goes_through_the_tunnel_of_a_proxy() {
    let Some(registry) = start("") else {
        return;
    };
    let tunnels = Tunnels::to(&registry.host);
    let args = [
        "registry:registry.invalid/team/app:1",
        "--registry-ca",
        "ca.crt",
    ];
    let proxy = ("HTTPS_PROXY", tunnels.address.as_str());
    let got = run(registry.dir(), &[proxy], &args);
    assert!(
        text(&got.stdout).contains("lodash"),
        "{}",
        text(&got.stderr)
    );
    let asked = tunnels.asked();
    assert!(!asked.is_empty());
    for head in &asked {
        assert!(head.starts_with("CONNECT registry.invalid:443 "), "{head}");
        let head = head.to_ascii_lowercase();
        assert!(
            head.contains("proxy-authorization: basic dxnlcjpwyxnz"),
            "{head}"
        );
    }
    let around = run(registry.dir(), &[proxy, ("NO_PROXY", ".invalid")], &args);
    assert_eq!(around.status.code(), Some(2));
    assert_eq!(tunnels.asked().len(), asked.len());
}

#[test]
fn http_goes_through_a_proxy_but_never_to_loopback() {
    let proxy = LoopbackRegistry::start(Manners::default()).expect("a port is free");
    let dir = tempfile::tempdir().expect("a directory");
    let address = format!("http://{}", proxy.host());
    let variables = [("HTTP_PROXY", address.as_str()), ("http_proxy", &address)];
    let plain = ["--plain-http", "registry.invalid"];
    let target = ["registry:registry.invalid/team/app:1"];
    let got = run(dir.path(), &variables, &[&target[..], &plain].concat());
    let said = text(&got.stderr);
    assert!(said.contains("manifest unknown"), "{said}");
    let requests = proxy.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].host, "registry.invalid");
    let other = LoopbackRegistry::start(Manners::default()).expect("a port is free");
    let target = format!("registry:{}/team/app:1", other.host());
    let got = run(dir.path(), &variables, &[&target]);
    assert_eq!(got.status.code(), Some(2));
    assert_eq!((proxy.requests().len(), other.requests().len()), (1, 1));
}

#[test]
fn skopeo_and_we_read_one_file_of_logins() {
    let Some(registry) = Registry::start(true) else {
        return;
    };
    registry.push("1", &["--dest-creds", "user:pass"]);
    let file = registry.dir().join("auth.json");
    let login = Command::new("skopeo")
        .args(["login", "--tls-verify=false", "-u", "user", "-p", "pass"])
        .arg(format!("--authfile={}", file.display()))
        .arg(&registry.host)
        .output()
        .expect("skopeo runs");
    assert!(login.status.success(), "{}", text(&login.stderr));
    let target = format!("registry:{}/team/app:1", registry.host);
    let place = file.display().to_string();
    let got = run(
        registry.dir(),
        &[("REGISTRY_AUTH_FILE", &place)],
        &[&target],
    );
    assert!(
        text(&got.stdout).contains("lodash"),
        "{}",
        text(&got.stderr)
    );
    let without = lazaret(registry.dir(), &["sbom", &target]);
    assert_eq!(without.status.code(), Some(2));
    let copy = ["--src-tls-verify=false", "--authfile", &place];
    let from = format!("docker://{}/team/app:1", registry.host);
    skopeo(
        registry.dir(),
        &[&copy[..], &[&from, "oci:copy:1"]].concat(),
    );
}
