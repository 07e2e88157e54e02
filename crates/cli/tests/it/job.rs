//! A job on a repository with a vulnerable base image, from refusal to pull request.

use std::path::Path;
use std::process::Command;

use lazaret_testkit::forge::{LoopbackForge, TOKEN};
use lazaret_testkit::registry::{LoopbackRegistry, Manners};

use crate::fix::push;
use crate::{lazaret_in, text};

const CACHE: (&str, &str) = ("LAZARET_CACHE_DIR", "none");

/// A registry with a vulnerable image, a newer patch of it, and a newer line; with the
/// digests of the first two.
fn registry(dir: &Path) -> (LoopbackRegistry, String, String) {
    let registry = LoopbackRegistry::start(Manners::default()).expect("a registry");
    let old = push(&registry, dir, "1.2.3", "4.17.11");
    let new = push(&registry, dir, "1.2.10", "4.17.21");
    push(&registry, dir, "1.3.0", "4.17.21");
    let tags = br#"{"name":"team/app","tags":["1.2.3","1.2.10","1.3.0","latest"]}"#;
    registry.put(
        "/v2/team/app/tags/list?n=1000".into(),
        "application/json",
        tags,
    );
    (registry, old, new)
}

/// The files of the repository: all name the base image, each in its way.
fn repository(host: &str, digest: &str) -> Vec<(&'static str, String)> {
    let dockerfile = format!(
        "# The service.\nARG  TAG=1.2.3   # of the base\nFROM {host}/team/app:${{TAG}}@{digest}\n\
         USER 10001\nHEALTHCHECK CMD [\"/app/health\"]\nCMD [\"/app/run\"]\n"
    );
    let compose = format!(
        "services:\n  web:\n    image: \"{host}/team/app:${{TAG:-1.2.3}}\"   # the base alone\n    \
         read_only: true\n    security_opt: [\"no-new-privileges:true\"]\n    cap_drop: [ALL]\n"
    );
    let requirements = "# templates\r\nJinja2 == 2.10   # by hand\r\n".to_owned();
    vec![
        ("Dockerfile", dockerfile),
        ("compose.yaml", compose),
        ("requirements.txt", requirements),
    ]
}

#[test]
fn a_job_on_a_vulnerable_base_is_refused_mended_and_allowed() {
    let dir = tempfile::tempdir().expect("a directory");
    let (registry, old, new) = registry(dir.path());
    let copy = dir.path().join("copy");
    std::fs::create_dir_all(copy.join(".git")).expect("a directory");
    let files = repository(&registry.host(), &old);
    for (name, content) in &files {
        std::fs::write(copy.join(name), content).expect("written");
    }
    let mended = |name: &str, content: &str| match name {
        "requirements.txt" => content.replace("2.10 ", "2.10.1 "),
        _ => content.replace("1.2.3", "1.2.10").replace(&old, &new),
    };

    proposes(&copy, &files, mended);

    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/job.sh");
    let played = Command::new("sh")
        .arg(script)
        .arg(&copy)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", dir.path())
        .env("LAZARET", env!("CARGO_BIN_EXE_lazaret"))
        .env("SOURCE_DATE_EPOCH", "1790000000")
        .env(CACHE.0, CACHE.1)
        .output()
        .expect("a shell runs");
    let told = format!("{}{}", text(&played.stdout), text(&played.stderr));
    assert!(played.status.success(), "{told}");
    for expected in [
        "LZ-BI-001",
        "job: first run: 1",
        "removes CVE-2019-10744 (lodash)",
        "removes CVE-2019-10906",
        "job: second run: 0",
    ] {
        assert!(told.contains(expected), "{expected} is not in: {told}");
    }
    for (name, content) in &files {
        let after = std::fs::read_to_string(copy.join(name)).expect("read");
        assert_eq!(after, mended(name, content), "{told}");
    }
}

/// The same changes, as a request on either forge; the working copy is not touched.
fn proposes(copy: &Path, files: &[(&str, String)], mended: impl Fn(&str, &str) -> String) {
    for (kind, variable) in [("github", "GITHUB_TOKEN"), ("gitlab", "GITLAB_TOKEN")] {
        let kept: Vec<(&str, &str)> = files.iter().map(|(n, c)| (*n, c.as_str())).collect();
        let forge = LoopbackForge::start(&kept).expect("a forge");
        let (wanted, address) = (format!("{kind}:team/app"), forge.address());
        let args = [
            "fix",
            ".",
            "--newer-images",
            "--pull-request",
            &wanted,
            "--forge-api",
            &address,
        ];
        let ran = lazaret_in(copy, &[(variable, TOKEN), CACHE], &args);
        assert!(ran.status.success(), "{}", text(&ran.stderr));
        let state = forge.state();
        let commit = &state.commits[&state.branches["lazaret/fix"]];
        for (name, content) in files {
            assert_eq!(commit.tree[*name].1, mended(name, content), "{kind}");
            let now = std::fs::read_to_string(copy.join(name)).expect("read");
            assert_eq!(now, *content, "the working copy is not touched");
        }
        let [request] = state.requests.as_slice() else {
            panic!("{:?}", state.requests)
        };
        assert!(
            request.body.contains("1.2.10@sha256:")
                && request.body.contains("CVE-2019-10744 (lodash)"),
            "{request:?}"
        );
    }
}
