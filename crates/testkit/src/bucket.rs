//! A bucket of one's own: `moto_server` (PyPI: `moto[server]`), where it is in the path.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::time::Duration;

use crate::process;

/// A running server with an empty bucket. It ends when dropped.
pub struct Bucket {
    child: Child,
    port: u16,
}

impl Bucket {
    /// Starts one, or says on the standard error that it is not there. Any keys open it.
    #[must_use]
    pub fn start() -> Option<Bucket> {
        let bucket = start();
        #[allow(clippy::print_stderr)] // It is for whoever reads the test's output.
        if bucket.is_none() {
            eprintln!("skipped: no moto_server in the path");
        }
        bucket
    }

    /// The place below `prefix` in it, as the settings of a centre name it.
    #[must_use]
    pub fn place(&self, prefix: &str) -> String {
        format!(
            "s3://lazaret/{prefix}?endpoint=http://127.0.0.1:{}&region=eu-central-1",
            self.port
        )
    }

    /// What it answers to a request for a list of its objects.
    #[must_use]
    pub fn objects(&self) -> String {
        request(self.port, "GET /lazaret?list-type=2").unwrap_or_default()
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn start() -> Option<Bucket> {
    let socket = TcpListener::bind("127.0.0.1:0").ok()?;
    let port = socket.local_addr().ok()?.port();
    drop(socket);
    let mut command = process::command("moto_server");
    command
        .args(["-H", "127.0.0.1", "-p", &port.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let child = process::spawn(command).ok()?;
    let bucket = Bucket { child, port };
    for _ in 0..300 {
        if request(port, "PUT /lazaret").is_some_and(|answer| answer.contains(" 200 ")) {
            return Some(bucket);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    None
}

fn request(port: u16, head: &str) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    let limit = Some(Duration::from_secs(10));
    stream.set_read_timeout(limit).ok()?;
    write!(
        stream,
        "{head} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )
    .ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}
