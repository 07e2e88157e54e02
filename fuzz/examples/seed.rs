//! `seed SHARED OUT`: real files of the shared corpus as seeds, a folder for each target.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use lazaret_ecosystem::binary::{Classifier, Pattern, classifiers};

/// Largest seed, in bytes: a fuzzer learns little from a larger one, and slowly.
const MAX_BYTES: u64 = 256 << 10;

/// Most seeds of one reader.
const MOST: usize = 60;

/// Archives, and the targets that their files are seeds of.
const ARCHIVES: &[(&str, &[&str])] = &[
    (
        "corpus/conformance/parsers.tar.zst",
        &["package_file", "executable", "sbom"],
    ),
    (
        "corpus/images/hostile.tar.zst",
        &["layer", "tar", "archive", "image_documents"],
    ),
    ("corpus/images/db.tar.zst", &["archive", "layer"]),
    ("feeds/bom-cyclonedx-spec.tar.zst", &["sbom"]),
    ("feeds/bom-spdx-examples.tar.zst", &["sbom"]),
    ("feeds/distro-slices.tar.zst", &["feed", "feed_archive"]),
    ("feeds/ghsa-selected.tar.zst", &["feed"]),
    ("feeds/rubysec.tar.zst", &["feed"]),
    ("feeds/packagist-friendsofphp.tar.zst", &["feed"]),
    ("feeds/npm-nodejs-security-wg.tar.zst", &["feed"]),
    ("feeds/alpine-secdb-2020.tar.zst", &["feed"]),
    ("feeds/debian-dsa-dla.tar.zst", &["feed"]),
    ("feeds/endoflife.tar.zst", &["feed"]),
    ("feeds/kev.tar.zst", &["feed"]),
];

/// Conditions, exceptions and tests of policies that use most of what there is.
const POLICIES: &[(u8, &str)] = &[
    (
        1,
        "findings.filter(f, f.kev).map(f, f.cvss).max() >= 7.0 || [1, 2].exists(x, x % 2 == 0)",
    ),
    (
        1,
        "has(finding.cvss) ? finding.?epss.orValue(0.0) > 1e-3 : finding.age > days(30) - duration('1h')",
    ),
    (
        1,
        "finding.package.name.matches('^l.*h$') && image.name.glob('registry.example/**') && !('a' in finding.paths)",
    ),
    (
        2,
        "gap.kind in ['unreadable', 'limit'] && size(gap.subject) + 1 == 2 && string(now) != r'\\x41'",
    ),
    (
        0,
        "apiVersion: lazaret.dev/v1\nextends: default\nexceptions:\n  - name: a\n    ids: [CVE-1]\n    packages: [{purl: pkg:npm/lodash, versions: '>=1.0, <5'}]\n    paths: [a/**]\n    images: ['registry.example/**', 'sha256:00']\n    environments: [prod]\n    reason: r\n    owner: o\n    expires: 2027-01-01\n    until: [kev-listed, severity-raised]\n    severity: high\n    most: 3\n",
    ),
    (
        3,
        "tests:\n  - name: a\n    now: 2026-01-01\n    environment: prod\n    facts: {findings: [{id: CVE-1, kev: true}]}\n    expect: {outcome: block, rules: [a]}\n",
    ),
];

/// Paths of requests to a registry.
const PATHS: &[&str] = &[
    "/v2/",
    "/v2/team/app/manifests/1.0",
    "/v2/app/manifests/sha256%3Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "/v2/app/blobs/uploads/6f0e?_state=x",
    "/v2/app/Manifests/../manifests//1/",
    "/artifactory/api/docker/r/v2/app/manifests/1",
];

/// Verdicts, a signed bundle, rules of a gate.
const VERDICTS: &[(u8, &str)] = &[
    (
        0,
        r#"{"schema":"lazaret.verdicts/1","generation":2,"made_at":"2026-11-28T09:00:00Z","gate":{"unknown":"wait","wait_seconds":5},"verdicts":[{"digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000","repository":"app","state":"released","until":"2027-01-01T00:00:00Z"}],"running":[{"digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000"}]}"#,
    ),
    (1, r#"{"payload":"e30=","key_id":"00","signature":"AAAA"}"#),
    (
        2,
        "unknown: wait\nwait_seconds: 20\nheld: refuse\nrunning_grace_seconds: 7200\n",
    ),
];

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [shared, out] = arguments.as_slice() else {
        eprintln!("usage: seed SHARED OUT");
        return Ok(());
    };
    let mut seeds = Seeds {
        out: PathBuf::from(out),
        readers: lazaret_fuzz::readers(),
        counts: HashMap::new(),
    };
    let unpacked = seeds.out.join(".unpacked");
    for (archive, targets) in ARCHIVES {
        let archive = Path::new(shared).join(archive);
        let _ = fs::remove_dir_all(&unpacked);
        fs::create_dir_all(&unpacked)?;
        let script = "zstd -dcq --long=27 \"$1\" | tar x -C \"$2\"";
        let status = Command::new("sh")
            .args(["-c", script, "sh"])
            .args([&archive, &unpacked])
            .status()?;
        if !status.success() {
            eprintln!("skipped: {} is not there", archive.display());
            continue;
        }
        seeds.walk(&unpacked, &unpacked, targets)?;
    }
    fs::remove_dir_all(&unpacked)?;
    for (number, row) in (0..=u8::MAX).zip(classifiers()) {
        seeds.write("executable", row.id, Some(number), &program(row))?;
    }
    for (number, pair) in [
        "1.0~rc1\n1.0",
        "1.0.2k\n1.0.2",
        "1:2.3-4\n2.3-5",
        "v1.0.0\n1.0",
    ]
    .iter()
    .enumerate()
    {
        for scheme in 0..32u8 {
            seeds.write("order", &number.to_string(), Some(scheme), pair.as_bytes())?;
            let both = [&[scheme], &b"1.0\n>=1.0,<2.0 || ^3.1"[..]].concat();
            seeds.write("requirement", &number.to_string(), Some(scheme), &both)?;
        }
    }
    let policy = lazaret_policy::DEFAULT_POLICY.as_bytes();
    seeds.write("policy", "default", Some(0), policy)?;
    let conditions = policy.split(|byte| *byte == b'\n');
    for (number, line) in conditions.enumerate() {
        let Some(at) = line.windows(5).position(|w| w == b"when:") else {
            continue;
        };
        let condition = line[at + 5..].trim_ascii();
        seeds.write("policy", &number.to_string(), Some(1), condition)?;
        seeds.write("policy", &number.to_string(), Some(2), condition)?;
    }
    for (number, (kind, text)) in POLICIES.iter().enumerate() {
        seeds.write(
            "policy",
            &format!("own{number}"),
            Some(*kind),
            text.as_bytes(),
        )?;
    }
    for (number, path) in PATHS.iter().enumerate() {
        seeds.write("gate_path", &number.to_string(), None, path.as_bytes())?;
    }
    for (kind, text) in lazaret_fuzz::oidc_seeds() {
        seeds.write("oidc", "own", Some(kind), text.as_bytes())?;
    }
    for (kind, text) in VERDICTS {
        seeds.write("verdicts", "own", Some(*kind), text.as_bytes())?;
    }
    for language in lazaret_check::ALL {
        let first = match language.name {
            "kubernetes" => 0,
            "compose" => 2,
            "terraform" => 3,
            _ => continue,
        };
        for check in (language.checks)() {
            for text in [check.bad, check.good] {
                seeds.write("configuration", check.id, Some(first), text.as_bytes())?;
            }
        }
    }
    for (number, name) in ["pkg:npm/%40a/b@1.0?x=y#z", "registry.example:5000/a/b:c"]
        .iter()
        .enumerate()
    {
        seeds.write("names", &number.to_string(), None, name.as_bytes())?;
    }
    Ok(())
}

/// A program that nearly says what a row asks for: the literals around the version.
fn program(row: &Classifier) -> Vec<u8> {
    let mut bytes = b"\x7fELF\x02\x01\x01\0".to_vec();
    bytes.resize(512, 0);
    for pattern in row.patterns {
        let (Pattern::Text(literal)
        | Pattern::Whole(literal, _)
        | Pattern::Named(literal, _)
        | Pattern::Begins(literal, _)) = pattern;
        let literal = literal.split('(').next().unwrap_or_default();
        let literal = literal.replace(['\\', '{', '}'], "");
        bytes.extend_from_slice(literal.as_bytes());
        bytes.extend_from_slice(b"3.1.12 (2026-01-01) \0\x003.1.12\0v3.1.12\0");
    }
    bytes.extend_from_slice(b"\xff Go buildinf:\x08\x02");
    bytes.extend_from_slice(&[0; 16]);
    bytes.extend_from_slice(b"\x08go1.22.3");
    bytes.extend_from_slice(b"\x30\x77\xaf\x0c\x92\x74\x08\x02\x41\xe1\xc1\x07\xe6\xd6\x18\xe6");
    bytes.extend_from_slice(b"path\tcmd/go\nmod\tx\t(devel)\t\nbuild\t-ldflags=-X x.version=1.0\n");
    bytes.extend_from_slice(b"\xf9\x32\x43\x31\x86\x18\x20\x72\x00\x82\x42\x10\x41\x16\xd8\xf2");
    bytes
}

struct Seeds {
    out: PathBuf,
    readers: Vec<&'static lazaret_ecosystem::Reader>,
    counts: HashMap<(String, Option<u8>), usize>,
}

impl Seeds {
    fn walk(&mut self, root: &Path, folder: &Path, targets: &[&str]) -> io::Result<()> {
        let mut entries: Vec<PathBuf> = fs::read_dir(folder)?
            .map(|e| e.map(|e| e.path()))
            .collect::<Result<_, _>>()?;
        entries.sort();
        for path in entries {
            let metadata = fs::symlink_metadata(&path)?;
            if metadata.is_dir() {
                self.walk(root, &path, targets)?;
            } else if metadata.is_file() && metadata.len() <= MAX_BYTES {
                let inside = path.strip_prefix(root).unwrap_or(&path);
                self.file(&inside.to_string_lossy(), &fs::read(&path)?, targets)?;
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &str, bytes: &[u8], targets: &[&str]) -> io::Result<()> {
        for target in targets {
            match *target {
                "package_file" => {
                    for index in 0..self.readers.len() {
                        let reader = self.readers[index];
                        let input = lazaret_ecosystem::Input { path, bytes };
                        // The collected files seldom have the names that tools use.
                        if (reader.wants)(path) || (reader.recognises)(input) {
                            self.write(target, path, u8::try_from(index).ok(), bytes)?;
                        }
                    }
                }
                "feed" => {
                    for (index, feed) in lazaret_advisory::feed::ALL.iter().enumerate() {
                        if (feed.wants)(path) {
                            self.write(target, path, u8::try_from(index).ok(), bytes)?;
                        }
                    }
                }
                "executable" if bytes.starts_with(b"\x7fELF") || bytes.starts_with(b"MZ") => {
                    self.write(target, path, Some(255), bytes)?;
                }
                "executable" => {}
                "sbom" if !bytes.starts_with(b"{") => {}
                _ => self.write(target, path, None, bytes)?,
            }
        }
        Ok(())
    }

    fn write(
        &mut self,
        target: &str,
        path: &str,
        first: Option<u8>,
        bytes: &[u8],
    ) -> io::Result<()> {
        let count = self.counts.entry((target.to_owned(), first)).or_default();
        *count += 1;
        if *count > MOST {
            return Ok(());
        }
        let folder = self.out.join(target);
        fs::create_dir_all(&folder)?;
        let name: String = path
            .chars()
            .rev()
            .take(80)
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        let number = first.map_or_else(String::new, |f| format!("{f}-"));
        let content = first
            .into_iter()
            .chain(bytes.iter().copied())
            .collect::<Vec<u8>>();
        fs::write(folder.join(format!("{number}{name}")), content)
    }
}
