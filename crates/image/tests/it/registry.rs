//! Pulling from registries that behave, and from those that do not.

use std::io::Read;
use std::time::Duration;

use lazaret_image::credentials::{Credential, Keychain, Secret};
use lazaret_image::registry::{self, RegistryError, RegistryOptions, pull_artifact};
use lazaret_image::{Image, ImageRef, Platforms};
use lazaret_testkit::registry::{LoopbackRegistry, Manners, digest_of};

const TYPE: &str = "application/vnd.oci.image.manifest.v1+json";

const CONFIG: &str = "application/vnd.oci.image.config.v1+json";

pub(crate) fn options() -> RegistryOptions {
    RegistryOptions {
        keychain: Keychain::empty(),
        certs_dirs: Vec::new(),
        first_wait: Duration::from_millis(1),
        longest_wait: Duration::from_millis(5),
        stall_timeout: Duration::from_secs(5),
        ..RegistryOptions::default()
    }
}

/// The image of this machine's platform.
pub(crate) fn open(
    reference: &ImageRef,
    options: &RegistryOptions,
) -> Result<Image, RegistryError> {
    let mut images = registry::open(reference, &Platforms::Host, options)?;
    assert_eq!(images.len(), 1);
    Ok(images.remove(0))
}

pub(crate) fn content() -> Vec<u8> {
    (0..100_000u32).flat_map(|n| n.to_le_bytes()).collect()
}

/// An image of one layer, which is `content`.
pub(crate) fn fill(registry: &LoopbackRegistry, content: &[u8]) -> ImageRef {
    let layer = registry.blob("team/app", content);
    let config = serde_json::json!({
        "os": "linux", "architecture": "amd64",
        "rootfs": {"type": "layers", "diff_ids": [layer]}
    });
    let config = config.to_string();
    let config_digest = registry.blob("team/app", config.as_bytes());
    let manifest = serde_json::json!({
        "schemaVersion": 2, "mediaType": TYPE,
        "config": {"mediaType": CONFIG, "digest": config_digest, "size": config.len()},
        "layers": [{"mediaType": "l", "digest": layer, "size": content.len()}]
    });
    registry.manifest("team/app", "1", TYPE, manifest.to_string().as_bytes());
    let reference = format!("{}/team/app:1", registry.host());
    reference.parse().expect("it is a reference")
}

#[track_caller]
fn check(manners: Manners, options: &RegistryOptions) -> LoopbackRegistry {
    let registry = LoopbackRegistry::start(manners).expect("a port is free");
    pulled(&registry, options);
    registry
}

/// The same, for somebody who has a password for this registry.
#[track_caller]
fn check_with_password(manners: Manners) {
    let registry = LoopbackRegistry::start(manners).expect("a port is free");
    pulled(&registry, &with(&registry.host(), basic()));
}

#[track_caller]
fn pulled(registry: &LoopbackRegistry, options: &RegistryOptions) {
    let reference = fill(registry, &content());
    let image = open(&reference, options).expect("the image opens");
    assert_eq!(image.layers.len(), 1);
    let mut got = Vec::new();
    pull_artifact(&reference, Some("l"), options)
        .expect("the artifact opens")
        .read_to_end(&mut got)
        .expect("the artifact is whole");
    assert!(got == content(), "{} bytes came", got.len());
}

#[track_caller]
fn refused(manners: Manners) -> RegistryError {
    let registry = LoopbackRegistry::start(manners).expect("a port is free");
    let reference = fill(&registry, &content());
    open(&reference, &options())
        .err()
        .expect("it must not open")
}

pub(crate) fn with(registry: &str, credential: Credential) -> RegistryOptions {
    let keychain = Keychain::empty().with(registry, credential);
    RegistryOptions {
        keychain,
        ..options()
    }
}

pub(crate) fn basic() -> Credential {
    let (username, password) = ("user".to_owned(), Secret::new("pass"));
    Credential::Basic { username, password }
}

#[test]
fn a_registry_that_behaves_is_pulled_from() {
    check(Manners::default(), &options());
}

#[test]
fn a_token_is_fetched_once_for_an_image() {
    let bearer = true;
    let registry = check(
        Manners {
            bearer,
            ..Manners::default()
        },
        &options(),
    );
    let requests = registry.requests();
    let tokens = requests.iter().filter(|r| r.path.starts_with("/token"));
    assert_eq!(tokens.count(), 2, "one for the image, one for the artifact");
    let scoped = |r: &&_| matches!(r, lazaret_testkit::registry::Request { path, .. } if path.contains("scope=repository%3Ateam%2Fapp%3Apull"));
    assert_eq!(requests.iter().filter(scoped).count(), 2);
}

#[test]
fn a_password_goes_to_the_token_service_or_the_registry_as_asked() {
    let authorization = Some("Basic dXNlcjpwYXNz".to_owned());
    for bearer in [false, true] {
        let authorization = authorization.clone();
        check_with_password(Manners {
            bearer,
            authorization,
            ..Manners::default()
        });
    }
}

#[test]
fn without_the_password_the_error_says_how_to_log_in() {
    let authorization = Some("Basic dXNlcjpwYXNz".to_owned());
    let error = refused(Manners {
        authorization,
        ..Manners::default()
    });
    assert!(
        matches!(error, RegistryError::Denied { status: 401, .. }),
        "{error}"
    );
    assert!(error.hint().is_some_and(|h| h.contains("docker login")));
}

#[test]
fn trouble_that_passes_is_waited_out() {
    for (refuse_with, after) in [(429, Some("0")), (503, None), (500, None)] {
        let retry_after = after.map(str::to_owned);
        check(
            Manners {
                refuse_first: 3,
                refuse_with,
                retry_after,
                ..Manners::default()
            },
            &options(),
        );
    }
}

#[test]
fn a_rate_limit_that_stays_is_named_with_its_end() {
    let retry_after = Some("77".to_owned());
    let manners = Manners {
        refuse_first: 99,
        refuse_with: 429,
        retry_after,
        ..Manners::default()
    };
    let error = refused(manners);
    assert!(
        error.hint().is_some_and(|h| h.contains("77 seconds")),
        "{error}"
    );
}

#[test]
fn a_broken_line_is_taken_up_where_it_broke() {
    let cut_after = Some(150_000);
    let registry = check(
        Manners {
            cut_after,
            ..Manners::default()
        },
        &options(),
    );
    let ranges = registry.requests().into_iter().filter_map(|r| r.range);
    assert_eq!(
        ranges.collect::<Vec<_>>(),
        ["bytes=150000-", "bytes=300000-"]
    );
}

#[test]
fn a_server_without_ranges_is_read_past_what_is_known() {
    let (cut_after, ignore_range) = (Some(150_000), true);
    check(
        Manners {
            cut_after,
            ignore_range,
            ..Manners::default()
        },
        &options(),
    );
}

#[test]
fn a_manifest_that_is_not_what_was_promised_is_refused() {
    let error = refused(Manners {
        lie_about_digest: true,
        ..Manners::default()
    });
    assert!(error.to_string().contains("tampered"), "{error}");
}

#[test]
fn credentials_do_not_follow_a_redirect_to_another_host() {
    let store = LoopbackRegistry::start(Manners::default()).expect("a port is free");
    fill(&store, &content());
    let authorization = Some("Basic dXNlcjpwYXNz".to_owned());
    let blobs_at = Some(format!("http://{}", store.host()));
    check_with_password(Manners {
        authorization,
        blobs_at,
        ..Manners::default()
    });
    let seen = store.requests();
    assert!(
        !seen.is_empty() && seen.iter().all(|r| r.authorization.is_none()),
        "{seen:?}"
    );
}

#[test]
fn a_missing_tag_is_final_and_said_in_the_registrys_words() {
    let registry = LoopbackRegistry::start(Manners::default()).expect("a port is free");
    let reference = format!("{}/team/app:2", registry.host());
    let reference: ImageRef = reference.parse().expect("it is a reference");
    let error = open(&reference, &options())
        .err()
        .expect("it must not open");
    assert!(error.to_string().ends_with("manifest unknown"), "{error}");
    assert_eq!(registry.requests().len(), 1);
}

#[test]
fn a_huge_manifest_is_not_read() {
    let registry = LoopbackRegistry::start(Manners::default()).expect("a port is free");
    registry.manifest("team/app", "1", TYPE, &vec![b' '; 9 << 20]);
    let reference: ImageRef = format!("{}/team/app:1", registry.host())
        .parse()
        .expect("good");
    let error = open(&reference, &options())
        .err()
        .expect("it must not open");
    assert!(error.to_string().contains("longer than"), "{error}");
}

#[test]
fn a_mirror_is_asked_first_and_may_fail() {
    let broken = LoopbackRegistry::start(Manners {
        refuse_first: 99,
        refuse_with: 404,
        ..Manners::default()
    });
    let broken = broken.expect("a port is free");
    let good = LoopbackRegistry::start(Manners::default()).expect("a port is free");
    fill(&good, &content());
    let mut options = options();
    let mirrors = vec![broken.host(), good.host()];
    options.mirrors.insert("registry.invalid".into(), mirrors);
    let reference: ImageRef = "registry.invalid/team/app:1".parse().expect("good");
    let image = open(&reference, &options).expect("a mirror has it");
    assert_eq!(image.name, "registry.invalid/team/app:1");
    assert_eq!(broken.requests().len(), 1);
    assert_eq!(digest_of(b"").len(), 71);
}

#[test]
fn a_mirror_is_not_shown_the_password_of_its_registry() {
    let authorization = Some("Basic dXNlcjpwYXNz".to_owned());
    for bearer in [false, true] {
        let registry = LoopbackRegistry::start(Manners {
            bearer,
            authorization: authorization.clone(),
            ..Manners::default()
        });
        let registry = registry.expect("a port is free");
        let mirror = LoopbackRegistry::start(Manners {
            bearer,
            authorization: authorization.clone(),
            ..Manners::default()
        });
        let mirror = mirror.expect("a port is free");
        fill(&mirror, &content());
        let reference = fill(&registry, &content());
        let mut options = with(&registry.host(), basic());
        options.mirrors.insert(registry.host(), vec![mirror.host()]);
        open(&reference, &options).expect("the registry has it");
        let seen = mirror.requests();
        assert!(
            !seen.is_empty() && seen.iter().all(|r| r.authorization.is_none()),
            "{seen:?}"
        );
    }
}

#[test]
fn a_closed_port_is_said_to_refuse() {
    let reference: ImageRef = "127.0.0.1:1/a:1".parse().expect("good");
    let error = open(&reference, &options()).err().expect("nobody listens");
    assert!(matches!(error, RegistryError::Refused { .. }), "{error:?}");
}

#[test]
fn a_registry_tells_its_repositories_where_it_does() {
    let registry = LoopbackRegistry::start(Manners {
        bearer: true,
        ..Manners::default()
    });
    let registry = registry.expect("a registry");
    let body = br#"{"repositories": ["team/app", "team/base"]}"#;
    let path = "/v2/_catalog?n=1000".to_owned();
    registry.put(path, "application/json", body);
    let found = registry::repositories(&registry.host(), &options()).expect("a catalogue");
    assert_eq!(found.repositories, ["team/app", "team/base"]);
    assert!(!found.has_more);
    let closed = LoopbackRegistry::start(Manners::default()).expect("a registry");
    let refused = registry::repositories(&closed.host(), &options());
    assert!(matches!(refused, Err(RegistryError::NotFound { .. })));
}

/// A registry that answers each request with the next of `pages`: its names, and whether it
/// says that there are more.
fn paged(pages: Vec<(&'static str, bool)>) -> (String, std::thread::JoinHandle<()>) {
    use std::io::{Read as _, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let host = listener.local_addr().expect("an address").to_string();
    let serve = move || {
        for (number, (names, has_next)) in pages.into_iter().enumerate() {
            let (mut stream, _) = listener.accept().expect("somebody asks");
            let mut head = [0; 4096];
            let read = stream.read(&mut head).expect("a request");
            assert!(head[..read].starts_with(b"GET /v2/_catalog?"));
            let body = format!("{{\"repositories\": [{names}]}}");
            let link = match has_next {
                true => format!("Link: </v2/_catalog?last={number}&n=1000>; rel=\"next\"\r\n"),
                false => String::new(),
            };
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{link}Connection: close\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).expect("an answer");
        }
    };
    (host, std::thread::spawn(serve))
}

#[test]
fn a_list_that_ends_before_its_end_is_not_whole() {
    for (pages, expected, has_more) in [
        (
            vec![("\"a\"", true), ("\"b\"", false)],
            vec!["a", "b"],
            false,
        ),
        (vec![("\"a\"", true), ("", false)], vec!["a"], false),
        (vec![("\"a\"", true), ("", true)], vec!["a"], true),
    ] {
        let (host, server) = paged(pages);
        let found = registry::repositories(&host, &options()).expect("a catalogue");
        server.join().expect("every page was asked for");
        assert_eq!(found.repositories, expected);
        assert_eq!(found.has_more, has_more, "{expected:?}");
    }
}
