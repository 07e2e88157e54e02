//! Addresses of the link alone: no registry is there, but the services that hand machines their
//! credentials are. Whoever lets others say which registry is asked does not go there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// What errors say; [`super::endpoint`] looks for it.
pub(super) const WHY: &str = "a link-local address";

/// Where Amazon's machines find their credentials by IPv6; link-local in all but its number.
const AMAZON: Ipv6Addr = Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254);

/// Whether an address is link-local: 169.254.0.0/16 (RFC 3927), `fe80::/10` (RFC 4291), or
/// Amazon's `fd00:ec2::254`; also where IPv6 wraps IPv4.
pub(super) fn is(address: IpAddr) -> bool {
    let of_v4 = |address: Ipv4Addr| address.is_link_local();
    match address {
        IpAddr::V4(address) => of_v4(address),
        IpAddr::V6(address) => {
            let wrapped = address.to_ipv4_mapped().or(match address.segments() {
                // RFC 6052: a translator's prefix before the address.
                [0x64, 0xff9b, 0, 0, 0, 0, a, b] => {
                    Some(Ipv4Addr::from((u32::from(a) << 16) | u32::from(b)))
                }
                _ => None,
            });
            address.is_unicast_link_local() || address == AMAZON || wrapped.is_some_and(of_v4)
        }
    }
}

/// Whether an address of the web names a link-local one by its number. Names are looked at when
/// they are resolved.
pub(super) fn is_named(url: &Url) -> bool {
    let bare = url.host_str().unwrap_or_default();
    let bare = bare.trim_start_matches('[').trim_end_matches(']');
    bare.parse::<IpAddr>().is_ok_and(is)
}

/// Whether a registry's host (`host[:port]`) is a link-local address, however it is written.
pub fn is_link_local(host: &str) -> bool {
    // Numbers in every base are addresses for whoever connects.
    Url::parse(&format!("http://{host}/")).is_ok_and(|url| is_named(&url))
        // A zone makes it none that can be read, and no less link-local.
        || host.to_ascii_lowercase().starts_with("[fe80:") && host.contains('%')
}

/// Resolves names as the system does, without the link-local addresses among the answers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Elsewhere;

type Found = std::io::Result<Vec<SocketAddr>>;

impl Resolve for Elsewhere {
    fn resolve(&self, name: Name) -> Resolving {
        let shared: Arc<Mutex<(Option<Found>, Option<Waker>)>> = Arc::default();
        let theirs = Arc::clone(&shared);
        let host = name.as_str().to_owned();
        // The system's resolver takes its time, and the client has one thread for everything.
        let begun = std::thread::Builder::new().spawn(move || {
            let found = addresses(&host);
            let waker = {
                let mut shared = theirs.lock().unwrap_or_else(PoisonError::into_inner);
                shared.0 = Some(found);
                shared.1.take()
            };
            if let Some(waker) = waker {
                waker.wake();
            }
        });
        Box::pin(async move {
            begun?;
            let found = std::future::poll_fn(|context| {
                let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
                match shared.0.take() {
                    Some(found) => Poll::Ready(found),
                    None => {
                        shared.1 = Some(context.waker().clone());
                        Poll::Pending
                    }
                }
            });
            Ok(Box::new(found.await?.into_iter()) as Addrs)
        })
    }
}

fn addresses(host: &str) -> Found {
    let all: Vec<SocketAddr> = (host, 0).to_socket_addrs()?.collect();
    let there = !all.is_empty();
    let good: Vec<SocketAddr> = all.into_iter().filter(|one| !is(one.ip())).collect();
    match good.is_empty() && there {
        true => Err(std::io::Error::other(WHY)),
        false => Ok(good),
    }
}

#[cfg(test)]
mod tests {
    use super::is_link_local;

    #[test]
    fn an_address_is_link_local_however_it_is_written() {
        for host in [
            "169.254.169.254",
            "169.254.0.1:5000",
            "0xa9fea9fe",
            "2852039166:80",
            "169.254.43518",
            "[fe80::1]:5000",
            "[FEBF::1]",
            "[fe80::1%25eth0]:5000",
            "[fe80::1%eth0]",
            "[::ffff:169.254.169.254]",
            "[64:ff9b::a9fe:a9fe]:80",
            "[fd00:ec2::254]",
        ] {
            assert!(is_link_local(host), "{host}");
        }
        for host in [
            "169.253.1.1",
            "169.255.0.1:5000",
            "registry.example:5000",
            "127.0.0.1",
            "[fec0::1]",
            "[fd00:ec2::253]",
            "169.254.169.254.example",
            "[::1]:5000",
        ] {
            assert!(!is_link_local(host), "{host}");
        }
    }
}
