//! What registries send, as their own documents show it.

use lazaret_wire::api::RegistryKind;
use lazaret_wire::event::{EventError, exercise, is_repository, is_tag, read};

const DIGEST: &str = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

/// Pushes as `repository:tag@digest`, then how many were passed over.
#[track_caller]
fn check(kind: RegistryKind, body: &str, expected: &[&str], ignored: usize) {
    let body = body.replace("DIGEST", DIGEST);
    exercise(body.as_bytes());
    let events = read(kind, body.as_bytes()).expect("it is an event");
    let told: Vec<String> = events
        .pushes
        .iter()
        .map(|push| {
            let tag = push
                .tag
                .as_deref()
                .map(|t| format!(":{t}"))
                .unwrap_or_default();
            let digest = push.digest.as_ref().map(|_| "@D").unwrap_or_default();
            format!("{}{tag}{digest}", push.repository)
        })
        .collect();
    assert_eq!(
        (told.as_slice(), events.ignored),
        (&expected.map_all()[..], ignored)
    );
}

trait MapAll {
    fn map_all(&self) -> Vec<String>;
}

impl MapAll for &[&str] {
    fn map_all(&self) -> Vec<String> {
        self.iter().map(|s| (*s).to_owned()).collect()
    }
}

#[test]
fn distribution_tells_blobs_and_pulls_as_well() {
    let body = r#"{"events": [
        {"action": "push", "target": {"mediaType": "application/octet-stream", "digest": "DIGEST", "repository": "a/b"}},
        {"action": "push", "target": {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "DIGEST", "repository": "a/b", "tag": "1.0"}},
        {"action": "push", "target": {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "DIGEST", "repository": "a/b", "tag": "1.0"}},
        {"action": "pull", "target": {"mediaType": "application/vnd.oci.image.index.v1+json", "digest": "DIGEST", "repository": "a/b"}},
        {"action": "delete", "target": {"digest": "DIGEST", "repository": "a/b"}},
        {"action": "push", "target": {"mediaType": "application/vnd.oci.image.index.v1+json", "digest": "sha256:../../x", "repository": "a/b"}},
        {"action": "push", "target": {"mediaType": "application/vnd.oci.image.index.v1+json", "digest": "DIGEST", "repository": "../b"}}
    ]}"#;
    check(RegistryKind::Distribution, body, &["a/b:1.0@D"], 5);
}

#[test]
fn harbor_tells_in_two_forms() {
    let own = r#"{"type": "PUSH_ARTIFACT", "occur_at": 1678082303, "operator": "admin", "event_data": {
        "resources": [{"digest": "DIGEST", "tag": "v1", "resource_url": "h/p/app:v1"},
                      {"digest": "DIGEST", "tag": "DIGEST", "resource_url": "h/p/app@DIGEST"}],
        "repository": {"name": "app", "namespace": "p", "repo_full_name": "p/app", "repo_type": "private"}}}"#;
    check(RegistryKind::Harbor, own, &["p/app@D", "p/app:v1@D"], 0);
    let cloud = r#"{"specversion": "1.0", "id": "1", "source": "/projects/1/webhook/policies/1",
        "type": "harbor.artifact.pushed", "datacontenttype": "application/json", "data": {
        "resources": [{"digest": "DIGEST", "tag": "v1"}], "repository": {"repo_full_name": "p/app"}}}"#;
    check(RegistryKind::Harbor, cloud, &["p/app:v1@D"], 0);
    check(
        RegistryKind::Harbor,
        r#"{"type": "SCANNING_COMPLETED", "event_data": {}}"#,
        &[],
        1,
    );
}

#[test]
fn ecr_tells_through_eventbridge_or_sns() {
    let event = r#"{"version": "0", "detail-type": "ECR Image Action", "source": "aws.ecr", "detail": {
        "result": "SUCCESS", "repository-name": "team/app", "image-digest": "DIGEST",
        "action-type": "PUSH", "image-tag": "latest"}}"#;
    check(RegistryKind::Ecr, event, &["team/app:latest@D"], 0);
    let message = serde_json::to_string(event).expect("a text");
    let sns = format!(r#"{{"Type": "Notification", "Message": {message}}}"#);
    check(RegistryKind::Ecr, &sns, &["team/app:latest@D"], 0);
    check(RegistryKind::Ecr, &event.replace("PUSH", "DELETE"), &[], 1);
    check(
        RegistryKind::Ecr,
        &event.replace("SUCCESS", "FAILURE"),
        &[],
        1,
    );
}

#[test]
fn a_subscription_of_sns_waits_for_a_person_and_shows_no_other_page() {
    let asked = |page: &str| {
        let body = format!(
            r#"{{"Type": "SubscriptionConfirmation", "Message": "You have chosen to subscribe to",
            "TopicArn": "arn:aws:sns:us-west-2:123456789012:T", "SubscribeURL": "{page}"}}"#
        );
        let events = read(RegistryKind::Ecr, body.as_bytes()).expect("read");
        assert_eq!((events.pushes.len(), events.ignored), (0, 1));
        events.confirm
    };
    let good = "https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&Token=23";
    assert_eq!(asked(good).as_deref(), Some(good));
    for bad in [
        "",
        "http://sns.us-west-2.amazonaws.com/",
        "https://sns.evil.example/.amazonaws.com/",
        "https://sns.x@evil.example/",
        "https://sns.amazonaws.com.evil.example/",
        "https://evil.example/",
    ] {
        assert_eq!(asked(bad), None, "{bad}");
    }
}

#[test]
fn acr_tells_by_webhook_or_event_grid_and_asks_for_a_code_first() {
    let target = r#"{"mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "size": 524, "digest": "DIGEST", "length": 524, "repository": "hello", "tag": "v1"}"#;
    let hook = format!(r#"{{"id": "1", "action": "push", "target": {target}}}"#);
    check(RegistryKind::Acr, &hook, &["hello:v1@D"], 0);
    let grid = format!(
        r#"[{{"id": "1", "eventType": "Microsoft.ContainerRegistry.ImagePushed", "data": {hook}}},
            {{"id": "2", "eventType": "Microsoft.ContainerRegistry.ImageDeleted", "data": {hook}}}]"#
    );
    check(RegistryKind::Acr, &grid, &["hello:v1@D"], 1);
    let cloud = format!(
        r#"{{"specversion": "1.0", "type": "Microsoft.ContainerRegistry.ImagePushed", "data": {hook}}}"#
    );
    check(RegistryKind::Acr, &cloud, &["hello:v1@D"], 0);
    let proof = br#"[{"eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
        "data": {"validationCode": "512d38b6"}}]"#;
    let events = read(RegistryKind::Acr, proof).expect("it is an event");
    let answer = events.answer.expect("an answer");
    assert_eq!(answer["validationResponse"], "512d38b6");
}

#[test]
fn gar_tells_through_pub_sub() {
    use base64::Engine as _;
    let event = r#"{"action": "INSERT", "digest": "europe-docker.pkg.dev/p/r/img@DIGEST",
        "tag": "europe-docker.pkg.dev/p/r/img:1.1"}"#;
    check(RegistryKind::Gar, event, &["p/r/img:1.1@D"], 0);
    let data = base64::engine::general_purpose::STANDARD.encode(event.replace("DIGEST", DIGEST));
    let pushed =
        format!(r#"{{"message": {{"data": "{data}", "messageId": "1"}}, "subscription": "s"}}"#);
    check(RegistryKind::Gar, &pushed, &["p/r/img:1.1@D"], 0);
    check(
        RegistryKind::Gar,
        &event.replace("INSERT", "DELETE"),
        &[],
        1,
    );
}

#[test]
fn what_is_no_event_is_told_with_its_reason() {
    for kind in RegistryKind::ALL {
        let not_json = read(kind, b"<xml/>");
        assert!(matches!(not_json, Err(EventError::Json { .. })), "{kind:?}");
        let empty = read(kind, b"{}");
        assert!(matches!(empty, Err(EventError::Shape { .. })), "{kind:?}");
    }
    let one = r#"{"action": "push", "target": {"mediaType": "application/vnd.oci.image.index.v1+json", "repository": "a/bN", "tag": "t"}}"#;
    let many: Vec<String> = (0..1001)
        .map(|n| one.replace('N', &n.to_string()))
        .collect();
    let body = format!(r#"{{"events": [{}]}}"#, many.join(","));
    assert_eq!(
        read(RegistryKind::Distribution, body.as_bytes()),
        Err(EventError::TooMany)
    );
}

#[test]
fn names_are_what_the_specification_says() {
    for good in ["a", "library/nginx", "a/b-c/d_e.f", "0"] {
        assert!(is_repository(good), "{good}");
    }
    for bad in [
        "",
        "/a",
        "a/",
        "a//b",
        "A",
        "a/..",
        "-a",
        "a b",
        &"a".repeat(256),
    ] {
        assert!(!is_repository(bad), "{bad}");
    }
    assert!(is_tag("v1.0_x-y") && !is_tag(".a") && !is_tag("") && !is_tag("a/b"));
}
