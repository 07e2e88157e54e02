//! One image, the same facts from everywhere.

use std::process::Command;

use super::containerd::Containerd;
use super::podman::Podman;
use super::registry::Registry;
use super::{check_sample, refusal, skopeo};

#[test]
fn an_image_is_the_same_from_every_archive_and_layout_that_peers_write() {
    let Some(registry) = Registry::start(false) else {
        return;
    };
    registry.push("1", &[]);
    let (dir, from) = (
        registry.dir(),
        format!("docker://{}/team/app:1", registry.host),
    );
    let copy = |to: &str, options: &[&str]| {
        let tls = ["--src-tls-verify=false"];
        skopeo(dir, &[&tls, options, &[from.as_str(), to]].concat());
    };
    copy("oci-archive:oci.tar:app:1", &[]);
    copy("oci:layout:app", &[]);
    copy("docker-archive:docker.tar:app:1", &[]);
    for (program, archive) in [("gzip", "docker.tar"), ("zstd", "oci.tar")] {
        let packed = Command::new(program)
            .args(["-kq", archive])
            .current_dir(dir)
            .status();
        assert!(packed.is_ok_and(|s| s.success()), "{program}");
    }
    copy(
        "oci:zstd:app",
        &["--dest-compress-format", "zstd", "--dest-compress"],
    );
    for target in [
        format!("registry:{}/team/app:1", registry.host),
        "oci-archive:oci.tar".to_owned(),
        "oci-layout:layout:app".to_owned(),
        "oci-layout:zstd".to_owned(),
        "docker-archive:docker.tar".to_owned(),
        "docker.tar".to_owned(),
        "docker-archive:docker.tar.gz".to_owned(),
        "oci.tar.zst".to_owned(),
    ] {
        check_sample(dir, ("NO_COLOR", "1"), &target);
    }
}

#[test]
fn what_podman_and_containerd_export_is_what_they_hand_over() {
    let (Some(podman), Some(containerd)) = (Podman::start(), Containerd::start()) else {
        return;
    };
    for (format, file) in [("docker-archive", "docker.tar"), ("oci-archive", "oci.tar")] {
        let path = containerd.dir().join(file);
        podman.save(format, &path);
        check_sample(containerd.dir(), ("NO_COLOR", "1"), file);
        containerd.import("default", "localhost/sample", file);
        check_sample(
            containerd.dir(),
            containerd.variable(),
            "containerd:localhost/sample:latest",
        );
        let exported = format!("exported-{file}");
        containerd.ask(
            "default",
            &["images", "export", &exported, "localhost/sample:latest"],
        );
        check_sample(containerd.dir(), ("NO_COLOR", "1"), &exported);
    }
}

#[test]
fn an_image_of_an_archive_of_several_is_named_behind_the_file() {
    let Some(podman) = Podman::start() else {
        return;
    };
    podman.ask(&["import", "-q", "sample.tar", "localhost/other:2"]);
    let save = ["save", "-q", "-m", "-o", "both.tar"];
    podman.ask(&[&save[..], &["localhost/sample:latest", "localhost/other:2"]].concat());
    let (dir, none) = (podman.dir(), ("NO_COLOR", "1"));
    for name in ["localhost/sample:latest", "localhost/sample", "latest"] {
        check_sample(dir, none, &format!("docker-archive:both.tar:{name}"));
    }
    for target in [
        "docker-archive:both.tar",
        "both.tar",
        "docker-archive:both.tar:3",
    ] {
        let said = refusal(dir, none, &[target]);
        assert!(
            said.contains("localhost/other:2, localhost/sample:latest"),
            "{said}"
        );
    }
}
