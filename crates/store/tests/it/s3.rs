//! Blobs in a bucket, against `moto_server` (PyPI: `moto[server]`) where it is in the path.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use lazaret_store::{Error, Store, StoreOptions, digest_of};

use crate::support::{at, sqlite_url};

struct Moto(Child, u16);

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn request(port: u16, head: &str) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .ok()?;
    write!(
        stream,
        "{head} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )
    .ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

fn moto() -> Option<Moto> {
    let port = TcpListener::bind("127.0.0.1:0")
        .ok()?
        .local_addr()
        .ok()?
        .port();
    let child = Command::new("moto_server")
        .args(["-H", "127.0.0.1", "-p", &port.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let moto = Moto(child, port);
    for _ in 0..300 {
        if request(port, "PUT /lazaret").is_some_and(|answer| answer.contains(" 200 ")) {
            return Some(moto);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    None
}

/// The keys come from the environment, which a test has for itself only in a process of its
/// own.
#[test]
fn a_bucket_is_as_good_as_a_directory() {
    let Some(moto) = moto() else {
        #[allow(clippy::print_stderr)] // It is for whoever reads the test's output.
        {
            eprintln!("skipped: no moto_server in the path");
        }
        return;
    };
    let place = format!(
        "s3://lazaret/some/where?endpoint=http://127.0.0.1:{}&region=eu-central-1",
        moto.1
    );
    let output = Command::new(std::env::current_exe().expect("this program"))
        .args(["--ignored", "--exact", "s3::bucket"])
        .env("LAZARET_TEST_BUCKET", place)
        .env("AWS_ACCESS_KEY_ID", "testing")
        .env("AWS_SECRET_ACCESS_KEY", "testing")
        .output()
        .expect("a process");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
}

/// Not a test by itself: what the one above starts.
#[tokio::test]
#[ignore = "a helper that another test starts"]
async fn bucket() {
    let Ok(place) = std::env::var("LAZARET_TEST_BUCKET") else {
        return;
    };
    let directory = tempfile::tempdir().expect("a directory");
    let store = Store::open(&StoreOptions::new(sqlite_url(&directory), place, at(0)))
        .await
        .expect("opened");
    let bytes = b"an inventory".repeat(100_000);
    let digest = store.put_blob(bytes.clone()).await.expect("put");
    assert_eq!(digest, digest_of(&bytes));
    assert_eq!(
        store.put_blob(bytes.clone()).await.expect("put again"),
        digest
    );
    assert!(store.has_blob(&digest).await.expect("asked"));
    assert_eq!(store.blob(&digest).await.expect("got"), bytes);
    let absent = digest_of(b"absent");
    assert!(!store.has_blob(&absent).await.expect("asked"));
    assert!(matches!(
        store.blob(&absent).await,
        Err(Error::NotFound { .. })
    ));
    store.delete_blob(&digest).await.expect("deleted");
    assert!(!store.has_blob(&digest).await.expect("asked"));
}
