//! A database of an older program, with rows in it.

use lazaret_store::{AuditFilter, ImageFilter, Paging, schema};

use crate::support::{at, both, digest, open, tamper};

macro_rules! until_6 {
    ($engine:literal) => {
        concat!(
            "CREATE TABLE lazaret_schema (number BIGINT PRIMARY KEY, name TEXT NOT NULL, \
             applied_at BIGINT NOT NULL);",
            include_str!(concat!("../../migrations/", $engine, "/0001_records.sql")),
            include_str!(concat!("../../migrations/", $engine, "/0002_jobs.sql")),
            include_str!(concat!("../../migrations/", $engine, "/0003_decisions.sql")),
            include_str!(concat!("../../migrations/", $engine, "/0004_content.sql")),
            include_str!(concat!("../../migrations/", $engine, "/0005_pulls.sql")),
            include_str!(concat!("../../migrations/", $engine, "/0006_matches.sql")),
        )
    };
}

/// Three images, the first of which has two names; entries of a log.
const ROWS: &str = "
INSERT INTO lazaret_schema VALUES (1, 'a', 0), (2, 'b', 0), (3, 'c', 0), (4, 'd', 0),
    (5, 'e', 0), (6, 'f', 0);
INSERT INTO registry (id, name, kind, url, region, environment, paused, created_at, updated_at)
    VALUES ('r', 'main', 'distribution', 'https://r.example', 'eu', 'prod', FALSE, 0, 0);
INSERT INTO image (digest, platform, size, layers, first_seen, last_seen) VALUES
    ('sha256:0000000000000000000000000000000000000000000000000000000000000001', 'linux/amd64', 1, '[]', 1800000030000000, 1800000030000000),
    ('sha256:0000000000000000000000000000000000000000000000000000000000000002', 'linux/amd64', 1, '[]', 1800000010000000, 1800000010000000),
    ('sha256:0000000000000000000000000000000000000000000000000000000000000003', 'linux/amd64', 1, '[]', 1800000020000000, 1800000020000000);
INSERT INTO image_name (registry_id, repository, tag, digest, pushed_at) VALUES
    ('r', 'shop/web', '1', 'sha256:0000000000000000000000000000000000000000000000000000000000000001', 1800000090000000),
    ('r', 'shop/api', '1', 'sha256:0000000000000000000000000000000000000000000000000000000000000001', 1800000095000000),
    ('r', 'shop/web', '2', 'sha256:0000000000000000000000000000000000000000000000000000000000000002', 1800000010000000),
    ('r', 'shop/web', '3', 'sha256:0000000000000000000000000000000000000000000000000000000000000003', 1800000020000000);
INSERT INTO audit VALUES
    (1, 0, 'user:a', 'user.role', 'o', '', '{}', 'x', 'y'),
    (2, 0, 'user:a', 'hold.held', 'o', '', '{}', 'y', 'z');
";

both!(
    names_of_schema_6_carry_when_their_image_was_seen,
    |fixture| {
        fixture.store.close().await;
        let is_sqlite = fixture.database.starts_with("sqlite:");
        if is_sqlite {
            for end in ["", "-wal", "-shm"] {
                let file = format!("lazaret.db{end}");
                let _ = std::fs::remove_file(fixture.directory.path().join(file));
            }
            std::fs::write(fixture.directory.path().join("lazaret.db"), "").expect("an empty file");
            tamper(&fixture.database, until_6!("sqlite")).await;
        } else {
            tamper(
                &fixture.database,
                "DROP SCHEMA public CASCADE; CREATE SCHEMA public;",
            )
            .await;
            tamper(&fixture.database, until_6!("postgres")).await;
        }
        tamper(&fixture.database, ROWS).await;
        let store = open(&fixture.database, fixture.directory.path()).await;
        // By when they were first seen, not by when the name was pushed.
        for repository in [None, Some("shop/web".to_owned())] {
            let filter = ImageFilter {
                repository,
                ..ImageFilter::default()
            };
            let page = store
                .images(&filter, &Paging::first(10))
                .await
                .expect("a page");
            let told: Vec<_> = page
                .items
                .iter()
                .map(|row| row.image.digest.clone())
                .collect();
            assert_eq!(told, [digest(1), digest(3), digest(2)], "{filter:?}");
            assert_eq!(page.items[0].image.first_seen, at(30));
        }
        let filter = AuditFilter {
            action: Some("hold.".to_owned()),
            ..AuditFilter::default()
        };
        let log = store
            .audit_page(&filter, &Paging::first(10))
            .await
            .expect("a page");
        assert_eq!(log.items.len(), 1);
        // And once more: nothing is left to do.
        store.close().await;
        let again = open(&fixture.database, fixture.directory.path()).await;
        again.ping().await.expect("answers");
        assert!(schema() > 6);
    }
);
