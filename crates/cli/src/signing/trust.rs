//! Whom the arguments and the policy trust to sign which images.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;

use lazaret_attest::{Anchors, Certificate, Identity, Log, Pattern, PublicKey, TrustedSigner};
use lazaret_policy::{Match, Signer, SignerProof};

use crate::args::SignatureArgs;
use crate::errors;

/// Largest file with a key, certificates or a trusted root, in bytes.
const MAX_FILE: u64 = 4 << 20;

/// Everybody who is trusted to sign something.
#[derive(Debug)]
pub(crate) struct Trust {
    /// Those of the command line, for every image.
    own: Vec<TrustedSigner>,
    /// Those of the policy, for the images that it names.
    named: Vec<(Signer, TrustedSigner)>,
}

impl Trust {
    /// Those whom the arguments and a policy name; `None` where they name nobody, and
    /// signatures are not looked for.
    ///
    /// # Errors
    /// When a key, a certificate or a root cannot be read.
    pub(crate) fn of(
        args: &SignatureArgs,
        signers: &[Signer],
    ) -> anyhow::Result<Option<Arc<Self>>> {
        let named = signers.iter().map(|signer| {
            let trusted = of_policy(signer);
            let trusted =
                trusted.with_context(|| format!("{}: signer {}", signer.place, signer.name));
            Ok((signer.clone(), trusted?))
        });
        let trust = Self {
            own: of_arguments(args)?,
            named: named.collect::<anyhow::Result<_>>()?,
        };
        let is_empty = trust.own.is_empty() && trust.named.is_empty();
        Ok((!is_empty).then(|| Arc::new(trust)))
    }

    /// Those whose signature counts for an image.
    pub(super) fn for_image(&self, name: &str) -> Vec<TrustedSigner> {
        let named = self.named.iter().filter(|(signer, _)| signer.is_for(name));
        let named = named.map(|(_, trusted)| trusted.clone());
        self.own.iter().cloned().chain(named).collect()
    }
}

fn of_arguments(args: &SignatureArgs) -> anyhow::Result<Vec<TrustedSigner>> {
    let mut signers = Vec::new();
    for path in &args.verify_key {
        let key = PublicKey::from_pem(&read(path)?);
        let key = key.with_context(|| format!("--verify-key {}", path.display()))?;
        let name = path
            .file_name()
            .map_or_else(String::new, |name| name.to_string_lossy().into());
        signers.push(TrustedSigner {
            name,
            proof: lazaret_attest::SignerProof::Key(key),
            binds_repository: args.verify_same_repository,
        });
    }
    let (subject, name) = match (&args.verify_identity, &args.verify_identity_regex) {
        (Some(_), Some(_)) => {
            let what = "--verify-identity and --verify-identity-regex say the same thing twice";
            return Err(errors::refused(what, "one of them"));
        }
        (Some(text), None) => (Pattern::exact(text), text),
        (None, Some(text)) => (
            Pattern::regex(text).context("--verify-identity-regex")?,
            text,
        ),
        (None, None) if has_anchors(args) => {
            let what = "authorities vouch for names, and none is given";
            return Err(errors::refused(what, "--verify-identity NAME"));
        }
        (None, None) => return Ok(signers),
    };
    let anchors = anchors(args)?;
    if anchors.is_empty() {
        let what = "a name is only as good as who vouches for it, and nobody is trusted to";
        let next = "--trusted-root FILE, or --verify-authority FILE";
        return Err(errors::refused(what, next));
    }
    signers.push(TrustedSigner {
        name: name.clone(),
        proof: lazaret_attest::SignerProof::Identity(Identity {
            subject,
            issuer: args.verify_issuer.as_deref().map(Pattern::exact),
            anchors: Arc::new(anchors),
        }),
        binds_repository: args.verify_same_repository,
    });
    Ok(signers)
}

fn has_anchors(args: &SignatureArgs) -> bool {
    args.trusted_root.is_some()
        || args.verify_issuer.is_some()
        || !args.verify_authority.is_empty()
        || !args.verify_log.is_empty()
}

fn anchors(args: &SignatureArgs) -> anyhow::Result<Anchors> {
    let (mut roots, mut logs) = (Vec::new(), Vec::new());
    for path in &args.verify_authority {
        let found = Certificate::from_pem(&read(path)?);
        roots.extend(found.with_context(|| format!("--verify-authority {}", path.display()))?);
    }
    for path in &args.verify_log {
        let key = PublicKey::from_pem(&read(path)?);
        let key = key.with_context(|| format!("--verify-log {}", path.display()))?;
        logs.push(Log::of_key(key));
    }
    let own = Anchors::of(roots, logs);
    match &args.trusted_root {
        None => Ok(own),
        Some(path) => {
            let root = Anchors::from_trusted_root(&read(path)?);
            Ok(own.and(root.with_context(|| format!("--trusted-root {}", path.display()))?))
        }
    }
}

fn of_policy(signer: &Signer) -> anyhow::Result<TrustedSigner> {
    let bytes = |text: &String| stated(text, &signer.document);
    let proof = match &signer.proof {
        SignerProof::Key(key) => {
            lazaret_attest::SignerProof::Key(PublicKey::from_pem(&bytes(key)?)?)
        }
        SignerProof::Identity {
            subject,
            issuer,
            authorities,
            logs,
            trusted_root,
        } => {
            let roots = match authorities {
                Some(text) => Certificate::from_pem(&bytes(text)?)?,
                None => Vec::new(),
            };
            let logs = logs.iter();
            let logs = logs.map(|text| Ok(Log::of_key(PublicKey::from_pem(&bytes(text)?)?)));
            let mut anchors = Anchors::of(roots, logs.collect::<anyhow::Result<_>>()?);
            if let Some(text) = trusted_root {
                anchors = anchors.and(Anchors::from_trusted_root(&bytes(text)?)?);
            }
            lazaret_attest::SignerProof::Identity(Identity {
                subject: match subject {
                    Match::Exact(text) => Pattern::exact(text),
                    Match::Expression(text) => Pattern::regex(text)?,
                },
                issuer: issuer.as_deref().map(Pattern::exact),
                anchors: Arc::new(anchors),
            })
        }
    };
    Ok(TrustedSigner {
        name: signer.name.clone(),
        proof,
        binds_repository: signer.same_repository,
    })
}

/// What a policy states itself, or what is in the file that it names: from the folder of the
/// document.
fn stated(text: &str, document: &str) -> anyhow::Result<Vec<u8>> {
    if text.contains("-----BEGIN") || text.trim_start().starts_with('{') {
        return Ok(text.as_bytes().to_vec());
    }
    let folder = Path::new(document).parent().unwrap_or(Path::new(""));
    read(&folder.join(PathBuf::from(text)))
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    use std::io::Read as _;
    let file = std::fs::File::open(path).with_context(|| errors::read(path))?;
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1)
        .read_to_end(&mut bytes)
        .with_context(|| errors::read(path))?;
    anyhow::ensure!(
        bytes.len() as u64 <= MAX_FILE,
        "{} has more than {MAX_FILE} bytes",
        path.display()
    );
    Ok(bytes)
}
