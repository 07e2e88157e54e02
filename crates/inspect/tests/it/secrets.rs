//! Every rule's own examples, and what the engine promises whatever the bytes.

use lazaret_inspect::secrets::{self, Context, MAX_SHOWN, Scan, context, example, find, redact};
use lazaret_model::{Confidence, Severity};
use proptest::prelude::*;

fn ids(text: &str, context: &Context) -> Vec<&'static str> {
    let found = find(text.as_bytes(), context);
    found.hits.iter().map(|hit| hit.rule).collect()
}

#[test]
fn every_rule_finds_its_good_examples_and_passes_its_bad_ones_by() {
    let mut wrong = Vec::new();
    for rule in secrets::rules() {
        let context = context(&rule.example_path());
        assert!(
            rule.good_examples().count() > 0,
            "{} has no example",
            rule.id
        );
        assert!(
            rule.bad_examples().count() > 0,
            "{} has no counterexample",
            rule.id
        );
        for text in rule.good_examples() {
            let found = ids(&text, &context);
            if !found.contains(&rule.id) {
                wrong.push(format!("{} misses {text} (found {found:?})", rule.id));
            }
        }
        for text in rule.bad_examples() {
            if ids(&text, &context).contains(&rule.id) {
                wrong.push(format!("{} takes {text}", rule.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn rules_have_ids_of_their_own_and_there_are_many() {
    let mut ids: Vec<&str> = secrets::rules().map(|rule| rule.id).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
    assert!(all >= 150, "{all}");
}

#[test]
fn no_example_is_shown_beyond_its_public_beginning() {
    for rule in secrets::rules() {
        for text in rule.good_examples() {
            for hit in find(text.as_bytes(), &context(&rule.example_path())).hits {
                let shown = hit.redacted.trim_end_matches('*');
                assert!(shown.len() <= MAX_SHOWN, "{}: {}", rule.id, hit.redacted);
                assert!(!text.contains(&hit.redacted), "{}", rule.id);
            }
        }
    }
}

#[track_caller]
fn one(text: &str, path: &str) -> secrets::Hit {
    let mut hits = find(text.as_bytes(), &context(path)).hits;
    assert_eq!(hits.len(), 1, "{hits:?}");
    hits.remove(0)
}

#[test]
fn a_checksum_decides_how_sure_it_is() {
    let real = one(&example("key ghp_{github}"), "srv/notes");
    assert_eq!(
        (real.confidence, real.severity),
        (Confidence::High, Severity::Critical)
    );
    let made_up = one(&example("key ghp_{w:36}"), "srv/notes");
    assert_eq!(
        (made_up.confidence, made_up.severity),
        (Confidence::Low, Severity::Low)
    );
    assert!(made_up.why[0].contains("checksum"), "{made_up:?}");
}

#[test]
fn place_and_line_are_those_of_the_file() {
    let hit = one(&example("a\nbb\n  token: glpat-{u:20}\n"), "srv/notes");
    assert_eq!((hit.line, hit.column), (3, 10));
}

#[test]
fn comments_and_tests_take_the_weight_away_and_not_the_finding() {
    let allowed = one(
        &example("t = 'glpat-{u:20}'  # lazaret:allow made for the manual"),
        "srv/x",
    );
    assert_eq!(allowed.suppressed.map(|s| s.0), Some("inline"));
    let key = example(
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE{b:60}\n{b:64}\n-----END RSA PRIVATE KEY-----",
    );
    assert_eq!(one(&key, "srv/id_rsa").suppressed, None);
    assert_eq!(
        one(&key, "srv/tests/key.pem").suppressed.map(|s| s.0),
        Some("path")
    );
    let token = one(&example("ghp_{github}"), "srv/tests/fixture.txt");
    assert_eq!(
        (token.suppressed, token.confidence),
        (None, Confidence::Medium)
    );
}

#[test]
fn examples_of_public_packages_are_known_to_everybody() {
    let id = example("key = AKIA{A:16}");
    let suppressed = |path: &str| one(&id, path).suppressed.map(|s| s.0);
    assert_eq!(suppressed("srv/lib/site-packages/x/y.py"), Some("path"));
    assert_eq!(suppressed("srv/app/y.py"), None);
    let real = one(&example("ghp_{github}"), "srv/node_modules/x/y.js");
    assert_eq!(real.suppressed, None);
}

#[test]
fn encrypted_keys_are_less_bad() {
    let key = example(
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIE{b:60}\n{b:64}\n-----END ENCRYPTED PRIVATE KEY-----",
    );
    let hit = one(&key, "srv/id_rsa");
    assert_eq!(hit.severity, Severity::Low);
}

#[test]
fn text_of_sixteen_bits_is_text() {
    let text = example("token: glpat-{u:20}\r\n");
    let wide: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(text.bytes().flat_map(|b| [b, 0]))
        .collect();
    assert!(!secrets::is_binary("srv/x.ini", &wide));
    let context = context("srv/x.ini").beginning(&wide);
    assert_eq!(find(&wide, &context).hits.len(), 1);
}

#[test]
fn programs_are_passed_by_and_compiled_python_is_not() {
    assert!(secrets::is_binary("usr/bin/x", b"\x7fELF\0\0"));
    assert!(!secrets::is_binary("srv/x.pyc", b"\0\0\0\0"));
    assert!(!secrets::wants("srv/empty", 0));
}

#[test]
fn a_file_full_of_tokens_is_cut_and_says_so() {
    let text = example("glpat-{u:20}\n").repeat(300);
    let found = find(text.as_bytes(), &context("srv/x"));
    assert_eq!((found.hits.len(), found.missed), (secrets::MAX_HITS, 200));
}

proptest! {
    #[test]
    fn chunks_do_not_matter(noise in "[ -~\n]{0,300}", at in 0usize..40_000, cut in 1usize..5_000) {
        let mut text = "some words of no meaning\n".repeat(2_000);
        text.insert_str(at, &format!("\n{}\n{noise}\n", example("x ghp_{github}")));
        let context = context("srv/notes");
        let whole = find(text.as_bytes(), &context);
        let mut scan = Scan::new(&context);
        for part in text.as_bytes().chunks(cut) {
            scan.feed(part);
        }
        prop_assert_eq!(whole.hits.iter().filter(|h| h.rule == "github-pat").count(), 1);
        prop_assert_eq!(scan.finish(), whole);
    }

    #[test]
    fn redaction_shows_at_most_what_is_public(secret in prop::collection::vec(any::<u8>(), 0..200), public in 0usize..100) {
        let text = redact(&secret, public);
        let shown = text.strip_suffix("********").expect("it ends in asterisks");
        prop_assert!(shown.len() <= MAX_SHOWN.min(public).min(secret.len() / 3));
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..4_000), path in "[a-z./_]{0,40}") {
        let _ = find(&bytes, &context(&path));
    }
}
