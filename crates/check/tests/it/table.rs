//! The table of checks: complete, well formed, and each true to its own examples.

use std::collections::BTreeSet;

use lazaret_check::{ALL, Finding, Settings, Source, examine};
use lazaret_model::CheckStatus;

/// The file name that a language's examples are examined under.
fn name(language: &str) -> &'static str {
    match language {
        "dockerfile" => "Dockerfile",
        "image" => "config.json",
        "terraform" => "main.tf",
        "compose" => "compose.yaml",
        _ => "manifest.yaml",
    }
}

fn failures(language: &str, text: &str) -> Vec<Finding> {
    let mut source = Source::new(name(language), text);
    source.named = true;
    // The registry of the examples; checks of registries say nothing without one.
    let settings = Settings {
        today: Some("2026-01-01".into()),
        registries: vec!["registry.example".into()],
        ..Settings::default()
    };
    let found = examine(&[source], &settings).found;
    let speaks = |f: &Finding| f.status != CheckStatus::Pass;
    found.into_iter().filter(speaks).collect()
}

#[test]
fn every_check_fires_on_its_bad_example_and_is_silent_on_its_good_one() {
    let mut wrong = Vec::new();
    for language in ALL {
        for check in (language.checks)() {
            let fires = |text: &str| {
                let found = failures(language.name, text);
                found.iter().any(|f| f.check.id == check.id)
            };
            if !fires(check.bad) {
                wrong.push(format!("{} says nothing about its bad example", check.id));
            }
            if fires(check.good) {
                wrong.push(format!("{} complains about its good example", check.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn ids_are_unique_and_texts_are_there() {
    let mut ids = BTreeSet::new();
    for check in lazaret_check::checks() {
        assert!(ids.insert(check.id), "{} is there twice", check.id);
        assert!(check.id.starts_with("LZ-"), "{}", check.id);
        assert!(
            check.title.len() > 5 && !check.title.ends_with('.'),
            "{}",
            check.id
        );
        assert!(
            check.about.len() > 60 && check.about.ends_with('.'),
            "{}",
            check.id
        );
    }
}
