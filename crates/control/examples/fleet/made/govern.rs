//! What people set and edges say: exceptions, policies before this one, edges, sign-ins, done
//! jobs, the many kinds of entries of a log.

use jiff::{SignedDuration, Timestamp};
use lazaret_store::{By, Done, Lease, NewEdge, NewJob, PoolSettings, Store, digest_of, new_id};
use serde_json::json;

use super::Failure;
use super::fill::Fleet;
use super::seed::dice;

/// Exceptions that were ever granted.
const EXCEPTIONS: usize = 120;

/// Edges that ever joined.
const EDGES: usize = 40;

/// What people and programs do, beside what everything else here leaves in the log.
const ACTIONS: [&str; 8] = [
    "login",
    "login.failed",
    "scan.request",
    "report.export",
    "registry.list",
    "user.password",
    "job.requeue",
    "audit.verify",
];

/// Everything of this file.
pub(crate) async fn all(fleet: &Fleet) -> Result<(), Failure> {
    exceptions(fleet).await?;
    edges(fleet).await?;
    done(fleet, fleet.plan.images / 10).await?;
    log(fleet, fleet.plan.images / 20).await
}

/// Policies that counted before, of which the last is that of now; its generation.
pub(crate) async fn policies(store: &Store, now: Timestamp) -> Result<i64, Failure> {
    let mut generation = 0;
    for number in (0..8).rev() {
        let at = now - SignedDuration::from_hours(24 * (1 + 11 * number));
        let by = By::new("user:person3", at).because(format!("as agreed in round {}", 8 - number));
        let text = format!("# Round {}\n{}", 8 - number, lazaret_policy::DEFAULT_POLICY);
        generation = store.put_policy(&text, &by).await?.generation;
    }
    Ok(generation)
}

/// A sign-in of a person for thirty days; `secret` is what the browser sends.
pub(crate) async fn session(
    store: &Store,
    person: &str,
    secret: &str,
    now: Timestamp,
) -> Result<(), Failure> {
    let person = store.person_by_name(person).await?.ok_or("nobody")?;
    let until = now + SignedDuration::from_hours(24 * 30);
    let hash = digest_of(secret.as_bytes());
    store.create_session(&hash, &person.id, now, until).await?;
    Ok(())
}

/// Half of them count, the others are over or were taken back.
async fn exceptions(fleet: &Fleet) -> Result<(), Failure> {
    for number in 0..EXCEPTIONS {
        let at = fleet.now
            - SignedDuration::from_hours(
                24 * 90 * number_of(EXCEPTIONS - number)? / number_of(EXCEPTIONS)?,
            );
        let by = By::new(format!("user:person{}", number % 40), at).because("not reachable here");
        // Of ids that nothing has, so that what counts does not change what was decided.
        let text = format!(
            "apiVersion: lazaret.dev/v1\nexceptions:\n  - name: exception-{number}\n    \
             ids: [CVE-1999-{:04}]\n    reason: not reachable\n    owner: person{}\n    \
             expires: 2099-01-01\n",
            number + 1,
            number % 40
        );
        let days = 5 + number_of(dice(&format!("exception {number}"), 200))?;
        let until = at + SignedDuration::from_hours(24 * days);
        let granted = fleet.store.grant_exemption(&text, Some(until), &by).await?;
        if number % 5 == 0 {
            let by = By::new("user:person3", fleet.now).because("it is fixed");
            fleet.store.revoke_exemption(&granted.id, &by).await?;
        }
    }
    Ok(())
}

async fn edges(fleet: &Fleet) -> Result<(), Failure> {
    let (store, now) = (&fleet.store, fleet.now);
    for number in 0..EDGES {
        let region = ["eu", "us", "ap"][number % 3];
        let at = now
            - SignedDuration::from_hours(24 * number_of(1 + dice(&format!("edge {number}"), 80))?);
        let hash = digest_of(format!("join {number} {at}").as_bytes());
        let until = at + SignedDuration::from_hours(1);
        let by = By::new("user:person3", at).because("another machine");
        store.create_join_token(&hash, region, until, &by).await?;
        let fingerprint = digest_of(format!("certificate {number} {at}").as_bytes());
        let new = NewEdge {
            id: new_id(at),
            name: format!("edge-{region}-{number}"),
            fingerprint: fingerprint.clone(),
            expires_at: now + SignedDuration::from_hours(24 * 20),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let edge = store.join_edge(&hash, &new, at).await?;
        let status = json!({
            "bundle_generation": 1,
            "advisories": fleet.advisories.digest().to_string(),
            "images": 1000 * number,
            "layer_bytes_read": 1_000_000_000_u64 * number as u64,
            "spooled": number % 7,
        });
        let heard = now - SignedDuration::from_secs(number_of(dice(&edge.id, 4000))?);
        let version = env!("CARGO_PKG_VERSION");
        store
            .touch_edge(
                &edge.id,
                &fingerprint,
                version,
                Some(&status.to_string()),
                heard,
            )
            .await?;
        if number % 10 == 9 {
            store.revoke_edge(&edge.id, &by).await?;
        }
    }
    Ok(())
}

/// Jobs that were done over the days.
async fn done(fleet: &Fleet, jobs: usize) -> Result<(), Failure> {
    let store = &fleet.store;
    for (day, part) in (0..jobs)
        .collect::<Vec<_>>()
        .chunks(jobs.div_ceil(90).max(1))
        .enumerate()
    {
        let at =
            fleet.now - SignedDuration::from_hours(24 * number_of(90_usize.saturating_sub(day))?);
        let pool = ["done-eu", "done-us"][day % 2];
        for part in part.chunks(500) {
            let new = |_: &usize| NewJob::new("scan", pool, "{}".to_owned(), at);
            let new: Vec<NewJob> = part.iter().map(new).collect();
            store.enqueue(&new, at).await?;
            let lease = Lease {
                worker: format!("edge-{day}"),
                pools: vec![pool.to_owned()],
                jobs: 500,
                units: None,
                ttl: SignedDuration::from_mins(1),
            };
            let leased = store.lease(&lease, at).await?.into_iter();
            let done: Vec<Done> = leased
                .map(|job| Done {
                    id: job.id,
                    fence: job.fence,
                    then: Vec::new(),
                })
                .collect();
            store
                .complete(&done, at + SignedDuration::from_secs(30))
                .await?;
        }
    }
    let by = By::new("user:person3", fleet.now).because("one is at work on it");
    let settings = PoolSettings {
        paused: false,
        capacity: Some(500),
        sweep_cap: Some(16),
    };
    store.set_pool("ap", &settings, &by).await?;
    Ok(())
}

async fn log(fleet: &Fleet, entries: usize) -> Result<(), Failure> {
    for number in 0..entries {
        let at = fleet.now - SignedDuration::from_secs(number_of(entries - number)?);
        let by = By::new(format!("user:person{}", number % 40), at);
        // Some are seldom.
        let action = ACTIONS[dice(&format!("action {number}"), 64).min(ACTIONS.len() - 1)];
        let object = format!("user:person{}", number % 40);
        fleet
            .store
            .append_audit(&by, action, &object, &json!({}))
            .await?;
    }
    Ok(())
}

fn number_of(number: usize) -> Result<i64, std::num::TryFromIntError> {
    i64::try_from(number)
}
