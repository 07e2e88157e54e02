//! Where verdicts come from: files, and what may be believed of them.

use std::time::Duration;

use lazaret_edge::verdict::{FileSource, Name, Source, SourceError, read};
use lazaret_testkit::registry::digest_of;
use lazaret_wire::api::HoldState;
use lazaret_wire::edge::{BUNDLE_SCHEMA, Bundle, BundlePolicy, GateVerdict};
use lazaret_wire::sign::SigningKey;

use crate::support::{file_source, nothing, quarantined, verdict};

const NAME: Name<'_> = Name {
    registry: None,
    repository: "app",
};

fn bundle(generation: i64) -> Bundle {
    let now = jiff::Timestamp::now();
    Bundle {
        schema: BUNDLE_SCHEMA.to_owned(),
        region: "eu".to_owned(),
        generation,
        base: None,
        made_at: now,
        policy: BundlePolicy::default(),
        advisories: String::new(),
        verdicts: vec![GateVerdict {
            host: "registry.example".to_owned(),
            repository: "app".to_owned(),
            digest: digest_of(b"x"),
            state: HoldState::Quarantined,
            reason: "CVE-2026-1".to_owned(),
            until: None,
            running: true,
            since: now,
            ..GateVerdict::default()
        }],
        ..Bundle::default()
    }
}

fn key() -> SigningKey {
    SigningKey::read(&SigningKey::generate().expect("a key")).expect("a key")
}

fn signed(key: &SigningKey, bundle: &Bundle) -> Vec<u8> {
    serde_json::to_vec(&key.sign(bundle).expect("signed")).expect("JSON")
}

#[test]
fn a_signed_bundle_is_believed_with_its_key_alone() {
    let (key, other) = (key(), key());
    let bytes = signed(&key, &bundle(3));
    let book = read(&bytes, Some(&key.verifying())).expect("believed");
    assert_eq!((book.generation, book.signed), (3, true));
    let digest = digest_of(b"x").parse().expect("a digest");
    assert_eq!(
        book.standing(&digest, NAME, jiff::Timestamp::now()).state,
        HoldState::Quarantined
    );
    assert!(book.running(&digest).is_some());
    assert!(matches!(
        read(&bytes, Some(&other.verifying())),
        Err(SourceError::Signature(_))
    ));
    assert!(matches!(read(&bytes, None), Err(SourceError::Key(_))));
    let plain = serde_json::to_vec(&nothing()).expect("JSON");
    assert!(matches!(
        read(&plain, Some(&key.verifying())),
        Err(SourceError::Key(_))
    ));
    let part = Bundle {
        base: Some(2),
        ..bundle(3)
    };
    let part = read(&signed(&key, &part), Some(&key.verifying()));
    assert!(matches!(part, Err(SourceError::Bundle(_))));
}

#[test]
fn a_misspelt_field_and_another_schema_are_errors() {
    for bad in [
        r#"{"schema":"lazaret.verdicts/1","verdict":[]}"#,
        r#"{"schema":"lazaret.verdicts/1","gate":{"unkown":"refuse"}}"#,
        r#"{"schema":"lazaret.verdicts/2"}"#,
        r#"{"schema":"lazaret.verdicts/1","verdicts":[{"digest":"sha256:1","state":"held"}]}"#,
        "[]",
        "",
    ] {
        assert!(
            matches!(read(bad.as_bytes(), None), Err(SourceError::Document(_))),
            "{bad}"
        );
    }
}

#[test]
fn a_hold_ends_by_itself_and_so_does_a_release() {
    let digest = digest_of(b"x");
    let now = jiff::Timestamp::now();
    for (state, after) in [
        (HoldState::Held, HoldState::Clear),
        (HoldState::Quarantined, HoldState::Clear),
        (HoldState::Released, HoldState::Quarantined),
    ] {
        let mut verdicts = nothing();
        verdicts.verdicts.push(verdict(&digest, state));
        verdicts.verdicts[0].until = Some(now);
        let bytes = serde_json::to_vec(&verdicts).expect("JSON");
        let book = read(&bytes, None).expect("read");
        let digest = digest.parse().expect("a digest");
        let before = now - jiff::SignedDuration::from_secs(1);
        assert_eq!(book.standing(&digest, NAME, before).state, state);
        assert_eq!(book.standing(&digest, NAME, now).state, after);
    }
}

async fn generation_becomes(source: &FileSource, generation: u64) {
    let mut books = source.books();
    let seen = tokio::time::timeout(
        Duration::from_secs(10),
        books.wait_for(|book| book.generation == generation),
    );
    assert!(seen.await.is_ok(), "generation {generation} is not read");
}

#[tokio::test]
async fn a_file_is_read_again_when_it_changes_and_kept_when_it_breaks() {
    let (_directory, path, source) = file_source(&nothing());
    let mut newer = quarantined(&digest_of(b"x"));
    newer.generation = 5;
    std::fs::write(&path, serde_json::to_vec(&newer).expect("JSON")).expect("written");
    generation_becomes(&source, 5).await;
    for bad in [b"{".to_vec(), serde_json::to_vec(&nothing()).expect("JSON")] {
        std::fs::write(&path, bad).expect("written");
        tokio::time::sleep(Duration::from_millis(1500)).await;
        assert_eq!(source.books().borrow().generation, 5);
        assert!(source.trouble().is_some(), "what is not taken is told");
    }
    newer.generation = 6;
    std::fs::write(&path, serde_json::to_vec(&newer).expect("JSON")).expect("written");
    generation_becomes(&source, 6).await;
    assert_eq!(source.trouble(), None);
}
