//! `fix`, as typed: patches, files, what is proven and what is left alone.

use std::path::Path;

use lazaret_testkit::forge::{LoopbackForge, TOKEN};
use lazaret_testkit::image::{self, Layer};
use lazaret_testkit::registry::{LoopbackRegistry, Manners};
use serde_json::Value;

use crate::{lazaret, lazaret_in, text};

const REQUIREMENTS: &str =
    "# templates\r\nJinja2 == 2.10   # pinned by hand\r\nflask==1.0\r\npyyaml==5.3";
const DOCKERFILE: &str =
    "FROM debian:12\nADD app /app\nHEALTHCHECK CMD [\"/app/health\"]\nUSER 1\n";

fn repository(dir: &Path) {
    std::fs::create_dir_all(dir.join("app/web")).expect("a directory");
    std::fs::write(dir.join("app/requirements.txt"), REQUIREMENTS).expect("written");
    std::fs::write(dir.join("app/Dockerfile"), DOCKERFILE).expect("written");
    let lock = r#"{"lockfileVersion":3,"packages":{"node_modules/lodash":{"version":"4.17.11"}}}"#;
    std::fs::write(dir.join("app/web/package-lock.json"), lock).expect("written");
}

#[test]
fn a_patch_is_printed_and_nothing_is_touched() {
    let dir = tempfile::tempdir().expect("a directory");
    repository(dir.path());
    let ran = lazaret(dir.path(), &["fix", "app"]);
    assert!(ran.status.success(), "{}", text(&ran.stderr));
    insta::assert_snapshot!("fix_patch", text(&ran.stdout).replace('\r', "<CR>"));
    // What a check says of a file is the check's own.
    let told = text(&ran.stderr);
    let told: Vec<&str> = told
        .lines()
        .map(|line| line.split_inclusive("LZ-DF-015").next().unwrap_or_default())
        .collect();
    insta::assert_snapshot!("fix_message", told.join("\n"));
    let kept = std::fs::read_to_string(dir.path().join("app/requirements.txt")).expect("read");
    assert_eq!(kept, REQUIREMENTS);
    // The same again: nothing depends on an order that changes.
    assert_eq!(ran.stdout, lazaret(dir.path(), &["fix", "app"]).stdout);
}

#[test]
fn files_are_written_and_only_the_versions_differ() {
    let dir = tempfile::tempdir().expect("a directory");
    repository(dir.path());
    let ran = lazaret(dir.path(), &["fix", "--write", "app"]);
    assert!(
        ran.status.success() && ran.stdout.is_empty(),
        "{}",
        text(&ran.stderr)
    );
    let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).expect("read");
    let expected = REQUIREMENTS
        .replace("2.10 ", "2.10.1 ")
        .replace("5.3", "5.4");
    assert_eq!(read("app/requirements.txt"), expected);
    assert_eq!(read("app/Dockerfile"), DOCKERFILE.replace("ADD", "COPY"));
    let again = lazaret(dir.path(), &["fix", "app"]);
    assert!(again.stdout.is_empty(), "{}", text(&again.stdout));
    assert!(text(&again.stderr).starts_with("nothing to change"));
    let left: Vec<_> = std::fs::read_dir(dir.path().join("app"))
        .expect("read")
        .flatten()
        .collect();
    assert_eq!(left.len(), 3, "no file is left behind: {left:?}");
}

#[test]
fn what_people_ignore_or_a_report_lacks_is_left_alone() {
    let dir = tempfile::tempdir().expect("a directory");
    repository(dir.path());
    std::fs::write(dir.path().join(".trivyignore"), "CVE-2019-10906\n").expect("written");
    let dockerfile = dir.path().join("app/Dockerfile");
    let ignored = DOCKERFILE.replace("ADD", "# hadolint ignore=DL3020\nADD");
    std::fs::write(&dockerfile, ignored).expect("written");
    let patch = text(&lazaret(dir.path(), &["fix", "app"]).stdout);
    assert!(
        !patch.contains("2.10.1") && !patch.contains("+COPY"),
        "{patch}"
    );
    assert!(patch.contains("+pyyaml==5.4"), "{patch}");
    std::fs::remove_file(dir.path().join(".trivyignore")).expect("removed");
    std::fs::write(&dockerfile, DOCKERFILE).expect("written");
    lazaret(dir.path(), &["scan", "dir:app", "-o", "report.json"]);
    let report = std::fs::read_to_string(dir.path().join("report.json")).expect("a report");
    let mut report: Value = serde_json::from_str(&report).expect("JSON");
    let findings = report["findings"].as_array_mut().expect("findings");
    findings.retain(|f| f["id"] == "CVE-2019-10906");
    assert_eq!(findings.len(), 1);
    std::fs::write(dir.path().join("report.json"), report.to_string()).expect("written");
    let patch = text(&lazaret(dir.path(), &["fix", "app", "--report", "report.json"]).stdout);
    assert!(
        patch.contains("2.10.1") && !patch.contains("5.4") && !patch.contains("COPY"),
        "{patch}"
    );
}

#[test]
fn errors_tell_the_path_and_are_code_2() {
    let dir = tempfile::tempdir().expect("a directory");
    let ran = lazaret(dir.path(), &["fix", "nowhere"]);
    assert_eq!(ran.status.code(), Some(2));
    assert!(
        text(&ran.stderr).contains("nowhere"),
        "{}",
        text(&ran.stderr)
    );
    let ran = lazaret(dir.path(), &["fix", ".", "--image", "debian"]);
    assert_eq!(ran.status.code(), Some(2));
    assert!(
        text(&ran.stderr).contains("OLD=NEW"),
        "{}",
        text(&ran.stderr)
    );
}

/// An image with one package of npm, pushed under a tag; gives its digest.
pub(crate) fn push(registry: &LoopbackRegistry, dir: &Path, tag: &str, lodash: &str) -> String {
    let layout = dir.join(format!("layout-{tag}"));
    std::fs::create_dir_all(layout.join("blobs/sha256")).expect("a directory");
    let mut layer = Layer::begin(&layout, tag).expect("a layer");
    let package = format!("{{\"name\":\"lodash\",\"version\":\"{lodash}\"}}");
    layer
        .file(
            "app/node_modules/lodash/package.json",
            0o644,
            package.as_bytes(),
        )
        .expect("a file");
    let blob = layer.end().expect("a layer");
    image::index(&layout, &[(tag.to_owned(), vec![blob])]).expect("an index");
    let index = std::fs::read_to_string(layout.join("index.json")).expect("an index");
    let index: Value = serde_json::from_str(&index).expect("JSON");
    let digest = index["manifests"][0]["digest"]
        .as_str()
        .expect("a digest")
        .to_owned();
    for blob in std::fs::read_dir(layout.join("blobs/sha256"))
        .expect("blobs")
        .flatten()
    {
        registry.blob("team/app", &std::fs::read(blob.path()).expect("a blob"));
    }
    let manifest = layout.join("blobs").join(digest.replace(':', "/"));
    let manifest = std::fs::read(manifest).expect("a manifest");
    let media_type = "application/vnd.oci.image.manifest.v1+json";
    assert_eq!(
        registry.manifest("team/app", tag, media_type, &manifest),
        digest
    );
    digest
}

#[test]
fn newer_images_of_the_line_are_taken_where_they_are_better() {
    let dir = tempfile::tempdir().expect("a directory");
    let registry = LoopbackRegistry::start(Manners::default()).expect("a registry");
    let old = push(&registry, dir.path(), "1.2.3", "4.17.11");
    let new = push(&registry, dir.path(), "1.2.10", "4.17.21");
    push(&registry, dir.path(), "1.3.0", "4.17.21");
    push(&registry, dir.path(), "2.0.1", "4.17.11");
    push(&registry, dir.path(), "2.0.2", "4.17.11");
    let tags = br#"{"name":"team/app","tags":["1.2.3","1.2.10","1.3.0","2.0.1","2.0.2","latest"]}"#;
    registry.put(
        "/v2/team/app/tags/list?n=1000".into(),
        "application/json",
        tags,
    );
    let host = registry.host();
    std::fs::create_dir(dir.path().join("repo")).expect("a directory");
    let dockerfile = format!(
        "ARG TAG=1.2.3\nFROM {host}/team/app:${{TAG}} AS a\nFROM {host}/team/app:2.0.1\nUSER 1\nHEALTHCHECK CMD [\"true\"]\n"
    );
    let manifest = format!(
        "kind: Pod\nspec:\n  containers:\n  - image: \"{host}/team/app:1.2.3@{old}\" # pinned\n"
    );
    std::fs::write(dir.path().join("repo/Dockerfile"), &dockerfile).expect("written");
    std::fs::write(dir.path().join("repo/pod.yaml"), &manifest).expect("written");
    let cache = [("LAZARET_CACHE_DIR", "none")];
    let ran = lazaret_in(
        dir.path(),
        &cache,
        &["fix", "repo", "--newer-images", "--write"],
    );
    let message = text(&ran.stderr);
    assert!(ran.status.success(), "{message}");
    let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).expect("read");
    assert_eq!(
        read("repo/Dockerfile"),
        dockerfile.replace("TAG=1.2.3", "TAG=1.2.10"),
        "{message}"
    );
    let expected = manifest.replace("1.2.3@", "1.2.10@").replace(&old, &new);
    assert!(
        read("repo/pod.yaml").contains(&expected[expected.find("image").expect("it is there")..]),
        "{message}"
    );
    assert!(
        message.contains("removes CVE-2019-10744 (lodash), CVE-2021-23337 (lodash)"),
        "{message}"
    );
    assert!(
        message.contains("2.0.1 ->") && message.contains("no fewer vulnerabilities"),
        "{message}"
    );
}

/// LZ-DF-007 and LZ-KW-031 are mended by what only a registry knows.
#[test]
fn tags_are_pinned_to_the_digests_that_the_registry_tells() {
    let dir = tempfile::tempdir().expect("a directory");
    let registry = LoopbackRegistry::start(Manners::default()).expect("a registry");
    let digest = push(&registry, dir.path(), "1.2.3", "4.17.21");
    let image = format!("{}/team/app:1.2.3", registry.host());
    let dockerfile =
        format!("ARG  TAG=1.2.3 # base\nFROM {image} AS a\nfrom   {image}\tAS b\nFROM a\n");
    let pod = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec:\n  containers:\n  - name: web\n    image: '{image}'   # ours\n  - {{name: other, image: \"127.0.0.1:1/none:1\"}}\n"
    );
    std::fs::create_dir(dir.path().join("repo")).expect("a directory");
    let place = |name: &str| dir.path().join("repo").join(name);
    std::fs::write(place("Dockerfile"), &dockerfile).expect("written");
    std::fs::write(place("pod.yaml"), &pod).expect("written");
    let unpinned = || {
        let only = [
            "check",
            "repo",
            "--only",
            "LZ-DF-007,LZ-KW-031",
            "-f",
            "json",
        ];
        let report = lazaret(dir.path(), &only).stdout;
        let report: Value = serde_json::from_slice(&report).expect("a report");
        let all = report["misconfigurations"].as_array().expect("a list");
        all.iter().filter(|m| m["status"] == "FAIL").count()
    };
    assert_eq!(unpinned(), 4);
    let offline = lazaret(dir.path(), &["fix", "repo", "--pin-images", "--offline"]);
    assert!(
        !text(&offline.stdout).contains("@sha256"),
        "{}",
        text(&offline.stdout)
    );
    let ran = lazaret(dir.path(), &["fix", "repo", "--pin-images", "--write"]);
    assert!(ran.status.success(), "{}", text(&ran.stderr));
    let pinned = format!("{image}@{digest}");
    let read = |name: &str| std::fs::read_to_string(place(name)).expect("read");
    assert_eq!(read("Dockerfile"), dockerfile.replace(&image, &pinned));
    assert!(read("pod.yaml").contains(&format!("    image: '{pinned}'   # ours\n")));
    assert_eq!(unpinned(), 1, "the registry of the other does not answer");
    assert!(
        text(&ran.stderr).contains("127.0.0.1:1/none:1"),
        "{}",
        text(&ran.stderr)
    );
}

#[test]
fn images_are_put_in_place_by_hand_without_a_network() {
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::write(
        dir.path().join("Dockerfile"),
        "FROM debian:11 AS a\nFROM debian:10\nFROM debian\n",
    )
    .expect("written");
    let ran = lazaret(
        dir.path(),
        &[
            "fix",
            "Dockerfile",
            "--offline",
            "--image",
            "debian:11=debian:12.7-slim",
        ],
    );
    let patch = text(&ran.stdout);
    assert!(
        patch.contains("-FROM debian:11 AS a\n+FROM debian:12.7-slim AS a\n FROM debian:10\n"),
        "{patch}"
    );
    assert!(
        text(&ran.stderr).contains("what that removes is not known"),
        "{}",
        text(&ran.stderr)
    );
    let ran = lazaret(
        dir.path(),
        &[
            "fix",
            "Dockerfile",
            "--offline",
            "--image",
            "debian=registry.example/base:1",
        ],
    );
    assert_eq!(
        text(&ran.stdout)
            .matches("+FROM registry.example/base:1")
            .count(),
        3,
        "{}",
        text(&ran.stdout)
    );
}

#[test]
fn changes_are_proposed_where_the_code_is_kept() {
    for (kind, variable) in [("github", "GITHUB_TOKEN"), ("gitlab", "GITLAB_TOKEN")] {
        let dir = tempfile::tempdir().expect("a directory");
        repository(dir.path());
        std::fs::create_dir(dir.path().join(".git")).expect("a directory");
        let files = [
            ("app/requirements.txt", REQUIREMENTS),
            ("app/Dockerfile", DOCKERFILE),
        ];
        let forge = LoopbackForge::start(&files).expect("a forge");
        let address = forge.address();
        let wanted = format!("{kind}:team/app");
        let args = [
            "fix",
            ".",
            "--pull-request",
            &wanted,
            "--forge-api",
            &address,
        ];
        // From below the root, paths are still those of the repository.
        let ran = lazaret_in(&dir.path().join("app"), &[(variable, TOKEN)], &args);
        let told = text(&ran.stderr);
        assert!(ran.status.success() && ran.stdout.is_empty(), "{told}");
        assert!(
            told.contains("opened: https://forge.example/team/app/"),
            "{told}"
        );
        let again = lazaret_in(
            dir.path(),
            &[(variable, TOKEN), ("LAZARET_QUIET", "false")],
            &args,
        );
        assert!(
            text(&again.stderr).contains("renewed: "),
            "{}",
            text(&again.stderr)
        );
        let state = forge.state();
        let [request] = state.requests.as_slice() else {
            panic!("{:?}", state.requests)
        };
        assert!(
            request
                .title
                .starts_with("lazaret fix: 2 vulnerabilities less"),
            "{request:?}"
        );
        assert!(
            request.body.contains("removes CVE-2019-10906"),
            "{request:?}"
        );
        let commit = &state.commits[&state.branches["lazaret/fix"]];
        let expected = REQUIREMENTS
            .replace("2.10 ", "2.10.1 ")
            .replace("5.3", "5.4");
        assert_eq!(commit.tree["app/requirements.txt"].1, expected);
        assert_eq!(
            commit.tree["app/Dockerfile"].1,
            DOCKERFILE.replace("ADD", "COPY")
        );
        let kept = std::fs::read_to_string(dir.path().join("app/Dockerfile")).expect("read");
        assert_eq!(kept, DOCKERFILE, "the working copy is not touched");
        drop(state);

        let refused = lazaret_in(dir.path(), &[(variable, "wrong-token")], &args);
        assert_eq!(refused.status.code(), Some(2));
        assert!(
            text(&refused.stderr).contains("401") && !text(&refused.stderr).contains("wrong-token")
        );
        let without = lazaret(dir.path(), &args);
        assert!(
            text(&without.stderr).contains(variable),
            "{}",
            text(&without.stderr)
        );
        let plain = [
            "fix",
            ".",
            "--pull-request",
            &wanted,
            "--forge-api",
            "http://forge.example",
        ];
        let plain = lazaret_in(dir.path(), &[(variable, TOKEN)], &plain);
        assert!(
            text(&plain.stderr).contains("TLS"),
            "{}",
            text(&plain.stderr)
        );
    }
}

#[test]
fn the_tag_of_an_image_that_compose_builds_is_left_alone() {
    let dir = tempfile::tempdir().expect("a folder");
    let compose = "services:\n  app:\n    build: .\n    image: registry.example/app:1.0\n  db:\n    image: registry.example/db:1.0\n";
    std::fs::write(dir.path().join("compose.yaml"), compose).expect("writable");
    for option in ["--newer-images", "--pin-images"] {
        let output = lazaret(dir.path(), &["fix", "compose.yaml", option, "--offline"]);
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(said.contains("registry.example/db:1.0"), "{said}");
        assert!(!said.contains("registry.example/app:1.0"), "{said}");
    }
}
