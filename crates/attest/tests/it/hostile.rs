//! Bytes that somebody made to harm the reader.

use lazaret_attest::{BUNDLE_TYPE, DSSE_TYPE, Document, JWS_TYPE, SIMPLE_SIGNING_TYPE, examine};

use crate::world::{NOW, REPOSITORY, by_key, image, key, payload, simple, subject, worth};

fn document(media_type: &str, bytes: &[u8]) -> Document {
    Document {
        media_type: media_type.to_owned(),
        bytes: bytes.to_vec(),
        ..Document::default()
    }
}

#[test]
fn garbage_of_every_type_is_refused_with_a_reason() {
    let bundle = format!("{BUNDLE_TYPE}.v0.3+json");
    let deep = "[".repeat(100_000);
    for media_type in [SIMPLE_SIGNING_TYPE, DSSE_TYPE, JWS_TYPE, &bundle] {
        for bytes in ["", "{}", "null", "[]", "\"\"", "\0\0", &deep] {
            let (status, why) = worth(
                &document(media_type, bytes.as_bytes()),
                &[by_key(key().public())],
            );
            assert_eq!(status, "refused", "{media_type} {bytes:.9}");
            assert!(!why.is_empty() && why.len() < 500, "{why}");
        }
    }
}

#[test]
fn an_envelope_of_very_many_signatures_is_refused() {
    let one = r#"{"sig":"AAAA"}"#;
    let many = vec![one; 65].join(",");
    let text = format!(r#"{{"payload":"","payloadType":"x","signatures":[{many}]}}"#);
    let (status, why) = worth(
        &document(DSSE_TYPE, text.as_bytes()),
        &[by_key(key().public())],
    );
    assert_eq!(
        (status.as_str(), why.as_str()),
        ("refused", "DSSE envelope: more than 64 signatures")
    );
}

#[test]
fn a_field_that_stands_twice_is_refused() {
    let key = key();
    let text = String::from_utf8(payload(&image("other"), REPOSITORY)).expect("JSON");
    // Who reads the first and who reads the last would see different images.
    let text = text.replacen(
        "\"docker-manifest-digest\"",
        &format!(
            "\"docker-manifest-digest\":\"{}\",\"docker-manifest-digest\"",
            image("app")
        ),
        1,
    );
    let (status, why) = worth(&simple(text.as_bytes(), &key, &[]), &[by_key(key.public())]);
    assert_eq!(status, "refused");
    assert!(why.contains("duplicate field"), "{why}");
}

#[test]
fn more_documents_than_are_looked_at_leave_the_answer_open() {
    let key = key();
    let signers = [by_key(key.public())];
    let other = document(DSSE_TYPE, b"{}");
    let mut many = vec![other; 201];
    let found = examine(&many, &subject(), &signers, NOW);
    assert_eq!(found.is_signed(), Err("more than 200 signatures are there"));
    // One good signature among the first is enough.
    many[0] = simple(&payload(&image("app"), REPOSITORY), &key, &[]);
    assert_eq!(
        examine(&many, &subject(), &signers, NOW).is_signed(),
        Ok(true)
    );
}
