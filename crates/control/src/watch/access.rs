//! Where a registry is.

/// Host and port of a registry's address, and whether it is without TLS.
///
/// # Errors
/// With what is wrong with the address.
pub(crate) fn host_of(url: &str) -> Result<(String, bool), String> {
    let (is_plain, rest) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(rest), _) => (false, rest),
        (_, Some(rest)) => (true, rest),
        _ => return Err("the address begins with https:// or http://".into()),
    };
    let host = rest.trim_end_matches('/');
    let good = |b: u8| b.is_ascii_alphanumeric() || b".-:[]_".contains(&b);
    if host.is_empty() || host.len() > 255 || !host.bytes().all(good) {
        return Err("the address is a scheme and a host, with a port where it has one".into());
    }
    Ok((host.to_owned(), is_plain))
}
