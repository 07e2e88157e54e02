//! Who is told: a file of receivers, read at the start.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::mail::{Mail, Said, TlsWord};
use crate::file::{self, FileError, Secret};

/// Kinds of receivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ReceiverKind {
    /// The event as JSON, signed.
    Webhook,
    /// An incoming webhook of Slack.
    Slack,
    /// A workflow of Microsoft Teams.
    Teams,
    /// An issue in Jira.
    Jira,
    /// An incident in PagerDuty.
    Pagerduty,
    /// A letter.
    Email,
}

impl ReceiverKind {
    /// As the file has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Slack => "slack",
            Self::Teams => "teams",
            Self::Jira => "jira",
            Self::Pagerduty => "pagerduty",
            Self::Email => "email",
        }
    }
}

/// A receiver.
#[derive(Debug, Clone)]
pub(crate) struct Receiver {
    pub(crate) name: String,
    pub(crate) kind: ReceiverKind,
    pub(crate) url: String,
    /// Key of Jira's project.
    pub(crate) project: String,
    /// What a webhook is signed with, or the token of a service.
    pub(crate) secret: Secret,
    /// For mail: from whom, to whom, over which server.
    pub(crate) mail: Option<Mail>,
    /// Events, `*` at the end allowed; empty: all.
    pub(crate) events: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    receivers: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    kind: ReceiverKind,
    url: Option<String>,
    /// A file with the address: those of Slack and Teams are secrets themselves.
    url_file: Option<PathBuf>,
    secret_file: Option<PathBuf>,
    from: Option<String>,
    #[serde(default)]
    to: Vec<String>,
    tls: Option<TlsWord>,
    /// Certificates that a mail server may have beside those that the system believes.
    ca_file: Option<PathBuf>,
    #[serde(default)]
    project: String,
    #[serde(default)]
    events: Vec<String>,
}

/// The receivers of a file.
///
/// # Errors
/// When it cannot be read, or makes no sense.
pub(crate) fn read(path: &Path) -> Result<Vec<Receiver>, FileError> {
    let text = file::text(path)?;
    let wrong = |why: String| FileError::content(path, why);
    let read: File = serde_saphyr::from_str(&text).map_err(|e| wrong(e.to_string()))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut receivers: Vec<Receiver> = Vec::new();
    for entry in read.receivers {
        let named = |why: &str| wrong(format!("receiver `{}`: {why}", entry.name));
        let from = |file: &Path| file::secret(&folder.join(file));
        let url = match (&entry.url, &entry.url_file, entry.kind) {
            (Some(url), None, _) => url.clone(),
            (None, Some(file), _) => from(file)?,
            (None, None, ReceiverKind::Pagerduty) => {
                "https://events.pagerduty.com/v2/enqueue".to_owned()
            }
            _ => return Err(named("it has one of `url` and `url_file`")),
        };
        let is_mail = entry.kind == ReceiverKind::Email;
        if !is_mail && !url.starts_with("https://") && !url.starts_with("http://") {
            return Err(named("its address begins with https:// or http://"));
        }
        let secret = entry.secret_file.as_deref().map(from).transpose()?;
        let needs = !matches!(
            entry.kind,
            ReceiverKind::Slack | ReceiverKind::Teams | ReceiverKind::Email
        );
        if needs && secret.as_deref().is_none_or(str::is_empty) {
            return Err(named("it needs a `secret_file`"));
        }
        if entry.kind == ReceiverKind::Jira && entry.project.is_empty() {
            return Err(named("it needs a `project`"));
        }
        let authority = entry.ca_file.as_deref().map(from).transpose()?;
        let mail = entry
            .mail(&url, secret.as_deref(), authority)
            .map_err(|why| named(&why))?;
        if receivers.iter().any(|other| other.name == entry.name) {
            return Err(named("another one has its name"));
        }
        receivers.push(Receiver {
            name: entry.name,
            kind: entry.kind,
            url,
            project: entry.project,
            secret: Secret(secret.unwrap_or_default()),
            mail,
            events: entry.events,
        });
    }
    Ok(receivers)
}

impl Entry {
    /// What it says of mail, where it is of mail; otherwise why it makes no sense.
    fn mail(
        &self,
        url: &str,
        secret: Option<&str>,
        authority: Option<String>,
    ) -> Result<Option<Mail>, String> {
        if self.kind != ReceiverKind::Email {
            let is_bare = self.from.is_none() && self.to.is_empty();
            return match is_bare && self.tls.is_none() && authority.is_none() {
                true => Ok(None),
                false => Err("`from`, `to`, `tls` and `ca_file` are of mail".to_owned()),
            };
        }
        Mail::read(Said {
            url,
            from: self.from.as_deref().unwrap_or_default(),
            to: &self.to,
            secret: secret.unwrap_or_default(),
            tls: self.tls,
            authority,
        })
        .map(Some)
    }
}

impl Receiver {
    /// Whether it wants to hear of an event.
    pub(crate) fn wants(&self, event: &str) -> bool {
        self.events.is_empty()
            || self
                .events
                .iter()
                .any(|wanted| match wanted.strip_suffix('*') {
                    Some(beginning) => event.starts_with(beginning),
                    None => event == wanted,
                })
    }
}
