//! Debian's registry, filled by skopeo.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Output;

use lazaret_testkit::process;
use tempfile::TempDir;

use super::{Running, fixture, patiently, skopeo};
use crate::{lazaret, text};

/// User `user`, password `pass`.
const HTPASSWD: &str = "user:$2y$05$abcdefghijklmnopqrstuuZFBUbfXoM8LFiPx8LYlO/sXZB/Cwk3K\n";

/// `user:pass` as `config.json` keeps it.
const LOGIN: &str = "dXNlcjpwYXNz";

/// Debian's `docker-registry`, which ends with the test.
pub(super) struct Registry {
    dir: TempDir,
    pub(super) host: String,
    _running: Running,
}

impl Registry {
    /// Starts one, with the sample image in `sample.tar` beside it; `None` where a
    /// program is absent.
    pub(super) fn start(password: bool) -> Option<Self> {
        let dir = fixture(&["docker-registry", "skopeo"])?;
        let auth = match password {
            true => format!(
                "auth: {{htpasswd: {{realm: r, path: {}/htpasswd}}}}\n",
                dir.path().display()
            ),
            false => String::new(),
        };
        Some(Self::serve(dir, &auth, ""))
    }

    /// Starts one in a directory, with these settings of who may come and how.
    pub(super) fn serve(dir: TempDir, auth: &str, tls: &str) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let host = free.local_addr().expect("it has an address").to_string();
        drop(free);
        std::fs::write(dir.path().join("htpasswd"), HTPASSWD).expect("written");
        let place = dir.path().display();
        let config = format!(
            "version: 0.1\nlog: {{level: error}}\n\
             storage: {{filesystem: {{rootdirectory: {place}/storage}}}}\n\
             http: {{addr: '{host}', secret: s{tls}}}\n{auth}"
        );
        std::fs::write(dir.path().join("registry.yml"), config).expect("written");
        let mut command = process::command("docker-registry");
        command.arg("serve").arg(dir.path().join("registry.yml"));
        let running = Running::start(command);
        patiently("the registry does not listen", || {
            TcpStream::connect(&host).ok()
        });
        Self {
            dir,
            host,
            _running: running,
        }
    }

    pub(super) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Copies the sample to `team/app:TAG` with skopeo.
    pub(super) fn push(&self, tag: &str, options: &[&str]) {
        let to = format!("docker://{}/team/app:{tag}", self.host);
        let all = [
            &["--dest-tls-verify=false"],
            options,
            &["oci-archive:sample.tar", &to],
        ]
        .concat();
        skopeo(self.dir(), &all);
    }

    /// The packages of `team/app` followed by `selector`.
    pub(super) fn list(&self, selector: &str, options: &[&str]) -> Output {
        let target = format!("registry:{}/team/app{selector}", self.host);
        let command = ["sbom", &target, "-f", "purls", "--cache-dir=none"];
        lazaret(self.dir(), &[&command[..], options].concat())
    }

    /// Asserts that the packages are those of the archive that was pushed.
    #[track_caller]
    pub(super) fn check(&self, selector: &str, options: &[&str]) {
        let archive = ["sbom", "oci-archive:sample.tar", "-f", "purls"];
        let expected = lazaret(self.dir(), &archive);
        let got = self.list(selector, options);
        assert!(got.status.success(), "{}", text(&got.stderr));
        assert!(text(&expected.stdout).contains("lodash"));
        assert_eq!(text(&got.stdout), text(&expected.stdout), "{selector}");
    }
}

#[test]
fn a_real_registry_serves_tags_digests_and_every_compression() {
    let Some(registry) = Registry::start(false) else {
        return;
    };
    registry.push("plain", &["--digestfile", "digest"]);
    registry.push(
        "gzip",
        &["--dest-compress-format", "gzip", "--dest-compress"],
    );
    registry.push(
        "zstd",
        &["--dest-compress-format", "zstd", "--dest-compress"],
    );
    registry.push("docker", &["--format", "v2s2"]);
    for tag in [":plain", ":gzip", ":zstd", ":docker"] {
        registry.check(tag, &[]);
    }
    let digest = std::fs::read_to_string(registry.dir().join("digest")).expect("skopeo wrote it");
    registry.check(&format!("@{}", digest.trim()), &[]);
}

#[test]
fn a_real_registry_with_a_password_is_logged_in_to() {
    let Some(registry) = Registry::start(true) else {
        return;
    };
    registry.push("1", &["--dest-creds", "user:pass"]);
    let refused = registry.list(":1", &[]);
    assert_eq!(refused.status.code(), Some(2));
    let said = text(&refused.stderr);
    assert!(said.contains("docker login"), "{said}");
    registry.check(":1", &["--username", "user", "--password", "pass"]);
    let docker = registry.dir().join(".docker");
    std::fs::create_dir(&docker).expect("a directory");
    let config = format!(
        r#"{{"auths":{{"{}":{{"auth":"{LOGIN}"}}}}}}"#,
        registry.host
    );
    std::fs::write(docker.join("config.json"), config).expect("written");
    registry.check(":1", &[]);
}

#[test]
fn a_real_registry_stands_in_for_another_as_its_mirror() {
    let Some(registry) = Registry::start(false) else {
        return;
    };
    registry.push("1", &[]);
    let mirror = format!("registry.invalid={}/team", registry.host);
    let target = "registry:registry.invalid/app:1";
    let args = ["sbom", target, "-f", "purls", "--registry-mirror", &mirror];
    let got = lazaret(registry.dir(), &args);
    assert!(
        text(&got.stdout).contains("lodash"),
        "{}",
        text(&got.stderr)
    );
    for wrong in [
        "registry.invalid",
        "=mirror",
        "a.example/b=mirror",
        "a.example=",
    ] {
        let refused = lazaret(
            registry.dir(),
            &["sbom", target, "--registry-mirror", wrong],
        );
        assert_eq!(refused.status.code(), Some(2), "{wrong}");
        assert!(text(&refused.stderr).contains("docker.io=mirror.example"));
    }
}

#[test]
fn every_platform_of_an_index_is_pulled_from_a_real_registry() {
    let Some(registry) = Registry::start(false) else {
        return;
    };
    crate::platforms::layout(registry.dir());
    let to = format!("docker://{}/team/app:multi", registry.host);
    let all = ["--dest-tls-verify=false", "--all", "oci:multi", &to];
    skopeo(registry.dir(), &all);
    let both = "pkg:npm/left@1.0.0\npkg:npm/right@1.0.0\n";
    for (platform, expected) in [
        ("all", both),
        ("linux/arm64", "pkg:npm/right@1.0.0\n"),
        ("linux/amd64", "pkg:npm/left@1.0.0\n"),
    ] {
        let got = registry.list(":multi", &["--platform", platform]);
        assert_eq!(text(&got.stdout), expected, "{}", text(&got.stderr));
    }
    let missing = registry.list(":multi", &["--platform", "linux/arm/v7"]);
    assert_eq!(missing.status.code(), Some(2));
    let said = text(&missing.stderr);
    assert!(
        said.contains("it is for linux/amd64, linux/arm64"),
        "{said}"
    );
}
