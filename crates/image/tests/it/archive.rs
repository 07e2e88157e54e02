//! Archives and layouts as tools write them, and which of their images is taken.

use std::io::Read;

use lazaret_image::{
    Choice, Closed, Entry, Image, ImageError, LayerSink, Limits, Platforms, SinkError,
    is_compressed, open_archive, open_layout, read_stream,
};
use serde_json::{Value, json};

use crate::made::{CONFIG, INDEX, LAYER, MANIFEST, Made, called, gzip, on, tar};

/// Keeps the paths of what it is shown.
#[derive(Default)]
struct Paths(Vec<String>);

impl LayerSink for Paths {
    fn entry(&mut self, entry: &Entry<'_>, _: &mut dyn Read) -> Result<(), SinkError> {
        self.0
            .push(String::from_utf8_lossy(entry.path).into_owned());
        Ok(())
    }
}

fn choice(name: Option<&str>, platforms: &str) -> Choice {
    Choice {
        name: name.map(str::to_owned),
        platforms: match platforms {
            "" => Platforms::Host,
            text => text.parse().expect("a platform"),
        },
    }
}

/// The files of the chosen images, each image in brackets, or why there are none.
fn files(images: Result<Vec<Image>, ImageError>) -> String {
    let of = |image: &Image| {
        let mut paths = Paths::default();
        for layer in &image.layers {
            if layer.closed.is_none() {
                let read =
                    image.read_layer(layer.index, &Limits::default(), &mut paths, None, None);
                read.expect("a good layer");
            }
        }
        format!("[{}]", paths.0.join(" "))
    };
    match images {
        Ok(images) => images.iter().map(of).collect(),
        Err(error) => error.to_string(),
    }
}

/// Asserts the same of the archive as a file and as a stream.
#[track_caller]
fn check(made: &Made, choice: &Choice, expected: &str) {
    let dir = tempfile::tempdir().expect("a directory");
    let path = made.write(dir.path());
    let place = path.display().to_string();
    let shown = |text: String| text.replace(&place, "FILE");
    let got = files(open_archive(&path, choice, &Limits::default()));
    assert_eq!(shown(got), expected, "{choice:?} of the file");
    let tar = made.tar();
    let zstd = zstd::encode_all(&tar[..], 1).expect("memory takes it");
    for stream in [tar.clone(), gzip(&tar), zstd] {
        let read = read_stream(
            &stream[..],
            "FILE",
            choice,
            &Limits::default(),
            &mut Paths::default,
        );
        let got = match read {
            Err(error) => error.to_string(),
            Ok(read) => {
                assert_eq!(read.images.len(), read.order.len());
                let of = |order: &Vec<Option<usize>>| {
                    let paths = order.iter().flatten().flat_map(|at| &read.layers[*at].1.0);
                    format!("[{}]", paths.cloned().collect::<Vec<_>>().join(" "))
                };
                read.order.iter().map(of).collect()
            }
        };
        assert_eq!(got, expected, "{choice:?} of the stream");
    }
}

#[test]
fn one_of_several_images_is_taken_by_tag_name_or_digest() {
    let mut made = Made::default();
    let one = made.simple("linux/amd64", "one");
    let two = made.simple("linux/amd64", "two");
    let digest = two["digest"].as_str().expect("a text").to_owned();
    let mut named = called(two, "2");
    named["annotations"]["io.containerd.image.name"] = "docker.io/library/app:2".into();
    let made = made.layout(&[called(one, "1"), named]);
    check(&made, &choice(Some("1"), ""), "[one]");
    for name in ["2", "app:2", "docker.io/library/app:2", &digest] {
        check(&made, &choice(Some(name), ""), "[two]");
    }
    check(
        &made,
        &choice(Some("3"), ""),
        "FILE holds no image called `3`; there are 1, docker.io/library/app:2",
    );
    check(
        &made,
        &choice(None, ""),
        "FILE holds several images; put one of these behind it: 1, docker.io/library/app:2",
    );
}

#[test]
fn one_of_several_saved_images_is_taken_by_tag_name_or_id() {
    let mut made = Made::default();
    let one = made.saved(&["app:1", "app:latest"], "one");
    let two = made.saved(&[], "two");
    let three = made.saved(&["registry.example/db:1"], "three");
    let id = two["Config"].as_str().expect("a text").replace(".json", "");
    let id = format!("sha256:{id}");
    let list = json!([one, two, three]).to_string();
    made.0.push(("manifest.json".into(), list.into()));
    check(&made, &choice(Some("app:1"), ""), "[one]");
    check(&made, &choice(Some("latest"), ""), "[one]");
    check(&made, &choice(Some("docker.io/library/app"), ""), "[one]");
    check(&made, &choice(Some(&id), ""), "[two]");
    check(&made, &choice(Some("registry.example/db:1"), ""), "[three]");
    check(
        &made,
        &choice(Some("1"), ""),
        "FILE holds several images; put one of these behind it: app:1, app:latest, \
         registry.example/db:1",
    );
    check(
        &made,
        &choice(Some("2"), ""),
        &format!(
            "FILE holds no image called `2`; there are @{id}, app:1, app:latest, \
             registry.example/db:1"
        ),
    );
}

#[test]
fn several_tags_of_one_image_are_one_image() {
    let mut made = Made::default();
    let image = made.simple("linux/amd64", "one");
    let made = made.layout(&[called(image.clone(), "1"), called(image, "latest")]);
    check(&made, &choice(None, ""), "[one]");
    let mut made = Made::default();
    let one = made.saved(&["app:1"], "one");
    let list = json!([one, one]).to_string();
    made.0.push(("manifest.json".into(), list.into()));
    check(&made, &choice(None, ""), "[one]");
}

/// An index of two platforms with the attestation of one, in an index of its own.
fn multi() -> Made {
    let mut made = Made::default();
    let amd = made.simple("linux/amd64", "amd");
    let arm = made.simple("linux/arm64", "arm");
    let mut note = made.simple("unknown/unknown", "note");
    note["annotations"] = json!({"vnd.docker.reference.type": "attestation-manifest"});
    let index = json!({"schemaVersion": 2, "manifests": [
        on(amd, "linux/amd64"),
        on(note, "unknown/unknown"),
        on(arm, "linux/arm64"),
    ]});
    let index = made.document(INDEX, &index);
    made.layout(&[called(index, "1")])
}

#[test]
fn every_platform_is_an_image_and_attestations_are_none() {
    check(&multi(), &choice(None, "all"), "[amd][arm]");
    check(&multi(), &choice(Some("1"), "linux/arm64"), "[arm]");
    check(
        &multi(),
        &choice(None, "linux/s390x"),
        "the image is not offered for linux/s390x; it is for linux/amd64, linux/arm64",
    );
    let mut made = Made::default();
    let note = made.simple("unknown/unknown", "note");
    let made = made.layout(&[on(note, "unknown/unknown")]);
    for platforms in ["", "all"] {
        let dir = tempfile::tempdir().expect("a directory");
        let opened = open_archive(
            &made.write(dir.path()),
            &choice(None, platforms),
            &Limits::default(),
        );
        assert!(opened.is_err(), "{platforms}");
    }
}

#[test]
fn an_index_may_stand_beside_images_and_in_another_index() {
    let mut made = Made::default();
    let amd = made.simple("linux/amd64", "amd");
    let arm = made.simple("linux/arm64", "arm");
    let power = made.simple("linux/ppc64le", "power");
    let inner = json!({"schemaVersion": 2, "manifests": [on(amd.clone(), "linux/amd64"), on(arm, "linux/arm64")]});
    let inner = made.document(INDEX, &inner);
    let outer = json!({"schemaVersion": 2, "manifests": [inner, on(power, "linux/ppc64le")]});
    let outer = made.document(INDEX, &outer);
    let made = made.layout(&[called(outer, "1")]);
    check(&made, &choice(None, "linux/arm64"), "[arm]");
    check(&made, &choice(None, "linux/ppc64le"), "[power]");
    check(&made, &choice(None, "all"), "[amd][arm][power]");
}

#[test]
fn the_digest_of_one_platform_selects_it() {
    let made = multi();
    let arm = made
        .0
        .iter()
        .find(|(_, bytes)| String::from_utf8_lossy(bytes).contains("arm64"))
        .expect("its configuration")
        .1
        .clone();
    let config = lazaret_testkit::registry::digest_of(&arm);
    let manifest = made
        .0
        .iter()
        .find(|(_, bytes)| String::from_utf8_lossy(bytes).contains(&config))
        .expect("its manifest");
    let digest = lazaret_testkit::registry::digest_of(&manifest.1);
    check(&made, &choice(Some(&digest), ""), "[arm]");
}

#[test]
fn indexes_without_end_are_an_error() {
    let mut made = Made::default();
    let mut inner = made.simple("linux/amd64", "amd");
    for _ in 0..10 {
        let index = json!({"schemaVersion": 2, "manifests": [inner]});
        inner = made.document(INDEX, &index);
    }
    let made = made.layout(&[inner]);
    let said = "nesting of indexes exceeds the limit of 4";
    check(&made, &choice(None, ""), said);
    let mut made = Made::default();
    let all: Vec<Value> = (0..300)
        .map(|n| {
            on(
                made.simple("linux/amd64", &n.to_string()),
                &format!("linux/a{n}"),
            )
        })
        .collect();
    let index = json!({"schemaVersion": 2, "manifests": all});
    let index = made.document(INDEX, &index);
    let made = made.layout(&[index]);
    let said = "number of manifests exceeds the limit of 250";
    check(&made, &choice(None, "all"), said);
}

#[test]
fn what_is_no_image_is_said_to_be_what_it_is() {
    for (artifact_type, config, expected) in [
        (
            "",
            "application/vnd.cncf.helm.config.v1+json",
            "a Helm chart",
        ),
        (
            "",
            "application/vnd.wasm.config.v0+json",
            "a WebAssembly module",
        ),
        (
            "application/spdx+json",
            "application/vnd.oci.empty.v1+json",
            "a bill of materials",
        ),
        (
            "application/x-thing",
            "application/vnd.oci.empty.v1+json",
            "application/x-thing",
        ),
    ] {
        for layers in [0, 1] {
            let mut made = Made::default();
            let blob = made.blob("application/octet-stream", b"anything at all");
            let manifest = json!({
                "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": artifact_type,
                "config": made.document(config, &json!({})),
                "layers": vec![blob; layers],
            });
            let manifest = made.document(MANIFEST, &manifest);
            let made = made.layout(&[manifest]);
            let dir = tempfile::tempdir().expect("a directory");
            let path = made.write(dir.path());
            let got = files(open_archive(&path, &Choice::default(), &Limits::default()));
            let start = format!("this is no container image but {expected}");
            assert!(got.starts_with(&start), "{got}");
        }
    }
}

#[test]
fn schema_1_is_refused_in_words() {
    let mut made = Made::default();
    let old =
        json!({"schemaVersion": 1, "name": "a", "fsLayers": [{"blobSum": "x"}], "history": []});
    let old = made.document("application/vnd.docker.distribution.manifest.v1+json", &old);
    let dir = tempfile::tempdir().expect("a directory");
    let path = made.layout(&[old]).write(dir.path());
    let got = files(open_archive(&path, &Choice::default(), &Limits::default()));
    assert!(got.contains("schema 1 manifest"), "{got}");
}

#[test]
fn layers_that_cannot_be_read_are_marked_and_the_others_are_read() {
    let mut made = Made::default();
    let content = tar(&[("open", b"")]);
    let open = made.blob(LAYER, &content);
    let sealed = made.blob(&format!("{LAYER}+gzip+encrypted"), b"not even a tar");
    let module = made.blob("application/wasm", b"\0asm\x01\0\0\0 and so on");
    let mut foreign = open.clone();
    foreign["mediaType"] = "application/vnd.oci.image.layer.nondistributable.v1.tar".into();
    foreign["digest"] = format!("sha256:{}", "0".repeat(64)).into();
    let layers = [
        (foreign, &b"f"[..]),
        (open, &content[..]),
        (sealed, &b"s"[..]),
        (module, &b"m"[..]),
    ];
    let image = made.image("linux/amd64", &layers);
    let made = made.layout(&[image]);
    check(&made, &Choice::default(), "[open]");
    let dir = tempfile::tempdir().expect("a directory");
    let path = made.write(dir.path());
    let images = open_archive(&path, &Choice::default(), &Limits::default());
    let images = images.expect("an image");
    let closed: Vec<Option<Closed>> = images[0].layers.iter().map(|l| l.closed).collect();
    let expected = [
        Some(Closed::Foreign),
        None,
        Some(Closed::Encrypted),
        Some(Closed::Module),
    ];
    assert_eq!(closed, expected);
}

/// A gzip member whose header carries an extra field, as the footer of eStargz does.
fn member(bytes: &[u8], extra: Option<&[u8]>) -> Vec<u8> {
    use std::io::Write as _;
    let mut builder = flate2::GzBuilder::new();
    if let Some(extra) = extra {
        builder = builder.extra(extra);
    }
    let mut gzip = builder.write(Vec::new(), flate2::Compression::fast());
    gzip.write_all(bytes).expect("memory takes it");
    gzip.finish().expect("memory takes it")
}

#[test]
fn layers_made_for_lazy_pulling_are_layers() {
    let plain = tar(&[("a", b"1"), ("b", b"2"), ("stargz.index.json", b"{}")]);
    let pieces: Vec<u8> = plain.chunks(700).flat_map(|c| member(c, None)).collect();
    let footer = member(b"", Some(b"SG\x16\x000000000000000000STARGZ"));
    let stargz = [pieces, footer].concat();
    let frames = plain
        .chunks(700)
        .map(|c| zstd::encode_all(c, 1).expect("memory takes it"));
    let mut chunked: Vec<u8> = frames.flatten().collect();
    // The table of contents stands in frames that decoders skip.
    for skipped in [&b"a table of contents"[..], &b"and a footer"[..]] {
        chunked.extend_from_slice(&[0x50, 0x2a, 0x4d, 0x18]);
        chunked.extend_from_slice(&(skipped.len() as u32).to_le_bytes());
        chunked.extend_from_slice(skipped);
    }
    for stored in [stargz, chunked] {
        let mut made = Made::default();
        let layer = made.blob(LAYER, &stored);
        let image = made.image("linux/amd64", &[(layer, &plain)]);
        check(
            &made.layout(&[image]),
            &Choice::default(),
            "[a b stargz.index.json]",
        );
    }
}

#[test]
fn a_packing_that_no_specification_has_is_named() {
    let mut made = Made::default();
    let layer = made.blob(LAYER, b"\xfd7zXZ\0 and so on, long enough to be a layer");
    let image = made.image("linux/amd64", &[(layer, b"")]);
    let dir = tempfile::tempdir().expect("a directory");
    let path = made.layout(&[image]).write(dir.path());
    let images = open_archive(&path, &Choice::default(), &Limits::default());
    let images = images.expect("an image");
    let read = images[0].read_layer(0, &Limits::default(), &mut Paths::default(), None, None);
    let error = read.expect_err("it is packed");
    let why = std::error::Error::source(&error)
        .expect("a cause")
        .to_string();
    assert!(why.contains("packed with xz"), "{why}");
    assert!(!is_compressed(&path).expect("it is there"));
}

#[test]
fn build_steps_without_a_layer_are_left_out_and_many_layers_are_read() {
    let mut made = Made::default();
    let tars: Vec<Vec<u8>> = (0..150).map(|n| tar(&[(&format!("f{n}"), b"")])).collect();
    let layers: Vec<Value> = tars.iter().map(|tar| made.blob(LAYER, tar)).collect();
    let diff_ids: Vec<&Value> = layers.iter().map(|l| &l["digest"]).collect();
    let history: Vec<Value> = (0..150)
        .flat_map(|n| {
            let layer = json!({"created_by": format!("COPY f{n}")});
            [layer, json!({"created_by": "ENV a=b", "empty_layer": true})]
        })
        .collect();
    let config = json!({
        "os": "linux", "architecture": "amd64", "history": history,
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
    });
    let config = made.document(CONFIG, &config);
    let manifest = json!({"schemaVersion": 2, "config": config, "layers": layers});
    let manifest = made.document(MANIFEST, &manifest);
    let made = made.layout(&[manifest]);
    let expected: Vec<String> = (0..150).map(|n| format!("f{n}")).collect();
    check(
        &made,
        &Choice::default(),
        &format!("[{}]", expected.join(" ")),
    );
    let dir = tempfile::tempdir().expect("a directory");
    for (path, bytes) in &made.0 {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().expect("it has one")).expect("made");
        std::fs::write(path, bytes).expect("written");
    }
    let images = open_layout(dir.path(), &Choice::default(), &Limits::default());
    let images = images.expect("an image");
    let last = images[0].layers.last().expect("150 layers");
    assert_eq!(last.created_by.as_deref(), Some("COPY f149"));
}

#[test]
fn a_layer_may_stand_in_an_image_twice() {
    let mut made = Made::default();
    let content = tar(&[("again", b"")]);
    let layer = made.blob(LAYER, &content);
    let image = made.image(
        "linux/amd64",
        &[(layer.clone(), &content), (layer, &content)],
    );
    check(&made.layout(&[image]), &Choice::default(), "[again again]");
}

#[test]
fn a_platform_is_held_against_the_configuration_where_nothing_else_tells() {
    let mut made = Made::default();
    let image = made.simple("linux/arm64", "arm");
    let said = "the image is not offered for linux/amd64; it is for linux/arm64";
    let made = made.layout(&[called(image, "1")]);
    check(&made, &choice(None, "linux/amd64"), said);
    check(&made, &choice(None, "linux/arm64"), "[arm]");
    let mut made = Made::default();
    let one = made.saved(&["app:1"], "one");
    made.0
        .push(("manifest.json".into(), json!([one]).to_string().into()));
    let said = "the image is not offered for linux/arm64; it is for linux/amd64";
    check(&made, &choice(None, "linux/arm64"), said);
}
