//! What the fuzz targets call: one function for each kind of foreign bytes.
//!
//! A function must return for every input, in bounded time and memory, without a panic.
//! Where there are several readers of one kind, the first byte chooses: the seeds that
//! `seed` writes begin with the right one.

mod oidc;

use std::io::Read;

use lazaret_ecosystem::binary::classifiers;
use lazaret_ecosystem::executable::Probe;
use lazaret_ecosystem::{Input, Reader};
use lazaret_image::{Choice, Entry, ImageRef, LayerSink, Limits, Platforms, SinkError, TargetRef};
use lazaret_model::{Digest, Outcome, Platform, Purl, Report};
use lazaret_policy::{CaseFacts, Circumstances, IgnoreRules, Policy};
use lazaret_version::Scheme;
use lazaret_version::constraint::{self, Dialect};

pub use oidc::{oidc, seeds as oidc_seeds};

/// Limits that keep one run short.
fn limits() -> Limits {
    Limits {
        layer_bytes: 64 << 20,
        entries: 100_000,
        ..Limits::default()
    }
}

/// Reads every body to its end, as the hungriest reader would.
struct Hungry;

impl LayerSink for Hungry {
    fn entry(&mut self, _: &Entry<'_>, body: &mut dyn Read) -> Result<(), SinkError> {
        std::io::copy(&mut body.take(16 << 20), &mut std::io::sink()).map(drop)
    }
}

/// The readers of package files, in the order that the first byte chooses by.
pub fn readers() -> Vec<&'static Reader> {
    lazaret_ecosystem::readers().collect()
}

fn chosen<T: Copy>(list: &[T], bytes: &[u8]) -> Option<T> {
    list.get(usize::from(*bytes.first()?) % list.len().max(1))
        .copied()
}

/// A file of a package manager or a lock file.
pub fn package_file(bytes: &[u8]) {
    if let Some(reader) = chosen(&readers(), bytes) {
        let path = reader.id;
        let _ = (reader.read)(Input {
            path,
            bytes: &bytes[1..],
        });
    }
}

/// A list of checksums, under a name that its reader wants.
pub fn checksums(bytes: &[u8]) {
    const NAMES: [&str; 6] = [
        "var/lib/dpkg/info/a.md5sums",
        "lib/apk/db/installed",
        "usr/lib/python3/site-packages/a-1.dist-info/RECORD",
        "var/lib/rpm/rpmdb.sqlite",
        "var/lib/rpm/Packages",
        "var/lib/rpm/Packages.db",
    ];
    let Some(path) = chosen(&NAMES, bytes) else {
        return;
    };
    let bytes = &bytes[1..];
    for reader in lazaret_ecosystem::sums::readers_for(path) {
        let _ = (reader.read)(Input { path, bytes });
    }
}

/// An executable, in chunks of a size that the first byte tells; that byte also chooses the
/// row of the table of programs whose name the file has.
pub fn executable(bytes: &[u8]) {
    let Some((size, bytes)) = bytes.split_first() else {
        return;
    };
    let mut chunks = bytes.chunks(64 + usize::from(*size) * 16);
    let Some(head) = chunks.next() else { return };
    let row = classifiers().nth(usize::from(*size));
    let name = row.and_then(|r| r.files.first()).unwrap_or(&"program");
    let Some(mut probe) = Probe::new(name, head) else {
        return;
    };
    probe.feed(head);
    chunks.for_each(|chunk| probe.feed(chunk));
    let _ = probe.finish();
}

/// A stored layer, compressed or not.
pub fn layer(bytes: &[u8]) {
    lazaret_image::exercise_layer(bytes, &limits(), &mut Hungry);
}

/// An inflated layer.
pub fn tar(bytes: &[u8]) {
    let _ = lazaret_image::walk(bytes, &limits(), &mut Hungry);
}

/// An image archive on standard input.
pub fn archive(bytes: &[u8]) {
    for platforms in [Platforms::Host, Platforms::All] {
        let choice = Choice {
            name: None,
            platforms,
        };
        let _ = lazaret_image::read_stream(bytes, "-", &choice, &limits(), &mut || Hungry);
    }
}

/// Manifests, indexes and configurations.
pub fn image_documents(bytes: &[u8]) {
    lazaret_image::exercise_documents(bytes);
    lazaret_image::referrers::exercise(bytes);
}

/// What registries and daemons answer, and files of credentials.
pub fn answers(bytes: &[u8]) {
    lazaret_image::registry::exercise(bytes);
    lazaret_image::daemon::exercise(bytes);
    lazaret_image::containerd::exercise(bytes);
    lazaret_image::credentials::exercise(bytes);
}

/// What registries tell about pushes.
pub fn registry_event(bytes: &[u8]) {
    lazaret_wire::event::exercise(bytes);
}

/// References, package URLs, digests, platforms: what prints must read back the same.
pub fn names(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let _ = text.parse::<ImageRef>();
    let _ = TargetRef::parse(text);
    let _ = text.parse::<Platform>();
    if let Ok(digest) = text.parse::<Digest>() {
        assert_eq!(digest.to_string().parse::<Digest>().as_ref(), Ok(&digest));
    }
    if let Ok(purl) = text.parse::<Purl>() {
        let printed = purl.to_string();
        match printed.parse::<Purl>() {
            Ok(again) => assert_eq!(again.to_string(), printed, "from {text:?}"),
            Err(error) => panic!("{printed:?} from {text:?} does not read back: {error}"),
        }
    }
}

/// A software bill of materials of any format.
pub fn sbom(bytes: &[u8]) {
    let _ = lazaret_report::sbom::read(bytes, "sbom.json");
}

/// A file of a vulnerability feed.
pub fn feed(bytes: &[u8]) {
    if let Some(feed) = chosen(lazaret_advisory::feed::ALL, bytes) {
        let (mut items, mut bad) = (Vec::new(), Vec::new());
        let mut sink = lazaret_advisory::feed::Sink::new(&mut items, &mut bad);
        let path = "a/b/file";
        let file = lazaret_advisory::feed::FeedFile {
            path,
            bytes: &bytes[1..],
        };
        let _ = (feed.read)(file, &mut sink);
        let mut advisories: Vec<_> = items
            .into_iter()
            .filter_map(|item| match item {
                lazaret_model::FeedItem::Advisory(advisory) => Some(*advisory),
                _ => None,
            })
            .collect();
        if let Some(finish) = feed.finish {
            finish(&mut advisories);
        }
    }
}

/// An archive of a feed's files.
pub fn feed_archive(bytes: &[u8]) {
    lazaret_advisory::build::exercise_tar(bytes);
}

/// Exploitability statements.
pub fn vex(bytes: &[u8]) {
    let _ = lazaret_vex::read("fuzz", bytes);
    let subjects = ["sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        .parse()
        .expect("a digest")];
    if let Ok(Some(text)) = lazaret_vex::carried("fuzz", bytes, &subjects) {
        let _ = lazaret_vex::read_carried(&lazaret_model::VexDocument {
            origin: lazaret_model::VexOrigin::Attached,
            name: "fuzz".into(),
            subjects: subjects.into(),
            text,
        });
    }
}

/// A document beside an image; the first byte chooses its type. Nothing that a fuzzer writes
/// is signed by the key that is trusted. Annotations are the same bytes once more.
pub fn signatures(bytes: &[u8]) {
    use lazaret_attest::{BUNDLE_TYPE, DSSE_TYPE, JWS_TYPE, SIGNATURE, SIMPLE_SIGNING_TYPE};
    let types = [SIMPLE_SIGNING_TYPE, DSSE_TYPE, JWS_TYPE, BUNDLE_TYPE];
    let Some(media_type) = chosen(&types, bytes) else {
        return;
    };
    let bytes = &bytes[1..];
    let text = String::from_utf8_lossy(bytes).into_owned();
    let names = ["certificate", "chain", "bundle"];
    let mut annotations: std::collections::BTreeMap<String, String> = names
        .map(|name| (format!("dev.sigstore.cosign/{name}"), text.clone()))
        .into();
    annotations.insert(SIGNATURE.to_owned(), "MEUCIQ==".to_owned());
    let document = |annotations| lazaret_attest::Document {
        place: "fuzz".to_owned(),
        media_type: media_type.to_owned(),
        annotations,
        bytes: bytes.to_vec(),
    };
    let plain = [(SIGNATURE.to_owned(), text)].into();
    let documents = [document(annotations), document(plain)];
    let key = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n";
    let key = lazaret_attest::PublicKey::from_pem(key.as_bytes()).expect("a key");
    let subject = lazaret_attest::Subject {
        digests: vec![Digest::sha256(&[0; 32])],
        repository: "registry.example/app".to_owned(),
    };
    let signer = lazaret_attest::TrustedSigner {
        name: "fuzz".to_owned(),
        proof: lazaret_attest::SignerProof::Key(key),
        binds_repository: true,
    };
    let found = lazaret_attest::examine(&documents, &subject, &[signer], 0);
    assert!(found.signers.is_empty() && found.attested.is_empty());
}

/// Keys, certificates, trusted roots, and what documents about signatures hold inside.
pub fn signing_trust(bytes: &[u8]) {
    lazaret_attest::exercise(bytes);
}

/// The records of a delta of advisory databases.
pub fn delta(bytes: &[u8]) {
    lazaret_advisory::delta::exercise(bytes);
}

/// An advisory database.
pub fn database(bytes: &[u8]) {
    lazaret_advisory::db::exercise(bytes);
}

/// A file of ignore rules; the first byte chooses whose.
pub fn ignore_file(bytes: &[u8]) {
    let name = chosen(&[".trivyignore", ".trivyignore.yaml", ".grype.yaml"], bytes);
    if let Some(name) = name {
        let _ = IgnoreRules::default().add(name, &bytes[1..]);
    }
}

/// A policy, a condition of one, or the tests of one; the first byte chooses. What is
/// good decides about a report, twice the same, and `observe` stops nothing.
pub fn policy(bytes: &[u8]) {
    let Some((&kind, bytes)) = bytes.split_first() else {
        return;
    };
    let document = match kind % 4 {
        0 => bytes.to_vec(),
        3 => {
            let _ = lazaret_policy::cases("tests", bytes, jiff::Timestamp::UNIX_EPOCH);
            return;
        }
        each => {
            let Ok(condition) = std::str::from_utf8(bytes) else {
                return;
            };
            let each = if each == 1 { "finding" } else { "gap" };
            let condition = serde_json::to_string(condition).unwrap_or_default();
            format!(
                "apiVersion: lazaret.dev/v1\nmode: observe\nrules: [{{name: a, each: {each}, action: block, when: {condition}}}]\n"
            )
            .into_bytes()
        }
    };
    let Ok(policy) = Policy::read(&[("policy", &document)]) else {
        return;
    };
    let here = Circumstances::default();
    let mut report = some_report();
    policy.excuse(&mut report, &here);
    let decision = policy.decide(&report, &here);
    assert_eq!(decision, policy.decide(&report, &here));
    if kind % 4 != 0 {
        assert_eq!(decision.outcome, Outcome::Allow);
    }
}

/// A report with a little of everything that policies ask for.
fn some_report() -> Report {
    let facts = "tests: [{name: a, expect: {outcome: allow}, facts: {
        image: {name: 'registry.example/a/b:1', os: debian, os_version: '12', created: 2026-01-01},
        findings: [
            {id: CVE-1, package: 'pkg:npm/lodash@4.17.11', severity: high, cvss: 7.5, epss: 0.2, kev: true, paths: [a/b]},
            {id: CVE-2, package: 'pkg:deb/debian/openssl@3.0.1-1', severity: low, fixed: true}],
        secrets: [{id: key, severity: high, path: a}],
        gaps: [{kind: unreadable, subject: a}]}}]";
    let cases = lazaret_policy::cases("facts", facts.as_bytes(), jiff::Timestamp::UNIX_EPOCH);
    match cases.expect("good facts").remove(0).facts {
        CaseFacts::Own(report) => *report,
        CaseFacts::File(_) => unreachable!("the facts are here"),
    }
}

/// Two versions: the order must be the same from both sides.
pub fn order(bytes: &[u8]) {
    let Some(scheme) = chosen(&Scheme::ALL, bytes) else {
        return;
    };
    let Ok(text) = std::str::from_utf8(&bytes[1..]) else {
        return;
    };
    let Some((a, b)) = text.split_once('\n') else {
        return;
    };
    match (scheme.compare(a, b), scheme.compare(b, a)) {
        (Ok(there), Ok(back)) => assert_eq!(there, back.reverse(), "{scheme:?} {a:?} {b:?}"),
        (Err(_), Err(_)) => {}
        (there, back) => panic!("{scheme:?} {a:?} {b:?}: {there:?} but {back:?}"),
    }
    if let Ok(same) = scheme.compare(a, a) {
        assert!(same.is_eq(), "{scheme:?} {a:?}");
    }
}

/// A requirement, and a version held against it.
pub fn requirement(bytes: &[u8]) {
    let Some(dialect) = chosen(&Dialect::ALL, bytes) else {
        return;
    };
    let Some(scheme) = bytes.get(1..).and_then(|rest| chosen(&Scheme::ALL, rest)) else {
        return;
    };
    let Ok(text) = std::str::from_utf8(&bytes[2..]) else {
        return;
    };
    let (version, text) = text.split_once('\n').unwrap_or(("1.0", text));
    if let Ok(range) = lazaret_version::vers::parse(text) {
        let _ = range.contains(version);
    }
    if let Ok(range) = constraint::parse(dialect, scheme, text) {
        let _ = range.contains(scheme, version);
        let _ = range.complement(scheme).contains(scheme, version);
        let _ = range.fixed_above(scheme, version);
    }
}

/// A file with credentials: in chunks of a size that the first byte tells it holds the same
/// as in one piece.
pub fn secrets(bytes: &[u8]) {
    use lazaret_inspect::secrets::{Scan, context, find};
    let Some((size, bytes)) = bytes.split_first() else {
        return;
    };
    let context = context(if size & 1 == 0 {
        "srv/.env"
    } else {
        "etc/shadow"
    });
    let mut scan = Scan::new(&context);
    for chunk in bytes.chunks(usize::from(*size) * 40 + 1) {
        scan.feed(chunk);
    }
    assert_eq!(scan.finish(), find(bytes, &context));
}

/// Edits of files that name images and packages; every edit fits its file, and the patch
/// can be written.
pub fn edits(bytes: &[u8]) {
    use lazaret_fix::package::{Bump, bump};
    const PATHS: [&str; 9] = [
        "Dockerfile",
        "app.yaml",
        "kustomization.yaml",
        "main.tf",
        "requirements.txt",
        "pyproject.toml",
        "go.mod",
        "pom.xml",
        "App.csproj",
    ];
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(rest) else {
        return;
    };
    let path = PATHS[usize::from(*first) % PATHS.len()];
    let source = lazaret_check::Source::new(path, text);
    for found in lazaret_fix::image::uses(&source) {
        for new in ["registry.example/x:9", "debian:1@sha256:0"] {
            if let Ok(edits) = found.replace(new) {
                lazaret_fix::patch(path, text, &edits).expect("edits fit");
            }
        }
    }
    for kind in ["pypi", "golang", "maven", "nuget"] {
        let wanted = Bump {
            kind: kind.into(),
            name: "a:a".into(),
            from: "1".into(),
            to: "2".into(),
        };
        if let Ok(done) = bump(path, text, &wanted) {
            lazaret_fix::patch(path, text, &done.edits).expect("edits fit");
        }
    }
    let settings = lazaret_check::Settings::default();
    let mending = lazaret_fix::mend(&source, &settings, &|_, _| true);
    lazaret_fix::patch(path, text, &mending.edits).expect("edits fit");
}

/// A Dockerfile: every finding and every edit lies inside of the text, on borders of
/// characters, and the file is judged alike twice.
pub fn dockerfile(bytes: &[u8]) {
    use lazaret_check::{Settings, Source, answers, dockerfile, examine};
    let text = String::from_utf8_lossy(bytes).into_owned();
    let (source, settings) = (Source::new("Dockerfile", text), Settings::default());
    let sources = [source];
    let text = &sources[0].text;
    for finding in examine(&sources, &settings).found {
        let edits = finding.edits.iter().map(|edit| &edit.range);
        let concealed = finding.conceal.iter();
        for range in edits
            .chain(concealed)
            .chain([&finding.span, &finding.scope])
        {
            assert!(
                text.get(range.clone()).is_some(),
                "{}: {range:?}",
                finding.check.id
            );
        }
    }
    for base in dockerfile::base_images(&sources[0], &settings) {
        assert!(text.get(base.span.clone()).is_some(), "{base:?}");
    }
    let _ = answers(&sources, &settings);
}

/// A licence: as an expression, as a text, and as a file that declares several.
pub fn licenses(bytes: &[u8]) {
    use lazaret_inspect::licenses::{Expression, copyright_names, recognise};
    let text = String::from_utf8_lossy(bytes);
    let read = Expression::read(&text);
    let _ = Expression::read(&read.to_string()).licenses();
    let _ = recognise(bytes);
    let _ = copyright_names(bytes);
}

/// Manifests, Compose, Terraform and what lies beside Dockerfiles, by the first byte: nothing
/// panics, every finding lies inside of its text, and exposure is told alike twice.
pub fn configuration(bytes: &[u8]) {
    use lazaret_check::{Settings, Source, answers, examine, exposure};
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    let text = String::from_utf8_lossy(rest).into_owned();
    let names: &[&str] = match first % 8 {
        0 => &["manifest.yaml"],
        1 => &["k/kustomization.yaml", "k/manifest.yaml"],
        2 => &["compose.yaml"],
        3 => &["main.tf", "m/main.tf"],
        4 => &["a/Dockerfile", "a/.dockerignore", ".hadolint.yaml"],
        5 => &["compose.yaml", "compose.override.yaml", ".env"],
        6 => &["main.tf.json", "variables.tf"],
        _ => &["plan.json"],
    };
    // One text may hold several files, parted by a byte that none of the languages knows.
    let parts: Vec<&str> = text.split('\u{1}').collect();
    let files = names.iter().zip(parts.iter().cycle());
    let sources: Vec<Source> = files
        .map(|(name, text)| Source::new(*name, *text))
        .collect();
    let settings = Settings::default();
    for finding in examine(&sources, &settings).found {
        let source = sources.iter().find(|source| source.path == finding.path);
        let text = &source.expect("a file of the run").text;
        for range in finding
            .conceal
            .iter()
            .chain([&finding.span, &finding.scope])
        {
            assert!(
                text.get(range.clone()).is_some(),
                "{}: {range:?}",
                finding.check.id
            );
        }
    }
    assert_eq!(exposure::exposures(&sources), exposure::exposures(&sources));
    let _ = answers(&sources, &settings);
}

/// The path of a request to a gate. A path that is read as a manifest's names it in one
/// way alone, and one that is not has none at its end, whatever a registry might fold.
pub fn gate_path(bytes: &[u8]) {
    use lazaret_edge::gate::{Reference, Route, canonical, route};
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let Ok(path) = canonical(text) else { return };
    assert_eq!(canonical(&path).as_ref(), Ok(&path), "one reading alone");
    assert!(!path.contains('%') && !path.contains("//") && !path.contains("/../"));
    let folded = path.to_ascii_lowercase();
    let segments: Vec<&str> = folded.trim_end_matches('/').split('/').collect();
    let names_one =
        segments.len() >= 5 && segments[1] == "v2" && segments[segments.len() - 2] == "manifests";
    match route(&path) {
        Ok(Route::Manifest { name, reference }) => {
            let reference = match reference {
                Reference::Tag(tag) => tag.to_owned(),
                Reference::Digest(digest) => digest.to_string(),
            };
            assert_eq!(path, format!("/v2/{name}/manifests/{reference}"));
        }
        Ok(_) => assert!(!names_one, "{path} goes past the verdicts"),
        Err(_) => {}
    }
}

/// A file of verdicts, a signed bundle, or the rules of a gate.
pub fn verdicts(bytes: &[u8]) {
    use lazaret_edge::verdict::{Name, read, rules};
    let Some((kind, rest)) = bytes.split_first() else {
        return;
    };
    let key =
        lazaret_wire::sign::VerifyingKey::parse("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
            .ok();
    match kind % 3 {
        0 => {
            let Ok(book) = read(rest, None) else { return };
            let name = Name {
                registry: None,
                repository: "app",
            };
            let digest = Digest::sha256(&[0; 32]);
            let _ = book.standing(&digest, name, jiff::Timestamp::UNIX_EPOCH);
            let _ = book.age(jiff::Timestamp::MAX);
        }
        1 => drop(read(rest, key.as_ref())),
        _ => {
            if let Ok(text) = std::str::from_utf8(rest) {
                let _ = rules(text);
            }
        }
    }
}
