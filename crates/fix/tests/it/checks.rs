//! Mistakes that a check can mend: every one that has an edit is gone after it.

use lazaret_check::{ALL, Settings, Source, examine};
use lazaret_fix::{Mending, apply, mend};
use lazaret_model::{CheckStatus, FixKind};

/// A path under which a language takes a file.
fn path(language: &str) -> &'static str {
    match language {
        "dockerfile" => "Dockerfile",
        "terraform" => "main.tf",
        "compose" => "compose.yaml",
        _ => "manifest.yaml",
    }
}

#[test]
fn every_automatic_fix_mends_its_own_bad_example() {
    let settings = Settings::default();
    let mut tried = 0;
    for language in ALL {
        for check in (language.checks)() {
            let source = Source::new(path(language.name), check.bad);
            let found = examine(std::slice::from_ref(&source), &settings).found;
            let own: Vec<_> = found
                .iter()
                .filter(|f| f.check.id == check.id && f.status == CheckStatus::Fail)
                .collect();
            if !own
                .iter()
                .any(|f| f.fix == FixKind::Auto && !f.edits.is_empty())
            {
                continue;
            }
            tried += 1;
            let Mending { mended, edits } = mend(&source, &settings, &|_, _| true);
            assert!(
                mended.iter().any(|m| m.id == check.id),
                "{}: {mended:?}",
                check.id
            );
            let after = apply(check.bad, &edits).expect("edits fit");
            let left = examine(
                &[Source::new(path(language.name), after.as_str())],
                &settings,
            )
            .found;
            let left: Vec<_> = left
                .iter()
                .filter(|f| f.check.id == check.id && f.status == CheckStatus::Fail)
                .collect();
            assert!(left.len() < own.len(), "{}:\n{after}", check.id);
            let patch = lazaret_fix::patch(path(language.name), check.bad, &edits);
            eprintln!("{}:\n{}", check.id, patch.expect("edits fit"));
        }
    }
    eprintln!("{tried} automatic fixes tried");
}
