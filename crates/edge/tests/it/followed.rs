//! Verdicts on their way: from the centre over a unit to a gate, and what counts when the line is
//! cut.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use lazaret_edge::gate::GateSettings;
use lazaret_edge::unit::Never;
use lazaret_edge::verdict::{RemoteSettings, RemoteSource, Source};
use lazaret_testkit::registry::{LoopbackRegistry, Manners, digest_of};
use lazaret_wire::api::{HoldState, PolicyDocument};
use lazaret_wire::edge::{
    BUNDLE_SCHEMA, Bundle, BundlePolicy, GateVerdict, OnUnknown, VerdictAnswer, VerdictSum,
};
use lazaret_wire::{Client, Identity};

use crate::peer::Peer;
use crate::support::{Image, RunningGate, get, image};
use crate::unit::{Running, put, registry, run, settings, until};

fn bundle(generation: i64, base: Option<i64>, digest: &str, state: HoldState) -> Bundle {
    let now = jiff::Timestamp::now();
    Bundle {
        schema: BUNDLE_SCHEMA.to_owned(),
        region: "eu".to_owned(),
        generation,
        base,
        made_at: now,
        policy: BundlePolicy {
            on_unknown: OnUnknown::Wait,
            ..BundlePolicy::default()
        },
        advisories: String::new(),
        verdicts: vec![GateVerdict {
            host: "r".to_owned(),
            repository: "app".to_owned(),
            digest: digest.to_owned(),
            state,
            reason: "CVE-2026-1".to_owned(),
            until: None,
            since: now,
            ..GateVerdict::default()
        }],
        ..Bundle::default()
    }
}

async fn generation(source: &RemoteSource, wanted: u64) {
    let mut books = source.books();
    let seen = books.wait_for(|book| book.generation == wanted);
    let seen = tokio::time::timeout(Duration::from_secs(10), seen).await;
    assert!(seen.is_ok(), "generation {wanted} does not arrive");
}

/// How a gate before a registry that the centre calls `r` follows bundles.
fn remote(peer: &Peer, directory: Option<PathBuf>) -> RemoteSettings {
    RemoteSettings {
        renewed: None,
        key: peer.key.verifying(),
        every: Duration::from_millis(100),
        directory,
        registry: Some("r".to_owned()),
    }
}

/// Whoever asks a unit or the centre, with the token of a gate.
fn client(address: &str) -> Client {
    let token = Some("gate".to_owned());
    let identity = Identity {
        token,
        ..Identity::default()
    };
    Client::new(address, identity).expect("a client")
}

/// A unit that asks that token of its gates.
async fn unit(peer: &Peer, directory: &std::path::Path) -> Running {
    let mut settings = settings(peer, directory);
    settings.gate_token = Some("gate".to_owned());
    run(settings, Never).await
}

/// A gate before that registry.
fn before(registry: &LoopbackRegistry) -> GateSettings {
    let mut settings = GateSettings::new(&format!("http://{}", registry.host()));
    settings.registry = Some("r".to_owned());
    settings
}

async fn status(gate: &RunningGate, image: &Image) -> u16 {
    let url = gate.url(&format!("/v2/app/manifests/{}", image.digest));
    get(&url).await.status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_follows_the_centre_through_the_unit_and_decides_when_both_are_gone() {
    let peer = Peer::start().await;
    let (one, two) = (image("gate one"), image("gate two"));
    let registry = registry(&[&one, &two]);
    let tell = |bundle| peer.known().bundles.push(bundle);
    tell(bundle(1, None, &one.digest, HoldState::Quarantined));
    let directory = tempfile::tempdir().expect("a directory");
    let unit = unit(&peer, directory.path()).await;
    let question = format!("{}/edge/v1/bundle", unit.address);
    assert_eq!(get(&question).await.status(), 401);
    let remote = remote(&peer, Some(directory.path().join("gate")));
    let source = Arc::new(RemoteSource::open(client(&unit.address), remote.clone()));
    generation(&source, 1).await;
    let mut settings = before(&registry);
    settings.rules.wait_seconds = Some(15);
    let gate = RunningGate::open(settings.clone(), source.clone()).await;
    assert_eq!(status(&gate, &one).await, 403);
    // Nobody has looked at the second; the pull waits until the centre says so.
    let url = gate.url(&format!("/v2/app/manifests/{}", two.digest));
    let waiting = tokio::spawn(async move { get(&url).await.status().as_u16() });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!waiting.is_finished());
    let clear = (two.digest.clone(), HoldState::Clear);
    peer.known().verdicts.extend([clear]);
    assert_eq!(waiting.await.expect("no panic"), 200);
    // A change alone is laid on what is held.
    tell(bundle(2, Some(1), &two.digest, HoldState::Quarantined));
    generation(&source, 2).await;
    let both = (status(&gate, &one).await, status(&gate, &two).await);
    assert_eq!(both, (403, 403));
    // An older one is not believed, whoever gives it out.
    peer.known().bundles.clear();
    tell(bundle(1, None, &two.digest, HoldState::Clear));
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(source.books().borrow().generation, 2);
    unit.end().await;
    drop((gate, source));
    // Centre and unit are gone, and the gate is started again: it decides with what it has.
    let source = Arc::new(RemoteSource::open(client("http://127.0.0.1:9"), remote));
    assert_eq!(source.books().borrow().generation, 2);
    let gate = RunningGate::open(settings, source).await;
    let both = (status(&gate, &one).await, status(&gate, &two).await);
    assert_eq!(both, (403, 403));
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_that_lead_elsewhere_than_they_say_change_nothing_and_everything_is_fetched() {
    let peer = Peer::start().await;
    let (one, two) = (image("gate one"), image("gate two"));
    let registry = registry(&[&one, &two]);
    let whole = bundle(1, None, &one.digest, HoldState::Quarantined);
    let lets_through = GateVerdict {
        state: HoldState::Clear,
        ..whole.verdicts[0].clone()
    };
    peer.known().bundles.push(whole);
    let directory = tempfile::tempdir().expect("a directory");
    let unit = unit(&peer, directory.path()).await;
    let remote = remote(&peer, None);
    let source = Arc::new(RemoteSource::open(client(&unit.address), remote));
    generation(&source, 1).await;
    let gate = RunningGate::open(before(&registry), source.clone()).await;
    assert_eq!(status(&gate, &one).await, 403);
    // Signed, of the right generation, and not what its own digest says.
    let mut change = bundle(2, Some(1), &two.digest, HoldState::Quarantined);
    change.verdicts.push(lets_through.clone());
    change.digest = VerdictSum::of(&change.verdicts[..1]).to_string();
    peer.known().bundles.push(change);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(source.books().borrow().generation, 1);
    assert_eq!(status(&gate, &one).await, 403, "nothing of it is left");
    // Nor are changes of other verdicts than those that are held.
    let mut change = bundle(2, Some(1), &one.digest, HoldState::Clear);
    change.base_digest = VerdictSum::default().to_string();
    change.digest = VerdictSum::of([&lets_through]).to_string();
    *peer.known().bundles.last_mut().expect("the change") = change;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(source.books().borrow().generation, 1);
    assert_eq!(status(&gate, &one).await, 403);
    // Everything is asked for meanwhile, and believed.
    let whole = bundle(3, None, &one.digest, HoldState::Clear);
    peer.known().bundles.insert(1, whole);
    generation(&source, 3).await;
    assert_eq!(status(&gate, &one).await, 200);
    unit.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_is_cut_off_decides_with_what_it_has_and_says_so() {
    let peer = Peer::start().await;
    let one = image("alone");
    let slow = Manners {
        drip: Some(Duration::from_micros(300)),
        ..Manners::default()
    };
    let registry = LoopbackRegistry::start(slow).expect("a registry");
    put(&registry, &one);
    let mut held = bundle(1, None, &digest_of(b"another"), HoldState::Clear);
    held.policy.documents.push(PolicyDocument {
        name: "strict".to_owned(),
        text:
            "apiVersion: lazaret.dev/v1\nkind: Policy\nname: strict\nrules:\n  - name: none\n    \
               description: nothing is let in\n    when: 'true'\n    action: quarantine\n"
                .to_owned(),
    });
    peer.known().bundles.push(held);
    peer.known().advisories = Some(
        lazaret_advisory::starter::database()
            .expect("a database")
            .bytes()
            .to_vec(),
    );
    let directory = tempfile::tempdir().expect("a directory");
    peer.scan(&registry.host(), "app", &one.digest);
    let unit = run(settings(&peer, directory.path()), Never).await;
    until(&peer, "the lease", |known| known.leased.len() == 1).await;
    until(&peer, "the advisories", |known| known.advisories_given > 0).await;
    peer.is_cut_off.store(true, Ordering::Relaxed);
    let question = format!(
        "{}/edge/v1/verdict?registry={}&repository=app&digest={}",
        unit.address,
        registry.host(),
        one.digest
    );
    for round in 0.. {
        let answer = get(&question).await.bytes().await.expect("a body");
        let answer: VerdictAnswer = serde_json::from_slice(&answer).expect("JSON");
        if answer.verdict.state == HoldState::Quarantined {
            let reason = answer.verdict.reason;
            assert!(
                reason.contains("while the centre did not answer"),
                "{reason}"
            );
            assert!(reason.contains("nothing is let in"), "{reason}");
            break;
        }
        assert!(round < 300, "nothing is decided: {answer:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    peer.is_cut_off.store(false, Ordering::Relaxed);
    until(&peer, "the result", |known| known.completed.len() == 1).await;
    unit.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_clear_is_asked_for_once_and_counts_while_nobody_can_be_asked() {
    let peer = Peer::start().await;
    let (clear, unknown) = (image("asked for"), image("never looked at"));
    let registry = registry(&[&clear, &unknown]);
    let other = digest_of(b"another");
    peer.known()
        .bundles
        .push(bundle(1, None, &other, HoldState::Quarantined));
    peer.known()
        .verdicts
        .insert(clear.digest.clone(), HoldState::Clear);
    let directory = tempfile::tempdir().expect("a directory");
    let unit = run(settings(&peer, directory.path()), Never).await;
    let kept = directory.path().join("gate");
    let remote = RemoteSettings {
        registry: Some(registry.host()),
        ..remote(&peer, Some(kept.clone()))
    };
    let source = Arc::new(RemoteSource::open(client(&unit.address), remote.clone()));
    generation(&source, 1).await;
    let mut gate_settings = before(&registry);
    gate_settings.registry = None;
    gate_settings.rules.unknown = Some(OnUnknown::Refuse);
    let gate = RunningGate::open(gate_settings.clone(), source.clone()).await;
    assert_eq!(
        (status(&gate, &clear).await, status(&gate, &unknown).await),
        (200, 403)
    );
    // A new bundle that does not speak of it changes nothing.
    peer.known()
        .bundles
        .push(bundle(2, Some(1), &other, HoldState::Released));
    generation(&source, 2).await;
    assert_eq!(status(&gate, &clear).await, 200);
    for round in 0.. {
        assert!(round < 200, "answers are not kept");
        if kept.join("answers").exists() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    unit.end().await;
    drop((gate, source));
    let source = Arc::new(RemoteSource::open(client("http://127.0.0.1:9"), remote));
    let gate = RunningGate::open(gate_settings, source).await;
    assert_eq!(
        (status(&gate, &clear).await, status(&gate, &unknown).await),
        (200, 403)
    );
}
