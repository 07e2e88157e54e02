//! The file that tells of the provider, read at the start.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use axum::http::Uri;
use lazaret_wire::api::Role;
use serde::Deserialize;

use crate::notify::Secret;

/// Largest file of settings, and of a secret, in bytes.
const MAX_FILE: u64 = 256 << 10;

/// A provider, and who of its people may do what.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) issuer: String,
    pub(super) client_id: String,
    /// Absent: a public client, which PKCE alone protects.
    pub(super) client_secret: Option<Secret>,
    /// Separated by spaces, `openid` among them.
    pub(super) scopes: String,
    /// The claim of the name.
    pub(super) name: String,
    /// The claim of the groups.
    pub(super) groups: String,
    /// Group and role.
    pub(super) roles: BTreeMap<String, Role>,
    /// Domains of verified addresses that alone are let in; empty: all.
    pub(super) only: Vec<String>,
    /// What the provider is called on the page.
    pub(super) title: String,
}

/// Why the file of the provider cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// It, or the secret that it names, cannot be read.
    #[error("read {path}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// It makes no sense.
    #[error("{path}: {why}")]
    Content {
        /// Which file.
        path: PathBuf,
        /// Why.
        why: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    issuer: String,
    client_id: String,
    client_secret_file: Option<PathBuf>,
    #[serde(default = "scopes")]
    scopes: Vec<String>,
    #[serde(default = "name")]
    name: String,
    #[serde(default = "groups")]
    groups: String,
    #[serde(default)]
    roles: BTreeMap<String, String>,
    #[serde(default)]
    only: Vec<String>,
    title: Option<String>,
}

fn scopes() -> Vec<String> {
    ["openid", "profile", "email"].map(str::to_owned).to_vec()
}

fn name() -> String {
    "preferred_username".into()
}

fn groups() -> String {
    "groups".into()
}

/// The provider of a file.
pub(super) fn read(path: &Path) -> Result<Settings, ProviderError> {
    let wrong = |why: String| ProviderError::Content {
        path: path.to_owned(),
        why,
    };
    let file: File = serde_saphyr::from_str(&text(path)?).map_err(|e| wrong(e.to_string()))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let host = may_be_asked(&file.issuer).map_err(|why| wrong(format!("`issuer`: {why}")))?;
    // The account is known by `ISSUER|SUBJECT`; neither half may be read as part of the other.
    if file.issuer.contains(['?', '|']) {
        return Err(wrong("`issuer` has no query".into()));
    }
    if file.client_id.is_empty() {
        return Err(wrong("`client_id` is empty".into()));
    }
    let client_secret = match &file.client_secret_file {
        None => None,
        Some(file) => {
            let secret = text(&folder.join(file))?.trim().to_owned();
            if secret.is_empty() {
                return Err(wrong("the `client_secret_file` is empty".into()));
            }
            Some(Secret(secret))
        }
    };
    let mut roles = BTreeMap::new();
    for (group, role) in file.roles {
        let known = Role::by_name(&role).filter(|role| *role != Role::Edge);
        let known = known.ok_or_else(|| {
            wrong(format!(
                "`roles`: `{role}` of `{group}` is none of viewer, analyst, approver, admin"
            ))
        })?;
        roles.insert(group, known);
    }
    if roles.is_empty() {
        return Err(wrong(
            "`roles` gives no group a role, so nobody could log in".into(),
        ));
    }
    let mut scopes = file.scopes;
    if !scopes.iter().any(|scope| scope == "openid") {
        scopes.insert(0, "openid".into());
    }
    let only = file.only.iter();
    Ok(Settings {
        title: file.title.unwrap_or(host),
        issuer: file.issuer,
        client_id: file.client_id,
        client_secret,
        scopes: scopes.join(" "),
        name: file.name,
        groups: file.groups,
        roles,
        only: only
            .map(|domain| domain.trim_start_matches('@').to_ascii_lowercase())
            .collect(),
    })
}

/// Whether an address may be asked: TLS, or this machine. Its host, if so.
pub(super) fn may_be_asked(url: &str) -> Result<String, &'static str> {
    let uri: Uri = url.parse().map_err(|_| "it is no address")?;
    let host = uri.host().unwrap_or("");
    let is_loopback = host == "localhost"
        || host
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback());
    let is_odd = url.contains('#') || uri.authority().is_none_or(|a| a.as_str().contains('@'));
    match uri.scheme_str() {
        _ if host.is_empty() || is_odd => Err("it is no plain address"),
        Some("https") => Ok(host.to_owned()),
        Some("http") if is_loopback => Ok(host.to_owned()),
        _ => Err("it begins with https:// (http:// for this machine alone)"),
    }
}

fn text(path: &Path) -> Result<String, ProviderError> {
    let fail = |source| ProviderError::File {
        path: path.to_owned(),
        source,
    };
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(fail)?;
    file.take(MAX_FILE)
        .read_to_string(&mut text)
        .map_err(fail)?;
    Ok(text)
}
