//! Keys, certificates and trusted roots: what is taken, and what is told of what is not.

use lazaret_attest::{Anchors, Certificate, KeyKind, NewKey, PublicKey, SigningKey};

use crate::world::{Fulcio, key};

#[track_caller]
fn told<T: std::fmt::Debug>(result: Result<T, lazaret_attest::AttestError>, why: &str) {
    assert_eq!(result.expect_err("an error").to_string(), why);
}

#[test]
fn a_public_key_is_read_and_told_apart() {
    for (kind, expected) in [
        (NewKey::P256, KeyKind::P256),
        (NewKey::Ed25519, KeyKind::Ed25519),
    ] {
        let text = SigningKey::generate(kind).expect("randomness");
        let key = SigningKey::from_pem(text.as_bytes()).expect("a key");
        let public = PublicKey::from_pem(key.public_pem().as_bytes()).expect("a key");
        assert_eq!(&public, key.public());
        assert_eq!(public.kind(), expected);
        assert_eq!(public.fingerprint().len(), 64);
    }
}

#[test]
fn what_is_no_public_key_is_told() {
    told(
        PublicKey::from_pem(b""),
        "public key: no BEGIN PUBLIC KEY in it",
    );
    let two = key().public_pem() + &key().public_pem();
    told(
        PublicKey::from_pem(two.as_bytes()),
        "public key: more than one key in it",
    );
    let open = "-----BEGIN PUBLIC KEY-----\nAAAA\n";
    told(
        PublicKey::from_pem(open.as_bytes()),
        "public key: BEGIN PUBLIC KEY without its END",
    );
    told(PublicKey::from_pem(&[0xff; 8]), "public key: no PEM text");
    let large = vec![b'\n'; (1 << 20) + 1];
    told(
        PublicKey::from_pem(&large),
        "public key: more than 1048576 bytes",
    );
    let secret = SigningKey::generate(NewKey::P256).expect("randomness");
    told(
        PublicKey::from_pem(secret.as_bytes()),
        "public key: no BEGIN PUBLIC KEY in it",
    );
}

#[test]
fn an_encrypted_private_key_is_told() {
    let text = "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n";
    let why = "private key: it is encrypted; give it as PKCS #8 without a password";
    told(SigningKey::from_pem(text.as_bytes()), why);
}

#[test]
fn a_private_key_is_not_shown() {
    let key = key();
    assert_eq!(
        format!("{key:?}"),
        format!("SigningKey({})", key.public().fingerprint())
    );
}

#[test]
fn a_trusted_root_without_authorities_is_refused() {
    told(
        Anchors::from_trusted_root(b"{}"),
        "trusted root: it names no authority",
    );
    let fulcio = Fulcio::new();
    let root = fulcio.trusted_root();
    assert!(Anchors::from_trusted_root(root.as_bytes()).is_ok());
    let broken = root.replace("\"rawBytes\":\"", "\"rawBytes\":\"AAAA");
    assert!(Anchors::from_trusted_root(broken.as_bytes()).is_err());
}

#[test]
fn certificates_are_read_from_pem() {
    let fulcio = Fulcio::new();
    let text = format!("a comment\n{}{}", fulcio.root.pem(), key().public_pem());
    assert_eq!(
        Certificate::from_pem(text.as_bytes())
            .expect("certificates")
            .len(),
        1
    );
    told(
        Certificate::from_pem(b"x"),
        "certificate: no BEGIN CERTIFICATE in it",
    );
}
