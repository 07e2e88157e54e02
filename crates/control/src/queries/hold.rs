//! Holds, quarantine, releases.

use jiff::{SignedDuration, Timestamp};
use lazaret_store::{
    By, Hold as Row, HoldFilter, HoldKey, HoldState as StoreState, Move, Page, Paging,
    ReleaseRequest, RequestState, Terms,
};
use lazaret_wire::api::{
    Hold, HoldChange, HoldQuery, HoldState, NewRelease, Release, ReleaseState,
};

use crate::App;
use crate::auth::{Actor, Proof};
use crate::http::{ApiError, ApiResult};
use crate::work::INDEX;

/// Hours that a release lasts where nobody says how many: thirty days.
const USUAL_HOURS: u32 = 720;

/// The state of the interface.
pub(crate) fn state(state: StoreState) -> HoldState {
    HoldState::by_name(state.as_str()).unwrap_or_default()
}

fn shown(row: Row) -> Hold {
    Hold {
        registry: row.key.registry_id,
        repository: row.key.repository,
        digest: row.key.digest,
        state: state(row.state),
        by_hand: row.by_hand,
        actor: row.actor,
        reason: row.reason,
        until: row.until,
        even_if_running: row.even_if_running,
        since: row.at,
    }
}

/// Names that somebody or a policy has held at some time, the latest change first.
///
/// # Errors
/// Those of the store.
pub async fn list(app: &App, query: HoldQuery, paging: &Paging) -> ApiResult<Page<Hold>> {
    let state = query.state.map(|state| state.name().parse()).transpose();
    let filter = HoldFilter {
        state: state.map_err(|_| ApiError::invalid("nothing is listed as `unknown`"))?,
        registry_id: query.registry,
        digest: query.digest,
    };
    let page = app.store.holds(&filter, paging).await?;
    Ok(Page {
        items: page.items.into_iter().map(shown).collect(),
        next: page.next,
    })
}

async fn key(app: &App, registry: &str, repository: &str, digest: &str) -> ApiResult<HoldKey> {
    super::registry::row(app, registry).await?;
    if digest.parse::<lazaret_model::Digest>().is_err() {
        return Err(ApiError::invalid("`digest` is no digest"));
    }
    if !lazaret_wire::event::is_repository(repository) {
        return Err(ApiError::invalid("`repository` can be none"));
    }
    Ok(HoldKey {
        registry_id: registry.to_owned(),
        repository: repository.to_owned(),
        digest: digest.to_owned(),
    })
}

fn until(hours: Option<u32>, most: u32, now: Timestamp) -> ApiResult<Option<Timestamp>> {
    match hours {
        None => Ok(None),
        Some(hours) if (1..=most).contains(&hours) => {
            Ok(Some(now + SignedDuration::from_hours(hours.into())))
        }
        Some(_) => Err(ApiError::invalid(format!("`hours` is 1 to {most}"))),
    }
}

fn reason(text: &str) -> ApiResult<String> {
    match (1..=2000).contains(&text.trim().chars().count()) {
        true => Ok(text.trim().to_owned()),
        false => Err(ApiError::invalid("`reason` has 1 to 2000 characters")),
    }
}

/// Holds, quarantines or lifts by hand; an index with the manifests that it leads to.
///
/// # Errors
/// When the state does not allow it.
pub async fn change(app: &App, change: HoldChange, by: By) -> ApiResult<Hold> {
    let what = match change.state {
        HoldState::Held => Move::Hold,
        HoldState::Quarantined => Move::Quarantine,
        HoldState::Clear => Move::Lift,
        HoldState::Released => {
            return Err(ApiError::invalid(
                "a release is asked for: POST /api/v1/releases",
            ));
        }
        HoldState::Unknown => return Err(ApiError::invalid("`state` is no state to bring it to")),
    };
    let (registry, repository) = (&change.registry, &change.repository);
    let key = key(app, registry, repository, &change.digest).await?;
    let terms = Terms {
        until: until(change.hours, 87_600, by.at)?,
        even_if_running: change.even_if_running,
    };
    let by = by.because(reason(&change.reason)?);
    let hold = app.store.move_hold_on(&key, what, terms, true, &by).await?;
    for digest in platforms(app, &key.digest).await? {
        let key = HoldKey {
            digest,
            ..key.clone()
        };
        match app.store.move_hold_on(&key, what, terms, true, &by).await {
            // A platform that is quarantined for itself stays so, whatever the index is.
            Ok(_) | Err(lazaret_store::Error::Conflict(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(shown(hold))
}

/// The manifests of an index: whoever may not pull it may not pull them one by one, nor what a
/// registry makes of it for clients that know no indexes. Of what nobody has looked at, none.
async fn platforms(app: &App, digest: &str) -> ApiResult<Vec<String>> {
    let image = app.store.image(digest).await?;
    let index = image.filter(|image| image.platform == INDEX);
    Ok(index.map(|index| index.layers).unwrap_or_default())
}

/// Brings what people did to an index to its manifests, which may have been known to nobody when
/// they did it. What a person decided on a manifest since then stays.
///
/// # Errors
/// Those of the store.
pub(crate) async fn spread(
    app: &App,
    index: &str,
    manifests: &[String],
    now: Timestamp,
) -> ApiResult<()> {
    for hold in app.store.holds_of(&[index.to_owned()]).await? {
        let what = match hold.state {
            StoreState::Held if hold.by_hand => Move::Hold,
            StoreState::Quarantined if hold.by_hand => Move::Quarantine,
            _ => continue,
        };
        if hold.until.is_some_and(|until| until <= now) {
            continue;
        }
        let terms = Terms {
            until: hold.until,
            even_if_running: hold.even_if_running,
        };
        for digest in manifests {
            let key = HoldKey {
                digest: digest.clone(),
                ..hold.key.clone()
            };
            let own = app.store.hold(&key).await?;
            let is_decided = |own: &Row| own.by_hand || own.state == StoreState::Released;
            if own.is_some_and(|own| is_decided(&own) && own.at >= hold.at) {
                continue;
            }
            let by = By::new(hold.actor.clone(), now).because(hold.reason.clone());
            match app.store.move_hold_on(&key, what, terms, true, &by).await {
                Ok(_) | Err(lazaret_store::Error::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}

fn release(request: ReleaseRequest) -> Release {
    Release {
        id: request.id,
        registry: request.key.registry_id,
        repository: request.key.repository,
        digest: request.key.digest,
        state: match request.state {
            RequestState::Open => ReleaseState::Open,
            RequestState::Approved => ReleaseState::Approved,
            RequestState::Rejected => ReleaseState::Rejected,
            RequestState::Void => ReleaseState::Void,
        },
        requested_by: request.requested_by,
        requested_at: request.requested_at,
        reason: request.reason,
        until: request.until,
        decided_by: request.decided_by,
        decided_at: request.decided_at,
        decision: request.decision.unwrap_or_default(),
    }
}

/// Who somebody is where two people are needed: the person, also behind a token.
///
/// # Errors
/// For a token behind which nobody stands.
pub async fn person(app: &App, actor: &Actor) -> ApiResult<By> {
    let now = app.now();
    if let Proof::Session { .. } = actor.proof {
        return Ok(actor.by(now));
    }
    let person = match actor.person() {
        Some(id) => app.store.person(id).await?,
        None => None,
    };
    let nobody = || ApiError::forbidden("nobody stands behind this token; a person is needed");
    let person = person.ok_or_else(nobody)?;
    Ok(By::new(format!("user:{}", person.name), now))
}

/// Requests to release in a state, the newest first.
///
/// # Errors
/// Those of the store.
pub async fn releases(app: &App, state: ReleaseState, paging: &Paging) -> ApiResult<Page<Release>> {
    let state = match state {
        ReleaseState::Open => RequestState::Open,
        ReleaseState::Approved => RequestState::Approved,
        ReleaseState::Rejected => RequestState::Rejected,
        ReleaseState::Void => RequestState::Void,
    };
    let page = app.store.release_requests(state, paging).await?;
    Ok(Page {
        items: page.items.into_iter().map(release).collect(),
        next: page.next,
    })
}

/// Asks for a release.
///
/// # Errors
/// When nothing is held, or somebody has asked already.
pub async fn request(app: &App, new: NewRelease, by: By) -> ApiResult<Release> {
    let key = key(app, &new.registry, &new.repository, &new.digest).await?;
    let until = until(Some(new.hours.unwrap_or(USUAL_HOURS)), 8_760, by.at)?;
    let by = by.because(reason(&new.reason)?);
    Ok(release(app.store.request_release(&key, until, &by).await?))
}

/// Answers a request.
///
/// # Errors
/// For whoever asked, and for a request that is no longer open.
pub async fn decide(app: &App, id: &str, approve: bool, by: &By) -> ApiResult<Release> {
    let missing = || ApiError::not_found("there is no request of that id");
    let request = app.store.release_request(id).await?.ok_or_else(missing)?;
    let with = platforms(app, &request.key.digest).await?;
    let store = &app.store;
    store.decide_release_of(id, approve, &with, by).await?;
    let request = app.store.release_request(id).await?;
    request.map(release).ok_or_else(missing)
}
