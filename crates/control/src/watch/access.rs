//! How a registry is reached.

use std::collections::BTreeSet;
use std::time::Duration;

use lazaret_image::ImageRef;
use lazaret_image::credentials::{Credential, Keychain, Secret};
use lazaret_image::registry::RegistryOptions;
use lazaret_model::Digest;
use lazaret_wire::event::{is_repository, is_tag};

use super::Secrets;

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

/// The options for a registry's client. Credentials of the centre's own environment are of
/// no concern here: what is not stored is not shown to anybody.
pub(crate) fn options(
    host: &str,
    is_plain: bool,
    secrets: &Secrets,
    link_local: bool,
) -> RegistryOptions {
    let keychain = match &secrets.credential {
        None => Keychain::empty(),
        Some(credential) => {
            let password = Secret::new(credential.password.clone());
            let credential = match credential.username.as_str() {
                "" => Credential::RegistryToken(password),
                username => Credential::Basic {
                    username: username.to_owned(),
                    password,
                },
            };
            Keychain::empty().with(host, credential)
        }
    };
    let plain_http = match is_plain {
        true => BTreeSet::from([host.to_owned()]),
        false => BTreeSet::new(),
    };
    RegistryOptions {
        keychain,
        plain_http,
        // Who makes registries known is not to read what this machine alone may.
        link_local,
        // The queue tries again, and knows when.
        retries: 2,
        longest_wait: Duration::from_secs(5),
        ..RegistryOptions::default()
    }
}

/// The reference of an image. Made of its parts and not read from a text: a host without a
/// dot would be taken for a part of Docker Hub.
///
/// # Errors
/// With the part that cannot be one.
pub(crate) fn reference(
    host: &str,
    repository: &str,
    tag: Option<&str>,
    digest: Option<&str>,
) -> Result<ImageRef, String> {
    if !is_repository(repository) {
        return Err("the repository can be none".into());
    }
    if tag.is_some_and(|tag| !is_tag(tag)) {
        return Err("the tag can be none".into());
    }
    let digest = digest.map(str::parse::<Digest>).transpose();
    Ok(ImageRef {
        registry: host.to_owned(),
        repository: repository.to_owned(),
        tag: tag.map(str::to_owned),
        digest: digest.map_err(|error| error.to_string())?,
    })
}
