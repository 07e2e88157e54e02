//! Signatures with certificates: of an authority for moments with its logs, and of
//! authorities that the user laid out.

use lazaret_attest::{Anchors, Certificate, Identity, Log, Pattern, SIGNATURE, SignerProof};
use rcgen::ExtendedKeyUsagePurpose;

use crate::world::{
    Fulcio, ISSUER, Made, NOW, REPOSITORY, THEN, TestLog, WORKFLOW, by_identity, by_key, examined,
    hashedrekord, image, key, payload, refused, simple, worth,
};

fn app() -> Vec<u8> {
    payload(&image("app"), REPOSITORY)
}

#[test]
fn a_certificate_of_minutes_counts_with_both_logs() {
    let fulcio = Fulcio::new();
    let signer = fulcio.signer(&Made::default());
    let document = fulcio.simple(&signer, &app(), THEN);
    let trusted = by_identity(WORKFLOW, Some(ISSUER), fulcio.anchors());
    let found = examined(&document, &[trusted]);
    assert_eq!(found.signers, ["workflow"]);
    let one = &found.found[0];
    assert_eq!(one.claims, format!("{WORKFLOW} (issuer {ISSUER})"));
    assert_eq!(one.detail, "logged at 2026-05-01T00:05:00Z");
}

#[test]
fn somebody_else_and_another_issuer_are_refused() {
    let fulcio = Fulcio::new();
    let document = fulcio.simple(&fulcio.signer(&Made::default()), &app(), THEN);
    let why = "the certificate names nobody who is trusted";
    for (subject, issuer) in [
        ("https://forge.example/evil", Some(ISSUER)),
        (WORKFLOW, Some("https://evil.example")),
    ] {
        refused(
            &document,
            &[by_identity(subject, issuer, fulcio.anchors())],
            why,
        );
    }
    let made = Made {
        issuer: None,
        ..Made::default()
    };
    let document = fulcio.simple(&fulcio.signer(&made), &app(), THEN);
    refused(
        &document,
        &[by_identity(WORKFLOW, Some(ISSUER), fulcio.anchors())],
        why,
    );
}

#[test]
fn an_expression_fits_a_name_from_its_beginning_to_its_end() {
    let fulcio = Fulcio::new();
    let document = fulcio.simple(&fulcio.signer(&Made::default()), &app(), THEN);
    let worth = |expression: &str| {
        let mut trusted = by_identity(WORKFLOW, None, fulcio.anchors());
        let SignerProof::Identity(identity) = &trusted.proof else {
            panic!("an identity");
        };
        trusted.proof = SignerProof::Identity(Identity {
            subject: Pattern::regex(expression).expect("an expression"),
            ..identity.clone()
        });
        worth(&document, &[trusted]).0
    };
    assert_eq!(worth(r"https://forge\.example/shop/.*"), "trusted");
    assert_eq!(worth(r"https://forge\.example/shop/"), "refused");
    assert_eq!(worth(r"forge\.example/shop/.*"), "refused");
    assert!(Pattern::regex("a)|(.*").is_err());
}

#[test]
fn without_the_log_of_signatures_it_is_refused() {
    let fulcio = Fulcio::new();
    let signer = fulcio.signer(&Made::default());
    let trusted = [by_identity(WORKFLOW, Some(ISSUER), fulcio.anchors())];
    let mut document = fulcio.simple(&signer, &app(), THEN);
    document.annotations.remove("dev.sigstore.cosign/bundle");
    refused(
        &document,
        &trusted,
        "no transparency proof was verified: it came without the entry",
    );
    // A log that nobody trusts.
    let other = Fulcio {
        log: TestLog::new(),
        certificates: TestLog::new(),
        root: crate::world::authority("other"),
    };
    let signature = document.annotations[SIGNATURE].clone();
    let body = hashedrekord(&app(), &signature, &signer.pem);
    let text = other.log.annotation(&body, THEN);
    document
        .annotations
        .insert("dev.sigstore.cosign/bundle".into(), text);
    refused(&document, &trusted, "is not trusted");
}

#[test]
fn an_entry_about_another_signature_is_refused() {
    let fulcio = Fulcio::new();
    let signer = fulcio.signer(&Made::default());
    let trusted = [by_identity(WORKFLOW, Some(ISSUER), fulcio.anchors())];
    let mut document = fulcio.simple(&signer, &app(), THEN);
    let signature = document.annotations[SIGNATURE].clone();
    let other = fulcio.signer(&Made::default());
    for body in [
        hashedrekord(b"something else", &signature, &signer.pem),
        hashedrekord(&app(), "MEUCIQ", &signer.pem),
        hashedrekord(&app(), &signature, &other.pem),
    ] {
        let text = fulcio.log.annotation(&body, THEN);
        document
            .annotations
            .insert("dev.sigstore.cosign/bundle".into(), text);
        refused(
            &document,
            &trusted,
            "the log's entry is about another signature",
        );
    }
}

#[test]
fn a_time_that_the_log_has_not_signed_is_refused() {
    let fulcio = Fulcio::new();
    let signer = fulcio.signer(&Made::default());
    let trusted = [by_identity(WORKFLOW, Some(ISSUER), fulcio.anchors())];
    let mut document = fulcio.simple(&signer, &app(), NOW);
    refused(&document, &trusted, "no trusted authority vouches");
    let text = document.annotations["dev.sigstore.cosign/bundle"].clone();
    let text = text.replace(&NOW.to_string(), &THEN.to_string());
    document
        .annotations
        .insert("dev.sigstore.cosign/bundle".into(), text);
    refused(&document, &trusted, "the log has not signed this entry");
    // The log's word counts, and it says that the certificate was not valid then.
    let document = fulcio.simple(&signer, &app(), THEN + 600);
    refused(
        &document,
        &trusted,
        "the certificate expired at 2026-05-01T00:10:00Z",
    );
}

#[test]
fn a_certificate_that_no_log_of_certificates_knows_is_refused() {
    let fulcio = Fulcio::new();
    let made = Made {
        logged: false,
        ..Made::default()
    };
    let document = fulcio.simple(&fulcio.signer(&made), &app(), THEN);
    let trusted = [by_identity(WORKFLOW, Some(ISSUER), fulcio.anchors())];
    refused(
        &document,
        &trusted,
        "no proof that a log of certificates knows it",
    );
    // Known to a log that nobody trusts.
    let other = Fulcio {
        root: fulcio.root,
        log: fulcio.log,
        certificates: TestLog::new(),
    };
    let document = other.simple(&other.signer(&Made::default()), &app(), THEN);
    refused(
        &document,
        &trusted,
        "no trusted log of certificates has signed",
    );
}

#[test]
fn a_certificate_of_another_authority_or_for_another_purpose_is_refused() {
    let fulcio = Fulcio::new();
    let trusted = [by_identity(WORKFLOW, Some(ISSUER), fulcio.anchors())];
    let other = Fulcio {
        root: crate::world::authority("moments"),
        log: TestLog { key: key() },
        certificates: TestLog::new(),
    };
    let document = other.simple(&other.signer(&Made::default()), &app(), THEN);
    refused(&document, &trusted, "is not trusted");
    let made = Made {
        purpose: ExtendedKeyUsagePurpose::ServerAuth,
        ..Made::default()
    };
    let document = fulcio.simple(&fulcio.signer(&made), &app(), THEN);
    refused(&document, &trusted, "not meant for signing code");
}

#[test]
fn a_certificate_that_is_not_the_signers_is_refused() {
    let fulcio = Fulcio::new();
    let signer = fulcio.signer(&Made::default());
    let mut document = fulcio.simple(&signer, &app(), THEN);
    let forged = simple(&app(), &key(), &[]);
    let forged = forged.annotations[SIGNATURE].clone();
    document.annotations.insert(SIGNATURE.into(), forged);
    let trusted = [by_identity(WORKFLOW, Some(ISSUER), fulcio.anchors())];
    refused(&document, &trusted, "the certificate's key has not made it");
}

#[test]
fn where_only_keys_are_trusted_a_certificate_counts_for_nothing() {
    let fulcio = Fulcio::new();
    let document = fulcio.simple(&fulcio.signer(&Made::default()), &app(), THEN);
    refused(
        &document,
        &[by_key(key().public())],
        "only keys are trusted",
    );
}

#[test]
fn an_authority_of_the_users_own_needs_no_log_while_the_certificate_is_valid() {
    let fulcio = Fulcio::new();
    let signer = fulcio.signer(&Made::default());
    let own = |logs: Vec<Log>| {
        Anchors::of(
            vec![Certificate::from_der(fulcio.root.der()).expect("a certificate")],
            logs,
        )
    };
    let document = fulcio.simple(&signer, &app(), THEN);
    let trusted = by_identity(WORKFLOW, None, own(Vec::new()));
    let at = |now: i64| {
        let document = std::slice::from_ref(&document);
        let trusted = std::slice::from_ref(&trusted);
        let found = lazaret_attest::examine(document, &crate::world::subject(), trusted, now);
        (found.signers.len(), found.found[0].detail.clone())
    };
    assert_eq!(
        at(THEN),
        (1, "by its certificate, which is valid now".into())
    );
    let (count, why) = at(NOW);
    assert_eq!(count, 0);
    assert!(
        why.contains("nothing proves that it signed while it was valid"),
        "{why}"
    );
    // With the log's word it was signed while the certificate was valid.
    let log = Log::of_key(fulcio.log.key.public().clone());
    let trusted = by_identity(WORKFLOW, None, own(vec![log]));
    assert_eq!(worth(&document, &[trusted]).0, "trusted");
}

#[test]
fn an_entry_of_an_unknown_kind_leaves_the_answer_open() {
    let fulcio = Fulcio::new();
    let mut document = fulcio.simple(&fulcio.signer(&Made::default()), &app(), THEN);
    let body = r#"{"apiVersion":"0.0.9","kind":"hashedrekord","spec":{}}"#;
    let text = fulcio.log.annotation(body, THEN);
    document
        .annotations
        .insert("dev.sigstore.cosign/bundle".into(), text);
    let trusted = by_identity(WORKFLOW, Some(ISSUER), fulcio.anchors());
    let found = examined(&document, &[trusted]);
    let why = found.is_signed().expect_err("unknown");
    assert!(
        why.contains("log entries of kind hashedrekord 0.0.9 are not examined"),
        "{why}"
    );
}
