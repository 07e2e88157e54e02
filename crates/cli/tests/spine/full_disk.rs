//! A unit whose disk is full.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use crate::centre::Centre;
use crate::process::{SOON, free, skipped, until};
use crate::registry::{Registry, peers, tar};
use crate::world::Edge;

/// Whether a file system can be mounted; says so where it cannot.
fn may_mount() -> bool {
    let may = Command::new("unshare")
        .args(["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"])
        .output();
    let may = may.is_ok_and(|done| done.status.success());
    if !may {
        skipped("a file system of its own cannot be mounted here");
    }
    may
}

/// Starts a unit with 8 MiB for all that it keeps, which nobody outside sees and which go with the
/// process; where a file that fills them has its place.
fn confined(unit: &mut Edge) -> PathBuf {
    let data = unit.folder();
    fs::create_dir(&data).expect("made");
    unit.run_as(&|command| {
        let mount = format!(
            "mount -t tmpfs -o size=8m tmpfs {} && exec \"$0\" \"$@\"",
            data.display()
        );
        let mut inside = Command::new("unshare");
        inside
            .args(["-rm", "sh", "-c", &mount])
            .arg(command.get_program())
            .args(command.get_args());
        inside.current_dir(command.get_current_dir().expect("a directory"));
        inside
    });
    unit.process().says("edge unit works");
    let root = PathBuf::from(format!("/proc/{}/root", unit.process().id()));
    let inside = root.join(data.strip_prefix("/").expect("a whole path"));
    inside.join("ballast")
}

/// Leaves no byte on the disk.
fn fill(ballast: &Path) {
    let mut file = fs::File::create(ballast).expect("made");
    for size in [1 << 20, 4096] {
        while file.write_all(&vec![1; size]).is_ok() {}
    }
}

/// Waits until the unit has told the centre why it could not go on.
fn told_why(centre: &Centre, unit: &Edge) -> Vec<String> {
    until("the unit says that its disk is full", SOON, || {
        (unit.state()["disk_full"] == true).then_some(())
    });
    let errors = until("the centre is told why", SOON, || {
        let jobs = centre.all("/api/v1/jobs");
        let errors: Vec<String> = jobs
            .iter()
            .filter_map(|job| Some(job["error"].as_str()?.to_owned()))
            .collect();
        (!errors.is_empty()).then_some(errors)
    });
    let why = "No space left on device";
    assert!(errors.iter().all(|told| told.contains(why)), "{errors:?}");
    errors
}

#[test]
fn a_unit_with_a_full_disk_says_so_loses_nothing_and_goes_on() {
    if !peers() || !may_mount() {
        return;
    }
    let centre = Centre::start(None);
    let registry = Registry::start(&free(), None);
    let mut unit = Edge::of(&centre, "eu", &["--workers", "2"]);
    let ballast = confined(&mut unit);
    fill(&ballast);

    let known = centre.registry(&registry.host, &json!({"region": "eu"}));
    let pushed: Vec<String> = (0..20)
        .map(|number| format!("1.0.{number}"))
        .map(|version| registry.push("app", &version, &[("lodash", &version)]))
        .collect();
    centre.list(&known);
    unit.process().says("the disk is full");
    told_why(&centre, &unit);
    // It begins no more: what nobody has begun waits with all its attempts.
    std::thread::sleep(Duration::from_secs(3));
    let failed = unit.number("lazaret_edge_failures_total");
    assert!(failed <= 4, "{failed} jobs were begun on a full disk");
    assert!(centre.decided().is_empty());
    assert!(centre.all("/api/v1/jobs?state=dead").is_empty());

    fs::remove_file(&ballast).expect("removed");
    unit.process().says("the disk has room again");
    until("everything is judged", Duration::from_secs(180), || {
        (centre.decided().len() == pushed.len()).then_some(())
    });
    assert!(centre.decided().values().all(|times| *times == 1));
    assert_eq!(unit.state()["disk_full"], false);
    let _ = writeln!(
        std::io::stderr(),
        "{failed} jobs failed for want of room and came again; 0 of {} lost",
        pushed.len()
    );
}

/// Nothing of a layer is on the disk while it is read; what was found in it has no room after that.
#[test]
fn a_disk_that_fills_up_in_the_middle_of_a_layer_loses_nothing() {
    const LAYER: usize = 256 << 20;
    if !peers() || !may_mount() {
        return;
    }
    let centre = Centre::start(None);
    let registry = Registry::start(&free(), None);
    let known = centre.registry(&registry.host, &json!({"region": "eu"}));
    let large = tar("srv/data", &"\0".repeat(LAYER));
    let release = tar("etc/os-release", "ID=alpine\nVERSION_ID=3.20.0\n");
    let size = large.len() as u64 + release.len() as u64;
    let digest = registry.push_layers("app", "large", &[release, large]);
    let mut unit = Edge::of(&centre, "eu", &["--workers", "1"]);
    let ballast = confined(&mut unit);
    centre.list(&known);
    let read = || unit.number("lazaret_edge_layer_bytes_read_total");
    let began = until("the layer is being read", SOON, || {
        Some(read()).filter(|read| *read > 0)
    });
    fill(&ballast);
    let then = read();
    assert!(then < size, "{then} of {size} bytes were read too early");
    told_why(&centre, &unit);
    assert!(centre.decided().is_empty());
    let tried = unit.number("lazaret_edge_failures_total");

    fs::remove_file(&ballast).expect("removed");
    until("it is judged", Duration::from_secs(180), || {
        (centre.decided().get(&digest) == Some(&1)).then_some(())
    });
    centre.idle(SOON);
    assert_eq!(unit.state()["disk_full"], false);
    assert_eq!(unit.number("lazaret_edge_layer_bytes_sent_total"), 0);
    let _ = writeln!(
        std::io::stderr(),
        "full after {began} to {then} of {size} bytes; {tried} jobs given back, judged once, {} bytes read in all",
        read()
    );
}
