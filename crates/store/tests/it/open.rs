use lazaret_store::{Engine, Error, Store, StoreOptions, schema};

use crate::support::{at, both, by, options, sqlite_url, tamper};

both!(opening_twice_changes_nothing, |fixture| {
    fixture
        .store
        .append_audit(&by("anna"), "test", "x", &serde_json::json!({}))
        .await
        .expect("audit");
    let again = fixture.second().await;
    assert_eq!(again.audit_head().await.expect("head").seq, 1);
    again.ping().await.expect("answers");
});

both!(many_may_open_at_once, |fixture| {
    let opened: Vec<_> = (0..6)
        .map(|_| {
            let options = options(&fixture.database, fixture.directory.path());
            tokio::spawn(async move { Store::open(&options).await })
        })
        .collect();
    for opened in opened {
        opened.await.expect("a task").expect("the store opens");
    }
});

both!(a_newer_schema_is_refused, |fixture| {
    tamper(
        &fixture.database,
        "INSERT INTO lazaret_schema SELECT MAX(number) + 1, 'later', 0 FROM lazaret_schema",
    )
    .await;
    fixture.store.close().await;
    let refused = Store::open(&options(&fixture.database, fixture.directory.path())).await;
    match refused {
        Err(Error::NewerSchema { found, known }) => {
            assert_eq!((found, known), (schema() + 1, schema()));
        }
        other => panic!("{other:?}"),
    }
});

#[tokio::test]
async fn addresses_that_are_none_are_refused() {
    for address in ["mysql://localhost/x", "lazaret.db", ""] {
        let refused = Store::open(&StoreOptions::new(address, "unused", at(0))).await;
        assert!(
            matches!(refused, Err(Error::Invalid(_))),
            "{address}: {refused:?}"
        );
    }
    let mut options = StoreOptions::new("postgres://nobody@localhost:1/x", "unused", at(0));
    options.wait = std::time::Duration::from_millis(500);
    let refused = Store::open(&options).await;
    assert!(matches!(refused, Err(Error::Busy(_))), "{refused:?}");
}

#[tokio::test]
async fn what_is_no_database_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::write(directory.path().join("lazaret.db"), [7; 5000]).expect("written");
    let refused = Store::open(&options(&sqlite_url(&directory), directory.path())).await;
    assert!(
        matches!(refused, Err(Error::Corrupt { .. } | Error::Database(_))),
        "{refused:?}"
    );
}

both!(the_engine_is_told, |fixture| {
    let sqlite = fixture.database.starts_with("sqlite:");
    assert_eq!(fixture.store.engine() == Engine::Sqlite, sqlite);
});
