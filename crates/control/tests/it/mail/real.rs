//! The same against a server that others wrote: aiosmtpd (Debian: `python3-aiosmtpd`).

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use lazaret_testkit::process;
use serde_json::Value;

use super::peer::tls;
use super::{header, telling};

/// The server: ways and TLS by its arguments, a line of JSON for the port and for each letter.
const SERVER: &str = include_str!("server.py");

struct Server {
    child: Child,
    lines: std::sync::mpsc::Receiver<Value>,
    port: u64,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// None where it is not installed.
    fn start(folder: &std::path::Path, mode: &str, way: &str) -> Option<Self> {
        let mut asked = Command::new("python3");
        let asked = asked.args(["-c", "import aiosmtpd"]).stderr(Stdio::null());
        let there = asked.status();
        if !there.is_ok_and(|status| status.success()) {
            let _ = writeln!(std::io::stderr(), "skipped: aiosmtpd is not installed");
            return None;
        }
        let mut command = process::command("python3");
        command
            .args(["-c", SERVER, mode, way])
            .arg(folder.join("server.pem"))
            .arg(folder.join("server.key"))
            .stdout(Stdio::piped());
        let mut child = process::spawn(command).expect("it starts");
        let output = BufReader::new(child.stdout.take().expect("its words"));
        let (say, lines) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = say.send(serde_json::from_str(&line).expect("JSON"));
            }
        });
        let first: Value = lines.recv_timeout(Duration::from_secs(30)).expect("a port");
        let port = first["port"].as_u64().expect("a number");
        Some(Self { child, lines, port })
    }

    fn letter(&self) -> Value {
        let limit = Duration::from_secs(60);
        self.lines.recv_timeout(limit).expect("a letter")
    }
}

/// A letter over TLS, or in the clear, after a log-in of one kind.
async fn delivered(mode: &str, way: &str) {
    let (pem, key, _) = tls();
    let data = tempfile::tempdir().expect("a directory");
    std::fs::write(data.path().join("server.pem"), &pem).expect("written");
    std::fs::write(data.path().join("server.key"), key).expect("written");
    let Some(server) = Server::start(data.path(), mode, way) else {
        return;
    };
    let (scheme, more) = match mode {
        "plain" => ("smtp", ""),
        "starttls" => ("smtp", "    tls: required\n    ca_file: server.pem\n"),
        _ => ("smtps", "    ca_file: server.pem\n"),
    };
    let url = format!("{scheme}://127.0.0.1:{}", server.port);
    // Whatever the reason says, it makes no header and ends no letter.
    let reason = "seen mining\r\n.\r\nRSET\nBcc: evil@example.com\n\nwith \u{e4} \u{202e}";
    let _centre = telling(&url, more, data, reason).await;
    let letter = tokio::task::spawn_blocking(move || server.letter());
    let letter = letter.await.expect("it comes");
    assert_eq!(letter["tls"], mode != "plain", "{letter}");
    assert_eq!(letter["user"], "centre", "{letter}");
    assert_eq!(letter["way"], way, "{letter}");
    assert_eq!(letter["from"], "lazaret@example.com");
    let to = serde_json::json!(["one@example.com", "two@example.com"]);
    assert_eq!(letter["to"], to);
    let text = letter["text"].as_str().expect("a letter");
    assert_eq!(header(text, "Auto-Submitted"), Some("auto-generated"));
    assert_eq!(header(text, "Bcc"), None, "{text}");
    let read = letter["read"].as_str().expect("a text");
    assert!(read.contains("seen mining"), "{read}");
    assert!(read.contains("\n.\n"), "{read}");
    assert!(read.contains("with \u{e4} "), "{read}");
    assert!(!read.contains('\u{202e}'), "{read}");
}

#[tokio::test]
async fn aiosmtpd_takes_letters_in_the_clear_on_loopback() {
    delivered("plain", "PLAIN").await;
}

#[tokio::test]
async fn aiosmtpd_takes_letters_after_starttls_with_plain_and_with_login() {
    delivered("starttls", "PLAIN").await;
    delivered("starttls", "LOGIN").await;
}

#[tokio::test]
async fn aiosmtpd_takes_letters_over_tls_from_the_first_byte() {
    delivered("smtps", "LOGIN").await;
}
