//! `explain` for what is not reported.

use crate::{lazaret, text};

const RECORDS: [(&str, &str); 2] = [
    (
        "a.json",
        r#"{"id":"GHSA-aaaa-bbbb-cccc","aliases":["CVE-2030-1"],"modified":"2030-01-01T00:00:00Z",
        "affected":[{"package":{"ecosystem":"npm","name":"left-pad"},"ranges":[{"type":"SEMVER",
        "events":[{"introduced":"0"},{"fixed":"1.2.0"}]}]}]}"#,
    ),
    (
        "b.json",
        r#"{"id":"GHSA-dddd-eeee-ffff","aliases":["CVE-2030-2"],"modified":"2030-01-01T00:00:00Z",
        "affected":[{"package":{"ecosystem":"npm","name":"right-pad"},"ranges":[{"type":"SEMVER",
        "events":[{"introduced":"0"}]}]}]}"#,
    ),
];

#[test]
fn an_absence_is_explained_by_the_nearest_record_and_what_could_not_be_read() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    let write = |path: &str, content: &str| {
        let path = dir.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, content).expect("a file");
    };
    for (name, record) in RECORDS {
        write(&format!("feed/{name}"), record);
    }
    let manifest = r#"{"name":"left-pad","version":"1.3.0"}"#;
    write("tree/node_modules/left-pad/package.json", manifest);
    write(
        "tree/var/lib/rpm/rpmdb.sqlite",
        "SQLite format 3\0 and then nothing",
    );
    let built = lazaret(dir, &["db", "build", "--out", "test.db", "osv=feed"]);
    assert!(built.status.success(), "{}", text(&built.stderr));
    let explain = |id: &str| {
        let told = lazaret(dir, &["explain", id, "rootfs:tree", "--db", "test.db"]);
        assert!(told.status.success(), "{}", text(&told.stderr));
        text(&told.stdout)
    };
    let compared = explain("CVE-2030-1");
    let line = "GHSA-aaaa-bbbb-cccc (ghsa): left-pad 1.3.0: npm, 1.3.0 is not in < 1.2.0";
    assert!(compared.contains(line), "{compared}");
    let missing = explain("CVE-2030-2");
    for line in [
        "no package right-pad of npm was found",
        "No package that those records name was found.",
        "What could not be examined may hold it:",
        "rpmdb.sqlite",
    ] {
        assert!(missing.contains(line), "{line} is not in {missing}");
    }
    let unknown = explain("CVE-2030-3");
    assert!(unknown.contains("not in this database"), "{unknown}");
}
