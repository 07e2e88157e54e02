//! The manual and the page of the commands are those of the program.

use std::path::Path;

use crate::{lazaret, text};

#[test]
fn the_page_of_the_command_line_is_current() {
    let dir = tempfile::tempdir().expect("a directory");
    let page = text(&lazaret(dir.path(), &["debug", "reference"]).stdout);
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/command-line.md");
    let kept = std::fs::read_to_string(place).unwrap_or_default();
    assert!(
        page == kept,
        "docs/command-line.md is stale; run `cargo run -p lazaret-cli -- debug reference > docs/command-line.md`"
    );
}

#[test]
fn every_command_has_a_manual_page_with_its_options() {
    let dir = tempfile::tempdir().expect("a directory");
    let made = lazaret(dir.path(), &["man", "--out", "man"]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    let page = |name: &str| std::fs::read_to_string(dir.path().join("man").join(name));
    let scan = page("lazaret-scan.1").expect("a page");
    assert!(
        scan.contains("fail\\-on") && scan.contains("Exit codes"),
        "{scan}"
    );
    assert!(page("lazaret-db-update.1").is_ok());
}

#[test]
fn completions_know_the_values_of_options() {
    let dir = tempfile::tempdir().expect("a directory");
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = text(&lazaret(dir.path(), &["completion", shell]).stdout);
        assert!(script.contains("fail-on"), "{shell}");
        // A value with `>` is a redirection to fish, and ends the whole script.
        assert!(!script.contains("cvss>=9"), "{shell}");
        if shell != "powershell" {
            assert!(script.contains("cyclonedx"), "{shell}");
        }
    }
}
