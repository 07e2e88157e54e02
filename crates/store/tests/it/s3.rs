//! Blobs in a bucket, against `moto_server` (PyPI: `moto[server]`) where it is in the path.

use std::process::Command;

use lazaret_store::{Error, Store, StoreOptions, digest_of};
use lazaret_testkit::bucket::Bucket;

use crate::support::{at, sqlite_url};

/// The keys come from the environment, which a test has for itself only in a process of its
/// own.
#[test]
fn a_bucket_is_as_good_as_a_directory() {
    let Some(bucket) = Bucket::start() else {
        return;
    };
    let place = bucket.place("some/where");
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

/// What is said at the start of a bucket that cannot be used.
fn refusal(place: &str, keys: &[(&str, &str)]) -> String {
    let mut child = Command::new(std::env::current_exe().expect("this program"));
    child.args(["--ignored", "--exact", "s3::reached", "--nocapture"]);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
        child.env_remove(name);
    }
    let output = child
        .env("LAZARET_TEST_BUCKET", place)
        // The machine's own role, where there is one, is of no concern here.
        .env("AWS_METADATA_ENDPOINT", "http://127.0.0.1:1")
        .envs(keys.iter().copied())
        .output()
        .expect("a process");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_bucket_without_keys_is_refused_at_the_start_with_what_to_set() {
    let told = refusal("s3://some/where?endpoint=http://127.0.0.1:1", &[]);
    assert!(told.contains("Invalid"), "{told}");
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "role"] {
        assert!(told.contains(name), "{name}: {told}");
    }
    let keys = [
        ("AWS_ACCESS_KEY_ID", "testing"),
        ("AWS_SECRET_ACCESS_KEY", "testing"),
    ];
    let told = refusal("s3://some/where?endpoint=http://127.0.0.1:1", &keys);
    assert!(told.contains("Busy"), "nobody is there: {told}");
    let Some(bucket) = Bucket::start() else {
        return;
    };
    assert!(refusal(&bucket.place("a"), &keys).contains("reached: Ok"));
    let place = bucket.place("a").replace("s3://", "s3://other-");
    let told = refusal(&place, &keys);
    assert!(told.contains("no such bucket"), "{told}");
}

/// Not a test by itself: what the one above starts.
#[tokio::test]
#[ignore = "a helper that another test starts"]
async fn reached() {
    use std::io::Write as _;
    let Ok(place) = std::env::var("LAZARET_TEST_BUCKET") else {
        return;
    };
    let directory = tempfile::tempdir().expect("a directory");
    let options = StoreOptions::new(sqlite_url(&directory), place, at(0));
    let store = Store::open(&options).await.expect("opened");
    let reached = store.reach_blobs().await;
    writeln!(std::io::stdout(), "reached: {reached:?}").expect("told");
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
    let digest = store.put_blob(bytes.clone(), at(0)).await.expect("put");
    assert_eq!(digest, digest_of(&bytes));
    assert_eq!(
        store
            .put_blob(bytes.clone(), at(0))
            .await
            .expect("put again"),
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
    crate::collect::collects(&store).await;
    crate::collect::races(&store, &store, 2).await;
}
