//! Where letters go: the words of a file of receivers.

use std::net::IpAddr;

use axum::http::Uri;
use lettre::message::Mailbox;

use super::letter::clean;

/// Whether TLS begins with the first byte, the host, the port.
pub(super) fn server(url: &str) -> Result<(bool, String, u16), String> {
    let form = || "its address is smtp://HOST[:PORT] or smtps://HOST[:PORT]".to_owned();
    let uri: Uri = url.parse().map_err(|_| form())?;
    let is_implicit = match uri.scheme_str() {
        Some("smtp") => false,
        Some("smtps") => true,
        _ => return Err(form()),
    };
    let authority = uri.authority().ok_or_else(form)?;
    let is_bare = matches!(uri.path(), "" | "/") && uri.query().is_none();
    if !is_bare || authority.as_str().contains('@') || authority.host().is_empty() {
        return Err(form());
    }
    let host = authority.host().trim_matches(['[', ']']).to_owned();
    let port = authority.port_u16();
    Ok((
        is_implicit,
        host,
        port.unwrap_or(if is_implicit { 465 } else { 587 }),
    ))
}

pub(super) fn is_loopback(host: &str) -> bool {
    let ip: Result<IpAddr, _> = host.parse();
    ip.map_or(host == "localhost", |ip| ip.is_loopback())
}

pub(super) fn mailbox(text: &str) -> Result<Mailbox, String> {
    let parsed = text.parse::<Mailbox>();
    match parsed {
        Ok(mailbox) if !text.contains(char::is_control) => Ok(mailbox),
        _ => Err(format!("`{}` is no mail address", clean(text))),
    }
}
