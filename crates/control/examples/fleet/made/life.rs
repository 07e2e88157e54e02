//! What people and clusters do with the fleet: workloads, holds, releases, jobs, the log.

use jiff::{SignedDuration, Timestamp};
use lazaret_store::{
    By, Done, Failed, HoldKey, Lease, Match, Move, NewJob, NewPerson, NewToken, OUTBOX, Paging,
    Role, Snapshot, Store, VerdictFilter, VerdictState, Workload, digest_of,
};
use serde_json::json;

use super::Failure;
use super::fill::Fleet;
use super::seed::{dice, digest};

/// Clusters that run the fleet.
const CLUSTERS: usize = 6;

/// An administrator with a token: its secret.
pub(crate) async fn people(store: &Store, secret: &str, now: Timestamp) -> Result<(), Failure> {
    let by = By::new("system", now).because("a fleet for measuring");
    for (number, role) in Role::ALL.iter().take(4).cycle().take(40).enumerate() {
        let new = NewPerson {
            name: format!("person{number}"),
            display_name: format!("Person {number}"),
            email: None,
            role: *role,
            password_hash: None,
            subject: Some(format!("fleet:{number}")),
        };
        let person = store.create_person(&new, &by).await?;
        let own = match number {
            3 => secret.to_owned(),
            _ => format!("of {}", person.id),
        };
        let token = NewToken {
            hash: digest_of(own.as_bytes()),
            name: format!("fleet{number}"),
            role: *role,
            person_id: Some(person.id),
            expires_at: None,
        };
        store.create_token(&token, &by).await?;
    }
    Ok(())
}

/// The newest builds of every service run in some places.
pub(crate) async fn workloads(fleet: &Fleet) -> Result<usize, Failure> {
    let plan = &fleet.plan;
    let newest = plan.images.saturating_sub(2 * plan.services)..plan.images;
    let mut workloads = Vec::new();
    for number in newest {
        let (service, build) = plan.place(number);
        for copy in 0..1 + dice(&format!("copies {number}"), 8) {
            workloads.push(Workload {
                cluster: format!("cluster{}", (service + copy) % CLUSTERS),
                namespace: format!("team{}", service % 40),
                name: format!("deployment/service{service}-{copy}-{}", build % 2),
                digest: digest(&format!("image {number}")),
                environment: fleet.registry(service).1.to_owned(),
                exposure: None,
            });
        }
    }
    for part in workloads.chunks(1000) {
        fleet.store.see_workloads(part, fleet.now).await?;
    }
    Ok(workloads.len())
}

/// What is known against components, and the counts of the list of advisories.
pub(crate) async fn matches(fleet: &Fleet) -> Result<usize, Failure> {
    let store = &fleet.store;
    let built_at = fleet.built_at();
    store
        .put_snapshot(&Snapshot {
            digest: fleet.advisories.digest().to_string(),
            built_at,
            seen_at: fleet.now,
        })
        .await?;
    let total = facts(fleet, true).await?;
    while store.count_vulnerabilities(100, fleet.now).await? > 0 {}
    Ok(total)
}

/// What is known against components that were never compared, or against all of them.
pub(crate) async fn facts(fleet: &Fleet, only_new: bool) -> Result<usize, Failure> {
    let store = &fleet.store;
    let built_at = fleet.built_at();
    let before = match only_new {
        true => built_at,
        false => built_at + SignedDuration::from_secs(1),
    };
    let known = std::mem::take(&mut *fleet.matches.lock().expect("no thread panics"));
    let mut keys = std::mem::take(&mut *fleet.keys.lock().expect("no thread panics"));
    let mut facts = std::mem::take(&mut *fleet.facts.lock().expect("no thread panics"));
    let (mut after, mut total) = (0, 0);
    loop {
        let behind = store.components_behind(before, after).await?;
        let Some(last) = behind.last() else { break };
        after = last.id;
        let matches: Vec<(i64, Vec<Match>)> = behind
            .iter()
            .map(|one| {
                let of = known.get(&one.purl);
                (one.id, of.into_iter().flatten().cloned().collect())
            })
            .collect();
        total += matches.iter().map(|(_, of)| of.len()).sum::<usize>();
        let facts = behind
            .iter()
            .map(|one| (one.id, facts.remove(&one.purl).unwrap_or_default()))
            .collect();
        store
            .set_found(&matches, &facts, built_at, fleet.now)
            .await?;
        let more: Vec<(i64, String)> = behind
            .iter()
            .flat_map(|one| {
                let of = keys.remove(&one.purl).unwrap_or_default();
                of.into_iter().map(|key| (one.id, key))
            })
            .collect();
        store.add_component_keys(&more).await?;
    }
    Ok(total)
}

/// Images that the policy keeps back, all of them, and people who ask for the release of some.
pub(crate) async fn holds(fleet: &Fleet, asked: usize) -> Result<usize, Failure> {
    let mut keys = Vec::new();
    for state in [
        VerdictState::Block,
        VerdictState::Quarantine,
        VerdictState::Hold,
    ] {
        let filter = VerdictFilter {
            state: Some(state),
            ..VerdictFilter::default()
        };
        let mut paging = Paging::first(500);
        loop {
            let page = fleet.store.verdicts(&filter, &paging).await?;
            keys.extend(
                page.items
                    .into_iter()
                    .map(|verdict| (verdict.digest, state)),
            );
            match page.next {
                Some(next) => paging.after = Some(next),
                None => break,
            }
        }
    }
    for (number, (digest, state)) in keys.iter().enumerate() {
        hold(fleet, number, number < asked, digest, *state).await?;
    }
    Ok(keys.len())
}

async fn hold(
    fleet: &Fleet,
    number: usize,
    is_asked: bool,
    digest: &str,
    state: VerdictState,
) -> Result<(), Failure> {
    let store = &fleet.store;
    let Some(name) = store.names_of(digest).await?.into_iter().next() else {
        return Ok(());
    };
    let key = HoldKey {
        registry_id: name.registry_id,
        repository: name.repository,
        digest: name.digest,
    };
    let what = match state {
        VerdictState::Hold => Move::Hold,
        _ => Move::Quarantine,
    };
    let at = name.pushed_at + SignedDuration::from_secs(60);
    let by = By::new(format!("policy:{}", fleet.generation), at).because("as the policy says");
    store.move_hold(&key, what, None, false, &by).await?;
    if !is_asked || !number.is_multiple_of(10) {
        return Ok(());
    }
    let asks = By::new(format!("user:person{}", number % 40), at).because("it is needed");
    let until = fleet.now + SignedDuration::from_hours(24 * 30);
    let request = store.request_release(&key, Some(until), &asks).await?;
    let answers = By::new(format!("user:person{}", (number + 1) % 40), at).because("looked at");
    match number % 30 {
        0 => {}
        answer => {
            store
                .decide_release(&request.id, answer == 10, &answers)
                .await?;
        }
    }
    Ok(())
}

/// Jobs in every state, none of which a centre takes by itself: they wait for edges.
pub(crate) async fn jobs(fleet: &Fleet, waiting: usize) -> Result<(), Failure> {
    let (store, now) = (&fleet.store, fleet.now);
    let new = |number: usize| {
        let payload = json!({
            "registry": fleet.registry(number).0,
            "repository": fleet.plan.repository(number % fleet.plan.services),
            "tag": format!("v2.{number}"),
        });
        let pool = ["eu", "us", "ap"][number % 3];
        NewJob::new("scan", pool, payload.to_string(), now)
    };
    let all: Vec<NewJob> = (0..waiting).map(new).collect();
    for part in all.chunks(500) {
        store.enqueue(part, now).await?;
    }
    let mut lease = Lease {
        worker: "edge-eu-1".to_owned(),
        pools: vec!["eu".to_owned()],
        jobs: u32::try_from((waiting / 10).clamp(1, 500)).unwrap_or(1),
        units: None,
        ttl: SignedDuration::from_hours(1),
    };
    let failed = store.lease(&lease, now).await?.into_iter();
    let failed: Vec<Failed> = failed
        .map(|job| Failed {
            id: job.id,
            fence: job.fence,
            error: "the registry answered 404".to_owned(),
            retry: false,
        })
        .collect();
    store.fail(&failed, now).await?;
    // These stay in somebody's hands, for as long as a lease may hold.
    lease.worker = "edge-eu-2".to_owned();
    store.lease(&lease, now).await?;
    Ok(())
}

/// Takes what the outbox holds, as a centre that tells nobody does; how much it was.
pub(crate) async fn outbox(fleet: &Fleet) -> Result<usize, Failure> {
    let lease = Lease {
        worker: "fleet".to_owned(),
        pools: vec![OUTBOX.to_owned()],
        jobs: 1000,
        units: None,
        ttl: SignedDuration::from_mins(5),
    };
    let mut total = 0;
    loop {
        let leased = fleet.store.lease(&lease, fleet.now).await?;
        if leased.is_empty() {
            return Ok(total);
        }
        total += leased.len();
        let done: Vec<Done> = leased
            .into_iter()
            .map(|job| Done {
                id: job.id,
                fence: job.fence,
                then: Vec::new(),
            })
            .collect();
        fleet.store.complete(&done, fleet.now).await?;
    }
}

/// Entries of the log beside those that everything above has left.
pub(crate) async fn log(fleet: &Fleet, entries: usize) -> Result<(), Failure> {
    let step = SignedDuration::from_secs(3600 * 24 * 90 / i64::try_from(entries.max(1))?);
    let mut at = fleet.now - SignedDuration::from_hours(24 * 90);
    for number in 0..entries {
        let object = format!("registry:{}", fleet.registry(number).0);
        let details = json!({"repository": fleet.plan.repository(number % fleet.plan.services)});
        let by = By::new(format!("user:person{}", number % 40), at);
        fleet
            .store
            .append_audit(&by, "scan.request", &object, &details)
            .await?;
        at += step;
    }
    Ok(())
}
