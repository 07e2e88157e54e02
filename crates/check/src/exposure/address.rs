//! Address ranges: who can be behind them.

use std::net::IpAddr;

/// Who can send from a range of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reach {
    /// Only addresses that are not routed on the internet.
    Private,
    /// Some addresses of the internet.
    Some,
    /// All of them.
    All,
}

/// Who can send from `cidr`, an address with or without a prefix; `None` when it is none.
pub(crate) fn reach(cidr: &str) -> Option<Reach> {
    let (address, bits) = cidr
        .trim()
        .split_once('/')
        .map_or((cidr.trim(), None), |(address, bits)| (address, Some(bits)));
    let address: IpAddr = address.parse().ok()?;
    let widest = if address.is_ipv4() { 32 } else { 128 };
    let bits: u8 = bits
        .map_or(Some(widest), |bits| bits.parse().ok())
        .filter(|bits| *bits <= widest)?;
    if bits == 0 {
        return Some(Reach::All);
    }
    Some(if is_private(address, bits) {
        Reach::Private
    } else {
        Reach::Some
    })
}

/// Whether the whole range is private (RFC 1918, 6598, 4193), local or for documentation's links.
fn is_private(address: IpAddr, bits: u8) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let octets = v4.octets();
            (octets[0] == 10 && bits >= 8)
                || (octets[0] == 172 && octets[1] & 0xf0 == 16 && bits >= 12)
                || (octets[0] == 192 && octets[1] == 168 && bits >= 16)
                || (octets[0] == 100 && octets[1] & 0xc0 == 64 && bits >= 10)
                || (octets[0] == 127 && bits >= 8)
                || (octets[0] == 169 && octets[1] == 254 && bits >= 16)
        }
        IpAddr::V6(v6) => {
            let first = v6.segments()[0];
            (first & 0xfe00 == 0xfc00 && bits >= 7)
                || (first & 0xffc0 == 0xfe80 && bits >= 10)
                || (v6.is_loopback() && bits == 128)
        }
    }
}

/// Whether `inner`, an address or range, lies whole in `outer`.
pub(crate) fn within(inner: &str, outer: &str) -> bool {
    fn parse(cidr: &str) -> Option<(u128, u8, bool)> {
        let (address, bits) = cidr
            .split_once('/')
            .map_or((cidr, None), |(address, bits)| (address, Some(bits)));
        let (value, widest, v4) = match address.parse().ok()? {
            IpAddr::V4(v4) => (u128::from(u32::from(v4)) << 96, 32, true),
            IpAddr::V6(v6) => (u128::from(v6), 128, false),
        };
        let bits = bits
            .map_or(Some(widest), |bits| bits.parse().ok())
            .filter(|bits| *bits <= widest)?;
        Some((value, bits, v4))
    }
    let (Some((inner, narrow, a)), Some((outer, wide, b))) = (parse(inner), parse(outer)) else {
        return false;
    };
    let mask = if wide == 0 {
        0
    } else {
        u128::MAX << (128 - u32::from(wide))
    };
    a == b && narrow >= wide && inner & mask == outer & mask
}
