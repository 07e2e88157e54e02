//! Edges: who has joined, who may, who no longer.

use jiff::SignedDuration;
use lazaret_store::{By, Edge, Paging, digest_of};
use lazaret_wire::api::{EdgeUnit, JoinToken, NewJoinToken};
use lazaret_wire::edge::{Counters, JoinTicket};

use crate::App;
use crate::http::{ApiError, ApiResult};
use crate::keys;

/// Hours that a one-time token lasts where nobody says how many.
const USUAL_HOURS: u32 = 24;

/// Edges that have joined, by region and name; those that were shut out are left out.
///
/// # Errors
/// Those of the store.
pub async fn list(app: &App) -> ApiResult<Vec<EdgeUnit>> {
    let generation = app.generation().await?;
    let advisories = app.advisories.current().digest().to_string();
    let mut units = Vec::new();
    let mut paging = Paging::first(500);
    loop {
        let page = app.store.edges(&paging).await?;
        let open = page.items.into_iter().filter(|e| e.revoked_at.is_none());
        units.extend(open.map(|edge| shown(app, edge, generation, &advisories)));
        match page.next {
            Some(next) => paging.after = Some(next),
            None => break,
        }
    }
    units.sort_by(|a, b| (&a.region, &a.name, &a.id).cmp(&(&b.region, &b.name, &b.id)));
    Ok(units)
}

fn shown(app: &App, edge: Edge, generation: i64, advisories: &str) -> EdgeUnit {
    let counters: Counters = serde_json::from_str(&edge.status).unwrap_or_default();
    let taken = app.received.of(&edge.id);
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let is_over = edge.expires_at <= app.now();
    EdgeUnit {
        id: edge.id,
        name: edge.name,
        region: edge.region,
        certificate: if is_over { "expired" } else { "valid" }.to_owned(),
        fingerprint: edge.fingerprint,
        joined_at: edge.joined_at,
        last_seen_at: edge.last_seen,
        expires_at: Some(edge.expires_at),
        bundle_generation: counters.bundle_generation,
        bundle_behind: (generation - counters.bundle_generation).max(0),
        advisories_behind: counters.advisories != advisories,
        advisories: counters.advisories,
        spooled: counters.spooled,
        dropped: counters.dropped,
        images: counters.images,
        layer_bytes_read: counters.layer_bytes_read,
        layer_bytes_sent: counters.layer_bytes_sent,
        bytes_sent: counters.bytes_sent,
        counted_since: counters.started_at,
        blobs_received: number(taken.blobs),
        blob_bytes_received: number(taken.bytes),
        largest_blob_received: number(taken.largest),
        unexplained_bytes: number(taken.unexplained),
    }
}

/// Makes a one-time token.
///
/// # Errors
/// When edges are not served, or a value makes no sense.
pub async fn join_token(app: &App, new: NewJoinToken, by: &By) -> ApiResult<JoinToken> {
    let authority = app.authority()?;
    let good = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    let region = new.region;
    if !(1..=100).contains(&region.len()) || !region.bytes().all(good) || region == "centre" {
        return Err(ApiError::invalid(
            "`region` has 1 to 100 letters, digits, `-`, `_` and `.`, and is not `centre`",
        ));
    }
    let hours = new.hours.unwrap_or(USUAL_HOURS);
    if !(1..=720).contains(&hours) {
        return Err(ApiError::invalid("`hours` is 1 to 720"));
    }
    let expires_at = by.at + SignedDuration::from_hours(hours.into());
    let secret = keys::secret("lzj_")?;
    let hash = digest_of(secret.as_bytes());
    let kept = app.store.create_join_token(&hash, &region, expires_at, by);
    kept.await?;
    let ticket = JoinTicket {
        secret,
        ca: authority.pem().to_owned(),
        region: region.clone(),
    };
    Ok(JoinToken {
        token: ticket.encode(),
        region,
        expires_at,
        ca_fingerprint: authority.fingerprint(),
    })
}

/// Shuts an edge out: none of its certificates opens anything from then on, and its jobs go
/// to others.
///
/// # Errors
/// When there is no such edge.
pub async fn revoke(app: &App, id: &str, by: &By) -> ApiResult<()> {
    app.store.revoke_edge(id, by).await?;
    Ok(())
}
