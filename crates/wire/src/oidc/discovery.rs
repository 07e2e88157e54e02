//! The document below `/.well-known/openid-configuration`.

use serde::Deserialize;

/// The discovery document, as far as it is used.
#[derive(Debug, Clone, Deserialize)]
pub struct Discovery {
    issuer: String,
    /// Where a browser is led to.
    pub authorization_endpoint: String,
    /// Where a code is exchanged.
    pub token_endpoint: String,
    /// Where the keys are.
    pub jwks_uri: String,
    /// Where more is told of a person.
    pub userinfo_endpoint: Option<String>,
    /// How a client may show its secret; absent: as `client_secret_basic`.
    #[serde(default)]
    pub token_endpoint_auth_methods_supported: Option<Vec<String>>,
    /// Whether whoever is led back comes with `iss`.
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
}

impl Discovery {
    /// The document of an issuer.
    ///
    /// # Errors
    /// When it cannot be read, or is of another issuer: the words stand behind its address.
    pub fn read(bytes: &[u8], issuer: &str) -> Result<Self, String> {
        let found: Self =
            serde_json::from_slice(bytes).map_err(|error| format!("cannot be read: {error}"))?;
        match found.issuer == issuer {
            true => Ok(found),
            false => Err(format!("is of another issuer than {issuer}")),
        }
    }

    /// Every address that it names to be asked or shown.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        let always = [
            &self.authorization_endpoint,
            &self.token_endpoint,
            &self.jwks_uri,
        ];
        let all = always.into_iter().chain(&self.userinfo_endpoint);
        all.map(String::as_str)
    }
}
