//! Signs of tampering that the command line tells.

use serde_json::Value;

use crate::{lazaret, text};

const RECORD: &str = r#"{"id":"MAL-2030-1","modified":"2030-01-01T00:00:00Z",
    "published":"2030-01-01T00:00:00Z","summary":"Malicious code in lodahs",
    "affected":[{"package":{"ecosystem":"npm","name":"lodahs"},"versions":["1.0.0"]}]}"#;

#[test]
fn a_package_that_was_published_to_do_harm_is_a_sign() {
    let dir = tempfile::tempdir().expect("a directory");
    let write = |path: &str, text: &str| {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().expect("it has one")).expect("made");
        std::fs::write(path, text).expect("written");
    };
    write("osv/MAL-2030-1.json", RECORD);
    for name in ["lodahs", "lodash"] {
        let manifest = format!(r#"{{"name":"{name}","version":"1.0.0"}}"#);
        write(&format!("tree/node_modules/{name}/package.json"), &manifest);
    }
    let built = lazaret(dir.path(), &["db", "build", "--out", "x.db", "osv=osv"]);
    assert!(built.status.success(), "{}", text(&built.stderr));
    let scan = [
        "scan",
        "rootfs:tree",
        "--db=x.db",
        "--max-db-age=none",
        "-q",
        "-f",
        "json",
    ];
    let done = lazaret(dir.path(), &scan);
    let report: Value = serde_json::from_slice(&done.stdout).expect("JSON");
    let signs = report["signs"].as_array().cloned().unwrap_or_default();
    let told: Vec<_> = signs.iter().map(|s| (&s["kind"], &s["package"])).collect();
    assert_eq!(
        told,
        [(&"malicious_package".into(), &"pkg:npm/lodahs@1.0.0".into())]
    );
    assert_eq!(signs[0]["severity"], "critical");
}
