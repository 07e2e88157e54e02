//! `scan --scanners secret`, as people run it.

use std::process::Command;

/// A token whose checksum agrees, put together here so that it is found nowhere else.
fn token() -> String {
    format!("gh{}_{}{}", "p", "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ", "0mLq17")
}

fn scan(directory: &std::path::Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_lazaret"))
        .args(["scan", "--cache-dir=none", "-q"])
        .args(arguments)
        .arg(format!("dir:{}", directory.display()))
        .env("LAZARET_CONFIG", "none")
        .output()
        .expect("the program runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code(), text)
}

#[test]
fn a_secret_is_found_without_a_database_and_never_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(
        folder.path().join("deploy.env"),
        format!("TOKEN={}\n", token()),
    )
    .expect("room");
    for format in [
        "table",
        "json",
        "sarif",
        "markdown",
        "html",
        "trivy",
        "junit",
        "gitlab-codequality",
    ] {
        let arguments = ["--scanners", "secret", "--fail-on", "high", "-f", format];
        let (code, text) = scan(folder.path(), &arguments);
        assert_eq!(code, Some(1), "{format}: {text}");
        assert!(text.contains("deploy.env"), "{format}: {text}");
        assert!(!text.contains(&token()), "{format}");
        assert!(!text.contains("zQWBuTSO"), "{format}");
    }
    let (_, text) = scan(folder.path(), &["--scanners", "vuln", "-f", "json"]);
    assert!(!text.contains("github-pat"), "nobody asked");
}
