use lazaret_store::{Error, digest_of};

use crate::support::{at, both};

both!(blobs_are_named_by_their_content, |fixture| {
    let store = &fixture.store;
    for bytes in [Vec::new(), b"an inventory".to_vec(), vec![7; 3_000_000]] {
        let digest = store.put_blob(bytes.clone(), at(0)).await.expect("put");
        assert_eq!(digest, digest_of(&bytes));
        assert!(store.has_blob(&digest).await.expect("asked"));
        assert_eq!(
            store
                .put_blob(bytes.clone(), at(0))
                .await
                .expect("put again"),
            digest
        );
        assert_eq!(store.blob(&digest).await.expect("got"), bytes);
    }
    let absent = digest_of(b"absent");
    assert!(!store.has_blob(&absent).await.expect("asked"));
    assert!(matches!(
        store.blob(&absent).await,
        Err(Error::NotFound { .. })
    ));
    store.delete_blob(&absent).await.expect("nothing to do");
    for bad in [
        "",
        "sha256:",
        "sha256:../../etc/passwd",
        "md5:00",
        &absent.to_uppercase(),
    ] {
        assert!(
            matches!(store.blob(bad).await, Err(Error::Invalid(_))),
            "{bad}"
        );
    }
});

both!(a_changed_blob_is_found_and_a_cut_one_mended, |fixture| {
    let store = &fixture.store;
    let bytes = b"an inventory of some length".repeat(50);
    let digest = store.put_blob(bytes.clone(), at(0)).await.expect("put");
    let hex = digest.trim_start_matches("sha256:");
    let path = fixture
        .directory
        .path()
        .join(format!("blobs/sha256/{}/{hex}.zst", &hex[..2]));
    let packed = std::fs::read(&path).expect("there");
    for place in 0..packed.len() {
        let mut changed = packed.clone();
        changed[place] ^= 0x55;
        std::fs::write(&path, &changed).expect("written");
        match store.blob(&digest).await {
            // Some bits of a frame's header say nothing about the content.
            Ok(read) => assert_eq!(read, bytes),
            Err(error) => assert!(matches!(error, Error::Corrupt { .. }), "{error}"),
        }
    }
    std::fs::write(&path, &packed[..10]).expect("written");
    assert!(matches!(
        store.blob(&digest).await,
        Err(Error::Corrupt { .. })
    ));
    store
        .put_blob(bytes.clone(), at(0))
        .await
        .expect("put again");
    assert_eq!(store.blob(&digest).await.expect("whole again"), bytes);
});
