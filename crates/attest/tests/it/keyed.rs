//! Signatures by keys that the user has.

use lazaret_attest::{NewKey, SIGNATURE, SigningKey, Subject, examine};

use crate::world::{
    NOW, REPOSITORY, by_key, examined, image, key, payload, refused, simple, subject, worth,
};

#[test]
fn a_signature_by_a_trusted_key_counts() {
    let key = key();
    let document = simple(&payload(&image("app"), REPOSITORY), &key, &[]);
    let found = examined(&document, &[by_key(key.public())]);
    assert_eq!(found.is_signed(), Ok(true));
    assert_eq!(found.signers, ["release"]);
    assert_eq!(found.incomplete, None);
}

#[test]
fn a_signature_by_an_ed25519_key_counts() {
    let text = SigningKey::generate(NewKey::Ed25519).expect("randomness");
    let key = SigningKey::from_pem(text.as_bytes()).expect("a key");
    let document = simple(&payload(&image("app"), REPOSITORY), &key, &[]);
    assert_eq!(worth(&document, &[by_key(key.public())]).0, "trusted");
}

#[test]
fn a_signature_by_another_key_is_refused() {
    let document = simple(&payload(&image("app"), REPOSITORY), &key(), &[]);
    refused(
        &document,
        &[by_key(key().public())],
        "no trusted key has made it",
    );
}

#[test]
fn a_payload_about_another_image_is_refused() {
    let key = key();
    let document = simple(&payload(&image("other"), REPOSITORY), &key, &[]);
    let why = format!("it is about another image, {}", image("other"));
    refused(&document, &[by_key(key.public())], &why);
}

#[test]
fn a_payload_that_was_changed_is_refused() {
    let key = key();
    let mut document = simple(&payload(&image("other"), REPOSITORY), &key, &[]);
    document.bytes = payload(&image("app"), REPOSITORY);
    refused(
        &document,
        &[by_key(key.public())],
        "or it was changed afterwards",
    );
}

#[test]
fn a_signature_that_was_changed_is_refused() {
    let key = key();
    let mut document = simple(&payload(&image("app"), REPOSITORY), &key, &[]);
    for text in ["", "AAAA", "!!!!", "MEUCIQ"] {
        document.annotations.insert(SIGNATURE.into(), text.into());
        assert_eq!(worth(&document, &[by_key(key.public())]).0, "refused");
    }
    document.annotations.clear();
    refused(
        &document,
        &[by_key(key.public())],
        "the annotation dev.cosignproject.cosign/signature is missing",
    );
}

#[test]
fn a_signature_for_another_repository_counts_unless_the_repository_has_to_fit() {
    let key = key();
    let document = simple(
        &payload(&image("app"), "registry.example/evil/app"),
        &key,
        &[],
    );
    let mut signer = by_key(key.public());
    assert_eq!(worth(&document, std::slice::from_ref(&signer)).0, "trusted");
    signer.binds_repository = true;
    let why = "it was made for registry.example/evil/app, and not for registry.example/shop/app";
    refused(&document, std::slice::from_ref(&signer), why);
    let own = simple(
        &payload(&image("app"), &format!("{REPOSITORY}:1.0")),
        &key,
        &[],
    );
    assert_eq!(worth(&own, &[signer]).0, "trusted");
}

#[test]
fn the_names_of_docker_hub_are_one() {
    let key = key();
    let mut signer = by_key(key.public());
    signer.binds_repository = true;
    let subject = Subject {
        repository: "docker.io/library/alpine".into(),
        ..subject()
    };
    let worth = |reference: &str| {
        let document = simple(&payload(&image("app"), reference), &key, &[]);
        let signers = std::slice::from_ref(&signer);
        let found = examine(&[document], &subject, signers, NOW);
        found.is_signed().expect("known")
    };
    for name in [
        "index.docker.io/library/alpine",
        "docker.io/library/alpine:3",
        "alpine",
    ] {
        assert!(worth(name), "{name}");
    }
    for name in ["ghcr.io/library/alpine", "alpine2", "shop/alpine", ""] {
        assert!(!worth(name), "{name}");
    }
}

#[test]
fn the_index_that_an_image_was_chosen_from_may_be_what_is_signed() {
    let key = key();
    let document = simple(&payload(&image("index"), REPOSITORY), &key, &[]);
    let mut subject = subject();
    subject.digests.push(image("index"));
    let found = examine(&[document], &subject, &[by_key(key.public())], NOW);
    assert_eq!(found.is_signed(), Ok(true));
}

#[test]
fn without_anybody_who_is_trusted_nothing_is_known() {
    let key = key();
    let document = simple(&payload(&image("app"), REPOSITORY), &key, &[]);
    let why = "nobody is trusted to sign this image";
    assert_eq!(examined(&document, &[]).is_signed(), Err(why));
}

#[test]
fn an_image_without_any_signature_is_unsigned() {
    let found = examine(&[], &subject(), &[by_key(key().public())], NOW);
    assert_eq!(found.is_signed(), Ok(false));
}

#[test]
fn a_document_of_an_unknown_type_leaves_the_answer_open() {
    let mut document = simple(&payload(&image("app"), REPOSITORY), &key(), &[]);
    document.media_type = "application/cose".into();
    let found = examined(&document, &[by_key(key().public())]);
    let why = found.is_signed().expect_err("unknown");
    assert!(why.contains("envelopes as COSE are not examined"), "{why}");
}
