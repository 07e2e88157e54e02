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
