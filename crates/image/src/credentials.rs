//! Credentials of registries, from where Docker, Podman and their helpers keep them.
//!
//! Sources: Docker's `config.json` (`auths`, `credHelpers`, `credsStore`), the
//! containers project's `auth.json(5)`, the credential helper protocol. A secret never
//! appears in a `Debug` output or an error; a helper that hangs or floods is ended.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use base64::Engine;
use serde::Deserialize;

/// Largest credentials file and helper answer, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// How long a helper may take; some of them ask a cloud or a person.
const HELPER_PATIENCE: Duration = Duration::from_secs(60);

/// A text that is never printed.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for the wire.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// Who we are towards a registry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Credential {
    /// Nobody.
    #[default]
    Anonymous,
    /// User name and password.
    Basic {
        /// The user's name.
        username: String,
        /// The password or personal token.
        password: Secret,
    },
    /// A refresh token, which the token service exchanges.
    IdentityToken(Secret),
    /// A token that goes to the registry as it is.
    RegistryToken(Secret),
}

/// Why credentials cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    /// The file cannot be read.
    #[error("read credentials from {path}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The file makes no sense.
    #[error("credentials file {path}, line {line}: it is not the JSON that Docker or Podman write")]
    Json {
        /// Which file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
    },
    /// The helper did not answer well.
    #[error("credential helper `docker-credential-{helper}`: {why}")]
    Helper {
        /// Name of the helper.
        helper: String,
        /// What went wrong.
        why: String,
    },
}

/// Where credentials are looked for.
#[derive(Debug, Clone, Default)]
pub struct Keychain {
    /// The registry that a credential was given for, and the credential.
    explicit: Option<(String, Credential)>,
    files: Vec<PathBuf>,
}

#[derive(Deserialize, Default)]
struct ConfigFile {
    #[serde(default)]
    auths: BTreeMap<String, AuthEntry>,
    #[serde(rename = "credHelpers", default)]
    helpers: BTreeMap<String, String>,
    #[serde(rename = "credsStore", default)]
    store: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct AuthEntry {
    auth: String,
    username: String,
    password: String,
    identitytoken: String,
    registrytoken: String,
}

#[derive(Deserialize)]
struct HelperAnswer {
    #[serde(rename = "Username", default)]
    username: String,
    #[serde(rename = "Secret", default)]
    secret: String,
}

impl Keychain {
    /// No credentials at all.
    pub fn empty() -> Self {
        Self::default()
    }

    /// The files that Docker and Podman would read, by this process's environment.
    pub fn from_environment() -> Self {
        let var = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty());
        let home = var("HOME").map(PathBuf::from);
        let under_home = |rest: &str| home.as_ref().map(|h| h.join(rest));
        let files = [
            var("REGISTRY_AUTH_FILE").map(PathBuf::from),
            var("DOCKER_CONFIG").map(|d| PathBuf::from(d).join("config.json")),
            var("XDG_RUNTIME_DIR").map(|d| PathBuf::from(d).join("containers/auth.json")),
            var("XDG_CONFIG_HOME").map(|d| PathBuf::from(d).join("containers/auth.json")),
            under_home(".config/containers/auth.json"),
            under_home(".docker/config.json"),
        ];
        Self::from_files(files.into_iter().flatten().collect())
    }

    /// Credentials from these files only, the first that has any wins.
    pub fn from_files(files: Vec<PathBuf>) -> Self {
        Self {
            explicit: None,
            files,
        }
    }

    /// Uses this credential for one registry (`host[:port]`), whatever the files say. No
    /// other host is shown it: a mirror has credentials of its own, or none.
    #[must_use]
    pub fn with(mut self, registry: &str, credential: Credential) -> Self {
        self.explicit = Some((normal(registry), credential));
        self
    }

    /// The credential for a repository of a registry.
    ///
    /// # Errors
    /// When a file is there but unreadable, or a helper fails. An absent file is nothing.
    pub fn find(&self, registry: &str, repository: &str) -> Result<Credential, CredentialError> {
        if let Some((host, credential)) = &self.explicit
            && *host == normal(registry)
        {
            return Ok(credential.clone());
        }
        for path in &self.files {
            let Some(config) = read(path)? else { continue };
            let found = look(&config, registry, repository)?;
            if found != Credential::Anonymous {
                return Ok(found);
            }
        }
        Ok(Credential::Anonymous)
    }
}

fn read(path: &PathBuf) -> Result<Option<ConfigFile>, CredentialError> {
    let fail = |source| CredentialError::File {
        path: path.clone(),
        source,
    };
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(fail(e)),
    };
    let mut text = Vec::new();
    file.take(MAX_BYTES).read_to_end(&mut text).map_err(fail)?;
    if text.trim_ascii().is_empty() {
        return Ok(None);
    }
    // serde's message may quote what it could not read, which may be a secret.
    let config = serde_json::from_slice(&text).map_err(|e| CredentialError::Json {
        path: path.clone(),
        line: e.line(),
    })?;
    Ok(Some(config))
}

/// `registry/a/b/c`, `registry/a/b`, …, `registry`: the most particular key first.
fn keys(registry: &str, repository: &str) -> Vec<String> {
    let mut key = format!("{registry}/{repository}");
    let mut all = vec![key.clone()];
    while let Some((above, _)) = key.rsplit_once('/') {
        all.push(above.to_owned());
        key = above.to_owned();
    }
    all
}

/// Old clients wrote addresses where new ones write hosts.
fn normal(key: &str) -> String {
    let key = key
        .trim_start_matches("https://")
        .trim_start_matches("http://")
        .trim_end_matches('/');
    let key = key
        .strip_suffix("/v1")
        .or_else(|| key.strip_suffix("/v2"))
        .unwrap_or(key);
    match key {
        "index.docker.io" | "registry-1.docker.io" => "docker.io".to_owned(),
        other => other.to_owned(),
    }
}

fn look(
    config: &ConfigFile,
    registry: &str,
    repository: &str,
) -> Result<Credential, CredentialError> {
    let keys = keys(registry, repository);
    let helper = keys
        .iter()
        .find_map(|k| config.helpers.iter().find(|(h, _)| normal(h) == *k));
    if let Some((server, helper)) = helper {
        return ask_helper(helper, server);
    }
    for key in &keys {
        let entry = config.auths.iter().find(|(k, _)| normal(k) == *key);
        if let Some((_, entry)) = entry {
            let credential = entry.credential();
            if credential != Credential::Anonymous {
                return Ok(credential);
            }
        }
    }
    if config.store.is_empty() {
        return Ok(Credential::Anonymous);
    }
    let server = match registry {
        "docker.io" => "https://index.docker.io/v1/",
        other => other,
    };
    ask_helper(&config.store, server)
}

impl AuthEntry {
    fn credential(&self) -> Credential {
        if !self.identitytoken.is_empty() {
            return Credential::IdentityToken(Secret::new(self.identitytoken.as_str()));
        }
        if !self.registrytoken.is_empty() {
            return Credential::RegistryToken(Secret::new(self.registrytoken.as_str()));
        }
        let decoded = base64::engine::general_purpose::STANDARD
            .decode(self.auth.trim())
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok());
        let pair = decoded.as_deref().and_then(|text| text.split_once(':'));
        match pair {
            Some((username, password)) => Credential::Basic {
                username: username.to_owned(),
                password: Secret::new(password.trim_end_matches('\0')),
            },
            None if !self.username.is_empty() => Credential::Basic {
                username: self.username.clone(),
                password: Secret::new(self.password.as_str()),
            },
            None => Credential::Anonymous,
        }
    }
}

/// Runs `docker-credential-HELPER get`. "Not found" is no error, it is nobody.
fn ask_helper(helper: &str, server: &str) -> Result<Credential, CredentialError> {
    let fail = |why: String| CredentialError::Helper {
        helper: helper.escape_debug().to_string(),
        why,
    };
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    if helper.is_empty() || !helper.bytes().all(plain) {
        return Err(fail("that is no name of a helper".into()));
    }
    let mut child = Command::new(format!("docker-credential-{helper}"))
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| fail(format!("it cannot be started: {e}")))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A helper that answers without reading closes the pipe; its answer still counts.
        let _ = stdin.write_all(server.as_bytes());
    }
    let (tell, hear) = mpsc::channel();
    if let Some(stdout) = child.stdout.take() {
        std::thread::spawn(move || {
            let mut text = Vec::new();
            let read = stdout.take(MAX_BYTES).read_to_end(&mut text);
            let _ = tell.send(read.map(|_| text));
        });
    }
    let answer = hear.recv_timeout(HELPER_PATIENCE);
    let Ok(Ok(text)) = answer else {
        let _ = child.kill();
        let _ = child.wait();
        return Err(fail("it did not answer in time".into()));
    };
    let status = child.wait().map_err(|e| fail(e.to_string()))?;
    if !status.success() {
        let said = String::from_utf8_lossy(&text).to_ascii_lowercase();
        if said.contains("not found") {
            return Ok(Credential::Anonymous);
        }
        return Err(fail(format!("it ended with {status}")));
    }
    let answer: HelperAnswer =
        serde_json::from_slice(&text).map_err(|_| fail("its answer is not JSON".into()))?;
    Ok(match answer.username.as_str() {
        "" if answer.secret.is_empty() => Credential::Anonymous,
        "<token>" => Credential::IdentityToken(Secret(answer.secret)),
        _ => Credential::Basic {
            username: answer.username,
            password: Secret(answer.secret),
        },
    })
}

/// Reads `text` as a file of credentials and looks two repositories up in it; no helper
/// is asked. What a fuzzer calls.
#[doc(hidden)]
pub fn exercise(text: &[u8]) {
    if let Ok(mut config) = serde_json::from_slice::<ConfigFile>(text) {
        config.helpers.clear();
        config.store.clear();
        let _ = look(&config, "docker.io", "library/nginx");
        let _ = look(&config, "registry.example:5000", "a/b/c");
    }
    let _ = serde_json::from_slice::<HelperAnswer>(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"{"auths": {
        "https://index.docker.io/v1/": {"auth": "aHViOnB3"},
        "example.org": {"auth": "aG9zdDpwdw=="},
        "example.org/team": {"username": "team", "password": "x"},
        "token.example": {"auth": "", "identitytoken": "t"},
        "broken.example": {"auth": "%%%"}
    }}"#;

    #[track_caller]
    fn check(registry: &str, repository: &str, expected: &str) {
        let config: ConfigFile = serde_json::from_str(FILE).expect("the file is JSON");
        let got = look(&config, registry, repository).expect("no helper is asked");
        let got = match got {
            Credential::Basic { username, .. } => username,
            other => format!("{other:?}"),
        };
        assert_eq!(got, expected, "{registry}/{repository}");
    }

    #[test]
    fn the_most_particular_entry_wins() {
        check("docker.io", "library/nginx", "hub");
        check("example.org", "other/app", "host");
        check("example.org", "team/app", "team");
        check("token.example", "a", "IdentityToken(Secret)");
        check("broken.example", "a", "Anonymous");
        check("elsewhere.example", "a", "Anonymous");
    }

    #[test]
    fn a_secret_is_never_printed() {
        let credential = Credential::Basic {
            username: "u".into(),
            password: Secret::new("hunter2"),
        };
        assert!(!format!("{credential:?}").contains("hunter2"));
    }

    #[test]
    fn a_helper_cannot_be_a_path() {
        assert!(ask_helper("../../bin/sh", "x").is_err());
        assert!(ask_helper("", "x").is_err());
    }
}
