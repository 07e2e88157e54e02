//! Base images of Dockerfiles, in a real registry.

use std::path::Path;

use lazaret_testkit::image::{Layer, index};

use super::registry::Registry;
use super::skopeo;
use crate::{lazaret, text};

/// A registry with the sample as `team/app:1.0.0`, and with images of less as its newer
/// patch, its slimmer variant and a newer release.
fn registry() -> Option<Registry> {
    let registry = Registry::start(false)?;
    registry.push("1.0.0", &[]);
    let layout = registry.dir().join("less");
    let mut layer = Layer::begin(&layout, "etc").expect("a layer");
    let release = b"ID=debian\nVERSION_ID=\"12\"\n";
    layer
        .file("etc/os-release", 0o644, release)
        .expect("a file");
    let package = br#"{"name":"minimist","version":"1.2.8"}"#;
    layer
        .file("app/node_modules/minimist/package.json", 0o644, package)
        .expect("a file");
    let layer = layer.end().expect("a layer");
    index(&layout, &[("less".to_owned(), vec![layer])]).expect("a layout");
    for tag in ["1.0.3", "1.0.0-slim", "2.1.0"] {
        let to = format!("docker://{}/team/app:{tag}", registry.host);
        skopeo(
            registry.dir(),
            &["--dest-tls-verify=false", "oci:less:less", &to],
        );
    }
    Some(registry)
}

fn dockerfile(dir: &Path, content: &str) {
    std::fs::write(dir.join("Dockerfile"), content).expect("written");
}

#[track_caller]
fn check(registry: &Registry, options: &[&str], code: i32) -> (String, String) {
    let all = [&["check", "Dockerfile", "--base-images"][..], options].concat();
    let output = lazaret(registry.dir(), &all);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{options:?}: {out}{err}");
    (out.replace(&registry.host, "HOST"), err)
}

#[test]
fn a_bad_base_is_refused_and_better_ones_are_named() {
    let Some(registry) = registry() else {
        return;
    };
    let host = &registry.host;
    dockerfile(
        registry.dir(),
        &format!(
            "FROM {host}/team/app:1.0.0 AS build\nRUN make\nFROM {host}/team/app:1.0.0\nUSER 1000\nFROM {host}/team/app:1.0.3\nUSER 1000\nCOPY --from=1 /a /b\n"
        ),
    );
    let (out, _) = check(&registry, &["--environment", "prod"], 0);
    assert!(
        out.contains("Base images"),
        "only the last stage ships, on a good base: {out}"
    );
    dockerfile(
        registry.dir(),
        &format!("FROM {host}/team/app:1.0.0\nUSER 1000\n"),
    );
    let (out, _) = check(&registry, &["--environment", "prod"], 1);
    for expected in [
        "LZ-BI-001",
        "the base image is refused itself (base-image-verdict)",
        "HOST/team/app:1.0.3 (newest patch of the same line): removes",
        "HOST/team/app:2.1.0 (newest release): removes",
        "HOST/team/app:1.0.0-slim (slimmer variant): removes",
        "packages fewer",
        "nobody looked for signatures",
    ] {
        assert!(flat(&out).contains(expected), "{expected}: {out}");
    }
    // The default policy warns where no environment is named; the gate may still stop it.
    check(&registry, &[], 0);
    check(&registry, &["--fail-on", "high"], 1);
    let (out, _) = check(&registry, &["-f", "sarif"], 0);
    assert!(out.contains("LZ-BI-001"), "{out}");
}

/// Lines that were wrapped, as one.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_base_may_be_laid_out_beside() {
    let Some(registry) = registry() else {
        return;
    };
    let host = registry.host.clone();
    let name = format!("{host}/team/app:1.0.0");
    dockerfile(registry.dir(), &format!("FROM {name}\nUSER 1000\n"));
    let (out, _) = check(&registry, &["--offline", "--environment", "prod"], 1);
    assert!(flat(&out).contains("was not examined"), "{out}");
    let target = format!("registry:{name}");
    let scan = ["scan", &target, "-o", "json=base.json", "-q"];
    assert!(lazaret(registry.dir(), &scan).status.success());
    let with_report = [
        "--offline",
        "--environment",
        "prod",
        "--base-from",
        "base.json",
    ];
    let (out, _) = check(&registry, &with_report, 1);
    assert!(
        flat(&out).contains("the base image is refused itself"),
        "{out}"
    );
    dockerfile(
        registry.dir(),
        "FROM nowhere.example/team/app:less\nUSER 1000\n",
    );
    let with_layout = ["--offline", "--base-from", "less"];
    let (out, _) = check(&registry, &with_layout, 0);
    assert!(flat(&out).contains("debian 12"), "{out}");
    let (_, err) = check(&registry, &["--base-from", "Dockerfile"], 2);
    assert!(err.contains("Dockerfile is no report of lazaret"), "{err}");
}

#[test]
fn rules_about_bases_see_age_registry_and_what_is_not_known() {
    let Some(registry) = registry() else {
        return;
    };
    let host = registry.host.clone();
    let policy = |when: &str| {
        let text = format!(
            "apiVersion: lazaret.dev/v1\nrules:\n  - {{name: base, each: base, when: '{when}', action: block}}\n"
        );
        std::fs::write(registry.dir().join("p.yaml"), text).expect("written");
    };
    dockerfile(
        registry.dir(),
        &format!("ARG TAG=1.0.3\nFROM {host}/team/app:$TAG\nUSER 1000\n"),
    );
    for (when, code) in [
        ("base.tag == \"1.0.3\" && !base.pinned && base.ships", 1),
        (
            "base.repository == \"team/app\" && base.os == \"debian\" && base.os_version == \"12\"",
            1,
        ),
        ("!base.name.glob(\"registry.example/**\")", 1),
        (
            "base.registry.startsWith(\"127.0.0.1:\") && base.critical > 100",
            0,
        ),
        ("has(base.created) && base.age > days(36500)", 0),
        ("base.signed", 1),
        ("has(base.signed) && base.signed", 0),
    ] {
        policy(when);
        let (out, _) = check(&registry, &["--policy", "p.yaml"], code);
        assert!(!out.is_empty(), "{when}");
    }
    policy("base.tag == \"1.0.0\"");
    let (out, _) = check(
        &registry,
        &["--policy", "p.yaml", "--build-arg", "TAG=1.0.0"],
        1,
    );
    assert!(out.contains("HOST/team/app:1.0.0"), "{out}");
    dockerfile(
        registry.dir(),
        &format!("ARG TAG\nFROM {host}/team/app:$TAG\nUSER 1000\n"),
    );
    let (out, _) = check(&registry, &["--policy", "p.yaml"], 1);
    assert!(
        flat(&out).contains("a build argument in it has no value"),
        "{out}"
    );
    dockerfile(
        registry.dir(),
        &format!(
            "# lazaret:ignore=LZ-BI-001 until the move\nFROM {host}/team/app:1.0.0\nUSER 1000\n"
        ),
    );
    let (out, _) = check(&registry, &["--show-suppressed"], 0);
    assert!(flat(&out).contains("until the move"), "{out}");
}

#[test]
fn what_is_copied_from_and_what_is_run_is_judged_like_a_base() {
    let Some(registry) = registry() else {
        return;
    };
    let (dir, host) = (registry.dir(), &registry.host);
    let bad = format!("{host}/team/app:1.0.0");
    dockerfile(
        dir,
        &format!("FROM {host}/team/app:1.0.3\nUSER 1000\nCOPY --from={bad} /a /b\n"),
    );
    let (out, _) = check(
        &registry,
        &["--environment", "prod", "--only", "LZ-BI-001"],
        1,
    );
    assert!(out.contains("Dockerfile:3"), "{out}");
    std::fs::create_dir(dir.join("deploy")).expect("a folder");
    let compose = format!(
        "services:\n  shop:\n    image: {bad}\n  own:\n    build: .\n    image: {host}/team/own:1\n"
    );
    std::fs::write(dir.join("deploy/compose.yaml"), compose).expect("written");
    let pod = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{ name: shop }}\nspec:\n  containers:\n  - name: shop\n    \
         image: {bad} # lazaret:ignore=LZ-BI-001 until the move\n"
    );
    std::fs::write(dir.join("deploy/pod.yaml"), pod).expect("written");
    let args = ["check", "deploy", "--base-images", "--only", "LZ-BI-001"];
    let output = lazaret(
        dir,
        &[&args[..], &["-f", "json", "--show-suppressed"]].concat(),
    );
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("json");
    let answers = report["misconfigurations"].as_array().expect("a list");
    let told = answers.iter().map(|answer| {
        let by = answer["suppressed"]["by"].as_str().unwrap_or("-");
        format!("{} {} {by}", answer["target"], answer["line"]).replace('"', "")
    });
    let told: Vec<String> = told.collect();
    assert_eq!(
        told,
        ["deploy/compose.yaml 3 -", "deploy/pod.yaml 7 comment"],
        "{report}"
    );
}
