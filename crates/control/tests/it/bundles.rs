//! Bundles as changes of the one before: few bytes, and the same verdicts in the end.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::time::Instant;

use jiff::Timestamp;
use lazaret_store::{By, HoldKey, Move, Store};
use lazaret_wire::edge::{Bundle, VerdictSum};
use lazaret_wire::sign::{Signed, VerifyingKey};
use serde_json::json;

use crate::centre::Centre;
use crate::edges::{Edge, centre, join, ticket};
use crate::stage::store;

/// A bundle, and how many bytes it took on the line.
async fn bundle(edge: &Edge, generation: i64, digest: &str) -> Option<(Bundle, usize)> {
    let path = format!("/edge/v1/bundle?generation={generation}&digest={digest}");
    let signed: Option<Signed> = edge.client.get_if_changed(&path).await.expect("an answer");
    let key = VerifyingKey::parse(&edge.joined.bundle_key).expect("a key");
    let bytes = |signed: &Signed| serde_json::to_vec(signed).expect("JSON").len();
    signed.map(|signed| (key.open(&signed).expect("signed"), bytes(&signed)))
}

async fn quarantine(store: &Store, registry: &str, numbers: std::ops::Range<usize>, why: &str) {
    let by = By::new("somebody", Timestamp::now()).because(why);
    for number in numbers {
        let key = HoldKey {
            registry_id: registry.to_owned(),
            repository: format!("team/app{}", number % 100),
            digest: format!("sha256:{number:064x}"),
        };
        let what = if why == "again" {
            Move::Quarantine
        } else {
            Move::Hold
        };
        let moved = store.move_hold(&key, what, None, true, &by).await;
        moved.expect("held");
    }
}

async fn registry(centre: &Centre, name: &str) -> String {
    let new = json!({"name": name, "kind": "distribution", "region": "eu",
        "url": format!("https://{name}.example")});
    let (status, made) = centre.post("/api/v1/registries", new).await;
    assert_eq!(status, 201, "{made}");
    made["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn what_is_held_in_another_region_is_told_to_every_edge() {
    let (centre, base) = centre().await;
    let edge = join(&base, &ticket(&centre).await).await.expect("it joins");
    let new = json!({"name": "far", "kind": "distribution", "region": "us",
        "url": "https://far.example"});
    let (status, far) = centre.post("/api/v1/registries", new).await;
    assert_eq!(status, 201, "{far}");
    let store = store(centre.data.path(), None).await;
    let id = far["id"].as_str().expect("an id");
    quarantine(&store, id, 0..3, "again").await;
    let (first, _) = bundle(&edge, 0, "").await.expect("a whole one");
    assert_eq!((first.region.as_str(), first.verdicts.len()), ("eu", 3));
    assert!(
        first
            .verdicts
            .iter()
            .all(|verdict| verdict.host == "far.example"),
        "{:?}",
        first.verdicts
    );
    // And what changes about it comes as a change.
    quarantine(&store, id, 3..4, "again").await;
    let next = bundle(&edge, first.generation, &first.digest).await;
    let (next, _) = next.expect("changes");
    assert_eq!(
        (next.base, next.verdicts.len()),
        (Some(first.generation), 1)
    );
}

/// `LAZARET_BUNDLE_VERDICTS` says how many there are.
#[tokio::test]
async fn what_has_changed_alone_is_sent_and_leads_to_the_whole() {
    let count = std::env::var("LAZARET_BUNDLE_VERDICTS").ok();
    let count: usize = count.and_then(|text| text.parse().ok()).unwrap_or(300);
    let (centre, base) = centre().await;
    let edge = join(&base, &ticket(&centre).await).await.expect("it joins");
    let shop = registry(&centre, "shop").await;
    let store = store(centre.data.path(), None).await;
    quarantine(
        &store,
        &shop,
        0..count,
        "CVE-2026-0001 is critical, fixed in 2.0",
    )
    .await;

    let began = Instant::now();
    let (first, whole_bytes) = bundle(&edge, 0, "").await.expect("a whole one");
    let whole_took = began.elapsed();
    assert_eq!((first.base, first.verdicts.len()), (None, count));
    assert_eq!(first.digest, VerdictSum::of(&first.verdicts).to_string());
    assert!(
        bundle(&edge, first.generation, &first.digest)
            .await
            .is_none()
    );

    quarantine(&store, &shop, 0..40, "again").await;
    quarantine(&store, &shop, count..count + 10, "new").await;
    let began = Instant::now();
    let next = bundle(&edge, first.generation, &first.digest).await;
    let (next, bytes) = next.expect("changes");
    let took = began.elapsed();
    assert_eq!(next.base, Some(first.generation));
    assert_eq!(next.base_digest, first.digest);
    assert_eq!((next.verdicts.len(), next.gone.len()), (50, 0));
    let mut held: BTreeMap<_, _> = BTreeMap::new();
    for verdict in first.verdicts.iter().chain(&next.verdicts) {
        let name = (&verdict.host, &verdict.repository, &verdict.digest);
        held.insert(name, verdict);
    }
    assert_eq!(held.len(), count + 10);
    let sum = VerdictSum::of(held.into_values()).to_string();
    assert_eq!(sum, next.digest);
    let (again, _) = bundle(&edge, 0, "").await.expect("a whole one");
    assert_eq!((again.base, again.digest), (None, sum));
    let _ = writeln!(
        std::io::stderr(),
        "{count} verdicts: whole {whole_bytes} bytes in {whole_took:?}, 50 changes {bytes} bytes in {took:?}"
    );

    // Of something else than the centre has given out, or more than half: everything.
    let other = bundle(&edge, first.generation, &sum_of_nothing()).await;
    assert_eq!(other.expect("all").0.base, None);
    if count < 1_000 {
        quarantine(&store, &shop, 40..count, "again").await;
        let most = bundle(&edge, next.generation, &next.digest).await;
        assert_eq!(most.expect("all").0.base, None);
    }
    // A registry that comes, or goes, takes verdicts with it that no change speaks of.
    let (now, _) = bundle(&edge, 0, "").await.expect("all");
    let second = registry(&centre, "second").await;
    quarantine(&store, &second, 0..1, "new").await;
    let (moved, _) = bundle(&edge, now.generation, &now.digest)
        .await
        .expect("all");
    assert_eq!((moved.base, moved.verdicts.len()), (None, count + 11));
}

fn sum_of_nothing() -> String {
    VerdictSum::default().to_string()
}

#[test]
fn the_sum_of_verdicts_knows_no_order_and_can_be_taken_back() {
    let verdict = |number: u32| lazaret_wire::edge::GateVerdict {
        digest: number.to_string(),
        ..Default::default()
    };
    let all: Vec<_> = (0..1_000).map(verdict).collect();
    let mut sum = VerdictSum::of(&all);
    assert_eq!(sum, VerdictSum::of(all.iter().rev()));
    for one in &all[1..] {
        sum.remove(&VerdictSum::one(one));
    }
    assert_eq!(sum, VerdictSum::one(&all[0]));
    sum.remove(&VerdictSum::one(&all[0]));
    assert_eq!(sum.to_string(), "0".repeat(64));
}
