//! Who is told by mail: a letter of our own, and the way to a server that takes it.
//!
//! Sources: RFC 5321 (SMTP), RFC 3207 (STARTTLS), RFC 8314 (TLS from the first byte),
//! RFC 5322 (letters), RFC 3834 (letters that no person wrote).

use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use axum::http::Uri;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message as Letter};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};

use super::message::{Notice, shortened};

/// How long the server may take for a step, and for all of them. The lease is longer.
const STEP: Duration = Duration::from_secs(15);
const WHOLE: Duration = Duration::from_secs(60);

/// Most addresses of a receiver.
const MOST_ADDRESSES: usize = 100;

/// Longest subject, and longest part of what a server said that is kept, in characters.
const MOST_SUBJECT: usize = 200;
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
        let letter = self.letter(notice).map_err(|e| (clean(&e), false))?;
        let transport = self.transport().map_err(|e| (told(&e), true))?;
        match tokio::time::timeout(WHOLE, transport.send(letter)).await {
            Ok(Ok(_)) => Ok(()),
            // Without an answer of 500 or more, nobody has said no for good.
            Ok(Err(error)) => Err((told(&error), !error.is_permanent())),
            Err(_) => Err((format!("no end after {} s", WHOLE.as_secs()), true)),
        }
    }

    fn letter(&self, notice: &Notice) -> Result<Letter, String> {
        let when: Result<jiff::Timestamp, _> = notice.at.parse();
        let when = when.map_or_else(|_| SystemTime::now(), SystemTime::from);
        let mut letter = Letter::builder()
            .from(self.from.clone())
            .date(when)
            // The same in every attempt: who gets it twice sees it once.
            .message_id(Some(format!(
                "<{}@{}>",
                atoms(&notice.id),
                self.from.email.domain()
            )))
            .subject(subject(&notice.title))
            .header(AutoSubmitted)
            .header(ContentType::TEXT_PLAIN);
        for to in &self.to {
            letter = letter.to(to.clone());
        }
        letter.body(body(notice)).map_err(|e| e.to_string())
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
                .timeout(Some(STEP))
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

/// `Auto-Submitted: auto-generated`, so that nobody's absence is answered to us.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// Whether TLS begins with the first byte, the host, the port.
fn server(url: &str) -> Result<(bool, String, u16), String> {
    let form = || "its address is smtp://HOST[:PORT] or smtps://HOST[:PORT]".to_owned();
    let uri: Uri = url.parse().map_err(|_| form())?;
    let is_implicit = match uri.scheme_str() {
        Some("smtp") => false,
        Some("smtps") => true,
        _ => return Err(form()),
    };
    let authority = uri.authority().ok_or_else(form)?;
    let is_bare = matches!(uri.path(), "" | "/") && uri.query().is_none();
    if !is_bare || authority.as_str().contains('@') || authority.host().is_empty() {
        return Err(form());
    }
    let host = authority.host().trim_matches(['[', ']']).to_owned();
    let port = authority.port_u16();
    Ok((
        is_implicit,
        host,
        port.unwrap_or(if is_implicit { 465 } else { 587 }),
    ))
}

fn is_loopback(host: &str) -> bool {
    let ip: Result<IpAddr, _> = host.parse();
    ip.map_or(host == "localhost", |ip| ip.is_loopback())
}

fn mailbox(text: &str) -> Result<Mailbox, String> {
    let parsed = text.parse::<Mailbox>();
    match parsed {
        Ok(mailbox) if !text.contains(char::is_control) => Ok(mailbox),
        _ => Err(format!("`{}` is no mail address", clean(text))),
    }
}

/// One line, whatever the name of an image holds.
fn subject(title: &str) -> String {
    let line: String = clean(title).chars().take(MOST_SUBJECT).collect();
    format!("[Lazaret] {line}")
}

fn body(notice: &Notice) -> String {
    let text: Vec<String> = shortened(&notice.text).lines().map(clean).collect();
    let text = match text.is_empty() {
        true => String::new(),
        false => format!("\n{}\n", text.join("\n")),
    };
    format!(
        "{}\n{text}\n{}\n\n-- \nLazaret, {}, {}\nDelivery {}\n",
        shortened(&clean(&notice.title)),
        clean(&notice.link),
        clean(&notice.event),
        clean(&notice.at),
        clean(&notice.id),
    )
}

/// Without characters that break a line or turn its direction (Unicode, UAX #9).
fn clean(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars()
        .map(|c| if c.is_control() || turns(c) { ' ' } else { c })
        .collect()
}

/// What may stand on the left in an id of a letter.
fn atoms(id: &str) -> String {
    id.chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' {
                c
            } else {
                '-'
            }
        })
        .collect()
}

/// What the client or the server said, in one short line.
fn told(error: &Error) -> String {
    clean(&error.to_string()).chars().take(MOST_SAID).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_name_makes_no_header() {
        let to = ["b@example.com".to_owned()];
        let mail = Mail::read(Said {
            url: "smtp://127.0.0.1:25",
            from: "a@example.com",
            to: &to,
            secret: "",
            tls: None,
            authority: None,
        });
        let hostile = "x\r\nBcc: evil@example.com\r\n\r\n\u{202e}body ä".to_owned();
        let notice = Notice {
            id: format!("1>{hostile}"),
            event: hostile.clone(),
            at: hostile.clone(),
            title: hostile.clone(),
            text: hostile.clone(),
            link: hostile.clone(),
            key: hostile,
            is_grave: true,
            data: serde_json::Value::Null,
        };
        let letter = mail.and_then(|mail| mail.letter(&notice));
        let bytes = letter.map(|letter| letter.formatted()).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let head = text.split("\r\n\r\n").next().unwrap_or_default();
        assert!(head.contains("Subject: "), "{text}");
        for line in head.lines() {
            let known = [
                "From: ",
                "To: ",
                "Date: ",
                "Message-ID: <",
                "Subject: ",
                "Auto-Submitted: ",
                "Content-T",
                "MIME-Version: ",
                " ",
            ];
            assert!(
                known.iter().any(|k| line.starts_with(k)),
                "{line:?} of {text}"
            );
        }
    }
}
