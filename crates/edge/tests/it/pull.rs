//! Pulls of manifests: what goes through, what does not, and what is said then.

use std::time::{Duration, Instant};

use lazaret_edge::gate::GateSettings;
use lazaret_testkit::registry::{LoopbackRegistry, Manners, digest_of};
use lazaret_wire::api::HoldState;
use lazaret_wire::edge::OnUnknown;

use crate::support::{
    OCI_INDEX, OCI_MANIFEST, RunningGate, Told, get, image, index, nothing, placed, quarantined,
    verdict,
};

fn registry() -> LoopbackRegistry {
    LoopbackRegistry::start(Manners::default()).expect("a registry")
}

fn before(registry: &LoopbackRegistry) -> GateSettings {
    GateSettings::new(&format!("http://{}", registry.host()))
}

fn unknown(registry: &LoopbackRegistry, rule: OnUnknown) -> GateSettings {
    let mut settings = before(registry);
    settings.rules.unknown = Some(rule);
    settings.rules.wait_seconds = Some(1);
    settings
}

async fn refusal(response: reqwest::Response) -> serde_json::Value {
    assert_eq!(response.status(), 403);
    assert_eq!(response.headers()["content-type"], "application/json");
    let body: serde_json::Value =
        serde_json::from_slice(&response.bytes().await.expect("a body")).expect("JSON");
    body["errors"][0].clone()
}

#[tokio::test]
async fn a_clear_image_comes_as_it_is_by_tag_and_by_digest() {
    let registry = registry();
    let one = image("clear");
    registry.manifest("team/app", "1", OCI_MANIFEST, &one.manifest);
    let mut verdicts = nothing();
    verdicts
        .verdicts
        .push(verdict(&one.digest, HoldState::Clear));
    let gate = RunningGate::open(unknown(&registry, OnUnknown::Refuse), Told::new(verdicts)).await;
    for reference in ["1", &one.digest, &one.digest.replace(':', "%3A")] {
        let response = get(&gate.url(&format!("/v2/team/app/manifests/{reference}"))).await;
        assert_eq!(response.status(), 200, "{reference}");
        assert_eq!(response.headers()["docker-content-digest"], one.digest);
        assert_eq!(response.headers()["content-type"], OCI_MANIFEST);
        assert_eq!(response.bytes().await.expect("a body"), one.manifest);
    }
}

#[tokio::test]
async fn a_quarantined_image_is_refused_with_reason_and_link() {
    let registry = registry();
    let one = image("bad");
    registry.manifest("team/app", "1", OCI_MANIFEST, &one.manifest);
    let mut verdicts = quarantined(&one.digest);
    verdicts.verdicts[0].until = Some("2999-01-01T00:00:00Z".parse().expect("a time"));
    let gate = RunningGate::open(before(&registry), Told::new(verdicts)).await;
    for reference in ["1", &one.digest] {
        let url = gate.url(&format!("/v2/team/app/manifests/{reference}"));
        let error = refusal(get(&url).await).await;
        assert_eq!(error["code"], "DENIED");
        assert_eq!(
            error["message"],
            "image is quarantined: CVE-2026-0001 is critical, fixed in 2.0 \
             (until 2999-01-01T00:00:00Z), see https://lazaret.example/holds/7"
        );
        let detail = &error["detail"];
        assert_eq!(detail["digest"], one.digest);
        assert_eq!(detail["state"], "quarantined");
        assert_eq!(detail["transition"], "new");
        assert_eq!(detail["until"], "2999-01-01T00:00:00Z");
        assert!(detail["age_seconds"].is_number());
        let head = reqwest::Client::new()
            .head(&url)
            .send()
            .await
            .expect("an answer");
        assert_eq!(head.status(), 403);
    }
    let blob = get(&gate.url(&format!("/v2/team/app/blobs/{}", one.digest))).await;
    assert_eq!(blob.status(), 403, "a manifest as a blob");
}

#[tokio::test]
async fn a_verdict_counts_under_its_name_and_worse_ones_elsewhere() {
    let registry = registry();
    let one = image("named");
    for repository in ["good/app", "bad/app", "other/app"] {
        registry.manifest(repository, "1", OCI_MANIFEST, &one.manifest);
    }
    let mut verdicts = nothing();
    let mut add = |repository: &str, state| {
        let mut verdict = verdict(&one.digest, state);
        verdict.repository = Some(repository.to_owned());
        verdicts.verdicts.push(verdict);
    };
    add("bad/app", HoldState::Quarantined);
    add("good/app", HoldState::Released);
    let gate = RunningGate::open(before(&registry), Told::new(verdicts)).await;
    for (repository, status) in [("good/app", 200), ("bad/app", 403), ("other/app", 403)] {
        let response = get(&gate.url(&format!("/v2/{repository}/manifests/1"))).await;
        assert_eq!(response.status(), status, "{repository}");
    }
}

#[tokio::test]
async fn an_index_goes_through_and_its_quarantined_platform_does_not() {
    let registry = registry();
    let (good, bad) = (image("good"), image("bad"));
    let both = index(&[&good, &bad]);
    registry.manifest("app", "1", OCI_INDEX, &both);
    for one in [&good, &bad] {
        registry.manifest("app", &one.digest, OCI_MANIFEST, &one.manifest);
    }
    let mut verdicts = quarantined(&bad.digest);
    verdicts
        .verdicts
        .push(verdict(&good.digest, HoldState::Clear));
    let gate = RunningGate::open(unknown(&registry, OnUnknown::Refuse), Told::new(verdicts)).await;
    let status = async |reference: &str| {
        get(&gate.url(&format!("/v2/app/manifests/{reference}")))
            .await
            .status()
            .as_u16()
    };
    assert_eq!(status("1").await, 200, "nobody examines an index");
    assert_eq!(status(&good.digest).await, 200);
    assert_eq!(status(&bad.digest).await, 403);
}

#[tokio::test]
async fn the_platform_of_a_running_index_may_start_again() {
    let registry = registry();
    let bad = image("overnight");
    let whole = index(&[&bad]);
    registry.manifest("app", "1", OCI_INDEX, &whole);
    registry.manifest("app", &bad.digest, OCI_MANIFEST, &bad.manifest);
    let mut verdicts = quarantined(&bad.digest);
    verdicts.running.push(placed(&digest_of(&whole)));
    let source = Told::new(verdicts.clone());
    let gate = RunningGate::open(before(&registry), source.clone()).await;
    let status = async |reference: &str| {
        get(&gate.url(&format!("/v2/app/manifests/{reference}")))
            .await
            .status()
            .as_u16()
    };
    assert_eq!(
        status(&bad.digest).await,
        403,
        "nothing leads here from what runs"
    );
    assert_eq!(status("1").await, 200);
    assert_eq!(status(&bad.digest).await, 200, "what runs may start again");
    verdicts.verdicts[0].even_if_running = true;
    source.tell(verdicts);
    assert_eq!(
        status(&bad.digest).await,
        403,
        "unless somebody says so in words"
    );
}

#[tokio::test]
async fn unknown_images_are_refused_where_the_rules_say_so_and_signatures_are_not() {
    let registry = registry();
    let one = image("unknown");
    registry.manifest("app", "1", OCI_MANIFEST, &one.manifest);
    let signature = br#"{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json",
        "digest":"","size":0},"layers":[{"mediaType":"application/vnd.dev.cosign.simplesigning.v1+json"}]}"#;
    registry.manifest("app", "sha256-0.sig", OCI_MANIFEST, signature);
    let gate = RunningGate::open(unknown(&registry, OnUnknown::Refuse), Told::new(nothing())).await;
    let error = refusal(get(&gate.url("/v2/app/manifests/1")).await).await;
    assert_eq!(error["message"], "image has not been examined");
    assert_eq!(error["detail"]["state"], "unknown");
    assert_eq!(
        get(&gate.url("/v2/app/manifests/sha256-0.sig"))
            .await
            .status(),
        200
    );
}

#[tokio::test]
async fn a_pull_waits_for_the_examination_within_its_limit() {
    let registry = registry();
    let one = image("awaited");
    registry.manifest("app", "1", OCI_MANIFEST, &one.manifest);
    let source = Told::new(nothing());
    let mut settings = unknown(&registry, OnUnknown::Wait);
    settings.rules.wait_seconds = Some(20);
    let gate = RunningGate::open(settings, source.clone()).await;
    let url = gate.url("/v2/app/manifests/1");
    let pull = tokio::spawn(async move { get(&url).await.status().as_u16() });
    while source.wanted.lock().expect("no panic").is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(
        source.wanted.lock().expect("no panic")[0]
            .digest
            .to_string(),
        one.digest
    );
    assert!(!pull.is_finished());
    let mut verdicts = nothing();
    verdicts
        .verdicts
        .push(verdict(&one.digest, HoldState::Clear));
    source.tell(verdicts);
    assert_eq!(pull.await.expect("no panic"), 200);

    let gate = RunningGate::open(unknown(&registry, OnUnknown::Wait), Told::new(nothing())).await;
    let started = Instant::now();
    let error = refusal(get(&gate.url("/v2/app/manifests/1")).await).await;
    assert_eq!(error["message"], "image has not been examined yet");
    assert!(started.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn what_is_not_what_its_digest_says_is_not_passed_on() {
    let lying = Manners {
        lie_about_digest: true,
        ..Manners::default()
    };
    let registry = LoopbackRegistry::start(lying).expect("a registry");
    let one = image("lied about");
    registry.manifest("app", "1", OCI_MANIFEST, &one.manifest);
    let other = image("other");
    registry.put(
        format!("/v2/app/manifests/{}", other.digest),
        OCI_MANIFEST,
        &one.manifest,
    );
    let gate = RunningGate::open(before(&registry), Told::new(nothing())).await;
    for reference in ["1", &other.digest] {
        let response = get(&gate.url(&format!("/v2/app/manifests/{reference}"))).await;
        assert_eq!(response.status(), 502, "{reference}");
        assert!(
            response
                .text()
                .await
                .expect("text")
                .contains("MANIFEST_INVALID")
        );
    }
}

#[tokio::test]
async fn a_quarantined_image_is_refused_by_its_other_digest() {
    use sha2::Digest as _;
    let registry = registry();
    let one = image("two digests");
    let sha512 = lazaret_model::Digest::sha512(&sha2::Sha512::digest(&one.manifest).into());
    registry.put(
        format!("/v2/app/manifests/{sha512}"),
        OCI_MANIFEST,
        &one.manifest,
    );
    let gate = RunningGate::open(before(&registry), Told::new(quarantined(&one.digest))).await;
    let url = gate.url(&format!("/v2/app/manifests/{sha512}"));
    assert_eq!(get(&url).await.status(), 403);
    let head = reqwest::Client::new()
        .head(&url)
        .send()
        .await
        .expect("an answer");
    assert_eq!(head.status(), 403);
}

#[tokio::test]
async fn what_cannot_be_judged_is_not_passed_on() {
    let registry = registry();
    let large = vec![b' '; (4 << 20) + 1];
    registry.manifest("app", "large", OCI_MANIFEST, &large);
    registry.manifest("app", "text", OCI_MANIFEST, b"no JSON");
    let old = br#"{"schemaVersion":1,"fsLayers":[]}"#;
    registry.manifest(
        "app",
        "old",
        "application/vnd.docker.distribution.manifest.v1+prettyjws",
        old,
    );
    let gate = RunningGate::open(before(&registry), Told::new(nothing())).await;
    for tag in ["large", "text", "old"] {
        let response = get(&gate.url(&format!("/v2/app/manifests/{tag}"))).await;
        assert_eq!(response.status(), 502, "{tag}");
    }
    let missing = get(&gate.url("/v2/app/manifests/none")).await;
    assert_eq!(missing.status(), 404, "the registry's own answer");
}
