//! Every form in which files name images: before, after, and nothing else changed.

use std::fs;
use std::path::Path;

use lazaret_check::{Edit, Source};
use lazaret_fix::image::uses;
use lazaret_fix::{apply, merge, patch};

const OLD: &str = "sha256:1111111111111111111111111111111111111111111111111111111111111111";
const NEW: &str = "sha256:2222222222222222222222222222222222222222222222222222222222222222";

/// The patch that puts other versions in the place of those that the file names: a tag
/// `X.Y.Z` becomes `X.Y.9Z`, a digest becomes another.
fn bumped(path: &str, text: &str) -> String {
    let source = Source::new(path, text);
    let mut edits = Vec::new();
    let mut notes = String::new();
    for found in uses(&source) {
        let new = newer(&found.reference);
        match found.replace(&new) {
            Ok(some) => {
                notes.push_str(&format!("{}: {} -> {new}\n", found.role, found.reference));
                edits.extend(some);
            }
            Err(why) => notes.push_str(&format!("{}: {}: {why}\n", found.role, found.reference)),
        }
    }
    let after = apply(text, &merge(edits.clone()).expect("no conflict")).expect("edits fit");
    for found in uses(&Source::new(path, after)) {
        let is_old =
            newer(&found.reference) != found.reference && !found.reference.contains("other");
        assert!(!is_old || notes.contains(": the file"), "{path}: {found:?}");
    }
    format!("{notes}{}", patch(path, text, &edits).expect("edits fit"))
}

fn newer(reference: &str) -> String {
    reference
        .replace(OLD, NEW)
        .replace(":1.2.3", ":1.2.93")
        .replace("-x-1.2.3", "-x-1.2.93")
}

/// Every form in which a base image is named, with a file before and after.
const FORMS: [&str; 6] = [
    "compose",
    "dockerfile",
    "helm",
    "kubernetes",
    "kustomize",
    "terraform",
];

#[test]
fn every_form_has_a_case_that_is_read_again_and_keeps_every_other_byte() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/images");
    assert_eq!(names(&cases), FORMS);
    let (old, new) = ("registry.example/base:1.2.3", "registry.example/base:1.2.4");
    for form in FORMS {
        let files = names(&cases.join(form));
        let name = files.first().expect("a file").as_str();
        let before = fs::read_to_string(cases.join(form).join(name)).expect("a file");
        let found = uses(&Source::new(name, before.as_str()));
        assert!(!found.is_empty(), "{form}");
        assert!(
            found.iter().all(|u| u.reference == old),
            "{form}: {found:?}"
        );
        let edits: Vec<Edit> = found
            .iter()
            .flat_map(|u| u.replace(new).expect("a tag"))
            .collect();
        let edits = merge(edits).expect("no conflict");
        let after = apply(&before, &edits).expect("edits fit");
        let place = cases.join(form).join(format!("{name}.after"));
        if std::env::var_os("LAZARET_REGENERATE").is_some() {
            fs::write(&place, &after).expect("written");
        }
        let expected = fs::read_to_string(&place).unwrap_or_default();
        assert_eq!(after, expected, "{form}: run with LAZARET_REGENERATE=1");
        // Read again, the same places name the new image, and nothing names the old one.
        let again = uses(&Source::new(name, after.as_str()));
        assert_eq!(again.len(), found.len(), "{form}");
        assert!(
            again.iter().all(|u| u.reference == new),
            "{form}: {again:?}"
        );
        // Only the last digit of the version is another.
        assert_eq!(after.len(), before.len(), "{form}");
        let differ = before.bytes().zip(after.bytes()).filter(|(a, b)| a != b);
        assert_eq!(differ.count(), edits.len(), "{form}");
    }
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).expect("a directory").flatten();
    let mut names: Vec<String> = entries
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn dockerfiles_in_all_forms() {
    let text = format!(
        "# syntax=docker/dockerfile:1\n\
         ARG  BASE=node:1.2.3-alpine   # the base\n\
         ARG VERSION=\"1.2.3\"\n\
         ARG FLAVOUR=slim\n\
         FROM ${{BASE}} AS build\n\
         FROM --platform=$BUILDPLATFORM registry.example:5000/team/tool:1.2.3@{OLD} as pinned\n\
         from   python:${{VERSION}}-${{FLAVOUR}}\tAS py\n\
         FROM \"debian:1.2.3\" AS quoted\n\
         FROM nginx:${{NGINX:-1.2.3}} AS defaulted\n\
         FROM build AS again\n\
         FROM scratch\n\
         COPY --from=registry.example/other-tool:1.2.3 /a /b\n\
         COPY --from=build /a /b\n\
         FROM busybox\\\n  :1.2.3\n"
    );
    insta::assert_snapshot!("dockerfile", bumped("app/Dockerfile", &text));
}

#[test]
fn windows_line_ends_and_no_line_end_stay() {
    let text = "FROM debian:1.2.3\r\nRUN true\r\nFROM alpine:1.2.3";
    let source = Source::new("Dockerfile", text);
    let edits = uses(&source)
        .iter()
        .flat_map(|u| u.replace(&newer(&u.reference)).expect("a tag"))
        .collect::<Vec<_>>();
    let after = apply(text, &edits).expect("edits fit");
    assert_eq!(
        after,
        "FROM debian:1.2.93\r\nRUN true\r\nFROM alpine:1.2.93"
    );
}

#[test]
fn kubernetes_and_lists() {
    let text = format!(
        "# deployed by hand\nkind: Deployment\nspec:\n  template:\n    spec:\n      initContainers:\n      - name: init\n        image:   'busybox:1.2.3'   # small\n      containers:\n        - {{name: web, image: \"registry.example/web:1.2.3@{OLD}\"}}\n        - image: other:2\n          env: [{{name: image, value: x:1.2.3}}]\n---\nkind: List\nitems:\n- kind: Pod\n  spec: {{containers: [{{image: web:1.2.3}}]}}\n"
    );
    insta::assert_snapshot!("kubernetes", bumped("deploy/app.yaml", &text));
}

#[test]
fn kustomizations() {
    let text = format!(
        "kind: Kustomization\nimages:\n  - name: web:1.2.3 # selects, so it stays\n    newTag: \"1.2.3\"\n  - name: api\n    newName: registry.example/api\n    digest: {OLD}\n  - name: other\n    newName: registry.example/x\nresources: [app.yaml]\n"
    );
    insta::assert_snapshot!(
        "kustomization",
        bumped("kustomization.yaml", &text.replace("web:1.2.3 #", "web #"))
    );
}

#[test]
fn values_of_charts() {
    let text = format!(
        "image:\n  registry: docker.io\n  repository: bitnami/nginx\n  tag: 1.2.3-debian-x   # keep\n  digest: \"\"\nsidecar:\n  image:\n    repository: team/side\n    tag: 1.2.3\n    digest: {OLD}\npinned: {{repository: a/b, tag: \"{OLD}\"}}\nplain: {{image: \"tool:1.2.3\"}}\ntemplate:\n  image: \"{{{{ .Values.x }}}}:1.2.3\"\n"
    );
    insta::assert_snapshot!("helm", bumped("charts/app/values.yaml", &text));
}

#[test]
fn compose_with_variables() {
    let text = "services:\n  web:\n    image: nginx:${NGINX_TAG:-1.2.3}\n  db:\n    image: \"${REGISTRY-registry.example}/db:1.2.3-alpine\"\n  open:\n    image: tool:${TAG}\n  built:\n    build: .\n    image: ours:1.2.3\n";
    insta::assert_snapshot!("compose", bumped("compose.yaml", text));
}

#[test]
fn terraform() {
    let text = format!(
        "resource \"aws_ecs_task_definition\" \"app\" {{\n  container_definitions = jsonencode([\n    {{ name = \"web\", image = \"nginx:1.2.3\" }},\n  ])\n}}\nresource \"x\" \"y\" {{\n  # image = \"old:1.2.3\"\n  image_uri  =  \"registry.example/f:1.2.3@{OLD}\"\n  image      = \"${{var.registry}}/x:1.2.3\"\n  definitions = <<EOF\n[{{\"image\": \"tool:1.2.3\", \"image_pull\": \"no:1.2.3\"}}]\nEOF\n}}\n"
    );
    insta::assert_snapshot!("terraform", bumped("main.tf", &text));
}

#[test]
fn a_digest_is_never_lost_and_a_tag_never_dropped() {
    let text = format!("FROM debian:1.2.3@{OLD}\n");
    let source = Source::new("Dockerfile", text.as_str());
    let found = uses(&source);
    let [found] = found.as_slice() else {
        panic!("{found:?}")
    };
    let why = found
        .replace("debian:1.2.4")
        .expect_err("the digest would stay the old one");
    assert!(why.to_string().contains("digest"), "{why}");
    assert!(found.replace(&format!("debian@{NEW}")).is_err());
    let edits = found.replace(&format!("debian:1.2.4@{NEW}")).expect("both");
    assert_eq!(
        apply(&text, &edits).expect("edits fit"),
        format!("FROM debian:1.2.4@{NEW}\n")
    );
    let edits = found
        .replace(&format!("registry.example/slim:1.2.4@{NEW}"))
        .expect("all");
    assert_eq!(
        apply(&text, &edits).expect("edits fit"),
        format!("FROM registry.example/slim:1.2.4@{NEW}\n")
    );
    let plain = Source::new("Dockerfile", "FROM debian\n");
    let edits = uses(&plain)[0]
        .replace(&format!("debian:1.2.4@{NEW}"))
        .expect("both are added");
    assert_eq!(
        apply("FROM debian\n", &edits),
        Ok(format!("FROM debian:1.2.4@{NEW}\n"))
    );
}
