//! No bytes make a feed panic.

use lazaret_advisory::feed::{self, FeedFile, Sink};
use proptest::prelude::*;

const SEEDS: &[&str] = &[
    r#"{"id":"GHSA-a-b-c","affected":[{"package":{"ecosystem":"PyPI","name":"x"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1"}]}],"versions":["1"]}]}"#,
    r#"{"distroversion":"v3.18","packages":[{"pkg":{"name":"a","secfixes":{"1-r0":["CVE-2030-1 XSA-1"]}}}]}"#,
    "```toml\n[advisory]\nid = \"RUSTSEC-2030-1\"\npackage = \"x\"\ndate = \"2030\"\n[versions]\npatched = [\">= 1\"]\n```\n# T",
    "gem: x\ncve: 2030-1\ndate: 2030-01-01\npatched_versions:\n  - \">= 1\"\n",
    "branches:\n  1.x:\n    time: 2030-01-01é\n    versions: ['<1.2']\nreference: composer://a/b\n",
    "[01 Apr 2030] DSA-1-1 x - y\n\t{CVE-2030-1}\n\t[bookworm] - x 1-1\n",
    "cve,epss,percentile\nCVE-2030-1,0.5,0.9\n",
    include_str!("../../testdata/feed/csaf/vex.json"),
];

const PATHS: &[&str] = &[
    "a/b/c.json",
    "gems/x/CVE-1.yml",
    "a/b/c.yaml",
    "crates/x/RUSTSEC-2030-1.md",
    "DSA/list",
    "npm/1.json",
    "core/1.json",
    "x.csv",
    "CVE-2030-1.json",
];

fn survives(bytes: &[u8]) {
    for feed in feed::ALL {
        for path in PATHS {
            let (mut items, mut bad) = (Vec::new(), Vec::new());
            // An error is a fine answer; a panic is not.
            let _answer = (feed.read)(
                FeedFile { path, bytes },
                &mut Sink::new(&mut items, &mut bad),
            );
            assert!(
                items.len() + bad.len() <= 4 * bytes.len() + 4,
                "{}",
                feed.name
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn arbitrary_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        survives(&bytes);
    }

    #[test]
    fn damaged_records_are_survived(
        seed in 0..SEEDS.len(),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
        whole in any::<bool>(),
    ) {
        let mut bytes = SEEDS[seed].as_bytes().to_vec();
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if !whole {
            bytes.truncate(cut.index(bytes.len()));
        }
        survives(&bytes);
    }
}
