//! Who is told by mail: a letter of our own, and the way to a server that takes it.
//!
//! Sources: RFC 5321 (SMTP), RFC 3207 (STARTTLS), RFC 8314 (TLS from the first byte),
//! RFC 4954 (who logs in).

mod letter;
mod place;

use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};

use super::message::Notice;
use letter::{clean, letter};
use place::{is_loopback, mailbox, server};

/// How long the server may take to answer at all, and for the whole. The lease is longer. The
/// transport limits no single step; a server that falls silent in the middle has the whole.
const FIRST: Duration = Duration::from_secs(15);
const WHOLE: Duration = Duration::from_secs(60);

/// Most addresses of a receiver.
const MOST_ADDRESSES: usize = 100;

/// Longest part of what a server said that is kept, in characters.
const MOST_SAID: usize = 300;

/// What a file of receivers says of a mail.
pub(super) struct Said<'a> {
    pub(super) url: &'a str,
    pub(super) from: &'a str,
    pub(super) to: &'a [String],
    /// `user:password`; empty: nobody.
    pub(super) secret: &'a str,
    /// `none` gives TLS up, `required` asks for it on loopback, too.
    pub(super) tls: Option<TlsWord>,
    /// Certificates, as PEM, that are believed beside the system's.
    pub(super) authority: Option<String>,
}

/// What a person says of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TlsWord {
    None,
    Required,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Plain,
    StartTls,
    Tls,
}

/// From whom, to whom, and over which server.
#[derive(Debug, Clone)]
pub(crate) struct Mail {
    host: String,
    port: u16,
    way: Way,
    from: Mailbox,
    to: Vec<Mailbox>,
    credentials: Option<Credentials>,
    authority: Option<String>,
}

impl Mail {
    /// Reads what the file says.
    ///
    /// # Errors
    /// Why it makes no sense, in words that follow the receiver's name.
    pub(super) fn read(said: Said<'_>) -> Result<Self, String> {
        let (is_implicit, host, port) = server(said.url)?;
        let is_near = is_loopback(&host);
        let way = match (is_implicit, said.tls) {
            (true, Some(TlsWord::None)) => return Err("smtps:// is TLS; `tls` denies it".into()),
            (true, _) => Way::Tls,
            (false, Some(TlsWord::None)) => Way::Plain,
            (false, None) if is_near => Way::Plain,
            (false, _) => Way::StartTls,
        };
        let credentials = match said.secret.split_once(':') {
            _ if said.secret.is_empty() => None,
            // A letter in the clear is somebody's decision, a password never.
            _ if way == Way::Plain && !is_near => {
                return Err("a password goes over TLS; drop `tls: none` or `secret_file`".into());
            }
            Some((user, password)) => Some(Credentials::new(user.into(), password.into())),
            None => return Err("its secret has the form `user:password`".into()),
        };
        if said.to.is_empty() || said.to.len() > MOST_ADDRESSES {
            return Err(format!("`to` has 1 to {MOST_ADDRESSES} addresses"));
        }
        let to = said.to.iter().map(|to| mailbox(to));
        let mail = Self {
            host,
            port,
            way,
            from: mailbox(said.from)?,
            to: to.collect::<Result<_, _>>()?,
            credentials,
            authority: said.authority,
        };
        // What is wrong with certificates is told at the start, not at the first event.
        mail.transport().map_err(|e| told(&e))?;
        Ok(mail)
    }

    /// Tells; otherwise why not, and whether that may pass.
    pub(super) async fn tell(&self, notice: &Notice) -> Result<(), (String, bool)> {
        let letter = letter(&self.from, &self.to, notice).map_err(|e| (clean(&e), false))?;
        let transport = self.transport().map_err(|e| (told(&e), true))?;
        match tokio::time::timeout(WHOLE, transport.send(letter)).await {
            Ok(Ok(_)) => Ok(()),
            // Without an answer of 500 or more, nobody has said no for good.
            Ok(Err(error)) => Err((told(&error), !error.is_permanent())),
            Err(_) => Err((format!("no end after {} s", WHOLE.as_secs()), true)),
        }
    }

    fn transport(&self) -> Result<AsyncSmtpTransport<Tokio1Executor>, Error> {
        let tls = match self.way {
            Way::Plain => Tls::None,
            Way::StartTls => Tls::Required(self.parameters()?),
            Way::Tls => Tls::Wrapper(self.parameters()?),
        };
        let mut builder =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(self.host.as_str())
                .port(self.port)
                .timeout(Some(FIRST))
                .tls(tls);
        if let Some(credentials) = &self.credentials {
            builder = builder.credentials(credentials.clone());
        }
        Ok(builder.build())
    }

    fn parameters(&self) -> Result<TlsParameters, Error> {
        let mut builder = TlsParameters::builder(self.host.clone());
        if let Some(pem) = &self.authority {
            builder = builder.add_root_certificate(Certificate::from_pem(pem.as_bytes())?);
        }
        builder.build_rustls()
    }
}

/// What the client or the server said, in one short line.
fn told(error: &Error) -> String {
    clean(&error.to_string()).chars().take(MOST_SAID).collect()
}
