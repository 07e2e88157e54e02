//! What a provider of log-ins tells.

use std::collections::BTreeMap;

use lazaret_wire::api::Role;
use lazaret_wire::oidc::{self, Claims, Discovery, Expected, Jwks};
use serde::Deserialize;
use serde_json::Value;

/// A provider whose private keys nobody has any more, and four tokens that it signed.
const PROVIDER: &str = include_str!("../oidc.json");

#[derive(Deserialize)]
struct Provider {
    discovery: Value,
    jwks: Value,
    tokens: Vec<String>,
    claims: Value,
}

fn provider() -> Provider {
    serde_json::from_str(PROVIDER).expect("the file of these sources")
}

/// What this begins with: the first byte, and foreign bytes of that kind.
pub fn seeds() -> Vec<(u8, String)> {
    let provider = provider();
    let tokens = provider.tokens.into_iter().map(|token| (2, token));
    let documents = [
        (0, provider.discovery.to_string()),
        (1, provider.jwks.to_string()),
        (3, provider.claims.to_string()),
    ];
    documents.into_iter().chain(tokens).collect()
}

fn signed(token: &str) -> &str {
    token.rsplit_once('.').map_or(token, |(signed, _)| signed)
}

/// A discovery document, keys, a token, claims: the first byte chooses. Nothing that the provider
/// did not sign may be believed, whatever keys it is held against.
pub fn oidc(bytes: &[u8]) {
    let Some((kind, bytes)) = bytes.split_first() else {
        return;
    };
    let Provider { jwks, tokens, .. } = provider();
    match kind % 4 {
        0 => {
            if let Ok(found) = Discovery::read(bytes, "https://id.example") {
                assert!(found.addresses().count() >= 3);
            }
        }
        1 => {
            // Keys that anybody has written believe what anybody has signed: that it ends is all.
            let keys = Jwks::read(bytes).unwrap_or_default();
            for token in &tokens {
                let _ = keys.open(token);
            }
        }
        2 => {
            let Ok(token) = std::str::from_utf8(bytes) else {
                return;
            };
            let keys = jwks.to_string();
            let keys = Jwks::read(keys.as_bytes()).expect("keys");
            if keys.open(token).is_ok() {
                let known = tokens.iter().any(|known| signed(known) == signed(token));
                assert!(known, "believed: {token}");
            }
        }
        _ => {
            let Ok(claims) = serde_json::from_slice::<Claims>(bytes) else {
                return;
            };
            let expected = Expected {
                issuer: "https://id.example",
                client_id: "lazaret",
                nonce: "n",
            };
            let _ = oidc::check(&claims, &expected, 1_800_000_010);
            let roles = BTreeMap::from([("devs".to_owned(), Role::Analyst)]);
            for path in ["groups", "realm_access.roles", "."] {
                let role = oidc::role(&claims, path, &roles);
                assert!(role.is_none_or(|role| role == Role::Analyst));
                let name = oidc::name(&claims, path);
                assert!((1..=80).contains(&name.len()), "{name}");
            }
            if let Some(subject) = oidc::subject(&claims) {
                assert!((1..=255).contains(&subject.len()));
            }
            let _ = oidc::is_let_in(&claims, &["example.org".to_owned()]);
        }
    }
}
