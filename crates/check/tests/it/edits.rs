//! Edits that findings carry mend what they were found for, and touch nothing else.

use lazaret_check::{ALL, Edit, Finding, Settings, Source, examine};
use lazaret_model::FixKind;

fn found(text: &str, id: &str) -> Vec<Finding> {
    let source = Source::new("Dockerfile", text);
    let all = examine(&[source], &Settings::default()).found;
    all.into_iter().filter(|f| f.check.id == id).collect()
}

fn apply(text: &str, findings: &[Finding]) -> String {
    let mut edits: Vec<&Edit> = findings.iter().flat_map(|f| &f.edits).collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.range.start));
    let mut text = text.to_owned();
    for edit in edits {
        text.replace_range(edit.range.clone(), &edit.text);
    }
    text
}

#[test]
fn automatic_fixes_mend_the_bad_examples() {
    let language = ALL
        .iter()
        .find(|l| l.name == "dockerfile")
        .expect("is there");
    let mut seen = 0;
    for check in (language.checks)() {
        // A digest is the registry's to tell.
        if check.fix != FixKind::Auto || check.id == "LZ-DF-007" {
            continue;
        }
        let findings = found(check.bad, check.id);
        let mended = apply(check.bad, &findings);
        assert!(
            findings.iter().all(|f| !f.edits.is_empty()),
            "{} proposes nothing",
            check.id
        );
        assert!(
            found(&mended, check.id).is_empty(),
            "{}:\n{mended}",
            check.id
        );
        seen += 1;
    }
    assert!(seen >= 10, "{seen}");
}

#[test]
fn comments_and_the_form_of_lines_stay() {
    let text =
        "FROM debian:12\nRUN apt-get install \\\n  # the tool\n  curl \\\n  && true   # why\n";
    let findings = found(text, "LZ-DF-025");
    let mended = apply(text, &findings);
    assert_eq!(
        mended,
        "FROM debian:12\nRUN apt-get install --no-install-recommends \\\n  # the tool\n  curl \\\n  && true   # why\n"
    );
}
