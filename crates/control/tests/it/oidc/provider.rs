//! A small identity provider with real keys: codes of one use, PKCE, the secret of the
//! client. What it signs can be twisted.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256, RsaKeyPair,
};
use axum::extract::{Query, State};
use axum::http::header::{AUTHORIZATION, LOCATION};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

pub(crate) const CLIENT: &str = "lazaret";
pub(crate) const SECRET: &str = "s3cret & more";

type Pairs = HashMap<String, String>;

pub(crate) fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The keys of a provider.
pub(crate) struct Keys {
    rsa: RsaKeyPair,
    ec: EcdsaKeyPair,
    ed: Ed25519KeyPair,
}

impl Keys {
    pub(crate) fn new() -> Self {
        let ec = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING);
        Self {
            rsa: RsaKeyPair::generate(KeySize::Rsa2048).expect("a key"),
            ec: ec.expect("a key"),
            ed: Ed25519KeyPair::generate().expect("a key"),
        }
    }

    fn published(&self, kid: &str) -> Vec<Value> {
        let rsa = self.rsa.public_key();
        let (n, e) = (rsa.modulus(), rsa.exponent());
        let point = self.ec.public_key().as_ref();
        vec![
            json!({"kty": "RSA", "use": "sig", "kid": format!("{kid}-rsa"),
                "n": b64(n.big_endian_without_leading_zero()),
                "e": b64(e.big_endian_without_leading_zero())}),
            json!({"kty": "EC", "use": "sig", "alg": "ES256", "kid": format!("{kid}-ec"),
                "crv": "P-256", "x": b64(&point[1..33]), "y": b64(&point[33..])}),
            json!({"kty": "OKP", "use": "sig", "kid": format!("{kid}-ed"),
                "crv": "Ed25519", "x": b64(self.ed.public_key())}),
            json!({"kty": "unheard of", "kid": 7}),
        ]
    }

    /// A token as an algorithm has it; `HS256` has the published key as its secret.
    fn sign(&self, alg: &str, kid: &str, claims: &Value) -> String {
        let kind = match alg {
            "ES256" => "ec",
            "EdDSA" => "ed",
            _ => "rsa",
        };
        let header = json!({"alg": alg, "typ": "JWT", "kid": format!("{kid}-{kind}")});
        let signed = format!("{}.{}", b64(header.to_string()), b64(claims.to_string()));
        let message = signed.as_bytes();
        let random = SystemRandom::new();
        let rsa = |padding| {
            let mut out = vec![0; self.rsa.public_modulus_len()];
            let done = self.rsa.sign(padding, &random, message, &mut out);
            done.expect("a signature");
            out
        };
        let signature = match alg {
            "RS256" => rsa(&RSA_PKCS1_SHA256),
            "PS256" => rsa(&RSA_PSS_SHA256),
            "ES256" => {
                let signature = self.ec.sign(&random, message).expect("a signature");
                signature.as_ref().to_vec()
            }
            "EdDSA" => self.ed.sign(message).as_ref().to_vec(),
            "HS256" => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, self.rsa.public_key().as_ref());
                hmac::sign(&key, message).as_ref().to_vec()
            }
            _ => Vec::new(),
        };
        format!("{signed}.{}", b64(signature))
    }
}

/// What is done to the claims before they are signed.
pub(crate) type Twist = fn(&mut Value);

pub(crate) struct Inside {
    pub(crate) issuer: String,
    /// What discovery says instead of the issuer.
    pub(crate) called: Option<String>,
    pub(crate) keys: Keys,
    pub(crate) kid: String,
    /// The name of the key in tokens, where it is not the published one.
    pub(crate) kid_told: Option<String>,
    pub(crate) alg: &'static str,
    pub(crate) claims: Value,
    pub(crate) userinfo: Value,
    pub(crate) twist: Option<Twist>,
    pub(crate) moved: bool,
    pub(crate) fetched_keys: usize,
    codes: HashMap<String, Pairs>,
    next: usize,
}

/// A provider on this machine.
#[derive(Clone)]
pub(crate) struct Provider(pub(crate) Arc<Mutex<Inside>>);

impl Provider {
    pub(crate) async fn start() -> Self {
        let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let socket = socket.expect("a port");
        let issuer = format!("http://{}", socket.local_addr().expect("an address"));
        let provider = Self(Arc::new(Mutex::new(Inside {
            issuer,
            called: None,
            keys: Keys::new(),
            kid: "one".into(),
            kid_told: None,
            alg: "RS256",
            claims: json!({"sub": "248289", "preferred_username": "ann", "groups": ["devs"],
                "email": "ann@example.org", "email_verified": true}),
            userinfo: json!({}),
            twist: None,
            moved: false,
            fetched_keys: 0,
            codes: HashMap::new(),
            next: 0,
        })));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .route("/jwks", get(jwks))
            .route("/userinfo", get(userinfo))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(socket, router).await });
        provider
    }

    pub(crate) fn set(&self, change: impl FnOnce(&mut Inside)) {
        change(&mut self.0.lock().expect("nobody panicked"));
    }

    pub(crate) fn issuer(&self) -> String {
        self.0.lock().expect("nobody panicked").issuer.clone()
    }
}

async fn discovery(State(provider): State<Provider>) -> Response {
    let state = provider.0.lock().expect("nobody panicked");
    let issuer = &state.issuer;
    if state.moved {
        let place = format!("{issuer}/elsewhere");
        return (StatusCode::FOUND, [(LOCATION, place)]).into_response();
    }
    Json(json!({
        "issuer": state.called.as_ref().unwrap_or(issuer),
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/jwks"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "authorization_response_iss_parameter_supported": true,
    }))
    .into_response()
}

async fn authorize(State(provider): State<Provider>, Query(asked): Query<Pairs>) -> Response {
    let mut state = provider.0.lock().expect("nobody panicked");
    assert_eq!(asked["response_type"], "code");
    assert_eq!(asked["client_id"], CLIENT);
    assert_eq!(asked["code_challenge_method"], "S256");
    assert!(asked["scope"].split(' ').any(|scope| scope == "openid"));
    state.next += 1;
    let code = format!("code-{}", state.next);
    let place = format!(
        "{}?code={code}&state={}&iss={}",
        asked["redirect_uri"], asked["state"], state.issuer
    );
    state.codes.insert(code, asked);
    (StatusCode::FOUND, [(LOCATION, place)]).into_response()
}

async fn token(State(provider): State<Provider>, headers: HeaderMap, body: String) -> Response {
    let mut state = provider.0.lock().expect("nobody panicked");
    let refused = || (StatusCode::BAD_REQUEST, r#"{"error":"invalid_grant"}"#).into_response();
    let uri: Uri = format!("/?{body}").parse().expect("a form");
    let Query(asked) = Query::<Pairs>::try_from_uri(&uri).expect("a form");
    let basic = headers[AUTHORIZATION].to_str().expect("text");
    let basic = STANDARD.decode(basic.strip_prefix("Basic ").expect("basic"));
    assert_eq!(
        basic.expect("base64"),
        format!("{CLIENT}:s3cret%20%26%20more").into_bytes()
    );
    assert_eq!(asked["grant_type"], "authorization_code");
    // Of one use.
    let Some(begun) = state.codes.remove(&asked["code"]) else {
        return refused();
    };
    let shown = b64(digest(&SHA256, asked["code_verifier"].as_bytes()));
    if shown != begun["code_challenge"] || asked["redirect_uri"] != begun["redirect_uri"] {
        return refused();
    }
    let now = jiff::Timestamp::now().as_second();
    let mut claims = state.claims.clone();
    for (name, value) in [
        ("iss", json!(state.issuer)),
        ("aud", json!(CLIENT)),
        ("iat", json!(now)),
        ("exp", json!(now + 300)),
        ("nonce", json!(begun["nonce"])),
    ] {
        claims[name] = value;
    }
    if let Some(twist) = state.twist {
        twist(&mut claims);
    }
    let kid = state.kid_told.as_ref().unwrap_or(&state.kid);
    let token = state.keys.sign(state.alg, kid, &claims);
    Json(json!({"access_token": "opaque", "token_type": "Bearer", "id_token": token}))
        .into_response()
}

async fn jwks(State(provider): State<Provider>) -> Json<Value> {
    let mut state = provider.0.lock().expect("nobody panicked");
    state.fetched_keys += 1;
    Json(json!({"keys": state.keys.published(&state.kid)}))
}

async fn userinfo(State(provider): State<Provider>, headers: HeaderMap) -> Json<Value> {
    assert_eq!(headers[AUTHORIZATION], "Bearer opaque");
    Json(provider.0.lock().expect("nobody panicked").userinfo.clone())
}
