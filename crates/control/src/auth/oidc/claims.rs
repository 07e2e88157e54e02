//! What an ID token claims: whether it is for us and of now, and who it is about.

use lazaret_wire::api::Role;
use serde_json::{Map, Value};

use super::jws::TokenError;
use super::settings::Settings;

/// How far the clocks of the provider and of the centre may be apart, in seconds.
const SKEW: i64 = 60;

/// How long ago a token may have been made: it is fetched as soon as somebody comes back.
const OLDEST: i64 = 600;

/// Claims, as they came.
pub(super) type Claims = Map<String, Value>;

/// Whether a token is for this client, of this sign-in and of now. `now` in seconds since
/// 1970.
pub(super) fn check(
    claims: &Claims,
    settings: &Settings,
    nonce: &str,
    now: i64,
) -> Result<(), TokenError> {
    let wrong = |why| Err(TokenError::Wrong(why));
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    // NumericDate may have a fraction.
    let time = |name: &str| {
        let value = claims.get(name)?;
        value
            .as_i64()
            .or_else(|| value.as_f64().map(|seconds| seconds as i64))
    };
    if text("iss") != Some(&settings.issuer) {
        return wrong("it is of another issuer (`iss`)");
    }
    let audience: Vec<&str> = match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !audience.contains(&settings.client_id.as_str()) {
        return wrong("it is for somebody else (`aud`)");
    }
    let party = text("azp");
    let is_others = party.is_some_and(|party| party != settings.client_id);
    if is_others || (audience.len() > 1 && party.is_none()) {
        return wrong("it was given to somebody else (`azp`)");
    }
    match time("exp") {
        Some(until) if now < until.saturating_add(SKEW) => {}
        _ => return wrong("it has expired (`exp`)"),
    }
    match time("iat") {
        Some(made) if made > now + SKEW => return wrong("it is of the future (`iat`)"),
        Some(made) if made >= now - OLDEST - SKEW => {}
        _ => return wrong("it was made too long ago (`iat`)"),
    }
    if claims.contains_key("nbf") && time("nbf").is_none_or(|from| from > now + SKEW) {
        return wrong("it does not hold yet (`nbf`)");
    }
    match text("nonce") {
        Some(own) if crate::keys::same(own, nonce) => Ok(()),
        _ => wrong("it is of another sign-in (`nonce`)"),
    }
}

/// The subject: at most 255 printable letters of ASCII, as the standard says.
pub(super) fn subject(claims: &Claims) -> Option<&str> {
    let subject = claims.get("sub").and_then(Value::as_str)?;
    let is_good = (1..=255).contains(&subject.len())
        && subject.bytes().all(|b| b == b' ' || b.is_ascii_graphic());
    is_good.then_some(subject)
}

/// A claim, by its name or by a way through objects (`realm_access.roles`).
pub(super) fn claim<'c>(claims: &'c Claims, name: &str) -> Option<&'c Value> {
    claims.get(name).or_else(|| {
        let (first, rest) = name.split_once('.')?;
        claim(claims.get(first)?.as_object()?, rest)
    })
}

/// The highest role of the groups that are claimed.
pub(super) fn role(claims: &Claims, settings: &Settings) -> Option<Role> {
    let groups: Vec<&str> = match claim(claims, &settings.groups)? {
        Value::String(one) => vec![one],
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let roles = groups.iter().filter_map(|group| settings.roles.get(*group));
    roles
        .copied()
        .reduce(|one, other| if other.includes(one) { other } else { one })
}

/// Whether the person's address is of a domain that is let in. An address that the provider
/// has not verified says nothing: anybody could claim it.
pub(super) fn is_let_in(claims: &Claims, settings: &Settings) -> bool {
    if settings.only.is_empty() {
        return true;
    }
    let is_verified = match claims.get("email_verified") {
        Some(Value::Bool(verified)) => *verified,
        // Some providers write it as a text.
        Some(Value::String(verified)) => verified == "true",
        _ => false,
    };
    let email = claims.get("email").and_then(Value::as_str).unwrap_or("");
    let domain = email.rsplit_once('@').map(|(_, domain)| domain);
    let domain = domain.unwrap_or("").to_ascii_lowercase();
    is_verified && settings.only.contains(&domain)
}

/// The name that is claimed, of letters that names here have; `user` where there is none.
pub(super) fn name(claims: &Claims, settings: &Settings) -> String {
    let claimed = claim(claims, &settings.name).and_then(Value::as_str);
    let good = |c: char| c.is_ascii_alphanumeric() || "._@-".contains(c);
    let name: String = claimed
        .unwrap_or("")
        .chars()
        .take(80)
        .map(|c| if good(c) { c } else { '-' })
        .collect();
    match name.bytes().any(|b| b.is_ascii_alphanumeric()) {
        true => name,
        false => "user".into(),
    }
}
