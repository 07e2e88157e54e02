//! Signers that a policy names, and the facts about signatures.

use lazaret_model::{Outcome, Report, Signatures, Target};
use lazaret_policy::{BaseImage, Circumstances, Match, Policy, SignerProof};

use crate::report;

fn read(text: &str) -> Result<Policy, String> {
    let documents = [("shop.yaml", text.as_bytes())];
    Policy::read(&documents).map_err(|error| error.to_string())
}

const RULES: &str = "apiVersion: lazaret.dev/v1
rules:
  - name: unsigned
    when: '!image.signed'
    action: block
    undecided: hold
  - name: provenance
    when: '!(\"slsa\" in image.attested)'
    action: warn
    undecided: warn
";

fn about(signatures: Option<Signatures>) -> Report {
    let mut report = report(Vec::new());
    report.target = Target {
        signatures,
        ..Target::default()
    };
    report
}

fn decided(signatures: Option<Signatures>) -> (Outcome, Vec<String>) {
    let policy = read(RULES).expect("a good policy");
    let decision = policy.decide(&about(signatures), &Circumstances::default());
    let reasons = decision.reasons.into_iter();
    (decision.outcome, reasons.map(|r| r.message).collect())
}

#[test]
fn signed_unsigned_and_unknown_are_three_things() {
    let signed = Signatures {
        signers: vec!["release".into()],
        attested: vec!["slsa".into()],
        ..Signatures::default()
    };
    assert_eq!(decided(Some(signed.clone())), (Outcome::Allow, vec![]));
    assert_eq!(decided(Some(Signatures::default())).0, Outcome::Block);
    let open = Signatures {
        incomplete: Some("the registry does not answer".into()),
        ..Signatures::default()
    };
    let (outcome, reasons) = decided(Some(open));
    assert_eq!(outcome, Outcome::Hold);
    let told = "cannot be decided: image.signed is not known: the registry does not answer";
    assert_eq!(reasons[0], told);
    let (outcome, reasons) = decided(None);
    assert_eq!(outcome, Outcome::Hold);
    assert!(
        reasons[0].contains("nobody looked for signatures"),
        "{reasons:?}"
    );
    // What is there is there, whatever else could not be examined.
    let more = Signatures {
        incomplete: Some("another signature was not examined".into()),
        ..signed
    };
    assert_eq!(decided(Some(more)).0, Outcome::Allow);
}

#[test]
fn the_signers_of_a_base_are_facts() {
    let text = "apiVersion: lazaret.dev/v1
rules:
  - name: base
    each: base
    when: '!base.signed || !(\"release\" in base.signers)'
    action: block
";
    let policy = read(text).expect("a good policy");
    let decided = |report: Result<Report, String>| {
        let base = BaseImage {
            name: "registry.example/base:1".into(),
            is_whole: true,
            stage: "build".into(),
            ships: true,
            report,
        };
        let circumstances = Circumstances {
            bases: vec![base],
            ..Circumstances::default()
        };
        let decision = policy.decide(&report_of_files(), &circumstances);
        (
            decision.outcome,
            decision.reasons.iter().any(|r| r.undecided),
        )
    };
    let signed = Signatures {
        signers: vec!["release".into()],
        ..Signatures::default()
    };
    assert_eq!(decided(Ok(about(Some(signed)))), (Outcome::Allow, false));
    assert_eq!(
        decided(Ok(about(Some(Signatures::default())))),
        (Outcome::Block, false)
    );
    assert_eq!(decided(Ok(about(None))), (Outcome::Block, true));
    assert_eq!(decided(Err("not there".into())), (Outcome::Block, true));
}

fn report_of_files() -> Report {
    report(Vec::new())
}

#[test]
fn signers_are_read_with_what_they_are_for() {
    let text = "apiVersion: lazaret.dev/v1
extends: default
signers:
  - name: release
    images: [registry.example/**]
    key: keys/release.pub
    sameRepository: true
  - name: workflow
    identityRegex: https://forge\\.example/.*
    issuer: https://token.example
    trustedRoot: trusted_root.json
";
    let policy = read(text).expect("a good policy");
    let [release, workflow] = policy.signers() else {
        panic!("two signers");
    };
    assert_eq!(release.proof, SignerProof::Key("keys/release.pub".into()));
    assert!(release.same_repository && !workflow.same_repository);
    assert!(release.is_for("registry.example/shop/app:1"));
    assert!(!release.is_for("registry.other/shop/app:1"));
    assert!(workflow.is_for("alpine"));
    assert_eq!(
        (release.document.as_str(), release.place.as_str()),
        ("shop.yaml", "shop.yaml:4")
    );
    let SignerProof::Identity { subject, .. } = &workflow.proof else {
        panic!("an identity");
    };
    assert_eq!(
        *subject,
        Match::Expression("https://forge\\.example/.*".into())
    );
}

#[test]
fn what_is_wrong_with_a_signer_is_told_with_its_line() {
    let wrong = |signer: &str| {
        let text = format!(
            "apiVersion: lazaret.dev/v1\nextends: default\nsigners:\n  - name: a\n{signer}"
        );
        read(&text).expect_err("a fault")
    };
    let how = "a signer is recognised by `key`";
    for signer in [
        "",
        "    key: k\n    identity: me\n",
        "    key: k\n    issuer: i\n",
    ] {
        assert!(
            wrong(signer).starts_with(&format!("shop.yaml:4: {how}")),
            "{signer}"
        );
    }
    assert!(wrong("    identity: me\n").contains("who vouches for it"));
    assert!(wrong("    identityRegex: '('\n    authorities: ca.pem\n").contains("shop.yaml:5"));
    assert!(wrong("    key: k\n    images: []\n").contains("`images` is empty"));
    assert!(wrong("    key: k\n  - name: a\n    key: l\n").contains("is there already"));
    assert!(wrong("    keys: k\n").contains("keys"));
}
