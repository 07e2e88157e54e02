//! Who is told by mail: a server that puts off, refuses or takes, in the clear and over TLS.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rcgen::{CertificateParams, KeyPair};
use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::centre::{Centre, settings};

const DIGEST: &str = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

/// What is answered after `DATA` and the letter, the last for all that follow; and what came.
#[derive(Clone)]
struct Peer {
    answers: &'static [&'static str],
    letters: Arc<Mutex<Vec<String>>>,
    said: Arc<Mutex<Vec<String>>>,
    tls: Option<TlsAcceptor>,
}

impl Peer {
    fn new(answers: &'static [&'static str], tls: Option<TlsAcceptor>) -> Self {
        Self {
            answers,
            letters: Arc::default(),
            said: Arc::default(),
            tls,
        }
    }

    async fn listen(&self) -> u16 {
        let socket = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = socket.local_addr().expect("an address").port();
        let peer = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = socket.accept().await {
                let peer = peer.clone();
                tokio::spawn(async move { peer.serve(stream).await });
            }
        });
        port
    }

    async fn serve(&self, mut stream: TcpStream) -> std::io::Result<()> {
        stream.write_all(b"220 peer ESMTP\r\n").await?;
        let mut stream = BufReader::new(stream);
        if self.talk(&mut stream, self.tls.is_some()).await? {
            let acceptor = self.tls.clone().expect("it was offered");
            let secure = acceptor.accept(stream.into_inner()).await?;
            self.talk(&mut BufReader::new(secure), false).await?;
        }
        Ok(())
    }

    /// Whether TLS begins now.
    async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: &mut BufReader<S>,
        offers: bool,
    ) -> std::io::Result<bool> {
        let mut line = String::new();
        while stream.read_line(&mut line).await? > 0 {
            let said = std::mem::take(&mut line);
            self.said.lock().expect("calm").push(said.clone());
            let answer = match said.split_whitespace().next().unwrap_or_default() {
                "EHLO" if offers => "250-peer\r\n250 STARTTLS",
                "EHLO" => "250-peer\r\n250-8BITMIME\r\n250 AUTH PLAIN",
                "STARTTLS" => {
                    stream.write_all(b"220 go\r\n").await?;
                    return Ok(true);
                }
                "AUTH" => "235 2.7.0 welcome",
                "DATA" => {
                    stream.write_all(b"354 go\r\n").await?;
                    self.letter(stream).await?
                }
                _ => "250 2.0.0 so be it",
            };
            stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
        }
        Ok(false)
    }

    async fn letter<S: AsyncRead + Unpin>(
        &self,
        stream: &mut BufReader<S>,
    ) -> std::io::Result<&'static str> {
        let mut letter = String::new();
        while !letter.ends_with("\r\n.\r\n") && stream.read_line(&mut letter).await? > 0 {}
        let mut letters = self.letters.lock().expect("calm");
        letters.push(letter);
        let at = (letters.len() - 1).min(self.answers.len() - 1);
        Ok(self.answers[at])
    }

    async fn wait(&self, letters: usize) -> Vec<String> {
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            let come = self.letters.lock().expect("calm").clone();
            if come.len() >= letters {
                return come;
            }
            assert!(Instant::now() < end, "{} letters", come.len());
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

/// A centre that writes to the peer, and a hold of a repository to tell of.
async fn telling(url: &str, more: &str, data: TempDir, reason: &str) -> Centre {
    let file = data.path().join("notify.yaml");
    std::fs::write(data.path().join("secret"), "centre:s3cret\n").expect("written");
    let yaml = format!(
        "receivers:\n  - name: mail\n    kind: email\n    url: {url}\n    \
         from: \"Lazaret <lazaret@example.com>\"\n    \
         to: [one@example.com, \"Two <two@example.com>\"]\n    \
         secret_file: secret\n    events: [hold.*]\n{more}"
    );
    std::fs::write(&file, yaml).expect("written");
    let mut settings = settings(&data);
    settings.notify = Some(file);
    let mut centre = Centre::with(settings, data).await;
    centre.set_up().await;
    let new = json!({"name": "shop", "kind": "distribution", "url": "https://registry.example"});
    let (_, registry) = centre.post("/api/v1/registries", new).await;
    let hold = json!({"registry": registry["id"], "repository": "team/app", "digest": DIGEST,
        "state": "quarantined", "reason": reason});
    let (status, told) = centre.post("/api/v1/holds", hold).await;
    assert_eq!(status, 200, "{told}");
    centre
}

fn header<'a>(letter: &'a str, name: &str) -> Option<&'a str> {
    let head = letter.split("\r\n\r\n").next()?;
    head.lines()
        .find_map(|line| line.strip_prefix(&format!("{name}: ")))
}

#[tokio::test]
async fn a_letter_that_is_put_off_comes_again_with_its_id() {
    let peer = Peer::new(&["451 4.7.1 later", "250 2.0.0 taken"], None);
    let url = format!("smtp://127.0.0.1:{}", peer.listen().await);
    let data = tempfile::tempdir().expect("a directory");
    // A line that ends the letter, and one that would be a header of it.
    let reason = "seen mining\n.\nBcc: evil@example.com";
    let _centre = telling(&url, "", data, reason).await;
    let letters = peer.wait(2).await;
    let id = header(&letters[1], "Message-ID").expect("an id");
    assert!(id.ends_with("@example.com>"), "{id}");
    assert_eq!(header(&letters[0], "Message-ID"), Some(id), "the same");
    let letter = &letters[1];
    let told = header(letter, "Subject").expect("a subject");
    assert!(told.starts_with("[Lazaret] team/app@sha256:"), "{letter}");
    assert_eq!(header(letter, "Auto-Submitted"), Some("auto-generated"));
    assert_eq!(header(letter, "Bcc"), None, "{letter}");
    assert!(letter.contains("\r\n..\r\n"), "a dot is doubled: {letter}");
    let said = peer.said.lock().expect("calm").join("");
    assert!(said.contains("RCPT TO:<two@example.com>"), "{said}");
    assert!(!said.contains("RCPT TO:<evil"), "{said}");
    assert!(said.contains("AUTH PLAIN"), "{said}");
}

#[tokio::test]
async fn a_letter_that_is_refused_is_told_and_not_sent_again() {
    let peer = Peer::new(&["554 5.7.1 not from you"], None);
    let url = format!("smtp://127.0.0.1:{}", peer.listen().await);
    let data = tempfile::tempdir().expect("a directory");
    let centre = telling(&url, "", data, "seen mining").await;
    peer.wait(1).await;
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        let (_, jobs) = centre.get("/api/v1/jobs?state=dead").await;
        let text = jobs.to_string();
        if text.contains("mail: ") && text.contains("5.7.1 not from you") {
            break;
        }
        assert!(Instant::now() < end, "{text}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(peer.letters.lock().expect("calm").len(), 1);
}

/// Certificate and acceptor of a server that is called 127.0.0.1.
fn tls() -> (String, TlsAcceptor) {
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("a name");
    let certificate = params.self_signed(&key).expect("a certificate");
    let secret = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], secret)
        .expect("they fit");
    (certificate.pem(), TlsAcceptor::from(Arc::new(config)))
}

#[tokio::test]
async fn what_is_to_be_secret_is_said_over_tls() {
    let (pem, acceptor) = tls();
    let peer = Peer::new(&["250 2.0.0 taken"], Some(acceptor));
    let url = format!("smtp://127.0.0.1:{}", peer.listen().await);
    let data = tempfile::tempdir().expect("a directory");
    std::fs::write(data.path().join("ca.pem"), pem).expect("written");
    let more = "    tls: required\n    ca_file: ca.pem\n";
    let _centre = telling(&url, more, data, "seen mining").await;
    peer.wait(1).await;
    let said = peer.said.lock().expect("calm").clone();
    let begun = said.iter().position(|line| line.starts_with("STARTTLS"));
    let known = said.iter().position(|line| line.starts_with("AUTH"));
    assert!(begun.is_some() && begun < known, "{said:?}");
}

#[tokio::test]
async fn a_file_that_would_tell_a_password_to_everybody_stops_the_start() {
    let wrong = [
        (
            "smtp://mail.example",
            "tls: none, secret_file: secret",
            "a password goes over TLS",
        ),
        ("smtps://mail.example", "tls: none", "`tls` denies it"),
        ("smtp://u:p@mail.example", "", "smtp://HOST[:PORT]"),
        ("https://mail.example", "", "smtp://HOST[:PORT]"),
    ];
    for (url, more, why) in wrong {
        let data = tempfile::tempdir().expect("a directory");
        let file = data.path().join("notify.yaml");
        std::fs::write(data.path().join("secret"), "centre:s3cret\n").expect("written");
        let yaml = format!(
            "receivers:\n  - {{ name: mail, kind: email, url: \"{url}\", from: a@example.com, \
             to: [b@example.com], {more} }}\n"
        );
        std::fs::write(&file, yaml).expect("written");
        let mut settings = settings(&data);
        settings.notify = Some(file);
        let Err(error) = lazaret_control::serve(settings).await else {
            panic!("{url} is taken");
        };
        let mut text = error.to_string();
        let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(&error);
        while let Some(error) = cause {
            text.push_str(&format!(": {error}"));
            cause = error.source();
        }
        assert!(text.contains(why), "{url}: {text}");
    }
}
