//! Signatures of ID tokens: JWS in its compact form (RFC 7515), keys as JWK (RFC 7517).
//!
//! Asymmetric algorithms alone, and a key is used for the kind that it is of: neither `none`
//! nor an HMAC with the public key as its secret can be asked for.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Keys of a provider that are looked at.
const MOST_KEYS: usize = 100;

/// Largest token, in bytes.
const MOST_TOKEN: usize = 64 << 10;

/// Why a token is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The provider may have another key by now.
    #[error("it is signed with a key that the provider does not publish")]
    UnknownKey,
    /// It is wrong, whatever the provider publishes.
    #[error("{0}")]
    Wrong(&'static str),
}

/// The keys of a provider.
#[derive(Debug, Clone, Default)]
pub struct Jwks(Vec<Jwk>);

#[derive(Debug, Clone, Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<Value>,
}

impl Jwks {
    /// The first hundred keys of a document; those of kinds that we do not know are left out.
    /// None where it is no document of keys.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Document {
            keys: Vec<Value>,
        }
        let document: Document = serde_json::from_slice(bytes).ok()?;
        let keys = document.keys.into_iter().take(MOST_KEYS);
        let keys = keys.filter_map(|key| serde_json::from_value::<Jwk>(key).ok());
        let signs = |key: &Jwk| {
            key.purpose
                .as_deref()
                .is_none_or(|purpose| purpose == "sig")
        };
        Some(Self(keys.filter(signs).collect()))
    }

    /// What a token says, if one of the keys has signed it. At most 64 KiB are looked at.
    ///
    /// # Errors
    /// When it is no signed token, asks for what is not understood, or none of the keys has
    /// signed it.
    pub fn open(&self, token: &str) -> Result<Map<String, Value>, TokenError> {
        let wrong = TokenError::Wrong;
        if token.len() > MOST_TOKEN {
            return Err(wrong("it is too large"));
        }
        let mut parts = token.split('.');
        let (Some(header), Some(payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(wrong("it is no signed token"));
        };
        let signed = &token[..header.len() + 1 + payload.len()];
        let header = bytes(header).ok_or(wrong("it is no signed token"))?;
        let header: Header =
            serde_json::from_slice(&header).map_err(|_| wrong("it is no signed token"))?;
        if header.crit.is_some() {
            return Err(wrong("it asks for what is not understood (`crit`)"));
        }
        if !["RS256", "PS256", "ES256", "EdDSA"].contains(&header.alg.as_str()) {
            return Err(wrong("its `alg` is none of RS256, PS256, ES256 and EdDSA"));
        }
        let signature = bytes(signature).ok_or(wrong("its signature cannot be read"))?;
        let asked = |key: &&Jwk| header.kid.is_none() || key.kid == header.kid;
        let mut candidates = self.0.iter().filter(asked).peekable();
        if candidates.peek().is_none() {
            return Err(TokenError::UnknownKey);
        }
        let signed = signed.as_bytes();
        if !candidates.any(|key| key.verifies(&header.alg, signed, &signature)) {
            return Err(wrong("its signature is not right"));
        }
        let payload = bytes(payload).ok_or(wrong("its claims cannot be read"))?;
        serde_json::from_slice(&payload).map_err(|_| wrong("its claims cannot be read"))
    }
}

impl Jwk {
    fn verifies(&self, alg: &str, signed: &[u8], signature: &[u8]) -> bool {
        if self.alg.as_deref().is_some_and(|own| own != alg) {
            return false;
        }
        let crv = self.crv.as_deref().unwrap_or("");
        match (alg, self.kty.as_str(), crv) {
            ("RS256", "RSA", _) => self.rsa(&RSA_PKCS1_2048_8192_SHA256, signed, signature),
            ("PS256", "RSA", _) => self.rsa(&RSA_PSS_2048_8192_SHA256, signed, signature),
            ("ES256", "EC", "P-256") => self.p256(signed, signature).unwrap_or(false),
            ("EdDSA", "OKP", "Ed25519") => {
                let key = self.x.as_deref().and_then(bytes);
                key.is_some_and(|key| {
                    let key = UnparsedPublicKey::new(&ED25519, key);
                    key.verify(signed, signature).is_ok()
                })
            }
            _ => false,
        }
    }

    fn rsa(&self, with: &'static RsaParameters, signed: &[u8], signature: &[u8]) -> bool {
        let number = |text: &Option<String>| text.as_deref().and_then(bytes);
        let (Some(n), Some(e)) = (number(&self.n), number(&self.e)) else {
            return false;
        };
        let key = RsaPublicKeyComponents {
            n: without_zeros(&n),
            e: without_zeros(&e),
        };
        key.verify(with, signed, signature).is_ok()
    }

    fn p256(&self, signed: &[u8], signature: &[u8]) -> Option<bool> {
        let (x, y) = (bytes(self.x.as_deref()?)?, bytes(self.y.as_deref()?)?);
        if x.len() != 32 || y.len() != 32 {
            return None;
        }
        let point = [&[4], x.as_slice(), y.as_slice()].concat();
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
        Some(key.verify(signed, signature).is_ok())
    }
}

/// Some providers write a zero before the number.
fn without_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
