//! An update replaces the database by a good newer one, or says why not and keeps it.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use lazaret_advisory::Db;
use lazaret_advisory::feed::Feed;
use lazaret_advisory::update::{
    FeedOrigin, FeedSettings, FeedsUpdate, FetchError, Mirror, Outcome, UpdateError, UpdateOptions,
    Updated, update, update_from_feeds,
};
use lazaret_model::{Advisory, FeedItem};
use sha2::{Digest, Sha256};

use crate::records::{advisory, affected, file};

/// A request, as far as the tests look at it.
struct Request {
    path: String,
    headers: Vec<(String, String)>,
}

impl Request {
    fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// A response; `stated` is the length that it claims to have.
struct Response {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    stated: Option<usize>,
}

impl Response {
    fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
            stated: None,
        }
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// An HTTP server on the loopback interface, for as long as the value lives.
struct Server {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    seen: Arc<Mutex<Vec<String>>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    fn new(answer: impl Fn(&Request) -> Response + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (stopped, log) = (stop.clone(), seen.clone());
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                if let Ok(stream) = stream {
                    serve(stream, &answer, &log);
                }
            }
        });
        Self {
            address,
            stop,
            seen,
            thread: Some(thread),
        }
    }

    fn mirror(&self, path: &str) -> Mirror {
        format!("http://{}{path}", self.address).parse().unwrap()
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(mut stream: TcpStream, answer: &dyn Fn(&Request) -> Response, log: &Mutex<Vec<String>>) {
    stream
        .set_read_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let Some(Ok(first)) = lines.next() else {
        return;
    };
    let headers = lines
        .map_while(|line| line.ok().filter(|line| !line.is_empty()))
        .filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_owned(), value.trim().to_owned()))
        })
        .collect();
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    log.lock().unwrap().push(path.clone());
    let response = answer(&Request { path, headers });
    let length = response.stated.unwrap_or(response.body.len());
    let mut head = format!("HTTP/1.1 {} X\r\nConnection: close\r\n", response.status);
    if response.status != 304 {
        head.push_str(&format!("Content-Length: {length}\r\n"));
    }
    for (name, value) in response.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let _ = stream.write_all(format!("{head}\r\n").as_bytes());
    let _ = stream.write_all(&response.body);
}

/// A database of one advisory that was changed at that time.
fn database(modified: &str) -> Vec<u8> {
    let changed = Advisory {
        modified: modified.into(),
        ..advisory("ghsa", "GHSA-1", &[], vec![affected("npm", "a", "1.5.0")])
    };
    file(vec![("osv", FeedItem::Advisory(Box::new(changed)))])
}

const OLD: &str = "2023-01-01T00:00:00Z";
const NEW: &str = "2024-01-01T00:00:00Z";

fn options<'a>() -> UpdateOptions<'a> {
    UpdateOptions {
        back_off: Duration::from_millis(1),
        timeout: Duration::from_secs(10),
        ..UpdateOptions::default()
    }
}

/// A folder with an old database.
fn old() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let dest = folder.path().join("advisories.db");
    fs::write(&dest, database(OLD)).unwrap();
    (folder, dest)
}

fn built_at(path: &Path) -> String {
    Db::open(path).unwrap().info().built_at.clone()
}

/// Updates, expects the update to fail for that reason, and the old database to be there.
#[track_caller]
fn check_kept(mirrors: &[Mirror], options: &UpdateOptions<'_>, reason: fn(&FetchError) -> bool) {
    let (folder, dest) = old();
    let before = fs::read(&dest).unwrap();
    let error = update(mirrors, &dest, options).unwrap_err();
    assert!(error.to_string().contains("is kept"), "{error}");
    let UpdateError::AllFailed { attempts } = &error else {
        panic!("{error}");
    };
    assert!(reason(&attempts.last().unwrap().1), "{error}");
    assert!(fs::read(&dest).unwrap() == before, "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "{error}");
}

/// A server with that body under every path, and no checksums.
fn serving(body: Vec<u8>) -> Server {
    Server::new(move |request| match request.path.ends_with(".sha256") {
        true => Response::new(404, ""),
        false => Response::new(200, body.clone()),
    })
}

#[test]
fn a_newer_database_replaces_and_is_not_downloaded_again() {
    let server = Server::new(|request| {
        if request.path.ends_with(".sha256") {
            return Response::new(404, "");
        }
        match request.header("if-none-match") {
            Some("\"v1\"") => Response::new(304, ""),
            _ => Response::new(200, database(NEW)).with("ETag", "\"v1\""),
        }
    });
    let (_folder, dest) = old();
    let mirrors = [server.mirror("/advisories.db")];
    let first = update(&mirrors, &dest, &options()).unwrap();
    assert!(matches!(first, Updated::Replaced { .. }), "{first:?}");
    assert_eq!(built_at(&dest), NEW);
    let second = update(&mirrors, &dest, &options()).unwrap();
    assert!(matches!(second, Updated::Unchanged { .. }), "{second:?}");
    assert_eq!(
        server.seen(),
        ["/advisories.db", "/advisories.db.sha256", "/advisories.db"]
    );

    // When somebody put another file there, what the server said is not believed of it.
    fs::write(&dest, database(OLD)).unwrap();
    let third = update(&mirrors, &dest, &options()).unwrap();
    assert!(matches!(third, Updated::Replaced { .. }), "{third:?}");
}

#[test]
fn a_database_appears_where_there_was_none() {
    let server = serving(database(NEW));
    let folder = tempfile::tempdir().unwrap();
    let dest = folder.path().join("new/folder/advisories.db");
    update(&[server.mirror("/a.db")], &dest, &options()).unwrap();
    assert_eq!(built_at(&dest), NEW);
}

#[test]
fn the_next_mirror_is_asked_when_the_first_is_down() {
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let server = serving(database(NEW));
    let (_folder, dest) = old();
    let mirrors = [
        format!("http://{closed}/a.db").parse().unwrap(),
        server.mirror("/missing-is-not"),
    ];
    let updated = update(&mirrors, &dest, &options()).unwrap();
    assert!(matches!(updated, Updated::Replaced { .. }), "{updated:?}");
    assert_eq!(built_at(&dest), NEW);
}

#[test]
fn a_busy_server_is_asked_again() {
    let count = Mutex::new(0);
    let server = Server::new(move |request| {
        if request.path.ends_with(".sha256") {
            return Response::new(404, "");
        }
        let mut count = count.lock().unwrap();
        *count += 1;
        match *count {
            1 => Response::new(429, "").with("Retry-After", "0"),
            2 => Response::new(503, ""),
            _ => Response::new(200, database(NEW)),
        }
    });
    let (_folder, dest) = old();
    update(&[server.mirror("/a.db")], &dest, &options()).unwrap();
    assert_eq!(built_at(&dest), NEW);
}

#[test]
fn a_broken_connection_is_tried_again_and_then_given_up() {
    let server = Server::new(|_| {
        let body = database(NEW);
        let stated = Some(body.len());
        Response {
            stated,
            ..Response::new(200, &body[..body.len() / 2])
        }
    });
    let mirrors = [server.mirror("/a.db")];
    check_kept(&mirrors, &options(), |error| {
        matches!(error, FetchError::Transport(_))
    });
    assert_eq!(server.seen().len(), 3);
}

#[test]
fn a_missing_file_is_not_asked_for_again() {
    let server = Server::new(|_| Response::new(404, ""));
    let mirrors = [server.mirror("/a.db")];
    check_kept(&mirrors, &options(), |error| {
        matches!(error, FetchError::Status { status: 404 })
    });
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn a_checksum_beside_the_file_must_agree() {
    let server = Server::new(|request| match request.path.ends_with(".sha256") {
        true => Response::new(200, format!("{}  a.db\n", "0".repeat(64))),
        false => Response::new(200, database(NEW)),
    });
    let mirrors = [server.mirror("/a.db")];
    check_kept(&mirrors, &options(), |error| {
        matches!(error, FetchError::Checksum { .. })
    });

    let good = Server::new(|request| match request.path.ends_with(".sha256") {
        true => {
            let digest: [u8; 32] = Sha256::digest(database(NEW)).into();
            let digest = lazaret_model::Digest::sha256(&digest);
            Response::new(200, format!("{}  a.db\n", digest.hex()))
        }
        false => Response::new(200, database(NEW)),
    });
    let (_folder, dest) = old();
    update(&[good.mirror("/a.db")], &dest, &options()).unwrap();
    assert_eq!(built_at(&dest), NEW);
}

#[test]
fn what_is_no_good_database_is_refused() {
    let page = serving(b"<html>Please log in</html>".to_vec());
    let damaged = serving({
        let mut bytes = database(NEW);
        let last = bytes.len() - 1;
        bytes[last / 2] ^= 1;
        bytes
    });
    for server in [page, damaged] {
        let mirrors = [server.mirror("/a.db")];
        check_kept(&mirrors, &options(), |error| {
            matches!(error, FetchError::Database(_))
        });
    }
}

#[test]
fn an_older_database_is_refused_unless_allowed() {
    let older = database("2020-01-01T00:00:00Z");
    let server = serving(older);
    let mirrors = [server.mirror("/a.db")];
    check_kept(&mirrors, &options(), |error| {
        matches!(error, FetchError::Older { .. })
    });
    let (_folder, dest) = old();
    let allowed = UpdateOptions {
        allow_older: true,
        ..options()
    };
    update(&mirrors, &dest, &allowed).unwrap();
    assert_eq!(built_at(&dest), "2020-01-01T00:00:00Z");
}

#[test]
fn only_the_expected_database_is_taken_and_only_up_to_the_limit() {
    let server = serving(database(NEW));
    let mirrors = [server.mirror("/a.db")];
    let expected = UpdateOptions {
        expected: Some(lazaret_model::Digest::sha256(&[7; 32])),
        ..options()
    };
    check_kept(&mirrors, &expected, |error| {
        matches!(error, FetchError::Unexpected { .. })
    });
    let small = UpdateOptions {
        max_bytes: 100,
        ..options()
    };
    check_kept(&mirrors, &small, |error| {
        matches!(error, FetchError::TooLarge { limit: 100 })
    });
}

#[test]
fn files_and_registries_are_mirrors_too() {
    let (folder, dest) = old();
    let from = folder.path().join("from.db");
    fs::write(&from, database(NEW)).unwrap();
    update(&[Mirror::File(from)], &dest, &options()).unwrap();
    assert_eq!(built_at(&dest), NEW);

    let (_folder, dest) = old();
    let fetch = |reference: &str, out: &mut dyn Write| {
        assert_eq!(reference, "registry.example/db:1");
        out.write_all(&database(NEW))
            .map_err(|error| error.to_string())
    };
    let mirrors = ["oci:registry.example/db:1".parse().unwrap()];
    let with_registry = UpdateOptions {
        oci: Some(&fetch),
        ..options()
    };
    update(&mirrors, &dest, &with_registry).unwrap();
    assert_eq!(built_at(&dest), NEW);
    check_kept(&mirrors, &options(), |error| {
        matches!(error, FetchError::Unsupported(_))
    });
    let small = UpdateOptions {
        max_bytes: 100,
        ..with_registry
    };
    check_kept(&mirrors, &small, |error| {
        matches!(error, FetchError::TooLarge { .. })
    });
}

#[test]
fn passwords_are_not_repeated() {
    let mirror: Mirror = "https://user:secret@example.org/a@b.db".parse().unwrap();
    assert_eq!(mirror.to_string(), "https://example.org/a@b.db");
}

/// The same feed with one file to download.
fn feed(name: &str, address: &'static str) -> &'static Feed {
    let known = lazaret_advisory::feed::by_name(name).unwrap();
    Box::leak(Box::new(Feed {
        downloads: Box::leak(Box::new([address])),
        ..*known
    }))
}

const NPM: &str = "https://upstream.invalid/npm/all.json";
const KEV: &str = "https://upstream.invalid/kev.json";
const OSV_RECORD: &str = r#"{"id":"GHSA-1","modified":"2024-01-01T00:00:00Z","affected":[{"package":
    {"ecosystem":"npm","name":"a"},"versions":["1.0.0"]}]}"#;
const KEV_LIST: &str = r#"{"vulnerabilities":[{"cveID":"CVE-2024-1","dateAdded":"2024-01-01"}]}"#;

/// Updates two feeds from a mirror into `folder`.
fn from_feeds(folder: &Path, server: &Server) -> Result<FeedsUpdate, UpdateError> {
    let settings = FeedSettings {
        feeds: vec![feed("osv", NPM), feed("kev", KEV)],
        origins: vec![format!("http://{}/feeds/", server.address).parse().unwrap()],
        staging: &folder.join("staging"),
        allow_missing: false,
        build: lazaret_advisory::build::BuildOptions::default(),
    };
    update_from_feeds(&settings, &folder.join("a.db"), &options(), &mut |_| {})
}

/// A mirror of both feeds; `answers` may change what it says.
fn mirror(answers: impl Fn(&str) -> Option<Response> + Send + 'static) -> Server {
    Server::new(move |request| {
        if let Some(answer) = answers(&request.path) {
            return answer;
        }
        let body = match request.path.as_str() {
            "/feeds/osv/npm/all.json" => OSV_RECORD,
            "/feeds/kev/kev.json" => KEV_LIST,
            _ => return Response::new(404, ""),
        };
        match request.header("if-none-match") {
            Some("\"1\"") => Response::new(304, ""),
            _ => Response::new(200, body).with("ETag", "\"1\""),
        }
    })
}

fn outcomes(update: &FeedsUpdate) -> Vec<&'static str> {
    let name = |outcome: &Outcome| match outcome {
        Outcome::New => "new",
        Outcome::Unchanged => "unchanged",
        Outcome::Kept(_) => "kept",
        Outcome::Missing(_) => "missing",
    };
    update.files.iter().map(|f| name(&f.outcome)).collect()
}

#[test]
fn feeds_are_downloaded_once_and_built_from() {
    let server = mirror(|_| None);
    let folder = tempfile::tempdir().unwrap();
    let first = from_feeds(folder.path(), &server).unwrap();
    assert_eq!(outcomes(&first), ["new", "new"]);
    assert!(first.changed);
    let before = fs::read(folder.path().join("a.db")).unwrap();
    let second = from_feeds(folder.path(), &server).unwrap();
    assert_eq!(outcomes(&second), ["unchanged", "unchanged"]);
    assert!(!second.changed);
    assert!(fs::read(folder.path().join("a.db")).unwrap() == before);
    // Names of files in one feed do not meet those of another.
    assert!(
        folder
            .path()
            .join("staging/feeds/osv/npm/all.json")
            .is_file()
    );
}

#[test]
fn a_feed_that_fails_keeps_what_it_had_and_the_others_go_on() {
    for broken in [
        Response::new(404, ""),
        Response::new(200, "<html>Log in</html>"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        from_feeds(folder.path(), &mirror(|_| None)).unwrap();
        let broken = Mutex::new(Some(broken));
        let later = mirror(move |path| {
            let is_kev = path.ends_with("/kev.json");
            is_kev.then(|| broken.lock().unwrap().take()).flatten()
        });
        let update = from_feeds(folder.path(), &later).unwrap();
        // Another mirror is another address, so nothing it says is about what is there.
        assert_eq!(outcomes(&update), ["new", "kept"]);
        let db = Db::open(&folder.path().join("a.db")).unwrap();
        assert_eq!(db.info().feeds.len(), 2);
    }
}

#[test]
fn a_feed_that_was_never_there_is_left_out_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let without = || mirror(|path| path.ends_with("/kev.json").then(|| Response::new(404, "")));
    for _ in 0..2 {
        let update = from_feeds(folder.path(), &without()).unwrap();
        assert_eq!(outcomes(&update)[1], "missing");
    }
}

#[test]
fn an_update_that_would_lose_a_feed_or_has_nothing_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let dest = folder.path().join("a.db");
    from_feeds(folder.path(), &mirror(|_| None)).unwrap();
    let before = fs::read(&dest).unwrap();
    // As on a machine whose database came from elsewhere.
    fs::remove_dir_all(folder.path().join("staging")).unwrap();
    let without = mirror(|path| path.ends_with("/kev.json").then(|| Response::new(503, "")));
    let error = from_feeds(folder.path(), &without).unwrap_err();
    assert!(
        matches!(&error, UpdateError::WouldLose { feed, .. } if feed == "kev"),
        "{error}"
    );
    assert!(
        error.to_string().contains("the server answers 503"),
        "{error}"
    );
    let nothing = mirror(|_| Some(Response::new(404, "")));
    let error = from_feeds(folder.path(), &nothing).unwrap_err();
    assert!(matches!(error, UpdateError::AllFailed { .. }), "{error}");
    assert!(fs::read(&dest).unwrap() == before);
}

#[test]
fn the_next_origin_is_asked_when_the_first_does_not_have_a_file() {
    let (empty, full) = (Server::new(|_| Response::new(404, "")), mirror(|_| None));
    let folder = tempfile::tempdir().unwrap();
    let origin = |server: &Server| FeedOrigin::Mirror(format!("http://{}/feeds", server.address));
    let settings = FeedSettings {
        feeds: vec![feed("osv", NPM)],
        origins: vec![origin(&empty), origin(&full)],
        staging: &folder.path().join("staging"),
        allow_missing: false,
        build: lazaret_advisory::build::BuildOptions::default(),
    };
    let dest = folder.path().join("a.db");
    let update = update_from_feeds(&settings, &dest, &options(), &mut |_| {}).unwrap();
    assert_eq!(outcomes(&update), ["new"]);
    assert_eq!(empty.seen().len() + full.seen().len(), 2);
}
