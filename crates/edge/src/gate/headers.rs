//! Headers that are between two parties and not for a third, and addresses in headers
//! that would lead a client past the gate.

use std::net::IpAddr;

use hyper::Uri;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::http::uri::Authority;

/// Headers of one connection alone (RFC 9110, 7.6.1), and what was used before it.
const HOP_BY_HOP: [HeaderName; 8] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// What a client says about itself that only a proxy may say.
const FORWARDED: [&str; 6] = [
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
    "x-real-ip",
];

/// Takes away what is of one connection.
pub(super) fn strip_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        // A client that names these wants them lost, not kept to one connection.
        .filter(|name| {
            !matches!(
                *name,
                header::AUTHORIZATION | header::HOST | header::CONTENT_LENGTH
            )
        })
        .collect();
    for name in named.iter().chain(&HOP_BY_HOP) {
        headers.remove(name);
    }
    headers.remove(header::TRAILER);
}

/// Makes a client's headers those of a request to the registry.
pub(super) fn toward_registry(headers: &mut HeaderMap, client: Option<IpAddr>) {
    strip_hop_by_hop(headers);
    for name in FORWARDED {
        headers.remove(name);
    }
    // The registry's own name goes there; the connection has waited for the body already.
    headers.remove(header::HOST);
    headers.remove(header::EXPECT);
    let client = client.and_then(|ip| HeaderValue::from_str(&ip.to_string()).ok());
    if let Some(client) = client {
        headers.insert("x-forwarded-for", client);
    }
    // What the registry does follows the gate's span; without one, the client's.
    let own = lazaret_trace::traceparent();
    if let Some(own) = own.and_then(|own| HeaderValue::from_str(&own).ok()) {
        headers.insert(lazaret_trace::HEADER, own);
    }
}

/// Takes away what would make the answer to a pull of a manifest something else than the
/// whole manifest as it is: only that can be judged.
pub(super) fn ask_for_the_whole(headers: &mut HeaderMap) {
    for name in [
        header::ACCEPT_ENCODING,
        header::RANGE,
        header::IF_RANGE,
        header::IF_NONE_MATCH,
        header::IF_MATCH,
        header::IF_MODIFIED_SINCE,
        header::IF_UNMODIFIED_SINCE,
    ] {
        headers.remove(name);
    }
    headers.insert(
        header::ACCEPT_ENCODING,
        HeaderValue::from_static("identity"),
    );
}

/// How clients reach this gate: `https://gate.example:5000`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    /// `http` or `https`.
    pub scheme: String,
    /// Host and port.
    pub authority: String,
}

/// The registry, as far as addresses in headers name it.
#[derive(Debug, Clone)]
pub(super) struct Home {
    /// `https` or `http`.
    pub(super) scheme: String,
    /// Host and port.
    pub(super) authority: Authority,
    /// What stands before `/v2`, without a slash at its end.
    pub(super) prefix: String,
}

impl Home {
    /// Whether an address is one of the registry, whatever its scheme: some make their
    /// own addresses with the scheme that they are reached with themselves.
    pub(super) fn is_at(&self, uri: &Uri) -> bool {
        let Some(authority) = uri.authority() else {
            return false;
        };
        let port = |scheme: Option<&str>, authority: &Authority| {
            let usual = if scheme == Some("http") { 80 } else { 443 };
            authority.port_u16().unwrap_or(usual)
        };
        let same_host = authority.host().eq_ignore_ascii_case(self.authority.host());
        let said = authority.port_u16().is_none() && self.authority.port_u16().is_none();
        let same_port =
            port(uri.scheme_str(), authority) == port(Some(&self.scheme), &self.authority);
        same_host && (said || same_port)
    }

    /// Where a client of the gate finds what the registry says is at `location`; none
    /// where the address may stay as it is.
    pub(super) fn moved(&self, location: &str, public: &PublicUrl) -> Option<String> {
        let uri: Uri = location.parse().ok()?;
        if uri.authority().is_some() && !self.is_at(&uri) {
            return None;
        }
        let path = uri.path_and_query().map_or("/", |p| p.as_str());
        let path = path.strip_prefix(&self.prefix).unwrap_or(path);
        match uri.authority() {
            Some(_) => Some(format!("{}://{}{path}", public.scheme, public.authority)),
            None if self.prefix.is_empty() => None,
            None => Some(path.to_owned()),
        }
    }

    /// A challenge whose token service is the registry's own host, with the address that
    /// leads through the gate, and the path of the token service.
    pub(super) fn challenge(&self, value: &str, public: &PublicUrl) -> Option<(String, String)> {
        let (before, rest) = value.split_once("realm=\"")?;
        let (realm, after) = rest.split_once('"')?;
        let uri: Uri = realm.parse().ok()?;
        if !self.is_at(&uri) {
            return None;
        }
        let moved = self.moved(realm, public)?;
        let path = uri.path().strip_prefix(&self.prefix).unwrap_or(uri.path());
        Some((format!("{before}realm=\"{moved}\"{after}"), path.to_owned()))
    }
}

/// The answer's headers, as a client of the gate is to see them. Gives back the path of
/// the token service where that is the registry's own.
pub(super) fn toward_client(
    headers: &mut HeaderMap,
    home: &Home,
    public: &PublicUrl,
) -> Option<String> {
    strip_hop_by_hop(headers);
    // Where plain HTTP and TLS live side by side, one must not promise for the other.
    headers.remove(header::STRICT_TRANSPORT_SECURITY);
    headers.remove(header::ALT_SVC);
    let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
    let location = headers.get(header::LOCATION).and_then(text);
    if let Some(moved) = location.and_then(|location| home.moved(&location, public))
        && let Ok(value) = HeaderValue::from_str(&moved)
    {
        headers.insert(header::LOCATION, value);
    }
    let challenge = headers.get(header::WWW_AUTHENTICATE).and_then(text);
    let (challenge, tokens) = home.challenge(&challenge?, public)?;
    headers.insert(
        header::WWW_AUTHENTICATE,
        HeaderValue::from_str(&challenge).ok()?,
    );
    Some(tokens)
}
