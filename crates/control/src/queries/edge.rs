//! Edges: who has joined, who may, who no longer.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use lazaret_store::{By, NewToken, Paging, Role, Token, digest_of};
use lazaret_wire::api::{EdgeUnit, JoinToken, NewJoinToken};
use lazaret_wire::edge::JoinTicket;

use crate::App;
use crate::edges::{JOIN, Named};
use crate::http::{ApiError, ApiResult};
use crate::keys;

/// Hours that a one-time token lasts where nobody says how many.
const USUAL_HOURS: u32 = 24;

/// The tokens of edges, oldest certificate last, those that were taken back left out.
async fn tokens(app: &App) -> ApiResult<Vec<(Named, Token)>> {
    let mut all = Vec::new();
    let mut paging = Paging::first(500);
    loop {
        let page = app.store.tokens(&paging).await?;
        let open = page.items.into_iter().filter(|t| t.revoked_at.is_none());
        all.extend(open.filter_map(|token| Some((Named::parse(&token.name)?, token))));
        match page.next {
            Some(next) => paging.after = Some(next),
            None => return Ok(all),
        }
    }
}

/// Edges that have joined, by region and name.
///
/// # Errors
/// Those of the store.
pub async fn list(app: &App) -> ApiResult<Vec<EdgeUnit>> {
    let now = app.now();
    let mut units: BTreeMap<(String, String), EdgeUnit> = BTreeMap::new();
    for (named, token) in tokens(app).await? {
        let key = (named.region.clone(), named.name.clone());
        let told = app.edges.told(&named);
        let (seen, counters) = match told {
            Some((seen, counters)) => (Some(seen), counters),
            None => (token.last_used_at, Default::default()),
        };
        let is_over = token.expires_at.is_some_and(|ends| ends <= now);
        let unit = units.entry(key).or_insert_with(|| EdgeUnit {
            id: token.id.clone(),
            name: named.name,
            region: named.region,
            certificate: if is_over { "expired" } else { "valid" }.to_owned(),
            joined_at: token.created_at,
            last_seen_at: seen,
            expires_at: token.expires_at,
            bundle_generation: counters.bundle_generation,
            advisories: counters.advisories,
            spooled: counters.spooled,
            dropped: counters.dropped,
            images: counters.images,
            layer_bytes_read: counters.layer_bytes_read,
            layer_bytes_sent: counters.layer_bytes_sent,
        });
        // Of several certificates the newest comes first; the oldest tells since when.
        unit.joined_at = unit.joined_at.min(token.created_at);
    }
    Ok(units.into_values().collect())
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
    let kept = NewToken {
        hash: digest_of(secret.as_bytes()),
        name: format!("{JOIN}{region}"),
        role: Role::Edge,
        person_id: None,
        expires_at: Some(expires_at),
    };
    app.store.create_token(&kept, by).await?;
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

/// Shuts an edge out, with all its certificates.
///
/// # Errors
/// When there is no such edge.
pub async fn revoke(app: &App, id: &str, by: &By) -> ApiResult<()> {
    let all = tokens(app).await?;
    let named = all.iter().find(|(_, token)| token.id == id);
    let missing = || ApiError::not_found("there is no edge of that id");
    let named = named.map(|(named, _)| named.clone()).ok_or_else(missing)?;
    for (_, token) in all.iter().filter(|(other, _)| *other == named) {
        app.store.revoke_token(&token.id, by).await?;
    }
    Ok(())
}
