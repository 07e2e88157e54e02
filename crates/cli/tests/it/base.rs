//! Base and application, as typed.

use std::path::Path;

use lazaret_testkit::image::{Layer, Made, index_of};
use serde_json::Value;

use crate::{lazaret, text};

type Files<'a> = &'a [(&'a str, String)];

fn module(name: &str, version: &str) -> (&'static str, String) {
    let path = match name {
        "one" => "app/node_modules/one/package.json",
        "two" => "app/node_modules/two/package.json",
        "three" => "app/node_modules/three/package.json",
        other => panic!("{other} has no place"),
    };
    (
        path,
        format!(r#"{{"name":"{name}","version":"{version}"}}"#),
    )
}

/// A layout of images made of these layers.
fn layout(dir: &Path, images: &[(&str, &[Files<'_>], &[&str])]) {
    let layout = dir.join("images");
    let of = |(tag, layers, history): &(&str, &[Files<'_>], &[&str])| {
        let blob = |files: &Files<'_>| {
            let mut layer = Layer::begin(&layout, "layer").expect("a folder");
            for (path, content) in *files {
                layer.file(path, 0o644, content.as_bytes()).expect("room");
            }
            layer.end().expect("room")
        };
        Made {
            tag: (*tag).to_owned(),
            layers: layers.iter().map(blob).collect(),
            history: history.iter().map(|step| (*step).to_owned()).collect(),
            ..Made::default()
        }
    };
    let made: Vec<Made> = images.iter().map(of).collect();
    index_of(&layout, &made).expect("room");
}

/// A base with `one` and `two`, a newer one with `one` mended, and an application with
/// `three`.
fn directory() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    let old = [module("one", "1.0.0"), module("two", "1.0.0")];
    let new = [module("one", "2.0.0"), module("two", "1.0.0")];
    let app = [module("three", "1.0.0")];
    let steps = ["ADD rootfs.tar /", "- CMD [\"sh\"]", "COPY . /app"];
    layout(
        dir.path(),
        &[
            ("old", &[&old], &[]),
            ("new", &[&new], &[]),
            ("app", &[&old, &app], &[]),
            ("guess", &[&old, &app], &steps),
        ],
    );
    let records = dir.path().join("records");
    std::fs::create_dir(&records).expect("a folder");
    for (name, level) in [("one", "HIGH"), ("two", "CRITICAL"), ("three", "MODERATE")] {
        let record = format!(
            r#"{{"id":"GHSA-{name}","modified":"2024-01-01T00:00:00Z","affected":[{{"package":{{"ecosystem":"npm","name":"{name}"}},"ranges":[{{"type":"SEMVER","events":[{{"introduced":"0"}},{{"fixed":"2.0.0"}}]}}]}}],"database_specific":{{"severity":"{level}"}}}}"#
        );
        std::fs::write(records.join(format!("{name}.json")), record).expect("writable");
    }
    run(
        dir.path(),
        &["db", "build", "--out", "a.db", "osv=records"],
        0,
    );
    dir
}

#[track_caller]
fn run(dir: &Path, args: &[&str], code: i32) -> (String, String) {
    let output = lazaret(dir, args);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{args:?}: {out}{err}");
    (out, err)
}

/// Scans an image of the layout.
#[track_caller]
fn scan(dir: &Path, tag: &str, more: &[&str], code: i32) -> (String, String) {
    let target = format!("oci-layout:images:{tag}");
    let args = ["scan", &target, "--db", "a.db", "--fail-on", "none"];
    run(dir, &[&args, more].concat(), code)
}

fn json(out: &str) -> Value {
    serde_json::from_str(out).expect("json")
}

/// Lines that were wrapped, as one.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Ids of the findings with their owners, and what suppresses them.
fn owners(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().expect("a list");
    let told = findings.iter().map(|finding| {
        let by = finding["suppressed"]["by"].as_str().unwrap_or("-");
        format!("{} {} {by}", finding["id"], finding["from_base"])
    });
    told.map(|text| text.replace('"', "")).collect()
}

/// Kinds of the gaps, but for the age of the data, which is made up here.
fn gaps(report: &Value) -> Vec<&str> {
    let gaps = report["gaps"].as_array().expect("a list");
    let kinds = gaps.iter().filter_map(|gap| gap["kind"].as_str());
    kinds.filter(|kind| *kind != "stale_database").collect()
}

const BASE: [&str; 2] = ["--base", "oci-layout:images:old"];

#[test]
fn the_named_base_owns_what_it_brought() {
    let dir = directory();
    let (out, _) = scan(dir.path(), "app", &[&BASE[..], &["-f", "json"]].concat(), 0);
    let report = json(&out);
    let expected = ["GHSA-one true -", "GHSA-three false -", "GHSA-two true -"];
    assert_eq!(owners(&report), expected);
    assert_eq!(report["target"]["base"]["source"], "given");
    assert_eq!(report["target"]["base"]["layers"], 1);
    assert_eq!(report["target"]["layers"][0]["base"], true);
    assert_eq!(report["packages"][0]["from_base"], true);
    assert_eq!(gaps(&report), Vec::<&str>::new());

    let (out, _) = scan(dir.path(), "app", &BASE, 0);
    let out = flat(&out);
    assert!(
        out.contains("2 of the base image, 1 of the application"),
        "{out}"
    );
    assert!(
        out.contains("base oci-layout:images:old, the first of 2 layers: all its layers are there"),
        "{out}"
    );
    assert!(out.contains("GHSA-three medium app three 1.0.0"), "{out}");
    let (out, _) = scan(
        dir.path(),
        "app",
        &[&BASE[..], &["-f", "sarif"]].concat(),
        0,
    );
    assert!(out.contains(r#""from_base": false"#), "{out}");
}

#[test]
fn gates_are_for_an_owner() {
    let dir = directory();
    let scan = |more: &[&str], code| {
        let args = ["scan", "oci-layout:images:app", "--db", "a.db"];
        run(dir.path(), &[&args, &BASE[..], more].concat(), code)
    };
    scan(&["--fail-on", "app:high"], 0);
    scan(&["--fail-on", "app:medium"], 1);
    scan(&["--fail-on", "app:high,base:critical"], 1);
    scan(&["--fail-on", "high", "--ignore-base"], 0);
    scan(&["--fail-on", "high", "--only-base"], 1);
    let (out, _) = scan(&["--fail-on", "high", "--ignore-base", "-f", "json"], 0);
    let expected = [
        "GHSA-one true base",
        "GHSA-three false -",
        "GHSA-two true base",
    ];
    assert_eq!(owners(&json(&out)), expected);
    let (_, err) = scan(&["--only-base", "--ignore-base"], 2);
    assert!(err.contains("leave nothing"), "{err}");
}

#[test]
fn a_guess_is_told_and_opens_no_gate() {
    let dir = directory();
    let (out, _) = scan(dir.path(), "guess", &[], 0);
    let out = flat(&out);
    assert!(out.contains("guessed to be the first of 2 layers"), "{out}");
    let args = [
        "scan",
        "oci-layout:images:guess",
        "--db",
        "a.db",
        "--ignore-base",
    ];
    let (_, err) = run(
        dir.path(),
        &[&args[..], &["--fail-on", "critical"]].concat(),
        1,
    );
    assert!(err.contains("--ignore-base changes nothing"), "{err}");
    // Without any trace nothing is told.
    let (out, _) = scan(dir.path(), "app", &["-f", "json"], 0);
    assert_eq!(json(&out)["target"].get("base"), None);
}

#[test]
fn a_base_is_recognised_among_those_laid_out() {
    let dir = directory();
    let (out, _) = scan(
        dir.path(),
        "app",
        &["--base-from", "images", "-f", "json"],
        0,
    );
    let base = json(&out)["target"]["base"].clone();
    assert_eq!(
        (&base["source"], &base["name"]),
        (&"known".into(), &"images:old".into())
    );
    std::fs::create_dir(dir.path().join("bases")).expect("a folder");
    std::fs::write(dir.path().join("bases/other.json"), "[]").expect("writable");
    scan(dir.path(), "old", &["-o", "json=bases/old.json"], 0);
    let args = ["--base-from", "bases", "-f", "json", "--ignore-base"];
    let (out, _) = scan(dir.path(), "app", &args, 0);
    assert!(owners(&json(&out))[0].ends_with("base"), "{out}");
}

#[test]
fn another_base_than_the_image_is_built_on_is_a_gap() {
    let dir = directory();
    let base = ["--base", "oci-layout:images:new", "-f", "json"];
    let (out, _) = scan(dir.path(), "app", &base, 0);
    let report = json(&out);
    assert_eq!(gaps(&report), ["base_mismatch"]);
    assert!(
        owners(&report).iter().all(|told| told.contains("null")),
        "{out}"
    );
    let (_, err) = scan(dir.path(), "app", &["--base", "purl:pkg:npm/one@1"], 2);
    assert!(err.contains("tells no layers"), "{err}");
    let (_, err) = scan(dir.path(), "app", &["--base", "oci-layout:images:none"], 2);
    assert!(
        err.contains("open the base oci-layout:images:none"),
        "{err}"
    );
}

#[test]
fn a_bill_of_materials_keeps_the_owners() {
    let dir = directory();
    let (out, _) = scan(dir.path(), "app", &[&BASE[..], &["-f", "json"]].concat(), 0);
    for format in ["cyclonedx", "spdx", "json"] {
        let args = ["sbom", "oci-layout:images:app", "-f", format, "-o", "bom"];
        run(dir.path(), &[&args, &BASE[..]].concat(), 0);
        let args = ["scan", "sbom:bom", "--db", "a.db", "-f", "json"];
        let (again, _) = run(dir.path(), &args, 0);
        let (one, other) = (json(&out), json(&again));
        for part in ["findings", "packages", "gaps"] {
            assert_eq!(one[part], other[part], "{part} of {format}");
        }
        assert_eq!(one["target"]["base"], other["target"]["base"], "{format}");
        // The base can be named as late as here.
        run(dir.path(), &args_without_base(format), 0);
        let args = ["scan", "sbom:plain", "--db", "a.db", "-f", "json"];
        let (late, _) = run(dir.path(), &[&args, &BASE[..]].concat(), 0);
        assert_eq!(owners(&one), owners(&json(&late)), "{format}");
    }
}

fn args_without_base(format: &str) -> [&str; 6] {
    ["sbom", "oci-layout:images:app", "-f", format, "-o", "plain"]
}

#[test]
fn another_base_is_told_with_what_it_changes() {
    let dir = directory();
    let other = ["--rebase-on", "oci-layout:images:new"];
    let args = [&BASE[..], &other, &["-f", "json"]].concat();
    let (out, _) = scan(dir.path(), "app", &args, 0);
    let rebase = json(&out)["rebase"].clone();
    let removed = rebase["removed"].as_array().expect("a list");
    assert_eq!(removed.len(), 1);
    assert!(
        removed[0]
            .as_str()
            .is_some_and(|key| key.contains("GHSA-one")),
        "{rebase}"
    );
    assert_eq!(rebase["added"].as_array().map(Vec::len), Some(0));
    assert_eq!(rebase["unchanged"], 2);
    assert_eq!(rebase.get("unknown"), None);
    let (out, _) = scan(dir.path(), "app", &[&BASE[..], &other].concat(), 0);
    let told = "on oci-layout:images:new: 1 removed, 0 added, 2 left";
    let out = flat(&out);
    assert!(
        out.contains(told) && out.contains("1 vulnerability: 1 high"),
        "{out}"
    );
    let (_, err) = scan(dir.path(), "app", &other, 2);
    assert!(err.contains("--base IMAGE --rebase-on"), "{err}");
    let (out, _) = scan(dir.path(), "guess", &other, 0);
    let out = flat(&out);
    assert!(
        out.contains("not known: which layers are the base's is only guessed"),
        "{out}"
    );
}

#[test]
fn the_base_that_an_image_names_is_fetched_when_it_is_asked_for() {
    use lazaret_testkit::registry::{LoopbackRegistry, Manners, digest_of};
    const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
    let dir = directory();
    let layout = dir.path().join("images");
    let read = |digest: &str| {
        let path = layout.join("blobs").join(digest.replace(':', "/"));
        std::fs::read(path).expect("readable")
    };
    let list: Value =
        serde_json::from_slice(&std::fs::read(layout.join("index.json")).expect("an index"))
            .expect("json");
    let of = |at: usize| {
        list["manifests"][at]["digest"]
            .as_str()
            .expect("a digest")
            .to_owned()
    };
    let registry = LoopbackRegistry::start(Manners::default()).expect("a port is free");
    let base = of(0);
    registry.manifest("team/base", "1", MANIFEST, &read(&base));
    let manifest: Value = serde_json::from_slice(&read(&base)).expect("json");
    let config = manifest["config"]["digest"].as_str().expect("a digest");
    registry.blob("team/base", &read(config));
    // The application again, with the name of its base as an annotation.
    let mut app: Value = serde_json::from_slice(&read(&of(2))).expect("json");
    let mut named = |name: &str, tag: &str| {
        app["annotations"] = serde_json::json!({
            "org.opencontainers.image.base.name": name,
            "org.opencontainers.image.base.digest": base,
        });
        let bytes = app.to_string();
        let digest = digest_of(bytes.as_bytes());
        let path = layout.join("blobs").join(digest.replace(':', "/"));
        std::fs::write(path, &bytes).expect("writable");
        let mut list = list.clone();
        list["manifests"]
            .as_array_mut()
            .expect("a list")
            .push(serde_json::json!({
                "mediaType": MANIFEST, "digest": digest, "size": bytes.len(),
                "annotations": {"org.opencontainers.image.ref.name": tag},
            }));
        std::fs::write(layout.join("index.json"), list.to_string()).expect("writable");
    };
    named(&format!("{}/team/base:1", registry.host()), "named");
    scan(dir.path(), "named", &["-f", "json"], 0);
    assert!(registry.requests().is_empty(), "nobody asked");

    let label = ["--base", "label", "-f", "json"];
    let report = json(&scan(dir.path(), "named", &label, 0).0);
    assert!(
        registry
            .requests()
            .iter()
            .any(|r| r.path.contains("team/base"))
    );
    let told = &report["target"]["base"];
    assert_eq!(told["layers"], 1, "{told}");
    assert_eq!(told["source"], "label");
    assert_eq!(told["guessed"], true, "the image's word opens no gate");
    assert_eq!(
        owners(&report),
        ["GHSA-one true -", "GHSA-three false -", "GHSA-two true -"]
    );
    let (_, err) = scan(
        dir.path(),
        "named",
        &["--base", "label", "--ignore-base"],
        0,
    );
    assert!(err.contains("changes nothing"), "{err}");

    // A label is foreign: it never names something on this machine.
    named("oci-layout:images:old", "sly");
    let report = json(&scan(dir.path(), "sly", &label, 0).0);
    let gaps = report["gaps"].to_string();
    assert!(gaps.contains("cannot be asked for"), "{gaps}");
    let report = json(&scan(dir.path(), "app", &label, 0).0);
    let gaps = report["gaps"].to_string();
    assert!(gaps.contains("the image names no base"), "{gaps}");
}
