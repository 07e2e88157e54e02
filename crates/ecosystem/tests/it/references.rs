//! References to images, actions and tools.

use lazaret_ecosystem::{Found, Input, readers_for};
use lazaret_model::GapKind;

#[track_caller]
fn read(path: &str, text: &str) -> Found {
    let reader = readers_for(path, true).next().expect("a reader wants it");
    (reader.read)(Input {
        path,
        bytes: text.as_bytes(),
    })
    .expect("a good file")
}

#[track_caller]
fn check(path: &str, text: &str, expected: &[&str]) {
    let found = read(path, text);
    let lines: Vec<String> = found.packages.iter().map(|p| p.purl.to_string()).collect();
    assert_eq!(lines, expected, "{path}");
}

#[test]
fn a_dockerfile_begins_with_images_and_not_with_its_own_stages() {
    check(
        "Dockerfile",
        "# syntax=docker/dockerfile:1\nARG TAG=3.19\nARG BASE=alpine:${TAG}\n\
         FROM --platform=$BUILDPLATFORM golang:1.22 AS build\nARG TAG=9\n\
         FROM build AS test\nFROM \\\n  ${BASE}\nFROM scratch\n\
         COPY --from=build /a /a\nCOPY --from=0 /b /b\nCOPY --from=busybox /c /c\n",
        &[
            "pkg:docker/alpine@3.19",
            "pkg:docker/busybox@latest",
            "pkg:docker/golang@1.22",
        ],
    );
    let found = read("web.Dockerfile", "ARG BASE\nFROM $BASE\n");
    assert!(found.packages.is_empty());
    assert_eq!(found.gaps[0].0, GapKind::Unsupported);
}

#[test]
fn a_digest_says_more_than_a_tag_and_a_port_is_no_tag() {
    let digest = "sha256:b692a91e4e531d2a9cd8e8c3b1e6d5c7f9d2e5a3b1c8d7f4e6a9b2c5d8f1e4a7";
    for (reference, name, version) in [
        ("nginx", "nginx", "latest"),
        ("host:5000/my-app", "host:5000/my-app", "latest"),
        ("host:5000/my-app:dev", "host:5000/my-app", "dev"),
        (&format!("a/b:1@{digest}"), "a/b", digest),
    ] {
        let found = read("Dockerfile", &format!("FROM {reference}\n"));
        let package = &found.packages[0];
        assert_eq!((&*package.name, &*package.version), (name, version));
        assert_eq!(package.purl.ecosystem_name(), name);
    }
}

#[test]
fn compose_services_follow_merges_extensions_and_defaults() {
    check(
        "docker-compose.yml",
        "x-base: &base\n  image: ghcr.io/acme/api:1.2.0\nservices:\n  a:\n    <<: *base\n  b:\n    \
         extends:\n      service: a\n  c:\n    image: redis:${REDIS:-7.2}\n  d:\n    build: .\n",
        &["pkg:docker/ghcr.io/acme/api@1.2.0", "pkg:docker/redis@7.2"],
    );
}

#[test]
fn kubernetes_manifests_name_images_wherever_a_pod_is_described() {
    check(
        "deploy/k8s/all.yaml",
        "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: a:1\n---\napiVersion: batch/v1\n\
         kind: CronJob\nspec:\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          \
         initContainers:\n          - name: x\n            image: b\n---\nimage: c:1\n",
        &["pkg:docker/a@1", "pkg:docker/b@latest"],
    );
    let template =
        "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: {{ .Values.image }}\n";
    let found = read("chart/kubernetes/pod.yaml", template);
    assert_eq!(found.gaps[0].0, GapKind::Unsupported);
}

#[test]
fn a_workflow_uses_actions_by_the_ref_that_it_names() {
    check(
        ".github/workflows/ci.yml",
        "on: push\njobs:\n  a:\n    steps:\n    - uses: actions/checkout@v4\n    - uses: ./local\n    \
         - uses: docker://alpine:3.8\n  b:\n    uses: octo-org/repo/.github/workflows/x.yml@v1.2.3\n",
        &[
            "pkg:github/actions/checkout@v4",
            "pkg:docker/alpine@3.8",
            "pkg:github/octo-org/repo@v1.2.3",
        ],
    );
    let found = read(".github/workflows/bad.yml", "on: [push\njobs:\n");
    assert_eq!(found.gaps[0].0, GapKind::Unreadable);
}

#[test]
fn tools_are_named_with_each_version_asked_for() {
    check(
        "mise.toml",
        "[tools]\nnode = { version = \"22\" }\npython = [\"3.12\", \"3.11\"]\n\"npm:prettier\" = \"3\"\n",
        &[
            "pkg:mise/node@22",
            "pkg:mise/npm:prettier@3",
            "pkg:mise/python@3.11",
            "pkg:mise/python@3.12",
        ],
    );
    check(
        ".tool-versions",
        "# tools\nnodejs 20.1.0 18.0.0 # two\n",
        &["pkg:mise/nodejs@18.0.0", "pkg:mise/nodejs@20.1.0"],
    );
}
