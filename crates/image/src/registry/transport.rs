//! Clients: whom they trust, through whom they go, where they let themselves be sent.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use reqwest::blocking::{Client, ClientBuilder};
use reqwest::{Certificate, Url, redirect};

use super::error::RegistryError;
use super::link_local;
use super::options::RegistryOptions;

/// Most redirects of one request.
const MAX_REDIRECTS: usize = 6;

/// The clients of one server.
pub(crate) struct Transport {
    /// Follows redirects to other hosts, which are not shown the `Authorization` header.
    pub(crate) client: Client,
    faithful: OnceLock<Client>,
    host: String,
    certificates: Vec<Certificate>,
    options: RegistryOptions,
}

impl Transport {
    pub(crate) fn new(
        host: &str,
        plain: bool,
        certificates: Vec<Certificate>,
        options: &RegistryOptions,
    ) -> Result<Self, RegistryError> {
        let builder = || builder(host, options).redirect(redirect::Policy::custom(to(options)));
        // Where nothing but plain HTTP is to be expected, the system's authorities need not
        // even be there.
        let client = match plain {
            true if is_loopback(host) => builder().tls_certs_only(certificates.clone()).build(),
            true => builder()
                .tls_certs_merge(certificates.clone())
                .build()
                .or_else(|_| builder().tls_certs_only(certificates.clone()).build()),
            false => builder().tls_certs_merge(certificates.clone()).build(),
        };
        Ok(Self {
            client: client.map_err(|e| no_client(host, &e))?,
            faithful: OnceLock::new(),
            host: host.to_owned(),
            certificates,
            options: options.clone(),
        })
    }

    /// A client for requests that carry a secret: it stays at the host that it is sent to,
    /// since a redirect may repeat a form with everything in it.
    pub(crate) fn faithful(&self) -> Result<&Client, RegistryError> {
        if let Some(client) = self.faithful.get() {
            return Ok(client);
        }
        let builder = || {
            let follow = to(&self.options);
            let policy = redirect::Policy::custom(move |attempt| {
                let first = attempt.previous().first();
                match first.is_some_and(|first| is_same_host(first, attempt.url())) {
                    true => follow(attempt),
                    false => attempt.error("a redirect of credentials to another host"),
                }
            });
            builder(&self.host, &self.options).redirect(policy)
        };
        let client = builder().tls_certs_merge(self.certificates.clone()).build();
        let client = client
            .or_else(|_| builder().tls_certs_only(self.certificates.clone()).build())
            .map_err(|e| no_client(&self.host, &e))?;
        Ok(self.faithful.get_or_init(|| client))
    }
}

/// The same name and port; plain HTTP may become TLS.
fn is_same_host(first: &Url, next: &Url) -> bool {
    let upgraded = first.scheme() == "http" && next.scheme() == "https";
    first.host() == next.host()
        && (first.port_or_known_default() == next.port_or_known_default()
            || upgraded && first.port().is_none() && next.port().is_none())
}

/// Where redirects may lead.
fn to(options: &RegistryOptions) -> impl Fn(redirect::Attempt<'_>) -> redirect::Action + use<> {
    let link_local = options.link_local;
    move |attempt| anywhere(attempt, link_local)
}

fn anywhere(attempt: redirect::Attempt<'_>, link_local: bool) -> redirect::Action {
    let secure = |url: &Url| url.scheme() == "https";
    if !link_local && link_local::is_named(attempt.url()) {
        attempt.error(link_local::WHY)
    } else if attempt.previous().len() > MAX_REDIRECTS {
        attempt.error("too many redirects")
    } else if attempt.previous().last().is_some_and(secure) && !secure(attempt.url()) {
        attempt.error("a redirect from TLS to plain HTTP")
    } else {
        attempt.follow()
    }
}

fn builder(host: &str, options: &RegistryOptions) -> ClientBuilder {
    let mut builder = Client::builder()
        .user_agent(concat!("lazaret/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(options.connect_timeout)
        .timeout(options.stall_timeout)
        .referer(false);
    if !options.link_local {
        builder = builder.dns_resolver(Arc::new(link_local::Elsewhere));
    }
    if is_loopback(host) {
        builder = builder.no_proxy();
    }
    if options.unverified.contains(host) {
        builder = builder.tls_danger_accept_invalid_certs(true);
    }
    builder
}

fn no_client(host: &str, error: &reqwest::Error) -> RegistryError {
    let cause = std::error::Error::source(error);
    RegistryError::Tls {
        host: host.to_owned(),
        why: cause.map_or_else(|| error.to_string(), ToString::to_string),
    }
}

/// Whether a host is this machine itself, where TLS protects nothing.
pub(crate) fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name == "localhost"
        || name
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

pub(crate) fn certificates(
    host: &str,
    options: &RegistryOptions,
) -> Result<Vec<Certificate>, RegistryError> {
    let mut files = options.ca_files.clone();
    for dir in &options.certs_dirs {
        let Ok(entries) = std::fs::read_dir(dir.join(host)) else {
            continue;
        };
        let mut found: Vec<_> = entries
            .filter_map(|e| e.ok().map(|e| e.path()))
            .filter(|p| p.extension().is_some_and(|e| e == "crt"))
            .collect();
        found.sort();
        files.extend(found);
    }
    let mut all = Vec::new();
    for path in files {
        all.extend(read_certificates(&path)?);
    }
    Ok(all)
}

fn read_certificates(path: &Path) -> Result<Vec<Certificate>, RegistryError> {
    let fail = |why: String| RegistryError::Authority {
        path: path.to_owned(),
        why,
    };
    let pem = std::fs::read(path).map_err(|e| fail(e.to_string()))?;
    let found = Certificate::from_pem_bundle(&pem).map_err(|e| fail(e.to_string()))?;
    match found.is_empty() {
        true => Err(fail("there is no certificate in PEM form".into())),
        false => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(first: &str, next: &str, expected: bool) {
        let parse = |text: &str| Url::parse(text).expect("an address");
        assert_eq!(
            is_same_host(&parse(first), &parse(next)),
            expected,
            "{first} to {next}"
        );
    }

    #[test]
    fn a_host_is_its_name_and_port() {
        check("https://a.example/x", "https://a.example/y", true);
        check("https://a.example", "https://a.example:443/y", true);
        check("http://a.example", "https://a.example/y", true);
        check("https://a.example", "https://b.example", false);
        check("https://a.example", "https://sub.a.example", false);
        check("https://a.example", "https://a.example:8443", false);
        check("http://a.example:5000", "https://a.example:5001", false);
    }

    #[test]
    fn loopback_is_this_machine_alone() {
        for host in ["localhost", "localhost:5000", "127.0.0.1:1", "[::1]:5000"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["localhost.example", "10.0.0.1", "[::2]:1", "a"] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
