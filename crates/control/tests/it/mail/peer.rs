//! A mail server of our own, as faithful as RFC 5321 asks for, that can be made to misbehave.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rcgen::{CertificateParams, KeyPair};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// When TLS begins.
#[derive(Clone, Default)]
pub(super) enum Secure {
    /// Never.
    #[default]
    Never,
    /// After `STARTTLS`, which is offered.
    Offered(TlsAcceptor),
    /// With the first byte.
    AtOnce(TlsAcceptor),
    /// After `STARTTLS`; what comes in the clear behind its answer would count as said later.
    WithMore(TlsAcceptor),
}

/// How the server behaves, and what came.
#[derive(Clone)]
pub(super) struct Peer {
    /// What is answered after `DATA` and the letter, the last for all that follow.
    pub(super) answers: &'static [&'static str],
    pub(super) secure: Secure,
    /// Ways to log in.
    pub(super) ways: &'static str,
    /// Answer to a password.
    pub(super) welcome: &'static str,
    /// Answer to the second address.
    pub(super) second: &'static str,
    /// The word that is never answered.
    pub(super) silent: &'static str,
    pub(super) letters: Arc<Mutex<Vec<String>>>,
    pub(super) said: Arc<Mutex<Vec<String>>>,
}

impl Peer {
    pub(super) fn new(answers: &'static [&'static str]) -> Self {
        Self {
            answers,
            secure: Secure::Never,
            ways: "PLAIN LOGIN",
            welcome: "235 2.7.0 welcome",
            second: "250 2.1.5 so be it",
            silent: "",
            letters: Arc::default(),
            said: Arc::default(),
        }
    }

    /// The port that it listens at from now on.
    pub(super) async fn listen(&self) -> u16 {
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
        if let Secure::AtOnce(acceptor) = &self.secure {
            let mut secure = acceptor.accept(stream).await?;
            secure.write_all(b"220 peer ESMTP\r\n").await?;
            self.talk(&mut BufReader::new(secure), false).await?;
            return Ok(());
        }
        stream.write_all(b"220 peer ESMTP\r\n").await?;
        let mut stream = BufReader::new(stream);
        let offers = !matches!(self.secure, Secure::Never);
        if self.talk(&mut stream, offers).await?
            && let Secure::Offered(acceptor) | Secure::WithMore(acceptor) = &self.secure
        {
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
        let mut asked = 0;
        while stream.read_line(&mut line).await? > 0 {
            let said = std::mem::take(&mut line);
            self.said.lock().expect("calm").push(said.clone());
            let word = said.split_whitespace().next().unwrap_or_default();
            if word == self.silent {
                std::future::pending::<()>().await;
            }
            let answer = match word {
                "EHLO" if offers => "250-peer\r\n250 STARTTLS".to_owned(),
                "EHLO" => format!("250-peer\r\n250-8BITMIME\r\n250 AUTH {}", self.ways),
                "STARTTLS" if offers => {
                    let more = match self.secure {
                        Secure::WithMore(_) => "250-peer\r\n250 AUTH PLAIN\r\n",
                        _ => "",
                    };
                    let answer = format!("220 go\r\n{more}");
                    stream.write_all(answer.as_bytes()).await?;
                    return Ok(true);
                }
                "STARTTLS" => "502 5.5.1 not here".to_owned(),
                "AUTH" if said.contains("LOGIN") => {
                    for question in ["334 VXNlcm5hbWU6\r\n", "334 UGFzc3dvcmQ6\r\n"] {
                        stream.write_all(question.as_bytes()).await?;
                        stream.read_line(&mut line).await?;
                        self.said
                            .lock()
                            .expect("calm")
                            .push(std::mem::take(&mut line));
                    }
                    self.welcome.to_owned()
                }
                "AUTH" => self.welcome.to_owned(),
                "RCPT" => {
                    asked += 1;
                    let first = "250 2.1.5 so be it";
                    if asked == 2 { self.second } else { first }.to_owned()
                }
                "DATA" => {
                    stream.write_all(b"354 go\r\n").await?;
                    self.letter(stream).await?.to_owned()
                }
                _ => "250 2.0.0 so be it".to_owned(),
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

    /// The letters that have come, as soon as there are that many.
    pub(super) async fn wait(&self, letters: usize) -> Vec<String> {
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

    /// Everything that was said, a line each.
    pub(super) fn heard(&self) -> Vec<String> {
        self.said.lock().expect("calm").clone()
    }
}

/// Certificate, key and acceptor of a server that is called 127.0.0.1.
pub(super) fn tls() -> (String, String, TlsAcceptor) {
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("a name");
    let certificate = params.self_signed(&key).expect("a certificate");
    let secret = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], secret)
        .expect("they fit");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    (certificate.pem(), key.serialize_pem(), acceptor)
}
