//! A unit whose disk is full.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use crate::centre::Centre;
use crate::process::{SOON, free, skipped, until};
use crate::registry::{Registry, peers};
use crate::world::Edge;

#[test]
fn a_unit_with_a_full_disk_says_so_loses_nothing_and_goes_on() {
    let may = Command::new("unshare")
        .args(["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"])
        .output();
    if !peers() || !may.is_ok_and(|done| done.status.success()) {
        skipped("a file system of its own cannot be mounted here");
        return;
    }
    let centre = Centre::start(None);
    let registry = Registry::start(&free(), None);
    let mut unit = Edge::of(&centre, "eu", &["--workers", "2"]);
    let data = unit.folder();
    fs::create_dir(&data).expect("made");
    // Eight MiB that nobody outside sees, and that go with the process.
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
    let ballast = inside.join("ballast");
    let mut file = fs::File::create(&ballast).expect("made");
    while file.write_all(&[1; 4096]).is_ok() {}
    drop(file);

    let known = centre.registry(&registry.host, &json!({"region": "eu"}));
    let pushed: Vec<String> = (0..20)
        .map(|number| format!("1.0.{number}"))
        .map(|version| registry.push("app", &version, &[("lodash", &version)]))
        .collect();
    centre.list(&known);
    unit.process().says("the disk is full");
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
    assert!(
        errors
            .iter()
            .all(|why| why.contains("No space left on device")),
        "{errors:?}"
    );
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
