use lazaret_wire::sign::{SignError, SigningKey, VerifyingKey};
use serde_json::{Value, json};

fn key() -> SigningKey {
    SigningKey::read(&SigningKey::generate().expect("randomness")).expect("a key")
}

#[test]
fn a_signed_document_opens_with_its_key_and_no_other() {
    let (own, other) = (key(), key());
    let document = json!({"generation": 7});
    let signed = own.sign(&document).expect("signed");
    let told = VerifyingKey::parse(&own.verifying().text()).expect("a key");
    assert_eq!(told.id(), signed.key_id);
    assert_eq!(told.open::<Value>(&signed), Ok(document));
    let opened = other.verifying().open::<Value>(&signed);
    assert_eq!(opened, Err(SignError::Signature));
}

#[test]
fn a_changed_byte_breaks_the_signature() {
    let key = key();
    let signed = key.sign(&json!({"state": "quarantined"})).expect("signed");
    let other = key.sign(&json!({"state": "clear"})).expect("signed");
    let mut mixed = signed.clone();
    mixed.payload = other.payload;
    let opened = key.verifying().open::<Value>(&mixed);
    assert_eq!(opened, Err(SignError::Signature));
    let mut cut = signed;
    cut.signature.truncate(8);
    assert!(key.verifying().open::<Value>(&cut).is_err());
}

#[test]
fn what_is_no_key_is_refused() {
    for text in ["", "AAAA", "%%%", &"A".repeat(400)] {
        assert_eq!(VerifyingKey::parse(text), Err(SignError::Key), "{text}");
    }
    assert!(SigningKey::read(b"short").is_err());
}
