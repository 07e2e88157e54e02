//! The registry behind the gate: one pool of connections, one address.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, COOKIE, LOCATION};
use hyper::http::uri::{Authority, PathAndQuery, Scheme};
use hyper::{Method, Request, Response, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::headers::Home;
use super::{Body, empty};

/// How long a connection may take to be there.
const CONNECT: Duration = Duration::from_secs(10);

/// How long the registry may take to begin an answer: it assembles a pushed blob of many
/// gigabytes before it says that it has it.
const FIRST_BYTE: Duration = Duration::from_secs(300);

/// How long a connection may lie unused.
const IDLE: Duration = Duration::from_secs(60);

/// Most redirects of one manifest or blob.
const MAX_REDIRECTS: usize = 5;

/// Why the registry did not answer.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamError {
    /// The address makes no sense.
    #[error("`{0}` is not the address of a registry: try https://registry.example")]
    Address(String),
    /// Certificates that cannot be read.
    #[error("certificates: {0}")]
    Certificates(String),
    /// The registry could not be reached, or the line broke.
    #[error("the registry does not answer: {0}")]
    Unreachable(String),
    /// It took too long.
    #[error("the registry has not begun to answer within {} s", FIRST_BYTE.as_secs())]
    Slow,
    /// Redirects that lead nowhere.
    #[error("the registry's redirect: {0}")]
    Redirect(&'static str),
}

/// The registry behind the gate.
pub(super) struct Upstream {
    client: Client<HttpsConnector<HttpConnector>, Body>,
    pub(super) home: Home,
}

impl Upstream {
    /// The registry at an address: `https://host`, `http://host:5000`, or a host alone,
    /// which is spoken to over TLS, but for the loopback interface. `authorities` are PEM
    /// certificates that are trusted in place of those of the web.
    pub(super) fn new(address: &str, authorities: Option<&[u8]>) -> Result<Self, UpstreamError> {
        let home = home(address)?;
        let mut roots = RootCertStore::empty();
        match authorities {
            None => roots.roots.clear(),
            Some(pem) => {
                let wrong = |e: String| UpstreamError::Certificates(e);
                for certificate in CertificateDer::pem_slice_iter(pem) {
                    let certificate = certificate.map_err(|e| wrong(e.to_string()))?;
                    roots.add(certificate).map_err(|e| wrong(e.to_string()))?;
                }
            }
        }
        if authorities.is_none() {
            let known = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned();
            roots.add_parsable_certificates(known);
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|e| UpstreamError::Certificates(e.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT));
        tcp.set_keepalive(Some(IDLE));
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_all_versions()
            .wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(256)
            .build(connector);
        Ok(Self { client, home })
    }

    /// The registry's address for a path of the gate.
    pub(super) fn address(&self, path: &str, query: Option<&str>) -> Option<Uri> {
        let query = query.map(|q| format!("?{q}")).unwrap_or_default();
        let whole = format!("{}{path}{query}", self.home.prefix);
        let mut parts = hyper::http::uri::Parts::default();
        parts.scheme = Some(match self.home.scheme.as_str() {
            "http" => Scheme::HTTP,
            _ => Scheme::HTTPS,
        });
        parts.authority = Some(self.home.authority.clone());
        parts.path_and_query = Some(PathAndQuery::try_from(whole).ok()?);
        Uri::from_parts(parts).ok()
    }

    /// Sends a request and waits for the head of its answer.
    pub(super) async fn send(
        &self,
        request: Request<Body>,
    ) -> Result<Response<Incoming>, UpstreamError> {
        let answer = tokio::time::timeout(FIRST_BYTE, self.client.request(request)).await;
        match answer {
            Err(_) => Err(UpstreamError::Slow),
            Ok(Err(error)) => Err(UpstreamError::Unreachable(whole_chain(&error))),
            Ok(Ok(response)) => Ok(response),
        }
    }

    /// Sends a request without a body and follows where the registry sends it: everywhere
    /// (`anywhere`), or as long as it stays at the registry.
    pub(super) async fn send_following(
        &self,
        request: Request<()>,
        anywhere: bool,
    ) -> Result<Response<Incoming>, UpstreamError> {
        let (mut head, ()) = request.into_parts();
        for _ in 0..=MAX_REDIRECTS {
            let mut next = Request::new(empty());
            *next.method_mut() = head.method.clone();
            *next.uri_mut() = head.uri.clone();
            *next.headers_mut() = head.headers.clone();
            let response = self.send(next).await?;
            let sent_on = response.status().is_redirection() && response.status() != 304;
            let place = response.headers().get(LOCATION).filter(|_| sent_on);
            let Some(place) = place else {
                return Ok(response);
            };
            let place = place
                .to_str()
                .ok()
                .and_then(|place| resolve(&head.uri, place));
            let place = place.ok_or(UpstreamError::Redirect("its address makes no sense"))?;
            let at_home = self.home.is_at(&place);
            if !at_home && !anywhere {
                return Ok(response);
            }
            if head.uri.scheme() == Some(&Scheme::HTTPS) && place.scheme() != Some(&Scheme::HTTPS) {
                return Err(UpstreamError::Redirect("it leads from TLS to plain HTTP"));
            }
            if !at_home {
                head.headers.remove(AUTHORIZATION);
                head.headers.remove(COOKIE);
            }
            if head.method != Method::HEAD {
                head.method = Method::GET;
            }
            head.uri = place;
            // The rest of a redirect's body is short; read, the connection can be used again.
            let rest = http_body_util::Limited::new(response.into_body(), 64 << 10).collect();
            let _ = tokio::time::timeout(Duration::from_secs(5), rest).await;
        }
        Err(UpstreamError::Redirect("it leads on and on"))
    }
}

/// An address, as it is written in a redirect, seen from where it was.
fn resolve(from: &Uri, place: &str) -> Option<Uri> {
    let uri: Uri = place.parse().ok()?;
    match uri.scheme_str() {
        Some("http" | "https") => Some(uri),
        Some(_) => None,
        None if place.starts_with('/') && !place.starts_with("//") => {
            let mut parts = from.clone().into_parts();
            parts.path_and_query = uri.into_parts().path_and_query;
            Uri::from_parts(parts).ok()
        }
        None => None,
    }
}

fn home(address: &str) -> Result<Home, UpstreamError> {
    let wrong = || UpstreamError::Address(address.chars().take(200).collect());
    let (scheme, rest) = match address.split_once("://") {
        Some((scheme @ ("http" | "https"), rest)) => (Some(scheme), rest),
        Some(_) => return Err(wrong()),
        None => (None, address),
    };
    let (host, prefix) = match rest.split_once('/') {
        Some((host, prefix)) => (host, format!("/{prefix}")),
        None => (rest, String::new()),
    };
    // The one registry whose name is not its address.
    let host = match host {
        "docker.io" | "index.docker.io" => "registry-1.docker.io",
        host => host,
    };
    let authority: Authority = host.parse().map_err(|_| wrong())?;
    if authority.host().is_empty() || host.contains('@') {
        return Err(wrong());
    }
    let bare = authority.host().trim_matches(['[', ']']);
    let is_loopback = bare == "localhost"
        || bare
            .parse()
            .is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
    let usual = if is_loopback { "http" } else { "https" };
    Ok(Home {
        scheme: scheme.unwrap_or(usual).to_owned(),
        authority,
        prefix: prefix.trim_end_matches('/').to_owned(),
    })
}

fn whole_chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut inner = error.source();
    while let Some(cause) = inner {
        text += &format!(": {cause}");
        inner = cause.source();
    }
    text
}
