//! Registries that lie about lengths, dawdle, or send their clients elsewhere.

use std::io::Read;
use std::time::{Duration, Instant};

use lazaret_image::ImageRef;
use lazaret_image::credentials::{Credential, Secret};
use lazaret_image::registry::{RegistryError, RegistryOptions, pull_artifact};
use lazaret_testkit::registry::{LoopbackRegistry, Manners, Request};

use crate::registry::{basic, content, fill, open, options, with};

fn start(manners: Manners) -> LoopbackRegistry {
    LoopbackRegistry::start(manners).expect("a port is free")
}

/// The layer, whole and verified, or why not.
fn layer(reference: &ImageRef, options: &RegistryOptions) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let artifact = pull_artifact(reference, Some("l"), options);
    let mut artifact = artifact.map_err(|e| e.to_string())?;
    match artifact.read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn no_more_is_read_than_the_manifest_promised() {
    let endless = start(Manners {
        endless: true,
        ..Manners::default()
    });
    let reference = fill(&endless, &content());
    assert!(layer(&reference, &options()) == Ok(content()));
    let longer = start(Manners {
        length_off_by: 1 << 40,
        ..Manners::default()
    });
    let reference = fill(&longer, &content());
    assert!(layer(&reference, &options()) == Ok(content()));
}

#[test]
fn a_length_that_is_too_short_ends_in_an_error_after_few_requests() {
    let registry = start(Manners {
        length_off_by: -1,
        ..Manners::default()
    });
    let reference = fill(&registry, &content());
    let error = layer(&reference, &options()).expect_err("a byte is missing");
    assert!(error.contains("broke off at byte 399999"), "{error}");
    assert!(registry.requests().len() < 10);
}

#[test]
fn a_line_that_drips_is_given_up() {
    let registry = start(Manners {
        drip: Some(Duration::from_millis(5)),
        ..Manners::default()
    });
    let reference = fill(&registry, &content());
    let options = RegistryOptions {
        stall_timeout: Duration::from_millis(200),
        retries: 2,
        ..options()
    };
    let start = Instant::now();
    let error = open(&reference, &options).err().expect("it never ends");
    assert!(matches!(error, RegistryError::Transport { .. }), "{error}");
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_layer_that_drips_is_given_up() {
    let registry = start(Manners::default());
    let reference = fill(&registry, &content());
    let dripping = start(Manners {
        drip: Some(Duration::from_millis(5)),
        ..Manners::default()
    });
    fill(&dripping, &content());
    let sending = start(Manners {
        blobs_at: Some(format!("http://{}", dripping.host())),
        ..Manners::default()
    });
    fill(&sending, &content());
    let reference: ImageRef = reference
        .to_string()
        .replace(&registry.host(), &sending.host())
        .parse()
        .expect("good");
    let options = RegistryOptions {
        stall_timeout: Duration::from_millis(200),
        retries: 2,
        ..options()
    };
    let start = Instant::now();
    let error = layer(&reference, &options).expect_err("it never ends");
    assert!(error.contains("broke off at byte"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn content_that_changes_while_a_line_is_broken_is_not_believed() {
    let registry = start(Manners {
        cut_after: Some(150_000),
        change_on_resume: true,
        ..Manners::default()
    });
    let reference = fill(&registry, &content());
    let error = layer(&reference, &options()).expect_err("it is other content");
    assert!(error.contains("tampered"), "{error}");
}

#[test]
fn a_manifest_may_not_promise_more_than_any_layer_has() {
    let registry = start(Manners::default());
    let reference = fill(&registry, &content());
    let diff_id = format!("sha256:{}", "0".repeat(64));
    let config = serde_json::json!({"rootfs": {"diff_ids": [diff_id]}}).to_string();
    let manifest = serde_json::json!({
        "schemaVersion": 2,
        "config": {
            "mediaType": crate::made::CONFIG, "size": config.len(),
            "digest": registry.blob("team/app", config.as_bytes()),
        },
        "layers": [{"mediaType": "l", "digest": diff_id, "size": 1u64 << 60}],
    });
    let manifest = manifest.to_string();
    registry.manifest("team/app", "1", crate::made::MANIFEST, manifest.as_bytes());
    let error = open(&reference, &options()).err().expect("it is too large");
    assert!(error.to_string().contains("size of a layer"), "{error}");
}

fn identity() -> Credential {
    Credential::IdentityToken(Secret::new("refresh-me"))
}

/// What a host hears to which a token service sends somebody with a credential on.
fn heard_elsewhere(status: u16, credential: Credential) -> (Vec<Request>, Vec<Request>) {
    let thief = start(Manners::default());
    let registry = start(Manners {
        bearer: true,
        tokens_at: Some((status, format!("http://{}/token", thief.host()))),
        ..Manners::default()
    });
    let reference = fill(&registry, &content());
    let opened = open(&reference, &with(&registry.host(), credential));
    let error = opened.err().expect("there is no token");
    assert!(error.to_string().contains("to another host"), "{error}");
    (thief.requests(), registry.requests())
}

#[test]
fn a_token_service_cannot_send_a_secret_to_another_host() {
    for status in [301, 302, 303, 307, 308] {
        for credential in [basic(), identity()] {
            let (elsewhere, here) = heard_elsewhere(status, credential);
            assert!(elsewhere.is_empty(), "{status}: {elsewhere:?}");
            // Nor is it asked again and again.
            assert_eq!(here.len(), 2, "{status}: {here:?}");
        }
    }
}

#[test]
fn a_refresh_token_is_exchanged_in_a_form() {
    let registry = start(Manners {
        bearer: true,
        ..Manners::default()
    });
    let reference = fill(&registry, &content());
    open(&reference, &with(&registry.host(), identity())).expect("it opens");
    let requests = registry.requests();
    let asked = requests.iter().find(|r| r.method == "POST");
    let form = &asked.expect("a form was sent").form;
    assert!(form.contains("refresh_token=refresh-me"), "{form}");
    assert!(requests.iter().all(|r| !r.path.contains("refresh-me")));
}

#[test]
fn somebody_without_a_secret_may_be_sent_on_for_a_token() {
    let service = start(Manners::default());
    let registry = start(Manners {
        bearer: true,
        tokens_at: Some((307, format!("http://{}/token", service.host()))),
        ..Manners::default()
    });
    let reference = fill(&registry, &content());
    open(&reference, &options()).expect("the other service has a token");
}

#[test]
fn a_circle_of_redirects_ends() {
    let registry = start(Manners::default());
    let around = start(Manners {
        blobs_at: Some(String::new()),
        ..Manners::default()
    });
    let reference = fill(&around, &content());
    let error = open(&reference, &options()).err().expect("it never ends");
    assert!(error.to_string().contains("too many redirects"), "{error}");
    assert!(around.requests().len() < 12);
    assert!(registry.requests().is_empty());
}

#[test]
fn a_wait_that_no_patience_covers_is_not_begun() {
    let registry = start(Manners {
        refuse_first: 99,
        refuse_with: 429,
        retry_after: Some("86400".into()),
        ..Manners::default()
    });
    let reference = fill(&registry, &content());
    let error = open(&reference, &options()).err().expect("it is refused");
    assert!(error.hint().is_some_and(|h| h.contains("86400 seconds")));
    assert_eq!(registry.requests().len(), 1);
}

#[test]
fn no_way_leads_to_a_link_local_address_that_was_not_allowed() {
    let options = RegistryOptions {
        link_local: false,
        ..options()
    };
    let aside = "http://169.254.169.254".to_owned();
    let manners = [
        Manners {
            blobs_at: Some(aside.clone()),
            ..Manners::default()
        },
        Manners {
            bearer: true,
            tokens_at: Some((307, format!("{aside}/latest"))),
            ..Manners::default()
        },
    ];
    for manners in manners {
        let registry = start(manners);
        let reference = fill(&registry, &content());
        let begun = Instant::now();
        let told = match open(&reference, &options) {
            Err(error) => error.to_string(),
            Ok(_) => layer(&reference, &options).expect_err("it is elsewhere"),
        };
        assert!(told.contains("link-local"), "{told}");
        assert!(begun.elapsed() < Duration::from_secs(5));
    }
    let reference = ImageRef {
        registry: "169.254.169.254:80".to_owned(),
        repository: "latest/meta-data".to_owned(),
        tag: Some("x".to_owned()),
        digest: None,
    };
    let error = open(&reference, &options).err().expect("refused");
    let is_refused = matches!(error, RegistryError::LinkLocal { .. });
    assert!(is_refused, "{error:?}");
}
