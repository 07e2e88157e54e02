//! `db update` from feeds on a loopback mirror.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;

use crate::{lazaret, text};

/// Serves these files to whoever asks, for as long as the tests run.
fn serve(files: &'static [(&'static str, &'static str)]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            answer(stream, files);
        }
    });
    format!("http://{address}")
}

fn answer(mut stream: TcpStream, files: &[(&str, &str)]) {
    let Ok(copy) = stream.try_clone() else { return };
    let mut lines = BufReader::new(copy).lines().map_while(Result::ok);
    let first = lines.next().unwrap_or_default();
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    lines.take_while(|line| !line.is_empty()).for_each(drop);
    let found = files.iter().find(|(name, _)| *name == path);
    let (status, body) = found.map_or(("404 Not Found", ""), |(_, body)| ("200 OK", *body));
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
}

const KEV: (&str, &str) = (
    "/kev/sites/default/files/feeds/known_exploited_vulnerabilities.json",
    r#"{"vulnerabilities":[{"cveID":"CVE-2024-1","dateAdded":"2024-01-01"}]}"#,
);
const ARCH: (&str, &str) = (
    "/arch/all.json",
    r#"[{"name":"AVG-1","packages":["a"],"status":"Fixed","severity":"High","type":"dos",
        "affected":"1-1","fixed":"2-1","ticket":null,"issues":["CVE-2024-2"],"advisories":[]}]"#,
);

#[track_caller]
fn update(dir: &Path, mirror: &str, code: i32) -> String {
    let args = [
        "db",
        "update",
        "--feed",
        "kev,arch",
        "--feed-mirror",
        mirror,
    ];
    let done = lazaret(dir, &args);
    assert_eq!(done.status.code(), Some(code), "{}", text(&done.stderr));
    text(&done.stderr)
}

#[test]
fn feeds_are_fetched_built_and_installed() {
    let dir = tempfile::tempdir().expect("a directory");
    let told = update(dir.path(), &serve(&[KEV, ARCH]), 0);
    assert!(told.contains("installed"), "{told}");
    let status = text(&lazaret(dir.path(), &["db", "status"]).stdout);
    assert!(
        status.contains("kev") && status.contains("arch"),
        "{status}"
    );

    // One feed is gone: the other is renewed, and what was there of it stays.
    let told = update(dir.path(), &serve(&[KEV]), 0);
    assert!(told.contains("warning: arch https://security.archlinux.org/all.json: the server answers 404; its data of the last time is used"), "{told}");
    let status = text(&lazaret(dir.path(), &["db", "status"]).stdout);
    assert!(status.contains("arch"), "{status}");
}

#[test]
fn an_update_that_gets_nothing_says_so_and_changes_nothing() {
    let dir = tempfile::tempdir().expect("a directory");
    let told = update(dir.path(), &serve(&[]), 2);
    assert!(told.contains("the server answers 404"), "{told}");
    assert!(told.contains("lazaret db update --from SOURCE"), "{told}");
    let told = text(&lazaret(dir.path(), &["db", "update", "--feed", "archs"]).stderr);
    assert!(told.contains("`archs` is no feed; `arch` is"), "{told}");
    let told = text(&lazaret(dir.path(), &["db", "update", "--feed", "rubysec"]).stderr);
    assert!(
        told.contains("lazaret db build --out advisories.db rubysec=PATH"),
        "{told}"
    );
}
