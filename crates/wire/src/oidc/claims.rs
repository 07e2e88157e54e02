//! What an ID token claims: whether it is for us and of now, and who it is about.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::TokenError;
use crate::api::Role;

/// How far the clocks of the provider and of the centre may be apart, in seconds.
const SKEW: i64 = 60;

/// How long ago a token may have been made: it is fetched as soon as somebody comes back.
const OLDEST: i64 = 600;

/// Claims, as they came.
pub type Claims = Map<String, Value>;

/// Whose token is expected.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// Who has made it.
    pub issuer: &'a str,
    /// Whom it is for.
    pub client_id: &'a str,
    /// What was said at the beginning of the sign-in.
    pub nonce: &'a str,
}

/// Whether a token is for this client, of this sign-in and of now. `now` in seconds since
/// 1970.
///
/// # Errors
/// When it is not, with the claim that says so.
pub fn check(claims: &Claims, expected: &Expected<'_>, now: i64) -> Result<(), TokenError> {
    let wrong = |why| Err(TokenError::Wrong(why));
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    // NumericDate may have a fraction.
    let time = |name: &str| {
        let value = claims.get(name)?;
        value
            .as_i64()
            .or_else(|| value.as_f64().map(|seconds| seconds as i64))
    };
    if text("iss") != Some(expected.issuer) {
        return wrong("it is of another issuer (`iss`)");
    }
    let audience: Vec<&str> = match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !audience.contains(&expected.client_id) {
        return wrong("it is for somebody else (`aud`)");
    }
    let party = text("azp");
    let is_others = party.is_some_and(|party| party != expected.client_id);
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
        Some(own) if same(own, expected.nonce) => Ok(()),
        _ => wrong("it is of another sign-in (`nonce`)"),
    }
}

/// The subject: at most 255 printable letters of ASCII, as the standard says.
pub fn subject(claims: &Claims) -> Option<&str> {
    let subject = claims.get("sub").and_then(Value::as_str)?;
    let is_good = (1..=255).contains(&subject.len())
        && subject.bytes().all(|b| b == b' ' || b.is_ascii_graphic());
    is_good.then_some(subject)
}

/// A claim, by its name or by a way through objects (`realm_access.roles`).
pub fn claim<'c>(claims: &'c Claims, name: &str) -> Option<&'c Value> {
    claims.get(name).or_else(|| {
        let (first, rest) = name.split_once('.')?;
        claim(claims.get(first)?.as_object()?, rest)
    })
}

/// The highest role of the groups that a claim tells of.
pub fn role(claims: &Claims, groups: &str, roles: &BTreeMap<String, Role>) -> Option<Role> {
    let groups: Vec<&str> = match claim(claims, groups)? {
        Value::String(one) => vec![one],
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let theirs = groups.iter().filter_map(|group| roles.get(*group));
    theirs
        .copied()
        .reduce(|one, other| if other.includes(one) { other } else { one })
}

/// Whether the person's address is of a domain that is let in; of none: all are. An address that
/// the provider has not verified says nothing: anybody could claim it.
pub fn is_let_in(claims: &Claims, only: &[String]) -> bool {
    if only.is_empty() {
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
    is_verified && only.contains(&domain)
}

/// The name that a claim tells, of letters that names here have; `user` where there is none.
pub fn name(claims: &Claims, named: &str) -> String {
    let claimed = claim(claims, named).and_then(Value::as_str);
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

/// Whether two texts are the same, in a time that does not tell where they differ.
fn same(a: &str, b: &str) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(a.as_bytes(), b.as_bytes()).is_ok()
}
