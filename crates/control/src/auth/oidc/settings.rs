//! The file that tells of the provider, read at the start.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use axum::http::Uri;
use lazaret_wire::api::Role;
use serde::Deserialize;

use crate::file::{self, FileError, Secret};

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
pub(super) fn read(path: &Path) -> Result<Settings, FileError> {
    let wrong = |why: String| FileError::content(path, why);
    let said: File =
        serde_saphyr::from_str(&file::text(path)?).map_err(|e| wrong(e.to_string()))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let host = may_be_asked(&said.issuer).map_err(|why| wrong(format!("`issuer`: {why}")))?;
    // The account is known by `ISSUER|SUBJECT`; neither half may be read as part of the other.
    if said.issuer.contains(['?', '|']) {
        return Err(wrong("`issuer` has no query".into()));
    }
    if said.client_id.is_empty() {
        return Err(wrong("`client_id` is empty".into()));
    }
    let client_secret = match &said.client_secret_file {
        None => None,
        Some(named) => {
            let secret = file::secret(&folder.join(named))?;
            if secret.is_empty() {
                return Err(wrong("the `client_secret_file` is empty".into()));
            }
            Some(Secret(secret))
        }
    };
    let mut roles = BTreeMap::new();
    for (group, role) in said.roles {
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
    let mut scopes = said.scopes;
    if !scopes.iter().any(|scope| scope == "openid") {
        scopes.insert(0, "openid".into());
    }
    let only = said.only.iter();
    Ok(Settings {
        title: said.title.unwrap_or(host),
        issuer: said.issuer,
        client_id: said.client_id,
        client_secret,
        scopes: scopes.join(" "),
        name: said.name,
        groups: said.groups,
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
