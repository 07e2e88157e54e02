//! The whole of it at once: what `make run` brings up.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

fn demo(more: &[&str], directory: &std::path::Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lazaret"));
    command
        .args(["demo", "--listen", "127.0.0.1:0", "--registry", "images"])
        .args(more)
        .current_dir(directory)
        .env_clear()
        .env("TMPDIR", directory);
    command
}

#[test]
fn a_demo_in_a_pipeline_ends_by_itself_with_the_verdict() {
    let directory = tempfile::tempdir().expect("a directory");
    let done = demo(&["--once"], directory.path())
        .output()
        .expect("it runs");
    let text = String::from_utf8_lossy(&done.stdout);
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{text}{said}");
    assert!(text.contains("Pushed shop/cart:sample"), "{text}");
    assert!(text.contains(" in prod"), "{text}");
    assert!(text.contains("lodash"), "{text}");
    assert_eq!(said, "");
    // Nothing stays but the registry.
    let left: Vec<_> = std::fs::read_dir(directory.path())
        .expect("a directory")
        .flatten()
        .map(|entry| entry.file_name())
        .collect();
    assert_eq!(left, ["images"]);
}

/// The value behind a label, once it was printed.
fn said(out: &mut BufReader<ChildStdout>, label: &str) -> String {
    let mut line = String::new();
    while out.read_line(&mut line).expect("a line") > 0 {
        if let Some(rest) = line.strip_prefix(label) {
            return rest.trim().to_owned();
        }
        line.clear();
    }
    panic!("`{label}` was not printed");
}

/// Head and body of an answer.
fn ask(address: &str, request: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).expect("connected");
    stream.write_all(request.as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    (head.to_owned(), body.to_owned())
}

fn get(address: &str, path: &str, cookie: &str) -> String {
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"
    );
    ask(address, &request).1
}

struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn what_is_put_into_the_directory_has_its_verdict_within_seconds_and_ctrl_c_ends_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let started = demo(&[], directory.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut demo = Ended(started);
    let mut out = BufReader::new(demo.0.stdout.take().expect("its output"));
    let address = said(&mut out, "The centre answers at ");
    let address = address.trim_start_matches("http://").to_owned();
    let token = said(&mut out, "The set-up token is ");

    let body = serde_json::json!({
        "token": token, "name": "admin", "password": "correct horse battery",
    });
    let body = body.to_string();
    let request = format!(
        "POST /api/v1/setup HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let (head, _) = ask(&address, &request);
    let cookie = head
        .lines()
        .find_map(|line| line.strip_prefix("set-cookie: "))
        .and_then(|value| value.split(';').next())
        .expect("a session");
    let images = get(&address, "/api/v1/images", cookie);
    assert!(images.contains("shop/cart"), "{images}");
    let edges = get(&address, "/api/v1/edges", cookie);
    assert!(edges.contains(r#""region":"local""#), "{edges}");
    assert!(edges.contains(r#""layer_bytes_sent":0"#), "{edges}");

    // A repository of one's own: the index comes last, as whoever copies does it.
    let (from, to) = (
        directory.path().join("images/shop/cart"),
        directory.path().join("images/team/own"),
    );
    std::fs::create_dir_all(&to).expect("a directory");
    let copied = Command::new("cp")
        .arg("-r")
        .arg(from.join("blobs"))
        .arg(&to)
        .status();
    assert!(copied.expect("cp runs").success());
    let index = std::fs::read_to_string(from.join("index.json")).expect("an index");
    let index = index.replace("\"sample\"", "\"2.0\"");
    std::fs::write(to.join("index.json"), index).expect("written");
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        let images = get(&address, "/api/v1/images?repository=team/own", cookie);
        if images.contains("team/own") {
            break;
        }
        assert!(Instant::now() < until, "{images}");
        std::thread::sleep(Duration::from_millis(200));
    }

    let told = Command::new("kill")
        .args(["-INT", &demo.0.id().to_string()])
        .status();
    assert!(told.expect("kill runs").success());
    assert!(demo.0.wait().expect("ended").success());
}
