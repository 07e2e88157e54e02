//! Patches: what `git apply` takes, and nothing changed outside of the edits.

use std::io::Write as _;
use std::process::{Command, Stdio};

use lazaret_check::Edit;
use lazaret_fix::package::{Bump, bump};
use lazaret_fix::{Conflict, apply, merge, patch, then};
use proptest::prelude::*;

fn edit(start: usize, end: usize, text: &str) -> Edit {
    Edit {
        range: start..end,
        text: text.into(),
    }
}

#[test]
fn edits_that_conflict_or_miss_are_refused() {
    let text = "añb";
    assert_eq!(
        apply(text, &[edit(0, 1, "x"), edit(3, 4, "y")]),
        Ok("xñy".into())
    );
    assert!(matches!(
        apply(text, &[edit(0, 2, "x")]),
        Err(Conflict::Outside(0))
    ));
    assert!(matches!(
        apply(text, &[edit(9, 10, "x")]),
        Err(Conflict::Outside(9))
    ));
    assert!(apply(text, &[edit(0, 3, "x"), edit(1, 3, "y")]).is_err());
    assert!(
        apply(text, &[edit(0, 0, "x"), edit(0, 0, "y")]).is_err(),
        "which one is first?"
    );
    assert_eq!(
        merge(vec![edit(0, 1, "x"), edit(0, 1, "x")]).map(|e| e.len()),
        Ok(1)
    );
}

/// What `git apply` makes of a patch; `None` where git is not installed.
fn git_apply(path: &str, text: &str, patch: &str) -> Option<String> {
    let dir = std::env::temp_dir().join(format!(
        "lazaret-fix-{}-{:?}",
        std::process::id(),
        std::thread::current().id()
    ));
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).expect("a directory");
    std::fs::write(dir.join(path), text).expect("written");
    let git = Command::new("git")
        .args(["apply", "--whitespace=nowarn", "-"])
        .current_dir(&dir)
        // Not the repository around the temporary directory, if there is one.
        .env("GIT_CEILING_DIRECTORIES", std::env::temp_dir())
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut git) = git else {
        eprintln!("skipped: git is not installed");
        return None;
    };
    let mut input = git.stdin.take().expect("a pipe");
    input.write_all(patch.as_bytes()).expect("written");
    drop(input);
    let done = git.wait_with_output().expect("git ends");
    assert!(
        done.status.success(),
        "{}\n{patch}",
        String::from_utf8_lossy(&done.stderr)
    );
    let after = std::fs::read_to_string(dir.join(path)).expect("read");
    let _ = std::fs::remove_dir_all(&dir);
    Some(after)
}

#[test]
fn git_applies_every_patch() {
    let long: String = (0..40).map(|n| format!("line {n}\n")).collect();
    let at = |text: &str, what: &str| text.find(what).expect("it is there");
    let cases: Vec<(String, Vec<Edit>)> = vec![
        ("a\nb\nc\n".into(), vec![edit(2, 3, "x")]),
        ("a\nb\nc".into(), vec![edit(4, 5, "x")]),
        ("a".into(), vec![edit(0, 1, "b\n")]),
        ("a\n".into(), vec![edit(2, 2, "b\n")]),
        ("a\nb\n".into(), vec![edit(0, 2, "")]),
        ("a\r\nb\r\n".into(), vec![edit(0, 1, "c")]),
        ("a\nb\n".into(), vec![edit(0, 0, "first\n")]),
        (
            long.clone(),
            vec![
                edit(0, 4, "LINE"),
                edit(at(&long, "line 9"), at(&long, "line 9") + 4, "L"),
                edit(at(&long, "line 30"), at(&long, "line 32"), ""),
            ],
        ),
        (
            long.clone(),
            vec![
                edit(at(&long, "line 5"), at(&long, "line 5"), "new\nnew\n"),
                edit(at(&long, "line 6"), at(&long, "line 7"), ""),
            ],
        ),
    ];
    for (text, edits) in cases {
        let expected = apply(&text, &edits).expect("edits fit");
        let patch = patch("file.txt", &text, &edits).expect("edits fit");
        if let Some(after) = git_apply("file.txt", &text, &patch) {
            assert_eq!(after, expected, "{patch}");
        }
    }
    assert_eq!(patch("a", "x\n", &[edit(0, 1, "x")]).as_deref(), Ok(""));
    let odd = patch("./a b\n\"c\u{e9}", "x\n", &[edit(0, 1, "y")]).expect("edits fit");
    assert!(
        odd.starts_with("--- \"a/a b\\012\\\"c\\303\\251\"\n"),
        "{odd}"
    );
}

proptest! {
    /// Every byte outside of the edits is in the result, in its order.
    #[test]
    fn what_is_not_edited_stays(text in "[a-c\\n\\r é]{0,60}", cuts in prop::collection::vec((0usize..60, 0usize..6, "[x\\n]{0,4}"), 0..5)) {
        let mut edits = Vec::new();
        let mut from = 0;
        for (start, length, new) in cuts {
            let (start, end) = (from + start, from + start + length);
            if text.get(start..end).is_some() && end > start {
                edits.push(edit(start, end, &new));
                from = end;
            }
        }
        let after = apply(&text, &edits).expect("edits are in order");
        let (mut old, mut new) = (0, 0);
        for one in &edits {
            let kept = &text[old..one.range.start];
            prop_assert_eq!(&after[new..new + kept.len()], kept);
            new += kept.len() + one.text.len();
            old = one.range.end;
        }
        prop_assert_eq!(&after[new..], &text[old..]);
        let patch = patch("f", &text, &edits).expect("edits fit");
        prop_assert_eq!(patch.is_empty(), after == text);
        prop_assert_eq!(unpatch(&text, &patch), after);
    }

    /// Edits one after the other are the same as the edits that they are together.
    #[test]
    fn edits_on_edits_are_edits(text in "[a-c]{0,30}", steps in prop::collection::vec((0usize..40, 0usize..6, "[x-z]{0,4}"), 0..6)) {
        let (mut now, mut all) = (text.clone(), Vec::new());
        for (start, length, new) in steps {
            let start = start.min(now.len());
            let next = edit(start, (start + length).min(now.len()), &new);
            all = then(&text, &all, &next).expect("it fits");
            now = apply(&now, std::slice::from_ref(&next)).expect("it fits");
            prop_assert_eq!(apply(&text, &all).expect("they fit"), now.clone());
        }
    }

    /// Nothing in a file of requirements changes but the version.
    #[test]
    fn a_bump_changes_the_version_alone(before in "[ -~\\n\\t]{0,80}", after in "[ -~\\n\\t]{0,80}") {
        let text = format!("{before}\njinja2==2.10\n{after}");
        let wanted = Bump { kind: "pypi".into(), name: "Jinja2".into(), from: "2.10".into(), to: "2.11.3".into() };
        if let Ok(done) = bump("requirements.txt", &text, &wanted) {
            for one in &done.edits {
                prop_assert_eq!(&text[one.range.clone()], "2.10");
            }
            prop_assert_eq!(apply(&text, &done.edits).expect("edits fit").replace("2.11.3", "2.10"), text.replace("2.11.3", "2.10"));
        }
    }

    /// Readers of foreign bytes end, whatever they are given, and their edits fit.
    #[test]
    fn nothing_panics(text in "[ -~\\n\\t$\\{\\}é]{0,200}", path in prop::sample::select(vec!["Dockerfile", "a.yaml", "main.tf", "kustomization.yaml"])) {
        let source = lazaret_check::Source::new(path, text.as_str());
        for found in lazaret_fix::image::uses(&source) {
            if let Ok(edits) = found.replace("registry.example/x:9") {
                prop_assert!(apply(&text, &edits).is_ok());
            }
        }
        for (path, kind) in [("go.mod", "golang"), ("pom.xml", "maven"), ("a.csproj", "nuget"), ("pyproject.toml", "pypi"), ("libs.versions.toml", "maven"), ("Cargo.toml", "cargo"), ("conanfile.txt", "conan")] {
            let wanted = Bump { kind: kind.into(), name: "a".into(), from: "1".into(), to: "2".into() };
            let _ = bump(path, &text, &wanted);
        }
    }
}

/// A patch applied by the book: lines of hunks in place of those that they name.
fn unpatch(text: &str, patch: &str) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut out = String::new();
    let (mut at, mut is_kept) = (0, false);
    for line in patch.split_inclusive('\n').skip(2) {
        if let Some(rest) = line.strip_prefix("@@ -") {
            let range = rest.split(' ').next().unwrap_or_default();
            let (start, count) = range.split_once(',').unwrap_or((range, "1"));
            let start: usize = start.parse().expect("a number");
            let start = if count == "0" { start } else { start - 1 };
            out.extend(lines.get(at..start).unwrap_or_default().iter().copied());
            at = start;
        } else if line.starts_with('\\') {
            // The mark belongs to the line before, which may be one that goes.
            assert!(!is_kept || out.pop() == Some('\n'));
        } else if let Some(kept) = line.strip_prefix(' ') {
            out.push_str(kept);
            (at, is_kept) = (at + 1, true);
        } else if let Some(new) = line.strip_prefix('+') {
            out.push_str(new);
            is_kept = true;
        } else {
            (at, is_kept) = (at + 1, false);
        }
    }
    out.extend(lines.get(at..).unwrap_or_default().iter().copied());
    out
}
