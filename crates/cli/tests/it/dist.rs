//! What `make dist` writes: the same bytes every time, and readable by the tools that
//! will read it.

use std::process::Command;

use lazaret_testkit::dist::{Entry, audit, deb, oci, tar};
use serde_json::{Value, json};

use crate::{lazaret, text};

fn files() -> Vec<Entry> {
    vec![
        Entry::program("usr/bin/lazaret", "a program"),
        Entry::file("usr/share/doc/lazaret/copyright", "words\n"),
        Entry {
            path: "tmp/".into(),
            mode: 0o1777,
            content: Vec::new(),
        },
    ]
}

fn package() -> Vec<u8> {
    let about = deb::About {
        name: "lazaret".into(),
        version: "1.2.3".into(),
        architecture: "amd64".into(),
        maintainer: "Somebody <somebody@example.org>".into(),
        summary: "a package".into(),
        description: vec!["More words.".into()],
    };
    deb::package(&about, &files()).expect("a package")
}

fn image() -> Vec<u8> {
    let about = oci::About {
        name: "lazaret:1.2.3".into(),
        architecture: "amd64".into(),
        entrypoint: vec!["/usr/bin/lazaret".into()],
        user: "65532:65532".into(),
        environment: Vec::new(),
        labels: Vec::new(),
    };
    oci::archive(&about, &files()).expect("an image")
}

#[test]
fn the_same_files_give_the_same_bytes() {
    assert_eq!(package(), package());
    assert_eq!(image(), image());
    let long = Entry::file("a".repeat(200), "");
    assert!(
        tar::archive(&[long], "").is_err(),
        "a path that does not fit is no silent cut"
    );
}

#[test]
fn debian_reads_the_package() {
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::write(dir.path().join("a.deb"), package()).expect("written");
    let ask = |argument: &str| {
        Command::new("dpkg-deb")
            .args([argument, "a.deb"])
            .current_dir(dir.path())
            .output()
    };
    let Ok(info) = ask("--info") else {
        println!("skipped: dpkg-deb is not installed");
        return;
    };
    assert!(
        info.status.success() && text(&info.stdout).contains("Version: 1.2.3"),
        "{}",
        text(&info.stderr)
    );
    let contents = text(&ask("--contents").expect("it ran before").stdout);
    assert!(
        contents.contains("-rwxr-xr-x root/root         9 1970-01-01"),
        "{contents}"
    );
    assert!(
        contents.contains("./usr/bin/lazaret") && contents.contains("drwxrwxrwt"),
        "{contents}"
    );
}

#[test]
fn we_and_skopeo_read_the_image() {
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::write(dir.path().join("a.oci.tar"), image()).expect("written");
    let ran = lazaret(dir.path(), &["scan", "oci-archive:a.oci.tar", "-f", "json"]);
    let report: Value = serde_json::from_slice(&ran.stdout).expect("a report");
    assert_eq!(report["target"]["layers"].as_array().map(Vec::len), Some(1));
    let skopeo = Command::new("skopeo")
        .args(["inspect", "--config", "oci-archive:a.oci.tar"])
        .current_dir(dir.path())
        .output();
    match skopeo {
        Ok(told) => {
            let config: Value = serde_json::from_slice(&told.stdout).expect("a configuration");
            assert_eq!(config["config"]["User"], "65532:65532");
        }
        Err(_) => println!("skipped: skopeo is not installed"),
    }
}

#[test]
fn the_list_of_crates_has_what_is_in_the_program() {
    let id = |name: &str| format!("{name}#1.0.0");
    let registry = "registry+https://github.com/rust-lang/crates.io-index";
    let package = |name: &str, source: Value| json!({ "id": id(name), "name": name, "version": "1.0.0", "source": source });
    let dep = |name: &str, kind: Value| json!({ "pkg": id(name), "dep_kinds": [{ "kind": kind }] });
    let metadata = json!({
        "packages": [
            package("app", Value::Null), package("lib", registry.into()), package("cc", registry.into()),
            package("tests", registry.into()), package("both", registry.into()), package("deep", registry.into()),
        ],
        "resolve": { "nodes": [
            { "id": id("app"), "deps": [dep("cc", "build".into()), dep("lib", Value::Null), dep("tests", "dev".into())] },
            { "id": id("cc"), "deps": [dep("both", Value::Null)] },
            { "id": id("lib"), "deps": [dep("both", Value::Null)] },
            { "id": id("both"), "deps": [dep("deep", Value::Null)] },
        ] },
    });
    let list = audit(&metadata, "app").expect("a list");
    let told: Vec<(&str, &str)> = list["packages"]
        .as_array()
        .expect("packages")
        .iter()
        .map(|p| {
            (
                p["name"].as_str().expect("a name"),
                p["kind"].as_str().unwrap_or("runtime"),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("app", "runtime"),
            ("both", "runtime"),
            ("cc", "build"),
            ("deep", "runtime"),
            ("lib", "runtime")
        ]
    );
    assert!(audit(&metadata, "nobody").is_err());
}
