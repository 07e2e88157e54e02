//! What is written here is read here.

use lazaret_attest::{Envelope, STATEMENT_TYPE, Statement};

use crate::world::{REPOSITORY, image, key};

#[test]
fn a_statement_in_an_envelope_comes_back() {
    let key = key();
    let statement = Statement::about(
        REPOSITORY,
        &image("app"),
        "https://lazaret.dev/verdict/v1",
        r#"{"outcome":"allow"}"#,
    );
    let bytes = statement
        .and_then(|one| one.to_bytes())
        .expect("a statement");
    let envelope = Envelope::sign(STATEMENT_TYPE, &bytes, &key).expect("an envelope");
    let envelope = Envelope::parse(&envelope).expect("an envelope");
    assert!(envelope.signature_of(key.public()).is_some());
    assert!(
        envelope
            .signature_of(crate::world::key().public())
            .is_none()
    );
    let statement = Statement::parse(&envelope.payload).expect("a statement");
    assert_eq!(statement.subjects_of(&[image("app")]).count(), 1);
    assert_eq!(statement.subjects_of(&[image("other")]).count(), 0);
    assert_eq!(
        statement.predicate.expect("a predicate").get(),
        r#"{"outcome":"allow"}"#
    );
}

#[test]
fn the_encoding_is_that_of_the_specification() {
    let envelope = Envelope {
        payload_type: "http://example.com/HelloWorld".into(),
        payload: b"hello world".to_vec(),
        signatures: Vec::new(),
    };
    // The example of DSSE's protocol.md.
    let expected = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world";
    assert_eq!(envelope.signed_bytes(), expected);
}
