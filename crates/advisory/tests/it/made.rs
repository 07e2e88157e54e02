//! Feeds that are made up in their upstreams' formats: what measurements are made with.

use std::collections::BTreeMap;

use lazaret_advisory::Db;
use lazaret_advisory::build::{BuildOptions, SourceSpec, build};
use lazaret_advisory::feed;
use lazaret_testkit::feeds;

#[test]
fn made_up_feeds_are_read_whole_and_are_the_same_every_time() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let made = feeds::write(first.path(), 2_000).unwrap();
    for (_, path) in feeds::write(second.path(), 2_000).unwrap() {
        let other = first.path().join(path.file_name().unwrap());
        assert!(std::fs::read(&path).unwrap() == std::fs::read(other).unwrap());
    }
    let sources: Vec<SourceSpec> = made
        .into_iter()
        .map(|(name, path)| SourceSpec {
            feed: feed::by_name(name).expect("the feed exists"),
            path,
        })
        .collect();
    let (bytes, report) = build(&sources, &BuildOptions::default(), &mut |_| {}).unwrap();
    for source in &report.sources {
        assert_eq!(source.named, [], "{}", source.feed);
    }
    assert!((1_800..=2_000).contains(&report.advisories), "{report:?}");
    let db = Db::from_bytes(bytes).unwrap();
    let statements: BTreeMap<&str, u64> = db
        .spaces()
        .iter()
        .map(|space| (space.name.as_str(), space.statements))
        .collect();
    for space in [
        "npm",
        "pypi",
        "maven",
        "golang",
        "gem",
        "debian:12",
        "rhel:8",
        "rhel:9",
        "ubuntu:24.04",
        "alpine:3.20",
        "oracle:8",
        "amazon:2023",
        "cpe",
    ] {
        assert!(
            statements.get(space).is_some_and(|n| *n > 10),
            "{space} of {statements:?}"
        );
    }
}
