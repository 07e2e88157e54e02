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
    include_str!("../../testdata/feed/oval/oracle.xml"),
    include_str!("../../testdata/feed/updateinfo/amazon.xml"),
    r#"<cvrfdoc><DocumentTracking><Identification><ID>SUSE-SU-1</ID></Identification></DocumentTracking><ProductTree><Relationship ProductReference="a-1-1" RelatesToProductReference="SUSE Linux Enterprise Server 15"><FullProductName ProductID="p"/></Relationship></ProductTree><Vulnerability><CVE>CVE-2030-1234</CVE><ProductStatuses><Status Type="Fixed"><ProductID>p</ProductID></Status></ProductStatuses></Vulnerability></cvrfdoc>"#,
    r#"<glsa id="203001-01"><affected><package name="a/b"><unaffected range="rge" slot="1">1.2-r3</unaffected><vulnerable range="lt">1.2</vulnerable></package></affected></glsa>"#,
    r#"{"vulnerabilities":[{"cve":{"id":"CVE-2030-1234","configurations":[{"operator":"AND","nodes":[{"cpeMatch":[{"vulnerable":true,"criteria":"cpe:2.3:a:b:c:1:rc1:*:*:*:d:*:*"}]},{"cpeMatch":[{"vulnerable":false,"criteria":"cpe:2.3:o:e:f:-:*:*:*:*:*:*:*"}]}]}]}}]}"#,
    r#"{"metadata":{},"statements":[{"vulnerability":{"name":"CVE-2030-1234"},"status":"fixed","products":[{"@id":"pkg:deb/ubuntu/a@1?arch=source&distro=esm-infra/bionic"}]}]}"#,
    r#"{"advisories":[{"name":"RLSA-1","packages":[{"nevra":"a-0:1-1.el9.x86_64.rpm","product_name":"Rocky Linux 9"}]}]}"#,
    r#"{"data":[{"id":"ALSA-1","packages":[{"name":"a","version":"1","release":"1.el9","module":"m:1:2"}]}]}"#,
    r#"[{"cve_id":"CVE-2030-1234","pkg":"a","res_ver":"1-1.ph4","status":"Fixed"}]"#,
    r#"[{"name":"AVG-1","packages":["a"],"status":"Fixed","fixed":"1-1","issues":["CVE-2030-1"]}]"#,
    r#"[{"alias":"FEDORA-1","status":"stable","release":{"version":"40","id_prefix":"FEDORA"},"builds":[{"nvr":"a-1-1.fc40"}]}]"#,
    r#"{"a":{"npmname":"a","vulnerabilities":[{"below":"1","excludes":["0.9"],"identifiers":{"CVE":["CVE-1"]}}]}}"#,
    "cve: CVE-2030-1\naffected:\n  - range: \">= 1, < 2\"\n    fixedBy: \"2\"\n",
    "[advisory]\nid = \"BRSA-1\"\n[[advisory.products]]\npackage-name = \"a\"\npatched-version = \"1\"\n",
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
    "CVE-2030-1.yaml",
    "com.ubuntu.fips_jammy.oval.xml",
    "azurelinux-3.0-oval.xml",
    "glsa-203001-01.xml",
    "cve_data_photon4.0.json",
    "BRSA-1.toml",
    "npmrepository.json",
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
