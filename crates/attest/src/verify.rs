//! Which trusted signer has made a signature.

use crate::chain::{self, shown};
use crate::examine::Subject;
use crate::key::KeyKind;
use crate::log::{Expected, Logged, Unproven};
use crate::root::Authority;
use crate::signed::{Content, Signed};
use crate::trust::{Identity, SignerProof};
use crate::{Certificate, PublicKey, TrustedSigner, sct};

/// Why a signature does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// It was examined.
    Refused(String),
    /// It could not be examined.
    NotExamined(String),
}

/// What was verified.
pub(crate) struct Verified {
    pub(crate) signer: String,
    /// What else, for people.
    pub(crate) detail: String,
}

/// The first of `signers` that has made it.
///
/// # Errors
/// With the reason of the signer that was the nearest: one whose identity fits tells more
/// than one whose key does not.
pub(crate) fn by_whom(
    signed: &Signed,
    signers: &[TrustedSigner],
    repositories: &[String],
    subject: &Subject,
    now: i64,
) -> Result<Verified, Doubt> {
    if let Some(expires) = signed.expires.filter(|expires| *expires < now) {
        let why = format!("it was good until {}", shown(expires));
        return Err(Doubt::Refused(why));
    }
    let mut nearest: Option<(u8, Doubt)> = None;
    for signer in signers {
        let made = match &signer.proof {
            SignerProof::Key(key) => by_key(signed, key),
            SignerProof::Identity(identity) => by_identity(signed, identity, now),
        };
        let made = made.and_then(|detail| {
            let named = repositories
                .iter()
                .any(|name| is_same(name, &subject.repository));
            match signer.binds_repository && !named {
                true => Err((4, for_another(repositories, subject))),
                false => Ok(detail),
            }
        });
        match made {
            Ok(detail) => {
                return Ok(Verified {
                    signer: signer.name.clone(),
                    detail,
                });
            }
            Err(doubt) if nearest.as_ref().is_none_or(|(near, _)| *near < doubt.0) => {
                nearest = Some(doubt);
            }
            Err(_) => {}
        }
    }
    let nobody = || Doubt::Refused("nobody is trusted to sign this image".to_owned());
    Err(nearest.map_or_else(nobody, |(_, doubt)| doubt))
}

fn for_another(repositories: &[String], subject: &Subject) -> Doubt {
    let named = match repositories.join(", ") {
        empty if empty.is_empty() => "it names no repository".to_owned(),
        named => format!(
            "it was made for {}",
            named.chars().take(300).collect::<String>()
        ),
    };
    Doubt::Refused(format!("{named}, and not for {}", subject.repository))
}

/// Whether a name is that of a repository, whatever tag or digest stands behind it.
fn is_same(name: &str, repository: &str) -> bool {
    let name = name.split('@').next().unwrap_or_default();
    let name = match name.rsplit_once(':') {
        Some((path, tag)) if !tag.contains('/') => path,
        _ => name,
    };
    plain(name) == plain(repository)
}

/// Docker Hub has several names.
fn plain(repository: &str) -> &str {
    let hosts = ["index.docker.io/", "registry-1.docker.io/", "docker.io/"];
    let mut hosts = hosts
        .iter()
        .filter_map(|host| repository.strip_prefix(host));
    let rest = hosts.next().unwrap_or(repository);
    rest.strip_prefix("library/").unwrap_or(rest)
}

/// How near a signer was comes with the reason.
type Near = (u8, Doubt);

fn refused(near: u8, why: impl Into<String>) -> Near {
    (near, Doubt::Refused(why.into()))
}

fn by_key(signed: &Signed, key: &PublicKey) -> Result<String, Near> {
    if signed.signature_of(key).is_some() {
        return Ok("by its key".to_owned());
    }
    // cosign signs with Ed25519ph here, and nothing in the signature says so.
    let may_be_prehashed = key.kind() == KeyKind::Ed25519
        && signed.content == Content::Simple
        && signed.signatures.iter().any(|one| one.len() == 64);
    if may_be_prehashed {
        let why = "no trusted key has made it as Ed25519, and Ed25519ph is not examined";
        return Err((1, Doubt::NotExamined(why.to_owned())));
    }
    Err(match signed.certificates.is_empty() {
        true => refused(
            1,
            "no trusted key has made it, or it was changed afterwards",
        ),
        false => refused(
            0,
            "it was made with a certificate, and only keys are trusted",
        ),
    })
}

fn by_identity(signed: &Signed, identity: &Identity, now: i64) -> Result<String, Near> {
    let Some(leaf) = signed.certificates.first() else {
        return Err(refused(0, "no certificate came with it"));
    };
    if !identity.is_of(leaf) {
        return Err(refused(2, "the certificate names nobody who is trusted"));
    }
    let Some(signature) = signed.signature_of(leaf.key()) else {
        let why = "the certificate's key has not made it, or it was changed afterwards";
        return Err(refused(3, why));
    };
    let expected = Expected {
        payload: &signed.payload,
        signature,
        verifier: leaf.der(),
    };
    let logged = logged(signed, identity, &expected);
    let between = signed.certificates.get(1..).unwrap_or_default();
    vouched(leaf, between, identity, &logged, now).map_err(|why| {
        let is_open = matches!(logged, Err(Unproven::Unknown(_))) || signed.has_timestamp;
        // Only the proof of its time is missing, and that is what could not be examined.
        match is_open && matches!(why, Missing::Time(_)) {
            true => {
                let told = match &logged {
                    Err(Unproven::Unknown(why)) => why.as_str(),
                    _ => "timestamps of authorities (RFC 3161) are not examined",
                };
                (4, Doubt::NotExamined(format!("{}: {told}", why.text())))
            }
            false => refused(4, why.text()),
        }
    })
}

/// What a trusted log says of the signature; the reason of the last entry where none does.
fn logged(
    signed: &Signed,
    identity: &Identity,
    expected: &Expected<'_>,
) -> Result<Logged, Unproven> {
    let mut last = Unproven::Wrong("it came without the entry of a transparency log".to_owned());
    for entry in &signed.entries {
        match entry.verify(&identity.anchors.logs, expected) {
            Ok(logged) => return Ok(logged),
            Err(why) => last = why,
        }
    }
    Err(last)
}

/// Why a certificate is not believed.
enum Missing {
    /// Nothing proves when it signed.
    Time(String),
    /// Something else.
    Chain(String),
}

impl Missing {
    fn text(&self) -> String {
        match self {
            Self::Time(text) | Self::Chain(text) => text.clone(),
        }
    }
}

/// Whether an authority vouches for a certificate at the time of signing: the time that a
/// log has signed, or now for authorities that the user laid out.
fn vouched(
    leaf: &Certificate,
    between: &[Certificate],
    identity: &Identity,
    logged: &Result<Logged, Unproven>,
    now: i64,
) -> Result<String, Missing> {
    let anchors = &identity.anchors;
    let proven = logged.as_ref().ok().and_then(|logged| logged.at);
    let roots: Vec<&Certificate> = anchors.roots.iter().collect();
    let own = chain::verify(leaf, between, &roots, proven.unwrap_or(now));
    match (&own, proven) {
        (Ok(()), Some(at)) => return Ok(format!("logged at {}", shown(at))),
        (Ok(()), None) => return Ok("by its certificate, which is valid now".to_owned()),
        (Err(_), _) => {}
    }
    if anchors.authorities.is_empty() {
        return Err(match own {
            Err(why) if proven.is_none() && now > leaf.validity().1 => Missing::Time(format!(
                "{why}; nothing proves that it signed while it was valid"
            )),
            Err(why) => Missing::Chain(why),
            Ok(()) => Missing::Chain(String::new()),
        });
    }
    let Some(at) = proven else {
        let why = match logged {
            Err(Unproven::Wrong(why) | Unproven::Unknown(why)) => why.as_str(),
            Ok(_) => "the log has not signed when it took it",
        };
        return Err(Missing::Time(format!(
            "made with a certificate of minutes, and no transparency proof was verified: {why}"
        )));
    };
    let valid = anchors
        .authorities
        .iter()
        .filter(|one| one.period.holds(at));
    let mut why = "no trusted authority vouches for the certificate".to_owned();
    for authority in valid {
        match by_authority(leaf, between, authority, identity, at) {
            Ok(()) => return Ok(format!("logged at {}", shown(at))),
            Err(reason) => why = reason,
        }
    }
    Err(Missing::Chain(why))
}

fn by_authority(
    leaf: &Certificate,
    between: &[Certificate],
    authority: &Authority,
    identity: &Identity,
    at: i64,
) -> Result<(), String> {
    let mut issuers = authority.intermediates.clone();
    issuers.extend(between.iter().cloned());
    chain::verify(leaf, &issuers, &[&authority.root], at)?;
    let logs = &identity.anchors.certificate_logs;
    // A trusted root that names no log of certificates asks for none.
    if logs.is_empty() {
        return Ok(());
    }
    issuers.push(authority.root.clone());
    sct::verify(leaf, &issuers, logs)
}
